"""Plain static lists: links in the markup, the next page behind 下一页."""

from __future__ import annotations

import re

from crawler.families import common
from crawler.pages import Detail, Listing, Page, Pager

NAME = "static"


def recognise(page: Page) -> bool:
    """Links with dates or report titles in the markup, and no mark of another family."""
    return any(True for _ in common.rows(page))


def listings(page: Page) -> list[Listing]:
    """The rows of a list page."""
    return list(common.rows(page))


def next_pages(page: Page) -> Pager:
    """The page behind 下一页, and the total where the page states one (共N条)."""
    following = common.next_link(page)
    stated = re.search(r"共\s*(\d+)\s*条", page.tree.text_content())
    total = int(stated.group(1)) if stated else None
    return Pager([following] if following and following != page.url else [], total)


def detail(page: Page) -> Detail:
    """An article."""
    return common.article(page)
