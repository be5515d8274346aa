"""One address: what it answers, from the net or, unchanged, from the store; and what it means where no page comes back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import urlsplit

from scrapy.exceptions import CannotResolveHostError, DownloadTimeoutError, IgnoreRequest, ResponseDataLossError
from scrapy.http import Request, Response

import net
from crawler import health, tls, wholeness
from crawler.budget import LONGEST_PAUSE, Paused, retry_after
from crawler.families import articles
from crawler.families.base import Ask
from crawler.middlewares import Refused, TooLarge
from crawler.pages import Page
from crawler.robots import Forbidden, NotNow
from crawler.settings import PAGE_TIMEOUT

TRIES = 2  # a portal that fails twice in a row is asked again at the next crawl
DEAD_AFTER = 3  # requests in a row without an answer after which a host is left alone for this crawl
VALIDATORS = (("ETag", "If-None-Match"), ("Last-Modified", "If-Modified-Since"))
KEPT_HEADERS = ("Content-Type", "Last-Modified", "ETag", "Content-Disposition", "Date")

HttpCache = dict[str, dict[str, str]]


class FetchError(Exception):
    """A page or file could not be had; ``verdict`` says what that means for the source."""

    def __init__(self, verdict: health.Verdict, refused: bool = False) -> None:
        super().__init__(verdict.reason)
        self.verdict = verdict
        self.refused = refused  # the address lies outside what the register allows


class HostUnavailable(Exception):
    """The crawl must end here: the host challenges or is dead."""

    def __init__(self, verdict: health.Verdict) -> None:
        super().__init__(verdict.reason)
        self.verdict = verdict


class Store(Protocol):
    """Where bytes are kept."""

    def keep(self, data: bytes) -> str:
        """Store bytes; returns their sha256."""
        ...

    def kept(self, sha256: str) -> bytes | None:
        """Stored bytes; None if they are not there any more."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What an address answered."""

    page: Page
    headers: dict[str, str] = field(default_factory=dict)
    unchanged: bool = False  # a 304: these are the bytes of an earlier crawl


class Fetcher:
    """The requests of one crawl, one after another. ``cached`` is what earlier crawls learnt of each address: its
    validators, the sha256 of what it answered, when it was last asked; ``learnt`` is what this one learns."""

    def __init__(
        self,
        download: Callable[[Request], Awaitable[Response]],
        store: Store,
        guard: net.Guard,
        cached: HttpCache,
        now: datetime,
    ) -> None:
        self._download, self._store, self._guard, self._cached, self._now = download, store, guard, cached, now
        self.learnt: HttpCache = {}
        self.requests = 0
        self.listed = False  # a list has been read: from here on a challenge ends the crawl
        self._silent = 0  # requests in a row without an answer
        self.certificates: dict[str, list[str]] = {}  # host -> what is wrong with its certificate

    async def get(self, ask: Ask | str, referer: str = "", timeout: float = 0, afresh: bool = False) -> Answer:
        """What an address answers; an unchanged one comes from the store unless it is asked ``afresh``. Raises FetchError
        for all that is no answer to read, HostUnavailable where the host must be left alone."""
        ask = Ask(ask, referer=referer) if isinstance(ask, str) else ask
        known = {} if afresh or ask.method != "GET" else self._cached.get(ask.url, {})
        stored = await self._stored(known)
        headers = ask.sent_headers
        if stored is not None:
            headers |= {sent: known[got] for got, sent in VALIDATORS if known.get(got)}
        response = await self._request(ask, headers, timeout)
        if response.status == 304 and stored is not None:
            self.learnt[ask.url] = {**known, "at": self._now.isoformat()}
            self.learnt[ask.url].pop("gone", None)
            page = Page(known.get("url", ask.url), stored, known.get("type", ""))
            return Answer(page, _kept_headers(response, known), True)
        page = Page(response.url, response.body, _header(response, "Content-Type"))
        self._judge(ask, page, response.status)
        if ask.method == "GET":
            await self._learn(ask.url, page, response)
        return Answer(page, _kept_headers(response, {}))

    async def _stored(self, known: Mapping[str, str]) -> bytes | None:
        if not known.get("sha256") or not any(known.get(got) for got, _ in VALIDATORS):
            return None
        return await asyncio.to_thread(self._store.kept, known["sha256"])

    def _judge(self, ask: Ask, page: Page, status: int) -> None:
        """Raises what an answer says against reading it as what was asked for."""
        if status == 405 and ask.method == "POST":
            status = 404  # no defence: the address takes no posts
        verdict = health.of_answer(status, page, ask.url)
        if verdict is not None:
            if verdict.status == "challenged" and self.listed:
                raise HostUnavailable(verdict)
            raise FetchError(verdict)
        empty = not page.body.strip()
        if empty and not articles.FILE.search(urlsplit(ask.url).path):  # an empty file is a finding, not a fault
            raise FetchError(health.Verdict("unreachable", f"{ask.url} answered {status} with nothing"))

    async def _learn(self, url: str, page: Page, response: Response) -> None:
        entry = {got: value for got, _ in VALIDATORS if (value := _header(response, got))}
        if entry:  # only what may come back as 304 has to be kept beforehand
            entry["sha256"] = await asyncio.to_thread(self._store.keep, page.body)
            entry |= {"url": response.url, "type": page.content_type}
        self.learnt[url] = entry | {"at": self._now.isoformat()}

    def ask_whole(self, url: str, at_once: bool) -> None:
        """A page that lacks a file is asked for whole next time, and its files with it: ``at_once``, or in its turn where the
        file is not there, or is kept from us, for good."""
        entry = self.learnt.pop(url, None)
        if entry is not None and not at_once:
            self.learnt[url] = {"at": entry["at"]}

    # -------------------------------------------------------------- one request

    async def _request(self, ask: Ask, headers: dict[str, str], timeout: float) -> Response:
        """One request, tried again once where that may help."""
        why = ""
        for attempt in range(1, TRIES + 1):
            meta: dict[str, Any] = {"guard": self._guard, "download_timeout": timeout or PAGE_TIMEOUT}
            self.requests += 1
            try:
                response = await self._download(
                    Request(ask.url, method=ask.method, body=ask.body, headers=headers, meta=meta, dont_filter=True)
                )
            except Refused as error:
                raise FetchError(health.Verdict("moved", str(error)), refused=True) from None
            except Paused as error:
                raise FetchError(health.Verdict("unreachable", str(error))) from None
            except NotNow as error:
                raise FetchError(error.verdict) from None
            except IgnoreRequest as error:
                raise FetchError(_ignored(ask.url, error)) from None
            except Exception as error:  # noqa: BLE001  whatever the network did, the host gave no answer
                why = _why(error)
                self._count_silence(why, ask.url)
                continue
            self._silent = 0
            self._note_certificate(response)
            why = wholeness.why_cut(response.body, _header(response, "Content-Type"), response.flags)
            if why and response.status < 400:
                why = f"the answer broke off: {why}"
                continue
            why = ""
            if attempt < TRIES and _again(response):
                continue
            return response
        status = "incomplete" if why.startswith("the answer broke off") else "unreachable"
        raise FetchError(
            health.Verdict(status, f"no whole answer from {ask.url}: {why}" if why else f"no answer from {ask.url}")
        )

    def _note_certificate(self, response: Response) -> None:
        host = urlsplit(response.url).hostname or ""
        if response.certificate is not None and host not in self.certificates:
            self.certificates[host] = tls.certificate_errors(response.certificate.dumpPEM(), host, self._now)

    def _count_silence(self, why: str, url: str) -> None:
        self._silent += 1
        if self._silent >= DEAD_AFTER and self.listed:
            raise HostUnavailable(health.Verdict("incomplete", f"the host stopped answering: {why} at {url}"))


def _again(response: Response) -> bool:
    """Whether an answer is worth a second try."""
    wait = retry_after(response) if response.status in {429, 503} else None
    if wait is None:
        return response.status >= 500 and response.status not in {512, 521}
    return wait <= LONGEST_PAUSE  # the budget waits before the next request to this host


def _header(response: Response, name: str) -> str:
    return (response.headers.get(name) or b"").decode("latin-1")


def _kept_headers(response: Response, known: Mapping[str, str]) -> dict[str, str]:
    found = {name: value for name in KEPT_HEADERS if (value := _header(response, name))}
    return {**{name: known[name] for name in KEPT_HEADERS if name in known}, **found}


def _ignored(url: str, error: IgnoreRequest) -> health.Verdict:
    if isinstance(error, Forbidden):
        return health.Verdict("not-allowed", f"robots.txt forbids {url}")
    if isinstance(error, TooLarge):
        return health.Verdict("incomplete", f"{url} is larger than what is taken")
    return health.Verdict("moved", f"{url} leads round in circles: {error}")


def _why(error: Exception) -> str:
    """What the network did, in words."""
    if isinstance(error, DownloadTimeoutError):
        return "no answer in time"
    if isinstance(error, CannotResolveHostError):
        return f"its name has no address ({error})"
    text = f"{type(error).__name__} {' '.join(str(error).split())}".strip()[:200]
    return f"the answer broke off: {text}" if isinstance(error, ResponseDataLossError) else text
