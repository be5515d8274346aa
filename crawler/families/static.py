"""Plain lists: links in the markup, and whatever pager their page shows."""

from __future__ import annotations

from dataclasses import replace

from crawler import pagers
from crawler.families.base import Ask, Family, Step
from crawler.families.listed import listed, total_in_script
from crawler.pages import Page


class Static(Family):
    """No software's marks: what the page shows is all that is known."""

    name = "static"
    ends = frozenset({"total", "pages", "links"})

    def claims(self, page: Page) -> bool:
        """Links with dates or report titles in the markup, or a list that says that it is empty."""
        if listed(page):
            return True
        return pagers.says_empty(page) and bool(page.tree.xpath("//ul | //ol | //table | //dl"))

    def read(self, page: Page, ask: Ask) -> Step:
        """Rows and pager of a page."""
        found = listed(page)
        pager = pagers.read(page, ask, found)
        end = pager.end
        if end.total is None and end.pages is None and found and not pager.asks:
            end = replace(end, total=total_in_script(page))
        return Step(found, pager.asks, end=end)


FAMILY = Static()
