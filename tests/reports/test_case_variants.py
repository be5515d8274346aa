"""For each kind of the reference documents two more, in other formats and wordings: read right, or flagged.

Each is a sound report with one thing put into it; its kind is the first word of its name. The chart of kinds and tests is
this table."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from reports.checks import checking
from reports.reader import read
from reports.report import Finding, Report
from tests.reports.narrative.drafts import SECTIONS, TITLE, Draft
from tests.reports.test_other_words import CELLS

BODY = "青柳市水务局"
SURE = 0.9
NEW = "applications.new.natural_person"
# What is said of figures, of parts that lack and of the document itself: none of it holds of a sound report.
ACCUSING = ("APP-", "NAR-", "PRO-", "DIS-", "STR-SECTIONS", "FMT-TABLE", "FMT-BLANK", "READ-KIND", "YR-")

UNNAMED = frozenset({"YR-TITLE"})  # true of a title that names no body
NO_PERIOD = frozenset({"YR-PERIOD-MISSING"})


def draft(line: str = "", **changes: object) -> Draft:
    """The sound report, with ``line`` for what it says of requests."""
    sections = dict(SECTIONS)
    if line:
        sections[1] = (sections[1][0], f"（二）依申请公开。{line}", *sections[1][2:])
    else:
        sections[1] = (sections[1][0], "（二）依申请公开。全年收到政府信息公开申请14件。", *sections[1][2:])
    return Draft(**{"sections": sections, "cells": CELLS, **changes})  # type: ignore[arg-type]


def figure(markup: str) -> Callable[[], bytes]:
    """A page with a figure of 表三 (12 natural persons) written otherwise."""

    def made() -> bytes:
        page = draft().html().decode()
        assert page.count("<td>12</td>") >= 1
        return page.replace("<td>12</td>", f"<td>{markup}</td>", 1).encode()

    return made


def word(run: str) -> Callable[[], bytes]:
    """The same in a Word file: runs for the figure's own."""

    def made() -> bytes:
        with zipfile.ZipFile(io.BytesIO(draft().docx())) as package:
            text = package.read("word/document.xml").decode()
        plain = "<w:r><w:t xml:space='preserve'>12</w:t></w:r>"
        assert plain in text
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as package:
            package.writestr("word/document.xml", text.replace(plain, run, 1))
        return out.getvalue()

    return made


@dataclass(frozen=True)
class Variant:
    """A document and what is right of it. ``says``: rules that must speak, with a look or without; ``agency`` and ``day``
    where they are the point, ``cut`` whether it must be called incomplete; ``figure`` what the cell may hold for sure."""

    kind: str
    name: str
    make: Callable[[], bytes]
    says: frozenset[str] = field(default_factory=frozenset)
    agency: tuple[str | None, ...] | None = None
    day: str | None = None
    cut: bool = False
    figure: int | None = None
    year: int | None = 2024
    allowed: frozenset[str] = field(default_factory=frozenset)


def run(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


RAISED, LOWERED = '<w:vertAlign w:val="superscript"/>', '<w:vertAlign w:val="subscript"/>'


def told(kind: str, *lines: str) -> list[Variant]:
    """Sentences that agree with the tables, in turn in a page, a text and a Word file."""
    makers = (("a.txt", "text"), ("a.docx", "docx"), ("a.html", "html"))
    return [
        Variant(kind, makers[n % 3][0], lambda line=line, how=makers[n % 3][1]: getattr(draft(line), how)())  # type: ignore[misc]
        for n, line in enumerate(lines)
    ]


def cut_html(share: float) -> bytes:
    page = draft().html()
    return page[: int(len(page) * share)].decode(errors="ignore").encode()


def cut_text(share: float) -> bytes:
    text = draft().text()
    return text[: int(len(text) * share)].decode(errors="ignore").encode()


def heading_in_cell(form: str) -> bytes:
    page = draft().html().decode()
    first = "<p>一、总体情况</p>"
    assert first in page
    return page.replace(first, form.format("一、总体情况")).encode()


VARIANTS = [
    Variant("k01a", "a.html", figure("12<span style='vertical-align:super;font-size:60%'>[1]</span>"), figure=12),
    Variant("k01a", "b.txt", lambda: draft().text().replace(b"| 12 |", "| 12① |".encode(), 1), figure=12),
    Variant("k01b", "a.docx", word(run("12") + run("1", LOWERED)), figure=12),
    Variant("k01b", "b.docx", word(run("12") + run("注1", RAISED)), figure=12),
    Variant("k02a", "a.html", figure("<del>9</del>12"), figure=12),
    Variant("k02a", "b.docx", word(run("9", "<w:dstrike/>") + run("12")), figure=12),
    Variant("k03a", "a.html", lambda: cut_html(0.5), cut=True),
    Variant("k03a", "b.txt", lambda: cut_text(0.45), cut=True),
    Variant("k03d", "a.html", lambda: cut_html(0.3), cut=True),
    Variant("k03d", "b.txt", lambda: cut_text(0.33), cut=True),
    *told("k04a", "全年收到申请14件，按提交渠道分：信函5件、网上8件、当面1件。",
          "通过信函收到5件、网络收到8件、当面收到1件，共计14件申请。"),
    *told("k04b", "全年收到申请14件（网上8件，邮寄5件，窗口1件），均已受理。", "收到申请14件，其中来信5件、来访1件、网络8件。"),
    *told("k04c", "网上申请9件，书面申请5件，合计收到申请14件。", "共收到申请14件，线上9件、线下5件。"),
    *told("k05a", "全年收到并办理申请16件（含上年结转2件）。", "本年度处理申请16件，其中2件为2023年结转。"),
    *told("k06a", "办结15件，另有1件因征求第三方意见延至2025年办理。", "答复15件，1件将于下一年度答复。"),
    *told("k06b", "办结本年申请13件，办结上年结转2件。", "办结当年申请13件，上年结转的2件也已办结，共办结15件。"),
    *told("k07a", "2023年收到申请20件，2024年收到申请14件。", "收到申请14件，比2023年的20件减少6件。"),
    *told("k08a", "收到自然人申请12件、商业企业申请2件。", "按申请人分，自然人12件，企业2件。"),
    *told("k09a", "政府信息公开申请总量14件。", "依申请公开业务量为14件。"),
    Variant("k10a", "a.html", lambda: draft(title="", page_title="").html(), agency=(None, BODY)),
    Variant("k10a", "b.docx", lambda: draft(title="").docx(), agency=(None, BODY)),
    Variant("k11a", "a.html", lambda: draft(above=("索引号：QL2019-00012",)).html(), agency=(BODY,)),
    Variant("k11a", "b.txt", lambda: draft(above=("信息索引号 11370000MB2019/2021-00031",)).text(), agency=(BODY,)),
    Variant("k12a", "a.html", lambda: draft(above=(BODY,), title=TITLE).html(), agency=(BODY,)),
    Variant("k12a", "b.docx", lambda: draft(above=(BODY, BODY), foot=(BODY, "2025年1月20日")).docx(), agency=(BODY,)),
    Variant("k12b", "a.txt",
            lambda: draft(title="", preface="各科室要高度重视，切实做好2024年政府信息公开工作。").text(),
            agency=(None,),
            allowed=NO_PERIOD),
    Variant("k12b", "b.html",
            lambda: draft(title="", page_title="", preface="在局党组坚强领导下，工作有序推进，现将2024年情况报告如下。").html(),

            agency=(None, BODY), allowed=NO_PERIOD),
    Variant("k13a", "a.html", lambda: draft(head=("发布时间：2025-01-21 09:30 来源：本站",)).html(), day="2025-01-21"),
    Variant("k13a", "b.txt", lambda: draft(head=("时间：2025年1月21日 浏览次数：31",)).text(), day="2025-01-21"),
    Variant("k13b", "a.txt", lambda: draft(head=("发布日期：2025-01-20 16:02:11",)).text(), day="2025-01-20"),
    Variant("k13b", "b.html", lambda: draft(head=("2025/01/20 16:02:11",)).html(), day="2025-01-20"),
    Variant("k14a", "a.html", lambda: heading_in_cell("<table><tr><td><b>{}</b></td></tr></table>")),
    Variant("k14a", "b.html", lambda: heading_in_cell("<div><span>{}</span></div>")),
    Variant("k17a", "a.txt", lambda: draft("收到申请14件，办结  件。").text(), says=frozenset({"STR-PLACEHOLDER"})),
    Variant("k17a", "b.docx", lambda: draft("收到申请14件，同比增加____件。").docx(), says=frozenset({"STR-PLACEHOLDER"})),
    Variant("k17b", "a.txt",
            lambda: draft(preface=draft().preface.replace("〔2021〕30号", "〔2012〕30号")).text(),
            says=frozenset({"STR-BASIS"})),
    Variant("k17b", "b.docx",
            lambda: draft(preface=draft().preface.replace("〔2021〕30号", "〔2021〕3号")).docx(),
            says=frozenset({"STR-BASIS"})),
    Variant("k17e", "a.txt", lambda: draft(titles={2: "主动公开政府信息情"}).text(), says=frozenset({"STR-MANGLED"})),
    Variant("k17e", "b.docx", lambda: draft(titles={3: "收到和处理政府信息开申请情况"}).docx(), says=frozenset({"STR-MANGLED"})),
    *told("k18a", "收到申请14件，依法不予公开0件，无法提供3件。", "答复15件，其中予以公开和部分公开12件，无法提供3件。"),
    Variant("k19a", "a.html", lambda: cut_html(0.2), cut=True),
    Variant("k19a", "b.txt", lambda: cut_text(0.2), cut=True),
    Variant("k20a", "a.docx", lambda: draft("收到申请14件。全年行政事业性收费258.5万元。").docx()),
    Variant("k20a", "b.txt",
            lambda: draft("收到申请14件。行政事业性收费约0.03亿元。", cells=CELLS).text()),
    Variant("k21a", "a.html",
            lambda: draft(page_title="青柳市人民政府门户网站 青柳市水务局2024年政府信息公开工作年度报告").html(),
            agency=(BODY,)),
    Variant("k21a", "b.html", lambda: draft(page_title=f"{TITLE}_政府信息公开_青柳市人民政府").html(), agency=(BODY,)),
    Variant("k21c", "a.html",
            lambda: draft(title="2024年政府信息公开工作年度报告", head=("发布机构：青柳市水务局",)).html(),
            agency=(BODY,), allowed=UNNAMED),
    Variant("k21c", "b.txt",
            lambda: draft(title="2024年政府信息公开工作年度报告", head=("信息来源：青柳市水务局",)).text(),
            agency=(BODY, None), allowed=UNNAMED),
]  # fmt: skip


@pytest.mark.parametrize("variant", VARIANTS, ids=[f"{v.kind} {v.name} {n}" for n, v in enumerate(VARIANTS)])
def test_a_variant_of_a_reference_document_is_right_or_flagged(variant: Variant):
    report = read(variant.make(), variant.name)
    found = checking.run(report).findings
    assert _accused(found) - variant.says <= variant.allowed
    assert variant.says <= {finding.rule for finding in found}
    assert report.details.incomplete == variant.cut
    assert report.kind == "annual_report" or any(finding.needs_review for finding in found)
    if not variant.cut:
        assert report.year == variant.year
    if variant.agency is not None:
        assert report.agency in variant.agency
    if variant.day is not None:
        assert report.published_on == variant.day
    if variant.figure is not None:
        _is_right_or_in_doubt(report, variant.figure)


def _accused(found: list[Finding]) -> set[str]:
    return {finding.rule for finding in found if not finding.needs_review and finding.rule.startswith(ACCUSING)}


def _is_right_or_in_doubt(report: Report, value: int) -> None:
    assert report.cells is not None
    cell = report.cells[NEW]
    assert cell.value == value or cell.confidence < SURE
