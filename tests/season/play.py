"""Plays the season: the clock goes from moment to moment, the scheduler's jobs run when they are due, the workers' tasks
run as they are, each crawl of a portal is the crawler's own. ``python -m tests.season.play FOLDER DAYS [DIES SEED]``, where
DAYS is a file with a day a line: over the others the clock jumps.

It may be killed at any time and started again: what is in the data folder is all that it goes on from. With ``DIES`` it
kills itself at that transaction: before its commit or after it, as the seed says.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import os
import random
import signal
import sys
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from scrapy.http import HtmlResponse, Request, Response

import config
import scheduler
from crawler import run as crawler_run
from crawler.spiders.annual import AnnualReportSpider
from models import agencies, base, mails, obligations, offices, people, replies, schedule, sources, work
from models.agencies import AgencyRow
from models.findings import Finding
from tests.season.world import Member, World
from workers import policy, tasks

MORNING, AFTERNOON = 9, 15  # the second on days on which something happens after the first
PATIENCE = timedelta(
    minutes=50
)  # so long the hour's mails wait for what a dead process left: the clock, not the machine
LOOKING = ("crawl", "read", "check")
JOBS = {name: getattr(tasks, name) for name in ("crawl", "read", "check", "decide", "tell", "mail")}
DUE = sa.case((work.TAKEN, work.Work.taken_until), else_=work.Work.due_at)
log = logging.getLogger(__name__)


class Loopback(AnnualReportSpider):
    """The crawler's spider with the portals at hand in place of the network."""

    async def _download(self, request: Request) -> Response:
        host, path = request.url.removeprefix("http://").split("/", 1)
        portal = PORTALS[host]
        if host in SILENT:
            raise ConnectionRefusedError(f"{host} hung up")
        answer = portal.at(f"/{path}")
        mark = f'"{hashlib.sha256(answer.data).hexdigest()[:16]}"'
        if answer.status == HTTPStatus.OK and request.headers.get("If-None-Match") == mark.encode():
            return Response(request.url, status=HTTPStatus.NOT_MODIFIED)
        headers = {"Content-Type": answer.media_type} | ({"ETag": mark} if answer.status == HTTPStatus.OK else {})
        return HtmlResponse(request.url, status=answer.status, headers=headers, body=answer.data)


def look(
    source_ids: Sequence[int], settings: config.Settings, more: crawler_run.More | None = None
) -> Iterator[dict[str, Any]]:
    """The crawls of these sources, and at those that are taken when these are done, in this process: what the crawler's
    child does, and says."""
    while source_ids:
        said: list[dict[str, Any]] = []
        asyncio.run(_look(source_ids, settings, said))
        yield from said
        source_ids = more(crawler_run.POOL) if more is not None else ()


async def _look(source_ids: Sequence[int], settings: config.Settings, said: list[dict[str, Any]]) -> None:
    spider = Loopback(source_ids=source_ids, settings_=settings, say=said.append)
    try:
        await asyncio.gather(*(spider._watch(source_id) for source_id in dict.fromkeys(source_ids)))
    finally:
        spider._recorder.close()


WORLD = World()
PORTALS = WORLD.portals()
SILENT = {WORLD.column(PORTALS, one).split("/")[2] for one in WORLD.members if one.portal == "silent"}


class Player:
    """One process that plays, from wherever the folder stands."""

    def __init__(self, folder: Path, days: Sequence[date]) -> None:
        self.folder, self.days = folder, days
        self.settings = config.settings()
        self.zone = self.settings.zone
        self.engine = policy.database()
        self.clock = scheduler.Clock(self.engine, self.settings)

    # -------------------------------------------------------------- time

    def set(self, now: datetime) -> None:
        """Let it be that moment, for every process."""
        beside = self.folder / "clock.new"
        beside.write_text(now.isoformat(), encoding="utf-8")
        beside.replace(self.folder / "clock")
        WORLD.at(PORTALS, now.astimezone(self.zone))

    def not_before(self, moment: datetime) -> datetime:
        """That moment, or a minute after the one at which a process was killed."""
        clock = self.folder / "clock"
        stood = datetime.fromisoformat(clock.read_text()) if clock.exists() else moment
        return stood + timedelta(minutes=1) if stood >= moment else moment  # time went on from there

    def moments(self) -> Iterator[datetime]:
        """The moments of the season, in the office's zone."""
        late = {told.since for one in WORLD.members for told in one.reports if told.hour > MORNING}
        for day in self.days:
            for hour in (MORNING, AFTERNOON) if day in late else (MORNING,):
                yield datetime.combine(day, time(hour), self.zone)

    def play(self) -> None:
        """Play what is left of the season."""
        done = self.folder / "done"
        last = datetime.fromisoformat(done.read_text()) if done.exists() else None
        moments = list(self.moments())
        for number, moment in enumerate(moments):
            if last is not None and moment <= last:
                continue
            following = moments[number + 1] if number + 1 < len(moments) else moment + timedelta(hours=1)
            self.set(self.not_before(moment))
            self.events(moment)
            self.clock.due_sources(base.utcnow())
            self.clock.send_mails(base.utcnow())
            self.drain(moment + PATIENCE, LOOKING)
            self.clock.give_turns(base.utcnow())
            self.drain(following)
            done.write_text(moment.isoformat())

    # -------------------------------------------------------------- work

    def drain(self, until: datetime, kinds: Collection[str] = tuple(JOBS)) -> None:
        """Do what is due, as workers do, and wait for what is due before ``until``."""
        while True:
            with base.transaction(self.engine) as session:
                row = session.execute(
                    sa.select(work.Work.id, work.Work.kind, DUE)
                    .where(work.IS_OPEN, work.Work.kind.in_(kinds))
                    .order_by(DUE, work.Work.priority, work.Work.id)
                    .limit(1)
                ).first()
            if row is None and kinds is LOOKING:
                return
            if row is None:
                self.person()
                if not self.due():
                    return
                continue
            number, kind, due = row
            if due > base.utcnow():
                if due >= until:
                    self.person()
                    return
                self.set(due + timedelta(seconds=1))
            JOBS[kind].apply(args=[number], throw=True)

    def due(self) -> bool:
        with base.transaction(self.engine) as session:
            return (
                session.scalar(sa.select(work.Work.id).where(work.IS_OPEN, work.Work.kind.in_(JOBS)).limit(1))
                is not None
            )

    def person(self) -> None:
        """What somebody does about mails that are perhaps sent: look into the mailbox; send again what is not there."""
        arrived = {json.loads(line)["id"] for line in (self.folder / "mailbox").read_text().splitlines()}
        with base.transaction(self.engine) as session:
            failed = session.scalars(sa.select(work.Work).where(work.FAILED, work.Work.kind == "mail")).all()
            for piece in failed:
                mail = session.get_one(mails.Mail, piece.subject)
                if mail.message_id in arrived:
                    work.drop(session, [piece.id], base.utcnow())
                elif mail.state in {"perhaps_sent", "sending"}:
                    work.retry(session, [piece.id], base.utcnow())

    # -------------------------------------------------------------- the office

    def events(self, moment: datetime) -> None:
        """What the office enters on that day. Entering it twice changes nothing."""
        day = moment.date()
        if moment.hour != MORNING:
            return
        with base.transaction(self.engine) as session:
            if day == self.days[0]:
                for one in WORLD.members:
                    self.register(session, one)
                agencies.link_parents(session)
                for office, given in WORLD.offices.items():
                    government = agencies.resolve(session, f"{office}人民政府", day)
                    assert government is not None
                    made = offices.set_office(
                        session, government, people.Act("王芳", "office", base.utcnow()), f"{office}政务公开办",
                        {"desk": [given["desk"]], "leader": given.get("leader", [])}, given.get("wishes", {}),
                    )  # fmt: skip
                    params = {"schedule": {f"summary_{period}": "never" for period in schedule.PERIODS}}
                    agencies.set_params(session, made.id, params, "王芳", base.utcnow())
            for one in WORLD.members:
                if one.renamed and one.renamed["since"] == day:
                    agencies.upsert_agency(
                        session, AgencyRow(one.name, one.level, aliases=[one.name_on(WORLD.last)]), base.utcnow()
                    )
                if one.extended and one.extended["since"] == day:
                    body = session.scalars(sa.select(agencies.Agency).where(agencies.Agency.name == one.name)).one()
                    if not obligations.recorded(session, [body.id]):
                        obligations.record(
                            session, body, "extension", (2025, 2025), one.extended["to"],
                            people.Act("王芳", "duty", base.utcnow(), "丙政办函〔2026〕3号"),
                        )  # fmt: skip
                if one.answered and one.answered["since"] == day:
                    self.answer(session, one.name, one.answered)

    def answer(self, session: Any, name: str, said: dict[str, Any]) -> None:
        """What a body answered to the one finding that stands, and the exception that was agreed on."""
        query = sa.select(Finding.id).join(agencies.Agency).where(agencies.Agency.name == name, Finding.state == "open")
        (finding_id,) = session.scalars(query).all() or [None]
        if finding_id is not None:
            given = replies.Answer(said["text"], said["since"], "李明", said["until"])
            replies.record(session, finding_id, given, "王芳", base.utcnow())

    def register(self, session: Any, one: Member) -> None:
        """Enter a body."""
        row = AgencyRow(
            one.name,
            one.level,
            one.kind,
            parent="" if one.kind == "government" else f"{one.office}人民政府",
            in_scope_from=date(2025, 1, 1),
            in_scope_to=date(2025, 11, 30) if one.merged else None,
        )
        body, _ = agencies.upsert_agency(session, row, base.utcnow())
        sources.upsert_source(session, WORLD.column(PORTALS, one), body.id, "", base.utcnow())


def die_at(engine: sa.Engine, number: int, before: bool) -> None:
    """Kill this process at its so manyeth transaction: before its commit or after it."""
    left = [number]

    def count(*_: Any) -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    sa.event.listen(engine, "commit", count) if before else sa.event.listen(engine, "checkin", count)


def main(arguments: list[str]) -> int:
    """Play the season in that folder."""
    random.seed(7)
    logging.disable(logging.WARNING)
    crawler_run.crawl = look  # in this process: the reactor has nothing to do without a network
    folder, days, *death = arguments
    lines = Path(days).read_text(encoding="utf-8").split()
    player = Player(Path(folder), [date.fromisoformat(line) for line in lines])
    if death:
        seed = random.Random(int(death[1]))
        die_at(player.engine, int(death[0]), seed.random() < 0.5)
    player.play()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
