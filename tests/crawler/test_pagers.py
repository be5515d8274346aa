"""How lists go on and how they show their end."""

from __future__ import annotations

import time

import pytest

from crawler.families.base import Ask, End, Family, unproven
from crawler.families.static import FAMILY as STATIC
from crawler.lists import whole_lists
from crawler.pages import Listing, Page
from tests.crawler.handmade.odd import hub

BASE = "http://a.gov.cn/zwgk/nb/"


def page(text: str, url: str = BASE) -> Page:
    return Page(url, text.encode())


def rows(given: Page) -> list[Listing]:
    return STATIC.read(given, Ask(given.url)).rows


def test_a_family_that_does_not_say_how_its_lists_show_their_end_cannot_be_made():
    class Silent(Family):
        name = "silent"

    with pytest.raises(TypeError):
        Silent()


@pytest.mark.parametrize(
    ("ends", "delivered", "pages", "proven"),
    [
        ([End(total=7)], 7, 1, True),
        ([End(total=7)], 6, 1, False),
        ([End(total=3)], 6, 1, True),  # another list's figure
        ([End(pages=2), End()], 8, 2, True),
        ([End(pages=2)], 8, 1, False),
        ([End(unread="laypage"), End(last=True)], 8, 2, True),
        ([End(unread="laypage")], 8, 1, False),
        ([End(total=8, unread="laypage")], 8, 1, True),
        ([End(last=False)], 8, 1, False),
        ([End()], 8, 1, True),
    ],
)
def test_the_end_of_a_list_is_proven_or_the_list_is_incomplete(ends, delivered, pages, proven):
    assert (unproven(STATIC, ends, delivered, pages) == "") is proven


LISTED = "".join(f'<li><a href="{n}.html">甲局20{n}年政府信息公开工作年度报告</a>2025-01-09</li>' for n in (21, 22, 23))
UNREADABLE = [
    '<a href="javascript:void(0)" onclick="next()">下一页</a>', "共2页<script>drawPager()</script>",
    '<div id="page"></div><script src="/layui/laypage.js"></script>', "<script>laypage.render({elem:'p'})</script>",
    '<a onclick="go(1)">1</a><a onclick="go(2)">2</a>', '<button onclick="more()">加载更多</button>',
    '<div class="pager"><a href="javascript:;">&gt;</a></div>', '<a href="javascript:n()"><img src="/img/next.gif"></a>',
    '<a href="#" onclick="x()">后一页</a>', '<a href="javascript:p(2)">Next</a>', "<span onclick='q()'>下一页</span>",
    "<script>var pageCount = 3;</script>", "第1/2页", "<script>$('#p').pagination({pageSize: 20})</script>",
    '<ul class="pagination"></ul>', "<p>第 1 页 / 共 2 页</p>",
    '<select class="page"><option>1</option><option>2</option></select>',
    '<ul class="paginationjs"><li data-num="1">1</li><li data-num="2">2</li></ul>',
    '<input type="hidden" id="totalPage" value="3">',
    '<input type="hidden" name="pageCount" value="2">', '<div id="pg" data-total="26" data-size="10"></div>', "<em>1 / 3</em>",
    '<script>var pageInfo={"total":26,"size":20}</script>', "<p>共找到26条记录</p>", "<p>合计：26 条</p>",
    "<script>$.post('/list.do',{page:2},function(d){$('ul').append(d)})</script>",
    "<script>document.write(getPageHtml(3,1));</script>",
    "<table class='easyui-datagrid' data-options=\"url:'/l.json',pagination:true\"></table>", "<p>转到第<input size=2>页</p>",
    "<table data-toggle='table' data-url='/x' data-pagination='true'></table>", "<el-pagination :total='6'></el-pagination>",
    "<div>上拉加载更多</div><script>$(window).scroll(function(){ page++; loadList(page); });</script>",
]  # fmt: skip


@pytest.mark.parametrize("pager", UNREADABLE)
def test_a_pager_that_cannot_be_understood_leaves_the_list_incomplete(pager):
    given = page(f"<html><body><ul>{LISTED}</ul>{pager}</body></html>")
    step = STATIC.read(given, Ask(given.url))
    assert len(step.rows) == 3
    assert step.asks == []
    assert unproven(STATIC, [step.end], 3, 1)


@pytest.mark.parametrize(
    ("pager", "following"),
    [
        ('<a href="?page=2">2</a>', BASE + "?page=2"),
        ('<a href="index_2.html">&gt;</a>', BASE + "index_2.html"),
        ('<a href="p2.html">后一页</a>', BASE + "p2.html"),
        ('<a href="p2.html">Next</a>', BASE + "p2.html"),
        ('<a href="list2.html"><img src="/images/next.gif" alt="下一页"></a>', BASE + "list2.html"),
        ("<a onclick=\"location.href='index_2.html'\">下一页</a>", BASE + "index_2.html"),
        ('<a onclick="go(2)">2</a><script>function go(n){location.href="index_"+n+".html";}</script>', BASE + "index_2.html"),
        ('<a href="javascript:go(2)">2</a><script>function go(n){location="i_"+(n-1)+".html"}</script>', BASE + "i_1.html"),
        ('<select class="page"><option value="1.html">1</option><option value="l_2.html">2</option></select>', BASE + "l_2.html"),
        ('<form action="list.jsp"><input name="pageNo" type="hidden" value="2"><input type="submit" value="下一页"></form>',
         BASE + "list.jsp?pageNo=2"),
    ],
)  # fmt: skip
def test_a_pager_that_names_an_address_in_whatever_way_is_followed(pager, following):
    given = page(f"<html><body><ul>{LISTED}</ul>{pager}</body></html>")
    assert following in [ask.url for ask in STATIC.read(given, Ask(given.url)).asks]


def test_a_form_that_posts_the_next_page_becomes_a_request_with_its_fields():
    form = """<form method="post" action="list.do"><input type="hidden" name="__VIEWSTATE" value="abc">
    <input type="hidden" name="page" value="2"><input type="submit" name="go" value="下一页"></form>"""
    given = page(f"<html><body><ul>{LISTED}</ul>{form}</body></html>")
    (ask,) = STATIC.read(given, Ask(given.url)).asks
    assert (ask.method, ask.form, ask.tokens) == ("POST", (("page", "2"), ("go", "下一页")), (("__VIEWSTATE", "abc"),))
    assert ask.sent_headers["Referer"] == given.url


@pytest.mark.parametrize(
    "pager",
    [
        "共1页", '<span class="disabled">下一页</span>', '<a href="index.html">首页</a><a href="index.html">尾页</a>', "第1/1页",
        '<a class="disabled" href="javascript:;">下一页</a>', "<script>var totalPage = 1;</script>",
        '<div class="nav"><a href="/news/">更多&gt;&gt;</a></div>', "共3条", '<div class="swiper"><i>1/5</i></div>',
        "<script>$(window).scroll(function(){ $('#top').fadeIn(); });</script>", "<script>setPage(1);showDate(2025,1);</script>",
        "<script>$.get('/count?id=7');</script>", '<p>上一篇：<a href="20.html">甲</a> 下一篇：<a href="19.html">乙</a></p>',
    ],
)  # fmt: skip
def test_a_list_of_one_page_is_whole(pager):
    given = page(f"<html><body><ul>{LISTED}</ul>{pager}</body></html>")
    step = STATIC.read(given, Ask(given.url))
    assert step.asks == []
    assert unproven(STATIC, [step.end], 3, 1) == ""


def test_a_list_of_four_thousand_rows_is_read_in_time_that_grows_with_its_length():
    def cost(count: int, body: str) -> float:  # another body each time: titles are remembered
        items = "".join(
            f'<li><a href="{n}.html">{body}局{n}年年报</a><span>2025-01-09</span></li>' for n in range(count)
        )
        given = page(f"<ul>{items}</ul>")
        began = time.process_time()
        assert len(rows(given)) == count
        return time.process_time() - began

    small = min(cost(500, body) for body in "乙丙丁")
    assert cost(4000, "甲") < 24 * small  # eight times the length; with its square it were 64 times


def test_of_several_boxes_only_the_more_of_the_one_that_holds_reports_leads_to_the_list():
    made = hub()
    shown = page(str(made.pages["/zwgk/"]), "http://a.gov.cn/zwgk/")
    listed = rows(shown)
    assert len(listed) == 7
    assert [row.url for row in whole_lists(shown, listed)] == ["http://a.gov.cn/nb/list.html"]
