"""A crawl is a pool that others are added to while it runs, and a source on which its process dies costs itself alone."""

from __future__ import annotations

import os
import random
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import sqlalchemy as sa

from crawler import run
from models import base
from models.documents import Document, Version
from tests.crawler.given import Portals
from tests.crawler.raw import Given, Raw
from tests.crawler.test_answers import report
from tests.crawler.world import COLUMN, World, listed, title

KILLS = 10
YEARS = (2023, 2024, 2025)


def children() -> list[int]:
    """The crawls that this process has started."""
    found = []
    for number in Path(f"/proc/{os.getpid()}/task").iterdir():
        with suppress(FileNotFoundError):  # the thread has just ended
            found += [int(text) for text in (number / "children").read_text().split()]
    return [pid for pid in found if b"crawler.child" in Path(f"/proc/{pid}/cmdline").read_bytes()]


class Column:
    """A column of three reports; what happens before an answer is the test's."""

    def __init__(self) -> None:
        self.at_once = self.most = 0
        self._lock = threading.Lock()
        self.raw = Raw(self.answer)

    def before(self, path: str) -> None:
        """Nothing."""

    def answer(self, path: str, _: dict[str, str]) -> Given | None:
        with self._lock:
            self.at_once += 1
            self.most = max(self.most, self.at_once)
        self.before(path)
        with self._lock:
            self.at_once -= 1
        name = path.removeprefix(COLUMN)
        if path == COLUMN:
            return listed(*[(f"{year}.html", title(year)) for year in YEARS])
        return report(int(name[:4])) if name in {f"{year}.html" for year in YEARS} else None


class Slow(Column):
    """Answers its list when it is let go."""

    def __init__(self) -> None:
        self.free = threading.Event()
        super().__init__()

    def before(self, path: str) -> None:
        """Waits."""
        if path == COLUMN:
            self.free.wait(120)


class Deadly(Column):
    """Whoever asks for its list is killed."""

    def before(self, path: str) -> None:
        """Kills."""
        if path == COLUMN:
            for pid in children():
                os.kill(pid, signal.SIGKILL)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with Portals() as portals:
        made = World(tmp_path, portals)
        yield made
        made.engine.dispose()


def added(world: World, columns: dict[str, Column]) -> None:
    for name, column in columns.items():
        world.portals.hosts.append(column.raw.host)
        world.register(name, column.raw.column)


def test_others_are_taken_while_a_slow_source_is_waited_for(world):
    slow = Slow()
    columns = {"slow": slow, "first": Column(), "later": Column(), "last": Column()}
    added(world, columns)
    names = {number: name for name, number in world.ids.items()}
    waiting = [world.ids["later"], world.ids["last"]]
    ended: list[tuple[str, str]] = []

    def more(room: int) -> list[int]:
        assert room > 0
        return [waiting.pop(0)] if waiting and ended else []

    for event in run.crawl([world.ids["slow"], world.ids["first"]], world.configured(), more):
        if event["event"] == "source":
            ended.append((names[event["source_id"]], event["status"]))
            if len(ended) == 3:
                slow.free.set()
    assert ended[0] == ("first", "ok")
    assert sorted(ended[1:3]) == [("last", "ok"), ("later", "ok")]
    assert ended[3:] == [("slow", "ok")]


def test_a_source_on_which_the_crawler_dies_costs_itself_and_no_other(world):
    added(world, {"good": Column(), "deadly": Deadly(), "well": Column()})
    events = list(run.crawl(list(world.ids.values()), world.configured()))
    assert [e["source_id"] for e in events if e["event"] == "failed"] == [world.ids["deadly"]]
    ended = {e["source_id"]: e["status"] for e in events if e["event"] == "source"}
    assert ended[world.ids["good"]] in {"ok", "unchanged"}
    assert ended[world.ids["well"]] in {"ok", "unchanged"}
    assert world.ids["deadly"] not in ended


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_crawlers_killed_at_any_moment_lose_nothing_store_nothing_twice_and_leave_hosts_to_one(world):
    columns = {name: Column() for name in "ab"}
    rng = random.Random(20261129)
    asked, kills, at = 0, 0, rng.randrange(1, 7)
    lock = threading.Lock()

    def before(path: str) -> None:
        nonlocal asked, kills, at
        with lock:
            asked += 1
            if kills < KILLS and asked >= at:
                for pid in children():
                    os.kill(pid, signal.SIGKILL)
                    kills += 1
                at = asked + rng.randrange(1, 7)

    for column in columns.values():
        column.before = before  # type: ignore[method-assign]
    added(world, columns)
    for _ in range(3 * KILLS):
        list(run.crawl(list(world.ids.values()), world.configured()))
        if kills >= KILLS:
            break
    assert kills == KILLS
    world.look()
    assert {world.source(name).status for name in columns} <= {"ok", "unchanged"}
    with base.transaction(world.engine) as session:
        rows = session.execute(sa.select(Document.source_id, Document.year, Version.id).join(Version))
        found = Counter((source_id, year) for source_id, year, _ in rows)
    assert found == Counter({(source_id, year): 1 for source_id in world.ids.values() for year in YEARS})
    assert {name: column.most for name, column in columns.items()} == dict.fromkeys(columns, 1)
