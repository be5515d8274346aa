"""Plain static lists: links in the markup, the next page behind 下一页."""

from __future__ import annotations

from crawler.families import common
from crawler.pages import Detail, Listing, Page, Pager

NAME = "static"


def recognise(page: Page) -> bool:
    """Links with dates or report titles in the markup, or a list that says that it is empty; no other family's mark."""
    return bool(listings(page)) or (common.says_empty(page) and bool(page.tree.xpath("//ul | //ol | //table | //dl")))


def listings(page: Page) -> list[Listing]:
    """The rows of a list page."""
    return common.rows(page) or common.hidden_rows(page)


def next_pages(page: Page) -> Pager:
    """The page behind 下一页, and the total where the page states one (共N条)."""
    following = common.next_link(page)
    return Pager([following] if following else [], common.stated_total(page))


def detail(page: Page) -> Detail:
    """An article."""
    return common.article(page)
