"""Publication: the PUB rules that compare the document with what else was published of it: versions, copies, attachments."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reports.checks.catalogue import Rule
from reports.checks.coverage import covers_area
from reports.checks.evaluate import display
from reports.checks.evaluation import Evaluation, holds, violation
from reports.checks.inputs import Inputs, crawl_record_of
from reports.checks.registry import implements
from reports.checks.sheet import NotJudged
from reports.form import forms
from reports.report import TABLES, Report
from reports.text import NUMERALS, bare_title, squeeze

# These look into the report: they are judged with it, whenever it changes; the others with the crawl, every day.
OF_THE_REPORT = frozenset({"PUB-CHANGED", "PUB-DUP", "PUB-IMAGE", "PUB-ATTACH-DIFF"})


def _as_published(inputs: Inputs) -> None:
    """Raises NotJudged for a person's copy of what a portal shows."""
    if inputs.context.submitted:
        raise NotJudged("文件由人工提交，不反映网站上的发布形式")


def differences(inputs: Inputs, other: Report) -> list[str]:
    """The cells that two readings of one report print differently, where both are surely read."""
    a, b = inputs.sheet, inputs.other(other)
    if a is None or a.form is None or b.form != a.form:
        return []
    sure = {"printed", "blank", "token"}
    return [
        key
        for key in a.keys
        if a.state(key) in sure and b.state(key) in sure and (a.value(key) or 0) != (b.value(key) or 0)
    ]


def _changed_text(inputs: Inputs, other: Report) -> list[int]:
    out = []
    for section in inputs.doc.sections:
        before = other.section(section.number)
        if before is not None and bare_title(before.text) != bare_title(section.text):
            out.append(section.number)
    return out


@implements("PUB-CHANGED")
def changed(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """Cells or text differ from the version before. A warning where a figure changed without a word of correction."""
    _as_published(inputs)
    record = crawl_record_of(inputs)
    before = record.previous
    if before is None or before.error is not None:
        raise NotJudged("没有更早的版本")
    if record.previous_seen is None:
        raise NotJudged("没有上一版本的采集日期")
    keys = differences(inputs, before)
    sections = _changed_text(inputs, before)
    if not keys and not sections:
        yield holds("内容没有改动")
        return
    parts = []
    if keys:
        old = inputs.other(before).value(keys[0])
        new = inputs.tables.value(keys[0])
        more = f"等{len(keys)}项数据" if len(keys) > 1 else ""
        parts.append(f"“{forms.label(keys[0])}”由{display(old) or '空'}改为{display(new) or '空'}{more}")
    if sections:
        parts.append(f"第{'、'.join(NUMERALS[n - 1] for n in sections)}部分文字有改动")
    marked = re.search(r"更正|修订|勘误|更新说明", inputs.doc.details.title + inputs.doc.details.body) is not None
    yield violation(inputs, rule, cells=keys, text="；".join(parts), date=record.previous_seen, where="全文").stated(
        severity="warning" if keys and not marked else None, needs_review=inputs.ocr or before.details.ocr
    )


@implements("PUB-DUP")
def duplicates(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """Copies of one body's report of one year hold the same cells. The area's aggregate is no copy of the office's."""
    _as_published(inputs)
    record = crawl_record_of(inputs)
    report = inputs.doc
    copies = [
        copy
        for copy in record.copies
        if copy.error is None
        and copy.kind == "annual_report"
        and copy.year == report.year
        and squeeze(copy.agency or "") == squeeze(report.agency or "")
        and covers_area(Inputs(copy, inputs.context)) == covers_area(inputs)
    ]
    if not copies:
        yield holds("只有一个版本")
        return
    found = [(copy, differences(inputs, copy)) for copy in copies]
    keys = list(dict.fromkeys(key for _, differing in found for key in differing))
    if not keys:
        yield holds("各版本数据一致")
        return
    text = "、".join(forms.label(key) for key in keys[:3]) + (f"等{len(keys)}项" if len(keys) > 3 else "")
    yield violation(inputs, rule, cells=keys, count=len(copies) + 1, text=text).stated(
        needs_review=inputs.ocr or any(copy.details.ocr for copy in copies)
    )


@implements("PUB-IMAGE")
def image(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """Text or tables as pictures only, and no attachment that can be copied from."""
    _as_published(inputs)
    report = inputs.doc
    if report.kind != "annual_report":
        raise NotJudged("不是年度报告")
    pictured = [table for table, how in report.details.tables.items() if how == "picture"]
    scanned = report.details.ocr or report.source.reader.endswith("ocr")
    readable = [other for other in inputs.context.attachments if other.error is None and other.cells]
    if any(not other.details.ocr for other in readable):
        yield holds("附件可以检索和复制")
    elif scanned:
        partly = report.source.reader in {"html", "docx", "doc", "ofd", "pdf-text"}
        text = "统计表" if partly else "全文"
        yield violation(inputs, rule, actual=report.source.reader, text=text, where=text)
    elif pictured:
        text = "、".join(forms.TABLE_ZH[table] for table in TABLES if table in pictured)
        yield violation(inputs, rule, actual=text, text=text, where=text)
    else:
        yield holds("正文和统计表可以检索和复制")


@implements("PUB-ATTACH")
def attachment(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """Announced files that could not be fetched or read; formats that need a reader of their own are looked at first."""
    record = crawl_record_of(inputs)
    failed = record.attachments_failed
    if not failed:
        yield holds("附件均可打开")
        return
    special = all(re.search(r"\.(?:ofd|wps|et|dps|zip|rar|7z)$", name, re.IGNORECASE) for name in failed)
    names = "、".join(failed)
    yield violation(inputs, rule, actual=names, text="”“".join(failed), where="附件").stated(needs_review=special)


@implements("PUB-ATTACH-DIFF")
def attachment_differs(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """The page's cells are the attachment's; whether it is this year's file is asked first."""
    _as_published(inputs)
    report = inputs.doc
    others = [
        other
        for other in inputs.context.attachments
        if other.error is None and other.kind == "annual_report" and other.cells and other.form is not None
    ]
    if not others:
        raise NotJudged("没有可比对的附件")
    for other in others:
        if other.year is not None and report.year is not None and other.year != report.year:
            yield violation(
                inputs, rule, expected=other.year, actual=report.year, cell="报告年度", where="附件"
            ).stated(needs_review=inputs.ocr or other.details.ocr)
            continue
        keys = differences(inputs, other)
        if not keys:
            yield holds("附件与网页数据一致")
            continue
        more = f"（另有{len(keys) - 1}项不一致）" if len(keys) > 1 else ""
        yield violation(
            inputs,
            rule,
            cells=keys,
            expected=inputs.other(other).value(keys[0]) or 0,
            actual=inputs.tables.value(keys[0]) or 0,
            cell=forms.label(keys[0]),
        ).stated(needs_review=inputs.ocr or other.details.ocr, suffix=more)
