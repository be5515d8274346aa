"""Running the whole: demonstration, service, watching, database, doctor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

import config
import up as service
from cli.app import AsJson, Refused, configured, local_now
from cli.database import database
from cli.show import err, new_table, out, print_json, spinner
from demo import run
from exchange.words import printed, words
from models import agencies, base, exports, sources

if TYPE_CHECKING:
    from sqlalchemy import Engine

commands = typer.Typer()


@commands.command()
def demo() -> None:
    """Run the main job once, end to end, on embedded services and portals served on loopback.

    Example: nianbao demo
    """
    raise typer.Exit(run.demo(out, err))


@commands.command()
def up() -> None:
    """Run the whole service on this machine in the foreground, until Ctrl-C.

    Example: NIANBAO_SMTP_URL=smtp://mail.example:25 nianbao up
    """
    settings = configured()
    with database(settings):
        pass
    raise typer.Exit(service.run(settings))


@commands.command()
def watch(
    once: Annotated[
        bool, typer.Option("--once", help="Crawl what is due, wait until it is read and checked, stop.")
    ] = False,
    agency: Annotated[list[str] | None, typer.Option("--agency", help="Only this body's sources; repeatable.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All sources, due or not.")] = False,
    as_json: AsJson = False,
) -> None:
    """Crawl every source that is due and print a line for each; without --once keep watching.

    Example: nianbao watch --once --agency 甲县统计局
    """
    settings = configured()
    if not once:
        if agency or every:
            raise Refused("--agency and --all go with --once; without it the scheduler decides what is due")
        with database(settings):
            pass
        raise typer.Exit(service.run(settings))
    with database(settings) as engine:
        ids = _source_ids(engine, agency or [], every, settings)
        if not ids:
            with base.reading(engine) as session:
                known = sources.all_source_ids(session)
            err.print(
                "nothing is due; --all crawls every source"
                if known
                else "the register has no column to crawl: `nianbao agencies import FILE`, then `nianbao discover`"
            )
            return
        service.crawl_and_wait(settings, engine, ids, progress=spinner)
        _show_sources(engine, ids, as_json)


def _source_ids(engine: Engine, names: list[str], every: bool, settings: config.Settings) -> list[int]:
    with base.reading(engine) as session:
        if not names:
            if every:
                return sources.all_source_ids(session)
            return [source.id for source in sources.due(session, base.utcnow())]
        ids: list[int] = []
        for name in names:
            agency = agencies.resolve(session, name, local_now(settings).date())
            if agency is None:
                raise Refused(f"--agency {name}: no body of the register has this name, or several have")
            ids += sources.source_ids_of(session, agency.id)
        return sorted(set(ids))


def _show_sources(engine: Engine, ids: list[int], as_json: bool) -> None:
    with base.reading(engine) as session:
        rows = [row for row in exports.export_sources(session) if row.get("id") in ids]
    for row in rows:
        row.pop("id", None)
    if as_json:
        print_json(rows)
        return
    columns = ("agency", "url", "status", "items", "requests", "reason")
    heads = words().exports["sources"]
    table = new_table(
        *((heads[column], "right") if column in {"items", "requests"} else heads[column] for column in columns)
    )
    for row in rows:
        row["status"] = printed("source_state", row["status"] or "")
        table.add_row(*(escape(str(row[column] if row[column] is not None else "")) for column in columns))
    out.print(table)
