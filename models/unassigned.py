"""Reports of which nobody could be told whose they are: shown to people, and given a body by them. Until then nobody of
their columns is called missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import people, work
from models.agencies import Agency
from models.documents import Document, Version, current_version
from models.readings import Reading
from models.sightings import DISMISS, is_dismissed
from models.sources import Source, SourceAgency
from reports.duties import PUBLISHES

_MAY_BE_REPORT = sa.and_(
    Document.agency_id.is_(None),
    Document.state != "gone",
    sa.or_(Document.kind.in_(PUBLISHES), sa.and_(Document.kind.is_(None), Document.state != "listed")),
    sa.not_(is_dismissed()),
)


class NotThere(Exception):
    """There is no such document, or it has a body; the message says which."""


def unassigned(session: Session) -> Iterator[dict[str, Any]]:
    """The documents of unknown body that may be reports, with what their text names and the bodies of their columns."""
    serving: dict[int, list[str]] = defaultdict(list)
    query = sa.select(Document, Source.url).join(Source, Source.id == Document.source_id).where(_MAY_BE_REPORT)
    found = session.execute(query.order_by(Document.source_id, Document.id)).all()
    links = (
        sa.select(SourceAgency.source_id, Agency.name)
        .join(Agency, Agency.id == SourceAgency.agency_id)
        .where(SourceAgency.source_id.in_(sa.select(Document.source_id).where(_MAY_BE_REPORT)))
        .order_by(Agency.id)
    )
    for source_id, name in session.execute(links):
        serving[source_id].append(name)
    for document, column in found:
        yield {
            "id": document.id,
            "title": document.title,
            "year": document.year,
            "url": document.url,
            "source": column,
            "state": document.state,
            "named": _named(session, document.id),
            "bodies": serving[document.source_id],
        }


def _named(session: Session, document_id: int) -> str | None:
    """The body that the text names, whoever that is."""
    query = (
        sa.select(Reading.agency_name)
        .join(Version, Version.id == Reading.version_id)
        .where(Version.document_id == document_id)
        .order_by(Version.number.desc(), Reading.id.desc())
    )
    return session.scalar(query.limit(1))


def _of_nobody(session: Session, document_id: int) -> Document:
    document = session.get(Document, document_id, with_for_update=True)
    if document is None:
        raise NotThere(f"there is no document {document_id}")
    if document.agency_id is not None:
        owner = session.get_one(Agency, document.agency_id)
        raise NotThere(f"document {document_id} is {owner.name}'s already")
    return document


def dismiss(session: Session, document_id: int, act: people.Act) -> Document:
    """A person says that a document is no report of a body of the register: it no longer keeps the bodies of its column from
    being called missing. Only the trail keeps it, so that a document that changes is shown again. Raises NotThere."""
    document = _of_nobody(session, document_id)
    people.audit(session, replace(act, action=DISMISS), "documents", document.id, None, None)
    session.flush()
    return document


def assign(session: Session, document_id: int, agency_id: int, year: int | None, act: people.Act) -> Document:
    """A person says whose report a document is; it is checked as that body's. Raises NotThere."""
    document = _of_nobody(session, document_id)
    before = {"agency_id": None, "year": document.year}
    document.agency_id, document.year = agency_id, year or document.year
    after = {"agency_id": agency_id, "year": document.year}
    people.audit(session, act, "documents", document.id, before, after)
    newest = current_version(session, document.id)
    if newest is not None:
        kind, subject = ("check", document.id) if newest.state == "read" else ("read", newest.id)
        work.add(session, kind, subject, act.at, priority=work.ASKED)
    session.flush()
    return document
