"""What a check reads: documents of a body as read last, and what stands of a rule."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.base import chunks
from models.documents import Document, Version
from models.findings import Finding
from models.readings import Reading
from reports.report import Finding as Said
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


def documents_of(session: Session, wanted: Collection[tuple[int, int]]) -> list[int]:
    """The read reports of these bodies and years, (agency, year), in the order of their numbers."""
    out: list[int] = []
    for year in sorted({year for _, year in wanted}):
        for ids in chunks(agency_id for agency_id, of in wanted if of == year):
            out += session.scalars(
                sa.select(Document.id).where(
                    Document.agency_id.in_(ids),
                    Document.year == year,
                    Document.kind == "annual_report",
                    Document.state == "read",
                )
            )
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


def said(session: Session, subject: Subject, rule: str) -> list[tuple[int | None, Said]]:
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
            Said(
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
    without: int = 0,
) -> Read:
    """The documents of these years and kinds by (body, year, kind), each as read last, the latest published first;
    ``without`` the document of that number."""
    last_read = (
        sa.select(Reading.id)
        .join(Version, Version.id == Reading.version_id)
        .where(Version.document_id == Document.id)
        .order_by(Version.number.desc(), Reading.created_at.desc(), Reading.id.desc())
        .limit(1)
        .correlate(Document)
        .scalar_subquery()
    )
    out: Read = defaultdict(list)
    for ids in chunks(agency_ids):
        rows = session.execute(
            sa.select(Document, Reading)
            .join(Reading, Reading.id == last_read)
            .where(
                Document.id != without,
                Document.agency_id.in_(ids),
                Document.year.in_(years),
                Document.kind.in_(kinds),
                Document.state.in_(("read", "waiting")),
            )
            .order_by(Document.published_on.desc().nulls_last(), Document.id.desc())
        )
        for document, reading in rows:
            key = (document.agency_id or 0, document.year or 0, document.kind or "")
            out[key].append((document, Report.from_dict(reading.report)))
    return out
