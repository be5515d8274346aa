"""Plain portals: every way to page that the note on portals and public pages show, every container of rows, odd links."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import quote

from demo.simulator.server import Answer, Request
from tests.crawler.handmade.portal import DOUBT, WHOLE, Pages, Portal, article, page, published, title

NEW, OLD = (2024, 2023, 2022), (2021, 2020, 2019)
ALL = NEW + OLD
PAGES = (NEW, OLD)
Pager = Callable[[int], str]


def rows(body: str, years: tuple[int, ...], href: str = "show_{}.html") -> str:
    return "".join(
        f"<tr><td class=t><img src=/i/dot.gif> <a class=black14 href={href.format(y)} target=_blank>{title(body, y)}</a></td>"
        f"<td align=right>[{published(y)}]</td></tr>" for y in years
    )  # fmt: skip


def paged(
    name: str, body: str, pager: Pager, second: str, whole: bool = True, found: bool = True, **how: str
) -> Portal:
    """A list of two pages; ``second`` is where the other one stands."""

    def listed(number: int) -> str:
        return page(f"<table width=100%>{rows(body, PAGES[number - 1])}</table>{pager(number)}", how.get("head", ""))

    pages = {"/zwgk/nb/": listed(1), second: listed(2)}
    pages |= {f"/zwgk/nb/show_{y}.html": article(body, y) for y in ALL}
    years = ALL if found else NEW
    return Portal(name, body, "/zwgk/nb/", pages, years, WHOLE if whole else DOUBT, never=() if found else OLD)


def only_first(text: str) -> Pager:
    return lambda number: text if number == 1 else ""


# name, what page 1 shows, where page 2 stands, is it found and known to be whole
PAGERS: tuple[tuple[str, str, str, bool], ...] = (
    ("next-word-spaced", "<p><a href='List_2.shtml'>下 一 页</a> <a href='List_2.shtml'>末 页</a></p>", "/zwgk/nb/List_2.shtml", True),
    ("next-page-traditional", "<a href='?pageNo=2'>下一頁</a>", "/zwgk/nb/?pageNo=2", True),
    ("arrow-entity", "<div class=fanye><b>1</b><a href='list_2.html'>2</a><a href='list_2.html'>&raquo;</a></div>", "/zwgk/nb/list_2.html", True),
    ("picture-without-alt", "<div class=pg><a href='?p=2'><img border=0 src='/images/nextpage.gif'></a></div>", "/zwgk/nb/?p=2", True),
    ("capital-NEXT", "<a HREF='index_2.html'>NEXT PAGE</a>", "/zwgk/nb/index_2.html", True),
    ("houyiye-button", "<input type=button value=后一页 onclick=\"window.location='index_2.html'\">", "/zwgk/nb/index_2.html", True),
    ("onclick-window-location", "<span style='cursor:hand' onclick=\"javascript:window.location.href='index_2.html';return false\">下一页</span>", "/zwgk/nb/index_2.html", True),
    ("jump-function-before", "<script>function turnpage(p){ var u='index_'+p+'.html'; location.href=u; }</script><a href='javascript:turnpage(2)'>下一页</a>", "/zwgk/nb/index_2.html", True),
    ("jump-function-query", "<a href='javascript:goPage(2);'>下页</a><script>function goPage(pageNo){\n window.location.href = \"?pageNo=\" + pageNo; }</script>", "/zwgk/nb/?pageNo=2", True),
    ("jump-function-own-address", "<a onclick='toPage(2)'>2</a><script>var toPage=function(n){document.location='/zwgk/nb/?curPage='+n;}</script>", "/zwgk/nb/?curPage=2", True),
    ("select-of-addresses", "<form>到<select name=sel onchange='location=this.value'><option value='index.html' selected>第1页</option><option value='index_2.html'>第2页</option></select></form>", "/zwgk/nb/index_2.html", True),
    ("laypage-jump", "<div id=pg></div><script>laypage.render({elem:'pg',count:6,limit:3,curr:1,jump:function(o,f){if(!f){location.href='?page='+o.curr;}}});</script>", "/zwgk/nb/?page=2", True),
    ("laypage-old-pages", "<div id=pg></div><script>laypage({cont:'pg',pages:2,curr:1,jump:function(e,first){if(!first){location.href='?page='+e.curr}}})</script>", "/zwgk/nb/?page=2", True),
    ("form-get", "<form action='/zwgk/nb/' method=get name=f1><input type=hidden name=page value=2><input type=submit value='下一页'></form>", "/zwgk/nb/?page=2", True),
    ("form-script", "<form name=pf action='/zwgk/nb/'><input type=hidden name=pageNum value=1></form><a href=\"javascript:document.pf.pageNum.value=2;document.pf.submit();\">下一页</a>", "/zwgk/nb/?pageNum=2", True),
    ("totals-and-data-page", "<div class=page data-total=6 data-pagesize=3><a href='javascript:;' data-page='2'>2</a></div>", "/zwgk/nb/x", False),
    ("script-unknown", "<a href='javascript:void(0);' class=nxt onclick='nextPage(this)'>下一页</a>", "/zwgk/nb/x2.html", False),
    ("load-more", "<div class=more-btn onclick='loadMore()'>加载更多</div>", "/zwgk/nb/api", False),
    ("scroll", "<script>$(window).scroll(function(){ if(bottom()){ page++; loadList(page); } });</script><div class=loading>上拉加载更多</div>", "/zwgk/nb/api", False),
    ("total-in-script", "<script>var pageConf={totalCount:6,pageSize:3,currentPage:1};</script><div id=Pagination></div>", "/zwgk/nb/api", False),
    ("vue-pagination", "<el-pagination :total='6' :page-size='3' layout='prev, pager, next'></el-pagination>", "/zwgk/nb/api", False),
    ("m-page", "<div class='M-box'></div><script>$('.M-box').pagination({pageCount:2,jump:true,callback:function(api){location.href='index_'+api.getCurrent()+'.html'}});</script>", "/zwgk/nb/index_2.html", True),
    ("total-text-only", "<p>共有6条记录，每页3条</p>", "/zwgk/nb/x", False),
    ("page-of-pages", "<p>页次：1/2　每页3条</p>", "/zwgk/nb/x", False),
    ("chinese-count", "<p>共 6 条信息 分 2 页显示 当前第 1 页</p>", "/zwgk/nb/x", False),
    ("go-to-box", "<form onsubmit='return go(this.p.value)'>转到第<input name=p size=2>页<input type=button value=GO onclick='go(this.form.p.value)'></form>", "/zwgk/nb/x", False),
)  # fmt: skip
PLACES = "赤水绵竹什邡彭州崇州简阳合江叙永古蔺荣昌璧山铜梁潼南大足綦江永川江津南川武隆丰都垫江忠州开州云阳奉节巫山"


def _pagers() -> list[Callable[[], Portal]]:
    out: list[Callable[[], Portal]] = []
    for number, (name, text, second, found) in enumerate(PAGERS):
        body = f"{PLACES[number * 2 : number * 2 + 2]}县水利局"
        out.append(lambda n=name, b=body, t=text, s=second, f=found: paged(f"pager-{n}", b, only_first(t), s, f, f))  # type: ignore[misc]
    return out


# ------------------------------------------------------------------ where rows stand


def held_in(name: str, body: str, inner: str, statuses: frozenset[str] = WHOLE, years: tuple[int, ...] = ALL) -> Portal:
    pages: Pages = {"/nb/index.html": page(inner)}
    pages |= {f"/nb/show_{y}.html": article(body, y) for y in ALL}
    return Portal(name, body, "/nb/index.html", pages, years, statuses, never=tuple(y for y in ALL if y not in years))


def in_script_json() -> Portal:
    body = "剑川县财政局"
    data = [{"id": y, "title": title(body, y), "url": f"/nb/show_{y}.html", "pubDate": str(published(y))} for y in ALL]
    return held_in(
        "rows-json-in-script",
        body,
        f"<ul id=lst></ul><script>var dataList = {json.dumps(data, ensure_ascii=False)};\nrender(dataList);</script>",
    )


def in_script_strings() -> Portal:
    body = "鹤庆县财政局"
    items = "".join(
        f"urls[{n}]='/nb/show_{y}.html';headers[{n}]=\"{title(body, y)}\";year[{n}]='{y + 1}';month[{n}]='01';day[{n}]='16';\n"
        for n, y in enumerate(ALL)
    )
    return held_in(
        "rows-arrays-in-script",
        body,
        f"<ul id=lst></ul><script>{items}document.getElementById('lst').innerHTML=draw();</script>",
        DOUBT | {"unknown-js"},
        (),
    )


def in_template() -> Portal:
    body = "洱源县财政局"
    items = "".join(
        f"<li><a href='/nb/show_{y}.html'>{title(body, y)}</a><span>{published(y)}</span></li>" for y in ALL
    )
    return held_in("rows-in-template", body, f"<div id=app></div><template id=t><ul>{items}</ul></template>")


def in_textarea_escaped() -> Portal:
    body = "弥渡县财政局"
    items = "".join(
        f"&lt;li&gt;&lt;a href=&quot;/nb/show_{y}.html&quot;&gt;{title(body, y)}&lt;/a&gt;&lt;span&gt;{published(y)}&lt;/span&gt;&lt;/li&gt;"
        for y in ALL
    )
    stale = "<!--<ul><li><a href='/nb/show_2011.html'>弥渡县财政局2011年政府信息公开工作年度报告</a><span>2012-01-16</span></li></ul>-->"
    return held_in(
        "rows-in-textarea",
        body,
        f"{stale}<textarea id=dt style='display:none'><ul>{items}</ul></textarea><ul id=ul1></ul>",
    )


def in_cdata() -> Portal:
    body = "宾川县财政局"
    items = "".join(
        f"<record><![CDATA[<li><a href='/nb/show_{y}.html'>{title(body, y)}</a><span>{published(y)}</span></li>]]></record>"
        for y in ALL
    )
    return held_in(
        "rows-in-cdata", body, f"<script type='text/xml' id=x><records>{items}</records></script><ul id=ul1></ul>"
    )


def clicked_rows() -> Portal:
    body = "祥云县财政局"
    items = "".join(
        f"<li onclick=\"openWin('/nb/show_{y}.html')\"><p>{title(body, y)}</p><em>{published(y)}</em></li>" for y in ALL
    )
    return held_in("rows-clicked", body, f"<ul>{items}</ul>")


def script_rows() -> Portal:
    body = "南涧县财政局"
    items = "".join(
        f"<li><a href=\"javascript:info('{y}','01','c')\">{title(body, y)}</a><em>{published(y)}</em></li>" for y in ALL
    )
    return held_in("rows-of-unknown-script", body, f"<ul>{items}</ul>", DOUBT, ())


def defined_rows() -> Portal:
    """The page's own function says what a row opens."""
    body = "永平县财政局"
    items = "".join(
        f"<li><a href='#' onclick=\"doRead('{y}','4')\">{title(body, y)}</a><em>{published(y)}</em></li>" for y in ALL
    )
    code = "<script>function doRead(id,t){ window.open('/nb/show_'+id+'.html'); }</script>"
    return held_in("rows-of-own-script", body, f"{code}<ul>{items}</ul>")


def two_lines() -> Portal:
    body = "漾濞县财政局"
    items = "".join(
        f"<dt><a href='show_{y}.html' title='{title(body, y)}'>{title(body, y)[:8]}…</a></dt><dd>发布时间： {y + 1}- 01- 16　浏览：{y}次</dd>"
        for y in ALL
    )
    return held_in("rows-dt-dd", body, f"<dl>{items}</dl>")


def full_width_days() -> Portal:
    body = "巍山县财政局"
    days = ["２０２５－０１－１６", "2024年01月16日", "2023/1/16", "2022.01.16", "[2021-1-16]", "2020-\n01-\n16"]
    items = "".join(
        f"<li><i>{day}</i><a href='show_{y}.html'>{title(body, y)}</a></li>" for y, day in zip(ALL, days, strict=True)
    )
    return held_in("days-in-six-forms", body, f"<ul>{items}</ul>")


def numbers_beside() -> Portal:
    body = "云龙县财政局"
    items = "".join(
        f"<tr><td>{y + 1}-02-00018</td><td><a href='show_{y}.html'>{title(body, y)}</a></td><td>云财发〔{y + 1}〕3号</td><td>{published(y)}</td><td>{y + 1}-01-02</td></tr>"
        for y in ALL
    )
    head = "<tr><th>索引号</th><th>标题</th><th>文号</th><th>发布日期</th><th>成文日期</th></tr>"
    return held_in("numbers-beside-days", body, f"<table>{head}{items}</table>")


def gbk_query() -> Portal:
    body = "福贡县民政局"
    items = "".join(
        f"<li><a href='show.asp?名称=年报&amp;id={y}'>{title(body, y)}</a> {published(y)}</li>" for y in ALL
    )
    pages: Pages = {"/nb/index.html": page(f"<ul>{items}</ul>", charset="gb2312")}
    for y in ALL:
        pages[f"/nb/show.asp?{quote('名称', encoding='gbk')}={quote('年报', encoding='gbk')}&id={y}"] = article(
            body, y, charset="gb2312"
        )
    return Portal("gbk-query", body, "/nb/index.html", pages, ALL, charset="gb18030")


def base_elsewhere() -> Portal:
    body = "贡山县民政局"
    items = "".join(f"<li><a href='show_{y}.html'>{title(body, y)}</a> {published(y)}</li>" for y in ALL)
    pages: Pages = {"/a/b/": page(f"<ul>{items}</ul>", "<base href='/wz/gs/' target=_blank>")}
    pages |= {f"/wz/gs/show_{y}.html": article(body, y) for y in ALL}
    return Portal("base-elsewhere", body, "/a/b/", pages, ALL)


def sessions() -> Portal:
    body = "兰坪县民政局"
    visits = [0]

    def listed(request: Request) -> Answer:
        visits[0] += 1
        items = "".join(
            f"<li><a href='//{request.headers['host']}/html//nb/show_{y}.html;jsessionid=A{visits[0]}F?sid={visits[0]}#top'>{title(body, y)}</a> {published(y)}</li>"
            for y in ALL * 2
        )
        return Answer(page(f"<ul>{items}</ul>").encode(), "text/html")

    def shown(request: Request) -> Answer | None:
        for y in ALL:
            if f"show_{y}" in request.target:
                return Answer(article(body, y).encode(), "text/html")
        return None

    pages: Pages = {"/nb/": listed}
    portal = Portal("sessions-and-slashes", body, "/nb/", pages, ALL)
    portal.pages["*"] = shown
    return portal


def frame_list() -> Portal:
    """The frame above it is not there any more."""
    body = "泸水县民政局"
    inner = "<frameset rows='80,*'><frame src='/top.html'><frameset cols='200,*'><frame src='/tree/left.html'><frame src='right.html' name=r></frameset></frameset>"
    items = "".join(f"<li><a href='show_{y}.html'>{title(body, y)}</a> {published(y)}</li>" for y in ALL)
    pages: Pages = {
        "/nb/": f"<html><head><title>年报</title></head>{inner}</html>",
        "/nb/right.html": page(f"<ul>{items}</ul>"),
    }
    pages |= {f"/nb/show_{y}.html": article(body, y) for y in ALL} | {"/tree/left.html": "<html><body>树</body></html>"}
    return Portal("frameset", body, "/nb/", pages, ALL)


def app_with_api() -> Portal:
    body = "香格里拉市民政局"
    inner = "<div id=app></div><script src=/static/js/chunk-vendors.1a.js></script><script>window.__CFG__={api:'/api/v1/list'}</script>"
    return Portal(
        "app-shell",
        body,
        "/nb/",
        {"/nb/": f"<!doctype html><html><head><title>年报</title></head><body>{inner}</body></html>"},
        (),
        frozenset({"unknown-js"}),
        never=ALL,
    )


def empty_list() -> Portal:
    body = "德钦县民政局"
    return Portal("says-empty", body, "/nb/", {"/nb/": page("<ul class=list></ul><p>暂无信息</p>")}, ())


def years_by_dropdown() -> Portal:
    """The years are options of a select, each the address of a column."""
    body = "维西县民政局"
    options = "".join(f"<option value='/nb/{y}/index.html'>{y}年</option>" for y in ALL)
    pages: Pages = {
        "/nb/": page(
            f"<select onchange='location.href=this.value'>{options}</select><ul><li><a href='/nb/2024/s.html'>{title(body, 2024)}</a> {published(2024)}</li></ul>"
        )
    }
    for y in ALL:
        pages[f"/nb/{y}/index.html"] = page(f"<ul><li><a href='s.html'>{title(body, y)}</a> {published(y)}</li></ul>")
        pages[f"/nb/{y}/s.html"] = article(body, y)
    return Portal("years-in-a-select", body, "/nb/", pages, ALL)


def years_by_tabs() -> Portal:
    """Year tabs beneath the column, reports one each; the newest under an odd name."""
    body = "石屏县民政局"
    names = {2024: "mb24x", 2023: "2023n", 2022: "nb_2022n", 2021: "gknb2021", 2020: "a2020", 2019: "2019year"}
    tabs = "".join(f"<a href='{names[y]}/'>{y}年</a>|" for y in ALL)
    pages: Pages = {"/nb/": page(f"<div class=tab>{tabs}</div>")}
    for y in ALL:
        pages[f"/nb/{names[y]}/"] = page(
            f"<div class=tab>{tabs.replace(chr(39), chr(39) + '../')}</div><ul><li><a href='s{y}.html'>{title(body, y)}</a> {published(y)}</li></ul>"
        )
        pages[f"/nb/{names[y]}/s{y}.html"] = article(body, y)
    return Portal("year-tabs", body, "/nb/", pages, ALL)


def years_clicked() -> Portal:
    """Year tabs that are clicked: one by an address, one by the page's own function, the directories side by side."""
    body = "河口县民政局"
    tabs = "<ul><li onclick=\"location.href='/nb24/'\">2024年</li><li><a href='javascript:showYear(23)'>2023年</a></li><li><a href='../nb22/'>2022年</a></li></ul>"
    code = "<script>function showYear(y){ window.location.href='/nb'+y+'/'; }</script>"
    pages: Pages = {}
    for y in NEW:
        listed = f"<ul class=lb><li><a href='s{y}.html'>{title(body, y)}</a> {published(y)}</li></ul>"
        pages[f"/nb{y - 2000}/"] = page(tabs + listed, code)
        pages[f"/nb{y - 2000}/s{y}.html"] = article(body, y)
    return Portal("year-tabs-clicked", body, "/nb22/", pages, NEW)


def years_by_script() -> Portal:
    """A box of years that belongs to a script: the list shows one year and does not say so."""
    body = "屏边县民政局"
    box = "<select onchange='query(this.value)'><option value=2024>2024</option><option value=2023>2023</option><option value=2022>2022</option></select>"
    pages: Pages = {
        "/nb/": page(f"{box}<ul><li><a href='s.html'>{title(body, 2022)}</a> {published(2022)}</li></ul>"),
        "/nb/s.html": article(body, 2022),
    }
    return Portal("year-box-of-a-script", body, "/nb/", pages, (2022,), DOUBT, never=(2024, 2023))


def column_is_report() -> Portal:
    body = "建水县林业局"
    return Portal(
        "column-is-report", body, "/col/col14585/index.html", {"/col/col14585/index.html": article(body, 2024)}, (2024,)
    )


def not_utf8_declared() -> Portal:
    body = "螅镇镇人民政府"
    items = "".join(f"<li><a href='show_{y}.html'>{title(body, y)}</a> {published(y)}</li>" for y in ALL)
    pages: Pages = {"/nb/": page(f"<ul>{items}</ul>", charset="utf-8")}
    pages |= {f"/nb/show_{y}.html": article(body, y, charset="utf-8") for y in ALL}
    return Portal("gb18030-declared-utf-8", body, "/nb/", pages, ALL, charset="gb18030")


LISTS: tuple[Callable[[], Portal], ...] = (
    *_pagers(), in_script_json, in_script_strings, in_template, in_textarea_escaped, in_cdata, clicked_rows, script_rows,
    defined_rows, two_lines, full_width_days, numbers_beside, gbk_query, base_elsewhere, sessions, frame_list, app_with_api,
    empty_list, years_by_dropdown, years_by_tabs, years_clicked, years_by_script, column_is_report, not_utf8_declared,
)  # fmt: skip
