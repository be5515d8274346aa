"""ODT: zip and XML to paragraphs, grids and pictures, as they are printed."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from lxml import etree

from reports.blocks import Block, Blocks, Picture, Unreadable
from reports.formats.container import Container, inside
from reports.formats.runs import Ink
from reports.formats.word import flow
from reports.formats.word.faces import Face
from reports.formats.word.flow import MAX_PICTURE, MAX_PICTURES, MIN_PICTURE_CM, Draft
from reports.formats.word.line import Line
from reports.formats.word.wordml import whole

MAX_REPEATED = 400  # columns or rows that one element stands for

_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_SVG = "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
_XLINK = "{http://www.w3.org/1999/xlink}"

_ODT_SKIP = frozenset((f"{_TEXT}tracked-changes", f"{_TEXT}note", f"{_OFFICE}annotation", f"{_TEXT}hidden-text",
                       f"{_TEXT}ruby-text", f"{_TEXT}sequence-decls", f"{_OFFICE}forms"))  # fmt: skip
_ODT_GROUPS = frozenset((f"{_TABLE}table-header-rows", f"{_TABLE}table-rows", f"{_TABLE}table-row-group",
                         f"{_TABLE}table-header-columns"))  # fmt: skip


def blocks(data: bytes) -> Blocks:
    """The document as blocks. Raises Unreadable."""
    with Container(data) as package:
        if "content.xml" not in package:
            raise Unreadable("the file holds no document (no content.xml); fetch it again")
        return _Odt(package).read()


class _Odt:
    def __init__(self, package: Container) -> None:
        self._package = package
        self._faces: dict[tuple[str, str], Face] = {}
        self._pictures = 0
        self._depth = 0

    def read(self) -> Blocks:
        root = self._package.xml("content.xml")
        sources = [root]
        if "styles.xml" in self._package:
            sources.insert(0, self._package.xml("styles.xml"))
        self._faces = _faces(sources)
        body = root.find(f"{_OFFICE}body/{_OFFICE}text")
        if body is None:
            raise Unreadable("the document has no text body; fetch it again or ask for it")
        return Blocks("odt", flow.numbered(self._blocks(body)))

    def _blocks(self, parent: etree._Element) -> list[Block]:
        self._depth += 1
        if self._depth > flow.MAX_DEPTH:
            raise Unreadable("the document nests its tables deeper than any report; not read", "depth")
        out: list[Block] = []
        for child in parent:
            tag = child.tag
            if tag in _ODT_SKIP or not isinstance(tag, str) or child.get(f"{_TEXT}display") == "none":
                continue
            if tag in (f"{_TEXT}p", f"{_TEXT}h"):
                line = Line()
                behind: list[Block] = []
                self._inline(child, line, behind, self._face(child, "paragraph", Face()))
                out.extend(line.paragraphs(heading=tag == f"{_TEXT}h"))
                out.extend(behind)
            elif tag == f"{_TABLE}table":
                out.extend(self._table(child))
            elif tag == f"{_DRAW}frame":
                self._frame(child, out)
            else:  # sections, lists, indexes, shapes
                out.extend(self._blocks(child))
        self._depth -= 1
        return out

    def _face(self, element: etree._Element, family: str, around: Face) -> Face:
        own = self._faces.get((family, element.get(f"{_TEXT}style-name", "")))
        return around if own is None else _within(own, around)

    def _inline(self, parent: etree._Element, line: Line, behind: list[Block], face: Face) -> None:
        if parent.text:
            line.add(_collapsed(parent.text), face.ink)
        for child in parent:
            tag = child.tag
            if tag == f"{_TEXT}s":
                line.add(" " * min(whole(child.get(f"{_TEXT}c") or "1"), MAX_REPEATED), face.ink)
            elif tag == f"{_TEXT}tab":
                line.add("\t", face.ink)
            elif tag == f"{_TEXT}line-break":
                line.add("\n", face.ink)
            elif tag == f"{_DRAW}frame":
                self._frame(child, behind)
                if child.get(f"{_TEXT}anchor-type") == "as-char" and child.find(f"{_DRAW}text-box") is None:
                    line.add("", Ink.UNREAD)  # a picture, a formula: it may be a figure
            elif tag in (f"{_DRAW}custom-shape", f"{_DRAW}rect"):
                behind.extend(self._blocks(child))
            elif tag not in _ODT_SKIP and isinstance(tag, str):
                self._inline(child, line, behind, self._face(child, "text", face))
            if child.tail:
                line.add(_collapsed(child.tail), face.ink)

    def _frame(self, frame: etree._Element, out: list[Block]) -> None:
        box = frame.find(f"{_DRAW}text-box")
        if box is not None:
            out.extend(self._blocks(box))
            return
        image = frame.find(f"{_DRAW}image")
        target = inside("", image.get(f"{_XLINK}href", "")) if image is not None else None
        if target is None or target not in self._package or self._pictures >= MAX_PICTURES:
            return
        if _centimetres(frame.get(f"{_SVG}width")) < MIN_PICTURE_CM:
            return
        self._pictures += 1
        out.append(Picture(posixpath.basename(target), self._package.read(target, MAX_PICTURE)))

    def _table(self, element: etree._Element) -> list[Block]:
        rows: list[list[Draft]] = []
        for tr in self._rows(element):
            row: list[Draft] = []
            column = 0
            for cell in tr:
                repeated = max(1, min(whole(cell.get(f"{_TABLE}number-columns-repeated") or "1"), MAX_REPEATED))
                if cell.tag == f"{_TABLE}covered-table-cell":
                    column += repeated
                elif cell.tag == f"{_TABLE}table-cell":
                    span = max(1, min(whole(cell.get(f"{_TABLE}number-columns-spanned") or "1"), MAX_REPEATED))
                    parts = self._blocks(cell)
                    for _ in range(repeated):
                        row.append(Draft(parts, column, span))
                        column += 1
            count = max(1, min(whole(tr.get(f"{_TABLE}number-rows-repeated") or "1"), MAX_REPEATED))
            rows.extend([row] * (count if any(cell.text for cell in row) else 1))
        return flow.table(rows)

    def _rows(self, element: etree._Element) -> Iterator[etree._Element]:
        for child in element:
            if child.tag == f"{_TABLE}table-row":
                if child.get(f"{_TABLE}visibility", "visible") == "visible":
                    yield child
            elif child.tag in _ODT_GROUPS:
                yield from self._rows(child)


def _collapsed(text: str) -> str:
    """In ODF a run of white space is one blank; line ends are only the writer's."""
    return " ".join(text.split("\n")) if "\n" in text else text


def _centimetres(length: str | None) -> float:
    """``16.5cm``, ``6.5in``, ``165mm``, ``468pt`` in centimetres; wide where it is not given."""
    if not length:
        return 100.0
    for unit, factor in (("cm", 1.0), ("mm", 0.1), ("in", 2.54), ("pt", 2.54 / 72), ("px", 2.54 / 96)):
        if length.endswith(unit):
            try:
                return float(length[: -len(unit)]) * factor
            except ValueError:
                return 100.0
    return 100.0


def _faces(roots: Sequence[etree._Element]) -> dict[tuple[str, str], Face]:
    """How runs are printed by each style that says so, by its family and name: what it says and what it is based on."""
    stated: dict[tuple[str, str], etree._Element] = {}
    for root in roots:
        for style in root.iter(f"{_STYLE}style"):
            stated[style.get(f"{_STYLE}family", ""), style.get(f"{_STYLE}name", "")] = style
    out: dict[tuple[str, str], Face] = {}
    for key in stated:
        chain: list[etree._Element] = []
        at: tuple[str, str] | None = key
        while at is not None and at in stated and stated[at] not in chain:
            chain.append(stated[at])
            parent = stated[at].get(f"{_STYLE}parent-style-name")
            at = (key[0], parent) if parent else None
        face = Face()
        for style in reversed(chain):
            properties = style.find(f"{_STYLE}text-properties")
            if properties is not None:
                face = _stated(properties, face)
        out[key] = face
    return {key: face for key, face in out.items() if key[0] == "text" or face != Face()}


def _stated(properties: etree._Element, face: Face) -> Face:
    changes: dict[str, Any] = {}
    for name in ("style", "type"):
        line = properties.get(f"{_STYLE}text-line-through-{name}")
        if line is not None:
            changes["struck"] = line != "none"
    if (display := properties.get(f"{_TEXT}display")) is not None:
        changes["hidden"] = display == "none"
    if (position := properties.get(f"{_STYLE}text-position")) is not None:
        changes["raised"] = position.split()[:1] not in ([], ["0%"], ["0"])
    size = properties.get(f"{_FO}font-size")
    if size is not None and not size.endswith("%"):
        changes["size"] = _centimetres(size) * 72 / 2.54
    color, behind = properties.get(f"{_FO}color"), properties.get(f"{_FO}background-color")
    if color is not None or behind is not None:
        shaded = behind is not None and behind.lower() not in ("transparent", "#ffffff")
        changes["white"] = (color or "").lower() == "#ffffff" and not shaded
    return replace(face, **changes)


def _within(own: Face, around: Face) -> Face:
    """A run's face inside another: struck, hidden or raised text stays so in the spans within it."""
    return replace(
        own,
        struck=own.struck or around.struck,
        hidden=own.hidden or around.hidden,
        raised=own.raised or around.raised,
        size=own.size if own.size is not None else around.size,
        white=own.white or around.white,
    )
