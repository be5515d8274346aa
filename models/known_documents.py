"""What a crawl of a source needs to know of documents before it asks for anything: in few statements for many."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.base import insert_for
from models.documents import Attachment, Document, Item, Version, at_address, at_first_sight
from reports.duties import PUBLISHES


@dataclass(frozen=True, slots=True)
class Known:
    """A document that holds a version, as a crawl of its source needs it: what its address is, what its list says of it,
    whose report of which year it is."""

    id: int
    url: str
    title: str
    kind: str | None
    year: int | None
    agency_id: int | None
    listed_on: date | None
    since: date  # of its publication as stated, else of the first sight


def versioned(session: Session, source_id: int) -> dict[str, Known]:
    """Address -> document of a source's documents that hold a version and that the portal has not withdrawn: they are
    looked at again by a plan. Of several at one address the one of the youngest year."""
    rows = session.execute(
        sa.select(
            Document.id, Document.url, Document.title, Document.kind, Document.year, Document.agency_id,
            Document.listed_on, sa.func.coalesce(Document.published_on, Document.listed_on), Document.first_seen,
        )
        .where(
            Document.source_id == source_id,
            Document.state != "gone",
            Document.id.in_(sa.select(Version.document_id)),
        )
        .order_by(Document.year.asc().nulls_first(), Document.id)
    )  # fmt: skip
    return {row[1]: Known(*row[:7], row[7] or row[8].date()) for row in rows}


@dataclass(frozen=True, slots=True)
class Addresses:
    """What is known of many addresses, asked for at once: key -> its documents, the youngest year first, and the ids of
    those that hold a version."""

    documents: Mapping[str, Sequence[Document]]
    versioned: frozenset[int]


def at_addresses(session: Session, source_id: int, keys: Collection[str]) -> Addresses:
    """The documents at these addresses. Those of further years at one address bear its key with the year behind it, and
    are few: they are looked for among the source's own, and one by one only where another source has the address."""
    found: dict[str, list[Document]] = defaultdict(list)
    for document in session.scalars(sa.select(Document).where(Document.key.in_(keys))):
        found[document.key].append(document)
    further = sa.select(Document).where(Document.source_id == source_id, Document.key.like("%#20__"))
    for document in session.scalars(further):
        found[re.sub(r"#20\d\d$", "", document.key)].append(document)
    for key, documents in list(found.items()):
        if any(document.source_id != source_id for document in documents):
            found[key] = at_address(session, key)
        documents.sort(key=lambda one: (-(one.year or 0), one.id))
    ids = [document.id for documents in found.values() for document in documents]
    versioned = session.scalars(sa.select(Version.document_id).where(Version.document_id.in_(ids)))
    return Addresses(found, frozenset(versioned))


def add_unknown(session: Session, items: Sequence[Item], known: Addresses, now: datetime) -> bool:
    """Add the documents of those items whose address nobody knows, in one statement; whether there were any. What
    another process added a moment earlier is left as it is."""
    rows = [at_first_sight(item, item.key, now) for item in items if not known.documents.get(item.key)]
    if rows:
        session.execute(insert_for(session, Document).on_conflict_do_nothing(), rows)
    return bool(rows)


def stands(session: Session, document_id: int, sha256: str) -> bool:
    """Whether all that a page of these bytes tells of a document is written down: they are its newest version, without
    files, whose report of which year it is was told, and its address answered when it was last asked."""
    newest = sa.select(sa.func.max(Version.number)).where(Version.document_id == document_id).scalar_subquery()
    found = session.execute(
        sa.select(Version.id, Version.failed_files, Document.failed_days)
        .join(Document, Document.id == Version.document_id)
        .where(
            Document.id == document_id,
            Document.state.in_(("waiting", "read")),
            Document.kind.is_not(None),
            Document.agency_id.is_not(None),
            Document.year.is_not(None),
            Version.number == newest,
            Version.sha256 == sha256,
            ~sa.exists().where(Attachment.version_id == Version.id),
        )
    ).first()
    return found is not None and not found[1] and not found[2]


def lacking(session: Session, agency_ids: Sequence[int], years: Sequence[int] | range) -> bool:
    """Whether one of the bodies has no report of one of the years."""
    found = session.execute(
        sa.select(Document.agency_id, Document.year).where(
            Document.agency_id.in_(agency_ids),
            Document.year.in_(list(years)),
            Document.kind.in_(PUBLISHES),
            Document.state.in_(("waiting", "read")),
        )
    )
    known = {(agency_id, year) for agency_id, year in found}
    return any((agency_id, year) not in known for agency_id in agency_ids for year in years)
