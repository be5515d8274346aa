"""A government's aggregate against the bodies that it covers: the HIE rules.

Sums are compared only where every covered report was read; what is lacking is named otherwise. An office's own report
never equals the sum, so that sums run only where the report says that it covers the bodies below.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from reports.checks.catalogue import Rule, catalogue
from reports.checks.context import NEED_ZH, Body
from reports.checks.coverage import covers_area
from reports.checks.evaluate import Evaluator, display
from reports.checks.evaluation import Evaluation, holds, not_judged, violation
from reports.checks.inputs import Inputs, Operand, form_of, published_on, register_entry_of
from reports.checks.registry import implements
from reports.checks.sheet import Figure, NotJudged
from reports.duties import STATE_ZH
from reports.form import forms
from reports.report import Report


def bodies_of(inputs: Inputs) -> Sequence[Body]:
    """The covered bodies. Raises NotJudged."""
    if inputs.context.below is None:
        raise NotJudged(NEED_ZH["hierarchy"])
    if not inputs.context.below:
        raise NotJudged("名录中没有所属单位")
    return inputs.context.below


def _aggregate(inputs: Inputs) -> None:
    if inputs.doc.kind != "annual_report" or not covers_area(inputs):
        raise NotJudged("报告未说明汇总所属单位数据")


def _read(body: Body) -> Report | None:
    report = body.report
    return report if report is not None and report.error is None and report.kind == "annual_report" else None


@implements("HIE-APP-SUM")
def application_sums(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """The totals of table 三, row by row, against the sum below: one finding for the table."""
    bodies = bodies_of(inputs)
    _aggregate(inputs)
    lacking = [body.name for body in bodies if _read(body) is None]
    if lacking:
        raise NotJudged(
            f"所属单位报告不齐，缺：{'、'.join(lacking[:10])}{f'等{len(lacking)}家' if len(lacking) > 10 else ''}"
        )
    wrong: list[tuple[str, Figure, Figure]] = []
    operands: list[Operand] = []
    for spec in forms.rows("applications", form_of(inputs)):
        key = f"applications.{spec.key}.total"
        evaluator = Evaluator(inputs, rule)
        try:
            below = sum((value for _, value in evaluator.below(key) if value is not None), 0)
            own = evaluator.figure(inputs.tables, key)
        except NotJudged as why:
            yield not_judged(why.reason)
            continue
        operands += evaluator.taken.operands
        if evaluator.link(below, "==", own):
            yield holds(f"child_sum({key}) == {key}", evaluator.taken.operands)
        else:
            wrong.append((key, below, own))
    if wrong:
        key, below, own = wrong[0]
        more = f"（另有{len(wrong) - 1}行不一致）" if len(wrong) > 1 else ""
        yield (
            violation(
                inputs,
                rule,
                cells=[item[0] for item in wrong],
                expected=below,
                actual=own,
                diff=max(below - own, own - below),
                row=forms.row("applications", form_of(inputs), forms.split(key)[1]).label,
            )
            .stated(
                needs_review=inputs.ocr or any(r.details.ocr for b in bodies if (r := _read(b)) is not None),
                suffix=more,
            )
            .on(operands)
        )


@implements("HIE-MAX")
def not_less_than_any(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """No covered body reports more than the aggregate: holds whatever else is missing, so half the bodies suffice."""
    bodies = bodies_of(inputs)
    _aggregate(inputs)
    form = form_of(inputs)
    keys = [f"applications.{spec.key}.total" for spec in forms.rows("applications", form)]
    keys += [f"disputes.{spec.key}.total" for spec in forms.rows("disputes", form)]
    keys += [f"proactive.{power}.decisions" for power in catalogue().vars["power"]] + ["proactive.fees.amount"]
    judged = False
    for key in keys:
        own = inputs.tables.value(key)
        if own is None:
            continue
        larger = [
            (value, body, report)
            for body in bodies
            if (report := _read(body)) is not None
            and report.form == form
            and (value := inputs.other(report).value(key)) is not None
            and value > own
        ]
        judged = True
        if not larger:
            continue
        value, body, report = max(larger, key=lambda item: item[0])
        money = key == "proactive.fees.amount"  # the body below may have typed 元 for 万元
        yield (
            violation(inputs, rule, cells=[key], expected=value, actual=own, cell=forms.label(key), other=body.name)
            .stated(needs_review=inputs.ocr or report.details.ocr or money)
            .on([Operand(key, own), Operand(f"child_max({key})", value, where=body.name, state="below")])
        )
    if judged:
        yield holds("其余各项不小于任何所属单位")
    else:
        yield not_judged("没有可比的数值")


@implements("HIE-OWN-AS-TOTAL")
def own_as_total(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """The government's figures are exactly its office's own, while the bodies below report applications of theirs."""
    bodies = bodies_of(inputs)
    own = inputs.context.own
    if own is None or own.error is not None or own.form != inputs.tables.form:
        raise NotJudged("没有办公室本机关的报告")
    if "本级" in inputs.doc.details.title:
        raise NotJudged("标题写明为本级数据")
    mine, office = inputs.tables, inputs.other(own)
    sure = {"printed", "blank", "token"}
    if any(mine.state(key) not in sure or office.state(key) not in sure for key in mine.keys):
        raise NotJudged("有识读存疑的单元格")
    key = "applications.new.total"
    received = [inputs.other(report).value(key) or 0 for body in bodies if (report := _read(body)) is not None]
    below = sum(received, 0)
    same = all((mine.value(k) or 0) == (office.value(k) or 0) for k in mine.keys)
    operands = [Operand(key, mine.value(key)), Operand(f"child_sum({key})", below, where="已读所属单位", state="below")]
    if same and below > (mine.value(key) or 0):
        yield (
            violation(inputs, rule, cells=[key], expected=below, actual=mine.value(key) or 0)
            .stated(needs_review=inputs.ocr)
            .on(operands)
        )
    else:
        yield holds("政府报告不同于办公室本机关报告，或所属单位没有更多申请", operands)


@implements("HIE-COVERAGE")
def coverage(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """The covered bodies known to be missing, as the ledger says; who is not yet due or cannot be told is counted apart.

    The finding carries no figures: with each body more or less it stays the same matter, told once."""
    bodies = bodies_of(inputs)
    register_entry_of(inputs)
    # Without a ledger the caller vouches that a body without a report published none.
    states = [body.state or ("missing" if body.report is None else "published") for body in bodies]
    lacking = [body.name for body, state in zip(bodies, states, strict=True) if state == "missing"]
    found = sum(state in {"published", "late"} for state in states)
    rest = "、".join(
        f"{name}{states.count(state)}家"
        for state, name in (("due", STATE_ZH["due"]), ("cannot_tell", STATE_ZH["cannot_tell"]))
        if state in states
    )
    if lacking:
        more = f"等{len(lacking)}家" if len(lacking) > 10 else ""
        yield violation(
            inputs,
            rule,
            count=len(bodies),
            text=f"已发现{found}家，未发现：{'、'.join(lacking[:10])}{more}{f'；另有{rest}' if rest else ''}",
            where="所属单位",
        )
    elif "cannot_tell" in states:
        yield not_judged(f"所属单位中{rest}")
    else:
        yield holds(f"所属{len(bodies)}家单位中没有未发现的" + (f"，{rest}" if rest else ""))


@implements("HIE-EARLY")
def earlier_than_bodies(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """The aggregate came out before reports that it covers. Data may have been submitted before: harmless."""
    bodies = bodies_of(inputs)
    _aggregate(inputs)
    day = published_on(inputs)
    if day is None:
        raise NotJudged("没有发布日期")
    later: list[tuple[str, date]] = [
        (b.name, b.published_on) for b in bodies if b.published_on and b.published_on > day
    ]
    if not later:
        yield holds("汇总报告不早于所属单位报告")
    else:
        names = "、".join(name for name, _ in later[:3])
        yield (
            violation(inputs, rule, date=day, count=len(later), where="发布日期")
            .stated(suffix=f"（如{names}）")
            .on([Operand(f"published_on({name})", display(when)) for name, when in later])
        )
