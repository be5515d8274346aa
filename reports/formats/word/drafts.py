"""Paragraphs and tables of word processors to blocks: shared by DOCX, ODT, DOC and RTF.

A table may be layout: its cells then hold tables of their own, or prose. Such rows are read as text, cell by cell.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from reports.blocks import At, Block, Grid, GridCell, Paragraph, Picture, Unreadable

# No label or header of either form is longer than 60 characters; a cell of prose is.
PROSE = 150
# A report has some 60 rows by at most 16 columns; a register of agencies some thousands.
MAX_CELLS = 300_000
MAX_DEPTH = 40
MAX_PICTURE = 40 * 1024 * 1024
MAX_PICTURES = 60
# A table is wider than this on paper; seals, logos and codes are not.
MIN_PICTURE_CM = 6.0


@dataclass(slots=True)
class Draft:
    """A cell being read: its contents in order, its first column (from 0) and the columns it spans."""

    parts: list[Block] = field(default_factory=list)
    column: int = 0
    span: int = 1

    @property
    def text(self) -> str:
        """All text of the cell, a line a paragraph; one-cell tables inside count as text."""
        return "\n".join(_texts(self.parts)).strip(" \t\r\n")

    @property
    def confidence(self) -> float:
        """How sure the text is: as its least sure paragraph."""
        return min((part.confidence for part in self.parts if isinstance(part, Paragraph)), default=1.0)

    @property
    def layout(self) -> bool:
        """Whether a real table stands inside."""
        return any(isinstance(part, Grid) and any(len(row) > 1 for row in part.rows) for part in self.parts)


def _texts(parts: Iterable[Block]) -> list[str]:
    out: list[str] = []
    for part in parts:
        if isinstance(part, Paragraph) and part.text.strip():
            out.append(part.text.strip())
        elif isinstance(part, Grid):
            out.extend(cell.text for row in part.rows for cell in row if cell.text)
    return out


def table(rows: Iterable[list[Draft]]) -> list[Block]:
    """A table as blocks: grids, and in between what its layout rows hold; pictures stand behind their rows."""
    out: list[Block] = []
    grid: list[tuple[GridCell, ...]] = []
    pictures: list[Block] = []

    def close() -> None:
        if grid:
            out.append(Grid(tuple(grid)))
            grid.clear()
        out.extend(pictures)
        pictures.clear()

    for row in rows:
        if not row:
            continue
        texts = [cell.text for cell in row]
        printed = [text for text in texts if text]
        if any(cell.layout for cell in row) or (len(printed) == 1 and len(printed[0]) > PROSE):
            close()
            for cell in row:
                out.extend(cell.parts)
            continue
        grid.append(
            tuple(
                GridCell(text, column=cell.column, span=max(cell.span, 1), confidence=cell.confidence)
                for cell, text in zip(row, texts, strict=True)
            )
        )
        pictures.extend(part for cell in row for part in cell.parts if isinstance(part, Picture))
    close()
    return out


def numbered(blocks: Iterable[Block]) -> list[Block]:
    """Blank paragraphs dropped, grids numbered in document order, their cells placed.

    Raises Unreadable where there are more cells than any report has."""
    out: list[Block] = []
    number = cells = 0
    for block in blocks:
        if isinstance(block, Grid):
            number += 1
            cells += sum(len(row) for row in block.rows)
            if cells > MAX_CELLS:
                raise Unreadable(f"the document has more than {MAX_CELLS} table cells; no report has", "cells")
            rows = tuple(
                tuple(
                    GridCell(cell.text, At(None, None, number, r, c), cell.column, cell.span, cell.confidence)
                    for c, cell in enumerate(row, 1)
                )
                for r, row in enumerate(block.rows, 1)
            )
            out.append(replace(block, rows=rows, at=At(table=number)))
        elif not isinstance(block, Paragraph) or block.text.strip():
            out.append(block)
    return out


# ------------------------------------------------------------------- tables told by marks in a run of text (DOC, RTF)

BESIDE, BELOW, TOP = 1, 2, 4  # a cell continues the one beside it, the one above it, or begins a merge downwards
# Twips: cell edges of different rows nearer than this are one column line.
NEAR = 40


@dataclass(slots=True)
class RowShape:
    """The cells of a row as its end states them: edges left to right in twips (one more than cells), flags of each."""

    edges: list[int] = field(default_factory=list)
    flags: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Open:
    rows: list[tuple[list[list[Block]], RowShape]] = field(default_factory=list)
    cells: list[list[Block]] = field(default_factory=list)
    parts: list[Block] = field(default_factory=list)


class TableBuilder:
    """Collects paragraphs and marks of cells and rows, each with its depth in tables, into blocks."""

    def __init__(self) -> None:
        self._out: list[Block] = []
        self._stack: list[_Open] = []

    def add(self, level: int, parts: Iterable[Block]) -> None:
        """Contents at a depth: 0 outside tables. Deeper tables that were open end here."""
        self._settle(level).extend(parts)

    def cell(self, level: int) -> None:
        """The mark that ends a cell."""
        self._settle(level)
        if self._stack:
            table = self._stack[-1]
            table.cells.append(table.parts)
            table.parts = []

    def row(self, level: int, shape: RowShape) -> None:
        """The mark that ends a row."""
        self._settle(level)
        if self._stack:
            table = self._stack[-1]
            if table.parts:
                table.cells.append(table.parts)
            table.rows.append((table.cells, shape))
            table.cells, table.parts = [], []

    def blocks(self) -> list[Block]:
        """All there is; open tables end."""
        self._settle(0)
        return self._out

    def _settle(self, level: int) -> list[Block]:
        if level > MAX_DEPTH:
            raise Unreadable("the document nests its tables deeper than any report; not read", "depth")
        while len(self._stack) > level:
            done = self._stack.pop()
            (self._stack[-1].parts if self._stack else self._out).extend(_finished(done))
        while len(self._stack) < level:
            self._stack.append(_Open())
        return self._stack[-1].parts if self._stack else self._out


def _finished(table_: _Open) -> list[Block]:
    """A table as blocks: the edges of all rows make the columns, merged cells come once."""
    if table_.parts:
        table_.cells.append(table_.parts)
    if table_.cells:
        table_.rows.append((table_.cells, RowShape()))
    edges: list[int] = []
    for edge in sorted({edge for _, shape in table_.rows for edge in shape.edges}):
        if not edges or edge - edges[-1] > NEAR:
            edges.append(edge)
    rows: list[list[Draft]] = []
    open_above: set[int] = set()
    for cells, shape in table_.rows:
        row: list[Draft] = []
        merged: set[int] = set()
        known = len(shape.edges) == len(cells) + 1
        for n, parts in enumerate(cells):
            column = bisect_right(edges, shape.edges[n]) - 1 if known else n
            behind = bisect_right(edges, shape.edges[n + 1]) - 1 if known else n + 1
            flags = shape.flags[n] if known and n < len(shape.flags) else 0
            draft = Draft(parts, column, max(behind - column, 1))
            if flags & BESIDE and row and not draft.text:
                row[-1].span += draft.span
                continue
            if flags & (BELOW | TOP):
                merged.add(column)
                # A continuation with text of its own, or of nothing above, is printed: it is a cell.
                if flags & BELOW and column in open_above and not draft.text and not draft.layout:
                    continue
            row.append(draft)
        open_above = merged
        rows.append(row)
    return table(rows)
