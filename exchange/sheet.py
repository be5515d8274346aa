"""A sheet that people filled in, CSV or XLSX, as rows of text with the columns' keys."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from exchange.words import Column, column_of, words
from reports.text import squeeze

MAX_BYTES = 50_000_000
REQUIRED = ("name", "level")
MOST_ABOVE = 5  # rows of a title above the head
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
    table = enumerate(_xlsx_table(data) if data.startswith(b"PK") else _csv_table(data), 1)
    first, printed = _head(table, columns, required)
    unknown = [name for name in printed if name and column_of(name, columns) is None and not _is_number(name)]
    head = ["" if _is_number(name) else column_of(name, columns) or name for name in printed]
    if unknown and any(column_of(name, columns) for name in printed):
        named = "、".join(column.heads[0] for column in columns.values())
        raise BadSheet(
            f"row {first}, column {unknown[0]!r} is not known; the columns are {named} ({', '.join(columns)})"
        )
    missing = [name for name in required if name not in head]
    if missing:
        raise BadSheet(
            f"row {first} lacks the column {missing[0]} ({columns[missing[0]].heads[0]}); "
            f"`nianbao {group} template FILE` writes a sheet with all columns"
        )
    doubled = [name for name in head if name and head.count(name) > 1]
    if doubled:
        heads = "、".join(repr(name) for name in printed if doubled[0] in {name, column_of(name, columns)})
        raise BadSheet(f"row {first} has the column {doubled[0]} twice: {heads}")
    numbers = {index for index, name in enumerate(printed) if _is_number(name)}
    explained = next(iter(columns.values())).explain  # in the template's row of explanations
    for number, cells in table:
        texts = ["" if index in numbers else _cell_text(cell) for index, cell in enumerate(cells)]
        if not any(texts) or explained in texts[:2]:
            continue
        values = dict.fromkeys(columns, "")
        values.update({name: text for name, text in zip(head, texts, strict=False) if name})
        values[BEYOND] = " ".join(
            text for index, text in enumerate(texts) if text and (index >= len(head) or not head[index])
        )
        yield number, values


def _head(
    table: Iterator[tuple[int, list[Any]]], columns: Mapping[str, Column], required: Sequence[str]
) -> tuple[int, list[str]]:
    """The row that names the columns, and its number: the first one that names those that must be there, below at most
    MOST_ABOVE rows of a title. Where there is none, the first row, of which can be said what it lacks."""
    seen: list[tuple[int, list[str]]] = []
    for number, cells in islice(table, MOST_ABOVE + 1):
        printed = [str(cell or "").strip().lstrip("\ufeff") for cell in cells]
        if set(required) <= {column_of(name, columns) for name in printed}:
            return number, printed
        seen.append((number, printed))
    named = (row for row in seen if any(column_of(name, columns) for name in row[1]))
    return next(named, next(iter(seen), (1, [])))


def _is_number(head: str) -> bool:
    """Whether a column only counts the rows."""
    return squeeze(head).lower() in {"序号", "编号", "no.", "no", "#"}


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
