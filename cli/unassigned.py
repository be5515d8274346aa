"""``nianbao unassigned``: reports of which nobody could be told whose they are."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from cli.app import AsJson, Refused, configured, local_now
from cli.database import database
from cli.show import new_table, out, print_json
from models import agencies, base, people
from models import unassigned as documents

commands = typer.Typer(
    help="Reports of which nobody could be told whose they are.\n\nExample: nianbao unassigned --json",
    invoke_without_command=True,
    rich_markup_mode=None,
)


@commands.callback()
def unassigned(context: typer.Context, as_json: AsJson = False) -> None:
    """Show the reports whose body neither title, publisher nor text tell: no body of their columns is called missing."""
    if context.invoked_subcommand is not None:
        return
    with database(configured()) as engine, base.reading(engine) as session:
        rows = list(documents.unassigned(session))
    if as_json:
        print_json(rows)
        return
    if not rows:
        out.print("没有单位未识别的年报")
        return
    table = new_table(("编号", "right"), "标题", "年度", "文中所称单位", "网址", "栏目所属单位")
    for row in rows:
        bodies = "、".join(row["bodies"][:3]) + (f"等{len(row['bodies'])}个" if len(row["bodies"]) > 3 else "")
        table.add_row(
            str(row["id"]), escape(row["title"]), str(row["year"] or "—"), escape(row["named"] or "—"), escape(row["url"]),
            escape(bodies),
        )  # fmt: skip
    out.print(table)


@commands.command("assign")
def unassigned_assign(
    document_id: Annotated[int, typer.Argument(metavar="ID", help="Its number in the list.")],
    agency: Annotated[str, typer.Option("--agency", help="Whose report it is.")],
    by: Annotated[str, typer.Option("--by", help="Who says so; kept in the trail.")],
    year: Annotated[int | None, typer.Option("--year", help="Its report year, where that is not known.")] = None,
    note: Annotated[str, typer.Option("--note", help="Why; kept in the trail.")] = "",
) -> None:
    """A person looked: the report is this body's. It is checked as such from now on.

    Example: nianbao unassigned assign 12 --agency 甲县林业局 --by 王芳
    """
    settings = configured()
    with database(settings) as engine, base.transaction(engine) as session:
        body = agencies.resolve(session, agency, local_now(settings).date())
        if body is None:
            raise Refused(f"--agency {agency}: no body of the register has this name, or several have")
        try:
            act = people.Act(by, "assign", base.utcnow(), note)
            found = documents.assign(session, document_id, body.id, year, act)
        except documents.NotThere as error:
            raise Refused(f"{error}; nianbao unassigned shows those without a body") from None
        out.print(f"{escape(found.title)} is {escape(body.name)}'s", soft_wrap=True)


@commands.command("dismiss")
def unassigned_dismiss(
    document_id: Annotated[int, typer.Argument(metavar="ID", help="Its number in the list.")],
    by: Annotated[str, typer.Option("--by", help="Who says so; kept in the trail.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; kept in the trail.")],
) -> None:
    """A person looked: it is no report of a body of the register. It is shown again only when its text changes.

    Example: nianbao unassigned dismiss 12 --by 王芳 --reason 邻县的年报，转载
    """
    with database(configured()) as engine, base.transaction(engine) as session:
        try:
            found = documents.dismiss(session, document_id, people.Act(by, "dismiss", base.utcnow(), reason))
        except documents.NotThere as error:
            raise Refused(f"{error}; nianbao unassigned shows those without a body") from None
        out.print(f"{escape(found.title)} is no longer asked about", soft_wrap=True)
