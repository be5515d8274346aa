"""The engine, sessions, the declarative base, and bringing a database up to date."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

import config

READS_ONLY = "nianbao_reads_only"
MIGRATIONS = Path(__file__).parent / "migrations"

# Every constraint has a name, so that a migration can name it on every database.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


DRIVERS = {"sqlite", "sqlite+pysqlite", "postgresql+psycopg"}
EXAMPLES = "sqlite:////path/nianbao.sqlite3 or postgresql+psycopg://user@host/nianbao"


class OutOfDate(Exception):
    """The database's schema is not this version's."""


class DatabaseUnavailable(Exception):
    """The database cannot be reached or used; one line, without the password."""


class Moment(TypeDecorator[datetime]):
    """A time in UTC, aware in Python on every database (SQLite keeps no zone). Refuses naive times."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """To the database: in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive time must not be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """From the database: aware, UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


def storable(value: Any) -> Any:
    """Text that every database takes: PostgreSQL refuses U+0000, and half a surrogate pair is no character. Both come
    out of damaged documents; they become U+FFFD. Containers are gone through."""
    if isinstance(value, str):
        text = value.replace("\x00", "\ufffd") if "\x00" in value else value
        return text if text.isascii() or text.isprintable() else _SURROGATE.sub("\ufffd", text)
    if isinstance(value, dict):
        return {storable(key): storable(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [storable(inner) for inner in value]
    return value


_SURROGATE = re.compile("[\ud800-\udfff]")


class Text(TypeDecorator[str]):
    """Text of any length, storable on every database."""

    impl = sa.String
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: sa.Dialect) -> str | None:
        """To the database."""
        return storable(value)  # type: ignore[no-any-return]


class _Json(TypeDecorator[Any]):
    """JSON, as JSONB on PostgreSQL, its texts storable on every database."""

    impl = sa.JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> Any:
        """JSONB can be searched and indexed; SQLite keeps text."""
        return dialect.type_descriptor(JSONB() if dialect.name == "postgresql" else sa.JSON())

    def process_bind_param(self, value: Any, _dialect: sa.Dialect) -> Any:
        """To the database."""
        return storable(value)


Json = _Json()


class Base(DeclarativeBase):
    """The declarative base of all tables."""

    metadata = sa.MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012  SQLAlchemy reads it from the class
        str: Text(),
        datetime: Moment(),
        dict[str, Any]: Json,
        list[str]: Json,
    }


def one_of(column: str, values: tuple[str, ...]) -> sa.CheckConstraint:
    """A column holds one of these words."""
    words = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({words})", name=column)


def make_engine(url: str) -> Engine:
    """An engine for ``url``: SQLite or PostgreSQL. SQLite: WAL, foreign keys on, writers wait 30 s and take the lock at
    BEGIN.

    Raises DatabaseUnavailable if the address is not valid or names another database."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise DatabaseUnavailable(f"DATABASE_URL is no database address; write one such as {EXAMPLES}") from None
    if parsed.drivername not in DRIVERS:
        raise DatabaseUnavailable(f"DATABASE_URL names {parsed.drivername}, which is not used here; write {EXAMPLES}")
    if parsed.get_backend_name() == "sqlite":
        engine = sa.create_engine(parsed, connect_args={"timeout": 30}, pool_pre_ping=False, json_serializer=_json_text)
        _tune_sqlite(engine)
        return engine
    return sa.create_engine(parsed, pool_pre_ping=True, pool_size=5, max_overflow=5, json_serializer=_json_text)


def _json_text(value: Any) -> str:
    """JSON without blanks and with Chinese as it is: a fifth less to store."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _tune_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        # The driver must not begin transactions by itself: _begin below does, and takes the write lock at once, for a
        # reader that turns writer half-way would fail with "database is locked" instead of waiting.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=30000", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        reads = bool(connection.get_execution_options().get(READS_ONLY))
        if connection.info.get(READS_ONLY, False) != reads:
            connection.exec_driver_sql(f"PRAGMA query_only={'ON' if reads else 'OFF'}")
            connection.info[READS_ONLY] = reads
        connection.exec_driver_sql("BEGIN DEFERRED" if reads else "BEGIN IMMEDIATE")


def session(engine: Engine) -> Session:
    """A session whose objects stay readable after the commit. Of no factory: each would be a class of its own, made anew
    for every transaction."""
    return Session(engine, expire_on_commit=False)


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """One transaction: committed at the end of the block, rolled back if it raises."""
    with session(engine) as one, one.begin():
        yield one


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """One consistent look at the data, for long reads (exports, ledgers): it holds up no writer and none holds it up.
    Writing in it is refused by the database."""
    options: dict[str, Any] = {READS_ONLY: True}
    if engine.dialect.name == "postgresql":
        options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with session(engine.execution_options(**options)) as one, one.begin():
        yield one


@contextmanager
def uncollected() -> Iterator[None]:
    """For the length of a block (or a function) that builds one large result: no search for cycles among objects, which
    goes through all that was built again and again. Measured: half as much again for a ledger of 20,000 bodies."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


def insert_for(session: Session, table: type[Base]) -> postgresql.Insert | sqlite.Insert:
    """An insertion that can say what becomes of rows that are there already, in the words of the session's database."""
    return (postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert)(table)


def inserted(session: Session, row: Base) -> bool:
    """Add a row; False, and nothing changed, where a unique key says that it is there already. Another process may have
    been a moment earlier: looking first and adding then is not enough."""
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError as error:
        if not _doubled(error):
            raise
        return False
    return True


_DOUBLED_IN_SQLITE = ("SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY")


def _doubled(error: IntegrityError) -> bool:
    """True for a broken unique key, not for a missing parent or a broken check."""
    sqlite = getattr(error.orig, "sqlite_errorname", None)
    return getattr(error.orig, "sqlstate", None) == "23505" or sqlite in _DOUBLED_IN_SQLITE


MOST_IDS = 10_000  # in one statement: SQLite takes 32,766 parameters, PostgreSQL's protocol 65,535


def chunks(ids: Iterable[int], size: int = MOST_IDS) -> Iterator[list[int]]:
    """The numbers, each once and in order, in lists that one statement can take. Nothing for no numbers."""
    ordered = sorted(set(ids))
    for start in range(0, len(ordered), size):
        yield ordered[start : start + size]


def utcnow() -> datetime:
    """Now, aware, in UTC: for the entry points; the core takes time as an argument."""
    return config.utcnow()


def _migrate(url: str, revision: str, back: bool = False) -> None:
    # A quarter of a second, which every process would pay at its start and hardly any needs.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    to = Config()
    to.set_main_option("script_location", str(MIGRATIONS))
    to.attributes["url"] = url
    (command.downgrade if back else command.upgrade)(to, revision)


def _private_file(path: Path) -> None:
    """The database's file, open to its owner alone; SQLite gives its journals the same mode."""
    with contextlib.suppress(OSError):  # what is wrong with the folder, opening the database says
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database to ``revision``. Raises DatabaseUnavailable.

    Called at every start: where nothing is to be done it only looks, and waits for nobody who writes."""
    engine = make_engine(url)
    if engine.dialect.name == "sqlite" and engine.url.database:
        _private_file(Path(engine.url.database))
    try:
        with _reachable():
            if revision == "head" and _revision(engine) == _head():
                return
            _migrate(url, revision)
    finally:
        engine.dispose()


def downgrade(url: str, revision: str) -> None:
    """Take the database back to ``revision`` (``base``: to nothing)."""
    with _reachable():
        _migrate(url, revision, back=True)


def check_revision(engine: Engine) -> None:
    """Raises OutOfDate if the schema is not this version's, DatabaseUnavailable if there is no answer."""
    head = _head()
    with _reachable():
        current = _revision(engine)
    if current != head:
        raise OutOfDate(f"the database's schema is at {current or 'nothing'}, this version needs {head}")


def _head() -> str:
    """The newest revision: migrations are named v0001_what_for.py after their number."""
    return max(path.name[1:5] for path in (MIGRATIONS / "versions").glob("v*.py"))


def _revision(engine: Engine) -> str | None:
    """The revision the database is at; None for an empty one."""
    with engine.execution_options(**{READS_ONLY: True}).connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
        return found


@contextmanager
def _reachable() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        text = " ".join(str(error.orig).split())
        raise DatabaseUnavailable(f"the database cannot be reached: {text}") from None
    except SQLAlchemyError as error:
        raise DatabaseUnavailable(f"the database cannot be used: {' '.join(str(error).split())[:300]}") from None
