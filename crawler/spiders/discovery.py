"""The spider that crawls for columns: bodies of one portal one after another, which share the pages that were read, those of
different portals side by side. Its requests pass the same downloader as a crawl's: guard, robots, budget."""

from __future__ import annotations

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import asdict
from typing import Any

import scrapy
from scrapy.http import Request, Response

import config
import logs
import net
from crawler.discovery import Body, Cache, Result, Search
from crawler.fetch import Fetcher
from models import base, columns


class _Nowhere:
    """Keeps no page: nothing of a search is asked for a second time."""

    def keep(self, data: bytes) -> str:
        """The sha256 alone."""
        return hashlib.sha256(data).hexdigest()

    def kept(self, sha256: str) -> bytes | None:  # noqa: ARG002  the store's name
        """Nothing."""
        return None


class DiscoverySpider(scrapy.Spider):
    """Looks for the report columns of bodies from their home addresses."""

    name = "discovery"

    def __init__(
        self, agency_ids: Sequence[int], settings_: config.Settings, say: Callable[[dict[str, Any]], None]
    ) -> None:
        super().__init__()
        self._ids = list(dict.fromkeys(agency_ids))
        self._settings_ = settings_
        self._say = say
        self.guards: list[net.Guard] = []

    async def start(self) -> AsyncIterator[Any]:
        """Searches for all bodies; yields nothing, each is told by itself."""
        homes = await asyncio.to_thread(self._homes)
        by_host: defaultdict[str, list[columns.Home]] = defaultdict(list)
        for home in homes:
            by_host[net.bare(net.host_of(home.url)[0])].append(home)
        await asyncio.gather(*(self._portal(found) for found in by_host.values()))
        return
        yield

    def _homes(self) -> list[columns.Home]:
        engine = base.make_engine(self._settings_.database_url)
        try:
            with base.reading(engine) as session:
                return columns.homes(session, self._ids)
        finally:
            engine.dispose()

    async def _portal(self, homes: Sequence[columns.Home]) -> None:
        cache = Cache()
        for home in homes:
            with logs.bound(agency=home.agency_id):
                try:
                    result = await self._search(home, cache)
                except Exception as error:
                    self.logger.exception("a defect while looking for a column")
                    result = Result(_body(home), reason=f"defect: {type(error).__name__}: {error}")
            self._say(_line(result))

    async def _search(self, home: columns.Home, cache: Cache) -> Result:
        guard = net.Guard.of(home.addresses, self._settings_.allowed_private_hosts)
        self.guards.append(guard)
        fetcher = Fetcher(self._download, _Nowhere(), guard, {}, base.utcnow())
        return await Search(_body(home), fetcher, guard, cache).run()

    async def _download(self, request: Request) -> Response:
        assert self.crawler.engine is not None
        return await self.crawler.engine.download_async(request)


def _body(home: columns.Home) -> Body:
    return Body(home.agency_id, home.name, home.names, home.url, home.alone)


def _line(result: Result) -> dict[str, Any]:
    return {
        "event": "discovery",
        "agency_id": result.body.agency_id,
        "proposals": [asdict(one) for one in result.proposals],
        "requests": result.requests,
        "reason": result.reason,
    }
