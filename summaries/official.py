"""Official papers as DOCX in the layout of GB/T 9704-2012 (党政机关公文格式): page, type, numbering, page numbers.

A4 with 156 × 225 mm of type: 37 mm above, 28 mm at the binding edge, 22 lines a page of 28 characters. Title 2号 小标宋,
text 3号 仿宋, first heads 黑体, second heads 楷体, page numbers 4号 宋体 between dashes, outside. The typefaces are named
as the standard and the offices' machines name them; Word and WPS take their own for one that is not installed.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Emu, Mm, Pt
from docx.table import _Cell
from docx.text.paragraph import Paragraph
from docx.text.run import Run

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

SONG, FANGSONG, HEI, KAI, NUMBERS = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体"
SIZE_2, SIZE_3, SIZE_4, SIZE_5 = Pt(22), Pt(16), Pt(14), Pt(10.5)  # 二号, 三号, 四号, 五号
TYPE_WIDTH = Mm(156)
LINE = Pt(28.95)  # 225 mm over 22 lines
TITLE_LINE = Pt(35)
SHORT, CELL_MARGINS = Pt(84), Pt(13)  # of a column of a table; 1.9 mm on each side and the line

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

Kind = Literal["text", "head", "second", "item"]


@dataclass(frozen=True, slots=True)
class Part:
    """A paragraph: ``text``, a ``head`` (一、), a ``second`` head (（一）) or a numbered ``item``. ``address`` is printed
    after it on a line of its own and linked."""

    text: str
    kind: Kind = "text"
    address: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: heads with the width of each column as a share, rows of text, which columns are numbers."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]
    numbers: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Paper:
    """An official paper. ``to`` is its addressee, empty for one to all; ``signed`` who issues it; ``dated`` the day in
    Chinese; ``notes`` are printed last, as 附注; ``annexes`` each
    begin a page on its side, by name."""

    title: str
    to: str
    parts: tuple[Part | Grid, ...]
    signed: str
    dated: str
    notes: tuple[str, ...] = ()
    annexes: tuple[tuple[str, Grid], ...] = ()


def as_docx(paper: Paper) -> bytes:
    """The paper as the bytes of a DOCX (ECMA-376). Text is text: nothing in it becomes a field, a link or a macro."""
    book = docx.Document()
    _page(book)
    _normal(book)
    book.core_properties.title = printable(paper.title).replace("\n", "")
    book.core_properties.author = printable(paper.signed)
    book.core_properties.comments = ""
    title = _paragraph(book, paper.title, SONG, SIZE_2, TITLE_LINE)
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.paragraph_format.space_after = LINE
    if paper.to:
        _paragraph(book, f"{paper.to}：", FANGSONG, SIZE_3).alignment = WD_ALIGN_PARAGRAPH.LEFT
    for part in paper.parts:
        if isinstance(part, Grid):
            _grid(book, part)
        else:
            _part(book, part)
    _held_together(book)
    for number, (name, _) in enumerate(paper.annexes, 1):
        lead = "附件：" if number == 1 else "　　　"
        _indented(_paragraph(book, f"{lead}{f'{number}. ' if len(paper.annexes) > 1 else ''}{name}", FANGSONG, SIZE_3))
    _signature(book, paper.signed, paper.dated)
    for note in paper.notes:
        _indented(_paragraph(book, f"（{note}）", FANGSONG, SIZE_3))
    for number, (name, grid) in enumerate(paper.annexes, 1):
        _turned(book)
        _paragraph(book, f"附件{number if len(paper.annexes) > 1 else ''}", HEI, SIZE_3)
        title = _paragraph(book, name, SONG, SIZE_2, TITLE_LINE)
        title.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _grid(book, grid, Mm(225))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _held_together(book: Document) -> None:
    """The last words before the signature stay with it: no page holds the signature alone."""
    last = book.paragraphs[-1].paragraph_format
    last.keep_with_next = last.keep_together = True


def printable(text: str) -> str:
    """The text without what XML 1.0 cannot hold (section 2.2)."""
    return _ILLEGAL.sub("", text)


def _page(book: Document) -> None:
    section = book.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(28)  # 7 mm below the type
    book.settings.odd_and_even_pages_header_footer = True
    for footer, side in (
        (section.footer, WD_ALIGN_PARAGRAPH.RIGHT),
        (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT),
    ):
        line = footer.paragraphs[0]
        line.alignment = side
        indent = SIZE_4  # one character in from the edge
        if side == WD_ALIGN_PARAGRAPH.RIGHT:
            line.paragraph_format.right_indent = indent
        else:
            line.paragraph_format.left_indent = indent
        _type(line.add_run("— "), NUMBERS, SIZE_4)
        _field(line, "PAGE")
        _type(line.add_run(" —"), NUMBERS, SIZE_4)
    # 28 characters to the line and 22 lines to the page, as the standard counts them.
    grid = section._sectPr.find(qn("w:docGrid"))
    if grid is None:
        grid = OxmlElement("w:docGrid")
        section._sectPr.append(grid)
    grid.set(qn("w:type"), "lines")
    grid.set(qn("w:linePitch"), str(int(LINE.pt * 20)))


def _turned(book: Document) -> None:
    """A new page lying on its side, for a wide table; its footer goes on counting."""
    section = book.add_section(WD_SECTION.NEW_PAGE)
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.top_margin, section.bottom_margin = Mm(28), Mm(26)
    section.left_margin, section.right_margin = Mm(35), Mm(37)
    section.footer_distance = Mm(19)


def _normal(book: Document) -> None:
    style = book.styles["Normal"]
    style.font.name, style.font.size = FANGSONG, SIZE_3
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), FANGSONG)
    language = OxmlElement("w:lang")
    language.set(qn("w:eastAsia"), "zh-CN")
    style.element.get_or_add_rPr().append(language)
    style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0)


def _paragraph(book: Document | _Cell, text: str, face: str, size: Pt, line: Pt = LINE) -> Paragraph:
    out = book.add_paragraph()
    out.paragraph_format.line_spacing_rule, out.paragraph_format.line_spacing = WD_LINE_SPACING.EXACTLY, line
    out.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    _type(out.add_run(printable(text)), face, size)
    return out


def _type(run: Run, face: str, size: Pt | Emu) -> None:
    run.font.name, run.font.size = face, Pt(size.pt)
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face)


def _field(line: Paragraph, name: str) -> None:
    run = line.add_run()
    _type(run, NUMBERS, SIZE_4)
    for kind, text in (("begin", ""), ("", name), ("end", "")):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._element.append(element)


def _indented(line: Paragraph) -> Paragraph:
    line.paragraph_format.first_line_indent = Pt(2 * SIZE_3.pt)
    return line


def _part(book: Document, part: Part) -> None:
    face = {"head": HEI, "second": KAI}.get(part.kind, FANGSONG)
    line = _indented(_paragraph(book, part.text, face, SIZE_3))
    line.paragraph_format.keep_with_next = part.kind in {"head", "second"} or bool(part.address)
    if part.address:
        address = _paragraph(book, part.address, FANGSONG, SIZE_4)
        address.alignment = WD_ALIGN_PARAGRAPH.LEFT  # an address has no blanks to stretch
        address.paragraph_format.left_indent = Pt(2 * SIZE_3.pt)


def _signature(book: Document, signed: str, dated: str) -> None:
    """A line free; the issuer two characters in from the right, the day beginning two further right than the issuer, or
    where the day is the longer one the day two in and the issuer moved (GB/T 9704-2012, 7.3.5.2)."""
    _paragraph(book, "", FANGSONG, SIZE_3).paragraph_format.keep_with_next = True
    longer = _width(signed) - _width(dated)
    indents = (2.0, longer) if longer >= 2 else (4 - longer, 2.0)
    for text, indent in zip((signed, dated), indents, strict=True):
        line = _paragraph(book, text, FANGSONG, SIZE_3)
        line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        line.paragraph_format.right_indent = Pt(indent * SIZE_3.pt)
        line.paragraph_format.keep_with_next = text is signed


def _width(text: str) -> float:
    """In full-width characters."""
    return sum(0.5 if char.isascii() else 1.0 for char in text)


def _grid(book: Document, grid: Grid, width: Mm = TYPE_WIDTH) -> None:
    table = book.add_table(rows=0, cols=len(grid.heads))
    table.style = "Table Grid"
    table.autofit = False
    widths = _widths(grid, width)
    for column, own in zip(table.columns, widths, strict=True):
        column.width = own
    for number, row in enumerate((grid.heads, *grid.rows)):
        cells = table.add_row().cells
        for column, (cell, text) in enumerate(zip(cells, row, strict=True)):
            cell.width = widths[column]
            cell._element.remove(cell.paragraphs[0]._element)
            line = _paragraph(cell, text, HEI if number == 0 else FANGSONG, SIZE_5, Pt(15))
            _off_the_grid(line)
            line.alignment = _alignment(number, column, grid.numbers)
        _row(table.rows[-1]._tr, head=number == 0)
    # Behind an annex's table there must be a paragraph, and none that takes a page of its own.
    inline = width == TYPE_WIDTH
    _off_the_grid(_paragraph(book, "", FANGSONG, SIZE_5 if inline else Pt(1), Pt(12) if inline else Pt(1)))


def _off_the_grid(line: Paragraph) -> None:
    """Small type keeps its own lines."""
    snap = OxmlElement("w:snapToGrid")
    snap.set(qn("w:val"), "0")
    line._element.get_or_add_pPr().append(snap)


def _widths(grid: Grid, width: Mm) -> list[Emu]:
    """What is short (a date, a count, a word) has the room that it takes on one line; the other columns share the rest."""
    needs = [
        max(sum(0.65 if char.isascii() else 1.0 for char in text) for text in texts) * SIZE_5 + CELL_MARGINS
        for texts in zip(grid.heads, *grid.rows, strict=True)
    ]
    short = {column for column, need in enumerate(needs) if need <= SHORT}
    short -= {0} if len(short) == len(needs) else set()
    rest = width - sum(needs[column] for column in short)
    shared = sum(parts for column, parts in enumerate(grid.widths) if column not in short)
    if rest < width / 8 * (len(needs) - len(short)):
        return [Emu(int(width * parts / sum(grid.widths))) for parts in grid.widths]
    return [
        Emu(int(needs[column] if column in short else rest * parts / shared))
        for column, parts in enumerate(grid.widths)
    ]


def _alignment(row: int, column: int, numbers: Iterable[int]) -> WD_ALIGN_PARAGRAPH:
    if row == 0:
        return WD_ALIGN_PARAGRAPH.CENTER
    return WD_ALIGN_PARAGRAPH.RIGHT if column in numbers else WD_ALIGN_PARAGRAPH.LEFT


def _row(row: object, head: bool) -> None:
    """A row is not cut by a page's end; the head is repeated on every page."""
    properties = row.get_or_add_trPr()  # type: ignore[attr-defined]
    names: Sequence[str] = ("w:cantSplit", "w:tblHeader") if head else ("w:cantSplit",)
    for name in names:
        properties.append(OxmlElement(name))
