"""The ledger as it stood at a moment past, from what is dated: documents, versions, readings, crawls, steps of findings.

The register with its hierarchy, its notices, extensions and offices' days are those known then; a body that came into it
later is not there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.base import chunks, uncollected
from models.columns import vouched
from models.documents import Document, Version
from models.findings import Finding, FindingEvent
from models.ledger import bodies_under, untrue_of
from models.obligations import duties, exemptions
from models.readings import Reading
from models.sightings import perhaps_lost, sightings
from models.sources import COMPLETE, Run, Source, SourceAgency
from models.standing_findings import OPEN_FINDINGS, as_open, findings_query
from models.superiors import superiors_at
from reports.duties import Ledger, OpenFinding, Sighting, SourceState, standing


@uncollected()
def ledger_at(session: Session, year: int, at: datetime, under: str | None = None) -> Ledger:
    """The standings of ``year`` as they were known at ``at`` (aware, in the office's zone), with the findings that stood.

    ``under``: only the named body and those below it. Raises KeyError if the register has no such name."""
    superiors = superiors_at(session, at)
    ids = bodies_under(session, under, at, superiors)
    owed = duties(session, year, ids, at)
    seen = _sightings(session, year, None if ids is None else {duty.agency_id for duty in owed}, at)
    states = _source_states(session, year, at)
    serving: dict[int, list[SourceState]] = defaultdict(list)
    links = sa.select(SourceAgency.source_id, SourceAgency.agency_id, vouched())
    for source_id, agency_id, sure in session.execute(links.order_by(SourceAgency.source_id)):
        state = states[source_id]
        serving[agency_id].append(state if sure else replace(state, confirmed=False))
    out = Ledger(year, at, exempt=exemptions(session, year, ids, at))
    used: dict[int, SourceState] = {}
    for duty in owed:
        out.standings.append(standing(duty, seen.get(duty.agency_id, []), serving[duty.agency_id], at))
        used |= {state.source_id: state for state in serving[duty.agency_id]}
    out.sources = list(used.values())
    untrue = untrue_of(session, out.standings, superiors)
    out.findings = [
        finding
        for finding in _findings(session, year, at)
        if (ids is None or finding.agency_id in ids) and not untrue(finding.rule, finding.agency_id)
    ]
    return out


def _sightings(session: Session, year: int, ids: set[int] | None, at: datetime) -> dict[int, list[Sighting]]:
    """The documents known then, each in the state in which it was known."""
    known = sightings(session, year, ids)
    there = {s.document_id for found in known.values() for s in found if s.first_seen <= at}
    states = _document_states(session, there, at)
    return {
        agency_id: [replace(s, **states[s.document_id]) for s in found if s.document_id in states]
        for agency_id, found in known.items()
    }


def _document_states(session: Session, ids: Collection[int], at: datetime) -> dict[int, dict[str, Any]]:
    """Document -> its state and its newest version at ``at``."""
    out: dict[int, dict[str, Any]] = {}
    for part in chunks(ids):
        versions: dict[int, tuple[Version, datetime | None]] = {}
        read_at = sa.select(sa.func.min(Reading.created_at)).where(Reading.version_id == Version.id).scalar_subquery()
        query = sa.select(Version, read_at).where(Version.document_id.in_(part), Version.fetched_at <= at)
        for version, moment in session.execute(query.order_by(Version.number)):
            versions[version.document_id] = version, moment
        for document in session.scalars(sa.select(Document).where(Document.id.in_(part))):
            newest, since = versions.get(document.id, (None, None))
            state = _state(document, newest, since, at)
            out[document.id] = {"state": state, "version_id": newest.id if newest else None}
    return out


def _state(document: Document, version: Version | None, read_at: datetime | None, at: datetime) -> str:
    if document.gone_on is not None and document.gone_on <= at.date() and document.last_seen <= at:
        return "gone"
    if version is None:
        return "listed"
    if read_at is not None:
        return "read" if read_at <= at else "waiting"
    return version.state if version.state in {"unreadable", "failed"} else "waiting"


def _source_states(session: Session, year: int, at: datetime) -> dict[int, SourceState]:
    """How each source was read last before ``at``."""
    last: dict[int, Run] = {}
    complete: dict[int, datetime] = {}
    for run in session.scalars(sa.select(Run).where(Run.finished_at <= at).order_by(Run.finished_at, Run.id)):
        last[run.source_id] = run
        if run.status in COMPLETE and run.whole and run.finished_at is not None:
            complete[run.source_id] = run.finished_at
    lost = perhaps_lost(year, at).where(Document.first_seen <= at)
    unassigned = dict(session.execute(lost.group_by(Document.source_id)).all())
    return {
        source.id: SourceState(
            source.id,
            source.url,
            last[source.id].status if source.id in last else "",
            last[source.id].reason if source.id in last else "",
            last[source.id].finished_at if source.id in last else None,
            complete.get(source.id),
            unassigned.get(source.id, 0),
        )
        for source in session.scalars(sa.select(Source))
    }


def _findings(session: Session, year: int, at: datetime) -> list[OpenFinding]:
    """The findings that stood, with the figures that they had."""
    steps: dict[int, dict[str, str]] = defaultdict(dict)
    query = (
        sa.select(FindingEvent.finding_id, FindingEvent.after)
        .join(Finding, Finding.id == FindingEvent.finding_id)
        .where(Finding.year == year, FindingEvent.at <= at)
        .order_by(FindingEvent.id)
    )
    for finding_id, after in session.execute(query):
        values = {name: str(value) for name, value in (after or {}).items()}
        if "state" in values:
            steps[finding_id].pop("until", None)  # a later decision says anew until when
        steps[finding_id] |= values
    found = as_open(session, findings_query().where(Finding.year == year, Finding.first_seen <= at))
    return [
        replace(one, state=state, expected=step.get("expected", one.expected), actual=step.get("actual", one.actual))
        for one in found
        if (state := _state_on(step := steps[one.id], at.date())) in OPEN_FINDINGS
    ]


def _state_on(step: dict[str, str], day: date) -> str:
    """The state of a finding after these steps; a waiver ends with its last day."""
    state = step.get("state", "")
    return "open" if state == "waived" and step.get("until", day.isoformat()) < day.isoformat() else state
