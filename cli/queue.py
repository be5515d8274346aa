"""``nianbao queue``: waiting, running and failed work."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from cli.app import AsJson, Refused, configured
from cli.database import database
from cli.show import new_table, out, print_json
from exchange.words import printed
from models import base, exports, leases, readings, work
from models.ledger import unreadable_documents
from reports.reader_version import READER_VERSION

commands = typer.Typer(
    help="Waiting, running and failed work.\n\nExample: nianbao queue --json",
    invoke_without_command=True,
    rich_markup_mode=None,
)

NONE_FAILED = "no failed work of these; `nianbao queue` lists what failed"
MOST_SHOWN = 50  # lines of a list; a defect of one portal may fail a thousand pieces of work


@commands.callback()
def queue(context: typer.Context, as_json: AsJson = False) -> None:
    """Show waiting, running and failed work, with the age of the oldest waiting item."""
    if context.invoked_subcommand is not None:
        return

    settings = configured()
    with database(settings) as engine, base.reading(engine) as session:
        figures = work.counts(session, base.utcnow())
        failed = list(exports.failed_work(session))
        unread = unreadable_documents(session, None)
        figures["to_read_anew"] = readings.outdated(session, READER_VERSION)
    if as_json:
        print_json([figures | {"failed_items": failed, "unreadable": unread}])
        return
    shown = {name: value for name, value in figures.items() if not isinstance(value, dict)}
    out.print("　".join(f"{printed('queue', name)} {value}" for name, value in shown.items()))
    table = new_table(("id", "right"), "任务", "处理", ("次数", "right"), "原因")
    for row in failed[:MOST_SHOWN]:
        table.add_row(
            str(row["id"]),
            f"{printed('work', row['kind'])} {row['subject']}",
            printed("work_failure", row["error_kind"] or ""),
            str(row["attempts"]),
            escape(row["error"] or ""),
        )
    if failed:
        out.print(table)
    _more(len(failed))
    for document in unread[:MOST_SHOWN]:
        reason = f"{escape(document['url'])}: {escape(document['state_reason'] or '')}"
        out.print(f"[yellow]{printed('document_state', 'unreadable')}[/] {reason}", soft_wrap=True)
    _more(len(unread))


def _more(number: int) -> None:
    if number > MOST_SHOWN:
        out.print(f"… and {number - MOST_SHOWN} more: --json lists them all")


@commands.command("retry")
def queue_retry(
    ids: Annotated[list[int] | None, typer.Argument(metavar="ID…")] = None,
    every: Annotated[bool, typer.Option("--all", help="All failed work but mails that are perhaps sent.")] = False,
) -> None:
    """Try failed work again.

    Example: nianbao queue retry 12 15
    """
    if bool(ids) == every:
        raise Refused("name the ids, or say --all")
    with database(configured()) as engine, base.transaction(engine) as session:
        # What is perhaps done already, a mail that may have left, is done again only if it is named.
        count = work.retry(session, ids or leases.repeatable_failures(session), base.utcnow())
    out.print(f"{count} will be tried again" if count else NONE_FAILED)


@commands.command("drop")
def queue_drop(ids: Annotated[list[int], typer.Argument(metavar="ID…")]) -> None:
    """Give failed work up for good.

    Example: nianbao queue drop 12
    """
    with database(configured()) as engine, base.transaction(engine) as session:
        count = work.drop(session, ids, base.utcnow())
    out.print(f"{count} dropped" if count else NONE_FAILED)
