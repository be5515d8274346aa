"""The guard and the budget: every request, every hop of a redirect and every address a name resolves to is asked of
``net``; a host is asked one thing at a time, with pauses that grow when it says that it is too much."""

from __future__ import annotations

import asyncio
import ipaddress
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Self

from scrapy import Request
from scrapy.exceptions import CannotResolveHostError, IgnoreRequest
from scrapy.http import Response
from scrapy.resolver import CachingHostnameResolver
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IResolutionReceiver
from zope.interface import implementer  # type: ignore[import-untyped]

import net

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.internet.base import ReactorBase
    from twisted.internet.interfaces import IAddress, IHostResolution

LONGEST_DELAY = 120.0  # seconds between two requests to a host that keeps refusing
LONGEST_PAUSE = 120.0  # seconds that a Retry-After is waited for within one look
SLOW = 10.0  # seconds: a slow host gets at least the time it needed to answer, up to this
CALM = 20  # good answers in a row after which a lengthened delay is halved again
TOO_MUCH = frozenset({403, 412, 429, 503, 521})


class Refused(IgnoreRequest):
    """A request that ``net`` does not allow."""


class GuardMiddleware:
    """Asks before a request is made; redirects come through here again, hop by hop.

    A request carries its source's guard in ``meta["guard"]``; requests that the framework makes by itself (robots.txt)
    are held to the hosts of this crawl's sources."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._operator = net.Guard.of((), crawler.settings.getlist("NIANBAO_PRIVATE_HOSTS"))

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """With the operator's private hosts."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raises Refused, with the reason, for what must not be contacted."""
        try:
            host, port = net.host_of(request.url)
            guard: net.Guard | None = request.meta.get("guard")
            guards = [guard] if guard is not None else list(getattr(self._crawler.spider, "guards", ()))
            _check_any(guards, request.url)
            if _is_address(host):
                # A name is judged by the resolver, with the very address that is then connected to.
                self._operator.check_address(host, port, host)
        except net.NotAllowed as error:
            raise Refused(f"{request.url}: {error}") from None


def _check_any(guards: Sequence[net.Guard], url: str) -> None:
    refusal = net.NotAllowed("no source of this crawl allows it")
    for guard in guards:
        try:
            guard.check_url(url)
        except net.NotAllowed as error:
            refusal = error
        else:
            return
    raise refusal


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


# ------------------------------------------------------------------ names


class GuardedResolver(CachingHostnameResolver):
    """Resolves names (IPv4 and IPv6, tried in turn) and drops the addresses that no public portal has. What it returns
    is what is connected to, so a name that changes its address between check and connection gains nothing."""

    refusals: dict[str, str] = {}  # noqa: RUF012  host -> why its addresses were dropped; one resolver a process

    def __init__(self, reactor: ReactorBase, cache_size: int, private: Sequence[str] = ()) -> None:
        super().__init__(reactor, cache_size)
        self._guard = net.Guard.of((), private)

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> Self:
        """With the operator's private hosts."""
        size = crawler.settings.getint("DNSCACHE_SIZE")
        return cls(reactor, size, crawler.settings.getlist("NIANBAO_PRIVATE_HOSTS"))

    def resolveHostName(  # noqa: N802  Twisted's name
        self,
        resolutionReceiver: Any,  # noqa: N803  Twisted's interface types are no types to a checker
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> IHostResolution:
        """The addresses of a name that may be contacted on that port; none where all are refused."""
        judge: Any = _Judge(resolutionReceiver, self._guard, hostName, portNumber)
        return super().resolveHostName(judge, hostName, portNumber, addressTypes, transportSemantics)


@implementer(IResolutionReceiver)
class _Judge:
    """Hands on the addresses that may be contacted."""

    def __init__(self, receiver: Any, guard: net.Guard, host: str, port: int) -> None:
        self._receiver, self._guard, self._host, self._port = receiver, guard, host, port

    def resolutionBegan(self, resolution: IHostResolution) -> None:  # noqa: N802
        """Resolving began."""
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: IAddress) -> None:  # noqa: N802
        """One address of the name."""
        try:
            self._guard.check_address(self._host, self._port, str(getattr(address, "host", "")))
        except net.NotAllowed as error:
            GuardedResolver.refusals[self._host] = str(error)
        else:
            self._receiver.addressResolved(address)

    def resolutionComplete(self) -> None:  # noqa: N802
        """No more addresses."""
        self._receiver.resolutionComplete()


@implementer(IResolutionReceiver)
class _Collector:
    """Collects the addresses of a name."""

    def __init__(self) -> None:
        self.addresses: list[str] = []
        self.done: Deferred[list[str]] = Deferred()

    def resolutionBegan(self, resolution: IHostResolution) -> None:  # noqa: N802
        """Resolving began."""

    def addressResolved(self, address: IAddress) -> None:  # noqa: N802
        """One address."""
        self.addresses.append(str(getattr(address, "host", "")))

    def resolutionComplete(self) -> None:  # noqa: N802
        """No more addresses."""
        self.done.callback(self.addresses)


async def addresses_of(host: str, port: int) -> list[str]:
    """The addresses at which a host may be contacted. Raises Refused where it stands only at forbidden ones,
    CannotResolveHostError where it has none."""
    from twisted.internet import reactor  # not at the top: that would install another reactor than ours

    collector = _Collector()
    resolver: Any = reactor.nameResolver
    resolver.resolveHostName(collector, host, port)
    found: list[str] = await maybe_deferred_to_future(collector.done)
    if found:
        return found
    if host in GuardedResolver.refusals:
        raise Refused(GuardedResolver.refusals[host])
    raise CannotResolveHostError(f"the name {host} has no address")


# ------------------------------------------------------------------ the budget of a host


@dataclass(slots=True)
class _Budget:
    """How a host is treated at the moment: seconds between two requests, no request before ``until``."""

    delay: float
    until: float = 0.0
    calm: int = 0
    latency: float = 0.0


class BudgetMiddleware:
    """One request at a time to an address, whatever names stand on it, with a pause in between. The pause doubles with
    each answer that says *too much*, a ``Retry-After`` is waited for, and a slow host gets the time it needs."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._delay = crawler.settings.getfloat("DOWNLOAD_DELAY")
        self._budgets: dict[str, _Budget] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """With the crawl's delay."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Puts the request into its address's queue and waits out a pause that the host asked for."""
        host, port = net.host_of(request.url)
        address = sorted(await addresses_of(host, port))[0]
        # Another port is another server for all that anybody can tell from outside.
        key = address if port in {80, 443} else f"{address}:{port}"
        request.meta["download_slot"] = key  # a redirect brings along the one of the host it came from
        budget = self._budgets.setdefault(key, _Budget(self._delay))
        pause = budget.until - time.monotonic()
        if pause > 0:
            await asyncio.sleep(pause)
        assert self._crawler.engine is not None
        slot = self._crawler.engine.downloader.slots.get(key)
        if slot is not None:
            slot.delay = max(budget.delay, min(budget.latency, SLOW))

    def process_response(self, request: Request, response: Response) -> Response:
        """Learns from the answer."""
        budget = self._budgets.get(str(request.meta.get("download_slot")))
        if budget is None:
            return response
        budget.latency = float(request.meta.get("download_latency") or 0.0)
        if response.status in TOO_MUCH:
            budget.delay, budget.calm = min(max(budget.delay, 0.25) * 2, LONGEST_DELAY), 0
            wait = retry_after(response)
            if wait is not None:
                budget.until = time.monotonic() + min(wait, LONGEST_PAUSE)
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
