"""The findings that stand, those corrected since a moment, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from models.agencies import Agency, office_ids
from models.documents import Document
from models.findings import Finding
from reports.duties import OpenFinding
from reports.report import Cause

OPEN_FINDINGS = ("open", "confirmed")


def open_findings(session: Session, year: int | None = None, today: date | None = None) -> list[OpenFinding]:
    """The findings that stand, of one year or of all; with ``today`` also what was waived until a day that is past."""
    stands: sa.ColumnElement[bool] = Finding.state.in_(OPEN_FINDINGS)
    if today is not None:
        stands = sa.or_(stands, sa.and_(Finding.state == "waived", Finding.waived_until < today))
    query = findings_query().where(stands)
    if year is not None:
        query = query.where(Finding.year == year)
    found = as_open(session, query)
    return [replace(one, state="open") if one.state == "waived" else one for one in found]


def corrected_findings(session: Session, since: Mapping[int | None, datetime]) -> list[OpenFinding]:
    """The findings resolved after the moment ``since`` gives for the office concerned (an office without one: none). What
    was found in a report that was taken down, with none in its place, is not corrected."""
    if not since:
        return []
    other = aliased(Document)
    gone = sa.exists().where(Document.id == Finding.document_id, Document.state == "gone")
    replaced = sa.exists().where(
        other.agency_id == Finding.agency_id,
        other.year == Finding.year,
        other.kind == "annual_report",
        other.state.in_(("read", "waiting")),
    )
    query = findings_query().where(
        Finding.state == "resolved", Finding.resolved_at > min(since.values()), sa.or_(sa.not_(gone), replaced)
    )
    moments = session.execute(query.with_only_columns(Finding.id, Finding.resolved_at))
    resolved = {id_: moment for id_, moment in moments if moment is not None}
    found = as_open(session, query)
    return [one for one in found if one.office_id in since and resolved[one.id] > since[one.office_id]]


def findings_query() -> sa.Select[Finding, str]:
    """Findings with the name of their body, in the order of bodies, years and rules."""
    return (
        sa.select(Finding, Agency.name)
        .join(Agency, Agency.id == Finding.agency_id)
        .order_by(Finding.agency_id, Finding.year, Finding.rule, Finding.id)
    )


def as_open(session: Session, query: sa.Select[Finding, str]) -> list[OpenFinding]:
    """The rows of ``findings_query`` as plain data."""
    offices = office_ids(session)
    return [
        OpenFinding(
            id=row.id,
            agency_id=row.agency_id,
            agency=name,
            year=row.year,
            rule=row.rule,
            severity=row.severity,
            message=row.message,
            cells=tuple(row.cells),
            place=row.place,
            basis=row.basis,
            expected=row.expected,
            actual=row.actual,
            url=row.url,
            needs_review=row.needs_review,
            state=row.state,
            fingerprint=row.fingerprint,
            series=row.series,
            office_id=offices.get(row.agency_id),
            cause=Cause(**row.cause) if row.cause else None,
            first_seen=row.first_seen,
            resolved_at=row.resolved_at,
        )
        for row, name in session.execute(query)
    ]
