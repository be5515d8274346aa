"""Alembic's entry: runs the migrations on the address it is handed. Called by ``models.base.upgrade`` only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context

import models  # noqa: F401  all tables must be known to the metadata
from models.base import Base, make_engine

UPGRADING = 7_311_950_281  # the number of the lock under which one process at a time migrates; any constant will do


def _ours(name: str | None, kind: str, _parents: object) -> bool:
    """A scheduler that keeps its jobs in the same database has a table there that is not ours to drop."""
    return not (kind == "table" and name == "apscheduler_jobs")


def _run() -> None:
    engine = make_engine(context.config.attributes["url"])
    try:
        with engine.connect() as connection:
            context.configure(
                connection=connection,
                target_metadata=Base.metadata,
                # SQLite cannot alter a table: Alembic makes a new one and moves the rows.
                render_as_batch=engine.dialect.name == "sqlite",
                compare_type=True,
                include_name=_ours,
                # All or nothing, on SQLite too: our engine begins transactions itself (models.base).
                transactional_ddl=True,
            )
            with context.begin_transaction():
                # Several processes start at once: the second one waits here and finds nothing left to do. On SQLite
                # the transaction itself has the write lock from its beginning.
                if engine.dialect.name == "postgresql":
                    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(UPGRADING)))
                context.run_migrations()
    finally:
        engine.dispose()


_run()
