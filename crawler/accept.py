"""The gate: what may become a version of a document. Only a text that is a report of that body and year replaces one that
is known; whatever else answers at its address (a firewall's page, a login form, 系统繁忙, a front page, another year's
text) leaves it standing, and the crawl is not whole."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from crawler import titles
from crawler.families import articles
from crawler.pages import Detail, Page
from reports.form.titles import telling
from reports.narrative.classify import Classification, classify
from reports.text import years_in

# report: it is one. empty: the article is there, without text or file. other: another publication. nothing: none at all.
Found = Literal["report", "empty", "other", "nothing"]

_REPORTS = frozenset({"annual_report", "legacy_report"})
_SPEAKS_OF_IT = re.compile(
    r"(政府|政务)?信息公开(工作)?(情况)?(年度|年)(工作)?(报告|报)|总体情况.{0,4000}(行政复议|依申请公开)", re.DOTALL
)
_PERIOD = re.compile(r"(20\d\d)年1月1日.{0,4}(?:至|到|—|-|~|起).{0,8}12月31日")
_SUBSTANCE = 100  # characters of an article that is one


@dataclass(frozen=True, slots=True)
class Judged:
    """What an answer is: ``year`` as far as it tells, ``agency`` as its title names it."""

    found: Found
    year: int | None = None
    agency: str | None = None

    def stands_for(self, classified: Classification) -> bool:
        """Whether it can be the report that a row speaks of: no other year's."""
        return self.found == "report" and (classified.year is None or self.year is None or classified.year == self.year)


def shows_report(text: str) -> bool:
    """Whether a text holds a report itself: the headings of its six sections."""
    bare = re.sub(r"\s+", "", text)
    return sum(head in bare for head in telling()) >= 3


def is_report(page: Page) -> bool:
    """Whether a page holds a report itself."""
    return shows_report(articles.container(page).text_content())


def of_article(detail: Detail, classified: Classification) -> Judged:
    """What an article is. ``classified`` is what the list's title says of it: an article that is little but files is the
    report where title or list says so."""
    own = classify(detail.title)
    year = own.year or _year_of(detail.text)
    enclosed = bool(detail.files or detail.pictures)
    says = own.kind in _REPORTS or bool(_SPEAKS_OF_IT.search(detail.text))
    if shows_report(detail.text):
        return Judged("report", year, own.agency)
    if not enclosed and 2 * detail.linked >= len(detail.text) > 0:
        # A list, a front page, a box of links: whatever its titles say, it is no article.
        return Judged("other" if len(detail.text) >= _SUBSTANCE else "nothing", year, own.agency)
    if says and (enclosed or len(detail.text) >= _SUBSTANCE):
        return Judged("report", year, own.agency)
    if enclosed and classified.kind in _REPORTS and len(detail.text) < 1500 and own.kind in _REPORTS | {None}:
        return Judged("report", year, own.agency)
    if enclosed and classified.kind is None and len(detail.text) < 300:
        return Judged("report", year, own.agency)
    if own.kind in _REPORTS:
        # The headline alone: its text is drawn by a script, or was left out.
        return Judged("report" if len(detail.text) >= 20 else "empty", year, own.agency)
    if own.kind is not None or len(detail.text) >= _SUBSTANCE or enclosed:
        return Judged("other", year, own.agency)
    return Judged("nothing", year, own.agency)


def of_file(media_type: str, text: str, is_document: bool) -> Judged:
    """What a file is, by its signature: text that is no document is an error message of the server's. ``text`` is the
    beginning of it, empty where the bytes are no text."""
    if (
        is_document
        or media_type.startswith("image/")
        or re.search(r"zip|rar|7z|compressed|msword|officedocument", media_type)
    ):
        return Judged("report")
    if sum(char.isprintable() or char in "\r\n\t" for char in text) < 0.9 * len(text) or not text:
        return Judged("report")  # no text at all: a damaged file, kept for people to look at
    return Judged("report" if len(text) > 300 and _SPEAKS_OF_IT.search(text) else "nothing")


def is_anothers(judged: Judged, agency_id: int | None, serves: Mapping[int, Sequence[str]]) -> bool:
    """Whether a page names another body than the one whose report is known at its address: one that the column serves, or
    one that is certainly none of those."""
    if agency_id is None or not judged.agency:
        return False
    named = titles.assign(judged.agency, serves, shared=True)
    return named != agency_id if named is not None else titles.is_of_others(judged.agency, serves)


def _year_of(text: str) -> int | None:
    """The year that a text reports on, as its first lines say."""
    period = _PERIOD.search(re.sub(r"\s+", "", text[:3000]))
    if period:
        return int(period.group(1))
    head = text[:120]
    found = years_in(head)
    return found[0] if found and re.search(r"报告|年报", head) else None
