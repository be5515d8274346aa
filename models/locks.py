"""Locks by lease: one active holder a name, taken over when its heart stops; and locks for the length of a transaction."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, inserted


class Lock(Base):
    """Who holds a name until when. One row a name."""

    __tablename__ = "locks"

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    until: Mapped[datetime]
    beat_at: Mapped[datetime]


def hold(session: Session, name: str, holder: str, now: datetime, lease: timedelta) -> bool:
    """Take the lock, or keep it: True if ``holder`` has it until ``now + lease``. One statement decides."""
    kept = session.scalar(
        sa.update(Lock)
        .where(Lock.name == name, sa.or_(Lock.holder == holder, Lock.until <= now))
        .values(holder=holder, until=now + lease, beat_at=now)
        .returning(Lock.name)
        .execution_options(synchronize_session=False)
    )
    if kept is not None:
        return True
    return inserted(session, Lock(name=name, holder=holder, until=now + lease, beat_at=now))


def release(session: Session, name: str, holder: str) -> None:
    """Give the lock back, if ``holder`` still has it."""
    session.execute(sa.delete(Lock).where(Lock.name == name, Lock.holder == holder))


def holder_of(session: Session, name: str, now: datetime) -> tuple[str, datetime] | None:
    """Who holds the name now and when its heart last beat; None if nobody does."""
    lock = session.get(Lock, name, populate_existing=True)
    return (lock.holder, lock.beat_at) if lock is not None and lock.until > now else None


def pass_alone(session: Session, keys: Collection[tuple[int, int]]) -> None:
    """Wait until nobody else is in a transaction that passed here with one of these pairs of numbers, in the order of
    the pairs, and hold others back until this one ends. On SQLite one transaction at a time writes anyway.

    No row is locked by it: who writes to a row of one of these bodies, or refers to it, waits for nobody."""
    if keys and session.get_bind().dialect.name == "postgresql":
        first, second = zip(*sorted(set(keys)), strict=True)
        session.execute(_ALONE, {"first": list(first), "second": list(second)})


_ALONE = sa.text(
    "SELECT pg_advisory_xact_lock(first, second) FROM (SELECT first, second FROM unnest(CAST(:first AS integer[]),"
    " CAST(:second AS integer[])) AS pair (first, second) ORDER BY first, second) AS ordered"
)
