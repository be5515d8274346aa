"""Table 二: what the PRO and PRO19 rules ask that no formula can say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from reports.checks.catalogue import Rule
from reports.checks.evaluate import Evaluator, display
from reports.checks.evaluation import Evaluation, holds, violation
from reports.checks.inputs import Inputs, Operand, form_of, register_entry_of
from reports.checks.registry import implements
from reports.checks.sheet import NotJudged, place
from reports.text import squeeze


@implements("PRO-REG-NOPOWER")
def regulations(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """A body without the power to make 规章 reports some. A government's own office may rightly print them."""
    entry = register_entry_of(inputs)
    sheet = inputs.tables
    if entry.can_make_regulations is None:
        raise NotJudged("名录未登记该单位的规章制定权")
    keys = [key for key in sheet.of("proactive") if key.startswith("proactive.regulations.")]
    if any(sheet.state(key) in {"illegible", "absent", "placeholder"} for key in keys):
        raise NotJudged("规章栏识读存疑")
    figures = [sheet.value(key) or 0 for key in keys]
    operands = [Operand(key, value, sheet.cells[key].raw) for key, value in zip(keys, figures, strict=True)]
    if entry.can_make_regulations or not any(figures):
        yield holds("规章栏与制定权相符", operands)
        return
    text = "、".join(display(figure) for figure in figures)
    office = re.search(r"人民政府办公[厅室]$|政府办$", entry.name) is not None and entry.level in {
        "city",
        "province",
    }
    yield (
        violation(inputs, rule, cells=keys, expected=0, actual=text)
        .stated(needs_review=inputs.ocr or office)
        .on(operands)
    )


@implements("PRO19-PROC-UNIT")
def procurement_unit(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """The form names no unit for 采购总金额: the printed one is looked for, and the size per item."""
    items_key, amount_key = "proactive.procurement.items", "proactive.procurement.amount"
    evaluator = Evaluator(inputs, rule)
    items = evaluator.figure(inputs.tables, items_key)
    amount = evaluator.figure(inputs.tables, amount_key)
    operands = evaluator.taken.operands
    if not amount or not items:
        yield holds("没有采购，或由“采购项目数与金额不匹配”检查", operands)
        return
    printed = squeeze(inputs.tables.cells[amount_key].raw)
    headers = [squeeze(text) for table, text, _ in inputs.doc.details.labels if table == "proactive" and "采购" in text]
    marks = " ".join([printed, *(text for text in headers if "金额" in text)])
    unit_ = next((word for word in ("亿元", "万元", "元") if word in marks), "")
    in_wanyuan = Decimal(amount) * {"亿元": Decimal(10000), "元": Decimal("0.0001")}.get(unit_, Decimal(1))
    share = in_wanyuan / Decimal(items)
    if unit_ and 0.05 <= share <= 100000:
        yield holds("采购金额单位明确，数额与项目数相称", operands)
        return
    yield (
        violation(
            inputs,
            rule,
            cells=[items_key, amount_key],
            actual=amount,
            where=place(amount_key, form_of(inputs)),
            terms=f"{display(items)}项、总金额{display(amount)}{unit_}",
        )
        .stated(needs_review=inputs.ocr)
        .on(operands)
    )
