"""Whatever a portal answers in whatever order: no report that was known is lost, and no body that published is missing."""

from __future__ import annotations

import gzip
import os
import random
import tempfile
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from models import base, ledger
from models.documents import Document, Version
from tests.crawler.given import Portals
from tests.crawler.moods import Broken, Mood, Silent, watched
from tests.crawler.raw import Given, Raw
from tests.crawler.test_answers import BUSY, CUT, HOME, LOGIN, PLAIN, SHELL, WALL, report
from tests.crawler.world import COLUMN, World, listed, title

LOOKS = 6
PORTALS = 6
MANY_EXAMPLES = int(os.environ.get("NIANBAO_CHAOS", "12"))  # of a portal's moods; a thousand take some minutes
EVERY: tuple[Given | None, ...] = (
    BUSY, WALL, LOGIN, SHELL, HOME, PLAIN + CUT, b"", None, (500, {}, "error"), (412, {}, "<script>$_ts=1</script>"),
    (302, {"Location": "/"}, ""), (200, {}, ""),
    (302, {"Location": COLUMN}, ""), (304, {}, ""), (200, {"Content-Type": "application/json"}, '{"code":500}'),
    listed(("a.html", title(2025)), pager="共9条"), listed(("x.html", title(2019)), pager="<a onclick='n()'>下一页</a>"),
    "<html><body>政府信息公开年报<ul></ul></body></html>", report(2023),
    (202, {}, ""), (403, {}, WALL), (405, {}, ""), (418, {}, WALL), (429, {"Retry-After": "1"}, "slow"), (468, {}, ""),
    (503, {"Retry-After": "1"}, BUSY), (521, {}, "<script>__jsl_clearance_s=1</script>"), (410, {}, ""),
    (200, {"Content-Encoding": "gzip"}, gzip.compress(report(2025).encode())[:300]),
    (200, {}, report(2025)[:700]), b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n" + report(2025).encode()[:500],
    (200, {"Content-Type": "application/pdf"}, b"%PDF-1.4 cut"), (200, {}, "暂无数据"), (200, {}, "{}"),
    (301, {"Location": "http://127.0.0.1:1/x"}, ""), (302, {"Location": COLUMN + "login?service=a"}, LOGIN),
    report(2025).replace("甲县水利局", "乙市民政局"), listed(pager="暂无数据"),
    listed(("z.html", title(2025, "乙市民政局"))),
    "<html><head><meta http-equiv='refresh' content='0;url=/'></head></html>", "\x00\x01\x02" * 200,
)  # fmt: skip


MORE = '<script>createPageHTML(2, 0, "index", "html");</script>'
NAMES = {2023: "c", 2024: "b", 2025: "a"}  # by the year of the report
YEARS = tuple(NAMES)


class Moody:
    """A portal that answers rightly at first, and from the second look on as its seed says."""

    def __init__(self, seed: int, look: Callable[[], int]) -> None:
        self._look = look
        self._seed = seed

    def answer(self, path: str, _: dict[str, str]) -> Given | None:
        right: dict[str, Given] = {
            COLUMN: listed(("a.html", title(2025)), ("b.html", title(2024)), pager=MORE),
            COLUMN + "index_1.html": listed(("c.html", title(2023))),
            COLUMN + "robots.txt": "",
            **{f"{COLUMN}{name}.html": report(year) for year, name in NAMES.items()},
        }
        rng = random.Random(f"{self._seed} {self._look()} {path}")
        if self._look() == 1 or rng.random() < 0.4:
            return right.get(path)
        return rng.choice(EVERY)


RIGHT: dict[str, Given] = {
    COLUMN: listed(("a.html", title(2025)), ("b.html", title(2024)), pager=MORE),
    COLUMN + "index_1.html": listed(("c.html", title(2023))),
    **{f"{COLUMN}{name}.html": report(year) for year, name in NAMES.items()},
}
NO_ANSWER = "no answer"
# What stands where something else is asked for; the first is what is right, for hypothesis makes an example simpler by it.
CUT_LIST = PLAIN.partition(b"\r\n\r\n")[2] + CUT  # as if it were the whole
PAGES = [one for one in EVERY if not isinstance(one, bytes)]
MOODS: tuple[Given | Broken | None, ...] = ("right", NO_ANSWER, Broken(report(2025).encode()[:900]), CUT_LIST, *PAGES)
SPANS = (timedelta(hours=2), timedelta(days=1), timedelta(days=15), timedelta(days=100))
A_LOOK = st.tuples(st.sampled_from(SPANS), st.fixed_dictionaries({path: st.sampled_from(MOODS) for path in RIGHT}))


def in_mood(moods: Mapping[str, Given | Broken | None]) -> Mood:
    """A portal that answers as its mood says, rightly where it says nothing."""

    def answer(path: str) -> Given | Broken | None:
        given = moods.get(path, "right")
        if given == NO_ANSWER:
            raise Silent
        return RIGHT.get(path) if given == "right" else given

    return answer


@pytest.mark.timeout(1200)
@settings(max_examples=MANY_EXAMPLES, derandomize=MANY_EXAMPLES < 100, deadline=None)
@given(st.lists(A_LOOK, min_size=1, max_size=LOOKS - 1))
@example([(timedelta(hours=2), {COLUMN: report(2023), COLUMN + "c.html": (302, {"Location": COLUMN}, "")})])
@example([(timedelta(days=15), {COLUMN: report(2025)})])
def test_whatever_a_portal_answers_no_published_body_is_missing_and_no_known_report_is_lost(looks):
    with tempfile.TemporaryDirectory() as folder, watched(Path(folder)) as one:
        for span, moods in [(SPANS[0], {}), *looks, (SPANS[-1], {})]:
            one.time_passes(span)
            verdict = one.look(in_mood(moods))
            now = base.utcnow().astimezone(one.settings.zone)
            with base.transaction(one.engine) as session:
                said = {year: {s.state for s in ledger.ledger_of(session, year, now).standings} for year in YEARS}
            assert not any("missing" in states for states in said.values()), verdict
            versions = [version.document_id for version in one.all(sa.select(Version))]
            documents = [document for document in one.all(sa.select(Document)) if document.id in versions]
            # Where another address shows a report, the one that is listed no more is superseded by it.
            assert {document.year for document in documents if document.state == "waiting"} >= set(YEARS), verdict
            known = {d.year: d for d in documents if d.url.endswith(f"/{NAMES.get(d.year or 0)}.html")}
            assert [versions.count(document.id) for document in known.values()] == [1] * len(YEARS)
        assert {document.state for document in known.values()} == {"waiting"}
        assert verdict["status"] in {"ok", "unchanged"}  # once it answers rightly again


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path, Portals())


@pytest.mark.slow
@pytest.mark.timeout(900)
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
            for year in YEARS:
                states = {s.duty.agency: s.state for s in ledger.ledger_of(session, year, now).standings}
                assert "missing" not in states.values(), (look, year, states)
        for what in world.ids:
            known = {d.year: d for d in world.documents(what) if d.url.endswith(f"/{NAMES.get(d.year or 0)}.html")}
            assert {year: d.state for year, d in known.items()} == dict.fromkeys(YEARS, "waiting"), (look, what)
            kept = [v for v in world.versions(what) if v.document_id in {d.id for d in known.values()}]
            assert len(kept) == len(YEARS), (look, what)
    world.engine.dispose()


def test_a_report_that_was_away_in_a_whole_look_is_gone_a_day_later_whatever_that_look_passes_over():
    without = {COLUMN: listed(("a.html", title(2025)), pager=MORE), COLUMN + "b.html": None}
    with tempfile.TemporaryDirectory() as folder, watched(Path(folder)) as one:
        for span, moods in ((SPANS[0], {}), (SPANS[-1], without), (SPANS[0], without), (timedelta(days=1), without)):
            states = {document.year: document.state for document in one.all(sa.select(Document))}
            assert states.get(2024) in {None, "waiting"}  # an hour later nothing is sure yet
            one.time_passes(span)
            one.look(in_mood(moods))
        states = {document.year: document.state for document in one.all(sa.select(Document))}
        assert states == {2025: "waiting", 2024: "gone", 2023: "waiting"}
