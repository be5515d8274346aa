"""The schema: from nothing to head and back, the same as the classes say, with every constraint named."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine

from models import base


def test_the_migrations_make_exactly_the_tables_that_the_classes_describe(engine: Engine):
    with engine.connect() as connection:
        # SQLite reports an empty default in another spelling than it was given; PostgreSQL's comparison is exact.
        options = {"compare_type": True, "compare_server_default": engine.dialect.name == "postgresql"}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, base.Base.metadata) == []


def test_every_migration_can_be_taken_back_and_made_again(database_url: str):
    base.downgrade(database_url, "base")
    engine = base.make_engine(database_url)
    assert set(sa.inspect(engine).get_table_names()) <= {"alembic_version"}
    base.upgrade(database_url)
    base.check_revision(engine)
    engine.dispose()
