"""Files that break off: what is whole of them is read, and nothing is said for sure of what is not there."""

from __future__ import annotations

import io
import random
import zipfile
from functools import cache
from types import ModuleType

import pytest

from reports.checks import checking
from reports.reader import read
from reports.report import Report
from tests.makers import docx, html, odt, ofd, pdf, report, rtf, sheet, small, text
from tests.reports.narrative.drafts import Draft

SURE = 0.9
MADE: dict[str, tuple[ModuleType, str]] = {
    "html": (html, next(iter(html.STYLES))),
    "txt": (text, next(iter(text.STYLES))),
    "pdf": (pdf, "split"),
    "ofd": (ofd, "ruled"),
    "docx": (docx, "merged"),
    "odt": (odt, "merged"),
    "rtf": (rtf, "gbk"),
    "xlsx": (sheet, "sheets"),
    "xls": (sheet, "xls"),
}


@cache
def whole(kind: str) -> tuple[bytes, Report]:
    maker, style = MADE[kind]
    data = maker.render(report.make(11), random.Random(11), style)
    return data, read(data, f"a.{kind}")


@pytest.mark.parametrize("kind", MADE)
def test_of_a_file_cut_anywhere_nothing_is_said_for_sure_of_what_is_not_there(kind):
    data, complete = whole(kind)
    assert not complete.details.incomplete
    assert complete.cells
    rng = random.Random(kind)
    for _ in range(20):
        at = rng.randrange(len(data) // 20, len(data) - 1)
        found = read(data[:at], f"a.{kind}")
        if found.error is not None:
            continue
        assert [f.rule for f in checking.run(found).findings if not f.needs_review] == [], at
        for key, cell in (found.cells or {}).items():
            assert cell.confidence < SURE or cell.value == complete.cells[key].value, (at, key)


@pytest.mark.parametrize("kind", sorted(set(small.DOCUMENTS) - {"txt"}))
def test_a_small_file_without_its_last_tenth_is_incomplete_or_no_file(kind):
    data = small.DOCUMENTS[kind]()
    found = read(data[: len(data) * 9 // 10], f"a.{kind}")
    assert found.error is not None or found.details.incomplete


@pytest.mark.parametrize("kind", ["docx", "odt", "ofd", "pdf", "rtf"])
def test_what_is_whole_of_a_file_without_its_end_is_read(kind):
    data = small.DOCUMENTS[kind]()
    cut = {"pdf": data.rfind(b"xref\n"), "rtf": len(data) - 1}.get(kind, data.find(b"PK\x01\x02"))
    found = read(data[:cut], f"a.{kind}")
    assert found.details.incomplete
    assert any("looks cut" in warning for warning in found.warnings)
    assert found.cells
    assert {key: found.cells[key].value for key in small.CELLS} == small.CELLS


def test_an_archive_without_its_directory_is_read_as_far_as_it_goes_and_said_to_be_cut():
    data = small.zipped({"甲.html": Draft().html(), "乙.html": b"0" * 400}, zipfile.ZIP_STORED)
    found = read(data[: data.find(b"PK\x01\x02") - 100], "a.zip")
    assert found.details.incomplete
    assert found.year == 2024


def test_a_container_with_its_directory_is_whole():
    out = io.BytesIO(small.docx() + b"\0" * 300)  # what a server adds behind
    assert not read(out.getvalue(), "a.docx").details.incomplete


def test_a_pdf_that_is_changed_and_saved_again_is_whole():
    data = small.pdf()
    assert not read(data + b"\n" * 3000, "a.pdf").details.incomplete
    later = data + b"\n99 0 obj\n<<>>\nendobj\n"
    assert read(later, "a.pdf").details.incomplete
    assert not read(later + b"xref\n0 0\ntrailer\n<<>>\n%%EOF\n", "a.pdf").details.incomplete


@pytest.mark.parametrize(
    "attached", [b"%PDF-1.4 broken" * 40, small.docx()[:400], b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 60]
)
def test_a_page_whose_attachment_cannot_be_read_lacks_nothing_for_sure(attached):
    page = "<h1>甲县水利局2023年政府信息公开工作年度报告</h1><p>一、总体情况</p><p>全文见附件。</p>".encode()
    alone = checking.run(read(page, "a.html")).findings
    found = read(page, "a.html", {"https://a.example/年报.pdf": attached})
    assert any(not finding.needs_review for finding in alone)
    assert [finding.rule for finding in checking.run(found).findings if not finding.needs_review] == []


def test_a_small_picture_beside_a_page_that_cannot_be_read_takes_nothing_away():
    found = read(Draft().html(), "a.html", {"https://a.example/logo.png": b"\x89PNG\r\n\x1a\n" + b"x" * 300})
    assert not found.details.incomplete


def test_an_archive_of_which_a_file_cannot_be_read_lacks_nothing_for_sure():
    report = small.zipped({"a.html": small.html(), "附表.docx": small.docx()[:400]})
    assert [finding.rule for finding in checking.run(read(report, "a.zip")).findings if not finding.needs_review] == []
