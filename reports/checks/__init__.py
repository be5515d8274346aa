"""The catalogue of checks, evaluated: reports and their context in, findings out.

Three outcomes and no fourth: a rule holds, fails, or is not judged because …; silence is never taken for health.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import reports.checks.rules  # noqa: F401 - registers the functions of all families
from reports.checks.catalogue import Rule, catalogue
from reports.checks.causes import with_causes
from reports.checks.context import NEED_ZH, Context
from reports.checks.evaluate import display
from reports.checks.evaluation import Evaluation, not_judged
from reports.checks.formulas import by_formula
from reports.checks.inputs import Inputs
from reports.checks.params import BadParameters, with_changes
from reports.checks.params import validated as validated_params
from reports.checks.registry import FUNCTIONS, complete
from reports.checks.sheet import NotJudged
from reports.report import TABLES, Finding, Report
from reports.subject import matter_of

CATALOGUE_VERSION = catalogue().version
DEFAULTS: dict[str, Any] = dict(catalogue().params)
RULES: dict[str, Rule] = complete(catalogue().rules)

# How a report could be better made, no fault of it: told in one line a body, and only to offices that ask for it.
SUGGESTIONS = frozenset(rule.id for rule in RULES.values() if rule.suggestion)

# What still runs on a document that is not the report: what concerns its publication and personal data.
SECTIONS = 6  # of the form
_ANY_KIND = frozenset({"INT", "PUB", "PII"})


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A rule (or a part of its evaluations) that could not be concluded, and why, in Chinese."""

    rule: str
    reason: str


@dataclass(slots=True)
class Result:
    """The outcome of a run. A rule with one evaluation that could not be concluded stands in ``not_judged`` (and in
    ``findings`` too where another one failed); ``not_applicable`` are the rules of the other form."""

    findings: list[Finding] = field(default_factory=list)
    not_judged: list[Unjudged] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    not_applicable: list[str] = field(default_factory=list)

    @property
    def judged(self) -> frozenset[str]:
        """The rules concluded in full: only their earlier findings may be called resolved."""
        open_ = {item.rule for item in self.not_judged}
        return frozenset({*self.held, *self.not_applicable, *(f.rule for f in self.findings)} - open_)


def run(report: Report | None, context: Context | None = None, rules: Collection[str] | None = None) -> Result:
    """Checks one report in its context.

    ``report`` is None where nothing was found: then only the rules of publication run. ``rules`` limits the run to
    these ids; an unknown id raises KeyError.
    """
    context = context or Context()
    chosen = [RULES[rule_id] for rule_id in rules] if rules is not None else list(RULES.values())
    inputs = Inputs(report, context)
    result = Result()
    for rule in chosen:
        if report is None and rule.scope != "publication":
            continue
        _settle(result, rule, list(evaluations(inputs, rule)))
    result.findings = with_causes(inputs, chosen, result.findings, _findings)
    return result


def _findings(inputs: Inputs, rules: Iterable[Rule]) -> list[Finding]:
    result = Result()
    for rule in rules:
        _settle(result, rule, list(evaluations(inputs, rule)))
    return result.findings


def evaluations(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """All evaluations of one rule on the inputs: none at all only where the rule is of the other form."""
    try:
        _ready(inputs, rule)
        form = inputs.report.form if inputs.report is not None else None
        if form is not None and form not in rule.forms:
            return
        found = FUNCTIONS[rule.id](inputs, rule) if rule.id in FUNCTIONS else by_formula(inputs, rule)
        empty = True
        for evaluation in found:
            empty = False
            yield _doubted(inputs, rule, evaluation)
        if empty:
            yield not_judged("文中没有可供比对的内容")
    except NotJudged as why:
        yield not_judged(why.reason)


def _doubted(inputs: Inputs, rule: Rule, evaluation: Evaluation) -> Evaluation:
    """The same evaluation, for a person to look at first where the source itself is in doubt: it breaks off (anything said
    of it may be untrue of the whole, as of a copy that a person saved in part), or another text is printed over it (sums
    of cells read for sure still count)."""
    finding = evaluation.finding
    if finding is None or finding.needs_review or inputs.report is None:
        return evaluation
    details = inputs.report.details
    in_doubt = details.incomplete or (inputs.context.submitted and not _is_whole(inputs.report))
    if in_doubt or (details.overprinted and not rule.arithmetic):
        return replace(evaluation, finding=replace(finding, needs_review=True))
    return evaluation


def _is_whole(report: Report) -> bool:
    """Whether a person's copy shows all of a report: what else it lacks may not have been saved."""
    read = [table for table, state in report.details.tables.items() if state in {"read", "blank"}]
    return len(report.sections) >= SECTIONS and len(read) == len(TABLES)


def _ready(inputs: Inputs, rule: Rule) -> None:
    """Raises NotJudged where the rule cannot run on this kind of document, or lacks what it needs."""
    report = inputs.report
    if report is not None and report.error is not None and rule.scope != "publication":
        raise NotJudged("文件未能识读")
    if (
        report is not None
        and report.error is None
        and report.kind != "annual_report"
        and rule.family not in _ANY_KIND
        and rule.id != "READ-KIND"
    ):
        raise NotJudged("不是年度报告")
    for need in rule.needs:
        if need == "registry" and rule.name_decides and inputs.register_entry is not None:
            continue
        if not inputs.context.has(need):
            raise NotJudged(NEED_ZH[need])


def _settle(result: Result, rule: Rule, found: list[Evaluation]) -> None:
    # A finding is known by agency, year, rule and cells: what shares all of them is one, and says how often.
    together: dict[tuple[str, tuple[str, ...]], list[Finding]] = {}
    for evaluation in found:
        if evaluation.finding is not None:
            together.setdefault(matter_of(evaluation.finding), []).append(evaluation.finding)
    for same in together.values():
        same.sort(key=lambda finding: finding.needs_review)
        more = f"（另有{len(same) - 1}处同类问题）" if len(same) > 1 else ""
        result.findings.append(replace(same[0], message=same[0].message + more) if more else same[0])
    open_ = [evaluation.reason for evaluation in found if evaluation.state == "not_judged"]
    if open_:
        reasons = list(dict.fromkeys(open_))
        more = f"等{len(reasons)}项" if len(reasons) > 3 else ""
        result.not_judged.append(Unjudged(rule.id, "；".join(reasons[:3]) + more))
    elif not found:
        result.not_applicable.append(rule.id)
    elif all(evaluation.state == "holds" for evaluation in found):
        result.held.append(rule.id)


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


Outcome = Literal["said", "holds", "not_judged", "not_applicable"]


@dataclass(frozen=True, slots=True)
class Change:
    """What a rule would newly say and no longer say of one report, and how its evaluation ends now. ``not_judged`` is
    the reason in Chinese, empty where it was concluded in full; only then is anything ``gone``. ``kept`` is what stands
    although the rule does not repeat it, because it could not be judged."""

    report: Report | None
    newly: tuple[Finding, ...]
    gone: tuple[Finding, ...]
    not_judged: str = ""
    outcome: Outcome = "holds"
    kept: tuple[Finding, ...] = ()


def compare(rule_id: str, report: Report | None, context: Context, before: Iterable[Finding]) -> Change:
    """Runs one rule on one report (None where nothing was found) and compares it with what is said today; findings of
    other rules among ``before`` are left alone. Raises KeyError for an unknown rule."""
    result = run(report, context, [rule_id])
    known = {(matter_of(f), f.message): f for f in before if f.rule == rule_id}
    after = {(matter_of(f), f.message): f for f in result.findings}
    reason = result.not_judged[0].reason if result.not_judged else ""
    outcome: Outcome = "holds"
    if result.findings:
        outcome = "said"
    elif reason:
        outcome = "not_judged"
    elif result.not_applicable:
        outcome = "not_applicable"
    newly = tuple(f for key, f in after.items() if key not in known)
    gone = tuple(f for key, f in known.items() if key not in after)
    return Change(report, newly, () if reason else gone, reason, outcome, gone if reason else ())


def back_test(rule_id: str, reports: Iterable[tuple[Report, Context]]) -> Iterator[Change]:
    """Runs one rule over stored reports, before it is switched on or changed; ``report.findings`` are what is said of
    it today. Yields only reports of which the rule would say something else, or which it cannot judge."""
    for report, context in reports:
        change = compare(rule_id, report, context, report.findings)
        if change.newly or change.gone or change.not_judged:
            yield change


__all__ = [
    "CATALOGUE_VERSION",
    "DEFAULTS",
    "RULES",
    "SUGGESTIONS",
    "BadParameters",
    "Change",
    "Context",
    "Explanation",
    "Result",
    "Rule",
    "Unjudged",
    "back_test",
    "compare",
    "evaluations",
    "explain",
    "run",
    "validated_params",
    "with_changes",
]
