"""The only spider: the sources of the register. A list page, its pages, the columns beneath it, its details, their files.

Each source is read by one coroutine, one request after another, so a host never meets two of ours at once; sources on
different hosts go side by side. Requests pass the framework's downloader with its middlewares (guard, budget, robots,
redirect). What an address answered before is remembered, so that a 304 is read again from the store and the rest of the
look does not know the difference."""

from __future__ import annotations

import asyncio
import re
import zlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import scrapy
from scrapy.exceptions import CannotResolveHostError, DownloadTimeoutError, IgnoreRequest
from scrapy.http import Request, Response

import config
import logs
import net
from crawler import families, health, links, titles
from crawler.families import common
from crawler.middlewares import LONGEST_PAUSE, Refused, retry_after
from crawler.pages import Detail, FileLink, Listing, Page
from crawler.pipelines import Fetched, Recorder, Seen, Target, gone_long_enough
from crawler.settings import FILE_TIMEOUT, MAX_BODY, PAGE_TIMEOUT
from models import base

MAX_LIST_PAGES = 120  # of a source, all its columns together
MAX_OPENED = 500  # details opened in one look; the next look goes on
MAX_DEPTH = 3  # year, then group, then body
TRIES = 2
DEAD_AFTER = 3  # requests in a row without an answer after which a host is left alone for this look
MANY = 60  # documents of a source from which on those of past years are looked at again only now and then
AGAIN_AFTER = timedelta(days=14)
VALIDATORS = (("ETag", "If-None-Match"), ("Last-Modified", "If-Modified-Since"))
KEPT_HEADERS = ("Content-Type", "Last-Modified", "ETag", "Content-Disposition", "Date")
NO_REPORT = "no report"

_REFRESH = re.compile(r"<meta\b[^>]*http-equiv\s*=\s*[\"']?refresh\b[^>]*>", re.IGNORECASE)
_REFRESH_TARGET = re.compile(r"content\s*=\s*[\"']?\s*(\d+)\s*[;,]\s*url\s*=\s*['\"]?([^\"'>\s]+)", re.IGNORECASE)
_LOCATION = re.compile(
    r"(?:window\.|self\.|top\.|document\.)?location(?:\.href)?\s*=\s*[\"']([^\"']+)[\"']|"
    r"location\.(?:replace|assign)\(\s*[\"']([^\"']+)[\"']|window\.open\(\s*[\"']([^\"']+)[\"']\s*,\s*[\"']_self"
)
_LIST_FRAME = re.compile(r"login|count|tree|share|tongji|statistic|search|header|footer|weather", re.IGNORECASE)


class Trouble(Exception):
    """A page or file could not be had; ``verdict`` says what that means for the source."""

    def __init__(self, verdict: health.Verdict, refused: bool = False) -> None:
        super().__init__(verdict.reason)
        self.verdict = verdict
        self.refused = refused  # the address lies outside what the register allows


class Enough(Exception):
    """The look must end here: the host challenges or is dead."""

    def __init__(self, verdict: health.Verdict) -> None:
        super().__init__(verdict.reason)
        self.verdict = verdict


@dataclass(frozen=True, slots=True)
class Answer:
    """What an address answered, from the net or, unchanged, from the store."""

    page: Page
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Look:
    """What one look at a source has seen so far."""

    target: Target
    now: datetime
    season: int  # the youngest report year that can be published
    requests: int = 0
    items: int = 0
    stated: int | None = None
    trouble: str = ""
    changed: bool = False
    family: str = ""
    silent: int = 0  # requests in a row without an answer
    opened: int = 0
    memory: dict[str, dict[str, str]] = field(default_factory=dict)
    lists: set[str] = field(default_factory=set)  # keys of the list pages read
    met: set[str] = field(default_factory=set)  # keys of the rows met
    named: list[str] = field(default_factory=list)  # titles of all rows

    def missed(self, what: str) -> None:
        """Note what could not be had: the look is not whole."""
        self.trouble = self.trouble or what


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
        self.guards: list[net.Guard] = []

    async def start(self) -> AsyncIterator[Any]:
        """Reads all sources; yields nothing, for each look writes its own rows."""
        try:
            await asyncio.gather(*(self._watch(source_id) for source_id in self._source_ids))
        finally:
            self._recorder.close()
        return
        yield

    async def _watch(self, source_id: int) -> None:
        with logs.bound(source=source_id):
            try:
                await self._watch_one(source_id)
            except Exception:
                # The run stays open: it counts as incomplete, and whoever asked for the look hears no word of it.
                self.logger.exception("the look at the source could not be recorded")

    async def _watch_one(self, source_id: int) -> None:
        target = await asyncio.to_thread(self._recorder.begin, source_id)
        if target is None:
            self._say({"event": "source", "source_id": source_id, "status": "gone", "items": 0, "reason": "unknown"})
            return
        self.guards.append(target.guard)
        now = base.utcnow()
        look = Look(target, now, now.astimezone(self._settings_.zone).year - 1, family=target.family)
        try:
            verdict = await self._read(look)
        except (Trouble, Enough) as trouble:
            verdict = trouble.verdict
        except Exception as error:
            self.logger.exception("a defect while reading the column")
            verdict = health.Verdict("incomplete", f"defect while reading the column: {type(error).__name__}: {error}")
        await asyncio.to_thread(
            self._recorder.finish,
            target,
            status=verdict.status,
            reason=verdict.reason,
            requests=look.requests,
            items=look.items,
            stated=look.stated,
            memory=look.memory,
            changed=look.changed,
            family=look.family,
        )
        self._say(
            {
                "event": "source",
                "source_id": source_id,
                "status": verdict.status,
                "items": look.items,
                "requests": look.requests,
                "reason": verdict.reason,
            }
        )

    # ------------------------------------------------------------------ the column

    async def _read(self, look: Look) -> health.Verdict:
        target = look.target
        before = max(target.items_before, len(target.known))
        try:
            page = await self._through_shells(look, (await self._fetch(look, target.url)).page)
        except Trouble as trouble:
            return health.of_list(trouble.verdict, before)
        if not health.is_governments(page.text):
            return health.Verdict("moved", "the page says nothing of a government any more: has the domain lapsed?")
        verdict = await self._column(look, page, 0)
        if verdict is not None:
            return verdict
        await self._newer_siblings(look)
        if not look.trouble:
            await self._no_longer_listed(look)
        return health.of_look(look.items, before, look.trouble, look.changed)

    async def _column(self, look: Look, page: Page, depth: int) -> health.Verdict | None:
        """Read one list with its pages and the columns beneath it. Returns a verdict where the page is no list."""
        look.lists.add(links.key(page.url))
        family = families.recognise(page)
        rows = family.listings(page) if family else []
        is_report = _is_report(page)
        if is_report:
            await self._page_is_report(look, page)
            within = links.folder(page.url)  # the frame of a report page lists other things
            rows = [row for row in rows if row.url and links.key(row.url).startswith(within)]
        beneath = common.columns(page, rows) if depth < MAX_DEPTH else []
        if family is None and not beneath and not is_report:
            return health.Verdict("unknown-js", "the page shows neither rows nor a known mark: a person must look")
        family = family or families.BY_NAME["static"]
        if not rows and not beneath and not is_report and not family.next_pages(page).urls and not _may_be_empty(page):
            return health.Verdict("unknown-js", "the page shows no rows and does not say that it is empty")
        if depth == 0:
            look.family = family.NAME
        if rows:
            rows += await self._further(look, family, page, rows)
        await self._open(look, _distinct(rows), page, depth)
        for column in beneath:
            if column.url and links.key(column.url) not in look.lists:
                await self._beneath(look, column, depth)
        return None

    async def _page_is_report(self, look: Look, page: Page) -> None:
        """The column's own page is the report (one body, one year)."""
        detail = common.article(page)
        seen = await self._record(look, [Listing(page.url, detail.title or page.url, detail.published_on)])
        await self._store(look, seen[0].document_id, page, detail, seen[0].row.title, {})

    async def _beneath(self, look: Look, column: Listing, depth: int) -> None:
        """Read a column beneath the one that is being read."""
        if column.url is None or len(look.lists) >= MAX_LIST_PAGES:
            look.missed(f"the source has more than {MAX_LIST_PAGES} list pages")
            return
        try:
            page = (await self._fetch(look, column.url)).page
        except Trouble as trouble:
            if not trouble.refused and trouble.verdict.status != "gone":
                look.missed(f"column {column.title}: {trouble}")
            return
        if links.key(page.url) in look.lists or not page.is_markup:
            return
        # A page beneath that is no list (a guide, a form) is nothing to worry about, unless it draws itself by script.
        verdict = await self._column(look, page, depth + 1)
        if verdict is not None and titles.told(column.title).kind == "annual_report":
            look.missed(f"column {column.title}: {verdict.reason}")

    async def _newer_siblings(self, look: Look) -> None:
        """Where the source is the column of one year, the columns of later years beside it: they appear in January under
        names that nobody can foretell."""
        found = re.match(r"(.*/)([^/]*?(20\d\d)[^/]*)/(?:index\.s?html?)?$", look.target.url.partition("?")[0])
        if found is None:
            return
        parent, year = found.group(1), int(found.group(3))
        try:
            page = (await self._fetch(look, parent)).page
        except Trouble:
            return  # a parent that is no page of its own tells nothing
        for column in common.columns(page, []):
            tail = links.key(column.url or "").removeprefix(links.folder(page.url))
            years = {int(text) for text in re.findall(r"20\d\d", f"{column.title} {tail}")}
            if any(later > year for later in years) and links.key(column.url or "") not in look.lists:
                await self._beneath(look, column, MAX_DEPTH - 1)

    async def _through_shells(self, look: Look, page: Page) -> Page:
        """Follow one meta refresh, one literal ``location`` assignment of a small page, and one frame of the same host
        that holds the list."""
        for target in (_refresh_of, _location_of):
            url = target(page)
            if url is not None and links.key(url) != links.key(page.url):
                page = (await self._fetch(look, url)).page
        if families.recognise(page) is None and not _is_report(page):
            for frame in page.tree.xpath("//iframe[@src] | //frame[@src]")[:5]:
                url = links.resolve(common.base_of(page), str(frame.get("src")), page.charset)
                if url is None or _LIST_FRAME.search(url) or links.origin(url) != links.origin(page.url):
                    continue
                inner = (await self._fetch(look, url, referer=page.url)).page
                if families.recognise(inner) is not None:
                    return inner
        return page

    async def _further(self, look: Look, family: families.Family, page: Page, first: list[Listing]) -> list[Listing]:
        """The rows of all further pages. A page that repeats an earlier one, shows nothing, or shows other things than
        the column's ends the list as incomplete, unless the stated total was reached."""
        pager = family.next_pages(page)
        pages = _Pages(waiting=list(pager.urls), otherwise=list(pager.otherwise), seen=[_marks(first)])
        within = links.folder(page.url)
        inside = any(row.url and links.key(row.url).startswith(within) for row in first)
        out: list[Listing] = []
        while pages.waiting:
            url = pages.waiting.pop(0)
            if links.key(url) in look.lists:
                continue
            if len(look.lists) >= MAX_LIST_PAGES:
                look.missed(f"the source has more than {MAX_LIST_PAGES} list pages")
                break
            try:
                following = (await self._fetch(look, url, referer=page.url)).page
            except Trouble as trouble:
                if pages.turn_to_otherwise(trouble.verdict.status == "gone"):
                    continue
                look.missed(f"page {pages.number} of the list: {trouble}")
                break
            rows = family.listings(following)
            foreign = inside and not any(row.url and links.key(row.url).startswith(within) for row in rows)
            if not rows or foreign or _marks(rows) in pages.seen:
                if pages.turn_to_otherwise(bool(rows) and not foreign):
                    continue
                if pager.total is None or len(_distinct(first + out)) < pager.total:
                    look.missed(f"page {pages.number} of the list shows nothing that belongs to it")
                break
            look.lists.add(links.key(url))
            pages.seen.append(_marks(rows))
            out += rows
            pages.waiting += [u for u in family.next_pages(following).urls if links.key(u) not in look.lists]
        delivered = len(_distinct(first + out))
        if pager.total is not None:
            look.stated = (look.stated or 0) + pager.total
            if delivered < pager.total:
                look.missed(f"the list states {pager.total} items, {delivered} were listed")
        return out

    # ------------------------------------------------------------------ rows

    async def _record(self, look: Look, rows: list[Listing]) -> list[Seen]:
        fresh = [row for row in rows if _mark(row) not in look.met]
        look.met |= {_mark(row) for row in rows}
        look.named += [row.title for row in fresh]
        look.items += len(fresh)
        seen = await asyncio.to_thread(self._recorder.listed, look.target, rows, titles.is_shared(look.named))
        look.changed = look.changed or any(one.new for one in seen)
        return seen

    async def _open(self, look: Look, rows: list[Listing], page: Page, depth: int) -> None:
        # What is written like a column is looked into first: as a document it would pass for a report.
        columns = [row for row in rows if row.url and depth < MAX_DEPTH and _like_column(row, page)]
        for seen in await self._record(look, [row for row in rows if row not in columns]):
            await self._visit(look, seen, depth)
        for row in columns:
            if row.url and links.key(row.url) not in look.lists | look.met:
                await self._column_or_article(look, row, depth)

    async def _column_or_article(self, look: Look, row: Listing, depth: int) -> None:
        assert row.url is not None
        try:
            page = (await self._fetch(look, row.url)).page
        except Trouble:
            (seen,) = await self._record(look, [row])
            await self._visit(look, seen, depth)
            return
        if _lists_below(page):
            look.met.add(_mark(row))
            if links.key(page.url) not in look.lists:
                await self._column(look, page, depth + 1)
            return
        (seen,) = await self._record(look, [row])
        await self._visit(look, seen, depth)

    async def _visit(self, look: Look, seen: Seen, depth: int) -> None:
        """Open a row if it may be a report and is due to be looked at."""
        row, told = seen.row, seen.told
        if seen.of_others or not titles.worth_opening(row.title):
            return
        if row.url is None:
            if told.kind == "annual_report":
                look.missed(f"the link of 《{row.title}》 is a script that could not be resolved")
                await asyncio.to_thread(self._recorder.note, seen.document_id, "its link is a script")
            return
        try:
            look.target.guard.check_url(row.url)
        except net.NotAllowed as error:
            await asyncio.to_thread(self._recorder.note, seen.document_id, f"title found, target outside: {error}")
            return
        if not self._is_due(look, seen):
            look.memory[row.url] = look.target.memory[row.url]
            return
        look.opened += 1
        if look.opened > MAX_OPENED:
            look.missed(f"the list leads to more than {MAX_OPENED} documents")
            return
        try:
            await self._detail(look, seen, depth)
        except Trouble as trouble:
            await self._not_had(look, seen, trouble)

    def _is_due(self, look: Look, seen: Seen) -> bool:
        """Reports that may still change are looked at each time. In a long column those of past years are looked at now
        and then, and so is what turned out to be no report."""
        entry = look.target.memory.get(seen.row.url or "")
        if entry is None or "at" not in entry:
            return True
        lately = look.now - datetime.fromisoformat(entry["at"]) < AGAIN_AFTER
        if not seen.versioned:
            return not (entry.get("said") == NO_REPORT and lately)
        old = seen.told.year is not None and seen.told.year < look.season - 1
        return not (old and lately and len(look.target.known) > MANY)

    async def _not_had(self, look: Look, seen: Seen, trouble: Trouble) -> None:
        """A row whose page could not be had. What is known of it decides whether the look is whole without it."""
        assert seen.row.url is not None
        await asyncio.to_thread(self._recorder.note, seen.document_id, str(trouble))
        if trouble.verdict.status in {"gone", "moved", "unreachable"} and not trouble.refused:
            await asyncio.to_thread(self._recorder.unanswered, seen.document_id)
        if trouble.verdict.status in {"gone", "moved"} and not trouble.refused:
            if seen.versioned:
                await self._away(look, seen.row.url, seen.document_id)
            return  # nothing is published there; the title stays as evidence
        if trouble.refused:
            return
        look.missed(f"{seen.row.url}: {trouble}")

    async def _away(self, look: Look, url: str, document_id: int) -> None:
        """A known document's page is not there: withdrawn if it was not there a day ago either."""
        entry = dict(look.target.memory.get(url, {}))
        since = entry.setdefault("gone", look.now.isoformat())
        look.memory[url] = entry
        if gone_long_enough(since, look.now):
            await asyncio.to_thread(self._recorder.gone, document_id)
            look.changed = True

    async def _no_longer_listed(self, look: Look) -> None:
        """Documents that the list does not show any more: are they still there?"""
        for url, document_id in look.target.known.items():
            if links.key(url) in look.met:
                continue
            try:
                look.target.guard.check_url(url)
                await self._fetch(look, url)
            except net.NotAllowed:
                continue
            except Trouble as trouble:
                if trouble.verdict.status in {"gone", "moved"}:
                    await self._away(look, url, document_id)

    # ------------------------------------------------------------------ details and files

    async def _detail(self, look: Look, seen: Seen, depth: int) -> None:
        url = seen.row.url
        assert url is not None
        answer = await self._fetch(look, url, timeout=FILE_TIMEOUT if common.FILE.search(urlsplit(url).path) else 0)
        page = answer.page
        if not page.is_markup:
            name = _name(answer, seen.row.title)
            await self._store(look, seen.document_id, page, None, name, answer.headers)
            return
        if common.FILE.search(urlsplit(url).path):
            look.memory.pop(url, None)
            raise Trouble(health.Verdict("incomplete", f"a page in place of the file {url}"))
        if depth < MAX_DEPTH and not _is_report(page) and _lists_reports(page):
            await asyncio.to_thread(self._recorder.note, seen.document_id, "a column, no document", "other")
            await self._column(look, page, depth + 1)
            return
        # A shell that leads on to the article is followed as a browser would.
        target = _refresh_of(page) or _location_of(page)
        if target is not None and links.key(target) != links.key(page.url):
            answer = await self._fetch(look, target, referer=page.url)
            page = answer.page
            if not page.is_markup:
                name = _name(answer, seen.row.title)
                await self._store(look, seen.document_id, page, None, name, answer.headers)
                return
        family = families.BY_NAME.get(look.family) or families.BY_NAME["static"]
        detail = family.detail(page)
        if seen.told.kind is None and not _may_be_report(detail):
            look.memory[url] = {**look.memory.get(url, {}), "said": NO_REPORT, "at": look.now.isoformat()}
            if not seen.versioned:
                await asyncio.to_thread(self._recorder.note, seen.document_id, "opened: no report", "other")
                return
        await self._store(look, seen.document_id, page, detail, "page.html", answer.headers, url)

    async def _store(
        self,
        look: Look,
        document_id: int,
        page: Page,
        detail: Detail | None,
        name: str,
        headers: dict[str, str],
        url: str = "",
    ) -> None:
        files: list[Fetched] = []
        failed: dict[str, str] = {}
        for link in [*detail.files, *detail.pictures] if detail else []:
            file, refused = await self._file(look, link, page.url)
            if file is not None:
                files.append(file)
                continue
            if not refused and detail is not None and link in detail.files:
                failed[link.url] = link.name or link.href
            if url:
                look.memory.pop(url, None)  # the page is asked for whole next time, and its files with it
        fetched = Fetched(page.url, page.url, name if detail is None else "page.html", page.body, headers)
        work_id = await asyncio.to_thread(
            self._recorder.version, look.target, document_id, fetched, detail, files, failed
        )
        if work_id is not None:
            look.changed = True
            self._say({"event": "version", "source_id": look.target.source_id, "work_id": work_id})

    async def _file(self, look: Look, link: FileLink, page_url: str) -> tuple[Fetched | None, bool]:
        """An attachment or picture, None where it could not be had; and whether that says nothing of the file, since it
        lies on a host outside the register's or is kept from us. The page itself is evidence that the report exists."""
        try:
            answer = await self._fetch(look, link.url, referer=page_url, timeout=FILE_TIMEOUT)
        except Trouble as trouble:
            self.logger.warning("attachment %s of %s: %s", link.url, page_url, trouble)
            if not trouble.refused and trouble.verdict.status != "gone":
                look.missed(f"attachment {link.url}: {trouble}")
            # What robots.txt or a challenge keeps from us, a reader may well get.
            return None, trouble.refused or trouble.verdict.status not in {"gone", "moved", "unreachable"}
        if answer.page.is_markup and not _is_document_in_markup(link, answer.page):
            look.memory.pop(link.url, None)
            look.missed(f"attachment {link.url}: a page in place of the file")
            return None, False
        return Fetched(link.url, link.href, _name(answer, link.name), answer.page.body), False

    # ------------------------------------------------------------------ one address

    async def _fetch(self, look: Look, url: str, referer: str = "", timeout: float = 0) -> Answer:
        """What an address answers; an unchanged one comes from the store. Raises Trouble for all that is no answer to
        read, Enough where the host must be left alone."""
        known = look.target.memory.get(url, {})
        stored: bytes | None = None
        if known.get("sha256") and any(known.get(got) for got, _ in VALIDATORS):
            stored = await asyncio.to_thread(self._recorder.kept, known["sha256"])
        headers = {"Referer": referer} if referer else {}
        if stored is not None:
            headers |= {ask: known[got] for got, ask in VALIDATORS if known.get(got)}
        response = await self._request(look, url, headers, timeout)
        if response.status == 304 and stored is not None:
            look.memory[url] = {**known, "at": look.now.isoformat()}
            look.memory[url].pop("gone", None)
            return Answer(Page(known.get("url", url), stored, known.get("type", "")), _kept_headers(response, known))
        body = _inflated(response)
        page = Page(response.url, body, _header(response, "Content-Type"))
        verdict = health.of_answer(response.status, page.text[:40_000] if page.is_markup else "", url, response.url)
        if verdict is not None:
            if verdict.status == "challenged":
                raise Enough(verdict) if look.lists else Trouble(verdict)
            raise Trouble(verdict)
        if not body.strip() and not common.FILE.search(urlsplit(url).path):  # an empty file is a finding, not a fault
            raise Trouble(health.Verdict("unreachable", f"{url} answered {response.status} with nothing"))
        entry = {got: value for got, _ in VALIDATORS if (value := _header(response, got))}
        if entry:  # only what may come back as 304 has to be kept beforehand
            entry["sha256"] = await asyncio.to_thread(self._recorder.keep, body)
            entry |= {"url": response.url, "type": page.content_type}
        look.memory[url] = entry | {"at": look.now.isoformat()}
        return Answer(page, _kept_headers(response, {}))

    async def _request(self, look: Look, url: str, headers: dict[str, str], timeout: float) -> Response:
        """One request, tried again once where that may help."""
        assert self.crawler.engine is not None
        why = ""
        for attempt in range(1, TRIES + 1):
            meta = {"guard": look.target.guard, "download_timeout": timeout or PAGE_TIMEOUT}
            look.requests += 1
            try:
                response = await self.crawler.engine.download_async(
                    Request(url, headers=headers, meta=meta, dont_filter=True)
                )
            except Refused as error:
                raise Trouble(health.Verdict("moved", str(error)), refused=True) from None
            except IgnoreRequest as error:
                raise Trouble(_ignored(url, error)) from None
            except Exception as error:  # noqa: BLE001  whatever the network did, the host gave no answer
                why = _why(error)
                look.silent += 1
                if look.silent >= DEAD_AFTER and look.lists:
                    raise Enough(health.Verdict("incomplete", f"the host stopped answering: {why} at {url}")) from None
                continue
            look.silent = 0
            wait = retry_after(response) if response.status in {429, 503} else None
            if attempt < TRIES and (response.status >= 500 and response.status not in {512, 521}) and wait is None:
                continue
            if attempt < TRIES and wait is not None and wait <= LONGEST_PAUSE:
                continue  # the budget waits before the next request to this host
            return response
        if why:
            raise Trouble(health.Verdict("unreachable", f"no answer from {url}: {why}"))
        return response


@dataclass(slots=True)
class _Pages:
    """The pages of a list still to be read."""

    waiting: list[str]
    otherwise: list[str]
    seen: list[frozenset[str]]

    @property
    def number(self) -> int:
        """The number of the page that is being read."""
        return len(self.seen) + 1

    def turn_to_otherwise(self, sensible: bool) -> bool:
        """Take the vendor's other numbering, if the very first further page was not there under this one."""
        if not sensible or not self.otherwise or len(self.seen) > 1:
            return False
        self.waiting, self.otherwise = self.otherwise, []
        return True


def _mark(row: Listing) -> str:
    return links.key(row.url) if row.url else row.title


def _marks(rows: list[Listing]) -> frozenset[str]:
    return frozenset(_mark(row) for row in rows)


def _distinct(rows: list[Listing]) -> list[Listing]:
    return list({_mark(row): row for row in reversed(rows)}.values())[::-1]


def _refresh_of(page: Page) -> str | None:
    """Where a meta refresh leads, if it does so within 100 seconds."""
    tag = _REFRESH.search(page.text[:20_000])
    found = _REFRESH_TARGET.search(tag.group(0)) if tag else None
    if found is None or int(found.group(1)) > 100:
        return None
    return links.resolve(common.base_of(page), found.group(2), page.charset)


def _location_of(page: Page) -> str | None:
    """Where a page below 2 kB sends its reader by script."""
    found = _LOCATION.search(page.text) if len(page.body) < 2048 else None
    target = next((group for group in found.groups() if group), "") if found else ""
    return links.resolve(common.base_of(page), target, page.charset) if target else None


def _is_report(page: Page) -> bool:
    """Whether a page holds a report itself: the headings of its six sections."""
    text = re.sub(r"\s+", "", common.container(page).text_content())
    heads = ("总体情况", "主动公开政府信息情况", "收到和处理政府信息公开申请", "行政复议", "存在的主要问题")
    return sum(head in text for head in heads) >= 3


def _may_be_empty(page: Page) -> bool:
    return common.says_empty(page) or "createPage" in page.text


def _like_column(row: Listing, page: Page) -> bool:
    """Whether a row leads to a column beneath rather than to an article: a directory below the page's own."""
    return (
        row.url is not None and common.is_directory(row.url) and links.key(row.url).startswith(links.folder(page.url))
    )


def _lists_below(page: Page) -> bool:
    if not page.is_markup or _is_report(page):
        return False
    within = links.folder(page.url)
    family = families.recognise(page)
    rows = family.listings(page) if family else []
    return any(row.url and links.key(row.url).startswith(within) for row in [*rows, *common.columns(page, rows)])


def _lists_reports(page: Page) -> bool:
    """Whether a page is a list of reports and no article with a list beside it."""
    family = families.recognise(page)
    rows = family.listings(page) if family else []
    reports = [row for row in rows if titles.told(row.title).kind == "annual_report"]
    detail = common.article(page)
    prose = sum(len(p.text_content().strip()) for p in common.container(page).xpath(".//p"))
    return len(reports) >= 2 and prose < 200 and not detail.files and not detail.pictures


_SPEAKS_OF_IT = re.compile(
    r"(政府|政务)?信息公开(工作)?(情况)?(年度|年)(工作)?(报告|报)|总体情况.{0,4000}(行政复议|依申请公开)", re.DOTALL
)


def _may_be_report(detail: Detail) -> bool:
    """Whether an article of which the title tells nothing may be a report: by its own title, its text, or because it is
    little but files and pictures."""
    if titles.told(detail.title).kind in {"annual_report", "interpretation"} or _SPEAKS_OF_IT.search(detail.text):
        return True
    return bool(detail.files or detail.pictures) and len(detail.text) < 300


def _is_document_in_markup(link: FileLink, page: Page) -> bool:
    """Whether markup is what the link promised: pages saved under a word processor's suffix hold a report's text."""
    if not re.search(r"\.(docx?|xlsx?|wps|et|html?)$", urlsplit(link.url).path + " " + link.name, re.IGNORECASE):
        return False
    return len(re.sub(r"\s+", "", page.tree.text_content())) > 300


def _name(answer: Answer, shown: str) -> str:
    """What to call a file: ``showname`` of its address or the text of its link, with the suffix that it bears."""
    path = unquote(urlsplit(answer.page.url).path).rsplit("/", 1)[-1]
    disposed = _disposed(answer.headers.get("Content-Disposition", ""))
    query = parse_qs(urlsplit(answer.page.url).query)
    shown = (query.get("showname") or [shown])[0] or disposed or path
    if common.FILE.search(shown) or common.PICTURE.search(shown):
        return shown
    suffixes = [name for name in (disposed, path, *query.get("filename", [])) if common.FILE.search(name)]
    return f"{shown}.{suffixes[0].rpartition('.')[2].lower()}" if suffixes else shown


def _disposed(header: str) -> str:
    """The file name of a ``Content-Disposition``: RFC 5987, raw UTF-8, raw GBK, or escaped."""
    extended = re.search(r"filename\*\s*=\s*([\w-]+)'[^']*'([^;]+)", header)
    if extended:
        try:
            return unquote(extended.group(2).strip(), encoding=extended.group(1))
        except LookupError:
            return unquote(extended.group(2).strip())
    plain = re.search(r"filename\s*=\s*\"?([^\";]+)", header)
    if plain is None:
        return ""
    raw = plain.group(1).strip().encode("latin-1", "replace")  # headers are bytes; nobody says in which charset
    for charset in ("utf-8", "gb18030"):
        try:
            return unquote(raw.decode(charset))
        except UnicodeDecodeError:
            continue
    return ""


def _header(response: Response, name: str) -> str:
    return (response.headers.get(name) or b"").decode("latin-1")


def _kept_headers(response: Response, known: dict[str, str]) -> dict[str, str]:
    found = {name: value for name in KEPT_HEADERS if (value := _header(response, name))}
    return {**{name: known[name] for name in KEPT_HEADERS if name in known}, **found}


def _inflated(response: Response) -> bytes:
    """The body; unpacked where a server sent it packed without saying so."""
    body = response.body
    if not body.startswith(b"\x1f\x8b"):
        return body
    unpacker = zlib.decompressobj(wbits=31)
    try:
        out = unpacker.decompress(body, MAX_BODY)
    except zlib.error:
        return body
    return out if unpacker.eof else body


def _ignored(url: str, error: IgnoreRequest) -> health.Verdict:
    if "robots" in str(error):
        return health.Verdict("not-allowed", f"robots.txt forbids {url}")
    return health.Verdict("moved", f"{url} leads round in circles: {error}")


def _why(error: Exception) -> str:
    """What the network did, in words."""
    if isinstance(error, DownloadTimeoutError):
        return "no answer in time"
    if isinstance(error, CannotResolveHostError):
        return f"its name has no address ({error})"
    return f"{type(error).__name__} {' '.join(str(error).split())}".strip()[:200]
