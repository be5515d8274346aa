"""A table that is too wide for its page and printed in two parts, the first columns above and the others below.

Both parts have the rows of the form in its order, the lower one with its labels again or without; together they have as
many columns as the form. Their heads must say that the columns go on in the form's order, else the cells are in doubt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rapidfuzz import fuzz

from reports.blocks import Block, Blocks, Grid, GridCell
from reports.form.forms import rows
from reports.numbers import looks_like_value
from reports.tables.labels import STRONG, likeness_to_table
from reports.tables.model import BY_ORDER, COLUMNS
from reports.text import letters

LEAST_ROWS = 15  # of the form's 25: with fewer, two tables of some columns are two tables
HEAD = 75.0  # how like a printed head must be to the form's

Row = tuple[GridCell, ...]


def with_joined_halves(blocks: Blocks) -> tuple[Blocks, dict[int, int]]:
    """The blocks with the lower half of 表三 set beside the upper one, an empty grid in its old place; and the place of
    the upper half by that of the lower."""
    out: list[Block] = list(blocks.blocks)
    moved: dict[int, int] = {}
    upper: int | None = None
    for n, block in enumerate(out):
        if not isinstance(block, Grid) or not block.rows:
            continue
        above = out[upper] if upper is not None else None
        joined = _joined(above, block) if isinstance(above, Grid) else None
        if joined is not None and upper is not None:
            out[upper], out[n] = joined, replace(block, rows=())
            moved[n] = upper
        else:
            upper = n
    return (replace(blocks, blocks=out), moved) if moved else (blocks, moved)


def _joined(above: Grid, below: Grid) -> Grid | None:
    left = [(row, _figures(row)) for row in above.rows]
    places = [n for n, (row, figures) in enumerate(left) if figures and _is_labelled(row, figures)]
    rows_above = [left[n] for n in places]
    if len(rows_above) < LEAST_ROWS:
        return None
    right = [(row, _figures(row)) for row in below.rows]
    labelled = [(row, figures) for row, figures in right if figures and _is_labelled(row, figures)]
    rows_below = labelled or [(row, figures) for row, figures in right if figures and len(figures) == len(row)]
    widths = {len(a) + len(b) for (_, a), (_, b) in zip(rows_above, rows_below, strict=False)}
    if len(rows_above) != len(rows_below) or widths != {COLUMNS}:
        return None
    if labelled and any(
        letters(a[-len(x) - 1].text) != letters(b[-len(y) - 1].text)
        for (a, x), (b, y) in zip(rows_above, rows_below, strict=True)
    ):
        return None
    beside = {n: figures for n, (_, figures) in zip(places, rows_below, strict=True)}
    heads = [*_heads(left), *_heads(right)]
    expected = rows("applications", "2021")[0].headers
    sure = len(heads) == COLUMNS and all(
        fuzz.ratio(letters(printed), letters(header)) >= HEAD for printed, header in zip(heads, expected, strict=True)
    )
    made = tuple(_beside(row, beside[n], sure) if n in beside else row for n, row in enumerate(above.rows))
    return replace(above, rows=made)


def _figures(row: Row) -> Row:
    """The cells behind the last words of a row, where there are words or figures at all."""
    n = len(row)
    while n and looks_like_value(row[n - 1].text):
        n -= 1
    return row[n:]


def _is_labelled(row: Row, figures: Row) -> bool:
    label = row[: len(row) - len(figures)]
    return bool(label) and likeness_to_table(False, label[-1].text, "applications") >= STRONG


def _heads(printed: Sequence[tuple[Row, Row]]) -> list[str]:
    """The heads of columns in the last row of words alone before the first figures, the label's column left out."""
    heads: list[str] = []
    for row, figures in printed:
        if any(cell.text.strip() for cell in figures):
            break
        known = [cell.text for cell in row if _is_head(cell.text)]
        heads = known or heads
    return heads


def _is_head(text: str) -> bool:
    expected = rows("applications", "2021")[0].headers
    return any(fuzz.ratio(letters(text), letters(header)) >= HEAD for header in expected)


def _beside(row: Row, figures: Row, sure: bool) -> Row:
    """A row with the other half's figures behind its own; spans and column lines were those of two tables."""
    label = len(row) - len(_figures(row))
    whole = (*row[:label], *_figures(row), *figures)
    most = 1.0 if sure else BY_ORDER
    return tuple(
        replace(cell, column=None, span=1, confidence=min(cell.confidence, most if n >= label else 1.0))
        for n, cell in enumerate(whole)
    )
