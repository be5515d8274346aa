"""What is printed on a page and is no part of a figure: struck-out characters and the marks of notes.

A page's file does not say what a character is for; it shows by its place: a line drawn through it strikes it out, a small
one raised or lowered beside a larger one points to a note. What was left out, and what may have been one of these, puts
the cell around it in doubt.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from reports.formats.runs import Ink, settled
from reports.geometry.shapes import Segment

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# Shares of the height of a character's box (ascent and descent): where a line through it runs, and how far such a line may
# reach beyond what it strikes out.
STRIKE_TOP, STRIKE_BOTTOM, STRIKE_OVER = 0.28, 0.72, 0.8
MAX_STRIKES = 400  # a page; with more lines through characters it is rows that are too narrow for their text
# A mark is at most this large beside its word, stands this near, and off the line by this much (shares of the word).
SMALLER, BESIDE, OFF_LINE = 0.82, 0.6, 0.14
# Digits nearer than this make one figure; their sizes then differ by no more than that (shares of the larger).
TOUCHING, UNLIKE = 0.3, 0.04
_DIGITS = frozenset("0123456789０１２３４５６７８９")
LONGEST_MARK = 6  # characters
MAX_AT_ONCE = 500_000  # pairs of characters
MAX_MARKS = 600  # pieces of another size than what is drawn before, a page
BASE_LINE = 0.2  # of a box's height, above its lower edge
_MARK = re.compile(r"[0-9０-９\[\]［］【】〔〕()（）*＊※†‡§#＃△▲①-⑳注a-zA-Z,，、-]+")


def struck(boxes: Floats, horizontal: Sequence[Segment], vertical: Sequence[Segment]) -> tuple[Flags, list[Segment]]:
    """Which characters (n × 4 boxes: x0, y0, x1, y1) a line strikes out, and the lines that strike none.

    Such a line is as long as what it strikes out and meets no upright rule: a row's rule under text too large for its
    row is neither."""
    out = np.zeros(len(boxes), dtype=bool)
    if not len(boxes) or not horizontal:
        return out, list(horizontal)
    height = boxes[:, 3] - boxes[:, 1]
    upper, lower = boxes[:, 1] + STRIKE_TOP * height, boxes[:, 1] + STRIKE_BOTTOM * height
    at = np.asarray([segment.at for segment in horizontal])
    # Lines at whose height some character has its middle: few, for rules run between the lines of text.
    near = np.searchsorted(np.sort(upper), at, side="right") - np.searchsorted(np.sort(lower), at, side="left")
    chosen = np.flatnonzero(near > 0).tolist()
    if not chosen or len(chosen) > MAX_STRIKES:
        return out, list(horizontal)
    centre = (boxes[:, 0] + boxes[:, 2]) / 2
    uprights = np.asarray([(s.at, s.start, s.end) for s in vertical]).reshape(-1, 3)
    used: set[int] = set()
    for n in chosen:
        line = horizontal[n]
        hit = (upper <= line.at) & (line.at <= lower) & (line.start <= centre) & (centre <= line.end)
        if not hit.any():
            continue
        over = STRIKE_OVER * float(height[hit].max())
        first, last = float(boxes[hit, 0].min()), float(boxes[hit, 2].max())
        if line.start < first - over or line.end > last + over or _meets(line, uprights):
            continue
        out |= hit
        used.add(n)
    return out, [segment for n, segment in enumerate(horizontal) if n not in used]


def _meets(line: Segment, uprights: Floats) -> bool:
    """Whether an upright rule begins, ends or crosses at one of its ends."""
    if not len(uprights):
        return False
    beside = (np.abs(uprights[:, 0] - line.start) < 1.0) | (np.abs(uprights[:, 0] - line.end) < 1.0)
    return bool((beside & (uprights[:, 1] - 1.0 <= line.at) & (line.at <= uprights[:, 2] + 1.0)).any())


def marks(texts: Sequence[str], boxes: Floats, vertical: Sequence[Segment]) -> tuple[Flags, Flags]:
    """Which characters are marks of notes, and which may be: small ones off the line beside a larger one, in the order of
    drawing. (Flags for each character.)"""
    sure, perhaps = np.zeros(len(texts), dtype=bool), np.zeros(len(texts), dtype=bool)
    if len(texts) < 2:
        return sure, perhaps
    height = boxes[:, 3] - boxes[:, 1]
    if float(height.min()) >= SMALLER * float(height.max()):
        return sure, perhaps
    breaks = (np.abs(np.diff(height)) > 0.05 * height[:-1]) | (np.abs(np.diff(boxes[:, 3])) > 0.5 * height[:-1])
    breaks |= np.diff(boxes[:, 0]) > 3 * height[:-1]
    starts = [0, *(np.flatnonzero(breaks) + 1).tolist(), len(texts)]
    uprights = np.asarray([(s.at, s.start, s.end) for s in vertical]).reshape(-1, 3)
    largest = SMALLER * float(height.max())
    pieces = [
        (a, b)
        for a, b in pairwise(starts)
        if b - a <= LONGEST_MARK and height[a] < largest and _MARK.fullmatch("".join(texts[a:b]))
    ]
    for a, b in _beside(boxes, height, pieces[:MAX_MARKS]):
        base = _base(boxes, height, a, b, uprights)
        if base is None:
            continue
        shift = abs((boxes[a, 3] - BASE_LINE * height[a]) - (boxes[base, 3] - BASE_LINE * height[base]))
        kept, confidence = settled([texts[base], "".join(texts[a:b])], [Ink.PLAIN, Ink.RAISED])
        if shift < OFF_LINE * height[base]:
            perhaps[a:b] = texts[base].isdigit() and texts[a].isdigit()
        elif kept == texts[base]:
            sure[a:b] = True
        else:
            perhaps[a:b] = confidence < 1.0
    return sure, perhaps


def uneven(texts: Sequence[str], boxes: Floats, marks: Flags) -> Flags:
    """Digits that touch another of another size or height, too near to it to be the mark of a note for sure: a 6 of 10
    points and a 1 of 9 may be 61, or 6 with a mark set on the line. ``marks`` are such for sure."""
    out = np.zeros(len(texts), dtype=bool)
    digits = np.asarray([n for n, text in enumerate(texts) if text in _DIGITS], dtype=np.int64)
    digits = digits[~marks[digits]]
    if len(digits) < 2:
        return out
    height = boxes[:, 3] - boxes[:, 1]
    base = boxes[:, 3] - BASE_LINE * height
    orders = [digits]  # as drawn
    if float(np.ptp(height[digits])) > UNLIKE * float(height[digits].max()):  # and from left to right
        row = np.round(base[digits] / max(float(np.median(height[digits])), 1e-6))
        orders.append(digits[np.lexsort((boxes[digits, 0], row))])
    for order in orders:
        a, b = order[:-1], order[1:]
        larger = np.maximum(height[a], height[b])
        gap = np.maximum(boxes[b, 0] - boxes[a, 2], boxes[a, 0] - boxes[b, 2])
        touching = (np.abs(gap) < TOUCHING * larger) & (np.abs(base[a] - base[b]) < larger / 2)
        unlike = (np.abs(height[a] - height[b]) > UNLIKE * larger) | (np.abs(base[a] - base[b]) > OFF_LINE * larger)
        out[a[touching & unlike]] = out[b[touching & unlike]] = True
    return out


def _beside(boxes: Floats, height: Floats, pieces: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The pieces that have a larger character at one of their sides, by the place of their first and last character."""
    out: list[tuple[int, int]] = []
    at_once = max(1, MAX_AT_ONCE // len(boxes))
    for start in range(0, len(pieces), at_once):
        chunk = pieces[start : start + at_once]
        first, last = np.asarray([a for a, _ in chunk]), np.asarray([b - 1 for _, b in chunk])
        larger = height * SMALLER > height[first][:, None]
        larger &= (boxes[:, 1] < boxes[first, 3][:, None]) & (boxes[first, 1][:, None] < boxes[:, 3])
        before, behind = boxes[first, 0][:, None] - boxes[:, 2], boxes[:, 0] - boxes[last, 2][:, None]
        larger &= ((before < BESIDE * height) & (before > -0.3 * height)) | (
            (behind < BESIDE * height) & (behind > -0.3 * height)
        )
        out.extend(piece for piece, found in zip(chunk, larger.any(axis=1).tolist(), strict=True) if found)
    return out


def _base(boxes: Floats, height: Floats, a: int, b: int, uprights: Floats) -> int | None:
    """The larger character that a small piece stands beside, no rule between them; the one before it first."""
    x0, x1 = float(boxes[a:b, 0].min()), float(boxes[a:b, 2].max())
    y0, y1 = float(boxes[a:b, 1].min()), float(boxes[a:b, 3].max())
    beside = (height * SMALLER > y1 - y0) & (boxes[:, 1] < y1) & (y0 < boxes[:, 3])
    before, behind = x0 - boxes[:, 2], boxes[:, 0] - x1
    for gap in (before, behind):
        found = np.flatnonzero(beside & (gap < BESIDE * height) & (gap > -0.3 * height))
        if len(found):
            base = int(found[np.argmin(np.abs(gap[found]))])
            left, right = sorted(((x0 + x1) / 2, float(boxes[base, 0] + boxes[base, 2]) / 2))
            middle = (y0 + y1) / 2
            between = (uprights[:, 0] > left) & (uprights[:, 0] < right)
            between &= (uprights[:, 1] <= middle) & (middle <= uprights[:, 2])
            if not between.any():
                return base
    return None
