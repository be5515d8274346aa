"""The catalogue of checks as data: ``data/rules.yaml``, read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from reports.form import forms
from reports.report import Form, Severity

DATA = Path(__file__).parents[1] / "data" / "rules.yaml"


@dataclass(frozen=True, slots=True)
class Rule:
    """One check of the catalogue, as ``data/rules.yaml`` holds it (its head explains the fields); ``formula`` is by
    form, and ``evaluate`` says that it is evaluated as written and not by a function."""

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
    milder_where: str = ""
    sure_if: str = ""
    only: str = ""
    name_decides: bool = False
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
            milder_where=row.get("milder_where", ""),
            sure_if=row.get("sure_if", ""),
            only=row.get("only", ""),
            name_decides=bool(row.get("name_decides")),
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


def title_zh(number: int) -> str:
    """The form's title of a section."""
    return catalogue().titles[number - 1][0]


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
