"""The whole service on one machine as one process tree: broker, workers, scheduler; stopped together, in order.

Whoever starts them watches them: a child that dies is started again, more slowly each time, and a child that cannot be
kept alive ends the service with the reason. Children run in sessions of their own, so that Ctrl-C reaches only this
process, which then stops them: the clock first, then the crawls, the readers, and last the broker.
"""

from __future__ import annotations

import fcntl
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import config
from models import base, leases, work
from processes import Child
from storage import private_folder
from workers import broker, queue
from workers.app import CRAWL_QUEUES, WORK_QUEUES

if TYPE_CHECKING:
    from sqlalchemy import Engine

log = logging.getLogger(__name__)

# A warm stop lets a task end; what does not end in time is cut, and done again from its row at the next start.
WARM_SECONDS = 15.0
COLD_SECONDS = 5.0
STEADY_SECONDS = 60.0  # a child that lived so long starts over with a clean slate
RESTARTS = 5
WATCH_SECONDS = 0.5
BROKER_SECONDS = 2.0
REFUSED_SECONDS = 5.0  # between two starts while the broker takes no messages
BROKER_MISSES = 3  # a machine under load answers late: one silence is no death

Progress = Callable[[str], AbstractContextManager[Callable[[str], None]]]


class ServiceDied(Exception):
    """A part of the service cannot be kept alive; the message names it and its log."""


class AlreadyRunning(Exception):
    """Another ``nianbao up`` works on this data folder."""


# ------------------------------------------------------------------ the tree


@dataclass(slots=True)
class Tree:
    """The running service. ``settings`` name the broker that was started or adopted."""

    settings: config.Settings
    children: list[Child] = field(default_factory=list)
    broker: broker.Broker | None = None
    failure: str = ""
    _broker_misses: int = 0
    _broker_asked: float = 0.0
    _stop: threading.Event = field(default_factory=threading.Event)
    _watcher: threading.Thread | None = None

    def check(self) -> None:
        """Raises ServiceDied once a part could not be kept alive."""
        if self.failure:
            raise ServiceDied(self.failure)

    def start(self) -> None:
        """Start all children, and the thread that watches them. Call it from a thread that lives as long as the tree."""
        for child in self.children:
            child.start()
        self._watcher = threading.Thread(target=self._watch, name="service-watch", daemon=True)
        self._watcher.start()

    def _watch(self) -> None:
        while not self._stop.wait(WATCH_SECONDS) and not self.failure:
            self._keep_broker()
            for child in self.children:
                self._keep(child)

    def _keep(self, child: Child) -> None:
        now = time.monotonic()
        if child.alive():
            if now - child.started > STEADY_SECONDS:
                child.restarts = 0
            return
        if child.not_before == 0.0:
            status = child.process.returncode if child.process is not None else None
            if refused := broker.refuses(self.settings.broker_url):
                # No part is to blame: it is waited for, as for a broker that is away.
                child.not_before = now + REFUSED_SECONDS
                log.warning(
                    "%s ended: the broker takes no messages (%s); it is started again later", child.name, refused
                )
                return
            child.restarts += 1
            if child.restarts > RESTARTS:
                self.failure = f"{child.name} ended {child.restarts} times (status {status}){child.last_words()}"
                log.error("%s", self.failure)
                return
            child.not_before = now + min(0.2 * 2 ** (child.restarts - 1), 10.0)
            log.warning("%s ended (status %s); it is started again", child.name, status)
        if now >= child.not_before:
            child.not_before = 0.0
            child.start()

    def _keep_broker(self) -> None:
        now = time.monotonic()
        if self.broker is None or now - self._broker_asked < BROKER_SECONDS:
            return
        self._broker_asked = now
        if broker.alive(self.broker):
            self._broker_misses = 0
            return
        self._broker_misses += 1
        if self._broker_misses < BROKER_MISSES and broker.exists(self.broker):
            return
        self._broker_misses = 0
        log.warning("the broker does not answer; it is started again")
        try:
            self.broker = broker.start(self.settings.data_dir)
        except broker.BrokerFailed as error:
            self.failure = str(error)
            return
        if self.broker.url != self.settings.broker_url:  # its port was taken by another: the children must be told
            self.settings = self.settings.model_copy(update={"broker_url": self.broker.url})
            for child in reversed(self.children):
                child.environment = config.child_environment(self.settings)
                child.ask(signal.SIGTERM)

    def stop(self) -> None:
        """Stop everything in order and wait until it is gone."""
        self._stop.set()
        if self._watcher is not None:
            self._watcher.join()
        for child in self.children:
            child.ask(signal.SIGTERM)
        deadline = time.monotonic() + WARM_SECONDS
        for child in self.children:
            if child.wait(deadline - time.monotonic()):
                continue
            log.warning("%s does not end by itself; its task is cut and will be done again", child.name)
            child.ask(signal.SIGQUIT)
            if not child.wait(COLD_SECONDS):
                child.kill()
        if self.broker is not None and not self.broker.adopted:
            broker.stop(self.broker)


@contextmanager
def services(
    settings: config.Settings, worker: bool = True, scheduler: bool = False, quiet: bool = False
) -> Iterator[Tree]:
    """The services of this data folder for the length of the block: a broker (the configured, the running or a new one),
    the workers, the scheduler. ``quiet`` sends what the children say to files under ``data_dir/log``.

    Raises ``broker.BrokerFailed``. ``tree.check()`` raises ServiceDied where a part cannot be kept alive."""
    own = None
    if not settings.broker_url:
        own = broker.start(settings.data_dir)
        settings = settings.model_copy(update={"broker_url": own.url})
    tree = Tree(settings, broker=own)
    folder = settings.data_dir / "log"
    if quiet:
        folder.mkdir(parents=True, exist_ok=True)
    environment = config.child_environment(settings)

    def add(name: str, command: Sequence[str]) -> None:
        output = folder / f"{name}.log" if quiet else None
        tree.children.append(Child(name, [sys.executable, "-m", *command], environment, output))

    # In the order in which they are stopped.
    if scheduler:
        add("scheduler", ["scheduler"])
    if worker:
        add("crawler", worker_command("crawl", CRAWL_QUEUES, 1))
        add("worker", worker_command("work", WORK_QUEUES, settings.worker_concurrency))
    try:
        tree.start()
        yield tree
    finally:
        tree.stop()


def worker_command(name: str, queues: Sequence[str], concurrency: int) -> list[str]:
    """The arguments after ``python -m`` for a Celery worker on these queues. Gossip and mingling among workers are off:
    nothing here needs them, and a start without is a second quicker."""
    return [
        "celery", "--app", "workers.app", "--quiet", "worker", "--hostname", f"{name}-{os.getpid()}@%h",
        "--queues", ",".join(queues), "--concurrency", str(concurrency), "--loglevel", "INFO",
        "--without-gossip", "--without-mingle",
    ]  # fmt: skip


# ------------------------------------------------------------------ what the command line asks for


def run(settings: config.Settings) -> int:
    """``nianbao up``: all services in the foreground until Ctrl-C or SIGTERM. Returns the exit status."""
    asked = threading.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: asked.set())
    try:
        with _only_one(settings.data_dir), services(settings, worker=True, scheduler=True) as tree:
            log.info("running; Ctrl-C stops everything")
            while not asked.wait(WATCH_SECONDS):
                tree.check()
            log.info("stopping")
    except (AlreadyRunning, ServiceDied, broker.BrokerFailed) as error:
        log.error("%s", error)
        return 1
    return 0


@contextmanager
def _only_one(data_dir: Path) -> Iterator[None]:
    private_folder(data_dir)
    with (data_dir / "up.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise AlreadyRunning(
                f"another `nianbao up` (process {file.read().strip() or '?'}) runs on {data_dir}"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def read_and_wait(
    settings: config.Settings, engine: Engine, version_id: int, document_id: int, progress: Progress | None = None
) -> None:
    """Wait until a version that was just stored is read and its document checked. The services run for that long only.

    Raises ServiceDied, BrokerFailed, and ``queue.NotIdle`` where it takes longer than all timeouts allow."""
    progress_line = progress("reading …") if progress is not None else nullcontext(lambda _: None)
    deadline = time.monotonic() + 2.0 * settings.read_timeout + 600
    next_sweep = 0.0
    with services(settings, worker=True, quiet=True) as tree, progress_line:
        while True:
            tree.check()
            with base.transaction(engine) as session:
                waits = version_id in leases.open_subjects(session, "read")
                waits = waits or document_id in leases.open_subjects(session, "check")
            if not waits:
                return
            if time.monotonic() >= deadline:
                raise queue.NotIdle("the report is not read yet; the service goes on with it")
            if time.monotonic() >= next_sweep:
                queue.sweep(engine, tree.settings, base.utcnow())
                next_sweep = time.monotonic() + queue.IDLE_SWEEP
            time.sleep(queue.IDLE_POLL)


def crawl_and_wait(
    settings: config.Settings, engine: Engine, source_ids: Sequence[int], progress: Progress | None = None
) -> None:
    """Crawl these sources now and wait until what was found is read and checked. The services run for that long only.

    ``progress(text)`` is a context that yields a function to say how far it is. Raises ServiceDied, BrokerFailed, and
    ``queue.NotIdle`` where it takes longer than all timeouts allow."""
    now = base.utcnow()
    with base.transaction(engine) as session:
        open_ = leases.open_subjects(session, "crawl")
        leases.bring_forward(session, "crawl", source_ids, now)
        for source_id in source_ids:
            if source_id not in open_:
                work.add(session, "crawl", source_id, now)
    progress_line = progress("crawling …") if progress is not None else nullcontext(lambda _: None)
    timeout = 2.0 * settings.crawl_timeout + 600 + 60 * len(source_ids)
    with services(settings, worker=True, quiet=True) as tree, progress_line as say:

        def tell(figures: dict[str, Any]) -> None:
            kinds = figures["by_kind"]
            parts = [
                f"{sum(kinds[kind].get(state, 0) for state in work.OPEN)} to {kind}"
                for kind in ("crawl", "read", "check")
                if kind in kinds
            ]
            say(", ".join(parts) or "done")

        queue.wait_until_idle(engine, tree.settings, timeout, tell, tree.check)
