"""``nianbao schedule``: what happens by the clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import typer
from rich.markup import escape

import scheduler
from cli.app import AsJson, configured
from cli.database import database
from cli.show import err, new_table, out, print_json
from exchange.words import printed
from models import base, locks, schedule

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from config import Settings

commands = typer.Typer(
    help="What happens by the clock.\n\nExample: nianbao schedule list", no_args_is_help=True, rich_markup_mode=None
)


@dataclass(frozen=True, slots=True)
class ScheduledJob:
    """A job: when, its next run, its last one and how that ended."""

    job: str
    office: str
    when: str
    next_run: datetime | None
    last_run: datetime | None
    result: str
    error: str


@commands.command("list")
def schedule_list(as_json: AsJson = False) -> None:
    """Show every job with its next run, its last one and how that ended.

    Example: nianbao schedule list
    """
    settings = configured()
    now = base.utcnow()
    with database(settings) as engine, base.reading(engine) as session:
        lines = _lines(session, settings, now)
        active = locks.holder_of(session, scheduler.LOCK, now)
    if as_json:
        print_json(_row(line) for line in lines)
        return
    table = new_table("任务", "单位", "时间", "下次", "上次", "结果", "原因")
    for line in lines:
        moments = (_local_time(moment, settings) for moment in (line.next_run, line.last_run))
        result = RESULT_ZH.get(line.result, line.result)
        table.add_row(
            printed("job", line.job), escape(line.office), line.when, *moments, result, escape(line.error)
        )  # fmt: skip
    out.print(table)
    if active is None:
        err.print("no scheduler is active: `nianbao up` or `python -m scheduler` runs one", soft_wrap=True)


RESULT_ZH = {
    "": "未运行",
    "waiting": "未运行",
    "running": "进行中",
    "done": "完成",
    "failed": "失败",
    "skipped": "错过",
    "dropped": "放弃",
}


def _lines(session: Session, settings: Settings, now: datetime) -> list[ScheduledJob]:
    known = schedule.turns(session)
    out = []
    for job in (*scheduler.timetable(settings), *scheduler.office_jobs(session, settings)):
        row = known.get((job.name, job.office))
        result, error = schedule.how_it_ended(session, row) if row is not None else ("", "")
        last = row.ran_at if row is not None else None
        when = f"每{job.every}秒" if job.every else job.cron
        next_run = scheduler.next_run(job, now, last, settings.zone)
        out.append(ScheduledJob(job.name, job.office_name, when, next_run, last, result, error))
    return out


def _row(line: ScheduledJob) -> dict[str, Any]:
    return {name: getattr(line, name) for name in ScheduledJob.__slots__}


def _local_time(moment: datetime | None, settings: Settings) -> str:
    return moment.astimezone(settings.zone).strftime("%Y-%m-%d %H:%M:%S") if moment else ""
