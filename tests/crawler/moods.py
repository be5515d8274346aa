"""A portal in a mood, and looks at it within this process: what the crawl's child does of one source, with the portal's
answers in place of the net's. A look takes hundredths of a second, so a property can be tried on many."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import sqlalchemy as sa
from scrapy.exceptions import DownloadTimeoutError
from scrapy.http import Request, Response

import config
from crawler.middlewares import Refused
from crawler.spiders.annual import AnnualReportSpider
from models import base
from models.agencies import AgencyRow, upsert_agency
from models.sources import upsert_source
from tests import databases
from tests.crawler.raw import Given
from tests.crawler.world import COLUMN, NAME, time_passes

HOST = "127.0.0.1:9"
_LOCAL = urlsplit(f"http://{HOST}")
_ROUNDS = 5  # redirects that are followed


class Silent(Exception):
    """What a portal raises that does not answer."""


class Broken(bytes):
    """A body of which the rest did not come."""


Mood = Callable[[str], Given | Broken | None]


class _Spider(AnnualReportSpider):
    """The crawl's spider, fed by a portal's mood."""

    mood: Mood

    async def _download(self, request: Request) -> Response:
        url = request.url
        for _ in range(_ROUNDS):
            status, headers, body = self._answer(url)
            target = headers.get("Location")
            if status not in {301, 302} or not target:
                flags = ["dataloss"] if isinstance(body, Broken) else []
                return Response(url, status=status, headers=headers, body=bytes(body), flags=flags, request=request)
            url = urljoin(url, target)
            if urlsplit(url).netloc != _LOCAL.netloc:
                raise Refused(f"{url} is not the register's")
        raise DownloadTimeoutError("round in circles")

    def _answer(self, url: str) -> tuple[int, dict[str, str], bytes]:
        parts = urlsplit(url)
        try:
            given = self.mood(parts.path + (f"?{parts.query}" if parts.query else ""))
        except Silent:
            raise DownloadTimeoutError(url) from None
        if isinstance(given, bytes):
            return 200, {"Content-Type": "text/html"}, given
        if given is None or isinstance(given, str):
            return (
                (404, {}, b"<h1>404 Not Found</h1>")
                if given is None
                else (200, {"Content-Type": "text/html"}, given.encode())
            )
        status, headers, body = given
        return status, {"Content-Type": "text/html", **headers}, body.encode() if isinstance(body, str) else body


class Watched:
    """One source of one body, looked at again and again."""

    def __init__(self, folder: Path) -> None:
        databases.sqlite_file(folder / "nianbao.sqlite3")
        self.settings = config.Settings(data_dir=folder, allowed_private_hosts=[HOST], _env_file=None)
        self.engine = base.make_engine(self.settings.database_url)
        with base.transaction(self.engine) as session:
            agency, _ = upsert_agency(session, AgencyRow("第一单位", "county", "department", aliases=[NAME]))
            self.source_id = upsert_source(session, f"http://{HOST}{COLUMN}", agency.id, "", base.utcnow()).id

    def look(self, mood: Mood) -> dict[str, Any]:
        """What the child says of one look."""
        said: list[dict[str, Any]] = []
        spider = _Spider([self.source_id], self.settings, said.append)
        spider.mood = mood
        asyncio.run(spider._watch_one(self.source_id))
        spider._recorder.close()
        return next(line for line in said if line["event"] == "source")

    def time_passes(self, span: timedelta) -> None:
        time_passes(self.engine, span)

    def all(self, query: sa.Select[Any]) -> list[Any]:
        with base.transaction(self.engine) as session:
            return list(session.scalars(query))


@contextmanager
def watched(folder: Path) -> Iterator[Watched]:
    """A source that nobody has looked at yet."""
    one = Watched(folder)
    try:
        yield one
    finally:
        one.engine.dispose()
