"""How columns are laid out, and what leads to them: each a portal over HTTP, all read by one real child process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from demo.simulator.server import Answer
from tests.crawler.given import Portals
from tests.crawler.world import COLUMN, NAME, Site, World, article, below, listed, title

REPORT_PAGE = article(
    title(2024),
    "".join(
        f"<p>{n}、{head}</p>"
        for n, head in zip(
            "一二三四",
            (
                "总体情况",
                "主动公开政府信息情况",
                "收到和处理政府信息公开申请情况",
                "政府信息公开行政复议、行政诉讼情况",
            ),
            strict=True,
        )
    ),
)

OTHERS = ("教育局", "民政局", "财政局", "水利局")

SITES = {
    "page two is index_2 though the pager only counts": below(
        {
            "": listed(("1.html", title(2024)), pager='<script>createPageHTML(2, 0, "index", "html")</script>'),
            "index_2.html": listed(("2.html", title(2023)), pager='<script>createPageHTML(2, 1, "index", "html")</script>'),
            "1.html": article(title(2024)),
            "2.html": article(title(2023)),
        }
    ),
    "a column for each year": below(
        {
            "": '<html><body>政府信息公开年报<ul><li><a href="2023n/">2023年</a></li>'
            '<li><a href="nb_new/">2024年</a></li></ul></body></html>',
            "2023n/": listed(("t1.html", title(2023))),
            "nb_new/": listed(("t2.html", title(2024))),
            "2023n/t1.html": article(title(2023)),
            "nb_new/t2.html": article(title(2024)),
        }
    ),
    "the column page is the report": below({"": REPORT_PAGE}),
    "a meta refresh, then a script": below(
        {
            "": '<html><meta http-equiv="refresh" content="0;url=./a.html"></html>',
            "a.html": "<html><script>location.href='./list.html'</script></html>",
            "list.html": listed(("1.html", title(2024))),
            "1.html": article(title(2024)),
        }
    ),
    "the list stands in a frame": below(
        {
            "": '<html><body><iframe src="/login.html"></iframe><iframe src="inner.html"></iframe></body></html>',
            "inner.html": listed(("1.html", title(2024))),
            "1.html": article(title(2024)),
        }
    ),
    "a row leads elsewhere": below({"": listed(("https://mp.weixin.example/s/1", title(2024)))}),
    "a row's page is not there": below(
        {"": listed(("1.html", title(2024)), ("2.html", title(2023))), "1.html": article(title(2024))}
    ),
    "fewer rows than stated": below({"": listed(("1.html", title(2024)), pager="共3条"), "1.html": article(title(2024))}),
    "an empty column that says so": below({"": "<html><body>政府信息公开年报<ul></ul>暂无数据</body></html>"}),
    "the missing column is the home page": Site(
        {COLUMN: Answer(b"", status=302, headers={"Location": "/"}), "/": "<html><body>甲县人民政府</body></html>"}
    ),
    "a domain that lapsed": below({"": "<html><body>" + "best games and prizes every day " * 20 + "</body></html>"}),
    "only a file, in a viewer": below(
        {
            "": listed(("1.html", title(2024))),
            "1.html": article(title(2024), '<iframe src="/pdfjs/web/viewer.html?file=%2Ffiles%2Fa.pdf"></iframe>'),
            "../../files/a.pdf": "",
        }
    ),
    "gb2312 declared and more used": below(
        {
            "": Answer(listed(("1.html", title(2024, "螅镇"))).encode("gb18030"), "text/html; charset=gb2312"),
            "1.html": article(title(2024, "螅镇")),
        }
    ),
    "other bodies' reports among its own": below(
        {
            "": listed(*[(f"{n}.html", title(2024, f"甲县{body}")) for n, body in enumerate(OTHERS)]),
            "3.html": article(title(2024)),
        }
    ),
}  # fmt: skip
SITES["only a file, in a viewer"].given["/files/a.pdf"] = Answer(b"%PDF-1.4 a file", "text/html")


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with Portals() as portals:
        world = World(tmp_path_factory.mktemp("columns"), portals)
        for what, site in SITES.items():
            world.register(what, site, NAME, "螅镇人民政府")
        world.look()
        yield world
        world.engine.dispose()


@pytest.mark.parametrize(
    ("what", "status", "years", "versions"),
    [
        ("page two is index_2 though the pager only counts", "ok", {2023, 2024}, 2),
        ("a column for each year", "ok", {2023, 2024}, 2),
        ("the column page is the report", "ok", {2024}, 1),
        ("a meta refresh, then a script", "ok", {2024}, 1),
        ("the list stands in a frame", "ok", {2024}, 1),
        ("a row leads elsewhere", "ok", {2024}, 0),
        ("a row's page is not there", "ok", {2023, 2024}, 1),
        ("fewer rows than stated", "incomplete", {2024}, 1),
        ("an empty column that says so", "unchanged", set(), 0),
        ("the missing column is the home page", "moved", set(), 0),
        ("a domain that lapsed", "moved", set(), 0),
        ("only a file, in a viewer", "ok", {2024}, 1),
        ("gb2312 declared and more used", "ok", {2024}, 1),
        ("other bodies' reports among its own", "ok", {2024}, 1),
    ],
)
def test_a_look_finds_what_is_there_and_says_how_whole_it_was(seen, what, status, years, versions):
    assert seen.source(what).status == status, seen.source(what).reason
    assert {d.year for d in seen.documents(what)} == years
    assert len(seen.versions(what)) == versions


def test_a_page_of_another_frame_is_not_asked_for(seen):
    assert SITES["the list stands in a frame"].visits["/login.html"] == 0


def test_a_file_is_known_by_its_signature_and_the_viewer_is_not_stored(seen):
    assert [a.media_type for a in seen.attachments("only a file, in a viewer")] == ["application/pdf"]


def test_a_title_whose_target_lies_outside_is_kept_as_evidence(seen):
    (document,) = seen.documents("a row leads elsewhere")
    assert (document.kind, document.state) == ("annual_report", "listed")
    assert "outside" in (document.state_reason or "")


def test_reports_of_bodies_that_the_register_does_not_know_are_neither_opened_nor_left_in_doubt(seen):
    found = seen.documents("other bodies' reports among its own")
    kinds = {d.title[2:5]: (d.kind, d.agency_id is not None) for d in found}
    assert kinds == {
        "教育局": ("other", False), "民政局": ("other", False), "财政局": ("other", False), "水利局": ("annual_report", True),
    }  # fmt: skip


def test_characters_outside_the_declared_charset_survive(seen):
    (document,) = seen.documents("gb2312 declared and more used")
    assert document.title.startswith("螅镇")
