"""Pictures of pages: PNG, JPEG, TIFF, BMP, GIF, and the pages of scanned PDF.

A page is made straight, its ruling lines give the lattice, the ink in each box is cut into printed lines and those are
recognised. Nothing doubtful is called sure: each box is judged by its own ink, and a page that is too coarse or too
blurred for its digits has none of its cells sure.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise, takewhile

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from reports.blocks import At, Block, Blocks, Box, Grid, GridCell, Paragraph, Unreadable
from reports.formats import ground, ocr
from reports.formats.ground import PAPER, Grey, Ground
from reports.geometry.lattice import Box as LatticeBox
from reports.geometry.lattice import Lattice, tables
from reports.geometry.lines import TextLine
from reports.tables import page_breaks
from reports.tables.borderless.page import free_blocks

MAX_PIXELS = 60_000_000
MAX_PAGES = 60
SMALLEST = 60  # pixels; below it is an icon or a rule

UNSURE = 0.85
ILLEGIBLE = 0.3
UNRULED = 0.8  # columns were inferred, and nothing on the page confirms them
TOLERANCE = 2.0  # points: two rules nearer than this are one

# Of the height of a Chinese character of the tables:
DUST = 0.2  # smaller in both directions: a dot or dust
STROKE = 0.3  # lower: a dash or a stroke of a character
NEW_LINE = 1.75  # taller: two lines that touch
WORD_GAP = 1.3  # wider: two columns

# Below par is a page whose digits are lower than this (pixels of the picture as it came) or paler (share of the paper's
# level). From generated scans (make bench, by resolution).
MIN_DIGIT = 9.0
MIN_CONTRAST = 0.5
LAYOUT_BOXES = 8
FEW_BOXES = 80  # with fewer a page of tables may have lost its rules
LOST_RULES = 1.5  # by so much hair lines must give more boxes than dark lines to be the table's rules
LAYOUT_LINES = 7
FIGURES_A_ROW = 3
SLASH = 0.12  # a lone 1 that leans more may be a slash; an upright 1 leans less than 0.09, a slash more than 0.18
SURELY_SLASH = 0.16
LEGIBLE_SLASH = 10  # pixels of height: of a lower stroke nobody can say how it leans
SET_WIDE = (
    1.25  # in heights of a character: as far apart stand the middles of full-width digits, further those of two figures
)

_FIGURE = re.compile(r"[-+—]?[\d.,，．]*\d[\d.,，．]*")
_LETTERS = str.maketrans({"O": "0", "o": "0", "〇": "0", "○": "0", "D": "0", "l": "1", "I": "1", "|": "1"})
_DASHES = frozenset("一-—–ー―_－~")
_SLASHES = frozenset("/／一1|lI丿")

Ints = NDArray[np.int64]


def blocks(data: bytes, first: int = 1) -> Blocks:
    """The pages of a picture file in order, rows cut by a page end joined. ``first`` is the number of its first page in
    the document that holds it.

    Raises Unreadable: damaged, more than 60 megapixels or 60 pages, or too small to hold text."""
    out = Blocks("image-ocr")
    pages: list[list[Block]] = []
    for number, picture in enumerate(frames(data), first):
        page, warnings = page_blocks(picture, number)
        pages.append(page)
        out.warnings += warnings
    out.blocks = page_breaks.joined(pages)
    return out


def frames(data: bytes) -> Iterator[NDArray[np.uint8]]:
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


# ------------------------------------------------------------------------------------------------------------ one page


@dataclass(slots=True)
class _Line:
    """A printed line: which components make it, its rectangle in pixels, and what was read."""

    parts: Ints
    box: tuple[int, int, int, int]
    said: ocr.Text = ocr.NOTHING


@dataclass(slots=True)
class _Marks:
    """The pieces of ink of a page that are no rules: n × 4 rectangles (x0, y0, x1, y1) and their areas."""

    boxes: Ints
    areas: Ints
    labels: NDArray[np.int32]


@dataclass(slots=True)
class _Page:
    number: int
    ground: Ground
    marks: _Marks
    mask: Grey  # the ink of the rules
    em: float  # height of a Chinese character of the tables, pixels
    pale: bool  # the rules are hair lines, guessed rather than seen
    soft: Grey  # smoothed over a stroke's width: what is darker than ``soft_ink`` there is no noise
    soft_ink: float
    soft_size: int  # pixels over which ``soft`` is smoothed
    below_par: bool = False
    clean: Grey = field(default_factory=lambda: np.empty((0, 0), dtype=np.uint8))


def page_blocks(picture: NDArray[np.uint8], number: int = 1) -> tuple[list[Block], list[str]]:
    """Paragraphs and grids of one page (grey or RGB) from top to bottom, and warnings."""
    page, lattices = _opened(picture, number)
    owner, first = _owners(page, lattices)
    inside: dict[tuple[int, int], list[_Line]] = {}
    order = np.argsort(owner, kind="stable")
    starts = np.searchsorted(owner[order], np.arange(-1, first[-1] + 1))
    groups = {n - 1: order[starts[n] : starts[n + 1]] for n in range(len(starts) - 1)}
    free = [groups.get(-1, np.empty(0, dtype=np.int64))]
    kept: list[tuple[int, Lattice]] = []
    for offset, lattice in zip(first, lattices, strict=False):
        own = {
            offset + n: _box_lines(page, groups.get(offset + n, free[0][:0]), box.bbox)
            for n, box in enumerate(lattice.boxes)
        }
        if not any(own.values()) or _is_layout(lattice, list(own.values())):
            free += [groups.get(key, free[0][:0]) for key in own]
            continue
        whole, lines_of = _parted(lattice, [own[offset + n] for n in range(len(lattice.boxes))])
        inside.update({(offset, n): lines for n, lines in enumerate(lines_of)})
        kept.append((offset, whole))
    outside = _free_lines(page, np.concatenate(free))
    lines = [line for group in inside.values() for line in group] + [part for row in outside for part in row]
    _recognise(page, lines)
    boxes = {(offset, n): box.bbox for offset, lattice in kept for n, box in enumerate(lattice.boxes)}
    _look_beside(page, [(boxes[key], own[0]) for key, own in inside.items() if len(own) == 1])
    _judge(page, inside)
    placed: list[tuple[float, Block]] = []
    for offset, lattice in kept:
        placed.append((lattice.ys[0], _grid(page, lattice, [inside[offset, n] for n in range(len(lattice.boxes))])))
    scale = page.ground.scale
    placed += [(block.at.bbox[1] * scale if block.at.bbox else 0.0, block) for block in _texts(page, outside)]
    placed.sort(key=lambda entry: entry[0])
    warnings = []
    if page.below_par and kept:
        warnings.append(f"page {number}: the picture is too coarse or blurred; none of its figures is sure")
    return [block for _, block in placed], warnings


def _opened(picture: NDArray[np.uint8], number: int) -> tuple[_Page, list[Lattice]]:
    made = ground.prepared(picture)
    em = _em(made.ink)
    scale = em / 8.5 if em else made.scale  # type of 9 to 10 points is 8.5 points high
    rules = ground.rules(made.ink, scale)
    lattices = tables(rules.horizontal, rules.vertical, TOLERANCE * scale)
    pale = False
    if em and _boxes(lattices) < FEW_BOXES:
        fine = ground.faint_rules(made, scale)
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
    marks = _Marks(np.stack([x, y, x + w, y + h], axis=1), area, np.asarray(labels, dtype=np.int32))
    marks.boxes[0] = 0
    size = max(3, round(1.1 * scale) | 1)
    soft = np.asarray(cv2.blur(made.flat, (size, size)), dtype=np.uint8)
    paper = soft[::5, ::5][cv2.dilate(made.ink, np.ones((2 * size + 1,) * 2, np.uint8))[::5, ::5] == 0]
    level = float(np.median(paper)) if len(paper) else float(PAPER)
    spread = float(1.4826 * np.median(np.abs(paper.astype(np.float32) - level))) if len(paper) else 0.0
    page = _Page(number, made, marks, mask, em or 8.5 * scale, pale, soft, level - max(9.0, 5 * max(spread, 0.8)), size)
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


def _owners(page: _Page, lattices: Sequence[Lattice]) -> tuple[Ints, list[int]]:
    """For each mark the box it stands in, numbered through all lattices; -1 outside, -2 for the ground itself; and the
    first number of each lattice, with the number of all boxes behind."""
    boxes = page.marks.boxes
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


def _is_layout(lattice: Lattice, own: Sequence[Sequence[_Line]]) -> bool:
    """Few boxes around prose are a frame, no table."""
    return len(lattice.boxes) <= LAYOUT_BOXES and any(len(lines) > LAYOUT_LINES for lines in own)


def _parted(lattice: Lattice, own: Sequence[list[_Line]]) -> tuple[Lattice, list[list[_Line]]]:
    """Labels that stand before several rows of figures are parted: a row of figures has a label of its own, so the rule
    between them was too faint. Rows of figures are those with at least three boxes one row high up to the right side."""
    starts: dict[int, int] = {}
    for row in range(len(lattice.ys) - 1):
        across = [box for box in lattice.boxes if box.row <= row < box.row + box.row_span]
        across.sort(key=lambda box: -box.column)
        run = list(takewhile(lambda box: box.row_span == 1, across))
        if len(run) >= FIGURES_A_ROW:
            starts[row] = run[-1].column
    boxes: list[tuple[LatticeBox, list[_Line]]] = []
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


# --------------------------------------------------------------------------------------------------------------- lines


def _box_lines(page: _Page, parts: Ints, bbox: Box) -> list[_Line]:
    """The printed lines in a box, without what is left of its rules."""
    if not len(parts):
        return []
    boxes = page.marks.boxes[parts]
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


def _lines(page: _Page, parts: Ints) -> list[_Line]:
    """Marks to lines by their heights on the page, from top to bottom; dust far from any line is left out."""
    if not len(parts):
        return []
    boxes = page.marks.boxes[parts]
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
        out += _split(page, _Line(parts[chosen], (int(box[0]), int(box[1]), int(box[2]), int(box[3]))))
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


def _split(page: _Page, line: _Line) -> list[_Line]:
    """Two lines that touch are parted where the ink is thinnest."""
    height = line.box[3] - line.box[1]
    boxes = page.marks.boxes[line.parts]
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
    upper, lower = (_Line(p, _around(page.marks.boxes[p])) for p in parts)
    return [upper, *_split(page, lower)]


def _around(boxes: Ints) -> tuple[int, int, int, int]:
    return (int(boxes[:, 0].min()), int(boxes[:, 1].min()), int(boxes[:, 2].max()), int(boxes[:, 3].max()))


def _free_lines(page: _Page, parts: Ints) -> list[list[_Line]]:
    """The lines outside tables, each in pieces where wide gaps part it."""
    if not len(parts):
        return []
    boxes = page.marks.boxes[parts]
    width, height = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    # Emblems, photographs, the black edges of a copy.
    text = (height < 5 * page.em) & (width < 12 * page.em)
    out = []
    for line in _lines(page, parts[text]):
        tall = line.box[3] - line.box[1]
        if tall < 0.5 * page.em and len(line.parts) < 3:
            continue
        own = line.parts[np.argsort(page.marks.boxes[line.parts, 0], kind="stable")]
        pieces: list[list[int]] = []
        reach = -1e9
        for part in own.tolist():
            x0, _, x1, _ = page.marks.boxes[part].tolist()
            if x0 - reach > WORD_GAP * max(page.em, 0.8 * tall):
                pieces.append([])
            pieces[-1].append(part)
            reach = max(reach, x1)
        out.append([_Line(np.array(p), _around(page.marks.boxes[p])) for p in pieces])
    return out


def _recognise(page: _Page, lines: Sequence[_Line]) -> None:
    crops = [_crop(page, line) for line in lines]
    for line, said in zip(lines, ocr.read(crops), strict=True):
        line.said = said


def _look_beside(page: _Page, figures: Sequence[tuple[Box, _Line]]) -> None:
    """A minus is a hair of ink, and on a pale or coarse page no ink at all: where something faint stands before a figure
    of a box, both are read together. A sign that was there stays in doubt."""
    found: list[tuple[_Line, _Line]] = []
    for bbox, line in figures:
        if not line.said.text[:1].isdigit() or not _FIGURE.fullmatch(line.said.text):
            continue
        start = _faint_before(page, bbox, line)
        if start is not None:
            found.append((line, replace(line, box=(start, *line.box[1:]))))
    _recognise(page, [wider for _, wider in found])
    for line, wider in found:
        narrow, wide = line.said, wider.said
        if wide.text == narrow.text:
            continue
        signed = _FIGURE.fullmatch(wide.text) is not None and wide.text[1:] == narrow.text
        text, other = (wide.text, narrow.text) if signed else (narrow.text, wide.text)
        sure = min(narrow.confidence, wide.confidence, UNSURE)
        line.said = ocr.Text(text, sure, tuple(dict.fromkeys((other, *narrow.alternatives))))


def _faint_before(page: _Page, bbox: Box, line: _Line) -> int | None:
    """Where something faint begins, at half the height of a figure and no further before it than a sign stands."""
    x0, y0, _, y1 = line.box
    height = y1 - y0
    reach = page.soft_size // 2 + 1  # so far the figure's own ink is smoothed
    left = max(round(bbox[0] + 0.22 * page.em), x0 - round(1.1 * height))
    band = page.soft[y0 + round(0.25 * height) : y1 - round(0.2 * height), left : x0 - reach] < page.soft_ink
    columns = np.flatnonzero(band.any(axis=0))
    return left + int(columns[0]) - reach if len(columns) >= 2 else None


def _crop(page: _Page, line: _Line) -> Grey:
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


# -------------------------------------------------------------------------------------------------------------- judging


def _judge(page: _Page, inside: dict[tuple[int, int], list[_Line]]) -> None:
    """Whether the digits of the page are fine and dark enough to be trusted."""
    digits = [
        line for lines in inside.values() for line in lines if line.said.text.isdigit() and line.said.confidence > 0.5
    ]
    if len(digits) < 4:
        return
    heights = [line.box[3] - line.box[1] for line in digits]
    darkest = []
    for line in digits:
        x0, y0, x1, y1 = line.box
        darkest.append(PAPER - float(np.percentile(page.ground.flat[y0:y1, x0:x1], 5)))
    contrast = float(np.median(darkest)) / PAPER
    page.below_par = float(np.median(heights)) < MIN_DIGIT or contrast < MIN_CONTRAST


def _grid(page: _Page, lattice: Lattice, own: Sequence[Sequence[_Line]]) -> Grid:
    cells = {
        (box.row, box.column): _cell(page, box.bbox, lines, box.column, box.column_span)
        for box, lines in zip(lattice.boxes, own, strict=True)
    }
    rows = tuple(tuple(cells[box.row, box.column] for box in row) for row in lattice.rows())
    return Grid(rows, At(page.number, _points(page, lattice.bbox)))


def _points(page: _Page, box: Sequence[float]) -> Box:
    scale = page.ground.scale
    return (float(box[0] / scale), float(box[1] / scale), float(box[2] / scale), float(box[3] / scale))


def _cell(page: _Page, bbox: Box, lines: Sequence[_Line], column: int, span: int) -> GridCell:
    at = At(page.number, _points(page, bbox))
    if not lines:
        confidence = 0.5 if _shadow(page, bbox) else 0.98
        return GridCell("", at, column, span, _capped(page, bbox, confidence))
    said = [_said(page, line) for line in lines]
    texts = [text for text, _, _ in said]
    confidence = min(sure for _, sure, _ in said)
    if len(texts) > 1 and all(_FIGURE.fullmatch(text) for text in texts):
        # A figure that had no room is wrapped; figures that had room are two.
        room = (bbox[2] - bbox[0]) - max(line.box[2] - line.box[0] for line in lines[:-1])
        text = ("" if room < 1.2 * page.em else "\n").join(texts)
        confidence = min(confidence, UNSURE)
    else:
        text = "".join(texts)
    alternatives = said[0][2] if len(said) == 1 else ()
    return GridCell(text, at, column, span, _capped(page, bbox, confidence), alternatives)


def _said(page: _Page, line: _Line) -> tuple[str, float, tuple[str, ...]]:
    """A line's text, how sure it is, and other readings."""
    text, confidence, others = line.said
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
    if tight != text and _FIGURE.fullmatch(tight) and _pitch(page, line, tight) <= SET_WIDE:
        text = tight
    digits = text.translate(_LETTERS)
    if digits != text and _FIGURE.fullmatch(digits):
        return digits, min(confidence, 0.8), (text, *others)
    # A figure that may as well be another (1 and /), or that begins with a speck, is for a person to look at.
    if _FIGURE.fullmatch(text) and (others or not text[-1].isdigit() or _doubtful_figure(page, line, text)):
        confidence = min(confidence, UNSURE)
    return text, confidence, others


def _doubtful_figure(page: _Page, line: _Line, text: str) -> bool:
    """A figure whose ink does not fit what was read: too wide or narrow for its digits, or dots that were not read."""
    if text[0] in ".,，．":
        return True
    boxes = page.marks.boxes[line.parts]
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


def _pitch(page: _Page, line: _Line, figure: str) -> float:
    """The greatest distance between the middles of neighbouring digits, in heights of a character; infinite where the
    pieces of ink are not one a digit."""
    boxes = page.marks.boxes[line.parts]
    boxes = boxes[boxes[:, 3] - boxes[:, 1] >= 0.6 * (line.box[3] - line.box[1])]
    if len(boxes) != sum(char.isdigit() for char in figure):
        return float("inf")
    middles = np.sort((boxes[:, 0] + boxes[:, 2]) / 2)
    return float(np.diff(middles).max(initial=0.0)) / page.em


def _is_slash(page: _Page, line: _Line, text: str) -> bool:
    """Whether what the recogniser takes for 1, 一 or / is one stroke that leans as no 1 does."""
    height = line.box[3] - line.box[1]
    alone = text in _SLASHES and len(line.parts) == 1 and height >= max(LEGIBLE_SLASH, 0.55 * page.em)
    return alone and _leaning(page, line) > SURELY_SLASH


def _leaning(page: _Page, line: _Line) -> float:
    """How far the upper third of the ink lies to the right of the lower third, in heights: 0 for an upright stroke, less
    for a 1 with its flag, about 0.3 for a slash."""
    x0, y0, x1, y1 = line.box
    ink = np.isin(page.marks.labels[y0:y1, x0:x1], line.parts)
    third = max(1, (y1 - y0) // 3)
    above, below = np.nonzero(ink[:third])[1], np.nonzero(ink[-third:])[1]
    return float(above.mean() - below.mean()) / (y1 - y0) if len(above) and len(below) else 0.0


def _capped(page: _Page, bbox: Box, confidence: float) -> float:
    x0, y0, x1, y1 = (max(0, round(v)) for v in bbox)
    seal = page.ground.seal
    if page.below_par or page.pale or (seal is not None and bool(seal[y0:y1, x0:x1].any())):
        return min(confidence, UNSURE)
    return confidence


def _shadow(page: _Page, bbox: Box) -> bool:
    """Whether something faint stands in a box without ink."""
    inset = max(2.0, 0.22 * page.em)
    x0, y0, x1, y1 = (round(v) for v in (bbox[0] + inset, bbox[1] + inset, bbox[2] - inset, bbox[3] - inset))
    if x1 - x0 < 3 or y1 - y0 < 3:
        return False
    return int((page.soft[y0:y1, x0:x1] < page.soft_ink).sum()) > 2


# ------------------------------------------------------------------------------------------------- text outside tables


def _texts(page: _Page, rows: Sequence[Sequence[_Line]]) -> list[Block]:
    """Lines outside tables as paragraphs; where they stand in columns, as a table without rules."""
    sure: dict[float, float] = {}
    lines = []
    for row in rows:
        pieces = [piece for piece in row if piece.said.text.strip()]
        if not pieces:
            continue
        texts: list[str] = []
        edges: list[tuple[float, float]] = []
        scale = page.ground.scale
        for piece in pieces:
            weights = [1.0 if char >= "\u2e80" else 0.55 for char in piece.said.text]
            step = (piece.box[2] - piece.box[0]) / sum(weights)
            x = float(piece.box[0])
            for char, weight in zip(piece.said.text, weights, strict=True):
                texts.append(char)
                edges.append((x / scale, (x + weight * step) / scale))
                x += weight * step
        top, bottom = min(p.box[1] for p in pieces), max(p.box[3] for p in pieces)
        box = (edges[0][0], top / scale, edges[-1][1], bottom / scale)
        lines.append(TextLine(tuple(texts), tuple(edges), box))
        sure[box[1]] = min(piece.said.confidence for piece in pieces)
    out: list[Block] = []
    for block in free_blocks(page.number, lines, []):
        if isinstance(block, Grid):
            out.append(
                replace(
                    block,
                    rows=tuple(tuple(replace(c, confidence=min(c.confidence, UNRULED)) for c in r) for r in block.rows),
                )
            )
        elif isinstance(block, Paragraph) and block.at.bbox:
            out.append(replace(block, confidence=sure.get(block.at.bbox[1], 1.0)))
        else:
            out.append(block)
    return out
