"""Indexes for what is asked about one body.

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

UNASSIGNED = sa.text("agency_id IS NULL")


def upgrade() -> None:
    """Forward."""
    op.create_index("ix_agencies_short_name", "agencies", ["short_name"])
    op.create_index("ix_successions_successor_id", "successions", ["successor_id"])
    op.create_index(
        "ix_documents_unassigned", "documents", ["source_id"], sqlite_where=UNASSIGNED, postgresql_where=UNASSIGNED
    )


def downgrade() -> None:
    """Back."""
    op.drop_index("ix_documents_unassigned", "documents")
    op.drop_index("ix_successions_successor_id", "successions")
    op.drop_index("ix_agencies_short_name", "agencies")
