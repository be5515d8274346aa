"""Answers as servers give them, broken, disguised or out of date: no report is lost by them and nothing is concluded."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import pairwise

import pytest

from models import base
from models.sources import COMPLETE, Source, due
from tests.crawler.given import Portals
from tests.crawler.raw import Given, Raw
from tests.crawler.world import COLUMN, World, listed, title

pytestmark = pytest.mark.slow

HEADS = (
    "一、总体情况",
    "二、主动公开政府信息情况",
    "三、收到和处理政府信息公开申请情况",
    "四、行政复议、行政诉讼情况",
    "五、存在的主要问题及改进情况",
)
PDF: Given = (200, {"Content-Type": "application/pdf"}, b"%PDF-1.4 a report\n%%EOF")
PLAIN = b"HTTP/1.0 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"  # its end is that of the connection


def report(year: int, more: str = "", day: str = "") -> str:
    text = "".join(f"<p>{head}</p><p>本机关{year}年工作平稳，没有需要说明的其他事项。</p>" for head in HEADS)
    return (
        f"<!DOCTYPE html><html><head><title>{title(year)}</title></head><body><h1>{title(year)}</h1>"
        f"<p>发布日期：{day or f'{year + 1}-01-20'}</p><div id='zoom'>{text}</div>{more}</body></html>"
    )


def small(more: str, before: str = "") -> str:
    """A page below 2 kB that holds nothing but the report's file."""
    return (
        f"{before}<!DOCTYPE html><html><head><title>{title(2025)}</title></head><body><h1>{title(2025)}</h1>"
        f"<p>发布日期：2026-01-20</p><div id='zoom'><p>附件：<a href='nb.pdf'>{title(2025)}.pdf</a></p></div>{more}</body></html>"
    )


MANY = listed(
    ("a.html", title(2025)),
    *[(f"o{n}.html", f"第{n}街道办事处{2000 + n}年政府网站工作年度报表") for n in range(10, 24)],
)
CUT = MANY.encode()[: len(MANY.encode()) * 6 // 10]
BUSY = (
    "<html><title>提示信息</title><body><p>系统繁忙，请稍后再试！</p><a href='javascript:back()'>返回</a></body></html>"
)
WALL = "<html><body><h1>您的请求疑似攻击行为，已被网站防火墙拦截</h1></body></html>"
LOGIN = (
    "<html><head><title>用户登录</title></head><body><h1>用户登录</h1><p>您尚未登录或会话已超时，请重新登录。</p>"
    "<form action='/dologin' method='post'><input name='u'><input type='password' name='p'></form></body></html>"
)
SHELL = (
    '<html><head><title>政务</title></head><body><div id="app"></div><script src="/js/app.js"></script></body></html>'
)
HOME = (
    "<html><head><title>甲县人民政府</title></head><body>"
    + "<p><a href='/x/'>今日要闻：全县工作会议召开，部署下一步工作</a></p>" * 30
    + "</body></html>"
)
NOSCRIPT = "<noscript><meta http-equiv='refresh' content='0; url=/nojs.html'></noscript>"
COMMENT = "<!-- <meta http-equiv='refresh' content='0; url=/nojs.html'> -->"
LATER: dict[str, Given] = {
    "busy": BUSY, "wall": WALL, "login": LOGIN, "shell": SHELL, "home": HOME,
    "json": (200, {"Content-Type": "application/json"}, '{"code":500}'),
    "text": (200, {"Content-Type": "text/plain"}, "Internal error"), "last year": report(2024),
}  # fmt: skip

FILE = PLAIN.replace(b"text/html", b"application/pdf")
GAMES = "澳门新葡京 百家乐 真人娱乐 体育投注 政府信息公开 " * 9
TAKEN = f"<html><head><title>甲县政府信息公开年报</title></head><body>{GAMES}</body></html>"
ROBOTS = b"HTTP/1.0 200 OK\r\n\r\n" + "# 禁止\nUser-agent: *\nDisallow: /\n".encode("gb18030")

Day = Callable[[], int]


def sites(day: Day) -> dict[str, Callable[[str, dict[str, str]], Given | None]]:
    def plain(pages: dict[str, Given]) -> Callable[[str, dict[str, str]], Given | None]:
        full = {"": listed(("a.html", title(2025))), "a.html": report(2025), "nb.pdf": PDF, **pages}
        return lambda path, _: full.get(path.removeprefix(COLUMN)) if path.startswith(COLUMN) else full.get(path)

    def then(name: str) -> Callable[[str, dict[str, str]], Given | None]:
        def answer(path: str, _: dict[str, str]) -> Given | None:
            if path == COLUMN:
                return listed(("a.html", title(2025)))
            return (LATER[name] if day() == 2 else report(2025)) if path == COLUMN + "a.html" else None

        return answer

    def stale(path: str, headers: dict[str, str]) -> Given | None:
        mark = {"Last-Modified": "Mon, 05 Jan 2026 01:00:00 GMT"}
        if path == COLUMN:
            if "if-modified-since" in headers:
                return (304, mark, "")
            rows = [("b.html", title(2024)), *([("a.html", title(2025))] if day() > 1 else [])]
            return (200, mark, listed(*rows))
        return {COLUMN + "a.html": report(2025), COLUMN + "b.html": report(2024)}.get(path)

    def yearly(path: str, _: dict[str, str]) -> Given | None:
        year = 2024 if day() == 1 else 2025
        return {COLUMN: listed(("nb.html", title(year))), COLUMN + "nb.html": report(year)}.get(path)

    def nameless(path: str, _: dict[str, str]) -> Given | None:
        year = 2024 if day() == 1 else 2025
        return {COLUMN: listed(("nb.html", "政府信息公开工作年度报告")), COLUMN + "nb.html": report(year)}.get(path)

    def column_is_report(path: str, _: dict[str, str]) -> Given | None:
        return report(2024 if day() == 1 else 2025) if path == COLUMN else None

    def two_forms(form: str) -> Callable[[str, dict[str, str]], Given | None]:
        def answer(path: str, _: dict[str, str]) -> Given | None:
            odd = day() % 2
            href = {
                "index.php": ("/index.php" if odd else "") + COLUMN + "a.html",
                "version": f"a.html?v={day()}20260101",
                "session": f"a.html;jsessionid=A{day()}",
                "slashes": ("/" if odd else "") + COLUMN + "a.html",
            }[form]
            if path == COLUMN:
                return listed((href.replace("//", "/./") if form == "slashes" else href, title(2025)))
            return report(2025) if "a.html" in path else None

        return answer

    def moved(path: str, _: dict[str, str]) -> Given | None:
        shown = listed(("a.html" if day() == 1 else "new.html", title(2025)))
        return {COLUMN: shown, COLUMN + "a.html": report(2025), COLUMN + "new.html": report(2025)}.get(path)

    packed = gzip.compress(MANY.encode())
    chunks = (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n" % len(CUT)
        + CUT
        + b"\r\n"
    )
    out = {
        "gzip cut": plain({"": (200, {"Content-Encoding": "gzip"}, packed[: len(packed) * 6 // 10])}),
        "gzip whole": plain({"": (200, {"Content-Encoding": "gzip"}, packed)}),
        "length cut": plain({"": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 99999\r\n\r\n" + CUT}),
        "chunks cut": plain({"": chunks}),
        "no length cut": plain({"": PLAIN + CUT}),
        "no length whole": plain({"": PLAIN + MANY.encode()}),
        "right length cut": plain({"": (200, {}, CUT)}),
        "article cut": plain({"a.html": PLAIN + report(2025).encode()[:700]}),
        "pdf cut": plain({"": listed(("nb.pdf", title(2025))), "nb.pdf": FILE + b"%PDF-1.4 x" * 9}),
        "article login": plain({"a.html": (302, {"Location": "/cas/login?service=a"}, ""), "/cas/login?service=a": LOGIN}),
        "back button": plain({"a.html": small("<button onclick=\"location.href='./'\">返回列表</button>")}),
        "variable location": plain({"a.html": small("<script>var location = '首页';</script>")}),
        "function unused": plain({"a.html": small("<script>function back(){location.href='./index.html';}</script>")}),
        "footer maintained": plain({"a.html": small("<div class='footer'>主办：甲县人民政府　网站维护：甲县大数据中心</div>")}),
        "corner code": plain({"a.html": small("<form action='/s'>检索 验证码<input name='c'></form>")}),
        "warning first": plain({"a.html": small("", "Warning: Undefined variable $id in /www/show.php on line 12\n")}),
        "comment first": plain({"a.html": small("", "<!-- " + "x" * 1500 + " -->\n")}),
        "nul first": plain({"a.html": small("", "\x00\x00\x00")}),
        "noscript list": plain({"": listed(("a.html", title(2025))).replace("<head>", "<head>" + NOSCRIPT)}),
        "noscript article": plain({"a.html": report(2025).replace("<head>", "<head>" + NOSCRIPT)}),
        "comment refresh": plain({"a.html": report(2025).replace("<head>", "<head>" + COMMENT)}),
        "long header": plain({"": (200, {"Content-Security-Policy": "default-src " + "https://a.gov.cn " * 1200}, MANY)}),
        "robots 500": plain({"/robots.txt": (500, {}, "<html><h1>500</h1></html>")}),
        "robots 503": plain({"/robots.txt": (503, {}, "")}),
        "robots silent": plain({"/robots.txt": b""}),
        "robots gbk": plain({"/robots.txt": ROBOTS}),
        "robots page": plain({"/robots.txt": "<html><body>Disallow: /</body></html>"}),
        "robots slow": plain({"/robots.txt": (200, {"Content-Type": "text/plain"}, "User-agent: *\nCrawl-delay: 1\n")}),
        "edited day": plain({"": listed(("a.html", title(2025))).replace("2025-01-20", "2026-05-12"), "a.html": report(2025)}),
        "taken over": plain({"": TAKEN}),
        "stale": stale, "yearly": yearly, "nameless": nameless, "column is report": column_is_report, "moved": moved,
    }  # fmt: skip
    out |= {f"later {name}": then(name) for name in LATER}
    out |= {f"form {name}": two_forms(name) for name in ("index.php", "version", "session", "slashes")}
    return out


class Days:
    """Three looks at all of them, a day each; what was so after each."""

    def __init__(self, world: World) -> None:
        self.world, self.day = world, 1
        self.raw = {what: Raw(answer) for what, answer in sites(lambda: self.day).items()}
        world.portals.hosts += [raw.host for raw in self.raw.values()]
        for what, raw in self.raw.items():
            world.register(what, raw.column)
        self.status: list[dict[str, str]] = []
        by_id = {number: what for what, number in world.ids.items()}
        for self.day in (1, 2, 3):
            several = [
                what
                for what in self.raw
                if what.split()[0] in {"later", "form", "stale", "yearly", "nameless", "column", "moved"}
            ]
            world.time_passes()
            lines = world.look(*(self.raw if self.day == 1 else several))
            self.status.append({by_id[x["source_id"]]: x["status"] for x in lines if x["event"] == "source"})

    def is_whole(self, what: str, day: int = 1) -> bool:
        return self.status[day - 1][what] in COMPLETE

    def why(self, what: str) -> str:
        source = self.world.source(what)
        return f"{self.status[0][what]} then {source.status}: {source.reason}"


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Days]:
    with Portals() as portals:
        world = World(tmp_path_factory.mktemp("answers"), portals)
        yield Days(world)
        world.engine.dispose()


@pytest.mark.parametrize("what", ["gzip cut", "length cut", "chunks cut", "no length cut", "right length cut"])
def test_a_list_that_breaks_off_is_not_read_whole(days, what):
    assert not days.is_whole(what), days.why(what)
    assert days.raw[what].paths().count(COLUMN) == 2  # asked for once more, and no more than that


@pytest.mark.parametrize("what", ["gzip whole", "no length whole", "long header", "robots page"])
def test_a_list_that_came_whole_is_read_whatever_its_headers(days, what):
    assert days.is_whole(what), days.why(what)
    assert len(days.world.versions(what)) == 1


@pytest.mark.parametrize("what", ["article cut", "pdf cut", "article login"])
def test_a_report_that_could_not_be_had_whole_is_no_version_and_nothing_is_concluded(days, what):
    assert not days.is_whole(what), days.why(what)
    (document,) = days.world.documents(what)
    assert (document.kind, document.state, days.world.versions(what)) == ("annual_report", "listed", [])


@pytest.mark.parametrize("name", LATER)
def test_what_answers_for_a_day_at_a_known_report_replaces_nothing(days, name):
    what = f"later {name}"
    assert [days.is_whole(what, day) for day in (1, 3)] == [True, True], days.why(what)
    assert not days.is_whole(what, 2) or name == "last year"
    standing = [d for d in days.world.documents(what) if d.year == 2025]
    assert [(d.kind, d.state) for d in standing] == [("annual_report", "waiting")]
    assert len([v for v in days.world.versions(what) if v.document_id == standing[0].id]) == 1


@pytest.mark.parametrize(
    "what",
    ["back button", "variable location", "function unused", "footer maintained", "corner code", "warning first",
     "comment first", "nul first"],
)  # fmt: skip
def test_a_small_page_with_the_file_is_read_whatever_stands_around_it(days, what):
    assert days.is_whole(what), days.why(what)
    assert [a.media_type for a in days.world.attachments(what)] == ["application/pdf"]


@pytest.mark.parametrize("what", ["noscript list", "noscript article", "comment refresh"])
def test_a_refresh_that_no_browser_with_script_follows_is_not_followed(days, what):
    assert days.is_whole(what), days.why(what)
    assert "/nojs.html" not in days.raw[what].paths()
    assert len(days.world.versions(what)) == 1


@pytest.mark.parametrize("what", ["yearly", "nameless", "column is report"])
def test_an_address_that_shows_each_year_another_report_has_a_document_for_each(days, what):
    assert days.is_whole(what, 3), days.why(what)
    found = {d.year: d for d in days.world.documents(what)}
    assert set(found) == {2024, 2025}
    assert {v.document_id for v in days.world.versions(what)} == {d.id for d in found.values()}
    assert {year: d.published_on for year, d in found.items() if what == "column is report"} in (
        {}, {2024: date(2025, 1, 20), 2025: date(2026, 1, 20)},
    )  # fmt: skip


@pytest.mark.parametrize("form", ["index.php", "version", "session", "slashes"])
def test_an_address_written_in_two_ways_is_one_document(days, form):
    assert len(days.world.documents(f"form {form}")) == 1
    assert len(days.world.versions(f"form {form}")) == 1


def test_a_report_listed_at_another_address_takes_the_place_of_the_old_one(days):
    assert [(d.url.rpartition("/")[2], d.state) for d in days.world.documents("moved")] == [
        ("a.html", "gone"), ("new.html", "waiting"),
    ]  # fmt: skip


def test_a_list_that_always_answers_304_is_asked_for_whole_while_its_body_owes(days):
    assert {d.year for d in days.world.documents("stale")} == {2024, 2025}


@pytest.mark.parametrize("what", ["robots 500", "robots 503", "robots silent"])
def test_a_robots_txt_that_cannot_be_had_means_not_now(days, what):
    assert days.status[0][what] == "unreachable"
    assert COLUMN not in days.raw[what].paths()


def test_robots_txt_is_obeyed_in_any_charset_and_its_pause_kept(days):
    assert days.status[0]["robots gbk"] == "not-allowed"
    times = [at for at, path in days.raw["robots slow"].asked if path != "/robots.txt"]
    assert all(
        after - before > 0.5 for before, after in pairwise(times)
    )  # asked a second apart, arriving as the machine lets them


def test_the_earlier_of_two_stated_days_counts_and_both_are_kept(days):
    (document,) = days.world.documents("edited day")
    assert document.published_on == date(2026, 1, 20)
    assert document.days == {"list": "2026-05-12", "page": "2026-01-20"}


def test_a_domain_that_was_taken_over_is_no_governments(days):
    assert days.status[0]["taken over"] == "moved"


def test_a_look_in_the_future_is_none_and_the_source_is_due(days):
    now = base.utcnow()
    with base.transaction(days.world.engine) as session:
        source = session.get_one(Source, days.world.ids["gzip whole"])
        assert source not in due(session, now)
        source.checked_at, source.next_due_at = now + timedelta(days=365), now + timedelta(days=366)
        session.flush()
        assert source in due(session, now)
