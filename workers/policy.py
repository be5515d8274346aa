"""What happens around every task: taking the work, keeping it, ending it, and what becomes of a failure.

A message carries the number of a row of work. Whoever takes the row holds a short lease on it and renews it while the
task runs, so that the work of a process that died is free again within half a minute, however long the task may last.
A message whose work is done, not due or in live hands is spent silently: messages may come twice or too early.
"""

from __future__ import annotations

import logging
import os
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from celery import Task
from celery.exceptions import SoftTimeLimitExceeded

import config
import logs
from alerts.send import SendFailed
from crawler.run import CrawlFailed
from models import base, leases, work
from storage import Missing
from workers import queue
from workers.app import TASKS, app

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

log = logging.getLogger(__name__)

# What a piece of work is about, as the log names it on every line.
ABOUT = {
    "crawl": "source",
    "read": "version",
    "check": "document",
    "decide": "year",
    "mail": "mail",
    "summary": "year",
}

LEASE = timedelta(seconds=20)
RENEW_EVERY = 5.0  # seconds: three renewals may be missed before the lease runs out
MAX_ATTEMPTS = 5

ErrorKind = Literal["retry", "person", "defect"]


class LeaseLost(Exception):
    """Somebody else took the work over meanwhile: what was done is not saved, the other one does it."""


class NeedsPerson(Exception):
    """Trouble that no second try ends and that is no defect: somebody has to look."""


class TryAgain(Exception):
    """Trouble that may pass by itself."""


class NotYet(Exception):
    """No trouble: its turn comes at ``until``."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"its turn comes at {until.isoformat()}")
        self.until = until


@dataclass(slots=True)
class Job:
    """A piece of work in hand. ``held`` are the rows this task answers for (several where it took more): id -> subject."""

    engine: Engine
    settings: config.Settings
    work_id: int
    subject: int
    payload: dict[str, Any]
    attempt: int
    by: str
    priority: int = work.USUAL
    held: dict[int, int] = field(default_factory=dict)
    _next: list[int] = field(default_factory=list)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One transaction, before or between the work."""
        with base.transaction(self.engine) as session:
            yield session

    @contextmanager
    def finishing(self, work_id: int | None = None) -> Iterator[Session]:
        """The transaction in which results are saved and the work is marked done: both or neither.

        Raises LeaseLost, and saves nothing, where somebody else holds the work now. Afterwards the messages for the
        work that follows are sent; what the broker does not take is left to the sweep."""
        ended = self.work_id if work_id is None else work_id
        with base.transaction(self.engine) as session:
            yield session
            now = base.utcnow()
            if not work.finish(session, ended, self.by, now):
                raise LeaseLost(ended)
            # The work itself is among them where it was asked for again while it ran.
            following = work.open_pieces(session, dict.fromkeys([*self._next, ended]))
            pieces = queue.admitted(self.settings, following)
            work.mark_sent(session, [number for number, _ in pieces], now)
        self._next.clear()
        self.held.pop(ended, None)
        queue.send(self.settings, pieces)

    def hold(self) -> None:
        """Ask for the lease once more, before a step that cannot be taken back. Raises LeaseLost where somebody else
        has the work: a process that was paused for longer than its lease must not act on what it remembers."""
        with base.transaction(self.engine) as session:
            if not leases.renew(session, self.by, base.utcnow(), LEASE):
                raise LeaseLost(self.work_id)

    def then(self, work_id: int | None) -> None:
        """Name what comes next: its message is sent when this work is finished."""
        if work_id is not None:
            self._next.append(work_id)

    def take_more(self, limit: int) -> None:
        """Take other due work of the same kind as well; ``held`` then has it."""
        now = base.utcnow()
        with base.transaction(self.engine) as session:
            own = session.get_one(work.Work, self.work_id)
            for work_id in leases.claimable(session, own.kind, now, limit):
                piece = work.claim(session, work_id, self.by, now, LEASE)
                if piece is not None:
                    self.held[piece.id] = piece.subject


Body = Callable[[Job], None]
GivenUp = Callable[["Session", int, str, datetime], None]


def task(kind: str, max_attempts: int = MAX_ATTEMPTS, given_up: GivenUp | None = None) -> Callable[[Body], Task]:
    """Make a function the task for that kind of work. ``given_up(session, subject, error, now)`` records on the subject
    that its work has failed for good, in the transaction that says so on the work."""

    def wrap(body: Body) -> Task:
        def run(self: Task, work_id: int) -> None:
            # The process is part of the name: the broker may deliver a message again while it is still worked on.
            by = f"{self.request.id}/{self.request.hostname}/{os.getpid()}"
            execute(kind, body, work_id, by, max_attempts, given_up)

        run.__doc__, run.__name__ = body.__doc__, body.__name__
        return app.task(run, bind=True, name=TASKS[kind])

    return wrap


def execute(
    kind: str, body: Body, work_id: int, by: str, max_attempts: int = MAX_ATTEMPTS, given_up: GivenUp | None = None
) -> None:
    """Take the work, run the body, and settle whatever comes of it."""
    settings, engine = config.settings(), database()
    with base.transaction(engine) as session:
        row = work.claim(session, work_id, by, base.utcnow(), LEASE)
        if row is None:
            log.debug("work %d is spent: done, not due, or in other hands", work_id)
            return
        job = Job(
            engine,
            settings,
            row.id,
            row.subject,
            dict(row.payload or {}),
            row.attempts,
            by,
            row.priority,
            {row.id: row.subject},
        )
    with logs.bound(work=work_id, **{ABOUT[kind]: job.subject}):
        if job.attempt > max_attempts:
            _settle(job, f"the process that did it died {job.attempt - 1} times", "defect", max_attempts, given_up)
            return
        try:
            with _keeping(job):
                body(job)
            queue.top_up(engine, settings, kind, base.utcnow())
        except LeaseLost:
            log.warning("taken over by another worker; this one's result is dropped")
        except NotYet as wait:
            with base.transaction(engine) as session:
                for held in job.held:
                    work.postpone(session, held, by, wait.until)
        except Exception as error:  # every failure becomes a row that people see, none a lost message
            error_kind, text = classify(error)
            if error_kind == "defect":
                log.exception("failed")
            _settle(job, text, error_kind, max_attempts, given_up)


def classify(error: BaseException) -> tuple[ErrorKind, str]:
    """Which kind of trouble it is, and one text for people: the error, for a defect with the place it came from."""
    name, said = type(error).__name__, " ".join(str(error).split())
    if isinstance(error, SendFailed):
        return error.kind, said
    if isinstance(error, NeedsPerson | Missing):
        return "person", said
    if isinstance(error, TryAgain | CrawlFailed):
        return "retry", said
    if isinstance(error, SoftTimeLimitExceeded):
        return "retry", "it took longer than a task may take"
    if leases.temporary(error):
        return "retry", f"database: {name}: {said[:300]}"
    if isinstance(error, FileNotFoundError | PermissionError):
        return "person", f"{name}: {said}"
    if isinstance(error, OSError | MemoryError | EOFError):
        return "retry", f"{name}: {said}"
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({frames[-1].name}, line {frames[-1].lineno})" if frames else ""
    return "defect", f"{name}: {said}{place}"


def _settle(job: Job, error: str, kind: ErrorKind, max_attempts: int, given_up: GivenUp | None) -> None:
    """Write the failure down for all that the task still holds. Where the database is away too, the lease runs out and
    the sweep sends the work again."""
    now = base.utcnow()
    with base.transaction(job.engine) as session:
        for work_id, subject in job.held.items():
            again = work.fail(session, work_id, job.by, error, kind, now, max_attempts)
            row = session.get(work.Work, work_id)
            if again:
                log.warning("work %d will be tried again: %s", work_id, error)
            elif row is not None and row.state == "failed":
                log.error("work %d failed (%s): %s", work_id, kind, error)
                if given_up is not None:
                    given_up(session, subject, error, now)


@contextmanager
def _keeping(job: Job) -> Iterator[None]:
    """Renew the lease while the block runs. A process that hangs in its task is killed by the task's time limit."""
    done = threading.Event()

    def keep() -> None:
        while not done.wait(RENEW_EVERY):
            try:
                with base.transaction(job.engine) as session:
                    leases.renew(session, job.by, base.utcnow(), LEASE)
            except Exception as error:  # noqa: BLE001  the lease may run out: then the work is done twice, which is safe
                log.warning("the lease on work %d could not be renewed: %s", job.work_id, error)

    keeper = threading.Thread(target=keep, name=f"lease-{job.work_id}", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        done.set()
        keeper.join(timeout=5)


_engine: Engine | None = None


def database() -> Engine:
    """This process's engine, made when first asked for."""
    global _engine
    if _engine is None:
        _engine = base.make_engine(config.settings().database_url)
    return _engine


def forget_database() -> None:
    """Let go of an engine that came over a fork, without touching the connections: they are the parent's."""
    global _engine
    if _engine is not None:
        _engine.dispose(close=False)
        _engine = None
