"""The register filled in bulk: a province's sheet has a hundred thousand rows, and each is a handful of rows here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import history
from models.agencies import Agency, AgencyAlias, AgencyRow, Office, entry_of, guess_kind, name_of_office
from models.base import Base, chunks, insert_for
from models.sources import Source, SourceAgency, to_be_read

BATCH = 1000  # rows that are written at once
FIELDS = ("kind", "short_name", "division_code", "portal", "note", "deadline", "in_scope_from", "in_scope_to")


@dataclass(frozen=True, slots=True)
class Registration:
    """One body of a sheet and the addresses at which its reports are looked for (none: they stay as they are)."""

    body: AgencyRow
    columns: tuple[str, ...] = ()
    family: str = ""
    confirmed: bool = True  # whether somebody vouches for the columns


def upsert_all(
    session: Session, entries: Sequence[Registration], now: datetime, progress: Callable[[int], None] = lambda _: None
) -> tuple[int, int]:
    """Add or update these bodies by name, no name twice; (added, updated). ``progress`` is told how many are done.

    As ``agencies.upsert_agency`` and ``sources.serve`` do for one, in a number of statements that does not grow with
    each row. Superiors are linked by ``agencies.link_parents`` afterwards."""
    rest, added, done = iter(entries), 0, 0
    while part := list(islice(rest, BATCH)):
        added += _bodies(session, part, now)
        done += len(part)
        progress(done)
    return added, done - added


def _bodies(session: Session, part: Sequence[Registration], now: datetime) -> int:
    # Written as plain rows: objects that may be each other's superiors are written one by one.
    by_name = sa.select(Agency.id, Agency.name).where(Agency.name.in_([entry.body.name for entry in part]))
    ids = {name: id_ for id_, name in session.execute(by_name)}
    new = [_new(entry.body) for entry in part if entry.body.name not in ids]
    _update(session, {ids[entry.body.name]: entry.body for entry in part if entry.body.name in ids})
    if new:
        made = session.execute(sa.insert(Agency).returning(Agency.id, Agency.name), new)
        ids |= {name: id_ for id_, name in made}
    _aliases(session, {ids[entry.body.name]: entry.body.aliases for entry in part if entry.body.aliases})
    _offices(session, {ids[entry.body.name]: entry.body for entry in part if entry.body.office_emails})
    _columns(session, {ids[entry.body.name]: entry for entry in part if entry.columns}, now)
    bodies = session.scalars(sa.select(Agency).where(Agency.id.in_(ids.values())))
    history.note(session, {agency.id: entry_of(agency) for agency in bodies}, now)
    return len(new)


def _new(row: AgencyRow) -> dict[str, Any]:
    given = {name: getattr(row, name) for name in FIELDS} | {"kind": row.kind or guess_kind(row.name)}
    return {"name": row.name, "level": row.level, "parent_name": row.parent, **given}


def _update(session: Session, rows: Mapping[int, AgencyRow]) -> None:
    for agency in session.scalars(sa.select(Agency).where(Agency.id.in_(rows))).all():
        row = rows[agency.id]
        agency.level = row.level
        for name in FIELDS:
            value = getattr(row, name)
            if value:
                setattr(agency, name, value)
        if row.parent:
            agency.parent_name = row.parent
    session.flush()


def _aliases(session: Session, names: Mapping[int, Sequence[str]]) -> None:
    rows = [{"agency_id": id_, "name": name} for id_, given in names.items() for name in dict.fromkeys(given)]
    for start in range(0, len(rows), BATCH):
        _insert_missing(session, AgencyAlias, rows[start : start + BATCH])


def _offices(session: Session, rows: Mapping[int, AgencyRow]) -> None:
    offices = {one.agency_id: one for one in session.scalars(sa.select(Office).where(Office.agency_id.in_(rows)))}
    for agency_id, row in rows.items():
        if agency_id in offices:
            offices[agency_id].emails = row.office_emails
        else:
            session.add(Office(name=name_of_office(row.name), agency_id=agency_id, emails=row.office_emails, params={}))
    session.flush()


def _columns(session: Session, entries: Mapping[int, Registration], now: datetime) -> None:
    families = {url: entry.family for entry in entries.values() for url in entry.columns}
    ids: dict[str, int] = {}
    urls = list(families)
    for start in range(0, len(urls), BATCH):
        part = urls[start : start + BATCH]
        _insert_missing(
            session,
            Source,
            [{"url": url, "family_override": families[url], "next_due_at": now, "crawl_state": {}} for url in part],
        )
        for source in session.scalars(sa.select(Source).where(Source.url.in_(part))):
            ids[source.url] = source.id
            source.family_override = families[source.url] or source.family_override
    wanted = {agency_id: {ids[url] for url in entry.columns} for agency_id, entry in entries.items()}
    links = [
        {"source_id": id_, "agency_id": agency_id, "confirmed": entries[agency_id].confirmed}
        for agency_id, found in wanted.items()
        for id_ in sorted(found)
    ]
    served = _served(session, wanted)
    _insert_missing(session, SourceAgency, links)
    _confirm(session, {agency_id: found for agency_id, found in wanted.items() if entries[agency_id].confirmed})
    joined = {id_ for agency_id, found in wanted.items() for id_ in found - served.get(agency_id, set())}
    for part_ids in chunks(joined):
        to_be_read(session, part_ids, now)
    former = {agency_id: gone for agency_id, found in served.items() if (gone := found - wanted[agency_id])}
    for agency_id, source_ids in former.items():  # those that moved: few
        session.execute(
            sa.delete(SourceAgency).where(SourceAgency.agency_id == agency_id, SourceAgency.source_id.in_(source_ids))
        )


def _confirm(session: Session, wanted: Mapping[int, set[int]]) -> None:
    """Who enters a column vouches for it, also where its address was known and nobody had."""
    for part_ids in chunks(wanted):
        doubted = sa.select(SourceAgency).where(SourceAgency.agency_id.in_(part_ids), SourceAgency.confirmed.is_(False))
        for link in session.scalars(doubted):
            link.confirmed = link.source_id in wanted[link.agency_id]
    session.flush()


def _served(session: Session, agency_ids: Iterable[int]) -> dict[int, set[int]]:
    """Body -> the sources that serve it now."""
    found: dict[int, set[int]] = defaultdict(set)
    for part in chunks(agency_ids):
        query = sa.select(SourceAgency.agency_id, SourceAgency.source_id).where(SourceAgency.agency_id.in_(part))
        for agency_id, source_id in session.execute(query):
            found[agency_id].add(source_id)
    return found


def _insert_missing(session: Session, model: type[Base], rows: list[dict[str, Any]]) -> None:
    """Add the rows that no unique key says are there already; another process may add the same at the same moment."""
    if not rows:
        return
    session.execute(insert_for(session, model).on_conflict_do_nothing(), rows)
