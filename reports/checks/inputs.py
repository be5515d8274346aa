"""A report with its context, prepared for the rules: its cells read once, its history, its register entry."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from reports.checks.catalogue import catalogue
from reports.checks.context import NEED_ZH, Context, CrawlRecord, RegisterEntry
from reports.checks.sheet import RESULT, Figure, NotJudged, Sheet, Value, place
from reports.form import forms
from reports.report import Form, Report
from reports.subject import series_of


@dataclass(frozen=True, slots=True)
class Operand:
    """One figure that an evaluation used, for ``--explain``: ``state`` is printed, blank, token, claim, history,
    below, register or parameter; ``note`` the convention applied."""

    name: str
    value: Value
    raw: str = ""
    where: str = ""
    state: str = "printed"
    note: str = ""


_GOVERNMENT = re.compile(r"人民政府$|第[一二三四五六七八九十]+师$")


def _by_name(name: str | None) -> RegisterEntry | None:
    """A register entry from an unmistakable name: …人民政府, and the divisions of 新疆生产建设兵团 (第…师)."""
    if name is None or not _GOVERNMENT.search(re.sub(r"\s+", "", name)):
        return None
    return RegisterEntry(
        name, kind="government", level="township" if re.search(r"(?:[乡镇]|苏木|街道)人民政府$", name) else ""
    )


class Inputs:
    """One report with its context, prepared for all rules."""

    def __init__(self, report: Report | None, context: Context) -> None:
        self.report = report
        self.context = context
        self.params: Mapping[str, Any] = {**catalogue().params, **context.params}
        self.sheet = Sheet(report) if report is not None and report.error is None else None
        self._others: dict[int, Sheet] = {}
        self._figures: dict[tuple[int, str, str], _Read] = {}
        self.repairs: list[tuple[str, str, dict[str, Figure]]] | None = None
        self.register_entry = context.register_entry or _by_name(report.agency if report is not None else None)
        self.agency = context.agency or (report.agency if report else None) or "该单位"
        self.year = context.year or (report.year if report else None)

    @property
    def doc(self) -> Report:
        """The report. Raises NotJudged where there is none."""
        if self.report is None or self.report.error is not None:
            raise NotJudged("没有可检查的报告")
        return self.report

    @property
    def tables(self) -> Sheet:
        """The report's tables. Raises NotJudged where the form was not recognised."""
        if self.sheet is None or self.sheet.form is None:
            raise NotJudged("未能识别表格版本")
        return self.sheet

    @property
    def ocr(self) -> bool:
        """The text was recognised from pictures: whatever is found needs a look first."""
        return self.report is not None and self.report.details.ocr

    def other(self, report: Report) -> Sheet:
        """The tables of another report."""
        key = id(report)
        if key not in self._others:
            self._others[key] = Sheet(report)
        return self._others[key]

    def read(self, sheet: Sheet, key: str, prefix: str) -> _Read:
        """A cell of this report or of one beside it, read once for all rules. ``sheet`` is one of these inputs'."""
        found = self._figures.get((id(sheet), key, prefix))
        if found is None:
            found = self._figures[id(sheet), key, prefix] = _read(sheet, key, prefix)
        return found

    def history(self) -> list[Report]:
        """Last year's report and those of the bodies that merged into this one since. Raises NotJudged with the reason."""
        inherited = list(self.context.predecessors)
        found = [self.context.history, *inherited] if self.context.history is not None else inherited
        if not found:
            raise NotJudged(NEED_ZH["history"])
        # Bodies that merged into this one last year still reported by themselves: all of them, or no sum can be made.
        named = (
            len(self.context.register_entry.predecessors) if self.context.register_entry is not None else len(inherited)
        )
        if inherited and len(inherited) < named:
            raise NotJudged("前身单位的上年度报告不齐")
        for report in found:
            if report.error is not None or report.kind != "annual_report":
                raise NotJudged("上年度报告未能识读或不是统一格式")
            if self.year is not None and report.year is not None and report.year != self.year - 1:
                raise NotJudged(f"所存往年报告为{report.year}年度，不是上一年度")
            if self.report is not None and not inherited and series_of(report) != series_of(self.report):
                raise NotJudged("上年度报告与本报告不是同一系列（本机关与汇总）")
        return found


@dataclass(frozen=True, slots=True)
class _Read:
    """A cell as every rule reads it; without ``operand`` no rule can, for the ``reason``."""

    value: Figure = 0
    operand: Operand | None = None
    reason: str = ""
    as_zero: bool = False
    by_convention: bool = False


def _read(sheet: Sheet, key: str, prefix: str) -> _Read:
    table = forms.split(key)[0]
    state = sheet.state(key)
    name = f"{prefix}({key})" if prefix else key
    says = {"prev": "上年度报告", "below": "所属单位报告"}.get(prefix, "")
    cell = sheet.cells.get(key)
    where = place(key, sheet.form)
    if state == "absent":
        if sheet.form is not None and key not in forms.keys(sheet.form):
            return _Read(reason=f"{says}表格没有“{forms.label(key)}”一项")
        return _Read(reason=f"{says}{sheet.missing(table) or where + '未读到'}")
    assert cell is not None
    if state == "illegible":
        return _Read(reason=f"{says}{where}识读存疑")
    if state == "placeholder":
        return _Read(reason=f"{says}{where}为示例符号")
    if table in sheet.blank_tables:
        return _Read(reason=f"{says}{forms.TABLE_ZH[table]}整表空白")
    if state == "printed":
        assert cell.value is not None
        return _Read(cell.value, Operand(name, cell.value, cell.raw, where, prefix or "printed"))
    convention = table in sheet.blank_means_zero
    nothing = state == "token" and sheet.of_nothing(key)
    if RESULT.fullmatch(key) and not nothing and (not convention or key in sheet.left_out):
        return _Read(reason=f"{says}{where}合计栏空白")
    note = "该表零值一律留空，空白按0计" if convention else "空白按0计"
    return _Read(0, Operand(name, 0, cell.raw, where, prefix or state, note), as_zero=True, by_convention=convention)


# ------------------------------------------------------------------ what a rule needs beside the report


def form_of(inputs: Inputs) -> Form:
    """The report's form, which the caller knows to be there."""
    form = inputs.tables.form
    assert form is not None
    return form


def crawl_record_of(inputs: Inputs) -> CrawlRecord:
    """The crawl record. Raises NotJudged."""
    if inputs.context.crawl_record is None:
        raise NotJudged(NEED_ZH["portal"])
    return inputs.context.crawl_record


def register_entry_of(inputs: Inputs) -> RegisterEntry:
    """The register entry. Raises NotJudged."""
    if inputs.register_entry is None:
        raise NotJudged(NEED_ZH["registry"])
    return inputs.register_entry


def year_of(inputs: Inputs) -> int:
    """The report year. Raises NotJudged."""
    if inputs.year is None:
        raise NotJudged("未能识别报告年度")
    return inputs.year


def published_on(inputs: Inputs) -> date | None:
    """The stated day of publication: the crawl record's, else the document's own."""
    record = inputs.context.crawl_record
    if record is not None and record.published_on is not None:
        return record.published_on
    stated = inputs.report.published_on if inputs.report is not None else None
    return date.fromisoformat(stated) if stated else None
