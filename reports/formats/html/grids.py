"""Rows and cells of a page, as the walk finds them, to grids with their places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

from reports.blocks import At, Block, Grid, GridCell, Paragraph, Picture
from reports.formats.runs import Ink

Drawn = tuple[str, int | None, int, float]  # a cell: text, column, span, confidence


@dataclass(slots=True)
class GridDraft:
    """A grid before it has its place on the page; ``implied``: one row found outside any table, to be joined with its
    neighbours."""

    rows: list[list[Drawn]]
    implied: bool = False
    ruled: bool = True


@dataclass(slots=True)
class Content:
    """Text and blocks being collected: of the page, or of one cell.

    ``inks`` says how each piece of ``buffer`` is printed (none: all plainly); ``linked`` are characters of it that stand
    inside links; ``unread``: something stands here that is no text; ``size``: of the last piece, in pixels."""

    blocks: list[Paragraph | Picture | GridDraft] = field(default_factory=list)
    buffer: list[str] = field(default_factory=list)
    inks: list[Ink] = field(default_factory=list)
    linked: int = 0
    unread: bool = False
    size: float = 0.0


@dataclass(slots=True)
class CellDraft:
    """A cell being read, with the spans that the page claims for it."""

    content: Content
    colspan: int
    rowspan: int


@dataclass(slots=True)
class TableDraft:
    """A table being read; ``implied``: a row outside any table."""

    rows: list[list[CellDraft]] = field(default_factory=list)
    open_row: bool = False
    implied: bool = False


def placed(rows: list[list[CellDraft]]) -> Iterator[tuple[list[CellDraft], list[int]]]:
    """Each row with its cells' left column lines, spans taken at their word."""
    open_spans: dict[int, int] = {}  # column -> rows still covered
    for row in rows:
        if not row:
            continue
        columns: list[int] = []
        column = 0
        later: dict[int, int] = {}
        for cell in row:
            while open_spans.get(column, 0) > 0:
                column += 1
            columns.append(column)
            if cell.rowspan > 1:
                later.update(dict.fromkeys(range(column, column + cell.colspan), cell.rowspan))
            column += cell.colspan
        open_spans = {c: left - 1 for c, left in open_spans.items() if left > 1}
        open_spans.update({c: left - 1 for c, left in later.items()})
        yield row, columns


def drawn(cell: CellDraft, column: int) -> Drawn:
    """A cell's text, a line a paragraph, and how sure it is: a figure drawn as a picture is no blank."""
    content = cell.content
    if len(content.blocks) == 1 and isinstance(only := content.blocks[0], Paragraph):
        text = only.text.strip("\xa0 \u3000")
        return text, column, cell.colspan, 0.0 if content.unread and not text else only.confidence
    paragraphs = [block for block in content.blocks if isinstance(block, Paragraph)]
    texts = (block.text.strip("\xa0 \u3000") for block in paragraphs if block.text.strip() or len(paragraphs) == 1)
    text = "\n".join(texts)
    confidence = min((block.confidence for block in paragraphs), default=1.0)
    return text, column, cell.colspan, 0.0 if content.unread and not text else confidence


def drafted(block: Block) -> Paragraph | Picture | GridDraft:
    """A block of preformatted text; its grids get their place on the page with all others."""
    if not isinstance(block, Grid):
        return block
    return GridDraft([[(c.text, c.column, c.span, c.confidence) for c in row] for row in block.rows], ruled=block.ruled)


def close_grid(out: list[Paragraph | Picture | GridDraft], rows: list[list[Drawn]], implied: bool) -> None:
    """The rows as a grid, or as paragraphs where none has a second cell."""
    if not rows:
        return
    if all(len(row) <= 1 for row in rows):
        out.extend(Paragraph(row[0][0]) for row in rows if row and row[0][0])
        return
    out.append(GridDraft(rows, implied, ruled=not implied))


def numbered(found: list[Paragraph | Picture | GridDraft]) -> list[Block]:
    """Grids and their cells with their places, from 1 in document order; neighbouring rows found outside tables become
    one grid."""
    out: list[Block] = []
    table = 0
    for implied, group in groupby(found, key=lambda block: isinstance(block, GridDraft) and block.implied):
        drafts = list(group)
        if implied:
            joined = [row for draft in drafts if isinstance(draft, GridDraft) for row in draft.rows]
            drafts = [GridDraft(joined, ruled=False)]
        for draft in drafts:
            if not isinstance(draft, GridDraft):
                if not isinstance(draft, Paragraph) or draft.text:
                    out.append(draft)
                continue
            table += 1
            rows = tuple(
                tuple(
                    GridCell(text, At(None, None, table, r, c), column, span, confidence)
                    for c, (text, column, span, confidence) in enumerate(row, 1)
                )
                for r, row in enumerate(draft.rows, 1)
            )
            out.append(Grid(rows, At(table=table), draft.ruled))
    return out
