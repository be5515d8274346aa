"""Heads of reports as portals and clerks make them: period, title, body and day in every notation, beside numbers,
addresses and menus that name other years."""

from __future__ import annotations

import pytest

from reports import dates
from reports.narrative.classify import classify
from reports.narrative.period import period
from reports.reader import read
from tests.reports.narrative.drafts import Draft

BODY = "青柳市水务局"


@pytest.mark.parametrize(
    "text",
    [
        "本报告所列数据的统计期限为2024.1.1-2024.12.31。", "统计数据期限：2024.01.01—2024.12.31。",
        "本报告中所列数据统计期限自2024年1月1日起至12月31日止。", "数据统计时限为二〇二四年一月一日至十二月三十一日。",
        "本报告统计期限为2024年1月1日零时至2024年12月31日24时。", "所列数据统计期为2024年1月1日-12月31日。",
        "本年度报告所列数据的统计期限从2024年1月1日开始，到2024年12月31日结束。", "统计期限：2024/1/1至2024/12/31。",
        "报告中数据统计区间为2024年1月～12月。", "本报告数据统计周期为2024年全年（1月1日至12月31日）。",
        "本报告所列数据统计期限自2024年元月1日起至2024年12月31日止。", "统计时间为２０２４年１月１日至２０２４年１２月３１日。",
        "数据统计期限自2024年1月1日（含）至2024年12月31日（含）。", "本报告所涉数据的统计时段为2024-01-01至2024-12-31。",
        "本报告所列数据统计期限为自2024年1月1日起，至2024年12月31日止。", "统计期限为20240101-20241231。",
        "数据统计期限为2024年1月1日至同年12月31日。", "本报告数据起止时间：2024年1月1日——2024年12月31日。",
        "统计期限为二○二四年元月一日起至二○二四年十二月三十一日止。", "数据统计时间为2024年1月1日00:00至2024年12月31日24:00。",
    ],
)  # fmt: skip
def test_the_period_is_read_in_every_notation(text):
    found = period("本报告根据《中华人民共和国政府信息公开条例》编制。" + text)
    assert found is not None
    assert (found.start, found.end) == ("2024-01-01", "2024-12-31")


@pytest.mark.parametrize(
    "title",
    [
        "青柳市水务局二〇二四年度政府信息公开工作年度报告", "2024年度青柳市水务局政府信息公开工作年度报告",
        "关于青柳市水务局2024年政府信息公开工作年度报告的公示", "青柳市水务局政府信息公开工作2024年度报告",
        "青柳市水务局政府信息公开年度报告（2024）", "【年报】青柳市水务局2024年政府信息公开工作年度报告",
        "青柳市水务局２０２４年政府信息公开工作年度报告", "青柳市水务局 2024 年 政府信息公开 工作年度报告",
        "青柳市水务局关于2024年度政府信息公开工作情况的报告", "《青柳市水务局2024年政府信息公开工作年度报告》",
        "青柳市水务局2024年政府信息公开工作年度报告-青柳市人民政府",
        "青柳市水务局2024年政府信息公开工作年度报告 | 政府信息公开年报 | 青柳市水务局",
        "青柳政务网_青柳市水务局2024年政府信息公开工作年度报告", "青柳市水务局青柳市水务局2024年政府信息公开工作年度报告",
    ],
)  # fmt: skip
def test_a_title_in_any_order_tells_kind_body_and_year(title):
    assert classify(title) == classify("青柳市水务局2024年政府信息公开工作年度报告")


@pytest.mark.parametrize(
    "above",
    [
        "索引号：11370100MB2023001X/2023-00045", "地址：青柳市2023路18号", "2023年报  2022年报  2021年报  2020年报",
        "建党100周年 2021年专题", "版权所有 © 2019-2023 青柳市人民政府", "今天是2026年3月2日 星期一",
        "http://www.qingliu.gov.cn/art/2023/1/30/art_2023_99.html", "当前位置：首页 / 政府信息公开 / 政府信息公开年报 / 2022",
    ],
)  # fmt: skip
def test_what_stands_above_a_title_without_its_year_lends_it_none(above):
    named = read(Draft(above=(above,)).text(), "a.txt")
    assert (named.year, named.agency) == (2024, BODY)
    bare = read(Draft(above=(above,), title="政府信息公开工作年度报告", foot=(BODY,)).text(), "a.txt")
    assert (bare.year, bare.agency) == (2024, BODY)


@pytest.mark.parametrize(
    "changed",
    [
        {"head": ("发布机构：青柳市水务局    发布日期：2025-01-20",)}, {"foot": (BODY, "2025年1月20日")}, {"above": (BODY,)},
        {"foot": ("（此件公开发布）", BODY, "二〇二五年一月二十日")}, {"head": ("公开主体：青柳市水务局",)},
        {"head": ("来源：水务局", "发布机构：青柳市水务局")}, {"head": ("责任单位：青柳市水务局　　文号：无",)},
        {"preface": "现将青柳市水务局2024年度政府信息公开工作情况报告如下。统计期限为2024年1月1日至2024年12月31日。"},
        {"preface": "本报告由青柳市水务局编制，统计期限为2024年1月1日至2024年12月31日。"},
    ],
)  # fmt: skip
def test_the_body_is_found_where_the_title_names_none(changed):
    report = read(Draft(title="2024年政府信息公开工作年度报告", **changed).text(), "a.txt")
    assert (report.agency, report.year) == (BODY, 2024)


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("发布时间：2025-01-21 09:03:44", "2025-01-21"), ("时间：2025-01-21 09:03", "2025-01-21"),
        ("日期：2025年1月21日 来源：本站", "2025-01-21"), ("成文日期：2025-01-10 发布日期：2025-01-21", "2025-01-21"),
        ("生成日期：2025-01-10 公开日期：2025-01-21", "2025-01-21"), ("成文日期：2025年01月10日", None),
        ("生成日期 2025-01-10", None), ("印发日期：2025-01-10", None), ("发布时间：2025/1/21", "2025-01-21"),
        ("【发布时间】2025年1月21日", "2025-01-21"), ("发布日期: 2025-01-21T09:03:44+08:00", "2025-01-21"),
        ("日期 ： 2025-01-21 16:00:00.0", "2025-01-21"), ("更新时间：2025-03-02 发布时间：2025-01-21", "2025-01-21"),
        ("发布时间：20250121", "2025-01-21"), ("刊发时间：2025年1月21日上午9时", "2025-01-21"),
    ],
)  # fmt: skip
def test_the_day_of_publication_in_every_notation(line, day):
    found = dates.published(["青柳市水务局2024年政府信息公开工作年度报告", line], "", 2024)
    assert (found.isoformat() if found else None) == day


def test_a_title_with_words_behind_it_does_not_run_on_into_the_introduction():
    for title in (
        "关于青柳市水务局2024年政府信息公开工作年度报告的公示",
        "青柳市水务局2024年政府信息公开年报（公开稿）",
    ):
        report = read(Draft(title=title).text(), "a.txt")
        assert report.details.title == title
