"""What a violated formula puts into its message: the figures on both sides, their names, and the place to look at."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from reports.checks import formula as language
from reports.checks.catalogue import Rule
from reports.checks.evaluate import Evaluator, display
from reports.checks.formula import Arithmetic, Call, Key, Node
from reports.checks.inputs import Inputs
from reports.checks.instances import Instance
from reports.checks.sheet import Value, place, places
from reports.form import forms, layout
from reports.report import Form


def _figures(*values: Value) -> bool:
    return all(isinstance(value, int | Decimal) and not isinstance(value, bool) for value in values)


def ratio_of(expected: Value, actual: Value) -> tuple[Value, Value]:
    """Ratio and difference of two figures, None for what cannot be said."""
    if not _figures(expected, actual):
        return None, None
    difference: Value = abs(expected - actual)  # type: ignore[operator]
    ratio = round(Decimal(actual) / Decimal(expected), 2) if expected else None  # type: ignore[arg-type]
    return ratio, difference


def sides_of(rule: Rule, evaluator: Evaluator, binding: dict[str, str]) -> tuple[Any, Any]:
    """The figures of the message. An identity computes what should stand (left) against what stands (right); of an
    inequality the left is what stands and the right its bound; the rule may name others."""
    expected = actual = None
    if evaluator.taken.failing is not None:
        left_node, op, _, left, right = evaluator.taken.failing
        expected, actual = (left, right) if op in {"==", "!="} else (right, left)
        if isinstance(left_node, Call) and left_node.name == "decimals":
            # No figure of the report, but what is said of one.
            expected, actual = None, evaluator.quiet(left_node.args[0])
    if rule.expected:
        expected = named_value(rule.expected, evaluator, binding)
    if rule.actual:
        actual = named_value(rule.actual, evaluator, binding)
    return expected, actual


def named_value(text: str, evaluator: Evaluator, binding: dict[str, str]) -> Value:
    """The value of an expression that the catalogue names beside the formula."""
    return evaluator.quiet(language.fill(language.parse(text)[0].condition, binding))


def terms_of(rule: Rule, evaluator: Evaluator, binding: dict[str, str]) -> str:
    """The rule's own terms: a text in which {expressions in braces} are replaced by figures."""
    if not rule.terms:
        return ""
    return re.sub(r"<([^<>]+)>", lambda match: display(named_value(match.group(1), evaluator, binding)), rule.terms)


def worth_showing(failing: tuple[Node, str, Node, Value, Value] | None) -> bool:
    """Whether the arithmetic says more than the message."""
    return (
        failing is not None and failing[1] == "==" and any(isinstance(n, Arithmetic) for n in (failing[0], failing[2]))
    )


def labels_of(instance: Instance, form: Form, summed: Sequence[str]) -> dict[str, Value]:
    """Chinese names for the variables of the binding: {row}, {col}, {cell}."""
    out: dict[str, Value] = {"row": "", "col": "", "cell": ""}
    for name, value in instance.binding:
        if name in {"col", "part"}:
            out["col"] = forms.header("applications", form, "new", value)
        elif name in {"row", "result"}:
            out["row"] = forms.row("applications", form, value).label
        elif name == "group":
            out["row"] = forms.row("disputes", form, value).label
        elif name != "outcome":
            out["row"] = forms.row("proactive", form, value).label
    keys = [instance.cell] if instance.cell else language.keys_in(instance.condition)
    if keys:
        out["cell"] = forms.label(keys[0])
    if summed:
        out["row"], out["cell"] = layout.together(summed, form)
    return out


def printed_text(inputs: Inputs, instance: Instance) -> str:
    """The text of the instance's cell, as printed."""
    cell = inputs.tables.cells.get(instance.cell) if instance.cell else None
    return cell.raw.strip() or display(cell.value) if cell else ""


def place_of(rule: Rule, instance: Instance, failing: tuple[Node, str, Node, Value, Value] | None, form: Form) -> str:
    """The place that a reader should look at: where the figure stands that the finding gives as printed, or, where that
    is a sum, the cells that make it."""
    if instance.cell:
        return place(instance.cell, form)
    wanted: list[Node] = [instance.condition]
    if failing is not None:
        left, op, right, _, value = failing
        stands = right if op in {"==", "!="} else left
        wanted = [stands, *wanted] if not isinstance(value, bool) else wanted
    if rule.actual:
        wanted.insert(0, language.fill(language.parse(rule.actual)[0].condition, dict(instance.binding)))
    return next((places(keys, form) for node in wanted if (keys := _own_keys(node))), "")


def _own_keys(node: Node) -> list[str]:
    """The cells of the report itself below a node: not last year's, not other bodies', not what a text claims."""
    if isinstance(node, Key):
        return [node.pattern]
    if isinstance(node, Call) and node.name in {"prev", "child_sum", "enforcement", "claim", "interp"}:
        return []
    return [key for child in language.children(node) for key in _own_keys(child)]
