"""Lists that may go on though their pager shows nothing to follow, and sound lists of one page beside all that a portal's
template carries."""

from __future__ import annotations

import pytest

from crawler import families
from crawler.families.base import Ask, unproven
from crawler.families.static import FAMILY as STATIC
from crawler.lists import take
from crawler.pages import Page

BASE = "http://a.gov.cn/zwgk/nb/"
ROW = '<li><a href="{n}.html">甲局20{n}年政府信息公开工作年度报告</a>2025-01-09</li>'
LISTED = "".join(ROW.format(n=n) for n in (21, 22, 23))


def why_not_whole(beside: str) -> str:
    """Why a list of three reports is not proven whole with this beside it; empty where it is."""
    page = Page(BASE, f"<html><body><ul>{LISTED}</ul>{beside}</body></html>".encode())
    taken = take(page, Ask(BASE), 0)
    assert (taken.own_rows, taken.beneath) == (3, [])
    if taken.step.asks or taken.hidden:
        return "more to ask" if taken.step.asks else taken.hidden
    return unproven(families.recognise(page) or STATIC, [taken.step.end], 3, 1)


MAY_GO_ON = [
    '<div class="next-btn"></div><script>document.querySelector(".next-btn").addEventListener'
    '("click",function(){cur++;draw(cur)})</script>',
    '<i class="next-btn"></i><script>$(".next-btn").click(function(){ load(++cur) })</script>',
    '<span class="next-btn"></span><script src="/js/list.js"></script>',
    '<iframe src="/common/pager.html?id=3" id="pagerFrame"></iframe>',
    '<iframe src="page_nav.jsp?cid=7" height=30></iframe>',
    '<div id="sentinel"></div><script>new IntersectionObserver(function(e){ '
    'if(e[0].isIntersecting) load() }).observe(document.getElementById("sentinel"))</script>',
    '<div class="xx"><b data-page="1">1</b><b data-page="2">2</b></div>',
    '<div id="list" data-page="1" data-pages="4"></div>',
    '<div id="pg" data-total="26"></div>',
    '<ul data-total-pages="3"></ul>',
    '<ul data-next="/list/2"></ul>',
    '<select onchange="go(this.value)"><option value=1>1</option><option value=2>2</option></select>',
    '<select id=s><option>第1页</option><option>第2页</option></select>',
    '<script>var pageCount=7, cur=0;</script>',
    '<script>var pageSum=7;</script>',
    '<script>var pages = 4;</script>',
    '<script>$("#x").jpage({perPage:20,totalRecord:58})</script>',
    '<script>var totalNum = 58;</script>',
    '<script>createPageHTML(7,0,"index","html")</script>',
    '<script>var n=7; createPageHTML(n,0,"index","html")</script>',
    '<div id="app"><pagination :total="total" @change="load"></pagination></div>',
    '<el-pagination layout="prev, pager, next" :total="50"></el-pagination>',
    '<a-pagination :total="50"></a-pagination>',
    '<v-pagination v-model="page" :length="6"></v-pagination>',
    '<script>layui.use("flow",function(){ layui.flow.load({elem:"#x", done:function(page,next){}}) })</script>',
    '<table lay-data="{url:\'/l.json\', page:true}"></table>',
    '<a href="javascript:;" aria-label="下一页"><svg><path d="M0"/></svg></a>',
    '<div class="pg"><a href="javascript:void(0)" class="arrow-right"><svg><path d="M0"/></svg></a></div>',
    '<div class="ctl"><a href="javascript:void(0)"><svg><path d="M0"/></svg></a></div>',
    '<button><svg><use xlink:href="#icon-next"></use></svg></button>',
    '<button>更多</button>',
    '<button type="button" id="more">更多</button>',
    '<button type="button">查看更多年报</button>',
    '<div class="more">更多</div>',
    '<a href="javascript:void(0)">展开全部</a>',
    '<script>$.ajax({url:"/api/list?cid=3",success:function(d){ $("ul").append(d.html) }})</script>',
    '<script>fetch("/api/articles?offset=20").then(r=>r.json()).then(add)</script>',
    '<script>function more(){$.post("/listMore.do",{start:20,count:20},cb)}</script>',
    '<p>共 128 条</p>',
    '<p>共<b>128</b>条</p>',
    '<p>共有 128 条信息</p>',
    '<p>128 条记录</p>',
    '<p>总数：128</p>',
    '<p>共 128 个结果</p>',
    '<p>Total: 128</p>',
    '<p>显示第 1 到第 3 条，共 128 条</p>',
    '<p>显示 1-3 / 128</p>',
    '<p>1-3 of 128</p>',
    '<ul class="dots"><li class="on"></li><li></li></ul><script>$(".dots '
    'li").click(function(){page($(this).index())})</script>',
    '<input id="pageNo" value="1"><button onclick="go()">GO</button>',
    '<p>页码 <input size=2 name=p><input type=button value="确定" onclick="go()"></p>',
    '<div class="pp"><span>1</span>/<span>3</span></div>',
    '<p>1 of 3</p>',
    '<p>第一页，共三页</p>',
    '<p>共三页</p>',
    '<p>Page 1 of 3</p>',
    '<div>当前1/3页</div>',
    '<div>页次：1/3</div>',
    '<a href="#page2">2</a>',
    '<a href="#/list/2">2</a>',
    '<a class="load-more" href="javascript:;"></a>',
    '<div class="loading">正在加载…</div>',
    '<div id="loadMore">加载中...</div>',
    '<p>下拉查看更多</p>',
    '<script>const nextUrl = "/list?cursor=abc";</script>',
    '<script>var hasMore=true;</script>',
    '<script>window.__DATA__={"hasNext":true,"page":1}</script>',
    '<script>window.__NUXT__={data:[{total:58,pageSize:20}]}</script>',
    '<input type="button" class="next" onclick="n()">',
    '<img src="/images/xyy.gif" onclick="n()">',
    '<img src="/images/next.gif" id="nx">',
    '<i class="fa fa-angle-right" onclick="n()"></i>',
    '<div class="pages"><i class="fa fa-angle-right"></i></div>',
    '<span>下页</span>',
    '<span>下一頁</span>',
    '<a href="javascript:n()">翻页</a>',
    '<a href="javascript:n()">后页</a>',
    '<a href="javascript:n()">往后</a>',
    '<a href="javascript:n()">后翻</a>',
    '<button>Next page</button>',
    '<button>»</button>',
    '<a href="javascript:;">▶</a>',
    '<button>→</button>',
    '<button>Older</button>',
    '<noscript><a href="index_2.html">下一页</a></noscript>',
    '<script>el.innerHTML = "<span>下一页</span>"</script>',
    '<object data="/pager.html"></object>',
    '<div data-include="/inc/page.html"></div>',
    '<div hx-get="/list?page=2" hx-trigger="revealed"></div>',
    '<div hx-get="/more/2" hx-trigger="revealed"></div>',
    '<dir-pagination-controls></dir-pagination-controls>',
    '<uib-pagination total-items="total"></uib-pagination>',
    '<div pagination total="58"></div>',
    '<table id="t" data-side-pagination="server"></table>',
    '<script>$("#t").DataTable({serverSide:true})</script>',
    '<script>$("#t").jqGrid({rowNum:20})</script>',
]  # fmt: skip


@pytest.mark.parametrize("beside", MAY_GO_ON)
def test_what_looks_like_a_pager_or_a_loader_leaves_the_list_incomplete(beside):
    assert why_not_whole(beside)


@pytest.mark.parametrize(
    "beside",
    [
        '<ul class="tab"><li onclick="y(2024)">2024</li><li onclick="y(2023)">2023</li></ul>',
        '<ul class="tab"><li data-year="2024">2024年</li><li data-year="2023">2023年</li></ul><script src="/t.js"></script>',
        '<select id="year" onchange="chg()"><option>2024</option><option>2023</option></select>',
        '<div class="years"><a href="javascript:void(0)" data-y="2024">2024</a><a '
        'href="javascript:void(0)" data-y=2023>2023</a></div>',
        '<div class="years"><span class="cur">2024年</span><span>2023年</span><span>2022年</span></d'
        'iv><script src="/t.js"></script>',
    ],
)  # fmt: skip
def test_years_that_only_a_script_shows_leave_the_list_incomplete(beside):
    assert "2024" in why_not_whole(beside)


def test_scripts_beyond_every_template_are_not_read_and_leave_the_list_incomplete():
    assert "characters" in why_not_whole(f"<script>{'x=1;' * 150_000}</script>")


WHOLE = [
    "",
    '<ul class="tab"><li data-y="1">2023</li><li data-y="2">2022</li><li>2021</li></ul>',
    "<script>$('#t').DataTable()</script>",
    '<p>没有更多了</p>',
    '<p>已加载全部</p>',
    '<p>上一篇：<a href="20.html">甲</a> 下一篇：<a href="19.html">乙</a></p>',
    '<div class="footer"><a href="/">首页</a> <a href="/wzdt/">网站地图</a> 主办：甲局 '
    '备案号：京ICP备12345678号-1 <iframe src="/counter.html"></iframe></div>',
    '<script>var _hmt=_hmt||[];(function(){var hm=document.createElement("script");hm.src="//'
    'hm.baidu.com/hm.js?1";document.head.appendChild(hm)})();</script>',
    '<div class="swiper"><div class="swiper-button-next"></div><div '
    'class="swiper-button-prev"></div></div><script>new Swiper(".swiper",{navigation:{nextEl:'
    '".swiper-button-next"}})</script>',
    '<div class="slick"><button class="slick-next">Next</button></div>',
    '<div class="banner"><a class="next" href="javascript:;"></a><a '
    'class="prev"></a></div><script>$(".banner").slide()</script>',
    '<div class="float"><a class="totop" href="javascript:;">返回顶部</a></div>',
    '<iframe src="/common/tianqi.html"></iframe>',
    '<iframe src="/search/box.html" id="search"></iframe>',
    '<form action="/search"><input name="q"><input type=submit value="搜索"></form>',
    '<a href="javascript:login()">登录</a>',
    '<select onchange="window.open(this.value)"><option>友情链接</option><option '
    'value="http://b.gov.cn">乙</option></select>',
    '<a href="/news/">更多</a>',
    '<div class="more"><a href="/x/">更多&gt;</a></div>',
    '<script>$.get("/count?id=7")</script>',
    '<script>$.ajax({url:"/api/weather",success:function(d){$("#w").html(d)}})</script>',
    '<script>fetch("/sso/user").then(r=>r.json()).then(function(u){})</script>',
    '<script src="/layui/layui.js"></script>',
    '<script src="/js/jquery.min.js"></script><script src="/js/common.js"></script>',
    '<div class="bdsharebuttonbox"><a class="bds_more" href="#"></a></div>',
    '<script>document.body.className="gray"</script>',
    '<script src="/wza/aria.js"></script><a href="javascript:void(0)" id="cniil_wza">无障碍</a>',
    '<a href="javascript:zh_tran(\'t\')">繁体</a>',
    '<div class="marquee"><ul id="scroll"><li>公告</li></ul></div><script>$("#scroll").marquee()</script>',
    '<ul class="tab"><li onclick="t(1)">机构</li><li onclick="t(2)">政策</li></ul>',
    '<script>document.write(new Date().getFullYear())</script>',
    '<p>版权所有 2024</p>',
    '<p>共青团 3 件</p>',
    '<p>共接待 128 人次</p>',
    '<div>首页 &gt; 信息公开 &gt; 年报</div>',
    '<div><a href="/">首页</a> <a href="/zwgk/">信息公开</a> <a href="./">&gt;</a></div>',
    '<div class="page"><span class="disabled">上一页</span><span class="current">1</span><span '
    'class="disabled">下一页</span></div>',
    '<div class="pagination"><span class="current">1</span></div>',
    '<script>createPageHTML(1,0,"index","html")</script>',
    '<a href="javascript:window.print()">打印</a> <a href="javascript:window.close()">关闭</a>',
    '<a href="javascript:doZoom(16)">大</a><a href="javascript:doZoom(14)">中</a>',
    '<ul class="menu"><li><a href="/a/">政策 <i class="fa fa-angle-right"></i></a></li></ul>',
    '<video controls src="/a.mp4"></video>',
    '<script>window.onload=function(){document.getElementById("x").style.display="none"}</script>',
    '<img src="/images/right.png" class="qr">',
    '<img src="/images/arrow_right.png">',
    '<div class="popup" id="pop"><button onclick="closePop()">关闭</button></div>',
    '<script>var siteId=3; var pageType="column";</script>',
    '<div class="page"><p>页面</p></div>',
    '<div id="page"><p>x</p></div>',
    '<script>var pageName="nb"; var pageIndex=0;</script>',
    '<form action="/search"><select name="nf"><option>2024</option><option>2023</option></sel'
    'ect><input type=submit value="查询"></form>',
    '<a class="nextcol" href="/b/">下一栏目</a>',
    '<script>var io=new IntersectionObserver(function(es){es.forEach(function(e){e.target.src'
    '=e.target.dataset.src})});document.querySelectorAll("img").forEach(i=>io.observe(i))</sc'
    'ript>',
    '<div id="weather"></div><div class="clear"></div><div class="line"></div>',
    '<div id="share"></div><script>$("#share").share()</script>',
    '<div id="top"></div><script>$("#top").load("/inc/top.html")</script>',
    '<div data-include="/inc/header.html"></div>',
    '<div class="foot"></div><script>$(".foot").load("/foot.html")</script>',
]  # fmt: skip


@pytest.mark.parametrize("beside", WHOLE)
def test_what_templates_carry_beside_a_list_of_one_page_leaves_it_whole(beside):
    assert why_not_whole(beside) == ""
