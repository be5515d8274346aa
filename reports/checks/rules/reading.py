"""Is it the agency's error or ours? The READ rules."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reports.checks.catalogue import Rule
from reports.checks.engine import TABLE_ZH
from reports.checks.evaluation import Evaluation, holds, not_judged, violation
from reports.checks.inputs import Inputs, Operand, form_of
from reports.checks.registry import implements
from reports.checks.repairs import repairs
from reports.checks.sheet import place
from reports.form import forms
from reports.report import TABLES, Row, Table

KIND_ZH = {
    "annual_report": "年度报告",
    "interpretation": "解读材料",
    "website_report": "政府网站工作年度报表",
    "legacy_report": "2018年度及以前的年度报告",
    "notice": "通知公告",
    "other": "其他文件",
}


@implements("READ-LOWCONF")
def low_confidence(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """Each cell that could not be read surely; a whole row or more of a table is one finding with its cells."""
    sheet = inputs.tables
    for table in TABLES:
        unsure = [key for key in sheet.of(table) if sheet.state(key) == "illegible"]
        # A row of too few values is READ-SHORT-ROW's: its cells are unknown, not badly printed.
        short = {row.key for row in inputs.doc.details.rows if row.table == table and row.short} | _lost(inputs, table)
        whole = any(row.short and row.key is None for row in inputs.doc.details.rows if row.table == table)
        unsure = [key for key in unsure if forms.split(key)[1] not in short and not (whole and table == "disputes")]
        if not unsure:
            yield holds(f"{forms.TABLE_ZH[table]}各格识读无疑")
            continue
        for key in unsure[:3] if len(unsure) <= 3 else unsure[:1]:
            more = f"（同表另有{len(unsure) - 1}格）" if len(unsure) > 3 else ""
            cell = sheet.cells[key]
            yield (
                violation(
                    inputs,
                    rule,
                    cells=unsure if more else [key],
                    actual=cell.raw,
                    cell=forms.label(key),
                    text=cell.raw.strip() or "空",
                )
                .stated(suffix=more, needs_review=True)
                .on([Operand(key, cell.value, cell.raw, place(key, sheet.form), "illegible")])
            )


def _lost(inputs: Inputs, table: Table) -> set[str | None]:
    """Rows of table 三 with fewer figures printed than columns, whose cells are therefore unknown: nothing that was
    printed is illegible, something is not to be found."""
    if table != "applications":
        return set()
    sheet = inputs.tables
    printed = {row.key: _figures(row) for row in inputs.doc.details.rows if row.table == table}
    out: set[str | None] = set()
    for spec in forms.rows(table, form_of(inputs)):
        cells = [(sheet.state(key), sheet.cells[key].raw.strip()) for key in spec.cells() if key in sheet.cells]
        gone = cells.count(("illegible", ""))
        figures = len(printed[spec.key]) if spec.key in printed else len(cells) - gone
        garbled = any(state == "illegible" and re.search(r"[^\d\s.,+-]", raw) for state, raw in cells)
        if gone and 0 < figures < len(spec.columns) and not garbled:
            out.add(spec.key)
    return out


def _figures(row: Row) -> tuple[str, ...]:
    return tuple(raw for raw in row.raws if raw.strip())


@implements("READ-SHORT-ROW")
def short_row(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """A row of which fewer or more values were read than the form has columns."""
    form = inputs.tables.form
    assert form is not None
    wanted = {"applications": 7, "disputes": 15}
    found = [row for row in inputs.doc.details.rows if row.short and row.table in wanted]
    lost = _lost(inputs, "applications") - {row.key for row in found}
    labels = {row.key: row for row in inputs.doc.details.rows if row.table == "applications"}
    for spec in forms.rows("applications", form):
        if spec.key in lost:
            cells = tuple(raw for key in spec.cells() if (raw := inputs.tables.cells[key].raw.strip()))
            figures = _figures(labels[spec.key]) if spec.key in labels else cells
            found.append(Row("applications", spec.key, spec.label, figures, short=True))
    if not found:
        yield holds("各行数值个数与表式一致")
    for row in found:
        keys: tuple[str, ...] = ()
        if row.table == "applications" and row.key:
            keys = forms.row("applications", form, row.key).cells()
        elif row.table == "disputes":
            keys = tuple(inputs.tables.of("disputes"))
        yield violation(
            inputs,
            rule,
            cells=keys,
            expected=wanted[row.table],
            actual=len(_figures(row)),
            count=len(_figures(row)),
            row=row.label or TABLE_ZH[row.table],
            where=f"{forms.TABLE_ZH[row.table]}，{row.label}" if row.label else forms.TABLE_ZH[row.table],
        ).stated(needs_review=True)


def _repair(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    form = inputs.tables.form
    assert form is not None
    rows = list(dict.fromkeys(row for name, row, _ in repairs(inputs) if name == rule.id))
    if not rows:
        yield holds("没有一行经移位或拼拆后才相符")
    for row in rows:
        spec = forms.row("applications", form, row)
        yield violation(inputs, rule, cells=spec.cells(), row=spec.label).stated(needs_review=True)


@implements("READ-SHIFT")
def shifted(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """A row that adds up only after moving it one column."""
    return _repair(inputs, rule)


@implements("READ-SPLIT")
def split(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """A row that adds up only after joining two one-digit cells or splitting one."""
    return _repair(inputs, rule)


@implements("READ-KIND")
def kind(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """A document that is not the report, although it stands where reports stand."""
    report = inputs.doc
    if report.kind == "annual_report":
        yield holds("文件性质为年度报告")
    elif report.kind == "legacy_report":
        yield not_judged("2018年度及以前的年度报告没有统一格式，只登记不检查")
    else:
        title = report.details.title or report.source.name
        yield violation(inputs, rule, actual=report.kind, text=title, other=KIND_ZH[report.kind], where="全文")
