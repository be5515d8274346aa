"""博达 Visual SiteBuilder: static lists whose pages are numbered backwards, the last one ``name/1.htm``.

The numbers of all pages shift as soon as the list grows, so addresses are never computed: each page's own links are
followed. Where the list grew between two answers, what moved over a page's end stands on a page that neither linked: the
list is read again from its start, once."""

from __future__ import annotations

import re

from crawler import pagers
from crawler.families.base import Ask, End, Family, Step
from crawler.families.listed import is_list, listed
from crawler.pages import Page

_PAGES = re.compile(r"_simple_list_gotopage_fun\s*\(\s*['\"]?(\d{1,5})")
_OFF = "//*[contains(@class, 'p_next_d')]"


class Vsb(Family):
    """The jump box states the pages, even where nothing else does; a next page greyed out does not count."""

    name = "vsb"
    ends = frozenset({"total", "pages", "last", "links"})

    def claims(self, page: Page) -> bool:
        """The marks stand on every page of the site: a list lists something, or says that it is empty."""
        return is_list(page)

    def read(self, page: Page, ask: Ask) -> Step:
        """Rows, and the pages that this one links."""
        found = listed(page)
        pager = pagers.read(page, ask, found)
        called = _PAGES.search(page.searchable)
        pages = int(called.group(1)) if called else pager.end.pages
        before = ask.value("pages")
        asks = [_with_pages(one, pages) for one in pager.asks]
        unread = pager.end.unread
        if pages is not None and pages > 1 and not asks and ask.number == 1:
            unread = unread or f"it states {pages} pages and links none"
        last = True if page.tree.xpath(_OFF) and pages is None else None
        grown = bool(before) and pages is not None and before != str(pages)
        return Step(found, asks, end=End(pager.end.total, pages, last, unread), again=grown)


def _with_pages(ask: Ask, pages: int | None) -> Ask:
    return Ask(
        ask.url, ask.method, ask.form, ask.json, ask.referer, ask.headers, ask.expects, ask.tokens, ask.number,
        (("pages", str(pages or "")),),
    )  # fmt: skip


FAMILY = Vsb()
