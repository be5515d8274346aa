"""Pictures of pages: PNG, JPEG, TIFF, BMP, GIF, and the pages of scanned PDF.

A page is cleaned (seal, ground, skew), its ruling lines give the lattice, each box is cut into printed lines that the
recogniser reads; the lines outside tables become paragraphs. What is doubtful stays below 0.9: a page below par makes
all its cells unsure, and so do seal ink in a box and a box that only seems blank.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageSequence, UnidentifiedImageError

from reports.blocks import At, Block, Blocks, Grid, GridCell, Paragraph, Unreadable
from reports.formats import ocr
from reports.formats.lattice import Lattice, Segment, tables

MAX_PIXELS = 60_000_000
MAX_PAGES = 60
SMALLEST = 200  # pixels: below it is an icon
PAGE_WIDTH = 595.0  # points of an A4 page: gives the scale where a picture does not state it
INK = 200  # of 255, after the ground is flattened
FAINT = 232  # a softer threshold: what is darker than this is perhaps ink
RED = 28  # by so much red exceeds the other channels in seal ink
# Points to pixels below this (about 140 dpi) lose decimal points and faint noughts: nothing on such a page is sure.
FINE_ENOUGH = 1.95
UNSURE = 0.85

Grey = NDArray[np.uint8]


@dataclass(slots=True)
class _Page:
    grey: Grey
    ink: Grey  # 255 where there is ink
    faint: Grey
    seal: Grey
    scale: float  # pixels a point


@dataclass(slots=True)
class _Wanted:
    """A line to recognise and the cell or paragraph it belongs to."""

    crop: Grey
    owner: int


@dataclass(slots=True)
class _BoxText:
    text: str = ""
    confidence: float = 1.0
    lines: list[str] = field(default_factory=list)


def blocks(data: bytes) -> Blocks:
    """The pages of a picture file in order. Raises Unreadable: damaged, too large, too small to hold text."""
    try:
        with Pillow.open(io.BytesIO(data)) as image:
            width, height = image.size
            if width * height > MAX_PIXELS:
                raise Unreadable(f"the picture has {width} x {height} points, more than can be read", "pixels")
            if min(width, height) < SMALLEST:
                raise Unreadable(f"the picture has only {width} x {height} points: no page of a report")
            out = Blocks("image-ocr")
            for number, frame in enumerate(ImageSequence.Iterator(image), 1):
                if number > MAX_PAGES:
                    raise Unreadable(f"the file holds more than {MAX_PAGES} pictures", "pages")
                out.blocks += _page_blocks(np.asarray(frame.convert("RGB"), dtype=np.uint8), number)
    except Unreadable:
        raise
    except Pillow.DecompressionBombError:
        raise Unreadable(
            "the picture has more points than can be read: ask for it at 200 to 300 dpi", "pixels"
        ) from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise Unreadable(f"the picture is damaged ({type(error).__name__}): fetch it again") from None
    return out


# ------------------------------------------------------------------ cleaning


def _page_blocks(rgb: NDArray[np.uint8], number: int) -> list[Block]:
    page = _cleaned(rgb)
    lattices = _lattices(page)
    found: list[tuple[float, Block]] = []
    covered = np.zeros(page.ink.shape, dtype=bool)
    for lattice in lattices:
        grid = _grid(page, lattice, number)
        if grid is not None:
            x0, y0, x1, y1 = (round(v) for v in lattice.bbox)
            covered[max(0, y0 - 3) : y1 + 4, max(0, x0 - 3) : x1 + 4] = True
            found.append((lattice.bbox[1], grid))
    found += _paragraphs(page, covered, number)
    found.sort(key=lambda item: item[0])
    return [block for _, block in found]


def _cleaned(rgb: NDArray[np.uint8]) -> _Page:
    grey, seal = _without_seal(rgb)
    small = cv2.resize(grey, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    ground = cv2.resize(cv2.medianBlur(small, 31 if min(small.shape) > 40 else 3), (grey.shape[1], grey.shape[0]))
    flat = np.clip(grey.astype(np.float32) * 255.0 / np.maximum(ground, 1), 0, 255).astype(np.uint8)
    angle = _skew(flat)
    if abs(angle) > 0.02:
        flat, seal = _turned(flat, angle, 255), _turned(seal, angle, 0)
    soft = cv2.GaussianBlur(flat, (3, 3), 0)
    ink = np.asarray((soft < INK) * 255, dtype=np.uint8)
    faint = np.asarray((soft < FAINT) * 255, dtype=np.uint8)
    return _Page(flat, ink, faint, seal, flat.shape[1] / PAGE_WIDTH)


def _without_seal(rgb: NDArray[np.uint8]) -> tuple[Grey, Grey]:
    """Grey with red seal ink taken out: under the seal the red channel shows what is printed in black."""
    red = rgb[:, :, 0]
    others = np.maximum(rgb[:, :, 1], rgb[:, :, 2])
    grey = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    mask = np.asarray((red.astype(np.int16) - others.astype(np.int16) > RED) * 255, dtype=np.uint8)
    if cv2.countNonZero(mask) < 50:
        return grey, np.zeros_like(grey)
    mask = np.asarray(cv2.dilate(mask, np.ones((7, 7), np.uint8)), dtype=np.uint8)
    under = red[mask > 0]
    low, high = np.percentile(under, (0.5, 20))
    stretched = np.clip((red.astype(np.float32) - low) * 255.0 / max(high - low, 1.0), 0, 255).astype(np.uint8)
    return np.where(mask > 0, stretched, grey).astype(np.uint8), mask


def _skew(flat: Grey) -> float:
    """The angle in degrees by which the page leans, from its long horizontal runs."""
    scale = 1000 / flat.shape[1]
    small = cv2.resize(flat, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    runs = cv2.morphologyEx(np.asarray((small < 190) * 255, dtype=np.uint8), cv2.MORPH_OPEN, np.ones((1, 25), np.uint8))
    if cv2.countNonZero(runs) < 200:
        return 0.0

    def sharpness(angle: float) -> float:
        profile = _turned(np.asarray(runs, dtype=np.uint8), angle, 0).sum(axis=1, dtype=np.float64)
        return float(np.square(np.diff(profile)).sum())

    coarse = max(np.arange(-3.0, 3.01, 0.2), key=sharpness)
    return float(max(np.arange(coarse - 0.2, coarse + 0.21, 0.04), key=sharpness))


def _turned(image: Grey, angle: float, ground: int) -> Grey:
    height, width = image.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    return np.asarray(
        cv2.warpAffine(image, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=(ground,)), dtype=np.uint8
    )


# ------------------------------------------------------------------ tables


def _lattices(page: _Page) -> list[Lattice]:
    s = page.scale
    horizontal = _rules(page.ink, max(20, round(40 * s)), across=True)
    vertical = _rules(page.ink, max(12, round(11 * s)), across=False)
    return [lattice for lattice in tables(horizontal, vertical, 2.0 * s) if len(lattice.boxes) >= 2]


def _rules(ink: Grey, length: int, across: bool) -> list[Segment]:
    """Ruling lines: runs of ink at least ``length`` long, small gaps closed."""
    gap = np.ones((1, 5) if across else (5, 1), np.uint8)
    thick = np.ones((3, 1) if across else (1, 3), np.uint8)
    closed = cv2.morphologyEx(cv2.dilate(ink, thick), cv2.MORPH_CLOSE, gap)
    runs = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((1, length) if across else (length, 1), np.uint8))
    out = []
    count, _, stats, _ = cv2.connectedComponentsWithStats(np.asarray(runs, dtype=np.uint8), connectivity=8)
    for x, y, width, height, _ in stats[1:count].tolist():
        if across and width >= 3 * height:
            out.append(Segment(y + height / 2, float(x), float(x + width)))
        elif not across and height >= 2 * width:
            out.append(Segment(x + width / 2, float(y), float(y + height)))
    return out


def _grid(page: _Page, lattice: Lattice, number: int) -> Grid | None:
    s = page.scale
    fine = s >= FINE_ENOUGH
    texts = [_BoxText() for _ in lattice.boxes]
    wanted: list[_Wanted] = []
    for index, box in enumerate(lattice.boxes):
        lines, faint = _box_lines(page, box.bbox)
        if not lines:
            # Blank has to be shown: nothing even faint in the box.
            texts[index].confidence = UNSURE if faint or not fine else 0.95
        if _sealed(page, box.bbox):
            texts[index].confidence = min(texts[index].confidence, UNSURE)
        wanted += [_Wanted(line, index) for line in lines]
    for item, said in zip(wanted, ocr.read([w.crop for w in wanted]), strict=True):
        text = texts[item.owner]
        text.lines.append(_cleaned_text(said.text))
        sure = said.confidence if said.text else 0.3
        text.confidence = min(text.confidence, sure if fine else min(sure, UNSURE))
    rows = []
    for boxes in lattice.rows():
        row = []
        for box in boxes:
            text = texts[lattice.boxes.index(box)]
            x0, y0, x1, y1 = box.bbox
            row.append(
                GridCell(
                    "".join(text.lines),
                    At(number, (x0 / s, y0 / s, x1 / s, y1 / s)),
                    column=box.column,
                    span=box.column_span,
                    confidence=text.confidence,
                )
            )
        rows.append(tuple(row))
    if not wanted:
        return None
    x0, y0, x1, y1 = lattice.bbox
    return Grid(tuple(rows), At(number, (x0 / s, y0 / s, x1 / s, y1 / s)))


_FIGURE = re.compile(r"[\dOoQ〇○一ー\-—,，.．]+")


def _cleaned_text(text: str) -> str:
    """Letters that stand for noughts in a box of digits; a lone stroke is a dash."""
    if _FIGURE.fullmatch(text) and any(char.isdigit() for char in text):
        return text.replace("O", "0").replace("o", "0").replace("Q", "0").replace("〇", "0").replace("○", "0")
    return {"O": "0", "o": "0", "〇": "0", "○": "0", "口": "0", "一": "-", "ー": "-"}.get(text, text)


def _sealed(page: _Page, bbox: tuple[float, float, float, float]) -> bool:
    x0, y0, x1, y1 = (round(v) for v in bbox)
    return bool(page.seal[y0:y1, x0:x1].any())


def _box_lines(page: _Page, bbox: tuple[float, float, float, float]) -> tuple[list[Grey], bool]:
    """The printed lines of a box as crops without rules; whether anything faint stands in it."""
    inset = max(2, round(1.2 * page.scale))
    x0, y0, x1, y1 = (round(v) for v in bbox)
    x0, y0, x1, y1 = x0 + inset, y0 + inset, x1 - inset, y1 - inset
    if x1 - x0 < 4 or y1 - y0 < 4:
        return [], False
    ink = _without_rules(page.ink[y0:y1, x0:x1], page.scale)
    grey = page.grey[y0:y1, x0:x1]
    if not ink.any():
        faint = _without_rules(page.faint[y0:y1, x0:x1], page.scale)
        return [], int(cv2.countNonZero(faint)) > 2 * page.scale**2
    return _lines(ink, grey, page.scale), False


def _without_rules(ink: Grey, scale: float) -> Grey:
    """Drop what touches the edge of a box and is thin (a rest of its rules), and dust."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    kept = np.zeros_like(ink)
    height, width = ink.shape
    for index in range(1, count):
        x, y, w, h, area = stats[index].tolist()
        edge = x == 0 or y == 0 or x + w == width or y + h == height
        if edge and (min(w, h) <= 2 * scale or max(w, h) > 0.8 * max(width, height)):
            continue
        if area < max(3, 0.25 * scale**2):
            continue
        kept[labels == index] = 255
    return kept


def _lines(ink: Grey, grey: Grey, scale: float) -> list[Grey]:
    """Cut by the rows' profile, and each line to its ink; what is not ink of the text is erased."""
    rows = np.flatnonzero(ink.any(axis=1))
    out: list[Grey] = []
    if not len(rows):
        return out
    breaks = np.flatnonzero(np.diff(rows) > max(1, round(0.8 * scale)))
    starts = [int(rows[0]), *(int(rows[i + 1]) for i in breaks)]
    ends = [*(int(rows[i]) for i in breaks), int(rows[-1])]
    spans = _rejoined(list(zip(starts, ends, strict=True)), scale)
    around = cv2.dilate(ink, np.ones((3, 3), np.uint8))
    for top, bottom in spans:
        columns = np.flatnonzero(ink[top : bottom + 1].any(axis=0))
        left, right = int(columns[0]), int(columns[-1])
        part = grey[top : bottom + 1, left : right + 1]
        mask = around[top : bottom + 1, left : right + 1] > 0
        out.append(np.where(mask, part, 255).astype(np.uint8))
    return out


def _rejoined(spans: list[tuple[int, int]], scale: float) -> list[tuple[int, int]]:
    """Strokes that lie apart in one line (the dots of 三, a dash over a figure) belong to their neighbour."""
    out: list[tuple[int, int]] = []
    for top, bottom in spans:
        low = bottom - top < 4.5 * scale
        if out and top - out[-1][1] <= 2.2 * scale and (low or out[-1][1] - out[-1][0] < 4.5 * scale):
            out[-1] = (out[-1][0], bottom)
        else:
            out.append((top, bottom))
    return out


# ------------------------------------------------------------------ text outside tables


def _paragraphs(page: _Page, covered: NDArray[np.bool_], number: int) -> list[tuple[float, Block]]:
    """The printed lines outside tables: reports are one column, so the rows' profile tells them."""
    ink = np.where(covered, 0, page.ink).astype(np.uint8)
    s = page.scale
    ink = _without_long_rules(ink, s)
    dense = ink.sum(axis=1, dtype=np.int64) // 255 > 1
    rows = np.flatnonzero(dense)
    if not len(rows):
        return []
    breaks = np.flatnonzero(np.diff(rows) > max(1, round(0.6 * s)))
    starts = [int(rows[0]), *(int(rows[i + 1]) for i in breaks)]
    ends = [*(int(rows[i]) for i in breaks), int(rows[-1])]
    spans = [
        (top, bottom)
        for top, bottom in _rejoined(list(zip(starts, ends, strict=True)), s)
        if 4 * s <= bottom - top <= 60 * s
    ]
    crops, places = [], []
    for top, bottom in spans:
        columns = np.flatnonzero(ink[top : bottom + 1].any(axis=0))
        left, right = int(columns[0]), int(columns[-1])
        crops.append(page.grey[top : bottom + 1, left : right + 1].copy())
        places.append((left, top, right, bottom))
    out: list[tuple[float, Block]] = []
    for (left, top, right, bottom), said in zip(places, ocr.read(crops), strict=True):
        if said.text.strip():
            at = At(number, (left / s, top / s, right / s, bottom / s))
            out.append((float(top), Paragraph(said.text.strip(), at, joins=True, confidence=said.confidence)))
    return out


def _without_long_rules(ink: Grey, scale: float) -> Grey:
    runs = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, round(60 * scale)), np.uint8))
    return np.asarray(cv2.subtract(ink, cv2.dilate(runs, np.ones((3, 3), np.uint8))), dtype=np.uint8)
