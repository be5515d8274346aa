"""The guard: every request, every hop of a redirect and every address a name resolves to is asked of ``net``."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.resolver import CachingThreadedResolver

import net

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.internet.base import ReactorBase
    from twisted.internet.defer import Deferred


class Refused(IgnoreRequest):
    """A request that ``net`` does not allow."""


class GuardMiddleware:
    """Asks before a request is made; redirects come through here again, hop by hop.

    A request carries its source's guard in ``meta["guard"]``; requests that the framework makes itself (robots.txt) are
    held to the same hosts, because they follow one that was allowed."""

    def __init__(self, private: Sequence[str]) -> None:
        self._operator = net.Guard.of((), private)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """With the operator's private hosts."""
        return cls(crawler.settings.getlist("NIANBAO_PRIVATE_HOSTS"))

    def process_request(self, request: Request) -> None:
        """Raises Refused, with the reason, for what must not be contacted."""
        try:
            host, port = net.host_of(request.url)
            guard: net.Guard | None = request.meta.get("guard")
            if guard is not None:
                guard.check_url(request.url)
            if _is_address(host):
                # A name is judged by the resolver, with the very address that is then connected to.
                self._operator.check_address(host, port, host)
        except net.NotAllowed as error:
            raise Refused(f"{request.url}: {error}") from None


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


class GuardedResolver(CachingThreadedResolver):
    """Resolves names and refuses the addresses that no public portal has. What it returns is what is connected to, so a
    name that changes its address between check and connection gains nothing."""

    def __init__(self, reactor: ReactorBase, cache_size: int, timeout: float, private: Sequence[str] = ()) -> None:
        super().__init__(reactor, cache_size, timeout)
        self._guard = net.Guard.of((), private)

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> Self:
        """With the operator's private hosts; the port of a private entry is held by the middleware."""
        private = [
            entry.rpartition(":")[0] if entry.count(":") == 1 else entry
            for entry in crawler.settings.getlist("NIANBAO_PRIVATE_HOSTS")
        ]
        return cls(reactor, crawler.settings.getint("DNSCACHE_SIZE"), crawler.settings.getfloat("DNS_TIMEOUT"), private)

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> Deferred[str]:  # noqa: N802  Twisted's name
        """The address of a name; fails with ``net.NotAllowed`` for one that must not be contacted."""

        def judged(address: Any) -> Any:
            self._guard.check_address(name, 0, str(address))
            return address

        return super().getHostByName(name, timeout).addCallback(judged)
