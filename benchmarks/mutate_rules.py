"""Mutants of every formula: each operator flipped, each operand dropped, each number moved. Every one must be caught.

    python -m benchmarks.mutate_rules

A mutant is caught where one of the rule's cases (``tests/data/rules``), a sound report or an altered one gives another
outcome than the formula as it stands. Survivors are printed; those in ``EQUIVALENT`` mean the same and say why.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from reports.checks import checking, instances
from reports.checks import formula as language
from reports.checks.catalogue import Rule, catalogue
from reports.checks.context import Context
from reports.checks.formula import Arithmetic, Call, Clause, Compare, Every, Index, Negative, Node, Not, Number, Some
from reports.report import Report
from tests.reports.checks import cases
from tests.reports.checks.figures import report
from tests.reports.checks.sound import sound

FLIPPED = {"==": ("!=",), "!=": ("==",), "<=": ("<", ">"), ">=": (">", "<"), "<": ("<=", ">="), ">": (">=", "<=")}
SIGNS = {"+": "-", "-": "+", "*": "/", "/": "*"}

# Mutants that cannot be told from the rule, by rule and text, with the reason.
EQUIVALENT = {
    "PRO19-NOITEM-DECISION: (blank(proactive.{power19}.prior_items)) or (blank(proactive.{power19}.change)) or (not "
    "((proactive.{power19}.prior_items - proactive.{power19}.change == 0) and (proactive.{power19}.prior_items == 0) and "
    "(proactive.{power19}.decisions > 0)))": "where the items are 0, their sum with the change is 0 as the difference is",
}


def mutants(node: Node) -> Iterator[Node]:
    """Every node that differs from this one by one flipped operator, dropped operand or moved number."""
    match node:
        case Number(value=value):
            yield Number(value + 1)
        case Arithmetic(op=op, left=left, right=right):
            yield Arithmetic(SIGNS[op], left, right)
            yield left
            yield right
            yield from (Arithmetic(op, m, right) for m in mutants(left))
            yield from (Arithmetic(op, left, m) for m in mutants(right))
        case Compare(first=first, links=links):
            for i, (op, _) in enumerate(links):
                for other in FLIPPED[op]:
                    yield Compare(first, tuple((other if j == i else o, r) for j, (o, r) in enumerate(links)))
            yield from (Compare(m, links) for m in mutants(first))
            for i, (_, right) in enumerate(links):
                for m in mutants(right):
                    yield Compare(first, tuple((o, m if j == i else r) for j, (o, r) in enumerate(links)))
        case Not(operand=of):
            yield of
            yield from (Not(m) for m in mutants(of))
        case Negative(operand=of):
            yield of
        case Every(parts=parts) | Some(parts=parts):
            kind, other_kind = (Every, Some) if isinstance(node, Every) else (Some, Every)
            yield other_kind(parts)
            for i, part in enumerate(parts):
                rest = parts[:i] + parts[i + 1 :]
                yield rest[0] if len(rest) == 1 else kind(rest)
                yield from (kind((*parts[:i], m, *parts[i + 1 :])) for m in mutants(part))
        case Call(name="max" | "min" as name, args=args):
            yield Call({"max": "min", "min": "max"}[name], args)
            for i, argument in enumerate(args):
                yield from (Call(name, (*args[:i], m, *args[i + 1 :])) for m in mutants(argument))
        case Index() | _:
            return


def _specs(rule: Rule) -> list[tuple[Report | None, Context]]:
    groups = cases.load().get(rule.id, {})
    out: list[tuple[Report | None, Context]] = []
    for group in ("fires", "holds", "traps", "edges"):
        found = groups.get(group) or []
        for spec in found.values() if isinstance(found, dict) else found:
            for one in spec if isinstance(spec, list) else [spec]:
                if isinstance(one, dict) and one.get("report") != "none":
                    doc = cases.build(one)
                    out.append((doc, cases.context(one.get("context"), doc)))
    return out


def _altered(rule: Rule) -> list[tuple[Report | None, Context]]:
    """Sound reports, and for each cell of the rule one that differs there."""
    out: list[tuple[Report | None, Context]] = []
    if not rule.arithmetic:
        return out
    for form in rule.forms:
        year = {"2019": 2020, "2021": 2021}[form]
        base: dict[str, Any] = sound(form, 7)
        out.append((report(form, base, year=year), Context()))
        keys = {key for i in instances.instances(rule.id, form) for key in language.keys_in(i.condition)}
        keys |= {i.cell for i in instances.instances(rule.id, form) if i.cell}
        for key in sorted(keys)[:40]:
            out += [(report(form, {**base, key: base[key] + by}, year=year), Context()) for by in (1, -1)]
    return out


def _verdicts(rule: Rule, docs: list[tuple[Report | None, Context]]) -> list[object]:
    out: list[object] = []
    for doc, context in docs:
        try:
            result = checking.run(doc, context, [rule.id])
        except (language.FormulaError, ArithmeticError, AssertionError) as error:
            out.append(type(error).__name__)
            continue
        findings = [(f.severity, f.cells, str(f.expected), str(f.actual)) for f in result.findings]
        out.append((findings, [item.reason for item in result.not_judged]))
    return out


def survivors(rule: Rule) -> tuple[int, list[str]]:
    """How many mutants the rule's formulas have, and those that nothing tells from the rule."""
    docs = _specs(rule) + _altered(rule)
    right = _verdicts(rule, docs)
    original = instances.instances
    count = 0
    alive: list[str] = []
    for text_of in dict.fromkeys(rule.formula.values()):
        forms_of = [form for form in rule.forms if rule.formula[form] == text_of]
        clauses = language.parse(text_of)
        for number, clause in enumerate(clauses):
            for mutant in mutants(clause.condition):
                changed = (*clauses[:number], Clause(mutant, clause.patterns), *clauses[number + 1 :])
                made = {form: instances.concrete(changed, form) for form in forms_of}

                def replaced(rule_id: str, of: Any, _made: Any = made) -> Any:
                    return _made[of] if rule_id == rule.id and of in _made else original(rule_id, of)

                count += 1
                instances.instances = replaced  # type: ignore[assignment]
                try:
                    same = _verdicts(rule, docs) == right
                finally:
                    instances.instances = original
                text = f"{rule.id}: {language.unparse(mutant)}"
                if same and text not in EQUIVALENT:
                    alive.append(text)
    return count, alive


def main() -> int:
    """Runs all and prints the survivors; exit status 1 if there are any."""
    total = 0
    alive: list[str] = []
    for rule in catalogue().rules.values():
        if rule.evaluate:
            count, left = survivors(rule)
            total += count
            alive += left
            print(f"{rule.id:24} {count:5} mutants, {len(left)} survive")
    print(f"{total} mutants of {sum(r.evaluate for r in catalogue().rules.values())} formulas, {len(alive)} survive")
    for text in alive:
        print("  ", text)
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main())
