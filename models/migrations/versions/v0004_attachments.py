"""Files that go with a mail.

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

Json = sa.JSON().with_variant(JSONB(), "postgresql")

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.add_column("mails", sa.Column("attachments", Json, server_default="[]", nullable=False))


def downgrade() -> None:
    """Back."""
    op.drop_column("mails", "attachments")
