"""Who may ask a host at the moment: a lease that one crawling process holds, and the moment before which nobody asks."""

from __future__ import annotations

import socket
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, inserted


class HostLease(Base):
    """One address (with its port where that is an unusual one). ``until`` is when the holder's lease runs out by itself;
    ``quiet_until`` a pause that is owed to the host by everybody."""

    __tablename__ = "host_leases"

    key: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str] = mapped_column(default="", server_default="")
    until: Mapped[datetime]
    quiet_until: Mapped[datetime]


def process_name(pid: int) -> str:
    """How the holder of a lease begins that is a process of this machine."""
    return f"{socket.gethostname()} {pid} "


def take(session: Session, key: str, holder: str, now: datetime, lease: timedelta) -> timedelta:
    """Take or lengthen the lease. Returns how long to wait: nothing where ``holder`` has it and may ask."""
    row = session.get(HostLease, key, with_for_update=True, populate_existing=True)
    if row is None:
        row = HostLease(key=key, holder=holder, until=now + lease, quiet_until=now)
        if inserted(session, row):
            return timedelta(0)
        row = session.get_one(HostLease, key, with_for_update=True, populate_existing=True)
    if row.holder != holder and row.holder and row.until > now:
        return row.until - now
    row.holder, row.until = holder, now + lease
    return max(row.quiet_until - now, timedelta(0))


def leave(session: Session, key: str, holder: str, now: datetime, quiet: timedelta) -> None:
    """Give the lease back; nobody asks the host for as long as ``quiet``. Nothing happens where somebody else has it."""
    session.execute(
        sa.update(HostLease)
        .where(HostLease.key == key, HostLease.holder == holder)
        .values(holder="", until=now, quiet_until=now + quiet)
    )


def leave_all(session: Session, process: str, now: datetime, quiet: timedelta) -> None:
    """Give back all that a process held which is known to have died: nobody need wait until its leases run out. Its last
    requests count: nobody asks those hosts for as long as ``quiet``."""
    session.execute(
        sa.update(HostLease)
        .where(HostLease.holder.startswith(process, autoescape=True))
        .values(holder="", until=now, quiet_until=now + quiet)
    )


def pause(session: Session, key: str, now: datetime, quiet: timedelta) -> None:
    """A host asked to be left alone: all processes keep to it."""
    session.execute(
        sa.update(HostLease)
        .where(HostLease.key == key, HostLease.quiet_until < now + quiet)
        .values(quiet_until=now + quiet)
    )


def turn(session: Session, key: str, now: datetime, a_minute: int) -> datetime:
    """When the next one may be handed to a host that takes so many a minute; where that is ``now``, the turn is taken.

    Half of them at once, then half of them a minute, evenly (the generic cell rate algorithm): so no minute, wherever it
    begins, has more than ``a_minute``. Two that ask at once wait for each other."""
    at_once = max(1, a_minute // 2)
    apart = timedelta(seconds=60) / max(1, a_minute - at_once)
    row = session.get(HostLease, key, with_for_update=True, populate_existing=True)
    if row is None:
        row = HostLease(key=key, holder="", until=now, quiet_until=now)
        if not inserted(session, row):
            row = session.get_one(HostLease, key, with_for_update=True, populate_existing=True)
    free = row.quiet_until - apart * (at_once - 1)
    if free > now:
        return free
    row.quiet_until = max(row.quiet_until, now) + apart
    session.flush()
    return now
