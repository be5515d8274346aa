"""Tables whose cells became words on a line: where every separator was kept, their number still tells the blanks.

``一、本年新收… 12  3`` may be a row of three cells or of two. If the rows of 表三, cut wherever one separator ends,
all have as many cells as the form has columns, this is no accident: the lines are rows again. Anything less regular
stays a stream of words.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from reports import numbers
from reports.blocks import At, Block, Blocks, Grid, GridCell, Paragraph

MIN_ROWS = 8  # of so many rows each must have all its cells
MIN_TELLING = 2  # so many of them must have a blank, or the separators tell nothing
WIDEST = 8  # characters of one separator
_WHITE = re.compile(r"\s")
_PROSE = re.compile(r"[。；]")
MAX_ROW = 400  # characters


def regained(blocks: Blocks, is_label: Callable[[str], bool], columns: int) -> Blocks:
    """``blocks`` with each line that is a row made a grid of one row, in its place; as they are where the separators
    tell nothing. ``is_label`` knows the row labels of 表三, which has ``columns`` columns."""
    lines = {
        n: block.text
        for n, block in enumerate(blocks.blocks)
        if isinstance(block, Paragraph) and len(block.text) <= MAX_ROW and not _PROSE.search(block.text)
    }
    labelled = {n: text for n, text in lines.items() if (label := _label(text)) and is_label(label)}
    if len(labelled) < MIN_ROWS:
        return blocks
    for size in range(1, WIDEST + 1):
        counts = [_count(text, size) for text in labelled.values()]
        if max(counts) == columns and counts.count(columns) >= max(MIN_ROWS, 0.8 * len(counts)):
            blanks = sum("" in _cells(text, size)[-columns:] for text in labelled.values())
            if blanks >= MIN_TELLING:
                return replace(
                    blocks, blocks=[_row(block, n, size, lines) for n, block in enumerate(blocks.blocks)], flat=False
                )
    return blocks


def _label(text: str) -> str:
    """The words before the first figure."""
    words: list[str] = []
    for word in text.split():
        if words and numbers.parse(word).value is not None:
            break
        words.append(word)
    return words[-1] if words else ""


def _cells(text: str, size: int) -> list[str]:
    """A line cut at separators of ``size`` blanks; more blanks are several separators."""
    return re.split(rf"\s{{{size}}}", text)


def _count(text: str, size: int) -> int:
    """The cells behind the label; -1 where the blanks are no whole separators."""
    cells = _cells(text, size)
    if any(_WHITE.search(cell) for cell in cells):
        return -1
    last = max((n for n, cell in enumerate(cells) if cell and not numbers.looks_like_value(cell)), default=-1)
    return len(cells) - last - 1


def _row(block: Block, number: int, size: int, lines: dict[int, str]) -> Block:
    if number not in lines or not isinstance(block, Paragraph):
        return block
    cells = _cells(block.text, size)
    if len(cells) < 2 or any(_WHITE.search(cell) for cell in cells):
        return block
    return Grid(
        (
            tuple(
                GridCell(text, At(table=0, row=number + 1, column=n), confidence=block.confidence)
                for n, text in enumerate(cells, 1)
            ),
        ),
        ruled=False,
    )
