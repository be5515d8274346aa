"""The reader that looked at a version last, and one reading a version.

Revision ID: 0011
Revises: 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

OLDER = """
    DELETE FROM readings WHERE EXISTS (
        SELECT 1 FROM readings newer WHERE newer.version_id = readings.version_id
          AND (newer.created_at > readings.created_at
               OR newer.created_at = readings.created_at AND newer.id > readings.id))
"""
LAST = """
    UPDATE versions SET reader_version =
        COALESCE((SELECT reader_version FROM readings WHERE readings.version_id = versions.id), '')
"""


def upgrade() -> None:
    """Forward. Of several readings of one version the newest is kept."""
    op.add_column("versions", sa.Column("reader_version", sa.String, server_default="", nullable=False))
    op.execute(OLDER)
    op.execute(LAST)
    op.create_index("ix_versions_reader_version", "versions", ["reader_version", "id"])


def downgrade() -> None:
    """Back."""
    op.drop_index("ix_versions_reader_version", "versions")
    op.drop_column("versions", "reader_version")
