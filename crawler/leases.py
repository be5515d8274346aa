"""Leases of hosts, held across processes: of all crawlers on all machines one at a time asks a host, and a pause that
one was asked for is kept by all."""

from __future__ import annotations

import asyncio
import os
import time
import uuid
from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

from models import base, hosts

if TYPE_CHECKING:
    from sqlalchemy import Engine

LEASE = 30.0  # seconds beyond the longest that a request may take: a killed crawler's hosts are free again after that
IDLE = 2.0  # seconds without a request after which a host is left to others
LONGEST_WAIT = 900.0  # seconds that a request waits for another process to be done with its host
_ASK_AGAIN = 1.0  # seconds between two questions whether a host is free


class Taken(Exception):
    """Another process kept the host for longer than a request waits."""


class Leases:
    """The leases of this process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._holder = f"{hosts.process_name(os.getpid())}{uuid.uuid4().hex[:8]}"
        self._held: dict[str, float] = {}  # key -> until when, on this process's clock
        self._one: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._idle: dict[str, asyncio.TimerHandle] = {}
        self._tasks: set[asyncio.Future[None]] = set()

    async def ensure(self, key: str, needed: float) -> None:
        """Hold the lease of a host for so many seconds at least; waits for others. Raises Taken."""
        timer = self._idle.pop(key, None)
        if timer is not None:
            timer.cancel()
        async with self._one[key]:
            began = time.monotonic()
            while self._held.get(key, 0.0) - time.monotonic() < needed:
                asked = time.monotonic()
                lease = needed + LEASE
                wait = await asyncio.to_thread(self._take, key, lease)
                if wait <= 0:
                    self._held[key] = asked + lease
                    return
                if time.monotonic() - began > LONGEST_WAIT:
                    raise Taken("another crawler reads this host")
                await asyncio.sleep(min(wait, _ASK_AGAIN))

    def rest(self, key: str, quiet: float) -> None:
        """A request is over: the host is left to others if no other follows at once."""
        timer = self._idle.pop(key, None)
        if timer is not None:
            timer.cancel()
        loop = asyncio.get_running_loop()
        self._idle[key] = loop.call_later(IDLE, lambda: self._start(key, quiet))

    def pause(self, key: str, seconds: float) -> None:
        """All processes leave the host alone for so long."""
        self._keep(asyncio.ensure_future(asyncio.to_thread(self._pause, key, seconds)))

    async def close(self) -> None:
        """Leave all hosts."""
        for timer in self._idle.values():
            timer.cancel()
        await asyncio.gather(*self._tasks, *(self._release(key, 0.0) for key in list(self._held)))
        self._engine.dispose()

    def _start(self, key: str, quiet: float) -> None:
        self._keep(asyncio.ensure_future(self._release(key, quiet)))

    def _keep(self, task: asyncio.Future[None]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _release(self, key: str, quiet: float) -> None:
        async with self._one[key]:
            if self._held.pop(key, None) is not None:
                await asyncio.to_thread(self._leave, key, quiet)

    def _take(self, key: str, seconds: float) -> float:
        with base.transaction(self._engine) as session:
            wait = hosts.take(session, key, self._holder, base.utcnow(), timedelta(seconds=seconds))
        return wait.total_seconds()

    def _leave(self, key: str, quiet: float) -> None:
        with base.transaction(self._engine) as session:
            hosts.leave(session, key, self._holder, base.utcnow(), timedelta(seconds=quiet))

    def _pause(self, key: str, seconds: float) -> None:
        with base.transaction(self._engine) as session:
            hosts.pause(session, key, base.utcnow(), timedelta(seconds=seconds))
