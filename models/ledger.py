"""How each duty of a year stands, with the findings that stand and the sources that were read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.agencies import below, children_of, parents_of, resolve
from models.base import chunks, uncollected
from models.columns import vouched
from models.documents import Document
from models.findings import Finding
from models.obligations import duties, exemptions
from models.replies import waivers
from models.sightings import perhaps_lost, sightings
from models.sources import Source, SourceAgency
from models.standing_findings import OPEN_FINDINGS, open_findings
from models.superiors import Superiors
from models.superiors import below as below_by
from reports.duties import COVERAGE, TRUE_WHILE, Ledger, SourceState, Standing, is_true_now, standing


@uncollected()
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
        for f in open_findings(session, year, now.date())
        if (ids is None or f.agency_id in ids) and not untrue(f.rule, f.agency_id)
    ]
    out.waivers = waivers(session, year, ids, now.date())
    out.unreadable = len([d for d in unreadable_documents(session, year) if ids is None or d["agency_id"] in ids])
    return out


def bodies_under(
    session: Session, under: str | None, now: datetime, superiors: Superiors | None = None
) -> set[int] | None:
    """The named body and those below it (by ``superiors``, or as the register says now); None for all. Raises KeyError if
    the register has no such name."""
    if under is None:
        return None
    top = resolve(session, under, now.date())
    if top is None:
        raise KeyError(under)
    return below(session, top.id) if superiors is None else below_by(superiors, top.id)


def _standings(
    session: Session, year: int, now: datetime, ids: Iterable[int] | None
) -> Iterator[tuple[Standing, list[SourceState]]]:
    """How the duties of a year stand, of these bodies or of all, each with the sources that serve the body."""
    owed = duties(session, year, ids)
    seen = sightings(session, year, None if ids is None else {duty.agency_id for duty in owed})
    states: dict[int, SourceState] = {}
    serving: dict[int, list[SourceState]] = defaultdict(list)
    for part in [None] if ids is None else chunks(duty.agency_id for duty in owed):
        links = sa.select(SourceAgency.source_id, SourceAgency.agency_id, vouched())
        served = None
        if part is not None:
            links = links.where(SourceAgency.agency_id.in_(part))
            served = sa.select(SourceAgency.source_id).where(SourceAgency.agency_id.in_(part))
        states |= source_states(session, year, served)
        for source_id, agency_id, sure in session.execute(links.order_by(SourceAgency.source_id)):
            state = states[source_id]
            serving[agency_id].append(state if sure else replace(state, confirmed=False))
    for duty in owed:
        yield standing(duty, seen.get(duty.agency_id, []), serving[duty.agency_id], now), serving[duty.agency_id]


@uncollected()
def standings_of(session: Session, year: int, now: datetime, agency_ids: Iterable[int] | None) -> list[Standing]:
    """How the duties of these bodies (None: of all) stand; a body that owes no report of that year has none."""
    ids = None if agency_ids is None else list(agency_ids)
    return [] if ids == [] else [stands for stands, _ in _standings(session, year, now, ids)]


def standing_of(session: Session, agency_id: int, year: int, now: datetime) -> Standing | None:
    """How one body's duty stands; None if it owes no report of that year."""
    return next(iter(standings_of(session, year, now, [agency_id])), None)


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


def untrue_of(
    session: Session, standings: Sequence[Standing], superiors: Superiors | None = None
) -> Callable[[str, int], bool]:
    """Tells of a rule and a body whether the standings do not bear out what the rule said of it (a body is below another
    by ``superiors``, or as the register says now)."""
    of_body = {stands.duty.agency_id: stands for stands in standings}
    missing = [stands.duty.agency_id for stands in standings if stands.state == "missing"]
    above: set[int | None]
    above = set(parents_of(session, missing)) if superiors is None else {superiors.get(id_) for id_ in missing}
    return lambda rule, agency_id: not is_true_now(rule, of_body.get(agency_id), agency_id in above)


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
