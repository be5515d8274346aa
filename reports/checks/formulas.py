"""All evaluations of a rule that its formula says: one a concrete condition, or one a claim on its cell."""

from __future__ import annotations

from collections.abc import Iterator

from reports.checks import instances
from reports.checks.catalogue import Rule
from reports.checks.claims import judge_claim, stands_for
from reports.checks.coverage import covers_area
from reports.checks.engine import judge
from reports.checks.evaluation import Evaluation
from reports.checks.inputs import Inputs, form_of
from reports.checks.instances import Instance
from reports.checks.sheet import NotJudged


def by_formula(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """All evaluations of a formula rule."""
    form = form_of(inputs)
    if rule.only == "aggregate" and not covers_area(inputs):
        raise NotJudged("报告未说明汇总所属单位数据")
    for instance in instances.instances(rule.id, form):
        if instance.claims:
            yield from by_claims(inputs, rule, instance)
        else:
            yield judge(inputs, rule, instance)


def by_claims(inputs: Inputs, rule: Rule, instance: Instance) -> Iterator[Evaluation]:
    """One evaluation per claim of the narrative on the instance's cell; none where nothing is claimed."""
    key = instance.claims[0]
    failed: list[Evaluation] = []
    for claim in inputs.doc.claims:
        if stands_for(inputs, claim) == key:
            evaluation = judge_claim(inputs, rule, instance, claim)
            if evaluation.finding is None:
                yield evaluation
            else:
                failed.append(evaluation)
    # Two sentences that contradict one cell are one finding: the surer of them.
    failed.sort(key=lambda evaluation: evaluation.finding is not None and evaluation.finding.needs_review)
    yield from failed[:1]
