"""The budget of a host: one request at a time, with pauses that grow when it says that it is too much, counted when a
request leaves and not when it queues."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Self

from scrapy import Request, signals
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

import config
import net
from crawler.leases import Leases, Taken
from crawler.middlewares import addresses_of
from crawler.settings import PAGE_TIMEOUT
from models import base

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

LONGEST_DELAY = 120.0  # seconds between two requests to a host that keeps refusing
LONGEST_PAUSE = 120.0  # seconds that a Retry-After is waited for within one crawl
LONGEST_ASKED = 30.0  # seconds of a Crawl-delay that are kept
SLOW = 10.0  # seconds: a slow host gets at least the time it needed to answer, up to this
CALM = 20  # good answers in a row after which a lengthened delay is halved again
TOO_MUCH = frozenset({403, 412, 429, 503, 521})
_KEYS = "nianbao_addresses"


class Paused(IgnoreRequest):
    """The host asked to be left alone for longer than a crawl waits."""


@dataclass(slots=True)
class _Budget:
    """How a host is treated at the moment: seconds between two requests, no request before ``until``."""

    delay: float
    least: float
    until: float = 0.0
    last: float = float("-inf")
    calm: int = 0
    latency: float = 0.0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def wait(self, now: float) -> float:
        """Seconds until the next request may leave."""
        pace = max(self.delay, self.least, min(self.latency, SLOW))
        return max(self.until, self.last + pace) - now


class BudgetMiddleware:
    """One request at a time to a host and to an address, whatever names stand on it, and a pause between. It doubles with
    each answer that says *too much*, a ``Retry-After`` is waited for by everybody, and a slow host gets the time it
    needs. It stands nearest to the wire: what a request may wait for before it gets here does not count."""

    def __init__(self, crawler: Crawler, leases: Leases) -> None:
        self._leases = leases
        self._delay = crawler.settings.getfloat("NIANBAO_DELAY")
        self._budgets: dict[str, _Budget] = {}
        self._at_once = asyncio.Semaphore(crawler.settings.getint("CONCURRENT_REQUESTS"))

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """With the crawl's delay, and leases in its database."""
        leases = Leases(base.make_engine(config.settings().database_url))
        crawler.signals.connect(leases.close, signal=signals.spider_closed, weak=False)
        return cls(crawler, leases)

    async def process_request(self, request: Request) -> None:
        """Waits for the turn at the host and at each address that it stands at, and for the pauses that they are owed."""
        host, port = net.host_of(request.url)
        keys = keys_of(host, port, await addresses_of(host, port))
        asked = min(float(request.meta.get("crawl_delay") or 0.0), LONGEST_ASKED)
        taken: list[str] = []
        try:
            for key in keys:  # in one order for all, so that no two wait for each other
                budget = self._budgets.setdefault(key, _Budget(self._delay, 0.0))
                budget.least = max(budget.least, asked)
                await budget.turn.acquire()
                taken.append(key)
            await self._pause(host, keys)
            for key in keys:
                await self._leases.ensure(key, float(request.meta.get("download_timeout") or PAGE_TIMEOUT))
            await self._at_once.acquire()
        except BaseException as error:
            for key in taken:
                self._budgets[key].turn.release()
            if isinstance(error, Taken):
                raise Paused(f"{host}: {error}") from None
            raise
        for key in keys:
            self._budgets[key].last = time.monotonic()
        request.meta["download_slot"] = keys[0]  # a redirect brings along the one of the host it came from
        request.meta[_KEYS] = keys

    async def _pause(self, host: str, keys: Sequence[str]) -> None:
        """Wait until all of them may be asked. Raises Paused where one wants to be left alone for longer."""
        budgets = [self._budgets[key] for key in keys]
        while (pause := max(budget.wait(time.monotonic()) for budget in budgets)) > 0:
            left = max(budget.until for budget in budgets) - time.monotonic()
            if left > LONGEST_PAUSE:
                raise Paused(f"{host} asks to be left alone for {left:.0f} seconds")
            await asyncio.sleep(pause)

    def _left(self, request: Request) -> list[_Budget]:
        """The budgets of a request that is over; the next may have its turn."""
        keys: list[str] = request.meta.pop(_KEYS, [])
        if keys:
            self._at_once.release()
        budgets = [self._budgets[key] for key in keys]
        for key, budget in zip(keys, budgets, strict=True):
            budget.turn.release()
            self._leases.rest(key, max(budget.delay, budget.least))
        return budgets

    def process_exception(self, request: Request, exception: Exception) -> None:  # noqa: ARG002  Scrapy's name
        """A request that got no answer is over as well."""
        for budget in self._left(request):
            budget.last = time.monotonic()

    def process_response(self, request: Request, response: Response) -> Response:
        """Learns from the answer."""
        keys = list(request.meta.get(_KEYS, []))
        for key, budget in zip(keys, self._left(request), strict=True):
            self._learn(key, budget, request, response)
        return response

    def _learn(self, key: str, budget: _Budget, request: Request, response: Response) -> None:
        budget.latency = float(request.meta.get("download_latency") or 0.0)
        if response.status in TOO_MUCH:
            budget.delay, budget.calm = min(max(budget.delay, 0.25) * 2, LONGEST_DELAY), 0
            wait = retry_after(response)
            if wait is not None:
                budget.until = max(budget.until, time.monotonic() + wait)
                self._leases.pause(key, wait)
        else:
            budget.calm += 1
            if budget.calm >= CALM:
                budget.delay, budget.calm = max(self._delay, budget.delay / 2), 0


MOST_ADDRESSES = 4  # of a host that are kept apart; who stands at more is a network of many servers


def keys_of(host: str, port: int, addresses: Sequence[str]) -> list[str]:
    """What a request to a host is counted under: its name and its addresses, for a name may stand at several and several
    names at one. Another port is another server for all that anybody can tell from outside."""
    mark = "" if port in {80, 443} else f":{port}"
    return sorted({f"{one}{mark}" for one in [host, *sorted(addresses)[:MOST_ADDRESSES]]})


def retry_after(response: Response) -> float | None:
    """The seconds a host asks to be left alone (``Retry-After`` in seconds or as a date); None if it does not say."""
    text = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
