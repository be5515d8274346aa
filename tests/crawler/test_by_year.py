"""Pages by year over several looks: each year's report found once, and told withdrawn where its page has it no more."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from demo.simulator.server import Network
from tests.crawler.handmade.by_year import BY_YEAR, TAKEN, YEARS
from tests.crawler.handmade.looks import Day, Looks

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[dict[str, Day]]]:
    with Network() as network:
        looks = Looks(tmp_path_factory.mktemp("years"), network, BY_YEAR)
        out = [looks.look()]
        for portal in BY_YEAR:
            portal.now = tuple(year for year in YEARS if year != TAKEN)  # type: ignore[attr-defined]
        out += [looks.look(), looks.look()]
        for portal in BY_YEAR:
            portal.now = YEARS  # type: ignore[attr-defined]
        yield [*out, looks.look()]
        looks.engine.dispose()


@pytest.mark.parametrize("name", [portal.name for portal in BY_YEAR])
def test_a_report_taken_down_from_its_page_is_withdrawn_at_the_second_look_and_comes_back(days, name):
    states = [{one.year: one.state for one in day[name].reports} for day in days]
    there = dict.fromkeys(YEARS, "waiting")
    assert states == [there, there, there | {TAKEN: "gone"}, there], [day[name].reason for day in days]
    assert [day[name].status in {"ok", "unchanged"} for day in days] == [True] * 4, [day[name].reason for day in days]
    assert [set(day[name].missing) & set(YEARS) for day in days] == [set()] * 4
