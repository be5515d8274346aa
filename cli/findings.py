"""``nianbao findings``: findings and what people decided of them."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer
from rich.markup import escape

from cli.app import AsJson, Refused, configured, local_now
from cli.database import database
from cli.show import SEVERITY, err, new_table, out, print_json
from models import base, exports, findings

commands = typer.Typer(help="Findings and what people decided of them.", no_args_is_help=True, rich_markup_mode=None)


Note = Annotated[str, typer.Option("--note", help="Why; kept in the trail.")]


By = Annotated[str, typer.Option("--by", help="Who decides.")]


@commands.command("list")
def findings_list(
    state: Annotated[list[str] | None, typer.Option("--state", help="open, confirmed, waived or resolved.")] = None,
    year: Annotated[int | None, typer.Option("--year", help="Only this report year.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show findings with their numbers; those that stand if no state is given.

    Example: nianbao findings list --year 2025 --state open
    """
    unknown = [word for word in state or [] if word not in findings.STATES]
    if unknown:
        raise Refused(f"--state {unknown[0]}: use one of {', '.join(findings.STATES)}")
    settings = configured()
    with database(settings) as engine, base.reading(engine) as session:
        rows = list(exports.findings_list(session, state or ["open", "confirmed"], local_now(settings), year))
    if as_json:
        print_json(rows)
        return
    if not rows:
        err.print("no finding in these states; `nianbao watch --once` crawls and checks")
        return
    table = new_table(("id", "right"), "单位", "年度", "规则", "程度", "状态", "说明")
    for row in rows:
        review = "·待核" if row["needs_review"] else ""
        table.add_row(
            str(row["id"]), escape(row["agency"]), str(row["year"]), row["rule"], SEVERITY[row["severity"]][0] + review,
            row["state"], escape(row["message"]),
        )  # fmt: skip
    out.print(table)


def _decide(finding_id: int, action: str, note: str, by: str, until: date | None = None) -> None:
    with database(configured()) as engine, base.transaction(engine) as session:
        try:
            row = findings.decide(session, finding_id, action, by, note, base.utcnow(), until)
        except KeyError:
            raise Refused(f"there is no finding {finding_id}; nianbao findings list shows them") from None
        out.print(f"finding {row.id} is {row.state}")


@commands.command("confirm")
def findings_confirm(finding_id: Annotated[int, typer.Argument(metavar="ID")], by: By, note: Note = "") -> None:
    """A person looked: the finding is right. A doubtful one may then go into the office's digest.

    Example: nianbao findings confirm 12 --by 王芳 --note 已核对原件
    """
    _decide(finding_id, "confirm", note, by)


@commands.command("waive")
def findings_waive(
    finding_id: Annotated[int, typer.Argument(metavar="ID")],
    by: By,
    note: Note,
    until: Annotated[str | None, typer.Option("--until", help="The last day of the waiver, e.g. 2027-06-30.")] = None,
) -> None:
    """Not to be pursued, with the reason; for good or until a day.

    Example: nianbao findings waive 12 --by 王芳 --note 合并编制，已说明 --until 2027-06-30
    """
    try:
        day = date.fromisoformat(until) if until else None
    except ValueError:
        raise Refused(f"--until {until!r} is no date; write 2027-06-30") from None
    _decide(finding_id, "waive", note, by, day)


@commands.command("reopen")
def findings_reopen(finding_id: Annotated[int, typer.Argument(metavar="ID")], by: By, note: Note = "") -> None:
    """Take a decision back.

    Example: nianbao findings reopen 12 --by 王芳
    """
    _decide(finding_id, "reopen", note, by)
