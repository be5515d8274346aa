"""Platforms of one region and vendors of the provinces, lists as data, columns in every shape, reports that are files: in
markup of their own."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO

from demo.simulator.content import report_html
from demo.simulator.server import Answer, Request
from tests.crawler.handmade.portal import DOUBT, Pages, Portal, article, page, published, title
from tests.crawler.handmade.trap import TINY_PDF

NEW, OLD = (2024, 2023, 2022), (2021, 2020, 2019)
ALL = NEW + OLD
UUID = "1a2b3c4d-0000-4000-8000-{:012d}"


def dl(body: str, years: tuple[int, ...], href: str) -> str:
    return "".join(
        f"<dd><i class=dot></i><a target=_blank href='{href.format(y=y, n=y + 1)}'>{title(body, y)}</a><time>{published(y)}</time></dd>"
        for y in years
    )


def two(name: str, body: str, first: str, second: str, href: str, pager: tuple[str, str], family: str = "") -> Portal:
    """A list of two pages, both written out."""
    frame = "<dl class=wzlb>{}</dl>"
    pages: Pages = {
        first: page(frame.format(dl(body, NEW, href)) + pager[0]),
        second: page(frame.format(dl(body, OLD, href)) + pager[1]),
    }
    pages |= {href.format(y=y, n=y + 1): article(body, y, '<div class="wz_content">{}</div>') for y in ALL}
    return Portal(name, body, first, pages, ALL, family=family)


def easysite_published() -> Portal:
    """The published form: addresses with the page's number at their end, a hidden field with the pages."""
    stem = "/eportal/fileDir/nb/list-" + UUID.format(7)
    call = "<a onclick=\"queryArticleByCondition(this,'{0}')\" tagname='{0}' class=pagingNormal>{1}</a>"
    pager = f"<input type=hidden id=article_paging_list_hidden moduleid=c3 totalpage=2 value=1>{call.format(stem + '-2.html', '下页')}"
    done = "<input type=hidden id=article_paging_list_hidden moduleid=c3 totalpage=2 value=2><span class=pagingDisabled>下页</span>"
    return two("eportal-published", "晋州市水务局", f"{stem}-1.html", f"{stem}-2.html", "/eportal/ui?pageId=9&articleKey={y}&columnId=4",
               (pager, done))  # fmt: skip


def ilist_form() -> Portal:
    pager = (
        "<form name=pageForm method=get action=iList.jsp><input type=hidden name=node_id value=GKmz><input type=hidden name=cat_id value=17585>"
        "共 2 页 当前第 <input name=cur_page size=2 value=1> 页 <a href='javascript:gotoPage(2)'>下一页</a></form>"
    )
    where = "/info/iList.jsp?node_id=GKmz&cat_id=17585"
    return two("ilist-form", "绵竹市水利局", where, where + "&cur_page=2", "/gk/zfxxgk/zfxxgknb/{n}/slj/157{y}.htm",
               (pager, pager.replace("value=1>", "value=2>").replace("下一页", "上一页")), family="ilist")  # fmt: skip


def jeecms_buttons() -> Portal:
    pager = "<div>共6条记录 1/2页 <a disabled>首页</a> <a disabled>上一页</a> <a onclick=\"location.href='index_2.jhtml';\">下一页</a></div>"
    done = "<div>共6条记录 2/2页 <a onclick=\"location.href='index.jhtml';\">首页</a> <a disabled>下一页</a></div>"
    return two("jeecms-buttons", "土右旗水务局", "/zfxxgknb/index.jhtml", "/zfxxgknb/index_2.jhtml", "/zfxxgknb/2496{y}.jhtml", (pager, done),
               family="jeecms")  # fmt: skip


def jeecms_query() -> Portal:
    first = "/?a=dir&h=1&d=32&c=16"
    pager = ("<div class=page><span>1</span><a href='/?a=dir&h=1&d=32&c=16&p=2'>2</a><a href='/?a=dir&h=1&d=32&c=16&p=2'>下一页</a></div>",
             "<div class=page><a href='/?a=dir&h=1&d=32&c=16&p=1'>1</a><span>2</span></div>")  # fmt: skip
    return two("jeecms-by-query", "登封市水务局", first, first + "&p=2", "/D{n}X/818{y}.jhtml", pager)


def uuids() -> Portal:
    column = "/columns/" + UUID.format(1)
    pager = ("<ul class=pagination><li class=active><a>1</a></li><li><a href='index_2.html'>2</a></li></ul>",
             "<ul class=pagination><li><a href='index.html'>1</a></li><li class=active><a>2</a></li></ul>")  # fmt: skip
    href = column + "/{n}01/16/" + UUID.format(0)[:-4] + "{y}.html"
    return two(
        "hebei-pagination",
        "新乐市水利局",
        f"{column}/index.html",
        f"{column}/index_2.html",
        href,
        pager,
        family="hebei-uuid",
    )


def epochs() -> Portal:
    pager = ("第1页/共2页 <a href='index_1.html'>后一页</a>", "第2页/共2页 <a href='index.html'>前一页</a>")
    return two("liaoning-counted", "建平县水利局", "/html/JPX/zfxxgknb/index.html", "/html/JPX/zfxxgknb/index_1.html",
               "/html/JPX/{n}01/0173700{y}54321.html", pager, family="liaoning-epoch")  # fmt: skip


def show_list() -> Portal:
    pager = (
        "<div class=pages>共<em>6</em>条 <a href='page_2.html' class=next>下页</a></div>",
        "<div class=pages>共<em>6</em>条</div>",
    )
    where = "/XxgkContent/showList/128/20934/page_{}.html"
    return two("anhui-showList", "宁国市水利局", where.format(1), where.format(2), "/XxgkAnnualReport/show/30{y}.html", pager,
               family="anhui-xxgk")  # fmt: skip


def gongkai() -> Portal:
    stem = "/gongkai/site_slj/channel_5e0000000000000000000abc"
    pager = ("<div id=page><a>1</a> <a href='channel_5e0000000000000000000abc_2.html'>2</a></div>",
             "<div id=page><a href='channel_5e0000000000000000000abc.html'>1</a> <a>2</a></div>")  # fmt: skip
    return two(
        "zibo-two-pages",
        "桓台县水利局",
        f"{stem}.html",
        f"{stem}_2.html",
        stem + "/doc_6780000000000000000{y}a.html",
        pager,
    )


def numbered_directories() -> Portal:
    pager = (
        "<p class=fy>1 <a href='index2.html'>2</a> <a href='index2.html'>&gt;</a></p>",
        "<p class=fy><a href='index.html'>1</a> 2</p>",
    )
    return two("beijing-directories", "庞各庄镇人民政府", "/bjsdx/zwgk/nb/index.html", "/bjsdx/zwgk/nb/index2.html",
               "/bjsdx/zwgk/nb/4321{y}/index.html", pager, family="beijing-numid")  # fmt: skip


def docs() -> Portal:
    pager = (
        "<script>createPageHTML(2,1,'index','shtml',6);</script>",
        "<script>createPageHTML(2,2,'index','shtml',6);</script>",
    )
    return two(
        "wuxi-doc",
        "锡山区水利局",
        "/xxgk/nb/index.shtml",
        "/xxgk/nb/index_2.shtml",
        "/doc/{n}/01/16/44{y}.shtml",
        pager,
    )


def without_suffix() -> Portal:
    pager = (
        "<div class=pager><a class=cur>1</a><a href='/zwgk/nb_2'>2</a></div>",
        "<div class=pager><a href='/zwgk/nb'>1</a><a class=cur>2</a></div>",
    )
    return two(
        "content-without-suffix",
        "古蔺县水务局",
        "/zwgk/nb",
        "/zwgk/nb_2",
        "/zwgk/nb/content_77{y}",
        pager,
        family="content-id",
    )


def fujian() -> Portal:
    pager = ("<div>共6条 当前1/2页 <a href='?page=2'>下页</a></div>", "<div>共6条 当前2/2页</div>")
    where = "/cms/sitemanage/index.shtml?siteId=8&nb=1"
    made = two("fujian-cms", "建阳区水利局", where, where + "&page=2", "/cms/html/jyqslj/{n}-01-16/19{y}.html", pager)
    made.pages["/cms/sitemanage/index.shtml?page=2"] = None
    made.pages[where] = str(made.pages[where]).replace("?page=2", "?siteId=8&nb=1&page=2")
    return made


def archives() -> Portal:
    """Each year's archive has a prefix of its own."""
    body = "嘉定镇街道办事处"
    tabs = "".join(f"<li><a href='/nw{y}/index.html'>{y}年度</a></li>" for y in ALL)
    pages: Pages = {"/nw400/index.html": page(f"<ul>{tabs}</ul>")}
    for y in ALL:
        href = f"/nw{y}/{y + 1}0116/{y:032x}.html"
        pages[f"/nw{y}/index.html"] = page(f"<ul>{tabs}</ul><dl>{dl(body, (y,), href)}</dl>")
        pages[href] = article(body, y)
    return Portal("shanghai-archives", body, "/nw400/index.html", pages, ALL)


def hunan_reports() -> Portal:
    """The column of a year is its report."""
    body = "桃江县水利局"
    years = "".join(f"<li><a href='/{y}/index.htm' title='{y}年'>{y}年</a></li>" for y in ALL)
    pages: Pages = {"/1023/45/index.htm": page(f"<ul class=nav>{years}</ul>")}
    pages["/1023/45/index.htm"] = str(pages["/1023/45/index.htm"]).replace("href='/2", "href='/1023/45/2")
    pages |= {f"/1023/45/{y}/index.htm": article(body, y) for y in ALL}
    return Portal("hunan-column-is-report", body, "/1023/45/index.htm", pages, ALL)


def contents() -> Portal:
    pager = ("<form>第1页 共2页 6条记录 <select onchange='location.href=this.value'><option value='/govinfo/contents/7_1.html' selected>1</option>"
             "<option value='/govinfo/contents/7_2.html'>2</option></select></form>", "<form>第2页 共2页 6条记录</form>")  # fmt: skip
    return two(
        "fuyuan-select",
        "抚远市水务局",
        "/govinfo/contents/7_1.html",
        "/govinfo/contents/7_2.html",
        "/govinfo/contents/7/5{y}.html",
        pager,
    )


def stamps() -> Portal:
    pager = ("<div class=page>共 2 页 <a href='/News/List/33?page=2'>下一页</a></div>", "<div class=page>共 2 页</div>")
    return two(
        "zhaohua-stamps",
        "昭化区水利局",
        "/News/List/33",
        "/News/List/33?page=2",
        "/News/Detail/2025011609{y}123.html",
        pager,
    )


REGIONS = (
    easysite_published, ilist_form, jeecms_buttons, jeecms_query, uuids, epochs, show_list, gongkai, numbered_directories, docs,
    without_suffix, fujian, archives, hunan_reports, contents, stamps,
)  # fmt: skip


# ------------------------------------------------------------------ lists as data


def truecms_without_total(name: str, body: str, end: str, per: int = 3) -> Portal:
    """Neither page nor answer states how many there are; beyond the end stands ``end``."""
    head = (f"<script>var p={{columnId:'{UUID.format(3)}',perPage:{per}}};$.getJSON('/TrueCMS/messageController/getMessage.do?callback=?',p,show);"
            "</script>")  # fmt: skip
    column = page("<ul id=list></ul>", head)

    def called(request: Request) -> Answer:
        first = int(request.query.get("startrecord", 1))
        shown = ALL[first - 1 : first - 1 + per]
        records = "".join(f"<record><![CDATA[<li><a href='content/{UUID.format(y)}.html'>{title(body, y)}</a><em>{published(y)}</em></li>]]></record>"
                          for y in shown)  # fmt: skip
        xml = f"<datastore><recordset>{records}</recordset></datastore>" if shown else end
        return Answer(f"{request.query['callback']}({json.dumps({'result': xml})})".encode(), "text/javascript")

    pages: Pages = {"/nt/slj/nb/": column, "/TrueCMS/messageController/getMessage.do": called}
    pages |= {f"/nt/slj/nb/content/{UUID.format(y)}.html": article(body, y) for y in ALL}
    return Portal(name, body, "/nt/slj/nb/", pages, ALL, family="truecms")


def truecms_no_total() -> Portal:
    return truecms_without_total("truecms-empty-end", "如东县水利局", "<datastore><recordset></recordset></datastore>")


def truecms_no_total_short() -> Portal:
    return truecms_without_total("truecms-short-end", "海安市水利局", "", 4)


def state(name: str, body: str, total: int, more: str = "", found: tuple[int, ...] = ALL, **how: object) -> Portal:
    """An app with its first data in ``__INITIAL_STATE__``."""
    rows = [
        {"id": y, "title": title(body, y), "url": f"/detail/{y}.html", "publishTime": f"{published(y)} 09:00:00"}
        for y in found
    ]
    data = {"site": {"name": "市政府"}, "list": {"pageNo": 1, "pageSize": len(rows), "total": total, "rows": rows}}
    script = f"<script>window.__INITIAL_STATE__={json.dumps(data, ensure_ascii=False)};(function(){{var s;(s=document.currentScript).remove()}}());</script>"
    pages: Pages = {"/nb": page(f"<div id=app data-server-rendered=true></div>{script}{more}")}
    pages |= {f"/detail/{y}.html": article(body, y) for y in found}
    return Portal(name, body, "/nb", pages, found, **how)  # type: ignore[arg-type]


def state_whole() -> Portal:
    return state("state-whole", "句容市水利局", 6)


def state_part() -> Portal:
    return state("state-of-the-first-page", "丹阳市水利局", 6, found=NEW, statuses=DOUBT, never=OLD)


def state_without_total() -> Portal:
    made = state("state-without-total", "扬中市水利局", 0, found=NEW, statuses=DOUBT, never=OLD)
    made.pages["/nb"] = str(made.pages["/nb"]).replace('"total": 0, ', "")
    return made


DATA = (truecms_no_total, truecms_no_total_short, state_whole, state_part, state_without_total)


# ------------------------------------------------------------------ columns, and reports that are files


def tree_of_bodies() -> Portal:
    """Reports, then groups, then units; titles without a body."""
    body = "硚口区水务局"
    units = {"swj": body, "jyj": "硚口区教育局", "mzj": "硚口区民政局", "sjj": "硚口区审计局"}
    pages: Pages = {
        "/nb/": page("<a href='zfbm/'>区政府部门</a> <a href='jd/'>街道</a>"),
        "/nb/jd/": page("<p>暂无内容</p>"),
        "/nb/zfbm/": page("".join(f"<a href='{unit}/'>{name[3:]}</a> " for unit, name in units.items())),
    }
    for unit, name in units.items():
        rows = "".join(
            f"<li><a href='{y}.html'>{y}年政府信息公开工作年度报告</a><span>{published(y)}</span></li>" for y in NEW
        )
        pages[f"/nb/zfbm/{unit}/"] = page(f"<ul>{rows}</ul>")
        pages |= {f"/nb/zfbm/{unit}/{y}.html": article(name, y) for y in NEW}
    return Portal("tree-of-bodies", body, "/nb/zfbm/swj/", pages, NEW)


def group_columns() -> Portal:
    """Year, then group, then all bodies."""
    body = "大冶市水利局"
    others = ("大冶市教育局", "大冶市民政局", "大冶市审计局")
    pages: Pages = {"/gb/": page("".join(f"<li><a href='gb{y}/'>{y}年</a></li>" for y in NEW))}
    for y in NEW:
        pages[f"/gb/gb{y}/"] = page(f"<a href='bm{y}/'>部门</a> <a href='xz{y}/'>乡镇</a>")
        pages[f"/gb/gb{y}/xz{y}/"] = page(f"<li><a href='9.html'>{title('大冶市金牛镇人民政府', y)}</a></li>")
        pages[f"/gb/gb{y}/xz{y}/9.html"] = article("大冶市金牛镇人民政府", y)
        rows = "".join(
            f"<li><a href='{n}.html'>{title(name, y)}</a><span>{published(y)}</span></li>"
            for n, name in enumerate((*others, body))
        )
        pages[f"/gb/gb{y}/bm{y}/"] = page(f"<ul>{rows}</ul>")
        pages |= {f"/gb/gb{y}/bm{y}/{n}.html": article(name, y) for n, name in enumerate((*others, body))}
    return Portal("year-group-bodies", body, "/gb/", pages, NEW)


def zipped(body: str, year: int) -> bytes:
    data = BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(
            f"{year}.html",
            f"<html><body><h1>{title(body, year)}</h1>{report_html(body, year, published(year))}</body></html>",
        )
    return data.getvalue()


def only_files(name: str, body: str, suffix: str, data: bytes, inner: str) -> Portal:
    pages: Pages = {"/nb/": page(f"<dl>{dl(body, NEW, '{n}/t{y}.html')}</dl>")}
    for y in NEW:
        file = f"/nb/{y + 1}/P{y}{suffix}"
        text = inner.format(file=file, title=title(body, y))
        pages[f"/nb/{y + 1}/t{y}.html"] = page(
            f"<h3>{title(body, y)}</h3><p>时间：{published(y)}</p><div class=nr>{text}</div>"
        )
        pages[file] = Answer(data or zipped(body, y), "application/octet-stream")
    return Portal(name, body, "/nb/", pages, NEW)


def only_pdf() -> Portal:
    return only_files(
        "only-a-pdf", "赤壁市水利局", ".pdf", TINY_PDF, "<p><img src='/i/pdf.gif'><a href='{file}'>点击下载</a></p>"
    )


def only_doc() -> Portal:
    return only_files(
        "only-a-doc",
        "通城县水利局",
        ".DOC",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504),
        "附件：<a href='{file}'>{title}.doc</a>",
    )


def only_zip() -> Portal:
    return only_files(
        "only-a-zip", "崇阳县水利局", ".zip", b"", "<span>附件1：</span><a href='{file}' title='{title}'>年报</a>"
    )


def rows_of_files() -> Portal:
    body = "嘉鱼县水利局"
    pages: Pages = {"/nb/": page(f"<dl>{dl(body, NEW, '/nb/{n}/{y}.pdf')}</dl>")}
    pages |= {f"/nb/{y + 1}/{y}.pdf": Answer(TINY_PDF, "application/pdf") for y in NEW}
    return Portal("rows-are-files", body, "/nb/", pages, NEW)


def embedded() -> Portal:
    return only_files(
        "only-an-object",
        "通山县水利局",
        ".pdf",
        TINY_PDF,
        "<object data='{file}' type='application/pdf' width=900></object>",
    )


def among_notices() -> Portal:
    body = "咸安区水利局"
    notices = [
        f"<li><a href='n{n}.html'>关于第{n}号水库汛期调度的通告</a><span>2025-02-{n:02d}</span></li>"
        for n in range(1, 9)
    ]
    rows = [f"<li><a href='r{y}.html'>{title(body, y)}</a><span>{published(y)}</span></li>" for y in NEW]
    pages: Pages = {
        "/tzgg/": page(f"<ul>{''.join(notices[:6])}</ul><div>第1页/共2页 <a href='index_1.html'>下一页</a></div>"),
        "/tzgg/index_1.html": page(
            f"<ul>{''.join(notices[6:] + rows)}</ul><div>第2页/共2页 <a href='./'>上一页</a></div>"
        ),
    }
    pages |= {f"/tzgg/r{y}.html": article(body, y) for y in NEW}
    return Portal("among-notices", body, "/tzgg/", pages, NEW)


SHAPES = (tree_of_bodies, group_columns, only_pdf, only_doc, only_zip, rows_of_files, embedded, among_notices)
