"""ODT: zip and XML to paragraphs, grids and pictures, as they are printed."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import replace

from lxml import etree

from reports.blocks import IN_DOUBT, Block, Blocks, Paragraph, Picture, Unreadable
from reports.formats.container import Container, inside
from reports.formats.runs import Ink
from reports.formats.word import drafts
from reports.formats.word.drafts import MAX_PICTURE, MAX_PICTURES, MIN_PICTURE_CM, Draft
from reports.formats.word.faces import Face
from reports.formats.word.odf import (
    DRAW,
    MAX_REPEATED,
    OFFICE,
    SVG,
    TABLE,
    TEXT,
    XLINK,
    Faces,
    cell_style,
    centimetres,
    column_styles,
)
from reports.formats.word.runs import RunLine
from reports.formats.word.wordml import whole

_ODT_SKIP = frozenset((f"{TEXT}tracked-changes", f"{TEXT}note", f"{OFFICE}annotation",
                       f"{TEXT}ruby-text", f"{TEXT}sequence-decls", f"{OFFICE}forms"))  # fmt: skip
_LISTS = frozenset((f"{TEXT}list", f"{TEXT}numbered-paragraph"))
_ODT_GROUPS = frozenset((f"{TABLE}table-header-rows", f"{TABLE}table-rows", f"{TABLE}table-row-group",
                         f"{TABLE}table-header-columns"))  # fmt: skip


def blocks(data: bytes) -> Blocks:
    """The document as blocks. Raises Unreadable."""
    with Container(data) as package:
        if "content.xml" not in package:
            raise Unreadable("the file holds no document (no content.xml); fetch it again")
        out = _Odt(package).read()
        out.incomplete = package.incomplete
        return out


class _Odt:
    def __init__(self, package: Container) -> None:
        self._package = package
        self._pictures = 0
        self._depth = 0
        self._cells = 0  # around
        self._around = Face()  # what lies behind the cell that is read

    def read(self) -> Blocks:
        root = self._package.xml("content.xml")
        self._styles = Faces(self._package, root)
        body = root.find(f"{OFFICE}body/{OFFICE}text")
        if body is None:
            raise Unreadable("the document has no text body; fetch it again or ask for it")
        return Blocks("odt", drafts.numbered(self._blocks(body)))

    def _blocks(self, parent: etree._Element) -> list[Block]:
        self._depth += 1
        if self._depth > drafts.MAX_DEPTH:
            raise Unreadable("the document nests its tables deeper than any report; not read", "depth")
        out: list[Block] = []
        for child in parent:
            tag = child.tag
            if tag in _ODT_SKIP or not isinstance(tag, str):
                continue
            if _is_hidden(child):
                if self._cells and etree.tostring(child, method="text", encoding="unicode").strip():
                    out.append(Paragraph("", confidence=IN_DOUBT))  # who looks at the cell sees a blank
                continue
            if tag in (f"{TEXT}p", f"{TEXT}h"):
                line = RunLine()
                behind: list[Block] = []
                face = self._styles.of("paragraph", child.get(f"{TEXT}style-name", ""), self._around)
                self._inline(child, line, behind, face)
                out.extend(line.paragraphs(heading=tag == f"{TEXT}h"))
                out.extend(behind)
            elif tag == f"{TABLE}table":
                out.extend(self._table(child))
            elif tag == f"{DRAW}frame":
                self._frame(child, out)
            elif self._cells and tag in _LISTS:
                out.extend(map(_counted, self._blocks(child) or [Paragraph("")]))
            else:  # sections, lists, indexes, shapes
                out.extend(self._blocks(child))
        self._depth -= 1
        return out

    def _inline(self, parent: etree._Element, line: RunLine, behind: list[Block], face: Face) -> None:
        if parent.text:
            line.add(_collapsed(parent.text), face.ink, face.size)
        for child in parent:
            tag = child.tag
            if tag == f"{TEXT}s":
                line.add(" " * min(whole(child.get(f"{TEXT}c") or "1"), MAX_REPEATED), face.ink)
            elif tag == f"{TEXT}tab":
                line.add("\t", face.ink)
            elif tag == f"{TEXT}line-break":
                line.add("\n", face.ink)
            elif tag == f"{DRAW}frame":
                self._frame(child, behind)
                embedded = child.find(f"{DRAW}object") is not None or child.find(f"{DRAW}object-ole") is not None
                if embedded or (child.get(f"{TEXT}anchor-type") == "as-char" and child.find(f"{DRAW}text-box") is None):
                    line.add("", Ink.UNREAD)  # a picture, a formula: it may be a figure
            elif tag in (f"{DRAW}custom-shape", f"{DRAW}rect"):
                behind.extend(self._blocks(child))
            elif _is_untold(child):
                line.add("", Ink.UNREAD)
            elif tag not in _ODT_SKIP and isinstance(tag, str) and not _is_hidden_text(child):
                self._inline(child, line, behind, self._styles.of("text", child.get(f"{TEXT}style-name", ""), face))
            if child.tail:
                line.add(_collapsed(child.tail), face.ink, face.size)

    def _frame(self, frame: etree._Element, out: list[Block]) -> None:
        box = frame.find(f"{DRAW}text-box")
        if box is not None:
            out.extend(self._blocks(box))
            return
        image = frame.find(f"{DRAW}image")
        target = inside("", image.get(f"{XLINK}href", "")) if image is not None else None
        if target is None or target not in self._package or self._pictures >= MAX_PICTURES:
            return
        if centimetres(frame.get(f"{SVG}width")) < MIN_PICTURE_CM:
            return
        self._pictures += 1
        out.append(Picture(posixpath.basename(target), self._package.read(target, MAX_PICTURE)))

    def _table(self, element: etree._Element) -> list[Block]:
        rows: list[list[Draft]] = []
        outside, name = self._around, f"{TABLE}style-name"
        of_table = self._styles.of("table", element.get(name, ""), outside)
        columns = column_styles(element)
        for tr in self._rows(element):
            row: list[Draft] = []
            column = 0
            of_row = self._styles.of("table-row", tr.get(name, ""), of_table)
            for cell in tr:
                repeated = max(1, min(whole(cell.get(f"{TABLE}number-columns-repeated") or "1"), MAX_REPEATED))
                if cell.tag == f"{TABLE}covered-table-cell":
                    column += repeated
                elif cell.tag == f"{TABLE}table-cell":
                    span = max(1, min(whole(cell.get(f"{TABLE}number-columns-spanned") or "1"), MAX_REPEATED))
                    self._around = self._styles.of("table-cell", cell_style(cell, tr, columns, column), of_row)
                    self._cells += 1
                    parts = self._blocks(cell)
                    self._cells -= 1
                    for _ in range(repeated):
                        row.append(Draft(parts, column, span))
                        column += 1
            count = max(1, min(whole(tr.get(f"{TABLE}number-rows-repeated") or "1"), MAX_REPEATED))
            rows.extend([row] * (count if any(cell.text for cell in row) else 1))
        self._around = outside
        return drafts.table(rows)

    def _rows(self, element: etree._Element) -> Iterator[etree._Element]:
        for child in element:
            if child.tag == f"{TABLE}table-row":
                if child.get(f"{TABLE}visibility", "visible") == "visible":
                    yield child
            elif child.tag in _ODT_GROUPS:
                yield from self._rows(child)


def _is_hidden(element: etree._Element) -> bool:
    """Whether a section is not printed."""
    shown = element.get(f"{TEXT}display")
    return shown == "none" or (shown == "condition" and element.get(f"{TEXT}is-hidden") == "true")


def _is_hidden_text(element: etree._Element) -> bool:
    """Text that a condition hides, and does not show at the moment."""
    return element.tag == f"{TEXT}hidden-text" and element.get(f"{TEXT}is-hidden") != "false"


def _is_untold(element: etree._Element) -> bool:
    """A sum that the file does not hold, or a word that hides its paragraph."""
    if element.tag == f"{TEXT}hidden-paragraph":
        return element.get(f"{TEXT}is-hidden") == "true"
    return element.tag == f"{TEXT}expression" and not (element.text or "").strip()


def _counted(block: Block) -> Block:
    """A paragraph of a list in a cell: its number is printed, and may be or stand before a figure."""
    if isinstance(block, Paragraph) and not any(char.isalpha() for char in block.text):
        return replace(block, confidence=min(block.confidence, IN_DOUBT))
    return block


def _collapsed(text: str) -> str:
    """In ODF a run of white space is one blank; line ends are only the writer's."""
    return " ".join(text.split("\n")) if "\n" in text else text
