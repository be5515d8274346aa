"""Each trap of section 5 of the note on portals that a portal can lay, over HTTP, in the real child process: one crawl."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest
import sqlalchemy as sa

from demo.simulator import fleet
from demo.simulator.families.trs import Trs
from demo.simulator.server import Network
from demo.simulator.site import Site
from demo.simulator.traps import TRAPS
from models import base
from models.documents import Document
from models.sources import Source
from tests.crawler.fleet import Fleet, Sum
from tests.crawler.given import forbidden

pytestmark = pytest.mark.slow


@dataclass(slots=True)
class Crawled:
    """What a crawl of the portal of one trap came to."""

    site: Site
    status: str
    reason: str
    sums: Sum
    days: dict[str, tuple[date | None, date]]  # by title: the day held, the true one
    mojibake: list[str]


def portals(outside: str) -> dict[str, Site]:
    """A portal for each trap, its list on more than one page."""
    out: dict[str, Site] = {}
    for number, (name, trap) in enumerate(TRAPS.items()):
        family = Trs if trap.family == "trs" else Site
        site = fleet.site(family, "own", 5000 + number)
        site.family = name  # type: ignore[misc]  # the sums are by trap then
        trap.lay(site, outside)
        out[name] = site
    return out


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Crawled]]:
    with Network() as network, forbidden() as (outside, visitors):
        sites = portals(outside)
        watched = Fleet(tmp_path_factory.mktemp("traps"), network, list(sites.values()))
        watched.look()
        sums = watched.measured()
        out: dict[str, Crawled] = {}
        with base.transaction(watched.engine) as session:
            for source in session.scalars(sa.select(Source)):
                site = watched.sources[source.id]
                documents = list(session.scalars(sa.select(Document).where(Document.source_id == source.id)))
                true = {report.title: report.published_on for report in site.truth()}
                days = {d.title: (d.published_on, true[d.title]) for d in documents if d.title in true}
                bad = [d.title for d in documents if "\ufffd" in d.title]
                out[site.family] = Crawled(site, source.status, source.reason, sums[site.family], days, bad)
        assert visitors() == 0
        yield out
        watched.engine.dispose()


@pytest.mark.parametrize("name", TRAPS)
def test_the_source_is_in_a_state_that_the_trap_allows(seen, name):
    assert seen[name].status in TRAPS[name].statuses, seen[name].reason


@pytest.mark.parametrize("name", [name for name, trap in TRAPS.items() if trap.found])
def test_every_report_behind_the_trap_is_found_once_with_its_day(seen, name):
    here = seen[name]
    assert here.sums.lost == []
    assert here.sums.twice == 0
    assert {title: found for title, (found, true) in here.days.items() if found != true} == {}
    assert here.mojibake == []


def test_nobody_is_missing_and_nothing_is_invented_behind_any_trap(seen):
    assert {name: one.sums.missing for name, one in seen.items() if one.sums.missing} == {}
    assert {name: one.sums.invented for name, one in seen.items() if one.sums.invented} == {}


def test_a_portal_that_defends_itself_or_forbids_is_asked_a_few_times_only(seen):
    asked = {name: one.site.traffic.requests for name, one in seen.items() if not TRAPS[name].found}
    assert {name: count for name, count in asked.items() if count > 12} == {}
    assert seen["T88-robots-forbid"].site.traffic.requests == 1
