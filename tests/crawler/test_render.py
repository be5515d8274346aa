"""Columns that only a script shows, drawn by a real browser over HTTP, and what such a page must not reach."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import config
from crawler import run
from demo.simulator.server import Answer
from models import base, columns
from models.sources import Source
from tests.crawler.given import Portals, forbidden
from tests.crawler.world import COLUMN, Site, World, article, title
from tests.models.rows import body, column

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), "")
needs_browser = pytest.mark.skipif(
    not BROWSER or importlib.util.find_spec("playwright") is None,
    reason="no Chromium on the PATH, or the group render is not installed",
)

DRAWS = (
    "<html><head><title>政府信息公开年报</title></head><body><div id='app'></div><script>"
    "fetch('/api/list').then(a=>a.json())"
    ".then(d=>{document.getElementById('app').innerHTML='<ul>'+d.rows.map(r=>'<li><a href=\"'+r.u+'\">'+r.t+'</a>"
    "<span>2025-01-20</span></li>').join('')+'</ul>'+(d.more||'')})</script></body></html>"
)


def rows(more: str = "") -> Answer:
    found = [{"u": f"{COLUMN}{year}.html", "t": title(year)} for year in (2024, 2023)]
    return Answer(json.dumps({"rows": found, "more": more}).encode(), "application/json")


def site(page: str = DRAWS, more: str = "") -> Site:
    return Site(
        {
            COLUMN: page,
            "/api/list": rows(more),
            f"{COLUMN}2024.html": article(title(2024)),
            f"{COLUMN}2023.html": article(title(2023)),
        }
    )


def reaching(address: str) -> str:
    """A page whose scripts try every way out that a page has."""
    host = address.removeprefix("http://")
    tries = (
        f"<img src='{address}/i.png'><script src='{address}/s.js'></script><link rel='stylesheet' href='{address}/c.css'>"
        f"<link rel='preconnect' href='{address}'><link rel='prefetch' href='{address}/p'><iframe src='{address}/f'></iframe>"
        f"<script>fetch('{address}/x',{{mode:'no-cors'}}).catch(()=>0);navigator.sendBeacon('{address}/b','1');"
        f"try{{new WebSocket('ws://{host}/w')}}catch(e){{}}try{{new EventSource('{address}/e')}}catch(e){{}}"
        f"try{{window.open('{address}/o')}}catch(e){{}}"
        f"try{{let p=new RTCPeerConnection({{iceServers:[{{urls:'stun:{host}'}}]}});p.createDataChannel('a');"
        "p.createOffer().then(o=>p.setLocalDescription(o))}catch(e){}"
        f"let f=document.createElement('form');f.method='post';f.action='{address}/post';f.target='t';"
        "document.body.appendChild(f);f.submit();</script>"
    )
    return DRAWS.replace("</body>", f"{tries}</body>")


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with Portals() as portals, forbidden() as (address, visitors):
        world = World(tmp_path_factory.mktemp("render"), portals)
        sites = {
            "drawn": site(),
            "states its total": site(more="<div>共2条记录</div>"),
            "not asked for": site(),
            "reaches out": site(reaching(address)),
            "never ends": site("<html><body><div id='app'></div><script>for(;;){}</script></body></html>"),
            "data is forbidden": site(),
        }
        for what, one in sites.items():
            world.register(what, one)
        sites["data is forbidden"].robots = "User-agent: *\nDisallow: /api/\n"
        with base.transaction(world.engine) as session:
            for what, id_ in world.ids.items():
                session.get_one(Source, id_).rendered = what != "not asked for"
        settings = world.configured().model_copy(update={"browser": BROWSER})
        list(run.crawl(list(world.ids.values()), settings))
        yield {"world": world, "sites": sites, "visitors": visitors}
        world.engine.dispose()


@needs_browser
def test_a_list_that_only_a_script_shows_is_found_and_its_reports_are_stored(seen):
    world = seen["world"]
    assert {d.year for d in world.documents("drawn")} == {2023, 2024}
    assert len(world.versions("drawn")) == 2
    source = world.source("drawn")
    assert (source.status, source.reason) == ("incomplete", "the list may go on: a script asks for more (/api/list)")
    assert seen["sites"]["drawn"].visits["/api/list"] == 1


@needs_browser
def test_it_is_whole_where_the_list_itself_says_so(seen):
    assert seen["world"].source("states its total").status == "ok"


@needs_browser
def test_nothing_is_drawn_where_the_source_does_not_ask_for_it(seen):
    assert seen["world"].source("not asked for").status == "unknown-js"
    assert seen["sites"]["not asked for"].visits["/api/list"] == 0


@needs_browser
def test_no_way_out_of_a_page_reaches_a_host_that_the_register_does_not_name(seen):
    assert {d.year for d in seen["world"].documents("reaches out")} == {2023, 2024}
    assert seen["visitors"]() == 0


@needs_browser
def test_robots_holds_for_what_a_page_asks_for_and_a_page_without_end_ends(seen):
    assert seen["sites"]["data is forbidden"].visits["/api/list"] == 0
    assert seen["world"].source("data is forbidden").status == "unknown-js"
    never = seen["world"].source("never ends")
    assert never.status == "unknown-js"
    assert "drawn" in never.reason


@needs_browser
def test_the_browser_ends_with_a_crawl_that_is_killed(tmp_path):
    slow = site(DRAWS.replace("fetch(", "setInterval(()=>{document.title+='.'},100);fetch("))
    with Portals() as portals:
        world = World(tmp_path, portals)
        world.register("slow", slow)
        with base.transaction(world.engine) as session:
            session.get_one(Source, world.ids["slow"]).rendered = True
        settings = world.configured().model_copy(update={"browser": BROWSER})
        environment = config.child_environment(settings)
        command = [sys.executable, "-m", "crawler.child", str(world.ids["slow"])]
        child = subprocess.Popen(
            command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        found = _within(90, lambda: _browsers_of(child.pid))
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        _within(30, lambda: [1] if not [pid for pid in found if _alive(pid)] else [])
        world.engine.dispose()
    assert found
    assert not [pid for pid in found if _alive(pid)]


def _within(seconds: float, ask: Callable[[], list[int]]) -> list[int]:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = ask()
        if answer:
            return answer
        time.sleep(0.2)
    return []


def _browsers_of(pid: int) -> list[int]:
    """The browser's processes beneath a process."""
    parents: dict[int, int] = {}
    names: dict[int, str] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                head, _, tail = (entry / "stat").read_text().rpartition(")")
            except OSError:
                continue
            parents[int(entry.name)], names[int(entry.name)] = int(tail.split()[1]), head.partition("(")[2]

    def beneath(one: int) -> bool:
        above = parents.get(one)
        return above == pid or (above is not None and above > 1 and beneath(above))

    return [one for one, name in names.items() if "chrom" in name and beneath(one)]


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


# ------------------------------------------------------------------ without a browser


def test_a_browser_that_is_not_there_leaves_the_source_unknown_and_says_so(tmp_path):
    with Portals() as portals:
        world = World(tmp_path, portals)
        world.register("drawn", site())
        with base.transaction(world.engine) as session:
            session.get_one(Source, world.ids["drawn"]).rendered = True
        list(run.crawl([world.ids["drawn"]], world.configured().model_copy(update={"browser": "/nowhere/chromium"})))
        source = world.source("drawn")
        world.engine.dispose()
    assert source.status == "unknown-js"
    assert "render is not installed" in source.reason or "/nowhere/chromium" in source.reason


def test_who_lets_a_browser_draw_a_column_is_kept_in_the_trail(sqlite_engine):
    with base.transaction(sqlite_engine) as session:
        agency = body(session)
        source = column(session, agency)
        assert columns.render(session, agency.id, True, "王芳", base.utcnow()) == [source.url]
        assert columns.render(session, agency.id, True, "王芳", base.utcnow()) == []
        assert source.rendered
        assert columns.render(session, agency.id, False, "王芳", base.utcnow()) == [source.url]
