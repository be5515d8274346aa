"""DOCX: zip and XML to paragraphs, grids and pictures.

What the reader of the printed page sees is what counts: deleted revisions, hidden text and field codes are left out,
insertions and field results are kept, automatic numbers are written out, of alternative drawings one is taken.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from reports.blocks import IN_DOUBT, Block, Blocks, Paragraph, Picture, Unreadable
from reports.formats.container import Container
from reports.formats.runs import Ink
from reports.formats.word import drafts
from reports.formats.word.drafts import MAX_PICTURE, MAX_PICTURES, MIN_PICTURE_CM, Draft
from reports.formats.word.runs import RunLine
from reports.formats.word.wordml import (
    RUN_PROPERTIES,
    Properties,
    R,
    Styles,
    W,
    face,
    first,
    ground_of,
    local,
    on,
    read_numbering,
    read_relations,
    transitional,
    value,
    whole,
)

_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_V = "{urn:schemas-microsoft-com:vml}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_EMU_CM = 360_000  # ECMA-376
SIZE = 10.0  # points, of a run of which nothing is said
_DRAWN = re.compile(r"picture|wordprocessing(?:Shape|Group|Canvas|Ink)$")

_INLINE = frozenset(("ins", "moveTo", "hyperlink", "smartTag", "fldSimple", "customXml", "dir", "bdo", "sdtContent"))
_BLOCKY = frozenset(("ins", "moveTo", "customXml", "sdtContent"))
_SIGNS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
# Fields that print nothing where they stand: marks of indexes and of authorities, questions, places to go to.
_SILENT = re.compile(
    r"\s*(?:XE|TC|TA|RD|SET|ASK|PRIVATE|FORM\w+|MACROBUTTON|GOTOBUTTON|AUTONUM\w*|ADVANCE)\b", re.IGNORECASE
)
# Formulas that put figures on top of each other, in words that the text alone does not give.
_FORMULAS = frozenset(f"{_M}{name}" for name in ("f", "rad", "nary", "m", "d", "limLow", "limUpp", "sPre"))


def blocks(data: bytes) -> Blocks:
    """The document as blocks. Raises Unreadable."""
    with Container(data) as package:
        if "word/document.xml" not in package:
            raise Unreadable("the file holds no document (no word/document.xml); fetch it again")
        out = _Docx(package).read()
        out.incomplete = package.incomplete
        return out


@dataclass(slots=True)
class _Paragraph:
    """The paragraph being read: its pieces, what its runs have by its style, and what stands behind it.

    ``fields``: of the fields that are open, True while their result is being read, False while their code is; ``codes``:
    the code of each, and how many pieces the line had where it began."""

    style: tuple[str | None, str | None]
    runs: Properties
    line: RunLine = field(default_factory=RunLine)
    behind: list[Block] = field(default_factory=list)
    fields: list[bool] = field(default_factory=list)
    codes: list[tuple[list[str], int]] = field(default_factory=list)

    @property
    def is_visible(self) -> bool:
        return all(self.fields)


class _Docx:
    def __init__(self, package: Container) -> None:
        self._package = package
        self._relations = read_relations(package)
        self._styles = Styles(package)
        self._numbering = read_numbering(package)
        self._by_style: dict[tuple[str | None, str | None], Properties] = {}
        self._faces: dict[tuple[object, ...], tuple[Ink, float]] = {}
        self._table_styles: list[str | None] = [None]
        self._grounds = [""]
        self._perhaps: list[frozenset[str]] = [frozenset()]  # grounds that the style of the table around may lay
        self._pictures = 0
        self._depth = 0

    def read(self) -> Blocks:
        root = transitional(self._package.xml("word/document.xml"))
        body = root.find(f"{W}body")
        if body is None:
            raise Unreadable("the document has no body; fetch it again or ask for it")
        return Blocks("docx", drafts.numbered(self._blocks(body)))

    # ---- the text

    def _blocks(self, parent: etree._Element) -> list[Block]:
        """The blocks of a body, a cell, a text box."""
        self._depth += 1
        if self._depth > drafts.MAX_DEPTH:
            raise Unreadable("the document nests its tables deeper than any report; not read", "depth")
        out: list[Block] = []
        for child in parent:
            name = local(child)
            if name == "p":
                out.extend(self._paragraph(child))
            elif name == "tbl":
                out.extend(self._table(child))
            elif name == "sdt":
                content = child.find(f"{W}sdtContent")
                if content is not None:
                    out.extend(self._blocks(content))
            elif name in _BLOCKY:
                out.extend(self._blocks(child))
            elif name in ("altChunk", "subDoc"):  # a file within the file: what it prints is not read
                out.append(Paragraph("", confidence=0.0))
            elif child.tag == f"{_MC}AlternateContent":
                chosen = _choice(child)
                if chosen is not None:
                    out.extend(self._blocks(chosen))
        self._depth -= 1
        return out

    def _paragraph(self, p: etree._Element) -> list[Block]:
        properties = first(p, f"{W}pPr")
        style = outline = None
        if properties is not None:
            style, outline = value(first(properties, f"{W}pStyle")), first(properties, f"{W}outlineLvl")
        heading = any(s.heading for s in self._styles.chain(style)) if outline is None else whole(value(outline)) < 9
        key = (style, self._table_styles[-1])
        if key not in self._by_style:
            self._by_style[key] = self._styles.of_paragraph(*key)
        self._grounds.append(ground_of(properties) or self._styles.ground_of_paragraph(style) or self._grounds[-1])
        paragraph = _Paragraph(key, self._by_style[key])
        self._runs(p, paragraph)
        self._grounds.pop()
        if paragraph.line.printed() or (self._depth > 1 and not paragraph.line.parts):
            number = self._number(properties, style)
            if number and not paragraph.line.parts:
                return [Paragraph(number.strip(), confidence=IN_DOUBT)]  # a cell that holds a list's number alone
            return [*paragraph.line.paragraphs(number, heading), *paragraph.behind]
        return [*paragraph.line.paragraphs("", heading), *paragraph.behind]

    def _runs(self, parent: etree._Element, paragraph: _Paragraph) -> None:
        for child in parent:
            name = local(child)
            if name == "r":
                self._run(child, paragraph, *self._face(child, paragraph))
            elif name == "sdt":
                content = child.find(f"{W}sdtContent")
                if content is not None:
                    self._runs(content, paragraph)
            elif name in _INLINE:
                before = len(paragraph.line.parts)
                self._runs(child, paragraph)
                if name == "fldSimple" and paragraph.is_visible:
                    _unsolved(child.get(f"{W}instr") or "", before, paragraph.line)
            elif child.tag == f"{_MC}AlternateContent":
                chosen = _choice(child)
                if chosen is not None:
                    self._runs(chosen, paragraph)
            elif isinstance(child.tag, str) and child.tag.startswith(_M) and paragraph.is_visible:
                self._formula(child, paragraph.line, Ink.PLAIN)

    def _formula(self, element: etree._Element, line: RunLine, ink: Ink) -> None:
        """A formula's text; what it raises, lowers or puts on top of something is no digit beside it."""
        for child in element:
            if child.tag == f"{_M}t":
                line.add(child.text or "", ink)
            elif child.tag in (f"{_M}sup", f"{_M}sub"):
                self._formula(child, line, Ink.RAISED)
            else:
                self._formula(child, line, Ink.UNREAD if child.tag in _FORMULAS else ink)

    def _face(self, run: etree._Element, paragraph: _Paragraph) -> tuple[Ink, float]:
        """How a run is printed, and how large."""
        properties = first(run, RUN_PROPERTIES)
        stated = () if properties is None else tuple((child.tag, *child.items()) for child in properties)
        key = (
            paragraph.style,
            self._grounds[-1],
            self._perhaps[-1],
            stated,
        )  # runs are written alike all over a document
        found = self._faces.get(key)
        if found is None:
            made = face(self._styles.of_run(properties, paragraph.runs), self._grounds[-1], self._perhaps[-1])
            found = self._faces[key] = made.ink, made.size or SIZE
        return found

    def _run(self, run: etree._Element, paragraph: _Paragraph, ink: Ink, size: float) -> None:  # noqa: C901  one branch a kind of child of a run
        line = paragraph.line
        for child in run:
            name = local(child)
            if name == "fldChar":
                self._field(child, paragraph, ink)
            elif name == "instrText" and paragraph.codes:
                paragraph.codes[-1][0].append(child.text or "")
            elif not paragraph.is_visible:
                continue
            elif name == "t":
                line.add(child.text or "", ink, size)
            elif name in _SIGNS:
                line.add(_SIGNS[name], ink)
            elif name == "sym":  # a sign of a font of signs: it may be a figure
                line.add("", Ink.UNREAD)
            elif name == "ruby":
                base = child.find(f"{W}rubyBase")
                if base is not None:
                    self._runs(base, paragraph)
            elif name in ("drawing", "pict", "object"):
                if (self._drawing(child, paragraph.behind) or name == "object") and ink != Ink.HIDDEN:
                    line.add("", Ink.UNREAD)
            elif child.tag == f"{_MC}AlternateContent":
                chosen = _choice(child)
                if chosen is not None:
                    self._run(chosen, paragraph, ink, size)

    def _field(self, mark: etree._Element, paragraph: _Paragraph, ink: Ink) -> None:
        fields = paragraph.fields
        kind = mark.get(f"{W}fldCharType")
        if kind == "begin":
            options = mark.find(f"{W}ffData/{W}ddList")
            if options is not None and paragraph.is_visible:  # a field of choices has no result beside it
                entries = [value(entry) or "" for entry in options.iterfind(f"{W}listEntry")]
                chosen = whole(value(options.find(f"{W}result")) or value(options.find(f"{W}default")))
                paragraph.line.add(entries[chosen] if 0 <= chosen < len(entries) else "", ink)
            fields.append(False)
            paragraph.codes.append(([], len(paragraph.line.parts)))
        elif fields and kind == "separate":
            fields[-1] = True
        elif fields and kind == "end":
            fields.pop()
            code, before = paragraph.codes.pop()
            if paragraph.is_visible:
                _unsolved("".join(code), before, paragraph.line)

    def _drawing(self, drawing: etree._Element, behind: list[Block]) -> bool:
        """Text boxes are read behind their paragraph; of alternatives within the drawing only one. Whether something
        stands in the line that is no text: a picture, a formula of another program."""
        stack = [drawing]
        boxed = pictured = False
        while stack:
            element = stack.pop()
            if element.tag == f"{W}txbxContent":
                behind.extend(self._blocks(element))
                boxed = True
                continue
            if element.tag == f"{_MC}AlternateContent":
                chosen = _choice(element)
                stack.extend([] if chosen is None else [chosen])
                continue
            if element.tag == f"{_A}blip":
                self._picture(element.get(f"{R}embed"), drawing, behind)
                pictured = True
            elif element.tag == f"{_V}imagedata":
                self._picture(element.get(f"{R}id"), drawing, behind)
                pictured = True
            elif element.tag == f"{_A}graphicData" and not _DRAWN.search(element.get("uri", "")):
                pictured = True  # a chart, a diagram
            stack.extend(reversed(element))
        floating = next(drawing.iter(f"{_WP}anchor"), None) is not None or "absolute" in _first_style(drawing)
        return pictured and not boxed and not floating

    def _picture(self, relation: str | None, drawing: etree._Element, behind: list[Block]) -> None:
        target = self._relations.get(relation or "")
        if target is None or target not in self._package or self._pictures >= MAX_PICTURES:
            return
        extent = next(drawing.iter(f"{_WP}extent"), None)
        if extent is not None and whole(extent.get("cx")) < MIN_PICTURE_CM * _EMU_CM:
            return
        self._pictures += 1
        behind.append(Picture(posixpath.basename(target), self._package.read(target, MAX_PICTURE)))

    def _number(self, properties: etree._Element | None, style: str | None) -> str:
        """The automatic number in front of a paragraph, as printed; empty where there is none."""
        numbering = first(properties, f"{W}numPr") if properties is not None else None
        num_id: str | None = None
        level = 0
        if numbering is not None:
            num_id = value(numbering.find(f"{W}numId"))
            level = whole(value(numbering.find(f"{W}ilvl")))
        if num_id is None:
            for entry in self._styles.chain(style):
                if entry.num_id is not None:
                    num_id, level = entry.num_id, entry.level if numbering is None else level
                    break
        return self._numbering.next(num_id, level)

    def _table(self, tbl: etree._Element) -> list[Block]:
        rows: list[list[Draft]] = []
        open_merges: set[int] = set()
        style = value(tbl.find(f"{W}tblPr/{W}tblStyle"))
        self._table_styles.append(style)
        self._perhaps.append(self._styles.grounds_of_table(style) or self._perhaps[-1])
        self._grounds.append(ground_of(first(tbl, f"{W}tblPr")) or self._grounds[-1])
        for tr in _children(tbl, "tr"):
            properties = first(tr, f"{W}trPr")
            column = 0
            if properties is not None:
                if first(properties, f"{W}del") is not None or on(first(properties, f"{W}hidden")):
                    continue
                column = whole(value(first(properties, f"{W}gridBefore")))
            row, open_merges = self._table_row(tr, column, open_merges)
            rows.append(row)
        for around in (self._table_styles, self._perhaps, self._grounds):
            around.pop()
        return drafts.table(rows)

    def _table_row(self, tr: etree._Element, column: int, open_merges: set[int]) -> tuple[list[Draft], set[int]]:
        """The cells of a row that begins at a column, and the columns in which a cell goes on below. ``open_merges``: the
        same of the row above."""
        row: list[Draft] = []
        merges: set[int] = set()
        for tc in _children(tr, "tc"):
            cell = first(tc, f"{W}tcPr")
            stated = {local(child): child for child in cell} if cell is not None else {}
            span = max(1, min(whole(value(stated.get("gridSpan")) or "1"), 200))
            if _goes_on(stated.get("hMerge")) and row:
                row[-1].span += span
                column += span
                continue
            if "cellDel" in stated:
                continue
            self._grounds.append(ground_of(cell) or self._grounds[-1])
            draft = Draft(self._blocks(tc), column, span)
            self._grounds.pop()
            vertical = stated.get("vMerge")
            if vertical is not None:
                merges.add(column)
            # A continuation with text of its own, or of nothing above, is printed: it is a cell.
            if not (_goes_on(vertical) and column in open_merges and not draft.text and not draft.layout):
                row.append(draft)
            column += span
        return row, merges


def _unsolved(code: str, before: int, line: RunLine) -> None:
    """A field whose result the file does not hold prints what nobody knows: a sum that the office program makes anew."""
    if code.strip() and not _SILENT.match(code) and not any(part.strip() for part in line.parts[before:]):
        line.add("", Ink.UNREAD)


def _goes_on(merge: etree._Element | None) -> bool:
    """Whether a cell continues the one beside or above it."""
    return merge is not None and (value(merge) or "continue") == "continue"


def _children(parent: etree._Element, name: str) -> Iterator[etree._Element]:
    """Rows or cells, through content controls and tracked changes."""
    for child in parent:
        own = local(child)
        if own == name:
            yield child
        elif own == "sdt":
            content = child.find(f"{W}sdtContent")
            if content is not None:
                yield from _children(content, name)
        elif own in _BLOCKY:
            yield from _children(child, name)


def _choice(alternate: etree._Element) -> etree._Element | None:
    found = alternate.find(f"{_MC}Choice")
    return found if found is not None else alternate.find(f"{_MC}Fallback")


def _first_style(drawing: etree._Element) -> str:
    """The placing of a picture of the older kind."""
    return next((str(element.get("style")) for element in drawing.iter() if element.get("style")), "")
