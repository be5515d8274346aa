"""Pages of placed characters and rules to layouts: shared by PDF and OFD.

A format hands in upright pages in points, origin top left. Characters go to the boxes of ruled tables by their centres;
what stands outside is lines of text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from reports.blocks import At, Grid, GridCell, PageLayout, Picture, SheetLayout
from reports.formats import strokes
from reports.geometry.lattice import Lattice, tables
from reports.geometry.lines import ROW_OF_FIGURES, TextLine, runs
from reports.geometry.shapes import Box, Segment
from reports.numbers import is_figure

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Points: how far two pieces may lie apart and be one rule.
TOLERANCE = 2.0
THIN = 3.0  # points: a filled rectangle thinner than this is a rule
SHORT = 1.5  # points: pieces shorter than this are dots
# Share of a character's height by which line centres must differ to be two lines; fonts mixed on a line differ by 0.1.
NEW_LINE = 0.35
# A frame of few boxes around prose is layout, not a table.
LAYOUT_BOXES = 8
LAYOUT_PROSE = 150

_FIGURE = re.compile(r"[-+－−]?[\d,，.．\uff10-\uff19]+")
_CELL_PADDING = 12.0  # points, both sides: what office programs leave at most between a figure and its rules


@dataclass(slots=True)
class DrawnPage:
    """One page, upright. ``texts`` are single characters (a ligature may give more), ``boxes`` their rectangles
    (n × 4: x0, y0, x1, y1) of the full height of the font; ``doubts`` are places where something stands, or stood, that
    the text does not say."""

    number: int
    width: float
    height: float
    texts: list[str]
    boxes: Floats
    horizontal: list[Segment] = field(default_factory=list)
    vertical: list[Segment] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    doubts: list[Box] = field(default_factory=list)
    doubtful: bool = False  # something of the page, who knows where, is not in its text


def layouts_of(pages: list[DrawnPage]) -> list[PageLayout | SheetLayout]:
    """The pages with their characters in lines and boxes."""
    for page in pages:
        _settle(page)
    return [_layout(page) for page in pages]


def _settle(page: DrawnPage) -> None:
    """Leave out of a page what is struck out and the marks of notes; where they stood is in doubt, or is not sure."""
    if not page.texts:
        return
    struck, horizontal = strokes.struck(page.boxes, page.horizontal, page.vertical)
    marks, perhaps = strokes.marks(page.texts, page.boxes, page.vertical)
    unsure = struck | perhaps | strokes.uneven(page.texts, page.boxes, marks)
    for n in np.flatnonzero(unsure).tolist():
        x0, y0, x1, y1 = page.boxes[n].tolist()
        page.doubts.append((x0, y0, x1, y1))
    gone = struck | marks
    if gone.any():
        page.texts = [text for n, text in enumerate(page.texts) if not gone[n]]
        page.boxes, page.horizontal = page.boxes[~gone], horizontal


def _layout(page: DrawnPage) -> PageLayout:
    """One page: the characters in the boxes of its ruled tables, and lines of those outside."""
    found = tables(page.horizontal, page.vertical, TOLERANCE) if page.horizontal and page.vertical else []
    owner, lattices = _owners(page, found)
    lines = _lines(page, owner)
    placed: list[Grid | Picture] = []
    free: list[TextLine] = list(lines.pop(-1, []))
    first = 0
    for lattice in lattices:
        own = [lines.get(first + n, []) for n in range(len(lattice.boxes))]
        first += len(lattice.boxes)
        if not any(own):
            continue  # an empty frame, or a chart's axes
        if _is_layout(lattice, own) or _lacks_columns(lattice, own):
            free.extend(line for box in own for line in box)
            continue
        placed.append(_grid(page, lattice, own))
    free.sort(key=lambda line: (line.bbox[1] + line.bbox[3], line.bbox[0]))
    placed.extend(page.pictures)
    return PageLayout(
        page.number, tuple(placed), tuple(free), tuple(page.horizontal), tuple(page.doubts), page.doubtful
    )


def _owners(page: DrawnPage, found: list[Lattice]) -> tuple[Ints, list[Lattice]]:
    """For each character the box it stands in, numbered through all lattices; -1 outside."""
    owner: Ints = np.full(len(page.texts), -1, dtype=np.int64)
    if not len(owner) or not found:
        return owner, found
    cx = (page.boxes[:, 0] + page.boxes[:, 2]) / 2
    cy = (page.boxes[:, 1] + page.boxes[:, 3]) / 2
    area = np.full(len(owner), np.inf)
    first = 0
    for lattice in found:
        cells = np.full((len(lattice.ys) + 1, len(lattice.xs) + 1), -1, dtype=np.int64)
        for n, box in enumerate(lattice.boxes):
            cells[box.row + 1 : box.row + 1 + box.row_span, box.column + 1 : box.column + 1 + box.column_span] = (
                first + n
            )
        first += len(lattice.boxes)
        own = cells[np.searchsorted(lattice.ys, cy, side="right"), np.searchsorted(lattice.xs, cx, side="right")]
        x0, y0, x1, y1 = lattice.bbox
        size = (x1 - x0) * (y1 - y0)
        # A table within a box of another takes its own.
        take = (own >= 0) & (size < area)
        owner[take] = own[take]
        area[take] = size
    return owner, found


def _lines(page: DrawnPage, owner: Ints) -> dict[int, list[TextLine]]:
    """Lines by owner, top to bottom; characters left to right; a character struck twice is taken once."""
    if not len(owner):
        return {}
    x0, y0, x1, y1 = page.boxes.T
    cy = (y0 + y1) / 2
    height = np.maximum(y1 - y0, 0.1)
    order = np.lexsort((cy, owner))
    step = np.diff(cy[order])
    limit = NEW_LINE * np.minimum(height[order][1:], height[order][:-1])
    breaks = (np.diff(owner[order]) != 0) | (step > np.maximum(limit, 1.0))
    line = np.empty(len(order), dtype=np.int64)
    line[order] = np.concatenate(([0], np.cumsum(breaks)))
    order = np.lexsort((x0, line))
    ids = line[order]
    starts = np.flatnonzero(np.concatenate(([True], np.diff(ids) != 0))).tolist()
    ends = [*starts[1:], len(order)]
    places = order.tolist()
    left, right = x0[order].tolist(), x1[order].tolist()
    tops, bottoms = np.minimum.reduceat(y0[order], starts).tolist(), np.maximum.reduceat(y1[order], starts).tolist()
    owners = owner[order][starts].tolist()
    out: dict[int, list[TextLine]] = {}
    for n, (a, b) in enumerate(zip(starts, ends, strict=True)):
        texts: list[str] = []
        edges: list[tuple[float, float]] = []
        for k in range(a, b):
            text = page.texts[places[k]]
            # Bold is often the same character drawn again a hair to the right.
            if texts and text == texts[-1] and left[k] - edges[-1][0] < 0.3 * (right[k] - left[k]):
                continue
            texts.append(text)
            edges.append((left[k], right[k]))
        box = (edges[0][0], tops[n], max(e[1] for e in edges), bottoms[n])
        out.setdefault(owners[n], []).append(TextLine(tuple(texts), tuple(edges), box))
    return out


def _is_layout(lattice: Lattice, own: list[list[TextLine]]) -> bool:
    if len(lattice.boxes) > LAYOUT_BOXES:
        return False
    return any(sum(len(line.texts) for line in box) > LAYOUT_PROSE for box in own)


def _lacks_columns(lattice: Lattice, own: list[list[TextLine]]) -> bool:
    """Whether rows of figures stand in one box each: only row lines are ruled, and perhaps a frame or label columns."""
    if len(lattice.xs) > 6:
        return False
    rows = 0
    for box in own:
        for line in box:
            figures = [part for part in runs(line) if is_figure(part.text)]
            rows += len(figures) >= ROW_OF_FIGURES
    return rows >= 2


def _grid(page: DrawnPage, lattice: Lattice, own: list[list[TextLine]]) -> Grid:
    cells = {
        (box.row, box.column): GridCell(
            cell_text(lines, box.bbox[2] - box.bbox[0]), At(page.number, box.bbox), box.column, box.column_span
        )
        for box, lines in zip(lattice.boxes, own, strict=True)
    }
    rows = tuple(tuple(cells[box.row, box.column] for box in row) for row in lattice.rows())
    return Grid(rows, At(page.number, lattice.bbox))


def cell_text(lines: list[TextLine], width: float) -> str:
    """The text of a box. A figure wrapped because the box is narrow is put together again; figures that had room to
    stay on one line stay apart, for they are two."""
    texts = [line.text for line in lines]
    if len(texts) > 1 and all(_FIGURE.fullmatch(text) for text in texts):
        wrapped = all(
            width - (line.bbox[2] - line.bbox[0])
            < 1.05 * (line.bbox[2] - line.bbox[0]) / len(line.texts) + _CELL_PADDING
            for line in lines[:-1]
        )
        if wrapped:
            return "".join(texts)
    return "\n".join(texts)


Points = Sequence[tuple[float, float]]
Line4 = tuple[float, float, float, float]


def rules_of(outlines: Sequence[Points], stroked: bool) -> Iterator[Line4]:
    """The rules that a path of straight pieces draws: its level and upright pieces where it is stroked, and rectangles
    too thin to be anything else where it is filled. Each as (x, y, x, y)."""
    for outline in outlines:
        if len(outline) < 2:
            continue
        xs, ys = [p[0] for p in outline], [p[1] for p in outline]
        left, top, right, bottom = min(xs), min(ys), max(xs), max(ys)
        if min(right - left, bottom - top) < THIN:
            if max(right - left, bottom - top) > SHORT:
                yield long_axis(left, top, right, bottom)
        elif stroked:
            for (ax, ay), (bx, by) in pairwise(outline):
                dx, dy = abs(ax - bx), abs(ay - by)
                if max(dx, dy) > SHORT and min(dx, dy) < 0.02 * max(dx, dy) + 0.3:
                    yield ax, ay, bx, by


def long_axis(left: float, top: float, right: float, bottom: float) -> Line4:
    """A thin rectangle as the line through its middle."""
    if right - left >= bottom - top:
        middle = (bottom + top) / 2
        return left, middle, right, middle
    middle = (left + right) / 2
    return middle, top, middle, bottom


def segments(lines: Sequence[Line4]) -> tuple[list[Segment], list[Segment]]:
    """Level and upright lines as horizontal and vertical segments."""
    horizontal: list[Segment] = []
    vertical: list[Segment] = []
    for ax, ay, bx, by in lines:
        if abs(ay - by) <= abs(ax - bx):
            horizontal.append(Segment((ay + by) / 2, min(ax, bx), max(ax, bx)))
        else:
            vertical.append(Segment((ax + bx) / 2, min(ay, by), max(ay, by)))
    return horizontal, vertical
