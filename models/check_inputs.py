"""What a check reads: documents of a body as read last, and what stands of a rule."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.base import chunks
from models.documents import Attachment, Document, Version
from models.findings import Finding, Outcome
from models.packed import unpack
from models.readings import Reading
from reports.report import Finding as FindingValue
from reports.report import Report
from reports.subject import Subject


def latest_reading(session: Session, document_id: int) -> tuple[Version, Reading] | None:
    """The newest reading of the newest version of a document that was read."""
    row = session.execute(
        sa.select(Version, Reading)
        .join(Reading, Reading.version_id == Version.id)
        .where(Version.document_id == document_id)
        .order_by(Version.number.desc(), Reading.created_at.desc(), Reading.id.desc())
        .limit(1)
    ).first()
    return (row[0], row[1]) if row else None


_PACKED = sa.type_coerce(Reading.report, sa.LargeBinary)  # unpacked only where it is looked at
_LAST_READ = (
    sa.select(Reading.id)
    .join(Version, Version.id == Reading.version_id)
    .where(Version.document_id == Document.id)
    .order_by(Version.number.desc(), Reading.created_at.desc(), Reading.id.desc())
    .limit(1)
    .correlate(Document)
    .scalar_subquery()
)


@dataclass(frozen=True, slots=True)
class LastRead:
    """A document with its newest reading, and the version that was read."""

    document: Document
    version: Version
    reading_id: int
    packed: bytes

    def report(self) -> dict[str, Any]:
        """The report as it was read."""
        return unpack(bytes(self.packed))


def latest_readings(session: Session, document_ids: Iterable[int]) -> list[LastRead]:
    """``latest_reading`` of these documents, in the order of their numbers; one that was not read is left out."""
    query = (
        sa.select(Document, Version, Reading.id, _PACKED)
        .select_from(Document)
        .join(Reading, Reading.id == _LAST_READ)
        .join(Version, Version.id == Reading.version_id)
        .order_by(Document.id)
    )
    return [
        LastRead(*row) for ids in chunks(document_ids) for row in session.execute(query.where(Document.id.in_(ids)))
    ]


def still_read_last(session: Session, outcomes: Iterable[Outcome]) -> list[Outcome]:
    """The outcomes without those of versions that were read last when they were checked, and are not now: the check of
    what was read since says what holds, and may have ended first."""
    known = list(outcomes)
    asked = {one.origin.document_id for one in known if one.origin.version_id and one.origin.document_id}
    query = sa.select(Document.id, Reading.version_id).join(Reading, Reading.id == _LAST_READ)
    last: dict[int | None, int] = {}
    for ids in chunks(asked):
        last |= dict(session.execute(query.where(Document.id.in_(ids))).all())
    return [one for one in known if one.origin.version_id in (None, last.get(one.origin.document_id))]


def reading_before(session: Session, version: Version) -> tuple[Version, Reading] | None:
    """The newest reading of the newest version before this one."""
    if version.number == 1:
        return None
    row = session.execute(
        sa.select(Version, Reading)
        .join(Reading, Reading.version_id == Version.id)
        .where(Version.document_id == version.document_id, Version.number < version.number)
        .order_by(Version.number.desc(), Reading.created_at.desc(), Reading.id.desc())
        .limit(1)
    ).first()
    return (row[0], row[1]) if row else None


def attached_reports(session: Session, version_ids: Iterable[int]) -> dict[int, list[Report]]:
    """Version -> what is attached to it, each as read by itself."""
    out: dict[int, list[Report]] = defaultdict(list)
    for ids in chunks(version_ids):
        query = sa.select(Attachment.version_id, Attachment.report).where(
            Attachment.version_id.in_(ids), Attachment.report.is_not(None)
        )
        for version_id, report in session.execute(query.order_by(Attachment.version_id, Attachment.position)):
            if report:
                out[version_id].append(Report.from_dict(report))
    return out


def documents_of(session: Session, wanted: Collection[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """The read reports of these bodies and years, (agency, year), as (number, agency, year) in the order of their
    numbers."""
    out: list[tuple[int, int, int]] = []
    for year in sorted({year for _, year in wanted}):
        for ids in chunks(agency_id for agency_id, of in wanted if of == year):
            query = sa.select(Document.id, Document.agency_id).where(
                Document.agency_id.in_(ids),
                Document.year == year,
                Document.kind == "annual_report",
                Document.state == "read",
            )
            out += [(id_, agency_id or 0, year) for id_, agency_id in session.execute(query)]
    return sorted(out)


def checkable_ids(session: Session, year: int | None = None) -> list[int]:
    """The documents that are read reports of a known body and year, by body and year."""
    query = (
        sa.select(Document.id)
        .where(
            Document.kind == "annual_report",
            Document.state == "read",
            Document.agency_id.is_not(None),
            Document.year.is_not(None),
        )
        .order_by(Document.agency_id, Document.year, Document.id)
    )
    if year is not None:
        query = query.where(Document.year == year)
    return list(session.scalars(query))


def standing_of_rule(session: Session, subject: Subject, rule: str) -> list[tuple[int | None, FindingValue]]:
    """What stands of a rule about a report (resolved findings do not), each with its document."""
    query = (
        sa.select(Finding)
        .where(
            Finding.agency_id == subject.agency_id,
            Finding.year == subject.year,
            Finding.series == subject.series,
            Finding.rule == rule,
            Finding.state != "resolved",
        )
        .order_by(Finding.id)
    )
    return [
        (
            row.document_id,
            FindingValue(
                rule=row.rule,
                severity=row.severity,  # type: ignore[arg-type]
                cells=tuple(row.cells),
                expected=row.expected or None,
                actual=row.actual or None,
                message=row.message,
                needs_review=row.needs_review,
                place=row.place,
                basis=row.basis,
            ),
        )
        for row in session.scalars(query)
    ]


Read = dict[tuple[int, int, str], list[tuple[Document, Report]]]


def reports_of(
    session: Session,
    agency_ids: Iterable[int],
    years: Collection[int],
    kinds: Collection[str] = ("annual_report",),
    known: Mapping[int, Report] | None = None,
) -> Read:
    """The documents of these years and kinds by (body, year, kind), each as read last, the latest published first;
    ``known`` are reports at hand, by reading."""
    known = known or {}
    out: Read = defaultdict(list)
    for ids in chunks(agency_ids):
        rows = session.execute(
            sa.select(Document, Reading.id, _PACKED)
            .select_from(Document)
            .join(Reading, Reading.id == _LAST_READ)
            .where(
                Document.agency_id.in_(ids),
                Document.year.in_(years),
                Document.kind.in_(kinds),
                Document.state.in_(("read", "waiting")),
            )
            .order_by(Document.published_on.desc().nulls_last(), Document.id.desc())
        )
        for document, reading_id, packed in rows:
            key = (document.agency_id or 0, document.year or 0, document.kind or "")
            out[key].append((document, known.get(reading_id) or Report.from_dict(unpack(bytes(packed)))))
    return out
