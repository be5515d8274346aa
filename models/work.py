"""The queue's truth: a row for each piece of work. A broker message carries only the row's number and may get lost."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Json, chunks, insert_for, inserted, one_of

KINDS = ("crawl", "read", "check", "decide", "tell", "mail", "summary")
STATES = ("waiting", "taken", "done", "failed", "dropped")
ERROR_KINDS = ("retry", "person", "defect")

FIRST_DELAY = timedelta(seconds=15)
LONGEST_DELAY = timedelta(hours=2)
OPEN = ("waiting", "taken")
UNSEEN = {"synchronize_session": False}  # the objects at hand, if any, are not looked at again

# How soon: the lower number first. What is due now comes before what only completes the past.
ASKED = 0  # a person waits for it
SEASON = 2  # about the report that is due this year, or perhaps
USUAL = 5
ARCHIVE = 7  # about a report of an earlier year
BACKGROUND = 9  # where nothing else is to be done

# Conditions are written with their words in them, not as parameters: only so do the partial indexes below serve them.
WAITING = sa.text("work.state = 'waiting'")
TAKEN = sa.text("work.state = 'taken'")
DONE = sa.text("work.state = 'done'")
FAILED = sa.text("work.state = 'failed'")
IS_OPEN = sa.text("work.state IN ('waiting', 'taken')")
UNSENT = sa.text("work.state = 'waiting' AND work.sent_at IS NULL")
SENT = sa.text("work.state = 'waiting' AND work.sent_at IS NOT NULL")


def _partial(name: str, *columns: str, where: sa.TextClause, unique: bool = False) -> sa.Index:
    condition = sa.text(where.text.replace("work.", ""))
    return sa.Index(name, *columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


class Work(Base):
    """One piece of work on one subject. At most one open (waiting or taken) a kind and subject."""

    __tablename__ = "work"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    # The row it is about: a source, version, document or mail, by kind; 0 where there is none.
    subject: Mapped[int]
    # When: by urgency (the least first), then in turn. Pieces of one lane (a source) take their turns one after the
    # other beside those of all other lanes, so that one long list does not hold up the rest.
    priority: Mapped[int] = mapped_column(sa.SmallInteger, default=USUAL, server_default=str(USUAL))
    lane: Mapped[int] = mapped_column(default=0, server_default="0")
    turn: Mapped[int] = mapped_column(sa.BigInteger, default=0, server_default="0")
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
        _partial("uq_work_open", "kind", "subject", where=IS_OPEN, unique=True),
        _partial("ix_work_unsent", "kind", "priority", "turn", "id", where=UNSENT),
        _partial("ix_work_sent", "kind", "sent_at", where=SENT),
        _partial("ix_work_waiting", "kind", "due_at", where=WAITING),
        _partial("ix_work_lane", "kind", "lane", "turn", where=WAITING),
        _partial("ix_work_taken", "taken_until", where=TAKEN),
        _partial("ix_work_failed", "kind", where=FAILED),
        _partial("ix_work_done", "due_at", where=DONE),
    )


def add(
    session: Session,
    kind: str,
    subject: int,
    now: datetime,
    priority: int = USUAL,
    due_at: datetime | None = None,
) -> Work:
    """The open work of that kind on that subject: made if there is none, more urgent if it waits and is so now.

    Work that is being done right now was begun before what the caller saw, so it is marked to run once more. The row
    stays locked until the caller's commit, so nobody takes or ends the work before he can see the caller's data."""
    open_ = (
        sa.select(Work)
        .where(Work.kind == kind, Work.subject == subject, IS_OPEN)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    while True:
        session.flush()  # populate_existing would overwrite what is not written yet
        found = session.scalar(open_)
        if found is not None:
            if found.state == "taken":
                found.payload = {**(found.payload or {}), "again": True}
            found.priority = min(found.priority, priority)
            session.flush()
            return found
        work = _new(session, kind, subject, now, priority)
        work.due_at = due_at or now
        if inserted(session, work):
            return work
        # Another process was a moment earlier; its row is open, or already ended again: look once more.


def add_first(session: Session, kind: str, subject: int, now: datetime, priority: int = USUAL, lane: int = 0) -> Work:
    """The work on a subject that this transaction made itself, so that nobody can have added any: looked for by no
    statement."""
    work = _new(session, kind, subject, now, priority, lane)
    session.add(work)
    session.flush()
    return work


def _new(session: Session, kind: str, subject: int, now: datetime, priority: int, lane: int = 0) -> Work:
    return Work(
        kind=kind,
        subject=subject,
        priority=priority,
        lane=lane,
        turn=_turn(session, kind, priority, lane) if lane else 0,
        payload={},
        created_at=now,
        due_at=now,
        state="waiting",
        attempts=0,
    )


def add_all(
    session: Session, kind: str, subjects: Mapping[int, dict[str, Any]], now: datetime, priority: int = USUAL
) -> list[int]:
    """``add`` for many subjects, each with its payload, in a few statements. Returns the numbers of the work."""
    found: dict[int, int] = {}
    while left := sorted(subjects.keys() - found.keys()):
        session.flush()
        for part in chunks(left):
            known = sa.select(Work).where(Work.kind == kind, Work.subject.in_(part), IS_OPEN).order_by(Work.id)
            for row in session.scalars(known.with_for_update().execution_options(populate_existing=True)):
                if row.state == "taken":
                    row.payload = {**(row.payload or {}), "again": True}
                row.priority = min(row.priority, priority)
                found[row.subject] = row.id
        new = [
            {
                "kind": kind,
                "subject": one,
                "priority": priority,
                "payload": subjects[one],
                "created_at": now,
                "due_at": now,
            }
            for one in left
            if one not in found
        ]
        session.flush()
        if new:
            # What another process added a moment earlier is left out, and looked at once more.
            rows = insert_for(session, Work).on_conflict_do_nothing().returning(Work.subject, Work.id)
            found |= dict(session.execute(rows, new).all())
    return [found[subject] for subject in subjects]


def urgency(year: int | None, now: datetime) -> int:
    """How soon a document of that report year is to be read and checked: the season's before those of earlier years;
    one of unknown year may be the season's."""
    return SEASON if year is None or year >= now.year - 1 else ARCHIVE


def _turn(session: Session, kind: str, priority: int, lane: int) -> int:
    """The next turn of a lane: one after its last, and never before whose turn it is now (start-time fair queueing)."""
    waiting = sa.select(Work.turn).where(Work.kind == kind, WAITING)
    last = waiting.where(Work.lane == lane).order_by(Work.turn.desc()).limit(1).scalar_subquery()
    now = (
        waiting.where(Work.priority == priority, Work.sent_at.is_(None)).order_by(Work.turn).limit(1).scalar_subquery()
    )
    behind, current = session.execute(sa.select(last, now)).one()
    return max(behind + 1 if behind is not None else 0, current or 0)


def claim(session: Session, work_id: int, by: str, now: datetime, lease: timedelta) -> Work | None:
    """Take a piece of work: only one caller gets it. None if it is done, not due, or under another's live lease.

    The same ``by`` may take it again: a message that is delivered a second time means that its first holder died."""
    return session.scalar(
        sa.update(Work)
        .where(
            Work.id == work_id,
            sa.or_(
                sa.and_(Work.state == "waiting", Work.due_at <= now),
                sa.and_(Work.state == "taken", sa.or_(Work.taken_until <= now, Work.taken_by == by)),
            ),
        )
        .values(state="taken", taken_by=by, taken_until=now + lease, attempts=Work.attempts + 1)
        .returning(Work)
        .execution_options(synchronize_session=False, populate_existing=True)
    )


def finish(session: Session, work_id: int, by: str, now: datetime) -> bool:
    """Mark it done, if ``by`` still holds it. False where somebody else took it over meanwhile."""
    return finish_all(session, [work_id], by, now) is not None


def finish_all(session: Session, ids: Collection[int], by: str, now: datetime) -> list[int] | None:
    """Mark these done, if ``by`` still holds all of them; None where somebody else took one over meanwhile.

    Returns those that wait once more, because the same work was asked for again while it ran."""
    mine = sa.select(Work.id, Work.payload).where(Work.id.in_(ids), TAKEN, Work.taken_by == by).order_by(Work.id)
    found = session.execute(mine.with_for_update()).all()
    if len(found) < len(set(ids)):
        return None
    again = {row.id: row.payload for row in found if (row.payload or {}).get("again")}
    ended = {"taken_by": None, "taken_until": None, "error": None, "error_kind": None}
    done = sa.update(Work).where(Work.id.in_([row.id for row in found if row.id not in again]))
    session.execute(done.values(state="done", finished_at=now, **ended), execution_options=UNSEEN)
    for id_, payload in again.items():
        rest = {key: value for key, value in payload.items() if key != "again"}
        renewed = {"payload": rest, "state": "waiting", "due_at": now, "sent_at": None, "attempts": 0}
        session.execute(sa.update(Work).where(Work.id == id_).values(**renewed, **ended), execution_options=UNSEEN)
    return list(again)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why work failed, and what that calls for: another try, a person, or a correction of the program."""

    text: str
    kind: str


def fail(session: Session, work_id: int, by: str, failure: Failure, now: datetime, max_attempts: int = 5) -> bool:
    """Record a failure. True if it will be tried again (``retry`` and attempts left, after a growing pause with
    jitter), else it is ``failed`` until a person retries or drops it."""
    work = session.get(Work, work_id, with_for_update=True, populate_existing=True)
    if work is None or work.state != "taken" or work.taken_by != by:
        return False
    again = failure.kind == "retry" and work.attempts < max_attempts
    work.error, work.error_kind = failure.text[:2000], failure.kind
    work.taken_by = work.taken_until = None
    if again:
        pause = min(FIRST_DELAY * 4 ** (work.attempts - 1), LONGEST_DELAY)
        work.state, work.due_at, work.sent_at = "waiting", now + pause * random.uniform(0.8, 1.2), None
    else:
        work.state, work.finished_at = "failed", now
    session.flush()
    return again


def postpone(session: Session, work_id: int, by: str, until: datetime) -> bool:
    """Let it wait until its turn has come, as if nobody had taken it. False where ``by`` does not hold it."""
    work = session.get(Work, work_id, with_for_update=True, populate_existing=True)
    if work is None or work.state != "taken" or work.taken_by != by:
        return False
    work.state, work.due_at, work.sent_at, work.attempts = "waiting", until, None, work.attempts - 1
    work.taken_by = work.taken_until = None
    session.flush()
    return True


Piece = tuple[int, str]  # number and kind, as a message needs them


def open_pieces(session: Session, ids: Iterable[int]) -> list[Piece]:
    """Those of these that wait, in the order given."""
    wanted = list(ids)
    found: dict[int, str] = {}
    for part in chunks(wanted):
        found |= dict(session.execute(sa.select(Work.id, Work.kind).where(Work.id.in_(part), WAITING)).all())
    return [(id_, found[id_]) for id_ in wanted if id_ in found]


def unsent(session: Session, kind: str, now: datetime, limit: int, least: int = BACKGROUND) -> list[Piece]:
    """The next pieces of a kind of which no message has been sent, the most urgent first, then in turn; only those at
    least as urgent as ``least``."""
    query = (
        sa.select(Work.id, Work.kind)
        .where(Work.kind == kind, UNSENT, Work.priority <= least, Work.due_at <= now)
        .order_by(Work.priority, Work.turn, Work.id)
        .limit(limit)
        .with_for_update(skip_locked=True)  # two that send at once send different ones
    )
    return [(id_, kind) for id_, kind in session.execute(query)]


def lost(session: Session, kind: str, sent_before: datetime, now: datetime, limit: int) -> list[Piece]:
    """Waiting pieces of a kind whose message was sent before that moment and has not been taken."""
    query = (
        sa.select(Work.id, Work.kind)
        .where(Work.kind == kind, SENT, Work.sent_at <= sent_before, Work.due_at <= now)
        .order_by(Work.sent_at, Work.id)
        .limit(limit)
    )
    return [(id_, kind) for id_, kind in session.execute(query)]


def left_behind(session: Session, sent_before: datetime, now: datetime, limit: int) -> list[Piece]:
    """Pieces taken by somebody whose lease ran out, and not sent again since that moment."""
    query = (
        sa.select(Work.id, Work.kind)
        .where(TAKEN, Work.taken_until <= now, sa.or_(Work.sent_at.is_(None), Work.sent_at <= sent_before))
        .order_by(Work.taken_until, Work.id)
        .limit(limit)
    )
    return [(id_, kind) for id_, kind in session.execute(query)]


def mark_sent(session: Session, ids: Iterable[int], now: datetime | None) -> None:
    """Messages for these have been handed to the broker (None: have not, after all)."""
    for part in chunks(ids):
        session.execute(sa.update(Work).where(Work.id.in_(part)).values(sent_at=now))


def counts(session: Session, now: datetime) -> dict[str, Any]:
    """The queue in figures: waiting (due), delayed, running, failed, and the age in seconds of the oldest waiting."""
    due = sa.case((Work.due_at <= now, 1))
    parts = [
        sa.select(
            sa.literal(state).label("state"), Work.kind, sa.func.count(), sa.func.count(due), sa.func.min(Work.due_at)
        )
        .where(condition)
        .group_by(Work.kind)
        for state, condition in (("waiting", WAITING), ("taken", TAKEN), ("failed", FAILED))
    ]
    by_kind: dict[str, dict[str, int]] = {}
    total = dict.fromkeys(("waiting", "delayed", "taken", "failed"), 0)
    oldest = now
    for state, kind, number, ready, first in session.execute(sa.union_all(*parts)):
        by_kind.setdefault(kind, {})[state] = number
        total[state] += ready if state == "waiting" else number
        total["delayed"] += number - ready if state == "waiting" else 0
        if state == "waiting" and ready:
            oldest = min(oldest, first)
    return {
        "waiting": total["waiting"],
        "delayed": total["delayed"],
        "running": total["taken"],
        "failed": total["failed"],
        "oldest_waiting_seconds": round((now - oldest).total_seconds()),
        "by_kind": by_kind,
    }


def retry(session: Session, ids: Sequence[int] | None, now: datetime) -> int:
    """Put failed work back (all of it if ``ids`` is None). A newer open piece on the same subject makes it needless:
    then the failed one is dropped. Returns how many wait again."""
    query = sa.select(Work).where(FAILED)
    if ids is not None:
        query = query.where(Work.id.in_(ids))
    count = 0
    for work in session.scalars(query.order_by(Work.id)).all():
        newer = session.scalar(sa.select(Work.id).where(Work.kind == work.kind, Work.subject == work.subject, IS_OPEN))
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
