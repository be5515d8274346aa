"""Near-duplicate text and tables: the SIM rules."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reports.checks.catalogue import Rule
from reports.checks.context import NEED_ZH, Body
from reports.checks.evaluation import Evaluation, holds, not_judged, violation
from reports.checks.inputs import Inputs, Operand
from reports.checks.registry import implements
from reports.checks.sheet import NotJudged
from reports.checks.similarity import MINIMUM, MINIMUM_S5, body_text, masked, passages, share
from reports.form.titles import title_zh
from reports.report import TABLES, Report
from reports.text import fragment


def _percent(value: float) -> str:
    return f"{value:.0%}"


def _history(inputs: Inputs) -> Report:
    report = inputs.context.history
    if report is None or report.error is not None:
        raise NotJudged(NEED_ZH["history"])
    inputs.history()
    return report


def _quotation(a: Report, b: Report) -> str:
    for number in (1, 5):
        first, second = a.section(number), b.section(number)
        if first is not None and second is not None:
            found = passages(first.text, second.text)
            if found:
                return f"（相同文字如：“{fragment(found[0], 50)}”）"
    return ""


_COMPARED = f"{title_zh(1)}、{title_zh(5)}"


@implements("SIM-SELF")
def own_last_year(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """Sections 一 and 五 against last year's own."""
    before = _history(inputs)
    names = inputs.context.register_entry.names if inputs.context.register_entry else ()
    now, then = body_text(inputs.doc, names), body_text(before, names)
    if min(len(now), len(then)) < MINIMUM:
        raise NotJudged(f"可比文字不足{MINIMUM}字")
    value = share(now, then)
    limit = float(inputs.params["near_duplicate_self"])
    operands = [Operand("similarity", _percent(value), where=_COMPARED)]
    if value < limit:
        yield holds("与上年文字不雷同", operands)
    else:
        yield (
            violation(
                inputs,
                rule,
                expected=f"低于{_percent(limit)}",
                actual=_percent(value),
                ratio=_percent(value),
                where=_COMPARED,
            )
            .stated(needs_review=inputs.ocr or before.details.ocr, suffix=_quotation(inputs.doc, before))
            .on(operands)
        )


@implements("SIM-S5")
def own_section_five(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """Section 五 against last year's own."""
    before = _history(inputs)
    a, b = inputs.doc.section(5), before.section(5)
    if a is None or b is None:
        raise NotJudged(f"缺少“{title_zh(5)}”部分")
    now, then = masked(a.text, [inputs.agency]), masked(b.text, [before.agency or ""])
    if min(len(now), len(then)) < MINIMUM_S5:
        raise NotJudged(f"可比文字不足{MINIMUM_S5}字")
    value = share(now, then)
    operands = [Operand("similarity", _percent(value), where=title_zh(5))]
    if value < float(inputs.params["near_duplicate_self"]):
        yield holds("与上年文字不雷同", operands)
    else:
        yield (
            violation(inputs, rule, actual=_percent(value), where=title_zh(5))
            .stated(needs_review=inputs.ocr or before.details.ocr, suffix=f"（重合度{_percent(value)}）")
            .on(operands)
        )


@implements("SIM-TABLE")
def same_tables(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """All cells equal last year's, at least five of them not 0. All-zero tables repeat lawfully."""
    before = _history(inputs)
    now, then = inputs.tables, inputs.other(before)
    if then.form != now.form:
        raise NotJudged("两年表格版本不同")
    sure = {"printed", "blank", "token"}
    if any(now.state(key) not in sure or then.state(key) not in sure for key in now.keys):
        raise NotJudged("有识读存疑的单元格")
    same = all((now.value(key) or 0) == (then.value(key) or 0) for key in now.keys)
    count = sum(1 for key in now.keys if now.value(key))
    if same and count >= 5:
        keys = [key for key in now.keys if now.value(key)]
        yield violation(inputs, rule, cells=keys, count=count, where="、".join(_ZH)).stated(
            needs_review=inputs.ocr or before.details.ocr
        )
    else:
        yield holds("表格数据与上年不完全相同")


_ZH = [{"proactive": "表二", "applications": "表三", "disputes": "表四"}[table] for table in TABLES]
_SYSTEM = re.compile(r"(气象|税务|海关|烟草|邮政|消防|公安|市场监督管理|生态环境|自然资源)[局分]")


@implements("SIM-SIBLING")
def siblings(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """Sections 一 and 五 against every body of the same supervisor: one finding with the whole cluster. A template of
    the office (a large cluster) and the shared wording of a system's branches are for its eye only."""
    bodies = inputs.context.siblings
    if bodies is None:
        raise NotJudged(NEED_ZH["siblings"])
    names = [body.name for body in bodies] + [inputs.agency, inputs.doc.agency or ""]
    own = body_text(inputs.doc, names)
    if len(own) < MINIMUM:
        raise NotJudged(f"可比文字不足{MINIMUM}字")
    limit = float(inputs.params["near_duplicate_sibling"])
    alike: list[tuple[float, Body]] = []
    compared = 0
    for body in bodies:
        other = body.report
        compared += body.unlike
        if other is None or other.error is not None or other.kind != "annual_report" or body.name == inputs.agency:
            continue
        text = body_text(other, names)
        if len(text) < MINIMUM or min(len(text), len(own)) < limit * max(len(text), len(own)) * 0.9:
            continue
        compared += 1
        value = share(own, text)
        if value >= limit:
            alike.append((value, body))
    if not alike:
        yield holds(f"与{compared}家单位文字不雷同") if bodies else not_judged("没有同级单位的报告")
        return
    alike.sort(key=lambda pair: -pair[0])
    value, first = alike[0]
    branch = _SYSTEM.search(inputs.agency)
    same_system = branch is not None and all(branch.group(1) in body.name for _, body in alike)
    others = first.name if len(alike) == 1 else f"{first.name}等{len(alike)}家"
    template = len(alike) >= 4
    assert first.report is not None
    suffix = ("（多家相同，疑为统一模板）" if template else "") + _quotation(inputs.doc, first.report)
    low, high = f"低于{_percent(limit)}", _percent(value)
    yield (
        violation(inputs, rule, expected=low, actual=high, other=others, ratio=high, where=_COMPARED)
        .stated("notice" if template or same_system else None, inputs.ocr, suffix)
        .on([Operand(f"similarity({body.name})", _percent(ratio)) for ratio, body in alike])
    )
