"""TRS WCM, statically published: the largest group of portals. Plain lists; the pager is a script call."""

from __future__ import annotations

from crawler.families import page_call
from crawler.families.base import Ask, Family, Step
from crawler.families.listed import is_list, listed
from crawler.pages import Page


class Trs(Family):
    """The pager's call states all pages; a page without one shows its links, or is the only one."""

    name = "trs"
    ends = frozenset({"total", "pages", "links"})

    def claims(self, page: Page) -> bool:
        """The marks also stand on articles: a list lists something, pages through something or says that it is empty."""
        return page_call.is_called(page) or is_list(page)

    def read(self, page: Page, ask: Ask) -> Step:
        """Rows of a page, and all further pages from the pager of the first."""
        return page_call.read(page, ask, listed(page))


FAMILY = Trs()
