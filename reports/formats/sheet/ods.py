"""ODS: sheets to rows of cells."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import etree

from reports.blocks import IN_DOUBT, SheetCell, Unreadable
from reports.formats.container import Container
from reports.formats.runs import settled
from reports.formats.sheet.model import MAX_SHEETS
from reports.formats.word.faces import Face
from reports.formats.word.odf import MAX_REPEATED, OFFICE, STYLE, TABLE, TEXT, Faces, cell_style, column_styles
from reports.formats.word.runs import RunLine


def sheets(package: Container) -> list[list[list[SheetCell]]]:
    """The visible sheets' rows; hidden rows and columns left out. Raises Unreadable."""
    root = package.xml("content.xml")
    body = root.find(f"{OFFICE}body/{OFFICE}spreadsheet")
    if body is None:
        raise Unreadable("the workbook has no sheets; fetch it again or ask for it")
    hidden = {
        style.get(f"{STYLE}name", "")
        for style in root.iter(f"{STYLE}style")
        for properties in style.iterfind(f"{STYLE}table-properties")
        if properties.get(f"{TABLE}display") == "false"
    }
    faces = Faces(package, root)
    out: list[list[list[SheetCell]]] = []
    for table in body.iterfind(f"{TABLE}table"):
        if table.get(f"{TABLE}style-name", "") in hidden or len(out) >= MAX_SHEETS:
            continue
        gone = set(_hidden_columns(table))
        columns = column_styles(table)
        rows: list[list[SheetCell]] = []
        number = 0
        for tr in table.iter(f"{TABLE}table-row"):
            count = min(_count(tr.get(f"{TABLE}number-rows-repeated")), MAX_REPEATED)
            row = [cell for cell in _row(tr, number, faces, columns) if cell.column not in gone]
            number += count
            if tr.get(f"{TABLE}visibility", "visible") != "visible":
                continue
            rows.extend([row] * (count if any(cell.text for cell in row) else 1))
        out.append(rows)
    return out


def _hidden_columns(table: etree._Element) -> Iterator[int]:
    at = 0
    for column in table.iter(f"{TABLE}table-column"):
        count = _count(column.get(f"{TABLE}number-columns-repeated"))
        if column.get(f"{TABLE}visibility", "visible") != "visible":
            yield from range(at, at + min(count, MAX_REPEATED))
        at += count


def _row(tr: etree._Element, number: int, faces: Faces, columns: list[str]) -> list[SheetCell]:
    row: list[SheetCell] = []
    column = 0
    for cell in tr:
        repeated = _count(cell.get(f"{TABLE}number-columns-repeated"))
        if cell.tag == f"{TABLE}table-cell":
            around = faces.of("table-cell", cell_style(cell, tr, columns, column), Face())
            text, confidence = _text(cell, around, faces)
            if not text and cell.get(f"{OFFICE}value") is not None:
                confidence = IN_DOUBT  # a number whose format shows a blank
            span = min(_count(cell.get(f"{TABLE}number-columns-spanned")), MAX_REPEATED)
            row.extend(
                SheetCell(text, number, column + n, span, confidence) for n in range(min(repeated, MAX_REPEATED))
            )
        column += repeated
    return row


def _text(cell: etree._Element, around: Face, faces: Faces) -> tuple[str, float]:
    """A cell's text, a line a paragraph, and how sure it is; ``around``: how the cell prints."""
    out: list[str] = []
    confidence = 1.0
    for paragraph in cell.iterfind(f"{TEXT}p"):
        line = RunLine()
        _pieces(paragraph, line, around, faces)
        text, sure = settled(line.parts, line.inks)
        out.append(text)
        confidence = min(confidence, sure)
    return "\n".join(out).strip(), confidence


def _pieces(element: etree._Element, line: RunLine, face: Face, faces: Faces) -> None:
    if element.text:
        line.add(element.text, face.ink, face.size)
    for child in element:
        if isinstance(child.tag, str):
            _pieces(child, line, faces.of("text", child.get(f"{TEXT}style-name", ""), face), faces)
        if child.tail:
            line.add(child.tail, face.ink, face.size)


def _count(text: Any) -> int:
    return max(1, min(int(text), 1 << 20)) if isinstance(text, str) and text.isdigit() and len(text) < 9 else 1
