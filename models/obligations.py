"""Who owes the report of a year, by when and why; who owes none. As of now, or as it was known at a moment past."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from models import people
from models.agencies import Agency, DutyGround, Office, entry_of, office_ids, offices_above
from models.base import chunks
from models.history import HistoryEntry, entries_at
from models.people import Audit
from models.superiors import Superiors, superiors_at
from models.superiors import offices as offices_by
from reports.duties import Duty, Exemption, duties_of_year, exemption, statutory_deadline

ALWAYS = datetime(9999, 1, 1, tzinfo=UTC)  # after every moment: what is known now


def duties(session: Session, year: int, ids: Iterable[int] | None = None, at: datetime | None = None) -> list[Duty]:
    """Who owes the report of ``year``: bodies in scope on 31 December of it; only these bodies where ``ids`` are given,
    and then nothing is asked about any other. An own deadline of a body (a notice's or an extension's, by year, or the
    register's) comes before the statutory day. ``at``: as register, notices and extensions were known at that moment."""
    parts = [None] if ids is None else list(chunks(ids))
    superiors = None if at is None else superiors_at(session, at)
    return duties_of_year([duty for part in parts for duty in _duties(session, year, part, at, superiors)], year)


@dataclass(frozen=True, slots=True)
class _Sources:
    """What the duties of some bodies rest on: own grounds, offices, the offices' parameters, the register's past."""

    grounds: Mapping[int, DutyGround]
    offices: Mapping[int, int]
    params: Mapping[int, Mapping[str, Any]]
    entries: Mapping[int, HistoryEntry | None]


def _duties(
    session: Session, year: int, ids: Sequence[int] | None, at: datetime | None, superiors: Superiors | None
) -> Iterator[Duty]:
    rests_on = _rests_on(session, year, ids, at, superiors)
    for agency, superior in session.execute(_bodies(year, ids, at)):
        entry = rests_on.entries.get(agency.id, entry_of(agency))
        if entry is None or exemption(entry.kind, entry.in_scope_from, entry.in_scope_to, year):
            continue
        ground = rests_on.grounds.get(agency.id)
        deadline = statutory_deadline(entry.kind, entry.level, year)
        if deadline is None or (ground is not None and ground.kind == "exempt"):
            continue
        special = ground.deadline if ground else entry.deadline
        office = rests_on.offices.get(agency.id)
        local = rests_on.params.get(office or 0, {}).get("local_deadlines", {}).get("publish")
        values: dict[str, Any] = {}
        if special:
            values = {"ground": ground.ground if ground else "登记的期限", "statutory": False}
            deadline = _day(year + 1, special)
        yield Duty(
            agency_id=agency.id,
            agency=agency.name,
            kind=entry.kind,
            level=entry.level,
            year=year,
            deadline=deadline,
            parent=(entry.superior if agency.id in rests_on.entries else superior or agency.parent_name) or None,
            office_id=office,
            local_deadline=_day(year + 1, local) if local else None,
            **values,
        )


def _bodies(year: int, ids: Sequence[int] | None, at: datetime | None) -> sa.Select[Agency, str]:
    """The bodies that may owe the report of ``year``, with the name of their superior."""
    superior = aliased(Agency)
    query = sa.select(Agency, superior.name).outerjoin(superior, superior.id == Agency.parent_id)
    if at is None:
        last_day = date(year, 12, 31)
        query = query.where(
            sa.or_(Agency.in_scope_from.is_(None), Agency.in_scope_from <= last_day),
            sa.or_(Agency.in_scope_to.is_(None), Agency.in_scope_to >= last_day),
        )
    return query if ids is None else query.where(Agency.id.in_(ids))


def _rests_on(
    session: Session, year: int, ids: Sequence[int] | None, at: datetime | None, superiors: Superiors | None
) -> _Sources:
    if superiors is not None:
        rows = session.execute(sa.select(Office.id, Office.agency_id, Office.params)).all()
        offices = offices_by(superiors, {row.agency_id: row.id for row in rows})
        params: dict[int, Mapping[str, Any]] = {row.id: row.params for row in rows}
    elif ids is None:
        offices = office_ids(session)
        params = dict(session.execute(sa.select(Office.id, Office.params)).all())
    else:
        above = offices_above(session, ids)
        offices = {agency_id: office_id for agency_id, (office_id, _) in above.items()}
        params = dict(above.values())
    entries = {} if at is None else entries_at(session, at, ids)
    if at is not None:
        params |= _params_at(session, at)
    return _Sources(_grounds(session, year, ids, at or ALWAYS), offices, params, entries)


def _grounds(session: Session, year: int, ids: Sequence[int] | None, at: datetime) -> dict[int, DutyGround]:
    """Body -> the notice, extension or exemption that holds for the year: the one recorded last before that moment."""
    query = (
        sa.select(DutyGround)
        .where(DutyGround.from_year <= year, sa.or_(DutyGround.to_year.is_(None), DutyGround.to_year >= year))
        .where(DutyGround.recorded_at <= at)
        .order_by(DutyGround.recorded_at, DutyGround.from_year, DutyGround.id)
    )
    if ids is not None:
        query = query.where(DutyGround.agency_id.in_(ids))
    last = {row.agency_id: row for row in session.scalars(query)}
    return {id_: row for id_, row in last.items() if row.kind != "withdrawn"}


def _params_at(session: Session, at: datetime) -> dict[int, Mapping[str, Any]]:
    """Office -> its parameters at that moment, of the offices that changed theirs later or before."""
    out: dict[int, Mapping[str, Any]] = {}
    query = sa.select(Audit).where(Audit.table_name == "offices", Audit.action == "params").order_by(Audit.at, Audit.id)
    for row in session.scalars(query):
        if row.at <= at:
            out[row.row_id] = row.after or {}
        else:
            out.setdefault(row.row_id, row.before or {})
    return out


def _day(year: int, text: str) -> date:
    month, _, day = text.partition("-")
    return date(year, int(month), int(day))


def exemptions(session: Session, year: int, ids: set[int] | None, at: datetime | None = None) -> list[Exemption]:
    """The registered bodies, of these or of all, that owe no report of the year, by name."""
    out = []
    entries = {} if at is None else entries_at(session, at)
    grounds = {id_: row for id_, row in _grounds(session, year, None, at or ALWAYS).items() if row.kind == "exempt"}
    for agency in session.scalars(sa.select(Agency).order_by(Agency.name)):
        entry = entries.get(agency.id, entry_of(agency))
        if entry is None or (ids is not None and agency.id not in ids):
            continue
        own = grounds[agency.id].ground if agency.id in grounds else ""
        reason = exemption(entry.kind, entry.in_scope_from, entry.in_scope_to, year) or own
        if reason:
            out.append(Exemption(agency.id, agency.name, reason))
    return out


def record(
    session: Session, agency: Agency, kind: str, years: tuple[int, int | None], deadline: str, act: people.Act
) -> DutyGround:
    """Keep a notice, an extension, an exemption or the withdrawal of one (``agencies.GROUND_KINDS``) for a body and some
    report years, with its ground (the note of ``act``); nothing that was recorded before is changed. Kept in the trail."""
    row = DutyGround(
        agency_id=agency.id, from_year=years[0], to_year=years[1], deadline=deadline, ground=act.note, kind=kind,
        recorded_at=act.at, recorded_by=act.by,
    )  # fmt: skip
    session.add(row)
    session.flush()
    after = {"kind": kind, "from_year": years[0], "to_year": years[1], "deadline": deadline, "ground": act.note}
    people.audit(session, act, "duty_grounds", row.id, None, after)
    return row


def recorded(session: Session, ids: Iterable[int] | None = None) -> list[tuple[str, DutyGround]]:
    """What was recorded for these bodies or for all, in order: (name of the body, row)."""
    query = sa.select(Agency.name, DutyGround).join(Agency, Agency.id == DutyGround.agency_id)
    query = query.order_by(DutyGround.recorded_at, DutyGround.id)
    parts = [query] if ids is None else [query.where(DutyGround.agency_id.in_(part)) for part in chunks(ids)]
    return [(name, row) for part in parts for name, row in session.execute(part)]
