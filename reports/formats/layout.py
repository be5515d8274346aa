"""From characters and ruling lines with places to paragraphs and grids: what PDF and OFD pages share.

Coordinates are points, origin top left, y downwards.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from reports.blocks import At, Block, Box, Grid, GridCell, Paragraph
from reports.formats.lattice import Lattice, Segment, tables

TOLERANCE = 2.0  # points: two rules nearer than this are one
# A page with fewer rules than this has no ruled table worth the name.
MIN_RULES = 3


@dataclass(frozen=True, slots=True)
class Char:
    """One character and its loose box (with the font's ascent and descent, so that a full stop is on its line)."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def cx(self) -> float:
        """The middle, left to right."""
        return (self.x0 + self.x1) / 2

    @property
    def cy(self) -> float:
        """The middle, top to bottom."""
        return (self.y0 + self.y1) / 2


@dataclass(frozen=True, slots=True)
class TextLine:
    """Characters on one base line."""

    text: str
    bbox: Box
    chars: tuple[Char, ...]


def lines_of(chars: Sequence[Char]) -> list[TextLine]:
    """Characters to lines, top to bottom, a wide gap as one blank."""
    rows: list[list[Char]] = []
    for char in sorted(chars, key=lambda c: (c.cy, c.x0)):
        height = max(char.y1 - char.y0, 1.0)
        for row in reversed(rows[-4:]):
            middle = sum(c.cy for c in row[-6:]) / len(row[-6:])
            if abs(middle - char.cy) <= 0.45 * height:
                row.append(char)
                break
        else:
            rows.append([char])
    out = []
    for row in rows:
        row.sort(key=lambda c: c.x0)
        text, previous = "", None
        for char in row:
            if (
                previous is not None
                and not text.endswith(" ")
                and char.x0 - previous.x1 > 0.6 * max(char.y1 - char.y0, 1.0)
            ):
                text += " "
            text += char.text
            previous = char
        if text.strip():
            out.append(TextLine(text.strip(), _around(row), tuple(row)))
    out.sort(key=lambda line: (line.bbox[1] + line.bbox[3], line.bbox[0]))
    return out


def _around(chars: Sequence[Char]) -> Box:
    return (min(c.x0 for c in chars), min(c.y0 for c in chars), max(c.x1 for c in chars), max(c.y1 for c in chars))


def page_blocks(
    page: int, chars: Sequence[Char], horizontal: Sequence[Segment], vertical: Sequence[Segment]
) -> list[Block]:
    """The blocks of one page in reading order: ruled tables by their lattice, tables without upright rules by bands of
    columns, all other text as printed lines."""
    chars = [char for char in chars if char.text.strip()]
    found: list[tuple[float, Block]] = []
    used: set[int] = set()
    for lattice in tables(horizontal, vertical, TOLERANCE) if len(horizontal) + len(vertical) >= MIN_RULES else []:
        if _is_frame(lattice, chars):
            continue
        grid, taken = _grid(page, lattice, chars)
        if grid is not None:
            found.append((lattice.bbox[1], grid))
            used |= taken
    rest = [char for index, char in enumerate(chars) if index not in used]
    lines = lines_of(rest)
    for block_lines in _split_unruled(lines):
        if block_lines.table:
            found += [(grid.at.bbox[1] if grid.at.bbox else 0.0, grid) for grid in _bands(page, block_lines.lines)]
        else:
            found += [
                (line.bbox[1], Paragraph(line.text, At(page, line.bbox), joins=True)) for line in block_lines.lines
            ]
    found.sort(key=lambda item: item[0])
    return [block for _, block in found]


def _is_frame(lattice: Lattice, chars: Sequence[Char]) -> bool:
    """One box around prose is a frame, no table."""
    return len(lattice.boxes) == 1 and sum(_inside(char, lattice.bbox) for char in chars) > 60


def _inside(char: Char, box: Box) -> bool:
    return box[0] - 1 <= char.cx <= box[2] + 1 and box[1] - 1 <= char.cy <= box[3] + 1


def _grid(page: int, lattice: Lattice, chars: Sequence[Char]) -> tuple[Grid | None, set[int]]:
    taken: set[int] = set()
    cells: dict[int, list[GridCell]] = {}
    members: dict[int, list[Char]] = {}
    for index, char in enumerate(chars):
        if not _inside(char, lattice.bbox):
            continue
        for number, box in enumerate(lattice.boxes):
            x0, y0, x1, y1 = box.bbox
            if x0 <= char.cx < x1 and y0 <= char.cy < y1:
                members.setdefault(number, []).append(char)
                taken.add(index)
                break
    for number, box in enumerate(lattice.boxes):
        text = cell_text([line.text for line in lines_of(members.get(number, []))], box.bbox)
        cells.setdefault(box.row, []).append(
            GridCell(text, At(page, box.bbox), column=box.column, span=box.column_span)
        )
    rows = tuple(tuple(cells[row]) for row in sorted(cells))
    if not taken:
        return None, set()
    return Grid(rows, At(page, lattice.bbox)), taken


def cell_text(lines: Sequence[str], bbox: Box) -> str:
    """The text of a box: a figure that was wrapped (``167`` over ``3``) is one figure, vertical labels are one word."""
    joined = "".join(lines)
    narrow = re.sub(r"\s+", "", joined)
    if re.fullmatch(r"[-−－]?[\d,，.．]+", narrow):
        return narrow
    if len(lines) > 1 and all(len(line) <= 2 for line in lines) and bbox[3] - bbox[1] > bbox[2] - bbox[0]:
        return narrow
    return joined


# ------------------------------------------------------------------ tables without upright rules


@dataclass(slots=True)
class _Stretch:
    table: bool
    lines: list[TextLine]


_VALUE = re.compile(r"[-−－—–/／]|无|[-−－]?[\d０-９][\d０-９,，.．]*(件|个|宗|项|条|次|万元|元)?")


def _words(line: TextLine) -> list[tuple[str, float, float]]:
    """The words of a line parted by wide gaps: (text, x0, x1)."""
    out: list[tuple[str, float, float]] = []
    for char in line.chars:
        gap = 0.55 * max(char.y1 - char.y0, 1.0)
        if out and char.x0 - out[-1][2] <= gap:
            out[-1] = (out[-1][0] + char.text, out[-1][1], char.x1)
        else:
            out.append((char.text, char.x0, char.x1))
    return out


def _figures(line: TextLine) -> int:
    return sum(bool(_VALUE.fullmatch(word)) for word, _, _ in _words(line))


def _split_unruled(lines: list[TextLine]) -> list[_Stretch]:
    """Stretches of lines that are a table (figures in columns) and of lines that are prose."""
    marks = [_figures(line) >= 2 for line in lines]
    out: list[_Stretch] = []
    index = 0
    while index < len(lines):
        if not marks[index]:
            out.append(_Stretch(False, [lines[index]]))
            index += 1
            continue
        end = index
        while end + 1 < len(lines) and any(marks[end + 1 : end + 5]) and not _prose(lines[end + 1]):
            end += 1
        while not marks[end]:
            end -= 1
        out.append(_Stretch(end - index >= 1 or _figures(lines[index]) >= 5, lines[index : end + 1]))
        index = end + 1
    return out


def _prose(line: TextLine) -> bool:
    return line.text[-1:] in "。；" or bool(re.match(r"^[一二三四五六][、.．]\s*[^\d]{4,}情况$", line.text))


def _bands(page: int, lines: list[TextLine]) -> list[Grid]:
    """A table without upright rules: columns by the middles of the figures of full rows, rows by their base lines.

    Labels that are wrapped over lines belong to the row whose figures stand nearest."""
    rows = [(line, [w for w in _words(line) if _VALUE.fullmatch(w[0])]) for line in lines]
    anchors = [(line, values) for line, values in rows if len(values) >= 2]
    if not anchors:
        return []
    full = max(len(values) for _, values in anchors)
    centres = [
        median((values[i][1] + values[i][2]) / 2 for _, values in anchors if len(values) == full) for i in range(full)
    ]
    left = min(v[1] for _, values in anchors for v in values) if full else 0.0
    out: list[tuple[GridCell, ...]] = []
    bounds = [line.bbox for line, _ in anchors]
    labels: list[list[tuple[float, str]]] = [[] for _ in anchors]
    for line, values in rows:
        middle = (line.bbox[1] + line.bbox[3]) / 2
        nearest = min(range(len(anchors)), key=lambda i: abs((bounds[i][1] + bounds[i][3]) / 2 - middle))
        words = [w for w in _words(line) if w not in values]
        text = "".join(w[0] for w in words if w[1] < left)
        if text:
            labels[nearest].append((middle, text))
    for index, (line, values) in enumerate(anchors):
        label = "".join(text for _, text in sorted(labels[index]))
        placed: dict[int, tuple[str, float, float]] = {}
        for word in values:
            column = min(range(full), key=lambda i: abs(centres[i] - (word[1] + word[2]) / 2))
            placed[column] = word
        cells = [GridCell(label, At(page, line.bbox), column=0)]
        for column in range(full):
            found = placed.get(column)
            box: Box = (
                (found[1], line.bbox[1], found[2], line.bbox[3])
                if found
                else (centres[column] - 4, line.bbox[1], centres[column] + 4, line.bbox[3])
            )
            cells.append(GridCell(found[0] if found else "", At(page, box), column=column + 1))
        out.append(tuple(cells))
    bbox = (
        min(line.bbox[0] for line in lines), lines[0].bbox[1], max(line.bbox[2] for line in lines), lines[-1].bbox[3],
    )  # fmt: skip
    return [Grid(tuple(out), At(page, bbox), ruled=False)]
