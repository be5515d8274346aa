"""``nianbao agencies``: the register of bodies."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from cli.app import AsJson, Refused, configured, local_now
from cli.database import database
from cli.show import err, new_table, out, print_json, spinner
from crawler import families
from exchange.register import import_agencies, import_starter, template
from exchange.sheet import BadSheet
from exchange.words import printed
from models import agencies, base, columns, exports

commands = typer.Typer(
    help="The register of bodies.\n\nExample: nianbao agencies import 名录.xlsx",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@commands.command("import")
def agencies_import(
    file: Annotated[Path, typer.Argument(help="CSV or XLSX with the template's columns; name and level are required.")],
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Import the good rows although others are bad.")] = False,
) -> None:
    """Add and update bodies by name; never deletes.

    Example: nianbao agencies import bodies.xlsx
    """
    settings = configured()
    with database(settings) as engine, base.transaction(engine) as session:
        try:
            with spinner(f"{file.name} …") as say:
                result = import_agencies(
                    session,
                    file,
                    skip_bad,
                    base.utcnow(),
                    lambda done: say(f"{file.name}: {done} bodies"),
                    families.BY_NAME,
                )
        except BadSheet as error:
            raise Refused(f"{file}: {error}") from None
        for bad in result.bad:
            err.print(
                f"nianbao: {escape(str(file))}: row {bad.row}, column {escape(bad.column)}: {escape(bad.message)}",
                soft_wrap=True,
            )
        if result.bad and not skip_bad:
            session.rollback()
            raise Refused(f"{file}: nothing was imported; mend the rows above or add --skip-bad")
        for warning in result.warnings:
            err.print(f"nianbao: {escape(str(file))}: row {warning.row}: {escape(warning.message)}", soft_wrap=True)
    out.print(f"added {result.added}, updated {result.updated}, skipped {len({b.row for b in result.bad})}")


@commands.command("starter")
def agencies_starter() -> None:
    """Add some two hundred real bodies with their portals, to begin with; bodies that are registered stay as they are.

    The addresses of their columns were derived: of a body whose column nobody confirmed, and which has not shown a
    report of it yet, nothing is concluded from silence. `discover` looks for the columns that are lacking.

    Example: nianbao agencies starter
    """
    settings = configured()
    with database(settings) as engine, base.transaction(engine) as session:
        result = import_starter(session, base.utcnow())
        doubted = columns.unconfirmed(session)
    out.print(f"added {result.added}; columns that nobody vouches for: {doubted}")


@commands.command("confirm")
def agencies_confirm(
    agency: Annotated[list[str], typer.Option("--agency", help="The body whose column is right; repeatable.")],
    by: Annotated[str, typer.Option("--by", help="Who vouches for it.")],
    note: Annotated[str, typer.Option("--note", help="Why; kept in the trail.")] = "",
) -> None:
    """A person looked: the registered column is where the body publishes its reports.

    Example: nianbao agencies confirm --agency 甲县水利局 --by 王芳
    """
    settings = configured()
    with database(settings) as engine, base.transaction(engine) as session:
        for name in agency:
            body = agencies.resolve(session, name, local_now(settings).date())
            if body is None:
                raise Refused(f"--agency {name}: no body of the register has this name, or several have")
            for url in columns.confirm(session, body.id, by, base.utcnow(), note) or ["nothing to confirm"]:
                out.print(f"{escape(body.name)}: {escape(url)}", soft_wrap=True)


@commands.command("render")
def agencies_render(
    agency: Annotated[
        list[str], typer.Option("--agency", help="The body whose column only a browser shows; repeatable.")
    ],
    by: Annotated[str, typer.Option("--by", help="Who decides; kept in the trail.")] = "nianbao agencies render",
    off: Annotated[bool, typer.Option("--off", help="No longer.")] = False,
) -> None:
    """Let a browser draw what a body's column shows only by script. It takes a Chromium (NIANBAO_BROWSER) and what
    requirements-render.lock pins; every request of the page passes the crawler's own guard, pauses and robots.txt.

    Example: nianbao agencies render --agency 甲县水利局
    """
    settings = configured()
    with database(settings) as engine, base.transaction(engine) as session:
        for name in agency:
            body = agencies.resolve(session, name, local_now(settings).date())
            if body is None:
                raise Refused(f"--agency {name}: no body of the register has this name, or several have")
            for url in columns.render(session, body.id, not off, by, base.utcnow()) or ["nothing to change"]:
                out.print(f"{escape(body.name)}: {escape(url)}", soft_wrap=True)
    if not off and not settings.browser:
        err.print("nianbao: NIANBAO_BROWSER names no browser: pages are not drawn until it does")


@commands.command("list")
def agencies_list(as_json: AsJson = False) -> None:
    """Show the register.

    Example: nianbao agencies list --json
    """
    with database(configured()) as engine, base.reading(engine) as session:
        rows = list(exports.export_agencies(session))
    if as_json:
        print_json(rows)
        return
    if not rows:
        err.print(
            "the register is empty; `nianbao agencies template FILE` writes a sheet to fill in, `import` takes it"
        )
        return
    table = new_table("单位", "层级", "类别", "上级单位", "年报栏目地址")
    for row in rows:
        words = [printed(name, row.get(name) or "") for name in ("level", "kind")]
        table.add_row(escape(row["name"]), *words, *(escape(str(row.get(c) or "")) for c in ("parent", "reports_url")))
    out.print(table)


@commands.command("template")
def agencies_template(file: Annotated[Path, typer.Argument(help="The XLSX to write.")]) -> None:
    """Write an empty sheet to fill in, with explanations.

    Example: nianbao agencies template bodies.xlsx
    """
    if file.suffix.lower() != ".xlsx":
        raise Refused(f"{file}: the template is an XLSX; choose a name that ends in .xlsx")
    try:
        template(file)
    except OSError as error:
        raise Refused(f"{file}: {error.strerror or error}") from None
    out.print(f"wrote {file}")
