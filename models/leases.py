"""What the workers need to know of work beside its rows: leases that are lengthened, and which trouble may pass."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, TimeoutError
from sqlalchemy.orm import Session

from models.mails import Mail
from models.sources import Source, SourceAgency
from models.work import DONE, FAILED, IS_OPEN, SENT, TAKEN, UNSEEN, UNSENT, WAITING, Work, add


def renew(session: Session, by: str, now: datetime, lease: timedelta, wait: bool = True) -> int:
    """Lengthen the lease on all work that ``by`` is doing. Returns how many pieces that are. ``wait`` false: on those
    only that no transaction holds; of ``by``'s own, it is one that lengthens the lease or ends the work."""
    mine = sa.and_(TAKEN, Work.taken_by == by)
    if not wait:
        mine = Work.id.in_(sa.select(Work.id).where(mine).with_for_update(skip_locked=True))
    kept = session.scalars(
        sa.update(Work)
        .where(mine)
        .values(taken_until=now + lease)
        .returning(Work.id)
        .execution_options(synchronize_session=False)
    )
    return len(kept.all())


def claimable(session: Session, kind: str, now: datetime, limit: int) -> list[int]:
    """The numbers of due work of one kind that nobody does, the longest waiting first: for a worker that takes many."""
    waiting = (
        sa.select(Work.id).where(Work.kind == kind, WAITING, Work.due_at <= now).order_by(Work.due_at).limit(limit)
    )
    left = sa.select(Work.id).where(Work.kind == kind, TAKEN, Work.taken_until <= now).limit(limit)
    return [*session.scalars(left), *session.scalars(waiting)][:limit]


def take_along(
    session: Session, kind: str, by: str, now: datetime, lease: timedelta, limit: int
) -> list[tuple[int, int, int, dict[str, Any]]]:
    """Take due work of one kind that nobody has tried: for a worker that does several pieces in one go. What no message
    was sent of comes first, the most urgent first, then in turn; then half of what was sent and is not begun: alone it
    costs twice as much, and others who run out of work get the other half. As (number, subject, priority, payload)."""
    ids = _untried(session, kind, now, UNSENT, (Work.priority, Work.turn, Work.id), limit)
    sent = _untried(session, kind, now, SENT, (Work.sent_at, Work.id), limit - len(ids))
    ids += sent[: (len(sent) + 1) // 2]
    if not ids:
        return []
    taken = (
        sa.update(Work)
        .where(Work.id.in_(ids), WAITING)
        .values(state="taken", taken_by=by, taken_until=now + lease, attempts=1)
        .returning(Work.id, Work.subject, Work.priority, Work.payload)
    )
    found = {row.id: row for row in session.execute(taken, execution_options=UNSEEN)}
    return [
        (row.id, row.subject, row.priority, dict(row.payload or {}))
        for id_ in ids
        if (row := found.get(id_)) is not None
    ]


def _untried(
    session: Session, kind: str, now: datetime, waits: sa.TextClause, order: Sequence[Any], limit: int
) -> list[int]:
    if limit <= 0:
        return []
    query = (
        sa.select(Work.id)
        .where(Work.kind == kind, waits, Work.due_at <= now, Work.attempts == 0)
        .order_by(*order)
        .limit(limit)
        .with_for_update(skip_locked=True)  # two that take at once take different ones
    )
    return list(session.scalars(query))


def give_back(session: Session, ids: Collection[int], by: str) -> None:
    """Work that was taken along and not begun waits again, as if nobody had taken it. If a message was sent of it, that
    has perhaps been spent meanwhile: another one will be."""
    session.execute(
        sa.update(Work)
        .where(Work.id.in_(ids), TAKEN, Work.taken_by == by)
        .values(state="waiting", taken_by=None, taken_until=None, attempts=0, sent_at=None),
        execution_options=UNSEEN,
    )


def open_subjects(session: Session, kind: str) -> set[int]:
    """The subjects with open work of that kind: a source that is being crawled is still due, and not once more."""
    return set(session.scalars(sa.select(Work.subject).where(Work.kind == kind, IS_OPEN)))


def add_due_crawls(session: Session, now: datetime, ahead: int) -> list[int]:
    """Work for the sources whose next crawl is due, that serve somebody and that nobody is looking at, the longest
    waiting first; never more open at once than ``ahead``: the rest keeps its place in the table of sources. Returns the
    numbers of the new work."""
    open_ = sa.select(Work.id).where(Work.kind == "crawl", IS_OPEN).limit(ahead).subquery()
    room = ahead - (session.scalar(sa.select(sa.func.count()).select_from(open_)) or 0)
    if room <= 0:
        return []
    looked_at = sa.select(Work.id).where(Work.kind == "crawl", IS_OPEN, Work.subject == Source.id).correlate(Source)
    serves = sa.exists().where(SourceAgency.source_id == Source.id)
    found: list[int] = []
    # One after the other: for either of them SQLite would go through the times of all sources.
    for due in (Source.next_due_at.is_(None), Source.next_due_at <= now):
        query = sa.select(Source.id).where(due, serves, ~looked_at.exists())
        found += session.scalars(query.order_by(Source.next_due_at, Source.id).limit(room - len(found)))
    return [add(session, "crawl", source_id, now).id for source_id in found]


def add_together(session: Session, kind: str, subject: int, now: datetime, due_at: datetime) -> None:
    """``work.add`` for what many ask for at the same time, to be done later: they hold the row that waits in common, so
    that none waits for another, and nobody begins the work before the last of them can be seen."""
    waits = sa.select(Work.id).where(Work.kind == kind, Work.subject == subject, WAITING)
    if session.scalar(waits.with_for_update(read=True)) is None:
        add(session, kind, subject, now, due_at=due_at)


def bring_forward(session: Session, kind: str, subjects: Collection[int], now: datetime) -> None:
    """Work that waits for a later try is due now, because somebody asks for it now."""
    later = sa.and_(Work.kind == kind, Work.subject.in_(subjects), WAITING, Work.due_at > now)
    session.execute(
        sa.update(Work).where(later).values(due_at=now, sent_at=None).execution_options(synchronize_session=False)
    )


def forget_done(session: Session, before: datetime, limit: int = 10_000) -> int:
    """Delete work that was done and due before that moment: what came of it stands elsewhere. Returns how much."""
    old = sa.select(Work.id).where(DONE, Work.due_at < before).order_by(Work.due_at).limit(limit)
    return len(session.scalars(sa.delete(Work).where(Work.id.in_(old)).returning(Work.id)).all())


def failures(session: Session) -> list[tuple[str, str, str, int]]:
    """Failed work by (kind, kind of trouble, error): how often, the commonest first."""
    number = sa.func.count()
    rows = session.execute(
        sa.select(Work.kind, sa.func.coalesce(Work.error_kind, ""), sa.func.coalesce(Work.error, ""), number)
        .where(FAILED)
        .group_by(Work.kind, Work.error_kind, Work.error)
        .order_by(number.desc(), Work.kind)
    )
    return [(kind, error_kind, error, count) for kind, error_kind, error, count in rows]


def failed_pieces(session: Session, kinds: Collection[str]) -> list[tuple[str, int, str]]:
    """(kind, subject, reason) of the failed work of these kinds."""
    query = sa.select(Work.kind, Work.subject, Work.error).where(FAILED, Work.kind.in_(kinds)).order_by(Work.id)
    return [(kind, subject, error or "") for kind, subject, error in session.execute(query)]


def repeatable_failures(session: Session) -> list[int]:
    """Failed work that may be done once more without asking. A mail that is perhaps sent could arrive twice: putting it
    back takes a person who names it."""
    perhaps = sa.select(Mail.id).where(Mail.state.in_(("perhaps_sent", "sending")))
    query = sa.select(Work.id).where(FAILED, sa.or_(Work.kind != "mail", Work.subject.not_in(perhaps)))
    return list(session.scalars(query.order_by(Work.id)))


def last_added(session: Session, kind: str) -> datetime | None:
    """When work of that kind was last added: whether a daily job has had its turn, whoever ran it."""
    return session.scalar(sa.select(sa.func.max(Work.created_at)).where(Work.kind == kind))


def queued_mails(session: Session, by_smtp: bool = True) -> list[int]:
    """The mails that wait in the outbox and have no open work to send them, oldest first; without a mail server only
    those for channels."""
    pending = sa.select(Work.subject).where(Work.kind == "mail", IS_OPEN)
    query = sa.select(Mail.id).where(Mail.state == "queued", Mail.id.not_in(pending)).order_by(Mail.id)
    return list(session.scalars(query if by_smtp else query.where(Mail.event == "channel")))


def temporary(error: BaseException) -> bool:
    """True for trouble of the database that may pass by itself: no connection, a lost one, a lock not given."""
    if isinstance(error, OperationalError | InterfaceError | TimeoutError):
        return True
    return isinstance(error, DBAPIError) and error.connection_invalidated
