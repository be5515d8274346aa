"""TRS with lists that its search draws: ``/was5/web/search`` and ``/igs/front/search`` answer JSON, page by page; elsewhere
a ``…_list.jsp`` answers JSONP with a total."""

from __future__ import annotations

import re

from crawler import links
from crawler.families import data
from crawler.families.base import MAX_PAGES, Ask, End, Family, Step
from crawler.families.rows import base_of
from crawler.pages import Page

_CALL = re.compile(
    r"[\"']((?:https?:)?[^\"'\s]{0,200}(?:/was5/web/search|/igs/front/search(?:/list\.html|\.jhtml)?|trssearch/v2/searchAll\.do|"
    r"_list\.jsp(?=\?[^\"'\s]{0,600}callback=))\?[^\"'\s]{1,1200})[\"']"
)
_PAGE = re.compile(r"([?&](?:page|pageNumber|pageIndex|pageNo|pagenum)=)\d*", re.IGNORECASE)


class TrsSearch(Family):
    """The answer states pages or items."""

    name = "trs-search"
    ends = frozenset({"total", "pages"})

    def claims(self, page: Page) -> bool:
        """The page calls the search by a whole address."""
        return bool(_CALL.search(page.searchable))

    def read(self, page: Page, ask: Ask) -> Step:
        """The column's page asks for the first page of the search; that one for the others."""
        if not ask.value("call"):
            call = _CALL.search(page.searchable)
            url = links.resolve(base_of(page), call.group(1).replace("&amp;", "&")) if call else None
            if url is None:
                return Step(end=End(unread="its list is drawn by a search"))
            return Step([], [_page(url, 1, page.url)])
        answer = data.parsed(page)
        if not isinstance(answer, dict) or not data.has_list(answer):
            return Step(error="the search answers no list")
        found = data.listings(answer, ask.referer)
        pages, total = answer.get("pagenum"), data.total_of(answer)
        pages = int(pages) if isinstance(pages, int | str) and str(pages).isdigit() else None
        size = len(found)
        if pages is None and total is not None and size:
            pages = -(-total // size)
        asks = []
        if ask.number == 1 and pages:
            asks = [_page(ask.value("call"), n, ask.referer) for n in range(2, min(pages, MAX_PAGES) + 1)]
        return Step(found, asks, end=End(total, pages, last=not found or None))


def _page(call: str, number: int, referer: str) -> Ask:
    url = _PAGE.sub(rf"\g<1>{number}", re.sub(r"callback=\?", "callback=result", call))
    if not _PAGE.search(call):
        url = f"{call}&page={number}"
    return Ask(url, referer=referer, expects="json", number=number, state=(("call", call),))


FAMILY = TrsSearch()
