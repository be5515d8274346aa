"""What a page shows and its text layer lacks puts the page in doubt, or the cell."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from reports.blocks import Blocks, Grid, GridCell, Paragraph
from reports.formats.pdf import document as pdf
from reports.tables.layout import analysed
from tests.reports.test_hostile import CATALOG, ONE_PAGE, stream
from tests.reports.test_hostile import pdf as document

ROOT = Path(__file__).parents[3]


def page(draw: Callable[[Canvas], None]) -> bytes:
    """A page with a table of one row of two cells, 本年新收 and 12, and what is drawn beside."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(400, 300), invariant=1)
    canvas.setFont("STSong-Light", 10)
    canvas.drawString(20, 280, "政府信息公开工作年度报告")
    for x, text in ((20, "本年新收"), (110, "12")):
        canvas.rect(x, 180, 90, 20)
        canvas.rect(x, 160, 90, 20)
        canvas.drawString(x + 4, 186, text)
        canvas.drawString(x + 4, 166, text)
    draw(canvas)
    canvas.save()
    return out.getvalue()


def cells(read: Blocks) -> list[GridCell]:
    return [cell for block in read.blocks if isinstance(block, Grid) for row in block.rows for cell in row]


def whitened(canvas: Canvas) -> None:
    canvas.setFillGray(1)
    canvas.rect(112, 182, 80, 16, stroke=0, fill=1)


def pale(canvas: Canvas) -> None:
    canvas.setFillGray(0.9)
    canvas.setFont("Helvetica", 9)
    canvas.drawString(126, 186, "2024")


def sheer(canvas: Canvas) -> None:
    canvas.setFillAlpha(0.2)
    canvas.setFont("Helvetica", 9)
    canvas.drawString(126, 186, "2024")


@pytest.mark.parametrize("draw", [whitened, pale, sheer])
def test_a_figure_under_paper_or_beside_small_print_of_a_watermark_is_in_doubt(draw):
    read = cells(analysed(pdf.blocks(page(draw))))
    assert [cell.confidence < 0.9 for cell in read] == [False, True, False, False]


def test_a_large_watermark_and_paper_beneath_the_text_put_nothing_in_doubt():
    def draw(canvas: Canvas) -> None:
        canvas.setFillGray(1)
        canvas.rect(112, 60, 80, 16, stroke=0, fill=1)
        canvas.setFillGray(0.9)
        canvas.setFont("Helvetica", 60)
        canvas.translate(100, 100)
        canvas.rotate(40)
        canvas.drawString(0, 0, "2024")

    assert all(cell.confidence >= 0.9 for cell in cells(analysed(pdf.blocks(page(draw)))))


def nothing(_: Canvas) -> None:
    pass


def struck_again(canvas: Canvas) -> None:
    canvas.drawString(114.3, 186, "12")


def blanks(canvas: Canvas) -> None:
    canvas.drawString(150, 186, " ")
    canvas.drawString(150, 166, "　")


@pytest.mark.parametrize("draw", [nothing, struck_again, blanks])
def test_a_page_whose_text_is_all_in_its_layer_is_sure(draw: Callable[[Canvas], None]):
    read = analysed(pdf.blocks(page(draw)))
    assert read.warnings == []
    assert [(cell.text, cell.confidence) for cell in cells(read)] == [("本年新收", 1.0), ("12", 1.0)] * 2


def hangul(canvas: Canvas) -> None:
    """A character that the font of the product has no glyph for, and the document no font."""
    pdfmetrics.registerFont(UnicodeCIDFont("HYSMyeongJo-Medium"))
    canvas.setFont("HYSMyeongJo-Medium", 10)
    canvas.drawString(140, 186, "갂")


def turned(canvas: Canvas) -> None:
    canvas.rotate(90)
    hangul(canvas)


@pytest.mark.parametrize("draw", [hangul, turned])
def test_a_page_with_text_that_its_layer_lacks_is_in_doubt(draw: Callable[[Canvas], None]):
    read = analysed(pdf.blocks(page(draw)))
    assert len(read.warnings) == 1
    assert "page 1 shows 1 piece" in read.warnings[0]
    assert all(cell.confidence < 0.9 for cell in cells(read))
    assert all(block.confidence < 0.9 for block in read.blocks if isinstance(block, Paragraph))


def test_other_pages_stay_sure():
    def two(canvas: Canvas) -> None:
        hangul(canvas)
        canvas.showPage()
        nothing(canvas)
        canvas.setFont("STSong-Light", 10)
        canvas.drawString(20, 280, "二、政府信息主动公开情况")

    paragraphs = [block for block in analysed(pdf.blocks(page(two))).blocks if isinstance(block, Paragraph)]
    assert [(block.at.page, block.confidence < 0.9) for block in paragraphs] == [(1, True), (2, False)]


NO_FONT = (
    "import json, pathlib, sys; import pypdfium2; from reports.formats.pdf import fonts\n"
    "from reports.formats.pdf import document as pdf\n"
    "fonts._map = fonts._get = fonts._enumerate = lambda *_: 0\n"  # pdfium is told that there is no font at all
    "from reports.tables.layout import analysed\n"
    "read = analysed(pdf.blocks(pathlib.Path(sys.argv[1]).read_bytes()))\n"
    "print(json.dumps([read.warnings, [c.confidence for b in read.blocks if hasattr(b, 'rows') for r in b.rows for c in r]]))"
)


def test_a_full_width_digit_lost_for_want_of_a_font_puts_the_page_in_doubt(tmp_path: Path):
    path = tmp_path / "a.pdf"
    path.write_bytes(page(lambda canvas: canvas.drawString(150, 186, "７")))
    command = [sys.executable, "-P", "-c", NO_FONT, str(path)]
    done = subprocess.run(command, capture_output=True, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, check=True)
    warnings, sure = json.loads(done.stdout)
    assert len(warnings) == 1
    assert max(sure) < 0.9


# A font whose 7 is mapped to a character of the private area.
TO_UNICODE = b"begincmap 1 begincodespacerange <00><FF> endcodespacerange 2 beginbfchar <31> <0031> <37> <E012> endbfchar endcmap"
RULED = b"20 180 90 20 re 110 180 90 20 re 20 160 90 20 re 110 160 90 20 re S "


def test_a_character_that_nothing_says_puts_its_cell_in_doubt_and_no_other():
    fonts = b"<</Font<</F 5 0 R>>>>"
    read = analysed(
        pdf.blocks(
            document(
                CATALOG,
                ONE_PAGE,
                b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 300]/Contents 4 0 R/Resources%s>>" % fonts,
                stream(RULED + b"BT /F 10 Tf 114 186 Td (171) Tj 0 -20 Td (11) Tj ET"),
                b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>",
                stream(TO_UNICODE),
            )
        )
    )
    assert [(cell.text, cell.confidence < 0.9) for cell in cells(read)] == [
        ("", False), ("11", True), ("", False), ("11", False),
    ]  # fmt: skip
