"""``nianbao letters``: 催报函 and 整改通知, one a body, for the office to check, number, seal and send."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from alerts.situation import workdays_of
from cli.app import AsJson, Refused, Year, configured, last_year, local_now
from cli.database import database, require_agency
from cli.show import err, new_table, out, print_json, spinner
from models import agencies, base
from models.ledger import ledger_of
from processes import whole_file
from summaries import official
from summaries.letters import Issuer, Letter, letters, reply_day

commands = typer.Typer()


@commands.command("letters")
def write_letters(
    under: Annotated[str, typer.Option("--under", help="The government whose bodies are written to.")],
    folder: Annotated[Path, typer.Option("--out", help="The folder to write into.")],
    year: Year = None,
    reply_by: Annotated[
        str | None,
        typer.Option("--reply-by", help="The day to reply by, e.g. 2027-03-01; 15 days from now if not given."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write 催报函 and 整改通知 per body as DOCX in the official layout. Nothing is sent.

    Example: nianbao letters --under 甲县人民政府 --year 2025 --out letters/
    """
    settings = configured()
    now = local_now(settings)
    try:
        day = date.fromisoformat(reply_by) if reply_by else reply_day(now.date(), workdays_of(settings).is_worked)
    except ValueError:
        raise Refused(f"--reply-by {reply_by!r} is no date; write 2027-03-01") from None
    if day <= now.date():
        raise Refused(f"--reply-by {day}: that day is past")
    with spinner("letters …"), database(settings) as engine, base.reading(engine) as session:
        name = require_agency(session, under, settings)
        ledger = ledger_of(session, year or last_year(settings), now, under=name)
        offices = {office.id: Issuer(office.name, office.agency_id) for office in agencies.offices(session)}
    found = list(letters(ledger, offices, day))
    try:
        rows = [_row(letter, _write(letter, folder)) for letter in found]
    except OSError as error:
        raise Refused(f"{folder}: {error.strerror or error}") from None
    unsigned = sum(standing.duty.office_id not in offices for standing in ledger.standings)
    if unsigned:
        err.print(
            f"{unsigned} bodies have no supervising office in the register (column office_email): no letter to them"
        )
    if as_json:
        print_json(rows)
        return
    if not found:
        out.print("没有需要发函的单位：未发现报告或有确定问题的单位才发函，无法判断和待核的不发")
        return
    table = new_table("单位", "文种", ("事项", "right"), "文件")
    for row in rows:
        table.add_row(*(escape(str(row[key])) for key in ("agency", "kind", "items", "file")))
    out.print(table)


def _row(letter: Letter, path: Path) -> dict[str, object]:
    return {"agency": letter.agency, "kind": letter.name, "items": letter.items, "file": str(path)}


def _write(letter: Letter, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    # The register's names come from a sheet: what is no part of a file's name anywhere is left out.
    safe = re.sub(r'[\x00-\x1f<>:"/\\|?*]', "", letter.agency).strip(". ")[:60]
    path = folder / f"{letter.name}-{safe}.docx"
    with whole_file(path) as beside:
        beside.write_bytes(official.as_docx(letter.paper))
    return path
