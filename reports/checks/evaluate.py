"""Evaluation of formulas on one report and its context."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from reports.checks import formula as language
from reports.checks.catalogue import Rule, expand
from reports.checks.context import NEED_ZH
from reports.checks.formula import (
    Arithmetic,
    Call,
    Compare,
    Every,
    Index,
    Key,
    Name,
    Negative,
    Node,
    Not,
    Number,
    QuotedText,
    Some,
)
from reports.checks.inputs import Inputs, Operand
from reports.checks.sheet import Figure, NotJudged, Sheet, Value, place


@dataclass(slots=True)
class Taken:
    """What one evaluation has used so far."""

    operands: list[Operand] = field(default_factory=list)
    as_zero: list[str] = field(default_factory=list)
    by_convention: bool = False
    failing: tuple[Node, str, Node, Value, Value] | None = None

    @property
    def milder(self) -> bool:
        """A blank was counted as 0."""
        return bool(self.as_zero)


# ------------------------------------------------------------------ evaluation of formulas


class Evaluator:
    """Evaluates one concrete clause on the inputs of a check. ``overlay`` replaces cells (the reading repairs; a sum that a
    claim names), ``claimed`` binds the figure of a claim."""

    def __init__(
        self,
        inputs: Inputs,
        rule: Rule,
        cell: str = "",
        claimed: Mapping[str, Figure] | None = None,
        overlay: Mapping[str, Figure] | None = None,
        overlaid: str = "",
    ) -> None:
        self.inputs = inputs
        self.rule = rule
        self.cell = cell
        self.claimed = claimed or {}
        self.overlay = overlay or {}
        self.overlaid = overlaid
        self.taken = Taken()

    # -- figures

    def figure(self, sheet: Sheet, key: str, prefix: str = "") -> Figure:
        """The figure of a cell by points 1 to 5 of the module's head. Raises NotJudged."""
        if prefix == "" and key in self.overlay:
            where = self.overlaid or place(key, sheet.form)
            self.taken.operands.append(Operand(key, self.overlay[key], where=where))
            return self.overlay[key]
        read = self.inputs.read(sheet, key, prefix)
        if read.operand is None:
            raise NotJudged(read.reason)
        self.taken.operands.append(read.operand)
        if read.as_zero:
            self.taken.as_zero.append(read.operand.name)
            self.taken.by_convention |= read.by_convention
        return read.value

    def previous(self, key: str) -> Figure:
        """``prev(k)``: the cell in last year's report (the sum over the predecessors' in a year of merger)."""
        return sum((self.figure(self.inputs.other(r), key, "prev") for r in self.inputs.history()), 0)

    def below(self, key: str) -> list[tuple[str, Figure | None]]:
        """The cell in each covered body's report; None where that body's report is not read."""
        bodies = self.inputs.context.below
        if bodies is None:
            raise NotJudged(NEED_ZH["hierarchy"])
        out: list[tuple[str, Figure | None]] = []
        for body in bodies:
            value: Figure | None = None
            if body.report is not None and body.report.error is None and body.report.kind == "annual_report":
                value = self.figure(self.inputs.other(body.report), key, "below")
            out.append((body.name, value))
        return out

    def enforcement(self, key: str) -> Figure:
        """``enforcement(k)``: the figure of the body's enforcement statistics."""
        figures = self.inputs.context.enforcement
        if figures is None or key not in figures:
            raise NotJudged(NEED_ZH["other_publication"])
        self.taken.operands.append(
            Operand(f"enforcement({key})", figures[key], where="行政执法年度数据", state="other")
        )
        return figures[key]

    # -- nodes

    def value(self, node: Node) -> Value:
        """The value of a node. Raises NotJudged."""
        return _VALUES[type(node)](self, node)

    def number(self, node: Node) -> Figure:
        """The value of a node that must be a figure."""
        value = self.value(node)
        if type(value) is int:
            return value
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            if isinstance(value, float):
                return Decimal(str(value))
            raise language.FormulaError(f"{language.unparse(node)} is no figure in {self.rule.id}")
        return value

    def arithmetic(self, op: str, left: Node, right: Node) -> Figure:
        """``+ - * /`` on exact figures. Division by zero cannot be judged."""
        a, b = self.number(left), self.number(right)
        if op == "+":
            return a + b
        if op == "-":
            return a - b
        if op == "*":
            return a * b
        if b == 0:
            raise NotJudged("除数为0")
        return Decimal(a) / Decimal(b)

    def compare(self, first: Node, links: tuple[tuple[str, Node], ...]) -> bool:
        """A chain of comparisons; the first link that fails is remembered for the message."""
        left_node, left = first, self.value(first)
        for op, right_node in links:
            right = self.value(right_node)
            if not self.link(left, op, right):
                self.taken.failing = (left_node, op, right_node, left, right)
                return False
            left_node, left = right_node, right
        return True

    def link(self, left: Value, op: str, right: Value) -> bool:
        """One comparison, with the rule's tolerance for figures."""
        if isinstance(left, bool | str) or isinstance(right, bool | str):
            return (left == right) if op == "==" else (left != right)
        assert isinstance(left, int | Decimal)
        assert isinstance(right, int | Decimal)
        slack = self.rule.tolerance
        if self.rule.scope == "hierarchy":
            slack += abs(Decimal(left)) * Decimal(str(self.inputs.params["hierarchy_tolerance_share"]))
        if not slack:
            return _EXACT[op](left, right)
        over = Decimal(left) - Decimal(right)
        match op:
            case "==":
                return abs(over) <= slack
            case "!=":
                return abs(over) > slack
            case "<=":
                return over <= slack
            case ">=":
                return over >= -slack
            case _:
                return _EXACT[op](over, 0)

    def name(self, path: str) -> Value:
        """A dotted name: the document's year and form, parameters, the register entry."""
        if path == "cell":
            return self.figure(self.inputs.tables, self.cell)
        if path == "year":
            if self.inputs.year is None:
                raise NotJudged("未能识别报告年度")
            return self.inputs.year
        if path == "form":
            return self.inputs.tables.form
        head, _, rest = path.partition(".")
        if head == "params":
            value = self.inputs.params[rest]
            self.taken.operands.append(Operand(path, value if not isinstance(value, dict) else None, state="parameter"))
            return Decimal(str(value)) if isinstance(value, float) else value
        if head == "registry":
            entry = self.inputs.context.register_entry
            if entry is None:
                raise NotJudged(NEED_ZH["registry"])
            value = {
                "kind": entry.kind,
                "level": entry.ceilings,
                "rank": entry.level,
                "can_make_regulations": entry.can_make_regulations,
            }[rest]
            if value is None or value == "":
                raise NotJudged(f"名录未登记该单位的{_REGISTER_ZH[rest]}")
            self.taken.operands.append(Operand(path, value, state="register"))
            return value
        raise language.FormulaError(f"unknown name {path} in {self.rule.id}")

    @staticmethod
    def entry(table: Value, entry: Value) -> Value:
        """One entry of a table of parameters."""
        name = str(entry)
        if not isinstance(table, Mapping) or name not in table:
            raise NotJudged(f"参数表中没有“{name}”一项")
        return Decimal(str(table[name]))

    def call(self, node: Call) -> Value:  # noqa: C901  one branch a function of the language
        """The functions of the language."""
        args = node.args
        match node.name:
            case "sum":
                return sum((self.figure(self.inputs.tables, key) for key in self.keys(args)), 0)
            case "prev":
                return self.previous(self.key(args[0]))
            case "child_sum":
                found = self.below(self.key(args[0]))
                lacking = [name for name, value in found if value is None]
                if lacking or not found:
                    raise NotJudged(f"所属单位报告不齐，缺：{'、'.join(lacking) or '全部'}")
                return sum((value for _, value in found if value is not None), 0)
            case "enforcement":
                return self.enforcement(self.key(args[0]))
            case "claim" | "interp":
                return self.claimed[self.key(args[0])]
            case "integer":
                figure = self.figure(self.inputs.tables, self.key(args[0]))
                return figure == int(figure)
            case "decimals":
                figure = self.figure(self.inputs.tables, self.key(args[0]))
                return decimals(figure)
            case "max" | "min":
                figures: list[Figure] = [self.number(arg) for arg in args]
                return sorted(figures)[-1 if node.name == "max" else 0]
            case "abs":
                figure = self.number(args[0])
                return -figure if figure < 0 else figure
            case "blank":
                return self.inputs.tables.state(self.key(args[0])) == "blank"
            case "illegible":
                return self.inputs.tables.state(self.key(args[0])) == "illegible"
            case _:
                raise language.FormulaError(f"unknown function {node.name} in {self.rule.id}")

    def key(self, node: Node) -> str:
        """The one key that a function is applied to."""
        if isinstance(node, Key):
            return node.pattern
        if isinstance(node, Name) and node.path == "cell":
            return self.cell
        raise language.FormulaError(f"a cell key expected in {self.rule.id}, not {language.unparse(node)}")

    def keys(self, args: tuple[Node, ...]) -> list[str]:
        """All keys that the patterns among the arguments stand for."""
        form = self.inputs.tables.form
        assert form is not None
        return [key for arg in args for key in expand(self.key(arg), form)]

    # -- words for people

    def terms(self) -> str:
        """The failing comparison with its figures: ``26 + 0 ≠ 25 + 0``."""
        if self.taken.failing is None:
            return ""
        left_node, op, right_node, left, right = self.taken.failing
        against = {"==": "≠", "!=": "=", "<=": ">", ">=": "<", "<": "≥", ">": "≤"}[op]
        left_text, right_text = self.written(left_node), self.written(right_node)
        if self._long(left_node):
            left_text = f"{left_text} = {display(left)}"
        if self._long(right_node):
            right_text = f"{right_text} = {display(right)}"
        return f"{left_text} {against} {right_text}"

    def written(self, node: Node) -> str:
        """A node with figures in place of keys; zeros are left out of long sums."""
        if isinstance(node, Arithmetic) and node.op in "+-":
            parts = list(_addends(node))
            if len(parts) > 4:
                parts = [part for part in parts if self.quiet(part[1]) != 0] or parts[:1]
            texts = []
            for number, (sign, part) in enumerate(parts):
                text = self.written(part)
                if text.startswith("-"):
                    text = f"({text})"
                texts.append(text if number == 0 and sign == "+" else f"{'−' if sign == '-' else '+'} {text}")
            return " ".join(texts)
        if isinstance(node, Arithmetic):
            sign = {"*": "×", "/": "÷"}[node.op]
            return f"{self.bracketed(node.left)} {sign} {self.bracketed(node.right)}"
        if isinstance(node, Negative):
            return f"-{self.written(node.operand)}"
        return display(self.quiet(node))

    def bracketed(self, node: Node) -> str:
        """As ``written``, in brackets where it is a sum."""
        text = self.written(node)
        return f"({text})" if isinstance(node, Arithmetic) and node.op in "+-" else text

    def quiet(self, node: Node) -> Value:
        """A value without leaving a trace."""
        kept, self.taken = self.taken, Taken()
        try:
            return self.value(node)
        finally:
            self.taken = kept

    @staticmethod
    def _long(node: Node) -> bool:
        return isinstance(node, Arithmetic) and node.op in "+-" and len(list(_addends(node))) > 2


# One entry a kind of node: a look-up by type, since a report asks for two thousand nodes.
_VALUES: dict[type, Callable[[Evaluator, Any], Value]] = {
    Key: lambda one, node: one.figure(one.inputs.tables, node.pattern),
    Arithmetic: lambda one, node: one.arithmetic(node.op, node.left, node.right),
    Compare: lambda one, node: one.compare(node.first, node.links),
    Number: lambda _, node: node.value,
    Call: lambda one, node: one.call(node),
    Name: lambda one, node: one.name(node.path),
    QuotedText: lambda _, node: node.value,
    Index: lambda one, node: one.entry(one.value(node.table), one.value(node.entry)),
    Negative: lambda one, node: -one.number(node.operand),
    Not: lambda one, node: not one.value(node.operand),
    Every: lambda one, node: all(map(one.value, node.parts)),
    Some: lambda one, node: any(map(one.value, node.parts)),
}
_EXACT: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
_REGISTER_ZH = {"kind": "类别", "level": "层级", "rank": "层级", "can_make_regulations": "规章制定权"}


def _addends(node: Node, sign: str = "+") -> Iterator[tuple[str, Node]]:
    if isinstance(node, Arithmetic) and node.op in "+-":
        yield from _addends(node.left, sign)
        flipped = {"+": "-", "-": "+"}[sign] if node.op == "-" else sign
        yield from _addends(node.right, flipped)
    else:
        yield sign, node


def decimals(figure: Figure) -> int:
    """Digits after the point, trailing zeros not counted."""
    if isinstance(figure, int):
        return 0
    exponent = figure.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def display(value: Value) -> str:
    """A value as people read it: whole numbers without a point, dates as 2026年1月31日."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Decimal):
        text = format(round(value, 6), "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    return "" if value is None else str(value)
