"""Pictures of pages: PNG, JPEG, TIFF, BMP, GIF, and the pages of scanned PDF.

A page is made straight, its ruling lines give the lattice, the ink in each box is cut into printed lines and those are
recognised. Nothing doubtful is called sure: each box is judged by its own ink, and a page that is too coarse or too
blurred for its digits has none of its cells sure.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import takewhile

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from reports.blocks import Blocks, PageLayout, Unreadable
from reports.formats.image import preprocessing
from reports.formats.image.characters import text_lines
from reports.formats.image.judging import grid_of, judge
from reports.formats.image.lines import box_lines, free_lines, look_beside, recognise
from reports.formats.image.model import Components, InkLine, Ints, ScannedPage
from reports.formats.image.preprocessing import PAPER, Grey
from reports.geometry.lattice import Box as LatticeBox
from reports.geometry.lattice import Lattice, tables

MAX_PIXELS = 60_000_000  # a bound on the memory: A3 at 400 dpi has 31 million
MAX_PAGES = 60  # a bound on the time: no annual report is that long
SMALLEST = 60  # pixels; below it is an icon or a rule
TOLERANCE = 2.0  # points: two rules nearer than this are one
LAYOUT_BOXES = 8  # a table of the form has more
FEW_BOXES = 80  # with fewer a page of tables may have lost its rules
LOST_RULES = 1.5  # by so much hair lines must give more boxes than dark lines to be the table's rules
LAYOUT_LINES = 7  # of text in one box: no cell of the form holds so many
FIGURES_A_ROW = 3  # the smallest table of the form, 二, has rows of up to three


def blocks(data: bytes, first: int = 1) -> Blocks:
    """The pages of a picture file in order. ``first`` is the number of its first page in
    the document that holds it.

    Raises Unreadable: damaged, more than 60 megapixels or 60 pages, or too small to hold text."""
    out = Blocks("image-ocr")
    for number, picture in enumerate(images(data), first):
        page, warnings = page_layout(picture, number)
        out.layouts.append(page)
        out.warnings += warnings
    return out


def images(data: bytes) -> Iterator[NDArray[np.uint8]]:
    """The pictures of a file, grey or RGB, upright, one at a time."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            # A moving picture is one page shown in steps; only TIFF holds pages.
            count = getattr(image, "n_frames", 1) if image.format == "TIFF" else 1
            if count > MAX_PAGES:
                raise Unreadable(
                    f"the file holds {count} pictures, more than {MAX_PAGES}: no annual report is that long", "pages"
                )
            for index in range(count):
                image.seek(index)
                width, height = image.size
                if width * height > MAX_PIXELS:
                    raise Unreadable(
                        f"the picture has {width} x {height} pixels, more than {MAX_PIXELS // 1_000_000} million: "
                        "ask for it at 300 dpi",
                        "pixels",
                    )
                if min(width, height) >= SMALLEST:
                    yield _plain(image)
                elif count == 1:
                    raise Unreadable(f"the picture has only {width} x {height} pixels; no report can be read in it")
    except Image.DecompressionBombError:
        raise Unreadable("the picture has more pixels than can be read: ask for it at 300 dpi", "pixels") from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, KeyError, IndexError) as error:
        # Pillow's decoders raise these, and nothing narrower, on damaged files.
        raise Unreadable(f"the picture is damaged ({type(error).__name__}): fetch it again") from None


def _plain(image: Image.Image) -> NDArray[np.uint8]:
    upright = ImageOps.exif_transpose(image)
    if upright.mode in ("1", "L"):
        return np.asarray(upright.convert("L"), dtype=np.uint8)
    if upright.mode in ("LA", "PA", "RGBA", "La", "RGBa") or "transparency" in upright.info:
        upright = upright.convert("RGBA")
        paper = Image.new("RGBA", upright.size, (255, 255, 255, 255))
        upright = Image.alpha_composite(paper, upright)
    if upright.mode.startswith("I") or upright.mode == "F":
        levels = np.asarray(upright, dtype=np.float64)
        top = 65535.0 if levels.max(initial=0.0) > 255 else 255.0
        return np.asarray((levels * (255.0 / top)).clip(0, 255), dtype=np.uint8)
    return np.asarray(upright.convert("RGB"), dtype=np.uint8)


def page_layout(picture: NDArray[np.uint8], number: int = 1) -> tuple[PageLayout, list[str]]:
    """The ruled tables and the lines of one page (grey or RGB), and warnings."""
    page, lattices = _opened(picture, number)
    owner, first = _owners(page, lattices)
    inside: dict[tuple[int, int], list[InkLine]] = {}
    order = np.argsort(owner, kind="stable")
    starts = np.searchsorted(owner[order], np.arange(-1, first[-1] + 1))
    groups = {n - 1: order[starts[n] : starts[n + 1]] for n in range(len(starts) - 1)}
    free = [groups.get(-1, np.empty(0, dtype=np.int64))]
    kept: list[tuple[int, Lattice]] = []
    for offset, lattice in zip(first, lattices, strict=False):
        own = {
            offset + n: box_lines(page, groups.get(offset + n, free[0][:0]), box.bbox)
            for n, box in enumerate(lattice.boxes)
        }
        if not any(own.values()) or _is_layout(lattice, list(own.values())):
            free += [groups.get(key, free[0][:0]) for key in own]
            continue
        whole, lines_of = _parted(lattice, [own[offset + n] for n in range(len(lattice.boxes))])
        inside.update({(offset, n): lines for n, lines in enumerate(lines_of)})
        kept.append((offset, whole))
    outside = free_lines(page, np.concatenate(free))
    lines = [line for group in inside.values() for line in group] + [part for row in outside for part in row]
    recognise(page, lines)
    boxes = {(offset, n): box.bbox for offset, lattice in kept for n, box in enumerate(lattice.boxes)}
    look_beside(page, [(boxes[key], own[0]) for key, own in inside.items() if len(own) == 1])
    judge(page, inside)
    grids = [grid_of(page, lattice, [inside[offset, n] for n in range(len(lattice.boxes))]) for offset, lattice in kept]
    warnings = []
    if page.below_par and kept:
        warnings.append(f"page {number}: the picture is too coarse or blurred; none of its figures is sure")
    return PageLayout(page.number, tuple(grids), tuple(text_lines(page, outside)), recognised=True), warnings


def _opened(picture: NDArray[np.uint8], number: int) -> tuple[ScannedPage, list[Lattice]]:
    made = preprocessing.prepared(picture)
    em = _em(made.ink)
    scale = em / 8.5 if em else made.scale  # type of 9 to 10 points is 8.5 points high
    rules = preprocessing.rules(made.ink, scale)
    lattices = tables(rules.horizontal, rules.vertical, TOLERANCE * scale)
    pale = False
    if em and _boxes(lattices) < FEW_BOXES:
        fine = preprocessing.faint_rules(made, scale)
        fines = tables(fine.horizontal, fine.vertical, TOLERANCE * scale)
        if _boxes(fines) > LOST_RULES * _boxes(lattices) + LAYOUT_BOXES:
            rules, lattices, pale = fine, fines, True
    # Upright strokes of a title are as long as a row is high; only within tables are they rules.
    within = np.zeros_like(rules.upright)
    margin = round(3 * scale)
    for lattice in lattices:
        x0, y0, x1, y1 = (round(v) for v in lattice.bbox)
        around = np.s_[max(0, y0 - margin) : y1 + margin, max(0, x0 - margin) : x1 + margin]
        within[around] = rules.upright[around]
    mask = np.asarray(cv2.bitwise_or(rules.level, within), dtype=np.uint8)
    text = cv2.subtract(made.ink, mask)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(text, connectivity=8, ltype=cv2.CV_32S)
    x, y, w, h, area = (stats[:, n].astype(np.int64) for n in range(5))
    components = Components(np.stack([x, y, x + w, y + h], axis=1), area, np.asarray(labels, dtype=np.int32))
    components.boxes[0] = 0
    size = max(3, round(1.1 * scale) | 1)
    soft = np.asarray(cv2.blur(made.flat, (size, size)), dtype=np.uint8)
    paper = soft[::5, ::5][cv2.dilate(made.ink, np.ones((2 * size + 1,) * 2, np.uint8))[::5, ::5] == 0]
    level = float(np.median(paper)) if len(paper) else float(PAPER)
    spread = float(1.4826 * np.median(np.abs(paper.astype(np.float32) - level))) if len(paper) else 0.0
    page = ScannedPage(
        number, made, components, mask, em or 8.5 * scale, pale, soft, level - max(9.0, 5 * max(spread, 0.8)), size
    )
    page.clean = np.where(mask > 0, PAPER, made.flat).astype(np.uint8)
    return page, lattices


def _boxes(lattices: Sequence[Lattice]) -> int:
    return sum(len(lattice.boxes) for lattice in lattices)


def _em(ink: Grey) -> float:
    """The height of a Chinese character: of what is as high as a character may be, the upper part."""
    stats = cv2.connectedComponentsWithStats(ink, connectivity=8)[2][1:]
    width, height = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    height = height[(height >= 6) & (height <= 90) & (width <= 4 * height) & (width * 6 >= height)]
    return float(np.percentile(height, 75)) * 1.08 if len(height) >= 30 else 0.0


def _owners(page: ScannedPage, lattices: Sequence[Lattice]) -> tuple[Ints, list[int]]:
    """For each component the box it stands in, numbered through all lattices; -1 outside, -2 for the background; and the
    first number of each lattice, with the number of all boxes behind."""
    boxes = page.components.boxes
    owner: Ints = np.full(len(boxes), -1, dtype=np.int64)
    area = np.full(len(boxes), np.inf)
    cx, cy = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    first = [0]
    for lattice in lattices:
        cells = np.full((len(lattice.ys) + 1, len(lattice.xs) + 1), -1, dtype=np.int64)
        for n, box in enumerate(lattice.boxes):
            cells[box.row + 1 : box.row + 1 + box.row_span, box.column + 1 : box.column + 1 + box.column_span] = (
                first[-1] + n
            )
        first.append(first[-1] + len(lattice.boxes))
        own = cells[np.searchsorted(lattice.ys, cy, side="right"), np.searchsorted(lattice.xs, cx, side="right")]
        x0, y0, x1, y1 = lattice.bbox
        size = (x1 - x0) * (y1 - y0)
        take = (own >= 0) & (size < area)
        owner[take], area[take] = own[take], size
    owner[0] = -2
    return owner, first


def _is_layout(lattice: Lattice, own: Sequence[Sequence[InkLine]]) -> bool:
    """Few boxes around prose are a frame, no table."""
    return len(lattice.boxes) <= LAYOUT_BOXES and any(len(lines) > LAYOUT_LINES for lines in own)


def _parted(lattice: Lattice, own: Sequence[list[InkLine]]) -> tuple[Lattice, list[list[InkLine]]]:
    """Labels that stand before several rows of figures are parted: a row of figures has a label of its own, so the rule
    between them was too faint. Rows of figures are those with at least three boxes one row high up to the right side."""
    starts: dict[int, int] = {}
    for row in range(len(lattice.ys) - 1):
        across = [box for box in lattice.boxes if box.row <= row < box.row + box.row_span]
        across.sort(key=lambda box: -box.column)
        run = list(takewhile(lambda box: box.row_span == 1, across))
        if len(run) >= FIGURES_A_ROW:
            starts[row] = run[-1].column
    boxes: list[tuple[LatticeBox, list[InkLine]]] = []
    for box, lines in zip(lattice.boxes, own, strict=True):
        rows = range(box.row, box.row + box.row_span)
        if box.row_span == 1 or any(starts.get(row) != box.column + box.column_span for row in rows):
            boxes.append((box, lines))
            continue
        x0, _, x1, _ = box.bbox
        for row in rows:
            top, bottom = lattice.ys[row], lattice.ys[row + 1]
            mine = [line for line in lines if top <= (line.box[1] + line.box[3]) / 2 < bottom]
            boxes.append((LatticeBox(row, box.column, 1, box.column_span, (x0, top, x1, bottom)), mine))
    boxes.sort(key=lambda entry: (entry[0].row, entry[0].column))
    return replace(lattice, boxes=tuple(box for box, _ in boxes)), [lines for _, lines in boxes]
