"""Printed lines of a page: characters with their edges, and the text they make."""

from __future__ import annotations

from dataclasses import dataclass

from reports.geometry.shapes import Box

# Figures on a line from which on it is a row of a table whatever stands before them.
ROW_OF_FIGURES = 4


@dataclass(frozen=True, slots=True)
class TextLine:
    """A printed line: its characters left to right, each with its edges, the line's rectangle, and how surely it was
    recognised (1 for text)."""

    texts: tuple[str, ...]
    edges: tuple[tuple[float, float], ...]
    bbox: Box
    confidence: float = 1.0

    @property
    def text(self) -> str:
        """The line with blanks where the print leaves room."""
        return spaced(self.texts, self.edges, self.height)

    @property
    def height(self) -> float:
        """Of the font's full box."""
        return self.bbox[3] - self.bbox[1]

    @property
    def middle(self) -> float:
        """Half-way between its upper and lower edge."""
        return (self.bbox[1] + self.bbox[3]) / 2


@dataclass(frozen=True, slots=True)
class Run:
    """Characters of a line without a wide gap."""

    text: str
    bbox: Box

    @property
    def centre(self) -> float:
        """Half-way between its left and right edge."""
        return (self.bbox[0] + self.bbox[2]) / 2

    @property
    def middle(self) -> float:
        """Half-way between its upper and lower edge."""
        return (self.bbox[1] + self.bbox[3]) / 2


def wide(text: str) -> bool:
    """Whether a character is Chinese or full width."""
    return text[-1:] >= "\u2e80"


def spaced(texts: tuple[str, ...], edges: tuple[tuple[float, float], ...], height: float) -> str:
    """Characters to text: a blank where the gap says so, wider between Chinese characters, which are often ranged."""
    if not texts:
        return ""
    out = [texts[0]]
    narrow, broad = 0.2 * height, 0.9 * height
    for n in range(1, len(texts)):
        gap = edges[n][0] - edges[n - 1][1]
        if gap > narrow and (gap > broad or not (wide(texts[n - 1]) and wide(texts[n]))):
            out.append(" ")
        out.append(texts[n])
    return "".join(out)


def runs(line: TextLine) -> list[Run]:
    """A line parted at its gaps. Digits of one figure touch, so figures part sooner than words do."""
    out: list[Run] = []
    height = line.height
    first = 0
    for n in range(1, len(line.texts) + 1):
        if n < len(line.texts):
            a, b = line.texts[n - 1], line.texts[n]
            gap = line.edges[n][0] - line.edges[n - 1][1]
            digits = a[-1:].isdigit() + b[:1].isdigit()
            if gap <= (0.8, 0.55, 0.3)[digits] * height:
                continue
        texts, edges = line.texts[first:n], line.edges[first:n]
        box = (edges[0][0], line.bbox[1], max(e[1] for e in edges), line.bbox[3])
        out.append(Run(spaced(texts, edges, height), box))
        first = n
    return out
