"""What the crawls saw of a body, as the rules of publication read it: its documents, and how its columns were read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from models.base import chunks
from models.documents import Document, Version
from models.sources import COMPLETE, Source, SourceAgency
from reports.checks.context import ColumnEntry, CrawlRecord
from reports.dates import date_of_path
from reports.duties import Standing

REPORTS = ("annual_report", "legacy_report", "interpretation")
# What is away (a page, a file) has to be away on two days before it counts as withdrawn.
GONE_AFTER = timedelta(hours=20)


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
    out: dict[int, Record] = {}
    for ids in chunks(agency_ids):
        out |= _records(session, ids)
    return out


def _records(session: Session, ids: Sequence[int]) -> dict[int, Record]:
    out: dict[int, Record] = {id_: Record() for id_ in ids}
    link, other = aliased(SourceAgency), aliased(SourceAgency)
    shared = sa.exists().where(other.source_id == link.source_id, other.agency_id != link.agency_id)
    # A column of many bodies is not counted through: its share of reports is asked of no column but a body's own.
    listed = _shares(session, sa.select(link.source_id).where(link.agency_id.in_(ids), ~shared))
    columns: dict[int, list[tuple[Source, bool]]] = defaultdict(list)
    for agency_id, source, with_others in session.execute(
        sa.select(link.agency_id, Source, shared)
        .join(Source, Source.id == link.source_id)
        .where(link.agency_id.in_(ids))
        .order_by(Source.id)
    ):
        columns[agency_id].append((source, bool(with_others)))
    for agency_id, found in columns.items():
        record = out[agency_id]
        record.own = not any(with_others for _, with_others in found)
        record.dedicated = record.own and all(listed.get(source.id, 0.0) >= 0.5 for source, _ in found)
        record.complete = all(source.status in COMPLETE for source, _ in found)
        record.complete_at = {source.id: source.complete_at for source, _ in found}
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


def crawl_record_of(standing: Standing, record: Record | None, now: datetime) -> CrawlRecord:
    """The crawl record about one duty at ``now`` (aware, in the office's zone), for the rules of publication."""
    seen, duty = standing.sighting, standing.duty
    record = record or Record()
    year = duty.year
    of_year = [document for document in record.documents if document.year == year]
    document = next((d for d in record.documents if seen is not None and d.id == seen.document_id), None)
    gone = [d for d in of_year if d.state == "gone" and d.kind == "annual_report" and d.gone_on is not None]
    looked = record.complete_at.get(document.source_id) if document is not None else None
    # What a person handed in says nothing of its list, its address and the day on which it was there first.
    found = seen if seen is not None and not seen.submitted_by else None
    return CrawlRecord(
        today=now.date(),
        state=standing.state,
        reason=standing.reason,
        deadline=duty.deadline,
        statutory=duty.statutory,
        published_on=seen.published_on if seen else None,
        first_seen=found.first_seen.astimezone(now.tzinfo).date() if found else None,
        url=found.url if found else gone[-1].url if gone and not seen else "",
        source_url=standing.source_url,
        interpretation_url=standing.interpretation.url if standing.interpretation else "",
        list_title=found.title if found else "",
        address_date=date_of_path(found.url) if found else None,
        in_column=True
        if document is not None and looked is not None and document.last_seen >= looked - _LONGEST_CRAWL
        else None,
        column_complete=record.complete and record.own and record.dedicated,
        failed_days=tuple(date.fromisoformat(day) for day in document.failed_days) if document is not None else (),
        answered_days=(document.last_seen.astimezone(now.tzinfo).date(),)
        if document and found and not document.failed_days
        else (),
        # Only what passed for a report by its title and turned out to be something else, in a column of reports.
        entries=tuple(
            ColumnEntry(d.title, d.kind, d.year, d.url)  # type: ignore[arg-type]
            for d in of_year
            if record.dedicated and record.own and (d.state == "read" or d.kind in REPORTS)
        ),
        removed_on=gone[-1].gone_on if gone else None,
        attachments_failed=_failed_files(record.failed_files.get(document.id, {})) if document is not None else (),
        years=tuple(
            sorted({d.year for d in record.documents if d.year and d.kind in REPORTS[:2] and d.state != "gone"})
        ),
    )


_LONGEST_CRAWL = timedelta(hours=3)  # the longest that one crawl lasts: what it lists was seen within


def _failed_files(failed: Mapping[str, Mapping[str, str]]) -> tuple[str, ...]:
    return tuple(
        entry["name"]
        for entry in failed.values()
        if datetime.fromisoformat(entry["last"]) - datetime.fromisoformat(entry["since"]) >= GONE_AFTER
    )
