"""表二: what was published unasked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reports import numbers
from reports.form import words
from reports.form.forms import RowSpec, rows
from reports.numbers import looks_like_value
from reports.report import Form
from reports.tables.labels import STRONG, SURE, other_form_of, row_likeness
from reports.tables.match import candidate_rows, copies_of_table, match
from reports.tables.model import BY_ORDER, PrintedRow, TableFound, is_blank
from reports.tables.place import (
    ColumnLayout,
    add_other_rows,
    compare_copies,
    heads_above,
    place_row,
    printed_order,
    under_other_heads,
    without_sublabels,
)
from reports.text import letters


def _with_sub_rows(
    line: PrintedRow, lines: Sequence[PrintedRow], specs: Sequence[RowSpec], count: int
) -> tuple[PrintedRow, set[int]] | None:
    """A row that is printed in parts, each with a label of its own (行政检查, 行政确认 under 其他对外管理服务事项), with
    their sums, and the indexes of the parts; None where it is printed whole."""
    at = next((n for n, other in enumerate(lines) if other.index == line.index), None)
    label = next((n for n, cell in enumerate(line.cells) if cell.text == line.label), len(line.cells))
    behind = line.cells[label + 1 :]
    own = without_sublabels(behind, count)
    if at is None or line.flat or own is behind or len(own) != count:
        return None
    parts = [own]
    indexes = {line.index}
    for other in lines[at + 1 :]:
        values = other.values[-count:]
        known = max(row_likeness(other, spec) for spec in specs)
        heads = any(_is_head(letters(cell.text)) for cell in other.cells)
        if (
            other.grid != line.grid
            or known >= SURE
            or heads
            or len(other.cells) != len(own) + 1
            or len(values) != count
        ):
            break
        parts.append(values)
        indexes.add(other.index)
    if len(parts) == 1:
        return None
    figures = [[numbers.parse(part[n].text) for part in parts] for n in range(count)]
    summed = tuple(
        replace(
            own[n],
            text=str(sum(figure.value or 0 for figure in column)),
            alternatives=tuple(part[n].text.strip() for part in parts),
        )
        for n, column in enumerate(figures)
    )
    return replace(line, values=summed), indexes


def read_proactive(lines: list[PrintedRow], form: Form, _flat: bool) -> TableFound:
    """The best copy of the table among the rows; empty where fewer than two rows are sure."""
    specs = rows("proactive", form)
    best = TableFound()
    chosen: dict[int, tuple[int, float]] = {}
    chosen_lines: list[PrintedRow] = []
    copies: list[tuple[dict[int, tuple[int, float]], list[PrintedRow]]] = []
    for copy in copies_of_table(candidate_rows(lines, "proactive"), "proactive"):
        own = [line for line in copy if other_form_of(line, "proactive", form) is None]
        pairs = {n: pair for n, pair in match(own, specs).items() if pair[1] >= STRONG}
        if len(pairs) >= 2:
            copies.append((pairs, own))
            if len(pairs) > len(chosen):
                chosen, chosen_lines = pairs, own
    if not chosen:
        return best
    layout = ColumnLayout()
    chosen, chosen_lines = _damaged_labels(chosen, chosen_lines, lines, specs)
    for n, spec in enumerate(specs):
        pair = chosen.get(n)
        if pair is not None:
            line = chosen_lines[pair[0]]
            chosen_lines[pair[0]] = _merged_values(line, len(spec.columns))
            layout.learn([chosen_lines[pair[0]]], len(spec.columns))
    for n, spec in enumerate(specs):
        pair = chosen.get(n)
        keys, sure = spec.cells(), 1.0
        if pair is not None:
            line = chosen_lines[pair[0]]
            heads = heads_above(line, lines, 3)
            order = printed_order(heads, spec.headers)
            if under_other_heads(line.values, heads, len(keys)):
                sure = BY_ORDER
            summed = _with_sub_rows(line, lines, specs, len(keys))
            if order is not None:
                keys, sure = tuple(keys[i] for i in order), BY_ORDER
                best.warnings.append(f"proactive: the columns of {spec.label} are printed in another order")
            if summed is not None:
                chosen_lines[pair[0]], parts = summed
                sure = BY_ORDER
                best.known |= parts
                best.warnings.append(f"proactive: {spec.label} is printed in parts, which were added up")
        matched = (chosen_lines[pair[0]], pair[1] >= SURE) if pair is not None else None
        place_row(best, spec, matched, layout, keys, sure)
    best.pairs = len(chosen)
    where = {line.index: n for n, line in enumerate(lines)}
    spots = [where[chosen_lines[i].index] for i, _ in chosen.values()]
    add_other_rows(best, lines, lines[min(spots)], lines[max(spots)], "proactive", form)
    compare_copies(best, [c for c in copies if c[0] is not chosen], chosen, specs)
    return best


def _damaged_labels(
    pairs: dict[int, tuple[int, float]], placed: list[PrintedRow], lines: Sequence[PrintedRow], specs: Sequence[RowSpec]
) -> tuple[dict[int, tuple[int, float]], list[PrintedRow]]:
    """Rows that are missing between two placed ones and whose damaged labels stand between these on the page."""
    where = {line.index: n for n, line in enumerate(lines)}
    out, own = dict(pairs), list(placed)
    taken = {placed[i].index for i, _ in pairs.values()}
    for n, spec in enumerate(specs):
        if n in out:
            continue
        before = max((where[own[out[k][0]].index] for k in out if k < n), default=-1)
        behind = min((where[own[out[k][0]].index] for k in out if k > n), default=None)
        behind = min(before + 5, len(lines)) if behind is None else behind
        start = max(0, behind - 5) if before < 0 else before + 1
        free = [
            (like, line)
            for line in lines[start:behind]
            if line.index not in taken
            and line.label
            and any(looks_like_value(cell.text) for cell in line.values)
            and 0.45 <= (like := row_likeness(line, spec)) < STRONG
        ]
        if len(free) == 1:
            like, line = free[0]
            own.append(line)
            taken.add(line.index)
            out[n] = (len(own) - 1, min(like, SURE - 0.01))  # by its neighbours: in doubt
    return out, own


def _merged_values(line: PrintedRow, count: int) -> PrintedRow:
    """A merged row prints one figure and the grid keeps blanks beside it, or repeats the figure in each."""
    values = without_sublabels(line.values, count)
    printed = [cell for cell in values if not is_blank(cell)]
    if len(values) > count:
        if len(printed) == count:
            values = tuple(printed)
        elif count == 1 and printed and len({letters(cell.text) for cell in printed}) == 1:
            values = (printed[0],)
        elif len(printed) < count:
            # Blanks behind the last figure are the merged cell's, those before it are the row's own.
            values = tuple(values[:count]) if all(is_blank(c) for c in values[count:]) else values
    return replace(line, values=values)


def _is_head(tight: str) -> bool:
    return words.SUBJECT in tight or words.ARTICLE in tight
