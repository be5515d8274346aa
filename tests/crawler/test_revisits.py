"""What a crawl costs at a source where nothing changed, counted by the portal; and that what does change is found in time."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from scrapy.http import HtmlResponse, Request, Response

import config
from crawler import plan, turns
from crawler.families.base import Ask, End, Step
from crawler.families.gkmlpt import FAMILY as GKMLPT
from crawler.families.ucap import FAMILY as UCAP
from crawler.lists import PagedList
from crawler.pages import Listing, Page
from crawler.spiders.annual import AnnualReportSpider
from demo.simulator import fleet
from demo.simulator.families.aspnet import AspNet
from demo.simulator.families.epoint import Epoint
from demo.simulator.families.gkmlpt import Gkmlpt, Nfcms
from demo.simulator.families.jpaas import Jpaas
from demo.simulator.families.plain import OddPager
from demo.simulator.families.trs import Trs
from demo.simulator.families.truecms import TrueCms
from demo.simulator.families.ucap import Ucap
from demo.simulator.families.vsb import Vsb
from demo.simulator.families.years import YearPages
from demo.simulator.server import Answer, Network
from demo.simulator.site import Site as Simulated
from models import base
from models.documents import Document
from models.sources import Run, Source
from tests.crawler.fleet import Fleet
from tests.crawler.given import Portal, Portals
from tests.crawler.raw import Raw
from tests.crawler.test_answers import report
from tests.crawler.world import COLUMN, Site, World, article, below, listed, title

pytestmark = pytest.mark.slow

DAY = timedelta(days=1)


# ------------------------------------------------------------------ what it costs


@dataclass(slots=True)
class Revisit:
    requests: dict[str, int]  # by family, robots.txt aside
    statuses: set[str]
    whole: list[bool]
    items: list[tuple[int, int]]


@pytest.fixture(scope="module")
def revisit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Revisit]:
    families = (Trs, Simulated, Vsb, TrueCms, OddPager, AspNet, Ucap, Epoint)
    sites = [fleet.site(family, "own", 70 + n) for n, family in enumerate(families)]
    sites.append(fleet.site(Jpaas, "own", 1003))
    sites.append(pages_by_year())
    sites.append(fleet.site(Gkmlpt, "years", 41))  # a tree of nodes
    sites.append(fleet.site(Nfcms, "years_and_groups", 90))  # a tree of columns
    with Network() as network:
        watched = Fleet(tmp_path_factory.mktemp("revisit"), network, sites)
        watched.look()
        before = _items(watched)
        for site in sites:
            site.traffic.reset()
        watched.look(after=timedelta(minutes=5))
        with base.transaction(watched.engine) as session:
            runs = list(session.scalars(sa.select(Run).order_by(Run.id)))
        statuses = {run.status for run in runs[len(sites) :]}
        whole = [run.whole for run in runs]
        requests = {site.family: site.traffic.requests - site.traffic.visits["/robots.txt"] for site in watched.sites}
        yield Revisit(requests, statuses, whole, list(zip(before, _items(watched), strict=True)))
        watched.engine.dispose()


def pages_by_year() -> Simulated:
    found = (fleet.site(YearPages, "own", seed) for seed in range(99))
    return next(site for site in found if site.dialect == "fbtime")  # type: ignore[attr-defined]


def _items(watched: Fleet) -> list[int]:
    with base.transaction(watched.engine) as session:
        return list(session.scalars(sa.select(Source.items).order_by(Source.id)))


def test_an_unchanged_source_costs_one_request_though_its_list_has_more_pages_and_its_bodies_owe(revisit):
    assert revisit.requests == dict.fromkeys(revisit.requests, 1)
    assert revisit.statuses == {"unchanged"}


def test_a_brief_look_counts_the_items_that_it_did_not_ask_for_and_is_not_called_whole(revisit):
    assert [before for before, _ in revisit.items] == [after for _, after in revisit.items]
    assert all(revisit.whole[: len(revisit.requests)])
    assert not all(revisit.whole[len(revisit.requests) :])


# ------------------------------------------------------------------ what changes is found


class Long:
    """A list of two pages that counts its pages and not its items; the newest stand first, or in no order."""

    def __init__(self, ordered: bool, on_first: int = 4) -> None:
        self.ordered = ordered
        self.years = list(range(2017, 2025))
        self.first = on_first
        self.late: list[int] = []

    def answer(self, path: str, _: dict[str, str]) -> str | None:
        years = sorted(self.years, reverse=True)
        pages = {"": years[: self.first], "index_1.html": [*years[self.first :], *self.late]}
        name = path.removeprefix(COLUMN)
        if path.startswith(COLUMN) and name in pages:
            rows = [(f"{year}.html", title(year)) for year in pages[name]]
            page = listed(*rows, more='<script>createPageHTML(2, 0, "index", "html");</script>')
            first, *others = page.split("2025-01-20")
            days = [f"{year + 1}-01-19" if self.ordered else f"2025-0{1 + year % 3}-11" for year in pages[name]]
            return first + "".join(day + rest for day, rest in zip(days, others, strict=True))
        return report(int(name[:4])) if name[:4].isdigit() and int(name[:4]) in [*self.years, *self.late] else None


ROWS = [("1.html", title(2025)), ("2.html", title(2018))]


def small(inner: str = "<p>一、总体情况</p><p>本年度工作平稳。</p>") -> Site:
    return below({"": listed(*ROWS), **{href: article(text, inner) for href, text in ROWS}})


def tree(*more: tuple[str, str]) -> Site:
    """A column for each year beneath a page that lists nothing."""
    rows = [*ROWS, *more]
    above = "".join(f'<a href="{href[0]}/">{text[5:9]}年</a>' for href, text in rows)
    lists = {f"{href[0]}/": listed((href, text)) for href, text in rows}
    articles = {f"{href[0]}/{href}": article(text) for href, text in rows}
    return below({"": f"<html><body>政府信息公开年报<ul>{above}</ul></body></html>", **lists, **articles})


class Season:
    """Portals over some months; how many versions of each year's report were known after each crawl."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.long = {"ordered": Long(True), "unordered": Long(False)}
        for what, one in self.long.items():
            raw = Raw(one.answer)
            world.portals.hosts.append(raw.host)
            world.register(what, raw.column)
        self.small = {"silent": small(), "row": small(), "file": small(FILED), "tree": tree()}
        for what, site in self.small.items():
            site.given[COLUMN + "P0.pdf"] = Answer(b"%PDF-1.4 a", "application/pdf")
            world.register(what, site)
        self.versions: list[dict[str, Counter[int | None]]] = []
        self.whole: list[bool] = []

    def look(self) -> None:
        self.world.look()
        counts = {}
        for what in self.world.ids:
            years = {document.id: document.year for document in self.world.documents(what)}
            counts[what] = Counter(years[version.document_id] for version in self.world.versions(what))
        self.versions.append(counts)
        source = self.world.source("ordered")
        self.whole.append(source.complete_at == source.checked_at)

    def change(self) -> None:
        for one in self.long.values():
            one.late.append(2012)
        for what in ("silent", "row"):
            changed = small("<p>一、总体情况</p><p>更正：本年度收到申请3件。</p>")
            self.small[what].given |= changed.given
        self.small["row"].given[COLUMN] = listed(*ROWS).replace("2025-01-20", "2025-03-03")
        self.small["file"].given[COLUMN + "P0.pdf"] = Answer(b"%PDF-1.4 b", "application/pdf")
        self.small["tree"].given |= tree(("3.html", title(2024))).given


FILED = '<p>一、总体情况</p><p>本年度工作平稳。</p><a href="P0.pdf">附件</a>'


@pytest.fixture(scope="module")
def season(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Season]:
    with Portals() as portals:
        season = Season(World(tmp_path_factory.mktemp("season"), portals))
        season.look()
        season.change()
        season.look()
        season.world.time_passes(8 * DAY)
        season.look()
        season.world.time_passes(61 * DAY)
        season.look()
        yield season
        season.world.engine.dispose()


def test_a_report_added_behind_the_first_page_is_found_at_once_in_an_unordered_list_else_within_a_day(season):
    found = [(look["ordered"][2012], look["unordered"][2012]) for look in season.versions[:3]]
    assert found == [(0, 0), (0, 1), (1, 1)]
    assert season.whole == [True, False, True, True]


def test_a_report_changed_in_place_is_found_in_its_turn_and_at_once_where_its_row_changed(season):
    assert [look["row"][2025] for look in season.versions] == [1, 2, 2, 2]
    assert [look["silent"][2025] for look in season.versions] == [1, 1, 2, 2]  # the season's within days
    assert [look["silent"][2018] for look in season.versions] == [1, 1, 1, 2]  # an old one within months


def test_a_file_changed_in_place_is_found_with_its_page(season):
    assert [look["file"][2025] for look in season.versions] == [1, 1, 2, 2]


def test_a_column_that_appears_beneath_is_found_when_the_page_above_has_its_turn(season):
    assert [look["tree"][2024] for look in season.versions] == [0, 1, 1, 1]


# ------------------------------------------------------------------ what did not change


class Asked(Site):
    """A portal that notes what it is asked for."""

    def __init__(self, pages: dict[str, str | Answer]) -> None:
        super().__init__(pages)
        self.asked: list[str] = []

    def at(self, path: str) -> Answer:
        self.asked.append(path)
        return super().at(path)


class AtHand(AnnualReportSpider):
    """The crawler's spider with a portal at hand in place of the network; notes what it wrote down of documents."""

    def __init__(self, portal: Portal, source_id: int, settings: config.Settings) -> None:
        super().__init__([source_id], settings, lambda _: None)
        self.portal, self.written = portal, 0
        keep = self._recorder.version

        def version(*what: Any, **more: Any) -> int | None:
            self.written += 1
            return keep(*what, **more)

        self._recorder.version = version  # type: ignore[method-assign]

    async def _download(self, request: Request) -> Response:
        answer = self.portal.at(urlsplit(request.url).path)
        mark = hashlib.sha256(answer.data).hexdigest().encode()
        if request.headers.get("If-None-Match") == mark:
            return Response(request.url, status=304)
        headers = {"Content-Type": answer.media_type, "ETag": mark.decode()}
        return HtmlResponse(request.url, status=answer.status, headers=headers, body=answer.data)


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[tuple[World, Asked, Callable[[], int]]]:
    """A portal of one report; a crawl of it, a week later each time, says how many documents were written down."""
    with Portals() as portals:
        site = Asked({COLUMN: listed(ROWS[0]), COLUMN + "1.html": article(title(2025))})
        world = World(tmp_path, portals)
        source_id = world.register("it", site)

        def crawled() -> int:
            world.time_passes(7 * DAY)
            spider = AtHand(site, source_id, world.configured())
            asyncio.run(spider._watch(source_id))
            spider._recorder.close()
            return spider.written

        yield world, site, crawled
        world.engine.dispose()


def test_an_unchanged_report_is_not_read_again_but_once_in_a_fortnight(watched):
    _, site, crawled = watched
    assert [crawled() for _ in range(5)] == [1, 0, 1, 0, 1]
    assert site.asked.count(COLUMN + "1.html") == 5


def test_an_unchanged_report_is_read_again_after_its_address_failed_and_where_its_row_or_its_body_changed(watched):
    world, site, crawled = watched
    assert [crawled(), crawled()] == [1, 0]
    page = site.given[COLUMN + "1.html"]
    site.given[COLUMN + "1.html"] = Answer(b"", status=502)
    assert crawled() == 0
    assert len(world.documents("it")[0].failed_days) == 1
    site.given[COLUMN + "1.html"] = page
    assert [crawled(), crawled()] == [1, 0]
    assert world.documents("it")[0].failed_days == []
    site.given[COLUMN] = listed(ROWS[0]).replace("2025-01-20", "2025-03-03")
    assert [crawled(), crawled()] == [1, 0]
    with base.transaction(world.engine) as session:
        session.get_one(Document, world.documents("it")[0].id).agency_id = None  # as before its body was registered
    assert [crawled(), crawled()] == [1, 0]


def test_an_unchanged_page_with_a_file_is_read_again_for_its_file_may_have_changed(watched):
    _, site, crawled = watched
    site.given |= {COLUMN + "1.html": article(title(2025), FILED), COLUMN + "P0.pdf": Answer(b"%PDF-1.4 a", "x/pdf")}
    assert [crawled(), crawled()] == [1, 1]


# ------------------------------------------------------------------ whose turn it is


def test_of_the_lists_of_a_source_the_one_asked_for_least_lately_has_its_turn():
    noon = datetime(2026, 2, 1, 12, tzinfo=UTC)
    lists: dict[str, dict[str, Any]] = {
        name: {"ask": {"url": f"http://a.gov.cn/{name}/"}, "asked": (noon - n * DAY).isoformat()}
        for n, name in enumerate("abc")
    }
    lists["d"] = dict(turns.NO_LIST)
    url = "http://a.gov.cn/a/"
    asked = []
    for hour in range(4):
        now = noon + timedelta(hours=hour)
        key = turns.in_turn(lists, url, now)
        assert key is not None
        lists[key]["asked"] = now.isoformat()
        asked.append(key)
    assert asked == ["c", "b", "a", "c"]
    assert turns.in_turn({"a": lists["a"]}, url, noon + DAY) is None  # it is asked for first in any case
    assert turns.in_turn(lists | {"e": {"asked": noon.isoformat()}}, url, noon + DAY) is None
    assert turns.in_turn(lists, url, noon - DAY) is None  # of a clock that was ahead


def node(number: int, goes_on: bool, *years: int) -> Step:
    rows = [Listing(f"http://a.gov.cn/{number}/{year}.html", title(year), date(year + 1, 1, 9)) for year in years]
    state = (("nodes", str(number)), ("page", "2" if goes_on else "1"))
    return Step(rows, [Ask(f"http://a.gov.cn/gkmlpt/api/all/{number + (not goes_on)}", state=state)])


@pytest.mark.parametrize(
    ("steps", "keys"),
    [
        ([node(1, False, 2020, 2024), node(2, False, 2021)], ["tree", "a.gov.cn/gkmlpt/api/all/2"]),
        ([node(1, True, 2024, 2020), node(2, False, 2021)], ["tree", "a.gov.cn/gkmlpt/api/all/2"]),
        ([node(1, True, 2020, 2024), node(2, False, 2021)], []),  # what is added may stand on a further page
        ([node(1, False, 2020, 2024)], []),
    ],
)
def test_a_list_in_parts_is_asked_for_part_by_part_where_each_shows_what_is_added(steps, keys):
    read = PagedList(GKMLPT, Page("http://a.gov.cn/gkmlpt/index", b""), [], [])
    for number, step in enumerate(steps, 1):
        ask = Ask(f"http://a.gov.cn/gkmlpt/api/all/{number}", state=(("nodes", str(number)), ("page", "1")))
        read.add(step, ask)
    whole = turns.remembered(read, 0, datetime(2026, 2, 1, tzinfo=UTC), is_report=False)
    assert list(turns.in_parts(read, "tree", whole, 2025)) == keys


def test_a_request_that_is_remembered_is_the_one_that_was_sent():
    form, state = (("page", "1"),), (("call", "list"), ("base", "http://a.gov.cn/"))
    ask = Ask("http://a.gov.cn/list", "POST", form, referer="http://a.gov.cn/nb/", expects="json", state=state)
    read = PagedList(UCAP, Page("http://a.gov.cn/nb/", b""), [], [])
    read.add(Step(), Ask("http://a.gov.cn/nb/"))
    read.add(Step([Listing("http://a.gov.cn/1.html", "一", None)], end=End(total=1)), ask)
    entry = turns.remembered(read, 0, datetime(2026, 2, 1, tzinfo=UTC), is_report=False)
    assert turns.ask_of(json.loads(json.dumps(entry))) == ask
    read.opening = replace(ask, tokens=(("__VIEWSTATE", "x"),))
    assert "ask" not in turns.remembered(read, 0, datetime(2026, 2, 1, tzinfo=UTC), is_report=False)


def test_documents_found_together_have_their_turns_apart():
    asked = datetime(2026, 7, 1, tzinfo=UTC)
    interval = plan.document_interval(2020, date(2021, 1, 20), date(2026, 7, 1), 2025)
    urls = [f"http://a.example/{number}.html" for number in range(300)]
    due = [sum(plan.document_is_due(url, asked, asked + n * DAY, interval) for url in urls) for n in range(62)]
    assert due[41] == 0
    assert due[60] == len(urls)
    assert max(later - before for before, later in pairwise(due)) < len(urls) / 6


@pytest.mark.parametrize(
    ("year", "published", "today", "days"),
    [
        (2025, date(2026, 1, 20), date(2026, 1, 22), 1),
        (2025, date(2026, 1, 20), date(2026, 4, 10), 1),
        (2025, date(2026, 1, 20), date(2026, 7, 1), 7),
        (2025, date(2026, 6, 20), date(2026, 7, 1), 1),
        (None, date(2026, 1, 20), date(2026, 7, 1), 7),
        (2024, date(2025, 1, 20), date(2026, 2, 1), 14),
        (2019, date(2020, 1, 20), date(2026, 2, 1), 60),
    ],
)
def test_new_reports_and_those_of_the_season_have_their_turn_often_and_old_ones_seldom(year, published, today, days):
    assert plan.document_interval(year, published, today, 2025) == days * DAY


@pytest.mark.parametrize(
    ("whole_on", "owing", "due"),
    [
        (None, False, True),
        (date(2026, 2, 1), True, False),
        (date(2026, 1, 31), True, True),
        (date(2026, 1, 31), False, False),
        (date(2026, 1, 25), False, True),
        (date(2026, 2, 2), False, True),
    ],
)
def test_lists_are_read_to_their_ends_daily_while_somebody_owes_and_weekly_otherwise(whole_on, owing, due):
    assert plan.whole_is_due(date(2026, 2, 1), whole_on, owing) is due
