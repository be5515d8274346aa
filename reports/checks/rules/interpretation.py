"""The interpretation (解读) beside the report: the INT rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from reports.checks.catalogue import Rule
from reports.checks.claims import agree_rounded, summed
from reports.checks.context import NEED_ZH
from reports.checks.evaluate import Evaluator
from reports.checks.evaluation import Evaluation, holds, not_judged, violation
from reports.checks.inputs import Inputs, Operand, crawl_record_of
from reports.checks.registry import implements
from reports.checks.sheet import NotJudged
from reports.form import forms
from reports.text import fragment, sentences


@implements("INT-ONLY")
def interpretation_only(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """An interpretation was found but, all sources read whole after the deadline, no report."""
    record = crawl_record_of(inputs)
    url = record.interpretation_url
    if not url:
        raise NotJudged(NEED_ZH["interpretation"])
    if record.state in {"published", "late"}:
        yield holds("解读与年度报告均已发现")
    elif record.state == "missing":
        yield violation(inputs, rule, url=url, where="年报栏目").on([Operand("interpretation", url, where="采集记录")])
    elif record.state == "due":
        yield not_judged("尚未到期")
    else:
        yield not_judged(record.reason or "来源未读全，无法判断")


@implements("INT-CLAIM")
def interpretation_claims(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """What the interpretation says about a cell, against the report. It has no tables of its own and needs none."""
    report = inputs.doc
    if report.kind != "annual_report":
        raise NotJudged("不是年度报告")
    other = inputs.context.interpretation
    if other is None or other.error is not None:
        raise NotJudged(NEED_ZH["interpretation"])
    if other.year is not None and report.year is not None and other.year != report.year:
        raise NotJudged("解读为其他年度")
    doubtful = inputs.ocr or other.details.ocr or (other.agency is not None and other.agency != report.agency)
    for claim in other.claims:
        if claim.note == "previous_year":
            continue
        keys = summed(inputs, claim) or [claim.cell]
        evaluator = Evaluator(inputs, rule)
        try:
            actual = sum((evaluator.figure(inputs.tables, key) for key in keys), 0)
        except NotJudged as why:
            yield not_judged(why.reason)
            continue
        operands = [*evaluator.taken.operands, Operand("interp", claim.value, claim.text, "解读")]
        agrees = actual == claim.value or agree_rounded(claim, actual)
        if claim.note == "with_carried_in":
            carried = inputs.tables.value("applications.carried_in.total") or 0
            agrees |= actual + carried == claim.value
        if agrees:
            yield replace(holds(f"interp({claim.cell}) == {claim.cell}", operands))
        else:
            yield (
                violation(
                    inputs,
                    rule,
                    cells=keys,
                    expected=claim.value,
                    actual=actual,
                    cell=forms.label(keys[0]),
                    text=fragment(next(iter(sentences(claim.text)), claim.text), 60),
                )
                .stated(needs_review=doubtful)
                .on(operands)
            )
