"""Alembic's entry: runs the migrations on the address it is handed. Called by ``models.base.upgrade`` only."""

from __future__ import annotations

from alembic import context

import models  # noqa: F401  all tables must be known to the metadata
from models.base import Base, make_engine


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
            )
            with context.begin_transaction():
                context.run_migrations()
    finally:
        engine.dispose()


_run()
