"""Is it the agency's error or ours? The READ rules, and the FMT rules that ask how a cell was filled."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reports.checks.catalogue import Rule
from reports.checks.engine import TABLE_ZH, Evaluation, fault, form_of, holds, not_judged, repairs, rule
from reports.checks.evaluate import Case, Operand
from reports.checks.sheet import NotJudged, place, places
from reports.form import forms
from reports.report import TABLES, Row, Table

FEW = 3  # so many blank cells are named one by one
KIND_ZH = {
    "annual_report": "年度报告",
    "interpretation": "解读材料",
    "website_report": "政府网站工作年度报表",
    "legacy_report": "2018年度及以前的年度报告",
    "notice": "通知公告",
    "other": "其他文件",
}


@rule("READ-LOWCONF")
def low_confidence(case: Case, of: Rule) -> Iterator[Evaluation]:
    """Each cell that could not be read surely; a whole row or more of a table is one finding with its cells."""
    sheet = case.tables
    for table in TABLES:
        unsure = [key for key in sheet.of(table) if sheet.state(key) == "illegible"]
        # A row of too few values is READ-SHORT-ROW's: its cells are unknown, not badly printed.
        short = {row.key for row in case.doc.details.rows if row.table == table and row.short} | _lost(case, table)
        whole = any(row.short and row.key is None for row in case.doc.details.rows if row.table == table)
        unsure = [key for key in unsure if forms.split(key)[1] not in short and not (whole and table == "disputes")]
        if not unsure:
            yield holds(f"{forms.TABLE_ZH[table]}各格识读无疑")
            continue
        for key in unsure[:3] if len(unsure) <= 3 else unsure[:1]:
            more = f"（同表另有{len(unsure) - 1}格）" if len(unsure) > 3 else ""
            cell = sheet.cells[key]
            yield fault(
                case,
                of,
                cells=unsure if more else [key],
                actual=cell.raw,
                cell=forms.label(key),
                text=cell.raw.strip() or "空",
                suffix=more,
                needs_review=True,
                operands=[Operand(key, cell.value, cell.raw, place(key, sheet.form), "illegible")],
            )


def _lost(case: Case, table: Table) -> set[str | None]:
    """Rows of table 三 with fewer figures printed than columns, whose cells are therefore unknown: nothing that was
    printed is illegible, something is not to be found."""
    if table != "applications":
        return set()
    sheet = case.tables
    printed = {row.key: _figures(row) for row in case.doc.details.rows if row.table == table}
    out: set[str | None] = set()
    for spec in forms.rows(table, form_of(case)):
        cells = [(sheet.state(key), sheet.cells[key].raw.strip()) for key in spec.cells() if key in sheet.cells]
        gone = cells.count(("illegible", ""))
        figures = len(printed[spec.key]) if spec.key in printed else len(cells) - gone
        garbled = any(state == "illegible" and re.search(r"[^\d\s.,+-]", raw) for state, raw in cells)
        if gone and 0 < figures < len(spec.columns) and not garbled:
            out.add(spec.key)
    return out


def _figures(row: Row) -> tuple[str, ...]:
    return tuple(raw for raw in row.raws if raw.strip())


@rule("READ-SHORT-ROW")
def short_row(case: Case, of: Rule) -> Iterator[Evaluation]:
    """A row of which fewer or more values were read than the form has columns."""
    form = case.tables.form
    assert form is not None
    wanted = {"applications": 7, "disputes": 15}
    found = [row for row in case.doc.details.rows if row.short and row.table in wanted]
    lost = _lost(case, "applications") - {row.key for row in found}
    labels = {row.key: row for row in case.doc.details.rows if row.table == "applications"}
    for spec in forms.rows("applications", form):
        if spec.key in lost:
            cells = tuple(raw for key in spec.cells() if (raw := case.tables.cells[key].raw.strip()))
            figures = _figures(labels[spec.key]) if spec.key in labels else cells
            found.append(Row("applications", spec.key, spec.label, figures, short=True))
    if not found:
        yield holds("各行数值个数与表式一致")
    for row in found:
        keys: tuple[str, ...] = ()
        if row.table == "applications" and row.key:
            keys = forms.row("applications", form, row.key).cells()
        elif row.table == "disputes":
            keys = tuple(case.tables.of("disputes"))
        yield fault(
            case,
            of,
            cells=keys,
            expected=wanted[row.table],
            actual=len(_figures(row)),
            count=len(_figures(row)),
            row=row.label or TABLE_ZH[row.table],
            needs_review=True,
            where=f"{forms.TABLE_ZH[row.table]}，{row.label}" if row.label else forms.TABLE_ZH[row.table],
        )


def _repair(case: Case, of: Rule) -> Iterator[Evaluation]:
    form = case.tables.form
    assert form is not None
    rows = list(dict.fromkeys(row for name, row, _ in repairs(case) if name == of.id))
    if not rows:
        yield holds("没有一行经移位或拼拆后才相符")
    for row in rows:
        spec = forms.row("applications", form, row)
        yield fault(case, of, cells=spec.cells(), row=spec.label, needs_review=True)


@rule("READ-SHIFT")
def shifted(case: Case, of: Rule) -> Iterator[Evaluation]:
    """A row that adds up only after moving it one column."""
    return _repair(case, of)


@rule("READ-SPLIT")
def split(case: Case, of: Rule) -> Iterator[Evaluation]:
    """A row that adds up only after joining two one-digit cells or splitting one."""
    return _repair(case, of)


@rule("READ-KIND")
def kind(case: Case, of: Rule) -> Iterator[Evaluation]:
    """A document that is not the report, although it stands where reports stand."""
    report = case.doc
    if report.kind == "annual_report":
        yield holds("文件性质为年度报告")
    elif report.kind == "legacy_report":
        yield not_judged("2018年度及以前的年度报告没有统一格式，只登记不检查")
    else:
        title = report.details.title or report.source.name
        yield fault(case, of, actual=report.kind, text=title, other=KIND_ZH[report.kind], where="全文")


def _tables(case: Case) -> Iterator[tuple[Table, list[str]]]:
    """The tables of which cells were read, with their keys."""
    sheet = case.tables
    for table in TABLES:
        keys = [key for key in sheet.of(table) if sheet.state(key) != "absent"]
        if keys:
            yield table, keys


@rule("FMT-BLANK")
def blank(case: Case, of: Rule) -> Iterator[Evaluation]:
    """Blank cells, one finding a table; a wholly blank table is FMT-BLANK-TABLE's."""
    sheet = case.tables
    for table, keys in _tables(case):
        empty = [key for key in keys if sheet.state(key) == "blank"]
        if table in sheet.blank_tables:
            yield not_judged(f"{forms.TABLE_ZH[table]}整表空白")
        elif not empty:
            yield holds(f"{forms.TABLE_ZH[table]}没有空白单元格")
        else:
            yield fault(
                case,
                of,
                cells=empty,
                count=len(empty),
                cell=forms.label(empty[0]),
                needs_review=case.ocr,
                where=places(empty, sheet.form) if len(empty) <= FEW else forms.TABLE_ZH[table],
                suffix="（该表未印一个0，按“空白即0”处理）" if table in sheet.blank_means_zero else "",
            )


@rule("FMT-BLANK-TOTAL")
def blank_total(case: Case, of: Rule) -> Iterator[Evaluation]:
    """A result cell left blank beside figures. One finding a line, not one a row, where a whole line is left out."""
    sheet = case.tables
    if sheet.form is None:
        raise NotJudged("未能识别表格版本")
    seen = False
    for table in ("applications", "disputes"):
        found = sorted((k for k in sheet.left_out if k.startswith(table)), key=sheet.keys.index)
        for line in (
            [k for k in found if k.endswith(".total") and not k.startswith("applications.handled.")],
            [k for k in found if k.startswith("applications.handled.")],
        ):
            if not line:
                continue
            seen = True
            spec = forms.row(table, sheet.form, forms.split(line[0])[1])
            more = f"（另有{len(line) - 1}处合计栏空白）" if len(line) > 1 else ""
            yield fault(case, of, cells=line, row=spec.label, needs_review=case.ocr, suffix=more)
    if not seen:
        yield holds("各合计栏均已填写")


@rule("FMT-BLANK-TABLE")
def blank_table(case: Case, of: Rule) -> Iterator[Evaluation]:
    """A table without figures, or with a single one, in a document that does not elsewhere leave zeros blank."""
    sheet = case.tables
    for table, keys in _tables(case):
        if table not in sheet.blank_tables:
            yield holds(f"{forms.TABLE_ZH[table]}已填写")
            continue
        pictures = case.doc.details.pictures > 0
        yield fault(
            case,
            of,
            cells=keys,
            section=f"“{TABLE_ZH[table]}”",
            needs_review=case.ocr or pictures,
            where=forms.TABLE_ZH[table],
        )


@rule("FMT-MIXED")
def mixed(case: Case, of: Rule) -> Iterator[Evaluation]:
    """A row of the other form among those read; one finding with all of them."""
    form = case.tables.form
    foreign = [
        row
        for row in case.doc.details.rows
        # A label alone may be a header that both forms have (其他): a row is one with figures.
        if row.foreign is not None and row.foreign != form and any(re.search(r"\d", raw) for raw in row.raws)
    ]
    if not foreign:
        yield holds("没有另一版表格的行")
        return
    text = "；".join(" ".join([row.label, *(raw for raw in row.raws if raw.strip())]) for row in foreign)
    yield fault(
        case,
        of,
        actual=text,
        text=text,
        needs_review=case.ocr,
        where=f"{forms.TABLE_ZH[foreign[0].table]}，{foreign[0].label}",
    )
