"""The database of a command, and ``nianbao db``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

import config
import logs
import storage
from cli.app import Refused, configured, local_now
from cli.show import out
from models import agencies, base

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

commands = typer.Typer(help="The database.\n\nExample: nianbao db upgrade", no_args_is_help=True, rich_markup_mode=None)


@contextmanager
def database(settings: config.Settings) -> Iterator[Engine]:
    """The database, ready: our own SQLite file is brought up to date by itself, a server only by ``db upgrade``."""
    url = settings.database_url
    with _refusing(url):
        if url.startswith("sqlite"):
            make_folder(settings.data_dir)
            base.upgrade(url)
        engine = base.make_engine(url)
        try:
            base.check_revision(engine)
            yield engine
        finally:
            engine.dispose()


def make_folder(path: Path) -> None:
    """The data folder, private and there. Raises Refused where it cannot be made or is no folder."""
    try:
        storage.private_folder(path)
    except OSError as error:
        reason = "it is no folder" if isinstance(error, FileExistsError | NotADirectoryError) else error.strerror
        raise Refused(f"NIANBAO_DATA_DIR {path} cannot be used: {reason}; name a folder that can be written") from None


@contextmanager
def _refusing(url: str) -> Iterator[None]:
    try:
        yield
    except base.OutOfDate as error:
        raise Refused(f"{logs.without_secrets(url)}: {error}; run: nianbao db upgrade") from None
    except base.DatabaseUnavailable as error:
        raise Refused(f"{logs.without_secrets(url)}: {error}") from None


def require_agency(session: Session, name: str | None, settings: config.Settings) -> str:
    """The full name of the body that is called so; empty if none was asked for."""
    if name is None:
        return ""
    found = agencies.resolve(session, name, local_now(settings).date())
    if found is None:
        raise Refused(f"--under {name}: no body of the register has this name, or several have")
    return found.name


@commands.command("upgrade")
def db_upgrade() -> None:
    """Bring the database to this version's schema.

    Example: NIANBAO_DATABASE_URL=postgresql+psycopg://nianbao@db/nianbao nianbao db upgrade
    """
    settings = configured()
    make_folder(settings.data_dir)
    with _refusing(settings.database_url):
        base.upgrade(settings.database_url)
    out.print(f"{logs.without_secrets(settings.database_url)} is up to date")
