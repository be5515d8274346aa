"""The three tables as the forms print them: headers, merged cells and the place of every figure, as plain data.

Rows, columns and their labels come from ``reports.form.forms``; the lines around them from ``data/layout.yaml``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any, Literal

import yaml

from reports.form import forms
from reports.form.titles import PART_OF, title_zh
from reports.report import Form, Table
from reports.text import NUMERALS

DATA = Path(__file__).parent / "data" / "layout.yaml"
WIDTH: dict[Table, int] = {"proactive": 4, "applications": 10, "disputes": 15}
Role = Literal["head", "item", "label", "figure"]


@dataclass(frozen=True, slots=True)
class Slot:
    """A printed cell: row and column of its upper left corner from 0, its spans, and the cell's key if it is a figure.

    ``item`` is a line across the table (第二十条第（一）项), ``head`` a column's header, ``label`` a row's."""

    row: int
    column: int
    rows: int
    columns: int
    role: Role
    text: str = ""
    key: str = ""


def table(which: Table, form: Form) -> tuple[Slot, ...]:
    """The slots of a table, row by row; together they cover its rectangle (``WIDTH`` columns) without overlap."""
    return _table(which, form)


@lru_cache(maxsize=8)
def _table(which: Table, form: Form) -> tuple[Slot, ...]:
    return tuple({"proactive": _proactive, "applications": _applications, "disputes": _disputes}[which](form))


@lru_cache(maxsize=1)
def wording() -> dict[str, Any]:
    """``layout.yaml``: what stands around the cells."""
    words: dict[str, Any] = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    return words


def name(which: Table) -> str:
    """The table's short name: ``依申请``."""
    text: str = wording()[which]["name"]
    return text


def title(which: Table) -> str:
    """The title of the part that holds the table: ``三、收到和处理政府信息公开申请情况``."""
    number = PART_OF[which]
    return f"{NUMERALS[number - 1]}、{title_zh(number)}"


def full_label(spec: forms.RowSpec) -> str:
    """A row's label with the group it stands in: ``（三）不予公开 1.属于国家秘密``; labels alone repeat."""
    group = _group_of(spec) if spec.table == "applications" else ""
    return f"{group} {spec.label}" if group else spec.label


def together(keys: Sequence[str], form: Form) -> tuple[str, str]:
    """What the rows of several cells of a table are called together, and the cells: (``（三）不予公开``, ``（三）不予公开·总计``)
    where the rows are all of a group, (``行政诉讼``, …) for both kinds of it, else their labels one after the other."""
    places = [forms.split(key) for key in keys]
    table = places[0][0]
    rows = [forms.row(table, form, row) for row in dict.fromkeys(row for _, row, _ in places)]
    columns = dict.fromkeys(forms.header(table, form, row, column) for _, row, column in places)
    groups = {_group_of(row) for row in rows}
    name = groups.pop() if len(groups) == 1 else ""
    if not name or [row for row in forms.rows(table, form) if _group_of(row) == name] != rows:
        name = "、".join(row.label for row in rows) + ("合计" if len(rows) > 1 else "")
    return name, f"{name}·{'、'.join(columns)}"


def _group_of(spec: forms.RowSpec) -> str:
    """The label over a row and its like, empty for a row that stands alone."""
    if spec.table == "disputes":
        head, parted, _ = spec.label.partition(" · ")
        return head if parted else ""
    group, _, rest = spec.key.partition(".")
    words: dict[str, str] = wording()[spec.table].get("groups", {})
    return words.get(group, "") if rest else ""


def _proactive(form: Form) -> Iterator[Slot]:
    """Blocks by item of article 20; the last column of a row takes what is left of the width."""
    words, width = wording()["proactive"], WIDTH["proactive"]
    line = 0
    for spec in forms.rows("proactive", form):
        count = len(spec.columns)
        spans = [*(1,) * (count - 1), width - count]
        if spec.key in words["items"]:
            yield Slot(line, 0, 1, width, "item", words["items"][spec.key])
            yield Slot(line + 1, 0, 1, 1, "head", words["subject"])
            for column, (text, span) in enumerate(zip(spec.headers, spans, strict=True), 1):
                yield Slot(line + 1, column, 1, span, "head", text)
            line += 2
        yield Slot(line, 0, 1, 1, "label", spec.label)
        for column, (key, span) in enumerate(zip(spec.cells(), spans, strict=True), 1):
            yield Slot(line, column, 1, span, "figure", key=key)
        line += 1


def _applications(form: Form) -> Iterator[Slot]:
    words = wording()["applications"]
    specs = forms.rows("applications", form)
    first, *middle, last = specs[0].headers
    yield Slot(0, 0, 3, 3, "head", words["corner"])
    yield Slot(0, 3, 1, len(middle) + 2, "head", words["applicants"])
    yield Slot(1, 3, 2, 1, "head", first)
    yield Slot(1, 4, 1, len(middle), "head", words["organisations"])
    yield Slot(1, 4 + len(middle), 2, 1, "head", last)
    for column, text in enumerate(middle, 4):
        yield Slot(2, column, 1, 1, "head", text)
    results = [spec.key for spec in specs if spec.key not in words["top"]]
    groups = {key: len(list(same)) for key, same in groupby(k.partition(".")[0] for k in results if "." in k)}
    opened: set[str] = set()
    for line, spec in enumerate(specs, 3):
        group, _, rest = spec.key.partition(".")
        if spec.key in words["top"]:
            yield Slot(line, 0, 1, 3, "label", spec.label)
        else:
            if spec.key == results[0]:
                yield Slot(line, 0, len(results), 1, "label", words["results"])
            if rest and group not in opened:
                opened.add(group)
                yield Slot(line, 1, groups[group], 1, "label", words["groups"][group])
            yield Slot(line, 2 if rest else 1, 1, 1 if rest else 2, "label", spec.label)
        for column, key in enumerate(spec.cells(), 3):
            yield Slot(line, column, 1, 1, "figure", key=key)


def _disputes(form: Form) -> Iterator[Slot]:
    """One line of figures; a label in two parts (行政诉讼 · 复议后起诉) stands below the common one."""
    column, line = 0, 3
    for head, same in groupby(forms.rows("disputes", form), lambda spec: spec.label.partition(" · ")[0]):
        specs = list(same)
        yield Slot(0, column, 1, sum(len(spec.columns) for spec in specs), "head", head)
        for spec in specs:
            below = spec.label.partition(" · ")[2]
            if below:
                yield Slot(1, column, 1, len(spec.columns), "head", below)
            for text, key in zip(spec.headers, spec.cells(), strict=True):
                yield Slot(2 if below else 1, column, 1 if below else 2, 1, "head", text)
                yield Slot(line, column, 1, 1, "figure", key=key)
                column += 1
