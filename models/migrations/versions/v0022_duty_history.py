"""When notices and extensions were recorded, and what the register said when: a past day's duties can be told.

What an earlier version kept is taken as known since ever.

Revision ID: 0022
Revises: 0021
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.base import Moment, Text

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

LONG_AGO = "1970-01-01 00:00:00"
KEPT = ("kind", "level", "in_scope_from", "in_scope_to", "deadline")


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "agency_history",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("kind", Text(), nullable=False),
        sa.Column("level", Text(), nullable=False),
        sa.Column("in_scope_from", sa.Date(), nullable=True),
        sa.Column("in_scope_to", sa.Date(), nullable=True),
        sa.Column("deadline", Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agencies.id"], name=op.f("fk_agency_history_agency_id_agencies"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency_history")),
    )
    op.create_index("ix_agency_history_agency_id", "agency_history", ["agency_id"])
    columns = ", ".join(KEPT)
    zone = "+00:00" if op.get_bind().dialect.name == "postgresql" else ".000000"
    op.execute(
        f"INSERT INTO agency_history (agency_id, recorded_at, {columns}) "  # noqa: S608  names of ours
        f"SELECT id, '{LONG_AGO}{zone}', {columns} FROM agencies"
    )
    with op.batch_alter_table("duty_grounds") as table:
        table.add_column(sa.Column("kind", Text(), server_default="notice", nullable=False))
        table.add_column(sa.Column("recorded_at", Moment(), server_default=f"{LONG_AGO}{zone}", nullable=False))
        table.add_column(sa.Column("recorded_by", Text(), server_default="", nullable=False))
        table.drop_constraint(op.f("uq_duty_grounds_agency_id_from_year"), type_="unique")
        table.drop_constraint(op.f("ck_duty_grounds_deadline_is_a_day"), type_="check")
        table.create_check_constraint(
            op.f("ck_duty_grounds_kind"), "kind IN ('notice', 'extension', 'exempt', 'withdrawn')"
        )
        table.create_check_constraint(
            op.f("ck_duty_grounds_deadline_by_kind"), "(kind IN ('notice', 'extension')) = (deadline <> '')"
        )
        table.create_check_constraint(
            op.f("ck_duty_grounds_deadline_is_a_day"), "deadline = '' OR deadline LIKE '__-__'"
        )
        table.create_index("ix_duty_grounds_agency_id", ["agency_id"])
    with op.batch_alter_table("duty_grounds") as table:
        table.alter_column("recorded_at", existing_type=Moment(), existing_nullable=False, server_default=None)


def downgrade() -> None:
    """Back. Of several for one body and year the one recorded last is kept; an exemption has no place any more."""
    op.execute("DELETE FROM duty_grounds WHERE kind IN ('exempt', 'withdrawn')")
    op.execute(
        "DELETE FROM duty_grounds WHERE EXISTS (SELECT 1 FROM duty_grounds AS later WHERE later.agency_id = "
        "duty_grounds.agency_id AND later.from_year = duty_grounds.from_year AND later.id > duty_grounds.id)"
    )
    with op.batch_alter_table("duty_grounds") as table:
        table.drop_index("ix_duty_grounds_agency_id")
        for name in ("kind", "deadline_by_kind", "deadline_is_a_day"):
            table.drop_constraint(op.f(f"ck_duty_grounds_{name}"), type_="check")
        table.create_check_constraint(op.f("ck_duty_grounds_deadline_is_a_day"), "deadline LIKE '__-__'")
        table.create_unique_constraint(op.f("uq_duty_grounds_agency_id_from_year"), ["agency_id", "from_year"])
        for name in ("kind", "recorded_at", "recorded_by"):
            table.drop_column(name)
    op.drop_table("agency_history")
