"""表三: requests received and handled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from reports.form.forms import RowSpec, rows
from reports.report import Form
from reports.tables.labels import PAIRABLE, SURE, other_form_of
from reports.tables.match import candidate_rows, copies_of_table, match, with_unlabelled
from reports.tables.model import BY_ORDER, COLUMNS, PrintedRow, TableFound
from reports.tables.place import (
    ColumnLayout,
    add_other_rows,
    compare_copies,
    heads_above,
    is_between_neighbours,
    place_row,
    printed_order,
)


def read_applications(lines: list[PrintedRow], form: Form, flat: bool) -> TableFound:
    """The best copy of the table among the rows; empty where fewer than four rows are sure."""
    specs = rows("applications", form)
    best = TableFound()
    best_pairs: dict[int, tuple[int, float]] = {}
    best_lines: list[PrintedRow] = []
    copies: list[tuple[dict[int, tuple[int, float]], list[PrintedRow]]] = []
    for copy in copies_of_table(candidate_rows(lines, "applications"), "applications"):
        own = [line for line in copy if other_form_of(line, "applications", form) is None]
        pairs = with_unlabelled(match(own, specs), own, specs)
        if sum(like >= SURE for _, like in pairs.values()) >= 4:
            copies.append((pairs, own))
            if len(pairs) > len(best_pairs):
                best_pairs, best_lines = pairs, own
    if not best_pairs:
        return best
    layout = ColumnLayout()
    layout.learn((best_lines[i] for i, _ in best_pairs.values()), COLUMNS)
    orders: dict[int, list[int] | None] = {}
    for n, spec in enumerate(specs):
        pair, keys, sure = best_pairs.get(n), spec.cells(), 1.0
        if pair is not None and not flat:
            line = best_lines[pair[0]]
            if line.grid not in orders:
                orders[line.grid] = printed_order(heads_above(line, lines, 5), spec.headers)
            order = orders[line.grid]
            if order is not None:
                keys, sure = tuple(keys[i] for i in order), BY_ORDER
        matched = None
        if pair is not None:
            least = PAIRABLE if is_between_neighbours(best_pairs, n) else SURE
            matched = best_lines[pair[0]], pair[1] >= least
        place_row(best, spec, matched, layout, keys, sure)
    if any(order is not None for order in orders.values()):
        best.warnings.append("applications: the columns are printed in another order than the form's")
    if flat:
        _doubt_blanks(best, specs)
    best.pairs = len(best_pairs)
    first = min(i for i, _ in best_pairs.values())
    last = max(i for i, _ in best_pairs.values())
    add_other_rows(best, lines, best_lines[first], best_lines[last], "applications", form)
    compare_copies(best, copies, best_pairs, specs)
    return best


def _doubt_blanks(found: TableFound, specs: Sequence[RowSpec]) -> None:
    """In a converted text whose table prints its zeros, a row with a blank has probably lost a figure, and which one
    only the original knows."""
    printed = [[found.cells[key] for key in spec.cells()] for spec in specs]
    zeros = sum(cell.value == 0 for row in printed for cell in row)
    blanks = sum(cell.blank for row in printed for cell in row)
    widths = Counter(len(line.cells) for line in found.lines)
    usual, often = widths.most_common(1)[0]
    narrow = {line.at for line in found.lines if len(line.cells) < usual and often * 2 > widths.total()}
    for spec, row in zip(specs, printed, strict=True):
        if not any(cell.blank for cell in row):
            continue
        adds_up = sum(cell.value or 0 for cell in row[:-1]) == (row[-1].value or 0)
        where = {(cell.at.table, cell.at.row) for cell in row}
        # Where every zero is left blank, a row that does not add up may be the body's own: all its places are there.
        if zeros > blanks or (zeros and not adds_up) or any((at.table, at.row) in where for at in narrow):
            for key in spec.cells():
                found.cells[key] = replace(found.cells[key], confidence=min(found.cells[key].confidence, 0.5))
