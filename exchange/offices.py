"""Supervising offices from a sheet: who gets their mails in which role, and when they want to be told."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from exchange.sheet import BEYOND, BadSheet, rows
from exchange.words import words
from models import agencies, offices, people
from processes import whole_file
from spreadsheet import save

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

YES, NO = {"是", "yes", "true", "1"}, {"否", "no", "false", "0"}
REQUIRED = ("government",)


@dataclass(slots=True)
class Imported:
    """What an import of offices did; ``bad`` has (row, what is wrong)."""

    count: int = 0
    bad: list[tuple[int, str]] = field(default_factory=list)


def import_offices(session: Session, path: Path, by: str, now: datetime) -> Imported:
    """Add and update offices by their government; an empty cell leaves what is set as it is. Nothing is to be kept where a
    row is bad: the caller rolls back. Raises BadSheet."""
    out = Imported()
    for number, values in rows(path, words().office_columns, REQUIRED, "offices"):
        try:
            _one(session, values, by, now)
        except ValueError as error:  # BadOffice is one
            out.bad.append((number, str(error)))
        else:
            out.count += 1
    if not out.count and not out.bad:
        raise BadSheet("the sheet has no rows below its head")
    return out


def _one(session: Session, values: dict[str, str], by: str, now: datetime) -> None:
    if values.pop(BEYOND):
        raise ValueError("a text stands under no column; quote a text that holds a comma")
    government = agencies.resolve(session, values["government"], now.date())
    if government is None:
        raise ValueError(f"{values['government']!r} is not in the register; import it first")
    roles = {role: addresses(values[role]) for role in offices.ROLES if values[role]}
    given = {name: read(values[name]) for name, read in WISHES.items() if values[name]}
    offices.set_office(session, government, people.Act(by, "office", now), values["office"], roles, given)


def addresses(text: str) -> list[str]:
    """The addresses of a cell or an option."""
    return [part for part in re.split(r"[、;；,，\s]+", text) if part]


def _yes_or_no(text: str) -> bool:
    if text.lower() not in YES | NO:
        raise ValueError(f"{text!r}: write 是 or 否")
    return text.lower() in YES


def _number(text: str) -> int:
    found = re.fullmatch(r"(\d{1,2})(?::00|时|点|天|个工作日)?", text)
    if found is None:
        raise ValueError(f"{text!r} is no whole number")
    return int(found.group(1))


WISHES: dict[str, Callable[[str], Any]] = {
    "quiet": str,
    "workdays_only": _yes_or_no,
    "at_once": _yes_or_no,
    "digest_hour": _number,
    "escalate_after": lambda text: _number(text) or None,
}


def template(path: Path) -> None:
    """Write an empty sheet of offices to fill in, with a row of explanations. Raises OSError."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "主管部门"
    for index, (name, column) in enumerate(words().office_columns.items(), 1):
        needed = name in REQUIRED
        head = sheet.cell(1, index, f"{column.heads[0]}（必填）" if needed else column.heads[0])
        head.font = Font(bold=True, color="FFFFFF" if needed else "1F2933")
        head.fill = PatternFill("solid", fgColor="1D4E79" if needed else "DDE6EE")
        below = sheet.cell(2, index, column.explain)
        below.font = Font(italic=True, color="616E7C")
        below.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.column_dimensions[get_column_letter(index)].width = column.width
    sheet.row_dimensions[2].height = 64
    sheet.freeze_panes = "B3"
    with whole_file(path) as beside:
        save(book, beside)
