"""The clock: says when, never how. Each job adds rows of work and sends their numbers; no job reads, checks or mails.

One scheduler is active at a time, by a lock in the database with a heartbeat; others wait and take over when its heart
stops. Which turn each job had last stands in the database, and a turn is given together with the work that it adds: two
schedulers give none twice, and what came due while none was up, or while the machine slept, is made up once when it is
found. ``nianbao schedule list`` shows it. ``python -m scheduler`` runs it; ``python -m scheduler health`` asks for a beat.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

import config
import logs
from models import agencies, base, leases, locks, offices, schedule, work
from reports.checks.catalogue import catalogue
from reports.checks.params import NEVER
from summaries import figures
from workers import queue
from workers.app import BOUNCES, SWEEP

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

log = logging.getLogger(__name__)

LOCK = "scheduler"
LEASE = timedelta(seconds=30)
BEAT = 10.0  # seconds: two beats may be missed
SWEEP_SECONDS = 30
BOUNCES_SECONDS = 300
TURNS_SECONDS = 15
FIRST_PAUSE = timedelta(seconds=30)  # before a job that failed is tried again; doubled each time
LATE_SUMMARIES = {
    "day": timedelta(hours=12),
    "week": timedelta(days=3),
    "month": timedelta(days=10),
    "season": timedelta(days=30),
    "year": timedelta(days=11),  # it is about the year that is ending
}
CRAWLS_AHEAD = 2000  # crawls that wait at once: the tick costs the same however many sources are due


Adds = Callable[["Clock", "Session", datetime], list[int]]  # the numbers of the work that was added


@dataclass(frozen=True, slots=True)
class Job:
    """A line of the timetable: ``run`` every so many seconds, or ``adds`` work at the moments of ``cron`` (minute, hour,
    day, month, day of the week by name; in the office's zone). What is found later than ``misfire`` after its moment is
    left out; None: it is made up whenever it is found. Of several missed moments the last alone is made up."""

    name: str
    run: Callable[[Clock, datetime], None] | None = None
    every: int | None = None
    adds: Adds | None = None
    cron: str = ""
    misfire: timedelta | None = None
    office: int = 0
    office_name: str = ""
    reports_itself: bool = False  # how it went is written down by whoever does it


def timetable(settings: config.Settings) -> tuple[Job, ...]:
    """All that happens by the clock for the whole service; ``office_jobs`` has what each office sets for itself."""
    return (
        Job("due sources", Clock.due_sources, every=60),
        Job("sweep", Clock.sweep, every=SWEEP_SECONDS),
        Job("send mails", Clock.send_mails, every=300),
        Job("mails that came back", Clock.bounces, every=BOUNCES_SECONDS, reports_itself=True),
        Job("decide alerts", adds=Clock.decide, cron=f"0 {settings.digest_hour} * * *"),
        Job("season's summary", adds=Clock.summarise, cron="0 7 * * mon"),
    )


def office_jobs(session: Session, settings: config.Settings) -> list[Job]:
    """The summaries by mail: for each office that has a recipient by its own parameters, and for bodies that have no
    office by the defaults; the digest of an office that wants it at another hour than the service's."""
    out = []
    for office in agencies.offices(session):
        hour = offices.wishes_of(office).hour(settings.digest_hour)
        if hour != settings.digest_hour:
            cron = f"0 {hour} * * *"
            out.append(Job("decide alerts", adds=Clock.decide, cron=cron, office=office.id, office_name=office.name))
        if office.emails or settings.office_mail:
            crons = catalogue().params["schedule"] | ((office.params or {}).get("schedule") or {})
            under = session.get_one(agencies.Agency, office.agency_id).name
            out += _summaries(crons, office.id, office.name, under)
    if settings.office_mail and agencies.without_office(session):
        out += _summaries(catalogue().params["schedule"], 0, "", "")
    return out


def _summaries(crons: Mapping[str, str], office: int, name: str, under: str) -> list[Job]:
    return [
        Job(
            f"summary {period}",
            adds=partial(Clock.issue, period=period, office=office, under=under),
            cron=crons[f"summary_{period}"],
            misfire=LATE_SUMMARIES[period],
            office=office,
            office_name=name,
        )
        for period in schedule.PERIODS
        if crons[f"summary_{period}"] != NEVER
    ]


def due(job: Job, since: datetime, now: datetime, zone: ZoneInfo) -> datetime | None:
    """The last moment of the job's cron after ``since`` and not after ``now``; None where there is none. Raises
    ValueError for a cron that is not valid."""
    trigger, found = CronTrigger.from_crontab(job.cron, zone), None
    moment = trigger.get_next_fire_time(None, since.astimezone(zone) + timedelta(seconds=1))
    while moment is not None and moment <= now:
        found = moment
        moment = trigger.get_next_fire_time(moment, moment + timedelta(seconds=1))
    return found


def next_run(job: Job, now: datetime, last: datetime | None, zone: ZoneInfo) -> datetime | None:
    """When the job runs next; ``last`` is when it ran last."""
    if job.every:
        return max(now, last + timedelta(seconds=job.every)) if last is not None else now
    moment: datetime | None = CronTrigger.from_crontab(job.cron, zone).get_next_fire_time(None, now.astimezone(zone))
    return moment


class Clock:
    """What the jobs do: rows of work, in one transaction each, then messages."""

    def __init__(self, engine: Engine, settings: config.Settings) -> None:
        self.engine = engine
        self.settings = settings

    def due_sources(self, now: datetime) -> None:
        """A piece of work for each source whose next crawl is due and that nobody is looking at."""

        self._add(now, lambda session: leases.add_due_crawls(session, now, CRAWLS_AHEAD))

    def sweep(self, now: datetime) -> None:  # noqa: ARG002  every job is told the time
        """Ask a worker to find what was recorded and not sent, or lost."""
        queue.send_errand(self.settings, SWEEP, "sweep", SWEEP_SECONDS)

    def send_mails(self, now: datetime) -> None:
        """Work for mails that wait in the outbox with none, as those queued before a mail server was configured."""
        by_smtp = bool(self.settings.smtp_url)
        self._add(now, lambda s: [work.add(s, "mail", each, now).id for each in leases.queued_mails(s, by_smtp)])

    def bounces(self, now: datetime) -> None:  # noqa: ARG002
        """Ask a worker to look for mails that came back."""
        if self.settings.imap_url:
            queue.send_errand(self.settings, BOUNCES, "bounces", BOUNCES_SECONDS)

    def decide(self, session: Session, now: datetime) -> list[int]:
        """Decide once a day about the season of the last ended year."""
        return [work.add(session, "decide", self._season(now), now).id]

    def summarise(self, session: Session, now: datetime) -> list[int]:
        """Write the summary of the season into the data folder."""
        return self.issue(session, now, "season", 0, "", mailed=False)

    def issue(
        self, session: Session, now: datetime, period: str, office: int, under: str, mailed: bool = True
    ) -> list[int]:
        """Write the summary of a period for an office and mail it."""
        over = figures.period(period, now.astimezone(self.settings.zone).date())
        wanted = schedule.Issue(
            period=period, office=office, under=under, year=self._season(now), first=over.first, last=over.last,
            mailed=mailed, created_at=now,
        )  # fmt: skip
        issue = schedule.issue(session, wanted)
        return [schedule.to_be_made(session, issue, now)] if issue.made_at is None else []

    def give_turns(self, now: datetime) -> None:
        """Give each job by the day its turn if it is due; what fails is written down and tried again."""
        with base.transaction(self.engine) as session:
            jobs = [*(job for job in timetable(self.settings) if job.cron), *office_jobs(session, self.settings)]
            known = schedule.turns(session)
            schedule.forget(session, known.keys() - {(job.name, job.office) for job in _all(self.settings, jobs)})
        for job in jobs:
            before = known.get((job.name, job.office))
            pause = FIRST_PAUSE * 2 ** min(before.failures - 1, 8) if before is not None and before.failures else None
            if pause is None or before is None or before.ran_at is None or before.ran_at + pause <= now:
                self._watched(job, now, lambda job=job: self._turn(job, now))  # type: ignore[misc]

    def _turn(self, job: Job, now: datetime) -> None:
        assert job.adds is not None
        with base.transaction(self.engine) as session:
            row = schedule.turn(session, job.name, job.office, self._first_seen(session, job, now))
            moment = due(job, row.turn_at, now, self.settings.zone)
            if moment is None:
                return
            if job.misfire is not None and now - moment > job.misfire:
                schedule.take(session, row, moment, now, "skipped")
                log.warning("%s: its turn of %s was missed by more than it may be", job.name, moment.isoformat())
                return
            if not schedule.take(session, row, moment, now):
                return
            ids = job.adds(self, session, now)
            schedule.turns(session)[job.name, job.office].work_id = ids[0] if ids else None
            fresh = _unsent(session, ids)
        self._publish(fresh, now)

    def _first_seen(self, session: Session, job: Job, now: datetime) -> datetime:
        """A job that never had a turn waits for its hour. A database of an earlier version remembers the work alone."""
        last = leases.last_added(session, "decide") if job.adds is Clock.decide else None
        return last or now

    def run(self, job: Job, now: datetime) -> None:
        """Run a job that has no hour, and write down how it went."""
        assert job.run is not None
        if self._watched(job, now, lambda: job.run(self, now)) and not job.reports_itself:  # type: ignore[misc]
            with base.transaction(self.engine) as session:
                schedule.record(session, job.name, 0, now, None)

    def _watched(self, job: Job, now: datetime, act: Callable[[], None]) -> bool:
        """Whether the act went well. Its failure is written down."""
        try:
            act()
        except Exception as error:
            text = " ".join(str(error).split())[:300]
            if leases.temporary(error):
                log.warning("%s: %s; the next turn tries again", job.name, text)
                return False
            log.exception("%s failed", job.name)
            text = logs.without_secrets(f"{type(error).__name__}: {text}")
            with base.transaction(self.engine) as session:
                schedule.record(session, job.name, job.office, now, text)  # the sweep tells ops
            return False
        return True

    def _season(self, now: datetime) -> int:
        return now.astimezone(self.settings.zone).year - 1

    def _add(self, now: datetime, add: Callable[[Session], list[int]]) -> None:
        with base.transaction(self.engine) as session:
            fresh = _unsent(session, add(session))
        self._publish(fresh, now)

    def _publish(self, fresh: list[int], now: datetime) -> None:
        if fresh:
            queue.publish(self.engine, self.settings, fresh)
            log.info("%d piece(s) of work added at %s", len(fresh), now.astimezone(self.settings.zone).isoformat())


def _all(settings: config.Settings, jobs: list[Job]) -> list[Job]:
    return [*timetable(settings), *jobs]


def _unsent(session: Session, ids: list[int]) -> list[int]:
    return [i for i in ids if (row := session.get(work.Work, i)) and row.state == "waiting" and not row.sent_at]


class Scheduler:
    """Waits for the lock, runs the timetable while it holds it, steps down when it is lost."""

    def __init__(self, settings: config.Settings, engine: Engine | None = None) -> None:
        self.settings = settings
        self.engine = engine if engine is not None else base.make_engine(settings.database_url)
        self.me = f"{socket.gethostname()}/{os.getpid()}/{uuid.uuid4().hex[:8]}"
        self.active = threading.Event()
        self._stop = threading.Event()
        self._jobs: BackgroundScheduler | None = None
        self._clock = Clock(self.engine, settings)

    def run(self) -> None:
        """Run until ``stop`` is called."""
        try:
            while not self._stop.is_set():
                self._beat()
                self._stop.wait(BEAT if self.active.is_set() else min(BEAT, 2.0))
        finally:
            self._step_down()
            self._release()

    def stop(self) -> None:
        """End ``run`` soon; the lock is given back, so that another scheduler goes on at once."""
        self._stop.set()

    def _beat(self) -> None:
        """Take the lock or keep it. Whoever cannot prove within the lease that it holds the lock runs nothing."""
        try:
            with base.transaction(self.engine) as session:
                held = locks.hold(session, LOCK, self.me, base.utcnow(), LEASE)
        except Exception as error:
            if not leases.temporary(error):
                raise
            log.warning("the heartbeat did not reach the database: %s", " ".join(str(error).split())[:300])
            held = False
        if held and not self.active.is_set():
            self._step_up()
        elif not held and self.active.is_set():
            log.warning("another scheduler holds the lock; this one steps down")
            self._step_down()

    def _step_up(self) -> None:
        jobs = BackgroundScheduler(
            timezone=self.settings.zone,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},  # machines sleep
        )
        now = datetime.now(self.settings.zone)  # the machine's own time, by which threads are woken, rehearsal or not
        for job in timetable(self.settings):
            if job.every:
                trigger = IntervalTrigger(seconds=job.every, timezone=self.settings.zone)
                jobs.add_job(self._run, trigger, args=[job], id=job.name, next_run_time=now)
        trigger = IntervalTrigger(seconds=TURNS_SECONDS, timezone=self.settings.zone)
        jobs.add_job(self._give_turns, trigger, id="turns", next_run_time=now)
        jobs.start()
        self._jobs = jobs
        self.active.set()
        log.info("the scheduler is active as %s", self.me)

    def _step_down(self) -> None:
        if self._jobs is not None:
            self._jobs.shutdown(wait=True)
            self._jobs = None
        self.active.clear()

    def _release(self) -> None:
        try:
            with base.transaction(self.engine) as session:
                locks.release(session, LOCK, self.me)
        except Exception as error:
            if not leases.temporary(error):
                raise
            log.warning("the lock could not be given back, it runs out in %d s: %s", LEASE.seconds, error)

    def _run(self, job: Job) -> None:
        self._clock.run(job, base.utcnow())

    def _give_turns(self) -> None:
        try:
            self._clock.give_turns(base.utcnow())
        except Exception as error:
            if not leases.temporary(error):
                raise  # APScheduler logs it with its traceback and goes on
            log.warning("turns: %s; the next tick tries again", " ".join(str(error).split())[:300])


def healthy(settings: config.Settings) -> bool:
    """True if some scheduler's heart has beaten within its lease."""
    engine = base.make_engine(settings.database_url)
    try:
        with base.transaction(engine) as session:
            return locks.holder_of(session, LOCK, base.utcnow()) is not None
    finally:
        engine.dispose()


def main(arguments: list[str]) -> int:
    """``python -m scheduler [health]``."""
    settings = config.settings()
    logs.setup(settings.log_format, settings.log_level)
    if arguments == ["health"]:
        return 0 if healthy(settings) else 1
    if arguments:
        log.error("usage: python -m scheduler [health]")
        return 2
    scheduler = Scheduler(settings)
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: scheduler.stop())
    scheduler.run()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
