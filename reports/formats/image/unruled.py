"""Lines outside ruled tables: paragraphs, and tables told by their columns alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reports.blocks import Block, Grid, Paragraph
from reports.formats.image.model import Line, Page
from reports.geometry.lines import TextLine
from reports.tables.borderless.page import free_blocks

UNRULED = 0.8  # columns were inferred, and nothing on the page confirms them


def paragraphs_of(page: Page, rows: Sequence[Sequence[Line]]) -> list[Block]:
    """Lines outside tables as paragraphs; where they stand in columns, as a table without rules."""
    sure: dict[float, float] = {}
    lines = []
    for row in rows:
        pieces = [piece for piece in row if piece.said.text.strip()]
        if not pieces:
            continue
        texts: list[str] = []
        edges: list[tuple[float, float]] = []
        scale = page.ground.scale
        for piece in pieces:
            weights = [1.0 if char >= "\u2e80" else 0.55 for char in piece.said.text]
            step = (piece.box[2] - piece.box[0]) / sum(weights)
            x = float(piece.box[0])
            for char, weight in zip(piece.said.text, weights, strict=True):
                texts.append(char)
                edges.append((x / scale, (x + weight * step) / scale))
                x += weight * step
        top, bottom = min(p.box[1] for p in pieces), max(p.box[3] for p in pieces)
        box = (edges[0][0], top / scale, edges[-1][1], bottom / scale)
        lines.append(TextLine(tuple(texts), tuple(edges), box))
        sure[box[1]] = min(piece.said.confidence for piece in pieces)
    out: list[Block] = []
    for block in free_blocks(page.number, lines, []):
        if isinstance(block, Grid):
            out.append(
                replace(
                    block,
                    rows=tuple(tuple(replace(c, confidence=min(c.confidence, UNRULED)) for c in r) for r in block.rows),
                )
            )
        elif isinstance(block, Paragraph) and block.at.bbox:
            out.append(replace(block, confidence=sure.get(block.at.bbox[1], 1.0)))
        else:
            out.append(block)
    return out
