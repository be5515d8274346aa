"""The same portals on several days, and crawls that are cut: over HTTP, in the real child process."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import sqlalchemy as sa

import config
from demo.simulator.server import Answer
from models import base
from models.sources import Run
from tests.crawler.given import Portals
from tests.crawler.world import COLUMN, Site, World, article, below, listed, title

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PDF = "application/pdf"


def one_report(file: Answer) -> Site:
    inner = '<p>一、总体情况</p><p>本年度工作平稳。</p><a href="P0.pdf">附件</a>'
    return below({"": listed(("1.html", title(2024))), "1.html": article(title(2024), inner), "P0.pdf": file})


class Busy(Site):
    """Answers 429 to some requests, and notes when each came."""

    def __init__(self, site: Site, refusals: int, headers: dict[str, str], status: int = 429) -> None:
        super().__init__(site.given)
        self.refusals, self.headers, self.status = refusals, headers, status
        self.times: list[float] = []
        self.at_once = self.most = 0
        self._lock = threading.Lock()

    def at(self, path: str) -> Answer:
        with self._lock:
            self.at_once += 1
            self.most = max(self.most, self.at_once)
            self.times.append(time.monotonic())
        time.sleep(0.03)
        with self._lock:
            self.at_once -= 1
            if self.refusals and path.endswith(".html"):
                self.refusals -= 1
                return Answer(b"slow down", status=self.status, headers=self.headers)
        return super().at(path)


class Season:
    """Three days of six portals; what was true after each."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.replaced = one_report(Answer(b"%PDF-1.4 first", PDF))
        self.broken = one_report(Answer(b"<html><body>error</body></html>"))
        rows = (("1.html", title(2024)), ("2.html", title(2023)))
        self.withdrawn = below({"": listed(*rows), **{href: article(text) for href, text in rows}})
        self.moved = one_report(Answer(b"%PDF-1.4", PDF))
        self.busy = Busy(one_report(Answer(b"%PDF-1.4", PDF)), 1, {"Retry-After": "1"})
        many = [(f"{n}.html", title(2000 + n)) for n in range(20, 26)]
        self.guarded = Busy(
            below({"": listed(*many), **{href: article(text) for href, text in many}}), 99, {}, status=412
        )
        self.days: list[dict[str, str]] = []
        self.states: list[dict[int | None, str]] = []
        for what in ("replaced", "broken", "withdrawn", "moved", "busy", "guarded"):
            world.register(what, getattr(self, what))

    def day(self, *what: str) -> None:
        self.world.time_passes()
        lines = self.world.look(*what)
        by_id = {number: name for name, number in self.world.ids.items()}
        self.days.append({by_id[line["source_id"]]: line["status"] for line in lines if line["event"] == "source"})
        self.states.append({d.year: d.state for d in self.world.documents("withdrawn")})


@pytest.fixture(scope="module")
def season(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Season]:
    with Portals() as portals:
        world = World(tmp_path_factory.mktemp("days"), portals)
        season = Season(world)
        season.day()
        season.replaced.given[COLUMN + "P0.pdf"] = Answer(b"%PDF-1.4 second", PDF)
        season.broken.given[COLUMN + "P0.pdf"] = Answer(b"%PDF-1.4 now", "text/html")
        season.withdrawn.given[COLUMN] = listed(("1.html", title(2024)))
        del season.withdrawn.given[COLUMN + "2.html"]
        season.moved.given.clear()
        season.day("replaced", "broken", "withdrawn", "moved")
        season.day("replaced", "withdrawn")
        yield season
        world.engine.dispose()


def test_a_file_replaced_in_place_makes_a_version_though_its_page_did_not_change(season):
    assert [day["replaced"] for day in season.days] == ["ok", "ok", "unchanged"]
    assert [v.number for v in season.world.versions("replaced")] == [1, 2]
    assert len({a.sha256 for a in season.world.attachments("replaced")}) == 2


def test_what_did_not_change_is_asked_for_conditionally_and_not_sent_again(season):
    # The list itself is not: its body still owes a report, and a server may answer 304 for ever.
    assert season.replaced.conditional[COLUMN] == 0
    assert season.replaced.conditional[COLUMN + "1.html"] == 2
    assert season.replaced.conditional[COLUMN + "P0.pdf"] == 1


def test_an_error_page_is_not_taken_for_the_file_and_the_file_is_asked_for_again(season):
    assert [day["broken"] for day in season.days[:2]] == ["incomplete", "ok"]
    assert [a.media_type for a in season.world.attachments("broken")] == [PDF]


def test_a_report_that_is_away_on_two_days_is_withdrawn_and_its_bytes_stay(season):
    assert season.states[1] == {2024: "waiting", 2023: "waiting"}
    assert season.states[2] == {2024: "waiting", 2023: "gone"}
    assert len(season.world.versions("withdrawn")) == 2


def test_a_column_that_listed_reports_and_is_gone_has_moved(season):
    assert [day["moved"] for day in season.days[:2]] == ["ok", "moved"]


def test_a_host_that_asks_to_be_left_alone_is_left_alone_and_then_asked_again(season):
    times = season.busy.times
    assert season.days[0]["busy"] == "ok"
    assert max(later - before for before, later in pairwise(times)) >= 1.0
    assert season.busy.most == 1


def test_a_challenge_in_the_middle_ends_the_look_with_few_requests(season):
    assert season.days[0]["guarded"] == "challenged"
    assert sum(season.guarded.visits.values()) <= 3  # robots, the list, one row
    assert season.world.source("guarded").next_due_at > base.utcnow() + timedelta(hours=11)


class Hanging(Site):
    """Takes its time until it is let go."""

    def __init__(self) -> None:
        super().__init__({})
        self.asked, self.free = threading.Event(), threading.Event()

    def at(self, path: str) -> Answer:
        if path == COLUMN:
            self.asked.set()
            self.free.wait(30)
        return super().at(path)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with Portals() as portals:
        made = World(tmp_path, portals)
        yield made
        made.engine.dispose()


def test_a_crawl_whose_starter_was_killed_ends_and_its_run_counts_as_incomplete(world):
    site = Hanging()
    source_id = world.register("hanging", site)
    text = f"from crawler import run; import config; list(run.crawl([{source_id}], config.settings()))"
    starter = subprocess.Popen(
        [sys.executable, "-c", text],
        cwd=ROOT,
        env=config.child_environment(world.configured()) | {"PYTHONPATH": str(ROOT)},
    )
    assert site.asked.wait(30)
    children = Path(f"/proc/{starter.pid}/task/{starter.pid}/children").read_text().split()
    starter.kill()
    starter.wait()
    assert len(children) == 1
    until = time.monotonic() + 15
    while Path(f"/proc/{children[0]}/cmdline").exists() and b"crawler.child" in _command(children[0]):
        assert time.monotonic() < until, "the crawl outlived its starter"
        time.sleep(0.1)
    site.free.set()
    site.given = one_report(Answer(b"%PDF-1.4", PDF)).given
    world.look()
    with base.transaction(world.engine) as session:
        assert list(session.scalars(sa.select(Run.status).order_by(Run.id))) == ["incomplete", "ok"]


def _command(pid: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
