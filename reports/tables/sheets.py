"""Rows of a sheet to paragraphs and grids: blank rows and rows of prose part it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from rapidfuzz import fuzz

from reports import numbers
from reports.blocks import At, Block, Grid, GridCell, Paragraph, SheetCell
from reports.form import words
from reports.text import letters

_PROSE_END = re.compile(r"[。；：:]\s*$")
_HEADING = re.compile(r"\s*[一二三四五六七八九十]{1,3}\s*[、.．]")


def sheet_blocks(sheets: Sequence[list[list[SheetCell]]]) -> list[Block]:
    """Sheets as blocks, their grids numbered in order."""
    out: list[Block] = []
    table = 0
    for rows in sheets:
        for block in _sheet_blocks(rows):
            if isinstance(block, Grid):
                table += 1
                cells = tuple(tuple(replace(c, at=replace(c.at, table=table)) for c in row) for row in block.rows)
                out.append(replace(block, rows=cells, at=At(table=table)))
            else:
                out.append(block)
    return out


def _sheet_blocks(rows: list[list[SheetCell]]) -> Iterator[Block]:
    """Blank rows and rows of prose part a sheet into grids."""
    grid: list[list[SheetCell]] = []
    for row in rows:
        printed = [cell for cell in row if cell.text or cell.confidence < 1]
        text = printed[0].text if len(printed) == 1 else ""
        if not printed or (len(printed) == 1 and _is_prose(text)):
            yield from _grid(grid)
            grid = []
            if text:
                for line in text.split("\n"):
                    if line.strip():
                        yield Paragraph(line.strip(), At(row=printed[0].row + 1, column=printed[0].column + 1))
        else:
            grid.append(row)
    yield from _grid(grid)


def _is_prose(text: str) -> bool:
    """A lone text: a heading or a sentence, unless it is the label of a row left blank."""
    if numbers.looks_like_value(text) or _is_label(text):
        return False
    return len(text) > 12 or bool(_PROSE_END.search(text) or _HEADING.match(text))


_LABELS = (*words.row_labels(), words.SUBJECT, *words.ITEMS, words.APPLICANTS)


def _is_label(text: str) -> bool:
    tight = letters(text)
    return any(fuzz.ratio(tight, label) >= 85 for label in _LABELS)


def _grid(rows: list[list[SheetCell]]) -> Iterator[Grid]:
    """Sheets are padded to their widest table; a blank belongs to a row only as far as its own table reaches."""
    if not rows:
        return
    left = min((cell.column for row in rows for cell in row if cell.text), default=0)
    out: list[tuple[GridCell, ...]] = []
    width = 0
    for row in rows:
        printed = [cell for cell in row if cell.text or cell.confidence < 1]
        if not printed:
            continue
        extent = max(cell.column + cell.span for cell in printed)
        extent = max([extent, *(cell.column + cell.span for cell in row if cell.span > 1)])
        figures = any(numbers.looks_like_value(cell.text) for cell in printed)
        if extent >= width or (len(printed) > 1 and not figures and not _is_label(printed[-1].text)):
            width = extent  # a head sets the width anew
        out.append(
            tuple(
                GridCell(
                    cell.text,
                    At(table=0, row=cell.row + 1, column=cell.column + 1),
                    cell.column,
                    cell.span,
                    cell.confidence,
                )
                for cell in row
                if left <= cell.column < width
            )
        )
    if out:
        yield Grid(tuple(out), At(table=0))
