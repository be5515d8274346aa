"""One stretch of a page to grids: rows of figures with their labels, heads put together."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from reports.blocks import At, Block, Grid, GridCell
from reports.form import words
from reports.geometry.lines import Run
from reports.geometry.shapes import Box, Segment
from reports.tables.borderless.columns import columns_of, continued_columns
from reports.tables.borderless.dealing import dealt_by_order, dealt_by_rules, row_rules
from reports.tables.borderless.model import (
    NEXT_LINE,
    SAME_ROW,
    TWO_IN_ONE,
    WRAPPED,
    Carried,
    Columns,
    FigureRow,
    PrintedLine,
)
from reports.tables.borderless.words import is_header, is_piece, vocabulary
from reports.text import letters

MANY_FIGURES = 10  # on a line: of 表四, which has fifteen


def table_grids(
    number: int, entries: Sequence[PrintedLine], horizontal: Sequence[Segment], carried: Carried
) -> list[Block]:
    """A stretch is parted where the heads of another table stand, then read with its own columns."""
    parts: list[list[PrintedLine]] = [[]]
    kind = ""
    for entry in entries:
        text = letters(entry.line.text)
        found = _kind_of(entry, text)
        if found and found != kind and any(e.is_row for e in parts[-1]):
            # Heads just above, already taken by the table before, belong to this one.
            moved: list[PrintedLine] = []
            while parts[-1] and not parts[-1][-1].is_row and is_header(parts[-1][-1]):
                moved.insert(0, parts[-1].pop())
            parts.append(moved)
        kind = found or kind
        parts[-1].append(entry)
    out: list[Block] = []
    for part in parts:
        grid = _grid(number, part, horizontal, carried)
        if grid is not None:
            out.append(grid)
    return out


def _kind_of(entry: PrintedLine, text: str) -> str:
    """The table that a line's heads, or its many figures, begin; empty where they tell none."""
    if words.heads("applications")[0] in text or words.APPLICANTS in text:
        return "applications"
    outcome = any(head[:2] in text for head in words.outcomes()[:2])
    if (outcome and is_header(entry)) or len(entry.figures) >= MANY_FIGURES:
        return "disputes"
    return ""


def _grid(number: int, entries: Sequence[PrintedLine], horizontal: Sequence[Segment], carried: Carried) -> Grid | None:
    rows = [entry for entry in entries if entry.is_row]
    if not rows:
        return None
    rows, strays = _rows(entries)
    columns = continued_columns(rows, entries, carried.columns) or columns_of(rows, entries)
    carried.columns = columns
    heads = [e for e in entries if not e.is_row and e not in strays and _is_head(e, columns)]
    pieces = [
        run
        for entry in entries
        if entry not in heads
        for run in (entry.words if entry.is_row or entry in strays else entry.runs)
        if run.text.strip()
    ]
    top, bottom = entries[0].line.bbox[1], entries[-1].line.bbox[3]
    rules = row_rules(horizontal, columns, top - 20, bottom + 20)
    found = [FigureRow(entry.middle, list(entry.figures)) for entry in rows]
    for stray in strays:
        nearest = min(found, key=lambda row: abs(row.middle - stray.middle))
        nearest.figures.extend(stray.figures)
        nearest.pieces += len(stray.figures)
    ruled = len(rules) >= max(3, 0.7 * len(rows))
    found = dealt_by_rules(found, pieces, rules, columns) if ruled else dealt_by_order(found, pieces)
    labelled = {id(run) for row in found for run in row.label}
    for run in pieces:
        if id(run) not in labelled and any(char.isdigit() for char in run.text):
            # Figures that could not be told apart, or from words: a blank beside them is not sure to be blank.
            min(found, key=lambda row: abs(row.middle - run.middle)).doubtful = True
    placed = [(row.middle, _cells(number, row, columns)) for row in found]
    placed.extend((group[-1].middle, _head(number, group, columns)) for group in _head_groups(heads))
    placed.sort(key=lambda entry: entry[0])
    box = (
        min(e.line.bbox[0] for e in entries), top, max(e.line.bbox[2] for e in entries), bottom,
    )  # fmt: skip
    return Grid(tuple(cells for _, cells in placed), At(number, box), ruled=False)


def _rows(entries: Sequence[PrintedLine]) -> tuple[list[PrintedLine], list[PrintedLine]]:
    """Within a table every line that ends in figures is a row, or, where it nearly touches a fuller one, a piece of a
    figure wrapped in that row. Returns rows and pieces."""
    first = next(n for n, entry in enumerate(entries) if entry.is_row)
    # Nothing is lost of a table: what has figures and stands behind its first row is one.
    some = [e for n, e in enumerate(entries) if e.figures and (e.is_row or n > first or not e.words)]
    by_size = sorted(some, key=lambda e: (-e.is_row, -len(e.figures), -len(e.words)))
    rows: list[PrintedLine] = []
    strays: list[PrintedLine] = []
    for entry in by_size:
        height = entry.line.height
        if not entry.words and any(
            abs(entry.middle - row.middle)
            < (NEXT_LINE if hangs_below(entry, row) or _embraces(row, entry, entries) else SAME_ROW) * height
            for row in rows
        ):
            strays.append(entry)
        else:
            rows.append(entry)
            entry.is_row = True
    rows.sort(key=lambda entry: entry.middle)
    strays.sort(key=lambda entry: entry.middle)
    return rows, strays


def hangs_below(entry: PrintedLine, row: PrintedLine) -> bool:
    """Whether every figure of a line stands under one of a fuller row: the ends of figures that their cells wrap."""
    return (
        entry.middle > row.middle
        and 0 < len(entry.figures) < len(row.figures)
        and all(any(a.bbox[0] < b.bbox[2] and b.bbox[0] < a.bbox[2] for b in row.figures) for a in entry.figures)
    )


def _embraces(row: PrintedLine, entry: PrintedLine, entries: Sequence[PrintedLine]) -> bool:
    """Whether two lines of figures stand around the one line of their label: every figure of the row is wrapped."""
    upper, lower = (row, entry) if row.middle < entry.middle else (entry, row)
    if row.words or entry.words or len(lower.figures) > len(upper.figures):
        return False
    under = all(any(a.bbox[0] < b.bbox[2] and b.bbox[0] < a.bbox[2] for b in upper.figures) for a in lower.figures)
    between = [e for e in entries if upper.middle < e.middle < lower.middle]
    return under and len(between) == 1 and bool(between[0].words) and not between[0].figures


def _is_head(entry: PrintedLine, columns: Columns) -> bool:
    if any(run.centre >= columns.left for run in entry.runs):
        return True
    return is_header(entry) and not any(is_piece(run.text) for run in entry.runs)


def _head_groups(heads: Sequence[PrintedLine]) -> list[list[PrintedLine]]:
    """Lines of heads that stand directly under each other."""
    out: list[list[PrintedLine]] = []
    for entry in heads:
        if out and entry.line.bbox[1] - out[-1][-1].line.bbox[3] < 1.2 * entry.line.height:
            out[-1].append(entry)
        else:
            out.append([entry])
    return out


def _head(number: int, group: Sequence[PrintedLine], columns: Columns) -> tuple[GridCell, ...]:
    """Column heads as one row; the pieces of a wrapped head are put together by their column."""
    whole: list[tuple[float, float, GridCell]] = []
    wrapped: dict[int, list[Run]] = {}
    for entry in group:
        for run in entry.runs:
            if run.centre < columns.left - 10 or letters(run.text) in vocabulary():
                whole.append((run.middle, run.bbox[0], GridCell(run.text, At(number, run.bbox))))
            else:
                nearest = min(range(len(columns.places)), key=lambda n: abs(columns.places[n] - run.centre))
                wrapped.setdefault(nearest, []).append(run)
    for pieces in wrapped.values():
        box = _around([run.bbox for run in pieces])
        cell = GridCell("".join(run.text for run in pieces), At(number, box))
        whole.append((pieces[0].middle, box[0], cell))
    return tuple(cell for _, _, cell in sorted(whole, key=lambda entry: (round(entry[0]), entry[1])))


def _around(boxes: Sequence[Box]) -> Box:
    return min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)


def _cells(number: int, row: FigureRow, columns: Columns) -> tuple[GridCell, ...]:
    by_column: dict[int, list[Run]] = {}
    for run in row.figures:
        by_column.setdefault(columns.of(run), []).append(run)
    pieced = {columns.of(run) for run in row.figures[len(row.figures) - row.pieces :]}
    out: list[GridCell] = []
    if row.label:
        box = _around([run.bbox for run in row.label])
        out.append(GridCell("".join(run.text for run in row.label), At(number, box), 0))
    height = (row.figures[0].bbox[3] - row.figures[0].bbox[1]) if row.figures else 10.0
    # Figures of neighbouring columns that touch look like one figure.
    across = {n for run in row.figures for n in columns.under(run)}
    for n, place in enumerate(columns.places):
        here = by_column.get(n, [])
        if len(here) > 1:
            here.sort(key=lambda run: (run.middle, run.bbox[0]))
            texts = tuple(run.text for run in here)
            box = _around([run.bbox for run in here])
            # Under each other they are one figure, wrapped; beside each other they are two.
            beside = any(abs(a.middle - b.middle) < 2 for a, b in pairwise(here))
            text = (" " if beside else "").join(texts)
            out.append(GridCell(text, At(number, box), n + 1, 1, TWO_IN_ONE if beside else WRAPPED, texts))
        elif here:
            sure = WRAPPED if n in pieced else TWO_IN_ONE if n in across else 1.0
            out.append(GridCell(here[0].text, At(number, here[0].bbox), n + 1, confidence=sure))
        else:
            box = (place - 5, row.middle - height / 2, place + 5, row.middle + height / 2)
            # Where a label reaches into the column, its figure may be among the label's characters.
            hidden = row.doubtful or n in across or any(run.bbox[2] > place - 0.5 * height for run in row.label)
            out.append(GridCell("", At(number, box), n + 1, confidence=WRAPPED if hidden else 1.0))
    return tuple(out)
