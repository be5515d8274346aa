"""Pieces of wrapped labels dealt out to rows: by the rules between rows, or in order, as cheaply as possible."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from reports.geometry.lattice import merged
from reports.geometry.lines import Run
from reports.geometry.shapes import Segment
from reports.tables.borderless.model import KNOWN, Columns, FigureRow
from reports.tables.labels import likeness
from reports.text import letters

_MAX_PIECES, _MAX_HEIGHT = 14, 200  # lines and points of one wrapped label
LIKE_A_ROW = 0.85  # likeness from which on a label may stand for a row without figures
# Prices of dealing out labels.
_UNLIKE, _SKIP, _UNLABELLED, _BLANK_ROW, _ELSEWHERE = 1.6, 0.4, 0.9, 0.2, 0.5


def row_rules(horizontal: Sequence[Segment], columns: Columns, top: float, bottom: float) -> list[Segment]:
    """Row rules that cross the figures' columns."""
    first, last = columns.places[0], columns.places[-1]
    rules = merged([s for s in horizontal if top <= s.at <= bottom], 2.0)
    by_height: list[Segment] = []
    for rule in sorted(rules):
        if by_height and rule.at - by_height[-1].at <= 2.0:
            # Pieces with gaps between, drawn cell by cell.
            last_rule = by_height.pop()
            rule = Segment(last_rule.at, min(last_rule.start, rule.start), max(last_rule.end, rule.end))
        by_height.append(rule)
    return [r for r in by_height if r.start <= first + 5 and r.end >= last - 5]


def dealt_by_rules(
    rows: list[FigureRow], pieces: Sequence[Run], rules: Sequence[Segment], columns: Columns
) -> list[FigureRow]:
    """What stands between two rules is a row; what stands left of where its rules begin heads several rows."""
    edges = [-1e9, *(rule.at for rule in rules), 1e9]
    starts = [-1e9, *(rule.start for rule in rules), -1e9]
    out: list[FigureRow] = []
    for n, (top, bottom) in enumerate(pairwise(edges)):
        own = [row for row in rows if top <= row.middle < bottom]
        begin = max(starts[n], starts[n + 1])
        label = [run for run in pieces if top <= run.middle < bottom and run.centre >= begin - 1]
        if len(own) > 1:
            out.extend(dealt_by_order(own, label))
            continue
        chosen = _rightmost(label)
        if own:
            own[0].label = chosen
            out.append(own[0])
        elif (
            chosen
            and likeness("".join(run.text for run in chosen)) >= KNOWN
            and min(run.centre for run in chosen) < columns.left
        ):
            out.append(FigureRow(sum(run.middle for run in chosen) / len(chosen), [], chosen))
    return out


def _rightmost(label: Sequence[Run]) -> list[Run]:
    """The runs that make the row's own label: of the label columns as many from the right as look most like one."""
    columns: list[list[Run]] = []
    for run in sorted(label, key=lambda r: -r.bbox[2]):
        for column in columns:
            if any(run.bbox[0] < other.bbox[2] and other.bbox[0] < run.bbox[2] for other in column):
                column.append(run)
                break
        else:
            columns.append([run])
    best: list[Run] = []
    score = -1.0
    for n in range(1, len(columns) + 1):
        chosen = sorted((run for column in columns[:n] for run in column), key=lambda r: (r.middle, r.bbox[0]))
        like = likeness("".join(run.text for run in chosen))
        if like > score + 0.01:
            best, score = chosen, like
    return best


def dealt_by_order(rows: list[FigureRow], pieces: Sequence[Run]) -> list[FigureRow]:
    """Pieces of labels dealt out to rows, both in order, so that the labels are most like the form's and near."""
    pieces = _own_labels(sorted(pieces, key=lambda r: (round(r.middle, 1), r.bbox[0])), rows)
    rows = sorted(rows, key=lambda row: row.middle)
    out: list[FigureRow] = []
    for step in _cheapest(rows, pieces):
        label = list(pieces[step.piece : step.piece + step.size])
        if step.row is not None:
            if step.size:
                rows[step.row].label = label
            out.append(rows[step.row])
        elif step.labels:
            out.append(FigureRow(sum(run.middle for run in label) / len(label), [], label))
    for one, other in pairwise(out):  # a label without figures and figures without a label may belong together
        for empty, beside in ((one, other), (other, one)):
            if not empty.figures and likeness("".join(run.text for run in beside.label)) < KNOWN:
                empty.doubtful = True
    return out


class _Step(NamedTuple):
    """From ``piece`` on ``size`` pieces are taken: as the label of ``row`` (without pieces: it has none), as that of a row
    without figures (``labels``), or as none."""

    piece: int
    size: int
    row: int | None
    labels: bool
    price: float


def _cheapest(rows: Sequence[FigureRow], pieces: Sequence[Run]) -> list[_Step]:
    """The steps that deal all pieces out to all rows at the least price."""
    m, n = len(pieces), len(rows)
    groups = _groups(pieces)
    pitch = max(median([b.middle - a.middle for a, b in pairwise(rows)]) if len(rows) > 1 else 15.0, 6.0)
    on_line = [next((k for k, row in enumerate(rows) if abs(row.middle - piece.middle) < 1), None) for piece in pieces]
    infinite = float("inf")
    cost = [[infinite] * (n + 1) for _ in range(m + 1)]
    back: list[list[_Step | None]] = [[None] * (n + 1) for _ in range(m + 1)]
    cost[0][0] = 0.0
    for i in range(m + 1):
        for j in range(n + 1):
            here = cost[i][j]
            if here == infinite:
                continue
            steps = [_Step(i, 0, j, False, _UNLABELLED)] if j < n else []
            if i < m:
                steps.append(_Step(i, 1, None, False, _SKIP))
                steps += _labels_from(i, j, groups[i], rows, on_line, pitch)
            for step in steps:
                a, b = i + step.size, j + (step.row is not None)
                if here + step.price < cost[a][b] - 1e-12:
                    cost[a][b] = here + step.price
                    back[a][b] = step
    out: list[_Step] = []
    i, j = m, n
    while (found := back[i][j]) is not None:
        out.append(found)
        i, j = found.piece, j - (found.row is not None)
    return out[::-1]


def _labels_from(
    i: int,
    j: int,
    group: Sequence[tuple[float, float, float]],
    rows: Sequence[FigureRow],
    on_line: Sequence[int | None],
    pitch: float,
) -> Iterator[_Step]:
    """The labels that begin with piece ``i``, for row ``j`` or for a row without figures, each with its price."""
    for size, (like, middle, first) in enumerate(group, 1):
        if j < len(rows):
            # Figures stand beside the middle of a wrapped label, or beside its first line.
            away = min(abs(middle - rows[j].middle), abs(first - rows[j].middle) + 0.2 * pitch)
            price = _UNLIKE * (1 - like) + 0.35 * min(away / pitch, 3.0)
            # What stands on a line with figures is hardly another line's label.
            price += _ELSEWHERE * any(on_line[k] not in (None, j) for k in range(i, i + size))
            yield _Step(i, size, j, True, price)
        if like >= LIKE_A_ROW:
            yield _Step(i, size, None, True, _UNLIKE * (1 - like) + _BLANK_ROW)


def _groups(pieces: Sequence[Run]) -> list[list[tuple[float, float, float]]]:
    """For each piece the labels that begin with it: (likeness, middle, middle of the first line) by number of pieces."""
    out: list[list[tuple[float, float, float]]] = []
    for i, first in enumerate(pieces):
        found: list[tuple[float, float, float]] = []
        text = ""
        for k in range(i, min(i + _MAX_PIECES, len(pieces))):
            text += pieces[k].text
            if pieces[k].middle - first.middle > _MAX_HEIGHT or len(text) > 60:
                break
            found.append((likeness(text), (first.middle + pieces[k].middle) / 2, first.middle))
        out.append(found)
    return out


def _own_labels(pieces: Sequence[Run], rows: Sequence[FigureRow]) -> list[Run]:
    """Without the labels of groups, which stand left of all numbered labels."""
    numbered = [run for run in pieces if likeness(run.text) >= 0.85 and letters(run.text)[:1].isdigit()]
    if len(numbered) < 3:
        return list(pieces)
    edge = min(run.bbox[0] for run in numbered)
    return [
        run
        for run in pieces
        if run.bbox[2] > edge - 2
        or likeness(run.text) >= 0.85
        or any(
            abs(run.middle - row.middle) < 3
            and not any(o is not run and abs(o.middle - run.middle) < 3 for o in pieces)
            for row in rows
        )
    ]
