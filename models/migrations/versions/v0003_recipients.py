"""What became of each recipient of a mail.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

Json = sa.JSON().with_variant(JSONB(), "postgresql")

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.add_column("mails", sa.Column("deliveries", Json, server_default="{}", nullable=False))


def downgrade() -> None:
    """Back."""
    op.drop_column("mails", "deliveries")
