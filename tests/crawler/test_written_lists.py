"""Vendors whose lists the server writes out: how each tells its further pages and its end."""

from __future__ import annotations

from typing import Any

import pytest

from crawler import families
from crawler.families.base import Ask, unproven
from crawler.pages import Page
from demo.simulator import fleet
from demo.simulator.families.plain import Regional, regional
from demo.simulator.server import Request
from demo.simulator.site import Site

HOST = "http://www.jia.gov.cn"


def page(url: str, inner: str, charset: str = "utf-8") -> Page:
    return Page(
        f"{HOST}{url}",
        f"<html><head><title>年报</title></head><body>{inner}</body></html>".encode(charset),
        "text/html",
    )


def rows(article: str, years: range = range(2024, 2021, -1)) -> str:
    return "".join(
        f"<li id=line_u9_{year}><a href={article.format(year)} target=_blank>甲县水利局{year}年政府信息公开年报</a>"
        f"<span>{year + 1}-01-1{year % 10}</span></li>"
        for year in years
    )


def read(page: Page, number: int = 1, **state: str):
    family = families.recognise(page)
    assert family is not None
    return family.name, family.read(page, Ask(page.url, number=number, state=tuple(state.items())))


# ------------------------------------------------------------------ vsb

NEW_PAGER = (
    '<div class="pb_sys_common pb_sys_full pb_sys_style1"><span class="p_pages"><span class="p_first_d p_fun_d">首页</span>'
    '<span class="p_prev_d p_fun_d">上页</span><span class="p_no_d">1</span><span class="p_no"><a href="nb/2.htm">2</a></span>'
    '<span class="p_no"><a href="nb/1.htm">3</a></span><span class="p_next p_fun"><a href="nb/2.htm">下页</a></span>'
    '<span class="p_last p_fun"><a href="nb/1.htm">尾页</a></span></span><span class="p_t">到第</span><span class="p_goto">'
    '<input type="text" id="u13_goto" onkeydown="if(event.keyCode==13){_simple_list_gotopage_fun(3,&quot;u13_goto&quot;,2)}">'
    '</span><a href="javascript:;" onclick="_simple_list_gotopage_fun(3,&quot;u13_goto&quot;,2)">跳转</a></div>'
)
OLD_PAGER = (
    '<script>function a1_gopage_fun(){_simple_list_gotopage_fun(3,"a1GOPAGE",2)}</script><table><tr><td id=fanye1>'
    "共7条&nbsp;&nbsp;1/3&nbsp;</td><td><span>首页</span><span>上页</span>"
    '<a href="nb/2.htm" class="Next">下页</a><a href="nb/1.htm" class="Next">尾页</a>'
    '<input id="a1GOPAGE"><a href="javascript:a1_gopage_fun()">转到</a></td></tr></table>'
)


@pytest.mark.parametrize("pager", [NEW_PAGER, OLD_PAGER])
def test_vsb_follows_the_links_of_pages_that_are_numbered_backwards(pager):
    name, step = read(page("/zwgk/nb.htm", f"<ul>{rows('../info/1042/3{}.htm')}</ul>{pager}"))
    assert name == "vsb"
    assert [one.url for one in step.asks] == [f"{HOST}/zwgk/nb/2.htm", f"{HOST}/zwgk/nb/1.htm"]
    assert (step.end.pages, step.end.unread, len(step.rows)) == (3, "", 3)
    assert unproven(families.BY_NAME[name], [step.end], 3, 1)


def test_vsb_begins_anew_where_the_list_grew_between_two_answers():
    grown = NEW_PAGER.replace("_fun(3,", "_fun(4,").replace("nb/", "")
    second = page("/zwgk/nb/2.htm", f"<ul>{rows('../../info/1042/3{}.htm')}</ul>{grown}")
    assert read(second, 2, pages="3")[1].again
    assert not read(second, 2, pages="4")[1].again


def test_vsb_that_states_pages_and_links_none_is_not_whole():
    name, step = read(
        page("/nb.htm", f"<ul>{rows('info/1042/3{}.htm')}</ul><script>_simple_list_gotopage_fun(2,'u1',2)</script>")
    )
    assert unproven(families.BY_NAME[name], [step.end], 3, 1)


# ------------------------------------------------------------------ eportal, ilist, jeecms


def test_eportal_names_its_pages_in_the_call_of_a_script():
    pager = (
        '<input type=hidden name="article_paging_list_hidden" totalpage="3"><a class="pagingNormal" href="javascript:void(0)" '
        "onclick=\"queryArticleByCondition(this,'/eportal/ui?pageId=68&currentPage=2&moduleId=9f&staticRequest=yes')\">下一页</a>"
        "<a onclick=\"queryArticleByCondition(this,'/eportal/ui?pageId=68&currentPage=3&moduleId=9f')\">尾页</a>"
    )
    table = (
        f"<table class=xxgkzclbtab3><tr><td><ul>{rows('/eportal/ui?pageId=68&articleKey={}')}</ul></td></tr></table>"
    )
    name, step = read(page("/eportal/ui?pageId=68", table + pager))
    assert name == "eportal"
    assert [one.url.partition("currentPage=")[2][:1] for one in step.asks] == ["2", "3"]
    assert "moduleId=9f" in step.asks[1].url
    assert step.end.pages == 3


def test_eportal_published_as_files_bears_the_address_in_an_attribute():
    pager = "<input type='hidden' totalpage='2'><a tagname='/gk/68f1a-2.html' onclick='queryArticleByCondition(this)'>下一页</a>"
    name, step = read(page("/gk/index.html", f"<ul>{rows('/gk/{}/index.html')}</ul>{pager}"))
    assert (name, [one.url for one in step.asks]) == ("eportal", [f"{HOST}/gk/68f1a-2.html"])


def test_ilist_asks_for_the_pages_that_its_form_states():
    form = '<form name="pageForm"><a href="#" onclick="goPage(2)">下页</a> 共 3 页 <input name="cur_page" value="1"></form>'
    name, step = read(page("/info/iList.jsp?node_id=GK&cat_id=175", f"<ul>{rows('iContent.jsp?tm_id={}')}</ul>{form}"))
    assert name == "ilist"
    assert [one.url.rpartition("&")[2] for one in step.asks] == ["cur_page=2", "cur_page=3"]
    assert (step.end.pages, step.end.unread) == (3, "")


def test_jeecms_asks_for_the_pages_that_its_pager_states():
    pager = (
        "<div>共 25 条记录 1/2 页 <a disabled>首页</a><a onclick=\"location.href='index_2.jhtml'\">下一页</a>"
        '第<select onchange="location.href=this.value"><option value="index.jhtml" selected>1</option>'
        '<option value="index_2.jhtml">2</option></select>页</div>'
    )
    for address in ("/zfxxgknb/index.jhtml", "/zfxxgknb/"):
        name, step = read(page(address, f"<ul>{rows('/zfxxgknb/818{}.jhtml')}</ul>{pager}"))
        assert name == "jeecms"
        assert [one.url for one in step.asks] == [f"{HOST}/zfxxgknb/index_2.jhtml"]
        assert (step.end.total, step.end.pages) == (25, 2)


# ------------------------------------------------------------------ regional platforms


@pytest.mark.parametrize("number", range(len(regional())), ids=lambda n: regional()[n]["name"])
def test_a_regional_platform_is_told_by_its_addresses(number):
    site: Any = fleet.site(Regional, "own", number)
    found = families.recognise(Page("http://a.gov.cn" + site.column_path(site.root), _column(site), "text/html"))
    assert found is not None
    known = {"hunan-column": "hunan"}.get(site.pattern["name"], site.pattern["name"])
    assert known not in families.BY_NAME or found.name == known


def _column(site: Site) -> bytes:
    site.base = "http://a.gov.cn"
    return site.answer(Request("GET", site.column_path(site.root), {})).data


def test_a_regional_platform_that_states_more_pages_than_it_links_names_them_itself():
    pager = '<div class="pager">共3页 <a href="javascript:go(2)">下一页</a></div>'
    name, step = read(page("/xxgk/gknb/", f"<ul>{rows('/c/2025-01-10/46{}.shtml')}</ul>{pager}"))
    assert name == "kunming"
    assert [one.url for one in step.asks] == [f"{HOST}/xxgk/gknb/index_2.shtml", f"{HOST}/xxgk/gknb/index_3.shtml"]


# ------------------------------------------------------------------ set by a person


def test_what_a_person_has_set_comes_before_what_is_recognised_where_it_can_read_the_page():
    column = page("/zwgk/nb.htm", f"<ul>{rows('../info/1042/3{}.htm')}</ul>")
    told = [families.recognise(column, given) for given in ("", "static", "gkmlpt")]
    assert [family.name for family in told if family] == ["vsb", "static", "vsb"]
