"""Hand-made portals of the traps of lists, links and other pages, by their number in the note on portals."""

from __future__ import annotations

import json
from urllib.parse import quote

from demo.simulator.server import Answer, Request
from tests.crawler.handmade.lists import full_width_days
from tests.crawler.handmade.portal import Pages, Portal, article, page, published, title
from tests.crawler.handmade.trap import NB, YEARS, articles, portal, row, text, ul, usual
from tests.crawler.handmade.written import trs_date_in_link, ucap_static, vsb_growing


def t16() -> Portal:
    body = "红花岗县审计局"
    rows = [
        *usual(body, (2024,)),
        row("/module/show.jsp?area=11520302&fbtime=2024", title(body, 2024), published(2024)),
    ]
    return portal(
        "T16", body, {"": page(ul(*rows)), "2024.html": article(body, 2024), "/module/show.jsp": article(body, 2024)}
    )


OUTSIDE = Portal("outside", "不得访问", "/", {"*": "<html><body>nobody may come here</body></html>"}, ())


def t27() -> Portal:
    body = "汇川县审计局"

    def shown(request: Request) -> Answer:
        where = f"{OUTSIDE.base}/zfxxgk/nb/"
        named = f"<p>本报告电子版可在<a href='{where}'>{where}</a>、{where}2023.html 查阅下载。</p>"
        return Answer(text(body, 2024, "2025-01-16", named).encode(), "text/html")

    return portal("T27", body, {"": page(ul(*usual(body, (2024,)))), "2024.html": shown})


def t05() -> Portal:
    body = "仁怀县水务局"
    line = "<p>索引号：2026-02-00018　联系电话：0851-2025-0116　文号：仁水〔2025〕01-16号</p>"
    listed = ul(*[f"<li><i>2026-02-000{y % 100}</i><a href={y}.html>{title(body, y)}</a></li>" for y in YEARS])
    return portal("T05", body, {"": page(listed), **{f"{y}.html": text(body, y, more=line) for y in YEARS}})


def t07() -> Portal:
    body = "湄潭县水务局"
    cut = "<p>根据<span>要求</span>，编制<span>2024</span><b>年</b>1<i>月</i>1<span>日</span>至20<u>2</u>4年12月31日的报告。</p>"
    return portal("T07", body, {"": page(ul(*usual(body, (2024,)))), "2024.html": text(body, 2024, "2025-01-16", cut)})


def t08() -> Portal:
    body = "凤冈县水务局"
    rows = [
        row("a.html", "凤冈县水务局2024年政…", published(2024), f'title="{title(body, 2024)}"'),
        row("b.html", f"{title(body, 2023)[:12]}...", published(2023)),
    ]
    full = article(body, 2023).replace("<title>", f"<meta name=ArticleTitle content='{title(body, 2023)}'><title>")
    return portal("T08", body, {"": page(ul(*rows)), "a.html": article(body, 2024), "b.html": full})


def t09() -> Portal:
    body = "余庆县水务局"
    visits = [0]

    def shown(request: Request) -> Answer:
        visits[0] += 1
        beside = f"<p>浏览次数：{visits[0]}次　今天是2026年1月{visits[0]}日 星期三　天气：晴{visits[0]}℃</p><div id=r{visits[0] * 7919}></div>"
        return Answer(article(body, 2024).replace("</h2>", f"</h2>{beside}").encode(), "text/html")

    return portal("T09", body, {"": page(ul(*usual(body, (2024,)))), "2024.html": shown})


def t11() -> Portal:
    body = "习水县水务局"
    rows = [
        f'<li><a href="javascript:{call}">{title(body, y)}</a> {published(y)}</li>'
        for call, y in (("openWin('/d/2024.html')", 2024), ("doRead('2023','4')", 2023))
    ]
    pages = {"": page(ul(*rows)), "/d/2024.html": article(body, 2024)}
    return portal("T11", body, pages)


def t12() -> Portal:
    body = "道真县水务局"
    rows = [
        row("/ZWGK//Show.jsp?wbtreeid=5&wbnewsid=24&ddtab=true#top", title(body, 2024), published(2024)),
        row("/ZWGK/Show.jsp?wbnewsid=24&wbtreeid=5", title(body, 2024), published(2024)),
        row("/ZWGK/Show.jsp?wbtreeid=5&wbnewsid=23", title(body, 2023), published(2023)),
    ]

    def shown(request: Request) -> Answer | None:
        year = 2000 + int(request.query.get("wbnewsid", 0))
        return (
            Answer(article(body, year).encode(), "text/html")
            if year in YEARS and request.path in {"/ZWGK/Show.jsp", "/ZWGK//Show.jsp"}
            else None
        )

    return portal("T12", body, {"": page(ul(*rows)), "*": shown})


def t15() -> Portal:
    body = "务川县水务局"
    rows = [
        row("202501/t20250116_7_wap.html", title(body, 2024), published(2024)),
        row("202501/t20250116_7.html", title(body, 2024), published(2024)),
        row("content/mpost_23.html", title(body, 2023), published(2023)),
        row("content/post_23.html", title(body, 2023), published(2023)),
    ]
    pages: Pages = {"": page(ul(*rows))}
    pages |= {f"202501/t20250116_7{w}.html": article(body, 2024) for w in ("", "_wap")} | {
        f"content/{m}post_23.html": article(body, 2023) for m in ("", "m")
    }
    return portal("T15", body, pages)


def t18() -> Portal:
    body = "正安县水务局"
    wanted = f"/s how.asp?lm={quote('年报', encoding='gbk')}&id="

    def shown(request: Request) -> Answer | None:
        year = request.query.get("id", "")
        fits = request.target.startswith(wanted.replace(" ", "%20"))
        return (
            Answer(article(body, int(year), charset="gbk").encode("gbk"), "text/html;charset=gbk")
            if fits and year
            else None
        )

    rows = [row(f"/s how.asp?lm=年报&amp;id={y}", title(body, y), published(y)) for y in YEARS]
    return portal("T18", body, {"": page(ul(*rows), charset="gbk"), "*": shown}, charset="gbk")


def t25() -> Portal:
    body = "桐梓县水务局"
    return portal("T25", body, {"": page(ul(*usual(body))), **articles(body)}, later={"": None})


def t28() -> Portal:
    body = "绥阳县水务局"
    rows = [
        *usual(body),
        row("{{ item.url }}", "{{ item.title }}", "{{ item.date }}"),
        "<li><a href='${url}'>${title}</a></li>",
    ]
    pages: Pages = {
        "": page(ul(*rows)),
        "2023.html": article(body, 2023),
        "2024.html": text(body, 2024, "2025-01-16", "<p>本报告电子版可在（具体网址）查阅。{{ author }}</p>"),
    }
    return portal("T28", body, pages)


def t36() -> Portal:
    """Asked for fifty, the site hands out two at a time."""
    body = "龙里县水务局"
    years = (2024, 2023, 2022, 2021, 2020)

    def listed(request: Request) -> Answer:
        first = (int((request.json or {}).get("pageIndex", 1)) - 1) * 2
        rows = [
            {"infourl": f"{NB}{y}.html", "realtitle": title(body, y), "infodate": str(published(y))}
            for y in years[first : first + 2]
        ]
        return Answer(json.dumps({"custom": {"data": rows, "total": 5}}).encode(), "application/json")

    pages: Pages = {
        "": page("<ul id=l></ul>", "<script src=/js/webBuilderCommon.js></script><script>var u='/EWB-FRONT/rest/lightfrontaction/getgovinfolist';</script>"),
        "/js/webBuilderCommon.js": 'var siteInfo={"projectName":"/EWB-FRONT","siteGuid":"7eb5"};', "/EWB-FRONT/rest/lightfrontaction/getgovinfolist": listed,
        **articles(body, years),
    }  # fmt: skip
    made = portal("T36", body, pages)
    made.column += "?categorynum=002"
    return made


def t39() -> Portal:
    body = "惠水县水务局"
    tab = "<div class=tab><a href=2023n/>2023年</a> {}</div>"
    pages: Pages = {
        "": page(tab.format("")),
        "2023n/": page(tab.format("") + ul(*usual(body, (2023,)))),
        "2023n/2023.html": article(body, 2023),
    }
    later: Pages = {
        "": page(tab.format("<a href='xb_24b/'>2024年</a>")),
        "xb_24b/": page(ul(*usual(body, (2024,)))),
        "xb_24b/2024.html": article(body, 2024),
    }
    return portal("T39", body, pages, later=later)


def t40() -> Portal:
    body = "长顺县水务局"
    pages: Pages = {
        "": page("<p><a href=2023n/>2023年</a></p>"),
        "2023n/": page(ul(*usual(body))),
        "2023n/2024.html": article(body, 2024),
        "2023n/2023.html": article(body, 2023),
    }
    return portal("T40", body, pages)


def t41() -> Portal:
    body = "独山县应急管理局"
    groups = page("<p><a href=bm/>县直部门</a><a href=pcjg/>派出机构</a></p>")
    pages: Pages = {
        "": groups,
        "bm/": page(ul(*[row(f"ajj/{y}.html", title(body, y), published(y)) for y in YEARS])),
        "pcjg/": page("<p>暂无内容</p><ul></ul>"),
    }
    pages |= {f"bm/ajj/{y}.html": article(body, y) for y in YEARS}
    later: Pages = {
        "bm/": page("<p>暂无内容</p><ul></ul>"),
        "pcjg/": page(ul(*[row(f"ajj/{y}.html", title(body, y), published(y)) for y in YEARS])),
    }
    later |= {f"pcjg/ajj/{y}.html": article(body, y) for y in YEARS} | {f"bm/ajj/{y}.html": None for y in YEARS}
    return portal("T41", body, pages, later=later)


def t42() -> Portal:
    body = "平塘县水务局"
    return portal("T42", body, {"": article(body, 2023)}, later={"": article(body, 2024)})


def t43() -> Portal:
    body = "荔波县水务局"

    def shown(request: Request) -> Answer:
        asked = request.query.get("nbYear", "")
        year = int(asked) if asked in {"2023", "2022"} else 2023  # a year without a report is answered with the newest
        tabs = "".join(f"<a href='?nbYear={y}'>{y}年</a>" for y in (2024, 2023, 2022))
        return Answer(article(body, year).replace("<h2>", f"<p>{tabs}</p><h2>").encode(), "text/html")

    made = portal("T43", body, {"/zfxxgk_a/zfxxgknb.html": shown})
    made.column = "/zfxxgk_a/zfxxgknb.html?nbYear=2024"
    return made


def t44() -> Portal:
    """The first post back is refused: its fields expired while they lay."""
    body = "三都县水务局"
    tokens: list[str] = []
    refused = [0]

    def listed(request: Request) -> Answer:
        number = 1
        if request.method == "POST":
            if not refused[0] or request.form.get("__VIEWSTATE") != tokens[-1]:
                refused[0] += 1
                return Answer(
                    "<html><head><title>运行时错误</title></head><body>验证视图状态 MAC 失败</body></html>".encode(),
                    status=500,
                )
            number = int(request.form.get("__EVENTARGUMENT", 1))
        tokens.append(f"v{len(tokens)}")
        rows = ul(
            *[row(f"{y}.html", title(body, y), published(y)) for y in ((2024, 2023) if number == 1 else (2022, 2021))]
        )
        pager = "" if number == 2 else "<a href=\"javascript:__doPostBack('AspNetPager1','2')\">下一页</a>"
        form = f"<form method=post action=''><input type=hidden name=__VIEWSTATE value='{tokens[-1]}'>{rows}<div>{pager}</div></form>"
        return Answer(page(form).encode(), "text/html")

    return portal("T44", body, {"": listed, **articles(body, (2024, 2023, 2022, 2021))})


def t45() -> Portal:
    """The list's call is answered by a page where its column's address is not given; here it always is."""
    body = "瓮安县水务局"
    channel = "a" * 32

    def call(request: Request) -> Answer:
        if NB not in request.headers.get("referer", ""):
            return Answer(b"<html><body>404</body></html>", status=404)
        rows = [{"title": title(body, y), "url": f"{NB}{y}.html", "publishedTimeStr": str(published(y))} for y in YEARS]
        return Answer(json.dumps({"data": {"total": 2, "results": rows}}).encode(), "application/json")

    return portal(
        "T45",
        body,
        {
            "": page("<ul></ul>", f"<script>var channelId='{channel}';var u='/searchList/';</script>"),
            f"/searchList/{channel}": call,
            **articles(body),
        },
    )


def t45_page() -> Portal:
    body = "贵定县水务局"
    channel = "b" * 32
    pages: Pages = {
        "": page("<ul></ul>", f"<script>var channelId='{channel}';var u='/searchList/';</script>"),
        f"/searchList/{channel}": page("<p>欢迎访问</p>"),
    }
    return portal("T45-page", body, pages)


def t47() -> Portal:
    body = "福泉县水务局"
    channel = "c" * 32
    rows = [
        {
            "title": title(body, y),
            "url": f"{NB}{y}.html",
            "publishedTimeStr": str(published(y)),
            "contentHtml": "<p>正文</p>" * 90_000,
        }
        for y in YEARS
    ]
    heavy = Answer(json.dumps({"data": {"total": 2, "results": rows}}, ensure_ascii=False).encode(), "application/json")
    return portal(
        "T47",
        body,
        {
            "": page("<ul></ul>", f"<script>var channelId='{channel}';var u='/searchList/';</script>"),
            f"/searchList/{channel}": heavy,
            **articles(body),
        },
    )


LISTED: tuple[Portal, ...] = (
    t05(), t07(), t08(), t09(), t11(), t12(), t15(), t16(), t18(), t25(), t27(), t28(), t36(), t39(), t40(), t41(), t42(), t43(), t44(),
    t45(), t45_page(), t47(), full_width_days(), trs_date_in_link(), ucap_static(), vsb_growing(),
)  # fmt: skip
