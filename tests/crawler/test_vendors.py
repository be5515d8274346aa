"""The vendors' families against the simulator's portals, request by request, without a network: what a list holds, and
whether its end is proven, in every dialect that the note on portals tells of."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest

from crawler import families, links
from crawler.families.base import Ask, Step, unproven
from crawler.families.gkmlpt import FAMILY as GKMLPT
from crawler.families.gkmlpt import unfolded
from crawler.families.rows import row_key
from crawler.families.year_query import FAMILY as YEAR_QUERY
from crawler.lists import take
from crawler.pages import Listing, Page
from demo.simulator import fleet
from demo.simulator.families.aspnet import AspNet
from demo.simulator.families.epoint import Epoint
from demo.simulator.families.gkmlpt import Gkmlpt
from demo.simulator.families.hanweb import Hanweb, HanwebDisclosure
from demo.simulator.families.jpaas import Jpaas
from demo.simulator.families.trs import TrsSearch
from demo.simulator.families.truecms import TrueCms
from demo.simulator.families.ucap import Ucap
from demo.simulator.families.years import YearPages
from demo.simulator.server import Answer, Request
from demo.simulator.site import Site

BASE = "http://portal.gov.cn"


def answered(site: Site, ask: Ask) -> Page | None:
    parts = urlsplit(ask.url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    headers = {name.lower(): value for name, value in ask.sent_headers.items()}
    answer: Answer = site.answer(Request(ask.method, target, headers, ask.body))
    assert answer.status in {200, 404}, (answer.status, ask)
    return Page(ask.url, answer.data, answer.media_type) if answer.status == 200 else None


def walked(site: Site) -> tuple[str, dict[str, Listing], str]:
    """The family found, the rows of the first source's list, and why its end is not proven."""
    site.base = BASE
    url = site.duties()[0].url
    first = answered(site, Ask(url))
    assert first is not None
    family = families.recognise(first)
    assert family is not None, url
    ask, page, waiting, asked = Ask(url), first, list[Ask](), set[str]()
    rows, ends, shown = dict[str, Listing](), [], set[frozenset[str]]()
    while True:
        step: Step = family.read(page, ask)
        if step.error:
            return family.name, rows, step.error
        rows |= {row_key(row): row for row in step.rows}
        ends.append(step.end)
        shown |= {frozenset(row_key(row) for row in step.rows)} if step.rows else set()
        waiting += [one for one in step.asks if one.key not in asked]
        if not waiting:
            return family.name, rows, unproven(family, ends, len(rows), len(shown))
        ask = waiting.pop(0)
        asked.add(ask.key)
        assert len(asked) < 60
        further = answered(site, ask)
        if further is None:  # the vendor's other way, as the walk takes it
            ask = step.otherwise[0]
            further = answered(site, ask)
        assert further is not None
        page = further


def sites(family: Any, **wanted: Any) -> list[Any]:
    """Three portals of a family, of one column, that have these properties."""
    found = (fleet.site(family, shape, seed) for seed in range(200) for shape in ("own", "shared", "among_notices"))
    fitting = (site for site in found if all(getattr(site, name) == value for name, value in wanted.items()))
    return [next(fitting) for _ in range(3)]


def titles_of(site: Site) -> dict[str, tuple[str, object]]:
    column = site.root
    return {
        links.key(site.base + site.article_path(column, entry)): (entry.title, entry.day)
        for entry in site.listed(column)
    }


WHOLE: list[tuple[Any, str, dict[str, Any]]] = [
    (Hanweb, "hanweb", {"dialect": "records"}),
    (Hanweb, "hanweb", {"dialect": "page"}),
    (Hanweb, "hanweb", {"dialect": "group"}),
    (Hanweb, "hanweb", {"dialect": "records", "method": "GET"}),
    (Hanweb, "hanweb", {"dialect": "page", "method": "POST"}),
    (HanwebDisclosure, "hanweb-xxgk", {}),
    (Jpaas, "jpaas", {"dialect": "right"}),
    (TrsSearch, "trs-search", {"dialect": "was5"}),
    (TrsSearch, "trs-search", {"dialect": "jsonp"}),
    (TrueCms, "truecms", {"dialect": "call"}),
    (TrueCms, "truecms", {"dialect": "gone"}),
    (Ucap, "ucap", {"dialect": "searchList"}),
    (Ucap, "ucap", {"dialect": "common/search"}),
    (Ucap, "ucap", {"dialect": "tax"}),
    (Ucap, "ucap", {"dialect": "static"}),
    (Gkmlpt, "gkmlpt", {"page": "annualreport"}),
    (Gkmlpt, "gkmlpt", {"per_call": 8}),
    (Epoint, "epoint", {"enveloped": True, "by_code": False}),
    (Epoint, "epoint", {"enveloped": False, "by_code": False, "states": False}),
    (Epoint, "epoint", {"by_code": True, "states": True}),
    (Epoint, "epoint", {"by_code": True, "states": False}),
    (AspNet, "aspnet", {"dialect": "post-back"}),
    (AspNet, "aspnet", {"dialect": "query"}),
]


@pytest.mark.parametrize(("family", "name", "wanted"), WHOLE, ids=lambda v: str(v) if isinstance(v, dict) else None)
def test_a_list_is_read_to_its_proven_end_with_full_titles_and_days(family, name, wanted):
    for site in sites(family, **wanted):
        found, rows, why = walked(site)
        assert (found, why) == (name, "")
        own = {key: (row.title, row.listed_on) for key, row in rows.items() if "/xwzx/yw/" not in key}  # news beside it
        assert own == titles_of(site)


@pytest.mark.parametrize(
    ("family", "wanted"),
    [
        (Hanweb, {"dialect": "encrypted"}),
        (Jpaas, {"dialect": "first-page"}),
        (Jpaas, {"dialect": "fails"}),
    ],
    ids=lambda v: str(v) if isinstance(v, dict) else None,
)
def test_a_list_that_is_not_handed_out_whole_is_never_taken_for_whole(family, wanted):
    for site in sites(family, **wanted):
        _, rows, why = walked(site)
        assert why
        assert 0 < len(rows) < len(titles_of(site))


@pytest.mark.parametrize("missing", ["shell", "nothing", "newest"])
def test_each_year_that_a_page_offers_is_asked_for_and_counts_only_with_a_text_of_that_year(missing):
    sites_ = (fleet.site(YearPages, "own", seed) for seed in range(99))
    site: Any = next(one for one in sites_ if one.missing == missing)  # type: ignore[attr-defined]
    found, rows, why = walked(site)
    assert (found, why) == ("year-query", "")
    assert {row.url and row.url[-4:] for row in rows.values()} == {str(report.year) for report in site.truth()}
    beyond = Page(
        f"{BASE}{site.article_path(site.root, site.root.entries[0])[:-4]}2031", site._of_year(site.root, "2031").data
    )
    assert YEAR_QUERY.read(beyond, Ask(beyond.url)).rows == []


def year_page(year: int, links: str) -> Page:
    return Page(
        f"{BASE}/module/xxgk/xxgkAnnualReport.jsp?area=11370826004331234A&fbtime={year}",
        f"<html><body>{links}<h1>甲县民政局{year}年政府信息公开工作年度报告</h1></body></html>".encode(),
    )


def test_years_that_are_linked_with_other_wishes_of_how_to_show_them_are_the_bodys_own():
    link = '<a href="xxgkAnnualReport.jsp?area={}&fbtime={}&showType=2">{}年</a>'
    shown = "".join(link.format("11370826004331234A", year, year) for year in (2023, 2022))
    page = year_page(2024, shown + link.format("11370826004339999B", 2021, 2021))
    assert [links.report_year(ask.url) for ask in YEAR_QUERY.read(page, Ask(page.url)).asks] == [2023, 2022]


def test_a_page_by_year_that_offers_no_other_year_is_asked_for_every_year_that_was_reported_on():
    page = year_page(2024, "<div id=years></div>")
    asked = [links.report_year(ask.url) for ask in YEAR_QUERY.read(page, Ask(page.url)).asks]
    assert asked == list(range(2023, 2007, -1))
    assert YEAR_QUERY.read(page, YEAR_QUERY.read(page, Ask(page.url)).asks[0]).asks == []


@pytest.mark.parametrize(("year", "is_report"), [("2024", True), ("2031", False)])
def test_a_page_by_year_that_answers_with_another_years_text_is_no_report_and_has_nothing_beneath(year, is_report):
    sites_ = (fleet.site(YearPages, "own", seed) for seed in range(99))
    site: Any = next(one for one in sites_ if one.missing == "newest")  # type: ignore[attr-defined]
    url = f"{BASE}{site._address(site.root, year)}"
    taken = take(Page(url, site._of_year(site.root, year).data), Ask(url), 0)
    assert (taken.is_report, taken.beneath) == (is_report, [])


def test_an_article_of_the_guangdong_platform_is_read_from_its_script():
    site = fleet.site(Gkmlpt, "own", 3)
    report = site.truth()[0]
    page = answered(site, Ask(BASE + report.url))
    assert page is not None
    detail = GKMLPT.detail(page)
    assert (detail.title, detail.published_on) == (report.title, report.published_on)
    assert "行政复议" in detail.text
    assert unfolded(Page(BASE, b"<html></html>")).body == b"<html></html>"
