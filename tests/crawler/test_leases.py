"""Several crawlers and one host: one request at a time, its pauses kept, a killed one's host free again."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from crawler import run
from crawler.budget import keys_of
from models import base, hosts
from tests import databases
from tests.crawler.given import Portals
from tests.crawler.raw import Given, Raw
from tests.crawler.test_answers import report
from tests.crawler.world import COLUMN, World, listed, title

pytestmark = pytest.mark.slow

PAUSE = 0.8


class Counting:
    """A host of three columns that notes how many requests it has at once."""

    def __init__(self) -> None:
        self.now = self.most = 0
        self._lock = threading.Lock()

    def answer(self, path: str, _: dict[str, str]) -> Given | None:
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        time.sleep(0.05)
        with self._lock:
            self.now -= 1
        if path.endswith("a.html"):
            return report(2025)
        return listed(("a.html", title(2025))) if path.endswith("/") else None


def test_three_crawlers_of_ten_sources_on_one_host_ask_one_after_another_and_keep_its_pause(tmp_path: Path):
    counting = Counting()
    raw = Raw(counting.answer)
    portals = Portals()
    port = raw.host.rpartition(":")[2]
    portals.hosts += [raw.host, f"localhost:{port}"]  # two names of one address
    world = World(tmp_path, portals)
    world.settings = world.settings.model_copy(update={"crawl_delay": PAUSE})
    for name in "abcdefghij":
        host = "localhost" if name in "aeh" else "127.0.0.1"
        world.register(name, f"http://{host}:{port}{COLUMN}{name}/")
    ids = list(world.ids.values())
    with ThreadPoolExecutor(3) as pool:
        looks = pool.map(lambda part: list(run.crawl(part, world.configured())), (ids[:4], ids[4:7], ids[7:]))
        statuses = [line["status"] for lines in looks for line in lines if line["event"] == "source"]
    assert statuses == ["ok"] * 10
    assert counting.most == 1
    times = [at for at, _ in raw.asked]
    assert len(times) == 2 * 3 + 2 * 10  # robots.txt of both names, each crawler for itself; list and article
    # They leave a pause apart. On a busy machine one arrives late and the next in time, which no sum of pauses shows.
    gaps = sorted(after - before for before, after in pairwise(times))
    assert sum(gaps) > PAUSE * (len(gaps) - 1)
    assert gaps[len(gaps) // 4] > PAUSE * 0.5
    world.engine.dispose()


def test_a_lease_runs_out_by_itself_and_a_pause_binds_whoever_comes_next(tmp_path: Path):
    url = databases.sqlite_file(tmp_path / "a.sqlite3")
    engine = base.make_engine(url)
    now = base.utcnow()
    minute = timedelta(minutes=1)
    with base.transaction(engine) as session:
        assert hosts.take(session, "192.0.2.1", "one", now, minute) == timedelta(0)
        assert hosts.take(session, "192.0.2.1", "two", now, minute) == minute
        assert hosts.take(session, "192.0.2.1", "one", now, 2 * minute) == timedelta(0)
        assert hosts.take(session, "192.0.2.1", "two", now + 3 * minute, minute) == timedelta(0)  # the first was killed
        hosts.leave(session, "192.0.2.1", "one", now + 3 * minute, minute)  # comes too late to matter
        assert hosts.take(session, "192.0.2.1", "one", now + 3 * minute, minute) == minute
        hosts.leave(session, "192.0.2.1", "two", now + 3 * minute, timedelta(seconds=5))
        assert hosts.take(session, "192.0.2.1", "one", now + 3 * minute, minute) == timedelta(seconds=5)
        hosts.pause(session, "192.0.2.1", now + 3 * minute, 4 * minute)
        assert hosts.take(session, "192.0.2.1", "one", now + 4 * minute, minute) == 3 * minute
    engine.dispose()


def test_a_request_counts_for_its_host_and_for_each_address_of_it_in_one_order():
    one = keys_of("www.example", 80, ["198.51.100.2", "198.51.100.1"])
    assert one == ["198.51.100.1", "198.51.100.2", "www.example"]
    assert set(one) & set(keys_of("other.example", 443, ["198.51.100.2"])) == {"198.51.100.2"}
    assert keys_of("127.0.0.1", 8080, ["127.0.0.1"]) == ["127.0.0.1:8080"]
    assert len(keys_of("many.example", 80, [f"198.51.100.{n}" for n in range(40)])) == 5
