"""Tables from ruling lines: shared by PDF, OFD and pictures.

Exporters draw a rule as a line, as a thin rectangle or as a hundred short pieces, leave out outer sides, and break
merged cells over the drawing order; so nothing counts but where ink runs. Elementary boxes between neighbouring rules
are merged where no rule parts them, which gives each merged cell once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reports.blocks import Unreadable
from reports.geometry.shapes import Segment

# A form has some 60 rules a page; cell-wise borders make a few thousand pieces. Beyond that it is a drawing.
MAX_SEGMENTS = 60_000
MAX_BOXES = 40_000
MAX_CROSSINGS = 4_000_000
# A rule parts two boxes if it covers this much of their common side: pieces stop short at crossings.
COVERED = 0.6

Grid2 = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Box:
    """A cell of a lattice: where it begins among rows and columns (from 0), how many it spans, and its rectangle
    ``(x0, y0, x1, y1)`` in the units of the segments."""

    row: int
    column: int
    row_span: int
    column_span: int
    bbox: tuple[float, float, float, float]

    def holds(self, x: float, y: float) -> bool:
        """Whether a point lies within."""
        x0, y0, x1, y1 = self.bbox
        return x0 <= x < x1 and y0 <= y < y1


@dataclass(frozen=True, slots=True)
class Lattice:
    """One ruled table: its column lines ``xs``, row lines ``ys`` and cells in reading order (by row, then column).

    ``open_top`` and ``open_bottom`` say that the outermost row has no rule there: only the sides end at that height,
    as where a page end cuts a row."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    boxes: tuple[Box, ...]
    open_top: bool = False
    open_bottom: bool = False

    @property
    def bbox(self) -> tuple[float, float, float, float]:
        """The outer rectangle."""
        return self.xs[0], self.ys[0], self.xs[-1], self.ys[-1]

    def rows(self) -> list[list[Box]]:
        """Cells by the row they begin in; rows in which none begins are left out."""
        out: dict[int, list[Box]] = {}
        for box in self.boxes:
            out.setdefault(box.row, []).append(box)
        return [out[row] for row in sorted(out)]


def tables(horizontal: Sequence[Segment], vertical: Sequence[Segment], tolerance: float) -> list[Lattice]:
    """The ruled tables among the segments, top to bottom.

    ``tolerance`` (same unit; 2 points for documents) is how far apart two pieces may lie and still be one rule, and
    how short of a crossing a rule may stop. Rules without any crossing, and frames around a single box, are no table.
    Raises Unreadable where there are too many segments to be a document.
    """
    if len(horizontal) + len(vertical) > MAX_SEGMENTS:
        raise Unreadable(f"a page has more than {MAX_SEGMENTS} lines; it is a drawing, not a report", "cells")
    rules_h = merged(horizontal, tolerance)
    rules_v = merged(vertical, tolerance)
    if len(rules_h) * len(rules_v) > MAX_CROSSINGS:
        raise Unreadable(f"a page has {len(rules_h)} by {len(rules_v)} rules; it is a drawing, not a report", "cells")
    out = []
    for group_h, group_v in _connected(rules_h, rules_v, tolerance):
        lattice = _lattice(group_h, group_v, tolerance)
        if lattice is not None and len(lattice.boxes) > 1:
            out.append(lattice)
    return sorted(out, key=lambda lattice: (lattice.ys[0], lattice.xs[0]))


def merged(segments: Iterable[Segment], tolerance: float) -> list[Segment]:
    """Pieces of one rule as one segment; pieces at one height with a gap between them stay apart."""
    out: list[Segment] = []
    for cluster in _clusters(sorted(s for s in segments if s.end - s.start > 0), tolerance):
        cluster.sort(key=lambda s: s.start)
        start, end, weight, total = cluster[0].start, cluster[0].end, 0.0, 0.0
        for piece in cluster:
            if piece.start > end + tolerance:
                out.append(Segment(total / weight, start, end))
                start, end, weight, total = piece.start, piece.end, 0.0, 0.0
            length = piece.end - piece.start
            weight, total, end = weight + length, total + length * piece.at, max(end, piece.end)
        out.append(Segment(total / weight, start, end))
    return out


def _clusters(ordered: Sequence[Segment], tolerance: float) -> list[list[Segment]]:
    """Neighbours by ``at``; a cluster never grows wider than the tolerance, however many lines lie close."""
    out: list[list[Segment]] = []
    for segment in ordered:
        if out and segment.at - out[-1][0].at <= tolerance:
            out[-1].append(segment)
        else:
            out.append([segment])
    return out


def _connected(
    horizontal: list[Segment], vertical: list[Segment], tolerance: float
) -> list[tuple[list[Segment], list[Segment]]]:
    """Rules that cross or touch, directly or through others. Those that cross none are left out."""
    if not horizontal or not vertical:
        return []
    h = np.asarray(horizontal, dtype=np.float64)
    v = np.asarray(vertical, dtype=np.float64)
    crossing = (
        (h[:, None, 1] - tolerance <= v[None, :, 0])
        & (v[None, :, 0] <= h[:, None, 2] + tolerance)
        & (v[None, :, 1] - tolerance <= h[:, None, 0])
        & (h[:, None, 0] <= v[None, :, 2] + tolerance)
    )
    parent = list(range(len(horizontal) + len(vertical)))
    for i, j in zip(*np.nonzero(crossing), strict=True):
        _join(parent, int(i), len(horizontal) + int(j))
    groups: dict[int, tuple[list[Segment], list[Segment]]] = {}
    for i, segment in enumerate(horizontal):
        groups.setdefault(_root(parent, i), ([], []))[0].append(segment)
    for j, segment in enumerate(vertical, len(horizontal)):
        groups.setdefault(_root(parent, j), ([], []))[1].append(segment)
    return [group for group in groups.values() if group[0] and group[1]]


def _root(parent: list[int], i: int) -> int:
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


def _join(parent: list[int], i: int, j: int) -> None:
    a, b = _root(parent, i), _root(parent, j)
    if a != b:
        parent[max(a, b)] = min(a, b)


def _positions(segments: Sequence[Segment], tolerance: float) -> list[float]:
    """The places of the rules: the mean of each cluster, by length."""
    out = []
    for cluster in _clusters(sorted(segments), tolerance):
        weight = sum(s.end - s.start for s in cluster)
        out.append(sum(s.at * (s.end - s.start) for s in cluster) / weight)
    return out


def _open_ends(lines: list[float], across: Sequence[Segment], tolerance: float) -> tuple[list[float], bool, bool]:
    """Row or column lines with the missing outer ones added where two or more crossing rules run on beyond them and
    end together: tables without outer sides, and rows cut by a page end."""
    added: list[float] = []
    flags = []
    for beyond in (
        sorted(s.start for s in across if s.start < lines[0] - 3 * tolerance),
        sorted((s.end for s in across if s.end > lines[-1] + 3 * tolerance), reverse=True),
    ):
        # Two rules must agree; one alone is a stray line.
        shared = [x for x in beyond if sum(abs(x - other) <= tolerance for other in beyond) >= 2]
        flags.append(bool(shared))
        if shared:
            added.append(shared[0])
    return sorted([*lines, *added]), flags[0], flags[1]


def _lattice(horizontal: list[Segment], vertical: list[Segment], tolerance: float) -> Lattice | None:
    xs = _positions(vertical, tolerance)
    ys = _positions(horizontal, tolerance)
    xs, open_left, open_right = _open_ends(xs, horizontal, tolerance)
    ys, open_top, open_bottom = _open_ends(ys, vertical, tolerance)
    rows, columns = len(ys) - 1, len(xs) - 1
    if rows < 1 or columns < 1 or rows * columns > MAX_BOXES:
        return None
    # above[i, j]: a rule on line i over column j; left[i, j]: a rule on line j beside row i.
    above = _coverage(horizontal, ys, xs, tolerance)
    left = _coverage(vertical, xs, ys, tolerance).T
    if open_left:
        left[:, 0] = above[:-1, 0] | above[1:, 0]
    if open_right:
        left[:, -1] = above[:-1, -1] | above[1:, -1]
    if open_top:
        above[0] = left[0, :-1] | left[0, 1:]
    if open_bottom:
        above[-1] = left[-1, :-1] | left[-1, 1:]
    inside = (
        np.logical_or.accumulate(above[:-1], axis=0)
        & np.logical_or.accumulate(above[:0:-1], axis=0)[::-1]
        & np.logical_or.accumulate(left[:, :-1], axis=1)
        & np.logical_or.accumulate(left[:, :0:-1], axis=1)[:, ::-1]
    )
    boxes = [
        Box(r, c, h, w, (xs[c], ys[r], xs[c + w], ys[r + h]))
        for r, c, h, w in _merge(inside, above, left)
        if xs[c + w] - xs[c] > 2 * tolerance and ys[r + h] - ys[r] > 2 * tolerance  # else the gap of a double rule
    ]
    if not boxes:
        return None
    boxes.sort(key=lambda box: (box.row, box.column))
    return Lattice(tuple(xs), tuple(ys), tuple(boxes), open_top, open_bottom)


def _coverage(rules: Sequence[Segment], places: Sequence[float], across: Sequence[float], tolerance: float) -> Grid2:
    """[line, gap]: whether rules at that place cover the gap between two neighbouring crossing lines."""
    length = np.zeros((len(places), len(across) - 1))
    at = np.asarray(places)
    starts, ends = np.asarray(across[:-1]), np.asarray(across[1:])
    for rule in rules:
        line = int(np.argmin(np.abs(at - rule.at)))
        if abs(at[line] - rule.at) <= 2 * tolerance:
            length[line] += np.clip(np.minimum(ends, rule.end) - np.maximum(starts, rule.start), 0, None)
    covered: Grid2 = length >= COVERED * np.maximum(ends - starts, 1e-9)
    return covered


def _merge(inside: Grid2, above: Grid2, left: Grid2) -> list[tuple[int, int, int, int]]:
    """Rectangles (row, column, rows, columns) of elementary boxes without a rule between them."""
    rows, columns = inside.shape
    parent = list(range(rows * columns))
    for r in range(rows):
        for c in range(columns):
            if not inside[r, c]:
                continue
            if c + 1 < columns and inside[r, c + 1] and not left[r, c + 1]:
                _join(parent, r * columns + c, r * columns + c + 1)
            if r + 1 < rows and inside[r + 1, c] and not above[r + 1, c]:
                _join(parent, r * columns + c, (r + 1) * columns + c)
    groups: dict[int, list[tuple[int, int]]] = {}
    for r in range(rows):
        for c in range(columns):
            if inside[r, c]:
                groups.setdefault(_root(parent, r * columns + c), []).append((r, c))
    out: list[tuple[int, int, int, int]] = []
    for members in groups.values():
        out.extend(_rectangles(members))
    return out


def _rectangles(members: list[tuple[int, int]]) -> list[tuple[int, int, int, int]]:
    """One rectangle; or, where a piece of rule is missing and the shape has corners, its runs of equal width."""
    r0, r1 = members[0][0], members[-1][0]
    c0, c1 = min(c for _, c in members), max(c for _, c in members)
    if len(members) == (r1 - r0 + 1) * (c1 - c0 + 1):
        return [(r0, c0, r1 - r0 + 1, c1 - c0 + 1)]
    runs: list[tuple[int, int, int]] = []  # row, first column, last column
    for r, c in members:
        if runs and runs[-1][0] == r and runs[-1][2] == c - 1:
            runs[-1] = (r, runs[-1][1], c)
        else:
            runs.append((r, c, c))
    out: list[tuple[int, int, int, int]] = []
    open_runs: dict[tuple[int, int], tuple[int, int]] = {}
    for r, first, last in runs:
        start, end = open_runs.get((first, last), (r, r - 2))
        if end == r - 1:
            open_runs[first, last] = (start, r)
        else:
            if (first, last) in open_runs:
                out.append((start, first, end - start + 1, last - first + 1))
            open_runs[first, last] = (r, r)
    out.extend((start, first, end - start + 1, last - first + 1) for (first, last), (start, end) in open_runs.items())
    return out
