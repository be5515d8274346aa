"""Portal families from bytes."""

from __future__ import annotations

from datetime import date

from crawler import families
from crawler.families import static, trs
from crawler.pages import Page

BASE = "http://a.gov.cn/zwgk/nb/"
TRS = """<html><body><ul>
<li><a href="./202301/t20230113_3113697.shtml" title="甲局2022年政府信息公开工作年度报告">甲局2022年政府…</a>
<span>2023-01-13</span></li>
<li><a href="./202201/t20220110_1.shtml">甲局2021年政府信息公开工作年度报告<span>2022- 01-
10</span></a></li></ul>
<!-- <li><a href="./old.shtml">甲局2011年政府信息公开工作年度报告</a><span>2012-01-13</span></li> -->
<script>createPageHTML(3, 0, "index", "shtml");</script></body></html>"""


def page(text: str, url: str = BASE, encoding: str = "utf-8") -> Page:
    return Page(url, text.encode(encoding))


def test_trs_rows_carry_full_titles_dates_and_resolved_addresses():
    rows = trs.listings(page(TRS))
    assert [(r.title, r.url, r.listed_on) for r in rows] == [
        ("甲局2022年政府信息公开工作年度报告", BASE + "202301/t20230113_3113697.shtml", date(2023, 1, 13)),
        ("甲局2021年政府信息公开工作年度报告", BASE + "202201/t20220110_1.shtml", date(2022, 1, 10)),
    ]


def test_trs_paging_is_read_from_the_page_and_page_two_is_index_1():
    assert trs.next_pages(page(TRS)).urls == [BASE + "index_1.shtml", BASE + "index_2.shtml"]
    assert trs.next_pages(page("<html><body></body></html>")).urls == []


def test_the_first_family_that_recognises_a_page_serves_it():
    assert families.recognise(page(TRS)) is trs
    plain = '<ul><li><a href="1.html">甲局2022年政府信息公开工作年度报告</a> 2023-01-13</li></ul>'
    assert families.recognise(page(plain)) is static
    assert families.recognise(page('<div id="app"></div><script src="app.js"></script>')) is None


def test_a_page_in_gb18030_that_calls_itself_gb2312_is_read_whole():
    row_html = '<li><a href="1.html">螅镇2022年政府信息公开工作年度报告</a>2023-01-13</li>'
    html = f'<html><head><meta charset="gb2312"></head><body><ul>{row_html}</ul></body></html>'
    (row,) = static.listings(page(html, encoding="gb18030"))
    assert row.title.startswith("螅镇")


def test_an_article_gives_title_date_files_and_pictures():
    html = """<html><head><meta name="ArticleTitle" content="甲局2022年政府信息公开工作年度报告">
    <meta name="PubDate" content="2023-01-13 09:00"></head><body><div class="nav">访问 12345 次</div>
    <div class="TRS_Editor"><p>正文</p><img src="./W020230113.png"><img src="/images/icon.png">
    <a href="./P020230113.PDF">附件</a><iframe src="/pdfjs/web/viewer.html?file=%2Ffiles%2Fa.pdf"></iframe></div></body></html>"""
    found = trs.detail(page(html, BASE + "202301/t1.html"))
    assert (found.title, found.published_on) == ("甲局2022年政府信息公开工作年度报告", date(2023, 1, 13))
    assert [f.url for f in found.files] == [BASE + "202301/P020230113.PDF", "http://a.gov.cn/files/a.pdf"]
    assert [p.url for p in found.pictures] == [BASE + "202301/W020230113.png"]
    assert "12345" not in found.text


def test_an_unset_date_is_none():
    html = "<html><body><h1>甲局2022年政府信息公开工作年度报告</h1><p>发布日期：1970-01-01</p></body></html>"
    assert trs.detail(page(html)).published_on is None
