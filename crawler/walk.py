"""From the address of a source through its list, the pages of it and the columns beneath, to how the look ended.

Whether a list was read to its end is a result (``families.base.unproven``), never an assumption."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from urllib.parse import urlsplit

from crawler import accept, families, health, links, pagers, shells
from crawler.families.base import Ask, Column, unproven
from crawler.families.rows import columns, distinct
from crawler.fetch import Answer, Trouble
from crawler.lists import MAX_DEPTH, PagedList, Taken, is_other_kind, marks, of_past_years, probes, proves, take
from crawler.look import Look
from crawler.pages import Listing, Page
from crawler.record import Recorder
from crawler.visit import Visitor

MAX_LIST_PAGES = 120  # of a source, all its columns together
NO_LIST = {"print": "", "items": 0, "no list": True}  # what is remembered of a page beneath that is none

# What a column that holds no reports is called.
_OF_OTHERS = re.compile(
    r"指南|依申请|申请|制度|机构|职能|政策|法规|规章|文件|目录|须知|联系|地图|声明|意见箱|信箱|人事|预决算|预算|决算|监督|互动|服务|新闻|"
    r"动态|公告|规划|政府工作报告|法治政府|网站|首页|领导|建议|提案|采购|双公开|权责|清单|解读|回应"
)


class Walk:
    """One look at one source."""

    def __init__(self, look: Look, recorder: Recorder, visitor: Callable[[Walk], Visitor]) -> None:
        self._look = look
        self._recorder = recorder
        self._visitor = visitor(self)

    async def read(self) -> health.Verdict:
        """Read the source. Raises Trouble and Enough for what ends a look early."""
        look = self._look
        before = max(look.target.items_before, len(look.target.known))
        ask = Ask(look.target.url)
        try:
            page = await self._through_shells((await self._list(ask)).page)
        except Trouble as trouble:
            return health.of_list(trouble.verdict, before)
        if foreign := health.why_not_governments(page):
            return health.Verdict("moved", foreign)
        # What stands behind the hash is sent to nobody; the pages of some software go by it all the same.
        node = urlsplit(look.target.url).fragment
        verdict = await self.column(page, Ask(f"{page.url}#{node}" if node else page.url), 0)
        if verdict is not None:
            return verdict
        await self._newer_siblings()
        await self._later_years()
        if not look.trouble:
            await self._visitor.others()
        return health.of_look(look.items, before, look.trouble, look.changed)

    async def _list(self, ask: Ask | str, referer: str = "") -> Answer:
        """A list page. A 304 is an answer only in a brief look at a source of which nobody owes: some servers give it for
        ever, and what is not there is told from whole looks."""
        target = self._look.target
        return await self._look.fetcher.get(ask, referer, afresh=target.owing or not target.brief)

    async def column(self, page: Page, ask: Ask, depth: int) -> health.Verdict | None:
        """Read one list with its pages and the columns beneath it. Returns a verdict where the page is no list."""
        look = self._look
        look.lists.add(links.key(page.url))
        look.fetcher.listed = True
        taken = await asyncio.to_thread(take, page, ask, depth, look.target.override)
        step, family = taken.step, taken.family
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
            look.family = family.name
        read = PagedList(family, page, list(step.asks), list(step.otherwise), beneath=taken.beneath)
        read.add(step)
        key, missed = ask.key, look.trouble
        if not taken.is_report or step.rows or step.asks:
            await self._to_the_end(read, key)
        if key in look.passed:
            look.items += look.passed[key]
        else:
            if missed == look.trouble:
                look.read_whole[key] = {"print": read.print, "items": len(read.rows)}
            await self._visitor.open(distinct(read.rows.values()), page, depth)
        settled = of_past_years(read.beneath, look.season) if look.target.brief else set()
        for column in read.beneath:
            known = look.target.lists.get(column.ask.key, {})
            if column.ask.key in look.lists:
                continue
            if "under" in known and (column.ask.key in settled or (look.target.brief and "no list" in known)):
                look.passed[column.ask.key] = int(known["under"])
                look.items += int(known["under"])
                continue
            before = look.items
            await self._beneath(column, depth)
            if column.ask.key in look.read_whole:
                look.read_whole[column.ask.key]["under"] = look.items - before
        return None

    async def _as_drawn(self, page: Page, ask: Ask, depth: int, why: str) -> health.Verdict | None:
        """A page that shows nothing, read as a browser draws it where the source wants that."""
        drawn = await self._look.draw(page)
        if drawn is not None:
            return await self.column(drawn, ask, depth)
        return health.Verdict("unknown-js", self._look.undrawn or why)

    def _note_hidden(self, taken: Taken) -> None:
        if taken.hidden:
            self._look.missed(f"only a script shows its years {taken.hidden}")

    # -------------------------------------------------------------- the pages of a list

    async def _to_the_end(self, read: PagedList, key: str) -> None:
        """Read all further pages, and say whether that was all. They are passed over where the first is as it was when
        they were read last and would show what was added."""
        look = self._look
        while read.waiting or self._probe(read):
            read.take_print()
            before = look.target.lists.get(key, {})
            if look.target.brief and read.print and before.get("print") == read.print and len(read.seen) == 1:
                if read.shows_additions_first():
                    look.passed[key] = int(before["items"])
                    return
                self._pass_over_past_years(read, key)
                if not read.waiting:
                    break
            ask = read.waiting.pop(0)
            if ask.key in look.lists:
                continue
            if len(look.lists) >= MAX_LIST_PAGES:
                look.missed(f"the source has more than {MAX_LIST_PAGES} list pages")
                break
            if not await self._page(read, ask):
                break
        read.take_print()
        for end in read.ends:
            if end.total is not None:
                look.stated = (look.stated or 0) + end.total
                break
        reason = unproven(read.family, read.ends, len(read.rows), len(read.seen))
        if links.key(read.first.url) in look.drawn and not proves(read.ends):
            reason = reason or "a list that a script draws does not show where it ends"
        if reason:
            look.missed(reason)

    def _pass_over_past_years(self, read: PagedList, key: str) -> None:
        """Leave out the pages of past years where a list is one page a report year."""
        asked = [Column(ask, "") for ask in read.waiting if links.report_year(ask.url) is not None]
        past = of_past_years(asked, self._look.season)
        if past:
            read.waiting = [ask for ask in read.waiting if ask.key not in past]
            self._look.passed[f"{key} of past years"] = len(past)
            self._look.items += len(past)

    async def _page(self, read: PagedList, ask: Ask) -> bool:
        """One further page; False where the list cannot be read on."""
        number = len(read.seen) + 1
        try:
            page = (await self._list(ask, read.first.url)).page
        except Trouble as trouble:
            status = trouble.verdict.status
            if read.probing or read.turn_to_otherwise(
                status == "gone" or (ask.method == "POST" and status == "unreachable")
            ):
                return True
            if read.family.expires and await self._again(read):
                return True
            self._look.missed(f"page {number} of the list: {trouble}")
            return False
        step = await asyncio.to_thread(read.family.read, page, ask)
        fault = step.fault or is_other_kind(page, ask)
        foreign = self._is_foreign(read, step.rows)
        repeated = bool(step.rows) and marks(step.rows) in read.seen
        if (step.again or (repeated and read.family.expires)) and await self._again(read):
            return True
        if fault or foreign or repeated or not step.rows:
            if read.probing or read.turn_to_otherwise((bool(step.rows) and not foreign) or ask.method == "POST"):
                return True
            if not fault and not step.rows and not foreign and (step.end.last or step.asks):
                read.waiting += step.asks
                read.ends.append(step.end)
                return True
            if not read.is_whole():
                self._look.missed(fault or f"page {number} of the list shows nothing that belongs to it")
            return False
        self._look.lists.add(ask.key)
        read.read.add(ask.key)
        read.add(step)
        read.waiting += [one for one in step.asks if one.key not in self._look.lists]
        return True

    async def _again(self, read: PagedList) -> bool:
        """Begin a list anew, once; False where that was done already or its first page is not to be had."""
        if read.again:
            return False
        read.again = True
        ask = Ask(read.first.url)
        try:
            page = (await self._look.fetcher.get(ask, afresh=True)).page
        except Trouble:
            return False
        self._look.lists -= read.read
        read.begin_anew(await asyncio.to_thread(read.family.read, page, ask))
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
        if read.probing or not read.rows or not any(end.unread for end in read.ends) or len(read.seen) > 1:
            return False
        read.probing = True
        read.waiting += [Ask(url, referer=read.first.url, number=2) for url in probes(read.first.url)]
        return bool(read.waiting)

    # -------------------------------------------------------------- beneath and beside

    async def _beneath(self, column: Column, depth: int) -> None:
        """Read a column beneath the one that is being read."""
        look = self._look
        if len(look.lists) >= MAX_LIST_PAGES:
            look.missed(f"the source has more than {MAX_LIST_PAGES} list pages")
            return
        try:
            page = (await self._list(column.ask)).page
            if column.ask.expects == "page":
                page = await self._through_shells(page)
        except Trouble as trouble:
            was_there = column.ask.url in look.target.memory
            if not trouble.refused and (trouble.verdict.status != "gone" or was_there):
                look.missed(f"column {column.title}: {trouble}")
            else:
                look.read_whole[column.ask.key] = dict(NO_LIST)
            return
        if links.key(page.url) in look.lists or not (page.is_markup or column.ask.expects != "page"):
            look.read_whole[column.ask.key] = dict(NO_LIST)
            return
        # A page beneath that is no list (a guide, a form) is nothing to worry about, unless it draws itself by script.
        verdict = await self.column(page, column.ask, depth + 1)
        if verdict is not None and not _OF_OTHERS.search(column.title):
            look.missed(f"column {column.title}: {verdict.reason}")
        elif verdict is not None:
            look.read_whole[column.ask.key] = dict(NO_LIST)

    async def _newer_siblings(self) -> None:
        """Where the source is the column of one year, the columns of later years beside it: they appear in January under
        names that nobody can foretell."""
        look = self._look
        found = re.match(r"(.*/)([^/]*?(20\d\d)[^/]*)/(?:index\.s?html?)?$", look.target.url.partition("?")[0])
        if found is None:
            return
        parent, year = found.group(1), int(found.group(3))
        try:
            page = (await self._list(parent)).page
        except Trouble:
            return  # a parent that is no page of its own tells nothing
        for column in columns(page, []):
            tail = links.key(column.url or "").removeprefix(links.folder(page.url))
            years = {int(text) for text in re.findall(r"20\d\d", f"{column.title} {tail}")}
            if column.url and any(later > year for later in years) and links.key(column.url) not in look.lists:
                await self._beneath(Column(Ask(column.url), column.title), MAX_DEPTH - 1)

    async def _later_years(self) -> None:
        """Where the source is one page a report year, named in the query: the years after it, which it may not link yet.
        A page counts for the year that its text tells, whatever was asked for."""
        look = self._look
        asked = links.report_year(look.target.url)
        if asked is None:
            return
        for year in range(asked + 1, look.season + 1):
            url = links.of_report_year(look.target.url, year)
            if links.key(url) in look.lists:
                continue
            look.lists.add(links.key(url))
            try:
                page = (await self._list(url, look.target.url)).page
            except Trouble as trouble:
                if trouble.verdict.status != "gone":
                    look.missed(f"the page of {year}: {trouble}")
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
        given = self._look.target.override
        if families.recognise(page, given) is None and not accept.is_report(page):
            for url in shells.frames_of(page):
                inner = (await self._list(url, page.url)).page
                if families.recognise(inner, given) is not None:
                    self._look.lists.add(links.key(page.url))  # the list inside may link to the page around it
                    return inner
        return page
