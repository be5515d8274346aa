"""One cause, one matter: which single wrong cell explains several failed identities.

A sum that does not add up says that something is wrong, not what. Only where one cell, read as another figure, settles
every identity that fails on it and breaks none that holds, and no other cell does the same, is that cell named and the
other figure called the right one; in all other cases the two figures are merely said to differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from reports.checks.catalogue import Rule
from reports.checks.inputs import Inputs
from reports.checks.sheet import place
from reports.form import forms
from reports.report import Cause, Finding, Report

MOST_TRIES = 24  # of the cells and figures that may explain a report in disorder; beyond, none is named

# Runs these rules on a case and gives their findings.
Run = Callable[[Inputs, Iterable[Rule]], list[Finding]]


@dataclass(frozen=True, slots=True)
class _Explanation:
    """A cell read as another figure, with the findings that this settles."""

    cell: str
    value: int | Decimal
    settled: frozenset[int]


def with_causes(inputs: Inputs, rules: Sequence[Rule], found: Sequence[Finding], run: Run) -> list[Finding]:
    """The findings, each with its cause where exactly one cell must be wrong. ``rules`` are those that were run."""
    formulas = [rule for rule in rules if rule.evaluate]
    ids = {rule.id for rule in formulas}
    at = [number for number, finding in enumerate(found) if finding.rule in ids and _sure(finding)]
    if len(at) < 2 or inputs.report is None or inputs.sheet is None or inputs.sheet.form is None:
        return list(found)
    known = {(finding.rule, finding.cells) for finding in found}
    explanations = []
    tries = [(cell, value) for cell in _shared(found, at) for value in _values(inputs, cell, found, at)]
    if len(tries) > MOST_TRIES:
        return list(found)
    for cell, value in tries:
        after = run(Inputs(_read_as(inputs.report, cell, value), inputs.context), formulas)
        left = {(finding.rule, finding.cells) for finding in after}
        touched = frozenset(n for n in at if cell in found[n].cells)
        if left <= known and not any((found[n].rule, found[n].cells) in left for n in touched):
            explanations.append(_Explanation(cell, value, touched))
    out = list(found)
    for one in _only(explanations):
        cause = _cause(inputs, one)
        for number in one.settled:
            out[number] = replace(out[number], cause=cause)
    return out


def _sure(finding: Finding) -> bool:
    return not finding.needs_review and len(finding.cells) > 0 and _difference(finding) is not None


def _difference(finding: Finding) -> Decimal | None:
    a, b = finding.expected, finding.actual
    if isinstance(a, int | float) and isinstance(b, int | float):
        return Decimal(str(a)) - Decimal(str(b))
    return None


def _shared(found: Sequence[Finding], at: Sequence[int]) -> list[str]:
    """The cells on which two or more of the findings rest."""
    counts: dict[str, int] = {}
    for number in at:
        for cell in found[number].cells:
            counts[cell] = counts.get(cell, 0) + 1
    return [cell for cell, count in counts.items() if count > 1]


def _values(inputs: Inputs, cell: str, found: Sequence[Finding], at: Sequence[int]) -> list[int | Decimal]:
    """The figures that the cell may rightly be: off by the difference of a finding that rests on it."""
    value = inputs.tables.value(cell) if inputs.tables.state(cell) == "printed" else None
    if value is None:
        return []
    out: list[int | Decimal] = []
    for number in at:
        difference = _difference(found[number])
        if cell in found[number].cells and difference:
            out += [_plain(value + sign * difference) for sign in (1, -1)]
    whole = isinstance(value, int)
    return [v for v in dict.fromkeys(out) if v >= 0 and (isinstance(v, int) or not whole)]


def _plain(value: Decimal) -> int | Decimal:
    return int(value) if value == value.to_integral_value() else value


def _read_as(report: Report, cell: str, value: int | Decimal) -> Report:
    cells = dict(report.cells or {})
    cells[cell] = replace(cells[cell], value=value, raw=str(value))
    return replace(report, cells=cells)


def _only(explanations: Sequence[_Explanation]) -> list[_Explanation]:
    """Those that settle two or more findings, none of which another cell or figure settles as well, unless it settles
    fewer of the same."""
    out = []
    for one in explanations:
        others = [other for other in explanations if other is not one and other.settled & one.settled]
        if len(one.settled) > 1 and all(other.settled < one.settled for other in others):
            out.append(one)
    return out


def _cause(inputs: Inputs, one: _Explanation) -> Cause:
    printed = inputs.tables.value(one.cell)
    assert printed is not None
    return Cause(one.cell, forms.label(one.cell), place(one.cell, inputs.tables.form), str(printed), str(one.value))
