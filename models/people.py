"""Who may do what, and who did what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Json, one_of


class User(Base):
    """A person who works with the service. ``token_hash`` is the sha256 of an access token, never the token."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str]
    token_hash: Mapped[str | None] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]

    __table_args__ = (one_of("role", ("office", "ops", "admin")),)


class Audit(Base):
    """One act of a person or of the service on a row. Append only: nothing here is ever changed or deleted."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    by: Mapped[str]
    action: Mapped[str]
    table_name: Mapped[str]
    row_id: Mapped[int]
    before: Mapped[dict[str, Any] | None] = mapped_column(Json)
    after: Mapped[dict[str, Any] | None] = mapped_column(Json)
    note: Mapped[str] = mapped_column(default="", server_default="")

    __table_args__ = (sa.Index("ix_audit_table_name_row_id", "table_name", "row_id"),)


@dataclass(frozen=True, slots=True)
class Act:
    """What a person, or the service, does: who, what, when and why."""

    by: str
    action: str
    at: datetime
    note: str = ""


def audit(
    session: Session,
    act: Act,
    table_name: str,
    row_id: int,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
) -> None:
    """Write one line of the trail, in the caller's transaction."""
    session.add(
        Audit(
            at=act.at, by=act.by, action=act.action, note=act.note,
            table_name=table_name, row_id=row_id, before=before, after=after,
        )
    )  # fmt: skip
