"""What follows when a document is not there any more: replaced at another address, or withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from models import check_inputs, documents, findings, work
from models.agencies import parents_of
from models.documents import Document
from reports.duties import PUBLISHES

# A document in one of these states may be what a report was replaced by.
_THERE = ("listed", "waiting", "read")


def is_replaced(session: Session, document_id: int) -> bool:
    """Whether the body's report of the same year stands at another address since this one was seen last: then nobody
    need wait a day to believe that this one is away."""
    document = session.get_one(Document, document_id)
    if document.kind != "annual_report" or document.agency_id is None or document.year is None:
        return False
    query = sa.select(Document.id).where(
        Document.id != document.id,
        Document.agency_id == document.agency_id,
        Document.year == document.year,
        Document.kind == "annual_report",
        Document.state.in_(_THERE),
        Document.first_seen > document.last_seen,
    )
    return session.scalar(query.limit(1)) is not None


@dataclass(frozen=True, slots=True)
class Move:
    """A report that a crawl did not list, and another of the same body and year that it did."""

    document_id: int
    url: str
    by: int
    by_urls: Sequence[str]
    by_since: datetime


def moved_within(session: Session, source_id: int, since: datetime) -> list[Move]:
    """After a crawl that began at ``since``: the reports that it did not list where it listed another of the same body and
    year. Where it was whole they were published again at another address, whether or not the old one still answers."""
    other = aliased(Document)
    query = (
        sa.select(Document.id, Document.url, other.id, other.urls, other.first_seen)
        .join(other, sa.and_(other.agency_id == Document.agency_id, other.year == Document.year))
        .where(
            Document.source_id == source_id,
            Document.kind.in_(PUBLISHES),
            Document.state.in_(("waiting", "read", "unreadable", "failed")),
            Document.last_seen < since,
            other.source_id == source_id,
            other.id != Document.id,
            other.kind.in_(PUBLISHES),
            other.state.in_(("waiting", "read")),
            other.last_seen >= since,
        )
    )
    return [Move(*row) for row in session.execute(query.order_by(Document.id, other.id))]


def withdraw(session: Session, document_id: int, reason: str, day: date, now: datetime) -> None:
    """The portal does not have the document any more. What was found in it no longer stands, and the reports that were
    compared with it (the body's others, that of the government above) are checked again."""
    documents.withdrawn(session, document_id, reason, day)
    session.flush()
    document = session.get_one(Document, document_id)
    findings.release(session, {document_id: findings.Place(None, None, "gone")}, now)
    if document.agency_id is not None and document.year is not None:
        bodies = {document.agency_id, *parents_of(session, [document.agency_id])}
        others = check_inputs.documents_of(session, [(body, document.year) for body in sorted(bodies)])
        work.add_all(session, "check", {id_: {"because_of": document_id} for id_, _, _ in others}, now)
