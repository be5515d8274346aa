"""What a page prints beside a figure: marks of notes, strokes through it, text that is not seen."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from itertools import chain

import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from reports.blocks import Grid, GridCell
from reports.formats import ofd
from reports.formats.pdf import document as pdf
from reports.tables.layout import analysed
from tests.makers.small import ofd_members, zipped

Draw = Callable[[Canvas], None]


def made(draw: Draw) -> bytes:
    """A ruled table of three columns and two rows, into whose second cell something is drawn."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(400, 300), invariant=1)
    canvas.setFont("STSong-Light", 10)
    canvas.drawString(20, 280, "二、政府信息主动公开情况")
    for r in range(2):
        for c in range(3):
            canvas.rect(20 + 90 * c, 180 - 20 * r, 90, 20, stroke=1, fill=0)
    for x, y, text in ((24, 186, "规章"), (204, 186, "7"), (24, 166, "甲"), (114, 166, "1"), (204, 166, "2")):
        canvas.drawString(x, y, text)
    draw(canvas)
    canvas.save()
    return out.getvalue()


def cells_of(data: bytes) -> list[GridCell]:
    grids = [block for block in analysed(pdf.blocks(data)).blocks if isinstance(block, Grid)]
    assert len(grids) == 1
    return list(chain.from_iterable(grids[0].rows))


def text(x: float, said: str, size: float = 10, rise: float = 0) -> Draw:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("STSong-Light", size)
        canvas.drawString(x, 186 + rise, said)

    return draw


def mode(said: str, render: int) -> Draw:
    def draw(canvas: Canvas) -> None:
        words = canvas.beginText(119, 186)
        words.setFont("STSong-Light", 10)
        words.setTextRenderMode(render)
        words.textOut(said)
        canvas.drawText(words)

    return draw


def coloured(said: str, value: float, alpha: float = 1) -> Draw:
    def draw(canvas: Canvas) -> None:
        canvas.saveState()
        canvas.setFillColorRGB(value, value, value, alpha)
        text(119, said)(canvas)
        canvas.restoreState()

    return draw


def stroke(x0: float, x1: float, y: float = 189.5, thick: bool = False) -> Draw:
    def draw(canvas: Canvas) -> None:
        if thick:
            canvas.rect(x0, y - 0.4, x1 - x0, 0.8, stroke=0, fill=1)
        else:
            canvas.line(x0, y, x1, y)

    return draw


def read(*draws: Draw) -> tuple[GridCell, list[GridCell]]:
    """The cell drawn into, and the others."""

    def all_of_them(canvas: Canvas) -> None:
        for draw in draws:
            draw(canvas)

    cells = cells_of(made(all_of_them))
    return cells[1], [cells[0], *cells[2:]]


def test_a_figure_alone_is_sure():
    cell, others = read(text(114, "61"))
    assert (cell.text, cell.confidence) == ("61", 1.0)
    assert [other.text for other in others] == ["规章", "7", "甲", "1", "2"]


@pytest.mark.parametrize(
    "mark", [text(119, "1", 6, 4), text(119, "[1]", 5.5, 4.5), text(119, "1", 6, -2.5), text(119, "注1", 6, 4)]
)
@pytest.mark.parametrize("first", [True, False])
def test_a_small_figure_off_the_line_is_the_mark_of_a_note(mark, first):
    cell, _ = read(*((mark, text(114, "6")) if first else (text(114, "6"), mark)))
    assert (cell.text, cell.confidence) == ("6", 1.0)


def test_a_small_figure_on_the_line_is_in_doubt():
    cell, others = read(text(114, "6"), text(119, "1", 6))
    assert cell.confidence == 0.5
    assert all(other.confidence == 1.0 for other in others)


@pytest.mark.parametrize("size", [9.5, 9, 8.3])
@pytest.mark.parametrize("rise", [0, 1])
def test_a_figure_of_two_sizes_is_in_doubt(size, rise):
    for draws in ((text(114, "6"), text(119, "1", size, rise)), (text(119, "1", size, rise), text(114, "6"))):
        cell, others = read(*draws)
        assert cell.confidence == 0.5
        assert all(other.confidence == 1.0 for other in others)


def test_a_digit_off_the_line_of_the_others_is_in_doubt():
    assert read(text(114, "6"), text(119, "1", 10, 3))[0].confidence == 0.5
    assert written(SIX, code(48, "1", 4, 71.5)).confidence == 0.5
    assert written(SIX, code(48, "1", 3.6)).confidence == 0.5


def test_figures_smaller_than_their_labels_are_no_marks():
    cell, others = read(text(112.5, "6", 7.5, 2), text(88, "合计"))
    assert (cell.text, cell.confidence) == ("6", 1.0)
    assert others[0].text.endswith("合计")


@pytest.mark.parametrize(
    "line", [stroke(113.5, 119.5), stroke(114, 119, 189), stroke(113, 120, thick=True), stroke(112, 121, 190.5)]
)
def test_a_struck_out_figure_is_left_out_and_its_cell_in_doubt(line):
    cell, others = read(text(114, "9"), text(119, "6"), line)
    assert (cell.text, cell.confidence) == ("6", 0.5)
    assert [(other.text, other.confidence) for other in others] == [(t, 1.0) for t in ("规章", "7", "甲", "1", "2")]


def test_an_underline_strikes_nothing_out():
    cell, _ = read(text(114, "61"), stroke(113.5, 124.5, 184.5))
    assert (cell.text, cell.confidence) == ("61", 1.0)


def test_what_a_note_of_the_file_strikes_out_is_left_out():
    def note(canvas: Canvas) -> None:
        text(114, "9")(canvas)
        text(119, "6")(canvas)
        canvas.highlightAnnotation("", (113.5, 184, 119, 196), QuadPoints=[113.5, 196, 119, 196, 113.5, 184, 119, 184])

    marked = made(note)
    assert b"/Highlight" in marked
    cells = cells_of(marked.replace(b"/Highlight", b"/StrikeOut"))
    assert [(cell.text, cell.confidence < 1) for cell in cells[:3]] == [("规章", False), ("6", True), ("7", False)]


@pytest.mark.parametrize("hidden", [mode("1", 3), mode("1", 7), coloured("1", 0, 0), text(119, "1", 0.5)])
def test_text_without_ink_is_no_part_of_a_figure(hidden):
    cell, others = read(text(114, "6"), hidden)
    assert cell.text == "6"
    assert all(other.confidence == 1.0 for other in others)


def test_text_in_the_colour_of_paper_is_in_doubt():
    cell, others = read(text(114, "6"), coloured("1", 1))
    assert cell.confidence == 0.5
    assert all(other.confidence == 1.0 for other in others)


def test_a_field_of_a_form_is_no_blank():
    def field(canvas: Canvas) -> None:
        canvas.acroForm.textfield(name="a", value="6", x=113, y=182, width=60, height=15, fontSize=9)

    cell, others = read(field)
    assert cell.confidence == 0.5
    assert all(other.confidence == 1.0 for other in others)


def written(*codes: str) -> GridCell:
    """The same in OFD: the cell with a 0, drawn anew."""
    members = ofd_members()
    name = "Doc_0/Pages/Page_0/Content.xml"
    content = members[name].decode()
    zero = re.search(r"<ofd:TextObject [^>]*><ofd:TextCode [^>]*>0</ofd:TextCode></ofd:TextObject>", content)
    assert zero is not None
    members[name] = content.replace(zero[0], "".join(codes), 1).encode()
    grids = [block for block in analysed(ofd.blocks(zipped(members))).blocks if isinstance(block, Grid)]
    return grids[0].rows[1][1]


def code(x: float, said: str, size: float = 4, y: float = 73, attributes: str = "", inside: str = "") -> str:
    return (
        f'<ofd:TextObject ID="900" Boundary="{x} {y - size} 30 {size + 2}" Font="1" Size="{size}"{attributes}>{inside}'
        f'<ofd:TextCode X="0" Y="{size}" DeltaX="g {len(said)} {size / 2}">{said}</ofd:TextCode></ofd:TextObject>'
    )


SIX, NINE = code(46, "6"), code(46, "9")
LINE = (
    '<ofd:PathObject ID="901" Boundary="45.8 71.5 2.4 0.2" LineWidth="0.2"><ofd:AbbreviatedData>M 0 0 L 2.4 0'
    "</ofd:AbbreviatedData></ofd:PathObject>"
)


WHITE = (
    '<ofd:PathObject ID="902" Boundary="45 68 6 8" Stroke="false" Fill="true"><ofd:FillColor Value="255 255 255"/>'
    "<ofd:AbbreviatedData>M 0 0 L 6 0 L 6 8 L 0 8 C</ofd:AbbreviatedData></ofd:PathObject>"
)


@pytest.mark.parametrize(
    ("codes", "confidence"),
    [
        ((SIX,), 1.0),
        ((SIX, code(48, "1", 2.4, 71.5)), 1.0),
        ((SIX, code(48, "1", attributes=' Alpha="0"')), 0.5),
        ((SIX, code(48, "1", inside='<ofd:FillColor Value="0 0 0" Alpha="0"/>')), 0.5),
        ((SIX, code(48, "1", 0.2)), 0.5),
        ((SIX, code(48, "1", attributes=' Visible="false"')), 1.0),
        ((NINE, LINE, code(48, "6")), 0.5),
        ((SIX, WHITE), 0.5),
        ((WHITE, SIX), 1.0),
        ((SIX, WHITE.replace("255 255 255", "255 255 0")), 1.0),
        ((SIX.replace("><ofd:TextCode", '><ofd:FillColor Value="225 225 225"/><ofd:TextCode'),), 0.5),
        ((SIX.replace('Size="4"', 'Size="4" Alpha="60"'),), 0.5),
    ],
)
def test_what_an_ofd_raises_hides_or_strikes_out_is_no_part_of_a_figure(codes, confidence):
    cell = written(*codes)
    assert (cell.text, cell.confidence) == ("6", confidence)
