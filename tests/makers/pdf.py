"""Reports as PDF, drawn with reportlab: every way of ruling and breaking a table that exporters have."""

from __future__ import annotations

import io
import random
import re
from functools import lru_cache

import pypdfium2 as pdfium
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from reports.formats.pdf import fonts
from tests.makers.paper import Leaf, leaves
from tests.makers.report import Truth

# Style -> marks of the layout, and how the page is put on paper.
STYLES: dict[str, frozenset[str]] = {
    "ruled": frozenset(("rules",)),
    "bars": frozenset(("bars",)),
    "pieces": frozenset(("pieces",)),
    "open": frozenset(("open",)),
    "rowrules": frozenset(("rowrules",)),
    "bare": frozenset(("bare",)),
    "bare-right": frozenset(("bare", "right")),
    "wrapped": frozenset(("narrow",)),
    "split": frozenset(("low",)),
    "split-heads": frozenset(("low", "heads")),
    "split-cut": frozenset(("low", "cut")),
    "rowrules-split": frozenset(("rowrules", "low")),
    "bare-split": frozenset(("bare", "low")),
    # Narrow cells whose figures are wrapped over lines, and cut at any of them by the page's end.
    "slim": frozenset(("slim",)),
    "slim-cut": frozenset(("slim", "low", "cut")),
    "slim-cut-heads": frozenset(("slim", "low", "cut", "heads", "right", "headless")),
    "slim-cut-middle": frozenset(("slim", "low", "cut", "middle", "pieces")),
    "slim-cut-bottom": frozenset(("slim", "low", "cut", "bottom", "heads", "open")),
    "slim-cut-rowrules": frozenset(("slim", "low", "cut", "middle", "right", "rowrules")),
    "slim-cut-bare": frozenset(("slim", "low", "cut", "bare", "heads")),
    "wide": frozenset(("wide",)),
    "rotated": frozenset(("wide",)),
    "sideways": frozenset(("wide",)),
    "cropped": frozenset(("rules",)),
    "form": frozenset(("rules",)),
    "watermark": frozenset(("rules",)),
}
# Pages that are pictures: the text layer is careless or missing, the picture is right.
SCANS = ("hidden-layer", "covered-layer", "picture-only")


@lru_cache(maxsize=1)
def _font() -> str:
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    return "STSong-Light"


def _pieces(text: str, latin: str) -> list[tuple[str, str]]:
    """(font, text): Chinese in one font, digits in another, as office programs do."""
    out: list[tuple[str, str]] = []
    for char in text:
        font = _font() if char >= "\u2000" or not latin else latin
        if out and out[-1][0] == font:
            out[-1] = (font, out[-1][1] + char)
        else:
            out.append((font, char))
    return out


def _measure(latin: str):
    def width(text: str, size: float) -> float:
        return float(sum(pdfmetrics.stringWidth(piece, font, size) for font, piece in _pieces(text, latin)))

    return width


def render(truth: Truth, rng: random.Random, style: str, marks: frozenset[str] | None = None) -> bytes:
    """A PDF. ``style`` is one of ``STYLES`` or ``SCANS``; ``marks`` are those of its layout if not the style's own."""
    latin = rng.choice(("", "Times-Roman", "Helvetica"))
    pages = leaves(truth, rng, marks or STYLES.get(style, frozenset(("rules",))), _measure(latin))
    if style in SCANS:
        return _scan(pages, style, latin)
    out = io.BytesIO()
    canvas = Canvas(out, pageCompression=rng.choice((0, 1)), invariant=True)
    for leaf in pages:
        _leaf(canvas, leaf, style, latin, rng)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _leaf(canvas: Canvas, leaf: Leaf, style: str, latin: str, rng: random.Random) -> None:
    width, height = leaf.width, leaf.height
    if style == "rotated":  # the page is stored upright and shown turned
        canvas.setPageSize((width, height))  # reportlab swaps the sides of a page that it turns
        canvas.setPageRotation(90)
        canvas.translate(height, 0)
        canvas.rotate(90)
    elif style == "sideways":  # a wide table set sideways on an upright page
        canvas.setPageSize((height, width))
        canvas.translate(height, 0)
        canvas.rotate(90)
    elif style == "cropped":
        canvas.setPageSize((width + 40, height + 60))
        canvas.setCropBox((25, 35, width + 25, height + 35))
        canvas.translate(25, 35)
    else:
        canvas.setPageSize((width, height))
    if style == "form":
        canvas.beginForm(f"f{canvas.getPageNumber()}")
        _ink(canvas, leaf, style, latin)
        canvas.endForm()
        canvas.doForm(f"f{canvas.getPageNumber()}")
    else:
        _ink(canvas, leaf, style, latin)
    if style == "watermark":
        canvas.saveState()
        canvas.setFillGray(0.9)
        canvas.translate(width / 2, height / 2)
        canvas.rotate(45)
        for n in range(-3, 4):
            canvas.setFont(_font(), 40)
            canvas.drawCentredString(0, n * 90, "内部资料 2024 0 8")
        canvas.restoreState()


def _ink(canvas: Canvas, leaf: Leaf, style: str, latin: str) -> None:
    canvas.setLineWidth(0.5)
    for x0, y0, x1, y1 in leaf.rules:
        if style == "bars":
            canvas.rect(x0 - 0.3, leaf.height - y1 - 0.3, x1 - x0 + 0.6, y1 - y0 + 0.6, stroke=0, fill=1)
        else:
            canvas.line(x0, leaf.height - y0, x1, leaf.height - y1)
    _write(canvas, leaf, latin)


def _write(canvas: Canvas, leaf: Leaf, latin: str, mode: int = 0, text: str | None = None) -> None:
    for word in leaf.words:
        line = canvas.beginText(word.x, leaf.height - word.y)
        line.setTextRenderMode(mode)
        for font, piece in _pieces(text if text is not None else word.text, latin):
            line.setFont(font, word.size)
            line.textOut(piece)
        canvas.drawText(line)


def _scan(pages: list[Leaf], style: str, latin: str) -> bytes:
    """Pages as pictures; the layer of text says other figures than the picture shows."""
    inner = io.BytesIO()
    canvas = Canvas(inner, invariant=True)
    for leaf in pages:
        canvas.setPageSize((leaf.width, leaf.height))
        _ink(canvas, leaf, "ruled", latin)
        canvas.showPage()
    canvas.save()
    fonts.install()
    document = pdfium.PdfDocument(inner.getvalue())
    out = io.BytesIO()
    canvas = Canvas(out, invariant=True)
    for n, leaf in enumerate(pages):
        picture = ImageReader(document[n].render(scale=150 / 72).to_pil().convert("L"))
        canvas.setPageSize((leaf.width, leaf.height))
        if style == "covered-layer":
            _write(canvas, leaf, latin, text="7")
        canvas.drawImage(picture, 0, 0, leaf.width, leaf.height)
        if style == "hidden-layer":
            _write(canvas, leaf, latin, mode=3, text="7")
        canvas.showPage()
    canvas.save()
    document.close()
    return out.getvalue()


def lying(data: bytes, swapped: dict[str, str]) -> bytes:
    """The same PDF with a map of characters that says other digits than the page shows: ``{"3": "8"}`` says 8 for each 3.
    The text must have its digits in a Latin font."""
    font = re.search(
        rb"(\d+) 0 obj\s*<<((?:(?!endobj).)*?/BaseFont /(?:Helvetica|Times-Roman)\b(?:(?!endobj).)*?)>>\s*endobj",
        data,
        re.DOTALL,
    )
    assert font is not None, "no Latin font"
    last = data.rindex(b"startxref")
    before = int(data[last:].split()[1])
    number = max(int(n) for n in re.findall(rb"(\d+) 0 obj", data)) + 1
    pairs = "".join(f"<{ord(char):02x}> <{ord(swapped.get(char, char)):04x}>\n" for char in map(chr, range(33, 127)))
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def\n"
        f"1 begincodespacerange <00> <ff> endcodespacerange\n94 beginbfchar\n{pairs}endbfchar\nendcmap end end"
    ).encode()
    out = bytearray(data)
    places = []
    for name, body in (
        (int(font[1]), b"<<" + font[2] + b" /ToUnicode %d 0 R>>" % number),
        (number, b"<</Length %d>>stream\n" % len(cmap) + cmap + b"\nendstream"),
    ):
        places.append((name, len(out)))
        out += b"%d 0 obj\n" % name + body + b"\nendobj\n"
    root = re.search(rb"/Root (\d+ \d+ R)", data[data.rindex(b"trailer") :])
    assert root is not None
    start = len(out)
    out += b"xref\n" + b"".join(b"%d 1\n%010d 00000 n \n" % entry for entry in places)
    out += b"trailer\n<</Size %d /Root %s /Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (number + 1, root[1], before, start)
    return bytes(out)
