"""Letters: who gets one, what it says and what it does not, and the layout an office expects."""

from __future__ import annotations

import io
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import docx
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt

from alerts.calendar import Workdays
from reports.duties import Duty, Ledger, OpenFinding, Sighting, Standing
from reports.report import Cause
from summaries import official
from summaries.letters import Issuer, letters, reply_day

NOW = datetime(2026, 2, 9, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
OFFICE = {7: Issuer("甲县人民政府办公室", 99)}
BY = date(2026, 2, 24)


def standing(number: int, name: str, state: str, **more: object) -> Standing:
    duty = Duty(number, name, "department", "county", 2025, date(2026, 1, 31), office_id=7)
    return Standing(duty, state, source_url=f"http://a{number}.gov.cn/nb/", **more)  # type: ignore[arg-type]


def published(number: int, name: str, state: str = "published", on: date | None = date(2026, 1, 20)) -> Standing:
    seen = Sighting(number, "年报", f"http://a{number}.gov.cn/1.html", "annual_report", "read", NOW, on)
    return standing(number, name, state, sighting=seen)


def finding(number: int, message: str, severity: str = "error", **more: object) -> OpenFinding:
    place = str(more.pop("place", "表三"))
    return OpenFinding(1, number, "某", 2025, "R", severity, message, place=place, basis="第五十条", **more)  # type: ignore[arg-type]


def made(standings: list[Standing], *findings: OpenFinding, offices: dict[int, Issuer] = OFFICE):
    return list(letters(Ledger(2025, NOW, standings, list(findings)), offices, BY))


def text(letter) -> str:
    book = docx.Document(io.BytesIO(official.as_docx(letter.paper)))
    return "\n".join(paragraph.text for paragraph in book.paragraphs)


def test_a_body_whose_report_was_not_found_is_reminded_with_the_day_the_column_and_the_days_gone():
    (letter,) = made([standing(1, "甲县统计局", "missing")])
    said = text(letter)
    assert letter.name == "催报函"
    assert said.startswith("关于催报2025年度政府信息公开工作\n年度报告的函\n甲县统计局：")
    assert "应于2026年1月31日前公布" in said
    assert "截至2026年2月9日9时" in said
    assert "未发现该报告，距期限届满已9天" in said
    assert "http://a1.gov.cn/nb/" in said
    assert "请于2026年2月24日前反馈" in said
    assert said.rstrip().endswith("甲县人民政府办公室\n2026年2月9日")
    assert "逾期" not in said


@pytest.mark.parametrize("state", ["due", "cannot_tell"])
def test_nobody_is_written_to_who_still_has_time_or_of_whom_nothing_can_be_told(state):
    assert made([standing(1, "甲县统计局", state)], finding(1, "合计不等")) == []


def test_certain_faults_are_listed_with_place_and_ground_and_doubtful_reading_is_left_out():
    (letter,) = made(
        [published(2, "甲县教育局")],
        finding(2, "表三总计48与各列之和47不一致。"),
        finding(2, "本年报告说无收费，表二填报380", "warning"),
        finding(2, "识读存疑的一项", needs_review=True),
        finding(2, "人工确认的一项", needs_review=True, state="confirmed"),
        finding(2, "提示的一项", "notice"),
    )
    said = text(letter)
    assert (letter.name, letter.items) == ("整改通知", 3)
    assert "有以下3项需要核实处理" in said
    assert (
        "一、请予更正的事项\n1. 表三总计48与各列之和47不一致（位置：表三；依据：第五十条）。\n2. 人工确认的一项" in said
    )
    assert "二、请予核实的事项\n1. 本年报告说无收费，表二填报380" in said
    assert "识读存疑" not in said
    assert "提示的" not in said
    assert "http://a2.gov.cn/1.html" in said
    assert "公布日期：2026年1月20日" in said


def test_one_wrong_cell_is_one_item_with_what_shows_it_in_the_words_of_the_form():
    cause = Cause("applications.granted.total", "（一）予以公开·总计", "表三，第3行，总计", "13", "12")
    shared: dict[str, Any] = {
        "cause": cause,
        "expected": "12",
        "actual": "13",
        "cells": (cause.cell,),
        "place": cause.place,
    }
    (letter,) = made(
        [published(2, "甲县教育局")],
        finding(2, "某2025年“总计”栏：各项办理结果相加为26，应为25。", **shared),
        finding(2, "某2025年“（一）予以公开”一行：各类申请人相加为12，总计填报为13。", **shared),
        finding(
            2, "本年总计应为7", place="表三，第1行，总计", expected="7", actual="8", cells=("applications.new.total",)
        ),
    )
    said = text(letter)
    assert letter.items == 2
    assert "1. 某2025年“（一）予以公开·总计”填报为13，与其他2处不符，按各处均应为12，请核实（位置：表三“" in said
    assert "佐证：2025年“总计”栏：各项办理结果相加为26，应为25；2025年“（一）予以公开”一行" in said
    assert "2. 本年总计推算为7（位置：表三“一、本年新收政府信息公开申请数量”行、总计列；" in said
    assert "第3行" not in said


def test_a_body_with_notices_or_doubts_alone_gets_none_nor_does_one_without_an_office():
    doubts = (finding(2, "存疑", needs_review=True), finding(2, "提示", "notice"))
    assert made([published(2, "甲县教育局")], *doubts) == []
    assert made([standing(1, "甲县统计局", "missing")], offices={}) == []


def test_an_office_does_not_write_to_the_government_whose_office_it_is():
    assert made([standing(99, "甲县人民政府", "missing")]) == []


def test_an_unknown_day_of_publication_is_not_printed():
    (letter,) = made([published(2, "甲县教育局", on=None)], finding(2, "合计不等"))
    assert "公布日期" not in text(letter)


def test_text_from_reports_stays_text_in_the_document():
    (letter,) = made([published(2, "甲<b>局\x0b")], finding(2, "=cmd|' /C calc'!A0 {{ year }} <w:p/> \ud800"))
    said = text(letter)
    assert "甲<b>局：" in said
    assert "=cmd|' /C calc'!A0 {{ year }} <w:p/>" in said


def test_the_layout_is_that_of_official_papers():
    (letter,) = made([standing(1, "甲县统计局", "missing")])
    book = docx.Document(io.BytesIO(official.as_docx(letter.paper)))
    page = book.sections[0]
    sizes = (page.page_width, page.page_height, page.top_margin, page.left_margin, page.right_margin)
    assert [round(size / Mm(1)) for size in sizes if size] == [210, 297, 37, 28, 26]  # 156 mm of type
    title, to, first = book.paragraphs[:3]
    assert title.alignment == WD_ALIGN_PARAGRAPH.CENTER
    assert title.runs[0].font.size == Pt(22)
    assert 'w:eastAsia="方正小标宋简体"' in title._element.xml
    assert 'w:eastAsia="仿宋_GB2312"' in first._element.xml
    assert first.runs[0].font.size == Pt(16)
    assert first.paragraph_format.first_line_indent == Pt(32)
    assert to.paragraph_format.first_line_indent is None
    assert "PAGE" in page.footer._element.xml
    assert page.footer.paragraphs[0].alignment == WD_ALIGN_PARAGRAPH.RIGHT
    assert page.even_page_footer.paragraphs[0].alignment == WD_ALIGN_PARAGRAPH.LEFT


@pytest.mark.parametrize(
    ("today", "day"),
    [
        ((2026, 2, 9), (2026, 2, 24)),
        ((2026, 2, 6), (2026, 2, 24)),
        ((2026, 1, 30), (2026, 2, 14)),
        ((2026, 3, 20), (2026, 4, 7)),
    ],
)
def test_the_reply_is_due_in_fifteen_days_or_on_the_first_worked_day_after_that(today, day):
    # 春节 until 23 February, the Saturday before it is worked; 清明 until 6 April
    assert reply_day(date(*today), Workdays().is_worked) == date(*day)
