"""What a crawl leaves for the next one of its source is more than validators of addresses: its column says so.

Revision ID: 0027
Revises: 0026
"""

from __future__ import annotations

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward: the column's new name; its values stay."""
    op.alter_column("sources", "validators", new_column_name="crawl_state")


def downgrade() -> None:
    """Back."""
    op.alter_column("sources", "crawl_state", new_column_name="validators")
