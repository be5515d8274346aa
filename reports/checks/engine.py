"""The engine: evaluates the catalogue on one report and its context, with three outcomes and no fourth.

A rule *holds*, *fails*, or is *not judged because …*. What a formula can say is parsed once (``formula``) and
evaluated here on cells that know whether they are printed, blank, a token or illegible; what no formula can say is a
pure function registered by id (``rule``).

Blank is not zero (head of ``data/rules.yaml``, points 1 to 5):

1. an operand that is illegible or below ``min_confidence``: not judged; READ-LOWCONF speaks instead;
2. the cell that states a result (row total, （七）总计, dispute total) is blank: not judged; FMT-BLANK-TOTAL speaks;
3. blank addends count as 0, and a difference is reported one step milder and says so;
4. of an entirely blank table nothing is judged but FMT-BLANK-TABLE;
5. in a table that prints figures but not one 0, blank means zero for results too (same mildness). A whole line of
   results left out (two or more blank totals beside figures) is no zero but an omission: point 2 applies to it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml

from reports import forms
from reports.checks import formula as language
from reports.checks.context import NEED_ZH, Context
from reports.checks.formula import (
    Arithmetic,
    Call,
    Clause,
    Compare,
    Every,
    Index,
    Key,
    Name,
    Negative,
    Node,
    Not,
    Number,
    Some,
    Text,
)
from reports.report import TABLES, Claim, Finding, Form, Report, Severity, Table

DATA = Path(__file__).parents[1] / "data" / "rules.yaml"
MILDER: dict[Severity, Severity] = {"error": "warning", "warning": "notice", "notice": "notice"}
TABLE_ZH: dict[Table, str] = {
    "proactive": "主动公开政府信息情况",
    "applications": "收到和处理政府信息公开申请情况",
    "disputes": "政府信息公开行政复议、行政诉讼情况",
}
# Tokens that say 没有 or 不适用: known not to be a figure, and surely read.
NOTHING = frozenset(
    {"/", "／", "-", "－", "—", "–", "――", "——", "一", "无", "无此项", "N/A", "NA", "n/a", "\\", "*", "＊"}
)

Value = int | Decimal | str | bool | date | Mapping[str, Any] | None
Figure = int | Decimal


# ------------------------------------------------------------------ the catalogue


@dataclass(frozen=True, slots=True)
class Rule:
    """One check of the catalogue, as ``data/rules.yaml`` holds it. ``formula`` is by form; ``expected``, ``actual``
    and ``terms`` name other figures for the message than the two sides of the failing comparison."""

    id: str
    title: str
    severity: Severity
    forms: tuple[Form, ...]
    scope: str
    needs: tuple[str, ...]
    formula: Mapping[str, str]
    tolerance: Decimal
    cells: tuple[str, ...]
    basis: str
    message: str
    traps: tuple[str, ...]
    evidence: tuple[str, ...]
    arithmetic: bool = False
    evaluate: bool = False
    expected: str = ""
    actual: str = ""
    terms: str = ""
    meaning: str = ""
    example: str = ""

    @property
    def family(self) -> str:
        """The prefix of the id: READ, FMT, PRO, …"""
        return self.id.partition("-")[0]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The whole of ``data/rules.yaml``: rules in order, parameters, variables, the six titles."""

    version: str
    rules: dict[str, Rule]
    params: Mapping[str, Any]
    vars: Mapping[str, tuple[str, ...]]
    titles: tuple[tuple[str, tuple[str, ...]], ...]


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """The catalogue, read once."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    data = yaml.load(DATA.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - a safe loader, by either name
    rules: dict[str, Rule] = {}
    for row in data["rules"]:
        formulas = row["formula"]
        rules[row["id"]] = Rule(
            id=row["id"],
            title=row["title"],
            severity=row["severity"],
            forms=tuple(row["forms"]),
            scope=row["scope"],
            needs=tuple(row["needs"]),
            formula=formulas if isinstance(formulas, dict) else dict.fromkeys(row["forms"], formulas),
            tolerance=Decimal(str(row["tolerance"])),
            cells=tuple(row["cells"]),
            basis=row["basis"],
            message=row["message"],
            traps=tuple(row["traps"]),
            evidence=tuple(str(x) for x in row["evidence"]),
            arithmetic=bool(row.get("arithmetic")),
            evaluate=bool(row.get("arithmetic") or row.get("evaluate")),
            expected=row.get("expected", ""),
            actual=row.get("actual", ""),
            terms=row.get("terms", ""),
            meaning=row.get("meaning", ""),
            example=row.get("example", ""),
        )
    return Catalogue(
        version=str(data["updated"]),
        rules=rules,
        params=data["params"],
        vars={name: tuple(values) for name, values in data["vars"].items() if isinstance(values, list)},
        titles=tuple((title["zh"], tuple(title["accepted"])) for title in data["titles"]),
    )


def expand(pattern: str, form: Form) -> tuple[str, ...]:
    """The cell keys of a pattern, in the order of the form: ``*`` is one whole row key, or at the end one column."""
    return _expand(pattern, form)


@lru_cache(maxsize=4096)
def _expand(pattern: str, form: Form) -> tuple[str, ...]:
    table, row, column = forms.split(pattern)
    return tuple(
        f"{table}.{spec.key}.{name}"
        for spec in forms.rows(table, form)
        if row in {"*", spec.key}
        for name in spec.columns
        if column in {"*", name}
    )


# ------------------------------------------------------------------ cells with their state


class NotJudged(Exception):
    """An evaluation that cannot be concluded, and why (Chinese, for people)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Operand:
    """One figure that an evaluation used, for ``--explain``: ``state`` is printed, blank, token, claim, history,
    below, register or parameter; ``note`` the convention applied."""

    name: str
    value: Value
    raw: str = ""
    where: str = ""
    state: str = "printed"
    note: str = ""


RESULT = re.compile(r"applications\.[a-z_.]+\.total|applications\.handled\.[a-z_]+|disputes\.[a-z_]+\.total")


class Sheet:
    """The three tables of one report with what is known of each cell's and table's state."""

    def __init__(self, report: Report, min_confidence: float) -> None:
        self.report = report
        self.form = report.form
        self.cells = report.cells or {}
        self.min_confidence = min_confidence
        self._states: dict[str, str] = {}
        self.keys: tuple[str, ...] = forms.keys(report.form) if report.form else ()
        self._by_table: dict[Table, list[str]] = {table: [] for table in TABLES}
        for key in self.keys:
            self._by_table[forms.split(key)[0]].append(key)
        self.blank_tables, self.blank_means_zero = self._conventions()
        self.left_out = self._left_out()

    def of(self, table: Table) -> list[str]:
        """The keys of a table."""
        return self._by_table[table]

    def state(self, key: str) -> str:
        """printed, blank, token, illegible or absent."""
        found = self._states.get(key)
        if found is None:
            found = self._states[key] = self._state(key)
        return found

    def _state(self, key: str) -> str:
        cell = self.cells.get(key)
        if cell is None:
            return "absent"
        if cell.confidence < self.min_confidence:
            return "illegible"
        if cell.value is not None:
            return "printed"
        text = cell.raw.strip()
        if not text:
            return "blank"
        return "token" if text in NOTHING else "illegible"

    def value(self, key: str) -> Figure | None:
        """The printed figure; None for all else."""
        return self.cells[key].value if self.state(key) == "printed" else None

    def _conventions(self) -> tuple[frozenset[Table], frozenset[Table]]:
        """The tables that are blank, and those in which blank means zero.

        A table is blank where no cell, or a single one, holds anything. But in a document that elsewhere prints two
        or more figures and not one 0, a table without figures is one of zeros by the same habit.
        """
        nearly_blank: set[Table] = set()
        zero: set[Table] = set()
        habit = False
        for table in TABLES:
            keys = self.of(table)
            states = [self.state(key) for key in keys]
            present = [state for state in states if state != "absent"]
            if not present:
                continue
            figures = [self.cells[key].value for key, state in zip(keys, states, strict=True) if state == "printed"]
            blanks = states.count("blank")
            if len(present) - blanks <= 1 and len(present) > 1:
                nearly_blank.add(table)
            elif blanks and figures and 0 not in figures:
                zero.add(table)
                habit |= len(figures) > 1
        if habit:
            zero |= {table for table in nearly_blank if not any(self.value(key) == 0 for key in self.of(table))}
            nearly_blank -= zero
        return frozenset(nearly_blank), frozenset(zero)

    def _left_out(self) -> frozenset[str]:
        """Result cells left blank beside figures, line by line: the total column, the row （七）总计, the totals of
        table 四. In a table where blank means zero a single one still counts as 0; two of a line are an omission."""
        if self.form is None:
            return frozenset()
        lines: dict[str, list[str]] = {"rows": [], "columns": [], "disputes": []}
        for spec in forms.rows("applications", self.form):
            total = f"applications.{spec.key}.total"
            if self.state(total) == "blank" and self._any(k for k in spec.cells() if k != total):
                lines["rows"].append(total)
        results = [s.key for s in forms.rows("applications", self.form) if s.key not in _NO_RESULTS]
        for column in catalogue().vars["col"]:
            key = f"applications.handled.{column}"
            if self.state(key) == "blank" and self._any(f"applications.{row}.{column}" for row in results):
                lines["columns"].append(key)
        for spec in forms.rows("disputes", self.form):
            total = f"disputes.{spec.key}.total"
            if self.state(total) == "blank" and self._any(k for k in spec.cells() if k != total):
                lines["disputes"].append(total)
        out: set[str] = set()
        for found in lines.values():
            if found and (len(found) > 1 or forms.split(found[0])[0] not in self.blank_means_zero):
                out.update(found)
        return frozenset(out)

    def _any(self, keys: Iterable[str]) -> bool:
        return any(self.value(key) for key in keys)

    def missing(self, table: Table) -> str:
        """Why a table has no cells, in Chinese; empty where it has some."""
        how = self.report.details.tables.get(table, "")
        if how == "picture":
            return f"{forms.TABLE_ZH[table]}为图片，未能识读"
        if how == "missing" or not any(self.state(key) != "absent" for key in self.of(table)):
            return f"{forms.TABLE_ZH[table]}未读到"
        return ""


_NO_RESULTS = frozenset({"new", "carried_in", "handled", "carried_out"})


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


# ------------------------------------------------------------------ a case: one report, its context, its parameters


class Case:
    """One report with its context, prepared for all rules."""

    def __init__(self, report: Report | None, context: Context) -> None:
        self.report = report
        self.context = context
        self.params: Mapping[str, Any] = {**catalogue().params, **context.params}
        self.min_confidence = float(self.params["min_confidence"])
        self.sheet = Sheet(report, self.min_confidence) if report is not None and report.error is None else None
        self._others: dict[int, Sheet] = {}
        self.repairs: list[tuple[str, str, dict[str, Figure]]] | None = None
        self.agency = context.agency or (report.agency if report else None) or "该单位"
        self.year = context.year or (report.year if report else None)

    @property
    def doc(self) -> Report:
        """The report. Raises NotJudged where there is none."""
        if self.report is None or self.report.error is not None:
            raise NotJudged("没有可检查的报告")
        return self.report

    @property
    def tables(self) -> Sheet:
        """The report's tables. Raises NotJudged where the form was not recognised."""
        if self.sheet is None or self.sheet.form is None:
            raise NotJudged("未能识别表格版本")
        return self.sheet

    @property
    def ocr(self) -> bool:
        """The text was recognised from pictures: whatever is found needs a look first."""
        return self.report is not None and self.report.details.ocr

    def other(self, report: Report) -> Sheet:
        """The tables of another report."""
        key = id(report)
        if key not in self._others:
            self._others[key] = Sheet(report, self.min_confidence)
        return self._others[key]

    def history(self) -> list[Report]:
        """Last year's report, or those of the bodies that this one succeeded. Raises NotJudged with the reason."""
        found = [self.context.history] if self.context.history is not None else list(self.context.predecessors)
        if not found:
            raise NotJudged(NEED_ZH["history"])
        for report in found:
            if report.error is not None or report.kind != "annual_report":
                raise NotJudged("上年度报告未能识读或不是统一格式")
            if self.year is not None and report.year is not None and report.year != self.year - 1:
                raise NotJudged(f"所存往年报告为{report.year}年度，不是上一年度")
        return found


# ------------------------------------------------------------------ evaluation of formulas


class Evaluator:
    """Evaluates one concrete clause on a case. ``overlay`` replaces cells (the reading repairs), ``claimed`` binds
    the figure of a claim."""

    def __init__(
        self,
        case: Case,
        rule: Rule,
        cell: str = "",
        claimed: Mapping[str, Figure] | None = None,
        overlay: Mapping[str, Figure] | None = None,
    ) -> None:
        self.case = case
        self.rule = rule
        self.cell = cell
        self.claimed = claimed or {}
        self.overlay = overlay or {}
        self.taken = Taken()

    # -- figures

    def figure(self, sheet: Sheet, key: str, prefix: str = "") -> Figure:
        """The figure of a cell by points 1 to 5 of the module's head. Raises NotJudged."""
        if prefix == "" and key in self.overlay:
            return self.overlay[key]
        table = forms.split(key)[0]
        state = sheet.state(key)
        name = f"{prefix}({key})" if prefix else key
        says = {"prev": "上年度报告", "below": "所属单位报告"}.get(prefix, "")
        cell = sheet.cells.get(key)
        where = place(key, sheet.form)
        if state == "absent":
            if sheet.form is not None and key not in forms.keys(sheet.form):
                raise NotJudged(f"{says}表格没有“{forms.label(key)}”一项")
            raise NotJudged(f"{says}{sheet.missing(table) or where + '未读到'}")
        assert cell is not None
        if state == "illegible":
            raise NotJudged(f"{says}{where}识读存疑")
        if table in sheet.blank_tables:
            raise NotJudged(f"{says}{forms.TABLE_ZH[table]}整表空白")
        if state == "printed":
            assert cell.value is not None
            self.taken.operands.append(Operand(name, cell.value, cell.raw, where, prefix or "printed"))
            return cell.value
        convention = table in sheet.blank_means_zero
        if RESULT.fullmatch(key) and (not convention or key in sheet.left_out):
            raise NotJudged(f"{says}{where}合计栏空白")
        note = "该表零值一律留空，空白按0计" if convention else "空白按0计"
        self.taken.operands.append(Operand(name, 0, cell.raw, where, prefix or state, note))
        self.taken.as_zero.append(name)
        self.taken.by_convention |= convention
        return 0

    def previous(self, key: str) -> Figure:
        """``prev(k)``: the cell in last year's report (the sum over the predecessors' in a year of merger)."""
        return sum((self.figure(self.case.other(r), key, "prev") for r in self.case.history()), 0)

    def below(self, key: str) -> list[tuple[str, Figure | None]]:
        """The cell in each covered body's report; None where that body's report is not read."""
        bodies = self.case.context.below
        if bodies is None:
            raise NotJudged(NEED_ZH["hierarchy"])
        out: list[tuple[str, Figure | None]] = []
        for body in bodies:
            value: Figure | None = None
            if body.report is not None and body.report.error is None and body.report.kind == "annual_report":
                value = self.figure(self.case.other(body.report), key, "below")
            out.append((body.name, value))
        return out

    # -- nodes

    def value(self, node: Node) -> Value:
        """The value of a node. Raises NotJudged."""
        match node:
            case Number(value=value):
                return value
            case Text(value=text):
                return text
            case Key(pattern=pattern):
                return self.figure(self.case.tables, pattern)
            case Name(path=path):
                return self.name(path)
            case Call():
                return self.call(node)
            case Index(table=table, entry=entry):
                return self.entry(self.value(table), self.value(entry))
            case Negative(of=of):
                return -self.number(of)
            case Arithmetic(op=op, left=left, right=right):
                return self.arithmetic(op, left, right)
            case Compare(first=first, links=links):
                return self.compare(first, links)
            case Not(of=of):
                return not self.value(of)
            case Every(parts=parts):
                return all(self.value(part) for part in parts)
            case Some(parts=parts):
                return any(self.value(part) for part in parts)

    def number(self, node: Node) -> Figure:
        """The value of a node that must be a figure."""
        value = self.value(node)
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
        over = Decimal(left) - Decimal(right)
        slack = self.rule.tolerance
        return {
            "==": abs(over) <= slack,
            "!=": abs(over) > slack,
            "<=": over <= slack,
            ">=": over >= -slack,
            "<": over < 0,
            ">": over > 0,
        }[op]

    def name(self, path: str) -> Value:
        """A dotted name: the document's year and form, parameters, the register entry."""
        if path == "cell":
            return self.figure(self.case.tables, self.cell)
        if path == "year":
            if self.case.year is None:
                raise NotJudged("未能识别报告年度")
            return self.case.year
        if path == "form":
            return self.case.tables.form
        head, _, rest = path.partition(".")
        if head == "params":
            value = self.case.params[rest]
            self.taken.operands.append(Operand(path, value if not isinstance(value, dict) else None, state="parameter"))
            return Decimal(str(value)) if isinstance(value, float) else value
        if head == "registry":
            entry = self.case.context.register
            if entry is None:
                raise NotJudged(NEED_ZH["registry"])
            value = {
                "kind": entry.role,
                "level": entry.scale,
                "rank": entry.rank,
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

    def call(self, node: Call) -> Value:
        """The functions of the language."""
        args = node.args
        match node.name:
            case "sum":
                return sum((self.figure(self.case.tables, key) for key in self.keys(args)), 0)
            case "prev":
                return self.previous(self.key(args[0]))
            case "child_sum":
                found = self.below(self.key(args[0]))
                lacking = [name for name, value in found if value is None]
                if lacking or not found:
                    raise NotJudged(f"所属单位报告不齐，缺：{'、'.join(lacking) or '全部'}")
                return sum((value for _, value in found if value is not None), 0)
            case "claim" | "interp":
                return self.claimed[self.key(args[0])]
            case "integer":
                figure = self.figure(self.case.tables, self.key(args[0]))
                return figure == int(figure)
            case "decimals":
                figure = self.figure(self.case.tables, self.key(args[0]))
                return decimals(figure)
            case "max" | "min":
                figures: list[Figure] = [self.number(arg) for arg in args]
                return sorted(figures)[-1 if node.name == "max" else 0]
            case "abs":
                return abs(self.number(args[0]))
            case "blank":
                return self.case.tables.state(self.key(args[0])) == "blank"
            case "illegible":
                return self.case.tables.state(self.key(args[0])) == "illegible"
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
        form = self.case.tables.form
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
            left_text = f"{left_text} = {shown(left)}"
        if self._long(right_node):
            right_text = f"{right_text} = {shown(right)}"
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
            return f"-{self.written(node.of)}"
        return shown(self.quiet(node))

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


def shown(value: Value) -> str:
    """A value as people read it: whole numbers without a point, dates as 2026年1月31日."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Decimal):
        text = format(round(value, 6), "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    return "" if value is None else str(value)


def place(key: str, form: Form | None) -> str:
    """Where the cell stands in the form of the report: ``表三，第24行，总计``."""
    if form is None:
        return forms.place(key)
    table, row, column = forms.split(key)
    for number, spec in enumerate(forms.rows(table, form), 1):
        if spec.key == row and column in spec.columns:
            where = spec.label if table == "disputes" else f"第{number}行"
            return f"{forms.TABLE_ZH[table]}，{where}，{spec.headers[spec.columns.index(column)]}"
    return forms.place(key)


# ------------------------------------------------------------------ clauses made concrete


@dataclass(frozen=True, slots=True)
class Instance:
    """One concrete condition: a clause with its variables bound and, for ``for`` clauses, its cell."""

    condition: Node
    binding: tuple[tuple[str, str], ...] = ()
    cell: str = ""
    claims: tuple[str, ...] = ()


@lru_cache(maxsize=512)
def instances(rule_id: str, form: Form) -> tuple[Instance, ...]:
    """All concrete conditions of a formula rule on a form. Raises FormulaError."""
    return concrete(language.parse(catalogue().rules[rule_id].formula[form]), form)


def concrete(clauses: Iterable[Clause], form: Form) -> tuple[Instance, ...]:
    """The clauses with every variable bound in turn and every pattern of a ``for`` expanded."""
    out: list[Instance] = []
    for clause in clauses:
        if clause.patterns:
            keys = dict.fromkeys(key for pattern in clause.patterns for key in expand(pattern, form))
            out.extend(Instance(clause.condition, cell=key) for key in keys)
            continue
        names = sorted(set(re.findall(r"\{([a-z0-9_]+)\}", " ".join(language.keys_in(clause.condition)))))
        for values in itertools.product(*(_values(name, form) for name in names)):
            binding = dict(zip(names, values, strict=True))
            condition = language.fill(clause.condition, binding)
            if all(_expand(key, form) for key in language.keys_in(condition)):
                out.append(Instance(condition, tuple(binding.items()), claims=tuple(_claim_keys(condition))))
    return tuple(out)


def _values(name: str, form: Form) -> tuple[str, ...]:
    if name == "row":
        return tuple(spec.key for spec in forms.rows("applications", form))
    return catalogue().vars[name]


def _claim_keys(node: Node) -> list[str]:
    if isinstance(node, Call) and node.name in {"claim", "interp"}:
        return language.keys_in(node)
    return list(dict.fromkeys(key for child in language.children(node) for key in _claim_keys(child)))


# ------------------------------------------------------------------ outcomes


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


Judge = Callable[["Case", Rule], Iterator[Evaluation]]
FUNCTIONS: dict[str, Judge] = {}


def rule(rule_id: str) -> Callable[[Judge], Judge]:
    """Registers the function of a rule that no formula can say."""

    def register(judge: Judge) -> Judge:
        if rule_id in FUNCTIONS or rule_id not in catalogue().rules:
            raise ValueError(f"{rule_id} is registered already or not in the catalogue")
        FUNCTIONS[rule_id] = judge
        return judge

    return register


def active(rule_id: str) -> bool:
    """Whether the rule can be evaluated: by its formula or by a registered function."""
    return rule_id in FUNCTIONS or catalogue().rules[rule_id].evaluate


def holds(condition: str = "", operands: Iterable[Operand] = ()) -> Evaluation:
    """An evaluation that held."""
    return Evaluation("holds", condition=condition, operands=tuple(operands))


def not_judged(reason: str, condition: str = "") -> Evaluation:
    """An evaluation that could not be concluded."""
    return Evaluation("not_judged", reason, condition)


def fault(
    case: Case,
    of: Rule,
    *,
    cells: Iterable[str] = (),
    expected: Value = None,
    actual: Value = None,
    where: str = "",
    severity: Severity | None = None,
    needs_review: bool = False,
    suffix: str = "",
    operands: Iterable[Operand] = (),
    condition: str = "",
    **fields: Value,
) -> Evaluation:
    """An evaluation that failed, with its finding. ``fields`` fill the message's placeholders; ``where`` is the place
    in Chinese (by default that of the first cell)."""
    keys = tuple(dict.fromkeys(cells))
    form = case.sheet.form if case.sheet else None
    words = {
        "agency": case.agency,
        "year": case.year if case.year is not None else "",
        "expected": expected,
        "actual": actual,
        **fields,
    }
    message = of.message.format(**{name: shown(value) for name, value in words.items()}) + suffix
    finding = Finding(
        rule=of.id,
        severity=severity or of.severity,
        cells=keys,
        expected=_plain(expected),
        actual=_plain(actual),
        message=message,
        needs_review=needs_review,
        place=where or (place(keys[0], form) if keys else ""),
        basis=of.basis,
    )
    return Evaluation("fails", condition=condition, operands=tuple(operands), finding=finding)


def _plain(value: Value) -> str | int | float | None:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, bool):
        return shown(value)
    if isinstance(value, int | str) or value is None:
        return value
    return shown(value)


def by_formula(case: Case, of: Rule) -> Iterator[Evaluation]:
    """All evaluations of a formula rule."""
    form = case.tables.form
    assert form is not None
    for instance in instances(of.id, form):
        if instance.claims:
            yield from by_claims(case, of, instance)
        else:
            yield judge(case, of, instance)


def by_claims(case: Case, of: Rule, instance: Instance) -> Iterator[Evaluation]:
    """One evaluation per claim of the narrative on the instance's cell; none where nothing is claimed."""
    from reports.checks.claims import judge_claim  # the claims' own conventions build on this module

    key = instance.claims[0]
    failed: list[Evaluation] = []
    for claim in case.doc.claims:
        if claim.cell == key:
            evaluation = judge_claim(case, of, instance, claim)
            if evaluation.finding is None:
                yield evaluation
            else:
                failed.append(evaluation)
    # Two sentences that contradict one cell are one finding: the surer of them.
    failed.sort(key=lambda evaluation: evaluation.finding is not None and evaluation.finding.needs_review)
    yield from failed[:1]


def judge(
    case: Case,
    of: Rule,
    instance: Instance,
    claimed: Mapping[str, Figure] | None = None,
    claim: Claim | None = None,
    severity: Severity | None = None,
    needs_review: bool = False,
) -> Evaluation:
    """One concrete condition on one case."""
    evaluator = Evaluator(case, of, instance.cell, claimed)
    condition = language.unparse(instance.condition)
    try:
        fine = bool(evaluator.value(instance.condition))
    except NotJudged as why:
        return replace(not_judged(why.reason, condition), operands=tuple(evaluator.taken.operands))
    taken = evaluator.taken
    conventions = tuple(dict.fromkeys(op.note for op in taken.operands if op.note))
    if fine:
        return replace(holds(condition, taken.operands), conventions=conventions)
    arithmetic = evaluator.terms()
    expected, actual = _sides(of, evaluator, dict(instance.binding))
    difference = abs(expected - actual) if _figures(expected, actual) else None
    fields: dict[str, Value] = {
        **_labels(instance, form_of(case)),
        "diff": difference,
        "ratio": _ratio(expected, actual),
        "terms": _extra(of, evaluator, dict(instance.binding)) or arithmetic,
        "text": claim.text if claim else _printed(case, instance),
    }
    level = severity or of.severity
    suffix = "" if "{terms}" in of.message or not _worth_showing(taken.failing) else f"（{arithmetic}）"
    if taken.milder:
        level = MILDER[level]
        suffix += "（该表零值一律留空，空白按0计算）" if taken.by_convention else "（空白单元格按0计算）"
    keys = [re.sub(r"^\w+\((.*)\)$", r"\1", op.name) for op in taken.operands if "." in op.name and op.where]
    doubtful = needs_review or case.ocr or bool(repaired(case, of, instance, claimed))
    main = _main_cell(instance, taken.failing)
    found = fault(
        case,
        of,
        cells=keys,
        expected=expected,
        actual=actual,
        where=place(main, form_of(case)) if main else "",
        severity=level,
        needs_review=doubtful,
        suffix=suffix,
        operands=taken.operands,
        condition=condition,
        **fields,
    )
    return replace(found, conventions=conventions, arithmetic=arithmetic)


def form_of(case: Case) -> Form:
    """The report's form, which the caller knows to be there."""
    form = case.tables.form
    assert form is not None
    return form


def _figures(*values: Value) -> bool:
    return all(isinstance(value, int | Decimal) and not isinstance(value, bool) for value in values)


def _ratio(expected: Value, actual: Value) -> Value:
    if not _figures(expected, actual) or not expected:
        return None
    return round(Decimal(actual) / Decimal(expected), 2)  # type: ignore[arg-type]


def _sides(of: Rule, evaluator: Evaluator, binding: dict[str, str]) -> tuple[Any, Any]:
    """The figures of the message. An identity computes what should stand (left) against what stands (right); of an
    inequality the left is what stands and the right its bound; the rule may name others."""
    expected = actual = None
    if evaluator.taken.failing is not None:
        _, op, _, left, right = evaluator.taken.failing
        expected, actual = (left, right) if op in {"==", "!="} else (right, left)
    if of.expected:
        expected = _named(of.expected, evaluator, binding)
    if of.actual:
        actual = _named(of.actual, evaluator, binding)
    return expected, actual


def _named(text: str, evaluator: Evaluator, binding: dict[str, str]) -> Value:
    return evaluator.quiet(language.fill(language.parse(text)[0].condition, binding))


def _extra(of: Rule, evaluator: Evaluator, binding: dict[str, str]) -> str:
    """The rule's own terms: a text in which {expressions in braces} are replaced by figures."""
    if not of.terms:
        return ""
    return re.sub(r"<([^<>]+)>", lambda match: shown(_named(match.group(1), evaluator, binding)), of.terms)


def _worth_showing(failing: tuple[Node, str, Node, Value, Value] | None) -> bool:
    return (
        failing is not None and failing[1] == "==" and any(isinstance(n, Arithmetic) for n in (failing[0], failing[2]))
    )


def _labels(instance: Instance, form: Form) -> dict[str, Value]:
    """Chinese names for the variables of the binding: {row}, {col}, {cell}."""
    out: dict[str, Value] = {"row": "", "col": "", "cell": ""}
    for name, value in instance.binding:
        if name in {"col", "part"}:
            out["col"] = forms.header("applications", form, "new", value)
        elif name == "row":
            out["row"] = forms.row("applications", form, value).label
        elif name == "group":
            out["row"] = forms.row("disputes", form, value).label
        elif name != "outcome":
            out["row"] = forms.row("proactive", form, value).label
    keys = [instance.cell] if instance.cell else language.keys_in(instance.condition)
    if keys:
        out["cell"] = forms.label(keys[0])
    return out


def _printed(case: Case, instance: Instance) -> str:
    cell = case.tables.cells.get(instance.cell) if instance.cell else None
    return cell.raw.strip() or shown(cell.value) if cell else ""


def _main_cell(instance: Instance, failing: tuple[Node, str, Node, Value, Value] | None) -> str:
    """The cell that a reader should look at: the one that states the result."""
    if instance.cell:
        return instance.cell
    nodes = [failing[2], failing[0]] if failing else []
    for node in nodes:
        if isinstance(node, Key):
            return node.pattern
    keys = language.keys_in(instance.condition)
    return keys[0] if keys else ""


# ------------------------------------------------------------------ reading repairs


def repaired(
    case: Case, of: Rule, instance: Instance, claimed: Mapping[str, Figure] | None = None
) -> list[tuple[str, str]]:
    """The reading repairs (rule id, row) under which the failing condition would hold."""
    keys = language.keys_in(instance.condition)
    if not any(key.startswith("applications.") for key in keys):
        return []
    rows = {forms.split(key)[1] for key in keys if key.startswith("applications.")}
    out = []
    for repair, row, overlay in repairs(case):
        if row not in rows:
            continue
        evaluator = Evaluator(case, of, instance.cell, claimed, overlay)
        try:
            if evaluator.value(instance.condition):
                out.append((repair, row))
        except NotJudged:
            continue
    return out


def repairs(case: Case) -> list[tuple[str, str, dict[str, Figure]]]:
    """Rows of table 三 that do not add up as read but do after a shift by one column, after joining two neighbouring
    one-digit cells or after splitting one: (READ-SHIFT or READ-SPLIT, row, the cells as they would then read)."""
    if case.repairs is None:
        case.repairs = list(_repairs(case))
    return case.repairs


def _repairs(case: Case) -> Iterator[tuple[str, str, dict[str, Figure]]]:
    sheet = case.sheet
    if sheet is None or sheet.form is None:
        return
    printed = {row.key: row.raws for row in case.doc.details.rows if row.table == "applications" and row.key}
    for spec in forms.rows("applications", sheet.form):
        keys = spec.cells()
        states = [sheet.state(key) for key in keys]
        if "absent" in states or "illegible" in states:
            continue
        values = [sheet.value(key) for key in keys]
        if values[-1] is not None and sum(v or 0 for v in values[:-1]) == values[-1]:
            continue
        for rule_id, row in _candidates(values, printed.get(spec.key, ())):
            if row[-1] and sum(row[:-1]) == row[-1]:
                yield rule_id, spec.key, dict(zip(keys, row, strict=True))


def _candidates(values: list[Figure | None], raws: tuple[str, ...]) -> Iterator[tuple[str, list[Figure]]]:
    plain: list[Figure] = [v or 0 for v in values]
    if values[-1] is None:  # everything one column too far left
        yield "READ-SHIFT", [0, *plain[:-1]]
    if values[0] is None and len(raws) == len(values) + 1 and raws[-1].strip().isdigit():  # one too far right
        yield "READ-SHIFT", [*plain[1:], int(raws[-1])]
    digits = range(1, 10)
    for i in range(len(plain) - 1):
        a, b = values[i], values[i + 1]
        if a in digits and (b in digits or b == 0):
            assert a is not None
            joined = 10 * a + (b or 0)
            right = [*plain]
            right[i : i + 2] = [0, joined]
            left = [*plain]
            left[i : i + 2] = [joined, 0]
            yield "READ-SPLIT", right
            if i + 1 < len(plain) - 1:
                yield "READ-SPLIT", left
    for i, value in enumerate(plain):
        if isinstance(value, int) and 10 <= value <= 99:
            first, second = divmod(value, 10)
            if i + 1 < len(plain) and not values[i + 1]:
                yield "READ-SPLIT", [*plain[:i], first, second, *plain[i + 2 :]]
            if i > 0 and not values[i - 1]:
                yield "READ-SPLIT", [*plain[: i - 1], first, second, *plain[i + 1 :]]
