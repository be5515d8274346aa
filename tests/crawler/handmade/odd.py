"""Small sites of small offices: old scripts, tables of index numbers, several files a report, what a heading alone says."""

from __future__ import annotations

import json

from demo.simulator.content import report_html
from demo.simulator.server import Answer, Request
from tests.crawler.handmade.portal import DOUBT, Pages, Portal, article, page, published, title
from tests.crawler.handmade.trap import TINY_PDF

NEW, OLD = (2024, 2023, 2022), (2021, 2020, 2019)
ALL = NEW + OLD
DAYLESS = "{y}年政府信息公开工作年度报告"


def by_query(name: str, body: str, path: str, where: str, further: str, href: str, pager: str, **more: str) -> Portal:
    """A script that answers for list and article, page 2 by a parameter."""
    charset = more.get("charset", "utf-8")

    def listed(years: tuple[int, ...], number: int) -> str:
        rows = "".join(
            f"<tr><td>·<a href='{href.format(y=y)}'>{title(body, y)}</a></td><td>{published(y):%Y-%m-%d}</td></tr>"
            for y in years
        )
        return page(f"<table>{rows}</table><div>{pager if number == 1 else '共2页 第2页'}</div>", charset=charset)

    pages: Pages = {path + where: listed(NEW, 1), path + further: listed(OLD, 2)}
    pages |= {("" if href.startswith("/") else "/") + href.format(y=y): article(body, y) for y in ALL}
    return Portal(name, body, path + where, pages, ALL, charset=charset)


def asp() -> Portal:
    return by_query("asp-classic", "岳普湖县水利局", "/list.asp", "?id=3", "?id=3&page=2", "show.asp?id={y}",
                    "共2页 第1页 <a href=?id=3&page=2>下一页</a>", charset="gb18030")  # fmt: skip


def phpcms() -> Portal:
    where = "?m=content&c=index&a=lists&catid=20"
    return by_query("phpcms", "且末县水利局", "/index.php", where, where + "&page=2", "/index.php?m=content&c=index&a=show&catid=20&id={y}",
                    f"<a class=a1>6条</a> <span>1</span> <a href='/index.php{where}&page=2'>2</a> <a href='/index.php{where}&page=2'>下一页</a>")  # fmt: skip


def dede() -> Portal:
    return by_query("dedecms", "若羌县水利局", "/a/nb/", "", "list_12_2.html", "/a/nb/2025/{y}.html",
                    "<li>首页</li><li class=thisclass>1</li><li><a href='list_12_2.html'>2</a></li><li><a href='list_12_2.html'>末页</a></li>")  # fmt: skip


def path_pages() -> Portal:
    return by_query("pages-in-the-path", "尉犁县水利局", "/category/nb/", "", "page/2/", "/archives/{y}",
                    "<nav class=pagination><span class=current>1</span><a href='/category/nb/page/2/'>2</a></nav>")  # fmt: skip


def index_numbers() -> Portal:
    """The link stands on the index number, the title beside it."""
    body = "舒城县水利局"
    rows = "".join(
        f"<tr><td><a href='/show/{y}.html'>00324/{y + 1}01-00012</a></td><td>{title(body, y)}</td><td>{body}</td><td>{published(y)}</td></tr>"
        for y in NEW
    )
    head = "<tr><th>索引号</th><th>信息名称</th><th>发布机构</th><th>发布日期</th></tr>"
    pages: Pages = {"/nb/": page(f"<table>{head}{rows}</table>")} | {f"/show/{y}.html": article(body, y) for y in NEW}
    return Portal("link-on-the-index-number", body, "/nb/", pages, NEW)


def several_files() -> Portal:
    """Each report as page, PDF and Word, in one row."""
    body = "金寨县水利局"
    rows = "".join(
        f"<li><a href='{y}.html'>{title(body, y)}</a> <a href='{y}.pdf'>PDF版</a> <a href='{y}.docx'>Word版</a> <span>{published(y)}</span></li>"
        for y in NEW
    )
    pages: Pages = {"/nb/": page(f"<ul>{rows}</ul>")}
    for y in NEW:
        pages |= {
            f"/nb/{y}.html": article(body, y),
            f"/nb/{y}.pdf": Answer(TINY_PDF),
            f"/nb/{y}.docx": Answer(b"PK\x03\x04" + b"x" * 90),
        }
    return Portal("page-pdf-and-word", body, "/nb/", pages, NEW)


def bare_years() -> Portal:
    """The column's heading says what the years are; each is a file, of which only reading tells what it is."""
    body = "霍山县水利局"
    rows = "".join(f"<li><a href='/files/{y}.pdf'>{y}年</a><i>{published(y)}</i></li>" for y in NEW)
    pages: Pages = {"/nb/": page(f"<h2>{body}政府信息公开工作年度报告</h2><ul>{rows}</ul>")}
    pages |= {f"/files/{y}.pdf": Answer(TINY_PDF, "application/pdf") for y in NEW}
    return Portal("bare-years-of-files", body, "/nb/", pages, (), never=NEW)


def bare_pages() -> Portal:
    body = "裕安区水利局"
    rows = "".join(f"<li><a href='{y}.html'>{y}年度</a><i>{published(y)}</i></li>" for y in NEW)
    pages: Pages = {"/nb/": page(f"<h2>信息公开年报</h2><ul>{rows}</ul>")} | {
        f"/nb/{y}.html": article(body, y) for y in NEW
    }
    return Portal("bare-years-of-pages", body, "/nb/", pages, NEW)


def no_year_in_title() -> Portal:
    body = "叶集区水利局"
    rows = "".join(f"<li><a href='{y}.html'>政府信息公开工作年度报告</a><i>{published(y)}</i></li>" for y in NEW)
    pages: Pages = {"/nb/": page(f"<ul>{rows}</ul>")} | {f"/nb/{y}.html": article(body, y) for y in NEW}
    return Portal("titles-without-a-year", body, "/nb/", pages, NEW)


def in_tabs() -> Portal:
    """All years in the page, one shown at a time."""
    body = "金安区水利局"
    tabs = "".join(f"<li><a href='#y{y}' data-toggle=tab>{y}年</a></li>" for y in NEW)
    panes = "".join(
        f"<div class=tab-pane id=y{y}><ul><li><a href='/nb/{y}.html'>{title(body, y)}</a><i>{published(y)}</i></li></ul></div>"
        for y in NEW
    )
    pages: Pages = {"/nb/": page(f"<ul class=nav-tabs>{tabs}</ul><div class=tab-content>{panes}</div>")}
    pages |= {f"/nb/{y}.html": article(body, y) for y in NEW}
    return Portal("tabs-with-all-in-them", body, "/nb/", pages, NEW)


def more_link() -> Portal:
    """The column's page shows the newest, 更多 leads to the list."""
    body = "颍上县水利局"
    row = "<li><a href='/nb/{y}.html'>{t}</a><i>{d}</i></li>"
    rows = [row.format(y=y, t=title(body, y), d=published(y)) for y in NEW]
    first = f"<h3>公开年报 <a class=more href='/nb/list.html'>更多&gt;&gt;</a></h3><ul>{rows[0]}</ul>"
    pages: Pages = {"/nb/": page(first), "/nb/list.html": page(f"<ul>{''.join(rows)}</ul>")} | {
        f"/nb/{y}.html": article(body, y) for y in NEW
    }
    return Portal("newest-and-more", body, "/nb/", pages, NEW)


def hub() -> Portal:
    """Boxes of several columns, each with its 更多; that of the reports is not to be had."""
    body = "颍泉区水利局"
    news = "".join(f"<li><a href='/xw/{n}.html'>水利局召开第{n}次会议</a><i>2025-03-0{n}</i></li>" for n in range(1, 5))
    rows = "".join(f"<li><a href='/nb/{y}.html'>{title(body, y)}</a><i>{published(y)}</i></li>" for y in NEW)
    box = "<div class=box><div class=hd><a href='{0}'>{1}</a><a href='{0}'>更多+</a></div><ul>{2}</ul></div>"
    pages: Pages = {
        "/zwgk/": page(box.format("/xw/list.html", "工作动态", news) + box.format("/nb/list.html", "公开年报", rows))
    }
    pages |= {f"/nb/{y}.html": article(body, y) for y in NEW}
    return Portal("more-is-not-there", body, "/zwgk/", pages, NEW, DOUBT, never=OLD)


def corrected() -> Portal:
    """A report beside its interpretation and its poster."""
    body = "太和县水利局"
    rows = "".join(
        f"<li><a href='{y}.html'>{title(body, y)}</a><i>{published(y)}</i></li><li><a href='{y}j.html'>《{title(body, y)}》解读</a><i>{published(y)}</i></li>"
        f"<li><a href='{y}t.html'>一图读懂{title(body, y)}</a><i>{published(y)}</i></li>"
        for y in NEW
    )
    pages: Pages = {"/nb/": page(f"<ul>{rows}</ul>")}
    for y in NEW:
        pages |= {
            f"/nb/{y}.html": article(body, y),
            f"/nb/{y}j.html": article(body, y).replace(f"<h2>{title(body, y)}", f"<h2>《{title(body, y)}》解读"),
            f"/nb/{y}t.html": page(f"<h2>一图读懂{title(body, y)}</h2><div class=content><img src=/i/{y}.jpg></div>"),
        }
    return Portal("beside-interpretations", body, "/nb/", pages, NEW)


def posted() -> Portal:
    """The list comes by a POST of JSON that the page's own script writes out."""
    body = "临泉县水利局"
    script = (
        "<script>function load(p){axios.post('/api/content/list',{channelId:77,pageNum:p,pageSize:3}).then(function(r){render(r.data.data.list)})}"
        "load(1)</script>"
    )

    def called(request: Request) -> Answer:
        asked = json.loads(request.body or b"{}")
        number = int(asked.get("pageNum", 1))
        years = (NEW, OLD)[number - 1] if number < 3 and asked.get("channelId") == 77 else ()
        items = [{"title": title(body, y), "url": f"/c/{y}.html", "publishDate": str(published(y))} for y in years]
        return Answer(json.dumps({"code": 200, "data": {"total": 6, "list": items}}).encode(), "application/json")

    pages: Pages = {"/nb/": page("<div id=list></div>", script), "/api/content/list": called} | {
        f"/c/{y}.html": article(body, y) for y in ALL
    }
    return Portal("posted-json", body, "/nb/", pages, (), frozenset({"unknown-js", "incomplete"}), never=ALL)


def parts() -> Portal:
    """An article of two pages."""
    body = "阜南县水利局"
    rows = "".join(f"<li><a href='{y}.html'>{title(body, y)}</a><i>{published(y)}</i></li>" for y in NEW)
    pages: Pages = {"/nb/": page(f"<ul>{rows}</ul>")}
    for y in NEW:
        whole = report_html(body, y, published(y))
        pages[f"/nb/{y}.html"] = article(body, y).replace(
            whole, whole + f"<div class=page><a href='{y}_2.html'>下一页</a></div>"
        )
        pages[f"/nb/{y}_2.html"] = page("<p>附表</p>")
    return Portal("articles-of-two-pages", body, "/nb/", pages, NEW)


def groups_by_script(name: str, body: str, tabs: str, whole: bool = False) -> Portal:
    """Tabs of groups: the government's own reports are shown, the body's only where all lists stand in the page."""
    others = "松县人民政府"

    def listed(of: str, stem: str) -> str:
        return "".join(f"<li><a href='/nb/{stem}{y}.html'>{title(of, y)}</a><i>{published(y)}</i></li>" for y in NEW)

    inner = f"{tabs}<ul>{listed(others, 'g')}</ul>" + (
        f"<ul style='display:none'>{listed(body, 'b')}</ul>" if whole else ""
    )
    pages: Pages = (
        {"/nb/": page(inner)}
        | {f"/nb/g{y}.html": article(others, y) for y in NEW}
        | {f"/nb/b{y}.html": article(body, y) for y in NEW}
    )
    if whole:
        return Portal(name, body, "/nb/", pages, NEW)
    return Portal(name, body, "/nb/", pages, (), DOUBT, never=NEW)


TABS = "<ul class=tab><li class=on>县政府</li><li>县直部门</li></ul>"


def group_tabs() -> Portal:
    return groups_by_script("groups-in-tabs", "松县水利局", TABS)


def group_panes() -> Portal:
    return groups_by_script("groups-in-panes", "松县林业局", TABS, whole=True)


def bodies_clicked() -> Portal:
    tabs = "".join(
        f"<li onclick=\"show('{n}')\">松县{one}</li>" for n, one in enumerate(("人民政府", "教育局", "民政局"))
    )
    return groups_by_script("bodies-clicked", "松县民政局", f"<ul>{tabs}</ul>")


def bodies_in_a_box() -> Portal:
    options = "".join(f"<option value={n}>松县{one}</option>" for n, one in enumerate(("人民政府", "教育局", "审计局")))
    return groups_by_script("bodies-in-a-box", "松县审计局", f"<select id=dept>{options}</select>")


ODD = (asp, phpcms, dede, path_pages, index_numbers, several_files, bare_years, bare_pages, no_year_in_title, in_tabs, more_link, hub, corrected, posted, parts, group_tabs, group_panes, bodies_clicked, bodies_in_a_box)  # fmt: skip
