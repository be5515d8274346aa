"""Paragraphs and tables of word processors to blocks: shared by DOCX, ODT, DOC and RTF.

A table may be layout: its cells then hold tables of their own, or prose. Such rows are read as text, cell by cell.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from reports.blocks import At, Block, Grid, GridCell, Paragraph, Picture, Unreadable

# No label or header of either form is longer than 60 characters; a cell of prose is.
PROSE = 150
# A report has some 60 rows by at most 16 columns; a register of agencies some thousands.
MAX_CELLS = 300_000
MAX_DEPTH = 40


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
                GridCell(text, column=cell.column, span=max(cell.span, 1))
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
                tuple(replace(cell, at=At(table=number, row=r, column=c)) for c, cell in enumerate(row, 1))
                for r, row in enumerate(block.rows, 1)
            )
            out.append(replace(block, rows=rows, at=At(table=number)))
        elif not isinstance(block, Paragraph) or block.text.strip():
            out.append(block)
    return out
