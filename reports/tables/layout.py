"""Layout analysis: pages and sheets as their formats laid them out to paragraphs and tables in reading order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from reports.blocks import IN_DOUBT, Block, Blocks, Grid, GridCell, PageLayout, Paragraph, Picture, SheetLayout
from reports.tables import page_breaks
from reports.tables.borderless.model import Carried
from reports.tables.borderless.page import free_blocks
from reports.tables.doubts import doubted
from reports.tables.sheets import sheet_blocks

UNRULED = 0.8  # confidence in a recognised table whose columns were inferred, which nothing on the page confirms
UNREAD = "\ufffd"  # stands for a character that is printed and that nothing names
_Text = TypeVar("_Text", GridCell, Paragraph)


def analysed(blocks: Blocks) -> Blocks:
    """What a format handed over with its layouts understood; as it is where there are none."""
    if not blocks.layouts:
        return blocks
    pages = [layout for layout in blocks.layouts if isinstance(layout, PageLayout)]
    sheets = [layout.rows for layout in blocks.layouts if isinstance(layout, SheetLayout)]
    return replace(blocks, blocks=[*blocks.blocks, *_blocks_of_pages(pages), *sheet_blocks(sheets)], layouts=[])


def _blocks_of_pages(pages: Sequence[PageLayout]) -> list[Block]:
    """The blocks of all pages, rows cut by a page's end joined."""
    carried = Carried()
    found: list[list[Block]] = []
    for page in pages:
        # What is recognised stands too unevenly for the columns of another page.
        blocks = _page_blocks(page, Carried() if page.recognised else carried)
        found.append(doubted(blocks, page.doubts))
    doubtful = {page.number for page in pages if page.doubtful}
    return [_settled(block, doubtful) for block in page_breaks.joined(found)]


def _page_blocks(page: PageLayout, carried: Carried) -> list[Block]:
    """One page's paragraphs (a line each), grids and pictures, from top to bottom."""
    free = free_blocks(page.number, page.lines, page.rules, carried)
    if page.recognised:
        free = [_unsure(block) if isinstance(block, Grid) else block for block in free]
    # Blocks side by side begin within a line of each other; those are read from the left.
    return sorted([*page.blocks, *free], key=_top_left)


def _top_left(block: Block) -> tuple[float, float]:
    x0, y0, _, _ = block.at.bbox or (0.0, 0.0, 0.0, 0.0)
    return round(y0, 1), x0


def _unsure(grid: Grid) -> Grid:
    rows = tuple(tuple(replace(cell, confidence=min(cell.confidence, UNRULED)) for cell in row) for row in grid.rows)
    return replace(grid, rows=rows)


def _settled(block: Block, doubtful: set[int]) -> Block:
    """The block with what was not read for sure marked: all on the pages given, and texts with a character unread."""
    if isinstance(block, Grid):
        rows = tuple(tuple(_settled_text(cell, doubtful) for cell in row) for row in block.rows)
        return block if rows == block.rows else replace(block, rows=rows)
    return block if isinstance(block, Picture) else _settled_text(block, doubtful)


def _settled_text(item: _Text, doubtful: set[int]) -> _Text:
    if UNREAD not in item.text and item.at.page not in doubtful:
        return item
    return replace(item, text=item.text.replace(UNREAD, ""), confidence=min(item.confidence, IN_DOUBT))
