"""Whose report it is, of which year and of what kind, by the evidence of the document: never by a number, an address, a
navigation line or a piece of prose."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reports.narrative.classify import classify, own_title
from reports.narrative.names import is_name
from reports.reader import read
from tests.reports.narrative.drafts import PREFACE, SECTIONS, TITLE, Draft, said

BODY, YEAR = "青柳市水务局", 2024


# ------------------------------------------------------------------ without a title


def test_a_report_without_a_title_is_a_report_and_has_no_title_to_blame():
    for report in Draft(title="", page_title="青柳市政府信息公开").reports():
        assert (report.kind, report.year, report.agency) == ("annual_report", YEAR, None)
        assert report.details.title == ""
        assert said(report) == {}


@pytest.mark.parametrize(
    "head",
    [
        ("索引号：002480000/2025-00209", "发布机构：青柳市水务局"),
        (
            "索引号 | 002480000/2025-00209 | 发布机构 | 青柳市水务局 | |",
            "公开方式 | 主动公开 | 公开范围 | 面向全社会 | |",
            "文 号 | 有 效 性 |",
        ),
        ("发布机构：青柳市水务局索引号：002480000/2025-00209",),
        ("索 引 号：11330100/2025-000021 发 布 机 构：青柳市水务局 文号：青水〔2025〕3号",),
        ("首页>政务公开>2023年>政府信息公开年报>", "发文单位：青柳市水务局"),
        ("索引号", "640500-2025-00012", "公开责任部门", "青柳市水务局"),
    ],
)
def test_the_year_of_an_index_number_or_of_the_navigation_is_not_the_reports(head):
    for report in Draft(title="", head=head, page_title="年度报告").reports():
        assert (report.year, report.agency, report.kind) == (YEAR, BODY, "annual_report")
        assert said(report) == {}


def test_an_index_number_in_the_file_name_is_no_year():
    assert classify("002480000/2025-00209年报").year is None


# ------------------------------------------------------------------ the body


@pytest.mark.parametrize(
    "above",
    [
        ("当前位置：首页 > 信息公开 >", "文件编号：   发布机构：   青柳市水务局"),
        ("您的位置：首页 > 政府信息公开年报", "来源：青柳市水务局  浏览次数：31"),
        ("您当前的位置：首页 >> 信息公开 >> 年度报告 >> 2023年",),
        ("首页 > 政务公开 > 法定主动公开内容 > 政府信息公开年报",),
        ("2023年政府信息公开工作年度报告", "2022年政府信息公开工作年度报告", "2021年政府信息公开工作年度报告"),
        ("青柳市水务局",),
    ],
)
def test_a_label_above_the_title_does_not_double_the_bodys_name(above):
    for report in Draft(above=above).reports():
        assert report.agency == BODY
        assert report.details.title == TITLE


def test_a_title_broken_over_three_lines_is_one():
    lines = ("青柳市水务局", "2024年政府信息公开工作", "年度报告")
    for report in Draft(above=lines[:2], title=lines[2], page_title="年报").reports():
        assert (report.details.title, report.agency, report.year) == (TITLE, BODY, YEAR)
        assert said(report) == {}


@pytest.mark.parametrize(
    ("title", "own"),
    [
        ("青柳市人民政府 年度报告 市水务局2024年度政府信息公开工作年度报告", "市水务局"),
        ("青柳市人民政府 青柳市水务局2024年政府信息公开工作年度报告", BODY),
        ("青柳市人民政府门户网站-年度报告-青柳市水务局2024年政府信息公开工作年度报告", BODY),
        ("青柳市水务局2024年政府信息公开工作年度报告_青柳市人民政府", BODY),
        ("政府信息公开年报 | 青柳市水务局2024年政府信息公开工作年度报告 | 青柳市人民政府", BODY),
        ("青柳市人民政府青柳市水务局2024年政府信息公开工作年度报告", BODY),
        ("青柳市 水务局2024年政府信息公开工作年度报告", BODY),
        ("青柳市水务局 2024 年度政府信息公开工作 年度报告", BODY),
        ("市公安局 桥东分局2024年政府信息公开工作年度报告", "市公安局桥东分局"),
        ("青柳市人民政府办公室2024年政府信息公开工作年度报告", "青柳市人民政府办公室"),
        ("青柳市水务局青柳市水务局2024年政府信息公开工作年度报告", BODY),
    ],
)
def test_the_sites_name_before_a_title_is_not_the_body(title, own):
    assert classify(title).agency == own
    assert classify(title).year == YEAR
    report = read(Draft(title="", page_title=title).html(), "a.html")
    assert report.agency == own


def test_the_title_of_a_page_is_printed_without_the_sites_name():
    title = "青柳市人民政府 年度报告 市水务局2024年政府信息公开工作年度报告"
    assert own_title(title) == "市水务局2024年政府信息公开工作年度报告"
    assert said(read(Draft(title="", page_title=title).html(), "a.html")) == {}


@pytest.mark.parametrize(
    ("head", "foot"),
    [
        (("发布机构: 青柳市水务局", "发布日期: 2025-01-19"), ()),
        (("发布单位 青柳市水务局",), ()),
        ((), ("青柳市水务局", "2025年1月19日")),
        ((), ("青柳市水务局（盖章）",)),
    ],
)
def test_the_body_is_the_one_that_issues_or_signs_where_no_title_names_it(head, foot):
    for report in Draft(title="", head=head, foot=foot, page_title="青柳市政府信息公开").reports():
        assert report.agency == BODY


def test_the_body_is_the_subject_of_the_first_sentence_where_nothing_else_names_it():
    for report in Draft(title="", preface=BODY + PREFACE, page_title="").reports():
        assert report.agency == BODY


@pytest.mark.parametrize(
    "prose",
    [
        "本报告是根据《中华人民共和国政府信息公开条例》要求，主要从总体情况、其他需要报告的事项等六个方面汇报我镇2024年政府信息公开工作。",
        "现从六个方面报告我局2024年政府信息公开工作情况。",
        "以下内容为全区各部门2024年政府信息公开工作的情况。",
    ],
)
def test_a_piece_of_prose_is_no_body(prose):
    sections = SECTIONS | {1: (prose, *SECTIONS[1])}
    for report in Draft(title="", preface="", sections=sections, page_title="").reports():
        assert report.agency is None
        assert report.year == YEAR


@pytest.mark.parametrize(
    "name", ["事项等六个方面汇报我镇", "情况报告如下的单位", "由青柳市水务局", "第一部分总体情况办"]
)
def test_a_sentence_is_no_name(name):
    assert not is_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "青柳市水务局",
        "向阳镇",
        "住房和城乡建设局",
        "对外联络服务中心",
        "和平区人民政府",
        "青柳市突发事件预警信息发布中心",
        "生态环境局郧阳分局",
    ],
)
def test_a_name_with_words_of_prose_in_it_is_one(name):
    assert is_name(name)


# ------------------------------------------------------------------ the year


@pytest.mark.parametrize(
    "sentence",
    [
        "现公布青柳市水务局2023年政府信息公开工作年度报告。",
        "根据条例要求，编制青柳市水务局2023年度政府信息公开年度报告。",
        "现将2023年度政府信息公开工作报告公布如下。",
    ],
)
def test_a_preface_that_announces_another_year_than_the_title_is_a_conflict(sentence):
    for report in Draft(preface=sentence).reports():
        assert report.year == YEAR
        found = said(report, "YR-CONFLICT")["YR-CONFLICT"]
        assert found.needs_review is False
        assert "引言" in found.message


@pytest.mark.parametrize(
    "sentence",
    [
        "现公布青柳市水务局2024年政府信息公开工作年度报告。",
        "根据《关于做好2023年政府信息公开工作年度报告编制和发布工作的通知》要求，编制本报告。",
        "我局已公布2023年政府信息公开工作年度报告。",
        "根据市政府办公室2025年政府信息公开工作年度报告的编制要求，形成本报告。",
    ],
)
def test_a_preface_that_names_another_paper_is_none(sentence):
    for report in Draft(preface=PREFACE + sentence).reports():
        assert "YR-CONFLICT" not in said(report)
        assert report.year == YEAR


@pytest.mark.parametrize(
    ("note", "conflict"),
    [
        ("注：2023年为12件，2022年为9件", False),
        ("上年（2023年）结转件数", False),
        ("其中2023年结转数量", False),
        ("2023年制发12件", False),
        ("2023年度主动公开政府信息情况", True),
    ],
)
def test_a_note_in_a_table_is_no_caption_that_names_its_year(note, conflict):
    page = Draft().html().decode()
    at = page.rindex("<tr>", 0, page.index("</table>"))
    report = read(f"{page[:at]}<tr><td>{note}</td></tr>{page[at:]}".encode(), "a.html")
    assert ("YR-CONFLICT" in said(report)) == conflict


@pytest.mark.parametrize(
    "opening",
    [
        "2023年底前建成的专栏更新71条。",
        "2022年至2024年共公开信息71条。",
        "2023年12月，我局印发制度1个。",
        "2023年以来公开信息71条。",
    ],
)
def test_a_section_that_opens_with_a_date_or_a_stretch_of_years_is_no_conflict(opening):
    sections = SECTIONS | {1: (f"（一）主动公开。{opening}", *SECTIONS[1][1:])}
    for report in Draft(sections=sections).reports():
        assert said(report) == {}


# ------------------------------------------------------------------ the kind


@pytest.mark.parametrize(
    "preface",
    [
        "根据条例规定，现公布青柳市水务局2024年政府信息公开工作年度报告。本报告由总体情况等六部分组成。",
        "按照政府信息公开有关要求，编制本年度报告。",
        "本报告所列数据的统计期限为2024年1月1日至2024年12月31日，欢迎查阅政府信息公开栏目。",
    ],
)
def test_a_cut_report_without_a_title_that_says_what_it_is_is_a_report_in_doubt(preface):
    whole = replace(Draft(title="", page_title=""), preface=preface)
    for name, data in (("a.html", whole.html()), ("a.txt", whole.text())):
        mark = "（三）政府信息管理。严格".encode()
        report = read(data[: data.index(mark) + len(mark)], name)
        assert report.kind == "annual_report"
        assert report.details.incomplete
        assert all(finding.needs_review for finding in said(report).values())


def test_news_of_a_report_is_no_report():
    page = (
        "<html><body><h1>青柳市水务局召开政务公开部署会</h1>"
        "<p>会议要求，各科室配合编制并按时发布政府信息公开工作年度报告。会后形成本年度报告初稿。</p></body></html>"
    )
    assert read(page.encode(), "a.html").kind == "other"
