"""The narrative against the tables, beyond what ``claim(k)`` in a formula says: NAR rules."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reports.checks.case import Case, Operand
from reports.checks.catalogue import Rule
from reports.checks.engine import Evaluation, fault, holds, not_judged, rule
from reports.checks.evaluate import Evaluator, shown
from reports.checks.sheet import Figure, NotJudged
from reports.claims import counts_requests, lists_of_parts
from reports.form.titles import title_zh
from reports.text import fragment, squeeze

NEW, HANDLED = "applications.new.total", "applications.handled.total"


@rule("NAR-INNER-SUM")
def inner_sum(case: Case, of: Rule) -> Iterator[Evaluation]:
    """A closed list of parts adds up to the total that its sentence states, with or without what was carried over.

    Parts that come to less may leave one unsaid: a person looks first."""
    found = False
    told = {claim.section for claim in case.doc.claims if claim.cell in {NEW, HANDLED} and claim.value}
    for section in case.doc.sections:
        for split in lists_of_parts(section.text, section.number, case.year) if section.number in told else ():
            found = True
            total = int(split.total)
            operands = [Operand("claim", total, split.text, f"第{section.number}部分")]
            terms = " + ".join(map(shown, split.parts))
            if split.agrees or sum(split.parts, 0) in _by_the_table(case):
                yield holds(f"{terms} == {total}", operands)
                continue
            yield fault(
                case,
                of,
                cells=[split.cell],
                expected=sum(split.parts, 0),
                actual=total,
                text=fragment(split.text, 60),
                needs_review=case.ocr or not split.more,
                suffix=f"（{terms} ≠ {total}）",
                where="正文",
                operands=operands,
                condition=f"{terms} == {total}",
            )
    if not found:
        yield not_judged("文中没有可加总的分项")


@rule("NAR-SILENT")
def silent(case: Case, of: Rule) -> Iterator[Evaluation]:
    """Section 一 says how many applications came or were handled. A warning where the table has some."""
    first = case.doc.section(1)
    if first is None:
        raise NotJudged(f"缺少“{title_zh(1)}”部分")
    if not first.text.strip():
        raise NotJudged("该部分为空，由“部分内容为空”检查")
    stated = [c for c in case.doc.claims if c.cell in {NEW, HANDLED} and c.note != "previous_year"]
    if stated:
        yield holds("已说明申请数量", [Operand("claim", stated[0].value, stated[0].text, f"第{stated[0].section}部分")])
        return
    if counts_requests(first.text):
        yield not_judged("总体情况提及申请数量，但未能识别")
        return
    received = case.tables.value(NEW) if case.sheet is not None and case.sheet.form else None
    yield fault(
        case, of, cells=[NEW], severity="warning" if received else None, needs_review=case.ocr, where=title_zh(1)
    )


def _by_the_table(case: Case) -> set[Figure]:
    """What the parts of a list may also come to: what was received with what was carried in, what was handled."""
    new, carried, handled = (_figure(case, key) for key in (NEW, "applications.carried_in.total", HANDLED))
    return {new, new + carried, handled}


def _figure(case: Case, key: str) -> Figure:
    return case.sheet.value(key) or 0 if case.sheet is not None and case.sheet.form else 0


_FEE_NOW = re.compile(r"信息处理费|收费通知|信息公开处理费|处理费")


@rule("NAR-FEE")
def fee_statement(case: Case, of: Rule) -> Iterator[Evaluation]:
    """Section 六 states the year's 信息处理费, nil included; elsewhere it is only misplaced."""
    year = case.year
    if year is None:
        raise NotJudged("未能识别报告年度")
    if year < int(case.params["fee_statement_from_year"]):
        yield holds(f"{year}年度不要求")
        return
    sixth = case.doc.section(6)
    if sixth is None:
        raise NotJudged(f"缺少“{title_zh(6)}”部分")
    if _FEE_NOW.search(squeeze(sixth.text)):
        yield holds("已说明信息处理费收取情况")
        return
    elsewhere = _FEE_NOW.search(squeeze(case.doc.details.body)) is not None
    yield fault(
        case,
        of,
        severity="warning" if case.params["fee_statement_required"] and not elsewhere else None,
        needs_review=case.ocr,
        suffix="（其他部分已有说明，仅位置不当）" if elsewhere else "",
        where=title_zh(6),
    )


@rule("NAR-PREV")
def previous_figure(case: Case, of: Rule) -> Iterator[Evaluation]:
    """Last year's figure as this year's narrative quotes it, against last year's report."""
    quoted = [c for c in case.doc.claims if c.note == "previous_year" and c.cell == NEW]
    if not quoted:
        raise NotJudged("正文未引用上年申请数")
    evaluator = Evaluator(case, of)
    before = evaluator.previous(NEW)
    for claim in quoted:
        operands = [*evaluator.taken.operands, Operand("claim", claim.value, claim.text, f"第{claim.section}部分")]
        if claim.value == before:
            yield holds("所引上年数与上年报告一致", operands)
        else:
            yield fault(
                case,
                of,
                cells=[NEW],
                expected=before,
                actual=claim.value,
                text=fragment(claim.text, 60),
                needs_review=case.ocr,
                where="正文",
                operands=operands,
            )
