"""A source that breaks off, and a text with another printed over it: nobody is blamed without a look."""

from __future__ import annotations

import gzip
import io

import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from reports.checks import checking
from reports.narrative.wholeness import stops
from reports.reader import read
from tests.reports.narrative.drafts import SECTIONS, Draft, said


def test_the_whole_report_is_whole_in_every_format_and_nothing_is_said_of_it():
    for report in Draft().reports():
        assert not report.details.incomplete
        assert checking.run(report).findings == []


@pytest.mark.parametrize("name", ["a.html", "a.txt"])
def test_of_a_source_cut_anywhere_nothing_is_said_without_a_look(name):
    data = dict(Draft().all())[name]
    for part in range(1, 40):
        report = read(data[: len(data) * part // 40], name)
        assert report.error is not None or all(finding.needs_review for finding in checking.run(report).findings), part


def test_a_compressed_page_without_its_end_is_cut():
    report = read(gzip.compress(Draft().html())[:-900], "a.html")
    assert report.details.incomplete
    assert any("looks cut" in warning for warning in report.warnings)


def test_a_whole_page_that_lacks_its_last_part_is_blamed_for_it():
    sections = {number: texts for number, texts in SECTIONS.items() if number != 6}
    for report in Draft(sections=sections, foot=("青柳市水务局", "2025年1月20日")).reports():
        assert said(report, "STR-SECTIONS")["STR-SECTIONS"].needs_review is False


def test_a_plain_text_that_ends_without_its_last_part_or_a_signature_may_be_cut():
    sections = {number: texts for number, texts in SECTIONS.items() if number != 6}
    report = read(Draft(sections=sections).text(), "a.txt")
    assert said(report, "STR-SECTIONS")["STR-SECTIONS"].needs_review is True


@pytest.mark.parametrize(
    "line",
    [
        "（三）政府信息管理。严格落",
        "下一步，我们将加强业务",
        "我局通过政府网站主动公开各类政府信息共计七",
        "五、存在的主要问",
        "完善审核\ufffd",
    ],
)
def test_a_line_that_stops_in_mid_sentence_is_one(line):
    assert stops(line)


@pytest.mark.parametrize(
    "line",
    [
        "无",
        "无其他需要报告的事项",
        "无其他需要报告的事项。",
        "青柳市水务局",
        "2025年1月20日",
        "青柳市水务局办公室 2025年1月20日",
        "联系电话：0555-1234567，地址：青柳市水务局",
        "扫一扫在手机打开当前页，分享到微信朋友圈",
        "附件：青柳市水务局2024年政府信息公开工作年度报告",
        "六、其他需要报告的事项",
    ],
)
def test_an_answer_a_name_a_day_and_a_pages_furniture_are_no_cut_lines(line):
    assert not stops(line)


def _page(mark: str, size: float, step: int) -> bytes:
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842))
    canvas.setFont("STSong-Light", 10)
    lines = [line for line in Draft().lines() if len(line) > 12 or "、" in line]
    for number, line in enumerate(lines):
        canvas.drawString(50, 780 - 14 * number, str(line)[:48])
    canvas.setFont("STSong-Light", size)
    for y in range(60, 800, step):
        for x in range(60, 500, 100):
            canvas.drawString(x, y, mark)
    canvas.save()
    return out.getvalue()


@pytest.mark.parametrize(("mark", "size", "step"), [("内部资料", 9, 37), ("政务公开2024", 9, 33), ("青柳水务", 12, 61)])
def test_an_upright_watermark_puts_all_that_is_said_of_the_text_in_doubt(mark, size, step):
    report = read(_page(mark, size, step), "a.pdf")
    assert report.details.overprinted
    assert all(finding.needs_review for finding in checking.run(report).findings)


def test_a_page_without_a_watermark_is_not_overprinted():
    assert not read(_page(" ", 9, 37), "a.pdf").details.overprinted
