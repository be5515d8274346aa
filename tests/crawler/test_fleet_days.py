"""Sixty portals of all families on five days: before the season, in it, after edits and removals, on a day of errors of
every kind, and when that is over and some have moved. The reports that are due stand on the second page of each.
``NIANBAO_FLEET`` takes another number of portals."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

import pytest
import sqlalchemy as sa

from demo.simulator import fleet
from demo.simulator.content import Entry, report_html
from demo.simulator.server import Answer, Network, Request
from demo.simulator.site import Site
from demo.simulator.traps import TRAPS
from models import base
from models.documents import Document, Version
from models.sources import Source
from reports.duties import COMPLETE
from tests.crawler.fleet import Fleet, Sum, told
from tests.crawler.given import forbidden

BEFORE, SEASON, LATER = date(2025, 1, 2), date(2025, 3, 1), date(2025, 3, 10)
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]  # a crowded machine
PORTALS = int(os.environ.get("NIANBAO_FLEET", "0")) or 60
PER_PAGE = 3  # late notices fill the first page
MOVABLE = frozenset({"static", "trs", "regional", "nfcms", "vsb"})
ERRORS = ("T80-521", "T82-block-page-200", "T83-reset", "T37-list-by-script-alone", "cut-list", "T22-soft-404")


@dataclass(slots=True)
class Day:
    """What was known after a crawl."""

    sums: dict[str, Sum]
    versions: dict[tuple[int, str], int]  # by source and title: how many versions
    unfair: list[str]  # called missing though they have published, then or before
    wrong_states: list[str]  # of sources that said they were read whole and could not be, or the other way round


def portals() -> list[Site]:
    out = []
    for number in range(PORTALS):
        family = fleet.FAMILIES[number % len(fleet.FAMILIES)]
        site = fleet.site(family, "due" if not family.shapes else family.shapes[0], 11_000 + number)
        site.per_page = PER_PAGE
        for column in site.root.walk():
            column.entries = removed([edited(entry) for entry in column.entries])
        out.append(site)
    return out


def edited(entry: Entry) -> Entry:
    """Its figures are corrected on a later day, where its number says so."""
    if entry.kind != "report" or entry.number % 3:
        return entry
    return replace(entry, revisions=((LATER, report_html(entry.agency, entry.year, entry.day, received=77)),))


def removed(entries: list[Entry]) -> list[Entry]:
    """The oldest report is withdrawn on a later day."""
    oldest = min((entry for entry in entries if entry.kind == "report"), key=lambda entry: entry.day, default=None)
    return [replace(entry, until=SEASON) if entry is oldest else entry for entry in entries]


def moved(site: Site) -> None:
    """The column stands in another directory; its old address leads there."""
    old = site.column_path(site.root)
    site.root.slug += "_new"
    site._paths_of = None
    new = site.column_path(site.root)
    there = Answer(b"", status=302, headers={"Location": new})

    def redirected(request: Request) -> Answer | None:
        return there if request.target == old else None

    site.broken = redirected


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Day]]:
    sites = portals()
    with Network() as network, forbidden() as (outside, visitors):
        watched = Fleet(tmp_path_factory.mktemp("days"), network, sites)
        out: dict[str, Day] = {}

        def look(name: str, day: date) -> None:
            watched.look(day)
            out[name] = _day(watched)

        look("before", BEFORE)
        look("season", SEASON)
        print(told(out["season"].sums))
        look("later", LATER)
        for number, site in enumerate(sites):
            TRAPS[ERRORS[number % len(ERRORS)]].lay(site, outside)
        look("errors", LATER)
        for number, site in enumerate(sites):
            site.broken = site.after = None
            if number % 2 and site.family in MOVABLE:
                moved(site)
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
        wrong = []
        for source in session.scalars(sa.select(Source)):
            site = watched.sources[source.id]
            whole = all(
                site.reachable(column, i) for column in site.columns() for i, _ in enumerate(site.listed(column))
            )
            if (source.status in COMPLETE) != whole:
                wrong.append(f"{site.family} {source.url} {source.status} {source.reason}")
    unfair = [f"{name} {year}" for name, year in watched.missing() if (name, year) in watched.ever]
    return Day(watched.measured(), versions, unfair, wrong)


GOOD = ("before", "season", "later", "over")


@pytest.mark.parametrize("name", GOOD)
def test_every_report_is_found_on_every_day_without_errors(days, name):
    assert {family: found.lost for family, found in days[name].sums.items() if found.lost} == {}


@pytest.mark.parametrize("name", GOOD)
def test_every_source_that_can_be_read_is_whole_and_every_other_is_not(days, name):
    assert days[name].wrong_states == []


def test_new_reports_of_the_season_are_among_them(days):
    true = {name: sum(found.true for found in days[name].sums.values()) for name in ("before", "season")}
    assert true["before"] < true["season"]


def test_an_edited_report_has_two_versions_and_no_other_has(days):
    counts = days["later"].versions
    assert {title for (_, title), count in counts.items() if count > 2} == set()
    assert {title for (_, title), count in counts.items() if count == 2}
    assert set(days["season"].versions.values()) == {1}


def test_a_day_of_errors_changes_nothing_that_is_known_and_is_over_when_it_is_over(days):
    assert days["errors"].versions == days["later"].versions
    assert days["over"].versions.keys() == days["later"].versions.keys()


def test_on_a_day_of_errors_no_source_is_taken_for_whole(days):
    assert [name for name, found in days["errors"].sums.items() if set(found.statuses) & set(COMPLETE)] == []


@pytest.mark.parametrize("name", [*GOOD, "errors"])
def test_nobody_who_has_ever_published_is_called_missing_on_any_day(days, name):
    assert days[name].unfair == []


@pytest.mark.parametrize("name", [*GOOD, "errors"])
def test_nothing_is_invented_or_held_twice_on_any_day(days, name):
    sums = days[name].sums.values()
    assert sum(found.twice for found in sums) == 0
    assert [one for found in sums for one in found.invented] == []
