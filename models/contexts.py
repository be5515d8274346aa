"""What the checks of one report may know besides it, gathered from the rows: register, history, crawl record, siblings,
bodies below, interpretation, attachments.

What is not known is left out, and the rules that need it answer *not judged, because …*.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from models import check_inputs, work
from models.agencies import Agency, Succession, below
from models.base import chunks
from models.crawl_record import crawl_record_of
from models.documents import Document, Version
from models.facts import Facts, facts_of
from models.ledger import standings_of
from models.obligations import duties
from models.readings import Reading, SimilarityBand
from reports.checks.context import Body, Context, CrawlRecord
from reports.duties import Standing
from reports.report import Report
from reports.subject import Subject, series_of, subject_of

KIND = "annual_report"


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


@dataclass(frozen=True, slots=True)
class Siblings:
    """The bodies of some superiors, (id, name, kind) by superior, and those with a read report: (body, year)."""

    of: Mapping[int, Sequence[tuple[int, str, str]]]
    read: Collection[tuple[int, int]]

    def beside(self, agency: Agency) -> list[tuple[int, str, str]] | None:
        """The other bodies of the same superior; None where the register names none."""
        if agency.parent_id is None:
            return None
        return [row for row in self.of.get(agency.parent_id, ()) if row[0] != agency.id]


def siblings_of(session: Session, agencies: Iterable[Agency], years: Collection[int]) -> Siblings:
    """The siblings of these bodies, asked for all of them at once."""
    of: dict[int, list[tuple[int, str, str]]] = defaultdict(list)
    read: set[tuple[int, int]] = set()
    for parents in chunks(agency.parent_id for agency in agencies if agency.parent_id is not None):
        columns = sa.select(Agency.parent_id, Agency.id, Agency.name, Agency.kind)
        rows = session.execute(columns.where(Agency.parent_id.in_(parents)).order_by(Agency.id))
        for parent_id, id_, name, kind in rows:
            of[parent_id or 0].append((id_, name, kind))
        reports = sa.select(Document.agency_id, Document.year).where(
            Document.agency_id.in_(sa.select(Agency.id).where(Agency.parent_id.in_(parents))),
            Document.year.in_(years),
            Document.kind == KIND,
            Document.state == "read",
        )
        read |= {(agency_id or 0, year or 0) for agency_id, year in session.execute(reports)}
    return Siblings(of, read)


def _alike() -> sa.Select[int | None]:
    """The bodies below a superior whose report of a year shares a band with a reading. Asked body by body: a band of a
    template that the whole country uses would lead to every report there is."""
    own = aliased(SimilarityBand)
    shares = (
        sa.select(SimilarityBand.reading_id)
        .join(Reading, Reading.id == SimilarityBand.reading_id)
        .join(Version, Version.id == Reading.version_id)
        .join(own, sa.and_(own.band == SimilarityBand.band, own.hash == SimilarityBand.hash))
        .where(Version.document_id == Document.id, own.reading_id == sa.bindparam("reading_id"))
        .correlate(Document)
        .exists()
    )
    beside = sa.select(Agency.id).where(
        Agency.parent_id == sa.bindparam("parent_id"), Agency.id != sa.bindparam("agency_id")
    )
    return (
        sa.select(Document.agency_id)
        .distinct()
        .where(Document.agency_id.in_(beside), Document.year == sa.bindparam("year"), Document.kind == KIND, shares)
    )


_ALIKE = _alike()  # built once: it is asked for every report


def alike_to(session: Session, agency: Agency, year: int, reading_id: int) -> frozenset[int]:
    """The siblings of a body whose report of ``year`` may be like a reading, by the bands of their signatures."""
    given = {"reading_id": reading_id, "parent_id": agency.parent_id, "agency_id": agency.id, "year": year}
    return frozenset(id_ for id_ in session.scalars(_ALIKE, given) if id_ is not None)


# ------------------------------------------------------------------ the whole


@dataclass(slots=True)
class Around:
    """What is published around some reports: the bodies' facts, the reports of a body and of those it succeeded, of the
    year and the year before, as read last (``by`` body, year, kind), and the siblings with those of like text."""

    facts: Facts
    by: check_inputs.Read
    predecessors: Mapping[int, Sequence[int]]
    siblings: Siblings
    alike: dict[int, frozenset[int]] = field(default_factory=dict)  # by reading

    def reports(self, agency_id: int, year: int, kind: str, without: int) -> list[tuple[Document, Report]]:
        """The documents of a body, year and kind but the one of that number."""
        return [row for row in self.by.get((agency_id, year, kind), ()) if row[0].id != without]


Asked = tuple[int, int, int | None]  # body, year, reading


def around(session: Session, asked: Sequence[Asked], known: Mapping[int, Report]) -> Around:
    """What is published around these, asked for all of them at once; ``known`` are reports at hand, by reading."""
    facts = facts_of(session, {agency_id for agency_id, _, _ in asked})
    predecessors: dict[int, list[int]] = defaultdict(list)
    for ids in chunks(facts.agencies):
        before = sa.select(Succession.successor_id, Succession.predecessor_id).where(Succession.successor_id.in_(ids))
        for successor_id, predecessor_id in session.execute(before.order_by(Succession.id)):
            predecessors[successor_id].append(predecessor_id)
    bodies = {*facts.agencies, *(id_ for ids in predecessors.values() for id_ in ids)}
    years = {year for _, year, _ in asked}
    read = check_inputs.reports_of(
        session, bodies, years | {year - 1 for year in years}, [KIND, "interpretation"], known
    )
    siblings = siblings_of(session, facts.agencies.values(), years)
    found = Around(facts, read, predecessors, siblings)
    likes: dict[int, set[int]] = defaultdict(set)
    for agency_id, year, reading_id in asked:
        if reading_id is not None and siblings.beside(agency := facts.agencies[agency_id]):
            found.alike[reading_id] = alike_to(session, agency, year, reading_id)
            likes[year] |= found.alike[reading_id]
    for year, others in likes.items():
        found.by |= check_inputs.reports_of(session, others - bodies, [year], known=known)
    return found


@dataclass(frozen=True, slots=True)
class Own:
    """What is checked: a report, which tells the series it belongs to; its reading, where its signature lies; its document."""

    report: Report | None = None
    reading_id: int | None = None
    document_id: int = 0


NOTHING = Own()


def context_of(
    session: Session,
    agency_id: int,
    year: int,
    own: Own = NOTHING,
    found: Around | None = None,
) -> Context:
    """What the rules of one report (``own``) may know besides it; ``found`` is what ``around`` gave, where that is known.
    Nothing is taken from the document that is checked itself."""
    report, reading_id, document_id = own.report, own.reading_id, own.document_id
    found = found or around(session, [(agency_id, year, reading_id)], {})
    agency, register_entry = found.facts.agencies[agency_id], found.facts.register_entries[agency_id]
    explained = found.reports(agency_id, year, "interpretation", document_id)
    below = bodies_below(session, agency_id, year) if register_entry.is_government else None
    offices = {name + end for name in _forms_of(agency.name) for end in ("办公室", "办公厅", "办")}
    inherited = [
        _series_of(found.reports(id_, year - 1, KIND, document_id), report)
        for id_ in found.predecessors.get(agency_id, ())
    ]
    return Context(
        agency=agency.name,
        year=year,
        register_entry=register_entry,
        history=_series_of(found.reports(agency_id, year - 1, KIND, document_id), report),
        predecessors=tuple(found for found in inherited if found is not None),
        interpretation=explained[0][1] if explained else None,
        siblings=_siblings(found, agency, year, reading_id),
        below=below,
        own=next((body.report for body in below or () if body.name in offices), None),
        params=found.facts.params.get(agency_id, {}),
    )


def _siblings(found: Around, agency: Agency, year: int, reading_id: int | None) -> list[Body] | None:
    """The bodies of the same supervisor with a report of ``year``. Only those whose text may be alike by the bands of
    their signatures carry the report; the others are marked ``unlike``. None where the register names no supervisor."""
    others = found.siblings.beside(agency)
    if others is None:
        return None
    alike = found.alike.get(reading_id or 0, frozenset())
    return [
        replace(
            _body(name, kind, found.by.get((id_, year, KIND), ()) if id_ in alike else ()),
            unlike=(id_, year) in found.siblings.read and id_ not in alike,
        )
        for id_, name, kind in others
    ]


def _forms_of(name: str) -> set[str]:
    return {name, re.sub("人民政府$", "政府", name), re.sub("人民政府$", "", name) + "政府"}


@dataclass(frozen=True, slots=True)
class Checkable:
    """A document as read last, with its context. ``subject`` is None where nobody can be blamed yet, ``standing`` where
    the body owes no such report; ``alike`` are the siblings of like text."""

    document_id: int
    version_id: int
    reading_id: int
    subject: Subject | None
    url: str
    report: Report
    context: Context
    standing: Standing | None = None
    agency: Agency | None = None
    alike: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Checked:
    """Documents to check, each with its context, and the facts of their bodies."""

    documents: list[Checkable]
    facts: Facts


def report_with_context(session: Session, document_id: int, now: datetime) -> Checkable | None:
    """What checking a document at ``now`` (aware, in the office's zone) needs; None if it was not read."""
    return next(iter(reports_with_contexts(session, [document_id], now).documents), None)


def reports_with_contexts(
    session: Session, document_ids: Collection[int], now: datetime, known: Mapping[int, Report] | None = None
) -> Checked:
    """What checking these documents needs, asked for all of them at once; one that was not read is left out. ``known``
    are reports at hand, by reading."""
    rows = check_inputs.latest_readings(session, document_ids)
    reports = {row.reading_id: (known or {}).get(row.reading_id) or Report.from_dict(row.report()) for row in rows}
    asked = [
        (row.document.agency_id, row.document.year, row.reading_id)
        for row in rows
        if row.document.agency_id is not None and row.document.year is not None
    ]
    found = around(session, asked, reports)
    standings = {
        (year, stands.duty.agency_id): stands
        for year in {year for _, year, _ in asked}
        for stands in standings_of(session, year, now, {id_ for id_, of, _ in asked if of == year})
    }
    attached = check_inputs.attached_reports(session, [row.version.id for row in rows])
    out = []
    for row in rows:
        document, version, report = row.document, row.version, reports[row.reading_id]
        agency = found.facts.agencies.get(document.agency_id or 0)
        if agency is None or document.year is None:
            out.append(Checkable(document.id, version.id, row.reading_id, None, document.url, report, Context()))
            continue
        stands = standings.get((document.year, agency.id))
        context = replace(
            context_of(session, agency.id, document.year, Own(report, row.reading_id, document.id), found),
            crawl_record=_crawl_record_of_document(session, row, found, stands, now),
            attachments=tuple(attached.get(version.id, ())),
            submitted=document.submitted_by is not None,
        )
        subject = subject_of(report, agency.id, agency.name, document.year)
        alike = found.alike.get(row.reading_id, frozenset())
        out.append(
            Checkable(
                document.id, version.id, row.reading_id, subject, document.url, report, context, stands, agency, alike
            )
        )
    return Checked(out, found.facts)


def _crawl_record_of_document(
    session: Session, row: check_inputs.LastRead, found: Around, standing: Standing | None, now: datetime
) -> CrawlRecord | None:
    """The crawl record with this document's earlier version and its copies; None where the body owes no such report."""
    document = row.document
    assert document.agency_id is not None
    assert document.year is not None
    if standing is None:
        return None
    earlier = check_inputs.reading_before(session, row.version)
    copies = found.reports(document.agency_id, document.year, KIND, document.id)
    return replace(
        crawl_record_of(standing, found.facts.records.get(document.agency_id), now),
        url=document.url,
        copies=tuple(report for _, report in copies),
        previous=Report.from_dict(earlier[1].report) if earlier else None,
        previous_seen=earlier[0].fetched_at.astimezone(now.tzinfo).date() if earlier else None,
    )


def check_again(session: Session, agency_id: int, now: datetime) -> int:
    """Ask for a new check of every report of a body and of those below it; returns how many."""
    ids: list[int] = []
    for part in chunks(below(session, agency_id)):
        reports = sa.select(Document.id).where(Document.kind == KIND, Document.state == "read")
        ids += session.scalars(reports.where(Document.agency_id.in_(part)))
    for id_ in ids:
        work.add(session, "check", id_, now)
    return len(ids)
