"""Who handed in a document that its portal did not give.

Revision ID: 0015
Revises: 0014
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.base import Moment, Text

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.add_column("documents", sa.Column("submitted_by", Text(), nullable=True))
    op.add_column("documents", sa.Column("submitted_at", Moment(), nullable=True))


def downgrade() -> None:
    """Back. What was handed in stays, without its witness: the trail of audit keeps him."""
    op.drop_column("documents", "submitted_at")
    op.drop_column("documents", "submitted_by")
