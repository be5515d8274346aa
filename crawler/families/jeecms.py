"""JEECMS: addresses end in ``.jhtml``; page 2 of a column is ``index_2.jhtml``, and its pager states items and pages."""

from __future__ import annotations

import re

from crawler.families import numbered
from crawler.families.base import Ask, Family, Step
from crawler.families.listed import is_list
from crawler.pages import Page

_FILE = re.compile(r"/(\w*?[A-Za-z])?(?:_\d+)?\.jhtml$")


class Jeecms(Family):
    """共N条记录 1/M页."""

    name = "jeecms"
    ends = frozenset({"total", "pages", "links"})

    def claims(self, page: Page) -> bool:
        """A list, or one that says that it is empty."""
        return is_list(page)

    def read(self, page: Page, ask: Ask) -> Step:
        """Rows, and every page that is stated."""
        return numbered.read(page, ask, _address)


def _address(page: Page, number: int) -> str | None:
    path, _, query = page.url.partition("?")
    if query:
        return None
    if path.endswith("/"):
        return f"{path}index_{number}.jhtml"
    found = _FILE.search(path)
    return f"{path[: found.start()]}/{found.group(1) or 'index'}_{number}.jhtml" if found else None


FAMILY = Jeecms()
