"""The documents that may be the report of a year, as the ledger sees them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.base import chunks
from models.documents import Document, Version, disputed_days
from models.people import Audit
from models.sources import COMPLETE, Run, SourceAgency
from reports.duties import PUBLISHES, Sighting

CHINA = ZoneInfo("Asia/Shanghai")  # the law's days are China's, wherever this runs


def sightings(session: Session, year: int, ids: set[int] | None) -> dict[int, list[Sighting]]:
    """The documents of a year by body (None: of every body). Documents of unknown kind or year count where they may be
    the report: a file that could not be read, or a title whose text could not be fetched, must not make a body look
    silent."""
    out: dict[int, list[Sighting]] = defaultdict(list)
    for part in [None] if ids is None else chunks(ids):
        wanted = _sighted(year, part)
        absent = _absent_at(session, wanted)
        newest = (
            sa.select(Version.id)
            .where(Version.document_id == Document.id)
            .order_by(Version.number.desc())
            .limit(1)
            .scalar_subquery()
        )
        for document, version_id in session.execute(sa.select(Document, newest).where(*wanted)):
            out[document.agency_id].append(
                Sighting(
                    document_id=document.id,
                    title=document.title,
                    url=document.url,
                    kind=document.kind,
                    state=document.state if document.year in {year, None} else "listed",
                    first_seen=document.first_seen,
                    published_on=document.published_on,
                    version_id=version_id,
                    absent_at=absent.get(document.id),
                    disputed=disputed_days(document.days),
                    submitted_by=document.submitted_by or "",
                )
            )
    return out


def _sighted(year: int, ids: Sequence[int] | None) -> list[sa.ColumnElement[bool]]:
    """What makes a document one that may be the report of ``year``, of these bodies or of any."""
    may_be_report = sa.or_(
        sa.and_(Document.year == year, Document.kind.in_(PUBLISHES)),
        sa.and_(Document.year == year, Document.kind == "interpretation", Document.state != "listed"),
        sa.and_(Document.year == year, Document.kind.is_(None), Document.state != "listed"),
        sa.and_(_perhaps_of(year), Document.state.in_(("waiting", "unreadable", "failed"))),
        # The list says this year and the text another: one of them is wrong.
        sa.and_(Document.listed_year == year, Document.year != year, Document.kind.in_(PUBLISHES)),
    )
    whose = Document.agency_id.is_not(None) if ids is None else Document.agency_id.in_(ids)
    return [whose, may_be_report]


def _perhaps_of(year: int) -> sa.ColumnElement[bool]:
    """A document of unknown year that may be the report of ``year``: it appeared in the year after."""
    first, last = date(year + 1, 1, 1), date(year + 2, 1, 1)
    appeared = sa.and_(Document.first_seen >= midnight(first), Document.first_seen < midnight(last))
    listed = sa.and_(Document.listed_on >= first, Document.listed_on < last)
    return sa.and_(
        Document.year.is_(None),
        sa.or_(Document.kind.is_(None), Document.kind.in_(PUBLISHES)),
        sa.case((Document.listed_on.is_not(None), listed), else_=appeared),
    )


def midnight(day: date) -> datetime:
    """The first moment of that day in China."""
    return datetime(day.year, day.month, day.day, tzinfo=CHINA)


def _absent_at(session: Session, wanted: Sequence[sa.ColumnElement[bool]]) -> dict[int, datetime]:
    """By document the last moment before first sight at which all sources of its body had been read whole without it;
    asked for only where no stated date decides, of all documents at once."""
    looked = (
        sa.select(Run.finished_at)
        .where(
            Run.source_id == SourceAgency.source_id,
            Run.status.in_(COMPLETE),
            Run.whole,
            Run.finished_at < Document.first_seen,
        )
        .order_by(Run.finished_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = session.execute(
        sa.select(Document.id, looked)
        .join(SourceAgency, SourceAgency.agency_id == Document.agency_id)
        # The day on which a person handed something in says nothing of the day of publication.
        .where(*wanted, Document.published_on.is_(None), Document.submitted_by.is_(None))
    )
    found: dict[int, list[datetime | None]] = defaultdict(list)
    for document_id, moment in rows:
        found[document_id].append(moment)
    return {id_: min(m for m in moments if m) for id_, moments in found.items() if all(moments)}


DISMISS = "dismiss"  # the act of a person who says that a document of unknown body is no report of the register


def is_dismissed(at: datetime | None = None) -> sa.ColumnElement[bool]:
    """Whether a person said so (before ``at``) of the document as it stands: one that changed since is asked about anew."""
    fetched = sa.select(sa.func.max(Version.fetched_at)).where(Version.document_id == Document.id)
    said = sa.select(Audit.id).where(
        Audit.table_name == "documents", Audit.row_id == Document.id, Audit.action == DISMISS
    )
    if at is not None:
        fetched, said = fetched.where(Version.fetched_at <= at), said.where(Audit.at <= at)
    newest = fetched.scalar_subquery()
    return said.where(sa.or_(newest.is_(None), Audit.at >= newest)).exists()


def perhaps_lost(year: int, at: datetime | None = None) -> sa.Select[int, int]:
    """By source, how many documents of unknown body may be a report of ``year`` (to be grouped by the source), by what
    people had said ``at`` a moment, or by now."""
    may_be_report = sa.or_(
        sa.and_(Document.year == year, Document.kind.in_(PUBLISHES)),
        sa.and_(Document.year == year, Document.kind.is_(None), Document.state != "listed"),
        sa.and_(_perhaps_of(year), Document.state != "listed"),
    )
    return sa.select(Document.source_id, sa.func.count()).where(
        Document.agency_id.is_(None), Document.state != "gone", may_be_report, sa.not_(is_dismissed(at))
    )


def years_seen(session: Session) -> list[int]:
    """The report years of which documents are known."""
    query = sa.select(Document.year).where(Document.year.is_not(None)).distinct()
    return sorted(year for year in session.scalars(query) if year is not None)
