"""The printed heads of columns beside the form's."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz import fuzz

from reports.form import words
from reports.form.forms import rows
from reports.numbers import looks_like_value
from reports.report import Form, Table
from reports.tables.labels import is_dispute_head
from reports.tables.model import PrintedRow, TableFound, has_figures
from reports.text import letters


def header_labels(
    lines: Sequence[PrintedRow], found: dict[Table, TableFound], form: Form
) -> list[tuple[str, str, str]]:
    """The printed column headers beside the form's: (table, printed, expected)."""
    out: list[tuple[str, str, str]] = []
    order = {line.index: n for n, line in enumerate(lines)}
    applications = found["applications"]
    starts = [order[x.index] for x in applications.lines if x.index in order and not x.flat]
    if starts:
        first = min(starts)
        head = [
            cell.text
            for line in lines[max(0, first - 5) : first]
            if line.grid == lines[first].grid and not has_figures(line.cells)
            for cell in line.cells
            if cell.text.strip() and not looks_like_value(cell.text)
        ]
        out.extend(_match_headers("applications", head, rows("applications", form)[0].headers))
    for table, spec_headers in (("disputes", rows("disputes", form)[0].headers),):
        lines_ = found[table].lines  # type: ignore[index]
        if lines_ and not lines_[0].flat:
            at = order.get(lines_[0].index)
            if at is not None:
                head = [
                    cell.text
                    for line in lines[max(0, at - 4) : at]
                    if is_dispute_head("".join(c.text for c in line.cells))
                    for cell in line.cells
                    if cell.text.strip()
                ]
                out.extend(_match_headers(table, head, spec_headers))
    out.extend(_proactive_headers(lines, found["proactive"], form, order))
    return out


def _match_headers(table: str, printed: Sequence[str], expected: Sequence[str]) -> list[tuple[str, str, str]]:
    scored = sorted(
        ((fuzz.ratio(letters(p), letters(e)), p, e) for p in dict.fromkeys(printed) for e in expected), reverse=True
    )
    out: dict[str, str] = {}
    used: set[str] = set()
    for like, text, header in scored:
        if like >= 50 and header not in out and text not in used:
            out[header] = "".join(text.split())
            used.add(text)
    return [(table, out[header], header) for header in expected if header in out]


def _proactive_headers(
    lines: Sequence[PrintedRow], found: TableFound, form: Form, order: dict[int, int]
) -> list[tuple[str, str, str]]:
    out: list[tuple[str, str, str]] = []
    specs = {spec.key: spec for spec in rows("proactive", form)}
    for line, (_, row) in zip(found.lines, found.rows, strict=False):
        at = order.get(line.index)
        if at is None or not row.key or line.flat:
            continue
        above = next(
            (x for x in reversed(lines[max(0, at - 3) : at]) if any(words.SUBJECT in letters(c.text) for c in x.cells)),
            None,
        )
        if above is None:
            continue
        printed = ["".join(c.text.split()) for c in above.cells if c.text.strip() and letters(c.text) != words.SUBJECT]
        headers = specs[row.key].headers
        if len(printed) == len(headers):
            pairs = [("proactive", p, h) for p, h in zip(printed, headers, strict=True)]
            out.extend(pair for pair in pairs if pair not in out)
    return out
