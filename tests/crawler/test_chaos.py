"""Whatever a portal answers in whatever order: no report that was known is lost, and no body that published is missing."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from models import base, ledger
from tests.crawler.given import Portals
from tests.crawler.raw import Given, Raw
from tests.crawler.test_answers import BUSY, CUT, HOME, LOGIN, PLAIN, SHELL, WALL, report
from tests.crawler.world import COLUMN, World, listed, title

LOOKS = 6
PORTALS = 8
EVERY: tuple[Given | None, ...] = (
    BUSY, WALL, LOGIN, SHELL, HOME, PLAIN + CUT, b"", None, (500, {}, "error"), (412, {}, "<script>$_ts=1</script>"),
    (302, {"Location": "/"}, ""), (200, {}, ""),
    (302, {"Location": COLUMN}, ""), (304, {}, ""), (200, {"Content-Type": "application/json"}, '{"code":500}'),
    listed(("a.html", title(2025)), pager="共9条"), listed(("x.html", title(2019)), pager="<a onclick='n()'>下一页</a>"),
    "<html><body>政府信息公开年报<ul></ul></body></html>", report(2023),
)  # fmt: skip


class Moody:
    """A portal that answers rightly at first, and from the second look on as its seed says."""

    def __init__(self, seed: int, look: Callable[[], int]) -> None:
        self._look = look
        self._seed = seed

    def answer(self, path: str, _: dict[str, str]) -> Given | None:
        right = {COLUMN: listed(("a.html", title(2025)), ("b.html", title(2024))), COLUMN + "b.html": report(2024)}
        right[COLUMN + "a.html"] = report(2025)
        rng = random.Random(f"{self._seed} {self._look()} {path}")
        if self._look() == 1 or rng.random() < 0.4:
            return right.get(path)
        return rng.choice(EVERY)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path, Portals())


@pytest.mark.timeout(400)
def test_no_published_body_is_called_missing_and_no_known_report_is_lost(world):
    look = 1
    for seed in range(PORTALS):
        raw = Raw(Moody(seed, lambda: look).answer)
        world.portals.hosts.append(raw.host)
        world.register(str(seed), raw.column)
    for look in range(1, LOOKS + 1):
        world.time_passes()
        world.look()
        now = base.utcnow().astimezone(world.settings.zone)
        with base.transaction(world.engine) as session:
            for year in (2024, 2025):
                states = {s.duty.agency: s.state for s in ledger.ledger_of(session, year, now).standings}
                assert "missing" not in states.values(), (look, year, states)
        for what in world.ids:
            known = {d.year: d for d in world.documents(what) if d.year in {2024, 2025} and d.kind == "annual_report"}
            assert {year: d.state for year, d in known.items()} == {2024: "waiting", 2025: "waiting"}, (look, what)
            kept = [v for v in world.versions(what) if v.document_id in {d.id for d in known.values()}]
            assert len(kept) == 2, (look, what)
    world.engine.dispose()
