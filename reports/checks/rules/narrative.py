"""The narrative against the tables, beyond what ``claim(k)`` in a formula says: NAR rules."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reports.checks.case import Case, Operand
from reports.checks.catalogue import Rule
from reports.checks.engine import Evaluation, fault, holds, not_judged, rule
from reports.checks.evaluate import Evaluator, shown
from reports.checks.sheet import NotJudged
from reports.claims import counts_requests
from reports.form.titles import title_zh
from reports.text import fragment, squeeze

NEW, HANDLED = "applications.new.total", "applications.handled.total"
_PIECE = re.compile(r"([^\d,，、;；:：。()（）]{1,24}?)(\d+)(?:件次|件|宗|起|例|份|项|条|次)")
_LAST_FIGURE = re.compile(r"(?<!\d)(\d+)(?:余)?(?:件次|件|宗|起|例|份|项|条|次)[^\d]*$")
_CARRIED = re.compile(r"[^,，;；()（）]*(?:结转|转结)[^,，;；()（）]*")
_OPEN = re.compile(r"等|余|主要|约|多|含|包括|以上|左右|分别")


@rule("NAR-INNER-SUM")
def inner_sum(case: Case, of: Rule) -> Iterator[Evaluation]:
    """A closed list of parts (其中…) adds up to the total that its sentence states. The parts may be listed by several
    principles one after the other; each list must then give the total."""
    found = False
    for claim in case.doc.claims:
        if claim.cell not in {NEW, HANDLED} or not claim.value or claim.note not in {"", "with_carried_in"}:
            continue
        text = squeeze(claim.text)
        head, mark, tail = text.partition("其中")
        tail = re.split(r"[。;；]", tail)[0]
        # 其中 takes up the figure before it, and what is carried over is no part of what was closed or received.
        last = _LAST_FIGURE.search(_CARRIED.sub("", head))
        if not mark or last is None or last.group(1) != shown(claim.value) or _OPEN.search(tail):
            continue
        figures = [int(match.group(2)) for match in _PIECE.finditer(tail) if "结转" not in match.group(1)]
        if len(figures) < 2:
            continue
        found = True
        total = int(claim.value)
        operands = [Operand("claim", total, claim.text, f"第{claim.section}部分")]
        condition = f"{' + '.join(map(str, figures))} == {total}"
        if _adds_up(figures, total):
            yield holds(condition, operands)
            continue
        yield fault(
            case,
            of,
            cells=[claim.cell],
            expected=sum(figures),
            actual=total,
            text=fragment(claim.text, 60),
            needs_review=case.ocr,
            suffix=f"（{' + '.join(map(str, figures))} ≠ {total}）",
            where="正文",
            operands=operands,
            condition=condition,
        )
    if not found:
        yield not_judged("文中没有可加总的分项")


def _adds_up(figures: list[int], total: int) -> bool:
    """Whether the figures, cut into consecutive lists, give the total each time; a list may name only one part (the
    rest being left unsaid) when nothing exceeds the total."""
    running = 0
    for figure in figures:
        running += figure
        if running == total:
            running = 0
        elif running > total:
            return False
    return running == 0


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
