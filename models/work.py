"""The queue's truth: a row for each piece of work. A broker message carries only the row's number and may get lost."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Json, inserted, one_of

KINDS = ("crawl", "read", "check", "decide", "mail", "summary")
STATES = ("waiting", "taken", "done", "failed", "dropped")
ERROR_KINDS = ("retry", "person", "defect")

FIRST_DELAY = timedelta(seconds=15)
LONGEST_DELAY = timedelta(hours=2)
OPEN = ("waiting", "taken")


class Work(Base):
    """One piece of work on one subject. At most one open (waiting or taken) a kind and subject."""

    __tablename__ = "work"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    # The row it is about: a source, version, document or mail, by kind; 0 where there is none.
    subject: Mapped[int]
    payload: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    # Life
    state: Mapped[str] = mapped_column(default="waiting", server_default="waiting")
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    error: Mapped[str | None]
    error_kind: Mapped[str | None]
    # Times
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    taken_until: Mapped[datetime | None]
    taken_by: Mapped[str | None]
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        one_of("kind", KINDS),
        one_of("state", STATES),
        sa.CheckConstraint(f"error_kind IN {ERROR_KINDS}", name="error_kind"),
        sa.CheckConstraint(
            "(state = 'taken') = (taken_by IS NOT NULL AND taken_until IS NOT NULL)", name="taken_has_a_holder"
        ),
        sa.Index(
            "uq_work_open",
            "kind",
            "subject",
            unique=True,
            sqlite_where=sa.text("state IN ('waiting', 'taken')"),
            postgresql_where=sa.text("state IN ('waiting', 'taken')"),
        ),
        sa.Index("ix_work_state_due_at", "state", "due_at"),
    )


def add(
    session: Session,
    kind: str,
    subject: int,
    now: datetime,
    payload: dict[str, Any] | None = None,
    due_at: datetime | None = None,
) -> Work:
    """The open work of that kind on that subject: made if there is none.

    Work that is being done right now was begun before what the caller saw, so it is marked to run once more. The row
    stays locked until the caller's commit, so nobody takes or ends the work before he can see the caller's data."""
    open_ = (
        sa.select(Work)
        .where(Work.kind == kind, Work.subject == subject, Work.state.in_(OPEN))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    while True:
        session.flush()  # populate_existing would overwrite what is not written yet
        found = session.scalar(open_)
        if found is not None:
            if found.state == "taken":
                found.payload = {**(found.payload or {}), "again": True}
                session.flush()
            return found
        work = Work(
            kind=kind,
            subject=subject,
            payload=payload or {},
            created_at=now,
            due_at=due_at or now,
            state="waiting",
            attempts=0,
        )
        if inserted(session, work):
            return work
        # Another process was a moment earlier; its row is open, or already ended again: look once more.


def claim(session: Session, work_id: int, by: str, now: datetime, lease: timedelta) -> Work | None:
    """Take a piece of work: only one caller gets it. None if it is done, not due, or under another's live lease.

    The same ``by`` may take it again: a message that is delivered a second time means that its first holder died."""
    taken = session.execute(
        sa.update(Work)
        .where(
            Work.id == work_id,
            sa.or_(
                sa.and_(Work.state == "waiting", Work.due_at <= now),
                sa.and_(Work.state == "taken", sa.or_(Work.taken_until <= now, Work.taken_by == by)),
            ),
        )
        .values(state="taken", taken_by=by, taken_until=now + lease, attempts=Work.attempts + 1)
        .returning(Work.id)
        .execution_options(synchronize_session=False)
    ).scalar()
    return session.get(Work, work_id, populate_existing=True) if taken is not None else None


def finish(session: Session, work_id: int, by: str, now: datetime) -> bool:
    """Mark it done, if ``by`` still holds it. False where somebody else took it over meanwhile.

    Where the same work was asked for again while it ran, it waits once more."""
    work = session.get(Work, work_id, with_for_update=True, populate_existing=True)
    if work is None or work.state != "taken" or work.taken_by != by:
        return False
    if (work.payload or {}).get("again"):
        work.payload = {key: value for key, value in work.payload.items() if key != "again"}
        work.state, work.due_at, work.sent_at, work.attempts = "waiting", now, None, 0
    else:
        work.state, work.finished_at = "done", now
    work.taken_by = work.taken_until = work.error = work.error_kind = None
    session.flush()
    return True


def fail(
    session: Session, work_id: int, by: str, error: str, error_kind: str, now: datetime, max_attempts: int = 5
) -> bool:
    """Record a failure. True if it will be tried again (``retry`` and attempts left, after a growing pause with
    jitter), else it is ``failed`` until a person retries or drops it."""
    work = session.get(Work, work_id, with_for_update=True, populate_existing=True)
    if work is None or work.state != "taken" or work.taken_by != by:
        return False
    again = error_kind == "retry" and work.attempts < max_attempts
    work.error, work.error_kind = error[:2000], error_kind
    work.taken_by = work.taken_until = None
    if again:
        pause = min(FIRST_DELAY * 4 ** (work.attempts - 1), LONGEST_DELAY)
        work.state, work.due_at, work.sent_at = "waiting", now + pause * random.uniform(0.8, 1.2), None
    else:
        work.state, work.finished_at = "failed", now
    session.flush()
    return again


def unsent(session: Session, now: datetime, older_than: timedelta, limit: int = 1000) -> list[Work]:
    """What must be sent (again): due and waiting with no message sent within ``older_than``, or taken by somebody whose
    lease ran out. The longest waiting first."""
    stale = now - older_than
    query = sa.select(Work).where(
        sa.or_(
            sa.and_(Work.state == "waiting", Work.due_at <= now, sa.or_(Work.sent_at.is_(None), Work.sent_at <= stale)),
            sa.and_(
                Work.state == "taken", Work.taken_until <= now, sa.or_(Work.sent_at.is_(None), Work.sent_at <= stale)
            ),
        )
    )
    return list(session.scalars(query.order_by(Work.due_at, Work.id).limit(limit)))


def mark_sent(session: Session, ids: Sequence[int], now: datetime) -> None:
    """Messages for these have been handed to the broker."""
    if ids:
        session.execute(sa.update(Work).where(Work.id.in_(ids)).values(sent_at=now))


def open_count(session: Session, now: datetime) -> int:
    """How many pieces are due or being done."""
    condition = sa.or_(sa.and_(Work.state == "waiting", Work.due_at <= now), Work.state == "taken")
    return session.scalar(sa.select(sa.func.count()).select_from(Work).where(condition)) or 0


def counts(session: Session, now: datetime) -> dict[str, Any]:
    """The queue in figures: waiting (due), delayed, running, failed, and the age in seconds of the oldest waiting."""
    waiting = sa.and_(Work.state == "waiting", Work.due_at <= now)
    row = session.execute(
        sa.select(
            sa.func.count(sa.case((waiting, 1))),
            sa.func.count(sa.case((sa.and_(Work.state == "waiting", Work.due_at > now), 1))),
            sa.func.count(sa.case((Work.state == "taken", 1))),
            sa.func.count(sa.case((Work.state == "failed", 1))),
        )
    ).one()
    oldest = session.scalar(sa.select(sa.func.min(Work.due_at)).where(waiting))
    kinds = session.execute(
        sa.select(Work.kind, Work.state, sa.func.count())
        .where(Work.state.in_(("waiting", "taken", "failed")))
        .group_by(Work.kind, Work.state)
    )
    by_kind: dict[str, dict[str, int]] = {}
    for kind, state, number in kinds:
        by_kind.setdefault(kind, {})[state] = number
    return {
        "waiting": row[0],
        "delayed": row[1],
        "running": row[2],
        "failed": row[3],
        "oldest_waiting_seconds": round((now - oldest).total_seconds()) if oldest else 0,
        "by_kind": by_kind,
    }


def retry(session: Session, ids: Sequence[int] | None, now: datetime) -> int:
    """Put failed work back (all of it if ``ids`` is None). A newer open piece on the same subject makes it needless:
    then the failed one is dropped. Returns how many wait again."""
    query = sa.select(Work).where(Work.state == "failed")
    if ids is not None:
        query = query.where(Work.id.in_(ids))
    count = 0
    for work in session.scalars(query.order_by(Work.id)).all():
        newer = session.scalar(
            sa.select(Work.id).where(Work.kind == work.kind, Work.subject == work.subject, Work.state.in_(OPEN))
        )
        if newer is not None:
            work.state, work.finished_at = "dropped", now
            continue
        work.state, work.due_at, work.attempts, work.sent_at, work.finished_at = "waiting", now, 0, None, None
        session.flush()
        count += 1
    return count


def drop(session: Session, ids: Sequence[int], now: datetime) -> int:
    """Give failed work up for good. Returns how many."""
    dropped = session.scalars(
        sa.update(Work)
        .where(Work.id.in_(ids), Work.state == "failed")
        .values(state="dropped", finished_at=now)
        .returning(Work.id)
    )
    return len(dropped.all())
