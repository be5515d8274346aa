"""How one rule was evaluated on a report: every evaluation with its operands, for people and for programs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reports.checks.catalogue import Rule
from reports.checks.checking import RULES, evaluations
from reports.checks.context import Context
from reports.checks.evaluate import display
from reports.checks.evaluation import Evaluation
from reports.checks.inputs import Inputs
from reports.report import Report


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a rule was evaluated: every evaluation with its operands, their places and the conventions applied."""

    rule: Rule
    evaluations: tuple[Evaluation, ...]

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "rule": self.rule.id,
            "title": self.rule.title,
            "basis": self.rule.basis,
            "evaluations": [
                {
                    "outcome": evaluation.state,
                    "reason": evaluation.reason,
                    "condition": evaluation.condition,
                    "arithmetic": evaluation.arithmetic,
                    "conventions": list(evaluation.conventions),
                    "operands": [
                        {
                            "name": operand.name,
                            "value": display(operand.value),
                            "raw": operand.raw,
                            "where": operand.where,
                            "state": operand.state,
                            "note": operand.note,
                        }
                        for operand in evaluation.operands
                    ],
                    "message": evaluation.finding.message if evaluation.finding else "",
                }
                for evaluation in self.evaluations
            ],
        }

    def as_text(self) -> str:
        """For people."""
        words = {"holds": "成立", "fails": "不成立", "not_judged": "未判断"}
        lines = [f"{self.rule.id} {self.rule.title}", f"依据：{self.rule.basis}"]
        if not self.evaluations:
            lines.append("本规则不适用于此版表格。")
        for number, evaluation in enumerate(self.evaluations, 1):
            outcome = words[evaluation.state] + (f"：{evaluation.reason}" if evaluation.reason else "")
            lines.append(f"{number}. {evaluation.condition or self.rule.title} —— {outcome}")
            lines.extend(
                f"     {operand.name} = {display(operand.value) or '（空）'}"
                + (f"  原文“{operand.raw}”" if operand.raw else "")
                + (f"  {operand.where}" if operand.where else "")
                + (f"  {operand.note}" if operand.note else "")
                for operand in evaluation.operands
            )
            if evaluation.arithmetic:
                lines.append(f"     算式：{evaluation.arithmetic}")
            if evaluation.finding is not None:
                lines.append(f"     {evaluation.finding.message}")
        return "\n".join(lines)


def explain(rule_id: str, report: Report | None, context: Context | None = None) -> Explanation:
    """How one rule was evaluated on a report. Raises KeyError for an unknown rule."""
    rule = RULES[rule_id]
    return Explanation(rule, tuple(evaluations(Inputs(report, context or Context()), rule)))
