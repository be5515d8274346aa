"""Whether the bodies below a government published (HIE-COVERAGE) is judged with publication, from the ledger.

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    _move("publication")


def downgrade() -> None:
    """Back."""
    _move("report")


def _move(scope: str) -> None:
    findings = sa.table("findings", sa.column("rule", sa.String), sa.column("scope", sa.String))
    op.execute(findings.update().where(findings.c.rule == "HIE-COVERAGE").values(scope=scope))
