"""Two reports in one document are not read as one."""

from __future__ import annotations

import io
import random
import re
from dataclasses import replace

import pypdfium2 as pdfium
import pytest

from reports import reader
from tests.makers import docx, html, pdf, report, text

AGENCY = "南浦县统计局"


def truth(year: int, seed: int, agency: str = AGENCY) -> report.Truth:
    made = report.make(seed, form="2021", wrong=(), plain=True)
    old = str(made.year)

    def moved(words: str) -> str:
        return words.replace(old, str(year)).replace(made.agency, agency)

    return replace(
        made,
        year=year,
        agency=agency,
        title=moved(made.title),
        preface=moved(made.preface),
        sections=[(n, title, [moved(line) for line in lines]) for n, title, lines in made.sections],
        signature=[agency, f"{year + 1}年1月10日"],
    )


def page(*truths: report.Truth, title: str = "政府信息公开") -> bytes:
    bodies = []
    for n, one in enumerate(truths):
        found = re.search(
            r"<div id=zoom>(.*)</div></body>", html.render(one, random.Random(n), "plain").decode(), re.DOTALL
        )
        assert found is not None
        bodies.append(found[1])
    return f"<!DOCTYPE html><html><head><title>{title}</title></head><body>{'<hr>'.join(bodies)}</body></html>".encode()


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_two_years_on_one_page_the_later_is_read_whole_and_the_other_named(order):
    both = truth(2024, 3), truth(2023, 8)
    read = reader.read(page(*(both[n] for n in order)), "a.html")
    assert (read.year, read.agency) == (2024, AGENCY)
    verdict = report.judge(both[0], read)
    assert (verdict.silent, verdict.flagged) == ([], [])
    assert any("holds 2 reports" in warning and "2023" in warning for warning in read.warnings)
    assert "2023" not in read.details.body


def test_the_year_in_the_pages_own_title_is_the_one_that_is_read():
    both = truth(2024, 3), truth(2023, 8)
    read = reader.read(page(*both, title=both[1].title), "a.html")
    assert read.year == 2023
    assert report.judge(both[1], read).silent == []


def test_two_bodies_in_one_file_are_two_reports():
    first, second = truth(2024, 3), truth(2024, 8, "望川市审计局")
    read = reader.read(page(first, second), "a.html")
    assert read.agency == AGENCY
    assert report.judge(first, read).silent == []


@pytest.mark.parametrize("maker", [text, docx, pdf])
def test_a_report_beside_other_years_titles_is_one(maker):
    made = truth(2024, 3)
    made.sections[-1][2].append("历年报告")
    made.signature += ["2022年政府信息公开工作年度报告", "2021年政府信息公开工作年度报告"]
    style = {text: "tsv", docx: "merged", pdf: "ruled"}[maker]
    read = reader.read(maker.render(made, random.Random(1), style), "a")
    assert not any("reports; that of" in warning for warning in read.warnings)
    assert report.judge(made, read).silent == []


def test_two_years_in_one_pdf_are_two_reports_though_their_titles_are_wrapped():
    both = truth(2024, 3, "北屏区东关街道办事处综合行政执法队"), truth(2023, 8, "北屏区东关街道办事处综合行政执法队")

    joined = pdfium.PdfDocument.new()
    for one in both:
        joined.import_pages(pdfium.PdfDocument(pdf.render(one, random.Random(4), "ruled")))
    out = io.BytesIO()
    joined.save(out)
    read = reader.read(out.getvalue(), "a.pdf")
    assert read.year == 2024
    assert report.judge(both[0], read).silent == []
