"""Recognised lines to cells, and how far each can be trusted: by its own ink, and by what the page is good for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reports.blocks import At, Grid, GridCell
from reports.formats.image.model import FIGURE, STROKE, UNSURE, InkLine, ScannedPage
from reports.formats.image.preprocessing import PAPER
from reports.geometry.lattice import Lattice
from reports.geometry.shapes import Box

ILLEGIBLE = 0.3  # low enough that no rule reckons with it

# Below par is a page whose digits are lower than this (pixels of the picture as it came) or paler (share of the paper's
# level). From generated scans (make bench, by resolution).
MIN_DIGIT = 9.0
MIN_CONTRAST = 0.5
SLASH = 0.12  # a lone 1 that leans more may be a slash; an upright 1 leans less than 0.09, a slash more than 0.18
SURELY_SLASH = 0.16
LEGIBLE_SLASH = 10  # pixels of height: of a lower stroke nobody can say how it leans
SET_WIDE = (
    1.25  # in heights of a character: as far apart stand the middles of full-width digits, further those of two figures
)
_LETTERS = str.maketrans({"O": "0", "o": "0", "〇": "0", "○": "0", "D": "0", "l": "1", "I": "1", "|": "1"})
_DASHES = frozenset("一-—–ー―_－~")
_SLASHES = frozenset("/／一1|lI丿")


def judge(page: ScannedPage, inside: dict[tuple[int, int], list[InkLine]]) -> None:
    """Whether the digits of the page are fine and dark enough to be trusted."""
    digits = [
        line
        for lines in inside.values()
        for line in lines
        if line.recognised.text.isdigit() and line.recognised.confidence > 0.5
    ]
    if len(digits) < 4:
        return
    heights = [line.box[3] - line.box[1] for line in digits]
    darkest = []
    for line in digits:
        x0, y0, x1, y1 = line.box
        darkest.append(PAPER - float(np.percentile(page.image.flat[y0:y1, x0:x1], 5)))
    contrast = float(np.median(darkest)) / PAPER
    page.below_par = float(np.median(heights)) < MIN_DIGIT or contrast < MIN_CONTRAST


def grid_of(page: ScannedPage, lattice: Lattice, own: Sequence[Sequence[InkLine]]) -> Grid:
    """A lattice with the lines that stand in each of its boxes."""
    cells = {
        (box.row, box.column): _cell(page, box.bbox, lines, box.column, box.column_span)
        for box, lines in zip(lattice.boxes, own, strict=True)
    }
    rows = tuple(tuple(cells[box.row, box.column] for box in row) for row in lattice.rows())
    return Grid(rows, At(page.number, _points(page, lattice.bbox)))


def _points(page: ScannedPage, box: Sequence[float]) -> Box:
    scale = page.image.scale
    return (float(box[0] / scale), float(box[1] / scale), float(box[2] / scale), float(box[3] / scale))


def _cell(page: ScannedPage, bbox: Box, lines: Sequence[InkLine], column: int, span: int) -> GridCell:
    at = At(page.number, _points(page, bbox))
    if not lines:
        confidence = 0.5 if _shadow(page, bbox) else 0.98
        return GridCell("", at, column, span, _capped(page, bbox, confidence))
    recognised = [_recognised(page, line) for line in lines]
    texts = [text for text, _, _ in recognised]
    confidence = min(sure for _, sure, _ in recognised)
    if len(texts) > 1 and all(FIGURE.fullmatch(text) for text in texts):
        # A figure that had no room is wrapped; figures that had room are two.
        room = (bbox[2] - bbox[0]) - max(line.box[2] - line.box[0] for line in lines[:-1])
        text = ("" if room < 1.2 * page.em else "\n").join(texts)
        confidence = min(confidence, UNSURE)
    else:
        text = "".join(texts)
    alternatives = recognised[0][2] if len(recognised) == 1 else ()
    return GridCell(text, at, column, span, _capped(page, bbox, confidence), alternatives)


def _recognised(page: ScannedPage, line: InkLine) -> tuple[str, float, tuple[str, ...]]:
    """A line's text, how sure it is, and other readings."""
    text, confidence, others = line.recognised
    text = text.strip()
    x0, y0, x1, y1 = line.box
    if len(text) <= 1 and y1 - y0 < STROKE * page.em and x1 - x0 > y1 - y0:
        # Flat and alone: a dash of some length, whatever its name.
        return ("—" if x1 - x0 > 0.7 * page.em else "-"), (confidence if text in _DASHES else ILLEGIBLE), others
    if not text:
        return "", ILLEGIBLE, others
    if {"/", "／"} & {text, *others} and _is_slash(page, line, text):
        return "/", 0.95, tuple(other for other in (text, *others) if other not in "/／")
    tight = "".join(text.split())
    if tight != text and FIGURE.fullmatch(tight) and _pitch(page, line, tight) <= SET_WIDE:
        text = tight
    digits = text.translate(_LETTERS)
    if digits != text and FIGURE.fullmatch(digits):
        return digits, min(confidence, 0.8), (text, *others)
    # A figure that may as well be another (1 and /), or that begins with a speck, is for a person to look at.
    if FIGURE.fullmatch(text) and (others or not text[-1].isdigit() or _doubtful_figure(page, line, text)):
        confidence = min(confidence, UNSURE)
    return text, confidence, others


def _doubtful_figure(page: ScannedPage, line: InkLine, text: str) -> bool:
    """A figure whose ink does not fit what was read: too wide or narrow for its digits, or dots that were not read."""
    if text[0] in ".,，．":
        return True
    boxes = page.components.boxes[line.parts]
    width, height = line.box[2] - line.box[0], line.box[3] - line.box[1]
    digits = sum(char.isdigit() for char in text)
    if text == "1" and _leaning(page, line) > SLASH:
        return True
    if digits > 1 and not 0.25 <= width / (digits * height) <= 1.1 and _pitch(page, line, text) > SET_WIDE:
        return True
    wide, high = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    low = (boxes[:, 1] + boxes[:, 3]) / 2 - line.box[1] > 0.66 * height
    dots = int(((wide < 0.35 * height) & (high < 0.5 * height) & low).sum())
    specks = int(((wide < 0.35 * height) & (high < 0.35 * height) & ~low).sum())
    stops = sum(char in ".,，．" for char in text)
    return specks > 0 or (dots != stops and (dots > 0 or digits > 1))


def _pitch(page: ScannedPage, line: InkLine, figure: str) -> float:
    """The greatest distance between the middles of neighbouring digits, in heights of a character; infinite where the
    pieces of ink are not one a digit."""
    boxes = page.components.boxes[line.parts]
    boxes = boxes[boxes[:, 3] - boxes[:, 1] >= 0.6 * (line.box[3] - line.box[1])]
    if len(boxes) != sum(char.isdigit() for char in figure):
        return float("inf")
    middles = np.sort((boxes[:, 0] + boxes[:, 2]) / 2)
    return float(np.diff(middles).max(initial=0.0)) / page.em


def _is_slash(page: ScannedPage, line: InkLine, text: str) -> bool:
    """Whether what the recogniser takes for 1, 一 or / is one stroke that leans as no 1 does."""
    height = line.box[3] - line.box[1]
    alone = text in _SLASHES and len(line.parts) == 1 and height >= max(LEGIBLE_SLASH, 0.55 * page.em)
    return alone and _leaning(page, line) > SURELY_SLASH


def _leaning(page: ScannedPage, line: InkLine) -> float:
    """How far the upper third of the ink lies to the right of the lower third, in heights: 0 for an upright stroke, less
    for a 1 with its flag, about 0.3 for a slash."""
    x0, y0, x1, y1 = line.box
    ink = np.isin(page.components.labels[y0:y1, x0:x1], line.parts)
    third = max(1, (y1 - y0) // 3)
    above, below = np.nonzero(ink[:third])[1], np.nonzero(ink[-third:])[1]
    return float(above.mean() - below.mean()) / (y1 - y0) if len(above) and len(below) else 0.0


def _capped(page: ScannedPage, bbox: Box, confidence: float) -> float:
    x0, y0, x1, y1 = (max(0, round(v)) for v in bbox)
    seal = page.image.seal
    if page.below_par or page.pale or (seal is not None and bool(seal[y0:y1, x0:x1].any())):
        return min(confidence, UNSURE)
    return confidence


def _shadow(page: ScannedPage, bbox: Box) -> bool:
    """Whether something faint stands in a box without ink."""
    inset = max(2.0, 0.22 * page.em)
    x0, y0, x1, y1 = (round(v) for v in (bbox[0] + inset, bbox[1] + inset, bbox[2] - inset, bbox[3] - inset))
    if x1 - x0 < 3 or y1 - y0 < 3:
        return False
    return int((page.soft[y0:y1, x0:x1] < page.soft_ink).sum()) > 2
