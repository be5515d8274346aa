"""Vendors whose lists are called for: other encodings, other dialects, other places of settings than the simulator's."""

from __future__ import annotations

import json

from demo.simulator.server import Answer, Request
from tests.crawler.handmade.portal import DOUBT, Pages, Portal, article, page, published, title

NEW, OLD = (2024, 2023, 2022), (2021, 2020, 2019)
ALL = NEW + OLD


def json_answer(data: object, call: str = "") -> Answer:
    text = json.dumps(data, ensure_ascii=False)
    return Answer((f"{call}({text});" if call else text).encode(), "application/json;charset=UTF-8")


def ucap_search() -> Portal:
    body = "泰来县统计局"
    channel = "0A1b2C3d4E5f60718293a4b5c6d7e8f9"
    column = page(
        "<ul id=list></ul><div class=pagination></div>",
        f"<META CONTENT='{channel}' NAME='channelid'><script src='/r/js/list.js'></script>",
    )

    def call(request: Request) -> Answer:
        number = int(request.query.get("page", 1))
        years = (NEW, OLD)[number - 1] if number <= 2 else ()
        found = [
            {
                "title": title(body, y), "url": f"//{request.headers['host']}/tl/c1/{y + 1}01/c{y}/content.shtml",
                "publishedTimeStr": f"{published(y)} 09:00:00", "memo": "", "content": "x" * 2000,
            } for y in years
        ]  # fmt: skip
        return json_answer({"data": {"total": 6, "page": number, "rows": 3, "channelId": channel, "results": found}})

    pages: Pages = {"/tl/c1/list.shtml": column, f"/common/search/{channel}": call}
    pages |= {f"/tl/c1/{y + 1}01/c{y}/content.shtml": article(body, y, "<ucapcontent>{}</ucapcontent>") for y in ALL}
    return Portal("ucap-common-search", body, "/tl/c1/list.shtml", pages, ALL, family="ucap")


def _jpage(body: str, years: tuple[int, ...]) -> str:
    return "".join(
        f"<record><![CDATA[<tr><td><a href=\"/art/{y + 1}/1/16/art_9_{y}.html\" title='{title(body, y)}'>{title(body, y)[:10]}...</a>"
        f"</td><td>索引号：{y + 1}-02-00018</td><td>{y + 1}-\n01-\n16</td></tr>]]></record>"
        for y in years
    )


def hanweb_gbk() -> Portal:
    body = "高青县教育局"
    settings = (
        "<script type=\"text/javascript\">$(function(){\n$('#4521').jpage({\n  proxyUrl : '/module/jpage/dataproxy.jsp',\n"
        '  openCookies:true, perPage : 3,\n groupSize : 1,\n totalRecord : 6,\n  ajaxParam : { "col":1,"appid":"1","webid":39,'
        '"path":"/","columnid":9,"sourceContentType":1,"unitid":"4521","webname":"高青县","permissiontype":0 }\n});});</script>'
    )
    inline = f"<div id='4521'><script type='text/xml'><datastore><recordset>{_jpage(body, NEW)}</recordset></datastore></script></div>"

    def proxy(request: Request) -> Answer | None:
        if request.method != "GET":
            return Answer(b"<html><body>method not allowed</body></html>", status=405)
        number = int(request.query.get("page", 1))
        rows = _jpage(body, (NEW, OLD)[number - 1]) if number in {1, 2} else ""
        xml = f"<?xml version='1.0' encoding='gbk'?><datastore><recordset>{rows}</recordset><totalrecord>6</totalrecord><totalpage>2</totalpage></datastore>"
        return Answer(xml.encode("gbk"), "text/xml;charset=gbk")

    pages: Pages = {
        "/col/col9/index.html": page(inline + settings, charset="gbk"),
        "/module/jpage/dataproxy.jsp": proxy,
    }
    pages |= {f"/art/{y + 1}/1/16/art_9_{y}.html": article(body, y, '<div id="zoom">{}</div>', "gbk") for y in ALL}
    return Portal("hanweb-gbk-get-only", body, "/col/col9/index.html", pages, ALL, charset="gbk", family="hanweb")


def hanweb_page_only() -> Portal:
    """``startrecord`` is ignored; the records stand in the unit's own element and not in a script."""
    body = "沂源县林业局"
    settings = (
        "<script>$('#77').jpage({perPage:2,groupSize:2,proxyUrl:'/module/web/jpage/dataproxy.jsp',totalRecord:6,"
        "ajaxParam:{col:1,appid:1,webid:3,path:'/',columnid:9,sourceContentType:1,unitid:77,webname:'y',permissiontype:0}});</script>"
    )
    inline = f"<div id=77><datastore><recordset>{_jpage(body, ALL[:4])}</recordset></datastore></div>"

    def proxy(request: Request) -> Answer:
        number = int(request.query.get("page", 1))
        rows = _jpage(body, ALL[(number - 1) * 2 : number * 2])
        return Answer(
            f"<datastore><recordset>{rows}</recordset><totalrecord>6</totalrecord></datastore>".encode(), "text/xml"
        )

    pages: Pages = {"/col/col9/index.html": page(inline + settings), "/module/web/jpage/dataproxy.jsp": proxy}
    pages |= {f"/art/{y + 1}/1/16/art_9_{y}.html": article(body, y, '<div id="zoom">{}</div>') for y in ALL}
    return Portal("hanweb-page-only", body, "/col/col9/index.html", pages, ALL, family="hanweb")


def hanweb_empty_proxy() -> Portal:
    body = "临朐县水务局"
    settings = (
        "<script>$('#77').jpage({perPage:3,groupSize:1,proxyUrl:'/module/web/jpage/dataproxy.jsp',totalRecord:6,"
        "ajaxParam:{col:1,columnid:'k3ZQ%3D',unitid:'uE9w'}});</script>"
    )
    inline = f"<div id=77><script type='text/xml'><datastore><recordset>{_jpage(body, NEW)}</recordset></datastore></script></div>"
    empty = Answer(b"<datastore><recordset></recordset></datastore>        ", "text/xml")
    pages: Pages = {"/col/col9/index.html": page(inline + settings), "/module/web/jpage/dataproxy.jsp": empty}
    pages |= {f"/art/{y + 1}/1/16/art_9_{y}.html": article(body, y) for y in NEW}
    return Portal("hanweb-encrypted", body, "/col/col9/index.html", pages, NEW, DOUBT, never=OLD, family="hanweb")


def disclosure() -> Portal:
    """The node stands in the data string of a call, not in variables."""
    body = "宁阳县人社局"
    column = page(
        "<div class=tree><iframe src='/module/xxgk/tree.jsp?area=11370921'></iframe></div><div id='div1665241'></div>",
        "<script>function loadList(p){$.ajax({type:'post',url:'/module/xxgk/search.jsp?texttype=0&fbtime=-1&vc_all=&vc_filenumber='"
        "+'&vc_title=&vc_number=&currpage='+p+'&sortfield=,createdate:0,orderid:0',data:'infotypeId=A0207&jdid=1305&area=11370921"
        "&divid=div1665241&vc_title=&vc_number=&sortfield=,createdate:0,orderid:0&currpage='+p+'&vc_filenumber=&vc_all=&texttype=0"
        "&fbtime=-1&standardXxgk=1&isAllList=1',success:function(m){$('#div1665241').html(m);}});}loadList(1);</script>",
    )

    def search(request: Request) -> Answer:
        if request.method != "POST" or request.form.get("infotypeId") != "A0207":
            return Answer("<div>没有相关信息</div>".encode())
        number = int(request.form.get("currpage", 1))
        rows = "".join(
            f"<tr class='tr_main_value_{'odd' if y % 2 else 'even'}'><td>{n}</td><td><a href='/art/{y + 1}/1/16/art_1665241_{y}.html' "
            f"target='_blank' title='{title(body, y)}'>{title(body, y)[:12]}</a></td><td>{published(y)}</td></tr>"
            for n, y in enumerate((NEW, OLD)[number - 1], 1)
        )
        pager = f"<tr><td colspan=3>共2页&nbsp;第{number}页&nbsp;<a onclick='loadList(2)'>下一页</a></td></tr>"
        return Answer(f"<table width='100%'>{rows}{pager}</table>".encode(), "text/html;charset=UTF-8")

    pages: Pages = {"/col/col1665241/index.html": column, "/module/xxgk/search.jsp": search}
    pages |= {f"/art/{y + 1}/1/16/art_1665241_{y}.html": article(body, y, '<div id="zoom">{}</div>') for y in ALL}
    return Portal("xxgk-node-in-data-string", body, "/col/col1665241/index.html", pages, ALL, family="hanweb-xxgk")


def disclosure_of_all() -> Portal:
    """The search answers for all columns, the newest first: whole pages of other news, the total of everything."""
    body = "东平县水利局"
    shown = [
        [("notice", 61), ("notice", 62), ("notice", 63)],
        [("report", 2024), ("notice", 64), ("report", 2023)],
        [("notice", 65), ("notice", 66), ("notice", 61)],  # 61 is filed in two columns
        [("report", 2022)],
    ]
    column = page(
        "<div id='div88'></div>",
        "<script>var infotypeId='B07';var jdid='19';var area='';var divid='div88';search('/module/xxgk/search.jsp');</script>",
    )

    def row(kind: str, number: int) -> str:
        href, text = (
            (f"/art/{number + 1}/1/16/art_88_{number}.html", title(body, number))
            if kind == "report"
            else (f"/art/2025/3/{number - 60}/art_90{number}_{number}.html", f"关于第{number}号灌区用水的通告")
        )
        day = published(number) if kind == "report" else f"2025-03-0{number - 60}"
        return f"<tr class='tr_main_value_odd'><td><a href='{href}' title='{text}'>{text}</a></td><td>{day}</td></tr>"

    def search(request: Request) -> Answer:
        number = int(request.form.get("currpage", 1))
        rows = "".join(row(*one) for one in shown[number - 1])
        pager = f"<tr><td colspan=2>共10条记录 共4页 第{number}页 <a onclick='goto(2)'>下一页</a></td></tr>"
        return Answer(f"<table>{rows}{pager}</table>".encode(), "text/html;charset=UTF-8")

    years = (2024, 2023, 2022)
    pages: Pages = {"/col/col88/index.html": column, "POST /module/xxgk/search.jsp": search}
    pages |= {f"/art/{y + 1}/1/16/art_88_{y}.html": article(body, y, '<div id="zoom">{}</div>') for y in years}
    return Portal("xxgk-search-of-all-columns", body, "/col/col88/index.html", pages, years, family="hanweb-xxgk")


def unit_query() -> Portal:
    body = "德清县民政局"
    query = {
        "parseType": "buildstatic",
        "webId": "3630",
        "tplSetId": "7xY",
        "pageType": "column",
        "tagId": "右侧内容",
        "editType": "null",
        "pageId": "99",
    }
    element = (
        f'<script queryData="{json.dumps(query, ensure_ascii=False).replace(chr(34), chr(39))}" id=u1 '
        "url='/api-gateway/jpaas-publish-server/front/page/build/unit' src='/cms_files/x/script/AuthorizedRead/unitbuild.js?v=2'></script>"
    )

    def unit(request: Request) -> Answer:
        given = json.loads(request.query.get("paramJson") or "{}")
        number = int(given.get("pageNo", 1))
        rows = "".join(
            f"<dd><a href='http://{request.headers['host']}/zwgk/nb/art/{y + 1}/art_{y:032x}.html' title='{title(body, y)}'>{title(body, y)[:9]}"
            f"...</a><b>[{published(y)}]</b></dd>"
            for y in (NEW, OLD)[number - 1]
        )
        html = (
            f"<div id='右侧内容'><div class='page-content'><dl>{rows}</dl></div><div class='pagination' rows='3' count='6' "
            f"pageNo='{number}' unitid='u1'></div></div>"
        )
        return json_answer({"success": True, "code": "200", "data": {"html": html}})

    pages: Pages = {
        "/zwgk/nb/index.html": page(f"<div class=r>{element}</div>"),
        "/api-gateway/jpaas-publish-server/front/page/build/unit": unit,
    }
    pages |= {f"/zwgk/nb/art/{y + 1}/art_{y:032x}.html": article(body, y) for y in ALL}
    return Portal("jpaas-other-quotes", body, "/zwgk/nb/index.html", pages, ALL, family="jpaas")


def unit_query_failing() -> Portal:
    body = "安吉县财政局"
    element = (
        "<script src='/x/unitbuild.js' url='/api-gateway/jpaas-publish-server/front/page/build/unit' "
        "queryData=\"{'webId':'1','pageType':'column','tagId':'list','pageId':'9'}\"></script>"
    )
    failing = json_answer({"success": False, "message": "系统异常", "code": "500", "data": None})
    pages: Pages = {"/nb/": page(element), "/api-gateway/jpaas-publish-server/front/page/build/unit": failing}
    return Portal("jpaas-success-false", body, "/nb/", pages, (), DOUBT, never=ALL, family="jpaas")


def truecms_initial() -> Portal:
    """The call is gone; the rows stand in a hidden textarea."""
    body = "海安县水利局"
    records = "".join(
        f"<record><![CDATA[<li><span>{published(y)}</span><a target=_blank href='/nb/content/{y:08x}-0000-4000-8000-000000000000.html'>{title(body, y)}</a></li>]]></record>"
        for y in ALL
    )
    column = page(
        f"<div id=\"list\"></div><textarea style='display:none' id='initData'><datastore><recordset>{records}</recordset></datastore></textarea>",
        "<script>new Page({columnId : '6f0c-77',perPage:20,totalRecord:6,url:'/truecms/messageController/getMessage.do'})</script>",
    )
    pages: Pages = {"/nb/index.html": column}
    pages |= {f"/nb/content/{y:08x}-0000-4000-8000-000000000000.html": article(body, y) for y in ALL}
    return Portal("truecms-initData", body, "/nb/index.html", pages, ALL, family="truecms")


def truecms_call() -> Portal:
    body = "如东县司法局"
    column = page(
        "<ul id=initData></ul>",
        "<script>var columnId='6f0c-77';var perPage=3;$.ajax({url:'/TrueCMS/messageController/getMessage.do',dataType:'jsonp'})</script>",
    )

    def call(request: Request) -> Answer:
        if "referer" not in request.headers:
            return Answer(b"", status=404)
        query = request.query
        if int(query.get("perpage", 0)) > 3:
            return json_answer({"result": "<datastore></datastore>"}, query["callback"])
        first, last = int(query["startrecord"]), int(query["endrecord"])
        rows = "".join(
            f"<record><![CDATA[<li><a href='/nb/content/{y}.html'>{title(body, y)}</a><span>{published(y)}</span></li>]]></record>"
            for y in ALL[first - 1 : last]
        )
        return json_answer({"result": f"<datastore>{rows}<totalrecord>6</totalrecord></datastore>"}, query["callback"])

    pages: Pages = {"/nb/index.html": column, "/TrueCMS/messageController/getMessage.do": call}
    pages |= {f"/nb/content/{y}.html": article(body, y) for y in ALL}
    return Portal("truecms-call", body, "/nb/index.html", pages, ALL, family="truecms")


def was5() -> Portal:
    body = "连城县财政局"
    call = "/was5/web/search?channelid=229&classsql=chnlid%3D77&sortfield=-docreltime&prepage=3&page=1"

    def search(request: Request) -> Answer:
        number = int(request.query.get("page", 1))
        docs = [
            {
                "url": f"http://{request.headers['host']}/nb/{y + 1}01/t{y + 1}0116_{y}.htm",
                "title": title(body, y),
                "pubtime": f"{published(y)} 08:00:00",
                "src": body,
            }
            for y in (NEW, OLD)[number - 1]
        ]
        return json_answer({"pagenum": 2, "docs": docs})

    pages: Pages = {
        "/nb/": page("<ul class=gl></ul>", f"<script>$.get(\"{call}\",function(d){{draw(d)}},'json')</script>"),
        "/was5/web/search": search,
    }
    pages |= {f"/nb/{y + 1}01/t{y + 1}0116_{y}.htm": article(body, y, '<div class="TRS_Editor">{}</div>') for y in ALL}
    return Portal("trs-was5", body, "/nb/", pages, ALL, family="trs-search")


def igs() -> Portal:
    body = "陵水县民政局"
    call = "/igs/front/search/list.html?index=hn&type=governmentdocuments&filter[CHNLID]=77&pageNumber=1&pageSize=3"

    def search(request: Request) -> Answer:
        number = int(request.query.get("pageNumber", 1))
        content = [
            {
                "DOCTITLE": title(body, y),
                "DOCPUBURL": f"http://{request.headers['host']}/nb/t{y}.html",
                "DOCRELTIME": f"{published(y)}T01:00:00.000+0000",
            }
            for y in (NEW, OLD)[number - 1]
        ]
        return json_answer({"page": {"total": 6, "totalPages": 2, "number": number, "content": content}})

    pages: Pages = {
        "/nb/": page("<ul></ul>", f"<script>var url = '{call}'; $.ajax({{url:url}})</script>"),
        "/igs/front/search/list.html": search,
    }
    pages |= {f"/nb/t{y}.html": article(body, y) for y in ALL}
    return Portal("trs-igs", body, "/nb/", pages, ALL, family="trs-search")


def tree_page() -> Portal:
    """gkmlpt's own page for annual reports, the node behind the hash; page 2 answers 404."""
    body = "封开县教育局"
    tree = [
        {"id": 2629, "name": "政府信息公开年报", "post_count": 40, "jump_url": "", "children": []},
        {"id": 7, "name": "机构职能", "children": []},
    ]
    config = f"<script>window._CONFIG = {{SITE_NAME:'x', SID: '175', TREE: {json.dumps(tree, ensure_ascii=False)}, SERVICE_AREA_ID: 1}};</script>"

    def listed(request: Request) -> Answer | None:
        if request.query.get("sid") != "175" or request.query.get("page", "1") != "1":
            return Answer(b"{}", status=404)
        found = [
            {
                "id": y, "title": title(body, y), "url": f"http://{request.headers['host']}/gkmlpt/content/0/{y // 1000}/post_{y}.html",
                "type": "normal", "display_publish_time": 1736989200 - (2024 - y) * 31557600, "date": f"{y + 1}-01-02",
            } for y in ALL
        ]  # fmt: skip
        return json_answer({"classify": {"id": 2629, "post_count": 40}, "total": 6, "offset": 0, "articles": found})

    pages: Pages = {"/gkmlpt/annualreport": config, "/gkmlpt/api/all/2629": listed}
    for y in ALL:
        pages[f"/gkmlpt/content/0/{y // 1000}/post_{y}.html"] = (
            "<html><body><script>window._CONFIG = {DETAIL:" + json.dumps(
                {"id": y, "title": title(body, y), "content": article(body, y), "display_publish_time": 1736989200 - (2024 - y) * 31557600}
            ).replace("<", "\\u003C") + ", TREE: []}</script></body></html>"
        )  # fmt: skip
    return Portal("gkmlpt-annualreport", body, "/gkmlpt/annualreport#2629", pages, ALL, family="gkmlpt", day=None)


def epoint_middle() -> Portal:
    body = "灯塔县统计局"
    column = page(
        "<ul id=infolist></ul><div id=pager></div>",
        "<script src='/js/webBuilderCommon.js'></script><script>var projectName='/Epoint-MiddleForWeb';$.ajax({type:'POST',"
        "url:'/Epoint-MiddleForWeb/rest/lightfrontaction/getgovinfolist',data:JSON.stringify({params:{categorynum:c,pageIndex:0,pageSize:3}})})</script>",
    )

    def listed(request: Request) -> Answer:
        wanted = (request.json or {}).get("params") or {}
        if wanted.get("siteGuid") != "7eb5" or wanted.get("categorynum") != "002005":
            return json_answer({"custom": {"code": 0}})
        start = int(wanted["pageIndex"]) * int(wanted["pageSize"])
        rows = [
            {
                "infourl": f"/govxxgk/DT/{published(y)}/{y}.html?deptcode=033",
                "realtitle": title(body, y),
                "title": title(body, y)[:9],
                "infodate": str(published(y)),
            }
            for y in ALL[start : start + int(wanted["pageSize"])]
        ]
        return json_answer({"custom": {"code": 1, "data": rows, "total": 6}})

    pages: Pages = {
        "/dynamic/zwgk/govInfoPubright.html": column, "/Epoint-MiddleForWeb/rest/lightfrontaction/getgovinfolist": listed,
        "/js/webBuilderCommon.js": Answer(b"var siteInfo = { 'projectName' : '/Epoint-MiddleForWeb', 'siteGuid':'7eb5' };", "application/javascript"),
    }  # fmt: skip
    pages |= {f"/govxxgk/DT/{published(y)}/{y}.html": article(body, y) for y in ALL}
    return Portal(
        "epoint-middle",
        body,
        "/dynamic/zwgk/govInfoPubright.html?categorynum=002005&deptcode=033",
        pages,
        ALL,
        family="epoint",
    )


CALLED = (
    ucap_search, hanweb_gbk, hanweb_page_only, hanweb_empty_proxy, disclosure, disclosure_of_all, unit_query, unit_query_failing, truecms_initial, truecms_call, was5, igs, tree_page, epoint_middle,
)  # fmt: skip
