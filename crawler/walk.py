"""From the address of a source through its list, the pages of it and the columns beneath, to how the crawl ended.

Whether a list was read to its end is a result (``families.base.unproven``), never an assumption."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from urllib.parse import urlsplit

from crawler import accept, families, health, links, moves, pagers, shells, turns
from crawler.crawl import Crawl
from crawler.families.base import Ask, Column
from crawler.families.rows import columns
from crawler.fetch import Answer, FetchError
from crawler.lists import (
    MAX_DEPTH,
    PagedList,
    Taken,
    is_other_kind,
    lacks_its_year,
    of_past_years,
    probes,
    proves,
    row_keys,
    take,
)
from crawler.pager_words import MORE
from crawler.pages import Listing, Page
from crawler.record import Recorder
from crawler.visit import Visitor

MAX_LIST_PAGES = 120  # of a source, all its columns together

# What a column that holds no reports is called.
_OF_OTHERS = re.compile(
    r"指南|依申请|申请|制度|机构|职能|政策|法规|规章|文件|目录|须知|联系|地图|声明|意见箱|信箱|人事|预决算|预算|决算|监督|互动|服务|新闻|"
    r"动态|公告|规划|政府工作报告|法治政府|网站|首页|领导|建议|提案|采购|双公开|权责|清单|解读|回应"
)


class Walk:
    """One crawl of one source."""

    def __init__(self, crawl: Crawl, recorder: Recorder, visitor: Callable[[Walk], Visitor]) -> None:
        self._crawl = crawl
        self._recorder = recorder
        self._visitor = visitor(self)

    async def read(self) -> health.Verdict:
        """Read the source. Raises FetchError and HostUnavailable for what ends a crawl early."""
        crawl = self._crawl
        before = max(crawl.target.items_before, len(crawl.target.known))
        ask = Ask(crawl.target.url)
        if crawl.target.brief and await self._is_as_it_was():
            await self._visitor.others()
            return health.of_crawl(crawl.items, before, crawl.error, crawl.changed)
        try:
            page = await self._through_shells((await self._list(ask)).page)
        except FetchError as error:
            return health.of_list(error.verdict, before)
        if foreign := health.why_not_governments(page):
            return health.Verdict("moved", foreign)
        # What stands behind the hash is sent to nobody; the pages of some software go by it all the same.
        node = urlsplit(crawl.target.url).fragment
        verdict = await self.column(page, Ask(f"{page.url}#{node}" if node else page.url), 0)
        if verdict is not None:
            return verdict
        if crawl.target.owing or not crawl.target.brief:
            await self._newer_siblings()
            await self._later_years()
        else:
            crawl.passed["columns of other years"] = 0
        if not crawl.error:
            await self._visitor.others()
        if crawl.error or crawl.is_brief:
            await moves.settle(crawl, self._recorder)
        return health.of_crawl(crawl.items, before, crawl.error, crawl.changed)

    async def _is_as_it_was(self) -> bool:
        """Whether the one list whose turn it is shows what it showed: then nothing else is asked for, and nothing is told
        of what is not there."""
        crawl, target = self._crawl, self._crawl.target
        usual = target.rendered or not target.items_before
        key = None if usual else turns.in_turn(target.lists, target.url, crawl.now)
        if key is None:
            return False
        entry = target.lists[key]
        try:
            page = (await self._list(turns.ask_of(entry))).page
        except FetchError:
            return False
        if not await asyncio.to_thread(turns.as_then, page, entry, target.override):
            return False
        crawl.fetcher.listed = True
        crawl.read_whole[key] = {**entry, "asked": crawl.now.isoformat()}
        crawl.passed[key] = crawl.items = target.items_before
        return True

    async def _list(self, ask: Ask | str, referer: str = "") -> Answer:
        """A list page. A 304 is an answer only in a brief crawl of a source of which nobody owes: some servers give it for
        ever, and what is not there is told from whole crawls."""
        target = self._crawl.target
        return await self._crawl.fetcher.get(ask, referer, afresh=target.owing or not target.brief)

    async def column(self, page: Page, ask: Ask, depth: int) -> health.Verdict | None:
        """Read one list with its pages and the columns beneath it. Returns a verdict where the page is no list."""
        crawl = self._crawl
        crawl.lists.add(links.key(page.url))
        crawl.fetcher.listed = True
        taken = await asyncio.to_thread(take, page, ask, depth, crawl.target.override)
        step, family = taken.step, taken.family
        self._note_bare(page, ask)
        self._note_hidden(taken)
        if taken.is_report:
            await self._visitor.page_is_report(page)
        if family is None and not taken.beneath and not taken.is_report:
            return await self._as_drawn(
                page, ask, depth, "the page shows neither rows nor a known mark: a person must look"
            )
        nothing = not taken.own_rows and not taken.beneath and not taken.is_report and not step.asks
        if nothing and step.end.total != 0 and not pagers.says_empty(page) and step.end.pages is None:
            return await self._as_drawn(page, ask, depth, "the page shows no rows and does not say that it is empty")
        family = family or families.BY_NAME["static"]
        if depth == 0:
            crawl.family = family.name
        read = PagedList(family, page, list(step.asks), list(step.otherwise))
        taken.step.columns = taken.beneath
        read.add(step, ask)
        key, missed = ask.key, crawl.error
        if not taken.is_report or step.rows or step.asks:
            await self._to_the_end(read, key)
        if key in crawl.passed:
            crawl.items += crawl.passed[key]
        else:
            if missed == crawl.error:
                whole = turns.remembered(read, depth, crawl.now, taken.is_report)
                crawl.read_whole |= turns.in_parts(read, key, whole, crawl.season) or {key: whole}
            await self._visitor.open(read.found(), page, depth)
        settled = of_past_years(read.beneath, crawl.season) if crawl.target.brief else set()
        for column in read.beneath:
            known = crawl.target.lists.get(column.ask.key, {})
            if column.ask.key in crawl.lists:
                continue
            if "under" in known and (column.ask.key in settled or (crawl.target.brief and "no list" in known)):
                crawl.passed[column.ask.key] = int(known["under"])
                crawl.items += int(known["under"])
                continue
            before = crawl.items
            await self._beneath(column, depth)
            if column.ask.key in crawl.read_whole:
                crawl.read_whole[column.ask.key]["under"] = crawl.items - before
        return None

    async def _as_drawn(self, page: Page, ask: Ask, depth: int, why: str) -> health.Verdict | None:
        """A page that shows nothing, read as a browser draws it where the source wants that."""
        drawn = await self._crawl.draw(page)
        if drawn is not None:
            return await self.column(drawn, ask, depth)
        return health.Verdict("unknown-js", self._crawl.undrawn or why)

    def _note_bare(self, page: Page, ask: Ask) -> None:
        lacks = lacks_its_year(page, self._crawl.target.override)
        if lacks is not None:
            self._crawl.bare |= dict.fromkeys((ask.key, links.key(page.url)), lacks)

    def _note_hidden(self, taken: Taken) -> None:
        if taken.hidden:
            self._crawl.missed(f"only a script shows its {taken.hidden}")

    # -------------------------------------------------------------- the pages of a list

    async def _to_the_end(self, read: PagedList, key: str) -> None:
        """Read all further pages, and say whether that was all. They are passed over where the first is as it was when
        they were read last and would show what was added."""
        crawl = self._crawl
        while read.waiting or self._probe(read):
            before = crawl.target.lists.get(key, {})
            if crawl.target.brief and read.print and before.get("print") == read.print and len(read.pages) == 1:
                if read.shows_additions_first():
                    crawl.passed[key] = int(before["items"])
                    crawl.read_whole[key] = {**before, "asked": crawl.now.isoformat()}
                    return
                self._pass_over_past_years(read, key)
                if not read.waiting:
                    break
            ask = read.waiting.pop(0)
            if ask.key in crawl.lists:
                continue
            if len(crawl.lists) >= MAX_LIST_PAGES:
                crawl.missed(f"the source has more than {MAX_LIST_PAGES} list pages")
                break
            if not await self._page(read, ask):
                break
        for end in read.ends:
            if end.total is not None:
                crawl.stated = (crawl.stated or 0) + end.total
                break
        reason = read.unproven()
        if links.key(read.first.url) in crawl.drawn and not proves(read.ends):
            reason = reason or "a list that a script draws does not show where it ends"
        if reason:
            crawl.missed(reason)

    def _pass_over_past_years(self, read: PagedList, key: str) -> None:
        """Leave out the pages of past years where a list is one page a report year."""
        asked = [Column(ask, "") for ask in read.waiting if links.report_year(ask.url) is not None]
        past = of_past_years(asked, self._crawl.season)
        if past:
            read.waiting = [ask for ask in read.waiting if ask.key not in past]
            self._crawl.passed[f"{key} of past years"] = len(past)
            self._crawl.items += len(past)

    async def _page(self, read: PagedList, ask: Ask) -> bool:
        """One further page; False where the list cannot be read on."""
        number = len(read.pages) + 1
        try:
            page = (await self._list(ask, read.first.url)).page
        except FetchError as error:
            status = error.verdict.status
            if read.family.shows_itself and status in {"gone", "moved"} and not error.refused:
                self._crawl.bare[ask.key] = True  # of this year there is nothing; the others have pages of their own
                return True
            if read.probing or read.turn_to_otherwise(
                status == "gone" or (ask.method == "POST" and status == "unreachable")
            ):
                return True
            if read.family.expires and await self._again(read):
                return True
            self._crawl.missed(f"page {number} of the list: {error}")
            return False
        step = await asyncio.to_thread(read.family.read, page, ask)
        wrong = step.error or is_other_kind(page, ask)
        foreign = self._is_foreign(read, step.rows)
        shown = [*step.rows, *step.others]
        repeated = bool(shown) and row_keys(shown) in read.pages
        if (step.again or (repeated and read.family.expires)) and await self._again(read):
            return True
        if wrong or foreign or repeated or not shown:
            if read.probing or read.turn_to_otherwise((bool(shown) and not foreign) or ask.method == "POST"):
                return True
            if not wrong and not shown and not foreign and (step.end.last or step.asks):
                if read.family.shows_itself:
                    self._note_bare(page, ask)
                read.waiting += step.asks
                read.add(step, ask)
                return True
            if not read.is_whole():
                self._crawl.missed(wrong or f"page {number} of the list shows nothing that belongs to it")
            return False
        self._crawl.lists.add(ask.key)
        read.read.add(ask.key)
        read.add(step, ask)
        read.waiting += [one for one in step.asks if one.key not in self._crawl.lists]
        return True

    async def _again(self, read: PagedList) -> bool:
        """Begin a list anew, once; False where that was done already or its first page is not to be had."""
        if read.again:
            return False
        read.again = True
        ask = Ask(read.first.url)
        try:
            page = (await self._crawl.fetcher.get(ask, afresh=True)).page
        except FetchError:
            return False
        self._crawl.lists -= read.read
        read.begin_anew(await asyncio.to_thread(read.family.read, page, ask), ask)
        return True

    def _is_foreign(self, read: PagedList, rows: list[Listing]) -> bool:
        """Whether a page shows other things than the list's: its first page's rows lie beneath the column, none of these
        does."""
        within = links.folder(read.first.url)

        def inside(found: list[Listing]) -> bool:
            return any(row.url and links.key(row.url).startswith(within) for row in found)

        return bool(rows) and inside(list(read.rows.values())) and not inside(rows)

    def _probe(self, read: PagedList) -> bool:
        """Where a pager is there and nobody understands it, the usual names of page 2 are tried, a few. What they bring
        is read; that they bring nothing proves nothing."""
        if read.probing or not read.rows or not any(end.unread for end in read.ends) or len(read.pages) > 1:
            return False
        if not read.unproven():
            return False
        read.probing = True
        read.waiting += [Ask(url, referer=read.first.url, number=2) for url in probes(read.first.url)]
        return bool(read.waiting)

    # -------------------------------------------------------------- beneath and beside

    async def _beneath(self, column: Column, depth: int) -> None:
        """Read a column beneath the one that is being read."""
        crawl = self._crawl
        if len(crawl.lists) >= MAX_LIST_PAGES:
            crawl.missed(f"the source has more than {MAX_LIST_PAGES} list pages")
            return
        try:
            page = (await self._list(column.ask)).page
            if column.ask.expects == "page":
                page = await self._through_shells(page)
        except FetchError as error:
            was_there = column.ask.url in crawl.target.cached
            if MORE.match(column.title) or (not error.refused and (error.verdict.status != "gone" or was_there)):
                crawl.missed(f"column {column.title}: {error}")
            else:
                crawl.read_whole[column.ask.key] = dict(turns.NO_LIST)
            return
        if links.key(page.url) in crawl.lists or not (page.is_markup or column.ask.expects != "page"):
            crawl.read_whole[column.ask.key] = dict(turns.NO_LIST)
            return
        # A page beneath that is no list (a guide, a form) is nothing to worry about, unless it draws itself by script.
        verdict = await self.column(page, column.ask, depth + 1)
        if verdict is not None and not _OF_OTHERS.search(column.title):
            crawl.missed(f"column {column.title}: {verdict.reason}")
        elif verdict is not None:
            crawl.read_whole[column.ask.key] = dict(turns.NO_LIST)

    async def _newer_siblings(self) -> None:
        """Where the source is the column of one year, the columns of later years beside it: they appear in January under
        names that nobody can foretell."""
        crawl = self._crawl
        found = re.match(r"(.*/)([^/]*?(20\d\d)[^/]*)/(?:index\.s?html?)?$", crawl.target.url.partition("?")[0])
        if found is None:
            return
        parent, year = found.group(1), int(found.group(3))
        try:
            page = (await self._list(parent)).page
        except FetchError:
            return  # a parent that is no page of its own tells nothing
        for column in columns(page, []):
            tail = links.key(column.url or "").removeprefix(links.folder(page.url))
            years = {int(text) for text in re.findall(r"20\d\d", f"{column.title} {tail}")}
            if column.url and any(later > year for later in years) and links.key(column.url) not in crawl.lists:
                await self._beneath(Column(Ask(column.url), column.title), MAX_DEPTH - 1)

    async def _later_years(self) -> None:
        """Where the source is one page a report year, named in the query: the years after it, which it may not link yet.
        A page counts for the year that its text tells, whatever was asked for."""
        crawl = self._crawl
        asked = links.report_year(crawl.target.url)
        if asked is None:
            return
        for year in range(asked + 1, crawl.season + 1):
            url = links.of_report_year(crawl.target.url, year)
            if links.key(url) in crawl.lists:
                continue
            crawl.lists.add(links.key(url))
            try:
                page = (await self._list(url, crawl.target.url)).page
            except FetchError as error:
                if error.verdict.status != "gone":
                    crawl.missed(f"the page of {year}: {error}")
                continue
            if accept.is_report(page):
                await self._visitor.page_is_report(page)

    async def _through_shells(self, page: Page) -> Page:
        """Follow one meta refresh, one literal ``location`` assignment of a small page, and one frame of the same host
        that holds the list."""
        for target in (shells.refresh_of, shells.location_of):
            url = target(page)
            if url is not None and links.key(url) != links.key(page.url):
                page = (await self._list(url)).page
        given = self._crawl.target.override
        if families.recognise(page, given) is None and not accept.is_report(page):
            return await self._in_frames(page, given)
        return page

    async def _in_frames(self, page: Page, given: str) -> Page:
        """The first frame that holds a list; the page itself where none does. That one of them is not to be had says
        nothing of the others: only where no list is found does it count."""
        failed: FetchError | None = None
        for url in shells.frames_of(page):
            try:
                inner = (await self._list(url, page.url)).page
            except FetchError as error:
                failed = failed or error
                continue
            if families.recognise(inner, given) is not None:
                self._crawl.lists.add(links.key(page.url))  # the list inside may link to the page around it
                return inner
        if failed is not None:
            raise failed
        return page
