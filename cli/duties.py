"""``nianbao duties``: notices, extensions and exemptions of bodies, recorded with the day on which they were known."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any

import typer
from rich.markup import escape

from cli.app import AsJson, Refused, Year, configured, last_year, local_now
from cli.database import database
from cli.show import err, new_table, out, print_json
from models import agencies, base, obligations, people

commands = typer.Typer(
    help="Notices, extensions and exemptions: by when a body owes its report, and since when that is known."
    "\n\nExample: nianbao duties list --json",
    no_args_is_help=True,
    rich_markup_mode=None,
)

KIND_ZH = {"notice": "本地通知", "extension": "延期", "exempt": "不需发布", "withdrawn": "撤回"}
Body = Annotated[str, typer.Argument(help="The body, by its full name or an alias.")]
By = Annotated[str, typer.Option("--by", help="Who records it; kept in the trail.")]
Ground = Annotated[str, typer.Option("--ground", help="What it rests on, e.g. the notice's number.")]


@commands.command("list")
def duties_list(
    of: Annotated[str | None, typer.Option("--of", help="Only this body.")] = None, as_json: AsJson = False
) -> None:
    """Show what was recorded, in order; of several for a year the last one holds.

    Example: nianbao duties list --of 甲县交通局
    """
    settings = configured()
    with database(settings) as engine, base.reading(engine) as session:
        ids = None
        if of is not None:
            found = agencies.resolve(session, of, local_now(settings).date())
            if found is None:
                raise Refused(f"{of!r} is not in the register")
            ids = [found.id]
        rows: list[dict[str, Any]] = [
            {
                "agency": name,
                "kind": row.kind,
                "from_year": row.from_year,
                "to_year": row.to_year,
                "deadline": row.deadline,
                "ground": row.ground,
                "recorded_at": row.recorded_at if row.recorded_at > agencies.LONG_AGO else None,
                "recorded_by": row.recorded_by,
            }
            for name, row in obligations.recorded(session, ids)
        ]
    if as_json:
        print_json(rows)
        return
    if not rows:
        err.print("nothing is recorded: the law's days hold; `nianbao duties extend` or `notice` records another")
        return
    table = new_table("单位", "种类", "年度", "期限", "依据", "记录时间", "记录人")
    for row in rows:
        years = (
            f"{row['from_year']}"
            if row["to_year"] == row["from_year"]
            else f"{row['from_year']}–{row['to_year'] or ''}"
        )
        at = row["recorded_at"].astimezone(settings.zone).strftime("%Y-%m-%d %H:%M") if row["recorded_at"] else "—"
        table.add_row(
            escape(row["agency"]), KIND_ZH[row["kind"]], years, row["deadline"] or "—", escape(row["ground"]), at,
            escape(row["recorded_by"]),
        )  # fmt: skip
    out.print(table)


def _act(by: str, ground: str) -> people.Act:
    return people.Act(by, "duty", base.utcnow(), ground)


def _record(body: str, kind: str, year: int | None, act: people.Act, day: str = "", lasting: bool = False) -> None:
    settings = configured()
    year = year or last_year(settings)
    deadline = ""
    if day:
        if re.fullmatch(r"\d{2}-\d{2}", day) is None:
            raise Refused(f"{day!r} is no day; write month-day of the year after the report's, 02-28")
        try:
            date(2023, int(day[:2]), int(day[3:]))
        except ValueError:
            raise Refused(f"{day!r} is no day of every year") from None
        deadline = day
    with database(settings) as engine, base.transaction(engine) as session:
        agency = agencies.resolve(session, body, local_now(settings).date())
        if agency is None:
            raise Refused(f"{body!r} is not in the register; `nianbao agencies import FILE` adds it")
        years = (year, None if lasting else year)
        obligations.record(session, agency, kind, years, deadline, act)
        name = agency.name
    out.print(f"{escape(name)} {year}年度：{KIND_ZH[kind]}{'，' + deadline if deadline else ''}")


@commands.command("extend")
def duties_extend(
    body: Body, to: Annotated[str, typer.Option("--to", help="The new last day, 02-28.")], ground: Ground, by: By,
    year: Year = None,
) -> None:  # fmt: skip
    """An extension for one report year.

    Example: nianbao duties extend 甲县交通局 --to 02-28 --ground 甲政办函〔2026〕3号 --by 王芳
    """
    _record(body, "extension", year, _act(by, ground), to)


@commands.command("notice")
def duties_notice(
    body: Body, day: Annotated[str, typer.Option("--day", help="The notice's day, 01-25.")], ground: Ground, by: By,
    year: Year = None,
    lasting: Annotated[bool, typer.Option("--lasting", help="For this report year and all after it.")] = False,
) -> None:  # fmt: skip
    """A local notice's day, which binds the body in place of the law's.

    Example: nianbao duties notice 甲县乙镇人民政府 --day 01-25 --ground 甲政办函〔2026〕1号 --by 王芳
    """
    _record(body, "notice", year, _act(by, ground), day, lasting)


@commands.command("exempt")
def duties_exempt(
    body: Body, ground: Ground, by: By, year: Year = None,
    lasting: Annotated[bool, typer.Option("--lasting", help="For this report year and all after it.")] = False,
) -> None:  # fmt: skip
    """The body owes no report of the year.

    Example: nianbao duties exempt 甲县粮食局 --ground 并入甲县发展和改革局 --by 王芳
    """
    _record(body, "exempt", year, _act(by, ground), lasting=lasting)


@commands.command("withdraw")
def duties_withdraw(body: Body, ground: Ground, by: By, year: Year = None) -> None:
    """What was recorded for the year holds no more: the law's day does.

    Example: nianbao duties withdraw 甲县交通局 --ground 登记有误 --by 王芳
    """
    _record(body, "withdrawn", year, _act(by, ground))
