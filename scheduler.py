"""The clock: says when, never how. Each job adds rows of work and sends their numbers; no job reads, checks or mails.

One scheduler is active at a time, by a lock in the database with a heartbeat; others wait and take over when its heart
stops. What came due while none was up runs once at the next start: whether a daily job has had its turn is asked of
the rows of work, not remembered here. ``python -m scheduler`` runs it; ``python -m scheduler health`` asks for a beat.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

import config
import logs
from models import base, leases, locks, work
from workers import queue

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

log = logging.getLogger(__name__)

LOCK = "scheduler"
LEASE = timedelta(seconds=30)
BEAT = 10.0  # seconds: two beats may be missed
SWEEP_SECONDS = 30
CRAWLS_AHEAD = 2000  # looks that wait at once: the tick costs the same however many sources are due


@dataclass(frozen=True, slots=True)
class Job:
    """A line of the timetable. ``every`` is in seconds, or ``cron`` names hour (and day), in the office's zone.
    ``adds`` is the kind of work whose last addition tells whether a job by the day has had its turn."""

    name: str
    run: Callable[[Clock, datetime], None]
    every: int | None = None
    hour: str | None = None
    day_of_week: str = "*"
    adds: str | None = None


def timetable(settings: config.Settings) -> tuple[Job, ...]:
    """All that happens by the clock."""
    return (
        Job("due sources", Clock.due_sources, every=60),
        Job("sweep", Clock.sweep, every=SWEEP_SECONDS),
        Job("send mails", Clock.send_mails, every=300),
        Job("decide alerts", Clock.decide, hour=str(settings.digest_hour), adds="decide"),
        Job("summaries", Clock.summarise, hour="7", day_of_week="mon", adds="summary"),
    )


class Clock:
    """What the jobs do: rows of work, in one transaction each, then messages."""

    def __init__(self, engine: Engine, settings: config.Settings) -> None:
        self.engine = engine
        self.settings = settings

    def due_sources(self, now: datetime) -> None:
        """A piece of work for each source whose next look is due and that nobody is looking at."""

        self._add(now, lambda session: leases.add_due_looks(session, now, CRAWLS_AHEAD))

    def sweep(self, now: datetime) -> None:  # noqa: ARG002  every job is told the time
        """Ask a worker to find what was recorded and not sent, or lost."""
        queue.send_sweep(self.settings, expires=SWEEP_SECONDS)

    def send_mails(self, now: datetime) -> None:
        """Work for mails that wait in the outbox with none, as those queued before a mail server was configured."""
        if self.settings.smtp_url:
            self._add(now, lambda s: [work.add(s, "mail", mail_id, now).id for mail_id in leases.queued_mails(s)])

    def decide(self, now: datetime) -> None:
        """Decide once a day about the season of the last ended year."""
        self._add(now, lambda session: [work.add(session, "decide", self._season(now), now).id])

    def summarise(self, now: datetime) -> None:
        """Write the summary of the season once a week."""
        self._add(now, lambda session: [work.add(session, "summary", self._season(now), now).id])

    def _season(self, now: datetime) -> int:
        return now.astimezone(self.settings.zone).year - 1

    def _add(self, now: datetime, add: Callable[[Session], list[int]]) -> None:
        with base.transaction(self.engine) as session:
            ids = add(session)
            fresh = [
                i for i in ids if (row := session.get(work.Work, i)) and row.state == "waiting" and not row.sent_at
            ]
        if fresh:
            queue.publish(self.engine, self.settings, fresh)
            log.info("%d piece(s) of work added at %s", len(fresh), now.astimezone(self.settings.zone).isoformat())


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
        now = base.utcnow()
        for job in timetable(self.settings):
            trigger = self._trigger(job)
            more = {"next_run_time": now} if job.every or self._missed(job, trigger, now) else {}
            jobs.add_job(self._fire, trigger, args=[job], id=job.name, replace_existing=True, **more)
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

    def _trigger(self, job: Job) -> CronTrigger | IntervalTrigger:
        if job.every:
            return IntervalTrigger(seconds=job.every, timezone=self.settings.zone)
        return CronTrigger(hour=job.hour, minute=0, day_of_week=job.day_of_week, timezone=self.settings.zone)

    def _missed(self, job: Job, trigger: CronTrigger | IntervalTrigger, now: datetime) -> bool:
        """True if the job was due since it last had its turn. One that never had a turn waits for its hour."""
        if job.adds is None:
            return False
        with base.transaction(self.engine) as session:
            last = leases.last_added(session, job.adds)
        if last is None:
            return False
        due = trigger.get_next_fire_time(None, (last + timedelta(seconds=1)).astimezone(self.settings.zone))
        return due is not None and due <= now

    def _fire(self, job: Job) -> None:
        try:
            job.run(self._clock, base.utcnow())
        except Exception as error:
            if not leases.temporary(error):
                raise  # APScheduler logs it with its traceback and goes on with the timetable
            log.warning("%s: %s; the next turn tries again", job.name, " ".join(str(error).split())[:300])


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
