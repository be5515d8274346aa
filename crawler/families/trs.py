"""TRS WCM, statically published: the largest group of portals. Plain lists; the pager is a script call.

``createPageHTML(3, 0, "index", "shtml")`` tells three pages: index.shtml, index_1.shtml, index_2.shtml (page 2 is _1).
Some sites count from one (page 2 is index_2): their pager's own links, or its function, say so; where neither does, the
first address that is not there tells.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawler import links
from crawler.families import common
from crawler.pages import Detail, Listing, Page, Pager

NAME = "trs"
MAX_PAGES = 50
_CALL = re.compile(r"(function\s+)?\bcreatePage(?:HTML)?\s*\(([^()]*)\)")
_COUNT = re.compile(r"\bvar\s+countPage\s*=\s*['\"]?(\d+)")
_CURRENT = re.compile(r"\bvar\s+(?:currentPage|PageIndex|currPage)\s*=\s*['\"]?(\d+)", re.IGNORECASE)
_PLUS_ONE = re.compile(r"['\"]_['\"]\s*\+\s*\(?\s*\w+\s*\+\s*1\b")
_MARKS = re.compile(
    r"\bcreatePage(?:HTML)?\s*\(|var\s+countPage\s*=|TRS_Editor|trs_editor_view|TRS_UEDITOR|Custom_UnionStyle|"
    r"/t\d{8}_\d+\.s?html?|20\d{4}/t\d{8}_\d+"
)


@dataclass(frozen=True, slots=True)
class _Call:
    """What a pager's call states: pages, the current one, name and suffix of the page files."""

    count: int
    current: int | None
    name: str
    suffix: str


def recognise(page: Page) -> bool:
    """The pager's call, the editor's class, or article addresses ``YYYYMM/tYYYYMMDD_id.html``, in a page that lists
    something, pages through something or says that it is empty."""
    if not _MARKS.search(page.text):
        return False
    return _call(page) is not None or bool(listings(page)) or common.says_empty(page)


def listings(page: Page) -> list[Listing]:
    """The rows of a list page."""
    return common.rows(page) or common.hidden_rows(page)


def next_pages(page: Page) -> Pager:
    """All further pages, from the page's own pager; without one there is one page."""
    total = common.stated_total(page)
    call = _call(page)
    if call is None:
        following = common.next_link(page)
        return Pager([following] if following else [], total)
    if call.count < 2 or re.search(rf"/{re.escape(call.name)}_\d+\.{call.suffix}$", urlsplit(page.url).path):
        return Pager([], total)  # the first page has told them all
    from_zero = _addresses(page, call, range(1, min(call.count, MAX_PAGES)))
    from_one = _addresses(page, call, range(2, min(call.count, MAX_PAGES) + 1))
    if _counts_from_one(page, call):
        return Pager(from_one, total, from_zero)
    return Pager(from_zero, total, from_one)


def _addresses(page: Page, call: _Call, numbers: range) -> list[str]:
    base = common.base_of(page)
    found = (links.resolve(base, f"{call.name}_{number}.{call.suffix}") for number in numbers)
    return [url for url in found if url is not None]


def _counts_from_one(page: Page, call: _Call) -> bool:
    """Whether page 2 is ``_2``: by the pager's own links, else by the function that draws it, else by the page itself
    calling itself number 1."""
    shown = set()
    for link in page.tree.xpath("//a[@href]"):
        found = re.search(rf"(?:^|/){re.escape(call.name)}_(\d+)\.{call.suffix}$", str(link.get("href")))
        if found:
            shown.add(int(found.group(1)))
    if shown:
        return 1 not in shown
    return bool(_PLUS_ONE.search(page.text)) or call.current == 1


def _call(page: Page) -> _Call | None:
    for definition, arguments in _CALL.findall(page.text):
        if definition:
            continue
        values = [_value(page, argument.strip()) for argument in arguments.split(",")]
        numbers = [int(value) for value in values if value is not None and value.isdigit()]
        words = [value for value in values if value is not None and not value.isdigit()]
        if numbers and len(words) >= 2:
            return _Call(numbers[0], numbers[1] if len(numbers) > 1 else None, words[-2], words[-1].lstrip("."))
    counted = _COUNT.search(page.text)
    if counted is None:
        return None
    name, _, suffix = urlsplit(page.url).path.rpartition("/")[2].rpartition(".")
    current = _CURRENT.search(page.text)
    at = int(current.group(1)) if current else None
    return _Call(int(counted.group(1)), at, name or "index", suffix or "html")


def _value(page: Page, argument: str) -> str | None:
    """A literal, or the value that the page's script gives to a name."""
    literal = re.fullmatch(r"['\"]?([\w./-]+)['\"]?", argument)
    if literal is None:
        return None
    if argument[0] in "'\"" or argument.isdigit():
        return literal.group(1)
    given = re.search(rf"\b{re.escape(argument)}\s*=\s*['\"]?([\w./-]+)['\"]?\s*[;,\n]", page.text)
    return given.group(1) if given else None


def detail(page: Page) -> Detail:
    """An article."""
    return common.article(page)
