"""Rows as they leave the house (docs/commands.md) and lists for people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from models.agencies import Agency, Office
from models.base import chunks, uncollected
from models.columns import vouched
from models.documents import Attachment, Document, Version
from models.findings import Finding
from models.ledger import untrue_findings
from models.mails import Mail
from models.obligations import duties
from models.readings import Reading
from models.sightings import midnight, sightings
from models.sources import SUBMITTED, Source, SourceAgency
from models.work import Work
from reports.duties import (
    Duty,
    Sighting,
    order,
    standing,
)
from reports.form import forms


def export_agencies(session: Session, year: int | None = None) -> Iterator[dict[str, Any]]:
    """The register, one row a body, with the columns of the import sheet; ``year`` keeps those in scope at its end."""
    names = dict(session.execute(sa.select(Agency.id, Agency.name)).all())
    serving: dict[int, list[Source]] = defaultdict(list)
    for agency_id, source in session.execute(
        sa.select(SourceAgency.agency_id, Source).join(Source, Source.id == SourceAgency.source_id).order_by(Source.id)
    ):
        serving[agency_id].append(source)
    emails = dict(session.execute(sa.select(Office.agency_id, Office.emails)).all())
    kept = {duty.agency_id for duty in duties(session, year)} if year is not None else None
    for agency in session.scalars(sa.select(Agency).options(selectinload(Agency.aliases)).order_by(Agency.id)):
        if kept is not None and agency.id not in kept:
            continue
        yield {
            "name": agency.name,
            "short_name": agency.short_name,
            "level": agency.level,
            "kind": agency.kind,
            "division_code": agency.division_code,
            "parent": names.get(agency.parent_id or 0) or agency.parent_name,
            "portal": agency.portal,
            "reports_url": " ".join(source.url for source in serving[agency.id]),
            "family": next((one.family_override for one in serving[agency.id] if one.family_override), ""),
            "in_scope_from": agency.in_scope_from,
            "in_scope_to": agency.in_scope_to,
            "deadline": agency.deadline,
            "aliases": "、".join(alias.name for alias in agency.aliases),
            "office_email": "；".join(emails.get(agency.id, [])),
            "note": agency.note,
        }


def export_sources(session: Session, year: int | None = None) -> Iterator[dict[str, Any]]:  # noqa: ARG001
    """One row a source; ``agency`` names all bodies it serves. Sources have no year."""
    serving: dict[int, list[str]] = defaultdict(list)
    doubted: set[int] = set()
    for source_id, name, sure in session.execute(
        sa.select(SourceAgency.source_id, Agency.name, vouched())
        .join(Agency, Agency.id == SourceAgency.agency_id)
        .order_by(Agency.id)
    ):
        serving[source_id].append(name)
        if not sure:
            doubted.add(source_id)
    for source in session.scalars(sa.select(Source).where(Source.url != SUBMITTED).order_by(Source.id)):
        yield {
            "id": source.id,
            "agency": "、".join(serving[source.id]) or None,
            "url": source.url,
            "family": source.family or source.family_override,
            "status": source.status,
            "reason": source.reason,
            "items": source.items,
            "requests": source.requests,
            "checked_at": source.checked_at,
            "changed_at": source.changed_at,
            "confirmed": source.id not in doubted,
            "rendered": source.rendered,
        }


# Plain columns: rows as objects point at each other, and what the search for cycles goes through grows with them.
_PRINTED = ("url", "title", "kind", "year", "listed_on", "published_on", "first_seen")
_SUBMITTED = ("submitted_by", "submitted_at")


def export_documents(session: Session, year: int | None = None) -> Iterator[dict[str, Any]]:
    """Every item that a source listed."""
    query = (
        sa.select(
            Document.id,
            Document.state,
            *(getattr(Document, name) for name in (*_PRINTED, *_SUBMITTED)),
            Source.url.label("source"),
            Agency.name.label("agency"),
        )
        .join(Source, Source.id == Document.source_id)
        .outerjoin(Agency, Agency.id == Document.agency_id)
        .order_by(Document.id)
        .execution_options(yield_per=EXPORTED)
    )
    if year is not None:
        query = query.where(Document.year == year)
    parts = session.execute(query).partitions()
    while rows := _next_documents(session, parts):
        yield from rows


@uncollected()
def _next_documents(session: Session, parts: Iterator[Sequence[sa.Row[Any]]]) -> list[dict[str, Any]]:
    """The next part of the listed items as rows of the export; none where all were."""
    part = next(parts, ())
    files = _files(session, [row.id for row in part])
    return [
        {"agency": row.agency, "source": "submitted" if row.submitted_by else row.source}
        | {name: getattr(row, name) for name in _PRINTED}
        | files.get(row.id, _Files()).as_dict()
        | {
            # Outside the house, what is only listed is waiting: its bytes have not been fetched.
            "state": "waiting" if row.state == "listed" else row.state,
            "versions": files.get(row.id, _Files()).versions,
        }
        | {name: getattr(row, name) for name in _SUBMITTED}
        for row in part
    ]


@dataclass(slots=True)
class _Files:
    """How many versions a document has, and of the newest what is exported."""

    versions: int = 0
    newest: int = 0
    sha256: str | None = None
    media_type: str | None = None
    attachments: list[dict[str, Any]] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        return {"sha256": self.sha256, "media_type": self.media_type, "attachments": self.attachments}


def _files(session: Session, document_ids: Iterable[int]) -> dict[int, _Files]:
    out: dict[int, _Files] = defaultdict(_Files)
    for ids in chunks(document_ids):
        versions = sa.select(Version.document_id, Version.id, Version.sha256, Version.media_type)
        rows = session.execute(versions.where(Version.document_id.in_(ids)).order_by(Version.number))
        for document_id, version_id, sha256, media_type in rows:  # the newest comes last
            found = out[document_id]
            found.versions += 1
            found.newest, found.sha256, found.media_type = version_id, sha256, media_type
    newest = {found.newest: found for found in out.values()}
    for ids in chunks(newest):
        attached = sa.select(Attachment.version_id, Attachment.url, Attachment.sha256, Attachment.media_type)
        files = session.execute(attached.where(Attachment.version_id.in_(ids)).order_by(Attachment.position))
        for version_id, url, sha256, media_type in files:
            newest[version_id].attachments.append({"url": url, "sha256": sha256, "media_type": media_type})
    return out


def export_reports(session: Session, year: int | None = None) -> Iterator[dict[str, Any]]:
    """One row a body and year with every canonical cell, from the report that counts for the duty, as read last."""
    read = (Document.kind == "annual_report", Document.state == "read", Document.agency_id.is_not(None))
    years = session.scalars(sa.select(Document.year).where(*read, Document.year.is_not(None)).distinct()).all()
    for each in sorted(y for y in years if y is not None and year in {None, y}):
        with uncollected():
            owed = {duty.agency_id: duty for duty in duties(session, each)}
        bodies = session.execute(
            sa.select(Agency.id, Agency.name)
            .where(Agency.id.in_(sa.select(Document.agency_id).where(*read, Document.year == each)))
            .order_by(Agency.id)
        ).all()
        for start in range(0, len(bodies), EXPORTED):
            part = bodies[start : start + EXPORTED]
            with uncollected():
                seen = sightings(session, each, {agency_id for agency_id, _ in part})
                chosen = {
                    id_: found for id_, _ in part if (found := _counts(seen.get(id_, []), owed.get(id_))) is not None
                }
                cells = _latest_cells(session, [sighting.document_id for sighting, _ in chosen.values()])
            for agency_id, name in part:
                if agency_id in chosen and (row := _export_report(*chosen[agency_id], cells)) is not None:
                    yield {"agency": name, "year": each} | row


EXPORTED = 1000  # bodies whose reports are asked for at once


def _counts(seen: Sequence[Sighting], duty: Duty | None) -> tuple[Sighting, bool | None] | None:
    """The report that counts for the duty, and whether it came in time; None where none was read."""
    reports = sorted((s for s in seen if s.kind == "annual_report" and s.state == "read"), key=order)
    if not reports:
        return None
    if duty is None:
        return reports[0], None
    stands = standing(duty, seen, [], midnight(duty.deadline))  # the moment plays no part where a report was read
    return stands.sighting or reports[0], stands.on_time


def _latest_cells(session: Session, document_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """What is exported of the newest reading of each of these documents; the whole reports stay where they are."""
    columns = (Version.sha256, Version.number.label("version"), Reading.form, Reading.cells, Reading.needs_review)
    out: dict[int, dict[str, Any]] = {}
    for ids in chunks(document_ids):
        rows = session.execute(
            sa.select(Version.document_id, *columns)
            .join(Reading, Reading.version_id == Version.id)
            .where(Version.document_id.in_(ids))
            .order_by(Version.number, Reading.created_at, Reading.id)
        )
        out |= {row.document_id: dict(row._mapping) for row in rows}  # the newest comes last
    return out


def _export_report(
    chosen: Sighting, on_time: bool | None, found: Mapping[int, Mapping[str, Any]]
) -> dict[str, Any] | None:
    read = found.get(chosen.document_id)
    if read is None:
        return None
    cells = read["cells"]
    if read["form"] in {"2019", "2021"}:
        cells = {key: read["cells"].get(key) for key in forms.keys(read["form"])}
    return {
        "form": read["form"],
        "published_on": chosen.published_on,
        "first_seen": chosen.first_seen,
        "on_time": on_time,
        "url": chosen.url,
        "sha256": read["sha256"],
        "version": read["version"],
        "cells": cells,
        "needs_review": read["needs_review"],
    }


def export_findings(session: Session, year: int | None = None) -> Iterator[dict[str, Any]]:
    """Every finding, whatever its state."""
    query = sa.select(Finding, Agency.name).join(Agency, Agency.id == Finding.agency_id).order_by(Finding.id)
    if year is not None:
        query = query.where(Finding.year == year)
    for row, agency in session.execute(query):
        yield {
            "agency": agency,
            "year": row.year,
            "rule": row.rule,
            "severity": row.severity,
            "cells": row.cells,
            "expected": row.expected or None,
            "actual": row.actual or None,
            "message": row.message,
            "state": row.state,
            "first_seen": row.first_seen,
            "resolved_at": row.resolved_at,
            "needs_review": row.needs_review,
        }


def findings_list(
    session: Session, states: Sequence[str], now: datetime, year: int | None = None
) -> Iterator[dict[str, Any]]:
    """Findings in the given states with their numbers, for triage, without those that are no longer true at ``now``
    (aware, in the office's zone)."""
    query = (
        sa.select(Finding, Agency.name)
        .join(Agency, Agency.id == Finding.agency_id)
        .where(Finding.state.in_(states), Finding.id.not_in(untrue_findings(session, now, year)))
        .order_by(Finding.id)
    )
    if year is not None:
        query = query.where(Finding.year == year)
    for row, agency in session.execute(query):
        yield {"id": row.id, "agency": agency} | {
            name: getattr(row, name)
            for name in ("year", "rule", "severity", "state", "needs_review", "place", "message", "waived_until", "url")
        }


def failed_work(session: Session) -> Iterator[dict[str, Any]]:
    """Work that was given up, with why."""
    for row in session.scalars(sa.select(Work).where(Work.state == "failed").order_by(Work.id)):
        yield {
            "id": row.id,
            "kind": row.kind,
            "subject": row.subject,
            "attempts": row.attempts,
            "error": row.error,
            "error_kind": row.error_kind,
            "finished_at": row.finished_at,
        }


def mails(session: Session) -> Iterator[dict[str, Any]]:
    """The outbox, newest first."""
    for mail in session.scalars(sa.select(Mail).order_by(Mail.id.desc())):
        yield {
            "id": mail.id,
            "state": mail.state,
            "day": mail.day,
            "recipients": mail.recipients,
            "subject": mail.subject,
            "text": mail.text,
            "queued_at": mail.queued_at,
            "sent_at": mail.sent_at,
            "tries": mail.tries,
            "error": mail.error,
            "message_id": mail.message_id,
        }
