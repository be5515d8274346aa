"""What the register said of a body, and since when: so that a past day's ledger can be drawn up anew."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, chunks


class HistoryEntry(NamedTuple):
    """What decides whether and by when a body owes a report, and to whom: ``superior`` is the name of the body above."""

    kind: str
    level: str
    in_scope_from: date | None
    in_scope_to: date | None
    deadline: str
    superior: str = ""


class AgencyHistory(Base):
    """What the register said of a body from ``recorded_at`` on; append only."""

    __tablename__ = "agency_history"

    id: Mapped[int] = mapped_column(primary_key=True)
    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agencies.id", ondelete="CASCADE"))
    recorded_at: Mapped[datetime]
    kind: Mapped[str]
    level: Mapped[str]
    in_scope_from: Mapped[date | None]
    in_scope_to: Mapped[date | None]
    deadline: Mapped[str] = mapped_column(default="", server_default="")
    superior: Mapped[str] = mapped_column(default="", server_default="")

    __table_args__ = (sa.Index("ix_agency_history_agency_id", "agency_id"),)


COLUMNS = tuple(getattr(AgencyHistory, name) for name in HistoryEntry._fields)


def note(session: Session, entries: Mapping[int, HistoryEntry], now: datetime) -> None:
    """Keep what the register says of these bodies where it is not what it said before."""
    known = entries_at(session, now, entries)
    rows = [
        {"agency_id": id_, "recorded_at": now, **entry._asdict()}
        for id_, entry in entries.items()
        if known.get(id_) != entry
    ]
    if rows:
        session.execute(sa.insert(AgencyHistory), rows)


def entries_at(session: Session, at: datetime, ids: Collection[int] | None = None) -> dict[int, HistoryEntry | None]:
    """What the register said of these bodies (None: of all) at that moment; None for one that it did not have yet. A body
    of which nothing is kept is not among them: it was always as it is."""
    out: dict[int, HistoryEntry | None] = {}
    query = sa.select(AgencyHistory.agency_id, AgencyHistory.recorded_at, *COLUMNS).order_by(
        AgencyHistory.recorded_at, AgencyHistory.id
    )
    parts = [query] if ids is None else [query.where(AgencyHistory.agency_id.in_(part)) for part in chunks(ids)]
    for part in parts:
        for agency_id, recorded_at, *values in session.execute(part):
            if recorded_at <= at:
                out[agency_id] = HistoryEntry(*values)
            else:
                out.setdefault(agency_id, None)
    return out
