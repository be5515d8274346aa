"""The same portals on several days: before the season, in it, after edits and removals, on a day of errors of every kind,
and when that is over. ``NIANBAO_FLEET=60`` takes so many portals."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

import pytest
import sqlalchemy as sa

from demo.portal import forbidden
from demo.simulator import fleet
from demo.simulator.content import Entry, report_html
from demo.simulator.families.aspnet import AspNet
from demo.simulator.families.gkmlpt import Gkmlpt
from demo.simulator.families.hanweb import Hanweb
from demo.simulator.families.jpaas import Jpaas
from demo.simulator.families.trs import Trs
from demo.simulator.families.vsb import Vsb
from demo.simulator.server import Network
from demo.simulator.traps import TRAPS
from models import base
from models.documents import Document, Version
from tests.crawler.fleet import Fleet, Sum

BEFORE, SEASON, LATER = date(2025, 1, 2), date(2025, 3, 1), date(2025, 3, 10)
FEW = (Trs, Hanweb, Jpaas, Vsb, Gkmlpt, AspNet)
PORTALS = int(os.environ.get("NIANBAO_FLEET", "0"))
ERRORS = ("T80-521", "T82-block-page-200", "T83-reset", "T37-list-by-script-alone", "cut-list", "T22-soft-404")


@dataclass(slots=True)
class Day:
    """What was known after a look."""

    sums: dict[str, Sum]
    versions: dict[tuple[int, str], int]  # by source and title: how many versions
    unfair: list[str]  # called missing though they have published, then or before


def edited(entry: Entry) -> Entry:
    """Its figures are corrected on a later day."""
    if entry.kind != "report" or entry.year < 2023:
        return entry
    return replace(entry, revisions=((LATER, report_html(entry.agency, entry.year, entry.day, received=77)),))


def removed(entries: list[Entry]) -> list[Entry]:
    """The oldest report is withdrawn on a later day."""
    oldest = min((entry for entry in entries if entry.kind == "report"), key=lambda entry: entry.day, default=None)
    return [replace(entry, until=SEASON) if entry is oldest else entry for entry in entries]


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Day]]:
    sites = fleet.fleet(11, PORTALS) if PORTALS else [fleet.site(family, "own", 40 + n) for n, family in enumerate(FEW)]
    for site in sites:
        for column in site.root.walk():
            column.entries = removed([edited(entry) for entry in column.entries if PORTALS or entry.year > 2017])
    with Network() as network, forbidden() as (outside, visitors):
        watched = Fleet(tmp_path_factory.mktemp("days"), network, sites)
        out: dict[str, Day] = {}

        def look(name: str, day: date) -> None:
            watched.look(day)
            out[name] = _day(watched)

        look("before", BEFORE)
        look("season", SEASON)
        look("later", LATER)
        for number, site in enumerate(sites):
            TRAPS[ERRORS[number % len(ERRORS)]].lay(site, outside)
        look("errors", LATER)
        for site in sites:
            site.broken = site.after = None
        look("over", LATER)
        assert visitors() == 0
        yield out
        watched.engine.dispose()


def _day(watched: Fleet) -> Day:
    with base.transaction(watched.engine) as session:
        query = (
            sa.select(Document.source_id, Document.title, sa.func.count())
            .join(Version, Version.document_id == Document.id)
            .group_by(Document.source_id, Document.title)
        )
        versions = {(row[0], row[1]): row[2] for row in session.execute(query)}
    return Day(
        watched.measured(),
        versions,
        [f"{name} {year}" for name, year in watched.missing() if (name, year) in watched.ever],
    )


def test_what_stands_before_the_season_is_found_and_what_comes_in_it_too(days):
    for name in ("before", "season"):
        sums = days[name].sums
        assert {family: found.lost for family, found in sums.items() if found.lost} == {}
    true = {name: sum(found.true for found in days[name].sums.values()) for name in ("before", "season")}
    assert true["before"] < true["season"]


def test_an_edited_report_has_two_versions_and_no_other_has(days):
    counts = days["later"].versions
    assert {title for (_, title), count in counts.items() if count > 2} == set()
    changed = {title for (_, title), count in counts.items() if count == 2}
    assert changed
    assert all("2023" in title or "2024" in title for title in changed)
    assert set(days["season"].versions.values()) == {1}


def test_a_day_of_errors_changes_nothing_that_is_known_and_is_over_when_it_is_over(days):
    assert days["errors"].versions == days["later"].versions
    assert days["over"].versions == days["later"].versions
    assert {family: found.lost for family, found in days["over"].sums.items() if found.lost} == {}


def test_nobody_who_has_ever_published_is_called_missing_on_any_day(days):
    assert {name: day.unfair for name, day in days.items() if day.unfair} == {}


def test_nothing_is_invented_or_held_twice_on_any_day(days):
    sums = [found for day in days.values() for found in day.sums.values()]
    assert sum(found.twice for found in sums) == 0
    assert [
        one for found in sums for one in found.invented if not one.endswith("2019") and not one.endswith("2015")
    ] == []
