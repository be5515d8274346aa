"""A portal: its columns, their pages, its articles, laid out as a family's software does. Families change what they must."""

from __future__ import annotations

import posixpath
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from html import escape
from typing import ClassVar

from demo.simulator.content import Entry
from demo.simulator.server import Answer, Request, Traffic
from demo.simulator.style import Style

Maker = Callable[[], Answer]
NOT_FOUND = "您访问的页面不存在"


@dataclass(slots=True)
class Column:
    """A column: its directory, its name, what it lists, the columns beneath. ``since``: the day on which it appears."""

    slug: str
    name: str
    number: int
    entries: list[Entry] = field(default_factory=list)
    children: list[Column] = field(default_factory=list)
    parent: Column | None = None
    since: date | None = None
    is_report: bool = False  # its page is its only entry

    @property
    def path(self) -> str:
        """The directories down to it, without slashes at the ends."""
        return f"{self.parent.path}/{self.slug}" if self.parent else self.slug

    def walk(self) -> Iterator[Column]:
        """It and all beneath."""
        yield self
        for child in self.children:
            yield from child.walk()

    def add(self, child: Column) -> Column:
        """Put a column beneath."""
        child.parent = self
        self.children.append(child)
        return child


@dataclass(frozen=True, slots=True)
class Duty:
    """A line of the register: where the reports of these bodies are to be looked for."""

    url: str
    agencies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Truth:
    """A report that stands on a portal on a day; ``reachable`` is false where no reader could get to it."""

    agency: str
    year: int
    published_on: date
    title: str
    url: str
    reachable: bool = True


class Site:
    """One portal. ``today`` is set by whoever runs it; ``traps`` change its answers."""

    family: ClassVar[str] = "static"
    shapes: ClassVar[tuple[str, ...]] = ()  # of columns that it can show; none named: all
    static_lists: ClassVar[bool] = True  # list pages are files with validators
    static_articles: ClassVar[bool] = True

    def __init__(self, name: str, root: Column, duties: list[tuple[Column, tuple[str, ...]]], seed: int) -> None:
        self.name, self.root, self.seed = name, root, seed
        self.rng = random.Random(seed)
        self.style = Style.of(self.rng)
        self.today = date(2025, 3, 1)
        self.base = ""
        self.traffic = Traffic()
        self.robots: str | None = None
        self.broken: Callable[[Request], Answer | None] | None = None  # asked before all else
        self.after: Callable[[Request, Answer], Answer] | None = None  # changes every other answer
        self.per_page = self.rng.choice((4, 5, 6))
        self._duties = duties
        self._paths: dict[str, Maker] = {}
        self._paths_of: date | None = None

    # ------------------------------------------------------------------ what is true

    def duties(self) -> list[Duty]:
        """The register's lines for this portal."""
        return [Duty(self.base + self.column_path(column), names) for column, names in self._duties]

    def truth(self) -> list[Truth]:
        """The reports that stand here today."""
        out = []
        for column in self.columns():
            for index, entry in enumerate(self.listed(column)):
                if entry.kind == "report":
                    there = self.column_path(column) if column.is_report else self.article_path(column, entry)
                    url = entry.outside or self.base + there
                    reachable = not entry.outside and self.reachable(column, index)
                    out.append(Truth(entry.agency, entry.year, entry.day, entry.title, url, reachable))
        return out

    def reachable(self, column: Column, index: int) -> bool:
        """Whether any reader can get to the entry at this place of the list."""
        return True

    def columns(self) -> list[Column]:
        """The columns that are there today."""
        gone = [c for c in self.root.walk() if c.since is not None and c.since > self.today]
        hidden = {id(inner) for column in gone for inner in column.walk()}
        return [column for column in self.root.walk() if id(column) not in hidden]

    def listed(self, column: Column) -> list[Entry]:
        """The entries of a column today, newest first."""
        shown = [entry for entry in column.entries if entry.shown(self.today)]
        return sorted(shown, key=lambda entry: (entry.day, entry.number), reverse=True)

    def paged(self, column: Column) -> list[list[Entry]]:
        """The same in pages; at least one."""
        found = self.listed(column)
        return [found[i : i + self.per_page] for i in range(0, len(found), self.per_page)] or [[]]

    # ------------------------------------------------------------------ what a family decides

    def column_path(self, column: Column) -> str:
        """The address of a column."""
        return f"/{column.path}/"

    def page_path(self, column: Column, number: int) -> str:
        """The address of page ``number`` (from 1) of a column."""
        return self.column_path(column) + ("" if number == 1 else f"index_{number}.html")

    def article_path(self, column: Column, entry: Entry) -> str:
        """The address of an article."""
        return f"/{column.path}/content/{entry.number}.html"

    def file_path(self, column: Column, entry: Entry) -> str:
        """The address of an article's file."""
        assert entry.file is not None
        return posixpath.dirname(self.article_path(column, entry)) + f"/{entry.file[0]}"

    def list_block(self, column: Column, number: int) -> str:
        """The list of one page, with its pager."""
        pages = self.paged(column)
        where = self.page_path(column, number)
        rows = [self.row(column, entry, where) for entry in pages[number - 1]]
        total = sum(map(len, pages))
        return self.style.list_of(rows) + "\n" + self.pager(column, number, len(pages), total)

    def pager(self, column: Column, number: int, pages: int, total: int) -> str:
        """The pager of a page."""
        links = [(str(n), self.href(self.page_path(column, number), self.page_path(column, n))) for n in _to(pages)]
        return self.style.pager(links, number, total) if pages > 1 else ""

    def head(self, column: Column) -> str:
        """What the family puts into the head of a list page."""
        return ""

    def endpoint(self, request: Request) -> Answer | None:
        """What the family answers besides pages and files."""
        return None

    def body_of(self, entry: Entry, text: str) -> str:
        """The element that holds the article."""
        return f'<div class="article" id="content">{text}</div>'

    # ------------------------------------------------------------------ markup

    def href(self, here: str, there: str) -> str:
        """A link, in the way in which this portal writes links."""
        path, mark, query = there.partition("?")
        if self.style.links == "absolute":
            return self.base + there
        if self.style.links == "scheme-less":
            return f"{self.base.removeprefix('http:')}{there}"
        if self.style.links == "relative":
            start = here.partition("?")[0].rpartition("/")[0] or "/"
            end = "/" if path.endswith("/") and posixpath.relpath(path, start) != "." else ""
            return "./" + posixpath.relpath(path, start) + end + mark + query
        return there

    def row(self, column: Column, entry: Entry, here: str) -> str:
        """One row of a list."""
        there = self.article_path(column, entry)
        if entry.file is not None and not entry.html:
            there = self.file_path(column, entry)
        return self.style.row(entry.outside or self.href(here, there), entry.title, entry.day)

    def shell(self, title: str, inner: str, head: str = "", here: str = "/") -> bytes:
        """A page around something."""
        return self.style.page(self.name, title, inner, head, self._navigation(here), self.traffic.requests)

    def _navigation(self, here: str) -> list[tuple[str, str]]:
        out = [("首页", "/"), ("机构概况", "/jggk/"), ("政务公开", "/zwgk/")]
        out += [(self.root.name, self.column_path(self.root))]
        out += [("政府工作报告", "/zwgk/gzbg/"), ("法治政府建设年度报告", "/zwgk/fzzf/")]
        return [(name, self.href(here, path)) for name, path in out]

    def column_page(self, column: Column, number: int) -> Answer:
        """A list page, or the report where the column is one."""
        if column.is_report and (shown := self.listed(column)):
            return self.article_page(column, shown[0])
        here = self.page_path(column, number)
        there = {id(c) for c in self.columns()}
        beneath = [c for c in column.children if id(c) in there]
        tree = self.style.tree([(c.name, self.href(here, self.column_path(c))) for c in beneath])
        block = self.list_block(column, number) if column.entries or not beneath else ""
        title = f"{column.name}"
        head = f'<meta name="ColumnName" content="{escape(column.name)}">' + self.head(column)
        return self._html(self.shell(title, tree + block, head, here), static=self.static_lists)

    def article_page(self, column: Column, entry: Entry) -> Answer:
        """An article."""
        text = entry.text(self.today)
        if entry.file is not None:
            href = self.href(self.article_path(column, entry), self.file_path(column, entry))
            text += f'<p>附件：<a href="{escape(href)}">{escape(entry.file[0])}</a></p>'
        inner = self.style.article(entry.title, self.shown_date(entry), self.body_of(entry, text), entry.agency)
        head = self.style.metadata(entry.title, self.shown_date(entry), self.name)
        page = self.shell(entry.title, inner, head, self.article_path(column, entry))
        return self._html(page, static=self.static_articles)

    def shown_date(self, entry: Entry) -> date:
        """The day that the article's page shows."""
        return entry.day

    def _html(self, data: bytes, static: bool) -> Answer:
        return Answer(data, self.style.media_type, static=static)

    # ------------------------------------------------------------------ answers

    def answer(self, request: Request) -> Answer:
        """The answer to one request."""
        if self.broken is not None and (broken := self.broken(request)) is not None:
            return broken
        answer = self._answer(request)
        return self.after(request, answer) if self.after is not None else answer

    def _answer(self, request: Request) -> Answer:
        if request.path == "/robots.txt":
            known = self.robots is not None
            return Answer((self.robots or "").encode(), "text/plain", 200 if known else 404)
        special = self.endpoint(request)
        if special is not None:
            return special
        maker = self.paths().get(request.target) or self.paths().get(request.target.partition("?")[0])
        return maker() if maker else self.not_found()

    def not_found(self) -> Answer:
        """What a wrong address answers."""
        return Answer(self.shell("404", f"<p>{NOT_FOUND}</p>"), status=404)

    def paths(self) -> dict[str, Maker]:
        """Every address that answers today."""
        if self._paths_of != self.today:
            self._paths = dict(self._all_paths())
            self._paths_of = self.today
        return self._paths

    def _all_paths(self) -> Iterator[tuple[str, Maker]]:
        yield "/", lambda: self._html(self.shell(self.name, "<p>欢迎访问</p>"), static=True)
        for column in self.columns():
            yield from self.paths_of(column)

    def paths_of(self, column: Column) -> Iterator[tuple[str, Maker]]:
        """The addresses of one column."""
        for number in _to(len(self.paged(column))):
            yield self.page_path(column, number), lambda c=column, n=number: self.column_page(c, n)  # type: ignore[misc]
        for entry in self.listed(column):
            if entry.html and not column.is_report:
                yield self.article_path(column, entry), lambda c=column, e=entry: self.article_page(c, e)  # type: ignore[misc]
            if entry.file is not None:
                data = entry.file[1]
                yield self.file_path(column, entry), lambda d=data: Answer(d, "application/pdf", static=True)  # type: ignore[misc]


def _to(count: int) -> range:
    return range(1, count + 1)
