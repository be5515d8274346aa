"""The only spider: driven by the rows of the register. A list page, its pages, its details, their files.

Each source is read by one coroutine, one request after another, so a host never meets two of ours at once; sources on
different hosts go side by side. Requests pass the framework's downloader with its middlewares (guard, robots, delay,
retry, redirect)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import scrapy
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response

import config
from crawler import families, health, links, titles
from crawler.middlewares import Refused
from crawler.pages import Detail, FileLink, Listing, Page
from crawler.pipelines import Fetched, Recorder, Target

MAX_LIST_PAGES = 50
MAX_FRESH = 400  # details opened in one look; the next look goes on
VALIDATORS = (("ETag", "If-None-Match"), ("Last-Modified", "If-Modified-Since"))
_REFRESH = re.compile(r"<meta[^>]+http-equiv=[\"']?refresh[^>]+url=[\"']?([^\"'>\s;]+)", re.IGNORECASE)
_LOCATION = re.compile(
    r"(?:window\.|self\.|top\.)?location(?:\.href)?\s*=\s*[\"']([^\"']+)[\"']|location\.replace\(\s*[\"']([^\"']+)[\"']"
)


class Trouble(Exception):
    """A page or file could not be had; ``verdict`` says what that means for the source."""

    def __init__(self, verdict: health.Verdict) -> None:
        super().__init__(verdict.reason)
        self.verdict = verdict


@dataclass(slots=True)
class Look:
    """What one look at a source has seen so far."""

    target: Target
    requests: int = 0
    items: int = 0
    stated: int | None = None
    trouble: str = ""
    changed: bool = False
    family: str = ""
    validators: dict[str, Any] = field(default_factory=dict)


class AnnualReportSpider(scrapy.Spider):
    """Watches report columns."""

    name = "annual"

    def __init__(
        self, source_ids: Sequence[int], settings_: config.Settings, say: Callable[[dict[str, Any]], None]
    ) -> None:
        super().__init__()
        self._source_ids = list(source_ids)
        self._settings_ = settings_
        self._say = say
        self._recorder = Recorder(settings_)

    async def start(self) -> AsyncIterator[Any]:
        """Reads all sources; yields nothing, for each look writes its own rows."""
        try:
            await asyncio.gather(*(self._watch(source_id) for source_id in self._source_ids))
        finally:
            self._recorder.close()
        return
        yield

    async def _watch(self, source_id: int) -> None:
        target = await asyncio.to_thread(self._recorder.begin, source_id)
        if target is None:
            self._say({"event": "source", "source_id": source_id, "status": "gone", "items": 0})
            return
        look = Look(target, family=target.family)
        try:
            verdict = await self._read(look)
        except Trouble as trouble:
            verdict = trouble.verdict
        except Exception as error:
            self.logger.exception("source %s", source_id)
            verdict = health.Verdict("incomplete", f"defect while reading the column: {type(error).__name__}: {error}")
        await asyncio.to_thread(
            self._recorder.finish,
            target, verdict.status, verdict.reason, look.requests, look.items, look.stated, look.validators,
            look.changed, look.family,
        )  # fmt: skip
        self._say(
            {
                "event": "source",
                "source_id": source_id,
                "status": verdict.status,
                "items": look.items,
                "reason": verdict.reason,
            }
        )

    # ------------------------------------------------------------------ the list

    async def _read(self, look: Look) -> health.Verdict:
        target = look.target
        first = await self._fetch(look, target.url, list_page=True, conditional=True)
        if first is None:  # the list is as it was; what it led to may still have been edited in place
            look.items = len(target.known)
            for url, document_id in target.known.items():
                await self._detail(look, document_id, url)
            return health.of_look(look.items, look.items, None, look.trouble, look.changed)
        page = await self._through_shell(look, _page(first))
        family = families.recognise(page)
        if family is None:
            if _is_report(page):
                return await self._column_is_report(look, page)
            return health.Verdict("unknown-js", "the page shows neither rows nor a known mark: a person must look")
        look.family = family.NAME
        rows = family.listings(page)
        if not rows and _is_report(page):
            return await self._column_is_report(look, page)
        rows += await self._further(look, family, page)
        await self._open(look, _distinct(rows))
        return health.of_look(look.items, len(target.known), look.stated, look.trouble, look.changed)

    async def _through_shell(self, look: Look, page: Page) -> Page:
        """Follow one meta refresh or one literal ``location`` assignment of a small page, and one frame of the same host
        that holds the list."""
        if len(page.body) < 2048:
            found = _REFRESH.search(page.text) or _LOCATION.search(page.text)
            target = links.resolve(page.url, next(g for g in found.groups() if g)) if found else None
            if target:
                answer = await self._fetch(look, target, list_page=True)
                return _page(answer) if answer is not None else page
        if families.recognise(page) is None:
            for frame in page.tree.xpath("//iframe[@src]")[:5]:
                url = links.resolve(page.url, str(frame.get("src")))
                if url and not re.search(r"login|count|tree|share|tongji", url, re.IGNORECASE):
                    answer = await self._fetch(look, url, list_page=True)
                    if answer is not None and families.recognise(_page(answer)) is not None:
                        return _page(answer)
        return page

    async def _further(self, look: Look, family: families.Family, page: Page) -> list[Listing]:
        """The rows of all further pages; a page that repeats an earlier one ends the list as incomplete."""
        pager = family.next_pages(page)
        look.stated = pager.total
        waiting, visited = list(pager.urls), {links.key(page.url)}
        seen = [frozenset(row.url or row.title for row in family.listings(page))]
        out: list[Listing] = []
        while waiting:
            url = waiting.pop(0)
            if links.key(url) in visited:
                continue
            visited.add(links.key(url))
            if len(visited) > MAX_LIST_PAGES:
                look.trouble = look.trouble or f"the list has more than {MAX_LIST_PAGES} pages"
                break
            try:
                answer = await self._fetch(look, url, list_page=True)
            except Trouble as trouble:
                look.trouble = look.trouble or f"page {len(visited)} of the list: {trouble}"
                break
            if answer is None:
                continue
            following = _page(answer)
            rows = family.listings(following)
            marks = frozenset(row.url or row.title for row in rows)
            if marks in seen or not rows:
                look.trouble = look.trouble or f"page {len(visited)} of the list shows nothing new"
                break
            seen.append(marks)
            out += rows
            waiting += [u for u in family.next_pages(following).urls if links.key(u) not in visited]
        return out

    async def _open(self, look: Look, rows: list[Listing]) -> None:
        look.items = len(rows)
        opened = 0
        for row in rows:
            document_id = await asyncio.to_thread(
                self._recorder.listing, look.target, row.url, row.title, row.listed_on
            )
            if row.url is None or not titles.worth_opening(row.title):
                if row.url is None and titles.told(row.title).kind == "annual_report":
                    look.trouble = look.trouble or f"the link of 《{row.title}》 is a script that could not be resolved"
                continue
            opened += 1
            if opened > MAX_FRESH:
                look.trouble = look.trouble or f"the list leads to more than {MAX_FRESH} documents"
                return
            await self._detail(look, document_id, row.url)

    # ------------------------------------------------------------------ details and files

    async def _detail(self, look: Look, document_id: int, url: str) -> None:
        known = url in look.target.known
        try:
            answer = await self._fetch(look, url, conditional=known)
        except Trouble as trouble:
            look.trouble = look.trouble or f"{url}: {trouble}"
            return
        if answer is None:
            return
        page = _page(answer)
        if _is_markup(page.body):
            family = families.BY_NAME.get(look.family) or families.FAMILIES[-1]
            detail = family.detail(page)
            files = await self._files(look, detail, page.url)
            # What the title does not tell is a report only if it looks like one: navigation and news are not stored.
            await self._store(look, document_id, page, detail, files)
        else:
            name = url.rsplit("/", 1)[-1].split("?")[0]
            await self._store(look, document_id, page, None, [], name)

    async def _files(self, look: Look, detail: Detail, page_url: str) -> list[Fetched]:
        out = []
        for link in [*detail.files, *detail.pictures]:
            file = await self._file(look, link, page_url)
            if file is not None:
                out.append(file)
        return out

    async def _file(self, look: Look, link: FileLink, page_url: str) -> Fetched | None:
        try:
            answer = await self._fetch(look, link.url, referer=page_url)
        except Trouble as trouble:
            self.logger.warning("attachment %s of %s: %s", link.url, page_url, trouble)
            look.trouble = look.trouble or f"attachment {link.url}: {trouble}"
            return None
        if answer is None or (
            _is_markup(answer.body) and not re.search(r"\.(docx?|xlsx?|html?)$", link.name, re.IGNORECASE)
        ):
            return None  # an error page in place of the file
        return Fetched(link.url, link.href, link.name, answer.body)

    async def _store(
        self, look: Look, document_id: int, page: Page, detail: Detail | None, files: list[Fetched], name: str = ""
    ) -> None:
        fetched = Fetched(page.url, page.url, name or "page.html", page.body)
        work_id = await asyncio.to_thread(
            self._recorder.version,
            document_id, fetched, detail.text if detail else None, files, detail.published_on if detail else None,
        )  # fmt: skip
        if work_id is not None:
            look.changed = True
            self._say({"event": "version", "source_id": look.target.source_id, "work_id": work_id})

    async def _column_is_report(self, look: Look, page: Page) -> health.Verdict:
        """The column's own page is the report (one body, one year)."""
        detail = families.FAMILIES[-1].detail(page)
        document_id = await asyncio.to_thread(
            self._recorder.listing, look.target, page.url, detail.title, detail.published_on
        )
        await self._store(look, document_id, page, detail, await self._files(look, detail, page.url))
        look.items = 1
        return health.of_look(1, len(look.target.known), None, look.trouble, look.changed)

    # ------------------------------------------------------------------ one request

    async def _fetch(
        self, look: Look, url: str, list_page: bool = False, conditional: bool = False, referer: str = ""
    ) -> Response | None:
        """The answer to one request; None for 304. Raises Trouble for all that is no answer to read."""
        headers = {"Referer": referer} if referer else {}
        if conditional:
            known = look.target.validators.get(url, {})
            headers |= {ask: known[got] for got, ask in VALIDATORS if known.get(got)}
        request = Request(url, headers=headers, meta={"guard": look.target.guard}, dont_filter=True)
        look.requests += 1
        assert self.crawler.engine is not None
        try:
            answer = await self.crawler.engine.download_async(request)
        except Refused as error:
            raise Trouble(health.Verdict("moved" if list_page else "incomplete", str(error))) from None
        except IgnoreRequest as error:
            raise Trouble(health.Verdict("not-allowed", f"robots.txt forbids {url}: {error}")) from None
        except Exception as error:  # noqa: BLE001  whatever the network did, the host gave no answer
            raise Trouble(health.Verdict("unreachable", f"no answer from {url}: {type(error).__name__}")) from None
        if answer.status == 304:
            look.validators[url] = look.target.validators.get(url, {})
            return None
        verdict = health.of_answer(answer.status, _head(answer), url, answer.url)
        if verdict is not None:
            raise Trouble(verdict)
        validators = {
            got: value.decode("latin-1") for got, _ in VALIDATORS if (value := answer.headers.get(got)) is not None
        }
        if validators:
            look.validators[url] = validators
        return answer


def _page(answer: Response) -> Page:
    return Page(answer.url, answer.body, (answer.headers.get("Content-Type") or b"").decode("latin-1"))


def _head(answer: Response) -> str:
    return Page(answer.url, answer.body[:20_000]).text if _is_markup(answer.body) else ""


_MARKUP = (b"<html", b"<!doctype html", b"<div", b"<script", b"<head", b"<meta", b"<table", b"<p")


def _is_markup(body: bytes) -> bool:
    start = body[:1024].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    return start.startswith(b"<") and any(mark in start for mark in _MARKUP)


def _is_report(page: Page) -> bool:
    text = page.tree.text_content()
    return "总体情况" in text and ("收到和处理政府信息公开申请" in text or "主动公开政府信息情况" in text)


def _distinct(rows: list[Listing]) -> list[Listing]:
    seen: set[str] = set()
    out = []
    for row in rows:
        mark = links.key(row.url) if row.url else row.title
        if mark not in seen:
            seen.add(mark)
            out.append(row)
    return out
