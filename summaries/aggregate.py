"""The workbook of an aggregate, described as plain data: pages of boxes, in the printed form's layout.

``summaries.workbook`` writes it. Nothing about rows and columns is said here: it comes from ``reports.form.layout``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from math import ceil
from typing import Literal, get_args
from unicodedata import east_asian_width

from reports.aggregate import KIND_ZH, LACKING, NAMED, Aggregate, CellState, Part, Total
from reports.form import forms, layout
from reports.report import Form, Number, Table

Style = Literal[
    "title", "complete", "incomplete", "note", "head", "item", "group", "label", "figure", "blank", "doubtful", "text",
    "lack", "address",
]  # fmt: skip

MARK_ZH: dict[CellState, str] = {
    "blank": "原件留空",
    "token": "原件不是数字",
    "doubtful": "识读存疑",
    "illegible": "未能识读",
}
LEGEND = "黄色带“*”：有单位该格留空，留空的未计入；橙色带“※”：有单位该格识读存疑，请先核对原件。"
MONEY = "amount"  # the last part of the keys of sums of money
CONTENTS = "各单位数据", "缺漏与存疑"


@dataclass(frozen=True, slots=True)
class Box:
    """A cell or merged cells: upper left corner from 1, spans, what stands there. ``comment`` is shown on pointing."""

    row: int
    column: int
    value: str | Number | None
    style: Style
    rows: int = 1
    columns: int = 1
    comment: str = ""
    link: str = ""


@dataclass(slots=True)
class Sheet:
    """One sheet. ``widths`` are in characters of the body type, ``heights`` in points by row; ``frozen`` is the first
    row and column that scroll; ``titles`` how many rows and columns print on every page; ``wide`` pages run over
    several sheets of paper across instead of being shrunk to one."""

    name: str
    boxes: list[Box] = field(default_factory=list)
    widths: list[float] = field(default_factory=list)
    heights: dict[int, float] = field(default_factory=dict)
    frozen: tuple[int, int] = (1, 1)
    titles: tuple[int, int] = (0, 0)
    landscape: bool = False
    wide: bool = False


WIDTHS: dict[Table, list[float]] = {
    "proactive": [30, 22, 22, 22],
    "applications": [8, 17, 42, *[9.0] * 7],
    "disputes": [9] * 15,
}
LINE = 16.0  # points of one line of the body type


def workbook(aggregate: Aggregate) -> list[Sheet]:
    """The pages: tables two, three and four, each body's part, and what is lacking or in doubt."""
    return [
        *(_table_page(aggregate, which) for which in get_args(Table)),
        _parts_page(aggregate),
        _remarks_page(aggregate),
    ]


def _head(page: Sheet, aggregate: Aggregate, title: str, notes: Iterable[str], columns: int | None = None) -> int:
    """Title, headline and notes over the page's first columns; returns the first free row."""
    across = columns or len(page.widths)
    width = sum(page.widths[:across])
    page.boxes.append(Box(1, 1, title, "title", columns=across))
    page.heights[1] = 26.0 * _lines(title, width / 1.5)
    lines = [(aggregate.headline(), "complete" if aggregate.complete else "incomplete"), *((n, "note") for n in notes)]
    for row, (text, style) in enumerate(lines, 2):
        page.boxes.append(Box(row, 1, text, style, columns=across))  # type: ignore[arg-type]
        page.heights[row] = LINE * _lines(text, width * (1.15 if style == "note" else 0.95)) + 3
    return len(lines) + 2


def _legend(form: Form) -> str:
    """Units and marks. Where the form sets no unit for a sum of money, bodies fill in 元 or 万元: that is said."""
    heads = [
        (spec.label, head)
        for spec in forms.rows("proactive", form)
        for column, head in zip(spec.columns, spec.headers, strict=True)
        if column == MONEY
    ]
    unset = "、".join(f"{label}“{head}”" for label, head in heads if "万元" not in head)
    if unset:
        return f"计数单位：件、条、项；{unset}在表格中未定单位，按各单位所填数字相加，请核对所用单位是否一致。{LEGEND}"
    return f"计数单位：件、条、项；金额单位：万元。{LEGEND}"


def _table_page(aggregate: Aggregate, which: Table) -> Sheet:
    page = Sheet(f"{forms.TABLE_ZH[which]} {layout.name(which)}", widths=list(WIDTHS[which]))
    page.landscape = which == "disputes"  # table three is higher than wide: one upright sheet holds it
    made = f"按所属单位公布的年度报告汇总计算，{aggregate.now.strftime('%Y年%-m月%-d日')}生成，供核对，不是正式发布的报告。"
    title = f"{aggregate.under} {aggregate.year} 年度 · {layout.title(which)}"
    top = _head(page, aggregate, title, (made, _legend(aggregate.form)))
    slots = layout.table(which, aggregate.form)
    first = min(slot.row for slot in slots if slot.role == "figure")
    for slot in slots:
        box = Box(top + slot.row, slot.column + 1, slot.text, "head", slot.rows, slot.columns)
        if slot.key:
            box = _total_box(box, aggregate.totals[slot.key])
        elif slot.role != "head":
            style: Style = "item" if slot.role == "item" else "group" if slot.rows > 1 else "label"
            box = replace(box, style=style)
        page.boxes.append(box)
        if slot.rows == 1:
            width = sum(page.widths[slot.column : slot.column + slot.columns])
            height = LINE * _lines(slot.text, width - 2) + 6
            page.heights[box.row] = max(page.heights.get(box.row, 0), height)
    # The blocks of table two have heads of their own: nothing of the table stays fast there but the lines above.
    fast = top if which == "proactive" else top + first
    page.frozen = (fast, 1 if which == "disputes" else min(slot.column for slot in slots if slot.key) + 1)
    page.titles = (fast - 1, 0)
    return page


def _total_box(at: Box, total: Total) -> Box:
    comment = []
    if total.doubtful:
        comment.append(f"识读存疑：{_names(total.doubtful)}")
    if total.blank:
        comment.append(f"留空或不是数字：{_names(total.blank)}")
    style: Style = "doubtful" if total.doubtful else "blank" if total.blank else "figure"
    return Box(at.row, at.column, total.value, style, at.rows, at.columns, "\n".join(comment))


def _parts_page(aggregate: Aggregate) -> Sheet:
    """One row a body, one column a cell, under the sums."""
    page = Sheet(CONTENTS[0], landscape=True, wide=True)
    lead = ["单位", "上级", "说明", "报告地址"]
    keys = forms.keys(aggregate.form)
    page.widths = [30, 24, 18, 18, *(16.0 if key.endswith(MONEY) else 9.0 for key in keys)]
    top = _head(
        page,
        aggregate,
        f"{aggregate.under} {aggregate.year} 年度 · 各单位报告数据",
        (_legend(aggregate.form),),
        len(lead) + 8,
    )
    for column, text in enumerate(lead, 1):
        page.boxes.append(Box(top, column, text, "head", rows=3))
    column = len(lead) + 1
    for which in get_args(Table):
        specs = forms.rows(which, aggregate.form)
        text = f"{forms.TABLE_ZH[which]} {layout.name(which)}"
        page.boxes.append(Box(top, column, text, "head", columns=sum(len(spec.columns) for spec in specs)))
        for spec in specs:
            page.boxes.append(Box(top + 1, column, layout.full_label(spec), "head", columns=len(spec.columns)))
            width = sum(page.widths[column - 1 : column - 1 + len(spec.columns)])
            _taller(page, top + 1, LINE * _lines(layout.full_label(spec), width - 2) + 6)
            for text in spec.headers:
                page.boxes.append(Box(top + 2, column, text, "head"))
                _taller(page, top + 2, LINE * _lines(text, page.widths[column - 1] - 2) + 6)
                column += 1
    row = top + 3
    _sum_row(page, aggregate, row, len(lead))
    for row, part in enumerate(aggregate.parts, row + 1):  # noqa: B020 - the rows go on below the sums
        _part_row(page, part, row, len(lead))
    page.heights |= {top: LINE + 6, top + 3: LINE + 6}
    page.frozen = (top + 4, 2)
    page.titles = (top + 3, 1)
    return page


def _sum_row(page: Sheet, aggregate: Aggregate, row: int, lead: int) -> None:
    page.boxes.append(Box(row, 1, f"合计（{len(aggregate.parts)}/{aggregate.expected} 家）", "label", columns=lead))
    for column, total in enumerate(aggregate.totals.values(), lead + 1):
        page.boxes.append(_total_box(Box(row, column, None, "figure"), total))


def _part_row(page: Sheet, part: Part, row: int, lead: int) -> None:
    for column, text in enumerate((part.name, part.parent, part.note), 1):
        page.boxes.append(Box(row, column, text, "text"))
        _taller(page, row, LINE * _lines(text, page.widths[column - 1] - 2) + 4)
    page.boxes.append(Box(row, lead, part.url, "address", link=part.url))
    for column, (key, value) in enumerate(part.values.items(), lead + 1):
        mark = part.marks.get(key)
        style: Style = "figure" if mark is None else "blank" if mark in {"blank", "token"} else "doubtful"
        shown = "" if value is None and style == "blank" else value  # what was left empty stays empty here
        page.boxes.append(Box(row, column, shown, style, comment=MARK_ZH[mark] if mark else ""))


def _remarks_page(aggregate: Aggregate) -> Sheet:
    """Who is not in the sums and why, then what to look at in what is."""
    page = Sheet(CONTENTS[1], widths=[30, 26, 16, 64, 44], landscape=True)
    top = _head(page, aggregate, f"{aggregate.under} {aggregate.year} 年度 · 缺漏与存疑", ())
    for column, text in enumerate(("单位", "上级", "情况", "说明", "地址"), 1):
        page.boxes.append(Box(top, column, text, "head"))
    page.heights[top] = LINE + 6
    row = top
    for row, remark in enumerate(aggregate.remarks, top + 1):
        style: Style = "lack" if remark.kind in LACKING else "text"
        texts = (remark.name, remark.parent, KIND_ZH[remark.kind], remark.reason)
        for column, text in enumerate(texts, 1):
            page.boxes.append(Box(row, column, text, style))
        page.boxes.append(Box(row, 5, remark.url, style, link=remark.url))
        most = max(_lines(text, width - 2) for text, width in zip((*texts, remark.url), page.widths, strict=True))
        page.heights[row] = LINE * most + 4
    if not aggregate.remarks:
        page.boxes.append(Box(row + 1, 1, "没有缺漏，没有存疑。", "text", columns=5))
    page.frozen, page.titles = (top + 1, 2), (top, 0)
    return page


def _taller(page: Sheet, row: int, height: float) -> None:
    page.heights[row] = max(page.heights.get(row, LINE + 4), height)


def _lines(text: str, width: float) -> int:
    """How many lines the text takes in a column of so many characters (a Chinese one counts two)."""
    return sum(max(1, ceil(_width(line) / max(width, 2))) for line in text.split("\n"))


def _width(text: str) -> int:
    return sum(2 if east_asian_width(character) in "WFA" else 1 for character in text)


def _names(names: tuple[str, ...]) -> str:
    return "、".join(names[:NAMED]) + (f"等{len(names)}家" if len(names) > NAMED else "")
