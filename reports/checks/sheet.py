"""The tables of one report with the state of each cell: printed, blank, token, illegible or absent, and the tables'
conventions about blank and zero (points 2, 4 and 5 of the head of ``data/rules.yaml``)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from reports.checks.catalogue import catalogue
from reports.form import forms
from reports.report import TABLES, Form, Report, Table
from reports.tables.reconcile import SURE

# Tokens that say 没有 or 不适用: known not to be a figure, and surely read.
NOTHING = frozenset({"/", "／", "-", "－", "—", "–", "――", "——", "一", "无", "无此项", "N/A", "NA", "n/a", "\\"})
# Signs of the fillable file that nobody replaced.
PLACEHOLDER = re.compile(r"[Xx]+|[×✕╳]+|[*＊]+|[?？]+|[_＿]{2,}|[(（]?(?:此处)?填写.*|数字|〇〇+|○○+")

Value = int | Decimal | str | bool | date | Mapping[str, Any] | None
Figure = int | Decimal


class NotJudged(Exception):
    """An evaluation that cannot be concluded, and why (Chinese, for people)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


RESULT = re.compile(r"applications\.[a-z_.]+\.total|applications\.handled\.[a-z_]+|disputes\.[a-z_]+\.total")


class Sheet:
    """The three tables of one report with what is known of each cell's and table's state."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.form = report.form
        self.cells = report.cells or {}
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
        """printed, blank, token, placeholder, illegible or absent."""
        found = self._states.get(key)
        if found is None:
            found = self._states[key] = self._state(key)
        return found

    def _state(self, key: str) -> str:
        cell = self.cells.get(key)
        if cell is None:
            return "absent"
        text = cell.raw.strip()
        # Signs typed into a file are surely read, though no figure; in a picture they may be anything.
        if text and cell.value is None and PLACEHOLDER.fullmatch(text) and not self.report.details.ocr:
            return "placeholder"
        if cell.confidence < SURE:
            return "illegible"
        if cell.value is not None:
            return "printed"
        if not text:
            return "blank"
        if PLACEHOLDER.fullmatch(text):
            return "placeholder"
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
        results = [s.key for s in forms.rows("applications", self.form) if s.key not in NO_RESULTS]
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

    def of_nothing(self, key: str) -> bool:
        """Whether all that a result cell sums up is 0, blank or a sign for 没有: a sign in the result then says 0."""
        table, row, column = forms.split(key)
        if self.form is None:
            return False
        if column == "total":
            keys = [k for k in forms.row(table, self.form, row).cells() if k != key]
        else:
            rows = [s.key for s in forms.rows(table, self.form) if s.key not in NO_RESULTS]
            keys = [f"{table}.{other}.{column}" for other in rows]
        sure = {"printed", "blank", "token"}
        return all(self.state(k) in sure and not self.value(k) for k in keys)

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


NO_RESULTS = frozenset({"new", "carried_in", "handled", "carried_out"})


def places(keys: Iterable[str], form: Form | None) -> str:
    """Where several cells stand: ``表三，第24、25行，自然人`` where they are the same columns of some rows, else one behind
    the other."""
    parts = [place(key, form).split("，") for key in dict.fromkeys(keys)]
    columns: list[list[str]] = [list(dict.fromkeys(part[n] for part in parts)) for n in range(min(map(len, parts)))]
    if len(columns) < 3 or len(columns[0]) > 1 or len(columns[1]) * len(columns[2]) != len(parts):
        return "；".join("，".join(part) for part in parts)
    rows = columns[1]
    if len(rows) > 1 and all(re.fullmatch(r"第\d+行", row) for row in rows):
        numbers = [int(row[1:-1]) for row in rows]
        run = len(numbers) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1))
        rows = [f"第{numbers[0]}至{numbers[-1]}行" if run else f"第{'、'.join(map(str, numbers))}行"]
    return "，".join((columns[0][0], "、".join(rows), "、".join(columns[2])))


@lru_cache(maxsize=1024)
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
