"""The tables as filled in: what the FMT, PRO and APP rules ask that no formula can say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from reports.checks.catalogue import Rule
from reports.checks.engine import TABLE_ZH, Evaluation, fault, form_of, holds, not_judged, rule
from reports.checks.evaluate import Case, Evaluator, Operand, shown
from reports.checks.publication import register_of
from reports.checks.sheet import NOTHING, NotJudged, place
from reports.form import forms
from reports.report import TABLES, Table
from reports.text import squeeze

SECTION_OF: dict[Table, str] = {"proactive": "二", "applications": "三", "disputes": "四"}


def _named(tables: list[Table]) -> str:
    return "、".join(f"{SECTION_OF[table]}、{TABLE_ZH[table]}" for table in tables)


@rule("FMT-TABLE-MISSING")
def table_missing(case: Case, of: Rule) -> Iterator[Evaluation]:
    """The three tables stand in the page or in an attachment; one as a picture is there (PUB-IMAGE)."""
    report = case.doc
    state = report.details.tables
    if not state and not report.cells:
        state = dict.fromkeys(TABLES, "missing")
    missing = [table for table in TABLES if state.get(table) == "missing"]
    for other in case.context.attachments:
        missing = [table for table in missing if other.details.tables.get(table) not in {"read", "blank", "picture"}]
    if not missing:
        yield holds("三张统计表齐全")
        return
    keys = [key for table in missing for key in (case.sheet.of(table) if case.sheet else ())]
    # A picture may be the table, and a page without any of the three usually carries them in a file of its own.
    doubtful = case.ocr or report.details.pictures > 0 or len(missing) == len(TABLES)
    yield fault(case, of, cells=keys, section=_named(missing), needs_review=doubtful, where=_named(missing))


_ASKED = NOTHING - {"一"}


@rule("FMT-TOKEN")
def token(case: Case, of: Rule) -> Iterator[Evaluation]:
    """A sign such as / or 无 in a cell, one finding a table; a lone dash under 增/减 is 0."""
    sheet = case.tables
    for table in TABLES:
        found = [
            key
            for key in sheet.of(table)
            if (cell := sheet.cells.get(key)) is not None
            and cell.confidence >= sheet.min_confidence
            and cell.raw.strip() in _ASKED
            and not key.endswith(".change")
        ]
        if not found:
            yield holds(f"{forms.TABLE_ZH[table]}没有符号")
            continue
        more = f"（同表另有{len(found) - 1}格）" if len(found) > 1 else ""
        text = sheet.cells[found[0]].raw.strip()
        yield fault(
            case,
            of,
            cells=found,
            actual=text,
            cell=forms.label(found[0]),
            text=text,
            needs_review=case.ocr,
            suffix=more,
        )


_DIGITS = re.compile(r"[+\-－−—]?[\d,，.．\s'’]+")


@rule("FMT-UNIT")
def unit(case: Case, of: Rule) -> Iterator[Evaluation]:
    """A unit written into a money cell: the header states it."""
    sheet = case.tables
    keys = [key for pattern in of.cells for key in (pattern,) if key in sheet.keys]
    for key in keys:
        if sheet.state(key) != "printed":
            yield not_judged(f"{forms.label(key)}没有可判断的数值")
            continue
        raw = squeeze(sheet.cells[key].raw)
        if _DIGITS.fullmatch(raw) or raw in _ASKED:
            yield holds(f"{forms.label(key)}只填数字")
        else:
            yield fault(case, of, cells=[key], actual=raw, cell=forms.label(key), text=raw, needs_review=case.ocr)


@rule("FMT-PLACEHOLDER")
def cell_placeholder(case: Case, of: Rule) -> Iterator[Evaluation]:
    """A sign of the fillable file left in a cell; a single × may be meant as none: a person looks first."""
    sheet = case.tables
    found = [key for key in sheet.keys if sheet.state(key) == "placeholder"]
    if not found:
        yield holds("表内没有示例符号")
        return
    text = sheet.cells[found[0]].raw.strip()
    more = f"（另有{len(found) - 1}格）" if len(found) > 1 else ""
    doubtful = case.ocr or all(sheet.cells[key].raw.strip() in {"×", "✕", "x", "X", "*", "＊"} for key in found)
    yield fault(
        case,
        of,
        cells=found,
        actual=text,
        cell=forms.label(found[0]),
        text=text,
        needs_review=doubtful,
        suffix=more,
    )


@rule("FMT-ROWS")
def rows(case: Case, of: Rule) -> Iterator[Evaluation]:
    """The rows read are the form's. Extra rows of provincial variants are a notice; rows of the other form are
    FMT-MIXED's; rows lost in flattened text are conversion's."""
    form = form_of(case)
    for table in ("proactive", "applications"):
        read = [row for row in case.doc.details.rows if row.table == table]
        expected = forms.rows(table, form)
        keys = {row.key for row in read if row.key}
        if len(keys) * 2 < len(expected):
            yield not_judged(f"{forms.TABLE_ZH[table]}识别出的行不足一半")
            continue
        missing = [spec for spec in expected if spec.key not in keys and not _any_cell(case, spec.cells())]
        # A row that the reader looked for and found nowhere may still stand there under a label it does not know.
        unread = any(case.tables.state(key) != "absent" for spec in missing for key in spec.cells())
        extra = [
            row
            for row in read
            if row.key is None and row.foreign is None and any(re.search(r"\d", raw) for raw in row.raws) and row.label
        ]
        if missing and case.doc.source.reader == "text":
            yield not_judged(f"{forms.TABLE_ZH[table]}为转换后的文本，缺行不能归因于单位")
            continue
        if not missing and not extra:
            yield holds(f"{forms.TABLE_ZH[table]}各行与表式一致")
            continue
        parts = [f"缺少“{spec.label}”" for spec in missing] + [f"多出“{row.label}”" for row in extra]
        yield fault(
            case,
            of,
            cells=[key for spec in missing for key in spec.cells()],
            section=f"“{TABLE_ZH[table]}”",
            text="、".join(parts[:4]) + ("等" if len(parts) > 4 else ""),
            severity=None if missing else "notice",
            needs_review=case.ocr or unread or any(row.short for row in read),
            where=forms.TABLE_ZH[table],
        )


def _any_cell(case: Case, keys: tuple[str, ...]) -> bool:
    """Whether anything of the row was seen: a cell without a place, a text and any certainty was not."""
    cells = (case.tables.cells.get(key) for key in keys)
    return any(cell is not None and (cell.confidence > 0 or cell.raw or cell.at.row is not None) for cell in cells)


_BRACKETS = re.compile(r"[(（〔\[][^)）〕\]]*[)）〕\]]?")


def _label(text: str) -> str:
    text = re.sub(r"^[(（]?[一二三四五六七八九十\d]+[)）、.．]?", "", squeeze(text))
    return re.sub(r"[\W_]+", "", _BRACKETS.sub("", text))


@rule("FMT-LABEL")
def label(case: Case, of: Rule) -> Iterator[Evaluation]:
    """A header or row name that differs from the form's. One notice a report; where many are damaged, conversion did
    it and nobody is told."""
    wrong: list[tuple[Table, str, str]] = []
    seen = 0
    for table, printed, expected in case.doc.details.labels:
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
        or case.ocr
        or any(case.tables.state(key) == "illegible" for key in case.tables.of("proactive"))
    ):
        yield not_judged("多处行名残缺，疑为转换所致")
    else:
        yield fault(
            case,
            of,
            expected="；".join(expected for _, _, expected in distinct),
            actual="；".join(printed for _, printed, _ in distinct),
            text="”“".join(squeeze(printed) for _, printed, _ in distinct),
            where=forms.TABLE_ZH[distinct[0][0]],
        )


@rule("PRO-REG-NOPOWER")
def regulations(case: Case, of: Rule) -> Iterator[Evaluation]:
    """A body without the power to make 规章 reports some. A government's own office may rightly print them."""
    register = register_of(case)
    sheet = case.tables
    if register.can_make_regulations is None:
        raise NotJudged("名录未登记该单位的规章制定权")
    keys = [key for key in sheet.of("proactive") if key.startswith("proactive.regulations.")]
    if any(sheet.state(key) in {"illegible", "absent", "placeholder"} for key in keys):
        raise NotJudged("规章栏识读存疑")
    figures = [sheet.value(key) or 0 for key in keys]
    operands = [Operand(key, value, sheet.cells[key].raw) for key, value in zip(keys, figures, strict=True)]
    if register.can_make_regulations or not any(figures):
        yield holds("规章栏与制定权相符", operands)
        return
    text = "、".join(shown(figure) for figure in figures)
    office = re.search(r"人民政府办公[厅室]$|政府办$", register.name) is not None and register.rank in {
        "city",
        "province",
    }
    yield fault(case, of, cells=keys, expected=0, actual=text, needs_review=case.ocr or office, operands=operands)


@rule("PRO19-PROC-UNIT")
def procurement_unit(case: Case, of: Rule) -> Iterator[Evaluation]:
    """The form names no unit for 采购总金额: the printed one is looked for, and the size per item."""
    items_key, amount_key = "proactive.procurement.items", "proactive.procurement.amount"
    evaluator = Evaluator(case, of)
    items = evaluator.figure(case.tables, items_key)
    amount = evaluator.figure(case.tables, amount_key)
    operands = evaluator.taken.operands
    if not amount or not items:
        yield holds("没有采购，或由“采购项目数与金额不匹配”检查", operands)
        return
    printed = squeeze(case.tables.cells[amount_key].raw)
    headers = [squeeze(text) for table, text, _ in case.doc.details.labels if table == "proactive" and "采购" in text]
    marks = " ".join([printed, *(text for text in headers if "金额" in text)])
    unit_ = next((word for word in ("亿元", "万元", "元") if word in marks), "")
    in_wanyuan = Decimal(amount) * {"亿元": Decimal(10000), "元": Decimal("0.0001")}.get(unit_, Decimal(1))
    share = in_wanyuan / Decimal(items)
    if unit_ and 0.05 <= share <= 100000:
        yield holds("采购金额单位明确，数额与项目数相称", operands)
        return
    yield fault(
        case,
        of,
        cells=[items_key, amount_key],
        actual=amount,
        where=place(amount_key, form_of(case)),
        terms=f"{shown(items)}项、总金额{shown(amount)}{unit_}",
        needs_review=case.ocr,
        operands=operands,
    )


@rule("APP-CARRY-COL")
def carry_columns(case: Case, of: Rule) -> Iterator[Evaluation]:
    """Last year's carry-over by kind of applicant: one finding for the row."""
    form = form_of(case)
    wrong = []
    operands: list[Operand] = []
    for spec_column in forms.columns("applications", form, "new")[:-1]:
        evaluator = Evaluator(case, of)
        try:
            before = evaluator.previous(f"applications.carried_out.{spec_column}")
            now = evaluator.figure(case.tables, f"applications.carried_in.{spec_column}")
        except NotJudged as why:
            yield not_judged(why.reason)
            continue
        operands += evaluator.taken.operands
        if before != now:
            wrong.append((spec_column, before, now, evaluator.taken.milder))
    if not wrong:
        yield holds("各栏结转数与上年一致", operands)
        return
    column, before, now, milder = wrong[0]
    keys = [f"applications.{row}.{name}" for name, *_ in wrong for row in ("carried_in", "carried_out")]
    others = "、".join(forms.header("applications", form, "new", name) for name, *_ in wrong[1:])
    yield fault(
        case,
        of,
        cells=keys,
        expected=before,
        actual=now,
        col=forms.header("applications", form, "new", column),
        severity="notice" if milder else None,
        needs_review=case.ocr,
        suffix=f"（另有{others}栏不一致）" if others else "",
        operands=operands,
    )


_FEE = re.compile(r"信息处理费|收费通知|处理费|收取费用|缴费|收费")


@rule("APP-FEE-RESULT")
def fee_result(case: Case, of: Rule) -> Iterator[Evaluation]:
    """Requests given up for an unpaid fee, and section 六 silent on fee notices."""
    key = "applications.other.fee_unpaid.total"
    evaluator = Evaluator(case, of)
    unpaid = evaluator.figure(case.tables, key)
    operands = evaluator.taken.operands
    if not unpaid:
        yield holds("没有逾期未缴费情形", operands)
        return
    if not case.doc.sections:
        raise NotJudged("未识别出各部分")
    if any(_FEE.search(squeeze(section.text)) for section in case.doc.sections):
        yield holds("已报告收费情况", operands)
    else:
        yield fault(case, of, cells=[key], actual=unpaid, needs_review=case.ocr, operands=operands)
