"""A page is understood once: what the crawler records of it is what the reader reads from it."""

from __future__ import annotations

from datetime import date

import pytest

from crawler.families.articles import article
from crawler.pages import Page
from reports.reader import read
from tests.reports.narrative.drafts import TITLE

BODY = "<p>一、总体情况</p><p>2024年，我局公开信息71条。</p>"
DAY = "2025-01-20"


@pytest.mark.parametrize(
    ("head", "body", "day"),
    [
        ("", f"<h1>{TITLE}</h1><p>发布时间：2025-01-20 09:42:56</p>", DAY),
        ("<meta name=PubDate content='2025-01-18'>", f"<h1>{TITLE}</h1><p>发布时间：2025-01-20</p>", DAY),
        ("<meta name=PubDate content='2025-01-20 10:00'>", f"<h1>{TITLE}</h1><p>成文日期：2025-01-03</p>", DAY),
        ("", f"<h1>{TITLE}</h1><p>来源：市水务局</p><p>时间：2025-01-20 16:05</p>", DAY),
        (
            "",
            f"<div class=nav>当前时间：2026-11-29</div><h1>{TITLE}</h1><span>日期：</span><span>2025-01-20</span>",
            DAY,
        ),
        ("", f"<h1>{TITLE}</h1><ul><li><a>发布日期：2020-01-01 旧闻</a></li></ul><p>发布日期：2025-01-20</p>", DAY),
        ("", f"<script>var d='发布日期：2020-01-01'</script><h1>{TITLE}</h1><p>发布日期：2025-01-20</p>", DAY),
        ("", f"<h1>{TITLE}</h1><p>更新时间：2025-03-01</p><p>发布日期：2025-01-20</p>", DAY),
        ("", f"<table><tr><td>发布日期</td><td>2025-01-20</td></tr></table><h1>{TITLE}</h1>", DAY),
        ("", f"<h1>{TITLE}</h1><p>成文日期：2025-01-03</p>", None),
    ],
)
def test_crawler_and_reader_give_a_page_one_day(head, body, day):
    page = f"<html><head><title>{TITLE}</title>{head}</head><body>{body}{BODY}</body></html>".encode()
    found = article(Page("http://a.gov.cn/zwgk/1.html", page)).published_on
    assert (found.isoformat() if found else None) == day
    assert read(page, "1.html").published_on == day


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (f"<title>{TITLE}_青柳市人民政府</title>", f"<h1>{TITLE}</h1>"),
        (f"<meta name=ArticleTitle content='{TITLE}'><title>青柳市人民政府</title>", "<p>详见附件</p>"),
        ("<title>青柳市人民政府</title>", f"<h1>青柳市人民政府</h1><div class='art_title'>{TITLE}</div>"),
        (f"<title>青柳市人民政府 年度报告 {TITLE}</title>", ""),
    ],
)
def test_crawler_and_reader_give_a_page_one_title_and_with_it_one_body_and_year(head, body):
    page = f"<html><head>{head}</head><body>{body}{BODY}</body></html>".encode()
    report = read(page, "1.html")
    assert article(Page("http://a.gov.cn/zwgk/1.html", page)).title == report.details.title
    assert (report.details.title, report.agency, report.year) == (TITLE, "青柳市水务局", 2024)


def test_the_day_of_an_address_is_the_crawlers_alone_and_named_as_such():
    page = f"<html><head><title>{TITLE}</title></head><body>{BODY}</body></html>".encode()
    found = article(Page("http://a.gov.cn/zwgk/202501/t20250120_1.html", page))
    assert (found.published_on, found.dated_by) == (date(2025, 1, 20), "address")
    assert read(page, "t20250120_1.html").published_on is None


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ("<table><tr><td>索引号</td><td>000</td><td>发布机构</td><td>青柳市水务局</td></tr></table>", "青柳市水务局"),
        ("<p>发布机构：青柳市水务局 发布日期：2025-01-20</p>", "青柳市水务局"),
        ("<div><b>公开责任部门：</b><span>青柳市水务局</span></div>", "青柳市水务局"),
        ("<div class=footer>发布机构：青柳市大数据局</div><p>发布单位： 青柳市水务局</p>", "青柳市水务局"),
        ("<p>来源：青柳日报</p>", None),
    ],
)
def test_crawler_and_reader_give_a_page_one_issuer(body, named):
    title = "2024年政府信息公开工作年度报告"
    page = f"<html><head><title>{title}</title></head><body><h1>{title}</h1>{body}{BODY}</body></html>".encode()
    assert article(Page("http://a.gov.cn/zwgk/1.html", page)).issuer == (named or "")
    assert read(page, "1.html").agency == named


def test_a_day_in_the_frame_of_a_page_is_nobodys():
    frame = "<div class='footer'>更新时间：2026-11-01 版权所有</div>"
    page = f"<html><body><h1>{TITLE}</h1>{BODY}{frame}</body></html>".encode()
    assert article(Page("http://a.gov.cn/zwgk/1.html", page)).published_on is None
    assert read(page, "1.html").published_on is None
