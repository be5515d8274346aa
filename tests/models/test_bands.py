"""The pieces of signatures, by which reports that are alike find each other, as they lie in the database."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import Engine

from models import base, readings
from models.readings import SimilarityBand
from tests.models.rows import READER, body, column, fetched, listed, report

HASHES = [7, -1, 2**62, 7]


def stored(engine: Engine) -> Sequence[tuple[int, int]]:
    with base.reading(engine) as session:
        rows = session.execute(sa.select(SimilarityBand.band, SimilarityBand.hash).order_by(SimilarityBand.band))
        return [(band, hash_) for band, hash_ in rows]


def lies_in_its_key(engine: Engine) -> bool:
    with engine.connect() as connection:
        made = connection.scalar(sa.text("SELECT sql FROM sqlite_master WHERE name = 'similarity_bands'"))
    return "WITHOUT ROWID" in made


def test_pieces_of_signatures_stay_when_their_table_becomes_the_keys_own_and_on_the_way_back(
    engine: Engine, database_url: str
):
    with base.transaction(engine) as session:
        agency = body(session)
        version, _ = fetched(session, listed(session, column(session, agency), agency))
        readings.save(session, readings.Result(version.id, report(), HASHES), READER, base.utcnow())
    before = stored(engine)
    assert [hash_ for _, hash_ in before] == HASHES
    on_sqlite = engine.dialect.name == "sqlite"
    assert not on_sqlite or lies_in_its_key(engine)
    base.downgrade(database_url, "0027")
    assert stored(engine) == before
    assert not on_sqlite or not lies_in_its_key(engine)
    base.upgrade(database_url)
    assert stored(engine) == before
    assert not on_sqlite or lies_in_its_key(engine)
