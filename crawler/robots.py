"""robots.txt by RFC 9309: what cannot be had for a fault of the server means *not now*, not *everything is allowed*."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http import Response

from crawler import health
from crawler.middlewares import Refused
from crawler.pages import Page

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

TRIES = 2  # as for pages (``crawler.fetch``)
log = logging.getLogger(__name__)
LARGEST = 500 * 1024  # bytes that must be read at least (RFC 9309, 2.5)


class Forbidden(IgnoreRequest):
    """robots.txt does not allow this address."""


class NotNow(IgnoreRequest):
    """robots.txt could not be had: nothing may be asked for at present."""

    def __init__(self, verdict: health.Verdict) -> None:
        super().__init__(verdict.reason)
        self.verdict = verdict


class RobotsMiddleware:
    """Asks for a host's robots.txt once a crawl, before anything else, and keeps to it."""

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("NIANBAO_OBEY_ROBOTS"):
            raise NotConfigured
        self._crawler = crawler
        self._agent: str = crawler.settings["USER_AGENT"]
        self._known: dict[str, asyncio.Task[Protego | health.Verdict]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """With the crawl's agent."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raises Forbidden or NotNow; else notes the pause that the host asks for."""
        if request.meta.get("is_robots"):
            return
        parts = urlsplit(request.url)
        origin = f"{parts.scheme}://{parts.netloc}"
        task = self._known.get(origin)
        if task is None:
            task = asyncio.ensure_future(self._read(origin, request.meta.get("guard")))
            self._known[origin] = task
        rules = await task
        if isinstance(rules, health.Verdict):
            raise NotNow(rules)
        if not rules.can_fetch(request.url, self._agent):
            raise Forbidden(f"robots.txt forbids {request.url}")
        request.meta["crawl_delay"] = rules.crawl_delay(self._agent) or 0.0

    async def _read(self, origin: str, guard: object) -> Protego | health.Verdict:
        url = f"{origin}/robots.txt"
        verdict = health.Verdict("unreachable", f"{url} gave no answer: nothing is asked for now (RFC 9309)")
        assert self._crawler.engine is not None
        for _ in range(TRIES):
            try:
                meta = {"is_robots": True, "guard": guard}
                response = await self._crawler.engine.download_async(Request(url, meta=meta, dont_filter=True))
            except Refused:
                return Protego.parse("")  # led out of the register's hosts: there are no rules for us
            except Exception as error:  # noqa: BLE001  whatever the network did, there was no answer
                log.info("%s: %s", url, error)
                continue
            if response.status < 500:
                return _rules(response)
            page = Page(response.url, response.body)
            verdict = health.of_answer(response.status, page, url) or verdict
            if verdict.status == "challenged":
                return verdict
            reason = f"{url} answered {response.status}: nothing is asked for now (RFC 9309)"
            verdict = health.Verdict("unreachable", reason)
        return verdict


def _rules(response: Response) -> Protego:
    """The rules of an answer; 4xx and a page in place of the file mean that there are none."""
    page = Page(response.url, response.body[:LARGEST])
    if response.status >= 300 or page.is_markup:
        return Protego.parse("")
    return Protego.parse(page.text.lstrip("\ufeff"))
