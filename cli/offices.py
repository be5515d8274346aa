"""``nianbao offices``: the supervising offices, who gets their mails, when they want to be told."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from cli.app import AsJson, Refused, configured, local_now
from cli.database import database
from cli.show import err, new_table, out, print_json
from exchange import offices as sheets
from exchange.sheet import BadSheet
from models import agencies, base, offices, people

commands = typer.Typer(
    help="The supervising offices: recipients by role, hours, working days.\n\nExample: nianbao offices list",
    no_args_is_help=True,
    rich_markup_mode=None,
)

By = Annotated[str, typer.Option("--by", help="Who changes it; kept in the trail.")]


@commands.command("list")
def offices_list(as_json: AsJson = False) -> None:
    """Show the offices with their recipients and wishes.

    Example: nianbao offices list
    """
    with database(configured()) as engine, base.reading(engine) as session:
        rows = offices.rows(session)
    if as_json:
        print_json(rows)
        return
    if not rows:
        err.print("there is no office yet; `nianbao offices set GOVERNMENT --desk ADDRESS --by WHO` makes one")
        return
    table = new_table("政府", "主管部门", "经办", "领导", "运维", "时间")
    for row in rows:
        roles = (escape("、".join(row[role])) or "—" for role in offices.ROLES)
        table.add_row(escape(row["government"]), escape(row["office"]), *roles, _when(row))
    out.print(table)


def _when(row: dict[str, Any]) -> str:
    parts = ["仅工作日" if row["workdays_only"] else "每日"]
    if row["digest_hour"] is not None:
        parts.append(f"{row['digest_hour']}时汇总")
    if row["quiet"]:
        parts.append(f"免打扰{row['quiet']}")
    parts.append("新报告即时告知" if row["at_once"] else "新报告随每日汇总")
    days = row["escalate_after"]
    parts.append(f"满{days}个工作日提请领导" if days else "不提请领导")
    return "，".join(parts)


@commands.command("set")
def offices_set(  # noqa: PLR0913 - the options of a command are its interface
    government: Annotated[str, typer.Argument(help="The government whose office it is.")],
    by: By,
    name: Annotated[str, typer.Option("--name", help="What the office is called.")] = "",
    desk: Annotated[str | None, typer.Option("--desk", help="Addresses of the desk (经办), by comma.")] = None,
    leader: Annotated[str | None, typer.Option("--leader", help="Addresses of the leader (领导).")] = None,
    ops: Annotated[str | None, typer.Option("--ops", help="Addresses of its operators (运维).")] = None,
    quiet: Annotated[
        str | None, typer.Option("--quiet", help="No mail in these hours, 18:00-08:30; '' for none.")
    ] = None,
    workdays_only: Annotated[bool | None, typer.Option("--workdays-only/--every-day", help="On which days.")] = None,
    at_once: Annotated[
        bool | None,
        typer.Option("--at-once/--daily", help="Findings of a report just read: in minutes, or in the digest."),
    ] = None,
    digest_hour: Annotated[int | None, typer.Option("--digest-hour", help="The hour of its daily digest.")] = None,
    escalate_after: Annotated[
        int | None, typer.Option("--escalate-after", help="Working days, then the leader hears; 0 for never.")
    ] = None,
) -> None:
    """Make or change an office; what is not named stays as it is.

    Example: nianbao offices set 甲县人民政府 --desk zwgk@jia.example --leader zr@jia.example --by 王芳
    """
    settings = configured()
    given = {"quiet": quiet, "workdays_only": workdays_only, "at_once": at_once, "digest_hour": digest_hour}
    wishes: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    if escalate_after is not None:
        wishes["escalate_after"] = escalate_after or None
    roles = {"desk": desk, "leader": leader, "ops": ops}
    addresses = {role: sheets.addresses(text) for role, text in roles.items() if text is not None}
    with database(settings) as engine, base.transaction(engine) as session:
        found = agencies.resolve(session, government, local_now(settings).date())
        if found is None:
            raise Refused(f"{government!r} is not in the register; `nianbao agencies import FILE` adds it")
        try:
            act = people.Act(by, "office", base.utcnow())
            office = offices.set_office(session, found, act, name, addresses, wishes)
        except offices.BadOffice as error:
            raise Refused(str(error)) from None
        current = {"government": found.name, **offices.settings_of(office)}
    out.print(f"{escape(current['office'])}: {_when(current)}", soft_wrap=True)


@commands.command("import")
def offices_import(
    file: Annotated[Path, typer.Argument(help="CSV or XLSX with the template's columns.")], by: By
) -> None:
    """Add and update offices by their government; an empty cell leaves what is set as it is.

    Example: nianbao offices import offices.xlsx --by 王芳
    """
    with database(configured()) as engine, base.transaction(engine) as session:
        try:
            result = sheets.import_offices(session, file, by, base.utcnow())
        except BadSheet as error:
            raise Refused(f"{file}: {error}") from None
        for row, message in result.bad:
            err.print(f"nianbao: {escape(str(file))}: row {row}: {escape(message)}", soft_wrap=True)
        if result.bad:
            session.rollback()
            raise Refused(f"{file}: nothing was imported; mend the rows above")
    out.print(f"{result.count} offices are set")


@commands.command("template")
def offices_template(file: Annotated[Path, typer.Argument(help="The XLSX to write.")]) -> None:
    """Write an empty sheet of offices to fill in, with explanations.

    Example: nianbao offices template offices.xlsx
    """
    if file.suffix.lower() != ".xlsx":
        raise Refused(f"{file}: the template is an XLSX; choose a name that ends in .xlsx")
    try:
        sheets.template(file)
    except OSError as error:
        raise Refused(f"{file}: {error.strerror or error}") from None
    out.print(f"wrote {file}")
