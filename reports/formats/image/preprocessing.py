"""A scanned page made fit for reading: red seal taken out, background flattened, made straight, its ruling lines found.

Lengths are pixels of the picture unless said otherwise; ``scale`` is pixels a point (1/72 inch).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from reports.geometry.shapes import Segment

Grey = NDArray[np.uint8]
Floats = NDArray[np.float64]

PAPER = 235  # what the flattened background becomes; the room above keeps the noise of the paper even
INK = 184  # darker is ink
PAGE_WIDTH = 595.0  # points of an A4 page
RED = 28  # by so much red exceeds the other channels in seal ink
SEAL_PIXELS = 0.0002  # share of a page; less is a coloured speck
SMALL = 1200  # width at which a page's lines are measured
MAX_SKEW = 6.0  # degrees
FAINT_SCALE = 1.6  # pixels a point in which hair lines are looked for
FAINT = 16  # levels by which a hair line is darker than the paper beside it
# A page whose corners would move further is no page of lines: leave it as it is.
MAX_SHIFT = 0.12
# Recognised this high is reduced: the recogniser wants 48 pixels with margins, and more only costs time.
TALL_TEXT = 44


@dataclass(slots=True)
class Preprocessed:
    """A page ready to be read. ``flat`` has its paper at ``PAPER``; ``ink`` is 255 where there is ink, rules included;
    ``seal`` is 255 where red was taken out; ``noise`` is the deviation of the paper in levels."""

    flat: Grey
    ink: Grey
    seal: Grey | None
    scale: float
    noise: float


def prepared(picture: NDArray[np.uint8]) -> Preprocessed:
    """``picture`` is grey (h × w) or RGB (h × w × 3)."""
    grey, seal = without_seal(picture)
    matrix, size = _straightening(grey)
    if matrix is not None:
        grey = _warped(grey, matrix, size, int(np.median(grey[::16, ::16])))
        if seal is not None:
            seal = _warped(seal, matrix, size, 0)
    flat = flattened(grey)
    ink = np.asarray(cv2.threshold(cv2.blur(flat, (3, 3)), INK, 255, cv2.THRESH_BINARY_INV)[1], dtype=np.uint8)
    paper = flat[::3, ::3][ink[::3, ::3] == 0]
    noise = float(1.4826 * np.median(np.abs(paper.astype(np.float32) - PAPER))) if len(paper) else 0.0
    return Preprocessed(flat, ink, seal, flat.shape[1] / PAGE_WIDTH, noise)


def without_seal(picture: NDArray[np.uint8]) -> tuple[Grey, Grey | None]:
    """Grey with red ink taken out, and where it was: under a seal the red channel shows what is printed in black."""
    if picture.ndim == 2:
        return picture, None
    grey = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    red, green, blue = cv2.split(picture)
    excess = cv2.subtract(red, cv2.max(green, blue))
    mask = np.asarray(cv2.threshold(excess, RED, 255, cv2.THRESH_BINARY)[1], dtype=np.uint8)
    if cv2.countNonZero(mask) < SEAL_PIXELS * mask.size:
        return grey, None
    reach = max(3, round(7 * picture.shape[1] / 1654)) | 1
    mask = np.asarray(cv2.dilate(mask, np.ones((reach, reach), np.uint8)), dtype=np.uint8)
    under = np.asarray(red)[mask > 0]
    low, high = (float(v) for v in np.percentile(under, (0.5, 20)))
    paper = float(np.percentile(grey[::8, ::8], 80))
    table = np.clip((np.arange(256) - low) * paper / max(high - low, 1.0), 0, paper).astype(np.uint8)
    return np.where(mask > 0, cv2.LUT(red, table), grey).astype(np.uint8), mask


def flattened(grey: Grey) -> Grey:
    """Divided by its background, so that paper is ``PAPER`` everywhere."""
    height, width = grey.shape
    factor = min(1.0, 400 / min(height, width))
    small = cv2.resize(grey, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    background = cv2.medianBlur(small, 31 if min(small.shape) > 40 else 3)
    wide = cv2.resize(background, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.divide(grey, wide, scale=PAPER), dtype=np.uint8)


# ------------------------------------------------------------------------------------------------------------ straight


def _straightening(grey: Grey) -> tuple[Floats | None, tuple[int, int]]:
    """The matrix that makes the page straight, None if it is, and the size of the straight page."""
    height, width = grey.shape
    reduction = min(1.0, SMALL / width)
    small = np.asarray(cv2.resize(grey, None, fx=reduction, fy=reduction, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    ink = np.asarray(
        cv2.adaptiveThreshold(small, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 31, 20), dtype=np.uint8
    )
    shrink = _shrink(ink, reduction)
    size = (round(width * shrink), round(height * shrink))
    angle = skew(ink)
    centre = (small.shape[1] / 2, small.shape[0] / 2)
    turn = np.vstack([cv2.getRotationMatrix2D(centre, angle, 1.0), [0.0, 0.0, 1.0]])
    if abs(angle) > 0.05:
        ink = _warped(ink, turn, (small.shape[1], small.shape[0]), 0)
    else:
        turn = np.eye(3)
    perspective = _perspective(ink)
    matrix = perspective @ turn if perspective is not None else turn
    up, down = np.diag([1 / reduction, 1 / reduction, 1.0]), np.diag([reduction, reduction, 1.0])
    matrix = up @ matrix @ down
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float64)
    moved = _points(matrix, corners)
    shift = float(np.abs(moved - corners).max())
    if shift > MAX_SHIFT * max(width, height):
        matrix, shift = np.eye(3), 0.0
    if shift < 0.7 and shrink == 1.0:
        return None, size
    return np.diag([shrink, shrink, 1.0]) @ matrix, size


def _shrink(ink: Grey, reduction: float) -> float:
    """By how much to reduce a picture of very large type; judged by its text, since posters have wide margins."""
    heights = cv2.connectedComponentsWithStats(ink, connectivity=8)[2][1:, cv2.CC_STAT_HEIGHT]
    heights = heights[(heights >= 5) & (heights <= 120)]
    if len(heights) < 40:
        return 1.0
    tall = float(np.percentile(heights, 60)) / reduction
    return 30 / tall if tall > TALL_TEXT else 1.0


def skew(ink: Grey) -> float:
    """The angle in degrees by which to turn a page so that its lines lie level: the sharpest profile of its level
    strokes."""
    ys, xs = np.nonzero(cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, 12), np.uint8)))
    if len(ys) < 300:
        return 0.0
    if len(ys) > 24000:
        every = np.linspace(0, len(ys) - 1, 24000).astype(np.int64)
        ys, xs = ys[every], xs[every]
    ys, xs = ys.astype(np.float64), xs.astype(np.float64)
    reach = ink.shape[1] * 0.12

    def sharpness(angle: float) -> float:
        profile = np.bincount((ys - xs * np.tan(np.radians(angle)) + reach + 0.5).astype(np.int64).clip(0))
        return float(np.square(np.diff(profile)).sum())

    coarse = max(np.arange(-MAX_SKEW, MAX_SKEW + 0.01, 0.25), key=sharpness)
    return float(max(np.arange(coarse - 0.25, coarse + 0.26, 0.025), key=sharpness))


def _perspective(ink: Grey) -> Floats | None:
    """What squares the rules of a photographed page: level rules lean by where they stand, upright ones too."""
    height, width = ink.shape
    scale = width / PAGE_WIDTH
    level = _leanings(ink, round(50 * scale), across=True)
    upright = _leanings(ink, round(30 * scale), across=False)
    if level is None or upright is None:
        return None
    (y0, y1, a0, a1), (x0, x1, c0, c1) = level, upright
    # Four lines: y = at + slope * (x - middle), x = at + slope * (y - middle).
    middle_x, middle_y = width / 2, height / 2

    def crossing(y: float, a: float, x: float, c: float) -> tuple[float, float]:
        # The one line put into the other.
        x_ = (x + c * (y - a * middle_x - middle_y)) / (1 - a * c)
        return x_, y + a * (x_ - middle_x)

    corners = [crossing(y0, a0, x0, c0), crossing(y0, a0, x1, c1), crossing(y1, a1, x1, c1), crossing(y1, a1, x0, c0)]
    target = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    if max(abs(p - q) for a, b in zip(corners, target, strict=True) for p, q in zip(a, b, strict=True)) < 0.4:
        return None
    matrix = cv2.getPerspectiveTransform(np.array(corners, dtype=np.float32), np.array(target, dtype=np.float32))
    return np.asarray(matrix, dtype=np.float64)


def _leanings(ink: Grey, length: int, across: bool) -> tuple[float, float, float, float] | None:
    """Of the rules in one direction: the places of the first and the last, and their slopes by a straight fit."""
    thick = np.ones((3, 1) if across else (1, 3), np.uint8)
    kernel = np.ones((1, length // 2) if across else (length // 2, 1), np.uint8)
    runs = np.asarray(cv2.morphologyEx(cv2.dilate(ink, thick), cv2.MORPH_OPEN, kernel), dtype=np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(runs, connectivity=8)
    long = stats[:, cv2.CC_STAT_WIDTH if across else cv2.CC_STAT_HEIGHT] >= 2 * length
    long[0] = False
    if long.sum() < 3:
        return None
    ys, xs = np.nonzero(runs)
    ids = np.asarray(labels[ys, xs], dtype=np.intp)
    along: Floats = (xs if across else ys).astype(np.float64)
    at: Floats = (ys if across else xs).astype(np.float64)

    def total(values: Floats) -> Floats:
        return np.bincount(ids, values, minlength=count).astype(np.float64)

    n = np.maximum(total(np.ones_like(at)), 1)
    mean_along, mean_at = total(along) / n, total(at) / n
    spread = np.maximum(total(along * along) / n - mean_along**2, 1e-9)
    slope = (total(along * at) / n - mean_along * mean_at) / spread
    extent = stats[:, cv2.CC_STAT_WIDTH if across else cv2.CC_STAT_HEIGHT].astype(np.float64)
    middle = (ink.shape[1] if across else ink.shape[0]) / 2
    place = mean_at + slope * (middle - mean_along)
    keep = long & (np.abs(slope) < 0.12)
    if keep.sum() < 3:
        return None
    place, slope, weight = place[keep], slope[keep], extent[keep]
    # Slopes by place: a straight line, twice, without those that lie off it.
    for _ in range(2):
        if np.ptp(place) < 3 * length:
            fit = np.array([0.0, float(np.average(slope, weights=weight))])
        else:
            fit = np.polyfit(place, slope, 1, w=weight)
        off = np.abs(np.polyval(fit, place) - slope)
        near = off <= max(0.0015, 2.5 * float(np.median(off)))
        if near.all() or near.sum() < 3:
            break
        place, slope, weight = place[near], slope[near], weight[near]
    first, last = float(place.min()), float(place.max())
    if last - first < length:
        return None
    a, b = np.polyval(fit, [first, last])
    return first, last, float(a), float(b)


def _points(matrix: Floats, points: Floats) -> Floats:
    moved = np.concatenate([points, np.ones((len(points), 1))], axis=1) @ matrix.T
    return moved[:, :2] / moved[:, 2:]


def _warped(image: Grey, matrix: Floats, size: tuple[int, int], background: int) -> Grey:
    if abs(matrix[2, 0]) < 1e-12 and abs(matrix[2, 1]) < 1e-12:
        out = cv2.warpAffine(image, matrix[:2] / matrix[2, 2], size, flags=cv2.INTER_LINEAR, borderValue=(background,))
    else:
        out = cv2.warpPerspective(image, matrix, size, flags=cv2.INTER_LINEAR, borderValue=(background,))
    return np.asarray(out, dtype=np.uint8)


# --------------------------------------------------------------------------------------------------------------- rules


@dataclass(slots=True)
class Rules:
    """Ruling lines as segments, and their ink."""

    horizontal: list[Segment]
    vertical: list[Segment]
    level: Grey
    upright: Grey


def rules(ink: Grey, scale: float) -> Rules:
    """The ruling lines of a straight page, small gaps closed. A row may be 14 points high, type at most 12 in tables."""
    horizontal, level = _runs(ink, scale, 40 * scale, across=True)
    vertical, upright = _runs(ink, scale, 11.5 * scale, across=False)
    return Rules(horizontal, vertical, level, upright)


def faint_rules(image: Preprocessed, scale: float) -> Rules:
    """As ``rules``, of hair lines too pale to be ink: seen along their whole length they stand out from the paper on
    both sides of them. Type is whitened first: its strokes in a row look like pieces of rules.

    Looked for in a reduced picture, in which a hair line is still one pixel of its own."""
    part = min(1.0, FAINT_SCALE / scale)
    scale *= part
    flat, ink = image.flat, image.ink
    if part < 1:
        flat = np.asarray(cv2.resize(flat, None, fx=part, fy=part, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        ink = np.asarray(cv2.resize(ink, flat.shape[::-1], interpolation=cv2.INTER_AREA), dtype=np.uint8)
        ink = np.asarray(cv2.threshold(ink, 127, 255, cv2.THRESH_BINARY)[1], dtype=np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    thick = np.minimum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]) > max(2.0, 1.7 * scale)
    thick[0] = False
    type_ = cv2.dilate((thick * np.uint8(255))[labels], np.ones((3, 3), np.uint8))
    bare = np.where(type_ > 0, PAPER, flat).astype(np.uint8)

    def traced(across: bool) -> Grey:
        reach = max(3, round(10 * scale) | 1)
        along = cv2.blur(bare, (reach, 1) if across else (1, reach))
        # What the line would be without the rule: the darker of its two sides, some strokes of it away.
        size = 2 * max(2, round(1.6 * scale)) + 1
        line = np.ones((size, 1) if across else (1, size), np.uint8)
        dip = cv2.morphologyEx(along, cv2.MORPH_BLACKHAT, line)
        depth = max(FAINT, 6 * image.noise / reach**0.5)
        return np.asarray(cv2.threshold(dip, depth, 255, cv2.THRESH_BINARY)[1], dtype=np.uint8)

    def widened(mask: Grey) -> Grey:
        size = image.flat.shape[::-1]
        return np.asarray(cv2.resize(mask, size, interpolation=cv2.INTER_NEAREST), dtype=np.uint8)

    def placed(found: list[Segment]) -> list[Segment]:
        return [Segment(s.at / part, s.start / part, s.end / part) for s in found]

    horizontal, level = _runs(traced(True), scale, 40 * scale, across=True)
    # Smoothed, the stem of a character is as long as a row is high; a table's upright rules pass several rows.
    vertical, upright = _runs(traced(False), scale, 17 * scale, across=False)
    return Rules(placed(horizontal), placed(vertical), widened(level), widened(upright))


def _runs(ink: Grey, scale: float, length: float, across: bool) -> tuple[list[Segment], Grey]:
    def line(size: float) -> NDArray[np.uint8]:
        n = max(3, round(size))
        return np.ones((1, n) if across else (n, 1), np.uint8)

    thick = np.ones((3, 1) if across else (1, 3), np.uint8)
    # Only what is longer than a stroke of type may be joined over a gap, or words would run together into rules.
    pieces = cv2.morphologyEx(cv2.dilate(ink, thick), cv2.MORPH_OPEN, line(min(length, 11.5 * scale)))
    joined = cv2.morphologyEx(pieces, cv2.MORPH_CLOSE, line(8 * scale if across else 3 * scale))
    runs = np.asarray(cv2.morphologyEx(joined, cv2.MORPH_OPEN, line(length)), dtype=np.uint8)
    count, labels, stats, centres = cv2.connectedComponentsWithStats(runs, connectivity=8)
    out = []
    thin = np.zeros(count, dtype=bool)
    for n in range(1, count):
        x, y, width, height, area = stats[n].tolist()
        extent = width if across else height
        # Mean thickness: a bent or leaning rule has a tall box and is thin all the same.
        if area / extent > 3.5 * scale + 2 or extent < length:
            continue
        thin[n] = True
        if across:
            out.append(Segment(float(centres[n][1]), float(x), float(x + width)))
        else:
            out.append(Segment(float(centres[n][0]), float(y), float(y + height)))
    mask = np.asarray(thin[labels] * np.uint8(255), dtype=np.uint8)
    return out, mask
