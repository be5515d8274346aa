"""Reports as read are packed: a tenth of their text, so that the tables stay small.

Revision ID: 0012
Revises: 0011
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from models.base import Json
from models.packed import Packed

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BATCH = 200
TABLES = {"readings": False, "attachments": True}  # whether the report may be missing


def upgrade() -> None:
    """Forward."""
    for table, optional in TABLES.items():
        default = None if optional else sa.text("''")
        op.add_column(table, sa.Column("packed", sa.LargeBinary, nullable=optional, server_default=default))
        _copy(table, "report", Json, "packed", Packed())
        op.drop_column(table, "report")
        op.alter_column(table, "packed", new_column_name="report")


def downgrade() -> None:
    """Back."""
    for table, optional in TABLES.items():
        default = None if optional else sa.text("'{}'")
        op.add_column(table, sa.Column("text", Json, nullable=optional, server_default=default))
        _copy(table, "report", Packed(), "text", Json)
        op.drop_column(table, "report")
        op.alter_column(table, "text", new_column_name="report")


def _copy(name: str, source: str, from_: Any, target: str, to: Any) -> None:
    """One column's values into another's form, some rows at a time: a report is large, and there may be a million."""
    table = sa.table(name, sa.column("id", sa.Integer), sa.column(source, from_), sa.column(target, to))
    connection, last = op.get_bind(), 0
    update = sa.update(table).where(table.c.id == sa.bindparam("row")).values({target: sa.bindparam("value", type_=to)})
    while True:
        query = sa.select(table.c.id, table.c[source]).where(table.c.id > last, table.c[source].is_not(None))
        rows = connection.execute(query.order_by(table.c.id).limit(BATCH)).all()
        if not rows:
            return
        connection.execute(update, [{"row": id_, "value": value} for id_, value in rows if value is not None])
        last = rows[-1][0]
