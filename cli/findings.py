"""``nianbao findings``: findings and what people decided of them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import typer
from rich.markup import escape

from cli.app import AsJson, Refused, configured, local_now
from cli.database import database
from cli.show import SEVERITY, err, new_table, out, print_json
from exchange.words import printed
from models import base, exports, findings, people, replies

commands = typer.Typer(
    help="Findings and what people decided of them.\n\nExample: nianbao findings list --state open",
    no_args_is_help=True,
    rich_markup_mode=None,
)


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
            printed("finding_state", row["state"]), escape(row["message"]),
        )  # fmt: skip
    out.print(table)


def _decide(finding_id: int, action: str, note: str, by: str, until: date | None = None) -> None:
    with database(configured()) as engine, base.transaction(engine) as session:
        try:
            row = findings.decide(session, finding_id, people.Act(by, action, base.utcnow(), note), until)
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
    _decide(finding_id, "waive", note, by, _day("--until", until))


@commands.command("reply")
def findings_reply(
    finding_id: Annotated[int, typer.Argument(metavar="ID")],
    text: Annotated[str, typer.Option("--text", help="What the body answered.")],
    by: Annotated[str, typer.Option("--by", help="Who records it.")],
    answered_by: Annotated[str, typer.Option("--from", help="Who answered (回复人).")] = "",
    on: Annotated[str | None, typer.Option("--on", help="The day of the answer; today if not given.")] = None,
    until: Annotated[
        str | None, typer.Option("--agreed-until", help="An exception is agreed on: waived up to this day.")
    ] = None,
) -> None:
    """Keep what a body answered; an exception that is agreed on is a waiver that ends by itself.

    Example: nianbao findings reply 12 --text 系统迁移，3月底前更正 --from 李明 --agreed-until 2027-03-31 --by 王芳
    """
    settings = configured()
    today = local_now(settings).date()
    answer = replies.Answer(text, _day("--on", on) or today, answered_by, _day("--agreed-until", until))
    if answer.until is not None and answer.until < today:
        raise Refused(f"--agreed-until {until}: that day is past")
    with database(settings) as engine, base.transaction(engine) as session:
        try:
            replies.record(session, finding_id, answer, by, base.utcnow())
        except KeyError:
            raise Refused(f"there is no finding {finding_id}; nianbao findings list shows them") from None
        except ValueError as error:
            raise Refused(str(error)) from None
    out.print(f"finding {finding_id}: kept{f', waived until {until}' if until else ''}")


@commands.command("replies")
def findings_replies(
    finding_id: Annotated[int | None, typer.Argument(metavar="[ID]")] = None, as_json: AsJson = False
) -> None:
    """Show what bodies answered, to one finding or to all.

    Example: nianbao findings replies 12
    """
    with database(configured()) as engine, base.reading(engine) as session:
        rows: list[dict[str, Any]] = [
            {
                "finding": reply.finding_id, "agency": agency, "message": message, "answered_on": reply.answered_on,
                "answered_by": reply.answered_by, "text": reply.text, "agreed_until": reply.until,
                "recorded_by": reply.recorded_by, "recorded_at": reply.recorded_at,
            }
            for reply, agency, message in replies.of(session, finding_id)
        ]  # fmt: skip
    if as_json:
        print_json(rows)
        return
    if not rows:
        err.print("no reply is kept; `nianbao findings reply ID --text … --by …` keeps one")
        return
    table = new_table(("id", "right"), "单位", "答复日期", "答复人", "答复", "同意暂缓至")
    for row in rows:
        table.add_row(
            str(row["finding"]), escape(row["agency"]), str(row["answered_on"]), escape(row["answered_by"]),
            escape(row["text"]), str(row["agreed_until"] or "—"),
        )  # fmt: skip
    out.print(table)


def _day(option: str, text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Refused(f"{option} {text!r} is no date; write 2027-06-30") from None


@commands.command("reopen")
def findings_reopen(finding_id: Annotated[int, typer.Argument(metavar="ID")], by: By, note: Note = "") -> None:
    """Take a decision back.

    Example: nianbao findings reopen 12 --by 王芳
    """
    _decide(finding_id, "reopen", note, by)
