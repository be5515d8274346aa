"""``nianbao doctor``: what is configured, reachable and missing."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer
from rich.markup import escape

import config
import logs
from alerts import bounces, copies
from alerts import run as alerts_run
from alerts.send import probe
from cli import wall_probe
from cli.app import EXIT_ATTENTION, AsJson, configured
from cli.show import out, print_json
from crawler.render import NOT_INSTALLED
from models import agencies, base, leases, locks, schedule
from scheduler import LOCK
from storage import private_folder, store
from workers import broker, queue
from workers.issues import BY_THE_CLOCK

commands = typer.Typer()
MOST_ASKED = 50  # recipients that a mail server is asked about


@commands.command()
def doctor(as_json: AsJson = False) -> None:
    """Say what is configured, reachable and missing. Exit status 1 if something is.

    Example: nianbao doctor
    """
    settings = configured()
    checks = examine(settings)
    if as_json:
        print_json([{"settings": settings.displayed(), "checks": [c.as_dict() for c in checks]}])
    else:
        for name, value in settings.displayed().items():
            out.print(f"{name}={escape(value)}", soft_wrap=True)
        out.print()
        for item in checks:
            mark = "[green]ok[/]  " if item.ok else "[red]no[/]  "
            out.print(f"{mark}{item.name}: {escape(item.message)}", soft_wrap=True)
    if not all(item.ok for item in checks):
        raise typer.Exit(EXIT_ATTENTION)


class NoRecipient(Exception):
    """There is something to tell and nobody to tell it to."""


@dataclass(frozen=True, slots=True)
class Examined:
    """What ``nianbao doctor`` says of one part."""

    name: str
    ok: bool
    message: str

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return {"name": self.name, "ok": self.ok, "message": self.message}


def examine(settings: config.Settings) -> list[Examined]:
    """What is reachable and what is missing: folder, database, store, broker, mail server, recipients,
    the wall around the process that reads files."""
    return [
        _examined("settings", _settings),
        _examined("data folder", lambda: _writable(settings.data_dir)),
        _examined("database", lambda: _database(settings.database_url)),
        _examined("store", lambda: _store(settings.blob_url)),
        _examined("broker", lambda: _broker(settings)),
        _examined("mail server", lambda: _mail_server(settings)),
        _examined("mails that came back", lambda: _came_back(settings)),
        _examined("channels", lambda: _channels(settings)),
        _examined("recipients", lambda: _recipients(settings)),
        _examined("timetable", lambda: _timetable(settings)),
        _examined("wall around reading", _wall),
        _examined("browser", lambda: _browser(settings.browser)),
    ]


def _examined(name: str, check: Callable[[], str]) -> Examined:
    try:
        return Examined(name, True, check())
    except Exception as error:  # noqa: BLE001  whatever it is, it is what the operator asks to be told
        return Examined(name, False, logs.without_secrets(" ".join(str(error).split())[:300]) or type(error).__name__)


class UnknownSetting(Exception):
    """A variable that begins like a setting's name and is no setting."""


class NoBrowser(Exception):
    """A browser is configured and cannot be used."""


def _browser(executable: str) -> str:
    if not executable:
        return "none is configured: columns that only a script shows stay unknown-js"
    if not os.access(executable, os.X_OK):
        raise NoBrowser(f"NIANBAO_BROWSER {executable} is no program that can be run")
    if importlib.util.find_spec("playwright") is None:
        raise NoBrowser(NOT_INSTALLED)
    return executable


def _settings() -> str:
    unknown = config.unknown_variables()
    if unknown:
        raise UnknownSetting(f"{', '.join(unknown)}: no such setting; a slip of the pen? docs/commands.md lists them")
    return "every name is known"


def _writable(folder: Path) -> str:
    private_folder(folder)
    probe = folder / f".probe-{os.getpid()}"
    probe.write_bytes(b"")
    probe.unlink()
    free = shutil.disk_usage(folder).free // 2**20
    return f"{folder}, {free} MB free"


def _database(url: str) -> str:
    engine = base.make_engine(url)
    try:
        base.check_revision(engine)
    finally:
        engine.dispose()
    return f"{logs.without_secrets(url)} is up to date"


def _recipients(settings: config.Settings) -> str:
    engine = base.make_engine(settings.database_url)
    try:
        base.check_revision(engine)
        with base.reading(engine) as session:
            lost = alerts_run.lost_in_words(alerts_run.without_recipient(session, settings, base.utcnow()))
    finally:
        engine.dispose()
    if lost:
        raise NoRecipient(lost)
    return "every notice has one"


class JobFailed(Exception):
    """A job of the timetable failed when it ran last."""


def _timetable(settings: config.Settings) -> str:
    engine = base.make_engine(settings.database_url)
    try:
        base.check_revision(engine)
        with base.reading(engine) as session:
            failed = [row.job for row in schedule.failed(session)]
            failed += [f"{kind} {subject}" for kind, subject, _ in leases.failed_pieces(session, BY_THE_CLOCK)]
            active = locks.holder_of(session, LOCK, base.utcnow())
    finally:
        engine.dispose()
    if failed:
        raise JobFailed(f"{', '.join(failed)} failed last; `nianbao schedule list` and `nianbao queue` say why")
    return "no job failed last" if active else "no job failed last; no scheduler is active now"


def _wall() -> str:
    """Tried, not only asked for. A system that gives less is told and is no failure: reading works there too."""
    return str(wall_probe.parts_that_hold())


def _store(url: str) -> str:
    kept = store(url)
    name = kept.put(b"")
    kept.get(name)
    return logs.without_secrets(url)


def _broker(settings: config.Settings) -> str:
    if settings.broker_url:
        queue.ping(settings)
        return f"{logs.without_secrets(settings.broker_url)} answers"
    found = broker.running(settings.data_dir)
    if found is not None:
        return f"embedded, runs as process {found.pid}"
    return f"embedded, not running now; {broker.server_binary()} is started when needed"


def _mail_server(settings: config.Settings) -> str:
    if not settings.smtp_url:
        return "none configured: mails wait in the outbox"
    return probe(settings.smtp_url, settings.mail_from, _all_recipients(settings))


def _channels(settings: config.Settings) -> str:
    names = [*copies.configured(settings, "office"), *copies.configured(settings, "ops")]
    return ", ".join(names) or "none configured: mails alone"


def _came_back(settings: config.Settings) -> str:
    if not settings.imap_url:
        return "no mailbox configured (NIANBAO_IMAP_URL): what comes back is not seen"
    return bounces.probe(settings.imap_url)


def _all_recipients(settings: config.Settings) -> tuple[str, ...]:
    """Whoever may get a mail; at most MOST_ASKED are asked after. The settings' own where the database is not there."""
    found = [*settings.ops_mail, *settings.office_mail]
    with suppress(Exception):  # the line on the database says what is wrong with it
        engine = base.make_engine(settings.database_url)
        try:
            with base.reading(engine) as session:
                found += [address for office in agencies.offices(session) for address in office.emails]
        finally:
            engine.dispose()
    return tuple(dict.fromkeys(found))[:MOST_ASKED]
