"""What reading made of a version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, load_only, mapped_column

from models import agencies, findings, work
from models.base import Base, Json
from models.documents import Attachment, Document, Version, published_day
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

    # SQLite keeps the rows in the key's own tree: a table of its own beside it was a third of what a signature takes.
    __table_args__ = (sa.Index("ix_similarity_bands_band_hash", "band", "hash"), {"sqlite_with_rowid": False})


@dataclass(frozen=True, slots=True)
class Result:
    """What reading made of a version: the report, the signature of its text, by which reports that are alike find each
    other, and what is attached to it as read by itself (by the attachment's number). ``packed`` is the report as it is
    stored, where it came as such."""

    version_id: int
    report: Report
    bands: Sequence[int] = ()
    attached: Mapping[int, dict[str, Any]] = field(default_factory=dict)
    packed: bytes | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A reading that was saved: of which document, and how soon that is to be checked."""

    version_id: int
    document_id: int
    reading_id: int
    urgency: int


def save(session: Session, result: Result, reader_version: str, now: datetime, priority: int = 0) -> int | None:
    """``save_all`` of one version, with the check as the next work (its number): no more urgent than the reading was
    (``priority``). None where it could not be read."""
    kept = save_all(session, [result], reader_version, now)
    return ask_check(session, kept[0], now, priority) if kept else None


def ask_check(session: Session, kept: Kept, now: datetime, priority: int = 0) -> int:
    """The check of what was read as work of its own; its number."""
    return work.add(session, "check", kept.document_id, now, priority=max(priority, kept.urgency)).id


def save_all(session: Session, results: Sequence[Result], reader_version: str, now: datetime) -> list[Kept]:
    """Keep these readings, and say on versions and documents what was found. Returns those to be checked.

    Reading the same version again replaces the row, whichever reader made it: there is never a second one. A report
    that could not be read goes to ``unreadable``."""
    for result in results:
        if result.report.error is not None:
            unreadable(session, result.version_id, result.report.error, reader_version)
    read = [result for result in results if result.report.error is None]
    if not read:
        return []
    ids = [result.version_id for result in read]
    versions = {row.id: row for row in session.scalars(sa.select(Version).where(Version.id.in_(ids)))}
    of = {version.document_id for version in versions.values()}
    # One at a time: a second worker that reads the same version finds the first one's row.
    # What refers to the document (a finding that is just saved) is not held up.
    locked = sa.select(Document).where(Document.id.in_(of)).order_by(Document.id).with_for_update(key_share=True)
    documents = {row.id: row for row in session.scalars(locked.execution_options(populate_existing=True))}
    newest = dict(
        session.execute(
            sa.select(Version.document_id, sa.func.max(Version.number))
            .where(Version.document_id.in_(of))
            .group_by(Version.document_id)
        ).all()
    )
    read = [_as_titled(one, documents[versions[one.version_id].document_id].title) for one in read]
    kept = _keep(session, read, versions, reader_version, now)
    places: dict[int, findings.Place] = {}
    for result in read:
        version = versions[result.version_id]
        version.state, version.state_reason, version.reader_version = "read", None, reader_version
        if version.number == newest[version.document_id]:
            document = documents[version.document_id]
            _say(session, document, result.report, now)
            places[document.id] = findings.Place(document.agency_id, document.year, result.report.kind)
    # What was found under another body or year, or when it was taken for a report, no longer stands.
    findings.release(session, places, now)
    session.flush()
    return [
        Kept(version.id, document.id, kept[version.id], work.urgency(document.year, now))
        for version in versions.values()
        if (document := documents[version.document_id])
    ]


def _as_titled(result: Result, title: str) -> Result:
    """A text without a figure is what its list calls it: an interpretation whose page bears little but the column's name
    was read as the report itself."""
    if result.report.kind in PUBLISHES and not result.report.cells and classify(title).kind == "interpretation":
        result.report.kind = "interpretation"
        return replace(result, packed=None)
    return result


def _keep(
    session: Session, read: Sequence[Result], versions: Mapping[int, Version], reader_version: str, now: datetime
) -> dict[int, int]:
    """Write the rows of these readings, each with its signature. Version -> number of its reading."""
    before: dict[int, Reading] = {}
    known = sa.select(Reading).where(Reading.version_id.in_(list(versions))).order_by(Reading.id.desc())
    for row in session.scalars(known.options(load_only(Reading.version_id))):
        if before.setdefault(row.version_id, row) is not row:
            session.delete(row)
    for number, attached in ((number, one) for result in read for number, one in result.attached.items()):
        session.get_one(Attachment, number).report = attached
    new = []
    for result in read:
        values = _values(result, reader_version, now)
        if result.version_id not in before:
            new.append(values)
            continue
        for name, value in values.items():
            setattr(before[result.version_id], name, value)
    session.flush()
    if new:
        session.execute(sa.insert(Reading), new)
    if before:
        replaced = [row.id for row in before.values()]
        session.execute(sa.delete(SimilarityBand).where(SimilarityBand.reading_id.in_(replaced)))
    kept = dict(
        session.execute(sa.select(Reading.version_id, Reading.id).where(Reading.version_id.in_(versions))).all()
    )
    bands = [
        {"reading_id": kept[result.version_id], "band": number, "hash": value}
        for result in read
        for number, value in enumerate(result.bands)
    ]
    if bands:
        session.execute(sa.insert(SimilarityBand), bands)
    return kept


def _values(result: Result, reader_version: str, now: datetime) -> dict[str, Any]:
    report, cells = result.report, result.report.cells or {}
    return {
        "version_id": result.version_id,
        "reader_version": reader_version,
        "kind": report.kind,
        "agency_name": report.agency,
        "year": report.year,
        "form": report.form,
        "published_on": _signed_on(report),
        "needs_review": any(cell.confidence < 0.9 for cell in cells.values()),
        "cells": {key: number_as_json(cell.value) for key, cell in cells.items()},
        "report": result.packed or report.as_dict(details=True),
        "created_at": now,
    }


def _signed_on(report: Report) -> date | None:
    return date.fromisoformat(report.published_on) if report.published_on else None


def _say(session: Session, document: Document, report: Report, now: datetime) -> None:
    """What its newest version was read as, said on the document."""
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
    document.published_on = published_day(document) or document.listed_on or _signed_on(report)
    if document.agency_id is None and report.agency:
        document.agency_id = _agency(session, document, report.agency, now.date())


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
