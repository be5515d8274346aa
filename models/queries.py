"""Reads across tables: the ledger, what a check needs, what is exported."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from models.agencies import Agency, DutyGround, Office, below, office_ids, resolve
from models.documents import Attachment, Document, Version
from models.findings import Finding
from models.mails import Mail
from models.readings import Reading
from models.sources import Run, Source, SourceAgency, last_complete_before
from models.work import Work
from reports.aggregate import Found, Member
from reports.duties import (
    Duty,
    Ledger,
    OpenFinding,
    Sighting,
    SourceState,
    Standing,
    duties_of_year,
    standing,
    statutory_deadline,
)
from reports.form import forms
from reports.report import Finding as Said
from reports.report import Report

CHINA = ZoneInfo("Asia/Shanghai")  # the law's days are China's, wherever this runs
OPEN_FINDINGS = ("open", "confirmed")


# ------------------------------------------------------------------ duties and standings


def duties(session: Session, year: int, ids: Iterable[int] | None = None) -> list[Duty]:
    """Who owes the report of ``year``: bodies in scope on 31 December of it. An own deadline of a body (a notice's, by
    year, or the register's) comes before the statutory day."""
    last_day = date(year, 12, 31)
    query = sa.select(Agency).where(
        sa.or_(Agency.in_scope_from.is_(None), Agency.in_scope_from <= last_day),
        sa.or_(Agency.in_scope_to.is_(None), Agency.in_scope_to >= last_day),
    )
    if ids is not None:
        query = query.where(Agency.id.in_(list(ids)))
    names = dict(session.execute(sa.select(Agency.id, Agency.name)).all())
    offices = office_ids(session)
    params: dict[int, dict[str, Any]] = dict(session.execute(sa.select(Office.id, Office.params)).all())
    own = {
        row.agency_id: row
        for row in session.scalars(
            sa.select(DutyGround)
            .where(DutyGround.from_year <= year, sa.or_(DutyGround.to_year.is_(None), DutyGround.to_year >= year))
            .order_by(DutyGround.from_year)
        )
    }
    out = []
    for agency in session.scalars(query):
        deadline = statutory_deadline(agency.kind, agency.level, year)
        if deadline is None:
            continue
        ground = own.get(agency.id)
        special = ground.deadline if ground else agency.deadline
        local = (params.get(offices.get(agency.id, 0)) or {}).get("local_deadlines", {}).get("publish")
        values: dict[str, Any] = {}
        if special:
            values = {"ground": ground.ground if ground else "登记的期限", "statutory": False}
            deadline = _day(year + 1, special)
        out.append(
            Duty(
                agency_id=agency.id,
                agency=agency.name,
                kind=agency.kind,
                level=agency.level,
                year=year,
                deadline=deadline,
                parent=names.get(agency.parent_id or 0) or agency.parent_name or None,
                office_id=offices.get(agency.id),
                local_deadline=_day(year + 1, local) if local else None,
                **values,
            )
        )
    return duties_of_year(out, year)


def _day(year: int, text: str) -> date:
    month, _, day = text.partition("-")
    return date(year, int(month), int(day))


def ledger(session: Session, year: int, now: datetime, under: str | None = None) -> Ledger:
    """The standings of ``year`` at ``now`` (aware, in the office's zone), with the open findings of that year.

    ``under``: only the named body and those below it. Raises KeyError if the register has no such name."""
    ids: set[int] | None = None
    if under is not None:
        top = resolve(session, under, now.date())
        if top is None:
            raise KeyError(under)
        ids = below(session, top.id)
    owed = duties(session, year, ids)
    seen = sightings(session, year, {duty.agency_id for duty in owed})
    states = source_states(session, year)
    serving: dict[int, list[SourceState]] = defaultdict(list)
    for link in session.execute(sa.select(SourceAgency.source_id, SourceAgency.agency_id)):
        if link.source_id in states:
            serving[link.agency_id].append(states[link.source_id])
    out = Ledger(year, now)
    used: dict[int, SourceState] = {}
    for duty in owed:
        out.standings.append(standing(duty, seen.get(duty.agency_id, []), serving[duty.agency_id], now))
        used |= {state.source_id: state for state in serving[duty.agency_id]}
    out.sources = list(used.values())
    out.findings = [f for f in open_findings(session, year) if ids is None or f.agency_id in ids]
    out.unreadable = len([d for d in unreadable_documents(session, year) if ids is None or d["agency_id"] in ids])
    return out


def standing_of(session: Session, agency_id: int, year: int, now: datetime) -> Standing | None:
    """How one body's duty stands; None if it owes no report of that year."""
    owed = duties(session, year, [agency_id])
    if not owed:
        return None
    states = source_states(session, year)
    links = session.scalars(sa.select(SourceAgency.source_id).where(SourceAgency.agency_id == agency_id))
    seen = sightings(session, year, {agency_id}).get(agency_id, [])
    return standing(owed[0], seen, [states[link] for link in links if link in states], now)


def sightings(session: Session, year: int, ids: set[int]) -> dict[int, list[Sighting]]:
    """The documents of a year by body. Documents of unknown kind or year count where they may be the report: a file
    that could not be read, or a title whose text could not be fetched, must not make a body look silent."""
    newest = (
        sa.select(Version.document_id, sa.func.max(Version.number).label("number"))
        .group_by(Version.document_id)
        .subquery()
    )
    query = (
        sa.select(Document, Version.id)
        .outerjoin(newest, newest.c.document_id == Document.id)
        .outerjoin(Version, sa.and_(Version.document_id == Document.id, Version.number == newest.c.number))
        .where(
            Document.agency_id.is_not(None),
            sa.or_(
                sa.and_(Document.year == year, Document.kind == "annual_report"),
                sa.and_(Document.year == year, Document.kind == "interpretation", Document.state != "listed"),
                sa.and_(Document.year == year, Document.kind.is_(None), Document.state != "listed"),
                sa.and_(_perhaps_of(year), Document.state.in_(("waiting", "unreadable", "failed"))),
            ),
        )
    )
    sources: dict[int, list[int]] = defaultdict(list)
    for source_id, agency_id in session.execute(sa.select(SourceAgency.source_id, SourceAgency.agency_id)):
        sources[agency_id].append(source_id)
    out: dict[int, list[Sighting]] = defaultdict(list)
    for document, version_id in session.execute(query):
        if document.agency_id not in ids:
            continue
        out[document.agency_id].append(
            Sighting(
                document_id=document.id,
                title=document.title,
                url=document.url,
                kind=document.kind,  # type: ignore[arg-type]
                state=document.state,
                first_seen=document.first_seen,
                published_on=document.published_on,
                version_id=version_id,
                # Asked for only where no stated date decides.
                absent_at=None if document.published_on else _absent_at(session, document, sources[document.agency_id]),
            )
        )
    return out


def _perhaps_of(year: int) -> sa.ColumnElement[bool]:
    """A document of unknown year that may be the report of ``year``: it appeared in the year after."""
    first, last = date(year + 1, 1, 1), date(year + 2, 1, 1)
    appeared = sa.and_(Document.first_seen >= _midnight(first), Document.first_seen < _midnight(last))
    listed = sa.and_(Document.listed_on >= first, Document.listed_on < last)
    return sa.and_(
        Document.year.is_(None),
        sa.or_(Document.kind.is_(None), Document.kind == "annual_report"),
        sa.case((Document.listed_on.is_not(None), listed), else_=appeared),
    )


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=CHINA)


def _absent_at(session: Session, document: Document, sources: Sequence[int]) -> datetime | None:
    """The last moment before first sight at which all sources of the body had been read whole without it."""
    looks = [last_complete_before(session, source_id, document.first_seen) for source_id in sources]
    known = [look for look in looks if look is not None]
    return min(known) if known and len(known) == len(looks) else None


def source_states(session: Session, year: int) -> dict[int, SourceState]:
    """How each source was read last. ``unassigned`` counts the documents of which the body is not known and that may
    be a report of ``year``."""
    may_be_report = sa.or_(
        sa.and_(Document.year == year, Document.kind == "annual_report"),
        sa.and_(Document.year == year, Document.kind.is_(None), Document.state != "listed"),
        sa.and_(_perhaps_of(year), Document.state != "listed"),
    )
    unassigned = dict(
        session.execute(
            sa.select(Document.source_id, sa.func.count())
            .where(Document.agency_id.is_(None), Document.state != "gone", may_be_report)
            .group_by(Document.source_id)
        ).all()
    )
    return {
        source.id: SourceState(
            source.id,
            source.url,
            source.status,
            source.reason,
            source.checked_at,
            source.complete_at,
            unassigned.get(source.id, 0),
        )
        for source in session.scalars(sa.select(Source))
    }


def open_findings(session: Session, year: int | None = None) -> list[OpenFinding]:
    """The findings that stand, of one year or of all."""
    query = _findings().where(Finding.state.in_(OPEN_FINDINGS))
    if year is not None:
        query = query.where(Finding.year == year)
    return _as_open(session, query)


def corrected_findings(session: Session, since: Mapping[int | None, datetime]) -> list[OpenFinding]:
    """The findings resolved after the moment ``since`` gives for the office concerned (an office without one: none)."""
    if not since:
        return []
    query = _findings().where(Finding.state == "resolved", Finding.resolved_at > min(since.values()))
    moments = session.execute(query.with_only_columns(Finding.id, Finding.resolved_at))
    resolved = {id_: moment for id_, moment in moments if moment is not None}
    found = _as_open(session, query)
    return [one for one in found if one.office_id in since and resolved[one.id] > since[one.office_id]]


def _findings() -> sa.Select[Finding, str]:
    return (
        sa.select(Finding, Agency.name)
        .join(Agency, Agency.id == Finding.agency_id)
        .order_by(Finding.agency_id, Finding.year, Finding.rule, Finding.id)
    )


def _as_open(session: Session, query: sa.Select[Finding, str]) -> list[OpenFinding]:
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
            office_id=offices.get(row.agency_id),
        )
        for row, name in session.execute(query)
    ]


# ------------------------------------------------------------------ what a check needs


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


# ------------------------------------------------------------------ what an aggregate adds up


def members(session: Session, year: int, now: datetime, under: str) -> Iterator[Member]:
    """The bodies in scope at and below ``under`` that owe the report of ``year``, each with its reports as read last;
    a stream, for one report is a hundred times its figures. Raises KeyError if the register has no such name."""
    top = resolve(session, under, now.date())
    if top is None:
        raise KeyError(under)
    standings = ledger(session, year, now, under=under).standings
    parents: dict[int, int | None] = dict(session.execute(sa.select(Agency.id, Agency.parent_id)).all())
    heads = set[int]()
    for stands in standings:
        above, seen = parents.get(stands.duty.agency_id), set[int]()
        while above is not None and above not in seen:
            seen.add(above)
            above = parents.get(above)
        heads |= seen
    documents: dict[int, list[int]] = defaultdict(list)
    query = (
        sa.select(Document.agency_id, Document.id)
        .where(Document.kind == "annual_report", Document.year == year, Document.state == "read")
        .order_by(Document.published_on.nulls_last(), Document.first_seen, Document.id)
    )
    for agency_id, document_id in session.execute(query):
        if agency_id is not None:
            documents[agency_id].append(document_id)
    for stands in standings:
        owner = stands.duty.agency_id
        counts = stands.sighting.document_id if stands.sighting else None
        found = [_found(session, id_) for id_ in sorted(documents[owner], key=lambda id_: id_ != counts)]
        yield Member(
            stands,
            tuple(each for each in found if each is not None),
            owner in heads,
            "" if owner == top.id else stands.duty.parent or "",
            (session.get_one(Document, counts).state_reason or "") if counts is not None and not found else "",
        )


def _found(session: Session, document_id: int) -> Found | None:
    read = latest_reading(session, document_id)
    if read is None:
        return None
    reading = read[1]
    report = Report.from_dict(reading.report)
    url = session.get_one(Document, document_id).url
    session.expunge(reading)  # the whole text: not to be kept until the stream ends
    return Found(report, url)


# ------------------------------------------------------------------ what a back-test runs over


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


def years_seen(session: Session) -> list[int]:
    """The report years of which documents are known."""
    query = sa.select(Document.year).where(Document.year.is_not(None)).distinct()
    return sorted(year for year in session.scalars(query) if year is not None)


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


# ------------------------------------------------------------------ lists for people


def unreadable_documents(session: Session, year: int | None) -> list[dict[str, Any]]:
    """Documents that could not be read, with the reason; of one year (or of unknown year), or all."""
    query = sa.select(Document).where(Document.state.in_(("unreadable", "failed"))).order_by(Document.id)
    if year is not None:
        query = query.where(sa.or_(Document.year == year, Document.year.is_(None)))
    return [
        {
            "id": d.id,
            "agency_id": d.agency_id,
            "url": d.url,
            "title": d.title,
            "state": d.state,
            "state_reason": d.state_reason,
        }
        for d in session.scalars(query)
    ]


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


def all_source_ids(session: Session) -> list[int]:
    """Every source."""
    return list(session.scalars(sa.select(Source.id).order_by(Source.id)))


def source_ids_of(session: Session, agency_id: int) -> list[int]:
    """The sources that serve a body."""
    return list(
        session.scalars(
            sa.select(SourceAgency.source_id)
            .where(SourceAgency.agency_id == agency_id)
            .order_by(SourceAgency.source_id)
        )
    )


# ------------------------------------------------------------------ exports, as docs/commands.md has them


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
            "family": next((source.family for source in serving[agency.id] if source.family), ""),
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
    for source_id, name in session.execute(
        sa.select(SourceAgency.source_id, Agency.name)
        .join(Agency, Agency.id == SourceAgency.agency_id)
        .order_by(Agency.id)
    ):
        serving[source_id].append(name)
    for source in session.scalars(sa.select(Source).order_by(Source.id)):
        yield {
            "id": source.id,
            "agency": "、".join(serving[source.id]) or None,
            "url": source.url,
            "family": source.family,
            "status": source.status,
            "reason": source.reason,
            "items": source.items,
            "requests": source.requests,
            "checked_at": source.checked_at,
            "changed_at": source.changed_at,
        }


def export_documents(session: Session, year: int | None = None) -> Iterator[dict[str, Any]]:
    """Every item that a source listed."""
    query = (
        sa.select(Document, Source.url, Agency.name)
        .join(Source, Source.id == Document.source_id)
        .outerjoin(Agency, Agency.id == Document.agency_id)
        .options(selectinload(Document.versions).selectinload(Version.attachments))
        .order_by(Document.id)
    )
    if year is not None:
        query = query.where(Document.year == year)
    for document, source_url, agency in session.execute(query):
        newest = document.versions[-1] if document.versions else None
        yield {
            "agency": agency,
            "source": source_url,
            "url": document.url,
            "title": document.title,
            "kind": document.kind,
            "year": document.year,
            "listed_on": document.listed_on,
            "published_on": document.published_on,
            "first_seen": document.first_seen,
            "sha256": newest.sha256 if newest else None,
            "media_type": newest.media_type if newest else None,
            "attachments": [_attachment(a) for a in newest.attachments] if newest else [],
            # Outside the house, what is only listed is waiting: its bytes have not been fetched.
            "state": "waiting" if document.state == "listed" else document.state,
            "versions": len(document.versions),
        }


def _attachment(attachment: Attachment) -> dict[str, Any]:
    return {"url": attachment.url, "sha256": attachment.sha256, "media_type": attachment.media_type}


def export_reports(session: Session, year: int | None = None) -> Iterator[dict[str, Any]]:
    """One row a body and year with every canonical cell, from the report that counts for the duty, as read last."""
    read = (Document.kind == "annual_report", Document.state == "read", Document.agency_id.is_not(None))
    years = session.scalars(sa.select(Document.year).where(*read, Document.year.is_not(None)).distinct()).all()
    for each in sorted(y for y in years if y is not None and year in {None, y}):
        owed = {duty.agency_id: duty for duty in duties(session, each)}
        bodies = session.execute(
            sa.select(Agency.id, Agency.name)
            .where(Agency.id.in_(sa.select(Document.agency_id).where(*read, Document.year == each)))
            .order_by(Agency.id)
        ).all()
        seen = sightings(session, each, {agency_id for agency_id, _ in bodies})
        for agency_id, name in bodies:
            row = _export_report(session, seen.get(agency_id, []), owed.get(agency_id))
            if row is not None:
                yield {"agency": name, "year": each} | row


def _export_report(session: Session, seen: Sequence[Sighting], duty: Duty | None) -> dict[str, Any] | None:
    reports = sorted(
        (s for s in seen if s.kind == "annual_report" and s.state == "read"),
        key=lambda s: (s.published_on or date.max, s.first_seen),
    )
    if not reports:
        return None
    chosen, on_time = reports[0], None
    if duty is not None:  # the moment plays no part where a report was read
        stands = standing(duty, seen, [], _midnight(duty.deadline))
        chosen, on_time = stands.sighting or chosen, stands.on_time
    found = latest_reading(session, chosen.document_id)
    if found is None:
        return None
    version, reading = found
    cells = reading.cells
    if reading.form in {"2019", "2021"}:
        cells = {key: reading.cells.get(key) for key in forms.keys(reading.form)}  # type: ignore[arg-type]
    return {
        "form": reading.form,
        "published_on": chosen.published_on,
        "first_seen": chosen.first_seen,
        "on_time": on_time,
        "url": chosen.url,
        "sha256": version.sha256,
        "version": version.number,
        "cells": cells,
        "needs_review": reading.needs_review,
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


def findings_list(session: Session, states: Sequence[str], year: int | None = None) -> Iterator[dict[str, Any]]:
    """Findings in the given states with their numbers, for triage."""
    query = (
        sa.select(Finding, Agency.name)
        .join(Agency, Agency.id == Finding.agency_id)
        .where(Finding.state.in_(states))
        .order_by(Finding.id)
    )
    if year is not None:
        query = query.where(Finding.year == year)
    for row, agency in session.execute(query):
        yield {"id": row.id, "agency": agency} | {
            name: getattr(row, name)
            for name in ("year", "rule", "severity", "state", "needs_review", "place", "message", "waived_until", "url")
        }


def runs_of(session: Session, source_id: int) -> list[Run]:
    """All looks at a source, oldest first."""
    return list(session.scalars(sa.select(Run).where(Run.source_id == source_id).order_by(Run.id)))
