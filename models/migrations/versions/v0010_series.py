"""Findings of a government's own-level and office reports get a series of their own, with what was told of them.

Until now all reports of a body and year shared one identity. The series is that of the document's newest reading
(``reports.subject`` as it was at this revision). Back again, a finding whose matter stands in two series is kept once.

Revision ID: 0010
Revises: 0009
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

Json = sa.JSON().with_variant(JSONB(), "postgresql")
OFFICE = re.compile(r"(?:政府办公[厅室]|政府办|办公[厅室])$")
MOST_COPIES = 100

findings = sa.table(
    "findings",
    *(sa.column(name, sa.Integer) for name in ("id", "agency_id", "year", "document_id")),
    *(sa.column(name, sa.String) for name in ("fingerprint", "series", "rule", "scope", "expected", "actual")),
    sa.column("cells", Json),
)
agencies = sa.table("agencies", sa.column("id", sa.Integer), sa.column("name", sa.String))
versions = sa.table("versions", *(sa.column(name, sa.Integer) for name in ("id", "document_id", "number")))
readings = sa.table(
    "readings",
    sa.column("version_id", sa.Integer),
    sa.column("id", sa.Integer),
    sa.column("agency_name", sa.String),
    sa.column("report", Json),
)
events = sa.table("finding_events", sa.column("finding_id", sa.Integer))
told = sa.table("mail_notices", sa.column("notice_key", sa.String))


def upgrade() -> None:
    """Forward."""
    connection = op.get_bind()
    title = readings.c.report["details"]["title"].as_string().label("title")
    rows = connection.execute(
        sa.select(findings, agencies.c.name, readings.c.agency_name, title)
        .join(agencies, agencies.c.id == findings.c.agency_id)
        .join(versions, versions.c.document_id == findings.c.document_id)
        .join(readings, readings.c.version_id == versions.c.id)
        .where(findings.c.scope == "report", findings.c.series == "")
        .order_by(findings.c.id, versions.c.number.desc(), readings.c.id.desc())
    ).all()
    seen: set[int] = set()
    for row in rows:
        if row.id in seen:
            continue
        seen.add(row.id)
        series = _series(row.agency_name or "", row.title or "", row.name)
        if series:
            _rename(connection, row, series)


def downgrade() -> None:
    """Back."""
    connection = op.get_bind()
    for row in connection.execute(sa.select(findings).where(findings.c.series != "").order_by(findings.c.id)).all():
        _rename(connection, row, "")


def _series(issuer: str, title: str, body: str) -> str:
    if OFFICE.search(issuer) and not OFFICE.search(body):
        return "office"
    return "level" if "本级" in title else ""


def _rename(connection: sa.Connection, row: Any, series: str) -> None:
    copy = next((n for n in range(MOST_COPIES) if _key(row, row.series, n) == row.fingerprint), None)
    if copy is None:  # made by hand: nobody will look for it under another name
        return
    key = _key(row, series, copy)
    if connection.scalar(sa.select(findings.c.id).where(findings.c.fingerprint == key)) is not None:
        connection.execute(events.delete().where(events.c.finding_id == row.id))
        connection.execute(findings.delete().where(findings.c.id == row.id))
        return
    connection.execute(findings.update().where(findings.c.id == row.id).values(fingerprint=key, series=series))
    old, new = (_digest((name, row.expected, row.actual))[:32] for name in (row.fingerprint, key))
    if connection.scalar(sa.select(told.c.notice_key).where(told.c.notice_key == new).limit(1)) is None:
        connection.execute(told.update().where(told.c.notice_key == old).values(notice_key=new))


def _key(row: Any, series: str, copy: int) -> str:
    extra = str(copy) if copy else ""
    return _digest((str(row.agency_id), series, str(row.year), row.rule, ",".join(sorted(row.cells)), extra))


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
