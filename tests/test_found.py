"""What the crawl found, from the portal to the ledger: whose report of which year it is, twins, rows that lead outside."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from demo import pages
from demo.simulator.server import Answer
from tests.calling import nianbao
from tests.crawler.given import Portals
from tests.crawler.world import COLUMN, Site

FORM = next(body for body in pages.bodies() if body.slug == "tjj-cq")
YEAR = 2021
SECTIONS = pages.content(FORM).replace(FORM.agency, "本机关").replace("重庆市统计局", "本机关").replace("重庆", "本地")
BODIES = ("甲县教育局", "甲县民政局", "甲县水利局", "甲县林业局", "甲县审计局", "甲县司法局", "甲县财政局")


def listed(*rows: tuple[str, str]) -> str:
    items = "".join(f'<li><a href="{href}">{text}</a><span>2022-01-20</span></li>' for href, text in rows)
    return f"<html><head><title>政府信息公开年报</title></head><body><ul>{items}</ul></body></html>"


def article(heading: str, head: str = "", foot: str = "", body: str = SECTIONS) -> str:
    return (
        f"<html><head><title>{heading}</title></head><body><h1>{heading}</h1><p>发布日期：2022-01-20</p>{head}"
        f'<div class="TRS_Editor">{body}{foot}</div></body></html>'
    )


BARE = f"{YEAR}年政府信息公开工作年度报告"
PAGES: dict[str, str | Answer] = {
    "": listed(
        ("jyj.html", f"甲县教育局{BARE}"),
        ("mzj.html", BARE),
        ("slj.html", BARE),
        ("lyj.html", BARE),
        ("sjj.html", f"{YEAR}年工作情况"),
        ("sfj.html", f"甲县司法局{BARE}解读"),
        ("http://czj.jia.example/nb.html", f"甲县财政局{BARE}"),
    ),
    "jyj.html": article(f"甲县教育局{BARE}"),
    "mzj.html": article(BARE, head="<p>发布机构：甲县民政局</p>"),
    "slj.html": article(BARE, foot="<p>联系单位：县水利局，联系电话：12345678。</p>"),
    "lyj.html": article(BARE, body="<p>林业局根据《中华人民共和国政府信息公开条例》编制本报告。</p>" + SECTIONS),
    "sjj.html": article(f"甲县审计局{YEAR}年工作情况", head="<p>发布机构：甲县审计局</p>"),
    "sfj.html": article(f"甲县司法局{BARE}解读", body="<p>为便于公众了解，现将报告解读如下。</p>"),
}


class Watched:
    """One shared column, crawled and read by the whole service on the command line."""

    def __init__(self, folder: Path, given: dict[str, str | Answer], names: tuple[str, ...]) -> None:
        self.folder, self.site = folder, Site({COLUMN + path: page for path, page in given.items()})
        self.names = names

    def look(self, portals: Portals) -> Watched:
        portals.add(self.site)
        rows = "".join(
            f"{name},{name.removeprefix('甲')},county,department,{self.site.base}{COLUMN}\n" for name in self.names
        )
        (self.folder / "b.csv").write_text(f"name,short_name,level,kind,reports_url\n{rows}", encoding="utf-8")
        self.settings = {"allowed_private_hosts": ",".join(portals.hosts), "crawl_delay": "0.01"}
        self.call("agencies", "import", "b.csv")
        self.call("watch", "--once")
        return self

    def call(self, *arguments: str) -> Any:
        return nianbao(*arguments, cwd=self.folder, **self.settings)

    def rows(self, *arguments: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.call(*arguments).stdout.splitlines()]


@pytest.fixture(scope="module")
def column(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    with Portals() as portals:
        yield Watched(tmp_path_factory.mktemp("found"), PAGES, BODIES).look(portals)


def states(column: Watched) -> dict[str, str]:
    return {row["agency"]: row["state"] for row in column.rows("status", "--year", str(YEAR), "--json")}


def test_the_body_is_told_by_title_publisher_contact_or_subject(column):
    owners = {row["url"].rpartition("/")[2]: row["agency"] for row in column.rows("export", "documents")}
    assert owners["jyj.html"] == "甲县教育局"
    assert owners["mzj.html"] == "甲县民政局"
    assert owners["slj.html"] == "甲县水利局"
    assert owners["lyj.html"] == "甲县林业局"
    assert owners["sjj.html"] == "甲县审计局"
    assert {states(column)[name] for name in BODIES[:5]} == {"published"}


def test_the_kind_is_told_by_title_then_text(column):
    kinds = {row["url"].rpartition("/")[2]: row["kind"] for row in column.rows("export", "documents")}
    assert kinds["sjj.html"] == "annual_report"
    assert kinds["sfj.html"] == "interpretation"


def test_a_row_that_leads_outside_keeps_its_target_and_its_body_is_not_missing(column):
    row = next(one for one in column.rows("export", "documents") if one["agency"] == "甲县财政局")
    assert row["url"] == "http://czj.jia.example/nb.html"
    assert states(column)["甲县财政局"] == "cannot_tell"


# ------------------------------------------------------------------ nobody's, and twice


TWICE: dict[str, str | Answer] = {
    "": listed(
        ("nobody.html", BARE),
        ("jyj.html", f"甲县教育局{BARE}"),
        ("jyj_wap.html", f"甲县教育局{BARE}"),
        ("/gab/zwgk/zfxxgknb/mzj.html", f"甲县民政局{BARE}"),
        ("mzj.html", f"甲县民政局{BARE}"),
        ("xxgkAnnualReport.html?area=1&fbtime=2021", f"甲县水利局{BARE}"),
        ("slj.html", f"甲县水利局{BARE}"),
    ),
    "nobody.html": article(BARE),
    "jyj.html": article(f"甲县教育局{BARE}"),
    "jyj_wap.html": article(f"甲县教育局{BARE}"),
    "mzj.html": article(f"甲县民政局{BARE}"),
    "../../gab/zwgk/zfxxgknb/mzj.html": article(f"甲县民政局{BARE}"),
    "slj.html": article(f"甲县水利局{BARE}"),
    "xxgkAnnualReport.html?area=1&fbtime=2021": article(f"甲县水利局{BARE}"),
}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    with Portals() as portals:
        watched = Watched(tmp_path_factory.mktemp("twice"), TWICE, BODIES[:4])
        watched.site.given["/gab/zwgk/zfxxgknb/mzj.html"] = watched.site.given.pop(
            COLUMN + "../../gab/zwgk/zfxxgknb/mzj.html"
        )
        yield watched.look(portals)


def test_twins_are_one_report_and_the_standard_page_stands_for_it(shared):
    reports = {row["agency"]: row for row in shared.rows("export", "reports", "--year", str(YEAR))}
    base = shared.site.base + COLUMN
    assert {name: row["url"].removeprefix(base) for name, row in reports.items()} == {
        "甲县教育局": "jyj.html",
        "甲县民政局": "mzj.html",
        "甲县水利局": "slj.html",
    }
    assert "PUB-DUP" not in {row["rule"] for row in shared.rows("findings", "list", "--json")}


def test_a_report_of_nobody_is_shown_and_blocks_missing_until_a_person_says_whose_it_is(shared):
    assert states(shared)["甲县林业局"] == "cannot_tell"
    (row,) = shared.rows("unassigned", "--json")
    assert row["url"].endswith("nobody.html")
    assert (row["year"], row["named"], row["bodies"]) == (YEAR, None, list(BODIES[:4]))
    assert BARE in shared.call("unassigned").stdout
    refused = shared.call("unassigned", "assign", str(row["id"]), "--agency", "甲县无此局", "--by", "王芳")
    assert refused.returncode == 2
    unknown = shared.call("unassigned", "dismiss", "99999", "--by", "王芳", "--reason", "转载")
    assert (unknown.returncode, "no document 99999" in unknown.stderr) == (2, True)
    told = shared.call("unassigned", "assign", str(row["id"]), "--agency", "甲县林业局", "--by", "王芳")
    assert "甲县林业局" in told.stdout
    assert states(shared)["甲县林业局"] == "published"
    again = shared.call("unassigned", "assign", str(row["id"]), "--agency", "甲县水利局", "--by", "王芳")
    assert (again.returncode, "甲县林业局's already" in again.stderr) == (2, True)
    assert "没有单位未识别的年报" in shared.call("unassigned").stdout
