"""Printed rows and rows of the form, matched in order by dynamic programming."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from reports import numbers
from reports.form.forms import RowSpec
from reports.numbers import looks_like_value
from reports.report import Table
from reports.tables.labels import (
    ALL_ROWS,
    PAIRABLE,
    STRONG,
    is_dispute_head,
    likeness_to_table,
    likenesses,
    place_in_table,
    row_likeness,
)
from reports.tables.model import COLUMNS, DISPUTES, PrintedRow, has_figures

GAP = 0.35  # what it costs to leave a printed row or a row of the form without a partner


def match(lines: Sequence[PrintedRow], specs: Sequence[RowSpec]) -> dict[int, tuple[int, float]]:
    """Both sequences in order, as cheaply as possible: index of spec -> (index of line, likeness)."""
    printed = tuple((line.flat, line.label, line.words, line.after, line.blank) for line in lines)
    return dict(_matched(printed, tuple(spec.label for spec in specs)))


@lru_cache(maxsize=512)
def _matched(
    printed: tuple[tuple[bool, str, tuple[str, ...], str, bool], ...], wanted: tuple[str, ...]
) -> tuple[tuple[int, tuple[int, float]], ...]:
    n, m = len(printed), len(wanted)
    likes = [likenesses(flat, label, words, after, wanted) for flat, label, words, after, _ in printed]
    # A blank row is rarely the row itself: more often the rest of one that a page end cut.
    table = [[like * 0.7 for like in each] if line[4] else each for each, line in zip(likes, printed, strict=True)]
    cost = [[j * GAP for j in range(m + 1)]]
    for i in range(1, n + 1):
        above, left = cost[i - 1], i * GAP
        row = [left]
        for j, score in enumerate(table[i - 1]):
            best = above[j + 1] if above[j + 1] < left else left
            best += GAP
            if score >= PAIRABLE and above[j] + 1 - score < best:
                best = above[j] + 1 - score
            row.append(best)
            left = best
        cost.append(row)
    out: list[tuple[int, tuple[int, float]]] = []
    i, j = n, m
    while i and j:
        like = table[i - 1][j - 1]
        if like >= PAIRABLE and abs(cost[i][j] - (cost[i - 1][j - 1] + 1 - like)) < 1e-9:
            out.append((j - 1, (i - 1, likes[i - 1][j - 1])))
            i, j = i - 1, j - 1
        elif abs(cost[i][j] - (cost[i - 1][j] + GAP)) < 1e-9:
            i -= 1
        else:
            j -= 1
    return tuple(out)


def with_unlabelled(
    pairs: dict[int, tuple[int, float]], lines: Sequence[PrintedRow], specs: Sequence[RowSpec]
) -> dict[int, tuple[int, float]]:
    """Rows without a legible label between two placed ones, if exactly as many are missing there."""
    out = dict(pairs)
    placed = sorted(pairs)
    for a, b in pairwise(placed):
        missing = list(range(a + 1, b))
        free = [
            i
            for i in range(pairs[a][0] + 1, pairs[b][0])
            if len(lines[i].values) >= len(specs[a].columns)
            and not lines[i].blank
            and not any(row_likeness(lines[i], spec) >= STRONG for spec in ALL_ROWS)
        ]
        if missing and len(missing) == len(free):
            out.update({spec: (line, 0.0) for spec, line in zip(missing, free, strict=True)})
    return out


def copies_of_table(lines: list[PrintedRow], table: Table) -> list[list[PrintedRow]]:
    """Copies of a table: the order of the form starts again where a copy starts."""
    out: list[list[PrintedRow]] = [[]]
    highest = -1
    for line in lines:
        # Heads print 总计 and 其他 too.
        place = place_in_table(line.flat, line.label, table) if has_figures(line.values) else None
        if place is not None:
            if place <= 1 and highest >= (5 if table == "applications" else 2) and place < highest:
                out.append([])
                highest = -1
            highest = max(highest, place)
        out[-1].append(line)
    return out


def candidate_rows(lines: Sequence[PrintedRow], table: Table) -> list[PrintedRow]:
    """The rows that may be this table's, by label or by the number of their figures."""
    out = []
    for line in lines:
        if not line.values or (line.flat and is_dispute_head(line.label[-80:])):
            continue
        like = likeness_to_table(line.flat, line.label, table)
        if table == "proactive":
            if like >= STRONG and any(looks_like_value(cell.text) for cell in line.values):
                out.append(line)
        elif like >= 0.5 or (
            COLUMNS - 2 <= len(line.values) < DISPUTES - 2
            and any(numbers.parse(c.text).value is not None for c in line.values)
        ):
            out.append(line)
    return out
