"""Addresses at which no mail arrives.

Revision ID: 0020
Revises: 0019
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.base import Moment, Text

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "refused_addresses",
        sa.Column("address", Text(), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("reason", Text(), nullable=False),
        sa.Column("mail_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("address", name="pk_refused_addresses"),
    )


def downgrade() -> None:
    """Back."""
    op.drop_table("refused_addresses")
