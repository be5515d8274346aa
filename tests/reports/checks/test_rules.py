"""Every rule of the catalogue by its cases: what trips it, a near miss, and each of its traps."""

from __future__ import annotations

from typing import Any

import pytest

from reports.checks import checking
from reports.checks.registry import FUNCTIONS
from reports.checks.sheet import place
from tests.reports.checks import cases

CASES = cases.load()


def _flat() -> list[Any]:
    out = []
    for rule, groups in CASES.items():
        for group, default in (("fires", "fires"), ("holds", "holds"), ("traps", "quiet"), ("edges", "holds")):
            found = groups.get(group) or []
            pairs = found.items() if isinstance(found, dict) else enumerate(found)
            for number, specs in pairs:
                for part, spec in enumerate(specs if isinstance(specs, list) else [specs]):
                    if not isinstance(spec, str):
                        out.append(pytest.param(rule, spec, default, id=f"{rule}-{group}-{number}.{part}"))
    return out


@pytest.mark.parametrize(("rule", "spec", "default"), _flat())
def test_a_rule_says_what_is_true_and_nothing_else(rule: str, spec: dict[str, Any], default: str):
    expect = spec.get("expect", default)
    result = cases.outcome(rule, spec)
    findings = [(f.severity, f.needs_review, f.message) for f in result.findings]
    reasons = [item.reason for item in result.not_judged]
    if expect == "quiet":
        assert not findings
    elif expect == "holds":
        assert not findings, findings
        assert result.held == [rule], reasons
    elif expect == "unjudged":
        assert not findings
        assert reasons
    else:
        assert findings, reasons or "held"
        if expect == "review":
            assert all(review for _, review, _ in findings)
        elif expect != "fires":
            assert {severity for severity, _, _ in findings} == {expect}
            assert not any(review for _, review, _ in findings)
    for words in [spec["says"]] if isinstance(spec.get("says"), str) else spec.get("says", []):
        assert any(words in text for text in [message for _, _, message in findings] + reasons), findings or reasons
    for _, _, message in findings:
        assert "None" not in message
        assert "{" not in message
        assert "“”" not in message


# What these give is no figure of one cell: a change against last year, both sides of a comparison with an attachment.
NO_CELL = {"PRO19-TOTAL-ROLL", "PUB-ATTACH-DIFF"}


@pytest.mark.parametrize(("rule", "spec", "default"), _flat())
def test_the_figure_given_as_printed_is_printed_in_the_place_that_is_given(
    rule: str, spec: dict[str, Any], default: str
):
    if spec.get("report") == "none" or rule in NO_CELL:
        return
    report = cases.build(spec)
    cells = {place(key, report.form): cell for key, cell in (report.cells or {}).items()}
    for finding in cases.outcome(rule, spec).findings:
        if finding.place in cells and isinstance(finding.actual, int | float):
            assert float(cells[finding.place].value or 0) == finding.actual, finding


@pytest.mark.parametrize("rule", list(checking.RULES))
def test_each_rule_is_tripped_once_missed_once_and_each_trap_is_a_case(rule: str):
    groups = CASES.get(rule, {})
    assert groups.get("fires"), "no report that trips it"
    assert groups.get("holds"), "no near miss"
    traps = groups.get("traps") or {}
    assert sorted(traps) == list(range(len(checking.RULES[rule].traps))), "a trap without a case"


def test_a_rule_by_function_lies_in_the_one_room_of_its_family():
    homes: dict[str, set[str]] = {}
    for rule, judge in FUNCTIONS.items():
        home = ".".join(judge.__module__.split(".")[:4])
        homes.setdefault(checking.RULES[rule].family, set()).add(home)
    assert {family: found for family, found in homes.items() if len(found) > 1} == {}
    assert {module.rpartition(".")[0] for found in homes.values() for module in found} == {"reports.checks.rules"}
