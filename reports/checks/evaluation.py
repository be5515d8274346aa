"""The outcome of one evaluation of a rule: it holds, is violated (with its finding), or cannot be judged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from reports.checks.catalogue import Rule
from reports.checks.evaluate import display
from reports.checks.inputs import Inputs, Operand
from reports.checks.sheet import Value, place
from reports.report import Finding, Severity


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One evaluation of a rule: what it came to, on which figures."""

    state: Literal["holds", "fails", "not_judged"]
    reason: str = ""
    condition: str = ""
    operands: tuple[Operand, ...] = ()
    conventions: tuple[str, ...] = ()
    arithmetic: str = ""
    finding: Finding | None = None

    def on(self, operands: Iterable[Operand], condition: str = "") -> Evaluation:
        """The same, with the figures and the condition that it rests on."""
        return replace(self, operands=tuple(operands), condition=condition)

    def stated(self, severity: Severity | None = None, needs_review: bool = False, suffix: str = "") -> Evaluation:
        """The same, its finding told more mildly, for a person to look at first, or with words added."""
        said = self.finding
        if said is None:
            return self
        message, severity = said.message + suffix, severity or said.severity
        return replace(self, finding=replace(said, severity=severity, needs_review=needs_review, message=message))


def holds(condition: str = "", operands: Iterable[Operand] = ()) -> Evaluation:
    """An evaluation that held."""
    return Evaluation("holds", condition=condition, operands=tuple(operands))


def not_judged(reason: str, condition: str = "") -> Evaluation:
    """An evaluation that could not be concluded."""
    return Evaluation("not_judged", reason, condition)


def violation(
    inputs: Inputs,
    rule: Rule,
    *,
    cells: Iterable[str] = (),
    expected: Value = None,
    actual: Value = None,
    where: str = "",
    **fields: Value,
) -> Evaluation:
    """An evaluation that failed, with its finding. ``fields`` fill the message's placeholders; ``where`` is the place
    in Chinese (by default that of the first cell)."""
    keys = tuple(dict.fromkeys(cells))
    form = inputs.sheet.form if inputs.sheet else None
    words = {
        "agency": inputs.agency,
        "year": inputs.year if inputs.year is not None else "",
        "expected": expected,
        "actual": actual,
        **fields,
    }
    message = rule.message.format(**{name: display(value) for name, value in words.items()})
    finding = Finding(
        rule=rule.id,
        severity=rule.severity,
        cells=keys,
        expected=_as_json(expected),
        actual=_as_json(actual),
        message=message,
        place=where or (place(keys[0], form) if keys else ""),
        basis=rule.basis,
    )
    return Evaluation("fails", finding=finding)


def _as_json(value: Value) -> str | int | float | None:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | str):
        return value
    return display(value)
