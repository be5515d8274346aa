"""The engine: evaluates the catalogue on one report and its context, with three outcomes and no fourth.

A rule *holds*, *fails*, or is *not judged because …*. What a formula can say is parsed once (``formula``) and
evaluated on cells (``judge``) that know whether they are printed, blank, a token or illegible; what no formula can say is a
pure function registered by id (``implements``).

Blank is not zero (head of ``data/rules.yaml``, points 1 to 5):

1. an operand that is illegible or in doubt (``reports.tables.reconcile.SURE``): not judged; READ-LOWCONF speaks instead;
2. the cell that states a result (row total, （七）总计, dispute total) is blank: not judged; FMT-BLANK-TOTAL speaks;
3. blank addends count as 0, and a difference is reported one step milder and says so;
4. of an entirely blank table nothing is judged but FMT-BLANK-TABLE;
5. in a table that prints figures but not one 0, blank means zero for results too (same mildness). A whole line of
   results left out (two or more blank totals beside figures) is no zero but an omission: point 2 applies to it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from reports.checks.catalogue import Rule
from reports.checks.evaluate import Evaluator
from reports.checks.evaluation import Evaluation, violation
from reports.checks.formula_message import (
    labels_of,
    named_value,
    place_of,
    printed_text,
    ratio_of,
    sides_of,
    terms_of,
    worth_showing,
)
from reports.checks.inputs import Inputs, form_of
from reports.checks.instances import Instance
from reports.checks.repairs import repaired
from reports.checks.sheet import Figure, NotJudged, Value, places
from reports.form.titles import PART_OF, title_zh
from reports.report import Claim, Severity, Table

MILDER: dict[Severity, Severity] = {"error": "warning", "warning": "notice", "notice": "notice"}
TABLE_ZH: dict[Table, str] = {table: title_zh(number) for table, number in PART_OF.items()}


@dataclass(frozen=True, slots=True)
class Claimed:
    """A claim held against cells: the figures it may mean by cell, ``overlay`` in place of the printed ones, ``summed`` the
    cells that its own then stands for, and how sure and how severe the comparison is."""

    claim: Claim
    figures: Mapping[str, Figure]
    overlay: Mapping[str, Figure] | None = None
    summed: Sequence[str] = ()
    severity: Severity | None = None
    needs_review: bool = False


def judge(inputs: Inputs, rule: Rule, instance: Instance, claimed: Claimed | None = None) -> Evaluation:
    """One concrete condition on the inputs of a check, of a claim where one is given."""
    summed = claimed.summed if claimed else ()
    figures = claimed.figures if claimed else None
    overlay = claimed.overlay if claimed else None
    where = places(summed, form_of(inputs)) if summed else ""
    evaluator = Evaluator(inputs, rule, instance.cell, figures, overlay, where)
    try:
        fine = bool(evaluator.value(instance.condition))
    except NotJudged as why:
        return Evaluation("not_judged", why.reason, instance.text, tuple(evaluator.taken.operands))
    conventions = tuple(dict.fromkeys(op.note for op in evaluator.taken.operands if op.note))
    if fine:
        return Evaluation("holds", "", instance.text, tuple(evaluator.taken.operands), conventions)
    found = _violated(inputs, rule, instance, evaluator, claimed)
    return replace(found, conventions=conventions, arithmetic=evaluator.terms())


def _violated(
    inputs: Inputs, rule: Rule, instance: Instance, evaluator: Evaluator, claimed: Claimed | None
) -> Evaluation:
    """The violation of a condition that was found not to hold."""
    taken, binding = evaluator.taken, dict(instance.binding)
    summed = claimed.summed if claimed else ()
    expected, actual = sides_of(rule, evaluator, binding)
    ratio, difference = ratio_of(expected, actual)
    fields: dict[str, Value] = {
        **labels_of(instance, form_of(inputs), summed),
        "diff": difference,
        "ratio": ratio,
        "terms": terms_of(rule, evaluator, binding) or evaluator.terms(),
        "text": claimed.claim.text if claimed else printed_text(inputs, instance),
    }
    level, suffix = _mildness(inputs, rule, evaluator, (claimed.severity if claimed else None) or rule.severity)
    repaired_ = repaired(inputs, rule, instance, claimed.figures if claimed else None)
    needs_review = inputs.ocr or bool(repaired_) or (claimed is not None and claimed.needs_review)
    if rule.sure_if and not named_value(rule.sure_if, evaluator, binding):
        needs_review = True
    place = places(summed, form_of(inputs)) if summed else place_of(rule, instance, taken.failing, form_of(inputs))
    return (
        violation(
            inputs,
            rule,
            cells=[re.sub(r"^\w+\((.*)\)$", r"\1", op.name) for op in taken.operands if "." in op.name and op.where],
            expected=expected,
            actual=actual,
            where=place,
            **fields,
        )
        .stated(severity=level, needs_review=needs_review, suffix=suffix)
        .on(taken.operands, condition=instance.text)
    )


def _mildness(inputs: Inputs, rule: Rule, evaluator: Evaluator, level: Severity) -> tuple[Severity, str]:
    """The severity after the conventions on blanks and the rule's own, and what is said of them behind the message."""
    taken = evaluator.taken
    suffix = "" if "{terms}" in rule.message or not worth_showing(taken.failing) else f"（{evaluator.terms()}）"
    if taken.milder:
        level = MILDER[level]
        suffix += "（该表零值一律留空，空白按0计算）" if taken.by_convention else "（空白单元格按0计算）"
    if rule.milder_where and re.search(rule.milder_where, inputs.doc.details.body):
        level = "notice"
        suffix += "（文中另有清理、失效或口径调整的说明，请一并核对）"
    return level, suffix
