"""Rows opened: articles, files, what became of documents that a list shows no more."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import net
from crawler import accept, families, health, links, names, plan, shells, titles, wholeness
from crawler.contents import Fetched, media_type
from crawler.crawl import Crawl
from crawler.families import articles
from crawler.families.base import Ask
from crawler.families.rows import row_key
from crawler.fetch import Answer, FetchError
from crawler.list_items import ListItem
from crawler.lists import lacks_its_year, like_column, lists_below, lists_reports
from crawler.pages import Detail, FileLink, Listing, Page
from crawler.record import Recorder, Wanted, gone_long_enough
from crawler.settings import FILE_TIMEOUT
from models.known_documents import Known
from reports import sniff
from reports.narrative.classify import classify

MAX_OPENED = 500  # details opened in one crawl; the next crawl goes on
MAX_DEPTH = 3  # year, then group, then body, as in lists
MAX_NAMELESS = 3  # rows whose title tells no year that are opened at each crawl: the address may show the next year's
AGAIN_AFTER = timedelta(days=14)  # so long what was no report is not opened again: twice a season
NO_REPORT = "no report"

log = logging.getLogger(__name__)


class Visitor:
    """Opens the rows of one crawl."""

    def __init__(
        self,
        crawl: Crawl,
        recorder: Recorder,
        say: Callable[[dict[str, Any]], None],
        column: Callable[[Page, Ask, int], Awaitable[health.Verdict | None]],
    ) -> None:
        self._crawl, self._recorder, self._say, self._column = crawl, recorder, say, column
        self._opened: set[str] = set()  # addresses
        self._not_there: set[str] = set()  # addresses of files
        self._nameless = 0  # rows of which the title tells no year

    # -------------------------------------------------------------- rows

    async def open(self, rows: list[Listing], page: Page, depth: int) -> None:
        """Record the rows of a list and open those that may be reports."""
        # What is written like a column is looked into first: as a document it would pass for a report.
        below = [row for row in rows if row.url and depth < MAX_DEPTH and like_column(row, page)]
        row_keys = {row_key(row) for row in below}
        for item in await self._record([row for row in rows if row_key(row) not in row_keys]):
            await self._visit(item, depth)
        for row in below:
            if row.url and links.key(row.url) not in self._crawl.lists | self._crawl.met:
                await self._column_or_article(row, depth)

    async def _record(self, rows: list[Listing], year: int | None = None) -> list[ListItem]:
        crawl = self._crawl
        fresh = [row for row in rows if row_key(row) not in crawl.met]
        crawl.met |= {row_key(row) for row in rows}
        crawl.named += [row.title for row in fresh]
        crawl.items += len(fresh)
        item = await asyncio.to_thread(self._recorder.listed, crawl.target, rows, titles.is_shared(crawl.named), year)
        crawl.changed = crawl.changed or any(one.new for one in item)
        self._nameless += sum(one.classified.year is None and titles.worth_opening(one.row.title) for one in item)
        return item

    async def _column_or_article(self, row: Listing, depth: int) -> None:
        assert row.url is not None
        try:
            page = (
                await self._crawl.fetcher.get(row.url, afresh=self._crawl.target.owing or not self._crawl.target.brief)
            ).page
        except FetchError:
            (item,) = await self._record([row])
            await self._visit(item, depth)
            return
        if await asyncio.to_thread(lists_below, page):
            self._crawl.met.add(row_key(row))
            if links.key(page.url) not in self._crawl.lists:
                await self._column(page, Ask(page.url), depth + 1)
            return
        (item,) = await self._record([row])
        await self._visit(item, depth)

    async def _visit(self, item: ListItem, depth: int) -> None:
        """Open a row if it may be a report and is due to be looked at."""
        crawl, row = self._crawl, item.row
        if item.of_others or not titles.worth_opening(row.title):
            return
        if row.url is None:
            if item.classified.kind == "annual_report":
                crawl.missed(f"the link of 《{row.title}》 is a script that could not be resolved")
                await self._note(item, "its link is a script")
            return
        try:
            crawl.target.guard.check_url(row.url)
        except net.NotAllowed as error:
            await self._note(item, f"title found, target outside: {error}")
            return
        if row.url in self._opened:
            return
        self._opened.add(row.url)
        if not self._is_due(item):
            crawl.fetcher.learnt[row.url] = {"row": _as_listed(row), **crawl.target.cached[row.url]}
            return
        crawl.opened += 1
        if crawl.opened > MAX_OPENED:
            crawl.missed(f"the list leads to more than {MAX_OPENED} documents")
            return
        try:
            await self._detail(item, depth)
        except FetchError as error:
            await self._not_had(item, error)
        if row.url in crawl.fetcher.learnt:
            crawl.fetcher.learnt[row.url]["row"] = _as_listed(row)

    def _is_due(self, item: ListItem) -> bool:
        """Whether a row's page is to be asked for: one that was never had, one of which the list says something else than
        then, one that may show another year's report by now, and any other when its turn has come."""
        crawl, url = self._crawl, item.row.url or ""
        entry = crawl.target.cached.get(url)
        if entry is None or "at" not in entry:
            return True
        asked_at = datetime.fromisoformat(entry["at"])
        if not item.versioned:
            lately = timedelta(0) <= crawl.now - asked_at < AGAIN_AFTER
            return not (entry.get("said") == NO_REPORT and lately)
        if entry.get("row", "") not in {"", _as_listed(item.row)}:
            return True
        known = crawl.target.known.get(url)
        if known is None or (crawl.target.owing and item.classified.year is None and self._nameless <= MAX_NAMELESS):
            return True
        return self._turn(known, asked_at)

    def _turn(self, known: Known, asked_at: datetime) -> bool:
        crawl = self._crawl
        interval = plan.document_interval(known.year, known.since, self._recorder.today(), crawl.season)
        return plan.document_is_due(known.url, asked_at, crawl.now, interval)

    async def _note(self, item: ListItem, reason: str, kind: str | None = None) -> None:
        await asyncio.to_thread(self._recorder.note, item.document_id, reason, kind)

    async def _not_had(self, item: ListItem, error: FetchError) -> None:
        """A row whose page could not be had. What is known of it decides whether the crawl is whole without it."""
        assert item.row.url is not None
        await self._note(item, str(error))
        status = error.verdict.status
        if status in {"gone", "moved", "unreachable"} and not error.refused:
            await asyncio.to_thread(self._recorder.unanswered, item.document_id)
        if error.refused:
            return
        if status in {"gone", "moved"}:
            # A report that its list still names is not withdrawn, whatever its address answers: what is known of it stands.
            if not item.versioned and not item.certain:
                # Whose report of which year the title speaks of is not known: it may be anybody's here.
                self._crawl.missed(f"{item.row.url}: {error}")
            elif not item.versioned and item.classified.kind is None:
                self._crawl.fetcher.learnt[item.row.url] = {"said": NO_REPORT, "at": self._crawl.now.isoformat()}
            return  # nothing is published there; the title stays as evidence
        self._crawl.missed(f"{item.row.url}: {error}")

    async def _away(self, url: str, document_id: int) -> None:
        """A known document's page is not there: withdrawn if it was not there a day ago either, or if the report stands at
        another address."""
        crawl = self._crawl
        entry = dict(crawl.target.cached.get(url, {}))
        since = entry.get("gone", "")
        if not since or datetime.fromisoformat(since) > crawl.now:
            entry["gone"] = since = crawl.now.isoformat()
        crawl.fetcher.learnt[url] = entry
        if gone_long_enough(since, crawl.now) or await asyncio.to_thread(self._recorder.replaced, document_id):
            await asyncio.to_thread(self._recorder.gone, document_id)
            crawl.changed = True

    async def others(self) -> None:
        """Known documents that this crawl did not meet in a list: are they still there? After a crawl that read every list
        whole they are listed no longer, and asked for at once; after a brief one they are asked for in their turn."""
        crawl = self._crawl
        for url, known in crawl.target.known.items():
            key = links.key(url)
            if key in crawl.bare and key not in crawl.met and not crawl.is_brief:
                if crawl.bare[key] or self._shows_years():
                    await self._away(url, known.id)
                continue
            if key in crawl.met | crawl.lists:
                continue
            entry = crawl.target.cached.get(url, {})
            # What was away a day ago decides itself now, whatever this crawl passed over.
            decided = "gone" in entry and gone_long_enough(entry["gone"], crawl.now)
            beside = crawl.is_brief and not decided
            at_once = decided or (not crawl.is_brief and ("unlisted" not in entry or "gone" in entry))
            if not at_once and "at" in entry and not self._turn(known, datetime.fromisoformat(entry["at"])):
                crawl.fetcher.learnt.setdefault(url, entry)
                continue
            try:
                crawl.target.guard.check_url(url)
            except net.NotAllowed:
                continue
            if beside:
                await self._look_at(known)
            elif await self._is_away(url, decided):
                await self._away(url, known.id)
            if not beside and url in crawl.fetcher.learnt:
                crawl.fetcher.learnt[url]["unlisted"] = entry.get("unlisted", crawl.now.isoformat())

    async def _look_at(self, known: Known) -> None:
        item = self._recorder.known_item(known)
        try:
            await self._detail(item, MAX_DEPTH)
        except FetchError as error:
            await self._not_had(item, error)

    async def _is_away(self, url: str, decided: bool) -> bool:
        """Whether an address has nothing any more, or is the page of a year that has no report; one that does not say so
        itself is believed where it was ``decided`` a day ago, or other years are shown."""
        try:
            page = (await self._crawl.fetcher.get(url)).page
        except FetchError as error:
            return error.verdict.status in {"gone", "moved"}
        lacks = lacks_its_year(page, self._crawl.target.override)
        return bool(lacks) or (lacks is not None and (decided or self._shows_years()))

    def _shows_years(self) -> bool:
        """Whether a page by year showed its report today: then an empty one is no fault of the portal's."""
        return any(links.report_year(key) is not None for key in self._crawl.met)

    # -------------------------------------------------------------- details

    async def page_is_report(self, page: Page) -> None:
        """A column's own page is the report (one body, one year)."""
        detail = articles.article(page)
        title = detail.title or page.url
        classified = classify(title)
        judged = accept.of_article(detail, classified)
        asked = links.report_year(page.url)
        if asked is not None and judged.year is not None and asked != judged.year:
            return  # a year without a report may be answered with another year's
        (item,) = await self._record([Listing(page.url, title, detail.published_on)], judged.year)
        if await self._stands_against(item, judged):
            return
        await self._store(item, page, detail, item.row.title, {}, judged)

    async def _detail(self, item: ListItem, depth: int) -> None:
        crawl, url = self._crawl, item.row.url
        assert url is not None
        is_file = bool(articles.FILE.search(urlsplit(url).path))
        # The validators of an address are those of the text that stood there when its document was read.
        answer = await crawl.fetcher.get(url, timeout=FILE_TIMEOUT if is_file else 0, afresh=not item.versioned)
        if answer.unchanged and await self._is_known(item, crawl.target.cached[url]):
            return
        page = answer.page
        if not page.is_markup:
            await self._file_is_document(item, answer)
            return
        if is_file and not accept.is_report(page):  # a page saved under a word processor's suffix is what it is
            crawl.fetcher.learnt.pop(url, None)
            raise FetchError(health.Verdict("incomplete", f"a page in place of the file {url}"))
        if depth < MAX_DEPTH and not accept.is_report(page) and await asyncio.to_thread(lists_reports, page):
            await self._note(item, "a column, no document", "other")
            await self._column(page, Ask(page.url), depth + 1)
            return
        # A shell that leads on to the article is followed as a browser would.
        target = shells.refresh_of(page) or shells.location_of(page)
        if target is not None and links.key(target) != links.key(page.url):
            answer = await crawl.fetcher.get(target, referer=page.url)
            page = answer.page
            if not page.is_markup:
                await self._file_is_document(item, answer)
                return
        family = families.BY_NAME.get(crawl.family) or families.BY_NAME["static"]
        detail = family.detail(page)
        judged = accept.of_article(detail, item.classified)
        if judged.found in {"nothing", "empty"} and (drawn := await crawl.draw(page)) is not None:
            page, detail = drawn, family.detail(drawn)
            judged = accept.of_article(detail, item.classified)
        if await self._stands_against(item, judged):
            crawl.fetcher.learnt.pop(url, None)
            return
        if item.classified.kind is None and judged.found == "other":
            learnt = crawl.fetcher.learnt.get(url, {})
            crawl.fetcher.learnt[url] = {**learnt, "said": NO_REPORT, "at": crawl.now.isoformat()}
            await self._note(item, "opened: no report", "other")
            return
        await self._store(item, page, detail, "page.html", answer.headers, judged)

    async def _is_known(self, item: ListItem, entry: Mapping[str, str]) -> bool:
        """Whether reading an unchanged page again would tell nothing: it was read not long ago, its list says what it said,
        and it brings no files, which may change beside it."""
        if entry.get("row") != _as_listed(item.row) or "read" not in entry:
            return False
        lately = timedelta(0) <= self._crawl.now - datetime.fromisoformat(entry["read"]) < AGAIN_AFTER
        return lately and await asyncio.to_thread(self._recorder.stands, item.document_id, entry["sha256"])

    async def _file_is_document(self, item: ListItem, answer: Answer) -> None:
        name = names.of_file(answer.page.url, answer.headers, item.row.title)
        file = Fetched(answer.page.url, answer.page.url, name, answer.page.body)
        kind = media_type(file)
        empty = not file.data.strip()
        text = answer.page.text[:4000] if not answer.page.body.startswith(b"%PDF") else ""
        judged = accept.of_file(kind, text, sniff.is_document(kind) or empty)
        whole = wholeness.ends(answer.page.body, answer.page.content_type) and not empty
        if item.versioned and (not whole or kind == "application/octet-stream"):
            judged = accept.Judged("nothing")  # what nobody could read may be kept, but replaces nothing
        if await self._stands_against(item, judged):
            self._crawl.fetcher.learnt.pop(item.row.url or "", None)
            return
        await self._store(item, answer.page, None, name, answer.headers, judged)

    async def _stands_against(self, item: ListItem, judged: accept.Judged) -> bool:
        """Whether an answer must not become a version of the row's document; says what that means for the crawl."""
        crawl, kind = self._crawl, item.classified.kind
        asked = links.report_year(item.row.url or "")
        if asked is not None and judged.year not in {None, asked}:
            await self._note(item, f"wrong year's text: the page asked for {asked} shows {judged.year}")
            return True
        expected = kind in {"annual_report", "legacy_report"} or item.holds_report
        if not expected:
            if judged.found == "nothing":
                crawl.missed(f"{item.row.url}: the page holds no publication")
                await self._note(item, "opened: no publication")
                return True
            return item.versioned and kind is None and judged.found == "other"
        if judged.found == "empty" and not item.versioned:
            await self._note(item, "published, unreadable: the page holds the title and nothing else")
            return True
        if judged.found != "report":
            crawl.missed(f"{item.row.url}: the page holds no report, what is known of it stands")
            await self._note(item, "the page holds no report at present")
            return True
        if item.versioned and accept.is_anothers(judged, item.agency_id, crawl.target.serves):
            crawl.missed(f"{item.row.url}: the page holds another body's report, what is known of it stands")
            return True
        return False

    async def _store(
        self,
        item: ListItem,
        page: Page,
        detail: Detail | None,
        name: str,
        headers: dict[str, str],
        judged: accept.Judged,
    ) -> None:
        crawl, url = self._crawl, item.row.url or ""
        files: list[Fetched] = []
        failed: dict[str, str] = {}
        for link in [*detail.files, *detail.pictures] if detail else []:
            file, refused = await self._file(link, page.url)
            if file is not None:
                files.append(file)
                continue
            if not refused and detail is not None and link in detail.files:
                failed[link.url] = link.name or link.href
            crawl.fetcher.ask_whole(url, at_once=link.url not in self._not_there)
        fetched = Fetched(page.url, page.url, name if detail is None else "page.html", page.body, headers)
        wanted = Wanted(item.document_id, item.classified.year, judged.year)
        work_id = await asyncio.to_thread(self._recorder.version, crawl.target, wanted, fetched, detail, files, failed)
        if url in crawl.fetcher.learnt:
            crawl.fetcher.learnt[url]["read"] = crawl.now.isoformat()
        if work_id is not None:
            crawl.changed = True
            self._say({"event": "version", "source_id": crawl.target.source_id, "work_id": work_id})

    async def _file(self, link: FileLink, page_url: str) -> tuple[Fetched | None, bool]:
        """An attachment or picture, None where it could not be had; and whether that says nothing of the file, since it
        lies on a host outside the register's or is kept from us. The page itself is evidence that the report exists."""
        crawl = self._crawl
        try:
            answer = await crawl.fetcher.get(link.url, referer=page_url, timeout=FILE_TIMEOUT)
        except FetchError as error:
            log.warning("attachment %s of %s: %s", link.url, page_url, error)
            if error.refused or error.verdict.status == "gone":
                self._not_there.add(link.url)
            if not error.refused and error.verdict.status != "gone":
                crawl.missed(f"attachment {link.url}: {error}")
            # What robots.txt or a challenge keeps from us, a reader may well get.
            return None, error.refused or error.verdict.status not in {"gone", "moved", "unreachable"}
        if answer.page.is_markup and not names.promises_markup(link, answer.page):
            crawl.fetcher.learnt.pop(link.url, None)
            crawl.missed(f"attachment {link.url}: a page in place of the file")
            return None, False
        name = names.of_file(answer.page.url, answer.headers, link.name)
        return Fetched(link.url, link.href, name, answer.page.body), False


def _as_listed(row: Listing) -> str:
    """What a list says of a document: where it says something else, the document is looked at."""
    return f"{row.listed_on or ''} {row.title}"
