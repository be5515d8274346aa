"""The whole look, over HTTP, in the real child process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

import config
from crawler import run
from demo.portal import Answer, Item, Portal, Portals, forbidden
from models import base, work
from models.agencies import AgencyRow, upsert_agency
from models.documents import Document, Version
from models.sources import Source, upsert_source

TITLE = "甲县水利局{}年政府信息公开工作年度报告"
BODY = "<p>一、总体情况</p><p>{}年工作平稳。</p>"


@dataclass
class World:
    settings: config.Settings
    portals: Portals
    engine: sa.Engine

    def register(self, portal: Portal | str, name: str = "甲县水利局") -> int:
        url = portal if isinstance(portal, str) else portal.column
        with base.transaction(self.engine) as session:
            agency, _ = upsert_agency(session, AgencyRow(name, "county", "department"))
            return upsert_source(session, url, agency.id, "", base.utcnow()).id

    def look(self, *ids: int) -> list[dict[str, object]]:
        settings = self.settings.model_copy(update={"allowed_private_hosts": self.portals.hosts})
        return list(run.crawl(list(ids), settings))

    def source(self, source_id: int) -> Source:
        with base.transaction(self.engine) as session:
            return session.get_one(Source, source_id)

    def documents(self) -> list[Document]:
        with base.transaction(self.engine) as session:
            return list(session.scalars(sa.select(Document).order_by(Document.id)))

    def count(self, table: type) -> int:
        with base.transaction(self.engine) as session:
            return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    settings = config.Settings(data_dir=tmp_path, database_url=f"sqlite:///{tmp_path / 'n.sqlite3'}", crawl_delay=0.01)
    base.upgrade(settings.database_url)
    engine = base.make_engine(settings.database_url)
    with Portals() as portals:
        yield World(settings, portals, engine)
    engine.dispose()


def report(year: int, **changes) -> Item:
    return Item(TITLE.format(year), date(year + 1, 1, 20), body=BODY.format(year), **changes)


def test_reports_of_all_pages_are_stored_once_and_the_work_to_read_them_is_written(world):
    items = [report(year) for year in range(2019, 2026)]
    portal = world.portals.add(Portal("甲县", items, "trs", per_page=3))
    source_id = world.register(portal)
    lines = world.look(source_id)
    assert [line["status"] for line in lines if line["event"] == "source"] == ["ok"]
    assert {d.year for d in world.documents()} == set(range(2019, 2026))
    assert all(d.published_on == date((d.year or 0) + 1, 1, 20) for d in world.documents())
    with base.transaction(world.engine) as session:
        assert work.counts(session, base.utcnow())["by_kind"]["read"]["waiting"] == 7


def test_a_second_look_at_an_unchanged_portal_asks_conditionally_and_stores_nothing(world):
    portal = world.portals.add(Portal("甲县", [report(2024), report(2025)]))
    source_id = world.register(portal)
    world.look(source_id)
    world.look(source_id)
    assert world.source(source_id).status == "unchanged"
    assert world.count(Version) == 2
    assert sum(portal.conditional.values()) == 3


def test_an_edited_report_is_a_new_version_and_a_visitor_counter_is_none(world):
    items = [report(2024)]
    portal = world.portals.add(Portal("甲县", items))
    source_id = world.register(portal)
    world.look(source_id)
    items[0] = Item(items[0].title, items[0].day, body=BODY.format("2024") + "<p>更正：新收3件。</p>")
    world.look(source_id)
    assert world.count(Document) == 1
    assert world.count(Version) == 2


def test_other_publications_of_the_column_are_recorded_and_not_opened(world):
    items = [report(2024), Item("2024年政府网站工作年度报表", date(2025, 1, 10), body="<p>表</p>")]
    portal = world.portals.add(Portal("甲县", items))
    world.look(world.register(portal))
    kinds = {d.kind: d.state for d in world.documents()}
    assert kinds == {"annual_report": "waiting", "website_report": "listed"}


def test_a_portal_that_says_nothing_is_unreachable_and_one_that_challenges_is_challenged(world):
    silent = world.register(world.portals.add_silent(), "甲县民政局")
    portal = world.portals.add(Portal("乙县", []))
    portal.broken = Answer(b"<script>var __jsl_clearance_s;</script>", status=521)
    challenged = world.register(portal, "乙县民政局")
    world.look(silent, challenged)
    assert world.source(silent).status == "unreachable"
    assert world.source(challenged).status == "challenged"


def test_a_page_drawn_by_script_is_unknown_and_a_robots_ban_is_respected(world):
    script = world.portals.add(Portal("丙县", []))
    script.broken = Answer(b'<html><body><div id="app"></div><script src="/app.js"></script></body></html>')
    banned = world.portals.add(Portal("丁县", [report(2024)]))
    banned.robots = "User-agent: *\nDisallow: /\n"
    first, second = world.register(script, "丙县局"), world.register(banned, "丁县局")
    world.look(first, second)
    assert world.source(first).status == "unknown-js"
    assert world.source(second).status == "not-allowed"
    assert banned.visits["/zwgk/zfxxgknb/"] == 0


def test_neither_links_nor_redirects_reach_a_host_that_the_register_does_not_name(world):
    with forbidden() as (address, visitors):
        items = [
            report(2024),
            Item(TITLE.format(2023), date(2024, 1, 20), body=f'<p>一、总体情况</p><img src="{address}/x.png">'),
        ]
        portal = world.portals.add(Portal("甲县", items))
        away = world.portals.add(Portal("戊县", []))
        away.broken = Answer(b"", status=302, headers={"Location": f"{address}/zwgk/"})
        first, second = world.register(portal), world.register(away, "戊县局")
        world.look(first, second)
        assert visitors() == 0
    assert world.source(first).status == "incomplete"
    assert world.source(second).status == "moved"


def test_a_private_address_that_the_operator_did_not_name_is_not_contacted(world):
    portal = world.portals.add(Portal("甲县", [report(2024)]))
    source_id = world.register(portal)
    world.portals.hosts.clear()
    world.look(source_id)
    assert world.source(source_id).status == "moved"
    assert "loopback" in world.source(source_id).reason
    assert sum(portal.visits.values()) == 0


def test_a_shared_column_leaves_what_names_no_known_body_unassigned(world):
    items = [report(2024), Item("2024年政府信息公开工作年度报告", date(2025, 1, 9), body=BODY.format(2024))]
    portal = world.portals.add(Portal("甲县", items))
    source_id = world.register(portal)
    world.register(portal, "甲县民政局")
    world.look(source_id)
    assert sorted(d.agency_id is None for d in world.documents()) == [False, True]
