"""A list as it is being read, page by page, and what single pages of it say. Pure: answers in, data out."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace
from itertools import islice
from urllib.parse import urlsplit

from crawler import accept, elements, families, links, pagers, shells
from crawler.families import articles, years
from crawler.families.base import Ask, Column, End, Family, Step, unproven
from crawler.families.rows import base_of, columns, distinct, is_directory, row_key
from crawler.pager_words import MORE
from crawler.pages import Listing, Page
from reports.narrative.classify import classify

MAX_DEPTH = 3  # year, then group, then body
_BOXES = 40  # of a page whose 更多 is looked at
_BOX, _LINKS, _OTHERS = 6, 200, 3  # elements above it, links in each, other links of one that is no box of rows yet
MAX_PROBES = 4  # one for each name that a page's number goes by


@dataclass(slots=True)
class Taken:
    """A page read as a list."""

    family: Family | None
    step: Step
    is_report: bool
    beneath: list[Column]
    own_rows: int  # rows that can be the column's: what an empty frame shows beside it is the site's news
    hidden: str = ""  # years or groups that only a script shows


@dataclass(slots=True)
class PagedList:
    """One list being read, page by page."""

    family: Family
    first: Page
    waiting: list[Ask]
    otherwise: list[Ask]
    rows: dict[str, Listing] = field(default_factory=dict)
    others: dict[str, Listing] = field(default_factory=dict)  # rows of other columns that it shows as well
    pages: list[frozenset[str]] = field(default_factory=list)
    ends: list[End] = field(default_factory=list)
    beneath: list[Column] = field(default_factory=list)
    read: set[str] = field(default_factory=set)  # keys of its pages
    probing: bool = False
    again: bool = False  # whether it was begun anew
    opening: Ask | None = None  # the request that showed its first rows, or its columns where it has none
    on_first: bool = False  # whether that was the column's own page
    print: str = ""  # of its first rows and of all that was said with them: another one where anything was added
    alone: str = ""  # the same of that one answer
    parts: dict[str, tuple[Ask, str]] = field(default_factory=dict)  # by key: the request of each and its print
    parted: bool = True  # whether each part shows by itself what is added to it

    def add(self, step: Step, ask: Ask) -> None:
        """Take over what an answer says."""
        self.ends.append(step.end)
        self._note_part(step, ask)
        self.beneath += step.columns
        shown = [*step.rows, *step.others]
        if not self.pages and (shown or step.columns):
            self.opening, self.on_first = ask, len(self.ends) == 1
            self.print, self.alone = print_of(step, self.beneath), print_of(step, step.columns)
        if shown:
            self.pages.append(row_keys(shown))
            self.rows |= {row_key(row): row for row in step.rows if row_key(row) not in self.rows}
            self.others |= {row_key(row): row for row in step.others if row_key(row) not in self.others}

    def _note_part(self, step: Step, ask: Ask) -> None:
        if not self.family.begins(ask):
            return
        self.parts[ask.key] = ask, print_of(step, step.columns)
        if any(not self.family.begins(one) for one in step.asks):
            self.parted = self.parted and _newest_first(step.rows)

    def found(self) -> list[Listing]:
        """The list's own rows: those of other columns where it shows no others, for then it is called otherwise than its
        articles."""
        return distinct((self.rows or self.others).values())

    def unproven(self) -> str:
        """Why it is not proven that the list was read to its end; empty where it is."""
        ends = self.ends
        if self.others and any(end.pages is not None for end in ends):
            # What is filed in several columns is counted in each, and shown once.
            ends = [replace(end, total=None) for end in ends]
        return unproven(self.family, ends, len(self.rows) + len(self.others), len(self.pages))

    def begin_anew(self, step: Step, ask: Ask) -> None:
        """Read from the first page, which says this now; what was found so far stays found."""
        self.again, self.probing = True, False
        self.waiting, self.otherwise = list(step.asks), list(step.otherwise)
        self.pages.clear()
        self.ends.clear()
        self.add(step, ask)

    def turn_to_otherwise(self, sensible: bool) -> bool:
        """Take the vendor's other numbering, if the very first further page was not there under this one."""
        if not sensible or not self.otherwise or len(self.pages) > 1:
            return False
        self.waiting, self.otherwise = self.otherwise, []
        return True

    def shows_additions_first(self) -> bool:
        """Whether a row that is added anywhere changes what its first page shows: it states how many there are, or the
        newest stand first. Lists with rows pinned on top or in no order are read on."""
        if any(end.total is not None for end in self.ends):
            return True
        return _newest_first(list(self.rows.values()))

    def is_whole(self) -> bool:
        """Whether as many items came as the list states."""
        totals = [end.total for end in self.ends if end.total is not None]
        return bool(totals) and len(self.rows) + len(self.others) >= max(totals)


def _newest_first(rows: list[Listing]) -> bool:
    days = [row.listed_on for row in rows]
    dated = [day for day in days if day is not None]
    return len(dated) == len(days) > 1 and dated == sorted(dated, reverse=True) and dated[0] > dated[-1]


def print_of(step: Step, columns_: list[Column]) -> str:
    """What an answer says and which columns lie beneath: the same for the same."""
    rows = [(row_key(row), row.title, str(row.listed_on)) for row in [*step.rows, *step.others]]
    further = [ask.key for ask in [*step.asks, *step.otherwise]]
    beneath = [(column.ask.key, column.title) for column in columns_]
    state = repr((rows, further, beneath, (step.end.total, step.end.pages, step.end.last)))
    return hashlib.sha256(state.encode()).hexdigest()


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
        found += [row for row in whole_lists(page, step.rows) if row.url and links.key(row.url) not in pages]
        beneath = [*step.columns, *(Column(Ask(row.url, referer=page.url), row.title) for row in found if row.url)]
    step.columns = []
    shown_by = (("years", years.by_script), ("groups", years.groups_by_script)) if not alone else ()
    found_by = ((name, by_script(page, step.rows)) for name, by_script in shown_by)
    hidden = next((f"{name} {', '.join(parts[:6])}" for name, parts in found_by if parts), "")
    return Taken(family, step, report, beneath, sum(_is_own(row, page) for row in step.rows), hidden)


def whole_lists(page: Page, listed: list[Listing]) -> list[Listing]:
    """What 更多 leads to where a box shows no more than the first rows of a list: told by the box, which holds reports."""
    known = {row_key(row) for row in listed}
    reports = {row_key(row) for row in listed if classify(row.title).kind in {"annual_report", "legacy_report"}}
    out: dict[str, Listing] = {}
    links_on = (link for link in page.tree.iter("a") if reports and MORE.match(elements.label_of(link)))
    for link in islice(links_on, _BOXES):
        url = links.resolve(base_of(page), str(link.get("href") or ""), page.charset)
        if url is None or links.key(url) in known | {links.key(page.url)}:
            continue
        for above in islice(link.iterancestors(), _BOX):
            beside = [str(one.get("href") or "") for one in islice(above.iter("a"), _LINKS)]
            shown = {links.key(to) for href in beside if (to := links.resolve(base_of(page), href, page.charset))}
            if above.tag == "body":
                break
            if shown & reports:
                out.setdefault(links.key(url), Listing(url, elements.label_of(link)))
            if shown & known or len(shown) > _OTHERS:
                break
    return list(out.values())


def proves(ends: list[End]) -> bool:
    """Whether a list itself says where it ends, in figures or as its last page."""
    return any(end.total is not None or end.pages is not None or end.last for end in ends)


def _is_own(row: Listing, page: Page) -> bool:
    """Whether a row lies beneath the column, cannot be told from its address, or speaks of a report."""
    classified = classify(row.title)
    if row.url is None or classified.kind in {"annual_report", "legacy_report", "interpretation", "website_report"}:
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


def is_other_kind(page: Page, ask: Ask) -> str:
    """Markup where data was asked for is an error page, whatever its status."""
    if ask.expects in {"json", "xml"} and page.is_markup and b"<record" not in page.body[:20_000]:
        return f"a page in place of the {ask.expects} that {ask.url} answers with"
    return ""


def row_keys(rows: list[Listing]) -> frozenset[str]:
    """What tells a page of rows from another."""
    return frozenset(row_key(row) for row in rows)


def like_column(row: Listing, page: Page) -> bool:
    """Whether a row leads to a column beneath rather than to an article: a directory below the page's own."""
    return row.url is not None and is_directory(row.url) and links.key(row.url).startswith(links.folder(page.url))


def lacks_its_year(page: Page, given: str = "") -> bool | None:
    """Of a page by year that has no report of its year: whether it says so itself, by another year's or as an empty one.
    None where it has its report, or is no such page."""
    family = families.recognise(page, given)
    if family is None or not family.shows_itself or family.read(page, Ask(page.url)).rows:
        return None
    return accept.is_report(page) or pagers.says_empty(page)


def lists_below(page: Page) -> bool:
    """Whether a page lists what lies beneath it: a column, no article."""
    if not page.is_markup or accept.is_report(page):
        return False
    within = links.folder(page.url)
    family = families.recognise(page)
    rows = family.read(page, Ask(page.url)).rows if family else []
    return any(row.url and links.key(row.url).startswith(within) for row in [*rows, *columns(page, rows)])


def lists_reports(page: Page) -> bool:
    """Whether a page is a list of reports and no article with a list beside it."""
    family = families.recognise(page)
    rows = family.read(page, Ask(page.url)).rows if family else []
    reports = [row for row in rows if classify(row.title).kind == "annual_report"]
    detail = articles.article(page)
    prose = sum(len(p.text_content().strip()) for p in articles.container(page).xpath(".//p"))
    return len(reports) >= 2 and prose < 200 and not detail.files and not detail.pictures
