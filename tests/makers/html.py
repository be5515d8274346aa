"""Reports as pages of portals: one way of writing tables a style, with the furniture of a portal around them.

``rendering.html`` mixes everything at random; here a style is one habit, so that a benchmark can say which one costs.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from html import escape

from tests.makers.report import Placed, Table, Truth, placed, story, tables

STYLES = (
    "plain",
    "no-spans",
    "wrong-spans",
    "word",
    "nested",
    "layout",
    "split",
    "glued",
    "spacers",
    "hidden-copy",
    "headers",
    "divs",
    "css-classes",
    "flex",
    "paragraphs",
    "pre",
    "unclosed",
    "gb18030",
)
# Styles in which a blank cell leaves no trace.
LOSSY = frozenset(("flex", "paragraphs", "pre"))

_INDEX = (
    "<table class='index'><tr><td>索引号</td><td>{0}</td><td>发布日期</td><td>{1}</td></tr>"
    "<tr><td>发布机构</td><td>{2}</td><td>有效性</td><td>有效</td></tr></table>"
)
_PAST = (
    "<table><tr><td>1</td><td><a href='a.html'>往年报告之一</a></td><td>2020-01-09</td></tr>"
    "<tr><td>2</td><td><a href='b.html'>往年报告之二</a></td><td>2019-01-11</td></tr></table>"
)
_CALENDAR = "<table>" + "".join(
    "<tr>" + "".join(f"<td>{day}</td>" for day in range(first, first + 7)) + "</tr>" for first in (1, 8, 15, 22)
) + "</table>"  # fmt: skip


def render(truth: Truth, rng: random.Random, style: str) -> bytes:
    """A page. ``style`` is one of ``STYLES``."""
    found = tables(truth)
    body = ""
    for kind, text in story(truth):
        if kind == "table":
            body += _table(found[text], rng, style)
        elif kind == "title":
            body += f"<h1>{escape(text)}</h1>"
        elif kind == "signature":
            body += f"<p align=right>{escape(text)}</p>"
        else:
            body += _paragraph(text, rng, style)
    if style == "glued":  # a converter made one table of all three, the headings among its rows
        body = re.sub(r"</table><p>([^<]*)</p><table border=1>", r"<tr><td colspan=10>\1</td></tr>", body)
    if style == "hidden-copy":
        other = {key: str(rng.randint(1, 99)) for key in truth.printed}
        old = Truth(truth.agency, truth.year, truth.form, truth.published_on, truth.cells, other)
        copy = "".join(_table(table, rng, "plain") for table in tables(old).values())
        hide = rng.choice(("style='display:none'", "class=old", "style='DISPLAY : none ;'", "hidden"))
        body = f"<div {hide}>{copy}</div>{body}" if rng.random() < 0.5 else f"{body}<div {hide}>{copy}</div>"
    number = f"{rng.randint(1000, 9999)}/2025-{rng.randint(1, 99999):05d}"
    index = _INDEX.format(number, truth.published_on, truth.agency)
    if style == "layout":
        body = (
            f"<table width=980><tr><td width=200>{_CALENDAR}{_PAST}</td><td>"
            f"<table><tbody><tr><td colspan=2>{index}</td></tr><tr><td>{body}</td><td></td></tr></tbody></table>"
            "</td></tr></table>"
        )
    elif rng.random() < 0.5:
        body = index + body
    if rng.random() < 0.3:
        body += rng.choice((_PAST, _CALENDAR))
    css = ".old{display:none}.t{display:table}.r{display:table-row}.c{display:table-cell}.f{display:flex}"
    head = f"<head><title>{escape(truth.title)}</title><style>{css}</style></head>"
    page = f"<!DOCTYPE html><html>{head}<body><div id=zoom>{body}</div></body></html>"
    return page.encode("gb18030" if style == "gb18030" else "utf-8")


def _paragraph(text: str, rng: random.Random, style: str) -> str:
    if style == "word":
        return f"<p class=MsoNormal><span style='font-family:仿宋'>{_runs(text, rng)}</span><o:p></o:p></p>"
    if style == "unclosed":
        return f"<p>{escape(text)}"
    return f"<p>&emsp;&emsp;{escape(text)}</p>"


def _runs(text: str, rng: random.Random) -> str:
    if len(text) < 2:
        return escape(text)
    cut = rng.randrange(1, len(text))
    return f"<span lang=EN-US>{escape(text[:cut])}</span><font>{escape(text[cut:])}</font>"


def _spans(cell: Placed, rng: random.Random, style: str) -> str:
    columns, rows = cell.slot.columns, cell.slot.rows
    if style == "no-spans":
        return ""
    if style == "wrong-spans":
        columns, rows = rng.choice((columns, 1, 2, 30)), rng.choice((rows, 1, 2))
    return (f" colspan={columns}" if columns > 1 else "") + (f" rowspan='{rows}'" if rows > 1 else "")


def _content(cell: Placed, rng: random.Random, style: str) -> str:
    text = cell.slot.text
    if style == "word":
        inner = _runs(text, rng) or "&nbsp;"
        return f"<p class=MsoNormal align=center><span lang=EN-US>{inner}</span><o:p></o:p></p>"
    if style == "nested" and rng.random() < 0.5:
        return f"<table><tr><td>{escape(text)}</td></tr></table>"
    if not text:
        return rng.choice(("", "&nbsp;", "<br>", "\u3000"))
    if cell.slot.key is None and len(text) > 6 and rng.random() < 0.2:
        cut = rng.randrange(2, len(text) - 2)
        return f"{escape(text[:cut])}<br/>{escape(text[cut:])}"
    return escape(text)


def _boxes(rows: list[list[Placed]], rng: random.Random, style: str, table: str, row: str, cell: str) -> str:
    """Boxes within boxes that a style sheet shows as a table."""
    inner = "".join(
        f"<div {row}>" + "".join(f"<span {cell}>{_content(c, rng, style)}</span>" for c in line) + "</div>"
        for line in rows
    )
    return f"<div {table}>{inner}</div>" if table else inner


def _written(rows: list[list[Placed]], join: str) -> list[str]:
    return [join.join(escape(cell.slot.text) for cell in row) for row in rows]


def _table(table: Table, rng: random.Random, style: str) -> str:
    rows = placed(table)
    flat: dict[str, Callable[[], str]] = {
        "divs": lambda: _boxes(
            rows, rng, style, "style='display: table'", "style='display:table-row'", "style='display:table-cell'"
        ),
        "css-classes": lambda: _boxes(rows, rng, style, "class=t", "class=r", "class=c"),
        "flex": lambda: _boxes(rows, rng, style, "", "class=f", ""),
        "paragraphs": lambda: "".join(f"<p>{line}</p>" for line in _written(rows, "&nbsp;&nbsp;")),
        "pre": lambda: "<pre>" + "\n".join(_written(rows, "\t")) + "</pre>",
    }
    if style in flat:
        return flat[style]()
    cut = rng.randrange(5, len(rows) - 2) if style == "split" and len(rows) > 8 else None
    out = ["<table border=1>"]
    for n, row in enumerate(rows):
        if n == cut:
            out.append("</table>" + rng.choice(("", "<p></p>", "<p>— 3 —</p>")) + "<table>")
        if style == "spacers" and rng.random() < 0.3:
            out.append("<tr height=1><td colspan=10>&nbsp;</td></tr>")
        tag = (
            "th" if style == "headers" and (row[0].slot.key is None and all(c.slot.key is None for c in row)) else "td"
        )
        cells = [f"<{tag}{_spans(cell, rng, style)}>{_content(cell, rng, style)}" for cell in row]
        if style == "unclosed":
            out.append("<tr>" + "".join(cells))
        else:
            out.append("<tr>" + "".join(f"{cell}</{tag}>" for cell in cells) + "</tr>")
    return "".join(out) + "</table>"
