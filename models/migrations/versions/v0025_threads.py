"""Which mails stand together in a mail program is kept with the mail, no longer told from its key.

Revision ID: 0025
Revises: 0024
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.base import Text

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward. What waits in the outbox keeps the thread that its key told."""
    op.add_column("mails", sa.Column("thread", Text(), server_default="", nullable=False))
    mails = sa.table("mails", *(sa.column(name) for name in ("id", "key", "event", "thread")))
    connection = op.get_bind()
    query = sa.select(mails.c.id, mails.c.key, mails.c.event)
    rows = connection.execute(query.where(mails.c.event.in_(("digest", "report", "escalation", "summary")))).all()
    threads = [{"row": id_, "value": _thread(key.split(":"), event)} for id_, key, event in rows]
    if threads:
        update = sa.update(mails).where(mails.c.id == sa.bindparam("row")).values(thread=sa.bindparam("value"))
        connection.execute(update, threads)


def _thread(key: list[str], event: str) -> str:
    if len(key) < 4:
        return ""  # a key that tells no thread: the mail stands by itself
    audience, office, year = ("office", key[2], key[-2]) if event == "summary" else key[1:4]
    return f"digest:{audience}:{office}:{year}"


def downgrade() -> None:
    """Back: keys tell it as they did."""
    op.drop_column("mails", "thread")
