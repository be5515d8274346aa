"""Which one cell must be wrong, on the findings that rest on it.

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

Json = sa.JSON().with_variant(JSONB(), "postgresql")

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.add_column("findings", sa.Column("cause", Json, nullable=True))


def downgrade() -> None:
    """Back."""
    op.drop_column("findings", "cause")
