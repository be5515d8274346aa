"""On SQLite the pieces of signatures lie in the tree of their key: no table beside it.

Revision ID: 0028
Revises: 0027
"""

from __future__ import annotations

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward: the table is copied; what it says stays."""
    _keep(with_rowid=False)


def downgrade() -> None:
    """Back."""
    _keep(with_rowid=True)


def _keep(with_rowid: bool) -> None:
    if op.get_bind().dialect.name == "sqlite":
        options = {"sqlite_with_rowid": with_rowid}
        with op.batch_alter_table("similarity_bands", recreate="always", table_kwargs=options):
            pass
