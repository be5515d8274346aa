"""The guard: every request, every hop of a redirect and every address a name resolves to is asked of ``net``; and the
unpacking of answers, which must know a whole one from a part."""

from __future__ import annotations

import ipaddress
import zlib
from collections.abc import Sequence
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


class TooLarge(IgnoreRequest):
    """An answer that unpacks to more than is taken."""


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
    # Not at the top: that would install another reactor than ours.
    from twisted.internet import reactor  # noqa: PLC0415

    collector = _Collector()
    resolver: Any = reactor.nameResolver
    resolver.resolveHostName(collector, host, port)
    found: list[str] = await maybe_deferred_to_future(collector.done)
    if found:
        return found
    if host in GuardedResolver.refusals:
        raise Refused(GuardedResolver.refusals[host])
    raise CannotResolveHostError(f"the name {host} has no address")


# ------------------------------------------------------------------ packed answers


class InflateMiddleware:
    """Unpacks answers, also those that a server packed without saying so, and notes as cut what has no end: Scrapy's own
    keeps what it could unpack and does not say that it is a part."""

    def __init__(self, crawler: Crawler) -> None:
        self._most = crawler.settings.getint("DOWNLOAD_MAXSIZE")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """With the crawl's limit of size."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Says what can be unpacked."""
        request.headers.setdefault("Accept-Encoding", "gzip, deflate")

    def process_response(self, request: Request, response: Response) -> Response:  # noqa: ARG002  Scrapy's name
        """The answer unpacked. Raises TooLarge."""
        named = b",".join(response.headers.getlist("Content-Encoding")).lower()
        body, whole = response.body, True
        for _ in range(2):  # some are packed twice
            unpacked = _inflated(body, b"deflate" in named, self._most)
            if unpacked is None:
                break
            body, ended = unpacked
            whole = whole and ended
        if body is response.body:
            return response
        flags = response.flags if whole else [*response.flags, "cut"]
        return response.replace(body=body, flags=flags)


def _inflated(body: bytes, deflated: bool, most: int) -> tuple[bytes, bool] | None:
    """The bytes inside and whether they came to their end; None where nothing is packed."""
    for bits in (31,) if body.startswith(b"\x1f\x8b") else (15, -15) if deflated and body else ():
        out, rest, ended = b"", body, True
        try:
            while rest and (bits != 31 or rest.startswith(b"\x1f\x8b")):
                unpacker = zlib.decompressobj(wbits=bits)
                out += unpacker.decompress(rest, most + 1 - len(out))
                if len(out) > most or unpacker.unconsumed_tail:
                    raise TooLarge("the answer is larger than what is taken")
                ended, rest = unpacker.eof, unpacker.unused_data
        except zlib.error:
            if not out:
                continue
            ended = False
        return out, ended
    return None
