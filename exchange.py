"""Data in and out: the register from a sheet, everything else to JSON Lines, CSV, XLSX and Parquet."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.datavalidation import DataValidation

import config
import net
from models import agencies, sources
from processes import whole_file
from reports.form import forms
from spreadsheet import safe, storable

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

FORMATS = ("jsonl", "csv", "xlsx", "parquet")
MAX_SHEET_BYTES = 50_000_000

# The sheet's columns with what to write in them, for the template. The first twelve are the register's own format.
COLUMNS: dict[str, str] = {
    "name": "单位全称，必填，不可重复",
    "short_name": "简称，如“市统计局”",
    "level": f"层级，必填：{'、'.join(agencies.LEVELS)}（中央、省、地、县、乡）",
    "kind": f"类别：{'、'.join(agencies.KINDS)}；不填按名称判断",
    "division_code": "行政区划代码",
    "parent": "上级政府或主管部门的全称",
    "portal": "门户网站首页地址，http 或 https 开头",
    "reports_url": "年报栏目地址；多个单位共用一个栏目时填相同地址；一个单位有多个栏目时用空格隔开；新地址取代旧地址",
    "example_report_url": "某一年报告的地址，可不填",
    "example_report_year": "该报告的年度，可不填",
    "family": "网站类型，可不填",
    "note": "备注",
    "in_scope_from": "自哪天起有公布义务，如 2021-01-01，可不填",
    "in_scope_to": "到哪天为止有公布义务，可不填",
    "deadline": "本地规定的期限，月-日，如 01-25；不填按法定期限",
    "aliases": "其他名称，用顿号或分号隔开",
    "office_email": "（填在政府一行）该政府的政府信息公开工作主管部门邮箱，多个用分号隔开",
}
REQUIRED = ("name", "level")
BEYOND = "(no column)"  # what stands right of the head: in a CSV, a comma that should have been quoted


class BadSheet(Exception):
    """The sheet cannot be used at all: one line that says why."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """One cell of a sheet that cannot be used. ``row`` counts from 1, the head included, as a spreadsheet shows it."""

    row: int
    column: str
    message: str


@dataclass(slots=True)
class ImportResult:
    """What an import did."""

    added: int = 0
    updated: int = 0
    bad: list[BadRow] = field(default_factory=list)
    warnings: list[BadRow] = field(default_factory=list)  # rows that were imported and still want a look


# ------------------------------------------------------------------ in


def import_agencies(session: Session, path: Path, skip_bad: bool, now: datetime) -> ImportResult:
    """Add and update bodies by name from CSV (UTF-8 or GB18030) or XLSX; never deletes.

    With a bad row nothing is written, unless ``skip_bad``: then the good rows are. Raises BadSheet for an unusable file.
    """
    result = ImportResult()
    known = agencies.known(session)
    parents = {name: body.parent for name, body in known.items()}
    rows: list[tuple[agencies.AgencyRow, list[str], str]] = []
    seen: dict[str, int] = {}
    sheet = list(_sheet_rows(path))
    parents |= {values["name"]: values["parent"] for _, values in sheet if values["parent"]}
    for number, values in sheet:
        bad = [*_faults(number, values, seen), *_contradictions(number, values, known, parents)]
        result.bad += bad
        if not bad:
            seen[values["name"]] = number
            rows.append((_agency_row(values), values["reports_url"].split(), values["family"]))
    if not rows and not result.bad:
        raise BadSheet("the sheet has no rows below its head")
    if result.bad and not skip_bad:
        return result
    for row, reports_urls, family in rows:
        agency, added = agencies.upsert_agency(session, row)
        result.added += added
        result.updated += not added
        if reports_urls:
            sources.serve(session, agency.id, reports_urls, family, now)
    agencies.link_parents(session)
    result.warnings = list(_unknown_superiors(session, [row for row, _, _ in rows], seen))
    return result


def _contradictions(
    row: int, values: Mapping[str, str], known: Mapping[str, agencies.Known], parents: Mapping[str, str]
) -> Iterator[BadRow]:
    """What a row says against the rest of the sheet and against what the register has already."""
    name = values["name"]
    chain = [name]
    while (above := parents.get(chain[-1])) and above not in chain[1:]:
        chain.append(above)
        if above == name:
            yield BadRow(row, "parent", f"the body would stand below itself: {' < '.join(chain)}")
            break
    before = known.get(name)
    first = _date(values["in_scope_from"]) or (before.in_scope_from if before else None)
    last = _date(values["in_scope_to"]) or (before.in_scope_to if before else None)
    if first is not None and last is not None and first > last:
        column = "in_scope_to" if values["in_scope_to"] else "in_scope_from"
        yield BadRow(row, column, f"the scope would end on {last}, before it begins on {first}")


def _sheet_rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """(row number, column -> stripped text) of each row that is not empty; every known column is present."""
    try:
        if path.stat().st_size > MAX_SHEET_BYTES:
            raise BadSheet(f"the file is larger than {MAX_SHEET_BYTES // 1_000_000} MB")
        data = path.read_bytes()
    except OSError as error:
        raise BadSheet(str(error.strerror or error)) from None
    table = _xlsx_table(data) if data.startswith(b"PK") else _csv_table(data)
    head = [str(cell or "").strip().lstrip("\ufeff") for cell in next(table, [])]
    missing = [name for name in REQUIRED if name not in head]
    if missing:
        raise BadSheet(
            f"row 1 lacks the column {missing[0]}; `nianbao agencies template FILE` writes a sheet with all columns"
        )
    doubled = [name for name in head if name and head.count(name) > 1]
    if doubled:
        raise BadSheet(f"row 1 has the column {doubled[0]!r} twice")
    unknown = [name for name in head if name and name not in COLUMNS]
    if unknown:
        raise BadSheet(f"row 1, column {unknown[0]!r} is not known; the columns are {', '.join(COLUMNS)}")
    for number, cells in enumerate(table, 2):
        texts = [_cell_text(cell) for cell in cells]
        if not any(texts) or _explains(texts):
            continue
        values = dict.fromkeys(COLUMNS, "")
        values.update({name: text for name, text in zip(head, texts, strict=False) if name})
        values[BEYOND] = " ".join(
            text for index, text in enumerate(texts) if text and (index >= len(head) or not head[index])
        )
        yield number, values


def _explains(texts: list[str]) -> bool:
    return texts[0] == COLUMNS["name"]  # the template's row of explanations, left standing


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


_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")


def _faults(row: int, values: Mapping[str, str], seen: Mapping[str, int]) -> Iterator[BadRow]:
    for column in REQUIRED:
        if not values[column]:
            yield BadRow(row, column, "must not be empty")
    if values["name"] in seen:
        yield BadRow(row, "name", f"{values['name']} stands in row {seen[values['name']]} already")
    if values[BEYOND]:
        yield BadRow(row, BEYOND, f"{values[BEYOND]!r} stands under no column; quote a text that holds a comma")
    for column, allowed in (("level", agencies.LEVELS), ("kind", agencies.KINDS)):
        if values[column] and values[column] not in allowed:
            yield BadRow(row, column, f"{values[column]!r} is no {column}; use {', '.join(allowed)}")
    for column in ("portal", "reports_url", "example_report_url"):
        for url in values[column].split():
            try:
                net.host_of(url)
            except net.NotAllowed as error:
                yield BadRow(row, column, f"{url!r} cannot be visited: {error}")
    for column in ("in_scope_from", "in_scope_to"):
        if values[column] and _date(values[column]) is None:
            yield BadRow(row, column, f"{values[column]!r} is no date; write 2021-01-01")
    if values["deadline"] and not _is_day(values["deadline"]):
        yield BadRow(row, "deadline", f"{values['deadline']!r} is no day of the year; write month-day, 01-25")
    for email in _parts(values["office_email"]):
        try:
            config.mail_address(email)
        except ValueError as error:
            yield BadRow(row, "office_email", str(error))


def _is_day(text: str) -> bool:
    if not _DAY.fullmatch(text):
        return False
    return _date(f"2023-{text}") is not None  # a common year: 02-29 would be no day in most years


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _parts(text: str) -> list[str]:
    return [part for part in re.split(r"[、;；,，\s]+", text) if part]


def _agency_row(values: Mapping[str, str]) -> agencies.AgencyRow:
    return agencies.AgencyRow(
        name=values["name"],
        level=values["level"],
        kind=values["kind"],
        short_name=values["short_name"],
        division_code=values["division_code"],
        parent=values["parent"],
        portal=values["portal"],
        note=values["note"],
        in_scope_from=_date(values["in_scope_from"]),
        in_scope_to=_date(values["in_scope_to"]),
        deadline=values["deadline"],
        aliases=[part for part in re.split(r"[、;；]+", values["aliases"]) if part],
        office_emails=_parts(values["office_email"]),
    )


def _unknown_superiors(
    session: Session, rows: Sequence[agencies.AgencyRow], line_of: Mapping[str, int]
) -> Iterator[BadRow]:
    """A superior that is not registered, one warning each, where no office gets mails about the body either: a slip of
    the pen there silences everything that is found about it."""
    registered = agencies.known(session)
    without_office = agencies.without_office(session)
    bodies: dict[str, list[str]] = {}
    for row in rows:
        if row.parent and row.parent not in registered and row.name in without_office:
            bodies.setdefault(row.parent, []).append(row.name)
    for parent, names in bodies.items():
        message = f"the superior {parent!r} of {len(names)} bodies is not in the register: no office gets their mails"
        yield BadRow(line_of[names[0]], "parent", message)


def template(path: Path) -> None:
    """Write an empty sheet to fill in: the columns, a row of explanations that the import skips, choices to pick."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "单位名录"
    for index, (name, explanation) in enumerate(COLUMNS.items(), 1):
        head = sheet.cell(1, index, name)
        head.font = Font(bold=True, color="FFFFFF" if name in REQUIRED else "1F2933")
        head.fill = PatternFill("solid", fgColor="1D4E79" if name in REQUIRED else "DDE6EE")
        below = sheet.cell(2, index, explanation)
        below.font = Font(italic=True, color="616E7C")
        below.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.column_dimensions[get_column_letter(index)].width = 34 if "url" in name or name == "name" else 20
    sheet.row_dimensions[2].height = 64
    sheet.freeze_panes = "B3"
    for name, allowed in (("level", agencies.LEVELS), ("kind", agencies.KINDS)):
        choice = DataValidation(type="list", formula1=f'"{",".join(allowed)}"', allow_blank=name not in REQUIRED)
        choice.error, choice.errorTitle = "请从列表中选择", name
        sheet.add_data_validation(choice)
        letter = get_column_letter(list(COLUMNS).index(name) + 1)
        choice.add(f"{letter}3:{letter}5000")
    book.save(path)


# ------------------------------------------------------------------ out


def write(rows: Iterable[Mapping[str, Any]], what: str, form: str, path: Path | None) -> int:
    """Write rows to a file (or standard output for jsonl and csv); returns how many. A file appears whole or not at all.

    In tables the cells of reports become a column each, in the order of the forms, and lists become JSON text."""
    if form == "jsonl":
        return _to_text(path, (json.dumps(_plain_row(row), ensure_ascii=False) + "\n" for row in rows))
    if form == "csv":
        return _write_csv(rows, what, path)
    assert path is not None, f"{form} needs a file"
    with whole_file(path) as beside:
        return (_write_xlsx if form == "xlsx" else _write_parquet)(rows, what, beside)


def _plain_row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in row.items() if name != "id"}


def _plain(value: Any) -> Any:
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


CELL_COLUMNS = tuple(dict.fromkeys((*forms.keys("2021"), *forms.keys("2019"))))


def _flat(row: Mapping[str, Any], what: str) -> dict[str, Any]:
    """A row for a table: cells as columns, lists as JSON text, times in ISO."""
    out: dict[str, Any] = {}
    for name, value in _plain_row(row).items():
        if name == "cells" and what == "reports":
            continue
        out[name] = json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value
    if what == "reports":
        cells = row.get("cells") or {}
        out.update({key: cells.get(key) for key in CELL_COLUMNS})
    return out


def _write_csv(rows: Iterable[Mapping[str, Any]], what: str, path: Path | None) -> int:
    def lines() -> Iterator[str]:
        buffer = io.StringIO()
        writer: csv.DictWriter[str] | None = None
        for row in rows:
            flat = _flat(row, what)
            if writer is None:
                buffer.write("\ufeff")  # without it a spreadsheet takes the text for the machine's old code page
                writer = csv.DictWriter(buffer, list(flat))
                writer.writeheader()
            writer.writerow({name: safe(value) for name, value in flat.items()})
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()

    return _to_text(path, lines())


def _write_xlsx(rows: Iterable[Mapping[str, Any]], what: str, path: Path) -> int:
    flat = [_flat(row, what) for row in rows]  # before the book is begun: one that is broken off cannot be closed
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(what)
    if flat:
        sheet.append(list(flat[0]))
    for row in flat:
        sheet.append([storable(value) for value in row.values()])
    if what == "reports":
        legend = book.create_sheet("列说明")
        for key in CELL_COLUMNS:
            legend.append([key, forms.place(key), forms.label(key)])
    book.save(path)
    return len(flat)


def _write_parquet(rows: Iterable[Mapping[str, Any]], what: str, path: Path) -> int:
    flat = [_flat(row, what) for row in rows]
    if what == "reports":
        for row in flat:
            row.update({key: None if row[key] is None else float(row[key]) for key in CELL_COLUMNS})
    pq.write_table(pa.Table.from_pylist(flat), path)
    return len(flat)
