"""Shaanxi's former disclosure software (``iList.jsp``): pages are asked for by ``cur_page``; the pager's form states them."""

from __future__ import annotations

import re

from crawler.families import numbered
from crawler.families.base import Ask, Family, Step
from crawler.families.listed import is_list
from crawler.pages import Page

_NUMBER = re.compile(r"([?&]cur_page=)\d*")


class IList(Family):
    """共N页 in the pager's form."""

    name = "ilist"
    ends = frozenset({"total", "pages", "links"})

    def claims(self, page: Page) -> bool:
        """A list, or one that says that it is empty."""
        return is_list(page)

    def read(self, page: Page, ask: Ask) -> Step:
        """Rows, and every page that is stated."""
        return numbered.read(page, ask, _address)


def _address(page: Page, number: int) -> str | None:
    if _NUMBER.search(page.url):
        return _NUMBER.sub(rf"\g<1>{number}", page.url)
    return f"{page.url}&cur_page={number}" if "iList.jsp?" in page.url else None


FAMILY = IList()
