"""The register's past has the superior of a body too: a past day's ledger goes by the hierarchy of that day.

What an earlier version knew is the superior of now; it is taken as known since ever.

Revision ID: 0026
Revises: 0025
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.base import Text

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

SAME = ("kind", "level", "in_scope_from", "in_scope_to", "deadline")


def upgrade() -> None:
    """Forward."""
    op.add_column("agency_history", sa.Column("superior", Text(), server_default="", nullable=False))
    named = "COALESCE(NULLIF(body.parent_name, ''), (SELECT name FROM agencies WHERE id = body.parent_id), '')"
    op.execute(
        f"UPDATE agency_history SET superior = COALESCE((SELECT {named} FROM agencies AS body "  # noqa: S608  names of ours
        "WHERE body.id = agency_history.agency_id), '')"
    )


def downgrade() -> None:
    """Back. An entry that differs from the one before it by the superior alone says nothing any more."""
    same = " AND ".join(
        f"(later.{name} = earlier.{name} OR (later.{name} IS NULL AND earlier.{name} IS NULL))" for name in SAME
    )
    op.execute(
        "DELETE FROM agency_history WHERE id IN (SELECT later.id FROM agency_history AS later "  # noqa: S608
        "JOIN agency_history AS earlier ON earlier.agency_id = later.agency_id AND earlier.id = ("
        "SELECT MAX(id) FROM agency_history AS other WHERE other.agency_id = later.agency_id AND other.id < later.id) "
        f"WHERE {same})"
    )
    op.drop_column("agency_history", "superior")
