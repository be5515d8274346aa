"""Recognised lines outside ruled tables, their characters set where they probably stand."""

from __future__ import annotations

from collections.abc import Sequence

from reports.formats.image.model import InkLine, ScannedPage
from reports.geometry.lines import TextLine, wide

NARROW = 0.55  # of a Chinese character's width: a digit or a letter


def text_lines(page: ScannedPage, rows: Sequence[Sequence[InkLine]]) -> list[TextLine]:
    """The lines, in points; the pieces of one row make one line."""
    lines = []
    scale = page.image.scale
    for row in rows:
        pieces = [piece for piece in row if piece.recognised.text.strip()]
        if not pieces:
            continue
        texts: list[str] = []
        edges: list[tuple[float, float]] = []
        for piece in pieces:
            weights = [1.0 if wide(char) else NARROW for char in piece.recognised.text]
            step = (piece.box[2] - piece.box[0]) / sum(weights)
            x = float(piece.box[0])
            for char, weight in zip(piece.recognised.text, weights, strict=True):
                texts.append(char)
                edges.append((x / scale, (x + weight * step) / scale))
                x += weight * step
        top, bottom = min(p.box[1] for p in pieces), max(p.box[3] for p in pieces)
        box = (edges[0][0], top / scale, edges[-1][1], bottom / scale)
        sure = min(piece.recognised.confidence for piece in pieces)
        lines.append(TextLine(tuple(texts), tuple(edges), box, sure))
    return lines
