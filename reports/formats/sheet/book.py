"""XLSX, XLS, ET, ODS: visible sheets to rows of cells.

calamine gives values and merged ranges. It does not tell what is hidden, struck out or raised, where a formula was saved
without its result, or how far a hostile sheet stretches; that is read from the container before.
"""

from __future__ import annotations

import datetime as dt
import io
from decimal import ROUND_HALF_UP, Decimal

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from reports.blocks import IN_DOUBT, Blocks, SheetCell, SheetLayout, Unreadable
from reports.formats.container import Container
from reports.formats.runs import Ink, settled
from reports.formats.sheet import ods, xls, xlsx
from reports.formats.sheet.model import MAX_AREA, MAX_SHEETS, Extra

# A formula saved without its result shows a figure on the screen that the file does not hold.
NO_RESULT = 0.3

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
Value = str | float | int | bool | dt.date | dt.datetime | dt.time | dt.timedelta | None


def blocks(data: bytes) -> Blocks:
    """The workbook's visible sheets as laid out. Raises Unreadable."""
    if data.startswith(_OLE):
        extras, incomplete = xls.extras(data)
        out = _calamine(data, "xls", extras)
        out.incomplete = incomplete
        return out
    with Container(data) as package:
        if "content.xml" in package and "xl/workbook.xml" not in package and "xl/workbook.bin" not in package:
            out = Blocks("ods", layouts=list(map(SheetLayout, ods.sheets(package))))
        else:
            out = _calamine(package.data, "xlsx", xlsx.extras(package))
        out.incomplete = package.incomplete
    return out


def _calamine(data: bytes, reader: str, extras: dict[str, Extra]) -> Blocks:
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
    out = Blocks(reader)
    for index, meta in enumerate(book.sheets_metadata[:MAX_SHEETS]):
        if meta.typ != SheetTypeEnum.WorkSheet or meta.visible != SheetVisibleEnum.Visible:
            continue
        try:
            rows = _rows(book.get_sheet_by_index(index), extras.get(meta.name, Extra()))
            out.layouts.append(SheetLayout(rows))
        except (CalamineError, ValueError) as error:
            out.warnings.append(f"sheet {index + 1} cannot be read ({error})")
    return out


def _rows(sheet: CalamineSheet, extra: Extra) -> list[list[SheetCell]]:
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
    out: list[list[SheetCell]] = []
    for r, values in enumerate(sheet.to_python(skip_empty_area=False)):
        if r in extra.hidden_rows:
            continue
        if r not in unsolved and all(value == "" for value in values):
            out.append([])  # a sheet may be formatted down to its last row
            continue
        out.append(
            [
                _cell(value, r, c, spans.get((r, c), 1), extra)
                for c, value in enumerate(values)
                if c not in extra.hidden_columns and (r, c) not in continued
            ]
        )
    return out


def _cell(value: Value, row: int, column: int, span: int, extra: Extra) -> SheetCell:
    text, confidence, place = printed_value(value), 1.0, (row, column)
    if isinstance(value, float) and place in extra.decimals and not value.is_integer():
        text = _rounded(value, extra.decimals[place])
    if place in extra.inks or place in extra.texts:
        whole = extra.inks.get(place, Ink.PLAIN)
        pieces = extra.texts.get(place, ((text, Ink.PLAIN),))
        text, confidence = settled([part for part, _ in pieces], [ink or whole for _, ink in pieces])
        text = text.strip()
    if text and any(veil.covers(place, value) for veil in extra.veils):
        confidence = min(confidence, IN_DOUBT)
    hides = extra.hides_zeros or place in extra.blank_noughts
    if hides and text and isinstance(value, int | float) and not value:
        text, confidence = "", IN_DOUBT  # who looks sees a blank
    return SheetCell(text, row, column, span, NO_RESULT if place in extra.unsolved else confidence)


def _rounded(value: float, places: int) -> str:
    """A number as a cell's format prints it."""
    printed = Decimal(repr(value)).quantize(Decimal(1).scaleb(-min(places, 15)), ROUND_HALF_UP)
    return str(int(printed)) if printed == printed.to_integral_value() else f"{printed.normalize():f}"


def printed_value(value: Value) -> str:
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
