"""From the address of a source through its list, the pages of it and the columns beneath, to how the look ended.

Whether a list was read to its end is a result (``families.base.unproven``), never an assumption."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from crawler import accept, families, health, links, pagers, shells, titles
from crawler.families.base import Ask, Column, End, Family, Step, unproven
from crawler.families.rows import columns, distinct, mark, years_by_script
from crawler.fetch import Answer, Trouble
from crawler.look import Look
from crawler.pages import Listing, Page
from crawler.record import Recorder
from crawler.visit import Visitor

MAX_LIST_PAGES = 120  # of a source, all its columns together
MAX_DEPTH = 3  # year, then group, then body
MAX_PROBES = 4
NO_LIST = {"print": "", "items": 0, "no list": True}  # what is remembered of a page beneath that is none

# What a column that holds no reports is called.
_OF_OTHERS = re.compile(
    r"指南|依申请|申请|制度|机构|职能|政策|法规|规章|文件|目录|须知|联系|地图|声明|意见箱|信箱|人事|预决算|预算|决算|监督|互动|服务|新闻|"
    r"动态|公告|规划|政府工作报告|法治政府|网站|首页|领导|建议|提案|采购|双公开|权责|清单|解读|回应"
)


@dataclass(slots=True)
class Taken:
    """A page read as a list."""

    family: Family | None
    step: Step
    is_report: bool
    beneath: list[Column]
    own_rows: int  # rows that can be the column's: what an empty frame shows beside it is the site's news
    hidden: str = ""  # years that only a script shows


@dataclass(slots=True)
class _List:
    """One list being read, page by page."""

    family: Family
    first: Page
    waiting: list[Ask]
    otherwise: list[Ask]
    rows: dict[str, Listing] = field(default_factory=dict)
    seen: list[frozenset[str]] = field(default_factory=list)
    ends: list[End] = field(default_factory=list)
    beneath: list[Column] = field(default_factory=list)
    read: set[str] = field(default_factory=set)  # keys of its pages
    probing: bool = False
    again: bool = False  # whether it was begun anew
    print: str = ""  # of its first rows and of all that was said with them: another one where anything was added

    def add(self, step: Step) -> None:
        """Take over what an answer says."""
        self.ends.append(step.end)
        self.beneath += step.columns
        if step.rows:
            self.seen.append(_marks(step.rows))
            self.rows |= {mark(row): row for row in step.rows if mark(row) not in self.rows}

    def begin_anew(self, step: Step) -> None:
        """Read from the first page, which says this now; what was found so far stays found."""
        self.again, self.probing = True, False
        self.waiting, self.otherwise = list(step.asks), list(step.otherwise)
        self.seen.clear()
        self.ends.clear()
        self.add(step)

    def turn_to_otherwise(self, sensible: bool) -> bool:
        """Take the vendor's other numbering, if the very first further page was not there under this one."""
        if not sensible or not self.otherwise or len(self.seen) > 1:
            return False
        self.waiting, self.otherwise = self.otherwise, []
        return True

    def take_print(self) -> None:
        """Note how the list begins, as soon as rows are there."""
        if self.rows and not self.print:
            rows = [(mark(row), row.title, str(row.listed_on)) for row in self.rows.values()]
            further = [ask.key for ask in [*self.waiting, *self.otherwise]]
            columns = [(column.ask.key, column.title) for column in self.beneath]
            said = repr((rows, further, columns, [(end.total, end.pages, end.last) for end in self.ends]))
            self.print = hashlib.sha256(said.encode()).hexdigest()

    def shows_additions_first(self) -> bool:
        """Whether a row that is added anywhere changes what its first page shows: it states how many there are, or the
        newest stand first. Lists with rows pinned on top or in no order are read on."""
        if any(end.total is not None for end in self.ends):
            return True
        days = [row.listed_on for row in self.rows.values()]
        dated = [day for day in days if day is not None]
        return len(dated) == len(days) > 1 and dated == sorted(dated, reverse=True) and dated[0] > dated[-1]

    def is_whole(self) -> bool:
        """Whether as many items came as the list states."""
        totals = [end.total for end in self.ends if end.total is not None]
        return bool(totals) and len(self.rows) >= max(totals)


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
        read = _List(family, page, list(step.asks), list(step.otherwise), beneath=taken.beneath)
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

    async def _to_the_end(self, read: _List, key: str) -> None:
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
        if links.key(read.first.url) in look.drawn and not _proves(read.ends):
            reason = reason or "a list that a script draws does not show where it ends"
        if reason:
            look.missed(reason)

    def _pass_over_past_years(self, read: _List, key: str) -> None:
        """Leave out the pages of past years where a list is one page a report year."""
        asked = [Column(ask, "") for ask in read.waiting if links.report_year(ask.url) is not None]
        past = of_past_years(asked, self._look.season)
        if past:
            read.waiting = [ask for ask in read.waiting if ask.key not in past]
            self._look.passed[f"{key} of past years"] = len(past)
            self._look.items += len(past)

    async def _page(self, read: _List, ask: Ask) -> bool:
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
        fault = step.fault or _is_other_kind(page, ask)
        foreign = self._is_foreign(read, step.rows)
        repeated = bool(step.rows) and _marks(step.rows) in read.seen
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

    async def _again(self, read: _List) -> bool:
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

    def _is_foreign(self, read: _List, rows: list[Listing]) -> bool:
        """Whether a page shows other things than the list's: its first page's rows lie beneath the column, none of these
        does."""
        within = links.folder(read.first.url)

        def inside(found: list[Listing]) -> bool:
            return any(row.url and links.key(row.url).startswith(within) for row in found)

        return bool(rows) and inside(list(read.rows.values())) and not inside(rows)

    def _probe(self, read: _List) -> bool:
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


_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")
YEARS_OPEN = (
    2  # of the columns of years, the youngest ones that are read each time: reports are filed late, or in last year's
)


def of_past_years(columns_: list[Column], season: int) -> set[str]:
    """The keys of those columns in which nothing is filed any more: named for years before the youngest ones."""
    years: dict[str, int] = {}
    for column in columns_:
        tail = urlsplit(column.ask.url).path.rstrip("/").rpartition("/")[2]
        asked = links.report_year(column.ask.url)
        named = [str(asked)] if asked else _YEAR.findall(column.title) or _YEAR.findall(tail)
        if named:
            years[column.ask.key] = max(map(int, named))
    still = {*sorted(set(years.values()))[-YEARS_OPEN:], season, season + 1}
    return {key for key, year in years.items() if year not in still}


Opener = Callable[[Page, Ask, int], Awaitable[health.Verdict | None]]


def take(page: Page, ask: Ask, depth: int, given: str = "") -> Taken:
    """A page read as a list: its family (``given`` where a person set it), what that says, the columns beneath. Runs in a
    thread: a list may be long."""
    family = families.recognise(page, given)
    step = family.read(page, ask) if family else Step()
    alone = family is not None and family.shows_itself
    report = bool(step.rows) if alone else accept.is_report(page)
    if report:
        within = links.folder(page.url)  # the frame of a report page lists other things
        step.rows = [row for row in step.rows if row.url and links.key(row.url).startswith(within)]
    beneath: list[Column] = []
    if depth < MAX_DEPTH and not alone:
        pages = {one.key for one in [*step.asks, *step.otherwise]}
        found = [row for row in columns(page, step.rows) if row.url and links.key(row.url) not in pages]
        if links.report_year(page.url) is not None:
            found = [row for row in found if links.report_year(row.url or "") is None]  # pages of years, no columns
        beneath = [*step.columns, *(Column(Ask(row.url, referer=page.url), row.title) for row in found if row.url)]
    step.columns = []
    hidden = ", ".join(years_by_script(page, step.rows)[:6]) if not alone else ""
    return Taken(family, step, report, beneath, sum(_is_own(row, page) for row in step.rows), hidden)


def _proves(ends: list[End]) -> bool:
    """Whether a list itself says where it ends, in figures or as its last page."""
    return any(end.total is not None or end.pages is not None or end.last for end in ends)


def _is_own(row: Listing, page: Page) -> bool:
    """Whether a row lies beneath the column, cannot be told from its address, or speaks of a report."""
    told = titles.told(row.title)
    if row.url is None or told.kind in {"annual_report", "legacy_report", "interpretation", "website_report"}:
        return True
    if not shells.is_shell(page):
        return True
    return links.key(row.url).startswith(links.folder(page.url)) and links.folder(page.url).count("/") > 1


def probes(url: str) -> list[str]:
    """The usual addresses of a list's second page, by what its first is called."""
    path, _, query = url.partition("?")
    folder, _, name = path.rpartition("/")
    stem, _, suffix = name.rpartition(".")
    stem, suffix = (stem, suffix) if stem else ("index", "html")
    if query or suffix in {"jsp", "aspx", "php", "do", "action"}:
        joined = f"{url}&" if query else f"{url}?"
        return [f"{joined}{name}=2" for name in ("page", "pageNo", "currentPage", "pageIndex")][:MAX_PROBES]
    return [f"{folder}/{stem}_{number}.{suffix}" for number in (1, 2)] + [f"{path}?page=2", f"{path}?pageNo=2"]


def _is_other_kind(page: Page, ask: Ask) -> str:
    """Markup where data was asked for is an error page, whatever its status."""
    if ask.expects in {"json", "xml"} and page.is_markup and b"<record" not in page.body[:20_000]:
        return f"a page in place of the {ask.expects} that {ask.url} answers with"
    return ""


def _marks(rows: list[Listing]) -> frozenset[str]:
    return frozenset(mark(row) for row in rows)
