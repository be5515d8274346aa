"""Tables from ruling lines: shared by PDF, OFD and pictures.

Lines are clustered to a lattice of x and y positions; an elementary box belongs to a table if a rule lies on all four of
its sides; neighbours without a rule between them are one merged cell (union-find).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from reports.blocks import Box


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a ruling line: at ``position`` (y of a horizontal, x of a vertical one) from ``start`` to ``end``."""

    position: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class LatticeBox:
    """A cell of a lattice, merged or not: rows and columns counted from 0, ``bbox`` in the lines' own units."""

    row: int
    column: int
    row_span: int
    column_span: int
    bbox: Box


@dataclass(slots=True)
class Lattice:
    """One table: its cells in reading order, its bounding box, its numbers of rows and columns."""

    bbox: Box
    rows: int
    columns: int
    boxes: list[LatticeBox] = field(default_factory=list)


def clustered(values: Iterable[float], tolerance: float) -> list[float]:
    """Positions that lie within ``tolerance`` of their neighbour, as their mean."""
    groups: list[list[float]] = []
    for value in sorted(values):
        if groups and value - groups[-1][-1] <= tolerance:
            groups[-1].append(value)
        else:
            groups.append([value])
    return [sum(group) / len(group) for group in groups]


def merged(segments: Sequence[Segment], tolerance: float) -> list[Segment]:
    """Segments of one line joined where they touch or overlap; exporters draw rules in many short pieces."""
    positions = clustered((s.position for s in segments), tolerance)
    lines: dict[float, list[Segment]] = {}
    for segment in segments:
        lines.setdefault(_nearest(positions, segment.position), []).append(segment)
    out = []
    for position, pieces in lines.items():
        pieces.sort(key=lambda s: s.start)
        start, end = pieces[0].start, pieces[0].end
        for piece in pieces[1:]:
            if piece.start <= end + 2 * tolerance:
                end = max(end, piece.end)
            else:
                out.append(Segment(position, start, end))
                start, end = piece.start, piece.end
        out.append(Segment(position, start, end))
    return out


def _nearest(positions: Sequence[float], value: float) -> float:
    index = bisect_left(positions, value)
    near = positions[max(0, index - 1) : index + 1]
    return min(near, key=lambda p: abs(p - value))


def tables(horizontal: Sequence[Segment], vertical: Sequence[Segment], tolerance: float) -> list[Lattice]:
    """The tables that the lines draw, top to bottom. ``tolerance`` is in the lines' units (2 points in a PDF)."""
    if not horizontal or not vertical:
        return []
    across, down = merged(horizontal, tolerance), merged(vertical, tolerance)
    out = []
    for part_across, part_down in _connected(across, down, tolerance):
        lattice = _lattice(part_across, part_down, tolerance)
        if lattice is not None:
            out.append(lattice)
    return sorted(out, key=lambda t: (t.bbox[1], t.bbox[0]))


def _connected(
    across: list[Segment], down: list[Segment], tolerance: float
) -> list[tuple[list[Segment], list[Segment]]]:
    """Groups of lines that touch each other: one group a table."""
    parent = list(range(len(across) + len(down)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    slack = 1.5 * tolerance
    for i, h in enumerate(across):
        for j, v in enumerate(down):
            if h.start - slack <= v.position <= h.end + slack and v.start - slack <= h.position <= v.end + slack:
                parent[root(i)] = root(len(across) + j)
    groups: dict[int, tuple[list[Segment], list[Segment]]] = {}
    for index in range(len(parent)):
        group = groups.setdefault(root(index), ([], []))
        if index < len(across):
            group[0].append(across[index])
        else:
            group[1].append(down[index - len(across)])
    return [group for group in groups.values() if len(group[0]) >= 2 and len(group[1]) >= 2]


def _lattice(across: list[Segment], down: list[Segment], tolerance: float) -> Lattice | None:
    ys = clustered((s.position for s in across), tolerance)
    xs = clustered((s.position for s in down), tolerance)
    if len(ys) < 2 or len(xs) < 2:
        return None
    rows, columns = len(ys) - 1, len(xs) - 1
    top = _covered(across, ys, xs, tolerance)  # [line][column]: a rule lies on this side
    left = _covered(down, xs, ys, tolerance)  # [line][row]
    inside = [[False] * columns for _ in range(rows)]
    for row in range(rows):
        # A box inside a merged cell has no rules of its own: it belongs to the table if rules enclose it somewhere.
        for column in range(columns):
            inside[row][column] = (
                any(top[y][column] for y in range(row + 1))
                and any(top[y][column] for y in range(row + 1, rows + 1))
                and any(left[x][row] for x in range(column + 1))
                and any(left[x][row] for x in range(column + 1, columns + 1))
            )
    parent = {(r, c): (r, c) for r in range(rows) for c in range(columns) if inside[r][c]}

    def root(box: tuple[int, int]) -> tuple[int, int]:
        while parent[box] != box:
            parent[box] = parent[parent[box]]
            box = parent[box]
        return box

    for row, column in list(parent):
        right, below = (row, column + 1), (row + 1, column)
        if right in parent and not left[column + 1][row]:
            parent[root(right)] = root((row, column))
        if below in parent and not top[row + 1][column]:
            parent[root(below)] = root((row, column))
    groups: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for box in parent:
        groups.setdefault(root(box), []).append(box)
    lattice = Lattice((xs[0], ys[0], xs[-1], ys[-1]), rows, columns)
    for boxes in groups.values():
        r0, r1 = min(r for r, _ in boxes), max(r for r, _ in boxes)
        c0, c1 = min(c for _, c in boxes), max(c for _, c in boxes)
        lattice.boxes.append(LatticeBox(r0, c0, r1 - r0 + 1, c1 - c0 + 1, (xs[c0], ys[r0], xs[c1 + 1], ys[r1 + 1])))
    lattice.boxes.sort(key=lambda b: (b.row, b.column))
    return lattice if lattice.boxes else None


def _covered(
    lines: Sequence[Segment], positions: Sequence[float], others: Sequence[float], tolerance: float
) -> list[list[bool]]:
    """For each position and each gap between two of the others: whether a line covers most of the gap there."""
    by_position: dict[int, list[Segment]] = {}
    for line in lines:
        index = min(range(len(positions)), key=lambda i: abs(positions[i] - line.position))
        by_position.setdefault(index, []).append(line)
    out = []
    for index in range(len(positions)):
        row = []
        for start, end in pairwise(others):
            length = sum(
                max(0.0, min(end, line.end + tolerance) - max(start, line.start - tolerance))
                for line in by_position.get(index, ())
            )
            row.append(length >= 0.6 * (end - start))
        out.append(row)
    return out
