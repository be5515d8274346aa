"""Table 三: what the APP rules ask that no formula can say."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reports.checks.catalogue import Rule
from reports.checks.evaluate import Evaluator
from reports.checks.evaluation import Evaluation, holds, not_judged, violation
from reports.checks.inputs import Inputs, Operand, form_of
from reports.checks.registry import implements
from reports.checks.sheet import NotJudged
from reports.form import forms
from reports.text import squeeze


@implements("APP-CARRY-COL")
def carry_columns(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """Last year's carry-over by kind of applicant: one finding for the row."""
    form = form_of(inputs)
    wrong = []
    operands: list[Operand] = []
    for spec_column in forms.columns("applications", form, "new")[:-1]:
        evaluator = Evaluator(inputs, rule)
        try:
            before = evaluator.previous(f"applications.carried_out.{spec_column}")
            now = evaluator.figure(inputs.tables, f"applications.carried_in.{spec_column}")
        except NotJudged as why:
            yield not_judged(why.reason)
            continue
        operands += evaluator.taken.operands
        if before != now:
            wrong.append((spec_column, before, now, evaluator.taken.milder))
    if not wrong:
        yield holds("各栏结转数与上年一致", operands)
        return
    column, before, now, milder = wrong[0]
    keys = [f"applications.{row}.{name}" for name, *_ in wrong for row in ("carried_in", "carried_out")]
    others = "、".join(forms.header("applications", form, "new", name) for name, *_ in wrong[1:])
    yield (
        violation(
            inputs, rule, cells=keys, expected=before, actual=now, col=forms.header("applications", form, "new", column)
        )
        .stated(
            severity="notice" if milder else None,
            needs_review=inputs.ocr,
            suffix=f"（另有{others}栏不一致）" if others else "",
        )
        .on(operands)
    )


_FEE = re.compile(r"信息处理费|收费通知|处理费|收取费用|缴费|收费")


@implements("APP-FEE-RESULT")
def fee_result(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """Requests given up for an unpaid fee, and section 六 silent on fee notices."""
    key = "applications.other.fee_unpaid.total"
    evaluator = Evaluator(inputs, rule)
    unpaid = evaluator.figure(inputs.tables, key)
    operands = evaluator.taken.operands
    if not unpaid:
        yield holds("没有逾期未缴费情形", operands)
        return
    if not inputs.doc.sections:
        raise NotJudged("未识别出各部分")
    if any(_FEE.search(squeeze(section.text)) for section in inputs.doc.sections):
        yield holds("已报告收费情况", operands)
    else:
        yield violation(inputs, rule, cells=[key], actual=unpaid).stated(needs_review=inputs.ocr).on(operands)
