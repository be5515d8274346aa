"""Pieces of ink to printed lines, and those to text: what stands in one box, and what stands outside tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np

from reports.formats.image import ocr
from reports.formats.image.model import FIGURE, STROKE, UNSURE, InkLine, Ints, ScannedPage
from reports.formats.image.preprocessing import PAPER, Grey
from reports.geometry.shapes import Box

# Of the height of a Chinese character of the tables:
DUST = 0.2  # smaller in both directions: a dot or dust
NEW_LINE = 1.75  # taller: two lines that touch
WORD_GAP = 1.3  # wider: two columns


def box_lines(page: ScannedPage, parts: Ints, bbox: Box) -> list[InkLine]:
    """The printed lines in a box, without what is left of its rules."""
    if not len(parts):
        return []
    boxes = page.components.boxes[parts]
    width, height = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    near = max(2.0, 0.14 * page.em)
    edge = (
        (boxes[:, 0] <= bbox[0] + near)
        | (boxes[:, 1] <= bbox[1] + near)
        | (boxes[:, 2] >= bbox[2] - near)
        | (boxes[:, 3] >= bbox[3] - near)
    )
    thin = np.minimum(width, height) <= max(2.0, 0.2 * page.em)
    remains = edge & (thin | (height > 0.85 * (bbox[3] - bbox[1])))
    return _lines(page, parts[~remains])


def _lines(page: ScannedPage, parts: Ints) -> list[InkLine]:
    """Components to lines by their heights on the page, from top to bottom; dust far from any line is left out."""
    if not len(parts):
        return []
    boxes = page.components.boxes[parts]
    width, height = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    dust = (width < DUST * page.em) & (height < DUST * page.em)
    low = ~dust & (height < STROKE * page.em)
    spans: list[list[float]] = []
    for top, bottom in sorted(zip(boxes[~dust & ~low, 1].tolist(), boxes[~dust & ~low, 3].tolist(), strict=True)):
        # Strokes of one character may touch the next line's by a pixel or two.
        if spans and top < spans[-1][1] - 0.1 * page.em:
            spans[-1][1] = max(spans[-1][1], bottom)
        else:
            spans.append([top, bottom])
    spans = _mended(spans, page.em)
    for top, bottom in sorted(zip(boxes[low, 1].tolist(), boxes[low, 3].tolist(), strict=True)):
        middle = (top + bottom) / 2
        for span in spans:
            if span[0] - 0.35 * page.em <= middle <= span[1] + 0.35 * page.em:
                break
        else:
            spans.append([top, bottom])
    spans = _mended(sorted(spans), page.em)
    if not spans:
        return []
    edges = np.array([(a[1] + b[0]) / 2 for a, b in pairwise(spans)])
    line = np.searchsorted(edges, (boxes[:, 1] + boxes[:, 3]) / 2)
    out = []
    for n, (top, bottom) in enumerate(spans):
        mine = line == n
        solid = mine & ~dust
        if not solid.any():
            continue
        left, right = boxes[solid, 0].min(), boxes[solid, 2].max()
        # A decimal point stands among digits, dust anywhere.
        stops = (
            mine & dust
            & (boxes[:, 0] >= left - 0.35 * page.em) & (boxes[:, 2] <= right + 0.35 * page.em)
            & (boxes[:, 1] >= top - 0.1 * page.em) & (boxes[:, 3] <= bottom + 0.25 * page.em)
        )  # fmt: skip
        chosen = solid | stops
        taken = boxes[chosen]
        box = (taken[:, 0].min(), taken[:, 1].min(), taken[:, 2].max(), taken[:, 3].max())
        out += _split(page, InkLine(parts[chosen], (int(box[0]), int(box[1]), int(box[2]), int(box[3]))))
    return out


def _mended(spans: list[list[float]], em: float) -> list[list[float]]:
    """The strokes of 二 or 三 alone on a line lie apart: low neighbours within a character's height are one line."""
    out: list[list[float]] = []
    for span in spans:
        if out:
            before = out[-1]
            low = min(before[1] - before[0], span[1] - span[0]) < 0.55 * em
            if low and max(before[1], span[1]) - before[0] <= 1.15 * em:
                before[1] = max(before[1], span[1])
                continue
        out.append(list(span))
    return out


def _split(page: ScannedPage, line: InkLine) -> list[InkLine]:
    """Two lines that touch are parted where the ink is thinnest."""
    height = line.box[3] - line.box[1]
    boxes = page.components.boxes[line.parts]
    own = float(np.percentile(boxes[:, 3] - boxes[:, 1], 75))
    tall = max(page.em, own)
    if height <= NEW_LINE * tall or len(line.parts) < 4:
        return [line]
    profile = np.zeros(height + 1)
    for x0, y0, x1, y1 in boxes.tolist():
        profile[y0 - line.box[1] : y1 - line.box[1]] += x1 - x0
    count = max(2, round(height / (1.3 * tall)))
    cut = round(height / count)
    window = profile[max(1, cut - round(0.4 * tall)) : cut + round(0.4 * tall)]
    place = line.box[1] + max(1, cut - round(0.4 * tall)) + int(window.argmin())
    middle = (boxes[:, 1] + boxes[:, 3]) / 2
    parts = [line.parts[middle < place], line.parts[middle >= place]]
    if not len(parts[0]) or not len(parts[1]):
        return [line]
    upper, lower = (InkLine(p, _around(page.components.boxes[p])) for p in parts)
    return [upper, *_split(page, lower)]


def _around(boxes: Ints) -> tuple[int, int, int, int]:
    return (int(boxes[:, 0].min()), int(boxes[:, 1].min()), int(boxes[:, 2].max()), int(boxes[:, 3].max()))


def free_lines(page: ScannedPage, parts: Ints) -> list[list[InkLine]]:
    """The lines outside tables, each in pieces where wide gaps part it."""
    if not len(parts):
        return []
    boxes = page.components.boxes[parts]
    width, height = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    # Emblems, photographs, the black edges of a copy.
    text = (height < 5 * page.em) & (width < 12 * page.em)
    out = []
    for line in _lines(page, parts[text]):
        tall = line.box[3] - line.box[1]
        if tall < 0.5 * page.em and len(line.parts) < 3:
            continue
        own = line.parts[np.argsort(page.components.boxes[line.parts, 0], kind="stable")]
        pieces: list[list[int]] = []
        reach = -1e9
        for part in own.tolist():
            x0, _, x1, _ = page.components.boxes[part].tolist()
            if x0 - reach > WORD_GAP * max(page.em, 0.8 * tall):
                pieces.append([])
            pieces[-1].append(part)
            reach = max(reach, x1)
        out.append([InkLine(np.array(p), _around(page.components.boxes[p])) for p in pieces])
    return out


def recognise(page: ScannedPage, lines: Sequence[InkLine]) -> None:
    """Read all lines of a page at once; what was read goes into each."""
    crops = [_crop(page, line) for line in lines]
    for line, recognised in zip(lines, ocr.read(crops), strict=True):
        line.recognised = recognised


def look_beside(page: ScannedPage, figures: Sequence[tuple[Box, InkLine]]) -> None:
    """A minus is a hair of ink, and on a pale or coarse page no ink at all: where something faint stands before a figure
    of a box, both are read together. A sign that was there stays in doubt."""
    found: list[tuple[InkLine, InkLine]] = []
    for bbox, line in figures:
        if not line.recognised.text[:1].isdigit() or not FIGURE.fullmatch(line.recognised.text):
            continue
        start = _faint_before(page, bbox, line)
        if start is not None:
            found.append((line, replace(line, box=(start, *line.box[1:]))))
    recognise(page, [wider for _, wider in found])
    for line, wider in found:
        narrow, wide = line.recognised, wider.recognised
        if wide.text == narrow.text:
            continue
        signed = FIGURE.fullmatch(wide.text) is not None and wide.text[1:] == narrow.text
        text, other = (wide.text, narrow.text) if signed else (narrow.text, wide.text)
        sure = min(narrow.confidence, wide.confidence, UNSURE)
        line.recognised = ocr.Recognised(text, sure, tuple(dict.fromkeys((other, *narrow.alternatives))))


def _faint_before(page: ScannedPage, bbox: Box, line: InkLine) -> int | None:
    """Where something faint begins, at half the height of a figure and no further before it than a sign stands."""
    x0, y0, _, y1 = line.box
    height = y1 - y0
    reach = page.soft_size // 2 + 1  # so far the figure's own ink is smoothed
    left = max(round(bbox[0] + 0.22 * page.em), x0 - round(1.1 * height))
    band = page.soft[y0 + round(0.25 * height) : y1 - round(0.2 * height), left : x0 - reach] < page.soft_ink
    columns = np.flatnonzero(band.any(axis=0))
    return left + int(columns[0]) - reach if len(columns) >= 2 else None


def _crop(page: ScannedPage, line: InkLine) -> Grey:
    """The line's rectangle as it is in the picture: faint dots stay, rules are white."""
    x0, y0, x1, y1 = line.box
    height, width = page.clean.shape
    # A dash alone is a hair high: show it in the middle of a line's height.
    grow = max(0, round((0.62 * page.em - (y1 - y0)) / 2))
    part = page.clean[max(0, y0 - 1) : min(height, y1 + 1), max(0, x0 - 1) : min(width, x1 + 1)]
    if grow:
        part = np.asarray(
            cv2.copyMakeBorder(part, grow, grow, 0, 0, cv2.BORDER_CONSTANT, value=(PAPER,)), dtype=np.uint8
        )
    # Paper white, noise of the paper cut off above it.
    return np.asarray(cv2.convertScaleAbs(part, alpha=255 / PAPER), dtype=np.uint8)
