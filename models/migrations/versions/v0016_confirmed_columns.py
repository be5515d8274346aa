"""Whether somebody vouches for a body's column.

Revision ID: 0016
Revises: 0015
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward. What is registered so far was entered by people."""
    op.add_column("source_agencies", sa.Column("confirmed", sa.Boolean(), server_default=sa.true(), nullable=False))


def downgrade() -> None:
    """Back. Columns that nobody vouched for would be believed: they are no sources any more."""
    op.execute(sa.text("DELETE FROM source_agencies WHERE NOT confirmed"))
    op.drop_column("source_agencies", "confirmed")
