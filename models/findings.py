"""Findings and their life: open, confirmed, waived, resolved, with every step on record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import locks
from models.base import Base, Json, chunks, one_of
from models.documents import Document
from models.people import Act, audit
from reports.report import Finding as FindingValue
from reports.subject import Subject

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
    # The one cell that must be wrong (reports.report.Cause), where it is known
    cause: Mapped[dict[str, str] | None] = mapped_column(Json)
    # Where it was seen
    document_id: Mapped[int | None] = mapped_column(sa.ForeignKey("documents.id", ondelete="SET NULL"), index=True)
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
        sa.CheckConstraint("(state = 'resolved') = (resolved_at IS NOT NULL)", name="resolved_has_a_time"),
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


def is_waived(today: date) -> sa.ColumnElement[bool]:
    """The findings that are waived on that day: a waiver ends with its last day."""
    return sa.and_(Finding.state == "waived", sa.or_(Finding.waived_until.is_(None), Finding.waived_until >= today))


def lapse(session: Session, today: date, now: datetime) -> int:
    """Open again what was waived until a day that is past. Returns how many."""
    query = sa.select(Finding).where(Finding.state == "waived", Finding.waived_until < today).with_for_update()
    rows = session.scalars(query).all()
    for row in rows:
        before = _figures(row)
        row.state, row.waived_until = "open", None
        _event(session, row, Act(SERVICE, "reopened", now, "豁免期已满"), before)
    session.flush()
    return len(rows)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where findings were seen: document, version and address."""

    document_id: int | None = None
    version_id: int | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one check says of a subject: its findings, and the rules ``judged`` in full, of the report itself or of its
    publication (``scope``)."""

    subject: Subject
    scope: str
    findings: Sequence[FindingValue] = ()
    judged: Collection[str] = ()
    origin: Origin = Origin()


def save(session: Session, outcome: Outcome, now: datetime) -> list[int]:
    """``save_all`` of one outcome. Returns its open ids."""
    return save_all(session, [outcome], now)[0]


def alone(session: Session, outcomes: Iterable[Outcome]) -> None:
    """One at a time a body and year, until the transaction ends: two documents of it may be checked at once, and say the
    same."""
    locks.pass_alone(session, {(outcome.subject.agency_id, outcome.subject.year) for outcome in outcomes})


def save_all(session: Session, outcomes: Sequence[Outcome], now: datetime) -> list[list[int]]:
    """Bring what is stored in line with what some checks say now, in the caller's transaction. Returns the open ids of
    each.

    New matters are opened; known ones keep their human decision while their figures are the same, else they are opened
    again; what a rule among ``judged`` no longer says is resolved. A rule that was not judged this time resolves
    nothing: silence is never taken for health; nor does a check of one document resolve what stands in another one that
    is still online, or in a report of another series."""
    alone(session, outcomes)
    bodies = sorted({outcome.subject.agency_id for outcome in outcomes})
    years = {outcome.subject.year for outcome in outcomes}
    stored: dict[tuple[int, int, str], list[Finding]] = defaultdict(list)
    for row in session.scalars(sa.select(Finding).where(Finding.agency_id.in_(bodies), Finding.year.in_(years))):
        stored[row.agency_id, row.year, row.scope].append(row)
    reports = [outcome.subject for outcome in outcomes if outcome.scope == "report"]
    documents = _documents(session, reports) if reports else {}
    out = []
    for outcome in outcomes:
        subject = outcome.subject
        others = documents.get((subject.agency_id, subject.year), set()) - {outcome.origin.document_id}
        out.append(_save(session, outcome, stored[subject.agency_id, subject.year, outcome.scope], others, now))
    session.flush()
    opened = _open(session, [row for rows in out for row in rows if row.id is None], now)
    return [[row.id or opened[row.fingerprint] for row in rows] for rows in out]


def _save(
    session: Session, outcome: Outcome, stored: list[Finding], others: Collection[int | None], now: datetime
) -> list[Finding]:
    """One outcome, against what is ``stored`` of that body, year and scope; ``others`` are its other reports online."""
    subject, origin = outcome.subject, outcome.origin
    known = {row.fingerprint: row for row in stored if row.series == subject.series}
    keyed = dict(subject.keyed(outcome.findings))
    out = []
    for key, value in keyed.items():
        row = known.get(key)
        if row is None:
            row = Finding(
                fingerprint=key, agency_id=subject.agency_id, year=subject.year, series=subject.series, rule=value.rule,
                scope=outcome.scope, state="open", first_seen=now,
            )  # fmt: skip
            _write(row, value, origin, now)
            stored.append(row)
        elif row.id is None:  # another document of the body, checked in the same breath, said it first
            _write(row, value, origin, now)
        else:
            _renew(session, row, value, origin, now)
        out.append(row)
    for key, row in known.items():
        if (
            key not in keyed
            and row.rule in outcome.judged
            and row.state != "resolved"
            and row.document_id not in others
            and row.id is not None  # said just now of another document of the body
        ):
            _resolve(session, row, now)
    if outcome.scope == "report" and origin.document_id is not None:
        # Read anew, the document turned out to be of another series: what was said of it there no longer stands.
        for row in stored:
            if row.document_id == origin.document_id and row.series != subject.series and row.state != "resolved":
                _resolve(session, row, now)
    return out


@dataclass(frozen=True, slots=True)
class Place:
    """Whose report of which year a document is, and what kind of document, as read last."""

    agency_id: int | None
    year: int | None
    kind: str


def release(session: Session, places: Mapping[int, Place], now: datetime) -> int:
    """Resolve what was found in these documents when they were taken for another body's, another year's, or for reports
    at all. Returns how many."""
    query = sa.select(Finding).where(
        Finding.document_id.in_(list(places)), Finding.scope == "report", Finding.state != "resolved"
    )
    count = 0
    for row in session.scalars(query).all():
        place = places[row.document_id or 0]
        if place.kind != "annual_report" or (row.agency_id, row.year) != (place.agency_id, place.year):
            _resolve(session, row, now)
            count += 1
    return count


def standing_for_publication(
    session: Session, year: int, agency_ids: Collection[int] | None = None
) -> set[tuple[int, str]]:
    """(body, rule) of the findings that stand about publication for ``year``, of these bodies or of all."""
    standing = (Finding.year == year, Finding.scope == "publication", Finding.state != "resolved")
    query = sa.select(Finding.agency_id, Finding.rule).where(*standing)
    parts = [query] if agency_ids is None else [query.where(Finding.agency_id.in_(ids)) for ids in chunks(agency_ids)]
    return {(agency_id, rule) for part in parts for agency_id, rule in session.execute(part)}


def _open(session: Session, rows: Sequence[Finding], now: datetime) -> dict[str, int]:
    """Insert these in two statements, with the first step of each. Fingerprint -> number."""
    if not rows:
        return {}
    names = {column.key for column in Finding.__table__.columns} - {"id", "waived_until", "resolved_at"}
    new = {row.fingerprint: {name: getattr(row, name) for name in names} for row in rows}
    session.execute(sa.insert(Finding), list(new.values()))
    numbers = sa.select(Finding.fingerprint, Finding.id).where(Finding.fingerprint.in_(new)).order_by(Finding.id)
    opened = dict(session.execute(numbers).all())
    steps = [
        {"finding_id": number, "at": now, "by": SERVICE, "event": "opened", "note": "", "before": None,
         "after": {"expected": new[key]["expected"], "actual": new[key]["actual"], "state": "open"}}
        for key, number in opened.items()
    ]  # fmt: skip
    session.execute(sa.insert(FindingEvent), steps)
    return opened


def _documents(session: Session, subjects: Sequence[Subject]) -> dict[tuple[int, int], set[int | None]]:
    """The documents that are read reports, by body and year."""
    query = sa.select(Document.agency_id, Document.year, Document.id).where(
        Document.agency_id.in_({subject.agency_id for subject in subjects}),
        Document.year.in_({subject.year for subject in subjects}),
        Document.kind == "annual_report",
        Document.state.in_(("read", "waiting")),
    )
    out: dict[tuple[int, int], set[int | None]] = defaultdict(set)
    for agency_id, year, document_id in session.execute(query):
        out[agency_id or 0, year or 0].add(document_id)
    return out


def _resolve(session: Session, row: Finding, now: datetime) -> None:
    before = row.state
    row.state, row.resolved_at = "resolved", now
    _event(session, row, Act(SERVICE, "resolved", now), {"state": before}, {"state": "resolved"})


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _write(row: Finding, value: FindingValue, origin: Origin, now: datetime) -> None:
    row.severity, row.cells = value.severity, list(value.cells)
    row.expected, row.actual = _text(value.expected), _text(value.actual)
    row.message, row.place, row.basis, row.needs_review = value.message, value.place, value.basis, value.needs_review
    row.cause = asdict(value.cause) if value.cause is not None else None
    row.document_id, row.version_id, row.url, row.last_seen = origin.document_id, origin.version_id, origin.url, now


def _figures(row: Finding) -> dict[str, Any]:
    until = {"until": row.waived_until.isoformat()} if row.state == "waived" and row.waived_until else {}
    return {"expected": row.expected, "actual": row.actual, "state": row.state, **until}


def _renew(session: Session, row: Finding, value: FindingValue, origin: Origin, now: datetime) -> None:
    before = _figures(row)
    same = (row.expected, row.actual) == (_text(value.expected), _text(value.actual))
    lapsed = row.state in {"waived", "resolved"} and row.waived_until is not None and row.waived_until < now.date()
    _write(row, value, origin, now)
    decided = _decision(session, row) if row.state == "resolved" and same and not lapsed else "open"
    if row.state == "resolved" and decided != "open":
        row.state, row.resolved_at = decided, None
        _event(session, row, Act(SERVICE, decided, now, "来过又消失，数字未变：沿用此前的处理"), before)
    elif row.state == "resolved" or lapsed or (row.state in {"confirmed", "waived"} and not same):
        row.state, row.resolved_at, row.waived_until = "open", None, None
        _event(session, row, Act(SERVICE, "reopened", now), before)
    elif not same:
        _event(session, row, Act(SERVICE, "changed", now), before)


def _decision(session: Session, row: Finding) -> str:
    """What a person had decided before the matter was gone: confirmed, waived, or open where nothing was decided."""
    event = session.scalar(
        sa.select(FindingEvent)
        .where(FindingEvent.finding_id == row.id, FindingEvent.event == "resolved")
        .order_by(FindingEvent.id.desc())
        .limit(1)
    )
    before = (event.before or {}).get("state", "open") if event is not None else "open"
    return before if before in {"confirmed", "waived"} else "open"


def decide(session: Session, finding_id: int, act: Act, until: date | None = None) -> Finding:
    """A person's decision: ``confirm``, ``waive`` (until a day, or for good) or ``reopen``. Raises KeyError for an
    unknown finding or action, ValueError for a finding that is resolved: it no longer stands."""
    state = ACTIONS[act.action]
    row = session.get(Finding, finding_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise KeyError(finding_id)
    if row.state == "resolved":
        raise ValueError(f"finding {finding_id} is resolved: the newest version no longer shows it")
    before = _figures(row)
    row.state, row.waived_until = state, until if act.action == "waive" else None
    row.resolved_at = None
    event = {"confirm": "confirmed", "waive": "waived", "reopen": "reopened"}[act.action]
    _event(session, row, replace(act, action=event), before)
    audit(session, act, "findings", row.id, before, _figures(row))
    session.flush()
    return row


def _event(
    session: Session,
    row: Finding,
    act: Act,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None = None,
) -> None:
    """One line of a finding's own history; ``after`` are its figures as they are now, where it is not given."""
    event = FindingEvent(finding_id=row.id, at=act.at, by=act.by, event=act.action, note=act.note, before=before)
    event.after = _figures(row) if after is None else after
    session.add(event)
