"""Lists whose pager is a script call that states their pages: TRS's, and what other vendors took over from it.

``createPageHTML(3, 0, "index", "shtml")`` tells three pages: index.shtml, index_1.shtml, index_2.shtml (page 2 is _1).
Some sites count from one (page 2 is index_2): their pager's own links, or its function, say so; where neither does, the
first address that is not there tells."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawler import links, pagers
from crawler.families.base import MAX_PAGES, Ask, End, Step
from crawler.families.rows import base_of
from crawler.pages import Listing, Page

MOST = MAX_PAGES // 2  # each is asked under two addresses
_CALL = re.compile(r"(function\s+)?\bcreatePage(?:HTML)?\s*\(([^()]*)\)")
_COUNT = re.compile(r"\bvar\s+countPage\s*=\s*['\"]?(\d+)")
_CURRENT = re.compile(r"\bvar\s+(?:currentPage|PageIndex|currPage)\s*=\s*['\"]?(\d+)", re.IGNORECASE)
_PLUS_ONE = re.compile(r"['\"]_['\"]\s*\+\s*\(?\s*\w+\s*\+\s*1\b")


@dataclass(frozen=True, slots=True)
class _Call:
    """What a pager's call states: pages, the current one, name and suffix of the page files."""

    count: int
    current: int | None
    name: str
    suffix: str


def is_called(page: Page) -> bool:
    """Whether the page calls such a pager."""
    return _call(page) is not None


def read(page: Page, ask: Ask, found: list[Listing]) -> Step:
    """The rows and all further pages: by the call, which the first page tells them all with, else by links."""
    call = _call(page)
    if call is None:
        pager = pagers.read(page, ask, found)
        return Step(found, pager.asks, end=pager.end)
    end = End(pagers.stated_total(page), call.count)
    further = re.search(rf"/{re.escape(call.name)}_\d+\.{call.suffix}$", urlsplit(page.url).path)
    if call.count < 2 or ask.number > 1 or further:
        return Step(found, end=end)
    from_zero = _addresses(page, call, range(1, min(call.count, MOST)))
    from_one = _addresses(page, call, range(2, min(call.count, MOST) + 1))
    if _counts_from_one(page, call):
        return Step(found, from_one, from_zero, end=end)
    return Step(found, from_zero, from_one, end=end)


def _addresses(page: Page, call: _Call, numbers: range) -> list[Ask]:
    base = base_of(page)
    found = (links.resolve(base, f"{call.name}_{number}.{call.suffix}") for number in numbers)
    return [Ask(url, referer=page.url, number=n) for n, url in enumerate(found, 2) if url is not None]


def _counts_from_one(page: Page, call: _Call) -> bool:
    """Whether page 2 is ``_2``: by the pager's own links, else by the function that draws it, else by the page itself
    calling itself number 1."""
    current = set()
    for link in page.tree.xpath("//a[@href]"):
        found = re.search(rf"(?:^|/){re.escape(call.name)}_(\d+)\.{call.suffix}$", str(link.get("href")))
        if found:
            current.add(int(found.group(1)))
    if current:
        return 1 not in current
    return bool(_PLUS_ONE.search(page.searchable)) or call.current == 1


def _call(page: Page) -> _Call | None:
    for definition, arguments in _CALL.findall(page.searchable):
        if definition:
            continue
        values = [_value(page, argument.strip()) for argument in arguments.split(",")]
        numbers = [int(value) for value in values if value is not None and value.isdigit()]
        words = [value for value in values if value is not None and not value.isdigit()]
        if numbers and len(words) >= 2:
            return _Call(numbers[0], numbers[1] if len(numbers) > 1 else None, words[-2], words[-1].lstrip("."))
    counted = _COUNT.search(page.searchable)
    if counted is None:
        return None
    name, _, suffix = urlsplit(page.url).path.rpartition("/")[2].rpartition(".")
    current = _CURRENT.search(page.searchable)
    at = int(current.group(1)) if current else None
    return _Call(int(counted.group(1)), at, name or "index", suffix or _suffix_of_articles(page))


def _suffix_of_articles(page: Page) -> str:
    """What the page's articles end in: a site publishes its lists in the same form."""
    found = re.search(r"/t(?:\d{8}_)?\d+\.(s?html?)[\"']", page.searchable)
    return found.group(1) if found else "html"


def _value(page: Page, argument: str) -> str | None:
    """A literal, or the value that the page's script gives to a name."""
    literal = re.fullmatch(r"['\"]?([\w./-]+)['\"]?", argument)
    if literal is None:
        return None
    if argument[0] in "'\"" or argument.isdigit():
        return literal.group(1)
    given = re.search(rf"\b{re.escape(argument)}\s*=\s*['\"]?([\w./-]+)['\"]?\s*[;,\n]", page.searchable)
    return given.group(1) if given else None
