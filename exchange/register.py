"""The register from a sheet: rows checked one by one, bodies added and updated by name; the sheet to fill in."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import openpyxl
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

import config
import net
from exchange.sheet import BEYOND, REQUIRED, BadSheet, rows
from exchange.words import key_of, words
from models import agencies
from models.register import Registration, upsert_all
from processes import whole_file
from reports.text import date_at
from spreadsheet import save

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


STARTER = Path(__file__).parent / "data" / "starter.csv"


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


def import_agencies(
    session: Session,
    path: Path,
    skip_bad: bool,
    now: datetime,
    progress: Callable[[int], None] = lambda _: None,
    families: Collection[str] = (),
) -> ImportResult:
    """Add and update bodies by name from CSV (UTF-8 or GB18030) or XLSX; never deletes. ``progress`` is told how many
    rows are written; ``families`` are the portal software that a row may name (empty: any).

    With a bad row nothing is written, unless ``skip_bad``: then the good rows are. Raises BadSheet for an unusable file.
    """
    result = ImportResult()
    known = agencies.known(session)
    parents = {name: body.parent for name, body in known.items()}
    good: list[Row] = []
    seen: dict[str, int] = {}
    sheet = list(rows(path))
    parents |= {values["name"]: values["parent"] for _, values in sheet if values["parent"]}
    for number, values in sheet:
        row, bad = _row(number, dict(values))
        if values["name"] in seen:
            bad.insert(0, BadRow(number, "name", f"{values['name']} stands in row {seen[values['name']]} already"))
        if row is not None:
            bad += _contradictions(number, row, known, parents)
            if row.family and families and row.family not in families:
                named = ", ".join(sorted(families))
                bad.append(BadRow(number, "family", f"{row.family!r} is no known portal software; use one of {named}"))
        result.bad += bad
        if row is not None and not bad:
            seen[row.name] = number
            good.append(row)
    if not good and not result.bad:
        raise BadSheet("the sheet has no rows below its head")
    if result.bad and not skip_bad:
        return result
    entries = [Registration(row.body(), tuple(row.reports_url), row.family) for row in good]
    result.added, result.updated = upsert_all(session, entries, now, progress)
    agencies.link_parents(session)
    result.warnings = list(_unknown_superiors(session, good, seen))
    return result


def import_starter(session: Session, now: datetime, progress: Callable[[int], None] = lambda _: None) -> ImportResult:
    """Add the bodies of the starter register that the register does not have; what it has stays as it is. Their columns
    were derived from the addresses of single reports: nobody vouches for them yet."""
    known = agencies.known(session)
    fresh = [values for _, values in rows(STARTER) if values["name"] not in known]
    entries = []
    for values in fresh:
        row = Row.model_validate({name: text for name, text in values.items() if name != BEYOND})
        entries.append(Registration(row.body(), tuple(row.reports_url), row.family, confirmed=False))
    result = ImportResult()
    result.added, result.updated = upsert_all(session, entries, now, progress)
    agencies.link_parents(session)
    return result


def _contradictions(
    number: int, row: Row, known: Mapping[str, agencies.Known], parents: Mapping[str, str]
) -> Iterator[BadRow]:
    """What a row says against the rest of the sheet and against what the register has already."""
    name = row.name
    chain = [name]
    while (above := parents.get(chain[-1])) and above not in chain[1:]:
        chain.append(above)
        if above == name:
            yield BadRow(number, "parent", f"the body would stand below itself: {' < '.join(chain)}")
            break
    before = known.get(name)
    if row.in_scope == "no" and row.in_scope_to is None and not (before and before.in_scope_to):
        end = words().columns["in_scope_to"].heads[0]
        yield BadRow(number, "in_scope", f"a body that owes no report any more needs the day of its end ({end})")
    first = row.in_scope_from or (before.in_scope_from if before else None)
    last = row.in_scope_to or (before.in_scope_to if before else None)
    if first is not None and last is not None and first > last:
        column = "in_scope_to" if row.in_scope_to else "in_scope_from"
        yield BadRow(number, column, f"the scope would end on {last}, before it begins on {first}")


# ------------------------------------------------------------------ one row


def _needed(text: str) -> str:
    if not text:
        raise ValueError("must not be empty")
    return text


def _word(vocabulary: str) -> Callable[[str], str]:
    def known(text: str) -> str:
        key = key_of(vocabulary, text) if text else ""
        if key is None:
            allowed = words().words[vocabulary]
            named = "、".join(names[0] for names in allowed.values())
            raise ValueError(f"{text!r} is no {vocabulary}; use {', '.join(allowed)} ({named})")
        return key

    return known


def _day(text: str) -> date | None:
    """A day as people and spreadsheets write it: 2021-01-01, 2021/1/1, 2021年1月1日, or the spreadsheet's own number."""
    if not text:
        return None
    if re.fullmatch(r"[1-9]\d{4}", text):
        return date(1899, 12, 30) + timedelta(days=int(text))  # ECMA-376, 18.17.4.1
    found = _date(text) or date_at(text)
    if found is None or len(re.findall(r"\d+", text)) > 6:
        raise ValueError(f"{text!r} is no date; write 2021-01-01")
    return found


def _date(text: str) -> date | None:
    """An ISO date, or one of its three numbers in that order, whatever the year."""
    match = re.fullmatch(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?", text)
    try:
        return date(*map(int, match.groups())) if match else None
    except ValueError:
        return None


def _deadline(text: str) -> str:
    """A day of the year as ``MM-DD``: 01-25, 1-25, 1月25日, or a date that a spreadsheet has made of it."""
    if not text:
        return ""
    whole = _date(text)
    match = re.fullmatch(r"(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?", text)
    try:
        # In a common year: 02-29 would be no day in most years.
        day = date(2023, whole.month, whole.day) if whole else date(2023, *map(int, match.groups())) if match else None
    except ValueError:
        day = None
    if day is None:
        raise ValueError(f"{text!r} is no day of the year; write month-day, 01-25")
    return f"{day.month:02}-{day.day:02}"


def _addresses(text: str) -> list[str]:
    for url in text.split():
        try:
            net.host_of(url)
        except net.NotAllowed as error:
            raise ValueError(f"{url!r} cannot be visited: {error}") from None
    return text.split()


def _address(text: str) -> str:
    return " ".join(_addresses(text))


def _emails(text: str) -> list[str]:
    found = [part for part in re.split(r"[、;；,，\s]+", text) if part]
    for email in found:
        config.mail_address(email)
    return found


def _names(text: str) -> list[str]:
    return [part for part in re.split(r"[、;；]+", text) if part]


class Row(BaseModel):
    """A row of the sheet: every column known, none besides. Each validator takes the cell's text."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: Annotated[str, BeforeValidator(_needed)]
    short_name: str
    level: Annotated[str, BeforeValidator(_word("level")), BeforeValidator(_needed)]
    kind: Annotated[str, BeforeValidator(_word("kind"))]
    division_code: str
    parent: str
    portal: Annotated[str, BeforeValidator(_address)]
    reports_url: Annotated[list[str], BeforeValidator(_addresses)]
    example_report_url: Annotated[str, BeforeValidator(_address)]
    example_report_year: str
    family: str
    note: str
    in_scope_from: Annotated[date | None, BeforeValidator(_day)]
    in_scope_to: Annotated[date | None, BeforeValidator(_day)]
    in_scope: Annotated[str, BeforeValidator(_word("yes_no"))]
    deadline: Annotated[str, BeforeValidator(_deadline)]
    aliases: Annotated[list[str], BeforeValidator(_names)]
    office_email: Annotated[list[str], BeforeValidator(_emails)]

    def body(self) -> agencies.AgencyRow:
        """What the register takes of it; its sources apart."""
        return agencies.AgencyRow(
            name=self.name,
            level=self.level,
            kind=self.kind,
            short_name=self.short_name,
            division_code=self.division_code,
            parent=self.parent,
            portal=self.portal,
            note=self.note,
            in_scope_from=self.in_scope_from,
            in_scope_to=self.in_scope_to,
            deadline=self.deadline,
            aliases=self.aliases,
            office_emails=self.office_email,
        )


def _row(number: int, values: dict[str, str]) -> tuple[Row | None, list[BadRow]]:
    """The row, or what is wrong with each of its cells."""
    bad = []
    beyond = values.pop(BEYOND)
    if beyond:
        bad.append(BadRow(number, BEYOND, f"{beyond!r} stands under no column; quote a text that holds a comma"))
    try:
        return Row.model_validate(values), bad
    except ValidationError as error:
        for each in error.errors():
            text = str(each.get("ctx", {}).get("error") or each["msg"])
            bad.append(BadRow(number, str(each["loc"][0]), text))
        return None, bad


def _unknown_superiors(session: Session, rows: Sequence[Row], line_of: Mapping[str, int]) -> Iterator[BadRow]:
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
    """Write an empty sheet to fill in: the columns in Chinese, a row of explanations that the import skips, choices to
    pick. Raises OSError."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "单位名录"
    columns = words().columns
    for index, (name, column) in enumerate(columns.items(), 1):
        needed = name in REQUIRED
        head = sheet.cell(1, index, f"{column.heads[0]}（必填）" if needed else column.heads[0])
        head.font = Font(bold=True, color="FFFFFF" if needed else "1F2933")
        head.fill = PatternFill("solid", fgColor="1D4E79" if needed else "DDE6EE")
        below = sheet.cell(2, index, column.explain)
        below.font = Font(italic=True, color="616E7C")
        below.alignment = Alignment(wrap_text=True, vertical="top")
        letter = get_column_letter(index)
        sheet.column_dimensions[letter].width = column.width
        if name in {"in_scope_from", "in_scope_to"}:
            sheet.column_dimensions[letter].number_format = "yyyy-mm-dd"
        if name == "deadline":
            sheet.column_dimensions[letter].number_format = "@"  # else a spreadsheet makes a date of 01-25
    sheet.row_dimensions[2].height = 64
    sheet.freeze_panes = "B3"
    for name, vocabulary in (("level", "level"), ("kind", "kind"), ("in_scope", "yes_no")):
        named = ",".join(names[0] for names in words().words[vocabulary].values())
        choice = DataValidation(type="list", formula1=f'"{named}"', allow_blank=name not in REQUIRED)
        choice.error, choice.errorTitle = "请从列表中选择", columns[name].heads[0]
        sheet.add_data_validation(choice)
        letter = get_column_letter(list(columns).index(name) + 1)
        choice.add(f"{letter}3:{letter}5000")
    with whole_file(path) as beside:
        save(book, beside)
