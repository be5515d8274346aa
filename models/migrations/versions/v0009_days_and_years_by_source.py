"""What list and page say of a document's day and year, each by itself.

Revision ID: 0009
Revises: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.base import Json

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    with op.batch_alter_table("documents") as batch:
        batch.add_column(sa.Column("days", Json, nullable=False, server_default="{}"))
        batch.add_column(sa.Column("listed_year", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table("documents") as batch:
        batch.drop_column("listed_year")
        batch.drop_column("days")
