"""A formula rule on a form: its clauses with every variable bound and every pattern expanded."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from reports.checks import formula as language
from reports.checks.catalogue import catalogue, expand
from reports.checks.formula import Call, Clause, Node
from reports.checks.sheet import NO_RESULTS
from reports.form import forms
from reports.report import Form


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
