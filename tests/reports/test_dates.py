"""The day of publication: one reader for pages, files and the crawler."""

from __future__ import annotations

from datetime import date

import pytest

from crawler.families.static import FAMILY
from crawler.pages import Page
from reports.dates import labelled, published
from reports.reader import read
from reports.text import date_at, date_in

DAY = date(2025, 1, 20)
TITLE = "青柳市水务局2024年政府信息公开工作年度报告"


@pytest.mark.parametrize(
    "line",
    [
        "发布日期：2025-01-20",
        "发布时间：2025-01-20 09:42:56",
        "发布时间: 2025-01-2009:42:56",
        "发 布 日 期 ： 2025年01月20日 09:42",
        "时间:2025-01-20 16:05",
        "来源：市水务局  时间：2025/1/20 9:05:00",
        "【发布日期】 2025.01.20",
        "发布日期 [2025-01-20]",
        "公布日期：二〇二五年一月二十日",
        "发布时间：2025-01-20T09:42:56+08:00",
        "发布于 2025-01-20 09:42",
        "日期：２０２５年１月２０日",
        "发布日期：20250120",
        "发文日期：2025年1月3日 发布日期：2025年1月20日",
        "更新时间：2025-03-05 发布时间：2025-01-20",
        "成文日期：2025年1月3日 时间：2025-01-20",
        "当前时间：2026-11-29 10:00 发布时间：2025-01-20",
    ],
)
def test_a_labelled_date_is_read_with_its_time_of_day_in_any_form(line):
    assert labelled([line]) == DAY
    assert published([TITLE, line, "根据条例编制本报告。"], "", 2024) == DAY


@pytest.mark.parametrize(
    "line",
    [
        "成文日期：2025年1月3日",
        "成 文 日 期：2025年1月3日",
        "生成日期：2025-01-03",
        "生效日期 2025-01-03",
        "印发日期：2025-01-03",
        "索引号：002480000/2025-01-03",
        "发布日期： 成文日期：2025-01-03",
        "当前时间：2025-01-03 10:00",
    ],
)
def test_a_date_of_another_fact_is_no_day_of_publication(line):
    page = f"<html><body><h1>{TITLE}</h1><p>{line}</p><p>一、总体情况</p></body></html>"
    assert labelled([line]) is None
    assert read(page.encode(), "a.html").published_on is None
    assert read(f"{TITLE}\n{line}\n一、总体情况\n".encode(), "a.txt").published_on is None


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("", "<p>成文日期：2025-01-03</p><p>发布日期：2025-04-20 10:11:12</p>"),
        ("", "<table><tr><td>成文日期</td><td>2025-01-03</td><td>发布日期</td><td>2025-04-20</td></tr></table>"),
        ("<meta name='PubDate' content='2025-04-20 10:11'>", "<p>生成日期：2025年1月3日</p>"),
        ("<meta name='createDate' content='2025-01-03'>", "<p>时间：2025-04-20 10:11</p>"),
    ],
)
def test_a_late_report_stays_late_to_the_reader_and_to_the_crawler(head, body):
    page = f"<html><head>{head}</head><body><h1>{TITLE}</h1>{body}<p>一、总体情况</p></body></html>".encode()
    assert read(page, "a.html").published_on == "2025-04-20"
    assert FAMILY.detail(Page("http://a.gov.cn/x/1.html", page)).published_on == date(2025, 4, 20)


def test_a_day_under_the_title_without_a_label_keeps_its_time_of_day():
    assert published([TITLE, "2025-01-20 09:42:56", "一、总体情况"], "", 2024) == DAY


def test_a_date_may_end_in_a_time_but_a_longer_number_is_none():
    assert date_in("2025-01-2009:42:56") == DAY
    assert date_in("2025-01-20099") is None
    assert date_at("20250120093000") is None
    assert date_at("来源 2025-01-20") is None
