"""Which blocks of a document are table matter, so that the narrative does not read them."""

from __future__ import annotations

import re

from reports.blocks import Block, Blocks, Grid, Paragraph
from reports.form import words
from reports.report import Table
from reports.tables.labels import STRONG, best_likeness, is_dispute_head, is_form_words
from reports.tables.model import TableFound, has_figures
from reports.text import letters

_PROSE_END = re.compile(r"[。！!]")


_HEADING = re.compile(r"\s*[一二三四五六七八]\s*[、.．]")
LEAST_WORDS = 6  # cells of words: with fewer a grid may be anything
OF_THE_FORM = 0.8  # of them


def table_blocks(blocks: Blocks, found: dict[Table, TableFound]) -> frozenset[int]:
    """Grids and lines that belong to the tables, so that the narrative does not read them."""
    out: set[int] = set()
    for each in found.values():
        touched = {b for line in each.lines for b in line.blocks}
        out |= {b for b in touched if isinstance(blocks.blocks[b], Grid)}
        figures = sorted(line.blocks[-1] for line in each.lines if _as_line(blocks.blocks[line.blocks[-1]]) is not None)
        if not figures:
            continue
        first, last = figures[0], figures[-1]
        out |= {b for b in range(first, last + 1) if _as_line(blocks.blocks[b]) is not None}
        for b in range(first - 1, -1, -1):
            text = _as_line(blocks.blocks[b])
            if text is None or not _table_matter(text):
                break
            out.add(b)
    # Heads of a table may stand in a grid of their own.
    for index, block in enumerate(blocks.blocks):
        if isinstance(block, Grid) and index not in out:
            tight = letters("".join(cell.text for row in block.rows for cell in row))
            head = len(tight) < 400 and (is_dispute_head(tight) or words.RELATION in tight or words.ITEM in tight)
            if head or _is_form(block):
                out.add(index)
    return frozenset(out)


def _is_form(block: Grid) -> bool:
    """Whether a grid is a table of the form, or a part of one, whatever became of its figures."""
    words = [cell.text for row in block.rows for cell in row if len(letters(cell.text)) > 1 and not has_figures([cell])]
    return len(words) >= LEAST_WORDS and sum(map(is_form_words, words)) >= OF_THE_FORM * len(words)


def _as_line(block: Block) -> str | None:
    """The text of a block that is a printed line: a paragraph, or a row told by its separators."""
    if isinstance(block, Paragraph):
        return block.text
    if isinstance(block, Grid) and block.rows and block.rows[0] and block.rows[0][0].at.table == 0:
        return " ".join(cell.text for cell in block.rows[0])
    return None


def _table_matter(text: str) -> bool:
    """A line of heads and labels: no prose and no heading of a section."""
    tight = letters(text)
    if len(tight) > 80 or _PROSE_END.search(text):
        return False
    return not (_HEADING.match(text) and best_likeness(text) < STRONG)
