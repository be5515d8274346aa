"""The tables as filled in, against the form: the FMT rules."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reports.checks.catalogue import Rule
from reports.checks.engine import TABLE_ZH
from reports.checks.evaluation import Evaluation, holds, not_judged, violation
from reports.checks.inputs import Inputs, form_of
from reports.checks.registry import implements
from reports.checks.sheet import NOTHING, NotJudged, places
from reports.form import forms
from reports.report import TABLES, Table
from reports.tables.reconcile import SURE
from reports.text import squeeze

FEW = 3  # so many blank cells are named one by one
SECTION_OF: dict[Table, str] = {"proactive": "二", "applications": "三", "disputes": "四"}


def _named(tables: list[Table]) -> str:
    return "、".join(f"{SECTION_OF[table]}、{TABLE_ZH[table]}" for table in tables)


@implements("FMT-TABLE-MISSING")
def table_missing(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """The three tables stand in the page or in an attachment; one as a picture is there (PUB-IMAGE)."""
    report = inputs.doc
    state = report.details.tables
    if not state and not report.cells:
        state = dict.fromkeys(TABLES, "missing")
    missing = [table for table in TABLES if state.get(table) == "missing"]
    for other in inputs.context.attachments:
        missing = [table for table in missing if other.details.tables.get(table) not in {"read", "blank", "picture"}]
    if not missing:
        yield holds("三张统计表齐全")
        return
    keys = [key for table in missing for key in (inputs.sheet.of(table) if inputs.sheet else ())]
    # A picture may be the table, and a page without any of the three usually carries them in a file of its own.
    doubtful = inputs.ocr or report.details.pictures > 0 or len(missing) == len(TABLES)
    yield violation(inputs, rule, cells=keys, section=_named(missing), where=_named(missing)).stated(
        needs_review=doubtful
    )


_ASKED = NOTHING - {"一"}


@implements("FMT-TOKEN")
def token(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """A sign such as / or 无 in a cell, one finding a table; a lone dash under 增/减 is 0."""
    sheet = inputs.tables
    for table in TABLES:
        found = [
            key
            for key in sheet.of(table)
            if (cell := sheet.cells.get(key)) is not None
            and cell.confidence >= SURE
            and cell.raw.strip() in _ASKED
            and not key.endswith(".change")
        ]
        if not found:
            yield holds(f"{forms.TABLE_ZH[table]}没有符号")
            continue
        more = f"（同表另有{len(found) - 1}格）" if len(found) > 1 else ""
        text = sheet.cells[found[0]].raw.strip()
        yield violation(inputs, rule, cells=found, actual=text, cell=forms.label(found[0]), text=text).stated(
            needs_review=inputs.ocr, suffix=more
        )


_DIGITS = re.compile(r"[+\-－−—]?[\d,，.．\s'’]+")


@implements("FMT-UNIT")
def unit(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """A unit written into a money cell: the header states it."""
    sheet = inputs.tables
    keys = [key for pattern in rule.cells for key in (pattern,) if key in sheet.keys]
    for key in keys:
        if sheet.state(key) != "printed":
            yield not_judged(f"{forms.label(key)}没有可判断的数值")
            continue
        raw = squeeze(sheet.cells[key].raw)
        if _DIGITS.fullmatch(raw) or raw in _ASKED:
            yield holds(f"{forms.label(key)}只填数字")
        else:
            yield violation(inputs, rule, cells=[key], actual=raw, cell=forms.label(key), text=raw).stated(
                needs_review=inputs.ocr
            )


@implements("FMT-PLACEHOLDER")
def cell_placeholder(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """A sign of the fillable file left in a cell; a single × may be meant as none: a person looks first."""
    sheet = inputs.tables
    found = [key for key in sheet.keys if sheet.state(key) == "placeholder"]
    if not found:
        yield holds("表内没有示例符号")
        return
    text = sheet.cells[found[0]].raw.strip()
    more = f"（另有{len(found) - 1}格）" if len(found) > 1 else ""
    doubtful = inputs.ocr or all(sheet.cells[key].raw.strip() in {"×", "✕", "x", "X", "*", "＊"} for key in found)
    yield violation(inputs, rule, cells=found, actual=text, cell=forms.label(found[0]), text=text).stated(
        needs_review=doubtful, suffix=more
    )


@implements("FMT-ROWS")
def rows(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """The rows read are the form's. Extra rows of provincial variants are a notice; rows of the other form are
    FMT-MIXED's; rows lost in flattened text are conversion's."""
    form = form_of(inputs)
    for table in ("proactive", "applications"):
        read = [row for row in inputs.doc.details.rows if row.table == table]
        expected = forms.rows(table, form)
        keys = {row.key for row in read if row.key}
        if len(keys) * 2 < len(expected):
            yield not_judged(f"{forms.TABLE_ZH[table]}识别出的行不足一半")
            continue
        missing = [spec for spec in expected if spec.key not in keys and not _any_cell(inputs, spec.cells())]
        # A row that the reader looked for and found nowhere may still stand there under a label it does not know.
        unread = any(inputs.tables.state(key) != "absent" for spec in missing for key in spec.cells())
        extra = [
            row
            for row in read
            if row.key is None and row.foreign is None and any(re.search(r"\d", raw) for raw in row.raws) and row.label
        ]
        if missing and inputs.doc.source.reader == "text":
            yield not_judged(f"{forms.TABLE_ZH[table]}为转换后的文本，缺行不能归因于单位")
            continue
        if not missing and not extra:
            yield holds(f"{forms.TABLE_ZH[table]}各行与表式一致")
            continue
        parts = [f"缺少“{spec.label}”" for spec in missing] + [f"多出“{row.label}”" for row in extra]
        yield violation(
            inputs,
            rule,
            cells=[key for spec in missing for key in spec.cells()],
            section=f"“{TABLE_ZH[table]}”",
            text="、".join(parts[:4]) + ("等" if len(parts) > 4 else ""),
            where=forms.TABLE_ZH[table],
        ).stated(
            severity=None if missing else "notice", needs_review=inputs.ocr or unread or any(row.short for row in read)
        )


def _any_cell(inputs: Inputs, keys: tuple[str, ...]) -> bool:
    """Whether anything of the row was seen: a cell without a place, a text and any certainty was not."""
    cells = (inputs.tables.cells.get(key) for key in keys)
    return any(cell is not None and (cell.confidence > 0 or cell.raw or cell.at.row is not None) for cell in cells)


_BRACKETS = re.compile(r"[(（〔\[][^)）〕\]]*[)）〕\]]?")


def _label(text: str) -> str:
    text = re.sub(r"^[(（]?[一二三四五六七八九十\d]+[)）、.．]?", "", squeeze(text))
    return re.sub(r"[\W_]+", "", _BRACKETS.sub("", text))


@implements("FMT-LABEL")
def label(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """A header or row name that differs from the form's. One notice a report; where many are damaged, conversion did
    it and nobody is told."""
    wrong: list[tuple[Table, str, str]] = []
    seen = 0
    for table, printed, expected in inputs.doc.details.labels:
        seen += 1
        ours, theirs = _label(printed), _label(expected)
        if ours and ours != theirs and theirs not in ours:
            wrong.append((table, printed, expected))  # type: ignore[arg-type]
    if not seen:
        raise NotJudged("未读到表头和行名")
    distinct = list(dict.fromkeys(wrong))
    if not distinct:
        yield holds("表头和行名与表式一致")
    elif (
        len(distinct) > 3
        or inputs.ocr
        or any(inputs.tables.state(key) == "illegible" for key in inputs.tables.of("proactive"))
    ):
        yield not_judged("多处行名残缺，疑为转换所致")
    else:
        yield violation(
            inputs,
            rule,
            expected="；".join(expected for _, _, expected in distinct),
            actual="；".join(printed for _, printed, _ in distinct),
            text="”“".join(squeeze(printed) for _, printed, _ in distinct),
            where=forms.TABLE_ZH[distinct[0][0]],
        )


def _tables(inputs: Inputs) -> Iterator[tuple[Table, list[str]]]:
    """The tables of which cells were read, with their keys."""
    sheet = inputs.tables
    for table in TABLES:
        keys = [key for key in sheet.of(table) if sheet.state(key) != "absent"]
        if keys:
            yield table, keys


@implements("FMT-BLANK")
def blank(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """Blank cells, one finding a table; a wholly blank table is FMT-BLANK-TABLE's."""
    sheet = inputs.tables
    for table, keys in _tables(inputs):
        empty = [key for key in keys if sheet.state(key) == "blank"]
        if table in sheet.blank_tables:
            yield not_judged(f"{forms.TABLE_ZH[table]}整表空白")
        elif not empty:
            yield holds(f"{forms.TABLE_ZH[table]}没有空白单元格")
        else:
            yield violation(
                inputs,
                rule,
                cells=empty,
                count=len(empty),
                cell=forms.label(empty[0]),
                where=places(empty, sheet.form) if len(empty) <= FEW else forms.TABLE_ZH[table],
            ).stated(
                needs_review=inputs.ocr,
                suffix="（该表未印一个0，按“空白即0”处理）" if table in sheet.blank_means_zero else "",
            )


@implements("FMT-BLANK-TOTAL")
def blank_total(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """A result cell left blank beside figures. One finding a line, not one a row, where a whole line is left out."""
    sheet = inputs.tables
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
            yield violation(inputs, rule, cells=line, row=spec.label).stated(needs_review=inputs.ocr, suffix=more)
    if not seen:
        yield holds("各合计栏均已填写")


@implements("FMT-BLANK-TABLE")
def blank_table(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """A table without figures, or with a single one, in a document that does not elsewhere leave zeros blank."""
    sheet = inputs.tables
    for table, keys in _tables(inputs):
        if table not in sheet.blank_tables:
            yield holds(f"{forms.TABLE_ZH[table]}已填写")
            continue
        pictures = inputs.doc.details.pictures > 0
        yield violation(inputs, rule, cells=keys, section=f"“{TABLE_ZH[table]}”", where=forms.TABLE_ZH[table]).stated(
            needs_review=inputs.ocr or pictures
        )


@implements("FMT-MIXED")
def mixed(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """A row of the other form among those read; one finding with all of them."""
    form = inputs.tables.form
    foreign = [
        row
        for row in inputs.doc.details.rows
        # A label alone may be a header that both forms have (其他): a row is one with figures.
        if row.foreign is not None and row.foreign != form and any(re.search(r"\d", raw) for raw in row.raws)
    ]
    if not foreign:
        yield holds("没有另一版表格的行")
        return
    text = "；".join(" ".join([row.label, *(raw for raw in row.raws if raw.strip())]) for row in foreign)
    # Among figures in doubt it may be a row of the form beside another's label.
    unsure = any(inputs.tables.state(key) == "illegible" for row in foreign for key in inputs.tables.of(row.table))
    yield violation(
        inputs, rule, actual=text, text=text, where=f"{forms.TABLE_ZH[foreign[0].table]}，{foreign[0].label}"
    ).stated(needs_review=inputs.ocr or unsure)
