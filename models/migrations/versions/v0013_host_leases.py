"""Leases and pauses of hosts.

Revision ID: 0013
Revises: 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.base import Moment, Text

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "host_leases",
        sa.Column("key", Text(), nullable=False),
        sa.Column("holder", Text(), server_default="", nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.Column("quiet_until", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_host_leases"),
    )


def downgrade() -> None:
    """Back."""
    op.drop_table("host_leases")
