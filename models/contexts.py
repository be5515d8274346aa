"""What the checks of one report may know besides it, gathered from the rows: register, history, crawl record, siblings,
bodies below, interpretation, attachments.

What is not known is left out, and the rules that need it answer *not judged, because …*.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from models import check_inputs, work
from models.agencies import Agency, AgencyAlias, Succession, below, offices_above
from models.base import chunks
from models.crawl_record import portal_of, records
from models.documents import Attachment, Document, Version
from models.findings import Finding
from models.ledger import standing_of
from models.obligations import duties
from models.readings import Reading, SimilarityBand
from reports.checks.context import Body, Context, Portal, Register, may_make_regulations
from reports.duties import Standing
from reports.report import Report
from reports.subject import Subject, series_of, subject_of

KIND = "annual_report"


# ------------------------------------------------------------------ the register


def registers_of(session: Session, agencies: Sequence[Agency]) -> dict[int, Register]:
    """These bodies' entries in the register as plain data, in two queries for all of them."""
    aliases: dict[int, list[str]] = defaultdict(list)
    predecessors: dict[int, list[str]] = defaultdict(list)
    for ids in chunks(agency.id for agency in agencies):
        named = sa.select(AgencyAlias.agency_id, AgencyAlias.name).where(AgencyAlias.agency_id.in_(ids))
        for agency_id, name in session.execute(named.order_by(AgencyAlias.id)):
            aliases[agency_id].append(name)
        before = (
            sa.select(Succession.successor_id, Agency.name)
            .join(Agency, Agency.id == Succession.predecessor_id)
            .where(Succession.successor_id.in_(ids))
        )
        for agency_id, name in session.execute(before.order_by(Succession.id)):
            predecessors[agency_id].append(name)
    return {
        agency.id: Register(
            name=agency.name,
            aliases=tuple(name for name in (agency.short_name, *aliases[agency.id]) if name),
            kind=agency.kind,
            level=agency.level,
            can_make_regulations=agency.can_make_regulations or may_make_regulations(agency.kind, agency.level),
            predecessors=tuple(predecessors[agency.id]),
            founded=agency.in_scope_from,
            abolished=agency.in_scope_to,
            portals=tuple(url for url in (agency.portal,) if url),
            supervisor=agency.parent_name or None,
        )
        for agency in agencies
    }


def params_of(session: Session, agency_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """By body the rules' parameters as its supervising office set them; a body without an office has none."""
    found = offices_above(session, agency_ids)
    return {agency_id: dict(params or {}) for agency_id, (_, params) in found.items()}


def publication_contexts(
    session: Session, standings: Sequence[Standing], now: datetime
) -> Iterator[tuple[Standing, Context]]:
    """Each duty with what the rules of publication may know of it at ``now``, asked for all of them at once."""
    ids = [standing.duty.agency_id for standing in standings]
    seen = records(session, ids)
    bodies = {
        row.id: row for part in chunks(ids) for row in session.scalars(sa.select(Agency).where(Agency.id.in_(part)))
    }
    registers, params = registers_of(session, list(bodies.values())), params_of(session, ids)
    for standing in standings:
        id_ = standing.duty.agency_id
        portal = portal_of(standing, seen.get(id_), now)
        yield (
            standing,
            Context(
                agency=bodies[id_].name,
                year=standing.duty.year,
                register=registers[id_],
                portal=portal,
                params=params.get(id_, {}),
            ),
        )


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
    columns = sa.select(Agency.id, Agency.name, Agency.kind)
    children = session.execute(columns.where(Agency.parent_id == agency_id).order_by(Agency.id)).all()
    owed = {duty.agency_id for duty in duties(session, year, (row.id for row in children))}
    found = check_inputs.reports_of(session, owed, [year])
    return [_body(row.name, row.kind, found.get((row.id, year, KIND), ())) for row in children if row.id in owed]


def _body(name: str, kind: str, found: Sequence[tuple[Document, Report]]) -> Body:
    if not found:
        return Body(name, kind=kind)
    document, report = found[0]
    return Body(name, report, document.published_on, kind)


def siblings_of(session: Session, agency: Agency, year: int, reading_id: int | None) -> list[Body] | None:
    """The bodies of the same supervisor with a report of ``year``. Only those whose text may be alike by the bands of
    their signatures carry the report; the others are marked ``unlike``. None where the register names no supervisor."""
    if agency.parent_id is None:
        return None
    beside = [Agency.parent_id == agency.parent_id, Agency.id != agency.id]
    others = session.execute(sa.select(Agency.id, Agency.name, Agency.kind).where(*beside).order_by(Agency.id)).all()
    ids = sa.select(Agency.id).where(*beside)
    alike = alike_to(session, reading_id, ids, year) if reading_id is not None else set()
    found = check_inputs.reports_of(session, alike, [year])
    read = set(
        session.scalars(
            sa.select(Document.agency_id).where(
                Document.agency_id.in_(ids), Document.year == year, Document.kind == KIND, Document.state == "read"
            )
        )
    )
    return [
        replace(_body(row.name, row.kind, found.get((row.id, year, KIND), ())), unlike=row.id in read - alike)
        for row in others
    ]


def alike_to(session: Session, reading_id: int, agency_ids: sa.Select[int], year: int) -> set[int]:
    """The bodies among these whose report of ``year`` shares a band with a reading. Asked body by body: a band of a
    template that the whole country uses would lead to every report there is."""
    own = aliased(SimilarityBand)
    shares = (
        sa.select(SimilarityBand.reading_id)
        .join(Reading, Reading.id == SimilarityBand.reading_id)
        .join(Version, Version.id == Reading.version_id)
        .join(own, sa.and_(own.band == SimilarityBand.band, own.hash == SimilarityBand.hash))
        .where(Version.document_id == Document.id, own.reading_id == reading_id)
        .correlate(Document)
        .exists()
    )
    rows = session.scalars(
        sa.select(Document.agency_id)
        .distinct()
        .where(Document.agency_id.in_(agency_ids), Document.year == year, Document.kind == KIND, shares)
    )
    return {id_ for id_ in rows if id_ is not None}


# ------------------------------------------------------------------ the whole


@dataclass(frozen=True, slots=True)
class Around:
    """The reports of a body, and of those it succeeded, of one year and the year before, as read last: ``by`` (body,
    year, kind)."""

    predecessors: tuple[int, ...]
    by: check_inputs.Read


def around(session: Session, agency_id: int, year: int, document_id: int = 0) -> Around:
    """What a body published about ``year`` and the year before, without the document that is checked."""
    before = sa.select(Succession.predecessor_id).where(Succession.successor_id == agency_id)
    predecessors = tuple(session.scalars(before.order_by(Succession.id)))
    bodies, kinds = [agency_id, *predecessors], [KIND, "interpretation"]
    return Around(predecessors, check_inputs.reports_of(session, bodies, [year - 1, year], kinds, without=document_id))


def context_of(
    session: Session,
    agency_id: int,
    year: int,
    report: Report | None = None,
    reading_id: int | None = None,
    found: Around | None = None,
) -> Context:
    """What the rules of one report may know besides it. ``report`` tells which series it belongs to, ``reading_id`` is
    where its signature lies, ``found`` is what ``around`` gave, where that is known."""
    agency = session.get_one(Agency, agency_id)
    found = found or around(session, agency_id, year)
    read, predecessors = found.by, found.predecessors
    explained = read.get((agency_id, year, "interpretation"), [])
    register = registers_of(session, [agency])[agency_id]
    below = bodies_below(session, agency_id, year) if register.governs else None
    offices = {name + end for name in _forms_of(agency.name) for end in ("办公室", "办公厅", "办")}
    inherited = [_series_of(read.get((id_, year - 1, KIND), []), report) for id_ in predecessors]
    return Context(
        agency=agency.name,
        year=year,
        register=register,
        history=_series_of(read.get((agency_id, year - 1, KIND), []), report),
        predecessors=tuple(found for found in inherited if found is not None),
        interpretation=explained[0][1] if explained else None,
        siblings=siblings_of(session, agency, year, reading_id),
        below=below,
        own=next((body.report for body in below or () if body.name in offices), None),
        params=params_of(session, [agency_id]).get(agency_id, {}),
    )


def _forms_of(name: str) -> set[str]:
    return {name, re.sub("人民政府$", "政府", name), re.sub("人民政府$", "", name) + "政府"}


@dataclass(frozen=True, slots=True)
class Checkable:
    """A document as read last, with its context. ``subject`` is None where nobody can be blamed yet."""

    document_id: int
    version_id: int
    reading_id: int
    subject: Subject | None
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
    context, subject = Context(), None
    if document.agency_id is not None and document.year is not None:
        agency = session.get_one(Agency, document.agency_id)
        subject = subject_of(report, agency.id, agency.name, document.year)
        nearby = around(session, document.agency_id, document.year, document.id)
        context = context_of(session, document.agency_id, document.year, report, reading.id, nearby)
        context = replace(
            context,
            portal=_portal_of_document(session, document, version, nearby, now),
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
    return Checkable(document.id, version.id, reading.id, subject, document.url, report, context)


def _portal_of_document(
    session: Session, document: Document, version: Version, nearby: Around, now: datetime
) -> Portal | None:
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
    return replace(
        portal,
        url=document.url,
        copies=tuple(report for _, report in nearby.by.get((document.agency_id, document.year, KIND), ())),
        previous=Report.from_dict(earlier[1].report) if earlier else None,
        previous_seen=earlier[0].fetched_at.astimezone(now.tzinfo).date() if earlier else None,
    )


def compared_with(session: Session, found: Checkable) -> list[int]:
    """The documents whose checks look at this one and are to be made again: the body's report of the year after, its
    report where this is an interpretation, other copies, the government's report above, reports of like text."""
    if found.subject is None:
        return []
    agency_id, year = found.subject.agency_id, found.subject.year
    own = (agency_id, year)
    if found.report.kind == "interpretation":
        return check_inputs.documents_of(session, [own])
    if found.report.kind != KIND:
        return []
    agency = session.get_one(Agency, agency_id)
    successors = session.scalars(sa.select(Succession.successor_id).where(Succession.predecessor_id == agency_id)).all()
    wanted = {own, *((id_, year + 1) for id_ in (agency_id, *successors))}
    if agency.parent_id is not None:
        wanted.add((agency.parent_id, year))
        beside = sa.select(Agency.id).where(Agency.parent_id == agency.parent_id, Agency.id != agency.id)
        alike = alike_to(session, found.reading_id, beside, year)
        wanted |= {(id_, year) for id_ in alike - _told_alike(session, alike, year)}
    return [id_ for id_ in check_inputs.documents_of(session, wanted) if id_ != found.document_id]


def _told_alike(session: Session, agency_ids: Iterable[int], year: int) -> set[int]:
    """The bodies of which it stands that their report is like another's: of a hundred with one template each is told
    once, not once for every other."""
    out: set[int] = set()
    for ids in chunks(agency_ids):
        out |= set(
            session.scalars(
                sa.select(Finding.agency_id).where(
                    Finding.agency_id.in_(ids),
                    Finding.year == year,
                    Finding.rule == "SIM-SIBLING",
                    Finding.state != "resolved",
                )
            )
        )
    return out


def check_again(session: Session, agency_id: int, now: datetime) -> int:
    """Ask for a new check of every report of a body and of those below it; returns how many."""
    ids: list[int] = []
    for part in chunks(below(session, agency_id)):
        reports = sa.select(Document.id).where(Document.kind == KIND, Document.state == "read")
        ids += session.scalars(reports.where(Document.agency_id.in_(part)))
    for id_ in ids:
        work.add(session, "check", id_, now)
    return len(ids)
