"""Findings and their life: open, confirmed, waived, resolved, with every step on record."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Json, one_of
from models.people import audit
from reports.report import Finding as Said

STATES = ("open", "confirmed", "waived", "resolved")
SCOPES = ("report", "publication")
ACTIONS = {"confirm": "confirmed", "waive": "waived", "reopen": "open"}


class Finding(Base):
    """One matter with one body's report of one year: a rule and the cells it concerns. Unique by its fingerprint."""

    __tablename__ = "findings"

    id: Mapped[int] = mapped_column(primary_key=True)
    # Identity
    fingerprint: Mapped[str] = mapped_column(sa.String(64), unique=True)
    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agencies.id", ondelete="CASCADE"))
    year: Mapped[int]
    series: Mapped[str] = mapped_column(default="", server_default="")
    rule: Mapped[str] = mapped_column(index=True)
    scope: Mapped[str]
    # What it says now
    severity: Mapped[str]
    cells: Mapped[list[str]] = mapped_column(Json)
    expected: Mapped[str] = mapped_column(default="", server_default="")
    actual: Mapped[str] = mapped_column(default="", server_default="")
    message: Mapped[str]
    place: Mapped[str] = mapped_column(default="", server_default="")
    basis: Mapped[str] = mapped_column(default="", server_default="")
    needs_review: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    # Where it was seen
    document_id: Mapped[int | None] = mapped_column(sa.ForeignKey("documents.id", ondelete="SET NULL"))
    version_id: Mapped[int | None] = mapped_column(sa.ForeignKey("versions.id", ondelete="SET NULL"))
    url: Mapped[str] = mapped_column(default="", server_default="")
    # Life
    state: Mapped[str] = mapped_column(default="open", server_default="open")
    waived_until: Mapped[date | None]
    first_seen: Mapped[datetime]
    last_seen: Mapped[datetime]
    resolved_at: Mapped[datetime | None]

    __table_args__ = (
        one_of("state", STATES),
        one_of("scope", SCOPES),
        one_of("severity", ("error", "warning", "notice")),
        sa.Index("ix_findings_agency_id_year", "agency_id", "year"),
        sa.Index("ix_findings_state", "state"),
    )


class FindingEvent(Base):
    """One step in the life of a finding; append only."""

    __tablename__ = "finding_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    finding_id: Mapped[int] = mapped_column(sa.ForeignKey("findings.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    by: Mapped[str]
    event: Mapped[str]
    note: Mapped[str] = mapped_column(default="", server_default="")
    before: Mapped[dict[str, Any] | None] = mapped_column(Json)
    after: Mapped[dict[str, Any] | None] = mapped_column(Json)


SERVICE = "nianbao"


def fingerprint(agency_id: int, year: int, rule: str, cells: Sequence[str], series: str = "", extra: str = "") -> str:
    """What makes a matter the same from one check to the next: body, series, year, rule and cells, never its wording."""
    parts = (str(agency_id), series, str(year), rule, ",".join(sorted(cells)), extra)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def save(
    session: Session,
    *,
    agency_id: int,
    year: int,
    scope: str,
    findings: Sequence[Said],
    judged: Collection[str],
    now: datetime,
    series: str = "",
    document_id: int | None = None,
    version_id: int | None = None,
    url: str = "",
) -> list[int]:
    """Bring what is stored in line with what a check says now, in the caller's transaction. Returns the open ids.

    New matters are opened; known ones keep their human decision while their figures are the same, else they are opened
    again; what a rule among ``judged`` no longer says is resolved. A rule that was not judged this time resolves
    nothing: silence is never taken for health."""
    stored = {
        row.fingerprint: row
        for row in session.scalars(
            sa.select(Finding).where(
                Finding.agency_id == agency_id, Finding.year == year, Finding.scope == scope, Finding.series == series
            )
        )
    }
    seen: set[str] = set()
    out = []
    for said in findings:
        mark = fingerprint(agency_id, year, said.rule, said.cells, series)
        copy = 0
        while mark in seen:  # two matters of one rule without cells of their own, e.g. two titles
            copy += 1
            mark = fingerprint(agency_id, year, said.rule, said.cells, series, str(copy))
        seen.add(mark)
        row = stored.get(mark)
        if row is None:
            row = Finding(
                fingerprint=mark, agency_id=agency_id, year=year, series=series, rule=said.rule, scope=scope,
                state="open", first_seen=now,
            )  # fmt: skip
            _write(row, said, document_id, version_id, url, now)
            session.add(row)
            session.flush()
            _event(session, row, "opened", SERVICE, now, None, _figures(row))
        else:
            _renew(session, row, said, document_id, version_id, url, now)
        out.append(row.id)
    for mark, row in stored.items():
        if mark not in seen and row.rule in judged and row.state != "resolved":
            before = row.state
            row.state, row.resolved_at = "resolved", now
            _event(session, row, "resolved", SERVICE, now, {"state": before}, {"state": "resolved"})
    session.flush()
    return out


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _write(row: Finding, said: Said, document_id: int | None, version_id: int | None, url: str, now: datetime) -> None:
    row.severity, row.cells = said.severity, list(said.cells)
    row.expected, row.actual = _text(said.expected), _text(said.actual)
    row.message, row.place, row.basis, row.needs_review = said.message, said.place, said.basis, said.needs_review
    row.document_id, row.version_id, row.url, row.last_seen = document_id, version_id, url, now


def _figures(row: Finding) -> dict[str, Any]:
    return {"expected": row.expected, "actual": row.actual, "state": row.state}


def _renew(
    session: Session,
    row: Finding,
    said: Said,
    document_id: int | None,
    version_id: int | None,
    url: str,
    now: datetime,
) -> None:
    before = _figures(row)
    same = (row.expected, row.actual) == (_text(said.expected), _text(said.actual))
    lapsed = row.state == "waived" and row.waived_until is not None and row.waived_until < now.date()
    _write(row, said, document_id, version_id, url, now)
    if row.state == "resolved" or lapsed or (row.state in {"confirmed", "waived"} and not same):
        row.state, row.resolved_at, row.waived_until = "open", None, None
        _event(session, row, "reopened", SERVICE, now, before, _figures(row))
    elif not same:
        _event(session, row, "changed", SERVICE, now, before, _figures(row))


def decide(
    session: Session, finding_id: int, action: str, by: str, note: str, now: datetime, until: date | None = None
) -> Finding:
    """A person's decision: ``confirm``, ``waive`` (until a day, or for good) or ``reopen``. Raises KeyError for an
    unknown finding or action."""
    state = ACTIONS[action]
    row = session.get(Finding, finding_id, with_for_update=True)
    if row is None:
        raise KeyError(finding_id)
    before = _figures(row)
    row.state, row.waived_until = state, until if action == "waive" else None
    row.resolved_at = None
    _event(
        session,
        row,
        {"confirm": "confirmed", "waive": "waived", "reopen": "reopened"}[action],
        by,
        now,
        before,
        _figures(row),
        note,
    )
    audit(session, by, action, "findings", row.id, before, _figures(row), now, note)
    session.flush()
    return row


def _event(
    session: Session,
    row: Finding,
    event: str,
    by: str,
    now: datetime,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    note: str = "",
) -> None:
    session.add(FindingEvent(finding_id=row.id, at=now, by=by, event=event, note=note, before=before, after=after))
