"""The engine: evaluates the catalogue on one report and its context, with three outcomes and no fourth.

A rule *holds*, *fails*, or is *not judged because …*. What a formula can say is parsed once (``formula``) and
evaluated here on cells that know whether they are printed, blank, a token or illegible; what no formula can say is a
pure function registered by id (``rule``).

Blank is not zero (head of ``data/rules.yaml``, points 1 to 5):

1. an operand that is illegible or in doubt (``reports.tables.reconcile.SURE``): not judged; READ-LOWCONF speaks instead;
2. the cell that states a result (row total, （七）总计, dispute total) is blank: not judged; FMT-BLANK-TOTAL speaks;
3. blank addends count as 0, and a difference is reported one step milder and says so;
4. of an entirely blank table nothing is judged but FMT-BLANK-TABLE;
5. in a table that prints figures but not one 0, blank means zero for results too (same mildness). A whole line of
   results left out (two or more blank totals beside figures) is no zero but an omission: point 2 applies to it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal

from reports.checks import formula as language
from reports.checks.case import Case, Operand
from reports.checks.catalogue import BadCatalogue, Rule, catalogue, expand
from reports.checks.evaluate import Evaluator, shown
from reports.checks.formula import Arithmetic, Call, Clause, Key, Node
from reports.checks.sheet import NO_RESULTS, Figure, NotJudged, Value, place, places
from reports.form import forms, layout
from reports.form.titles import PART_OF, title_zh
from reports.report import Claim, Finding, Form, Section, Severity, Table

MILDER: dict[Severity, Severity] = {"error": "warning", "warning": "notice", "notice": "notice"}
TABLE_ZH: dict[Table, str] = {table: title_zh(number) for table, number in PART_OF.items()}


# ------------------------------------------------------------------ clauses made concrete


@dataclass(frozen=True, slots=True)
class Instance:
    """One concrete condition: a clause with its variables bound and, for ``for`` clauses, its cell."""

    condition: Node
    binding: tuple[tuple[str, str], ...] = ()
    cell: str = ""
    claims: tuple[str, ...] = ()
    text: str = ""


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
            text = language.unparse(clause.condition)
            out.extend(Instance(clause.condition, cell=key, text=re.sub(r"\bcell\b", key, text)) for key in keys)
            continue
        names = sorted(set(re.findall(r"\{([a-z0-9_]+)\}", " ".join(language.keys_in(clause.condition)))))
        for values in itertools.product(*(_values(name, form) for name in names)):
            binding = dict(zip(names, values, strict=True))
            condition = language.fill(clause.condition, binding)
            if all(expand(key, form) for key in language.keys_in(condition)):
                text = language.unparse(condition)
                out.append(Instance(condition, tuple(binding.items()), "", tuple(_claim_keys(condition)), text))
    return tuple(out)


def _values(name: str, form: Form) -> tuple[str, ...]:
    if name in {"row", "result"}:
        rows = (spec.key for spec in forms.rows("applications", form))
        return tuple(row for row in rows if name == "row" or row not in NO_RESULTS)
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
    """Registers the function of a rule that no formula can say. Raises BadCatalogue where the catalogue has no such
    rule, evaluates its formula, or has its function already."""

    def register(judge: Judge) -> Judge:
        known = catalogue().rules.get(rule_id)
        if known is None:
            raise BadCatalogue(f"{judge.__module__}: {rule_id}: is not in rules.yaml")
        if known.evaluate:
            raise BadCatalogue(f"rules.yaml: {rule_id}: evaluate: the rule has a function, in {judge.__module__}")
        if rule_id in FUNCTIONS:
            raise BadCatalogue(
                f"{judge.__module__}: {rule_id}: has a function already, in {FUNCTIONS[rule_id].__module__}"
            )
        FUNCTIONS[rule_id] = judge
        return judge

    return register


def complete(rules: Mapping[str, Rule]) -> dict[str, Rule]:
    """All rules of a catalogue. Raises BadCatalogue where one would never run: neither evaluated nor a function."""
    for rule_id, known in rules.items():
        if not known.evaluate and rule_id not in FUNCTIONS:
            raise BadCatalogue(
                f"rules.yaml: {rule_id}: formula: is in words; give it evaluate: true, or a function under this id"
            )
    return dict(rules)


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
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | str):
        return value
    return shown(value)


def by_formula(case: Case, of: Rule) -> Iterator[Evaluation]:
    """All evaluations of a formula rule."""
    form = form_of(case)
    if of.only == "aggregate" and not covers_area(case):
        raise NotJudged("报告未说明汇总所属单位数据")
    for instance in instances(of.id, form):
        if instance.claims:
            yield from by_claims(case, of, instance)
        else:
            yield judge(case, of, instance)


def by_claims(case: Case, of: Rule, instance: Instance) -> Iterator[Evaluation]:
    """One evaluation per claim of the narrative on the instance's cell; none where nothing is claimed."""
    from reports.checks.claims import judge_claim, stands_for  # the claims' own conventions build on this module

    key = instance.claims[0]
    failed: list[Evaluation] = []
    for claim in case.doc.claims:
        if stands_for(case, claim) == key:
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
    overlay: Mapping[str, Figure] | None = None,
    summed: Sequence[str] = (),
) -> Evaluation:
    """One concrete condition on one case. ``overlay`` holds figures in place of the printed ones; ``summed`` are the cells
    that the one of a claim then stands for."""
    evaluator = Evaluator(case, of, instance.cell, claimed, overlay, places(summed, form_of(case)) if summed else "")
    condition = instance.text
    try:
        fine = bool(evaluator.value(instance.condition))
    except NotJudged as why:
        return Evaluation("not_judged", why.reason, condition, tuple(evaluator.taken.operands))
    taken = evaluator.taken
    conventions = tuple(dict.fromkeys(op.note for op in taken.operands if op.note))
    if fine:
        return Evaluation("holds", "", condition, tuple(taken.operands), conventions)
    arithmetic = evaluator.terms()
    expected, actual = _sides(of, evaluator, dict(instance.binding))
    difference = abs(expected - actual) if _figures(expected, actual) else None
    fields: dict[str, Value] = {
        **_labels(instance, form_of(case), summed),
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
    if of.milder_where and re.search(of.milder_where, case.doc.details.body):
        level = "notice"
        suffix += "（文中另有清理、失效或口径调整的说明，请一并核对）"
    keys = [re.sub(r"^\w+\((.*)\)$", r"\1", op.name) for op in taken.operands if "." in op.name and op.where]
    doubtful = needs_review or case.ocr or bool(repaired(case, of, instance, claimed))
    if of.sure_if and not _named(of.sure_if, evaluator, dict(instance.binding)):
        doubtful = True
    found = fault(
        case,
        of,
        cells=keys,
        expected=expected,
        actual=actual,
        where=places(summed, form_of(case)) if summed else _where(of, instance, taken.failing, form_of(case)),
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


_COVERAGE = re.compile(
    r"(?:汇总|涵盖|包括|包含|覆盖)[^。]{0,12}(?:全省|全市|全县|全区|全州|所属|下属|各部门|各县|各区|各乡|各镇|市直|县直|区直|各级)"
    r"|(?:全省|全市|全县|全区|全州)[^。]{0,12}(?:数据|情况)汇总|报告汇总"
)


def covers_area(case: Case) -> bool:
    """Whether the report says that its figures cover the bodies below (handbook section 4: the aggregate series)."""
    details = case.doc.details
    intro = f"{details.title}\n{details.preface}\n{(case.doc.section(1) or _NOTHING).text[:400]}"
    return "本级" not in details.title and _COVERAGE.search(intro) is not None


_NOTHING = Section(1, "", "")


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
        left_node, op, _, left, right = evaluator.taken.failing
        expected, actual = (left, right) if op in {"==", "!="} else (right, left)
        if (
            isinstance(left_node, Call) and left_node.name == "decimals"
        ):  # no figure of the report, but what is said of one
            expected, actual = None, evaluator.quiet(left_node.args[0])
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


def _labels(instance: Instance, form: Form, summed: Sequence[str]) -> dict[str, Value]:
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


def _printed(case: Case, instance: Instance) -> str:
    cell = case.tables.cells.get(instance.cell) if instance.cell else None
    return cell.raw.strip() or shown(cell.value) if cell else ""


def _where(of: Rule, instance: Instance, failing: tuple[Node, str, Node, Value, Value] | None, form: Form) -> str:
    """The place that a reader should look at: where the figure stands that the finding gives as printed, or, where that
    is a sum, the cells that make it."""
    if instance.cell:
        return place(instance.cell, form)
    wanted: list[Node] = [instance.condition]
    if failing is not None:
        left, op, right, _, value = failing
        stands = right if op in {"==", "!="} else left
        wanted = [stands, *wanted] if not isinstance(value, bool) else wanted
    if of.actual:
        wanted.insert(0, language.fill(language.parse(of.actual)[0].condition, dict(instance.binding)))
    return next((places(keys, form) for node in wanted if (keys := _own_keys(node))), "")


def _own_keys(node: Node) -> list[str]:
    """The cells of the report itself below a node: not last year's, not other bodies', not what a text claims."""
    if isinstance(node, Key):
        return [node.pattern]
    if isinstance(node, Call) and node.name in {"prev", "child_sum", "enforcement", "claim", "interp"}:
        return []
    return [key for child in language.children(node) for key in _own_keys(child)]


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
