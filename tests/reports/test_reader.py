"""Bytes to a report, in this process: the reference samples, and files that cannot be read."""

from __future__ import annotations

import gzip
import io
import json
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw, ImageFont

from reports.reader import read
from reports.report import Report
from tests.makers import small

HTML_AND_TEXT = ("html", "text")


def truths(shared: Path) -> list[tuple[Path, dict[str, Any]]]:
    out = []
    for listing in (shared / "samples" / "truth.jsonl", shared / "samples" / "seeds" / "truth.jsonl"):
        for line in listing.read_text(encoding="utf-8").splitlines():
            truth = json.loads(line)
            if truth["format"] in HTML_AND_TEXT:
                out.append((listing.parent / truth["file"], truth))
    return out


def wrong_cells(report: Report, truth: dict[str, Any]) -> list[str]:
    out = []
    for key, value in truth["cells"].items():
        cell = (report.cells or {}).get(key)
        got = None if cell is None else cell.value
        same = got is None if value is None else (got is not None and float(got) == float(value))
        if not same and not (key in truth["either"] and got in (None, 0)):
            out.append(f"{key}: printed {value}, read {got}")
    return out


def test_every_cell_of_the_html_and_text_samples_is_read_as_printed(shared):
    for path, truth in truths(shared):
        report = read(path.read_bytes(), path.name)
        assert report.error is None
        assert wrong_cells(report, truth) == [], path.name
        assert report.form == truth["form"]


def test_a_born_digital_sample_leaves_no_cell_in_doubt(shared):
    for path, truth in truths(shared):
        if truth["style"] != "text.seed":
            report = read(path.read_bytes(), path.name)
            assert all(cell.confidence == 1.0 for cell in (report.cells or {}).values()), path.name


def test_a_row_of_six_values_is_short_and_none_of_its_cells_is_guessed(shared):
    report = read((shared / "samples/seeds/001_4455f420e810b9a4.txt").read_bytes(), "a.txt")
    short = {row.key for row in report.details.rows if row.short}
    assert {"granted", "partial"} <= short
    assert report.cells
    cell = report.cells["applications.granted.total"]
    assert cell.value is None
    assert cell.confidence < 0.9


def test_a_left_over_row_of_the_other_form_is_recorded_as_such(shared):
    report = read((shared / "samples/seeds/002_491d5e7aac25b4a8.txt").read_bytes(), "a.txt")
    assert [(row.label, row.foreign) for row in report.details.rows if row.foreign] == [("政府集中采购", "2019")]
    assert report.cells
    licensing = report.cells["proactive.licensing.decisions"]
    assert licensing.value is None
    assert licensing.raw == "行 政许可"
    assert licensing.confidence < 0.9


def test_a_misspelt_column_header_stands_beside_the_forms_own(shared):
    report = read((shared / "samples/seeds/001_4455f420e810b9a4.txt").read_bytes(), "a.txt")
    assert ("applications", "社会组织", "社会公益组织") in report.details.labels


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"%PDF-1.4\n%%EOF", ""),
        (b"<html>" + b"<div>" * 20000, "deeply"),
        (b"<p>" + b"x <b>" * 4_000_000, "MB"),
        ("长".encode() * 3_000_000, "MB"),
        (b"\x1f\x8b\x08garbage", "gzip"),
        (b"PK\x03\x04" + b"\0" * 100, "damaged"),
    ],
)
def test_what_cannot_be_read_is_one_clear_line(data, words):
    report = read(data, "报告.html")
    assert report.error
    assert words in report.error
    assert "\n" not in report.error
    assert report.cells is None
    assert json.loads(report.as_json())["error"]


def test_a_compressed_page_is_inflated_first():
    page = "<h1>某市统计局2023年政府信息公开工作年度报告</h1><p>一、总体情况</p>".encode()
    assert read(gzip.compress(page), "a.html").year == 2023


GOLDEN = Path(__file__).resolve().parents[1] / "data" / "reading"
ANNOUNCEMENT = (
    "<html><head><title>青禾县水利局2023年政府信息公开工作年度报告</title>"
    "<meta name='PubDate' content='2024-01-19'></head><body><p>详见附件。</p></body></html>"
).encode()


def test_a_page_that_only_announces_its_report_is_read_from_the_attachment():
    attached = (GOLDEN / "columns-2021.txt").read_bytes()
    report = read(ANNOUNCEMENT, "t20240119.html", {"P0202401.txt": attached, "logo.txt": b"x" * 300})
    assert report.error is None
    assert report.source.reader == "text"
    assert report.source.bytes == len(ANNOUNCEMENT)
    assert (report.kind, report.agency, report.year) == ("annual_report", "青禾县水利局", 2023)
    assert report.published_on == "2024-01-19"
    assert len(report.sections) == 6
    assert sum(cell.value is not None for cell in (report.cells or {}).values()) == 200


def test_an_attachment_that_cannot_be_read_is_a_warning_and_the_page_stays():
    report = read(ANNOUNCEMENT, "a.html", {"broken.docx": b"PK\x03\x04" + b"\0" * 400})
    assert report.error is None
    assert any("broken.docx" in warning for warning in report.warnings)
    assert report.details.tables["applications"] == "missing"


def test_a_page_with_its_own_tables_does_not_look_into_attachments():
    page = (GOLDEN / "boxes-2021.html").read_bytes()
    other = (GOLDEN / "cell-a-line-2019.txt").read_bytes()
    report = read(page, "a.html", {"last-year.txt": other})
    assert (report.source.reader, report.form) == ("html", "2021")


def test_tables_that_are_pictures_not_at_hand_are_said_to_be_pictures():
    page = "<h1>某市统计局2023年政府信息公开工作年度报告</h1><p>二、主动公开政府信息情况</p><img src='W020240101.png'>"
    report = read(page.encode(), "a.html")
    assert set(report.details.tables.values()) == {"picture"}
    assert report.details.pictures == 1


def test_a_notice_with_the_empty_form_has_no_cells_and_no_form():
    rows = "".join(f"<tr><td>{label}</td><td></td></tr>" for label in ("行政许可", "行政处罚", "行政强制"))
    page = (
        "<h1>关于做好2023年政府信息公开工作年度报告编制工作的通知</h1><p>各单位：请于1月20日前报送。</p>"
        f"<table><tr><td>信息内容</td><td>本年处理决定数量</td></tr>{rows}</table>"
    )
    report = read(page.encode(), "a.html")
    assert report.kind == "notice"
    assert report.form is None
    assert report.cells == {}


@pytest.mark.parametrize(
    "data",
    [
        "第二十条第（一）项 ".encode() + b"1 2 3 4 5 6 7 8 9\n" * 10_000,
        ("<table>" + "<tr><td>（七）总计</td>" + "<td>1</td>" * 7 + "</tr>").encode() * 3_000,
        b"<table><tr><td>" * 600 + b"x",
        "一、本年新收政府信息公开申请数量\t0\t0\t0\t0\t0\t0\t0\n".encode() * 1_500,
    ],
)
def test_repetition_without_end_ends(data):
    report = read(data, "a.txt")
    assert report.error or report.cells is not None


def drawn(*lines: str) -> bytes:
    """A scanned page with these lines of type, 200 dpi."""
    with as_file(files("pylopdf_fonts_zh_cn") / "NotoSerifSC-Regular.otf") as path:
        face = ImageFont.truetype(str(path), 40)
    page = Image.new("L", (1654, 2339), 250)
    for number, line in enumerate(lines):
        ImageDraw.Draw(page).text((160, 200 + 80 * number), line, font=face, fill=20)
    data = io.BytesIO()
    page.save(data, "PNG")
    return data.getvalue()


INTERPRETATION = (
    "云岭县水利局2023年政府信息公开工作年度报告解读",
    "一、编制背景",
    "按照条例规定，云岭县水利局编制了年度报告。",
    "二、主要数据解读",
    "全年共收到政府信息公开申请12件，均已按时答复。",
    "没有因政府信息公开引起的行政复议。",
    *("下一步将继续更新栏目内容，做好各项公开工作。",) * 10,
)


def test_an_interpretation_that_is_a_picture_keeps_its_narrative():
    picture = drawn(*INTERPRETATION)
    scan = io.BytesIO()
    Image.open(io.BytesIO(picture)).save(scan, "PDF", resolution=200.0)
    page = "<html><body><h1>图解</h1><p><img src='a.png'></p></body></html>".encode()
    for report in (read(scan.getvalue(), "a.pdf"), read(page, "a.html", {"a.png": picture})):
        assert (report.kind, report.year, report.agency) == ("interpretation", 2023, "云岭县水利局")
        assert ("applications.new.total", 12) in {(claim.cell, claim.value) for claim in report.claims}
        assert report.details.ocr


def test_a_photograph_with_a_word_on_it_stays_a_picture():
    page = "<html><body><h1>云岭县水利局2023年政府信息公开工作年度报告</h1><img src='a.png'></body></html>".encode()
    report = read(page, "a.html", {"a.png": drawn("云岭县人民政府")})
    assert not report.details.ocr
    assert report.details.pictures == 1


def test_a_file_known_to_be_cut_is_incomplete_whatever_its_bytes_say():
    for name, make in small.DOCUMENTS.items():
        # A plain text that holds one part of six looks cut by itself.
        assert name == "txt" or not read(make(), f"a.{name}").details.incomplete, name
        report = read(make(), f"a.{name}", partial=[f"a.{name}"])
        assert report.details.incomplete, name
        assert any("looks cut" in warning for warning in report.warnings), name


def test_a_report_read_from_an_attachment_that_is_known_to_be_cut_is_incomplete():
    page = "<h1>甲县水利局2023年政府信息公开工作年度报告</h1><p>详见附件。</p>".encode()
    beside = {"a.docx": small.docx(), "b.pdf": small.pdf()}
    assert not read(page, "page.html", beside).details.incomplete
    assert read(page, "page.html", beside, partial=["a.docx", "b.pdf"]).details.incomplete
