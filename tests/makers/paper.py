"""Reports laid out on pages: text with places and rules, for PDF and OFD. Points, origin top left."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.makers.report import WIDTHS, Placed, Table, Truth, placed, story, tables

A4 = (595.0, 842.0)
# How a page may be laid out; each may be combined with others.
MARKS = frozenset(
    (
        "rules",
        "pieces",
        "bars",
        "open",
        "rowrules",
        "bare",
        "narrow",
        "slim",
        "cut",
        "middle",
        "bottom",
        "heads",
        "low",
        "wide",
        "right",
        "headless",
    )
)


@dataclass(slots=True)
class Word:
    """Text from a point on its base line."""

    x: float
    y: float
    size: float
    text: str


@dataclass(slots=True)
class Leaf:
    """A page."""

    width: float
    height: float
    words: list[Word] = field(default_factory=list)
    rules: list[tuple[float, float, float, float]] = field(default_factory=list)


Measure = Callable[[str, float], float]


def plain_width(text: str, size: float) -> float:
    """Chinese a square, all else half of one."""
    return sum(size if char >= "\u2e80" else size / 2 for char in text)


def wrap(text: str, width: float, size: float, measure: Measure) -> list[str]:
    """Lines that fit; a character that does not fit stands alone."""
    out: list[str] = []
    for part in text.split("\n"):
        line = ""
        for char in part:
            if line and measure(line + char, size) > width:
                out.append(line)
                line = ""
            line += char
        out.append(line)
    return out


class Setter:
    """Sets a report from top to bottom. ``marks`` are of ``MARKS``: how rules are drawn and pages are broken."""

    def __init__(self, truth: Truth, rng: random.Random, marks: frozenset[str], measure: Measure = plain_width) -> None:
        assert marks <= MARKS, marks - MARKS
        self._truth, self._rng, self._marks, self._measure = truth, rng, marks, measure
        self._width, self._height = (A4[1], A4[0]) if "wide" in marks else A4
        self._margin = 50.0
        self._size = rng.choice((8.0, 9.0, 10.0))
        self._padding = rng.choice((1.5, 2.5, 4.0))
        self._lead = rng.choice((1.15, 1.3))
        self.leaves: list[Leaf] = []
        self._new_leaf()

    def _new_leaf(self) -> None:
        if self.leaves and "headless" not in self._marks:
            number = f"- {len(self.leaves)} -"
            leaf = self.leaves[-1]
            leaf.words.append(Word(leaf.width / 2 - 10, leaf.height - 25, 9, number))
        self.leaves.append(Leaf(self._width, self._height))
        self._y = self._margin

    def run(self) -> list[Leaf]:
        found = tables(self._truth)
        for kind, text in story(self._truth):
            if kind == "table":
                self._table(found[text], text)
            elif kind == "title":
                self._lines(text, 16, self._width - 200, centred=True)
            elif kind == "signature":
                self._lines(text, 12, 200, left=self._width - 250)
            else:
                self._lines("\u3000\u3000" + text if kind == "text" else text, 12, self._width - 2 * self._margin)
        return self.leaves

    def _room(self, height: float) -> None:
        if self._y + height > self._height - self._margin:
            self._new_leaf()

    def _lines(self, text: str, size: float, width: float, left: float | None = None, centred: bool = False) -> None:
        for line in wrap(text, width, size, self._measure):
            self._room(size * 1.6)
            x = left if left is not None else self._margin
            if centred:
                x = (self._width - self._measure(line, size)) / 2
            shown = line.lstrip("\u3000")
            self._word(x + self._measure(line[: len(line) - len(shown)], size), self._y + size, size, shown)
            self._y += size * 1.6
        self._y += 3

    def _word(self, x: float, y: float, size: float, text: str) -> None:
        if text:
            self.leaves[-1].words.append(Word(x, y, size, text))

    # ---- tables

    def _table(self, table: Table, name: str) -> None:
        if "low" in self._marks:  # begin far down, so that the page ends within
            self._y = max(self._y, self._height - self._margin - self._rng.uniform(40, 220))
        self._y += 4
        cells = placed(table)
        width = self._width - 2 * self._margin
        shares = WIDTHS[name]
        edges = [self._margin]
        for share in shares:
            edges.append(edges[-1] + share * width)
        if "slim" in self._marks and name != "applications":  # two or three digits a line
            figure = self._size * self._rng.choice((1.1, 1.6)) + 2 * self._padding
            edges = [self._margin + figure * n for n in range(16)]
            if name == "proactive":
                edges = [self._margin, *(self._margin + width - figure * n for n in (3, 2, 1, 0))]
        if self._marks & {"narrow", "slim"} and name == "applications":  # figures wrap
            figure = self._size * 1.1 + 2 * self._padding
            label = width - 7 * figure
            edges = [self._margin + label * share for share in (0, 0.15, 0.4, 1)]
            edges += [edges[-1] + figure * n for n in range(1, 8)]
        heights = self._heights(cells, edges)
        first = 0
        while first < len(cells):
            first = self._part(cells, edges, heights, first, name)
        self._y += 6

    def _lines_of(self, cell: Placed, edges: list[float]) -> list[str]:
        room = edges[cell.column + cell.slot.columns] - edges[cell.column] - 2 * self._padding
        return wrap(cell.slot.text, room, self._size, self._measure) if cell.slot.text else []

    def _heights(self, cells: list[list[Placed]], edges: list[float]) -> list[float]:
        step = self._size * self._lead
        out = [step + 2 * self._padding] * len(cells)
        for row in cells:
            for cell in row:
                if cell.slot.rows == 1:
                    need = len(self._lines_of(cell, edges)) * step + 2 * self._padding
                    out[cell.row] = max(out[cell.row], need)
        for row in cells:  # what a tall merged cell lacks goes to its last row
            for cell in row:
                last = cell.row + cell.slot.rows - 1
                need = len(self._lines_of(cell, edges)) * step + 2 * self._padding
                have = sum(out[cell.row : last + 1])
                if need > have:
                    out[last] += need - have
        return out

    def _part(self, cells: list[list[Placed]], edges: list[float], heights: list[float], first: int, name: str) -> int:
        """As many rows as fit; returns the next. A row may be cut, its upper lines here and its lower on the next."""
        floor = self._height - self._margin
        repeat = self._repeated(first, name) if self._y == self._margin else []
        tops: dict[int, float] = {}
        for row in repeat:
            tops[row] = self._y
            self._y += heights[row]
        row = first
        while row < len(cells) and self._y + heights[row] <= floor:
            tops[row] = self._y
            self._y += heights[row]
            row += 1
        if row == first:
            if self._y == self._margin + sum(heights[r] for r in repeat):
                raise AssertionError("a row is higher than a page")
            for r in repeat:
                del tops[r]
            self._new_leaf()
            return first
        cut = 0.0
        step = self._size * self._lead
        if "cut" in self._marks and row < len(cells) and floor - self._y >= step + self._padding:
            cut = floor - self._y
        self._draw(cells, edges, heights, tops, first, row, cut)
        if row < len(cells):
            if cut:
                tops[row] = self._y
                self._cut(cells, edges, heights, row, cut, name)
                return row + 1
            self._new_leaf()
        return row

    def _repeated(self, first: int, name: str) -> list[int]:
        """The rows of heads that are printed again on a page on which the table goes on."""
        return list(range(3)) if "heads" in self._marks and first and name == "applications" else []

    def _draw(
        self,
        cells: list[list[Placed]],
        edges: list[float],
        heights: list[float],
        tops: dict[int, float],
        first: int,
        last: int,
        cut: float,
    ) -> None:
        rows = sorted(tops)
        for cell in (c for r in range(last) for c in cells[r]):
            covered = [r for r in rows if cell.row <= r < cell.row + cell.slot.rows]
            if not covered:
                continue
            top = tops[covered[0]]
            bottom = tops[covered[-1]] + heights[covered[-1]]
            x0, x1 = edges[cell.column], edges[cell.column + cell.slot.columns]
            whole = cell.row == covered[0] and (cell.row >= first or cell.row + cell.slot.rows <= 3)
            if whole:
                self._text(cell, x0, x1, top, bottom, edges)
            self._box(x0, top, x1, bottom, cell, rows, tops, heights, cut if covered[-1] == last - 1 else 0.0)

    def _text(self, cell: Placed, x0: float, x1: float, top: float, bottom: float, edges: list[float]) -> None:
        lines = self._lines_of(cell, edges)
        step = self._size * self._lead
        y = max((top + bottom - len(lines) * step) / 2, top) + self._size * 0.95
        for line in lines:
            self._word(self._left(cell, line, x0, x1), y, self._size, line)
            y += step

    def _left(self, cell: Placed, line: str, x0: float, x1: float) -> float:
        width = self._measure(line, self._size)
        if cell.slot.key is not None and "right" in self._marks:
            return x1 - self._padding - width
        return (x0 + x1 - width) / 2

    def _cut(
        self, cells: list[list[Placed]], edges: list[float], heights: list[float], row: int, room: float, name: str
    ) -> None:
        """A row cut by the page end: the lines that fit stay here, the others follow, below the heads where these are
        printed again."""
        step = self._size * self._lead
        top, height = self._y, heights[row]
        carried: list[tuple[Placed, list[str]]] = []
        for cell in cells[row]:
            lines = self._lines_of(cell, edges)
            y = top + self._padding + self._size * 0.95
            slack = max(height - 2 * self._padding - len(lines) * step, 0.0)
            y += slack * (0.5 if "middle" in self._marks else 1.0 if "bottom" in self._marks else 0.0)
            stay = 0
            for line in lines:
                if y + 0.3 * self._size > top + room:
                    break
                self._word(self._left(cell, line, edges[cell.column], edges[cell.column + cell.slot.columns]), y,
                           self._size, line)  # fmt: skip
                y += step
                stay += 1
            carried.append((cell, lines[stay:]))
            self._frame(edges[cell.column], top, edges[cell.column + cell.slot.columns], top + room)
        self._new_leaf()
        repeat = self._repeated(row, name)
        if repeat:
            tops = {r: self._y + sum(heights[:r]) for r in repeat}
            self._draw(cells, edges, heights, tops, 0, len(repeat), 0.0)
            self._y += sum(heights[r] for r in repeat)
        rest = max(height - room, step + 2 * self._padding)
        top = self._y
        for cell, lines in carried:
            y = top + self._padding + self._size * 0.95
            for line in lines:
                self._word(self._left(cell, line, edges[cell.column], edges[cell.column + cell.slot.columns]), y,
                           self._size, line)  # fmt: skip
                y += step
            rest = max(rest, y - top)
        for cell, _ in carried:
            self._frame(edges[cell.column], top, edges[cell.column + cell.slot.columns], top + rest)
        self._y = top + rest

    def _box(
        self,
        x0: float,
        top: float,
        x1: float,
        bottom: float,
        cell: Placed,
        rows: list[int],
        tops: dict[int, float],
        heights: list[float],
        cut: float,
    ) -> None:
        if "pieces" in self._marks:  # each elementary row's sides apart, as browsers and office programs draw them
            for r in rows:
                if cell.row <= r < cell.row + cell.slot.rows:
                    y = tops[r]
                    self._rule(x0, y, x0, y + heights[r])
                    self._rule(x1, y, x1, y + heights[r])
            third = (x1 - x0) / 3
            for y in (top, bottom):
                self._rule(x0, y, x0 + third, y)
                self._rule(x0 + third, y, x1, y)
            return
        self._frame(x0, top, x1, bottom)

    def _frame(self, x0: float, top: float, x1: float, bottom: float) -> None:
        if "bare" in self._marks:
            return
        self._rule(x0, top, x1, top)
        self._rule(x0, bottom, x1, bottom)
        if "rowrules" in self._marks:
            return
        open_ = "open" in self._marks
        if not (open_ and abs(x0 - self._margin) < 1):
            self._rule(x0, top, x0, bottom)
        if not (open_ and abs(x1 - (self._width - self._margin)) < 1):
            self._rule(x1, top, x1, bottom)

    def _rule(self, x0: float, y0: float, x1: float, y1: float) -> None:
        self.leaves[-1].rules.append((x0, y0, x1, y1))


def leaves(truth: Truth, rng: random.Random, marks: frozenset[str], measure: Measure = plain_width) -> list[Leaf]:
    """The pages of a report."""
    return Setter(truth, rng, marks, measure).run()
