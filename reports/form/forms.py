"""The two official forms, from ``data/cells.yaml``: the only place that knows rows, columns and labels.

Source: 国办公开办函〔2019〕60号 (form "2019"), 国办公开办函〔2021〕30号 (form "2021").
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, get_args

import yaml

from reports.report import Form, Table

DATA = Path(__file__).parent / "data" / "cells.yaml"
TABLE_ZH: dict[Table, str] = {"proactive": "表二", "applications": "表三", "disputes": "表四"}


@dataclass(frozen=True, slots=True)
class RowSpec:
    """One row of a table of a form: its key, its label as the form prints it, its columns' keys left to right."""

    table: Table
    key: str
    label: str
    columns: tuple[str, ...]
    headers: tuple[str, ...]
    _cells: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_cells", tuple(f"{self.table}.{self.key}.{column}" for column in self.columns))

    def cells(self) -> tuple[str, ...]:
        """The cells of the row, left to right."""
        return self._cells


@dataclass(frozen=True, slots=True)
class FormSpec:
    """A whole form."""

    form: Form
    tables: dict[Table, tuple[RowSpec, ...]]

    def keys(self) -> tuple[str, ...]:
        """Every cell in the order of the form (2021: 200, 2019: 198)."""
        return tuple(key for rows_ in self.tables.values() for row in rows_ for key in row.cells())


def in_force(year: int) -> Form | None:
    """The form that a report of that year follows: none to 2018, the 2019 form for 2019 and 2020, the 2021 form after."""
    if year < 2019:
        return None
    return "2019" if year < 2021 else "2021"


def _load() -> dict[Form, FormSpec]:
    data: dict[str, Any] = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    out: dict[Form, FormSpec] = {}
    for form in get_args(Form):
        proactive = tuple(
            RowSpec("proactive", key, spec["zh"], tuple(spec["measures"]), tuple(spec["measures"].values()))
            for key, spec in data["proactive"][form].items()
        )
        columns = data["applications"]["columns"]
        applications = tuple(
            RowSpec("applications", key, spec["zh"], tuple(columns), tuple(columns.values()))
            for key, spec in data["applications"]["rows"].items()
            if form in spec.get("forms", get_args(Form))
        )
        outcomes = data["disputes"]["columns"]
        disputes = tuple(
            RowSpec("disputes", key, zh, tuple(outcomes), tuple(outcomes.values()))
            for key, zh in data["disputes"]["groups"].items()
        )
        out[form] = FormSpec(form, {"proactive": proactive, "applications": applications, "disputes": disputes})
    return out


FORMS: dict[Form, FormSpec] = _load()


_KEYS: dict[Form, tuple[str, ...]] = {form: spec.keys() for form, spec in FORMS.items()}


def keys(form: Form) -> tuple[str, ...]:
    """Every cell key of the form, in its order."""
    return _KEYS[form]


def rows(table: Table, form: Form) -> tuple[RowSpec, ...]:
    """The rows of a table, in the order of the form."""
    return FORMS[form].tables[table]


def row(table: Table, form: Form, key: str) -> RowSpec:
    """One row. Raises KeyError if the form has none of that key."""
    for spec in rows(table, form):
        if spec.key == key:
            return spec
    raise KeyError(f"{table}.{key} is no row of the {form} form")


def columns(table: Table, form: Form, key: str) -> tuple[str, ...]:
    """The columns' keys of a row."""
    return row(table, form, key).columns


def header(table: Table, form: Form, key: str, column: str) -> str:
    """The printed header of a column in a row."""
    spec = row(table, form, key)
    return spec.headers[spec.columns.index(column)]


@lru_cache(maxsize=1024)
def split(key: str) -> tuple[Table, str, str]:
    """``applications.denied.state_secret.total`` -> (``applications``, ``denied.state_secret``, ``total``)."""
    table, _, rest = key.partition(".")
    row_key, _, column = rest.rpartition(".")
    return table, row_key, column  # type: ignore[return-value]


@lru_cache(maxsize=1)
def _places() -> dict[str, tuple[RowSpec, int, int]]:
    """Key -> (row, number of the row within its table from 1, number of the column from 1); 2021 wins over 2019."""
    out: dict[str, tuple[RowSpec, int, int]] = {}
    for form in ("2019", "2021"):
        for rows_ in FORMS[form].tables.values():
            for number, spec in enumerate(rows_, 1):
                for position, key in enumerate(spec.cells(), 1):
                    out[key] = (spec, number, position)
    return out


def label(key: str) -> str:
    """The cell in Chinese: ``一、本年新收政府信息公开申请数量·自然人``. An unknown key comes back as it is."""
    found = _places().get(key)
    if found is None:
        return key
    spec, _, position = found
    return f"{spec.label}·{spec.headers[position - 1]}"


def place(key: str) -> str:
    """Where the cell stands, for people: ``表三，第1行，自然人``, ``表四，行政复议，结果维持``."""
    found = _places().get(key)
    if found is None:
        return key
    spec, number, position = found
    where = spec.label if spec.table == "disputes" else f"第{number}行"
    return f"{TABLE_ZH[spec.table]}，{where}，{spec.headers[position - 1]}"
