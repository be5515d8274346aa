"""From a home address to the report column, over HTTP, by the real child process: portals of many layouts and decoys."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import config
from crawler import run
from crawler.discovery import ACCEPTED_FROM, MOST_REQUESTS
from demo.simulator.server import Answer
from models import base, columns
from models.agencies import AgencyRow, upsert_agency
from models.people import Audit
from models.sources import Source, SourceAgency, serve
from tests import databases
from tests.calling import nianbao
from tests.crawler.given import Portals, forbidden
from tests.crawler.world import Site, article

pytestmark = pytest.mark.slow

BODY = "甲县水利局"
OTHERS = ("甲县教育局", "甲县民政局", "甲县财政局")


def title(year: int, body: str = BODY) -> str:
    return f"{body}{year}年政府信息公开工作年度报告"


def page(name: str, *links: tuple[str, str], more: str = "") -> str:
    items = "".join(f'<li><a href="{href}">{text}</a></li>' for href, text in links)
    return f"<html><head><title>{name}</title></head><body><h2>{name}</h2><ul>{items}</ul>{more}</body></html>"


def rows(*found: tuple[str, str]) -> str:
    items = "".join(f'<li><a href="{href}">{text}</a><span>2025-01-20</span></li>' for href, text in found)
    return f"<html><head><title>列表</title></head><body><ul>{items}</ul></body></html>"


def paged(number: str, *titles: str) -> str:
    index = number if number.isdigit() else "0"
    listed = rows(*((f"{number}{n}.html", one) for n, one in enumerate(titles)))
    return listed.replace("</body>", f'<script>createPageHTML(3, {index}, "index", "html")</script></body>')


NEWS = [
    ("/xw/1.html", "甲县供水有限公司发布2024年年度报告"),
    ("/xw/2.html", "我县召开2024年政府信息公开工作会议"),
    ("/xw/3.html", "甲县统计年报公布"),
]
DECOYS = [
    ("/gzbg/", "政府工作报告"),
    ("/fzzf/", "法治政府建设年度报告"),
    ("/wznb/", "政府网站工作年度报表"),
    ("/czjs/", "财政年报"),
    ("/tjnb/", "统计年报"),
    ("/qynb/", "企业年报"),
]
OWN_ROWS = rows(("a.html", title(2024)), ("b.html", title(2023)), ("c.html", title(2022)))
DECOY_PAGES = {
    "/gzbg/": rows(("1.html", "2024年甲县政府工作报告"), ("2.html", "2023年甲县政府工作报告")),
    "/fzzf/": rows(
        ("1.html", "甲县水利局2024年法治政府建设年度报告"), ("2.html", "甲县水利局2023年法治政府建设年度报告")
    ),
    "/wznb/": rows(("1.html", "2024年政府网站工作年度报表"), ("2.html", "2023年政府网站工作年度报表")),
    "/czjs/": rows(("1.html", "甲县水利局2024年财政年报"), ("2.html", "甲县水利局2023年度部门决算")),
    "/tjnb/": rows(("1.html", "甲县水利局2024年统计年报"), ("2.html", "甲县水利局2023年统计年报")),
    "/qynb/": rows(("1.html", "甲县供水有限公司2024年年度报告"), ("2.html", "甲县供水有限公司2023年年度报告")),
    "/xw/": rows(*NEWS),
}

LAYOUTS: dict[str, dict[str, str | Answer]] = {
    "nav menu, disclosure page, column": {
        "/": page("甲县水利局", ("/xw/", "新闻中心"), *DECOYS, ("/zwgk/", "政务公开")),
        "/zwgk/": page("政务公开", ("/zwgk/zn/", "政府信息公开指南"), ("/zwgk/nb/", "政府信息公开年报"), *DECOYS),
        "/zwgk/nb/": OWN_ROWS,
        "/zwgk/zn/": article("政府信息公开指南"),
        **DECOY_PAGES,
    },
    "only the site map leads there": {
        "/": page("甲县水利局", ("/xw/", "新闻"), ("/map.html", "网站地图"), *DECOYS),
        "/map.html": page("网站地图", ("/a/", "机构设置"), *DECOYS, ("/d/e/xxgkndbg/", "年度报告")),
        "/d/e/xxgkndbg/": OWN_ROWS,
        **DECOY_PAGES,
    },
    "legacy frames": {
        "/": '<html><head><title>甲县水利局</title></head><frameset cols="200,*"><frame src="left.html">'
        '<frame src="main.html"></frameset></html>',
        "/left.html": page("菜单", ("gk.html", "信息公开"), ("xw.html", "新闻")),
        "/main.html": page("欢迎", *NEWS),
        "/gk.html": page("信息公开", ("nb.html", "信息公开年度报告")),
        "/nb.html": OWN_ROWS,
    },
    "the menu is written letter for letter": {
        "/": "<html><head><title>甲县水利局</title></head><body><script>document.write("
        "'<ul><li><a href=\"/zfxxgk/\">政府信息公开</a></li></ul>')</script></body></html>",
        "/zfxxgk/": page("政府信息公开", ("/zfxxgk/nb/", "年报")),
        "/zfxxgk/nb/": OWN_ROWS,
    },
    "clicks and choices": {
        "/": "<html><head><title>甲县水利局</title></head><body><div onclick=\"window.open('/gk/')\">政府信息公开专栏</div>"
        "</body></html>",
        "/gk/": '<html><body><select><option value="">请选择</option><option value="/gk/nb/">政府信息公开年度报告</option>'
        "</select></body></html>",
        "/gk/nb/": OWN_ROWS,
    },
    "a column for each year": {
        "/": page("甲县水利局", ("/zwgk/", "政务公开")),
        "/zwgk/": page("政务公开", ("/zwgk/zfxxgknb/", "政府信息公开年报")),
        "/zwgk/zfxxgknb/": page("政府信息公开年报", ("2023n/", "2023年"), ("2024nb/", "2024年")),
        "/zwgk/zfxxgknb/2023n/": rows(("a.html", title(2023))),
        "/zwgk/zfxxgknb/2024nb/": rows(("a.html", title(2024))),
    },
    "the government's portal, a tree of bodies": {
        "/": page("甲县人民政府", ("/xxgk/", "政府信息公开"), *DECOYS),
        "/xxgk/": page(
            "政府信息公开",
            ("/xxgk/zfxxgknb/", "政府信息公开年报"),
            ("/xxgk/bm/", "部门信息公开"),
            ("/xxgk/ml/", "法定主动公开内容"),
        ),
        "/xxgk/zfxxgknb/": rows(*[(f"{n}.html", title(2024, one)) for n, one in enumerate(OTHERS)]),
        "/xxgk/bm/": page(
            "部门", ("/xxgk/bm/jyj/", "教育局"), ("/xxgk/bm/slj/", "水利局"), ("/xxgk/bm/mzj/", "民政局")
        ),
        "/xxgk/bm/slj/": page("水利局", ("/xxgk/bm/slj/zn/", "公开指南"), ("/xxgk/bm/slj/nb/", "公开年报")),
        "/xxgk/bm/slj/nb/": rows(
            ("1.html", "2024年政府信息公开工作年度报告"), ("2.html", "2023年政府信息公开工作年度报告")
        ),
        "/xxgk/bm/jyj/": page("教育局", ("/xxgk/bm/jyj/nb/", "公开年报")),
        "/xxgk/bm/jyj/nb/": rows(("1.html", title(2024, "甲县教育局"))),
        **DECOY_PAGES,
    },
    "one column of all bodies": {
        "/": page("甲县人民政府", ("/nb/", "信息公开年报"), *DECOYS),
        "/nb/": rows(
            *[(f"{n}.html", title(2024, one)) for n, one in enumerate((*OTHERS, BODY))], ("9.html", title(2023))
        ),
        **DECOY_PAGES,
    },
    "years beneath a plain name": {
        "/": page("甲县人民政府", ("/c/1/", "年度报告"), *DECOYS),
        "/c/1/": page("年度报告", ("a/", "2024年"), ("b/", "2023年"), (f"{'x' * 8}/", title(2022))),
        "/c/1/a/": rows(*[(f"{n}.html", title(2024, one)) for n, one in enumerate((*OTHERS, BODY))]),
        "/c/1/b/": rows(*[(f"{n}.html", title(2023, one)) for n, one in enumerate((*OTHERS, BODY))]),
    },
    "its reports begin on the third page": {
        "/": page("甲县人民政府", ("/nb/", "政府信息公开年报")),
        "/nb/": paged("index", *[title(2024, f"甲县{one}") for one in ("教育局", "民政局", "财政局")]),
        "/nb/index_1.html": paged("1", *[title(2024, f"甲县{one}") for one in ("林业局", "审计局", "司法局")]),
        "/nb/index_2.html": paged("2", title(2024), title(2023), title(2022)),
    },
    "the column page is the report": {
        "/": page("甲县水利局", ("/nb/", "政府信息公开年报")),
        "/nb/": article(
            title(2024),
            "".join(
                f"<p>{n}、{head}</p>"
                for n, head in (
                    ("一", "总体情况"),
                    ("二", "主动公开政府信息情况"),
                    ("三", "收到和处理政府信息公开申请情况"),
                    ("四", "政府信息公开行政复议、行政诉讼情况"),
                )
            ),
        ),
    },
}

NOTHING: dict[str, tuple[dict[str, str | Answer], str]] = {
    "a menu of scripts": (
        {"/": page("甲县水利局", ("javascript:go(1)", "政务公开"), ("javascript:go(2)", "信息公开"), ("#", "首页"))},
        "only a script knows",
    ),
    "an app": (
        {"/": '<html><body><div id="app"></div><script src="/app.js"></script></body></html>'},
        "drawn by script",
    ),
    "a challenge": ({"/": Answer(b"<script>var __jsl_clearance_s;</script>", status=521)}, "521"),
    "only decoys": ({"/": page("甲县水利局", *DECOYS, *NEWS), **DECOY_PAGES}, "no column with reports"),
    "only others' columns": (
        {
            "/": page("甲县人民政府", ("/nb/", "政府信息公开年报")),
            "/nb/": rows(*[(f"{n}.html", title(2024, one)) for n, one in enumerate(OTHERS)]),
        },
        "list the reports of others (甲县教育局、甲县民政局、甲县财政局)",
    ),
    "robots forbids": ({"/": page("甲县水利局", ("/nb/", "政府信息公开年报")), "/nb/": OWN_ROWS}, "robots.txt"),
}


class Registry:
    """Bodies whose homes are portals on loopback."""

    def __init__(self, folder: Path, portals: Portals) -> None:
        self.settings = config.Settings(data_dir=folder, crawl_delay=0.01, _env_file=None)
        databases.sqlite_file(folder / "nianbao.sqlite3")
        self.engine = base.make_engine(self.settings.database_url)
        self.portals = portals
        self.ids: dict[str, int] = {}
        self.sites: dict[str, Site] = {}

    def add(self, what: str, pages: dict[str, str | Answer], *names: str) -> None:
        site = Site(pages)
        self.portals.add(site)
        self.sites[what] = site
        with base.transaction(self.engine) as session:
            row = AgencyRow(
                f"第{len(self.ids)}单位", "county", "department", portal=f"{site.base}/", aliases=list(names or (BODY,))
            )
            self.ids[what] = upsert_agency(session, row)[0].id

    def search(self) -> dict[str, dict[str, Any]]:
        settings = self.settings.model_copy(update={"allowed_private_hosts": self.portals.hosts})
        by_id = {line["agency_id"]: line for line in run.discover(list(self.ids.values()), settings)}
        return {what: by_id[id_] for what, id_ in self.ids.items()}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with Portals() as portals, forbidden() as (address, visitors):
        registry = Registry(tmp_path_factory.mktemp("discovery"), portals)
        for what, pages in LAYOUTS.items():
            registry.add(what, pages)
        for what, (pages, _) in NOTHING.items():
            registry.add(what, pages)
        registry.sites["robots forbids"].robots = "User-agent: *\nDisallow: /\n"
        registry.add("a link to what nobody may ask", {"/": page("甲县水利局", (f"{address}/zfxxgk/", "政府信息公开"))})
        registry.add(
            "disclosure lies elsewhere", {"/": page("甲县水利局", ("http://xxgk.jia.example/", "政府信息公开"))}
        )
        yield {"lines": registry.search(), "registry": registry, "visitors": visitors}
        registry.engine.dispose()


def told(found: dict[str, Any], what: str) -> tuple[str, dict[str, Any]]:
    """The path of the best proposal, and the line."""
    line = found["lines"][what]
    base_ = found["registry"].sites[what].base
    best = line["proposals"][0]["url"].removeprefix(base_) if line["proposals"] else ""
    return best, line


@pytest.mark.parametrize(
    ("what", "path"),
    [
        ("nav menu, disclosure page, column", "/zwgk/nb/"),
        ("only the site map leads there", "/d/e/xxgkndbg/"),
        ("legacy frames", "/nb.html"),
        ("the menu is written letter for letter", "/zfxxgk/nb/"),
        ("clicks and choices", "/gk/nb/"),
        ("a column for each year", "/zwgk/zfxxgknb/"),
        ("the government's portal, a tree of bodies", "/xxgk/bm/slj/nb/"),
        ("one column of all bodies", "/nb/"),
        ("its reports begin on the third page", "/nb/"),
        ("years beneath a plain name", "/c/1/"),
    ],
)
def test_the_column_is_found_with_evidence_and_enough_confidence(found, what, path):
    best, line = told(found, what)
    assert best == path, line
    proposal = line["proposals"][0]
    assert proposal["confidence"] >= ACCEPTED_FROM, proposal
    assert proposal["reports"] >= 2
    assert "份" in proposal["evidence"]
    assert line["requests"] <= MOST_REQUESTS


def test_a_column_page_that_is_the_report_is_proposed_for_a_person_to_judge(found):
    best, line = told(found, "the column page is the report")
    assert best == "/nb/", line
    assert line["proposals"][0]["years"] == [2024]


@pytest.mark.parametrize("what", NOTHING)
def test_where_nothing_can_be_found_it_says_why(found, what):
    _, line = told(found, what)
    assert line["proposals"] == []
    assert NOTHING[what][1] in line["reason"], line


def test_decoys_are_not_even_opened_and_other_hosts_are_named_and_not_asked(found):
    visits = found["registry"].sites["nav menu, disclosure page, column"].visits
    assert not [path for path in DECOY_PAGES if visits[path]]
    _, line = told(found, "disclosure lies elsewhere")
    assert "which the register does not name" in line["reason"]
    assert found["visitors"]() == 0


def test_robots_and_the_budget_are_kept(found):
    assert found["registry"].sites["robots forbids"].visits["/nb/"] == 0
    assert all(line["requests"] <= MOST_REQUESTS + 3 for line in found["lines"].values())


# ------------------------------------------------------------------ taken over


def test_the_command_proposes_and_takes_over_only_what_is_proven(tmp_path):
    with Portals() as portals:
        good, weak = (
            Site(LAYOUTS["nav menu, disclosure page, column"]),
            Site(
                {
                    "/": page("乙县水利局", ("/tzgg/", "政务公开 通知公告")),
                    "/tzgg/": rows(
                        ("1.html", title(2024, "乙县水利局")),
                        *[(f"n{n}.html", f"关于防汛工作第{n}号的通知") for n in range(9)],
                    ),
                }
            ),
        )
        portals.add(good)
        portals.add(weak)
        (tmp_path / "b.csv").write_text(
            "name,level,kind,portal\n"
            f"{BODY},county,department,{good.base}/\n乙县水利局,county,department,{weak.base}/\n丙县水利局,county,department,\n",
            encoding="utf-8",
        )
        settings = {"allowed_private_hosts": ",".join(portals.hosts), "crawl_delay": "0.01"}
        nianbao("agencies", "import", "b.csv", cwd=tmp_path)
        proposed = nianbao("discover", "--json", cwd=tmp_path, **settings)
        assert nianbao("export", "sources", cwd=tmp_path).stdout == ""
        taken = nianbao("discover", "--accept", "--json", cwd=tmp_path, **settings)
        again = nianbao("discover", "--agency", BODY, "--accept", cwd=tmp_path, **settings)
        refused = nianbao("discover", "--agency", "丙县水利局", cwd=tmp_path, **settings)
    lines = {row["agency"]: row for row in map(json.loads, proposed.stdout.splitlines())}
    assert set(lines) == {BODY, "乙县水利局"}
    assert lines["乙县水利局"]["proposals"][0]["confidence"] < ACCEPTED_FROM
    accepted = {row["agency"]: row["accepted"] for row in map(json.loads, taken.stdout.splitlines())}
    assert accepted == {BODY: f"{good.base}/zwgk/nb/", "乙县水利局": None}
    (source,) = map(json.loads, nianbao("export", "sources", cwd=tmp_path).stdout.splitlines())
    assert (source["url"], source["agency"], source["confirmed"]) == (f"{good.base}/zwgk/nb/", BODY, True)
    assert again.returncode == 0
    assert (refused.returncode, "no home address" in refused.stderr) == (2, True)


def test_what_is_taken_over_replaces_what_nobody_vouches_for_and_stands_beside_the_rest(engine):
    now = base.utcnow()
    with base.transaction(engine) as session:
        agency, _ = upsert_agency(session, AgencyRow(BODY, "county", "department", portal="http://www.jia.gov.cn/"))
        serve(session, agency.id, ["http://www.jia.gov.cn/old/", "http://www.jia.gov.cn/good/"], "", now)
        old = session.scalars(sa.select(Source).where(Source.url.like("%old%"))).one()
        session.get_one(SourceAgency, (old.id, agency.id)).confirmed = False
        assert columns.wanting(session) == []
        assert columns.accept(session, agency.id, "http://www.jia.gov.cn/nb/", "栏目 › 年报", "王芳", now)
        assert not columns.accept(session, agency.id, "http://www.jia.gov.cn/nb/", "again", "王芳", now)
        served = session.scalars(
            sa.select(Source.url).join(SourceAgency, SourceAgency.source_id == Source.id).order_by(Source.url)
        ).all()
        assert list(served) == ["http://www.jia.gov.cn/good/", "http://www.jia.gov.cn/nb/"]
        (line,) = session.scalars(sa.select(Audit))
        assert (line.by, line.action, line.note) == ("王芳", "discover", "栏目 › 年报")
