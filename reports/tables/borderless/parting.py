"""A printed line parted into words and figures, where these touch too."""

from __future__ import annotations

import re
from itertools import pairwise

from reports.geometry.lines import ROW_OF_FIGURES, Run, TextLine, runs, spaced, wide
from reports.numbers import is_figure
from reports.tables.borderless.model import KNOWN, PrintedLine
from reports.tables.labels import likeness

_FIGURE_WITH_UNIT = re.compile(r"[\d.,．，]+(?:[件个项宗条次份起]|万?元)?")


_GLUED_FIGURES = re.compile(r"(?:\d[\d.,．，]*[件个项宗条次份起])+\d[\d.,．，]*(?:[件个项宗条次份起]|万?元)?")


def part_line(line: TextLine) -> PrintedLine:
    """A printed line with its words and the figures behind them told apart, and whether it is a row of a table."""
    out = PrintedLine(line, [part for run in runs(line) for part in _unglued(line, run)])
    n = len(out.runs)
    while n and is_figure(out.runs[n - 1].text):
        n -= 1
    if 0 < n < len(out.runs) and (parted := _unstuck(line, out.runs[n - 1])):
        out.runs[n - 1 : n] = parted
    n = len(out.runs)
    while n and is_figure(out.runs[n - 1].text):
        n -= 1
    out.words, out.figures = out.runs[:n], out.runs[n:]
    count = len(out.figures)
    if count >= ROW_OF_FIGURES and len(out.words) <= 4:
        out.is_row = True
    elif count and out.words and len(out.words) <= 4:
        label = max(likeness(out.words[-1].text), likeness("".join(run.text for run in out.words)))
        out.is_row = label >= (KNOWN if count < 3 else 0.6)
    elif count >= 3:
        out.is_row = True
    return out


def _unglued(line: TextLine, run: Run) -> list[Run]:
    """Figures of neighbouring columns that touch: a counting word ends one (119件0件)."""
    text = "".join(run.text.split())
    if not _GLUED_FIGURES.fullmatch(text):
        return [run]
    inside = [
        n for n, edges in enumerate(line.edges) if run.bbox[0] - 0.01 <= edges[0] and edges[1] <= run.bbox[2] + 0.01
    ]
    if "".join(line.texts[n] for n in inside) != text or any(len(line.texts[n]) != 1 for n in inside):
        return [run]
    out = []
    for found in _FIGURE_WITH_UNIT.finditer(text):
        own = inside[found.start() : found.end()]
        box = (line.edges[own[0]][0], run.bbox[1], line.edges[own[-1]][1], run.bbox[3])
        out.append(Run(found[0], box))
    return out


def _unstuck(line: TextLine, run: Run) -> tuple[Run, Run] | None:
    """A label and the figure of the first column, where a full label touches it: no label ends in digits. None if no
    figure stands at its end, or if they are printed over each other and cannot be told apart."""
    inside = [
        n for n, edges in enumerate(line.edges) if run.bbox[0] - 0.01 <= edges[0] and edges[1] <= run.bbox[2] + 0.01
    ]
    if not inside or any(b - a != 1 for a, b in pairwise(inside)):
        return None
    texts, edges = line.texts[inside[0] : inside[-1] + 1], line.edges[inside[0] : inside[-1] + 1]
    for n in range(1, len(texts)):
        tail = "".join(texts[n:])
        if not (wide(texts[n - 1]) and not texts[n - 1].isdigit() and texts[n].isdigit() and is_figure(tail)):
            continue
        over = any(b[0] < a[1] - 0.1 * line.height for a, b in pairwise(edges))
        if over or any(char.isdigit() for text in texts[1:n] for char in text):
            return None
        label = Run(spaced(texts[:n], edges[:n], line.height), (*run.bbox[:2], edges[n - 1][1], run.bbox[3]))
        return label, Run(spaced(texts[n:], edges[n:], line.height), (edges[n][0], *run.bbox[1:]))
    return None
