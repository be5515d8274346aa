"""A sheet that people filled in, CSV or XLSX, as rows of text with the columns' keys."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from exchange.words import Column, column_of, words

MAX_BYTES = 50_000_000
REQUIRED = ("name", "level")
BEYOND = "(no column)"  # what stands right of the head: in a CSV, a comma that should have been quoted


class BadSheet(Exception):
    """The sheet cannot be used at all: one line that says why."""


def rows(
    path: Path, columns: Mapping[str, Column] | None = None, required: Sequence[str] = REQUIRED, group: str = "agencies"
) -> Iterator[tuple[int, dict[str, str]]]:
    """(row number, column -> stripped text) of each row that is not empty; every known column (of the register, if not
    given) is present. The head names the columns in Chinese or by their keys. ``group`` is the command that writes a
    template. Raises BadSheet."""
    columns = columns or words().columns
    try:
        if path.stat().st_size > MAX_BYTES:
            raise BadSheet(f"the file is larger than {MAX_BYTES // 1_000_000} MB")
        data = path.read_bytes()
    except OSError as error:
        raise BadSheet(str(error.strerror or error)) from None
    table = _xlsx_table(data) if data.startswith(b"PK") else _csv_table(data)
    printed = [str(cell or "").strip().lstrip("\ufeff") for cell in next(table, [])]
    unknown = [name for name in printed if name and column_of(name, columns) is None]
    head = [column_of(name, columns) or name for name in printed]
    if unknown and any(column_of(name, columns) for name in printed):
        named = "、".join(column.heads[0] for column in columns.values())
        raise BadSheet(f"row 1, column {unknown[0]!r} is not known; the columns are {named} ({', '.join(columns)})")
    missing = [name for name in required if name not in head]
    if missing:
        raise BadSheet(
            f"row 1 lacks the column {missing[0]} ({columns[missing[0]].heads[0]}); "
            f"`nianbao {group} template FILE` writes a sheet with all columns"
        )
    doubled = [name for name in head if name and head.count(name) > 1]
    if doubled:
        raise BadSheet(f"row 1 has the column {doubled[0]!r} twice")
    for number, cells in enumerate(table, 2):
        texts = [_cell_text(cell) for cell in cells]
        if not any(texts) or texts[0] == next(iter(columns.values())).explain:  # the template's row of explanations
            continue
        values = dict.fromkeys(columns, "")
        values.update({name: text for name, text in zip(head, texts, strict=False) if name})
        values[BEYOND] = " ".join(
            text for index, text in enumerate(texts) if text and (index >= len(head) or not head[index])
        )
        yield number, values


def _cell_text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _csv_table(data: bytes) -> Iterator[list[Any]]:
    if b"\x00" in data:
        raise BadSheet("the file is neither CSV nor XLSX; save it as one of the two")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise BadSheet("the text is neither UTF-8 nor GB18030")
    try:
        yield from csv.reader(io.StringIO(text), strict=True)
    except csv.Error as error:
        raise BadSheet(f"the CSV is damaged: {error}") from None


def _xlsx_table(data: bytes) -> Iterator[list[Any]]:
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        for row in sheet.iter_rows(values_only=True):
            yield list(row)
    except (BadZipFile, InvalidFileException, KeyError, ValueError, OSError, IndexError) as error:
        raise BadSheet(f"the XLSX is damaged: {error}") from None
