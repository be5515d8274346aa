"""Offices have recipients by role and say when they want to be told; work of its own tells what was just read.

Revision ID: 0021
Revises: 0020
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

Json = sa.JSON().with_variant(JSONB(), "postgresql")
COLUMNS = {"leaders": "[]", "ops": "[]", "wishes": "{}"}
BEFORE = ("crawl", "read", "check", "decide", "mail", "summary")


def upgrade() -> None:
    """Forward."""
    for name, empty in COLUMNS.items():
        op.add_column("offices", sa.Column(name, Json, nullable=False, server_default=empty))
    _kinds((*BEFORE, "tell"))


def downgrade() -> None:
    """Back. Nothing tells at once any more: what was found is in the next digest."""
    op.execute("DELETE FROM work WHERE kind = 'tell'")
    _kinds(BEFORE)
    with op.batch_alter_table("offices") as table:
        for name in COLUMNS:
            table.drop_column(name)


def _kinds(kinds: tuple[str, ...]) -> None:
    words = ", ".join(f"'{kind}'" for kind in kinds)
    with op.batch_alter_table("work") as table:
        table.drop_constraint(op.f("ck_work_kind"), type_="check")
        table.create_check_constraint(op.f("ck_work_kind"), f"kind IN ({words})")
