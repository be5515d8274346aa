"""Reports with known figures, laid out at random as portals and conversions lay them out.

``figures`` makes a consistent report; ``html`` and ``text`` print it in a layout drawn from a seed and return what may
be read: for every key the set of right values. A key in ``lost`` was taken away by the layout: it must come back empty.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from decimal import Decimal

from reports.form import forms
from reports.numbers import looks_like_value
from reports.report import Form, Number

TITLES = {
    "proactive": "二、主动公开政府信息情况",
    "applications": "三、收到和处理政府信息公开申请情况",
    "disputes": "四、政府信息公开行政复议、行政诉讼情况",
}
NOT_RESULTS = ("new", "carried_in", "handled", "carried_out")
GROUPS = {
    "denied": "（三）不予公开",
    "unavailable": "（四）无法提供",
    "rejected": "（五）不予处理",
    "other": "（六）其他处理",
}
ITEMS19 = {"regulations": "一", "licensing": "五", "penalties": "六", "fees": "八", "procurement": "九"}


def figures(rng: random.Random, form: Form, small: bool | None = None) -> dict[str, Number]:
    """Figures of one report; every identity holds."""
    small = rng.random() < 0.4 if small is None else small
    top = 3 if small else rng.choice((20, 300, 26000))
    out: dict[str, Number] = {}
    for spec in forms.rows("proactive", form):
        for key in spec.cells():
            if key.endswith(".amount"):
                out[key] = rng.choice((0, Decimal("267.9503"), Decimal("64.0"), Decimal("1979.179352"), 92))
            elif key.endswith(".change"):
                out[key] = rng.randint(-9, 12) if rng.random() < 0.4 else 0
            else:
                out[key] = rng.choice((0, 0, rng.randint(0, top), rng.randint(0, top * 40)))
    specs = forms.rows("applications", form)
    results = [s.key for s in specs if s.key not in NOT_RESULTS]
    parts = specs[0].columns[:-1]
    for column in parts:
        handled = 0
        for row in results:
            value = rng.randint(0, top) if rng.random() < (0.5 if column == "natural_person" else 0.15) else 0
            out[f"applications.{row}.{column}"] = value
            handled += value
        out[f"applications.handled.{column}"] = handled
        carried_in = rng.randint(0, handled) if handled and rng.random() < 0.5 else 0
        carried_out = rng.randint(0, top) if rng.random() < 0.3 else 0
        out[f"applications.carried_in.{column}"] = carried_in
        out[f"applications.carried_out.{column}"] = carried_out
        out[f"applications.new.{column}"] = handled + carried_out - carried_in
    for spec in specs:
        out[f"applications.{spec.key}.total"] = sum(out[f"applications.{spec.key}.{c}"] for c in parts)
    for spec in forms.rows("disputes", form):
        values = [rng.randint(0, top) if rng.random() < 0.4 else 0 for _ in range(4)]
        out.update(zip(spec.cells(), [*values, sum(values)], strict=True))
    return out


@dataclass
class Printed:
    """A rendered document. ``right``: what each cell may be read as; ``lost``: cells that are not there to be read."""

    data: bytes
    form: Form
    right: dict[str, set[Number | None]]
    lost: set[str] = field(default_factory=set)
    style: str = ""


@dataclass
class _Way:
    """How figures and labels are printed."""

    rng: random.Random
    blank_zeros: bool = False
    units: bool = False
    wide: bool = False
    grouped: bool = False
    dashes: bool = False
    broken_labels: bool = False
    damaged_labels: bool = False
    right: dict[str, set[Number | None]] = field(default_factory=dict)

    def value(self, key: str, value: Number) -> str:
        allowed: set[Number | None] = {value}
        text = str(value)
        if value == 0 and self.blank_zeros:
            text, allowed = "", {None}
        elif value == 0 and self.dashes and self.rng.random() < 0.3:
            text, allowed = self.rng.choice("—-/－"), {None}
        elif self.grouped and isinstance(value, int) and abs(value) >= 1000:
            text = f"{value:,}" if self.rng.random() < 0.7 else f"{value:,}".replace(",", "，")
        if text and self.units and self.rng.random() < 0.5 and None not in allowed:
            text += "万元" if key.endswith(".amount") else self.rng.choice(("件", "项", "宗", "（件）"))
        if self.wide and None not in allowed:
            text = text.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789.-"})
        self.right[key] = allowed
        return text

    def label(self, text: str) -> str:
        if self.damaged_labels and len(text) > 5 and self.rng.random() < 0.5:
            start = self.rng.randrange(len(text) - 2)
            text = text[:start] + self.rng.choice(("", "口", "太白")) + text[start + self.rng.randint(1, 3) :]
        if self.rng.random() < 0.3:
            text = text.replace("（", "(").replace("）", ")").replace("“", '"').replace("”", '"')
        if self.broken_labels and len(text) > 4:
            cut = self.rng.randrange(1, len(text) - 1)
            text = text[:cut] + self.rng.choice(("\n", " ", "\u3000")) + text[cut:]
        return text


Row = list[tuple[str, int, int]]  # text, colspan, rowspan


def _rows(way: _Way, values: dict[str, Number], form: Form) -> dict[str, list[Row]]:
    """The three tables as the template has them, with spans."""

    def printed(spec: forms.RowSpec) -> list[str]:
        return [way.value(key, values[key]) for key in spec.cells()]

    proactive: list[Row] = []
    heads = {
        "regulations": "第二十条第（一）项",
        "licensing": "第二十条第（五）项",
        "penalties": "第二十条第（六）项",
        "fees": "第二十条第（八）项",
        "procurement": "第二十条第（九）项",
    }
    for spec in forms.rows("proactive", form):
        count = len(spec.columns)
        if spec.key in heads:
            proactive.append([(heads[spec.key], 4, 1)])
            spans = [1] * (count - 1) + [4 - count]
            proactive.append([("信息内容", 1, 1), *((h, s, 1) for h, s in zip(spec.headers, spans, strict=True))])
        spans = [1] * (count - 1) + [4 - count]
        proactive.append(
            [(way.label(spec.label), 1, 1), *((v, s, 1) for v, s in zip(printed(spec), spans, strict=True))]
        )
    applications: list[Row] = [
        [("（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）", 3, 3), ("申请人情况", 7, 1)],
        [("自然人", 1, 2), ("法人或其他组织", 5, 1), ("总计", 1, 2)],
        [(h, 1, 1) for h in forms.rows("applications", form)[0].headers[1:-1]],
    ]
    specs = forms.rows("applications", form)
    seen: set[str] = set()
    first_result = True
    for spec in specs:
        group = spec.key.split(".")[0] if "." in spec.key else ""
        row: Row = []
        if spec.key in ("new", "carried_in", "carried_out"):
            row.append((way.label(spec.label), 3, 1))
        else:
            if first_result:
                row.append(
                    ("三、本年度办理结果", 1, sum(s.key not in ("new", "carried_in", "carried_out") for s in specs))
                )
                first_result = False
            if group:
                if group not in seen:
                    row.append((GROUPS[group], 1, sum(s.key.startswith(group + ".") for s in specs)))
                    seen.add(group)
                row.append((way.label(spec.label), 1, 1))
            else:
                row.append((way.label(spec.label), 2, 1))
        applications.append(row + [(v, 1, 1) for v in printed(spec)])
    outcomes = forms.rows("disputes", form)[0].headers
    disputes: list[Row] = [
        [("行政复议", 5, 1), ("行政诉讼", 10, 1)],
        [(h, 1, 2) for h in outcomes] + [("未经复议直接起诉", 5, 1), ("复议后起诉", 5, 1)],
        [(h, 1, 1) for h in (*outcomes, *outcomes)],
        [(v, 1, 1) for spec in forms.rows("disputes", form) for v in printed(spec)],
    ]
    return {"proactive": proactive, "applications": applications, "disputes": disputes}


def _key_row(row: Row) -> bool:
    return len(row) >= 8


def _lose(rng: random.Random, tables: dict[str, list[Row]], form: Form, lost: set[str]) -> None:
    """Take one or two cells out of a row of the applications."""
    specs = forms.rows("applications", form)
    rows = tables["applications"][3:]
    for _ in range(rng.randint(1, 3)):
        n = rng.randrange(len(rows))
        if len(rows[n]) < 7 or set(specs[n].cells()) & lost:
            continue
        for _ in range(rng.randint(1, 2)):
            del rows[n][-rng.randint(1, 5)]
        lost.update(specs[n].cells())
    tables["applications"][3:] = rows


# --------------------------------------------------------------------------------------------------------------- HTML

CHROME = (
    "<table><tr><td>索引号：</td><td>0143/2024-00175</td><td>信息分类：</td><td>年报</td></tr>"
    "<tr><td>发布机构：</td><td>某市统计局</td><td>发文日期：</td><td>2024-01-04</td></tr></table>",
    "<table class='cal'><tr><td>日</td><td>一</td><td>二</td><td>三</td><td>四</td><td>五</td><td>六</td></tr>"
    + "".join("<tr>" + "".join(f"<td>{d}</td>" for d in range(w, w + 7)) + "</tr>" for w in (1, 8, 15, 22))
    + "</table>",
    "<table><tr><td>1</td><td><a href='#'>2021年政府信息公开工作年度报告</a></td><td>2022-01-10</td></tr>"
    "<tr><td>2</td><td><a href='#'>2022年政府信息公开工作年度报告</a></td><td>2023-01-11</td></tr></table>",
    "<table><tr><td>行政许可</td><td>办事指南</td></tr><tr><td>行政处罚</td><td>公示</td></tr></table>",
)


def html(seed: int) -> Printed:
    """A page in a layout drawn from the seed."""
    rng = random.Random(seed)
    form: Form = rng.choice(("2019", "2021"))
    values = figures(rng, form)
    way = _way(rng)
    tables = _rows(way, values, form)
    lost: set[str] = set()
    style = rng.choice(("table", "table", "table", "table", "divs", "css", "flex", "paragraphs", "pre"))
    marks = [style]
    if rng.random() < 0.15 and style in ("table", "divs", "css"):
        _lose(rng, tables, form, lost)
        marks.append("lost")
    if style in ("flex", "paragraphs", "pre") and (way.blank_zeros or way.dashes):
        way = _way(rng, plain=True)
        tables = _rows(way, values, form)
    body = ""
    for table, title in TITLES.items():
        body += f"<p>{title}</p>" if rng.random() < 0.9 else f"<div><b>{title}</b></div>"
        body += _render(rng, tables[table], style, table, marks)
        if rng.random() < 0.1:
            body += "<p>注：以上数据由本机关统计。</p>"
    body = (
        "<h1>某市统计局2023年政府信息公开工作年度报告</h1><p>一、总体情况</p><p>全年主动公开信息2461条，收到申请7件。</p>"
        + body
        + "<p>五、存在的主要问题及改进情况</p><p>解读形式较为单一。</p><p>六、其他需要报告的事项</p><p>无。</p>"
    )
    if rng.random() < 0.25:
        old = _rows(_Way(rng), figures(rng, form), form)
        hide = rng.choice(("style='display:none'", "style='DISPLAY: none;'", "class='old'", "hidden"))
        copy = "".join(_render(rng, old[t], "table", t, []) for t in TITLES)
        body = f"<div {hide}>{copy}</div>{body}" if rng.random() < 0.5 else f"{body}<div {hide}>{copy}</div>"
        marks.append("hidden copy")
    for _ in range(rng.choice((0, 0, 1, 2, 4))):
        side = rng.choice(CHROME)
        wrap = rng.choice(
            (
                f"<table width=980><tr><td width=240>{side}</td><td>{body}</td></tr></table>",
                f"{side}<table><tbody><tr><td colspan=2>{body}</td></tr></tbody></table>",
                f"<div><div>{body}</div></div>{side}",
                f"<table><tr><td></td></tr><tr><td>{body}</td><td>{side}</td></tr></table>",
            )
        )
        body = wrap
        marks.append("wrapped")
    css = ".old{display:none} .t{display:table} .r{display:table-row} .c{display:table-cell} .f{display:flex}"
    page = f"<!DOCTYPE html><html><head><title>年报</title><style>{css}</style></head><body>{body}</body></html>"
    charset = rng.choice(("utf-8", "gb18030"))
    return Printed(page.encode(charset), form, way.right, lost, " ".join(marks))


def _way(rng: random.Random, plain: bool = False) -> _Way:
    return _Way(
        rng,
        blank_zeros=not plain and rng.random() < 0.15,
        units=rng.random() < 0.15,
        wide=rng.random() < 0.1,
        grouped=rng.random() < 0.2,
        dashes=not plain and rng.random() < 0.15,
        broken_labels=rng.random() < 0.3,
    )


def _render(rng: random.Random, rows: list[Row], style: str, table: str, marks: list[str]) -> str:
    if style == "divs":
        return "<div class=t>" + "".join(
            "<div class=r>" + "".join(f"<div class=c>{t}</div>" for t, _, _ in row) + "</div>" for row in rows
        ) + "</div>"  # fmt: skip
    if style == "css":
        return "<div style='display: table'>" + "".join(
            "<div style='display:table-row'>" + "".join(f"<span style='display:table-cell'>{t}</span>" for t, _, _ in row)
            + "</div>" for row in rows
        ) + "</div>"  # fmt: skip
    if style == "flex":
        return "".join("<div class=f>" + "".join(f"<span>{t}</span>" for t, _, _ in row) + "</div>" for row in rows)
    if style == "paragraphs":
        return "".join("<p>" + "&nbsp;&nbsp;".join(t for t, _, _ in row) + "</p>" for row in rows)
    if style == "pre":
        return "<pre>" + "\n".join("\t".join(t.replace("\n", "") for t, _, _ in row) for row in rows) + "</pre>"
    spans = rng.choice(("right", "right", "none", "wrong"))
    marks.append(f"spans {spans}")
    word = rng.random() < 0.25
    inner = rng.random() < 0.1
    lead = rng.random() < 0.1
    trail = rng.random() < 0.1
    spacer = rng.random() < 0.2
    cut = rng.randrange(5, len(rows) - 1) if len(rows) > 8 and rng.random() < 0.25 else None
    marks += [m for m, on in (("word", word), ("inner", inner), ("lead", lead), ("trail", trail), ("cut", cut)) if on]
    out = ["<table border=1>"]
    for n, row in enumerate(rows):
        if n == cut:
            out.append("</table>" + rng.choice(("", "<p></p>", "<p>— 3 —</p>")) + "<table>")
        if spacer and rng.random() < 0.3:
            out.append(f"<tr style='height:1px'><td colspan={rng.choice((4, 10, 15))}>&nbsp;</td></tr>")
        out.append("<tr>" + ("<td></td>" if lead else ""))
        for text, colspan, rowspan in row:
            if spans == "wrong":
                colspan, rowspan = rng.choice((colspan, 1, 2, 30)), rng.choice((rowspan, 1, 2))
            attributes = "" if spans == "none" else f" colspan={colspan} rowspan={rowspan}"
            out.append(f"<td{attributes}>{_cell(rng, text, word, inner)}</td>")
        out.append(("<td>&nbsp;</td>" if trail else "") + "</tr>")
    out.append("</table>")
    return "".join(out)


def _cell(rng: random.Random, text: str, word: bool, inner: bool) -> str:
    text = text.replace("\n", "<br>") if rng.random() < 0.5 else text
    if word:
        if len(text) > 1 and "<" not in text and rng.random() < 0.5:
            cut = rng.randrange(1, len(text))
            text = f"<span lang=EN-US>{text[:cut]}</span><span>{text[cut:]}</span>"
        text = f"<p class=MsoNormal align=center><span style='font-family:仿宋'>{text}</span><o:p></o:p></p>"
    if inner and rng.random() < 0.5:
        text = f"<table><tr><td>{text}</td></tr></table>"
    return text


# --------------------------------------------------------------------------------------------------------------- text


def text(seed: int, damaged: bool = False, lossy: bool = False) -> Printed:
    """A flattened text in a manner drawn from the seed; ``lossy``: blank cells vanish without a trace."""
    rng = random.Random(seed)
    form: Form = rng.choice(("2019", "2021"))
    values = figures(rng, form)
    manner = rng.choice(("tsv", "placeholders", "cells", "columns", "layout", "spaces", "lines", "bars"))
    way = _way(rng, plain=manner in ("columns", "layout", "spaces", "lines"))
    if lossy:
        manner = rng.choice(("columns", "layout", "spaces", "lines"))
        way.blank_zeros = True
    way.broken_labels = False
    way.damaged_labels = damaged
    tables = _rows(way, values, form)
    lost: set[str] = set()
    if rng.random() < 0.2:
        _lose(rng, tables, form, lost)
    if lossy:
        for form_rows in forms.FORMS[form].tables.values():
            for spec in form_rows:
                if any(None in way.right[key] for key in spec.cells()) or spec.table == "disputes":
                    lost.update(spec.cells())
    out = ["某市统计局2023年政府信息公开工作年度报告", "", "一、总体情况", "全年主动公开信息 2461 条，收到申请 7 件。"]
    for table, title in TITLES.items():
        out += ["", title, ""]
        out += flatten(rng, tables[table], manner, 15 if table == "disputes" else 10)
    out += ["", "五、存在的主要问题及改进情况", "解读形式较为单一。", "六、其他需要报告的事项", "无。"]
    return Printed("\n".join(out).encode(), form, way.right, lost, manner)


def flatten(rng: random.Random, rows: list[Row], manner: str, width: int) -> list[str]:
    """The lines of a table in a manner; ``width`` is its number of columns."""
    if manner == "cells":
        return [line for row in rows for line in (*("\t" + t for t, _, _ in row), "")]
    if manner == "tsv":
        return ["\t".join(t for t, _, _ in row) for row in rows]
    if manner == "bars":
        return ["| " + " | ".join(t for t, _, _ in row) + " |" for row in rows]
    if manner == "placeholders":
        out = []
        for row in rows:
            cells = [c for t, span, _ in row for c in (t, *[""] * (span - 1))]
            out.append("\t".join([""] * (width - len(cells)) + cells if len(row) >= 8 else cells))
        return out
    if manner == "lines":
        return [t for row in rows for t, _, _ in row]
    if manner == "spaces":
        return [" ".join(t for t, _, _ in row) for row in rows]
    if manner == "layout":
        return _layout_lines(rng, rows)
    out = []
    for row in rows:
        words = [t for t, _, _ in row if t and not looks_like_value(t)]
        numbers = [t for t, _, _ in row if t not in words]
        label = words[-1] if words else ""
        if len(label) > 12 and numbers:
            out.append(f"{label[:12]:<16}" + "   ".join(f"{t:>5}" for t in numbers))
            out.append(label[12:24])
            if label[24:]:
                out.append(label[24:])
        else:
            out.append("  ".join([*words, *(f"{t:>5}" for t in numbers)]))
    return [line for line in out if line.strip()]


def _layout_lines(rng: random.Random, rows: list[Row]) -> list[str]:
    """As a page is printed to text: labels wrapped around the line of the figures, page numbers in between."""
    out: list[str] = []
    for n, row in enumerate(rows):
        words = [t for t, _, _ in row if t and not looks_like_value(t)]
        numbers = [t for t, _, _ in row if t not in words]
        if n and n % 12 == 0:
            out += ["", f"{' ' * 40}- {n // 12} -", ""]
        if not numbers:
            out.append("      ".join(words))
            continue
        label = words[-1] if words else ""
        size = rng.choice((9, 13, 17))
        parts = [label[i : i + size] for i in range(0, len(label), size)] or [""]
        middle = rng.choice((0, len(parts) // 2))
        for k, part in enumerate(parts):
            group = "".join(words[:-1]) if k == 0 else ""
            figures = "".join(f" {t:>8}" for t in numbers) if k == middle else ""
            out.append(f"{group:<10}{part:<20}{figures}")
    return [line for line in out if line.strip()]
