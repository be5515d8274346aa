"""Grids out of lines of text: what tabs, bars and blank lines still tell of the cells.

A conversion to text leaves tables in three shapes that keep every cell: cells between tabs, a row a line; cells between
bars; a cell a line behind one tab, rows parted by blank lines. Anything else is a stream of words, not a grid.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from reports.blocks import At, Block, Grid, GridCell, Paragraph

# A rule drawn in characters; bars with nothing but blanks between them are a row of blanks.
_RULE = re.compile(r"(?=.*[:+=─━┼├┤-])[\s|:+=─━┼├┤-]+")
# `- 3 -`, `— 3 —`, `第 3 页`: left by page ends.
PAGE_NUMBER = re.compile(r"\s*(?:[-—–－]\s*\d{1,3}\s*[-—–－]|第\s*\d{1,3}\s*页(?:\s*[,，]?\s*共\s*\d{1,3}\s*页)?)\s*")
# A line of fewer cells is prose with an odd tab in it.
MIN_CELLS = 2
_BARS = "|｜│┃"


def split_line(line: str) -> list[str] | None:
    """The cells of one line, None if it is no row: ``规章\\t0\\t0`` -> 3 cells; ``| 规章 | 0 |`` -> 2."""
    if "\t" in line:
        cells = [cell.strip() for cell in line.rstrip("\r\n").split("\t")]
        return cells if len(cells) >= MIN_CELLS else None
    for bar in _BARS:
        if line.count(bar) >= 2 and not _RULE.fullmatch(line):
            body = line.strip()
            return [cell.strip() for cell in body.removeprefix(bar).removesuffix(bar).split(bar)]
    return None


def from_lines(lines: Sequence[str]) -> list[Block]:
    """Lines of a text to paragraphs and grids. Blank lines and page numbers are dropped."""
    if _one_cell_a_line(lines):
        return _from_cells(lines)
    out: list[Block] = []
    rows: list[list[str]] = []
    table = 0
    for line in lines:
        if PAGE_NUMBER.fullmatch(line) or not line.strip(" \r\n\f\xa0\u3000"):
            continue
        cells = split_line(line)
        if cells is None or sum(map(len, cells)) > 400:
            if _RULE.fullmatch(line) and rows:
                continue
            table = _close(out, rows, table)
            rows = []
            out.append(Paragraph(line.replace("\t", " ").rstrip("\r\n") if cells is None else line.strip()))
        else:
            rows.append(cells)
    _close(out, rows, table)
    return out


def _close(out: list[Block], rows: list[list[str]], table: int) -> int:
    """Blank lines that hold a tab or two are no rows; a row of five blanks may be a blank table's."""
    rows = [row for row in rows if any(row) or len(row) >= 5]
    if not any(any(row) for row in rows):
        return table
    table += 1
    out.append(
        Grid(
            tuple(
                tuple(GridCell(text, At(table=table, row=r, column=c), column=c - 1) for c, text in enumerate(row, 1))
                for r, row in enumerate(rows, 1)
            ),
            At(table=table),
            ruled=False,
        )
    )
    return table


def _one_cell_a_line(lines: Sequence[str]) -> bool:
    """Most lines that hold a tab hold one, at their head."""
    tabbed = [line for line in lines if "\t" in line]
    heads = sum(1 for line in tabbed if line.startswith("\t") and "\t" not in line[1:].rstrip("\r\n"))
    return len(tabbed) >= 20 and heads >= 0.9 * len(tabbed)


def _from_cells(lines: Sequence[str]) -> list[Block]:
    out: list[Block] = []
    rows: list[list[str]] = []
    row: list[str] = []
    table = 0
    for line in lines:
        bare = line.rstrip("\r\n")
        if bare.startswith("\t"):
            row.append(bare[1:].strip())
            continue
        if row:
            rows.append(row)
            row = []
        if not bare.strip(" \f\xa0\u3000") or PAGE_NUMBER.fullmatch(bare):
            continue
        table = _close(out, rows, table)
        rows = []
        out.append(Paragraph(bare.strip()))
    if row:
        rows.append(row)
    _close(out, rows, table)
    return out
