"""What a person saved of a portal that could not be read, kept as that body's report with the person as witness.

A submission proves that a report exists, never when it was published. The portal's own copy takes its place as soon as
it can be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from models import people, withdrawals, work
from models.agencies import Agency
from models.base import inserted
from models.documents import Attachment, Content, Document, StoredFile, Version, record_version
from models.sources import SUBMITTED, Source
from reports.duties import PUBLISHES

_STANDS = ("waiting", "read", "unreadable", "failed")


class NotTaken(Exception):
    """The submission was not stored; the message says why, in one line."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A report as a person saved it: its bytes, already in the store, and the files that belong to it. ``url`` is where
    the person found it, empty where that is not known."""

    agency_id: int
    year: int
    by: str
    main: StoredFile
    attachments: Sequence[StoredFile] = ()
    url: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """The document that holds the submission, and the version to be read; ``new`` is false where it was known."""

    document_id: int
    version_id: int
    new: bool = True
    assigned: bool = False  # it was stored already as nobody's, and is this body's now


def submit(session: Session, given: Submission, now: datetime) -> Taken:
    """Store a submission as a version of the body's submitted report of that year, and add the work to read it.

    The same bytes are stored once: where they are this body's already nothing changes, where they are nobody's the
    witness says whose they are. Raises NotTaken."""
    agency = session.get_one(Agency, given.agency_id)
    known = _known(session, given, agency, now)
    if known is not None:
        return known
    _not_on_its_portal(session, given)
    document = _document(session, given, agency, now)
    content = Content(
        sha256=given.main.sha256,
        content_key=given.main.sha256,
        name=given.main.name,
        media_type=given.main.media_type,
        size=given.main.bytes,
        url=document.url,
        headers={"submitted_by": given.by},
        attachments=given.attachments,
    )
    version, _ = record_version(session, document.id, content, now)
    work.add(session, "read", version.id, now, priority=work.ASKED)
    files = [given.main.name, *(file.name for file in given.attachments)]
    after = {"agency": agency.name, "year": given.year, "files": files, "sha256": given.main.sha256, "url": given.url}
    people.audit(session, people.Act(given.by, "submit", now), "documents", document.id, None, after)
    session.flush()
    return Taken(document.id, version.id)


def _known(session: Session, given: Submission, agency: Agency, now: datetime) -> Taken | None:
    """The document that holds the same bytes, as its text or as a file of it."""
    attached = sa.select(Attachment.version_id).where(Attachment.sha256 == given.main.sha256)
    query = (
        sa.select(Version, Document)
        .join(Document, Document.id == Version.document_id)
        .where(sa.or_(Version.sha256 == given.main.sha256, Version.id.in_(attached)), Document.state != "gone")
        .order_by(sa.case((Document.agency_id == given.agency_id, 0), else_=1), Version.id)
    )
    found = session.execute(query).first()
    if found is None:
        return None
    version, document = found
    if document.agency_id == given.agency_id and document.year in {None, given.year}:
        return Taken(document.id, version.id, new=False)
    if document.agency_id is None and document.year in {None, given.year}:
        _assign(session, document, given, agency, now)
        work.add(session, "read", version.id, now, priority=work.ASKED)
        return Taken(document.id, version.id, new=False, assigned=True)
    owner = session.get(Agency, document.agency_id) if document.agency_id is not None else None
    whose = f"{owner.name if owner else 'an unknown body'} for {document.year}"
    raise NotTaken(f"the same file is stored already as the report of {whose} ({document.url})")


def _assign(session: Session, document: Document, given: Submission, agency: Agency, now: datetime) -> None:
    before = {"agency": None, "year": document.year}
    document.agency_id, document.year = given.agency_id, given.year
    after = {"agency": agency.name, "year": given.year}
    people.audit(session, people.Act(given.by, "assign", now), "documents", document.id, before, after)
    session.flush()


def _of_body(given_agency: int, year: int) -> list[sa.ColumnElement[bool]]:
    return [Document.agency_id == given_agency, Document.year == year, Document.kind.in_(PUBLISHES)]


def _not_on_its_portal(session: Session, given: Submission) -> None:
    """Raises NotTaken where the portal's own copy was read: it is the one that counts."""
    query = sa.select(Document.url).where(
        *_of_body(given.agency_id, given.year), Document.submitted_by.is_(None), Document.state == "read"
    )
    url = session.scalar(query.limit(1))
    if url is not None:
        raise NotTaken(f"the report for {given.year} was read from its portal already: {url}")


def _document(session: Session, given: Submission, agency: Agency, now: datetime) -> Document:
    """The body's submitted report of that year: one document, each other text a version of it."""
    source = session.scalar(sa.select(Source).where(Source.url == SUBMITTED))
    if source is None:
        source = Source(url=SUBMITTED, family="submitted", crawl_state={})
        if not inserted(session, source):
            source = session.scalars(sa.select(Source).where(Source.url == SUBMITTED)).one()
    key = f"{SUBMITTED}{given.agency_id}/{given.year}"
    document = session.scalar(sa.select(Document).where(Document.key == key))
    if document is None:
        url = given.url or key
        document = Document(
            key=key, url=url, urls=[url], source_id=source.id, agency_id=given.agency_id,
            title=f"{agency.name}{given.year}年政府信息公开工作年度报告", kind="annual_report", year=given.year,
            state="listed", first_seen=now, last_seen=now, submitted_by=given.by, submitted_at=now,
        )  # fmt: skip
        if not inserted(session, document):
            document = session.scalars(sa.select(Document).where(Document.key == key)).one()
    document.agency_id, document.year, document.gone_on = given.agency_id, given.year, None
    document.submitted_by, document.submitted_at, document.last_seen = given.by, now, now
    if given.url and given.url not in document.urls:
        document.url, document.urls = given.url, [*document.urls, given.url]
    session.flush()
    return document


def replaced_by(session: Session, version_ids: Sequence[int], day: date, now: datetime) -> int:
    """After these versions were read: what was submitted for the same body and year gives way to the portal's own copy.
    Returns how many documents did."""
    own = aliased(Document)
    query = (
        sa.select(Document.id, own.url)
        .join(own, sa.and_(own.agency_id == Document.agency_id, own.year == Document.year))
        .where(
            own.id.in_(sa.select(Version.document_id).where(Version.id.in_(version_ids))),
            own.state == "read",
            own.kind.in_(PUBLISHES),
            own.submitted_by.is_(None),
            Document.kind.in_(PUBLISHES),
            Document.submitted_by.is_not(None),
            Document.state.in_(_STANDS),
        )
    )
    found = dict(session.execute(query).all())
    for document_id, url in found.items():
        withdrawals.withdraw(session, document_id, f"its portal shows it: {url}", day, now)
    return len(found)
