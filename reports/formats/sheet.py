"""XLSX, XLS, ET, ODS: visible sheets to paragraphs and grids.

calamine gives values and merged ranges. It does not tell what is hidden, where a formula was saved without its result,
or how far a hostile sheet stretches; that is read from the container before.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import olefile
from lxml import etree
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)
from rapidfuzz import fuzz

from reports import numbers
from reports.blocks import At, Block, Blocks, Grid, GridCell, Paragraph, Unreadable
from reports.form import forms
from reports.formats.container import Container, declares_type, inside
from reports.text import letters

# calamine lays a sheet out densely: a cell at XFD1048576 would take gigabytes.
MAX_AREA = 2_000_000
MAX_CLAIMED = 65_536 * 256  # XLS: writers that do not count claim the largest sheet there can be
MAX_SHEETS = 60
MAX_REPEATED = 400  # ODS
# A formula saved without its result shows a figure on the screen that the file does not hold.
NO_RESULT = 0.3

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*)>")
_COL = re.compile(rb"<(?:\w+:)?col\b([^>]*)>")
_CELL = re.compile(rb"<(?:\w+:)?c\b[^>]*?\br=\"([A-Z]{1,3})(\d{1,7})\"[^>]*>")
_UNSOLVED = re.compile(
    rb"<(?:\w+:)?c\b[^>]*?\br=\"([A-Z]{1,3})(\d{1,7})\"[^>]*>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_ATTRIBUTE = re.compile(rb"(\w+)=\"([^\"]*)\"")
_PROSE_END = re.compile(r"[。；：:]\s*$")
_HEADING = re.compile(r"\s*[一二三四五六七八九十]{1,3}\s*[、.．]")

Value = str | float | int | bool | dt.date | dt.datetime | dt.time | dt.timedelta | None


@dataclass(slots=True)
class _Extra:
    """What calamine does not tell of a sheet."""

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    unsolved: set[tuple[int, int]] = field(default_factory=set)


@dataclass(slots=True)
class _Cell:
    text: str
    row: int
    column: int
    span: int = 1
    confidence: float = 1.0


def blocks(data: bytes) -> Blocks:
    """The workbook's visible sheets as blocks. Raises Unreadable."""
    if data.startswith(_OLE):
        return _calamine(data, "xls", _xls_extras(data))
    with Container(data) as package:
        if "content.xml" in package and "xl/workbook.xml" not in package and "xl/workbook.bin" not in package:
            return _finish("ods", _ods(package.xml("content.xml")))
        extras = _xlsx_extras(package)
    return _calamine(data, "xlsx", extras)


def _calamine(data: bytes, reader: str, extras: dict[str, _Extra]) -> Blocks:
    try:
        book = CalamineWorkbook.from_object(io.BytesIO(data))
    except PasswordError:
        raise Unreadable("the file is encrypted; ask for it without a password") from None
    except (CalamineError, OSError, ValueError) as error:
        raise Unreadable(f"the workbook is damaged ({error}); fetch it again or ask for it") from error
    except BaseException as error:
        # A panic of the Rust library is no Exception; it means a damaged file, nothing worse.
        if type(error).__name__ != "PanicException":
            raise
        raise Unreadable("the workbook is damaged; fetch it again or ask for it") from None
    sheets: list[list[list[_Cell]]] = []
    warnings: list[str] = []
    for index, meta in enumerate(book.sheets_metadata[:MAX_SHEETS]):
        if meta.typ != SheetTypeEnum.WorkSheet or meta.visible != SheetVisibleEnum.Visible:
            continue
        try:
            sheets.append(_rows(book.get_sheet_by_index(index), extras.get(meta.name, _Extra())))
        except (CalamineError, ValueError) as error:
            warnings.append(f"sheet {index + 1} cannot be read ({error})")
    out = _finish(reader, sheets)
    out.warnings.extend(warnings)
    return out


def _rows(sheet: CalamineSheet, extra: _Extra) -> list[list[_Cell]]:
    """Rows of origin cells, each as wide as the sheet; hidden rows and columns left out."""
    continued: set[tuple[int, int]] = set()
    spans: dict[tuple[int, int], int] = {}
    area = 0
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
        size = (bottom - top + 1) * (right - left + 1)
        # Beyond the sheet's own size ranges overlap or lie outside: a claim, not a table.
        if size <= 0 or area + size > MAX_AREA:
            continue
        area += size
        spans[top, left] = right - left + 1
        continued.update((r, c) for r in range(top, bottom + 1) for c in range(left, right + 1))
        continued.discard((top, left))
    unsolved = {row for row, _ in extra.unsolved}
    out: list[list[_Cell]] = []
    for r, values in enumerate(sheet.to_python(skip_empty_area=False)):
        if r in extra.hidden_rows:
            continue
        if r not in unsolved and all(value == "" for value in values):
            out.append([])  # a sheet may be formatted down to its last row
            continue
        out.append(
            [
                _Cell(shown(value), r, c, spans.get((r, c), 1), NO_RESULT if (r, c) in extra.unsolved else 1.0)
                for c, value in enumerate(values)
                if c not in extra.hidden_columns and (r, c) not in continued
            ]
        )
    return out


def shown(value: Value) -> str:
    """A cell's value as printed: 12.0 -> ``12``, a date -> ``2024年1月10日``."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        # 0.1 + 0.2 is printed 0.3
        return repr(round(value, 9))
    if isinstance(value, dt.datetime | dt.date):
        return f"{value.year}年{value.month}月{value.day}日"
    return str(value)


# ----------------------------------------------------------------------------------------------- rows to blocks


def _finish(reader: str, sheets: Sequence[list[list[_Cell]]]) -> Blocks:
    out = Blocks(reader)
    table = 0
    for rows in sheets:
        for block in _sheet_blocks(rows):
            if isinstance(block, Grid):
                table += 1
                cells = tuple(tuple(replace(c, at=replace(c.at, table=table)) for c in row) for row in block.rows)
                out.blocks.append(replace(block, rows=cells, at=At(table=table)))
            else:
                out.blocks.append(block)
    return out


def _sheet_blocks(rows: list[list[_Cell]]) -> Iterator[Block]:
    """Blank rows and rows of prose part a sheet into grids."""
    grid: list[list[_Cell]] = []
    for row in rows:
        printed = [cell for cell in row if cell.text or cell.confidence < 1]
        text = printed[0].text if len(printed) == 1 else ""
        if not printed or (len(printed) == 1 and _is_prose(text)):
            yield from _grid(grid)
            grid = []
            if text:
                for line in text.split("\n"):
                    if line.strip():
                        yield Paragraph(line.strip(), At(row=printed[0].row + 1, column=printed[0].column + 1))
        else:
            grid.append(row)
    yield from _grid(grid)


def _is_prose(text: str) -> bool:
    """A lone text: a heading or a sentence, unless it is the label of a row left blank."""
    if numbers.looks_like_value(text) or _is_label(text):
        return False
    return len(text) > 12 or bool(_PROSE_END.search(text) or _HEADING.match(text))


_LABELS = tuple(
    {
        "".join(filter(str.isalnum, spec.label))
        for spec_form in forms.FORMS.values()
        for table in ("proactive", "applications")
        for spec in spec_form.tables[table]
    }
    | {
        "信息内容",
        "第二十条第一项",
        "第二十条第五项",
        "第二十条第六项",
        "第二十条第八项",
        "第二十条第九项",
        "申请人情况",
    }
)


def _is_label(text: str) -> bool:
    tight = letters(text)
    return any(fuzz.ratio(tight, label) >= 85 for label in _LABELS)


def _grid(rows: list[list[_Cell]]) -> Iterator[Grid]:
    """Sheets are padded to their widest table; a blank belongs to a row only as far as its own table reaches."""
    if not rows:
        return
    left = min((cell.column for row in rows for cell in row if cell.text), default=0)
    out: list[tuple[GridCell, ...]] = []
    width = 0
    for row in rows:
        printed = [cell for cell in row if cell.text or cell.confidence < 1]
        if not printed:
            continue
        extent = max(cell.column + cell.span for cell in printed)
        extent = max([extent, *(cell.column + cell.span for cell in row if cell.span > 1)])
        figures = any(numbers.looks_like_value(cell.text) for cell in printed)
        if extent >= width or (len(printed) > 1 and not figures and not _is_label(printed[-1].text)):
            width = extent  # a head sets the width anew
        out.append(
            tuple(
                GridCell(
                    cell.text,
                    At(table=0, row=cell.row + 1, column=cell.column + 1),
                    cell.column,
                    cell.span,
                    cell.confidence,
                )
                for cell in row
                if left <= cell.column < width
            )
        )
    if out:
        yield Grid(tuple(out), At(table=0))


# ----------------------------------------------------------------------------------- what calamine does not tell


def _column(letters: bytes) -> int:
    out = 0
    for byte in letters:
        out = out * 26 + byte - 64
    return out - 1


def _guard(rows: int, columns: int) -> None:
    if rows * columns > MAX_AREA:
        raise Unreadable(
            f"a sheet stretches over {rows} rows and {columns} columns; no report does, it is not opened", "cells"
        )


def _xlsx_extras(package: Container) -> dict[str, _Extra]:
    """By sheet name. A workbook in the binary format (xlsb) gives none."""
    if "xl/workbook.xml" not in package:
        return {}
    root = package.xml("xl/workbook.xml")
    targets: dict[str, str] = {}
    if "xl/_rels/workbook.xml.rels" in package:
        for relation in package.xml("xl/_rels/workbook.xml.rels"):
            target = inside("xl", relation.get("Target", ""))
            if target is not None:
                targets[str(relation.get("Id", ""))] = target
    out: dict[str, _Extra] = {}
    for sheet in root.iter("{*}sheet"):
        identifier = next((str(v) for k, v in sheet.attrib.items() if etree.QName(k).localname == "id"), "")
        target = targets.get(identifier)
        if target is not None and target in package:
            out[str(sheet.get("name", ""))] = _sheet_extra(package.read(target))
    return out


def _sheet_extra(xml: bytes) -> _Extra:
    if xml.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in xml[:64]:
        raise Unreadable("a sheet is not written in UTF-8, as every office program does; save it anew and give that")
    if declares_type(xml):
        raise Unreadable("the file declares a document type, which no office program writes; not opened")
    out = _Extra()
    bottom = right = 0
    for found in _CELL.finditer(xml):
        bottom, right = max(bottom, int(found[2])), max(right, _column(found[1]) + 1)
    _guard(bottom, right)
    number = 0
    for found in _ROW.finditer(xml):
        attributes = dict(_ATTRIBUTE.findall(found[1]))
        number = int(attributes[b"r"]) if attributes.get(b"r", b"").isdigit() else number + 1
        if attributes.get(b"hidden") in (b"1", b"true"):
            out.hidden_rows.add(number - 1)
    for found in _COL.finditer(xml):
        attributes = dict(_ATTRIBUTE.findall(found[1]))
        if attributes.get(b"hidden") in (b"1", b"true"):
            first, last = attributes.get(b"min", b""), attributes.get(b"max", b"")
            if first.isdigit() and last.isdigit():
                out.hidden_columns.update(range(int(first) - 1, min(int(last), 16384)))
    out.unsolved = {(int(found[2]) - 1, _column(found[1])) for found in _UNSOLVED.finditer(xml)}
    return out


# BIFF records: cell records begin with row and column; [MS-XLS] 2.4
_CELLS = frozenset((0x0006, 0x00BD, 0x00BE, 0x00D6, 0x00FD, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E))
_MANY_CELLS = frozenset((0x00BD, 0x00BE))  # they end with their last column
_BOUNDSHEET, _ROW_RECORD, _COLINFO, _DIMENSIONS, _EOF, _FILEPASS = 0x0085, 0x0208, 0x007D, 0x0200, 0x000A, 0x002F


def _xls_extras(data: bytes) -> dict[str, _Extra]:
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            name = next((n for n in ("Workbook", "Book") if ole.exists(n)), None)
            stream = ole.openstream(name).read() if name else b""
    except (OSError, ValueError, IndexError, RecursionError) as error:
        raise Unreadable(f"the Office file is damaged ({error}); fetch it again or ask for it") from error
    sheets: dict[int, str] = {}
    for _, kind, body in _records(stream, 0):
        if kind == _FILEPASS:
            raise Unreadable("the file is encrypted; ask for it without a password")
        if kind == _BOUNDSHEET and len(body) >= 8:
            sheets[struct.unpack_from("<I", body)[0]] = _biff_name(body)
            if len(sheets) > MAX_SHEETS:
                raise Unreadable(f"the workbook has more than {MAX_SHEETS} sheets; no report has", "cells")
        elif kind == _EOF:
            break
    # From where the workbook says a sheet begins, whether or not one does: so does calamine read it.
    return {name: _xls_extra(stream, at) for at, name in sheets.items()}


def _xls_extra(stream: bytes, start: int) -> _Extra:
    """What one sheet's records tell. Raises Unreadable for one that stretches, or claims to, beyond any report."""
    out = _Extra()
    bottom = right = 0
    for _, kind, body in _records(stream, start):
        if kind == _EOF:
            break
        if kind == _DIMENSIONS:  # calamine makes room for what is claimed here
            if len(body) >= 14:
                top, below, left, beside = struct.unpack_from("<2I2H", body)
            elif len(body) >= 10:
                top, below, left, beside = struct.unpack_from("<4H", body)
            else:
                continue
            if below < top or beside < left or (below - top) * (beside - left) > MAX_CLAIMED:
                raise Unreadable("a sheet claims more rows and columns than there can be; it is not opened", "cells")
        elif kind == _ROW_RECORD and len(body) >= 16:
            if struct.unpack_from("<H", body, 12)[0] & 0x20:
                out.hidden_rows.add(struct.unpack_from("<H", body)[0])
        elif kind == _COLINFO and len(body) >= 10:
            first, last, _, _, flags = struct.unpack_from("<5H", body)
            if flags & 1:
                out.hidden_columns.update(range(first, min(last, 255) + 1))
        elif kind in _CELLS and len(body) >= 4:
            row, column = struct.unpack_from("<2H", body)
            if kind in _MANY_CELLS and len(body) >= 6:
                column = max(column, struct.unpack_from("<H", body, len(body) - 2)[0])
            if column > 255:
                raise Unreadable("a sheet has cells beyond its last column; the workbook is damaged, ask for it")
            bottom, right = max(bottom, row + 1), max(right, column + 1)
            if bottom * right > MAX_AREA:
                _guard(bottom, right)
    return out


def _records(stream: bytes, at: int) -> Iterator[tuple[int, int, bytes]]:
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<2H", stream, at)
        yield at, kind, stream[at + 4 : at + 4 + size]
        at += 4 + size


def _biff_name(body: bytes) -> str:
    count, wide = body[6], body[7] & 1
    return body[8 : 8 + count * 2].decode("utf-16-le", "replace") if wide else body[8 : 8 + count].decode("latin-1")


# --------------------------------------------------------------------------------------------------------------- ODS

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"


def _ods(root: etree._Element) -> list[list[list[_Cell]]]:
    body = root.find(f"{_OFFICE}body/{_OFFICE}spreadsheet")
    if body is None:
        raise Unreadable("the workbook has no sheets; fetch it again or ask for it")
    hidden = {
        style.get("{urn:oasis:names:tc:opendocument:xmlns:style:1.0}name", "")
        for style in root.iter("{urn:oasis:names:tc:opendocument:xmlns:style:1.0}style")
        for properties in style.iterfind("{urn:oasis:names:tc:opendocument:xmlns:style:1.0}table-properties")
        if properties.get(f"{_TABLE}display") == "false"
    }
    out: list[list[list[_Cell]]] = []
    for table in body.iterfind(f"{_TABLE}table"):
        if table.get(f"{_TABLE}style-name", "") in hidden or len(out) >= MAX_SHEETS:
            continue
        rows: list[list[_Cell]] = []
        number = 0
        for tr in table.iter(f"{_TABLE}table-row"):
            count = min(_count(tr.get(f"{_TABLE}number-rows-repeated")), MAX_REPEATED)
            row = _ods_row(tr, number)
            number += count
            if tr.get(f"{_TABLE}visibility", "visible") != "visible":
                continue
            rows.extend([row] * (count if any(cell.text for cell in row) else 1))
        out.append(rows)
    return out


def _ods_row(tr: etree._Element, number: int) -> list[_Cell]:
    row: list[_Cell] = []
    column = 0
    for cell in tr:
        repeated = _count(cell.get(f"{_TABLE}number-columns-repeated"))
        if cell.tag == f"{_TABLE}table-cell":
            text = "\n".join("".join(map(str, p.itertext())) for p in cell.iterfind(f"{_TEXT}p")).strip()
            span = min(_count(cell.get(f"{_TABLE}number-columns-spanned")), MAX_REPEATED)
            row.extend(_Cell(text, number, column + n, span) for n in range(min(repeated, MAX_REPEATED)))
        column += repeated
    return row


def _count(text: Any) -> int:
    return max(1, min(int(text), 1 << 20)) if isinstance(text, str) and text.isdigit() and len(text) < 9 else 1
