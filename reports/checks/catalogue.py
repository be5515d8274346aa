"""The catalogue of checks as data: ``data/rules.yaml``, read once and taken only as a whole.

A key that the catalogue does not know, an id that stands twice, a cell or a placeholder that does not exist would drop
a rule or a part of it without a word: each is an error that names the rule and the key.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache
from pathlib import Path
from string import Formatter
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from reports.checks import formula as language
from reports.checks.context import Need
from reports.checks.params import Defaults
from reports.form import forms
from reports.report import Form, Severity

DATA = Path(__file__).parents[1] / "data" / "rules.yaml"
FAMILIES = {
    "READ": "识读",
    "FMT": "表格格式",
    "PRO": "表二（2021版）",
    "PRO19": "表二（2019版）",
    "APP": "表三",
    "DIS": "表四",
    "NAR": "正文与表格",
    "INT": "解读与报告",
    "STR": "结构与文字",
    "FRM": "表格版本",
    "YR": "年度",
    "AGN": "单位",
    "PUB": "发布",
    "SIM": "雷同",
    "PII": "个人信息",
    "HIE": "汇总",
}

Scope = Literal["cell", "table", "report", "cross-year", "cross-document", "hierarchy", "publication"]
Words = Annotated[str, Field(min_length=1)]
# YAML reads a bare C017 as text and a bare 017 as a number: both are the name of a case.
Name = Annotated[str, BeforeValidator(str)]


class BadCatalogue(ValueError):
    """The catalogue cannot be taken: one line that names the rule, the key and what is wrong."""


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Rule(_Data):
    """One check of the catalogue, as ``data/rules.yaml`` holds it (its head explains the fields); ``formula`` is by
    form, and ``evaluate`` says that it is evaluated as written and not by a function."""

    id: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]*(-[A-Z0-9]+)+$")]
    title: Words
    severity: Severity
    forms: Annotated[tuple[Form, ...], Field(min_length=1)]
    scope: Scope
    needs: tuple[Need, ...]
    formula: Mapping[Form, str]
    tolerance: Decimal
    cells: tuple[str, ...]
    basis: Words
    message: Words
    meaning: Words
    example: Words
    traps: tuple[str, ...]
    evidence: tuple[Name, ...] = ()
    arithmetic: bool = False
    evaluate: bool = False
    expected: str = ""
    actual: str = ""
    terms: str = ""
    milder_where: str = ""
    sure_if: str = ""
    only: Literal["", "aggregate"] = ""
    name_decides: bool = False
    suggestion: bool = False

    @model_validator(mode="before")
    @classmethod
    def _by_form(cls, row: Any) -> Any:
        """One formula stands for all forms of the rule; one that is arithmetic is evaluated."""
        if not isinstance(row, dict):
            return row
        out = dict(row)
        if isinstance(row.get("formula"), str) and isinstance(row.get("forms"), list):
            out["formula"] = dict.fromkeys(row["forms"], row["formula"])
        out["evaluate"] = row.get("evaluate", False) or row.get("arithmetic", False)
        out["tolerance"] = str(row["tolerance"]) if isinstance(row.get("tolerance"), float) else row.get("tolerance", 0)
        return out

    @model_validator(mode="after")
    def _sound(self) -> Rule:
        if self.family not in FAMILIES:
            raise ValueError(f"id: {self.family} is no family of {', '.join(FAMILIES)}")
        if set(self.formula) != set(self.forms):
            raise ValueError(f"formula: is for {', '.join(self.formula)}, the rule for {', '.join(self.forms)}")
        unknown = [cell for cell in self.cells if not any(expand(cell, form) for form in self.forms)]
        if unknown:
            raise ValueError(f"cells: {', '.join(unknown)} is in no form of the rule")
        if self.evaluate:
            for form, text in self.formula.items():
                _known("formula", text, form)
            for key in ("expected", "actual", "sure_if"):
                for form in self.forms if getattr(self, key) else ():
                    _known(key, getattr(self, key), form)
        return self

    @property
    def family(self) -> str:
        """The prefix of the id: READ, FMT, PRO, …"""
        return self.id.partition("-")[0]


def _known(key: str, text: str, form: Form) -> None:
    """Raises ValueError where a formula cannot be parsed or speaks of a cell that the form does not have."""
    try:
        clauses = language.parse(text)
    except language.FormulaError as error:
        raise ValueError(f"{key}: {error}") from None
    for clause in clauses:
        for pattern in (*clause.patterns, *language.keys_in(clause.condition)):
            if not expand(re.sub(r"\{\w+\}", "*", pattern), form):
                raise ValueError(f"{key}: the {form} form has no {pattern}")


class _File(_Data):
    schema_: Literal["nianbao/rules/1"] = Field(alias="schema")
    updated: date
    params: Defaults
    vars: dict[str, tuple[str, ...] | str]
    placeholders: tuple[str, ...]
    rules: tuple[Rule, ...]

    @model_validator(mode="after")
    def _agree(self) -> _File:
        seen: set[str] = set()
        for rule in self.rules:
            if rule.id in seen:
                raise ValueError(f"{rule.id}: id: stands twice")
            seen.add(rule.id)
            strange = {name for _, name, _, _ in Formatter().parse(rule.message) if name} - set(self.placeholders)
            if strange:
                raise ValueError(f"{rule.id}: message: {{{min(strange)}}} is not among the placeholders")
            used = re.findall(r"\{(\w+)\}", " ".join(rule.formula.values())) if rule.evaluate else []
            strange = set(used) - set(self.vars)
            if strange:
                raise ValueError(f"{rule.id}: formula: {{{min(strange)}}} is not among the vars")
        return self


class Catalogue(_Data):
    """The whole of ``data/rules.yaml``: rules in order, parameters, variables."""

    version: str
    rules: dict[str, Rule]
    params: Mapping[str, Any]
    vars: Mapping[str, tuple[str, ...]]

    @cached_property
    def suggestions(self) -> frozenset[str]:
        """How a report could be better made, no fault of it: told in one line a body, and only to offices that ask."""
        return frozenset(rule.id for rule in self.rules.values() if rule.suggestion)

    @cached_property
    def about_reports(self) -> frozenset[str]:
        """What concerns a report, and not whether and how it was published."""
        return frozenset(rule.id for rule in self.rules.values() if rule.scope != "publication")


def read(text: str) -> Catalogue:
    """The catalogue from its text. Raises BadCatalogue with one line for the first thing that is wrong."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        data = yaml.load(text, Loader=loader)  # noqa: S506 - a safe loader, by either name
    except yaml.YAMLError as error:
        raise BadCatalogue(f"rules.yaml: {' '.join(str(error).split())}") from None
    try:
        file = _File.model_validate(data)
    except ValidationError as error:
        raise BadCatalogue(f"rules.yaml: {_error_text(error, data)}") from None
    return Catalogue(
        version=str(file.updated),
        rules={rule.id: rule for rule in file.rules},
        params=data["params"],
        vars={name: values for name, values in file.vars.items() if isinstance(values, tuple)},
    )


def _error_text(error: ValidationError, data: Any) -> str:
    """``PUB-LATE: mesage: unknown key``: the first error, with the rule by its id and not by its number. A key that is
    unknown goes before the one that is then missing."""
    item = min(error.errors(include_url=False), key=lambda each: each["type"] != "extra_forbidden")
    where = [str(step) for step in item["loc"]]
    if where[:1] == ["rules"] and len(where) > 1:
        row, number = data["rules"][int(where[1])], int(where[1]) + 1
        where = [str(row["id"]) if isinstance(row, dict) and "id" in row else f"rule {number}", *where[2:]]
    words = {"extra_forbidden": "unknown key", "missing": "is missing"}
    return ": ".join([*where, words.get(item["type"], item["msg"].removeprefix("Value error, "))])


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """The catalogue, read once. Raises BadCatalogue."""
    return read(DATA.read_text(encoding="utf-8"))


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
