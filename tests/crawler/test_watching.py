"""The whole crawl, over HTTP, in the real child process: many portals, two crawls."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from demo.simulator.server import Answer
from models import base, work
from tests.crawler.given import Item, Portal, Portals, forbidden
from tests.crawler.world import NAME, World

TITLE = NAME + "{}年政府信息公开工作年度报告"
BODY = "<p>一、总体情况</p><p>{}年工作平稳。</p>"


def report(year: int, body: str = "") -> Item:
    return Item(TITLE.format(year), date(year + 1, 1, 20), body=body or BODY.format(year))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with Portals() as portals, forbidden() as (address, visitors):
        world = World(tmp_path_factory.mktemp("watching"), portals)
        _publish(world, address)
        world.visitors = visitors
        world.lines = world.look()
        with base.transaction(world.engine) as session:
            world.waiting = work.counts(session, base.utcnow())["by_kind"]["read"]["waiting"]
        edited = world.sites["edited"]
        edited.items[0] = report(2024, BODY.format(2024) + "<p>更正：新收3件。</p>")
        world.time_passes()
        world.look("same", "edited")
        yield world
        world.engine.dispose()


def _publish(world: World, address: str) -> None:
    sites = {
        "pages": Portal("甲县", [report(year) for year in range(2019, 2026)], per_page=3),
        "same": Portal("甲县", [report(2024), report(2025)]),
        "edited": Portal("甲县", [report(2024)]),
        "others": Portal(
            "甲县", [report(2024), Item("2024年政府网站工作年度报表", date(2025, 1, 10), body="<p>表</p>")]
        ),
        "challenged": Portal("乙县", []),
        "script": Portal("丙县", []),
        "banned": Portal("丁县", [report(2024)]),
        "links out": Portal("甲县", [report(2024), report(2023, f'<p>一、总体情况</p><img src="{address}/x.png">')]),
        "redirects out": Portal("戊县", []),
        "not named": Portal("甲县", [report(2024)]),
        "shared": Portal(
            "甲县",
            [report(2024), Item("2024年政府信息公开工作年度报告", date(2025, 1, 9), body=BODY.format(2024))],
        ),
    }
    sites["challenged"].broken = Answer(b"<script>var __jsl_clearance_s;</script>", status=521)
    sites["script"].broken = Answer(b'<html><body><div id="app"></div><script src="/app.js"></script></body></html>')
    sites["banned"].robots = "User-agent: *\nDisallow: /\n"
    sites["redirects out"].broken = Answer(b"", status=302, headers={"Location": f"{address}/zwgk/"})
    for what, site in sites.items():
        world.register(what, site)
    world.register("shared", sites["shared"], "甲县民政局")
    world.register("silent", world.portals.add_silent())
    world.not_named.add(sites["not named"].base.removeprefix("http://"))
    world.sites = sites


def test_reports_of_all_pages_are_stored_once_and_the_work_to_read_them_is_written(world):
    assert world.source("pages").status == "ok"
    assert world.source("pages").items == 7
    found = world.documents("pages")
    assert {d.year for d in found} == set(range(2019, 2026))
    assert all(d.published_on == date((d.year or 0) + 1, 1, 20) for d in found)
    assert len(world.versions("pages")) == 7


def test_every_version_is_told_to_the_starter_and_waits_to_be_read(world):
    told = [line["work_id"] for line in world.lines if line["event"] == "version"]
    assert len(set(told)) == len(told) == world.waiting


def test_a_second_crawl_of_an_unchanged_portal_asks_conditionally_and_stores_nothing(world):
    assert world.source("same").status == "unchanged"
    assert len(world.versions("same")) == 2
    assert sum(world.sites["same"].conditional.values()) == 2  # the reports; what a list lacks is told from no 304


def test_an_edited_report_is_a_new_version_and_a_visitor_counter_is_none(world):
    assert len(world.documents("edited")) == 1
    assert [v.number for v in world.versions("edited")] == [1, 2]


def test_other_publications_of_the_column_are_recorded_and_not_opened(world):
    assert {d.kind: d.state for d in world.documents("others")} == {
        "annual_report": "waiting",
        "website_report": "listed",
    }


def test_a_portal_that_says_nothing_is_unreachable_and_one_that_challenges_is_challenged(world):
    assert world.source("silent").status == "unreachable"
    assert world.source("challenged").status == "challenged"


def test_a_page_drawn_by_script_is_unknown_and_a_robots_ban_is_respected(world):
    assert world.source("script").status == "unknown-js"
    assert world.source("banned").status == "not-allowed"
    assert world.sites["banned"].visits["/zwgk/zfxxgknb/"] == 0


def test_neither_links_nor_redirects_reach_a_host_that_the_register_does_not_name(world):
    assert world.visitors() == 0
    assert world.source("links out").status == "ok"  # a picture elsewhere does not hide that the report is published
    assert world.source("redirects out").status == "moved"


def test_a_private_address_that_the_operator_did_not_name_is_not_contacted(world):
    assert world.source("not named").status == "moved"
    assert "loopback" in world.source("not named").reason
    assert sum(world.sites["not named"].visits.values()) == 0


def test_a_shared_column_leaves_what_names_no_known_body_unassigned(world):
    assert sorted(d.agency_id is None for d in world.documents("shared")) == [False, True]


def test_what_was_stored_lies_in_the_store_under_its_sha256(world):
    blobs = {path.name for path in Path(world.settings.data_dir / "blobs").rglob("*") if path.is_file()}
    assert {version.sha256 for version in world.versions("pages")} <= blobs
