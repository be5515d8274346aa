"""EasySite's eportal: pages are asked for by ``currentPage`` and the id of the module that draws the list.

A link of the pager calls a script with its address as an argument, and bears the address in ``tagname`` as well; a hidden
field states the pages."""

from __future__ import annotations

import re

from crawler import links, pagers
from crawler.families.base import MAX_PAGES, Ask, End, Family, Step
from crawler.families.listed import is_list, listed
from crawler.families.rows import base_of
from crawler.pages import Page

_CALLED = re.compile(r"queryArticleByCondition\s*\(\s*this\s*,\s*['\"]([^'\"]+)['\"]")
_NUMBER = re.compile(r"([?&]currentPage=)\d+")
_FILE = re.compile(r"(?<=-)\d+(?=\.html?$)")  # published lists: ``{uuid}-2.html``


class Eportal(Family):
    """The pager states the pages (共N页, or a hidden field)."""

    name = "eportal"
    ends = frozenset({"total", "pages", "links"})

    def claims(self, page: Page) -> bool:
        """A list, or one that says that it is empty."""
        return is_list(page)

    def read(self, page: Page, ask: Ask) -> Step:
        """Rows, and every page that the pager states, by the address of one that it names."""
        found = listed(page)
        pager = pagers.read(page, ask, found)
        stated = page.tree.xpath("//input[@totalpage]/@totalpage")
        pages = int(stated[0]) if stated and str(stated[0]).isdigit() else pager.end.pages
        example = _example(page)
        if pages is None or example is None:
            return Step(found, pager.asks, end=End(pager.end.total, pages, unread=pager.end.unread))
        asks = []
        if ask.number == 1:
            asks = [
                Ask(_numbered(example, number), referer=page.url, number=number)
                for number in range(2, min(pages, MAX_PAGES) + 1)
            ]
        return Step(found, asks, end=End(pager.end.total, pages))


def _example(page: Page) -> str | None:
    """The address of some further page, as the pager names it."""
    named = [str(value) for value in page.tree.xpath("//a/@tagname")]
    called = [match for code in page.tree.xpath("//@onclick") for match in _CALLED.findall(str(code))]
    linked = [str(href) for href in page.tree.xpath("//a/@href") if _NUMBER.search(str(href))]
    for address in [*named, *called, *linked]:
        if _NUMBER.search(address) or _FILE.search(address):
            return links.resolve(base_of(page), address, page.charset)
    return None


def _numbered(example: str, number: int) -> str:
    if _NUMBER.search(example):
        return _NUMBER.sub(rf"\g<1>{number}", example)
    return _FILE.sub(str(number), example)


FAMILY = Eportal()
