"""The narrative against the tables, beyond what ``claim(k)`` in a formula says: NAR rules."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reports.checks.catalogue import Rule
from reports.checks.evaluate import Evaluator, display
from reports.checks.evaluation import Evaluation, holds, not_judged, violation
from reports.checks.inputs import Inputs, Operand
from reports.checks.registry import implements
from reports.checks.sheet import Figure, NotJudged
from reports.claims import counts_requests, lists_of_parts
from reports.form.titles import title_zh
from reports.text import fragment, squeeze

NEW, HANDLED = "applications.new.total", "applications.handled.total"


@implements("NAR-INNER-SUM")
def inner_sum(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """A closed list of parts adds up to the total that its sentence states, with or without what was carried over.

    Parts that come to less may leave one unsaid: a person looks first."""
    found = False
    stating = {claim.section for claim in inputs.doc.claims if claim.cell in {NEW, HANDLED} and claim.value}
    for section in inputs.doc.sections:
        for split in lists_of_parts(section.text, section.number, inputs.year) if section.number in stating else ():
            found = True
            total = int(split.total)
            operands = [Operand("claim", total, split.text, f"第{section.number}部分")]
            terms = " + ".join(map(display, split.parts))
            if split.agrees or sum(split.parts, 0) in _by_the_table(inputs):
                yield holds(f"{terms} == {total}", operands)
                continue
            yield (
                violation(
                    inputs,
                    rule,
                    cells=[split.cell],
                    expected=sum(split.parts, 0),
                    actual=total,
                    text=fragment(split.text, 60),
                    where="正文",
                )
                .stated(needs_review=inputs.ocr or not split.more, suffix=f"（{terms} ≠ {total}）")
                .on(operands, condition=f"{terms} == {total}")
            )
    if not found:
        yield not_judged("文中没有可加总的分项")


@implements("NAR-SILENT")
def silent(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """Section 一 says how many applications came or were handled. A warning where the table has some."""
    first = inputs.doc.section(1)
    if first is None:
        raise NotJudged(f"缺少“{title_zh(1)}”部分")
    if not first.text.strip():
        raise NotJudged("该部分为空，由“部分内容为空”检查")
    stated = [c for c in inputs.doc.claims if c.cell in {NEW, HANDLED} and c.note != "previous_year"]
    if stated:
        yield holds("已说明申请数量", [Operand("claim", stated[0].value, stated[0].text, f"第{stated[0].section}部分")])
        return
    if counts_requests(first.text):
        yield not_judged("总体情况提及申请数量，但未能识别")
        return
    received = inputs.tables.value(NEW) if inputs.sheet is not None and inputs.sheet.form else None
    yield violation(inputs, rule, cells=[NEW], where=title_zh(1)).stated(
        severity="warning" if received else None, needs_review=inputs.ocr
    )


def _by_the_table(inputs: Inputs) -> set[Figure]:
    """What the parts of a list may also come to: what was received with what was carried in, what was handled."""
    new, carried, handled = (_figure(inputs, key) for key in (NEW, "applications.carried_in.total", HANDLED))
    return {new, new + carried, handled}


def _figure(inputs: Inputs, key: str) -> Figure:
    return inputs.sheet.value(key) or 0 if inputs.sheet is not None and inputs.sheet.form else 0


_FEE_NOW = re.compile(r"信息处理费|收费通知|信息公开处理费|处理费")


@implements("NAR-FEE")
def fee_statement(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """Section 六 states the year's 信息处理费, nil included; elsewhere it is only misplaced."""
    year = inputs.year
    if year is None:
        raise NotJudged("未能识别报告年度")
    if year < int(inputs.params["fee_statement_from_year"]):
        yield holds(f"{year}年度不要求")
        return
    sixth = inputs.doc.section(6)
    if sixth is None:
        raise NotJudged(f"缺少“{title_zh(6)}”部分")
    if _FEE_NOW.search(squeeze(sixth.text)):
        yield holds("已说明信息处理费收取情况")
        return
    elsewhere = _FEE_NOW.search(squeeze(inputs.doc.details.body)) is not None
    yield violation(inputs, rule, where=title_zh(6)).stated(
        severity="warning" if inputs.params["fee_statement_required"] and not elsewhere else None,
        needs_review=inputs.ocr,
        suffix="（其他部分已有说明，仅位置不当）" if elsewhere else "",
    )


@implements("NAR-PREV")
def previous_figure(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """Last year's figure as this year's narrative quotes it, against last year's report."""
    quoted = [c for c in inputs.doc.claims if c.note == "previous_year" and c.cell == NEW]
    if not quoted:
        raise NotJudged("正文未引用上年申请数")
    evaluator = Evaluator(inputs, rule)
    before = evaluator.previous(NEW)
    for claim in quoted:
        operands = [*evaluator.taken.operands, Operand("claim", claim.value, claim.text, f"第{claim.section}部分")]
        if claim.value == before:
            yield holds("所引上年数与上年报告一致", operands)
        else:
            yield (
                violation(
                    inputs,
                    rule,
                    cells=[NEW],
                    expected=before,
                    actual=claim.value,
                    text=fragment(claim.text, 60),
                    where="正文",
                )
                .stated(needs_review=inputs.ocr)
                .on(operands)
            )
