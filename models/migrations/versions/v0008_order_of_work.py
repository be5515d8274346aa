"""The order of waiting work: how urgent it is, and whose turn it is; indexes of what waits, is taken, failed or done.

Revision ID: 0008
Revises: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_work_unsent": (["kind", "priority", "turn", "id"], "state = 'waiting' AND sent_at IS NULL"),
    "ix_work_sent": (["kind", "sent_at"], "state = 'waiting' AND sent_at IS NOT NULL"),
    "ix_work_waiting": (["kind", "due_at"], "state = 'waiting'"),
    "ix_work_lane": (["kind", "lane", "turn"], "state = 'waiting'"),
    "ix_work_taken": (["taken_until"], "state = 'taken'"),
    "ix_work_failed": (["kind"], "state = 'failed'"),
    "ix_work_done": (["due_at"], "state = 'done'"),
}


def upgrade() -> None:
    """Forward."""
    op.add_column("work", sa.Column("priority", sa.SmallInteger, server_default="5", nullable=False))
    op.add_column("work", sa.Column("lane", sa.Integer, server_default="0", nullable=False))
    op.add_column("work", sa.Column("turn", sa.BigInteger, server_default="0", nullable=False))
    op.drop_index("ix_work_state_due_at", "work")
    for name, (columns, condition) in INDEXES.items():
        where = sa.text(condition)
        op.create_index(name, "work", columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """Back."""
    for name in INDEXES:
        op.drop_index(name, "work")
    op.create_index("ix_work_state_due_at", "work", ["state", "due_at"])
    for name in ("turn", "lane", "priority"):
        op.drop_column("work", name)
