"""Mails of an earlier version keep the thread that their keys told; the way back loses none."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Engine

from models import base, mails
from tests.models.rows import NOW

KEPT = {
    "digest:office:3:2025:2026-02-05": "digest:office:3:2025",
    "report:office:3:2025:2026-02-05:1": "digest:office:3:2025",
    "summary:month:3:甲县人民政府:2025:2026-02-28": "digest:office:3:2025",
    "refused:1:a@a.example": "",
}


def test_the_way_forward_gives_mails_the_thread_that_their_key_told(engine: Engine, database_url: str):
    with base.transaction(engine) as session:
        for key in KEPT:
            draft = mails.Draft(
                key,
                f"<{key}>",
                "office",
                key.split(":")[0],
                NOW.date(),
                ["a@a.example"],
                "年报",
                "文",
                "<p>文</p>",
                [key],
            )
            assert mails.queue(session, draft, NOW) is not None
    base.downgrade(database_url, "0024")
    base.upgrade(database_url)
    with base.transaction(engine) as session:
        assert dict(session.execute(sa.select(mails.Mail.key, mails.Mail.thread)).all()) == KEPT
