"""Places of a page where something stands, or stood, that its text does not say: the cells and lines around them in doubt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from reports.blocks import IN_DOUBT, At, Block, Grid, GridCell, Paragraph, Picture
from reports.geometry.shapes import Box

MAX_PLACES = 500  # a page; from here on all of it is in doubt
_Text = TypeVar("_Text", GridCell, Paragraph)


def doubted(blocks: list[Block], places: Sequence[Box]) -> list[Block]:
    """A page's blocks with the cells and lines around these places in doubt: the cell that holds the middle of the place,
    else the row at its height."""
    if len(places) > MAX_PLACES:
        return [
            replace(block, rows=tuple(tuple(map(_in_doubt, row)) for row in block.rows)) if isinstance(block, Grid)
            else block if isinstance(block, Picture) else _in_doubt(block)
            for block in blocks
        ]  # fmt: skip
    out = list(blocks)
    for x0, y0, x1, y1 in places:
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        for n, block in enumerate(out):
            box = block.at.bbox
            if box is None or not box[1] - 2 <= y <= box[3] + 2:
                continue
            if isinstance(block, Grid):
                out[n] = _doubted_grid(block, x, y)
            elif isinstance(block, Paragraph) and box[0] - 2 <= x <= box[2] + 2:
                out[n] = _in_doubt(block)
    return out


def _doubted_grid(grid: Grid, x: float, y: float) -> Grid:
    holding = [
        (r, c) for r, row in enumerate(grid.rows) for c, cell in enumerate(row) if _holds(cell.at, x, y) and grid.ruled
    ]
    if not holding:
        holding = [(r, c) for r, row in enumerate(grid.rows) if _at_height(row, y) for c in range(len(row))]
    chosen = set(holding)
    rows = tuple(
        tuple(_in_doubt(cell) if (r, c) in chosen else cell for c, cell in enumerate(row))
        for r, row in enumerate(grid.rows)
    )
    return replace(grid, rows=rows)


def _holds(at: At, x: float, y: float) -> bool:
    return at.bbox is not None and at.bbox[0] <= x <= at.bbox[2] and at.bbox[1] <= y <= at.bbox[3]


def _at_height(row: Sequence[GridCell], y: float) -> bool:
    return any(cell.at.bbox is not None and cell.at.bbox[1] - 1 <= y <= cell.at.bbox[3] + 1 for cell in row)


def _in_doubt(item: _Text) -> _Text:
    return replace(item, confidence=min(item.confidence, IN_DOUBT))
