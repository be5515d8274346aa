"""What a crawl costs: ``python -m benchmarks crawling [--quick]``.

Simulated portals on loopback, looked at by the real crawl process: pages a second beside a bare Scrapy spider that
fetches the same addresses as courteously (one request at a time a host; an answer takes as long as a portal's), the
first visit and an unchanged revisit of many sources, the memory that a thousand more of them take, and the longest list.
``NIANBAO_BENCH_SOURCES`` names how many sources (10,000 is a country's). Written to ``var/bench/crawling.json``."""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from rich.console import Console
from rich.table import Table

import config
from crawler import run
from demo.simulator.server import Answer, Network, Request, Traffic
from models import base
from models.agencies import AgencyRow
from models.documents import Document
from models.register import Registration, upsert_all
from models.sources import Source

OUT = Path("var/bench/crawling.json")
COLUMN = "/zwgk/zfxxgknb/"
AIM = 0.7  # of a bare spider's pages a second
LATENCY = 0.25  # seconds that a portal takes to answer; district portals take from a tenth to twenty
HOSTS = 8  # at once: with the pause of two seconds that a crawl keeps by default that many answers come from 64 hosts
PAGE = (
    "<!DOCTYPE html><html><head><meta charset='utf-8'><title>{title}</title></head><body><div class='nav'>"
    + "".join(f"<a href='/x/{n}.html'>政务公开栏目{n}</a>" for n in range(40))
    + "</div>{inner}</body></html>"
)
PART = (
    "<h3>{head}</h3>"
    + "<p>本机关认真贯彻落实政府信息公开条例，主动公开政府信息，办理依申请公开，各项工作平稳有序。</p>" * 6
)
HEADS = (
    "一、总体情况", "二、主动公开政府信息情况", "三、收到和处理政府信息公开申请情况", "四、行政复议、行政诉讼情况",
    "五、存在的主要问题及改进情况", "六、其他需要报告的事项",
)  # fmt: skip
TABLE = "<table>" + ("<tr>" + "<td>0</td>" * 9 + "</tr>") * 25 + "</table>"


class Portal:
    """Columns ``/N/zwgk/zfxxgknb/`` of so many reports each, on one host."""

    def __init__(self, columns: int, reports: int, wait: float = 0.0) -> None:
        self.base = ""
        self.traffic = Traffic()
        self._columns, self._reports, self._wait = columns, reports, wait

    def addresses(self) -> list[str]:
        """Its columns."""
        return [f"{self.base}/{number}{COLUMN}" for number in range(self._columns)]

    def answer(self, request: Request) -> Answer:
        """A list, or a report."""
        found = re.fullmatch(r"/(\d+)" + COLUMN + r"(?:(\d{4})\.html)?", request.path)
        if found is None:
            return Answer(b"<html><body>404</body></html>", status=404)
        body = f"第{found.group(1)}局"
        if found.group(2):
            text = "".join(PART.format(head=head) for head in HEADS) + TABLE
            title = f"{body}{found.group(2)}年政府信息公开工作年度报告"
            inner = f"<h1>{title}</h1><p>发布日期：{int(found.group(2)) + 1}-01-20</p><div id='zoom'>{text}</div>"
        else:
            years = range(2025, 2025 - self._reports, -1)
            rows = [
                f"<li><a href='{year}.html'>{body}{year}年政府信息公开工作年度报告</a><span>{year + 1}-01-20</span></li>"
                for year in years
            ]
            title, inner = "政府信息公开年报", "<ul>" + "".join(rows) + "</ul>"
        data = PAGE.format(title=title, inner=inner).encode()
        return Answer(data, static=True, wait=self._wait)


class LongList:
    """One list of very many rows on one page; none of them is a report, so none is opened."""

    def __init__(self, rows: int) -> None:
        self.base = ""
        self.traffic = Traffic()
        items = "".join(
            f"<li><a href='{n}.html'>第{n}街道办事处{2000 + n % 25}年政府网站工作年度报表</a><span>2025-01-20</span></li>"
            for n in range(rows)
        )
        self._page = f"<html><head><title>政府信息公开年报</title></head><body><ul>{items}</ul></body></html>".encode()

    def addresses(self) -> list[str]:
        """Its column."""
        return [self.base + COLUMN]

    def answer(self, request: Request) -> Answer:
        """The list."""
        return Answer(self._page) if request.path == COLUMN else Answer(b"404", status=404)


@dataclass(slots=True)
class Cost:
    """Of one crawl: wall and CPU seconds, requests answered, the largest memory of its process in MB."""

    seconds: float
    cpu: float
    requests: int
    memory: float
    statuses: dict[str, int]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "seconds": round(self.seconds, 2), "cpu_seconds": round(self.cpu, 2), "requests": self.requests,
            "memory_mb": round(self.memory, 1), "statuses": self.statuses,
        }  # fmt: skip


class World:
    """A register of these portals' columns."""

    def __init__(self, folder: Path, network: Network, portals: list[Any]) -> None:
        self.portals = portals
        for portal in portals:
            network.add(portal)
        self.settings = config.Settings(
            data_dir=folder, crawl_delay=0, allowed_private_hosts=["127.0.0.0/8"], log_level="ERROR", _env_file=None
        )
        base.upgrade(self.settings.database_url)
        self.engine = base.make_engine(self.settings.database_url)
        urls = [url for portal in portals for url in portal.addresses()]
        entries = [Registration(AgencyRow(f"第{n}县第{n}局", "county"), (url,)) for n, url in enumerate(urls)]
        with base.transaction(self.engine) as session:
            upsert_all(session, entries, base.utcnow())
            self.ids = list(session.scalars(sa.select(Source.id).order_by(Source.id)))

    def crawl(self) -> Cost:
        """Look at all sources once, as a worker does: a pool that is fed while it runs."""
        before, asked = _children_cpu(), self._requests()
        began, peak, statuses = time.perf_counter(), 0.0, dict[str, int]()
        waiting = self.ids[run.POOL :]

        def more(room: int) -> list[int]:
            taken, waiting[:room] = waiting[:room], []
            return taken

        for number, event in enumerate(run.crawl(self.ids[: run.POOL], self.settings, more)):
            if event["event"] == "source":
                statuses[event["status"]] = statuses.get(event["status"], 0) + 1
            if number % 50 == 0:
                peak = max(peak, _memory_of_child())
        seconds = time.perf_counter() - began
        return Cost(seconds, _children_cpu() - before, self._requests() - asked, peak, statuses)

    def _requests(self) -> int:
        return sum(portal.traffic.requests for portal in self.portals)

    def asked(self) -> list[str]:
        """Every address that was asked for."""
        return [portal.base + path for portal in self.portals for path in portal.traffic.visits]


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _memory_of_child() -> float:
    """The largest memory that the crawl of this process ever took, in MB."""
    for task in Path(f"/proc/{os.getpid()}/task").iterdir():
        for pid in (task / "children").read_text().split():
            if b"crawler.child" in Path(f"/proc/{pid}/cmdline").read_bytes():
                found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
                return int(found.group(1)) / 1024 if found else 0.0
    return 0.0


def _bare(urls: list[str]) -> Cost:
    """The same addresses by a spider that does nothing with them."""
    before, began = _children_cpu(), time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "benchmarks.bare_spider"],
        input="\n".join(urls),
        text=True,
        check=True,
        stdout=subprocess.PIPE,
    )
    return Cost(time.perf_counter() - began, _children_cpu() - before, len(urls), 0.0, {})


def _in(made: Callable[[Path, Network], dict[str, Any]]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder, Network() as network:
        return made(Path(folder), network)


def against_bare(quick: bool) -> dict[str, Any]:
    """Pages a second of a first visit, ours and a bare spider's, under the same courtesy."""
    reports = 12 if quick else 24

    def measured(folder: Path, network: Network) -> dict[str, Any]:
        world = World(folder, network, [Portal(2, reports, LATENCY) for _ in range(HOSTS)])
        ours = world.crawl()
        bare = _bare(world.asked())
        with base.reading(world.engine) as session:
            stored = session.scalar(sa.select(sa.func.count()).select_from(Document)) or 0
        world.engine.dispose()
        mine, theirs = ours.requests / ours.seconds, bare.requests / bare.seconds
        return {
            "ours": ours.as_dict(), "bare": bare.as_dict(), "stored": stored, "pages_a_second": round(mine, 1),
            "bare_pages_a_second": round(theirs, 1), "ratio": round(mine / theirs, 2),
            "cpu_ms_a_page": round(ours.cpu / ours.requests * 1000, 1),
            "bare_cpu_ms_a_page": round(bare.cpu / bare.requests * 1000, 1),
        }  # fmt: skip

    return _in(measured)


def many(count: int) -> dict[str, Any]:
    """First visit and unchanged revisit of so many sources, ten on a host, two reports each."""

    def measured(folder: Path, network: Network) -> dict[str, Any]:
        world = World(folder, network, [Portal(10, 2) for _ in range(max(1, count // 10))])
        first = world.crawl()
        again = world.crawl()
        world.engine.dispose()
        return {"sources": len(world.ids), "first": first.as_dict(), "revisit": again.as_dict()}

    return _in(measured)


def longest(rows: int) -> dict[str, Any]:
    """One list of so many rows, first and again; how long the loop was held up meanwhile is what a hung crawl shows."""

    def measured(folder: Path, network: Network) -> dict[str, Any]:
        world = World(folder, network, [LongList(rows)])
        first = world.crawl()
        again = world.crawl()
        world.engine.dispose()
        return {"rows": rows, "first": first.as_dict(), "revisit": again.as_dict()}

    return _in(measured)


def main(_seed: int, quick: bool = False) -> int:
    """Measure, print, write; 1 if the aim was missed."""
    count = int(os.environ.get("NIANBAO_BENCH_SOURCES") or (100 if quick else 1000))  # noqa: TID251  no setting of the service
    rows = 5_000 if quick else 50_000
    found = {"against_bare": against_bare(quick), "small": many(max(20, count // 5)), "many": many(count)}
    found["longest_list"] = longest(rows)
    few, all_ = found["small"], found["many"]
    more = max(1, all_["sources"] - few["sources"])
    found["memory_mb_a_thousand_sources"] = round(
        (all_["first"]["memory_mb"] - few["first"]["memory_mb"]) / more * 1000, 1
    )
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8")
    table = Table("crawling", "sources", "requests", "seconds", "CPU s", "MB")
    for name, part in (("first", "many"), ("revisit", "many"), ("first", "longest_list"), ("revisit", "longest_list")):
        cost, size = found[part][name], found[part].get("sources") or f"{rows} rows"
        table.add_row(
            f"{part} {name}", str(size), str(cost["requests"]), str(cost["seconds"]), str(cost["cpu_seconds"]),
            str(cost["memory_mb"]),
        )  # fmt: skip
    Console().print(table)
    beside = found["against_bare"]
    print(
        f"{beside['pages_a_second']} pages a second, a bare spider {beside['bare_pages_a_second']}: ratio {beside['ratio']} "
        f"(aim {AIM}); CPU {beside['cpu_ms_a_page']} ms a page against {beside['bare_cpu_ms_a_page']}; "
        f"{found['memory_mb_a_thousand_sources']} MB for a thousand sources more"
    )
    return int(beside["ratio"] < AIM)
