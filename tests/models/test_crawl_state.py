"""What crawls left for the next ones stays when its column gets another name, and on the way back."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Engine

from models import base
from models.sources import Source

STATE = {"addresses": {"http://a.example/nb/": {"ETag": "1", "at": "2027-01-15T00:00:00+00:00"}}, "reached": {}}


def test_what_crawls_left_stays_under_the_columns_new_name_and_its_old_one(engine: Engine, database_url: str):
    with base.transaction(engine) as session:
        session.add(Source(url="http://a.example/nb/", crawl_state=STATE))
    base.downgrade(database_url, "0026")
    with engine.connect() as connection:
        assert "ETag" in str(connection.scalar(sa.text("SELECT validators FROM sources")))
    base.upgrade(database_url)
    with base.reading(engine) as session:
        assert session.scalars(sa.select(Source.crawl_state)).one() == STATE
