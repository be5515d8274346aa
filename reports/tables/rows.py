"""Grids to printed rows: which of a row's words are its label, and which cells stand behind it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from reports import numbers
from reports.blocks import At, Blocks, Grid, GridCell
from reports.numbers import looks_like_value
from reports.tables.labels import SURE, best_likeness
from reports.tables.model import PrintedRow
from reports.tables.page_breaks import joined_rows
from reports.text import letters

GLUED_FIGURES = re.compile(r"^(.*[^\d.,，\s])\s*(0{2,}|\d[\d,，]*(?:\.\d+)?)$", re.DOTALL)


def line_of(cells: tuple[GridCell, ...], at: At, block: int, grid: int) -> PrintedRow:
    """A row of a grid: which of its words is its label, and what stands behind it."""
    wordy = [i for i, cell in enumerate(cells) if not looks_like_value(cell.text)]
    words = tuple(cells[i].text for i in wordy)
    if not wordy:
        return PrintedRow((), cells, at, (block,), grid, "", cells)
    best = max(wordy, key=lambda i: (best_likeness(cells[i].text), i))
    known = best_likeness(cells[best].text)
    if known >= SURE:
        # The label stands next to the figures; a group's label before it may be printed better.
        with_values = [
            i for i in wordy if i + 1 < len(cells) and best_likeness(cells[i].text) >= min(known - 0.05, SURE)
        ]
        chosen = max(with_values) if with_values else best
        # A label printed again where its figure should stand is damage in the figure's place.
        chosen = next(i for i in wordy if letters(cells[i].text) == letters(cells[chosen].text))
    else:
        chosen = wordy[-1]
        # A last cell of words behind figures is a remark or damage, not the label.
        figures = [i for i, cell in enumerate(cells) if i not in wordy and cell.text.strip()]
        if chosen == len(cells) - 1 and len(figures) >= 3 and len(wordy) > 1:
            chosen = max((i for i in wordy if i < figures[0]), default=chosen)
    label, values = cells[chosen].text, cells[chosen + 1 :]
    if not values:
        glued = GLUED_FIGURES.match(label.strip())
        if glued and best_likeness(glued[1]) >= 0.8:
            label, values = glued[1], _unglue(glued[2], cells[chosen])
    return PrintedRow(
        tuple(w for i, w in zip(wordy, words, strict=True) if i <= chosen), cells, at, (block,), grid, label, values
    )


def _unglue(digits: str, cell: GridCell) -> tuple[GridCell, ...]:
    """``000`` behind a label can only be three zeros; other digits are one figure, and doubtful."""
    if set(digits) == {"0"} and len(digits) > 1:
        return tuple(replace(cell, text="0") for _ in digits)
    return (replace(cell, text=digits, confidence=min(cell.confidence, 0.8)),)


def _exploded(row: tuple[GridCell, ...]) -> list[tuple[GridCell, ...]]:
    """A row whose cells each hold several lines is several rows, if figures and labels agree in number."""
    split = [cell.text.split("\n") for cell in row]
    counts = Counter(len(parts) for parts in split if len(parts) > 1)
    if not counts:
        return [row]
    count, often = counts.most_common(1)[0]
    figures = [p for p in split if len(p) == count and all(numbers.parse(x).value is not None for x in p)]
    labels = [p for p in split if len(p) == count and not any(looks_like_value(x) for x in p)]
    matched = [p for p in labels if sum(best_likeness(x) >= 0.8 for x in p) >= 0.8 * count]
    if often < 2 or len(figures) < 1 or not matched:
        return [row]
    out = []
    for n in range(count):
        cells = tuple(
            replace(cell, text=parts[n] if len(parts) == count else (cell.text if n == 0 else ""))
            for cell, parts in zip(row, split, strict=True)
            if len(parts) == count or cell.text.strip()
        )
        out.append(cells)
    return out


def rows_of_grids(blocks: Blocks) -> list[PrintedRow]:
    """The rows of all grids in reading order, those that a page end cut put together."""
    out: list[PrintedRow] = []
    grid = 0
    for index, block in enumerate(blocks.blocks):
        if not isinstance(block, Grid):
            continue
        grid += 1
        for row in block.rows:
            if not row:
                continue
            out.extend(line_of(cells, cells[0].at, index, grid) for cells in _exploded(row))
    return joined_rows(out)
