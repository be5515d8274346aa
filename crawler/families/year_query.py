"""One page a body and report year, the year in the query (``fbtime``, ``nbYear``): each year that the page offers is
asked for, and counts only where its text is of that year, for a year without a report may be answered with another's. A
page that offers none is asked for every year since reports are owed: nothing of it says which there are."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

from crawler import links
from crawler.families import articles
from crawler.families.base import Ask, End, Family, Step
from crawler.families.rows import base_of
from crawler.pages import Detail, Listing, Page
from reports.form.titles import title_zh
from reports.narrative.classify import classify

MAX_YEARS = 25  # reports are due since 2008
FIRST = 2008  # the first year that was reported on
HEADS = (title_zh(1), "行政复议")  # of the sections that every report has
_PERIOD = re.compile(r"(20\d\d)年1月1日.{0,4}(?:至|到|—|-|~|起).{0,8}12月31日")
_YEAR = re.compile(r"([?&](?:fbtime|nbYear)=)(\d{4})")


class YearQuery(Family):
    """The years that the page offers are all; each is asked for."""

    name = "year-query"
    ends = frozenset({"links"})
    shows_itself = True

    def claims(self, page: Page) -> bool:
        """The address names a year."""
        return _YEAR.search(page.url) is not None

    def begins(self, ask: Ask) -> bool:  # noqa: ARG002
        """Each year."""
        return True

    def read(self, page: Page, ask: Ask) -> Step:
        """The page of one year; the first one also tells which years there are. One without its year's report is whole
        all the same."""
        found = _of_year(page)
        years = [] if ask.value("offered") else _years(page) or _before(page)
        asks = [
            Ask(_YEAR.sub(rf"\g<1>{year}", page.url), referer=page.url, number=number, state=(("offered", "1"),))
            for number, year in enumerate(years, 2)
        ]
        return Step(found, asks, end=End(last=None if found else True))


def _years(page: Page) -> list[str]:
    """The other years that the page links or offers in a box."""
    here = _YEAR.search(page.url)
    own = here.group(2) if here else ""
    found = set()
    for link in page.tree.xpath("//a[@href]"):
        url = links.resolve(base_of(page), str(link.get("href")), page.charset)
        year = _YEAR.search(url or "")
        if url and year and _same_page(url, page.url):
            found.add(year.group(2))
    for option in page.tree.xpath("//option"):
        text = re.fullmatch(r"\s*((?:19|20)\d\d)\s*年?度?\s*", option.text_content())
        if text:
            found.add(text.group(1))
    return sorted((year for year in found if year != own), reverse=True)[:MAX_YEARS]


def _before(page: Page) -> list[str]:
    """The years before the page's own."""
    here = _YEAR.search(page.url)
    return [str(year) for year in range(int(here.group(2)) - 1, FIRST - 1, -1)][:MAX_YEARS] if here else []


def _same_page(url: str, other: str) -> bool:
    """Whether two addresses show one body's years: what both say beside the year (``area``) is the same. How a page is
    shown (``showType``) is often said by one of them only."""
    one, two = urlsplit(url), urlsplit(other)
    mine, others = dict(parse_qsl(one.query)), dict(parse_qsl(two.query))
    said = {name for name in mine.keys() & others.keys() if name not in {"fbtime", "nbYear"}}
    same_path = links.key(url.partition("?")[0]) == links.key(other.partition("?")[0])
    return same_path and all(mine[name] == others[name] for name in said)


def _of_year(page: Page) -> list[Listing]:
    asked = _YEAR.search(page.url)
    if asked is None:
        return []
    detail = articles.article(page)
    year = _year_held(detail)
    return [Listing(page.url, detail.title, detail.published_on)] if str(year) == asked.group(2) else []


def _year_held(detail: Detail) -> int | None:
    """The year whose report a page holds, as its text, or what it encloses; None where it holds none."""
    own = classify(detail.title)
    if all(head in detail.text for head in HEADS):
        period = _PERIOD.search(detail.text)
        return own.year or (int(period.group(1)) if period else None)
    if not detail.files and not detail.pictures:
        return None
    named = [own, *(classify(file.name) for file in detail.files)]
    return next((one.year for one in named if one.kind == "annual_report" and one.year is not None), None)


FAMILY = YearQuery()
