"""What a document is, from its title, its text and its dates."""

from __future__ import annotations

from datetime import date

import pytest

from reports.narrative.classify import classify
from reports.narrative.period import period
from reports.text import date_in


@pytest.mark.parametrize(
    ("title", "kind", "agency", "year"),
    [
        ("甲县水利局2023年政府信息公开工作年度报告", "annual_report", "甲县水利局", 2023),
        ("甲县水利局 2023 年度政府信息公开工作 年度报告", "annual_report", "甲县水利局", 2023),
        ("2023年甲县水利局政府信息公开工作年度报告", "annual_report", "甲县水利局", 2023),
        ("甲县水利局政府信息公开工作2023年度报告", "annual_report", "甲县水利局", 2023),
        ("甲县水利局2023年政府信息公开年报", "annual_report", "甲县水利局", 2023),
        ("县政府办2022年度政府信息公开工作年度报告", "annual_report", "县政府办", 2022),
        ("石桥街道办事处２０２３年信息公开工作年度报告", "annual_report", "石桥街道办事处", 2023),
        ("2022年政府信息公开工作年度报告", "annual_report", None, 2022),
        ("乙市2021年政府信息公开工作年度报告解读", "interpretation", "乙市", 2021),
        ("【图解】乙市财政局2021年政府信息公开工作年度报告", "interpretation", "乙市财政局", 2021),
        ("乙市财政局2016年政府信息公开工作年度报告", "legacy_report", "乙市财政局", 2016),
        ("关于做好2025年政府信息公开工作年度报告编制工作的通知", "notice", None, 2025),
        ("乙市教育局2023年政府网站工作年度报表", "website_report", "乙市教育局", 2023),
    ],
)
def test_a_title_tells_kind_body_and_year(title, kind, agency, year):
    found = classify(title)
    assert (found.kind, found.year) == (kind, year)
    if kind != "website_report":
        assert found.agency == agency


@pytest.mark.parametrize(
    "title",
    [
        "丙县2023年法治政府建设年度报告",
        "丙县2023年政府工作报告",
        "丙县水利局2023年度部门决算公开",
        "2024年政务公开工作要点",
    ],
)
def test_neighbours_in_the_column_are_not_annual_reports(title):
    assert classify(title).kind != "annual_report"


@pytest.mark.parametrize(
    "text",
    [
        "2023年1月5日", "2023-01-05", "2023- 01- 05", "2023-\n01-\n05", "[2023-01-05]", "2023/1/5", "2023.1.5",
        "２０２３－０１－０５", "二〇二三年一月五日", "2023-01-05 09:31",
    ],
)  # fmt: skip
def test_all_printed_forms_of_a_date_are_the_same_day(text):
    assert date_in(text) == date(2023, 1, 5)


@pytest.mark.parametrize(
    "text", ["2026-02-00018", "014329529/2019-00175", "1970-01-01", "电话0955-7630160", "〔2021〕30号"]
)
def test_numbers_that_look_like_dates_are_none(text):
    assert date_in(text) is None


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("统计期限为2022年1月1日至2022年12月31日。", "2022-01-01", "2022-12-31"),
        ("统计时限为202211日至1231日。", "2022-01-01", "2022-12-31"),
        ("所列数据的统计期限自2022年1月1日起至12月31日止", "2022-01-01", "2022-12-31"),
        ("数据统计期限为20221月1日至12月31", "2022-01-01", "2022-12-31"),
        ("所列数据截止日期为2022年12月31日", None, "2022-12-31"),
        ("本报告数据统计期限为2022年1月1日至2022年11月30日", "2022-01-01", "2022-11-30"),
    ],
)
def test_the_period_is_read_though_characters_are_lost(text, start, end):
    found = period(text)
    assert found is not None
    assert (found.start, found.end) == (start, end)


def test_a_period_that_is_not_about_figures_is_none():
    assert period("2022年1月1日至2022年12月31日期间开展整治行动。") is None
