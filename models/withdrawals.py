"""What follows when a document is not there any more: replaced at another address, or withdrawn."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import check_inputs, documents, findings, work
from models.agencies import parents_of
from models.documents import Document

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


def withdraw(session: Session, document_id: int, reason: str, day: date, now: datetime) -> None:
    """The portal does not have the document any more. What was found in it no longer stands, and the reports that were
    compared with it (the body's others, that of the government above) are checked again."""
    documents.withdrawn(session, document_id, reason, day)
    session.flush()
    document = session.get_one(Document, document_id)
    findings.release(session, document_id, None, None, "gone", now)
    if document.agency_id is not None and document.year is not None:
        bodies = {document.agency_id, *parents_of(session, [document.agency_id])}
        for other in check_inputs.documents_of(session, [(body, document.year) for body in sorted(bodies)]):
            work.add(session, "check", other, now, {"because_of": document_id})
