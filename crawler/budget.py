"""The budget of a host: one request at a time, with pauses that grow when it says that it is too much, counted when a
request leaves and not when it queues."""

from __future__ import annotations

import asyncio
import time
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
LONGEST_PAUSE = 120.0  # seconds that a Retry-After is waited for within one look
LONGEST_ASKED = 30.0  # seconds of a Crawl-delay that are kept
SLOW = 10.0  # seconds: a slow host gets at least the time it needed to answer, up to this
CALM = 20  # good answers in a row after which a lengthened delay is halved again
TOO_MUCH = frozenset({403, 412, 429, 503, 521})
_KEY = "nianbao_address"


class Paused(IgnoreRequest):
    """The host asked to be left alone for longer than a look waits."""


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
    """One request at a time to an address, whatever names stand on it, with a pause in between. The pause doubles with
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
        """Waits for the address's turn and for the pauses that it is owed."""
        host, port = net.host_of(request.url)
        address = sorted(await addresses_of(host, port))[0]
        # Another port is another server for all that anybody can tell from outside.
        key = address if port in {80, 443} else f"{address}:{port}"
        budget = self._budgets.setdefault(key, _Budget(self._delay, 0.0))
        budget.least = max(budget.least, min(float(request.meta.get("crawl_delay") or 0.0), LONGEST_ASKED))
        await budget.turn.acquire()
        try:
            while (pause := budget.wait(time.monotonic())) > 0:
                if budget.until - time.monotonic() > LONGEST_PAUSE:
                    raise Paused(f"{host} asks to be left alone for {budget.until - time.monotonic():.0f} seconds")
                await asyncio.sleep(pause)
            await self._leases.ensure(key, float(request.meta.get("download_timeout") or PAGE_TIMEOUT))
            await self._at_once.acquire()
        except Taken as error:
            budget.turn.release()
            raise Paused(f"{host}: {error}") from None
        except BaseException:
            budget.turn.release()
            raise
        budget.last = time.monotonic()
        request.meta["download_slot"] = key  # a redirect brings along the one of the host it came from
        request.meta[_KEY] = key

    def _left(self, request: Request) -> _Budget | None:
        """The budget of a request that is over; the next may have its turn."""
        key = request.meta.pop(_KEY, None)
        if key is None:
            return None
        budget = self._budgets[str(key)]
        self._at_once.release()
        budget.turn.release()
        self._leases.rest(str(key), max(budget.delay, budget.least))
        return budget

    def process_exception(self, request: Request, exception: Exception) -> None:  # noqa: ARG002  Scrapy's name
        """A request that got no answer is over as well."""
        budget = self._left(request)
        if budget is not None:
            budget.last = time.monotonic()

    def process_response(self, request: Request, response: Response) -> Response:
        """Learns from the answer."""
        budget = self._left(request)
        if budget is None:
            return response
        budget.latency = float(request.meta.get("download_latency") or 0.0)
        if response.status in TOO_MUCH:
            budget.delay, budget.calm = min(max(budget.delay, 0.25) * 2, LONGEST_DELAY), 0
            wait = retry_after(response)
            if wait is not None:
                budget.until = max(budget.until, time.monotonic() + wait)
                self._leases.pause(str(request.meta["download_slot"]), wait)
        else:
            budget.calm += 1
            if budget.calm >= CALM:
                budget.delay, budget.calm = max(self._delay, budget.delay / 2), 0
        return response


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
