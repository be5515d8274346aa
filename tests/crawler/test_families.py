"""Portal families from bytes."""

from __future__ import annotations

from datetime import date

import pytest

from crawler import families
from crawler.families import rows as listed
from crawler.families.articles import article
from crawler.families.base import Ask
from crawler.families.static import FAMILY as STATIC
from crawler.families.trs import FAMILY as TRS_FAMILY
from crawler.pages import Listing, Page

BASE = "http://a.gov.cn/zwgk/nb/"
TRS = """<html><body><ul>
<li><a href="./202301/t20230113_3113697.shtml" title="甲局2022年政府信息公开工作年度报告">甲局2022年政府…</a>
<span>2023-01-13</span></li>
<li><a href="./202201/t20220110_1.shtml">甲局2021年政府信息公开工作年度报告<span>2022- 01-
10</span></a></li></ul>
<!-- <li><a href="./old.shtml">甲局2011年政府信息公开工作年度报告</a><span>2012-01-13</span></li> -->
<script>createPageHTML(3, 0, "index", "shtml");</script></body></html>"""


def rows(given: Page) -> list[Listing]:
    return STATIC.read(given, Ask(given.url)).rows


def further(given: Page) -> list[str]:
    return [ask.url for ask in TRS_FAMILY.read(given, Ask(given.url)).asks]


def page(text: str, url: str = BASE, encoding: str = "utf-8") -> Page:
    return Page(url, text.encode(encoding))


def test_trs_rows_carry_full_titles_dates_and_resolved_addresses():
    rows = TRS_FAMILY.read(page(TRS), Ask(BASE)).rows
    assert [(r.title, r.url, r.listed_on) for r in rows] == [
        ("甲局2022年政府信息公开工作年度报告", BASE + "202301/t20230113_3113697.shtml", date(2023, 1, 13)),
        ("甲局2021年政府信息公开工作年度报告", BASE + "202201/t20220110_1.shtml", date(2022, 1, 10)),
    ]


def test_trs_paging_is_read_from_the_page_and_page_two_is_index_1():
    assert further(page(TRS)) == [BASE + "index_1.shtml", BASE + "index_2.shtml"]
    assert further(page("<html><body></body></html>")) == []


def test_the_first_family_that_recognises_a_page_serves_it():
    assert families.recognise(page(TRS)) is TRS_FAMILY
    plain = '<ul><li><a href="1.html">甲局2022年政府信息公开工作年度报告</a> 2023-01-13</li></ul>'
    assert families.recognise(page(plain)) is STATIC
    assert families.recognise(page('<div id="app"></div><script src="app.js"></script>')) is None


def test_a_page_in_gb18030_that_calls_itself_gb2312_is_read_whole():
    row_html = '<li><a href="1.html">螅镇2022年政府信息公开工作年度报告</a>2023-01-13</li>'
    html = f'<html><head><meta charset="gb2312"></head><body><ul>{row_html}</ul></body></html>'
    (row,) = rows(page(html, encoding="gb18030"))
    assert row.title.startswith("螅镇")


def test_an_article_gives_title_date_files_and_pictures():
    html = """<html><head><meta name="ArticleTitle" content="甲局2022年政府信息公开工作年度报告">
    <meta name="PubDate" content="2023-01-13 09:00"></head><body><div class="nav">访问 12345 次</div>
    <div class="TRS_Editor"><p>正文</p><img src="./W020230113.png"><img src="/images/icon.png">
    <a href="./P020230113.PDF">附件</a><iframe src="/pdfjs/web/viewer.html?file=%2Ffiles%2Fa.pdf"></iframe></div></body></html>"""
    found = article(page(html, BASE + "202301/t1.html"))
    assert (found.title, found.published_on) == ("甲局2022年政府信息公开工作年度报告", date(2023, 1, 13))
    assert [f.url for f in found.files] == [BASE + "202301/P020230113.PDF", "http://a.gov.cn/files/a.pdf"]
    assert [p.url for p in found.pictures] == [BASE + "202301/W020230113.png"]
    assert "12345" not in found.text


def test_an_unset_date_is_none():
    html = "<html><body><h1>甲局2022年政府信息公开工作年度报告</h1><p>发布日期：1970-01-01</p></body></html>"
    assert article(page(html)).published_on is None


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("createPageHTML(3, 0, 'index', 'shtml');", ["index_1.shtml", "index_2.shtml"]),
        ("createPage(2, 0, 'list', 'html')", ["list_1.html"]),
        ("createPageHTML('page_div',3, 0,'index','html',41)", ["index_1.html", "index_2.html"]),
        ("var countPage = 2;", ["index_1.html"]),
        ("var n=3;var i=0;\ncreatePageHTML(n, i, 'index_1447', 'shtml')", ["index_1447_1.shtml", "index_1447_2.shtml"]),
        ("createPageHTML(2, 1, 'index', 'html')", ["index_2.html"]),
        ("function createPageHTML(a,b,c,d){x=c+'_'+(i+1)+'.'+d}\ncreatePageHTML(2,0,'index','html')", ["index_2.html"]),
        ("createPageHTML(1, 0, 'index', 'html')", []),
        ("function createPageHTML(a,b,c,d){}", []),
    ],
)
def test_the_pagers_of_trs_in_their_forms(script, expected):
    assert further(page(f"<html><script>{script}</script></html>")) == [BASE + name for name in expected]


def test_the_pagers_own_links_decide_which_number_page_two_bears():
    html = '<script>createPageHTML(2,0,"index","html")</script><a href="index_2.html">2</a>'
    assert further(page(html)) == [BASE + "index_2.html"]


def test_a_page_within_the_list_tells_no_pages_again():
    html = '<script>createPageHTML(3,1,"index","html")</script>'
    assert further(page(html, BASE + "index_1.html")) == []


@pytest.mark.parametrize(
    ("beside", "day"),
    [
        ("<span>2023-01-13</span>", date(2023, 1, 13)),
        ("<span>2025- 02- 13</span>", date(2025, 2, 13)),
        ("<span>2026-\n01-\n23</span>", date(2026, 1, 23)),
        ("<span>2023年1月5日</span>", date(2023, 1, 5)),
        ("<span>2023/1/5</span>", date(2023, 1, 5)),
        ("<span>２０２３－０１－０５</span>", date(2023, 1, 5)),
        ("<span>[2023-01-05]</span>", date(2023, 1, 5)),
        ("<b>13</b><i>2025-01</i>", date(2025, 1, 13)),
        ("<i>索引号：2026-02-00018</i><span>2026-01-09</span>", date(2026, 1, 9)),
        ("<i>2026-02-00018</i>", None),
        ("<span>成文日期：2024-12-30</span><span>发布日期：2025-01-05</span>", date(2025, 1, 5)),
        ("<span>1970-01-01</span>", None),
        ("<b>2022年</b> <em>01-16</em>", None),
        ("<span>电话：0571-2025-0113</span>", None),
    ],
)
def test_the_date_of_a_row_in_the_forms_that_lists_print(beside, day):
    first = f'<li><a href="1.html">甲局2022年政府信息公开工作年度报告</a>{beside}</li>'
    html = f'<ul>{first}<li><a href="2.html">乙局2022年年报</a></li></ul>'
    assert rows(page(html))[0].listed_on == day


def test_the_head_of_a_table_says_which_date_is_publication():
    html = """<table><tr><th>索引号</th><th>标题</th><th>成文日期</th><th>发布日期</th></tr>
    <tr><td>1137-2025-01</td><td><a href="1.html">甲局2024年政府信息公开工作年度报告</a></td><td>2024-12-30</td>
    <td>2025-01-09</td></tr><tr><td>2</td><td><a href="2.html">甲局2023年政府信息公开工作年度报告</a></td>
    <td>2023-12-29</td><td>2024-01-08</td></tr></table>"""
    assert [row.listed_on for row in rows(page(html))] == [date(2025, 1, 9), date(2024, 1, 8)]


def test_rows_without_a_date_stand_in_the_list_with_those_that_have_one_and_the_menu_does_not():
    html = """<div class="nav"><ul><li><a href="/">首页</a></li><li><a href="/zw/">政务公开</a></li></ul></div>
    <ul><li><a href="1.html">甲局2024年政府信息公开工作年度报告</a>2025-01-09</li>
    <li><a href="2.html">区政府办公室</a>2025-01-08</li><li><a href="3.html">审计局</a></li></ul>
    <div class="hot"><ul><li><a href="/news/9.html">全县工作会议召开</a>2025-02-01</li></ul></div>"""
    assert [row.title for row in rows(page(html))] == [
        "甲局2024年政府信息公开工作年度报告", "区政府办公室", "审计局",
    ]  # fmt: skip


def test_a_link_that_only_a_script_knows_is_kept_without_address_and_one_that_names_it_is_resolved():
    html = """<ul><li><a href="javascript:info('12','01','c')">甲局2024年政府信息公开工作年度报告</a>2025-01-09</li>
    <li onclick="openWin('/a/2.html')">甲局2023年政府信息公开工作年度报告 2024-01-09</li></ul>"""
    assert [row.url for row in rows(page(html))] == [None, "http://a.gov.cn/a/2.html"]


def test_a_list_in_a_textarea_gives_the_rows_of_its_visible_twin():
    inner = '<li><a href="1.html">甲局2024年政府信息公开工作年度报告</a>2025-01-09</li>'
    visible = rows(page(f"<ul>{inner}</ul>"))
    assert rows(page(f"<textarea>{inner}</textarea>")) == visible
    assert rows(page(f'<script type="text/template">{inner}</script>')) == visible


def test_relative_links_start_from_the_base_that_the_page_names():
    html = (
        '<head><base href="http://a.gov.cn/x/"></head><ul><li><a href="1.html">甲局2024年年报</a>2025-01-09</li></ul>'
    )
    assert rows(page(html))[0].url == "http://a.gov.cn/x/1.html"


def test_a_mobile_twin_gives_way_to_the_standard_page():
    items = "".join(
        f'<li><a href="t1{w}.html">甲局2024年政府信息公开工作年度报告</a>2025-01-09</li>' for w in ("_wap", "")
    )
    assert [row.url for row in rows(page(f"<ul>{items}</ul>"))] == [BASE + "t1.html"]


def test_columns_beneath_are_links_to_directories_below():
    within = '<a href="2024n/">2024年</a><a href="./bm/index.html">部门</a>'
    html = within + '<a href="../">上级</a><a href="/x/">别处</a><a href="1.html">文</a>'
    assert [row.url for row in listed.columns(page(html), [])] == [BASE + "2024n/", BASE + "bm/index.html"]


@pytest.mark.parametrize(
    ("head", "text", "day", "by"),
    [
        ('<meta name="PubDate" content="2025-03-09">', "发布日期：2025-01-09", date(2025, 1, 9), "page"),
        ('<meta name="PubDate" content="2025-03-09">', "", date(2025, 3, 9), "meta"),
        ("", "成文日期：2024-12-01", date(2025, 1, 12), "address"),
        ('<meta name="PubDate" content="1970-01-01">', "", date(2025, 1, 12), "address"),
    ],
)
def test_the_page_is_believed_before_its_meta_and_that_before_its_address(head, text, day, by):
    html = f"<html><head>{head}</head><body><h1>题</h1><p>{text}</p></body></html>"
    found = article(page(html, BASE + "202501/t20250112_7.html"))
    assert (found.published_on, found.dated_by) == (day, by)


def test_counters_and_weather_make_no_other_text_and_a_figure_that_moves_to_the_next_cell_does():
    def text(number: int, cells: str) -> str:
        html = (
            f"<body><div>今天是2025年1月{number}日 星期四</div><div class='con'><p>浏览次数：{number}次</p>"
            f"<p>本年度共受理申请，办理情况如下，各项数据均与报表一致，特此说明。本机关网址与联系方式见主页。</p>"
            f"<table><tr>{cells}</tr></table></div></body>"
        )
        return article(page(html)).text

    assert text(3, "<td>1</td><td>23</td>") == text(8, "<td>1</td><td>23</td>")
    assert text(3, "<td>1</td><td>23</td>") != text(3, "<td>12</td><td>3</td>")


def test_text_cut_up_among_inline_tags_is_joined():
    html = (
        "<div class='TRS_Editor'><p>20<span>21</span>年<b>1月</b>1日，本机关按照规定编制本报告，数据截至年底。</p></div>"
        * 2
    )
    assert "2021年1月1日" in article(page(html)).text


@pytest.mark.parametrize(
    "inner",
    [
        '<embed src="/files/a.pdf">', '<object data="/files/a.pdf"></object>', '<div data-pdf="/files/a.pdf"></div>',
        '<iframe src="/js/web/viewer.html?file=../../files/a.pdf"></iframe>', '<a href="/files/a.pdf">附件</a>',
        '<script>var url = "/files/a.pdf";</script>', '<a href="/pdfjs/web/viewer.html?file=%2Ffiles%2Fa.pdf">看</a>',
    ],
)  # fmt: skip
def test_a_file_is_found_in_every_kind_of_viewer(inner):
    html = f"<html><body><div class='TRS_Editor'><p>{'见附件。' * 30}</p>{inner}</div></body></html>"
    assert [f.url for f in article(page(html)).files] == ["http://a.gov.cn/files/a.pdf"]


def test_a_form_that_the_frame_offers_to_everybody_is_no_attachment():
    html = f"""<html><body><div class='TRS_Editor'><p>{"正文。" * 30}</p></div>
    <div class="fujian"><a href="/files/b.docx">附件</a></div>
    <div class="side"><a href="/x/申请表.doc">申请表</a></div></body></html>"""
    assert [f.url for f in article(page(html)).files] == ["http://a.gov.cn/files/b.docx"]


COLUMNS_OF_ONE_FORM = """<html><body><ul class="nav"><li><a href="/col/col1/index.html">政府工作报告</a></li>
<li><a href="/col/col2/index.html">2025年</a></li></ul><ul class="tree"><li><a href="/col/col7/index.html">2023年</a></li>
<li><a href="/col/col8/index.html">2024年度</a></li></ul><ul><li><a href="/col/col9/index.html">区直部门</a></li>
<li><a href="/col/col10/index.html">乡镇（街道）</a></li></ul></body></html>"""


def test_a_count_without_a_name_takes_its_suffix_from_the_articles():
    row = '<li><a href="202301/t20230113_1.shtml">甲局2022年政府信息公开年报</a>2023-01-13</li>'
    html = f"<ul>{row}</ul><script>var countPage = 2</script>"
    assert further(page(f"<html><body>{html}</body></html>")) == [BASE + "index_1.shtml"]


def test_page_two_of_a_count_without_a_name_tells_of_no_other_pages():
    html = "<html><body><script>var countPage = 2;var currentPage = 2;</script></body></html>"
    second = page(html, BASE + "index_2.shtml")
    assert TRS_FAMILY.read(second, Ask(second.url, number=2)).asks == []


def test_groups_beneath_a_numbered_page_are_columns():
    groups = '<li><a href="qzbm/1.html">区直部门</a></li><li><a href="xz/1.html">乡镇（街道）</a></li>'
    html = f"<html><body><ul>{groups}</ul></body></html>"
    assert [row.title for row in listed.columns(page(html, BASE + "1.html"), [])] == ["区直部门", "乡镇（街道）"]


def test_years_and_groups_are_columns_beneath_where_all_columns_lie_side_by_side():
    found = listed.columns(page(COLUMNS_OF_ONE_FORM, "http://a.gov.cn/col/col5/index.html"), [])
    assert [row.url and row.url[15:] for row in found] == [f"/col/col{n}/index.html" for n in (7, 8, 9, 10)]
    assert listed.columns(page(COLUMNS_OF_ONE_FORM, "http://a.gov.cn/zwgk/nb.htm"), []) == []


def test_the_years_beside_a_columns_file_are_beneath_it_and_its_pages_are_not():
    years = '<div><a href="nb/a2024.htm">2024年</a><a href="nb/b2023.htm">2023年</a></div>'
    html = f'<html><body>{years}<a href="nb/1.htm">尾页</a></body></html>'
    found = listed.columns(page(html, "http://a.gov.cn/zwgk/nb.htm"), [])
    assert [row.title for row in found] == ["2024年", "2023年"]


def test_of_a_pages_headings_the_one_that_names_the_year_is_the_articles_title():
    head = "<head><title>政府信息公开年报_甲县</title></head>"
    html = f"<html>{head}<body><h1>甲局2022年政府信息公开工作年度报告</h1></body></html>"
    assert article(page(html)).title == "甲局2022年政府信息公开工作年度报告"
