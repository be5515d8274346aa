"""What the sources list, and the bytes behind it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship, selectinload

from models import work
from models.base import Base, Json, inserted, one_of
from models.packed import Packed
from reports.narrative.classify import classify

if TYPE_CHECKING:
    from models.known_documents import Addresses

_YEARS = range(2007, 2060)  # of reports: the regulation is of 2007
STATES = ("listed", "waiting", "read", "unreadable", "failed", "gone")


class Document(Base):
    """One thing that a source listed (one address and report year, or one text at several). Unique by its canonical key.

    ``state`` ``listed`` means that only its title is known: of another kind, or on a host that may not be visited."""

    __tablename__ = "documents"

    id: Mapped[int] = mapped_column(primary_key=True)
    # Identity
    key: Mapped[str] = mapped_column(unique=True)
    url: Mapped[str]
    urls: Mapped[list[str]] = mapped_column(Json, default=list)
    # Origin
    source_id: Mapped[int] = mapped_column(sa.ForeignKey("sources.id", ondelete="CASCADE"), index=True)
    agency_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agencies.id"))
    # What it is, by its title at first, by its text once read
    title: Mapped[str]
    kind: Mapped[str | None]
    year: Mapped[int | None]
    listed_year: Mapped[int | None]  # as the list's title says; ``year`` is what the text says, once it was read
    listed_on: Mapped[date | None]
    published_on: Mapped[date | None]
    # The day (ISO) by who states it: list, page (labelled as publication), meta, address. None overwrites another.
    days: Mapped[dict[str, str]] = mapped_column(Json, default=dict, server_default="{}")
    # Life
    state: Mapped[str] = mapped_column(default="listed", server_default="listed")
    state_reason: Mapped[str | None]
    first_seen: Mapped[datetime]
    last_seen: Mapped[datetime]
    gone_on: Mapped[date | None]
    # The days (ISO) on which its address did not answer with it, since it last did
    failed_days: Mapped[list[str]] = mapped_column(Json, default=list, server_default="[]")
    # Who handed it in, and when, where a person saved it because its portal could not be read (models.submissions)
    submitted_by: Mapped[str | None]
    submitted_at: Mapped[datetime | None]

    versions: Mapped[list[Version]] = relationship(back_populates="document", order_by="Version.number")

    __table_args__ = (
        one_of("state", STATES),
        sa.Index("ix_documents_agency_id_year", "agency_id", "year"),
        sa.Index(  # those whose body is not known are asked for source by source
            "ix_documents_unassigned",
            "source_id",
            sqlite_where=sa.text("agency_id IS NULL"),
            postgresql_where=sa.text("agency_id IS NULL"),
        ),
    )


class Version(Base):
    """The document as it stood once: its bytes by sha256. ``content_key`` is the hash of what matters in it (text and
    attachments, without counters and dates of the day): unique a document."""

    __tablename__ = "versions"

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(sa.ForeignKey("documents.id", ondelete="CASCADE"))
    number: Mapped[int]
    # The bytes
    sha256: Mapped[str] = mapped_column(sa.String(64))
    content_key: Mapped[str] = mapped_column(sa.String(64))
    name: Mapped[str]
    media_type: Mapped[str]
    bytes: Mapped[int]
    # Where they came from
    url: Mapped[str]
    headers: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    fetched_at: Mapped[datetime]
    # Announced files that could not be had: address -> {"name", "since", "last"} (ISO)
    failed_files: Mapped[dict[str, dict[str, str]]] = mapped_column(Json, default=dict, server_default="{}")
    # Life
    state: Mapped[str] = mapped_column(default="waiting", server_default="waiting")
    state_reason: Mapped[str | None]
    # The reader that looked at it last, whether it could read it or not; empty before the first
    reader_version: Mapped[str] = mapped_column(default="", server_default="")

    document: Mapped[Document] = relationship(back_populates="versions")
    attachments: Mapped[list[Attachment]] = relationship(
        back_populates="version", order_by="Attachment.position", cascade="all, delete-orphan"
    )

    __table_args__ = (
        sa.UniqueConstraint("document_id", "content_key"),
        sa.UniqueConstraint("document_id", "number"),
        one_of("state", ("waiting", "read", "unreadable", "failed")),
        sa.Index("ix_versions_reader_version", "reader_version", "id"),
        sa.CheckConstraint("length(sha256) = 64", name="sha256_is_one"),
        sa.CheckConstraint("number >= 1", name="number_from_one"),
    )


class Attachment(Base):
    """A file or picture that belongs to a version. ``href`` is its address as written in the page; ``report`` is what
    reading it by itself gave (a file, not a picture), with its ``error`` where it could not be read."""

    __tablename__ = "attachments"

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("versions.id", ondelete="CASCADE"))
    position: Mapped[int]
    url: Mapped[str]
    href: Mapped[str]
    name: Mapped[str]
    sha256: Mapped[str] = mapped_column(sa.String(64))
    media_type: Mapped[str]
    bytes: Mapped[int]
    report: Mapped[dict[str, Any] | None] = mapped_column(Packed)

    version: Mapped[Version] = relationship(back_populates="attachments")

    __table_args__ = (sa.UniqueConstraint("version_id", "url"),)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file whose bytes are already in the store."""

    url: str
    href: str
    name: str
    sha256: str
    media_type: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Item:
    """One row of a source's list. ``key`` is its canonical address; ``kind``, ``year`` and ``agency_id`` are what its title
    says, None where it does not; ``listed_on`` the day that the list gives it."""

    source_id: int
    key: str
    url: str
    title: str
    kind: str | None = None
    year: int | None = None
    agency_id: int | None = None
    listed_on: date | None = None


def record_listing(session: Session, item: Item, now: datetime, known: Addresses | None = None) -> Document:
    """The document of that key and report year: added at first sight, else seen again. What reading found is never
    overwritten by what a list says; a longer title and a first date are taken over. An address that shows another
    year's report than before has a document for each."""
    key = item.key
    at = at_address(session, key) if known is None else known.documents.get(key, ())
    document = _of_year(at, item.year)
    if any(one.key == key for one in at):
        key = f"{key}#{item.year}"
    by_key = sa.select(Document).where(Document.key == key)
    if document is None:
        document = Document(**at_first_sight(item, key, now))
        if inserted(session, document):
            return document
        document = session.scalars(by_key).one()
    document.last_seen = max(document.last_seen, now)
    if item.url not in document.urls:
        document.urls = [*document.urls, item.url]
    if len(item.title) > len(document.title):
        document.title = item.title
    document.listed_year = document.listed_year or item.year
    if item.listed_on is not None:
        document.listed_on = document.listed_on or item.listed_on
        state_day(document, "list", item.listed_on)
    if document.agency_id is None:
        document.agency_id = item.agency_id
    if document.state == "gone":
        document.gone_on = None
        newest = current_version(session, document.id)
        document.state, document.state_reason = (newest.state, newest.state_reason) if newest else ("listed", None)
    if known is None:
        session.flush()
    return document


def at_first_sight(item: Item, key: str, now: datetime) -> dict[str, Any]:
    """The columns of a document of which a list tells for the first time."""
    return {
        "key": key, "url": item.url, "urls": [item.url], "source_id": item.source_id, "agency_id": item.agency_id,
        "title": item.title, "kind": item.kind, "year": item.year, "listed_year": item.year, "listed_on": item.listed_on,
        "published_on": item.listed_on, "state": "listed", "first_seen": now, "last_seen": now,
        "days": {"list": item.listed_on.isoformat()} if item.listed_on else {},
    }  # fmt: skip


def at_address(session: Session, key: str) -> list[Document]:
    """The documents of one address, the youngest year first."""
    keys = [key, *(f"{key}#{one}" for one in _YEARS)]
    query = sa.select(Document).where(Document.key.in_(keys))
    return list(session.scalars(query.order_by(Document.year.desc().nulls_last(), Document.id)))


def _of_year(found: Sequence[Document], year: int | None) -> Document | None:
    """The one of an address's documents that is, or may be, of that report year: the youngest where it is not said."""
    if year is None:
        return found[0] if found else None
    for document in found:
        if document.year == year or classify(document.title).year == year:
            return document
    return next((document for document in found if document.year is None), None)


def of_year(session: Session, beside: Document, year: int, title: str, now: datetime) -> Document:
    """The document of that report year at the address of another: made if there is none."""
    key = re.sub(r"#\d{4}$", "", beside.key)
    found = _of_year(at_address(session, key), year)
    if found is not None and found.year == year:
        return found
    document = Document(
        key=f"{key}#{year}", url=beside.url, urls=[beside.url], source_id=beside.source_id, agency_id=beside.agency_id,
        title=title, kind=beside.kind, year=year, state="listed", first_seen=now, last_seen=now,
    )  # fmt: skip
    if inserted(session, document):
        return document
    return session.scalars(sa.select(Document).where(Document.key == f"{key}#{year}")).one()


def says_other_year(session: Session, document: Document, year: int) -> None:
    """The list says one year and the page shows another's report."""
    if document.state == "listed":
        document.state_reason = f"wrong year's text: the page holds the report of {year}"
        session.flush()


def state_day(document: Document, by: str, day: date) -> None:
    """Somebody states the day of publication; what he said first stands. What that comes to is ``published_on``."""
    if by not in document.days:
        document.days = {**document.days, by: day.isoformat()}
    document.published_on = published_day(document) or document.published_on


def published_day(document: Document) -> date | None:
    """The day of publication as list and page state it. Where they differ one of them is the day of an edit or of a
    move: nobody is late by a disputed date, so the earlier counts. What meta and address say counts without either."""
    stated = [date.fromisoformat(document.days[by]) for by in ("list", "page") if by in document.days]
    if stated:
        return min(stated)
    return next((date.fromisoformat(document.days[by]) for by in ("meta", "address") if by in document.days), None)


def disputed_days(days: Mapping[str, str]) -> tuple[date, date] | None:
    """The days that list and page state where they differ by more than one."""
    if "list" not in days or "page" not in days:
        return None
    by_list, by_page = date.fromisoformat(days["list"]), date.fromisoformat(days["page"])
    return (by_list, by_page) if abs((by_list - by_page).days) > 1 else None


@dataclass(frozen=True, slots=True)
class Content:
    """What an address answered with. ``content_key`` is the hash of what matters in it, ``size`` in bytes; ``failed`` are
    announced files that could not be had this time, address -> name. A version stored under ``former_key`` is the same."""

    sha256: str
    content_key: str
    name: str
    media_type: str
    size: int
    url: str
    headers: Mapping[str, Any] = field(default_factory=dict)
    attachments: Sequence[StoredFile] = ()
    failed: Mapping[str, str] = field(default_factory=dict)
    former_key: str = ""


def record_version(session: Session, document_id: int, content: Content, now: datetime) -> tuple[Version, int | None]:
    """The version of that content, and the number of the work that follows: to read it where it is new, to check the
    document again where an earlier content came back; None where it is the newest already.

    The bytes must be in the store already: bytes without a row are harmless, a row without bytes is not."""
    return add_version(session, locked(session, document_id), content, now)


def locked(session: Session, document_id: int) -> Document:
    """A document of which a version is to be added: one at a time gives out the next number."""
    return session.get_one(Document, document_id, with_for_update=True)


def _known(session: Session, document_id: int, content: Content) -> tuple[Version | None, int]:
    """The version that holds this content, and the number of the newest."""
    numbers = sa.select(sa.func.max(Version.number)).where(Version.document_id == document_id).scalar_subquery()
    keys = (content.content_key, content.former_key)
    of_it = sa.select(Version).where(
        Version.document_id == document_id, sa.or_(Version.content_key.in_(keys), Version.number == numbers)
    )
    with session.no_autoflush:  # what the article says of itself is written with the version
        by_key = {version.content_key: version for version in session.scalars(of_it)}
    known = by_key.get(content.content_key) or by_key.get(content.former_key)
    return known, max((version.number for version in by_key.values()), default=0)


def add_version(session: Session, document: Document, content: Content, now: datetime) -> tuple[Version, int | None]:
    """``record_version`` of a document that is ``locked``."""
    document_id = document.id
    known, last = _known(session, document_id, content) if document.state != "listed" else (None, 0)
    if document.failed_days:
        document.failed_days = []
    if known is not None:
        known.content_key = content.content_key
        known.failed_files = _failed_since(known.failed_files, content.failed, now)
    if known is not None and known.number == last:
        return known, None
    if known is not None:
        # The portal took its correction back: this text is what it publishes now, so it is the newest again.
        known.number = last + 1
        document.state, document.state_reason = known.state, known.state_reason
        session.flush()
        return known, work.add(session, "check", document.id, now).id if known.state == "read" else None
    version = Version(
        document_id=document_id, number=last + 1, sha256=content.sha256, content_key=content.content_key,
        name=content.name, url=content.url, media_type=content.media_type, bytes=content.size,
        headers=dict(content.headers), fetched_at=now, state="waiting",
        failed_files=_failed_since({}, content.failed, now),
    )  # fmt: skip
    seen: set[str] = set()
    for position, file in enumerate(content.attachments, 1):
        if file.url in seen:
            continue
        seen.add(file.url)
        version.attachments.append(
            Attachment(
                position=position,
                url=file.url,
                href=file.href,
                name=file.name,
                sha256=file.sha256,
                media_type=file.media_type,
                bytes=file.bytes,
            )
        )
    session.add(version)
    document.state, document.state_reason = "waiting", None
    session.flush()
    soon = work.urgency(document.year, now)
    return version, work.add_first(session, "read", version.id, now, priority=soon, lane=document.source_id).id


def _failed_since(
    before: Mapping[str, dict[str, str]], failed: Mapping[str, str], now: datetime
) -> dict[str, dict[str, str]]:
    """Files that still cannot be had keep the moment at which that was first seen; one that came is forgotten."""
    at = now.isoformat()
    return {
        url: {"name": name, "since": before.get(url, {}).get("since", at), "last": at} for url, name in failed.items()
    }


def failed_today(session: Session, document_id: int, day: date) -> None:
    """The document's address did not answer with it on this day."""
    document = session.get_one(Document, document_id)
    if day.isoformat() not in document.failed_days:
        document.failed_days = [*document.failed_days, day.isoformat()][-60:]


def withdrawn(session: Session, document_id: int, reason: str, day: date) -> None:
    """The portal does not have the document any more; what was kept of it stays."""
    document = session.get_one(Document, document_id)
    document.state, document.state_reason = "gone", reason
    document.gone_on = document.gone_on or day


def current_version(session: Session, document_id: int) -> Version | None:
    """The newest version of a document."""
    return session.scalar(
        sa.select(Version).where(Version.document_id == document_id).order_by(Version.number.desc()).limit(1)
    )


def to_read(session: Session, version_ids: Iterable[int]) -> list[Version]:
    """These versions, each with what is attached to it."""
    query = sa.select(Version).where(Version.id.in_(version_ids)).options(selectinload(Version.attachments))
    return list(session.scalars(query))
