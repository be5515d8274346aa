"""The report as data: what reading yields, checking consumes and ``report-json`` prints.

``Report.as_dict()`` is the contract (schema ``nianbao/report/1``) to the letter; ``as_dict(details=True)`` adds the key
``details``, all that the checks need besides, so that a stored reading can be checked again without its bytes.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from decimal import Decimal
from typing import Any, Literal, get_args

from reports.blocks import At

SCHEMA = "nianbao/report/1"

Kind = Literal["annual_report", "interpretation", "website_report", "legacy_report", "notice", "other"]
Form = Literal["2019", "2021"]
Table = Literal["proactive", "applications", "disputes"]
Severity = Literal["error", "warning", "notice"]
SEVERITY_ZH: dict[str, str] = {"error": "错误", "warning": "疑似", "notice": "提示"}  # the gravest first
Number = int | Decimal

KINDS: tuple[Kind, ...] = get_args(Kind)
TABLES: tuple[Table, ...] = get_args(Table)


def number_as_json(value: Number | None) -> int | float | None:
    """A figure as JSON prints it: whole numbers as integers, others as decimals."""
    return float(value) if isinstance(value, Decimal) else value


def number_from_json(value: int | float | None) -> Number | None:
    """The reverse of ``number_as_json``; the printed decimals survive through ``repr``."""
    return Decimal(repr(value)) if isinstance(value, float) else value


@dataclass(frozen=True, slots=True)
class Source:
    """What was read: ``reader`` says how (``html``, ``pdf-text``, ``pdf-ocr``, ``image-ocr``, ``docx``, …)."""

    name: str
    sha256: str
    media_type: str
    bytes: int
    reader: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure of the form.

    ``value`` is None where the cell is blank (``raw`` is then empty), holds a token such as ``/`` (kept in ``raw``) or
    is illegible (``confidence`` below 1). ``raw`` is the text as printed. ``alternatives`` are other readings seen.
    """

    value: Number | None
    raw: str
    confidence: float = 1.0
    at: At = field(default_factory=At)
    alternatives: tuple[str, ...] = ()

    @property
    def blank(self) -> bool:
        """Printed empty, and surely so."""
        return self.value is None and not self.raw.strip() and self.confidence >= 0.9

    @property
    def illegible(self) -> bool:
        """Something may stand there that could not be read."""
        return self.value is None and not self.blank and self.confidence < 0.9

    def as_dict(self) -> dict[str, Any]:
        """The contract's cell; ``alternatives`` only where there are some."""
        out: dict[str, Any] = {
            "value": number_as_json(self.value),
            "raw": self.raw,
            "confidence": round(self.confidence, 4),
            "at": self.at.as_dict(),
        }
        if self.alternatives:
            out["alternatives"] = list(self.alternatives)
        return out

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Cell:
        """The reverse of ``as_dict``."""
        return cls(
            number_from_json(data["value"]),
            data["raw"],
            data["confidence"],
            At.from_dict(data.get("at") or {}),
            tuple(data.get("alternatives", ())),
        )


@dataclass(frozen=True, slots=True)
class Section:
    """One of the six parts, ``title`` as printed without its numeral, ``text`` its narrative without tables."""

    number: int
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A figure that the narrative states about ``cell``; ``text`` is the sentence, ``section`` its number (0: none).

    A cell with ``*`` or ``+`` is a group of which the figure is the sum: 不予公开 is ``applications.denied.*.total``.
    ``note`` qualifies it for the rules, empty for a plain claim: ``with_carried_in`` (the sentence counts what was
    carried in), ``handled_words`` (only 受理/办理 is said), ``previous_year``, ``rounded:STEP`` (not exact; STEP is the
    place value of its last digit, in the cell's unit)."""

    cell: str
    value: Number
    text: str
    section: int = 0
    note: str = ""

    @property
    def of_group(self) -> bool:
        """Whether the figure is the sum of several cells."""
        return "*" in self.cell or "+" in self.cell

    @property
    def of_cell(self) -> bool:
        """Whether the figure is one of this report's cells: not of several together, not last year's."""
        return not self.of_group and self.note != "previous_year"


@dataclass(frozen=True, slots=True)
class Cause:
    """The one cell that must be wrong where several findings rest on it: its key, its name and place in Chinese, the
    printed figure and the one under which all of them hold."""

    cell: str
    label: str
    place: str
    printed: str
    right: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule says. ``message`` is one plain Chinese sentence for the supervising office. ``needs_review`` is true
    where the reading itself is in doubt. ``place`` says where in Chinese (表三，第5行，自然人), ``basis`` why.
    ``expected`` and ``actual`` are two figures that differ; only where ``cause`` names the cell is one of them the right."""

    rule: str
    severity: Severity
    cells: tuple[str, ...]
    expected: str | int | float | None
    actual: str | int | float | None
    message: str
    needs_review: bool = False
    place: str = ""
    basis: str = ""
    cause: Cause | None = field(default=None, compare=False)

    def as_dict(self) -> dict[str, Any]:
        """The contract's finding."""
        return {
            "rule": self.rule,
            "severity": self.severity,
            "cells": list(self.cells),
            "expected": self.expected,
            "actual": self.actual,
            "message": self.message,
            "needs_review": self.needs_review,
        }


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a statistical table as printed. ``key`` is the row key of cells.yaml, None for a row of no form or of
    the other form (``foreign``: the form it belongs to). ``raws`` are the printed values left to right; ``short`` is
    true where there were fewer or more values than the form has and no sure way to place them."""

    table: Table
    key: str | None
    label: str
    raws: tuple[str, ...]
    at: At = field(default_factory=At)
    foreign: Form | None = None
    short: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of one of the six parts or a sub-heading, as printed. ``number`` is the section it was recognised as
    (None: none of the six), ``numeral`` the printed numeral (``一``; empty if none), ``position`` its paragraph."""

    number: int | None
    numeral: str
    title: str
    position: int


@dataclass(frozen=True, slots=True)
class YearMention:
    """A year that the document states of itself. ``where``: title, period, section1, table, captions."""

    where: str
    year: int
    text: str


@dataclass(frozen=True, slots=True)
class Period:
    """The statistics period as the text gives it; ISO dates, ``start`` None where only the end is stated."""

    start: str | None
    end: str | None
    text: str


@dataclass(slots=True)
class Details:
    """What the checks need besides the contract's fields.

    ``title`` is the document's title as printed; ``preface`` the narrative before section 一; ``body`` the whole
    narrative, paragraphs joined by line feeds, tables left out; ``tables`` says how each of the three was found:
    ``read``, ``blank``, ``picture`` (a picture stands in its place, not read) or ``missing``. ``headers`` are the
    printed column headers and labels with the form's wording beside: (table, printed, expected). ``incomplete``: the
    source breaks off, so nothing certain is said of what is not there; ``overprinted``: another text is printed over it.
    """

    title: str = ""
    preface: str = ""
    body: str = ""
    signature: str = ""
    period: Period | None = None
    years: list[YearMention] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    labels: list[tuple[str, str, str]] = field(default_factory=list)
    tables: dict[str, str] = field(default_factory=dict)
    pictures: int = 0
    ocr: bool = False
    incomplete: bool = False
    overprinted: bool = False


@dataclass(slots=True)
class Report:
    """A document as read. ``error`` is set, and ``cells`` is None, where it could not be read."""

    source: Source
    kind: Kind = "other"
    agency: str | None = None
    year: int | None = None
    form: Form | None = None
    published_on: str | None = None
    sections: list[Section] = field(default_factory=list)
    cells: dict[str, Cell] | None = field(default_factory=dict)
    claims: list[Claim] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    error: str | None = None
    details: Details = field(default_factory=Details)
    retire: bool = False  # the process that read this is worn out and reads no other; not part of the report itself

    def section(self, number: int) -> Section | None:
        """The section of that number, the first if printed twice."""
        return next((s for s in self.sections if s.number == number), None)

    def as_dict(self, details: bool = False) -> dict[str, Any]:
        """The contract's object; with ``details`` also what a later check needs."""
        out: dict[str, Any] = {"schema": SCHEMA, "source": asdict(self.source)}
        if self.error is not None:
            return out | {"error": self.error, "warnings": self.warnings}
        out |= {
            "kind": self.kind,
            "agency": self.agency,
            "year": self.year,
            "form": self.form,
            "published_on": self.published_on,
            "sections": [{"number": s.number, "title": s.title, "text": s.text} for s in self.sections],
            "cells": {key: cell.as_dict() for key, cell in (self.cells or {}).items()},
            # One on a group of cells or on last year's is not about a cell: the contract knows only those.
            "claims": [self._claim(claim, details) for claim in self.claims if details or claim.of_cell],
            "findings": [finding.as_dict() for finding in self.findings],
            "warnings": self.warnings,
        }
        if details:
            out["details"] = _details_as_dict(self.details)
        return out

    @staticmethod
    def _claim(claim: Claim, details: bool) -> dict[str, Any]:
        out = {"cell": claim.cell, "value": number_as_json(claim.value), "text": claim.text, "section": claim.section}
        return out | {"note": claim.note} if details and claim.note else out

    def as_json(self, details: bool = False) -> str:
        """One line of JSON, Chinese unescaped."""
        return json.dumps(self.as_dict(details), ensure_ascii=False)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Report:
        """The reverse of ``as_dict(details=True)``; findings are not taken over, they are made anew by checking."""
        source = Source(**data["source"])
        if "error" in data:
            return cls(source, cells=None, error=data["error"], warnings=list(data.get("warnings", [])))
        return cls(
            source=source,
            kind=data["kind"],
            agency=data["agency"],
            year=data["year"],
            form=data["form"],
            published_on=data["published_on"],
            sections=[Section(**s) for s in data["sections"]],
            cells={key: Cell.from_dict(cell) for key, cell in data["cells"].items()},
            claims=[
                Claim(c["cell"], number_from_json(c["value"]) or 0, c["text"], c["section"], c.get("note", ""))
                for c in data["claims"]
            ],
            warnings=list(data["warnings"]),
            details=_details_from_dict(data.get("details", {})),
        )


def _details_as_dict(details: Details) -> dict[str, Any]:
    out = {f.name: getattr(details, f.name) for f in fields(details)}
    out["period"] = asdict(details.period) if details.period else None
    out["years"] = [_plain(year) for year in details.years]
    out["headings"] = [_plain(heading) for heading in details.headings]
    out["rows"] = [_plain(row) | {"at": row.at.as_dict()} for row in details.rows]
    return out


def _plain(one: YearMention | Heading | Row) -> dict[str, Any]:
    """Its fields as they are; ``asdict`` copies what is in them, which took longer than all else of a report."""
    return {name: getattr(one, name) for name in one.__dataclass_fields__}


def _details_from_dict(data: dict[str, Any]) -> Details:
    known = {f.name for f in fields(Details)}
    plain = {key: value for key, value in data.items() if key in known}
    plain["period"] = Period(**plain["period"]) if plain.get("period") else None
    plain["years"] = [YearMention(**y) for y in plain.get("years", [])]
    plain["headings"] = [Heading(**h) for h in plain.get("headings", [])]
    plain["rows"] = [
        Row(**{**row, "raws": tuple(row["raws"]), "at": At.from_dict(row["at"])}) for row in plain.get("rows", [])
    ]
    plain["labels"] = [tuple(label) for label in plain.get("labels", [])]
    return Details(**plain)
