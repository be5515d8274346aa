"""What the checks of one report may know besides it, gathered from the rows: register, history, crawl record, siblings,
bodies below, interpretation, attachments.

What is not known is left out, and the rules that need it answer *not judged, because …*.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import check_inputs, work
from models.agencies import Agency, AgencyAlias, Succession, below, office_of
from models.documents import Attachment, Document, Version
from models.findings import Finding
from models.ledger import duties, standing_of
from models.readings import Reading, SimilarityBand
from models.sources import COMPLETE, Source, SourceAgency
from reports.checks.case import series_of
from reports.checks.context import Body, Context, Entry, Portal, Register, may_make_regulations
from reports.dates import date_of_path
from reports.duties import Standing
from reports.report import Report

REPORTS = ("annual_report", "legacy_report", "interpretation")
# A file that could not be had counts as missing if it could not be had a day later either.
FILE_GONE_AFTER = timedelta(hours=20)


# ------------------------------------------------------------------ the register


def register_of(session: Session, agency: Agency) -> Register:
    """The body's entry in the register as plain data."""
    aliases = session.scalars(sa.select(AgencyAlias.name).where(AgencyAlias.agency_id == agency.id)).all()
    predecessors = session.scalars(
        sa.select(Agency.name)
        .join(Succession, Succession.predecessor_id == Agency.id)
        .where(Succession.successor_id == agency.id)
    ).all()
    return Register(
        name=agency.name,
        aliases=tuple(name for name in (agency.short_name, *aliases) if name),
        kind=agency.kind,
        level=agency.level,
        can_make_regulations=agency.can_make_regulations or may_make_regulations(agency.kind, agency.level),
        predecessors=tuple(predecessors),
        founded=agency.in_scope_from,
        abolished=agency.in_scope_to,
        portals=tuple(url for url in (agency.portal,) if url),
        supervisor=agency.parent_name or None,
    )


def params_of(session: Session, agency_id: int) -> dict[str, Any]:
    """The rules' parameters as the body's supervising office set them."""
    office = office_of(session, agency_id)
    return dict(office.params or {}) if office is not None else {}


# ------------------------------------------------------------------ reports as read


def _series_of(found: Sequence[tuple[Document, Report]], like: Report | None) -> Report | None:
    """Of a body's reports of one year the one of the same series (own figures, or the area's), else the latest."""
    if not found:
        return None
    if like is not None:
        for _, report in found:
            if series_of(report) == series_of(like):
                return report
    return found[0][1]


def bodies_below(session: Session, agency_id: int, year: int) -> list[Body]:
    """The bodies that a government's report for ``year`` covers: those directly below it that owe one, unread ones too."""
    children = dict(
        session.execute(sa.select(Agency.id, Agency).where(Agency.parent_id == agency_id).order_by(Agency.id)).all()
    )
    owed = {duty.agency_id for duty in duties(session, year, children)}
    found = check_inputs.reports_of(session, owed, year)
    return [_body(agency, found.get(id_, ())) for id_, agency in children.items() if id_ in owed]


def _body(agency: Agency, found: Sequence[tuple[Document, Report]]) -> Body:
    if not found:
        return Body(agency.name, kind=agency.kind)
    document, report = found[0]
    return Body(agency.name, report, document.published_on, agency.kind)


def siblings_of(session: Session, agency: Agency, year: int, reading_id: int | None) -> list[Body] | None:
    """The bodies of the same supervisor with a report of ``year``. Only those whose text may be alike by the bands of
    their signatures carry the report; the others are marked ``unlike``. None where the register names no supervisor."""
    if agency.parent_id is None:
        return None
    others = dict(
        session.execute(
            sa.select(Agency.id, Agency).where(Agency.parent_id == agency.parent_id, Agency.id != agency.id)
        ).all()
    )
    alike = alike_to(session, reading_id, others, year) if reading_id is not None else set()
    found = check_inputs.reports_of(session, alike, year)
    read = set(
        session.scalars(
            sa.select(Document.agency_id).where(
                Document.agency_id.in_(others),
                Document.year == year,
                Document.kind == "annual_report",
                Document.state == "read",
            )
        )
    )
    return [replace(_body(body, found.get(id_, ())), unlike=id_ in read - alike) for id_, body in others.items()]


def alike_to(session: Session, reading_id: int, agency_ids: Iterable[int], year: int) -> set[int]:
    """The bodies among these whose report of ``year`` shares a band with a reading."""
    own = sa.select(SimilarityBand).where(SimilarityBand.reading_id == reading_id).subquery()
    rows = session.scalars(
        sa.select(Document.agency_id)
        .distinct()
        .join(Version, Version.document_id == Document.id)
        .join(Reading, Reading.version_id == Version.id)
        .join(SimilarityBand, SimilarityBand.reading_id == Reading.id)
        .join(own, sa.and_(own.c.band == SimilarityBand.band, own.c.hash == SimilarityBand.hash))
        .where(Document.agency_id.in_(list(agency_ids)), Document.year == year, Document.kind == "annual_report")
    )
    return {id_ for id_ in rows if id_ is not None}


# ------------------------------------------------------------------ the crawl record


@dataclass(slots=True)
class Record:
    """What was seen of one body: its documents, and whether its columns are its own, of reports, and read whole."""

    documents: list[Document] = field(default_factory=list)
    failed_files: dict[int, dict[str, dict[str, str]]] = field(default_factory=dict)
    own: bool = False
    dedicated: bool = False
    complete: bool = False
    complete_at: dict[int, datetime | None] = field(default_factory=dict)


def records(session: Session, agency_ids: Iterable[int]) -> Mapping[int, Record]:
    """The crawl records of these bodies, in a few queries for all of them."""
    ids = list(agency_ids)
    out: dict[int, Record] = {id_: Record() for id_ in ids}
    served = sa.select(SourceAgency.source_id).where(SourceAgency.agency_id.in_(ids))
    count = dict(
        session.execute(
            sa.select(SourceAgency.source_id, sa.func.count())
            .where(SourceAgency.source_id.in_(served))
            .group_by(SourceAgency.source_id)
        ).all()
    )
    listed = _shares(session, served)
    columns: dict[int, list[Source]] = defaultdict(list)
    for agency_id, source in session.execute(
        sa.select(SourceAgency.agency_id, Source)
        .join(Source, Source.id == SourceAgency.source_id)
        .where(SourceAgency.agency_id.in_(ids))
    ):
        columns[agency_id].append(source)
    for agency_id, found in columns.items():
        record = out[agency_id]
        record.own = all(count[source.id] == 1 for source in found)
        record.dedicated = all(listed.get(source.id, 0.0) >= 0.5 for source in found)
        record.complete = all(source.status in COMPLETE for source in found)
        record.complete_at = {source.id: source.complete_at for source in found}
    for document in session.scalars(sa.select(Document).where(Document.agency_id.in_(ids)).order_by(Document.id)):
        out[document.agency_id or 0].documents.append(document)
    for body_id, document_id, failed in session.execute(
        sa.select(Document.agency_id, Document.id, Version.failed_files)
        .join(Version, Version.document_id == Document.id)
        .where(Document.agency_id.in_(ids))
        .order_by(Version.number)
    ):
        out[body_id or 0].failed_files[document_id] = failed
    return out


def _shares(session: Session, sources: sa.Select[int]) -> dict[int, float]:
    """The share of reports and interpretations among what each source lists."""
    is_report = sa.case((Document.kind.in_(REPORTS), 1), else_=0)
    rows = session.execute(
        sa.select(Document.source_id, sa.func.sum(is_report), sa.func.count())
        .where(Document.source_id.in_(sources))
        .group_by(Document.source_id)
    )
    return {source_id: reports / total for source_id, reports, total in rows}


def portal_of(standing: Standing, record: Record | None, now: datetime) -> Portal:
    """The crawl record about one duty at ``now`` (aware, in the office's zone), for the rules of publication."""
    seen, duty = standing.sighting, standing.duty
    record = record or Record()
    year = duty.year
    of_year = [document for document in record.documents if document.year == year]
    shown = next((d for d in record.documents if seen is not None and d.id == seen.document_id), None)
    gone = [d for d in of_year if d.state == "gone" and d.kind == "annual_report" and d.gone_on is not None]
    looked = record.complete_at.get(shown.source_id) if shown is not None else None
    return Portal(
        today=now.date(),
        state=standing.state,
        reason=standing.reason,
        deadline=duty.deadline,
        statutory=duty.statutory,
        published_on=seen.published_on if seen else None,
        first_seen=seen.first_seen.astimezone(now.tzinfo).date() if seen else None,
        url=seen.url if seen else gone[-1].url if gone else "",
        source_url=standing.source_url,
        interpretation_url=standing.interpretation.url if standing.interpretation else "",
        list_title=seen.title if seen else "",
        address_date=date_of_path(seen.url) if seen else None,
        in_column=True if shown is not None and looked is not None and shown.last_seen >= looked - _A_LOOK else None,
        column_complete=record.complete and record.own and record.dedicated,
        failed_days=tuple(date.fromisoformat(day) for day in shown.failed_days) if shown is not None else (),
        answered_days=(shown.last_seen.astimezone(now.tzinfo).date(),) if shown and not shown.failed_days else (),
        # Only what passed for a report by its title and turned out to be something else, in a column of reports.
        entries=tuple(
            Entry(d.title, d.kind, d.year, d.url)  # type: ignore[arg-type]
            for d in of_year
            if record.dedicated and record.own and (d.state == "read" or d.kind in REPORTS)
        ),
        removed_on=gone[-1].gone_on if gone else None,
        attachments_failed=_failed_files(record.failed_files.get(shown.id, {})) if shown is not None else (),
        years=tuple(
            sorted({d.year for d in record.documents if d.year and d.kind in REPORTS[:2] and d.state != "gone"})
        ),
    )


_A_LOOK = timedelta(hours=3)  # the longest that one look lasts: what it lists was seen within


def _failed_files(failed: Mapping[str, Mapping[str, str]]) -> tuple[str, ...]:
    return tuple(
        entry["name"]
        for entry in failed.values()
        if datetime.fromisoformat(entry["last"]) - datetime.fromisoformat(entry["since"]) >= FILE_GONE_AFTER
    )


# ------------------------------------------------------------------ the whole


def context_of(
    session: Session,
    agency_id: int,
    year: int,
    report: Report | None = None,
    reading_id: int | None = None,
) -> Context:
    """What the rules of one report may know besides it. ``report`` tells which series it belongs to,
    ``reading_id`` is where its signature lies."""
    agency = session.get_one(Agency, agency_id)
    predecessors = session.scalars(
        sa.select(Succession.predecessor_id).where(Succession.successor_id == agency_id)
    ).all()
    before = check_inputs.reports_of(session, [agency_id, *predecessors], year - 1)
    explained = check_inputs.reports_of(session, [agency_id], year, "interpretation").get(agency_id, [])
    register = register_of(session, agency)
    below = bodies_below(session, agency_id, year) if register.governs else None
    offices = {name + end for name in _forms_of(agency.name) for end in ("办公室", "办公厅", "办")}
    inherited = [_series_of(before.get(id_, []), report) for id_ in predecessors]
    return Context(
        agency=agency.name,
        year=year,
        register=register,
        history=_series_of(before.get(agency_id, []), report),
        predecessors=tuple(found for found in inherited if found is not None),
        interpretation=explained[0][1] if explained else None,
        siblings=siblings_of(session, agency, year, reading_id),
        below=below,
        own=next((body.report for body in below or () if body.name in offices), None),
        params=params_of(session, agency_id),
    )


def _forms_of(name: str) -> set[str]:
    return {name, re.sub("人民政府$", "政府", name), re.sub("人民政府$", "", name) + "政府"}


@dataclass(frozen=True, slots=True)
class Checkable:
    """A document as read last, with its context. ``agency_id`` and ``year`` are None where nobody can be blamed yet."""

    document_id: int
    version_id: int
    agency_id: int | None
    year: int | None
    url: str
    report: Report
    context: Context


def report_with_context(session: Session, document_id: int, now: datetime) -> Checkable | None:
    """What checking a document at ``now`` (aware, in the office's zone) needs; None if it was not read."""
    found = check_inputs.latest_reading(session, document_id)
    if found is None:
        return None
    version, reading = found
    document = session.get_one(Document, document_id)
    report = Report.from_dict(reading.report)
    context = Context()
    if document.agency_id is not None and document.year is not None:
        context = context_of(session, document.agency_id, document.year, report, reading.id)
        context = replace(
            context,
            portal=_portal_of_document(session, document, version, now),
            attachments=tuple(
                Report.from_dict(attached)
                for attached in session.scalars(
                    sa.select(Attachment.report)
                    .where(Attachment.version_id == version.id, Attachment.report.is_not(None))
                    .order_by(Attachment.position)
                )
                if attached
            ),
        )
    return Checkable(document.id, version.id, document.agency_id, document.year, document.url, report, context)


def _portal_of_document(session: Session, document: Document, version: Version, now: datetime) -> Portal | None:
    """The crawl record with this document's earlier version and its copies; None where the body owes no such report."""
    assert document.agency_id is not None
    assert document.year is not None
    standing = standing_of(session, document.agency_id, document.year, now)
    if standing is None:
        return None
    portal = portal_of(standing, records(session, [document.agency_id]).get(document.agency_id), now)
    earlier = session.execute(
        sa.select(Version, Reading)
        .join(Reading, Reading.version_id == Version.id)
        .where(Version.document_id == document.id, Version.number < version.number)
        .order_by(Version.number.desc(), Reading.created_at.desc(), Reading.id.desc())
        .limit(1)
    ).first()
    others = check_inputs.reports_of(session, [document.agency_id], document.year).get(document.agency_id, [])
    return replace(
        portal,
        url=document.url,
        copies=tuple(report for other, report in others if other.id != document.id),
        previous=Report.from_dict(earlier[1].report) if earlier else None,
        previous_seen=earlier[0].fetched_at.astimezone(now.tzinfo).date() if earlier else None,
    )


def compared_with(session: Session, found: Checkable) -> list[int]:
    """The documents whose checks look at this one and are to be made again: the body's report of the year after, its
    report where this is an interpretation, other copies, the government's report above, reports of like text."""
    if found.agency_id is None or found.year is None:
        return []
    agency = session.get_one(Agency, found.agency_id)
    if found.report.kind == "interpretation":
        return check_inputs.documents_of(session, found.agency_id, found.year)
    if found.report.kind != "annual_report":
        return []
    out = check_inputs.documents_of(session, found.agency_id, found.year + 1)
    successors = session.scalars(
        sa.select(Succession.successor_id).where(Succession.predecessor_id == found.agency_id)
    ).all()
    for id_ in successors:
        out += check_inputs.documents_of(session, id_, found.year + 1)
    out += check_inputs.documents_of(session, found.agency_id, found.year)
    if agency.parent_id is not None:
        out += check_inputs.documents_of(session, agency.parent_id, found.year)
        children = sa.select(Agency.id).where(Agency.parent_id == agency.parent_id, Agency.id != agency.id)
        latest = check_inputs.latest_reading(session, found.document_id)
        if latest is not None:
            alike = alike_to(session, latest[1].id, session.scalars(children).all(), found.year)
            # Of a hundred bodies with one template each is told once, not once for every other.
            told = sa.select(Finding.agency_id).where(
                Finding.rule == "SIM-SIBLING", Finding.year == found.year, Finding.state != "resolved"
            )
            for id_ in alike - set(session.scalars(told)):
                out += check_inputs.documents_of(session, id_, found.year)
    return [id_ for id_ in dict.fromkeys(out) if id_ != found.document_id]


def check_again(session: Session, agency_id: int, now: datetime) -> int:
    """Ask for a new check of every report of a body and of those below it; returns how many."""
    ids = session.scalars(
        sa.select(Document.id).where(
            Document.agency_id.in_(below(session, agency_id)),
            Document.kind == "annual_report",
            Document.state == "read",
        )
    ).all()
    for id_ in ids:
        work.add(session, "check", id_, now)
    return len(ids)
