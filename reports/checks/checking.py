"""The catalogue of checks, evaluated: reports and their context in, findings out.

Three outcomes and no fourth: a rule holds, fails, or is not judged because …; silence is never taken for health.
Importing this module loads the catalogue and the functions of all rules: only what checks reports imports it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace

import reports.checks.rules  # noqa: F401 - registers the functions of all families
from reports.checks.catalogue import Rule, catalogue
from reports.checks.causes import with_causes
from reports.checks.context import NEED_ZH, Context
from reports.checks.evaluation import Evaluation, not_judged
from reports.checks.formulas import by_formula
from reports.checks.inputs import Inputs
from reports.checks.registry import FUNCTIONS, complete
from reports.checks.sheet import NotJudged
from reports.report import TABLES, Finding, Report
from reports.subject import matter_of

RULES: dict[str, Rule] = complete(catalogue().rules)

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
