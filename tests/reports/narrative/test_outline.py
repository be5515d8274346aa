"""The six parts are found wherever their headings stand and however they are worded; missing is what is not there at all."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from reports.form.titles import parts
from reports.reader import read
from reports.report import Report
from reports.text import NUMERALS
from tests.reports.narrative.drafts import PREFACE, SECTIONS, TABLES, TITLE, Draft, said, table


def _zh(number: int) -> str:
    return parts()[number - 1].zh


def _page(body: str) -> Report:
    return read(f"<html><head><title>{TITLE}</title></head><body>{body}</body></html>".encode(), "a.html")


def _listed(heading: Callable[[int], str], texts: dict[int, tuple[str, ...]] = SECTIONS) -> Report:
    body = f"<p>{TITLE}</p><p>{PREFACE}</p>"
    for number, paragraphs in texts.items():
        body += heading(number) + "".join(f"<p>{text}</p>" for text in paragraphs)
        body += table(TABLES[number]) if number in TABLES else ""
    return _page(body)


def _glued(gap: str, title: str = TITLE) -> Report:
    text = {number: gap.join(paragraphs) for number, paragraphs in SECTIONS.items()}
    head = {number: f"{NUMERALS[number - 1]}、{_zh(number)}" for number in text}
    return _page(
        f"<table><tr><td>{title}{gap}{PREFACE}{gap}{head[1]}{gap}{text[1]}</td></tr></table><p>{head[2]}</p>{table('proactive')}"
        f"<p>{head[3]}</p>{table('applications')}<p>{head[4]}</p>{table('disputes')}"
        f"<p>{head[5]}{gap}{text[5]}{gap}{head[6]}{gap}{text[6]}</p>"
    )


@pytest.mark.parametrize("gap", [" ", "", "\u3000\u3000"])
def test_headings_in_one_paragraph_or_cell_with_title_and_prose_are_headings(gap):
    report = _glued(gap)
    assert [section.number for section in report.sections] == [1, 2, 3, 4, 5, 6]
    assert (report.details.title, said(report)) == (TITLE, {})


def test_a_heading_right_behind_the_title_is_one():
    report = _page(
        f"<table><tr><td>{TITLE} 一、{_zh(1)} 2024年度，青柳市水务局公开信息31条。（二）依申请公开情况 收到申请3件。"
        "</td></tr></table>"
        + "".join(
            f"<p>{NUMERALS[n - 1]}、{_zh(n)}</p>" + (table(TABLES[n]) if n in TABLES else "") for n in range(2, 7)
        )
    )
    assert "STR-SECTIONS" not in said(report)
    assert report.details.title == TITLE


@pytest.mark.parametrize(
    "heading",
    [
        lambda n: f"<p>{n}.{_zh(n)}</p>",
        lambda n: f"<p>第{NUMERALS[n - 1]}部分 {_zh(n)}</p>",
        lambda n: f"<p>{NUMERALS[n - 1]}、</p><p>{_zh(n)}</p>",
        lambda n: f"<table><tr><td>{NUMERALS[n - 1]}、</td><td>{_zh(n)}</td></tr></table>",
        lambda n: f"<p><b>{_zh(n)}</b></p>",
        lambda n: f"<h3>{NUMERALS[n - 1]} {_zh(n)}</h3>",
    ],
)
def test_a_numeral_may_be_written_in_any_way_stand_alone_or_lack(heading):
    report = _listed(heading)
    assert [section.number for section in report.sections] == [1, 2, 3, 4, 5, 6]
    assert said(report) == {}


@pytest.mark.parametrize(
    ("number", "title"),
    [
        (1, "年度总体情况"), (1, "公开工作进展"), (2, "公开的政府信息"), (3, "依申请公开办理情况"),
        (4, "因信息公开引发的争议情况"), (5, "下一步工作打算"), (5, "困难与建议"), (6, "附则"),
    ],
)  # fmt: skip
def test_a_heading_in_other_words_is_a_title_to_mend_and_no_missing_part(number, title):
    for report in Draft(titles={number: title}).reports():
        found = said(report)
        assert set(found) == {"STR-TITLE"}
        assert title in found["STR-TITLE"].message


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5])
def test_a_part_whose_content_stands_there_without_its_heading_is_not_called_missing(number):
    report = _listed(lambda n: "" if n == number else f"<p>{NUMERALS[n - 1]}、{_zh(n)}</p>")
    assert not set(said(report, "STR-SECTIONS", "FMT-TABLE"))


@pytest.mark.parametrize("number", [5, 6])
def test_a_part_without_heading_number_and_content_is_missing(number):
    texts = {n: paragraphs for n, paragraphs in SECTIONS.items() if n != number}
    found = said(_listed(lambda n: f"<p>{NUMERALS[n - 1]}、{_zh(n)}</p>", texts))["STR-SECTIONS"]
    assert (found.severity, found.needs_review) == ("error", False)


def test_what_a_sentence_or_a_table_of_contents_lists_is_no_heading():
    listed = [f"{NUMERALS[n - 1]}、{_zh(n)}" for n in range(1, 7)]
    for draft in (
        Draft(preface=f"{PREFACE}本报告由{' '.join(listed)}六部分组成。"),
        Draft(head=["目录", *(f"{line} {page}" for page, line in enumerate(listed, 1))]),
    ):
        for report in draft.reports():
            assert said(report) == {}
            assert all(section.text or section.number in TABLES for section in report.sections)


def test_sub_heads_that_reuse_the_numerals_are_no_parts():
    inner = (
        "一、加强领导。",
        "公开信息71条。",
        "二、平台建设。",
        "网站改版，三审三校。",
        "五、加强监督。",
        "收到政府信息公开申请0件。",
    )
    texts = {n: paragraphs for n, paragraphs in SECTIONS.items() if n != 5} | {1: inner}
    for report in Draft(sections=dict(sorted(texts.items()))).reports():
        assert "STR-SECTIONS" in said(report)


def test_a_title_in_one_paragraph_with_the_introduction_is_the_title():
    for gap in (" ", "\u3000\u3000"):
        for report in Draft(title="", preface=f"{TITLE}{gap}{PREFACE}", page_title="年报").reports():
            assert (report.details.title, report.agency, report.year) == (TITLE, "青柳市水务局", 2024)
            assert said(report) == {}
