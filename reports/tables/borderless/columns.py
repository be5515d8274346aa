"""The columns of figures: by the full rows, by the heads, by the table that goes on from the page before."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median, pstdev

from reports.form import words
from reports.form.forms import rows
from reports.tables.borderless.model import Columns, PrintedLine, place_of
from reports.tables.borderless.words import is_header
from reports.tables.model import FORMS_BOTH
from reports.text import letters

# Heads of the columns, the share of a column's width by which a figure may stand off, and how many characters of a
# head's first line must be there.
_HEADS: tuple[tuple[tuple[str, ...], float, int], ...] = (
    *((tuple(map(letters, rows("proactive", form)[0].headers)), 0.55, 4) for form in FORMS_BOTH),
    (words.heads("applications"), 0.4, 2),
    (words.heads("disputes") * len(rows("disputes", "2021")), 0.4, 2),
)
# A head that ends another's name (法人或其他组织) is no head of its own.
_ENDS_NAME = {
    head: words.ORGANISATIONS.partition(head)[0][-1:]
    for head in words.heads("applications")
    if head in words.ORGANISATIONS
}


def _by_heads(rows: Sequence[PrintedLine], entries: Sequence[PrintedLine], full: int) -> Columns | None:
    """Columns from their heads, for tables that leave zeros blank: all heads must be found, and every figure must
    stand under one."""
    above = [e for e in entries if not e.is_row and e.middle < rows[0].middle]
    for names, off, least in _HEADS:
        if full >= len(names):
            continue
        centres = sorted(centre for name in dict.fromkeys(names) for centre in _find(above, name, least))
        if len(centres) != len(names):
            continue
        pitch = min(b - a for a, b in pairwise(centres))
        figures = [run for row in rows for run in row.figures]
        if all(min(abs(run.centre - place) for place in centres) < off * pitch for run in figures):
            return Columns(tuple(centres), 0, centres[0] - 0.5 * pitch)
    return None


def continued_columns(
    rows: Sequence[PrintedLine], entries: Sequence[PrintedLine], before: Columns | None
) -> Columns | None:
    """The columns of the table above, where this one has no heads of its own and every figure stands in one of them."""
    if before is None or len(before.places) < 2 or any(is_header(e) and not e.is_row for e in entries[:1]):
        return None
    pitch = min(b - a for a, b in pairwise(before.places))
    figures = [run for row in rows for run in row.figures]
    widest = max(len(row.figures) for row in rows)
    if widest >= len(before.places):
        return None
    sound = all(min(abs(place_of(r, before.edge) - p) for p in before.places) < 0.3 * pitch for r in figures)
    return before if sound else None


def _find(lines: Sequence[PrintedLine], name: str, least: int) -> list[float]:
    """Centres of a head's first line, wherever it stands, in lines where heads may run together."""
    out: list[float] = []
    for entry in lines:
        texts, edges = entry.line.texts, entry.line.edges
        joined = "".join(texts)
        if len(joined) != len(texts):
            continue
        at = joined.find(name[:least])
        while at >= 0:
            end = at + least
            while end < len(joined) and end - at < len(name) and joined[end] == name[end - at]:
                end += 1
            if not (before := _ENDS_NAME.get(name)) or joined[at - 1 : at] != before:
                out.append((edges[at][0] + edges[end - 1][1]) / 2)
            at = joined.find(name[:least], end)
    return out


def columns_of(rows: Sequence[PrintedLine], entries: Sequence[PrintedLine]) -> Columns:
    """The columns that the figures of some rows stand in: by their heads, else by the fullest rows."""
    full = max(len(row.figures) for row in rows)
    headed = _by_heads(rows, entries, full)
    if headed is not None:
        return headed
    whole = [row for row in rows if len(row.figures) == full]
    spreads = {
        edge: sum(pstdev(place_of(row.figures[n], edge) for row in whole) for n in range(full)) for edge in (0, 1, -1)
    }
    edge = min((0, 1, -1), key=lambda e: spreads[e] - (0.01 if e == 0 else 0))
    places = [median(place_of(row.figures[n], edge) for row in whole) for n in range(full)]
    # Rows with blanks may fill columns that no full row shows.
    pitch = min((b - a for a, b in pairwise(places)), default=40.0)
    for row in rows:
        for run in row.figures:
            at = place_of(run, edge)
            if min(abs(at - place) for place in places) > 0.6 * pitch and len(row.figures) > 1:
                places.append(at)
    first = min(min(row.figures, key=lambda run: run.bbox[0]).bbox[0] for row in whole)
    return Columns(tuple(sorted(places)), edge, first)
