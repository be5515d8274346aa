"""Who owes the report of a year, how each duty stands, and the findings that stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from models.agencies import (
    Agency,
    DutyGround,
    Office,
    below,
    children_of,
    office_ids,
    offices_above,
    parents_of,
    resolve,
)
from models.base import chunks
from models.documents import Document, Version, disputed_days
from models.findings import Finding
from models.sources import COMPLETE, Run, Source, SourceAgency
from reports.duties import (
    COVERAGE,
    PUBLISHES,
    TRUE_WHILE,
    Duty,
    Exemption,
    Ledger,
    OpenFinding,
    Sighting,
    SourceState,
    Standing,
    duties_of_year,
    exemption,
    is_true_now,
    standing,
    statutory_deadline,
)
from reports.report import Cause

CHINA = ZoneInfo("Asia/Shanghai")  # the law's days are China's, wherever this runs
OPEN_FINDINGS = ("open", "confirmed")


def duties(session: Session, year: int, ids: Iterable[int] | None = None) -> list[Duty]:
    """Who owes the report of ``year``: bodies in scope on 31 December of it; only these bodies where ``ids`` are given,
    and then nothing is asked about any other. An own deadline of a body (a notice's, by year, or the register's) comes
    before the statutory day."""
    if ids is not None:
        parts = list(chunks(ids))
        return duties_of_year([duty for part in parts for duty in _duties(session, year, part)], year)
    return duties_of_year(_duties(session, year, None), year)


def _duties(session: Session, year: int, ids: Sequence[int] | None) -> list[Duty]:
    last_day = date(year, 12, 31)
    superior = aliased(Agency)
    query = (
        sa.select(Agency, superior.name)
        .outerjoin(superior, superior.id == Agency.parent_id)
        .where(
            sa.or_(Agency.in_scope_from.is_(None), Agency.in_scope_from <= last_day),
            sa.or_(Agency.in_scope_to.is_(None), Agency.in_scope_to >= last_day),
        )
    )
    grounds = (
        sa.select(DutyGround)
        .where(DutyGround.from_year <= year, sa.or_(DutyGround.to_year.is_(None), DutyGround.to_year >= year))
        .order_by(DutyGround.from_year)
    )
    if ids is not None:
        query = query.where(Agency.id.in_(ids))
        grounds = grounds.where(DutyGround.agency_id.in_(ids))
    if ids is None:
        offices = office_ids(session)
        params: dict[int, dict[str, Any]] = dict(session.execute(sa.select(Office.id, Office.params)).all())
    else:
        above = offices_above(session, ids)
        offices = {agency_id: office_id for agency_id, (office_id, _) in above.items()}
        params = dict(above.values())
    own = {row.agency_id: row for row in session.scalars(grounds)}
    out = []
    for agency, parent in session.execute(query):
        deadline = statutory_deadline(agency.kind, agency.level, year)
        if deadline is None:
            continue
        ground = own.get(agency.id)
        special = ground.deadline if ground else agency.deadline
        local = (params.get(offices.get(agency.id, 0)) or {}).get("local_deadlines", {}).get("publish")
        values: dict[str, Any] = {}
        if special:
            values = {"ground": ground.ground if ground else "登记的期限", "statutory": False}
            deadline = _day(year + 1, special)
        out.append(
            Duty(
                agency_id=agency.id,
                agency=agency.name,
                kind=agency.kind,
                level=agency.level,
                year=year,
                deadline=deadline,
                parent=parent or agency.parent_name or None,
                office_id=offices.get(agency.id),
                local_deadline=_day(year + 1, local) if local else None,
                **values,
            )
        )
    return out


def _day(year: int, text: str) -> date:
    month, _, day = text.partition("-")
    return date(year, int(month), int(day))


def ledger_of(session: Session, year: int, now: datetime, under: str | None = None) -> Ledger:
    """The standings of ``year`` at ``now`` (aware, in the office's zone), with the open findings of that year.

    ``under``: only the named body and those below it. Raises KeyError if the register has no such name."""
    ids = bodies_under(session, under, now)
    out = Ledger(year, now, exempt=exemptions(session, year, ids))
    used: dict[int, SourceState] = {}
    for stands, serving in _standings(session, year, now, ids):
        out.standings.append(stands)
        used |= {state.source_id: state for state in serving}
    out.sources = list(used.values())
    untrue = untrue_of(session, out.standings)
    out.findings = [
        f
        for f in open_findings(session, year)
        if (ids is None or f.agency_id in ids) and not untrue(f.rule, f.agency_id)
    ]
    out.unreadable = len([d for d in unreadable_documents(session, year) if ids is None or d["agency_id"] in ids])
    return out


def exemptions(session: Session, year: int, ids: set[int] | None) -> list[Exemption]:
    """The registered bodies, of these or of all, that owe no report of the year, by name."""
    out = []
    columns = (Agency.id, Agency.name, Agency.kind, Agency.in_scope_from, Agency.in_scope_to)
    for id_, name, kind, since, until in session.execute(sa.select(*columns).order_by(Agency.name)):
        reason = exemption(kind, since, until, year)
        if reason and (ids is None or id_ in ids):
            out.append(Exemption(id_, name, reason))
    return out


def bodies_under(session: Session, under: str | None, now: datetime) -> set[int] | None:
    """The named body and those below it; None for all. Raises KeyError if the register has no such name."""
    if under is None:
        return None
    top = resolve(session, under, now.date())
    if top is None:
        raise KeyError(under)
    return below(session, top.id)


def _standings(
    session: Session, year: int, now: datetime, ids: Iterable[int] | None
) -> Iterator[tuple[Standing, list[SourceState]]]:
    """How the duties of a year stand, of these bodies or of all, each with the sources that serve the body."""
    owed = duties(session, year, ids)
    seen = sightings(session, year, None if ids is None else {duty.agency_id for duty in owed})
    states: dict[int, SourceState] = {}
    serving: dict[int, list[SourceState]] = defaultdict(list)
    for part in [None] if ids is None else chunks(duty.agency_id for duty in owed):
        links = sa.select(SourceAgency.source_id, SourceAgency.agency_id)
        served = None
        if part is not None:
            links = links.where(SourceAgency.agency_id.in_(part))
            served = sa.select(SourceAgency.source_id).where(SourceAgency.agency_id.in_(part))
        states |= source_states(session, year, served)
        for source_id, agency_id in session.execute(links.order_by(SourceAgency.source_id)):
            serving[agency_id].append(states[source_id])
    for duty in owed:
        yield standing(duty, seen.get(duty.agency_id, []), serving[duty.agency_id], now), serving[duty.agency_id]


def standings_of(session: Session, year: int, now: datetime, agency_ids: Iterable[int] | None) -> list[Standing]:
    """How the duties of these bodies (None: of all) stand; a body that owes no report of that year has none."""
    ids = None if agency_ids is None else list(agency_ids)
    return [] if ids == [] else [stands for stands, _ in _standings(session, year, now, ids)]


def standing_of(session: Session, agency_id: int, year: int, now: datetime) -> Standing | None:
    """How one body's duty stands; None if it owes no report of that year."""
    return next(iter(standings_of(session, year, now, [agency_id])), None)


def sightings(session: Session, year: int, ids: set[int] | None) -> dict[int, list[Sighting]]:
    """The documents of a year by body (None: of every body). Documents of unknown kind or year count where they may be
    the report: a file that could not be read, or a title whose text could not be fetched, must not make a body look
    silent."""
    out: dict[int, list[Sighting]] = defaultdict(list)
    for part in [None] if ids is None else chunks(ids):
        wanted = _sighted(year, part)
        absent = _absent_at(session, wanted)
        newest = (
            sa.select(Version.id)
            .where(Version.document_id == Document.id)
            .order_by(Version.number.desc())
            .limit(1)
            .scalar_subquery()
        )
        for document, version_id in session.execute(sa.select(Document, newest).where(*wanted)):
            out[document.agency_id].append(
                Sighting(
                    document_id=document.id,
                    title=document.title,
                    url=document.url,
                    kind=document.kind,
                    state=document.state if document.year in {year, None} else "listed",
                    first_seen=document.first_seen,
                    published_on=document.published_on,
                    version_id=version_id,
                    absent_at=absent.get(document.id),
                    disputed=disputed_days(document.days),
                )
            )
    return out


def _sighted(year: int, ids: Sequence[int] | None) -> list[sa.ColumnElement[bool]]:
    """What makes a document one that may be the report of ``year``, of these bodies or of any."""
    may_be_report = sa.or_(
        sa.and_(Document.year == year, Document.kind.in_(PUBLISHES)),
        sa.and_(Document.year == year, Document.kind == "interpretation", Document.state != "listed"),
        sa.and_(Document.year == year, Document.kind.is_(None), Document.state != "listed"),
        sa.and_(_perhaps_of(year), Document.state.in_(("waiting", "unreadable", "failed"))),
        # The list says this year and the text another: one of them is wrong.
        sa.and_(Document.listed_year == year, Document.year != year, Document.kind.in_(PUBLISHES)),
    )
    whose = Document.agency_id.is_not(None) if ids is None else Document.agency_id.in_(ids)
    return [whose, may_be_report]


def _perhaps_of(year: int) -> sa.ColumnElement[bool]:
    """A document of unknown year that may be the report of ``year``: it appeared in the year after."""
    first, last = date(year + 1, 1, 1), date(year + 2, 1, 1)
    appeared = sa.and_(Document.first_seen >= midnight(first), Document.first_seen < midnight(last))
    listed = sa.and_(Document.listed_on >= first, Document.listed_on < last)
    return sa.and_(
        Document.year.is_(None),
        sa.or_(Document.kind.is_(None), Document.kind.in_(PUBLISHES)),
        sa.case((Document.listed_on.is_not(None), listed), else_=appeared),
    )


def midnight(day: date) -> datetime:
    """The first moment of that day in China."""
    return datetime(day.year, day.month, day.day, tzinfo=CHINA)


def _absent_at(session: Session, wanted: Sequence[sa.ColumnElement[bool]]) -> dict[int, datetime]:
    """By document the last moment before first sight at which all sources of its body had been read whole without it;
    asked for only where no stated date decides, of all documents at once."""
    looked = (
        sa.select(Run.finished_at)
        .where(
            Run.source_id == SourceAgency.source_id,
            Run.status.in_(COMPLETE),
            Run.finished_at < Document.first_seen,
        )
        .order_by(Run.finished_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = session.execute(
        sa.select(Document.id, looked)
        .join(SourceAgency, SourceAgency.agency_id == Document.agency_id)
        .where(*wanted, Document.published_on.is_(None))
    )
    found: dict[int, list[datetime | None]] = defaultdict(list)
    for document_id, moment in rows:
        found[document_id].append(moment)
    return {id_: min(m for m in moments if m) for id_, moments in found.items() if all(moments)}


def perhaps_lost(year: int) -> sa.Select[int, int]:
    """By source, how many documents of unknown body may be a report of ``year`` (to be grouped by the source)."""
    may_be_report = sa.or_(
        sa.and_(Document.year == year, Document.kind.in_(PUBLISHES)),
        sa.and_(Document.year == year, Document.kind.is_(None), Document.state != "listed"),
        sa.and_(_perhaps_of(year), Document.state != "listed"),
    )
    return sa.select(Document.source_id, sa.func.count()).where(
        Document.agency_id.is_(None), Document.state != "gone", may_be_report
    )


def source_states(session: Session, year: int, ids: sa.Select[int] | None = None) -> dict[int, SourceState]:
    """How each source (of those that ``ids`` selects) was read last. ``unassigned`` counts the documents of which the
    body is not known and that may be a report of ``year``."""
    lost = perhaps_lost(year)
    chosen = sa.select(Source)
    if ids is not None:
        lost, chosen = lost.where(Document.source_id.in_(ids)), chosen.where(Source.id.in_(ids))
    unassigned = dict(session.execute(lost.group_by(Document.source_id)).all())
    return {
        source.id: SourceState(
            source.id,
            source.url,
            source.status,
            source.reason,
            source.checked_at,
            source.complete_at,
            unassigned.get(source.id, 0),
        )
        for source in session.scalars(chosen)
    }


def open_findings(session: Session, year: int | None = None) -> list[OpenFinding]:
    """The findings that stand, of one year or of all."""
    query = findings_query().where(Finding.state.in_(OPEN_FINDINGS))
    if year is not None:
        query = query.where(Finding.year == year)
    return as_open(session, query)


def untrue_findings(session: Session, now: datetime, year: int | None = None) -> set[int]:
    """The findings about publication that stand although the ledger at ``now`` does not bear them out: a report may have
    come since publication was judged."""
    query = sa.select(Finding.id, Finding.year, Finding.agency_id, Finding.rule).where(
        Finding.state.in_(OPEN_FINDINGS), Finding.rule.in_([*TRUE_WHILE, COVERAGE])
    )
    if year is not None:
        query = query.where(Finding.year == year)
    rows = session.execute(query).all()
    out: set[int] = set()
    for each in {row.year for row in rows}:
        of_year = [row for row in rows if row.year == each]
        above = [row.agency_id for row in of_year if row.rule == COVERAGE]
        below_ = [id_ for ids in children_of(session, above).values() for id_ in ids]
        untrue = untrue_of(session, standings_of(session, each, now, {*(row.agency_id for row in of_year), *below_}))
        out |= {row.id for row in of_year if untrue(row.rule, row.agency_id)}
    return out


def untrue_of(session: Session, standings: Sequence[Standing]) -> Callable[[str, int], bool]:
    """Tells of a rule and a body whether the standings do not bear out what the rule said of it."""
    of_body = {stands.duty.agency_id: stands for stands in standings}
    above = parents_of(session, [stands.duty.agency_id for stands in standings if stands.state == "missing"])
    return lambda rule, agency_id: not is_true_now(rule, of_body.get(agency_id), agency_id in above)


def corrected_findings(session: Session, since: Mapping[int | None, datetime]) -> list[OpenFinding]:
    """The findings resolved after the moment ``since`` gives for the office concerned (an office without one: none). What
    was found in a report that was taken down, with none in its place, is not corrected."""
    if not since:
        return []
    other = aliased(Document)
    gone = sa.exists().where(Document.id == Finding.document_id, Document.state == "gone")
    replaced = sa.exists().where(
        other.agency_id == Finding.agency_id,
        other.year == Finding.year,
        other.kind == "annual_report",
        other.state.in_(("read", "waiting")),
    )
    query = findings_query().where(
        Finding.state == "resolved", Finding.resolved_at > min(since.values()), sa.or_(sa.not_(gone), replaced)
    )
    moments = session.execute(query.with_only_columns(Finding.id, Finding.resolved_at))
    resolved = {id_: moment for id_, moment in moments if moment is not None}
    found = as_open(session, query)
    return [one for one in found if one.office_id in since and resolved[one.id] > since[one.office_id]]


def findings_query() -> sa.Select[Finding, str]:
    """Findings with the name of their body, in the order of bodies, years and rules."""
    return (
        sa.select(Finding, Agency.name)
        .join(Agency, Agency.id == Finding.agency_id)
        .order_by(Finding.agency_id, Finding.year, Finding.rule, Finding.id)
    )


def as_open(session: Session, query: sa.Select[Finding, str]) -> list[OpenFinding]:
    """The rows of ``findings_query`` as plain data."""
    offices = office_ids(session)
    return [
        OpenFinding(
            id=row.id,
            agency_id=row.agency_id,
            agency=name,
            year=row.year,
            rule=row.rule,
            severity=row.severity,
            message=row.message,
            cells=tuple(row.cells),
            place=row.place,
            basis=row.basis,
            expected=row.expected,
            actual=row.actual,
            url=row.url,
            needs_review=row.needs_review,
            state=row.state,
            fingerprint=row.fingerprint,
            series=row.series,
            office_id=offices.get(row.agency_id),
            cause=Cause(**row.cause) if row.cause else None,
            first_seen=row.first_seen,
            resolved_at=row.resolved_at,
        )
        for row, name in session.execute(query)
    ]


def unreadable_documents(session: Session, year: int | None) -> list[dict[str, Any]]:
    """Documents that could not be read, with the reason; of one year (or of unknown year), or all."""
    query = sa.select(Document).where(Document.state.in_(("unreadable", "failed"))).order_by(Document.id)
    if year is not None:
        query = query.where(sa.or_(Document.year == year, Document.year.is_(None)))
    return [
        {
            "id": d.id,
            "agency_id": d.agency_id,
            "url": d.url,
            "title": d.title,
            "state": d.state,
            "state_reason": d.state_reason,
        }
        for d in session.scalars(query)
    ]


def years_seen(session: Session) -> list[int]:
    """The report years of which documents are known."""
    query = sa.select(Document.year).where(Document.year.is_not(None)).distinct()
    return sorted(year for year in session.scalars(query) if year is not None)
