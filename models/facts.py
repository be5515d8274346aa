"""What the rules know of bodies beside their reports: the register's entry, the office's parameters, the crawl record.

What is not known is left out, and the rules that need it answer *not judged, because …*.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.agencies import Agency, AgencyAlias, Succession, offices_above
from models.base import chunks
from models.crawl_record import Record, crawl_record_of, records
from reports.checks.context import Context, RegisterEntry, may_make_regulations
from reports.duties import Standing


def register_entries(session: Session, agencies: Sequence[Agency]) -> dict[int, RegisterEntry]:
    """These bodies' entries in the register as plain data, in two queries for all of them."""
    aliases: dict[int, list[str]] = defaultdict(list)
    predecessors: dict[int, list[str]] = defaultdict(list)
    for ids in chunks(agency.id for agency in agencies):
        named = sa.select(AgencyAlias.agency_id, AgencyAlias.name).where(AgencyAlias.agency_id.in_(ids))
        for agency_id, name in session.execute(named.order_by(AgencyAlias.id)):
            aliases[agency_id].append(name)
        before = (
            sa.select(Succession.successor_id, Agency.name)
            .join(Agency, Agency.id == Succession.predecessor_id)
            .where(Succession.successor_id.in_(ids))
        )
        for agency_id, name in session.execute(before.order_by(Succession.id)):
            predecessors[agency_id].append(name)
    return {
        agency.id: RegisterEntry(
            name=agency.name,
            aliases=tuple(name for name in (agency.short_name, *aliases[agency.id]) if name),
            kind=agency.kind,
            level=agency.level,
            can_make_regulations=agency.can_make_regulations or may_make_regulations(agency.kind, agency.level),
            predecessors=tuple(predecessors[agency.id]),
            founded=agency.in_scope_from,
            abolished=agency.in_scope_to,
            portals=tuple(url for url in (agency.portal,) if url),
            supervisor=agency.parent_name or None,
        )
        for agency in agencies
    }


def params_of(session: Session, agency_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """By body the rules' parameters as its supervising office set them; a body without an office has none."""
    found = offices_above(session, agency_ids)
    return {agency_id: dict(params or {}) for agency_id, (_, params) in found.items()}


@dataclass(slots=True)
class Facts:
    """What the rules know of bodies beside their reports, by body: the register's entry, parameters, the crawl record."""

    agencies: dict[int, Agency]
    register_entries: dict[int, RegisterEntry]
    params: dict[int, dict[str, Any]]
    records: Mapping[int, Record]


def facts_of(session: Session, agency_ids: Collection[int]) -> Facts:
    """The facts of these bodies, asked for all of them at once."""
    found = {
        agency.id: agency
        for part in chunks(agency_ids)
        for agency in session.scalars(sa.select(Agency).where(Agency.id.in_(part)))
    }
    entries = register_entries(session, list(found.values()))
    return Facts(found, entries, params_of(session, agency_ids), records(session, agency_ids))


def publication_contexts(
    session: Session, standings: Sequence[Standing], now: datetime, facts: Facts | None = None
) -> Iterator[tuple[Standing, Context]]:
    """Each duty with what the rules of publication may know of it at ``now``; ``facts`` of these bodies, where they are
    at hand."""
    facts = facts or facts_of(session, [standing.duty.agency_id for standing in standings])
    for standing in standings:
        id_ = standing.duty.agency_id
        yield (
            standing,
            Context(
                agency=facts.agencies[id_].name,
                year=standing.duty.year,
                register_entry=facts.register_entries[id_],
                crawl_record=crawl_record_of(standing, facts.records.get(id_), now),
                params=facts.params.get(id_, {}),
            ),
        )
