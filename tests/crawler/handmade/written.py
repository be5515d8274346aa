"""Vendors whose lists are written out, in other markup, other encodings and other dialects than the simulator's."""

from __future__ import annotations

from urllib.parse import parse_qs

from demo.simulator.server import Answer, Request
from tests.crawler.handmade.portal import DOUBT, Pages, Portal, article, page, published, title

NEW, OLD = (2024, 2023, 2022), (2021, 2020, 2019)
ALL = NEW + OLD


def trs_capitals() -> Portal:
    body = "禾丰县水利局"

    def listed(years: tuple[int, ...], number: int) -> str:
        rows = "".join(
            f"<LI><A title={title(body, y)} href=./{y + 1}01/t{y + 1}0116_31{y}.shtml target=_blank>{title(body, y)[:14]}…</A>"
            f"<SPAN>{published(y)}</SPAN></LI>"
            for y in years
        )
        call = f'<SCRIPT>createPageHTML(2, {number}, "index", "shtml");</SCRIPT>'
        return page(f"<UL class=xxlb>{rows}</UL><DIV class=fy>{call}</DIV>", charset="gb2312")

    pages: Pages = {"/zwgk/gknb/": listed(NEW, 0), "/zwgk/gknb/index_1.shtml": listed(OLD, 1)}
    for year in ALL:
        pages[f"/zwgk/gknb/{year + 1}01/t{year + 1}0116_31{year}.shtml"] = article(body, year, charset="gb2312")
    return Portal("trs-capitals-gb2312", body, "/zwgk/gknb/", pages, ALL, charset="gb18030", family="trs")


def trs_date_in_link() -> Portal:
    body = "永泰县民政局"

    def listed(years: tuple[int, ...], number: int) -> str:
        rows = "".join(
            f"<li><a href='./{y + 1}01/t{y + 1}0116_8{y}.html'>{title(body, y)}<span>{published(y)}</span></a></li>"
            for y in years
        )
        return page(
            f"<ul class='gl_list'>{rows}</ul><script>var countPage = 2//共多少页\nvar currentPage = {number};</script>"
        )

    pages: Pages = {"/zfxxgk/nb/": listed(NEW, 0), "/zfxxgk/nb/index_1.html": listed(OLD, 1)}
    for year in ALL:
        pages[f"/zfxxgk/nb/{year + 1}01/t{year + 1}0116_8{year}.html"] = article(body, year)
    return Portal("trs-countPage-date-in-link", body, "/zfxxgk/nb/", pages, ALL, family="trs")


def trs_stub() -> Portal:
    body = "南靖县审计局"
    rows = "".join(
        f"<li><a href='./{y + 1}01/t{y + 1}0116_8{y}.html'>{title(body, y)}</a><b>{published(y)}</b></li>" for y in NEW
    )
    first = page(f"<ul>{rows}</ul><script>createPageHTML(3, 0, 'index', 'html');</script>")
    stub = "<html><head><title></title></head><body>" + " " * 280 + "</body></html>"
    pages: Pages = {"/nb/": first, "/nb/index_1.html": stub, "/nb/index_2.html": stub}
    for year in NEW:
        pages[f"/nb/{year + 1}01/t{year + 1}0116_8{year}.html"] = article(body, year)
    return Portal("trs-stub-pages", body, "/nb/", pages, NEW, DOUBT, never=OLD, family="trs")


def trs_ternary() -> Portal:
    body = "寻甸县财政局"

    def listed(years: tuple[int, ...], number: int) -> str:
        rows = "".join(
            f"<li><em>{published(y)}</em><a href='/c/{published(y)}/46{y}.shtml'>{title(body, y)}</a></li>"
            for y in years
        )
        script = (
            f"<script>var PageCount=2,PageIndex={number};var prev=PageIndex==2?'index.shtml':'index_'+(PageIndex-1)+'.shtml';"
            "if(PageIndex<PageCount){document.write('<a href=\"index_'+(PageIndex+1)+'.shtml\">下一页</a>');}</script>"
        )
        return page(f"<ul>{rows}</ul>{script}")

    pages: Pages = {"/zfxxgknb/": listed(NEW, 1), "/zfxxgknb/index_2.shtml": listed(OLD, 2)}
    pages |= {f"/c/{published(y)}/46{y}.shtml": article(body, y) for y in ALL}
    return Portal("kunming-ternary", body, "/zfxxgknb/", pages, ALL)


def ucap_static() -> Portal:
    body = "昭觉县司法局"

    def listed(years: tuple[int, ...], number: int) -> str:
        rows = "".join(
            f"<li><a href='/zj/c104/{y + 1}01/{y:032x}.shtml'>{title(body, y)}</a><span class=date>{published(y)}</span></li>"
            for y in years
        )
        call = (
            f"<div id='page_div'></div><script>createPageHTML('page_div',2, {number},'common_list','shtml',6);</script>"
        )
        return page(f"<ul class='list'>{rows}</ul>{call}", head="<script src='/cms/js/common_list.js'></script>")

    pages: Pages = {"/zj/c104/common_list.shtml": listed(NEW, 1), "/zj/c104/common_list_2.shtml": listed(OLD, 2)}
    for year in ALL:
        pages[f"/zj/c104/{year + 1}01/{year:032x}.shtml"] = article(body, year, "<ucapcontent>{}</ucapcontent>")
    return Portal("ucap-static", body, "/zj/c104/common_list.shtml", pages, ALL, family="ucap")


def aspnet_grid() -> Portal:
    """A GridView, its pager escaped, in an update panel; the hidden fields change with every answer."""
    body = "石林县林业局"
    tokens = ["t0"]

    def listed(request: Request) -> Answer:
        number = 1
        if request.method == "POST":
            form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
            if form.get("__VIEWSTATE") != tokens[-1] or form.get("__EVENTTARGET") != "ctl00$gv":
                return Answer("<html><body>视图状态已过期</body></html>".encode(), status=500)
            number = int(form["__EVENTARGUMENT"].removeprefix("Page$"))
        tokens.append(f"t{len(tokens)}+/=")
        rows = "".join(
            f'<tr><td><a href="Info.aspx?id={y}">{title(body, y)}</a></td><td>{published(y):%Y/%m/%d}</td></tr>'
            for y in (NEW, OLD)[number - 1]
        )
        cells = "".join(
            f"<td><span>{n}</span></td>"
            if n == number
            else f'<td><a href="javascript:__doPostBack(&#39;ctl00$gv&#39;,&#39;Page${n}&#39;)">{n}</a></td>'
            for n in (1, 2)
        )
        shown = (
            f'<form name="aspnetForm" method="post" action="./List.aspx?cid=1019"><input type="hidden" name="__VIEWSTATE" id="__VIEWSTATE" value="{tokens[-1]}" />'
            f"<input type=hidden name=__VIEWSTATEGENERATOR value=C1 /><table id=gv>{rows}<tr><td colspan=2><table><tr>{cells}</tr></table></td></tr></table></form>"
        )
        return Answer(page(shown).encode(), "text/html")

    pages: Pages = {
        "/zwgk/List.aspx": listed,
        "/zwgk/Info.aspx": lambda r: Answer(article(body, int(r.query["id"])).encode(), "text/html"),
    }
    return Portal("aspnet-gridview", body, "/zwgk/List.aspx?cid=1019", pages, ALL, family="aspnet")


def aspnet_query() -> Portal:
    body = "嵩明县人社局"

    def listed(request: Request) -> Answer:
        number = int(request.query.get("page", 1))
        rows = "".join(
            f"<li><a href='InfoShow.aspx?id={y}&cid=1019'>{title(body, y)}</a> {published(y)}</li>"
            for y in (NEW, OLD)[number - 1]
        )
        links = "<a href='InfoPublic.aspx?cid=1019&pid=971&page=1&kw='>1</a> <a href='InfoPublic.aspx?cid=1019&pid=971&page=2&kw='>2</a>"
        return Answer(page(f"<ul>{rows}</ul><div>{links}</div>").encode(), "text/html")

    pages: Pages = {
        "/InfoPublic.aspx": listed,
        "/InfoShow.aspx": lambda r: Answer(article(body, int(r.query["id"])).encode(), "text/html"),
    }
    return Portal("aspnet-query", body, "/InfoPublic.aspx?cid=1019&pid=971", pages, ALL, family="aspnet")


def vsb_dynamic() -> Portal:
    body = "洪雅县司法局"

    def listed(request: Request) -> Answer:
        number = int(request.query.get("a3p", 1))
        rows = "".join(
            f"<tr id=line3_{n} height=20><td><a class=c3 target=_blank href='xxgk_content.jsp?urltype=news.NewsContentUrl&wbtreeid=5069&wbnewsid={y}'>{title(body, y)}</a></td>"
            f"<td><span class=timestyle3>{published(y):%Y/%m/%d}</span></td></tr>"
            for n, y in enumerate((NEW, OLD)[number - 1])
        )
        link = "list.jsp?a3t=2&a3p=2&a3c=3&urltype=tree.TreeTempUrl&wbtreeid=5069"
        pager = (
            f"<td id=fanye3>共6条&nbsp;&nbsp;{number}/2&nbsp;</td><td>"
            + (
                f"<a href='{link}' class=Next>下页</a><a href='{link}' class=Next>尾页</a>"
                if number == 1
                else "<span>下页</span>"
            )
            + "</td>"
        )
        return Answer(
            page(
                f"<table class=winstyle3>{rows}</table><table><tr>{pager}</tr></table>",
                "<!--Announced by Visual SiteBuilder 9-->",
            ).encode(),
            "text/html",
        )

    pages: Pages = {
        "/xxgk/list.jsp": listed,
        "/xxgk/xxgk_content.jsp": lambda r: Answer(
            article(body, int(r.query["wbnewsid"]), '<div id="vsb_content">{}</div>').encode(), "text/html"
        ),
    }
    return Portal(
        "vsb-dynamic", body, "/xxgk/list.jsp?urltype=tree.TreeTempUrl&wbtreeid=5069", pages, ALL, family="vsb"
    )


def vsb_growing() -> Portal:
    """An item is added after page 1 was read: numbers shift, and a report moves to a page that nobody links from page 1."""
    body = "甘谷县交通局"
    asked = [0]

    def pages_now() -> list[list[int]]:
        years = list(ALL) if asked[0] <= 1 else [2030, *ALL]
        return [years[i : i + 2] for i in range(0, len(years), 2)]

    def listed(request: Request) -> Answer | None:
        asked[0] += 1
        now = pages_now()
        stem = request.path.removesuffix(".htm").rpartition("/")[2]
        index = 0 if stem == "nb" else len(now) - int(stem)
        up = "" if stem == "nb" else "../"
        inner = "nb/" if stem == "nb" else ""
        rows = "".join(
            f"<li id=line_u9_{n}><a href='{up}info/1/{y}.htm'>{title(body, y) if y < 2030 else '关于2024年度工作的通知'}</a><span>{published(min(y, 2024))}</span></li>"
            for n, y in enumerate(now[index])
        )
        after = (
            f"<span class='p_next p_fun'><a href='{inner}{len(now) - index - 1}.htm'>下页</a></span>"
            if index + 1 < len(now)
            else "<span class='p_next_d p_fun_d'>下页</span>"
        )
        jump = f"<script>_simple_list_gotopage_fun({len(now)},'u9',2)</script>"
        return Answer(page(f"<ul>{rows}</ul><div class='pb_sys_common'>{after}</div>{jump}").encode(), "text/html")

    given: Pages = {"/zwgk/nb.htm": listed, **{f"/zwgk/nb/{n}.htm": listed for n in range(1, 9)}}
    given |= {f"/zwgk/info/1/{y}.htm": article(body, y) for y in ALL}
    return Portal("vsb-growing", body, "/zwgk/nb.htm", given, ALL, family="vsb")


def easysite() -> Portal:
    body = "赞皇县统计局"

    def listed(request: Request) -> Answer:
        number = int(request.query.get("currentPage", 1))
        if number > 1 and request.query.get("moduleId") != "ab12":
            number = 1
        rows = "".join(
            f"<tr><td height=30><a href='/eportal/ui?pageId=68&articleKey={y}&columnId=9' istitle=true>{title(body, y)}</a></td><td class=hui12>{published(y)}</td></tr>"
            for y in (NEW, OLD)[number - 1]
        )
        link = "/eportal/ui?pageId=68&amp;currentPage=2&amp;moduleId=ab12&amp;formKey=GOV_OPEN&amp;columnName=EXT_STR7"
        pager = f"<div>共2页 当前第{number}页 <a href='javascript:void(0)' onclick=\"queryArticleByCondition(this,'{link}')\" tagname='{link}'>下一页</a></div>"
        return Answer(page(f"<table class=xxgkzclbtab3>{rows}</table>{pager}").encode(), "text/html")

    def either(request: Request) -> Answer:
        key = request.query.get("articleKey")
        return Answer(article(body, int(key)).encode(), "text/html") if key else listed(request)

    return Portal("eportal-called", body, "/eportal/ui?pageId=68", {"/eportal/ui": either}, ALL, family="eportal")


def xian() -> Portal:
    """Pages ``1.html``, ``2.html``; the pager's call is defined in a file of its own."""
    body = "长武县审计局"

    def listed(years: tuple[int, ...], number: int) -> str:
        rows = "".join(
            f"<li><a href='{1749345008896458700 + y}.html'>{title(body, y)}</a><span>{published(y)}</span></li>"
            for y in years
        )
        return page(
            f"<ul class=m-lst>{rows}</ul><div id=pager></div><script>pager({{current:{number},total:2}})</script><span>共2页</span>"
        )

    pages: Pages = {"/zfxxgk/nb/1.html": listed(NEW, 1), "/zfxxgk/nb/2.html": listed(OLD, 2)}
    pages |= {f"/zfxxgk/nb/{1749345008896458700 + y}.html": article(body, y) for y in ALL}
    return Portal("shaanxi-1-html", body, "/zfxxgk/nb/1.html", pages, ALL, family="shaanxi-jy")


def openness() -> Portal:
    body = "含山县统计局"
    rows = "".join(
        f"<li><a href='/xxgk/openness/detail/annual_report/61e12f5c88668841618{y:05d}.html'>{title(body, y)}</a><i>{published(y)}</i></li>"
        for y in ALL
    )
    pages: Pages = {"/xxgk/openness/annual_report/": page(f"<ul>{rows}</ul>")}
    pages |= {f"/xxgk/openness/detail/annual_report/61e12f5c88668841618{y:05d}.html": article(body, y) for y in ALL}
    return Portal("anhui-openness", body, "/xxgk/openness/annual_report/", pages, ALL, family="anhui-openness")


def organ_column() -> Portal:
    body = "岳西县林业局"

    def listed(request: Request) -> Answer:
        number = int(request.query.get("pageIndex", 1))
        rows = "".join(
            f"<li class=mc><a class=title href='/public/6981/{y}.html' title='{title(body, y)}'>{title(body, y)[:13]}...</a><span class=date>{published(y)}</span></li>"
            for y in (NEW, OLD)[number - 1]
        )
        pager = f"<div class=pagination><span>共 6 条</span><span class=current>{number}</span><a href='javascript:void(0)' paged=2 onclick='page(2)'>2</a></div>"
        return Answer(page(f"<ul class='clearfix xxgk_nav_list'>{rows}</ul>{pager}").encode(), "text/html")

    pages: Pages = {"/public/column/6981": listed}
    pages |= {f"/public/6981/{y}.html": article(body, y) for y in ALL}
    return Portal("anhui-public-script-pager", body, "/public/column/6981?type=3", pages, ALL, family="anhui-public")


WRITTEN = (
    trs_capitals, trs_date_in_link, trs_stub, trs_ternary, ucap_static, aspnet_grid, aspnet_query, vsb_dynamic, vsb_growing, easysite, xian, openness, organ_column,
)  # fmt: skip
