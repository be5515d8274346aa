"""What reading made of a version."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import agencies, findings, work
from models.base import Base, Json
from models.documents import Document, Version, published_day
from models.packed import Packed
from models.sources import SourceAgency
from reports.duties import PUBLISHES
from reports.narrative.classify import classify
from reports.report import Report, number_as_json

KEPT_APART = ("other", "notice", "website_report")
READ = ("read", "unreadable")  # the states of a version that a reader has looked at


class Reading(Base):
    """One version read by one version of the reader: the whole report, packed, and the cells as JSON
    for tables, charts and queries."""

    __tablename__ = "readings"

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("versions.id", ondelete="CASCADE"))
    reader_version: Mapped[str]
    kind: Mapped[str]
    agency_name: Mapped[str | None]
    year: Mapped[int | None] = mapped_column(index=True)
    form: Mapped[str | None]
    published_on: Mapped[date | None]
    needs_review: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    cells: Mapped[dict[str, Any]] = mapped_column(Json)
    report: Mapped[dict[str, Any]] = mapped_column(Packed, server_default=sa.text("''"))
    created_at: Mapped[datetime]

    __table_args__ = (sa.UniqueConstraint("version_id", "reader_version"),)


class SimilarityBand(Base):
    """A piece of the signature of a report's text: reports that share one may be alike (``reports.checks.similarity``)."""

    __tablename__ = "similarity_bands"

    reading_id: Mapped[int] = mapped_column(sa.ForeignKey("readings.id", ondelete="CASCADE"), primary_key=True)
    band: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[int] = mapped_column(sa.BigInteger)

    __table_args__ = (sa.Index("ix_similarity_bands_band_hash", "band", "hash"),)


def save(
    session: Session,
    version_id: int,
    report: Report,
    reader_version: str,
    now: datetime,
    bands: Sequence[int] = (),
    priority: int = 0,
) -> int | None:
    """Keep a reading, say on version and document what was found, and name the check as the next work (its number).
    ``bands`` is the signature of its text, by which reports that are alike find each other; ``priority`` is that of the
    reading: the check that follows is no more urgent.

    Reading the same version again replaces the row, whichever reader made it: there is never a second one. A report
    that could not be read goes to ``unreadable``."""
    if report.error is not None:
        unreadable(session, version_id, report.error, reader_version)
        return None
    version = session.get_one(Version, version_id)
    # One at a time: a second worker that reads the same version finds the first one's row.
    document = session.get_one(Document, version.document_id, with_for_update=True, populate_existing=True)
    reading, *others = session.scalars(
        sa.select(Reading).where(Reading.version_id == version_id).order_by(Reading.id.desc())
    ).all() or [Reading(version_id=version_id)]
    for other in others:
        session.delete(other)
    reading.reader_version = version.reader_version = reader_version
    session.add(reading)
    cells = report.cells or {}
    reading.kind, reading.agency_name, reading.year, reading.form = report.kind, report.agency, report.year, report.form
    reading.published_on = date.fromisoformat(report.published_on) if report.published_on else None
    reading.needs_review = any(cell.confidence < 0.9 for cell in cells.values())
    reading.cells = {key: number_as_json(cell.value) for key, cell in cells.items()}
    reading.report = report.as_dict(details=True)
    reading.created_at = now
    session.flush()
    session.execute(sa.delete(SimilarityBand).where(SimilarityBand.reading_id == reading.id))
    session.add_all(SimilarityBand(reading_id=reading.id, band=n, hash=value) for n, value in enumerate(bands))

    version.state, version.state_reason = "read", None
    if version.number == _newest(session, document.id):
        document.state, document.state_reason = "read", None
        if report.kind in KEPT_APART and classify(document.title).kind in PUBLISHES:
            # The list calls it a report, and it was not read as one: nothing is said of the body before a person looked.
            document.state, document.state_reason = (
                "unreadable",
                "the list calls it a report, its text was not read as one",
            )
        else:
            document.kind = report.kind
        document.year = report.year or document.year
        # What list and page say of the date outranks what the text says of itself: the day of publication, not of signing.
        document.published_on = published_day(document) or document.listed_on or reading.published_on
        if document.agency_id is None and report.agency:
            document.agency_id = _agency(session, document, report.agency, now.date())
        # What was found under another body or year, or when it was taken for a report, no longer stands.
        findings.release(session, document.id, document.agency_id, document.year, report.kind, now)
    session.flush()
    soon = max(priority, work.urgency(document.year, now))
    return work.add(session, "check", document.id, now, priority=soon).id


def unreadable(session: Session, version_id: int, reason: str, reader_version: str = "") -> None:
    """The version was opened and no report could be read from it: visible, with the reason, and no fault of anybody's."""
    version = session.get_one(Version, version_id)
    version.state, version.state_reason, version.reader_version = "unreadable", reason, reader_version
    document = session.get_one(Document, version.document_id)
    if version.number == _newest(session, document.id):
        document.state, document.state_reason = "unreadable", reason
    session.flush()


def failed(session: Session, version_id: int, reason: str, reader_version: str = "") -> None:
    """Reading was given up after too many tries: our defect, not the document's. What an earlier reader made of it
    stands, and the failed work tells people."""
    version = session.get_one(Version, version_id)
    version.reader_version = reader_version
    if version.state in READ:
        return
    version.state, version.state_reason = "failed", reason
    document = session.get_one(Document, version.document_id)
    if version.number == _newest(session, document.id):
        document.state, document.state_reason = "failed", reason
    session.flush()


def renew(session: Session, reader_version: str, now: datetime, ahead: int) -> int:
    """Work to read anew what another reader read last, where nothing else is to be done: no more at once than ``ahead``
    beside what waits already. What is done is seen in the versions, so it goes on where it was broken off. Returns how
    many pieces were added."""
    waiting = sa.select(work.Work.id).where(
        work.Work.kind == "read", work.UNSENT, work.Work.priority == work.BACKGROUND
    )
    room = ahead - (session.scalar(sa.select(sa.func.count()).select_from(waiting.limit(ahead).subquery())) or 0)
    if room <= 0:
        return 0
    open_ = sa.select(work.Work.id).where(work.Work.kind == "read", work.Work.subject == Version.id, work.IS_OPEN)
    found: list[int] = []
    for other in (Version.reader_version < reader_version, Version.reader_version > reader_version):
        query = sa.select(Version.id).where(other, Version.state.in_(READ), ~open_.correlate(Version).exists())
        found += session.scalars(query.order_by(Version.reader_version, Version.id).limit(room - len(found)))
    for version_id in found:
        work.add(session, "read", version_id, now, priority=work.BACKGROUND)
    return len(found)


def outdated(session: Session, reader_version: str) -> int:
    """How many versions another reader read last: they are to be read anew."""
    query = sa.select(sa.func.count()).where(Version.reader_version != reader_version, Version.state.in_(READ))
    return session.scalar(query) or 0


def _newest(session: Session, document_id: int) -> int:
    return session.scalar(sa.select(sa.func.max(Version.number)).where(Version.document_id == document_id)) or 0


def _agency(session: Session, document: Document, name: str, on: date) -> int | None:
    """The body the text names, if it is one that the document's source serves; the name alone is no proof (there are
    several 长安区), the column it stands in is."""
    served = set(session.scalars(sa.select(SourceAgency.agency_id).where(SourceAgency.source_id == document.source_id)))
    found = agencies.resolve(session, name, on)
    if found is not None and found.id in served:
        return found.id
    candidates = [
        agency
        for agency in session.scalars(sa.select(agencies.Agency).where(agencies.Agency.id.in_(served)))
        if any(known and (known.endswith(name) or name.endswith(known)) for known in agencies.names_of(agency))
    ]
    return candidates[0].id if len(candidates) == 1 else None


def latest(session: Session, version_id: int) -> Reading | None:
    """The newest reading of a version."""
    return session.scalar(
        sa.select(Reading)
        .where(Reading.version_id == version_id)
        .order_by(Reading.created_at.desc(), Reading.id.desc())
        .limit(1)
    )
