"""``nianbao discover``: the report column of a body, found from its portal's home address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

import config
from cli.app import EXIT_ATTENTION, AsJson, Refused, configured, local_now
from cli.database import database
from cli.show import err, new_table, out, print_json, spinner
from crawler import run
from crawler.discovery import ACCEPTED_FROM
from models import agencies, base, columns

if TYPE_CHECKING:
    from sqlalchemy import Engine

commands = typer.Typer()

AT_ONCE = 50  # bodies that one child looks for


@commands.command()
def discover(
    agency: Annotated[list[str] | None, typer.Option("--agency", help="Only this body; repeatable.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every body with a home address, also with a column.")] = False,
    accept: Annotated[bool, typer.Option("--accept", help="Take over what is found with enough confidence.")] = False,
    by: Annotated[str, typer.Option("--by", help="Who takes it over; kept in the trail.")] = "nianbao discover",
    as_json: AsJson = False,
) -> None:
    """Look for the report columns of bodies from their home addresses: those without a column, unless others are named.

    A column is proven by rows that are reports of the body; names and addresses add confidence. With --accept the best
    of each body becomes its source from a confidence of 0.8 on; below that nothing changes. Exit status 1 if of a body
    nothing was found.

    Example: nianbao discover --agency 甲县水利局 --accept
    """
    settings = configured()
    with database(settings) as engine:
        ids = _wanted(settings, engine, agency or [], every)
        if not ids:
            err.print(_nothing_to_do(engine))
            return
        rows = _search(settings, engine, ids)
        if accept:
            _accept(engine, rows, by)
    if as_json:
        print_json([{name: value for name, value in row.items() if name != "agency_id"} for row in rows])
    else:
        _show(rows)
    if any(not row["proposals"] for row in rows):
        raise typer.Exit(EXIT_ATTENTION)


def _wanted(settings: config.Settings, engine: Engine, names: Sequence[str], every: bool) -> list[int]:
    with base.reading(engine) as session:
        if not names:
            return columns.with_home(session) if every else columns.wanting(session)
        out_ = []
        for name in names:
            body = agencies.resolve(session, name, local_now(settings).date())
            if body is None:
                raise Refused(f"--agency {name}: no body of the register has this name, or several have")
            if not columns.homes(session, [body.id]):
                raise Refused(f"--agency {name}: the register has no home address (portal) of it that may be visited")
            out_.append(body.id)
        return out_


def _nothing_to_do(engine: Engine) -> str:
    with base.reading(engine) as session:
        if columns.with_home(session):
            return "every body with a home address has a column; --all looks for all of them again"
    return "no body of the register has a home address (portal) that may be visited: nianbao agencies import FILE"


def _search(settings: config.Settings, engine: Engine, ids: Sequence[int]) -> list[dict[str, Any]]:
    """A row a body, in the order of the register."""
    with base.reading(engine) as session:
        homes = {home.agency_id: home for home in columns.homes(session, ids)}
    wanted = [id_ for id_ in ids if id_ in homes]
    found: dict[int, dict[str, Any]] = {}
    with spinner("looking …") as say:
        for start in range(0, len(wanted), AT_ONCE):
            try:
                for event in run.discover(wanted[start : start + AT_ONCE], settings):
                    found[event["agency_id"]] = event
                    say(f"{len(found)} of {len(wanted)} bodies")
            except run.CrawlFailed as error:
                err.print(f"nianbao: {escape(str(error))}", soft_wrap=True)
    nothing = {"proposals": [], "requests": 0, "reason": "the search was stopped before it ended"}
    out_ = []
    for id_ in wanted:
        event = found.get(id_, nothing)
        row = {"agency_id": id_, "agency": homes[id_].name, "home": homes[id_].url}
        row |= {name: event[name] for name in ("proposals", "requests", "reason")}
        row["accepted"] = None
        out_.append(row)
    return out_


def _accept(engine: Engine, rows: Sequence[dict[str, Any]], by: str) -> None:
    for row in rows:
        best = row["proposals"][0] if row["proposals"] else None
        if best is None or best["confidence"] < ACCEPTED_FROM:
            continue
        with base.transaction(engine) as session:
            columns.accept(session, row["agency_id"], best["url"], best["evidence"], by, base.utcnow())
        row["accepted"] = best["url"]


def _show(rows: Sequence[dict[str, Any]]) -> None:
    table = new_table("单位", "栏目地址", ("把握", "right"), "依据", "采用")
    for row in rows:
        if not row["proposals"]:
            table.add_row(escape(row["agency"]), "—", "", escape(row["reason"]), "")
        for number, one in enumerate(row["proposals"]):
            taken = "是" if row["accepted"] == one["url"] else ""
            name = escape(row["agency"]) if number == 0 else ""
            table.add_row(name, escape(one["url"]), f"{one['confidence']:.2f}", escape(one["evidence"]), taken)
    out.print(table)
