"""A portal of given items on the simulator's server: one column, its pages, its articles and files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from html import escape

from demo.simulator.server import Answer, Network, Request, Traffic

COLUMN = "/zwgk/zfxxgknb/"
Paths = dict[str, Answer]


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a column: its title in the list, its day, and what stands behind it.

    ``body`` is the HTML of an article; ``file`` (name, bytes) makes the entry lead straight to a file, or, with a body,
    hangs it to the article. ``until`` is the last day on which the entry is listed."""

    title: str
    day: date
    body: str = ""
    file: tuple[str, bytes] | None = None
    since: date | None = None
    until: date | None = None


class Portal:
    """One portal: a site name, its column's items. ``today`` decides what is there; ``broken`` answers everything."""

    def __init__(self, name: str, items: list[Item], per_page: int = 20) -> None:
        self.name, self.items, self.per_page = name, items, per_page
        self.today: date | None = None
        self.robots: str | None = None
        self.broken: Answer | None = None
        self.base = ""
        self.traffic = Traffic()

    @property
    def column(self) -> str:
        """The address of the report column."""
        return f"{self.base}{COLUMN}"

    @property
    def visits(self) -> Counter[str]:
        """Requests by path."""
        return self.traffic.visits

    @property
    def conditional(self) -> Counter[str]:
        """Those that were answered 304."""
        return self.traffic.conditional

    def listed(self) -> list[Item]:
        """The entries on this day, newest first."""
        today = self.today
        kept = [
            item
            for item in self.items
            if today is None or ((item.since or item.day) <= today and (item.until is None or today <= item.until))
        ]
        return sorted(kept, key=lambda item: (item.day, item.title), reverse=True)

    def paths(self) -> Paths:
        """Every path that answers on this day."""
        out: Paths = {}
        items = self.listed()
        pages = [items[i : i + self.per_page] for i in range(0, len(items), self.per_page)] or [[]]
        numbers = {id(item): index for index, item in enumerate(self.items, 1)}
        for number, shown in enumerate(pages, 1):
            rows = "\n".join(self._row(item, numbers[id(item)]) for item in shown)
            following = f'<a href="index_{number + 1}.html">下一页</a>' if number < len(pages) else ""
            pager = f'<div class="pages">共{len(items)}条 {following}</div>'
            html = self._shell(f"{self.name} 政府信息公开年报", f'<ul class="list">\n{rows}\n</ul>\n{pager}')
            out[COLUMN + ("" if number == 1 else f"index_{number}.html")] = Answer(html)
        for item in items:
            out |= self._of_item(item, f"{COLUMN}content/{numbers[id(item)]}.html")
        out["/"] = Answer(self._shell(self.name, f'<a href="{COLUMN}">政府信息公开年报</a>'))
        return out

    def _of_item(self, item: Item, path: str) -> Paths:
        out: Paths = {}
        link = ""
        if item.file is not None:
            name, data = item.file
            kind = "application/pdf" if name.endswith(".pdf") else "application/octet-stream"
            out[f"{path.rpartition('/')[0]}/{name}"] = Answer(data, kind)
            link = f'<p>附件：<a href="./{escape(name)}">{escape(name)}</a></p>'
        if item.body:
            head = (
                f'<meta name="ArticleTitle" content="{escape(item.title)}"><meta name="PubDate" content="{item.day}">'
                f'<meta name="SiteName" content="{escape(self.name)}">'
            )
            text = f'<div class="TRS_Editor">{item.body}{link}</div>'
            inner = f"<h1>{escape(item.title)}</h1><p>发布日期：{item.day}</p>{text}"
            out[path] = Answer(self._shell(item.title, inner, head))
        return out

    def _row(self, item: Item, number: int) -> str:
        href = f"content/{item.file[0]}" if item.file is not None and not item.body else f"content/{number}.html"
        title = escape(item.title)
        return f'<li><a href="./{escape(href)}" title="{title}">{title}</a><span>{item.day}</span></li>'

    def _shell(self, title: str, inner: str, head: str = "") -> bytes:
        html = (
            f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(title)}_{escape(self.name)}</title>'
            f'{head}</head><body><div class="nav"><a href="/">首页</a></div>{inner}'
            f'<div class="foot">访问量：{self.traffic.requests}</div></body></html>'
        )
        return html.encode()

    def at(self, path: str) -> Answer:
        """The answer to a path (without its query)."""
        if self.broken is not None:
            return self.broken
        if path == "/robots.txt":
            return Answer((self.robots or "").encode(), "text/plain", 200 if self.robots else 404)
        return self.paths().get(path, Answer(self._shell("404", "<p>您访问的页面不存在</p>"), status=404))

    def answer(self, request: Request) -> Answer:
        """The answer to one request; whole pages and files carry validators."""
        answer = self.at(request.target.partition("?")[0])
        return replace(answer, static=answer.status == 200)


class Silent:
    """A portal that takes connections and hangs up without a word."""

    def __init__(self) -> None:
        self.base = ""
        self.traffic = Traffic()

    def answer(self, request: Request) -> Answer:
        """Nothing."""
        return Answer(b"", manner="reset")


class Portals(Network):
    """All portals of a test; a context that stops them at its end."""

    def put(self, portal: Portal) -> Portal:
        """Serve a portal on a port of its own."""
        self.add(portal)
        return portal

    def add_silent(self) -> str:
        """The column's address of a portal that hangs up."""
        return self.add(Silent()) + COLUMN


@contextmanager
def forbidden() -> Iterator[tuple[str, Callable[[], int]]]:
    """An address that nobody may contact, and a function that says how many did."""
    portal = Portal("不得访问", [])
    with Portals() as portals:
        portals.add(portal)
        yield portal.base, lambda: portal.traffic.requests
