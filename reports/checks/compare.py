"""What a rule would newly say of reports, and no longer say, before it is switched on or changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from reports.checks.checking import run
from reports.checks.context import Context
from reports.report import Finding, Report
from reports.subject import matter_of

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
