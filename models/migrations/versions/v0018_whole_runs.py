"""Whether a look read every list to its end.

Revision ID: 0018
Revises: 0017
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward: every look so far did, or was incomplete."""
    op.add_column("runs", sa.Column("whole", sa.Boolean(), server_default=sa.true(), nullable=False))


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table("runs") as table:
        table.drop_column("whole")
