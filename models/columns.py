"""Which columns of bodies somebody vouches for: those that people entered, that a person confirmed, or that turned out to
hold the body's reports. Of any other nothing is concluded from what it does not show."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import people
from models.documents import Document
from models.sources import Source, SourceAgency
from reports.duties import PUBLISHES


def vouched() -> sa.ColumnElement[bool]:
    """Whether a body's column (a row of ``SourceAgency``) is confirmed, or proved to hold a report of that body."""
    proof = sa.exists().where(
        Document.source_id == SourceAgency.source_id,
        Document.agency_id == SourceAgency.agency_id,
        Document.kind.in_(PUBLISHES),
        Document.state == "read",
    )
    return sa.or_(SourceAgency.confirmed, proof)


def confirm(session: Session, agency_id: int, by: str, now: datetime, note: str = "") -> list[str]:
    """A person vouches for the columns of a body; the addresses of those that nobody had vouched for."""
    rows = session.execute(
        sa.select(SourceAgency, Source)
        .join(Source, Source.id == SourceAgency.source_id)
        .where(SourceAgency.agency_id == agency_id, SourceAgency.confirmed.is_(False))
        .order_by(Source.id)
    ).all()
    for link, source in rows:
        link.confirmed = True
        after = {"agency_id": agency_id, "url": source.url}
        people.audit(session, by, "confirm", "sources", source.id, None, after, now, note)
    session.flush()
    return [source.url for _, source in rows]


def unconfirmed(session: Session) -> int:
    """How many columns of bodies nobody vouches for."""
    return session.scalar(sa.select(sa.func.count()).select_from(SourceAgency).where(sa.not_(vouched()))) or 0
