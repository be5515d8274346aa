"""Everything out: JSON Lines and Parquet for programs, CSV and XLSX for people too."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from exchange.words import printed, words
from processes import whole_file
from reports.form import forms
from spreadsheet import safe, save, storable

FORMATS = ("jsonl", "csv", "xlsx", "parquet")

_ADDRESS = re.compile(r"https?://[^\s\x00-\x1f]+")
LONGEST_LINK = 2_079  # characters of an address that a spreadsheet follows
CELL_COLUMNS = tuple(dict.fromkeys((*forms.keys("2021"), *forms.keys("2019"))))
Lang = Literal["zh", "en"]


def write(
    rows: Iterable[Mapping[str, Any]],
    what: str,
    form: str,
    path: Path | None,
    lang: Lang | None = None,
    zone: tzinfo = UTC,
) -> int:
    """Write rows to a file (or standard output for jsonl and csv); returns how many. A file appears whole or not at all.

    In tables the cells of reports become a column each, in the order of the forms, and lists become JSON text. ``lang``
    is that of a table's heads and words: Chinese for XLSX if not given, else the keys. Times in XLSX are in ``zone``."""
    if form == "jsonl":
        return _to_text(path, (json.dumps(_plain_row(row), ensure_ascii=False) + "\n" for row in rows))
    if form == "csv":
        return _write_csv(rows, what, path, lang or "en")
    assert path is not None, f"{form} needs a file"
    with whole_file(path) as beside:
        if form == "xlsx":
            return _write_xlsx(rows, what, beside, lang or "zh", zone)
        return _write_parquet(rows, what, beside)


def _head(what: str, name: str, lang: Lang) -> str:
    """A column's head: in Chinese, or its key. A cell of the forms is named by its place."""
    if lang == "en":
        return name
    return _cell_heads()[name] if name in CELL_COLUMNS else words().exports.get(what, {}).get(name, name)


@lru_cache(maxsize=1)
def _cell_heads() -> dict[str, str]:
    """The table and the form's own words for each cell; with its place where two cells have the same words."""
    heads = {key: f"{forms.place(key).partition('，')[0]} {forms.label(key)}" for key in CELL_COLUMNS}
    twice = {head for head, count in Counter(heads.values()).items() if count > 1}
    return {key: f"{head}（{forms.place(key)}，{key}）" if head in twice else head for key, head in heads.items()}


def _worded(what: str, name: str, value: Any, lang: Lang) -> Any:
    """A value in the words of its column."""
    if lang == "en" or value is None:
        return value
    if isinstance(value, bool):
        return "是" if value else "否"
    vocabulary = words().cells_of.get(what, {}).get(name)
    return printed(vocabulary, value) if vocabulary and isinstance(value, str) else value


def _plain_row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in row.items() if name != "id"}


def _plain(value: Any) -> Any:
    """The value as JSON holds it, times in ISO and UTC."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


def _to_text(path: Path | None, lines: Iterator[str]) -> int:
    if path is None:
        return sum(1 for line in lines if sys.stdout.write(line))
    with whole_file(path) as beside, beside.open("w", encoding="utf-8", newline="") as out:
        return sum(1 for line in lines if out.write(line))


def _flat(row: Mapping[str, Any], what: str) -> dict[str, Any]:
    """A row for a table: cells as columns, lists as JSON text."""
    out: dict[str, Any] = {}
    for name, value in row.items():
        if name == "id" or (name == "cells" and what == "reports"):
            continue
        listed = isinstance(value, list | dict)
        out[name] = json.dumps(_plain(value), ensure_ascii=False) if listed else value
    if what == "reports":
        cells = row.get("cells") or {}
        out.update({key: cells.get(key) for key in CELL_COLUMNS})
    return out


def _write_csv(rows: Iterable[Mapping[str, Any]], what: str, path: Path | None, lang: Lang) -> int:
    def lines() -> Iterator[str]:
        buffer = io.StringIO()
        writer = csv.writer(buffer)
        for number, row in enumerate(rows):
            flat = _flat(row, what)
            if number == 0:
                buffer.write("\ufeff")  # without it a spreadsheet takes the text for the machine's old code page
                writer.writerow([_head(what, name, lang) for name in flat])
            writer.writerow([safe(_plain(_worded(what, name, value, lang))) for name, value in flat.items()])
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()

    return _to_text(path, lines())


def _write_xlsx(rows: Iterable[Mapping[str, Any]], what: str, path: Path, lang: Lang, zone: tzinfo) -> int:
    flat = [_flat(row, what) for row in rows]  # before the book is begun: one that is broken off cannot be closed
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(what)
    names = list(flat[0]) if flat else []
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(max(len(names), 1))}{len(flat) + 1}"
    for column, name in enumerate(names, 1):
        sheet.column_dimensions[get_column_letter(column)].width = WIDTHS.get(name, 14)
    if names:
        sheet.append([_head_cell(sheet, _head(what, name, lang)) for name in names])
    for row in flat:
        sheet.append([_cell(sheet, _worded(what, name, value, lang), zone) for name, value in row.items()])
    if what == "reports":
        legend = book.create_sheet("列说明")
        for key in CELL_COLUMNS:
            legend.append([key, forms.place(key), forms.label(key)])
    save(book, path)
    return len(flat)


WIDTHS = {
    "agency": 28,
    "name": 28,
    "parent": 26,
    "url": 40,
    "source": 40,
    "reports_url": 40,
    "portal": 30,
    "title": 44,
    "message": 60,
}


def _head_cell(sheet: WriteOnlyWorksheet, text: str) -> Any:
    cell = WriteOnlyCell(sheet, storable(text))
    cell.font, cell.fill = Font(bold=True, color="FFFFFF"), PatternFill("solid", fgColor="1D4E79")
    cell.alignment = Alignment("center", "center", wrap_text=True)
    return cell


def _cell(sheet: WriteOnlyWorksheet, value: Any, zone: tzinfo) -> Any:
    """A real date, time, number or link where there is one; text that no spreadsheet runs elsewhere."""
    if isinstance(value, datetime):
        cell = WriteOnlyCell(sheet, value.astimezone(zone).replace(tzinfo=None))
        cell.number_format = "yyyy-mm-dd hh:mm"
        return cell
    if isinstance(value, date):
        cell = WriteOnlyCell(sheet, datetime(value.year, value.month, value.day))  # noqa: DTZ001  a day has no zone
        cell.number_format = "yyyy-mm-dd"
        return cell
    if isinstance(value, str) and _ADDRESS.fullmatch(value) and len(value) <= LONGEST_LINK:
        cell = WriteOnlyCell(sheet, storable(value))
        cell.hyperlink, cell.style = value, "Hyperlink"
        return cell
    return storable(float(value) if isinstance(value, Decimal) else value)


def _write_parquet(rows: Iterable[Mapping[str, Any]], what: str, path: Path) -> int:
    flat = [_plain_row(_flat(row, what)) for row in rows]
    if what == "reports":
        for row in flat:
            row.update({key: None if row[key] is None else float(row[key]) for key in CELL_COLUMNS})
    pq.write_table(pa.Table.from_pylist(flat), path)
    return len(flat)
