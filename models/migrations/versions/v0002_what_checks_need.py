"""What checks need besides the report: readings of attachments, files that could not be had, days without an answer, the
day of withdrawal, and the bands by which reports of like text are found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

Json = sa.JSON().with_variant(JSONB(), "postgresql")

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.add_column("documents", sa.Column("failed_days", Json, server_default="[]", nullable=False))
    op.add_column("documents", sa.Column("gone_on", sa.Date(), nullable=True))
    op.add_column("versions", sa.Column("failed_files", Json, server_default="{}", nullable=False))
    op.add_column("attachments", sa.Column("report", Json, nullable=True))
    op.create_table(
        "similarity_bands",
        sa.Column("reading_id", sa.Integer(), nullable=False),
        sa.Column("band", sa.Integer(), nullable=False),
        sa.Column("hash", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["reading_id"],
            ["readings.id"],
            name=op.f("fk_similarity_bands_reading_id_readings"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("reading_id", "band", name=op.f("pk_similarity_bands")),
    )
    op.create_index("ix_similarity_bands_band_hash", "similarity_bands", ["band", "hash"])


def downgrade() -> None:
    """Back."""
    op.drop_table("similarity_bands")
    op.drop_column("attachments", "report")
    op.drop_column("versions", "failed_files")
    op.drop_column("documents", "gone_on")
    op.drop_column("documents", "failed_days")
