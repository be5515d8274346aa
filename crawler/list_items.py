"""The rows of a list as they are recorded: each a document, added at first sight."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from crawler import links, titles
from crawler.pages import Listing
from models import documents, known_documents
from reports.duties import PUBLISHES
from reports.narrative.classify import Classification, classify

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from crawler.record import Target

REPORTS = frozenset(PUBLISHES)


@dataclass(frozen=True, slots=True)
class ListItem:
    """A row of a list, recorded."""

    row: Listing
    classified: Classification
    document_id: int
    agency_id: int | None
    new: bool
    versioned: bool
    holds_report: bool  # a version of it is known, and it is a report
    certain: bool  # whose report of which year it is, if it may be one at all
    of_others: bool


def record(
    session: Session, target: Target, rows: Sequence[Listing], shared: bool, year: int | None, now: datetime
) -> list[ListItem]:
    """Record rows; see ``Recorder.listed``."""
    classified = [classify(row.title) for row in rows]
    items = [_item(target, row, what, shared, year, now) for row, what in zip(rows, classified, strict=True)]
    known = _known(session, target, items, now)
    return [
        _listed(session, row, what, item, now, known) for row, what, item in zip(rows, classified, items, strict=True)
    ]


def plausible(day: date | None, now: datetime) -> date | None:
    """A date after tomorrow is a field that means something else."""
    return day if day is not None and day <= (now + timedelta(days=1)).date() else None


def _where(target: Target, row: Listing) -> str:
    """The address of a row; one of its own where its link cannot be resolved."""
    return row.url or f"{target.url}#{hashlib.sha256(row.title.encode()).hexdigest()[:16]}"


def _key(target: Target, row: Listing) -> str:
    return links.key(row.url) if row.url else _where(target, row)


def _item(
    target: Target, row: Listing, classified: Classification, shared: bool, year: int | None, now: datetime
) -> documents.Item:
    of_others = shared and titles.is_of_others(classified.agency, target.serves)
    return documents.Item(
        source_id=target.source_id,
        key=_key(target, row),
        url=_where(target, row),
        title=row.title[:500],
        kind="other" if of_others else classified.kind,
        year=classified.year or year,
        agency_id=titles.assign(classified.agency, target.serves, shared),
        listed_on=plausible(row.listed_on, now),
    )


def _known(
    session: Session, target: Target, items: Sequence[documents.Item], now: datetime
) -> known_documents.Addresses | None:
    """What is known of these items, those added of which nothing was. None where a key stands twice among them: then it is
    asked for row by row, for the first may add what the second must see."""
    keys = {item.key for item in items}
    if len(keys) < len(items):
        return None
    known = known_documents.at_addresses(session, target.source_id, keys)
    if known_documents.add_unknown(session, items, known, now):
        known = known_documents.at_addresses(session, target.source_id, keys)
    return known


def _listed(
    session: Session,
    row: Listing,
    classified: Classification,
    item: documents.Item,
    now: datetime,
    known: known_documents.Addresses | None,
) -> ListItem:
    document = documents.record_listing(session, item, now, known)
    if known is not None:
        versioned = document.id in known.versioned
    else:
        versioned = documents.current_version(session, document.id) is not None
    speaks = classified.kind in REPORTS or bool(classified.agency and document.agency_id)
    return ListItem(
        row,
        classified,
        document.id,
        document.agency_id,
        new=document.first_seen == now,
        versioned=versioned,
        holds_report=versioned and document.kind in REPORTS,
        certain=not speaks or (document.agency_id is not None and document.year is not None),
        of_others=item.kind == "other" != classified.kind,
    )
