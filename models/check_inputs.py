"""What a check reads: documents of a body as read last, and what stands of a rule."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.documents import Document, Version
from models.findings import Finding
from models.readings import Reading
from reports.report import Finding as Said
from reports.report import Report


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


def documents_of(session: Session, agency_id: int, year: int, kind: str = "annual_report") -> list[int]:
    """The documents of a body, year and kind that were read."""
    return list(
        session.scalars(
            sa.select(Document.id).where(
                Document.agency_id == agency_id,
                Document.year == year,
                Document.kind == kind,
                Document.state == "read",
            )
        )
    )


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


def said(session: Session, agency_id: int, year: int, rule: str) -> list[tuple[int | None, Said]]:
    """What stands of a rule about a body's report of a year (resolved findings do not), each with its document."""
    query = (
        sa.select(Finding)
        .where(Finding.agency_id == agency_id, Finding.year == year, Finding.rule == rule, Finding.state != "resolved")
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


def reports_of(
    session: Session, agency_ids: Iterable[int], year: int, kind: str = "annual_report"
) -> dict[int, list[tuple[Document, Report]]]:
    """The documents of a year and kind by body, each as read last, the latest published first."""
    newest = (
        sa.select(Version.document_id, sa.func.max(Version.number).label("number"))
        .join(Reading, Reading.version_id == Version.id)
        .group_by(Version.document_id)
        .subquery()
    )
    rows = session.execute(
        sa.select(Document, Reading)
        .join(newest, newest.c.document_id == Document.id)
        .join(Version, sa.and_(Version.document_id == Document.id, Version.number == newest.c.number))
        .join(Reading, Reading.version_id == Version.id)
        .where(
            Document.agency_id.in_(list(agency_ids)),
            Document.year == year,
            Document.kind == kind,
            Document.state.in_(("read", "waiting")),
        )
        .order_by(Document.published_on.desc().nulls_last(), Document.id.desc(), Reading.created_at.desc())
    )
    out: dict[int, list[tuple[Document, Report]]] = defaultdict(list)
    seen: set[int] = set()
    for document, reading in rows:
        if document.id in seen or document.agency_id is None:
            continue
        seen.add(document.id)
        out[document.agency_id].append((document, Report.from_dict(reading.report)))
    return out
