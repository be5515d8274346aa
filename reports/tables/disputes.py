"""表四: reviews and lawsuits, which has no labels of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reports import numbers
from reports.form import words
from reports.form.forms import RowSpec, rows
from reports.report import Cell, Form, Row
from reports.tables.labels import SURE, best_likeness, is_dispute_head, similarity
from reports.tables.model import DISPUTES, SHORT, PrintedRow, TableFound, put_in_doubt
from reports.tables.place import ColumnLayout, fit_row, place_row, reading_order, to_cell
from reports.text import letters


def _read_row(lines: list[PrintedRow], form: Form, after: int) -> TableFound:
    """One row of 15, or 5 and 10, or three rows of 5, without labels, behind the heads of the table."""
    found = TableFound()
    specs = rows("disputes", form)
    start = _start(lines, after)
    layout = ColumnLayout()
    grouped = _vertical_disputes(lines[start:], specs) if start is not None else None
    if grouped is not None:
        for spec, line in zip(specs, grouped, strict=True):
            place_row(found, spec, (line, True), layout)
        found.pairs = 1
        return found
    candidates = _candidates(lines, start, after)
    whole, taken = _whole_row(candidates)
    if whole is None:
        return found
    for line in lines:
        if line.grid == whole.grid and not line.flat:
            columns = [c.column for c in line.cells if c.column is not None and letters(c.text) == words.outcomes()[0]]
            layout.heads[line.grid] = min([*columns, layout.heads.get(line.grid, 10**6)])
    keys = [key for spec in specs for key in spec.cells()]
    _fill(found, whole, taken, layout, keys)
    if _in_other_order(whole, lines):
        put_in_doubt(found, keys)
        found.warnings.append("disputes: the columns are printed in another order")
    _compare_copies(found, whole, candidates, lines, keys)
    return found


def _in_other_order(whole: PrintedRow, lines: Sequence[PrintedRow]) -> bool:
    """Whether the heads above the row of figures tell of another order than the form's."""
    outcomes, (groups, parts) = words.heads("disputes"), words.disputes()
    heads: dict[int, str] = {}
    first: dict[str, int] = {}
    for line in lines:
        if line.flat or line.grid != whole.grid:
            continue
        if line.index == whole.index:
            break
        for cell in line.cells:
            name = letters(cell.text)
            if cell.column is None or not name:
                continue
            if name in outcomes:
                heads[cell.column] = name
            first.setdefault(name, cell.column)
    printed = [heads[column] for column in sorted(heads)]
    if len(printed) == DISPUTES and printed != list(outcomes) * (DISPUTES // len(outcomes)):
        return True
    return any(a in first and b in first and first[a] > first[b] for a, b in (groups, parts))


def _compare_copies(
    found: TableFound,
    whole: PrintedRow,
    candidates: Sequence[PrintedRow],
    lines: Sequence[PrintedRow],
    keys: Sequence[str],
) -> None:
    """Figures that another row of as many, in another table behind the heads, prints otherwise are in doubt."""
    headed = {line.grid for line in lines if is_dispute_head("".join(line.words))}
    for other in candidates:
        if other.flat or other.grid == whole.grid or not len(other.values) == len(whole.values) == len(keys):
            continue
        if other.grid not in headed:  # the lower part of a row that a page's end cut
            continue
        differing = [
            key
            for key, mine, theirs in zip(keys, whole.values, other.values, strict=True)
            if numbers.parse(mine.text).value != numbers.parse(theirs.text).value
        ]
        put_in_doubt(found, differing)
        found.known.add(other.index)
        if differing:
            found.warnings.append(
                f"disputes: the table is printed more than once and {len(differing)} cells differ; they are in doubt"
            )


def _start(lines: Sequence[PrintedRow], after: int) -> int | None:
    """The printed row in which the heads of the table stand."""
    for n, line in enumerate(lines[after:], after):
        if is_dispute_head(line.label if line.flat else "".join(line.words)):
            return n
    return None


def _candidates(lines: Sequence[PrintedRow], start: int | None, after: int) -> list[PrintedRow]:
    """Rows that are nothing but figures: behind the heads, else as many as the table has."""
    found = [line for line in lines[start:] if _bare_figures(line)] if start is not None else []
    return [line for line in found if not _numbers_columns(line)] or [
        line
        for line in lines[after:]
        if _bare_figures(line)
        and not _numbers_columns(line)
        and len(line.values) in (DISPUTES, DISPUTES + 1)
        and not line.flat
    ]


def _numbers_columns(line: PrintedRow) -> bool:
    """``1 2 3 … 15``: the numbers of the columns."""
    return [letters(cell.text) for cell in line.values] == [str(n) for n in range(1, len(line.values) + 1)]


def _whole_row(candidates: Sequence[PrintedRow]) -> tuple[PrintedRow | None, list[PrintedRow]]:
    """The row of all figures, and the printed rows that it was put together of, if it was."""
    whole = next((line for line in candidates if len(line.values) >= DISPUTES - 3), None)
    parts = [line for line in candidates if len(line.values) in (5, 10)]
    taken: list[PrintedRow] = []
    if whole is None and len(parts) >= 2:
        for line in parts:
            if sum(len(x.values) for x in taken) + len(line.values) <= DISPUTES:
                taken.append(line)
        if sum(len(x.values) for x in taken) == DISPUTES:
            values = tuple(cell for line in taken for cell in line.values)
            blocks = tuple(sorted({b for line in taken for b in line.blocks}))
            whole = replace(taken[0], values=values, cells=values, blocks=blocks)
    return whole or next((line for line in candidates if len(line.values) >= 3), None), taken


def _fill(
    found: TableFound, whole: PrintedRow, taken: Sequence[PrintedRow], layout: ColumnLayout, keys: Sequence[str]
) -> None:
    """The cells of the table from its row of figures."""
    fitted, sure = fit_row(whole, DISPUTES, layout)
    raws = tuple(cell.text.strip() for cell in whole.values)
    odd = len(raws) != DISPUTES
    found.pairs = 1
    found.lines.append(whole)
    found.placed.update({line.index: tuple(keys) for line in (*taken, whole)})
    short = odd and (fitted is None or sure < 1.0)
    printed = Row("disputes", None if odd else "", "", raws, whole.at, short=short)
    found.rows.append((reading_order(whole), printed))
    if fitted is None:
        found.cells.update({key: Cell(None, "", SHORT, whole.at) for key in keys})
    else:
        found.cells.update({key: to_cell(cell, sure) for key, cell in zip(keys, fitted, strict=True)})


def _vertical_disputes(lines: Sequence[PrintedRow], specs: Sequence[RowSpec]) -> list[PrintedRow] | None:
    """Three labelled rows of five, as some pages turn the table."""
    out = []
    for spec in specs:
        name = spec.label.split("·")[-1].strip()
        line = next(
            (
                x
                for x in lines
                if len(x.values) == 5 and not x.flat and similarity(x.label, name) >= 0.8 and x not in out
            ),
            None,
        )
        if line is None:
            return None
        out.append(line)
    return out


def _bare_figures(line: PrintedRow) -> bool:
    """A row of figures whose label, if any, is no row of the applications."""
    figures = sum(numbers.parse(cell.text).value is not None for cell in line.values)
    if line.flat:
        return len(line.values) >= 5
    if not figures and not (len(line.values) in (DISPUTES, 5, 10) and not line.words):
        return False
    return len(line.values) >= 5 and (not line.label or best_likeness(line.label) < SURE)


def read_disputes(
    grid_lines: list[PrintedRow], stream: list[PrintedRow], form: Form, applications: TableFound
) -> TableFound:
    """The table as it stands behind 表三, or else anywhere; in grids, or else in the text."""
    for lines in (grid_lines, stream):
        if not lines:
            continue
        last = 0
        placed = {line.index for line in applications.lines}
        for n, line in enumerate(lines):
            if line.index in placed:
                last = n + 1
        found = _read_row(lines, form, last) if last else TableFound()
        if not found.pairs:
            found = _read_row(lines, form, 0)
        if found.pairs:
            return found
    return TableFound()
