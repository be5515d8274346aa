"""The only spider: the sources of the register, each read by one coroutine (``crawler.walk``), one request after another,
so a host never meets two of ours at once; sources on different hosts go side by side. Requests pass the framework's
downloader with its middlewares (guard, robots, redirect, budget)."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

import scrapy
from scrapy.http import Request, Response

import config
import logs
import net
from crawler import health, tls
from crawler.crawl import Crawl
from crawler.fetch import Fetcher, FetchError, HostUnavailable
from crawler.record import Recorder
from crawler.render import Renderer
from crawler.visit import Visitor
from crawler.walk import Walk
from models import base

SIGN_OF_LIFE = 20.0  # seconds


def _read(loop: asyncio.AbstractEventLoop, came: asyncio.Future[bytes]) -> None:
    """What comes next on standard input, handed to the loop; nothing where it ended."""
    try:
        text = os.read(sys.stdin.fileno(), 65536)
    except (OSError, ValueError):
        text = b""
    with contextlib.suppress(RuntimeError):  # the loop may have ended meanwhile
        loop.call_soon_threadsafe(_hand_over, came, text)


def _hand_over(came: asyncio.Future[bytes], text: bytes) -> None:
    if not came.done():
        came.set_result(text)


class AnnualReportSpider(scrapy.Spider):
    """Watches report columns."""

    name = "annual"

    def __init__(
        self, source_ids: Sequence[int], settings_: config.Settings, say: Callable[[dict[str, Any]], None]
    ) -> None:
        super().__init__()
        self._source_ids = list(dict.fromkeys(source_ids))
        self._settings_ = settings_
        self._say = say
        self._recorder = Recorder(settings_)
        self._renderer = Renderer(settings_.browser, self._download) if settings_.browser else None
        self.guards: list[net.Guard] = []
        self._rest = b""  # of a line on standard input

    async def start(self) -> AsyncIterator[Any]:
        """Reads the sources named at the start and those named on standard input, side by side; yields nothing, for each
        crawl writes its own rows."""
        alive = asyncio.ensure_future(self._say_that_it_lives())
        crawls = {asyncio.ensure_future(self._watch(source_id)) for source_id in self._source_ids}
        asked = asyncio.ensure_future(self._named())
        try:
            while crawls or not asked.done():
                done, _ = await asyncio.wait({*crawls, asked}, return_when=asyncio.FIRST_COMPLETED)
                crawls -= done
                if asked in done and (source_ids := asked.result()):
                    crawls |= {asyncio.ensure_future(self._watch(source_id)) for source_id in source_ids}
                    asked = asyncio.ensure_future(self._named())
                elif asked.done():
                    crawls = crawls and (await asyncio.wait(crawls))[1]
        finally:
            for task in (alive, asked, *crawls):
                task.cancel()
            if self._renderer is not None:
                await self._renderer.close()
            self._recorder.close()
        return
        yield

    async def _say_that_it_lives(self) -> None:
        while True:
            await asyncio.sleep(SIGN_OF_LIFE)
            self._say({"event": "alive"})

    async def _named(self) -> list[int]:
        """The numbers that came on standard input; none where it ended."""
        loop = asyncio.get_running_loop()
        while True:
            came: asyncio.Future[bytes] = loop.create_future()
            # A thread of its own, for the pool's are few; no buffered reader, whose lock would outlive the process's end.
            threading.Thread(target=_read, args=(loop, came), daemon=True).start()
            text = await came
            whole, _, self._rest = (self._rest + text).rpartition(b"\n")
            if whole or not text:
                return [int(line) for line in whole.split()]

    async def _watch(self, source_id: int) -> None:
        with logs.bound(source=source_id):
            try:
                await self._watch_one(source_id)
            except Exception:
                # The run stays open: it counts as incomplete, and whoever asked for the crawl hears no word of it.
                self.logger.exception("the crawl of the source could not be recorded")

    async def _download(self, request: Request) -> Response:
        assert self.crawler.engine is not None
        return await self.crawler.engine.download_async(request)

    async def _watch_one(self, source_id: int) -> None:
        now = base.utcnow()
        season = now.astimezone(self._settings_.zone).year - 1
        target = await asyncio.to_thread(self._recorder.begin, source_id, season)
        if target is None:
            self._say({"event": "source", "source_id": source_id, "status": "gone", "items": 0, "reason": "unknown"})
            return
        self.guards.append(target.guard)
        fetcher = Fetcher(self._download, self._recorder, target.guard, target.cached, now)
        crawl = Crawl(target, fetcher, now, season, family=target.family)
        crawl.renderer = self._renderer if target.rendered else None
        tls.recall(target.url, target.reached, now)
        verdict = await self._verdict(crawl)
        crawl.reached = tls.learnt(target.url, target.reached, now)
        host = urlsplit(target.url).hostname or ""
        if not verdict.reason and (notes := tls.note(crawl.reached, fetcher.certificates.get(host, []))):
            verdict = health.Verdict(verdict.status, notes)
        self.guards.remove(target.guard)
        await asyncio.to_thread(self._recorder.finish, crawl, verdict)
        self._say(
            {
                "event": "source",
                "source_id": source_id,
                "status": verdict.status,
                "items": crawl.items,
                "requests": fetcher.requests,
                "reason": verdict.reason,
            }
        )

    async def _verdict(self, crawl: Crawl) -> health.Verdict:
        try:
            walk = Walk(crawl, self._recorder, lambda walk: Visitor(crawl, self._recorder, self._say, walk.column))
            async with asyncio.timeout(self._settings_.crawl_timeout):
                return await walk.read()
        except (FetchError, HostUnavailable) as error:
            return error.verdict
        except TimeoutError:
            return health.Verdict("incomplete", f"the crawl took longer than {self._settings_.crawl_timeout} seconds")
        except Exception as error:
            self.logger.exception("a defect while reading the column")
            return health.Verdict("incomplete", f"defect while reading the column: {type(error).__name__}: {error}")
