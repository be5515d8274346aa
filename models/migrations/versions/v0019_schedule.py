"""Turns of the timetable and issues of summaries.

Revision ID: 0019
Revises: 0018
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.base import Moment, Text

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward. Work on a summary named a year: what is open is forgotten, the timetable asks for it anew."""
    op.create_table(
        "turns",
        sa.Column("job", Text(), nullable=False),
        sa.Column("office_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("turn_at", Moment(), nullable=False),
        sa.Column("ran_at", Moment(), nullable=True),
        sa.Column("state", Text(), server_default="waiting", nullable=False),
        sa.Column("error", Text(), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("work_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'done', 'failed', 'skipped')", name="state"),
        sa.PrimaryKeyConstraint("job", "office_id", name="pk_turns"),
    )
    op.create_table(
        "issues",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("period", Text(), nullable=False),
        sa.Column("office", sa.Integer(), server_default="0", nullable=False),
        sa.Column("under", Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("mailed", sa.Boolean(), nullable=False),
        sa.Column("made_at", Moment(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.CheckConstraint("period IN ('day', 'week', 'month', 'season', 'year')", name="period"),
        sa.PrimaryKeyConstraint("id", name="pk_issues"),
        sa.UniqueConstraint(
            "period", "office", "under", "year", "last", "mailed", name="uq_issues_period_office_under_year_last_mailed"
        ),
    )
    op.execute("DELETE FROM work WHERE kind = 'summary' AND state <> 'done'")


def downgrade() -> None:
    """Back."""
    op.execute("DELETE FROM work WHERE kind = 'summary' AND state <> 'done'")
    op.drop_table("issues")
    op.drop_table("turns")
