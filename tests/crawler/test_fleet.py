"""Portals of every family over HTTP, in the real child process. ``NIANBAO_FLEET=60`` takes so many portals; its table is
printed with ``-s``."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from demo.simulator import fleet
from demo.simulator.server import Network
from tests.crawler.fleet import Fleet, Sum, told

pytestmark = pytest.mark.slow

SEED = 1
PORTALS = int(os.environ.get("NIANBAO_FLEET", "0")) or len(fleet.FAMILIES)


@pytest.fixture(scope="module")
def sums(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Sum]]:
    with Network() as network:
        watched = Fleet(tmp_path_factory.mktemp("fleet"), network, fleet.fleet(SEED, PORTALS))
        watched.look()
        found = watched.measured()
        print(told(found))
        yield found
        watched.engine.dispose()


def test_nine_of_ten_reports_are_found_in_every_family_that_can_be_read(sums):
    assert {name: found.lost for name, found in sums.items() if found.share < 0.9} == {}


def test_nobody_who_has_published_is_called_missing_for_any_year(sums):
    assert {name: found.missing for name, found in sums.items() if found.missing} == {}


def test_no_other_publication_passes_for_a_report_of_a_body_and_year(sums):
    assert {name: found.invented for name, found in sums.items() if found.invented} == {}


def test_no_report_is_held_twice(sums):
    assert sum(found.twice for found in sums.values()) == 0


def test_a_shell_that_scripts_fill_is_unknown_and_nobody_in_it_is_missing(sums):
    assert set(sums["unknown-js"].statuses) == {"unknown-js"}
    assert sums["unknown-js"].missing == []
