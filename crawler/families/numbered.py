"""Lists that the server writes out page by page, whose further pages differ from the first by a number alone. Shared by
the vendors that page so; which part of an address is the number is theirs to say."""

from __future__ import annotations

from collections.abc import Callable

from crawler import links, pagers
from crawler.families.base import MAX_PAGES, Ask, End, Step
from crawler.families.listed import listed
from crawler.pages import Page


def read(page: Page, ask: Ask, address: Callable[[Page, int], str | None]) -> Step:
    """Rows and further pages: those that the page links; where it states more than it links, ``address`` names the rest.
    None of it where the page's address cannot be told: then its pager is as good as any."""
    found = listed(page)
    pager = pagers.read(page, ask, found)
    pages = pager.end.pages
    made: list[Ask] = []
    if ask.number == 1 and pages is not None and pages > 1:
        for number in range(2, min(pages, MAX_PAGES) + 1):
            url = address(page, number)
            if url is not None and links.key(url) != links.key(page.url):
                made.append(Ask(url, referer=page.url, number=number))
    if len(made) < (pages or 1) - 1 or len(pager.asks) >= len(made):
        return Step(found, pager.asks, end=pager.end)
    return Step(found, made, end=End(pager.end.total, pages))
