"""The schema: from nothing to head and back, the same as the classes say, with every constraint named."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from models import base, documents, locks, people, readings
from tests import databases
from tests.models import rows
from tests.models.crowd import Crowd

NOW = datetime(2027, 2, 1, 1, 0, tzinfo=UTC)


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


def test_every_constraint_of_the_classes_is_in_the_database_under_its_name(engine: Engine):
    inspector = sa.inspect(engine)
    for table in base.Base.metadata.sorted_tables:
        there = {c["name"] for c in inspector.get_check_constraints(table.name)}
        there |= {c["name"] for c in inspector.get_unique_constraints(table.name)}
        there |= {c["name"] for c in inspector.get_foreign_keys(table.name)}
        there.add(inspector.get_pk_constraint(table.name)["name"])
        assert {c.name for c in table.constraints} == there, table.name


def test_a_table_of_the_scheduler_in_the_same_database_is_left_alone(engine: Engine, database_url: str):
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE apscheduler_jobs (id VARCHAR(191) PRIMARY KEY)")
    base.downgrade(database_url, "base")
    base.upgrade(database_url)
    assert "apscheduler_jobs" in sa.inspect(engine).get_table_names()


@pytest.mark.parametrize("kind", databases.DATABASES)
def test_processes_that_start_at_once_on_an_empty_database_all_find_it_ready(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, crowd: Crowd
):
    with ExitStack() as stack:
        if kind == "sqlite":
            url = f"sqlite:///{tmp_path / 'new.sqlite3'}"
        else:
            url = stack.enter_context(request.getfixturevalue("postgres_server").database())
            base.downgrade(url, "base")
        assert crowd.run(url, "upgrade", []) == [[]] * 3


def test_an_older_schema_is_named_with_what_is_needed(engine: Engine, database_url: str):
    base.downgrade(database_url, "base")
    with pytest.raises(base.OutOfDate, match="at nothing, this version needs"):
        base.check_revision(engine)


def test_a_server_that_is_not_there_is_one_line_without_the_password():
    with pytest.raises(base.DatabaseUnavailable) as error:
        base.check_revision(base.make_engine("postgresql+psycopg://nianbao:secret@127.0.0.1:1/nianbao"))
    assert "secret" not in str(error.value)
    assert "\n" not in str(error.value)


def test_an_address_that_is_none_is_refused():
    with pytest.raises(base.DatabaseUnavailable):
        base.make_engine("nonsense")


def test_times_come_back_aware_in_utc_and_naive_ones_are_refused(engine: Engine):
    shanghai = NOW.astimezone(timezone(timedelta(hours=8)))
    with base.transaction(engine) as session:
        session.add(locks.Lock(name="a", holder="x", until=shanghai, beat_at=NOW))
    with base.transaction(engine) as session:
        found = session.get_one(locks.Lock, "a")
        assert (found.until, found.until.utcoffset()) == (NOW, timedelta(0))
    with pytest.raises(StatementError), base.transaction(engine) as session:
        session.add(locks.Lock(name="b", holder="x", until=NOW.replace(tzinfo=None), beat_at=NOW))


def test_a_transaction_is_all_or_nothing(engine: Engine):
    def interrupted() -> None:
        with base.transaction(engine) as session:
            locks.hold(session, "a", "x", NOW, timedelta(minutes=1))
            raise InterruptedError

    with pytest.raises(InterruptedError):
        interrupted()
    with base.transaction(engine) as session:
        assert locks.holder_of(session, "a", NOW) is None


def test_a_long_read_sees_one_state_and_holds_up_no_writer(engine: Engine):
    with base.reading(engine) as reader:
        assert locks.holder_of(reader, "a", NOW) is None
        with base.transaction(engine) as writer:
            assert locks.hold(writer, "a", "x", NOW, timedelta(minutes=1))
        assert locks.holder_of(reader, "a", NOW) is None
    with base.reading(engine) as reader:
        assert locks.holder_of(reader, "a", NOW) is not None


def test_who_only_reads_cannot_write_and_the_next_transaction_can(engine: Engine):
    with pytest.raises(DBAPIError), base.reading(engine) as session:
        locks.hold(session, "a", "x", NOW, timedelta(minutes=1))
    with base.transaction(engine) as session:
        assert locks.hold(session, "a", "x", NOW, timedelta(minutes=1))


@pytest.mark.parametrize("statement", ["UPDATE audit SET action = 'other'", "DELETE FROM audit"])
def test_what_the_audit_says_cannot_be_changed_or_deleted(engine: Engine, statement: str):
    with base.transaction(engine) as session:
        act = people.Act("王", "waive", NOW, "核对过原件")
        people.audit(session, act, "findings", 1, {"state": "open"}, {"state": "waived"})
    with pytest.raises(IntegrityError, match="append only"), engine.begin() as connection:
        connection.exec_driver_sql(statement)


def test_a_lock_has_one_holder_until_its_heart_stops(engine: Engine):
    minute = timedelta(minutes=1)
    with base.transaction(engine) as session:
        assert locks.hold(session, "clock", "a", NOW, minute)
        assert not locks.hold(session, "clock", "b", NOW, minute)
        assert locks.hold(session, "clock", "a", NOW + minute / 2, minute)
        assert not locks.hold(session, "clock", "b", NOW + minute, minute)
        assert locks.hold(session, "clock", "b", NOW + minute * 1.5, minute)
        locks.release(session, "clock", "a")  # no longer his to give back
        assert locks.holder_of(session, "clock", NOW + minute * 2) == ("b", NOW + minute * 1.5)
        locks.release(session, "clock", "b")
        assert locks.hold(session, "clock", "a", NOW + minute * 2, minute)


def test_a_start_on_a_database_that_is_up_to_date_waits_for_no_writer(engine: Engine, database_url: str):
    with base.transaction(engine) as session:
        locks.hold(session, "a", "x", NOW, timedelta(minutes=1))
        began = time.monotonic()
        base.upgrade(database_url)
        base.check_revision(engine)
        assert time.monotonic() - began < 5


def test_the_newest_revision_is_the_migrations_own_and_needs_no_alembic_to_be_known():
    from alembic.script import ScriptDirectory

    assert base._head() == ScriptDirectory(str(base.MIGRATIONS)).get_current_head()
    code = "import sys, models.ledger; assert 'alembic' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=base.MIGRATIONS.parents[1], timeout=60)


def test_of_several_readings_of_a_version_the_newest_stays_when_the_last_reader_is_written_down(
    engine: Engine, database_url: str
):
    with base.transaction(engine) as session:
        agency = rows.body(session)
        document = rows.published(session, rows.column(session, agency), agency, None)
        rows.published(session, rows.column(session, agency), agency, None, 2)
    base.downgrade(database_url, "0010")
    with engine.begin() as connection:
        for reader, seconds in (("8", 5), ("7", 3)):
            connection.exec_driver_sql(
                "INSERT INTO readings (version_id, reader_version, kind, needs_review, cells, report, created_at) "
                f"SELECT version_id, '{reader}', kind, needs_review, cells, report, "
                + ("datetime(created_at, " if engine.dialect.name == "sqlite" else "created_at + (")
                + (f"'+{seconds} seconds')" if engine.dialect.name == "sqlite" else f"interval '{seconds} seconds')")
                + " FROM readings WHERE version_id = 1 AND reader_version = '1'"
            )
    base.upgrade(database_url)
    with base.transaction(engine) as session:
        assert [r.reader_version for r in session.scalars(sa.select(readings.Reading).order_by("version_id"))] == [
            "8",
            "1",
        ]
        assert [v.reader_version for v in session.scalars(sa.select(documents.Version).order_by("id"))] == ["8", "1"]
        assert document.id == 1
