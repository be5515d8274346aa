"""Who owes the report of a year, by when and why; who owes none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from models.agencies import Agency, DutyGround, Office, office_ids, offices_above
from models.base import chunks
from reports.duties import Duty, Exemption, duties_of_year, exemption, statutory_deadline


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


def exemptions(session: Session, year: int, ids: set[int] | None) -> list[Exemption]:
    """The registered bodies, of these or of all, that owe no report of the year, by name."""
    out = []
    columns = (Agency.id, Agency.name, Agency.kind, Agency.in_scope_from, Agency.in_scope_to)
    for id_, name, kind, since, until in session.execute(sa.select(*columns).order_by(Agency.name)):
        reason = exemption(kind, since, until, year)
        if reason and (ids is None or id_ in ids):
            out.append(Exemption(id_, name, reason))
    return out
