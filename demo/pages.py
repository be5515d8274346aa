"""The demonstration's reports as pages: from the figures in ``data/reports.yaml`` to what a portal publishes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

import yaml

from reports.form import forms
from reports.report import Form

DATA = Path(__file__).parent / "data"
NUMERALS = "一二三四五六"
ARTICLE_20 = {
    "regulations": "第二十条第（一）项",
    "licensing": "第二十条第（五）项",
    "penalties": "第二十条第（六）项",
    "fees": "第二十条第（八）项",
    "procurement": "第二十条第（九）项",
}


@dataclass(slots=True)
class Body:
    """One body and what it publishes; ``publish_as``: page, pdf, interpretation, nothing, silence."""

    slug: str
    agency: str
    short_name: str
    level: str
    kind: str
    family: str
    year: int
    form: Form | None
    publish_as: str
    title: str = ""
    published_on: date | None = None
    in_scope_from: date | None = None
    in_scope_to: date | None = None
    preface: str = ""
    sections: list[dict[str, Any]] = field(default_factory=list)
    signature: list[str] = field(default_factory=list)
    figures: dict[str, int | float | None] = field(default_factory=dict)
    rows: list[list[str]] = field(default_factory=list)


@lru_cache(maxsize=1)
def bodies() -> tuple[Body, ...]:
    """The seven bodies, in the order of the data file."""
    data = yaml.safe_load((DATA / "reports.yaml").read_text(encoding="utf-8"))
    return tuple(Body(**entry) for entry in data)


def pdf(body: Body) -> bytes:
    """The report as a file: printed once by a browser from ``page(body)`` and kept beside the data."""
    return (DATA / f"{body.slug}.pdf").read_bytes()


def content(body: Body) -> str:
    """The article of a report or an interpretation: headings, paragraphs and, for a report, the three tables."""
    out = [f"<p>{escape(body.preface)}</p>"] if body.preface else []
    for index, section in enumerate(body.sections):
        out.append(f"<p><strong>{NUMERALS[index]}、{escape(section['title'])}</strong></p>")
        out += [f"<p>{escape(text)}</p>" for text in section.get("text", [])]
        if body.form is not None and index in _TABLES:
            out.append(_TABLES[index](body, body.form))
    out += [f'<p class="sign">{escape(line)}</p>' for line in body.signature]
    return "\n".join(out)


def page(body: Body) -> str:
    """A whole page with the article alone, for printing."""
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(body.title)}</title><style>'
        "@page{size:A4;margin:20mm 15mm}body{font:11pt/1.6 'Noto Serif CJK SC',serif}"
        "h1{font-size:17pt;text-align:center}"
        "p{text-indent:2em;margin:.3em 0}table{width:100%;border-collapse:collapse;font-size:8.5pt}"
        "td{border:.6pt solid #000;padding:1pt 3pt;text-align:center}</style></head>"
        f"<body><h1>{escape(body.title)}</h1>\n{content(body)}</body></html>"
    )


def _figure(body: Body, key: str) -> str:
    value = body.figures.get(key, 0)
    return "" if value is None else str(value)


def _cells(values: list[str], **spans: int) -> str:
    attributes = "".join(f' {name}="{number}"' for name, number in spans.items() if number > 1)
    return "".join(f"<td{attributes}>{escape(value)}</td>" for value in values)


def _table(rows: list[str]) -> str:
    return "<table>\n" + "\n".join(f"<tr>{row}</tr>" for row in rows) + "\n</table>"


def _proactive(body: Body, form: Form) -> str:
    rows = []
    previous: tuple[str, ...] = ()
    for row in forms.rows("proactive", form):
        measures = forms.columns("proactive", form, row.key)
        if row.key in ARTICLE_20:
            rows.append(_cells([ARTICLE_20[row.key]], colspan=4))
            previous = ()
        if measures != previous:
            names = [forms.header("proactive", form, row.key, column) for column in measures]
            rows.append(_cells(["信息内容", *names]))
            previous = measures
        rows.append(_cells([row.label, *(_figure(body, f"proactive.{row.key}.{column}") for column in measures)]))
    rows += [_cells(extra) for extra in body.rows]
    return _table(rows)


GROUPS = {
    "denied": "（三）不予公开",
    "unavailable": "（四）无法提供",
    "rejected": "（五）不予处理",
    "other": "（六）其他处理",
}


def _applications(body: Body, form: Form) -> str:
    head = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"
    names = [forms.header("applications", form, "new", c) for c in forms.columns("applications", form, "new")]
    rows = [
        _cells([head], colspan=3, rowspan=3) + _cells(["申请人情况"], colspan=7),
        _cells([names[0]], rowspan=2) + _cells(["法人或其他组织"], colspan=5) + _cells([names[6]], rowspan=2),
        _cells(names[1:6]),
    ]
    entries = forms.rows("applications", form)
    results = [r for r in entries if r.key not in {"new", "carried_in", "carried_out"}]
    for row in entries:
        values = _cells(
            [_figure(body, f"applications.{row.key}.{c}") for c in forms.columns("applications", form, row.key)]
        )
        if row.key in {"new", "carried_in", "carried_out"}:
            rows.append(_cells([row.label], colspan=3) + values)
            continue
        lead = _cells(["三、本年度办理结果"], rowspan=len(results)) if row is results[0] else ""
        group, _, rest = row.key.partition(".")
        if not rest:
            rows.append(lead + _cells([row.label], colspan=2) + values)
            continue
        same = [r for r in results if r.key.startswith(f"{group}.")]
        if row is same[0]:
            lead += _cells([GROUPS[group]], rowspan=len(same))
        rows.append(lead + _cells([row.label]) + values)
    return _table(rows)


def _disputes(body: Body, form: Form) -> str:
    outcomes = forms.columns("disputes", form, "reconsideration")
    names = [forms.header("disputes", form, "reconsideration", c) for c in outcomes]
    groups = [row.key for row in forms.rows("disputes", form)]
    return _table(
        [
            _cells(["行政复议"], colspan=5) + _cells(["行政诉讼"], colspan=10),
            _cells(names, rowspan=2) + _cells(["未经复议直接起诉", "复议后起诉"], colspan=5),
            _cells(names + names),
            _cells([_figure(body, f"disputes.{group}.{c}") for group in groups for c in outcomes]),
        ]
    )


_TABLES = {1: _proactive, 2: _applications, 3: _disputes}
