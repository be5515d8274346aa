"""Reports are packed after the form's words. Those packed before stay as they are, and are read as they are.

Revision ID: 0024
Revises: 0023
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.packed import pack, unpack

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

BATCH = 200
TABLES = ("readings", "attachments")


def upgrade() -> None:
    """Forward: what is saved from now on has the new format."""


def downgrade() -> None:
    """Back: every report in the format that the version before can read, some rows at a time."""
    connection = op.get_bind()
    for name in TABLES:
        table = sa.table(name, sa.column("id", sa.Integer), sa.column("report", sa.LargeBinary))
        update = sa.update(table).where(table.c.id == sa.bindparam("row")).values(report=sa.bindparam("value"))
        last = 0
        while True:
            query = sa.select(table.c.id, table.c.report).where(table.c.id > last, sa.func.length(table.c.report) > 0)
            rows = connection.execute(query.order_by(table.c.id).limit(BATCH)).all()
            if not rows:
                break
            plain = [{"row": id_, "value": pack(unpack(bytes(value)), words=False)} for id_, value in rows]
            connection.execute(update, plain)
            last = rows[-1][0]
