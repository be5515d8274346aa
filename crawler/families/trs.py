"""TRS WCM, statically published: the largest group of portals. Plain lists; the pager is a script call.

``createPageHTML(3, 0, "index", "shtml")`` tells three pages: index.shtml, index_1.shtml, index_2.shtml (page 2 is _1).
"""

from __future__ import annotations

import re

from crawler.families import common
from crawler.links import resolve
from crawler.pages import Detail, Listing, Page, Pager

NAME = "trs"
MAX_PAGES = 50
_PAGER = re.compile(
    r"createPage(?:HTML)?\s*\(\s*['\"]?(\d+)['\"]?\s*,\s*['\"]?\d+['\"]?\s*,\s*['\"]([\w./-]+)['\"]\s*,\s*['\"](\w+)['\"]"
)
_COUNT = re.compile(r"var\s+countPage\s*=\s*(\d+)")
_MARKS = re.compile(
    r"createPage(?:HTML)?\s*\(|TRS_Editor|trs_editor_view|TRS_UEDITOR|/t\d{8}_\d+\.s?html?|/20\d{4}/t\d{8}_\d+"
)


def recognise(page: Page) -> bool:
    """The pager's call, the editor's class, or article addresses ``YYYYMM/tYYYYMMDD_id.html``."""
    return bool(_MARKS.search(page.text))


def listings(page: Page) -> list[Listing]:
    """The rows of a list page."""
    return list(common.rows(page))


def next_pages(page: Page) -> Pager:
    """All further pages, from the page's own pager; without one there is one page."""
    found = _PAGER.search(page.text)
    if found:
        count, name, suffix = int(found.group(1)), found.group(2), found.group(3)
    else:
        counted = _COUNT.search(page.text)
        if counted is None:
            return Pager()
        count, name, suffix = int(counted.group(1)), "index", "html"
    urls = [resolve(page.url, f"{name}_{number}.{suffix}") for number in range(1, min(count, MAX_PAGES))]
    return Pager([url for url in urls if url is not None])


def detail(page: Page) -> Detail:
    """An article."""
    return common.article(page)
