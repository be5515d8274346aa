"""What an aggregate adds up: the bodies below a name with their reports as read last."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.agencies import Agency, resolve
from models.check_inputs import latest_reading
from models.documents import Document
from models.ledger import ledger_of
from reports.aggregate import Found, Member
from reports.report import Report


def members(session: Session, year: int, now: datetime, under: str) -> Iterator[Member]:
    """The bodies in scope at and below ``under`` that owe the report of ``year``, each with its reports as read last;
    a stream, for one report is a hundred times its figures. Raises KeyError if the register has no such name."""
    top = resolve(session, under, now.date())
    if top is None:
        raise KeyError(under)
    standings = ledger_of(session, year, now, under=under).standings
    parents: dict[int, int | None] = dict(session.execute(sa.select(Agency.id, Agency.parent_id)).all())
    heads = set[int]()
    for stands in standings:
        above, seen = parents.get(stands.duty.agency_id), set[int]()
        while above is not None and above not in seen:
            seen.add(above)
            above = parents.get(above)
        heads |= seen
    documents: dict[int, list[int]] = defaultdict(list)
    query = (
        sa.select(Document.agency_id, Document.id)
        .where(Document.kind == "annual_report", Document.year == year, Document.state == "read")
        .order_by(Document.published_on.nulls_last(), Document.first_seen, Document.id)
    )
    for agency_id, document_id in session.execute(query):
        if agency_id is not None:
            documents[agency_id].append(document_id)
    for stands in standings:
        owner = stands.duty.agency_id
        counts = stands.sighting.document_id if stands.sighting else None
        found = [_found(session, id_) for id_ in sorted(documents[owner], key=lambda id_: id_ != counts)]
        yield Member(
            stands,
            tuple(each for each in found if each is not None),
            owner in heads,
            "" if owner == top.id else stands.duty.parent or "",
            (session.get_one(Document, counts).state_reason or "") if counts is not None and not found else "",
        )


def _found(session: Session, document_id: int) -> Found | None:
    read = latest_reading(session, document_id)
    if read is None:
        return None
    reading = read[1]
    report = Report.from_dict(reading.report)
    url = session.get_one(Document, document_id).url
    session.expunge(reading)  # the whole text: not to be kept until the stream ends
    return Found(report, url)
