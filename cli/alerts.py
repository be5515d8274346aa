"""``nianbao alerts``: what is told to whom."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from datetime import datetime
from typing import Annotated

import typer
from rich.markup import escape

import config
import logs
from alerts import run
from alerts.send import SendFailed
from cli.app import EXIT_ATTENTION, AsJson, Refused, Year, configured, local_now, moment_of
from cli.database import database
from cli.show import err, new_table, out, print_json, spinner
from exchange.words import printed
from models import base, exports, findings, mails
from workers import publication

commands = typer.Typer(
    help="What is told to whom.\n\nExample: nianbao alerts run --dry-run", no_args_is_help=True, rich_markup_mode=None
)


@commands.command("run")
def alerts_run(
    now: Annotated[str | None, typer.Option("--now", help="Decide as of this moment, e.g. 2027-02-03T09:00.")] = None,
    year: Year = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the mails instead of queueing them.")] = False,
) -> None:
    """Decide what is due to be told to whom, and queue the mails.

    Example: nianbao alerts run --dry-run
    """
    settings = configured()
    moment = moment_of("--now", now, settings) if now is not None else local_now(settings)
    season = year or moment.year - 1
    with spinner("deciding …"), database(settings) as engine, base.transaction(engine) as session:
        publication.judge(lambda: nullcontext(session), season, moment)  # one transaction: a dry run leaves nothing
        findings.lapse(session, moment.date(), moment)
        composed = run.decide_and_queue(session, settings, moment, year=season, dry_run=dry_run)
        homeless = run.lost_in_words(run.without_recipient(session, settings, moment, season))
        if dry_run:
            session.rollback()
    for mail in composed:
        if dry_run:
            _print_heads(mail.recipients, mail.subject)
            out.print(f"\n{escape(mail.text)}", soft_wrap=True)
        else:
            out.print(f"queued mail {mail.id}: {escape(mail.subject)}", soft_wrap=True)
    if homeless:
        err.print(homeless, soft_wrap=True)
    elif not composed:
        out.print("nothing new to tell; `nianbao status` shows how the bodies stand")


@commands.command("test")
def alerts_test(
    to: Annotated[list[str] | None, typer.Argument(help="Addresses; NIANBAO_OPS_MAIL if none is given.")] = None,
) -> None:
    """Send a test mail now, to see that it arrives and how it looks. It tells nothing of any body.

    Example: nianbao alerts test wang@example.gov.cn
    """
    settings = configured()
    try:
        recipients = [config.mail_address(one) for one in to or settings.ops_mail]
    except ValueError as error:
        raise Refused(str(error)) from None
    if not settings.smtp_url:
        raise Refused("no mail server: set NIANBAO_SMTP_URL")
    if not recipients:
        raise Refused("name an address, or set NIANBAO_OPS_MAIL")
    try:
        delivery = run.send_test(settings, recipients, local_now(settings))
    except SendFailed as error:
        raise Refused(logs.without_secrets(str(error))) from None
    for address in delivery.delivered:
        out.print(f"[green]taken[/] {escape(address)}")
    turned_away = {**delivery.refused, **delivery.deferred}
    for reason in turned_away.values():
        out.print(f"[red]not taken[/] {escape(reason)}", soft_wrap=True)
    if turned_away:
        raise typer.Exit(EXIT_ATTENTION)


@commands.command("list")
def alerts_list(as_json: AsJson = False) -> None:
    """Show the mails: queued, sent, failed.

    Example: nianbao alerts list
    """
    settings = configured()
    with database(settings) as engine, base.reading(engine) as session:
        rows = list(exports.mails(session))
    if as_json:
        print_json(rows)
        return
    if not rows:
        err.print("there are no mails yet; `nianbao alerts run --dry-run` shows what would be told")
        return
    table = new_table(("id", "right"), "状态", "生成", "发出", ("次数", "right"), "收件人", "主题", "原因")
    for row in rows:
        table.add_row(
            str(row["id"]), printed("mail_state", row["state"]),
            _local_time(row["queued_at"], settings), _local_time(row["sent_at"], settings), str(row["tries"]),
            escape(", ".join(row["recipients"])), escape(row["subject"]), escape(row["error"] or ""),
        )  # fmt: skip
    out.print(table)


@commands.command("show")
def alerts_show(mail_id: Annotated[int, typer.Argument(metavar="ID")]) -> None:
    """Show one mail as it was or will be sent.

    Example: nianbao alerts show 3
    """
    with database(configured()) as engine, base.reading(engine) as session:
        row = next((r for r in exports.mails(session) if r["id"] == mail_id), None)
    if row is None:
        raise Refused(f"there is no mail {mail_id}; nianbao alerts list shows them")
    _print_heads(row["recipients"], row["subject"])
    out.print(f"状态：{printed('mail_state', row['state'])}\n")
    out.print(escape(row["text"]), soft_wrap=True)


@commands.command("refused")
def alerts_refused(
    clear: Annotated[str | None, typer.Option("--clear", help="Send to this address again.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the addresses at which nothing arrives, as mails that came back said; nothing is sent to them.

    Example: nianbao alerts refused --clear wang@example.gov.cn
    """
    settings = configured()
    with database(settings) as engine, base.transaction(engine) as session:
        if clear is not None and not mails.readmit(session, clear):
            raise Refused(f"--clear {clear}: no such address is refused; `nianbao alerts refused` shows them")
        rows = [(row.address, row.since, row.reason) for row in mails.refused(session)]
    if as_json:
        print_json(dict(zip(("address", "since", "reason"), row, strict=True)) for row in rows)
        return
    if not rows:
        err.print("no address is refused")
        return
    table = new_table("邮箱", "退信时间", "原因")
    for address, since, reason in rows:
        table.add_row(escape(address), _local_time(since, settings), escape(reason))
    out.print(table)


def _local_time(moment: datetime | None, settings: config.Settings) -> str:
    return moment.astimezone(settings.zone).strftime("%Y-%m-%d %H:%M") if moment else ""


def _print_heads(recipients: Sequence[str], subject: str) -> None:
    out.print(f"收件人：{escape('、'.join(recipients))}\n主题：{escape(subject)}", soft_wrap=True)
