"""The portal software that a person has set for a source, beside the one that was recognised.

Revision ID: 0014
Revises: 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.base import Text

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward. What stood there was recognised, or is by the next look."""
    op.add_column("sources", sa.Column("family_override", Text(), server_default="", nullable=False))


def downgrade() -> None:
    """Back. In place: a copy of the table would take with it whatever hangs on it."""
    op.drop_column("sources", "family_override")
