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
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
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
    "tell": "year",
    "mail": "mail",
    "summary": "issue",
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


GivenUp = Callable[["Session", int, str, datetime], None]


@dataclass(frozen=True, slots=True)
class Held:
    """A row of work that a task answers for."""

    subject: int
    priority: int = work.USUAL
    payload: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Job:
    """A piece of work in hand. ``rows`` are those that this task answers for, by their numbers: several where it took
    more."""

    engine: Engine
    settings: config.Settings
    kind: str
    work_id: int
    subject: int
    payload: dict[str, Any]
    attempt: int
    by: str
    priority: int = work.USUAL
    rows: dict[int, Held] = field(default_factory=dict)
    max_attempts: int = MAX_ATTEMPTS
    given_up: GivenUp | None = None
    _next: list[int] = field(default_factory=list)

    @property
    def held(self) -> dict[int, int]:
        """Number -> subject of the rows that this task answers for."""
        return {work_id: row.subject for work_id, row in self.rows.items()}

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One transaction, before or between the work."""
        with base.transaction(self.engine) as session:
            yield session

    @contextmanager
    def finishing(self, *work_ids: int) -> Iterator[Session]:
        """The transaction in which results are saved and the work (its own, or these rows) is marked done: both or
        neither.

        Raises LeaseLost, and saves nothing, where somebody else holds the work now. Afterwards the messages for the
        work that follows are sent; what the broker does not take is left to the sweep."""
        ended = work_ids or (self.work_id,)
        with base.transaction(self.engine) as session:
            yield session
            now = base.utcnow()
            again = work.finish_all(session, ended, self.by, now)
            if again is None:
                raise LeaseLost(*ended)
            pieces = []
            if following := dict.fromkeys([*self._next, *again]):
                pieces = queue.admitted(self.settings, work.open_pieces(session, following))
                work.mark_sent(session, [number for number, _ in pieces], now)
        self._next.clear()
        for work_id in ended:
            self.rows.pop(work_id, None)
        queue.send(self.settings, pieces)

    def hold(self) -> None:
        """Ask for the lease once more, before a step that cannot be taken back. Raises LeaseLost where somebody else
        has the work: a process that was paused for longer than its lease must not act on what it remembers."""
        with base.transaction(self.engine) as session:
            if not leases.renew(session, self.by, base.utcnow(), LEASE):
                raise LeaseLost(self.work_id)

    def hold_in(self, session: Session, rows: Collection[int]) -> None:
        """The same for all of these rows, in a transaction that writes on account of them."""
        if leases.renew(session, self.by, base.utcnow(), LEASE) < len(rows):
            raise LeaseLost(*rows)

    def then(self, work_id: int | None) -> None:
        """Name what comes next: its message is sent when this work is finished."""
        if work_id is not None:
            self._next.append(work_id)

    def take_more(self, limit: int) -> list[int]:
        """Take other due work of the same kind as well; returns its numbers, and ``held`` then has it."""
        now = base.utcnow()
        taken = []
        with base.transaction(self.engine) as session:
            own = session.get_one(work.Work, self.work_id)
            for work_id in leases.claimable(session, own.kind, now, limit):
                piece = work.claim(session, work_id, self.by, now, LEASE)
                if piece is not None:
                    self.rows[piece.id] = Held(piece.subject)
                    taken.append(piece.id)
        return taken

    def take_along(self, limit: int) -> list[int]:
        """Take other work of the same kind that waits, to do it in one go with this; ``rows`` then has it. Returns the
        numbers. Nothing where this work has been tried before: what a process may die of is done alone."""
        if self.attempt > 1:
            return []
        with base.transaction(self.engine) as session:
            found = leases.take_along(session, self.kind, self.by, base.utcnow(), LEASE, limit)
        self.rows |= {work_id: Held(subject, priority, payload) for work_id, subject, priority, payload in found}
        return [work_id for work_id, _, _, _ in found]

    def give_back(self, ids: Collection[int]) -> None:
        """Let others have work that was taken along and not begun."""
        with base.transaction(self.engine) as session:
            leases.give_back(session, ids, self.by)
        for work_id in ids:
            self.rows.pop(work_id, None)

    def fail(self, work_id: int, error: Exception) -> None:
        """Write down that one of the rows failed; the others go on."""
        alone = replace(self, rows={work_id: self.rows.pop(work_id)})
        _failed(alone, error)


Body = Callable[[Job], None]


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
        held = Held(row.subject, row.priority, dict(row.payload or {}))
        job = Job(
            engine, settings, kind, row.id, held.subject, held.payload, row.attempts, by, held.priority, {row.id: held},
            max_attempts, given_up,
        )  # fmt: skip
    with logs.bound(work=work_id, **{ABOUT[kind]: job.subject}):
        if job.attempt > max_attempts:
            _settle(job, f"the process that did it died {job.attempt - 1} times", "defect")
            return
        try:
            with _keeping(job):
                body(job)
            queue.top_up(engine, settings, kind, base.utcnow())
        except LeaseLost:
            log.warning("taken over by another worker; this one's result is dropped")
        except NotYet as wait:
            with base.transaction(engine) as session:
                for number in job.held:
                    work.postpone(session, number, by, wait.until)
        except Exception as error:  # noqa: BLE001  every failure becomes a row that people see, none a lost message
            _failed(job, error)


def _failed(job: Job, error: Exception) -> None:
    error_kind, text = classify(error)
    if error_kind == "defect":
        log.error("failed", exc_info=error)
    _settle(job, text, error_kind)


def classify(error: BaseException) -> tuple[ErrorKind, str]:
    """Which kind of trouble it is, and one text for people: the error, for a defect with the place it came from."""
    name, text = type(error).__name__, " ".join(str(error).split())
    if isinstance(error, SendFailed):
        return error.kind, text
    if isinstance(error, NeedsPerson | Missing):
        return "person", text
    if isinstance(error, TryAgain | CrawlFailed):
        return "retry", text
    if isinstance(error, SoftTimeLimitExceeded):
        return "retry", "it took longer than a task may take"
    if leases.temporary(error):
        return "retry", f"database: {name}: {text[:300]}"
    if isinstance(error, FileNotFoundError | PermissionError):
        return "person", f"{name}: {text}"
    if isinstance(error, OSError | MemoryError | EOFError):
        return "retry", f"{name}: {text}"
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({frames[-1].name}, line {frames[-1].lineno})" if frames else ""
    return "defect", f"{name}: {text}{place}"


def _settle(job: Job, error: str, kind: ErrorKind) -> None:
    """Write the failure down for all that the task still holds. Where the database is away too, the lease runs out and
    the sweep sends the work again."""
    now = base.utcnow()
    with base.transaction(job.engine) as session:
        for work_id, subject in job.held.items():
            again = work.fail(session, work_id, job.by, work.Failure(error, kind), now, job.max_attempts)
            row = session.get(work.Work, work_id)
            if again:
                log.warning("work %d will be tried again: %s", work_id, error)
            elif row is not None and row.state == "failed":
                log.error("work %d failed (%s): %s", work_id, kind, error)
                if job.given_up is not None:
                    job.given_up(session, subject, error, now)


@contextmanager
def _keeping(job: Job) -> Iterator[None]:
    """Renew the lease while the block runs. A process that hangs in its task is killed by the task's time limit."""
    done = threading.Event()

    def keep() -> None:
        while not done.wait(RENEW_EVERY):
            try:
                with base.transaction(job.engine) as session:
                    leases.renew(session, job.by, base.utcnow(), LEASE, wait=False)
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
