"""The program ``nianbao``: which module a command stands in, how it ends, and what all commands share.

A command's module is imported when it is called: ``nianbao read`` must not wait for the database's libraries, nor
``nianbao status`` for the readers'."""

from __future__ import annotations

import errno
import sys
import traceback
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import version
from typing import Annotated, Any, NoReturn

import typer
from rich.markup import escape
from typer.core import TyperGroup

import config
import logs
from cli.show import err, out

EXIT_ATTENTION = 1
EXIT_BAD = 2
EXIT_DEFECT = 70

# What a machine refuses: no defect of ours, and one line is enough.
ENVIRONMENT = {
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EROFS,
    errno.EACCES,
    errno.EPERM,
    errno.EMFILE,
    errno.ENFILE,
    errno.EIO,
}

# Command: its module in this package. Those with the module's own name are groups of commands.
COMMANDS = {
    "demo": "service",
    "up": "service",
    "watch": "service",
    "doctor": "doctor",
    "submit": "submit",
    "discover": "discover",
    "read": "documents",
    "check": "documents",
    "status": "office",
    "summary": "office",
    "aggregate": "office",
    "letters": "letters",
    "export": "office",
    "agencies": "register",
    "unassigned": "unassigned",
    "findings": "findings",
    "alerts": "alerts",
    "offices": "offices",
    "duties": "duties",
    "rules": "rules",
    "queue": "queue",
    "schedule": "schedule",
    "db": "database",
}
GROUPS = {"agencies", "unassigned", "findings", "alerts", "rules", "queue", "schedule", "db", "offices", "duties"}

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
Year = Annotated[int | None, typer.Option("--year", help="Report year; the last ended year if not given.")]
Under = Annotated[str | None, typer.Option("--under", help="Only bodies below this government.")]


class Refused(Exception):
    """Wrong usage or unusable input: one line that says what and where. Exit status 2."""


class _Commands(TyperGroup):
    """The commands, each imported when it is asked for."""

    # Typer's own classes of commands and contexts are private to it.
    def list_commands(self, ctx: Any) -> list[str]:
        """In the order in which ``--help`` names them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of that name, None if there is none."""
        if cmd_name not in COMMANDS:
            return None
        group = typer.main.get_group(import_module(f"cli.{COMMANDS[cmd_name]}").commands)
        if cmd_name not in GROUPS:
            return group.get_command(ctx, cmd_name)
        group.name = cmd_name
        return group


app = typer.Typer(
    name="nianbao",
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        out.print(f"nianbao {version('nianbao')}")
        raise typer.Exit


@app.callback()
def nianbao(
    _version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_version)
    ] = False,
) -> None:
    """年报 · watches, reads and checks the annual reports on government information disclosure.

    Example: nianbao doctor
    """


def main() -> None:
    """The console script's entry: no traceback reaches a user."""
    try:
        app(standalone_mode=True)
    except (Refused, config.BadSettings) as error:
        err.print(f"nianbao: {escape(str(error))}", soft_wrap=True)
        raise SystemExit(EXIT_BAD) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except BrokenPipeError:
        raise SystemExit(0) from None
    except OSError as error:
        if error.errno not in ENVIRONMENT:
            _defect(error)
        where = f"{error.filename}: " if error.filename else ""
        err.print(f"nianbao: {escape(f'{where}{error.strerror}')}", soft_wrap=True)
        raise SystemExit(EXIT_BAD) from None
    except Exception as error:  # noqa: BLE001  the last line of defence: kept for us, one line for the user
        _defect(error)


def _defect(error: Exception) -> NoReturn:
    try:
        path = config.settings().data_dir / "defects.log"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as log:
            log.write(f"{datetime.now(UTC).isoformat()} {' '.join(sys.argv[1:3])}\n{traceback.format_exc()}\n")
        where = f"; details in {path}"
    except (OSError, config.BadSettings):
        where = ""
    err.print(
        f"nianbao: defect: {type(error).__name__}: {escape(str(error).splitlines()[0] if str(error) else '')}{where}"
    )
    raise SystemExit(EXIT_DEFECT) from None


def configured() -> config.Settings:
    """The settings of this call, with the log set up as they say."""
    settings = config.settings()
    logs.setup(settings.log_format, settings.log_level)
    return settings


def local_now(settings: config.Settings) -> datetime:
    """Now, in the office's time zone."""
    return config.utcnow().astimezone(settings.zone)


def moment_of(option: str, text: str, settings: config.Settings) -> datetime:
    """The moment that an option names, in the office's zone. Raises Refused."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Refused(f"{option} {text!r} is no time; write 2027-02-03T09:00") from None
    return moment.astimezone(settings.zone) if moment.tzinfo else moment.replace(tzinfo=settings.zone)


def past_moment(option: str, text: str, settings: config.Settings) -> datetime:
    """The same, of a moment that is past; a day alone is its end, or now. Raises Refused: of what is to come nothing is
    known."""
    moment, now = moment_of(option, text, settings), local_now(settings)
    if len(text) <= len("2027-02-03"):
        moment = moment.replace(hour=23, minute=59, second=59)
        moment = now if moment.date() == now.date() else moment
    if moment > now:
        raise Refused(f"{option} {text}: that moment is yet to come")
    return moment


def last_year(settings: config.Settings) -> int:
    """The last ended year: the one whose reports are due."""
    return local_now(settings).year - 1
