"""Where reports are looked for, and each crawl of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Json, inserted, one_of

STATUSES = (
    "",
    "ok",
    "unchanged",
    "incomplete",
    "challenged",
    "unreachable",
    "moved",
    "unknown-js",
    "not-allowed",
    "gone",
    "quiet",
)
COMPLETE = ("ok", "unchanged")


# The one source that is no address: what people saved of portals that could not be read (models.submissions). It serves
# nobody, so it is never looked at.
SUBMITTED = "submitted:"


class Source(Base):
    """One address that lists reports (an 年报 column). Unique by address; a shared column serves several bodies."""

    __tablename__ = "sources"

    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(unique=True)
    family: Mapped[str] = mapped_column(default="", server_default="")  # as the last crawl recognised it
    family_override: Mapped[str] = mapped_column(default="", server_default="")  # as a person has set it
    rendered: Mapped[bool] = mapped_column(
        default=False, server_default=sa.false()
    )  # drawn by a browser, if one is set
    # How the last crawl ended
    status: Mapped[str] = mapped_column(default="", server_default="")
    reason: Mapped[str] = mapped_column(default="", server_default="")
    items: Mapped[int] = mapped_column(default=0, server_default="0")
    requests: Mapped[int] = mapped_column(default=0, server_default="0")
    crawl_state: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    # Times
    checked_at: Mapped[datetime | None]
    complete_at: Mapped[datetime | None]
    changed_at: Mapped[datetime | None]
    next_due_at: Mapped[datetime | None] = mapped_column(index=True)

    __table_args__ = (one_of("status", STATUSES),)


class SourceAgency(Base):
    """A source serves a body. ``confirmed`` is false where its address was derived and nobody vouches for it
    (models.columns)."""

    __tablename__ = "source_agencies"

    source_id: Mapped[int] = mapped_column(sa.ForeignKey("sources.id", ondelete="CASCADE"), primary_key=True)
    agency_id: Mapped[int] = mapped_column(
        sa.ForeignKey("agencies.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    confirmed: Mapped[bool] = mapped_column(default=True, server_default=sa.true())


class Run(Base):
    """One look at a source. A run without an end was killed: it counts as incomplete."""

    __tablename__ = "runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(sa.ForeignKey("sources.id", ondelete="CASCADE"))
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    requests: Mapped[int] = mapped_column(default=0, server_default="0")
    items: Mapped[int] = mapped_column(default=0, server_default="0")
    stated_total: Mapped[int | None]
    status: Mapped[str] = mapped_column(default="", server_default="")
    reason: Mapped[str] = mapped_column(default="", server_default="")
    # Whether every list was read to its end: only then is what it did not show not there
    whole: Mapped[bool] = mapped_column(default=True, server_default=sa.true())

    __table_args__ = (sa.Index("ix_runs_source_id_finished_at", "source_id", "finished_at"), one_of("status", STATUSES))


def upsert_source(session: Session, url: str, agency_id: int, family: str, now: datetime) -> Source:
    """The source of that address, serving the body; a new one is due at once. ``family`` is what a person set."""
    by_url = sa.select(Source).where(Source.url == url)
    source = session.scalar(by_url)
    if source is None:
        source = Source(url=url, family_override=family, next_due_at=now, crawl_state={})
        if not inserted(session, source):
            source = session.scalars(by_url).one()
    elif family:
        source.family_override = family
    if session.get(SourceAgency, (source.id, agency_id)) is None:
        inserted(session, SourceAgency(source_id=source.id, agency_id=agency_id))
        to_be_read(session, [source.id], now)
    return source


def to_be_read(session: Session, ids: Sequence[int], now: datetime) -> None:
    """Sources that serve another body than before: what a crawl did not look for, it did not find missing either."""
    session.flush()
    session.execute(
        sa.update(Source).where(Source.id.in_(ids)).values(status="", reason="", complete_at=None, next_due_at=now)
    )


def serve(session: Session, agency_id: int, urls: Sequence[str], family: str, now: datetime) -> None:
    """These addresses are where the body's reports are looked for from now on. A former column that serves nobody any
    more keeps its history and is no longer looked at."""
    kept = [upsert_source(session, url, agency_id, family, now).id for url in urls]
    session.execute(
        sa.delete(SourceAgency).where(SourceAgency.agency_id == agency_id, SourceAgency.source_id.not_in(kept))
    )


def due(session: Session, now: datetime) -> list[Source]:
    """The sources whose next crawl is due and that serve somebody, the longest waiting first. A last crawl in the future
    was made while the clock was ahead: it does not count."""
    query = sa.select(Source).where(
        sa.or_(Source.next_due_at.is_(None), Source.next_due_at <= now, Source.checked_at > now),
        sa.exists().where(SourceAgency.source_id == Source.id),
    )
    return list(session.scalars(query.order_by(Source.next_due_at.asc().nulls_first(), Source.id)))


def agencies_of(session: Session, source_id: int) -> list[int]:
    """The bodies a source serves."""
    return list(session.scalars(sa.select(SourceAgency.agency_id).where(SourceAgency.source_id == source_id)))


def start_run(session: Session, source_id: int, now: datetime) -> Run:
    """Begin a crawl. Runs of the source that never ended were killed: they are closed as incomplete."""
    session.execute(
        sa.update(Run)
        .where(Run.source_id == source_id, Run.finished_at.is_(None))
        .values(finished_at=now, status="incomplete", reason="the crawl was stopped before it ended")
    )
    run = Run(source_id=source_id, started_at=now)
    session.add(run)
    session.flush()
    return run


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a crawl ended: ``status`` with the ``reason`` where it was not whole, what it took and found, and whether anything
    was new. ``crawl_state`` is kept only of a crawl that was whole. A crawl that is not ``whole`` found the first pages of the
    lists as they were and read no further."""

    status: str
    reason: str = ""
    requests: int = 0
    items: int = 0
    stated_total: int | None = None
    crawl_state: Mapping[str, Any] = field(default_factory=dict)
    changed: bool = False
    whole: bool = True


def finish_run(session: Session, run_id: int, outcome: Outcome, now: datetime, interval: timedelta) -> None:
    """End a crawl and say on the source how it ended. After a failure the next crawl comes sooner than ``interval``, but
    later each time in a row (an hour at first), never later than ``interval``."""
    run = session.get_one(Run, run_id)
    status, reason = outcome.status, outcome.reason[:500]
    run.finished_at, run.status, run.reason = now, status, reason
    run.requests, run.items, run.stated_total = outcome.requests, outcome.items, outcome.stated_total
    run.whole = outcome.whole
    source = session.get_one(Source, run.source_id)
    source.status, source.reason, source.items, source.requests = status, reason, outcome.items, outcome.requests
    source.checked_at = now
    if status in COMPLETE:
        source.complete_at = now if outcome.whole else source.complete_at
        source.crawl_state = dict(outcome.crawl_state)
        source.next_due_at = now + interval
    else:
        source.next_due_at = now + min(interval, timedelta(hours=1) * 2 ** min(_failures(session, source.id), 6))
    if outcome.changed:
        source.changed_at = now
    session.flush()


def _failures(session: Session, source_id: int) -> int:
    """Failed crawls in a row before this one."""
    states = session.scalars(
        sa.select(Run.status)
        .where(Run.source_id == source_id, Run.finished_at.is_not(None))
        .order_by(Run.finished_at.desc(), Run.id.desc())
        .offset(1)
        .limit(8)
    )
    count = 0
    for state in states:
        if state in COMPLETE:
            break
        count += 1
    return count


def all_source_ids(session: Session) -> list[int]:
    """Every source that is an address."""
    return list(session.scalars(sa.select(Source.id).where(Source.url != SUBMITTED).order_by(Source.id)))


def source_ids_of(session: Session, agency_id: int) -> list[int]:
    """The sources that serve a body."""
    return list(
        session.scalars(
            sa.select(SourceAgency.source_id)
            .where(SourceAgency.agency_id == agency_id)
            .order_by(SourceAgency.source_id)
        )
    )
