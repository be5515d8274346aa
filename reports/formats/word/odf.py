"""The markup of ODF (ODT, ODS): its names, and how its styles print text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from lxml import etree

from reports.formats.container import Container
from reports.formats.word.faces import Face, is_squeezed

TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
SVG = "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}"
STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
MAX_REPEATED = 400  # columns or rows that one element stands for
XLINK = "{http://www.w3.org/1999/xlink}"


def column_styles(table: etree._Element) -> list[str]:
    """The style of the cells of each column that name none, as far to the right as one is stated."""
    out: list[str] = []
    for column in table.iter(f"{TABLE}table-column"):
        count = column.get(f"{TABLE}number-columns-repeated") or "1"
        name = column.get(f"{TABLE}default-cell-style-name", "")
        out.extend([name] * min(int(count) if count.isdigit() and len(count) < 9 else 1, MAX_REPEATED))
    return out


def cell_style(cell: etree._Element, row: etree._Element, columns: Sequence[str], column: int) -> str:
    """The style of a cell: its own, else its row's, else its column's."""
    named = cell.get(f"{TABLE}style-name") or row.get(f"{TABLE}default-cell-style-name")
    return named or (columns[column] if column < len(columns) else "")


class Faces:
    """The styles of a document, of its own and of its template, as far as they say how text is printed."""

    def __init__(self, package: Container, content: etree._Element) -> None:
        sources = [content]
        if "styles.xml" in package:
            sources.insert(0, package.xml("styles.xml"))
        self._faces = _faces(sources)

    def of(self, family: str, name: str, around: Face) -> Face:
        """How text under a style (of ``paragraph``, ``text``, ``table-cell`` …) is printed inside text printed as ``around``."""
        own = self._faces.get((family, name)) if name else None
        return around if own is None else _within(own, around)


def _faces(roots: Sequence[etree._Element]) -> dict[tuple[str, str], Face]:
    """How runs are printed by each style that says so, by its family and name: what it says and what it is based on."""
    stated: dict[tuple[str, str], etree._Element] = {}
    for root in roots:
        for style in root.iter(f"{STYLE}style"):
            stated[style.get(f"{STYLE}family", ""), style.get(f"{STYLE}name", "")] = style
    out: dict[tuple[str, str], Face] = {}
    for key in stated:
        chain: list[etree._Element] = []
        at: tuple[str, str] | None = key
        while at is not None and at in stated and stated[at] not in chain:
            chain.append(stated[at])
            parent = stated[at].get(f"{STYLE}parent-style-name")
            at = (key[0], parent) if parent else None
        face = Face()
        for style in reversed(chain):
            for properties in style:
                behind = properties.get(f"{FO}background-color", "transparent").lower()
                if behind != "transparent":
                    face = replace(face, ground=behind.lstrip("#"))
                if properties.tag == f"{STYLE}text-properties":
                    face = _stated(properties, face)
        out[key] = face
    return {key: face for key, face in out.items() if key[0] == "text" or face != Face()}


def _stated(properties: etree._Element, face: Face) -> Face:
    changes: dict[str, Any] = {}
    for name in ("style", "type"):
        line = properties.get(f"{STYLE}text-line-through-{name}")
        if line is not None:
            changes["struck"] = line != "none"
    if (spacing := properties.get(f"{FO}letter-spacing")) is not None or properties.get(f"{STYLE}text-scale"):
        gap = centimetres(spacing) if spacing and spacing.startswith("-") else 0.0
        share = properties.get(f"{STYLE}text-scale", "").removesuffix("%")
        changes["squeezed"] = is_squeezed(gap * 72 / 2.54, int(share) if share.isdigit() else 100)
    if (display := properties.get(f"{TEXT}display")) is not None:
        changes["hidden"] = display == "none"
    if (position := properties.get(f"{STYLE}text-position")) is not None:
        changes["raised"] = position.split()[:1] not in ([], ["0%"], ["0"])
    size = properties.get(f"{FO}font-size")
    if size is not None and not size.endswith("%"):
        changes["size"] = centimetres(size) * 72 / 2.54
    if (color := properties.get(f"{FO}color")) is not None:
        changes["color"] = color.lower().lstrip("#")
    if properties.get(f"{STYLE}use-window-font-color") == "true":
        changes["color"] = ""  # one that is seen
    return replace(face, **changes)


def _within(own: Face, around: Face) -> Face:
    """A run's face inside another: struck, hidden or raised text stays so in the spans within it."""
    return replace(
        own,
        struck=own.struck or around.struck,
        hidden=own.hidden or around.hidden,
        raised=own.raised or around.raised,
        size=own.size if own.size is not None else around.size,
        color=own.color or around.color,
        ground=own.ground or around.ground,
        squeezed=own.squeezed or around.squeezed,
    )


def centimetres(length: str | None) -> float:
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
