"""Pictures of report pages with known figures: drawn, then worn as scanners, copiers, telephones and JPEG wear them.

``sheets`` and ``drawn`` draw the pages of a report at 300 dpi, ``worn`` makes scans of them, ``render`` a file.
Lengths are points (1/72 inch), angles degrees. Everything is drawn from the seed.
"""

from __future__ import annotations

import io
import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.resources import as_file, files

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from reports.report import Form, Number
from tests.makers import ofd
from tests.makers.paper import leaves
from tests.makers.report import Truth
from tests.reports import rendering
from tests.reports.rendering import TITLES, Row, figures

Picture = NDArray[np.uint8]  # height x width x 3, RGB

MASTER = 300  # dpi at which pages are drawn; scans are made from it by averaging, as scanners do
WIDTH, HEIGHT = 595, 842  # points, A4
MARGIN = 58
FONTS = {"serif": "NotoSerifSC-Regular.otf", "sans": "NotoSansSC-Regular.otf"}


@lru_cache(maxsize=64)
def font(face: str, size: float) -> ImageFont.FreeTypeFont:
    """The face (``serif`` or ``sans``) at a size in points, for the master's resolution."""
    with as_file(files("pylopdf_fonts_zh_cn") / FONTS[face]) as path:
        return ImageFont.truetype(str(path), round(size * MASTER / 72))


@dataclass(slots=True)
class Sheets:
    """Pages as drawn. ``right``: what each cell may be read as; None stands for blank or a sign for none."""

    pages: list[Picture]
    right: dict[str, set[Number | None]]
    form: Form
    text: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Pen:
    """Draws from top to bottom and begins a new page where one is full."""

    face: str
    size: float
    padding: float
    rule: float
    pages: list[Image.Image] = field(default_factory=list)
    y: float = 0.0

    def page(self) -> None:
        side = MASTER / 72
        self.pages.append(Image.new("L", (round(WIDTH * side), round(HEIGHT * side)), 255))
        self.y = MARGIN

    def room(self, height: float) -> None:
        if not self.pages or self.y + height > HEIGHT - MARGIN:
            self.page()

    def write(self, text: str, x: float, y: float, size: float) -> None:
        """A text with its upper left corner at (x, y)."""
        k = MASTER / 72
        ImageDraw.Draw(self.pages[-1]).text((x * k, y * k), text, font=font(self.face, size), fill=0)

    def line(self, x0: float, y0: float, x1: float, y1: float) -> None:
        k = MASTER / 72
        width = max(1, round(self.rule * k))
        ImageDraw.Draw(self.pages[-1]).line((x0 * k, y0 * k, x1 * k, y1 * k), fill=0, width=width)

    def width(self, text: str, size: float) -> float:
        return font(self.face, size).getlength(text) * 72 / MASTER

    def wrapped(self, text: str, size: float, width: float) -> list[str]:
        lines = [""]
        for char in text:
            if char == "\n" or (lines[-1] and self.width(lines[-1] + char, size) > width):
                lines.append("")
            if char != "\n":
                lines[-1] += char
        return lines

    def paragraph(self, text: str, size: float = 14.0, centred: bool = False) -> None:
        indent = "" if centred else "\u3000\u3000"
        for line in self.wrapped(indent + text, size, WIDTH - 2 * MARGIN):
            self.room(size * 1.7)
            x = (WIDTH - self.width(line, size)) / 2 if centred else MARGIN
            self.write(line, x, self.y, size)
            self.y += size * 1.7


def sheets(
    seed: int,
    form: Form | None = None,
    small: bool | None = None,
    face: str | None = None,
    size: float | None = None,
    way: dict[str, bool] | None = None,
) -> Sheets:
    """A whole report on A4 pages. ``size`` is that of the tables' type; ``way`` are fields of the way figures are
    printed (``blank_zeros``, ``dashes``, ``units``, ``grouped``)."""
    rng = random.Random(seed)
    drawn: Form = rng.choice(("2021", "2021", "2019"))
    form = form or drawn
    face = face or rng.choice(("serif", "sans"))
    size = size or rng.choice((9.0, 9.0, 10.0, 10.5))
    chosen = {"blank_zeros": rng.random() < 0.1, "dashes": rng.random() < 0.1, "grouped": rng.random() < 0.1}
    chosen |= way or {}
    how = rendering._Way(
        rng, chosen["blank_zeros"], chosen.get("units", False), False, chosen["grouped"], chosen["dashes"]
    )
    tables = rendering._rows(how, figures(rng, form, small), form)
    pen = _Pen(face, size, padding=rng.choice((2.0, 3.0, 4.5)), rule=rng.choice((0.5, 0.5, 0.75, 1.0)))
    name = rng.choice(("临柳市水务局", "青禾县人民政府", "云岭区财政局", "白石镇人民政府"))
    year = rng.choice((2021, 2022, 2023, 2024, 2025)) if form == "2021" else rng.choice((2019, 2020))
    text = [
        f"{name}{year}年政府信息公开工作年度报告",
        f"本报告由{name}编制。统计期限为{year}年1月1日至{year}年12月31日。",
        "一、总体情况",
        f"全年通过网站公开信息{rng.randint(100, 9000)}条，收到申请{rng.randint(1, 90)}件，均按时答复。",
    ]
    pen.paragraph(text[0], 18.0, centred=True)
    for line in text[1:]:
        pen.paragraph(line)
    for table, title in TITLES.items():
        pen.paragraph(title)
        columns = _columns(table, rng)
        _table(pen, tables[table], columns, head=4 if table == "applications" else 3)
        pen.y += 10
        text.append(title)
    for line in (
        "五、存在的主要问题及改进情况",
        "公开内容还不够丰富，今后将加强培训。",
        "六、其他需要报告的事项",
        "本年度未收取信息处理费。",
    ):
        pen.paragraph(line)
        text.append(line)
    pages = [np.repeat(np.asarray(page, dtype=np.uint8)[:, :, None], 3, axis=2) for page in pen.pages]
    return Sheets(pages, how.right, form, text)


def _columns(table: str, rng: random.Random) -> list[float]:
    """Widths of the columns in points; together the width of the text."""
    if table == "applications":
        shares = [0.06, 0.11, 0.33, *[0.5 / 7] * 7]
    elif table == "disputes":
        shares = [1 / 15] * 15
    else:
        shares = [0.31, 0.23, 0.23, 0.23]
    total = (WIDTH - 2 * MARGIN) * rng.uniform(0.97, 1.06)
    return [share * total for share in shares]


@dataclass(slots=True)
class _Box:
    text: str
    row: int
    column: int
    rows: int
    columns: int


def _boxes(rows: Sequence[Row], columns: int) -> list[_Box]:
    """Where each cell of a table with spans stands."""
    taken: set[tuple[int, int]] = set()
    out = []
    for r, row in enumerate(rows):
        c = 0
        for text, width, height in row:
            while (r, c) in taken:
                c += 1
            height = min(height, len(rows) - r)
            width = min(width, columns - c)
            taken |= {(r + i, c + j) for i in range(height) for j in range(width)}
            out.append(_Box(text, r, c, height, width))
            c += width
    return out


def _table(pen: _Pen, rows: Sequence[Row], widths: Sequence[float], head: int) -> None:
    """A ruled table; rows go over to the next page whole, the head stays with its first row."""
    boxes = _boxes(rows, len(widths))
    edges = [MARGIN + sum(widths[:n]) for n in range(len(widths) + 1)]
    leading = pen.size * 1.25
    heights = [leading + 2 * pen.padding] * len(rows)
    lines = {}
    for number, box in enumerate(boxes):
        room = edges[box.column + box.columns] - edges[box.column] - 4
        lines[number] = pen.wrapped(box.text, pen.size, room)
        if box.rows == 1:
            heights[box.row] = max(heights[box.row], len(lines[number]) * leading + 2 * pen.padding)
    start = 0
    while start < len(rows):
        end, height = start, 0.0
        pen.room(sum(heights[start : min(start + head, len(rows))]))
        while end < len(rows) and pen.y + height + heights[end] <= HEIGHT - MARGIN:
            height += heights[end]
            end += 1
        end = max(end, start + 1)
        _part(pen, [(n, b) for n, b in enumerate(boxes)], lines, edges, heights, start, end)
        pen.y += sum(heights[start:end])
        if end < len(rows):
            pen.page()
        start = end


def _part(
    pen: _Pen,
    boxes: Sequence[tuple[int, _Box]],
    lines: dict[int, list[str]],
    edges: Sequence[float],
    heights: Sequence[float],
    start: int,
    end: int,
) -> None:
    """The rows from ``start`` to ``end`` of a table; a cell that began on the page before is drawn without text."""
    tops = {start: pen.y}
    for r in range(start, end):
        tops[r + 1] = tops[r] + heights[r]
    leading = pen.size * 1.25
    for number, box in boxes:
        first, last = max(box.row, start), min(box.row + box.rows, end)
        if first >= last:
            continue
        x0, x1 = edges[box.column], edges[box.column + box.columns]
        y0, y1 = tops[first], tops[last]
        for ax, ay, bx, by in ((x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1)):
            pen.line(ax, ay, bx, by)
        if box.row < start:
            continue
        y = (y0 + y1 - len(lines[number]) * leading) / 2
        for line in lines[number]:
            pen.write(line, (x0 + x1 - pen.width(line, pen.size)) / 2, y - pen.size * 0.1, pen.size)
            y += leading


def drawn(truth: Truth, rng: random.Random, marks: frozenset[str] = frozenset(("rules",))) -> list[Picture]:
    """The pages of a report at ``MASTER`` dpi, clean; face and weight of rules drawn from ``rng``."""
    face = rng.choice(tuple(FONTS))
    weight = max(1, round(rng.choice((0.5, 0.5, 0.75, 1.0)) * MASTER / 72))

    def width(text: str, size: float) -> float:
        return font(face, size).getlength(text) * 72 / MASTER

    out = []
    for leaf in leaves(truth, rng, marks, width):
        image = Image.new("L", (round(leaf.width * MASTER / 72), round(leaf.height * MASTER / 72)), 255)
        pen = ImageDraw.Draw(image)
        for rule in leaf.rules:
            pen.line([v * MASTER / 72 for v in rule], fill=0, width=weight)
        for word in leaf.words:
            pen.text(
                (word.x * MASTER / 72, word.y * MASTER / 72), word.text, font=font(face, word.size), fill=0, anchor="ls"
            )
        out.append(np.repeat(np.asarray(image, dtype=np.uint8)[:, :, None], 3, axis=2))
    return out


# ---------------------------------------------------------------------------------------------------------------- wear


@dataclass(frozen=True, slots=True)
class Wear:
    """How a scan differs from the page. ``blur`` and ``noise`` in pixels and levels of the scan, ``keystone`` the share
    by which the far edge of a photographed page is shorter, ``bend`` the rise of the page's middle in points."""

    dpi: int = 200
    skew: float = 0.0
    keystone: float = 0.0
    bend: float = 0.0
    blur: float = 0.0
    noise: float = 0.0
    grey: int = 255  # of the paper
    gradient: float = 0.0  # by how much one side is darker
    contrast: float = 1.0
    jpeg: int | None = None
    bilevel: bool = False
    specks: float = 0.0  # black dots a square inch
    seal: bool = False
    gaps: float = 0.0  # share of rules that are broken


# Style -> container and wear. The number is the resolution.
STYLES: dict[str, tuple[str, Wear]] = {
    "pdf-clean-300": ("pdf", Wear(300)),
    "pdf-clean-200": ("pdf", Wear(200, jpeg=85)),
    "pdf-seal-200": ("pdf", Wear(200, seal=True, jpeg=85)),
    "pdf-skew-150": ("pdf", Wear(150, skew=1.1, jpeg=85)),
    "pdf-copy-200": ("pdf", Wear(200, skew=-0.6, blur=0.6, noise=9, grey=228, gradient=0.15, contrast=0.75, specks=2)),
    "pdf-blur-100": ("pdf", Wear(100, blur=0.6, noise=6, jpeg=75)),
    "pdf-fax-200": ("pdf-fax", Wear(200, noise=12, bilevel=True, specks=3)),
    "png-clean-150": ("png", Wear(150)),
    "png-gaps-200": ("png", Wear(200, gaps=0.15)),
    "jpeg-clean-200": ("jpeg", Wear(200, jpeg=85)),
    "jpeg-photo-200": ("jpeg", Wear(200, skew=0.8, keystone=0.012, bend=2.0, blur=0.5, gradient=0.2, noise=6, jpeg=80)),
    "jpeg-poor-120": ("jpeg", Wear(120, blur=0.5, noise=8, grey=225, jpeg=40)),
    "tiff-clean-300": ("tiff", Wear(300)),
    "tiff-fax-200": ("tiff-fax", Wear(200, skew=0.4, noise=10, bilevel=True, specks=4)),
    "tiff-grey-110": ("tiff", Wear(110, grey=220, contrast=0.8)),
    "ofd-pages-200": ("ofd", Wear(200, skew=-0.3, noise=5)),
}
SUFFIX = {"pdf-fax": "pdf", "tiff-fax": "tiff", "jpeg": "jpg"}


def render(truth: Truth, rng: random.Random, style: str) -> bytes:
    """A file. ``style`` is one of ``STYLES``; a PNG or a JPEG holds the pages below each other."""
    kind, wear = STYLES[style]
    pages = [worn(page, wear, rng.randrange(1 << 30)) for page in drawn(truth, rng)]
    if kind.startswith("pdf"):
        return pdf(pages, wear.dpi, bilevel=kind == "pdf-fax")
    if kind.startswith("tiff"):
        return tiff(pages, wear.dpi, bilevel=kind == "tiff-fax")
    if kind == "ofd":
        return ofd.scan([encoded(page) for page in pages])
    options = {"quality": wear.jpeg} if wear.jpeg else {}
    return encoded(stacked(pages), kind.upper(), **options)


def suffix(style: str) -> str:
    """The ending of the name of a file of that style."""
    kind = STYLES[style][0]
    return SUFFIX.get(kind, kind)


def random_wear(seed: int, dpi: Sequence[int] = (100, 110, 120, 150, 200, 300)) -> Wear:
    """A way of wearing drawn from the seed, from clean to hardly legible."""
    rng = random.Random(seed)
    wear = Wear(dpi=rng.choice(dpi), skew=rng.choice((0.0, rng.uniform(-2, 2))))
    harm = rng.choice(("none", "mild", "mild", "strong"))
    if harm == "none":
        return replace(wear, jpeg=rng.choice((None, 85)))
    top = 1.0 if harm == "strong" else 0.45
    wear = replace(
        wear,
        blur=rng.choice((0.0, rng.uniform(0, 1.6 * top))),
        noise=rng.choice((0.0, rng.uniform(0, 28 * top))),
        grey=rng.randint(215, 255),
        gradient=rng.choice((0.0, rng.uniform(0, 0.3 * top))),
        contrast=rng.uniform(1 - 0.5 * top, 1.0),
        jpeg=rng.choice((None, 85, 60, rng.randint(25, 60) if harm == "strong" else 75)),
        specks=rng.choice((0.0, 0.0, rng.uniform(0, 12 * top))),
        seal=rng.random() < 0.25,
        keystone=rng.choice((0.0, 0.0, rng.uniform(0, 0.03 * top))),
        gaps=rng.choice((0.0, 0.0, rng.uniform(0, 0.3 * top))),
    )
    if rng.random() < 0.15:
        wear = replace(wear, bilevel=True, seal=False, jpeg=None)
    return wear


def worn(page: Picture, wear: Wear, seed: int = 0) -> Picture:
    """A scan of a page drawn at ``MASTER`` dpi."""
    rng = np.random.default_rng(seed)
    scale = wear.dpi / MASTER
    out = page
    if wear.gaps:
        out = _gapped(out, wear.gaps, rng)
    if wear.seal:
        out = _sealed(out, rng)
    size = (round(page.shape[1] * scale), round(page.shape[0] * scale))
    out = _image(cv2.resize(out, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR))
    out = _placed(out, wear)
    work = out.astype(np.float32)
    if wear.blur:
        work = cv2.GaussianBlur(work, (0, 0), wear.blur).astype(np.float32)
    work = 255 - (255 - work) * wear.contrast
    work *= wear.grey / 255
    if wear.gradient:
        ramp = np.linspace(1, 1 - wear.gradient, out.shape[1], dtype=np.float32)
        work *= ramp[None, :, None]
    if wear.noise:
        work += rng.normal(0, wear.noise, out.shape[:2]).astype(np.float32)[:, :, None]
    out = _image(np.clip(work, 0, 255))
    if wear.specks:
        count = rng.poisson(wear.specks * out.shape[0] * out.shape[1] / wear.dpi**2)
        for _ in range(int(count)):
            place = (int(rng.integers(out.shape[1])), int(rng.integers(out.shape[0])))
            cv2.circle(out, place, int(rng.integers(0, max(2, round(0.7 * wear.dpi / 72)))), (20, 20, 20), -1)
    if wear.bilevel:
        grey = cv2.cvtColor(out, cv2.COLOR_RGB2GRAY)
        _, black = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
        out = np.repeat(_image(black)[:, :, None], 3, axis=2)
    if wear.jpeg is not None:
        out = np.asarray(Image.open(io.BytesIO(encoded(out, "JPEG", quality=wear.jpeg))), dtype=np.uint8)
    return out


def _image(values: object) -> Picture:
    return np.asarray(values).astype(np.uint8)


def _gapped(page: Picture, share: float, rng: np.random.Generator) -> Picture:
    """Pieces taken out of the long rules."""
    out = page.copy()
    dark = _image((page[:, :, 0] < 128) * 255)
    for kernel in ((1, 240), (90, 1)):
        rules = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones(kernel, np.uint8))
        ys, xs = np.nonzero(rules)
        if not len(ys):
            continue
        for n in rng.integers(len(ys), size=int(share * len(ys) / 400)):
            half = int(rng.integers(2, 9))
            y, x = int(ys[n]), int(xs[n])
            if kernel[0] == 1:
                out[max(0, y - 6) : y + 7, max(0, x - half) : x + half] = 255
            else:
                out[max(0, y - half) : y + half, max(0, x - 6) : x + 7] = 255
    return out


def _sealed(page: Picture, rng: np.random.Generator) -> Picture:
    """A round red seal over whatever stands there; the black of the print shows through."""
    height, width = page.shape[:2]
    k = MASTER / 72
    radius = int(60 * k)
    centre = (int(rng.integers(radius, width - radius)), int(rng.integers(radius, height - radius)))
    stamp = np.zeros((height, width), dtype=np.uint8)
    cv2.circle(stamp, centre, radius, 255, int(3 * k))
    star = [
        (
            centre[0] + int((20 if n % 2 == 0 else 8) * k * np.sin(np.pi * n / 5)),
            centre[1] - int((20 if n % 2 == 0 else 8) * k * np.cos(np.pi * n / 5)),
        )
        for n in range(10)
    ]
    cv2.fillPoly(stamp, [np.array(star, dtype=np.int32)], (255,))
    image = Image.fromarray(stamp)
    pen = ImageDraw.Draw(image)
    for n, char in enumerate("临柳市某某人民政府专用章"):
        angle = np.pi * (0.85 + 1.3 * n / 11)
        x, y = centre[0] + 46 * k * np.sin(-angle), centre[1] + 46 * k * np.cos(angle)
        pen.text((x - 6 * k, y - 6 * k), char, font=font("serif", 12), fill=255)
    mask = np.asarray(image, dtype=np.float32)[:, :, None] / 255 * float(rng.uniform(0.6, 0.95))
    ink = np.array([215, 40, 50], dtype=np.float32)
    paper = page.astype(np.float32)
    return _image(paper * (1 - mask) + np.minimum(ink, paper) * mask)


def _placed(page: Picture, wear: Wear) -> Picture:
    """Turned, bent and seen from the side."""
    if not (wear.skew or wear.keystone or wear.bend):
        return page.copy()
    height, width = page.shape[:2]
    turn = np.vstack([cv2.getRotationMatrix2D((width / 2, height / 2), wear.skew, 1.0), [0, 0, 1]])
    inset = wear.keystone * width / 2
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    seen = np.array([[inset, inset], [width - inset, 0], [width, height], [0, height - inset]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(corners, seen) @ turn
    out = _image(cv2.warpPerspective(page, matrix, (width, height), borderValue=(255, 255, 255)))
    if wear.bend:
        xs, ys = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
        lift = wear.bend * wear.dpi / 72 * np.sin(np.pi * xs / width)
        out = _image(cv2.remap(out, xs, (ys + lift).astype(np.float32), cv2.INTER_LINEAR, borderValue=(255, 255, 255)))
    return out


# --------------------------------------------------------------------------------------------------------------- files


def encoded(page: Picture, kind: str = "PNG", **options: int) -> bytes:
    """One page as a file: PNG, JPEG, BMP, GIF, TIFF."""
    out = io.BytesIO()
    Image.fromarray(page).save(out, kind, **options)
    return out.getvalue()


def tiff(pages: Sequence[Picture], dpi: int = MASTER, bilevel: bool = False) -> bytes:
    """All pages as one TIFF; in black and white as a fax has them (group 4)."""
    images = [Image.fromarray(page).convert("1" if bilevel else "RGB") for page in pages]
    out = io.BytesIO()
    images[0].save(
        out,
        "TIFF",
        save_all=True,
        append_images=images[1:],
        compression="group4" if bilevel else "tiff_lzw",
        dpi=(dpi, dpi),
    )
    return out.getvalue()


def pdf(pages: Sequence[Picture], dpi: int, bilevel: bool = False) -> bytes:
    """All pages as a PDF that holds one picture a page, as scanners write it."""
    images = [Image.fromarray(page).convert("1" if bilevel else "RGB") for page in pages]
    out = io.BytesIO()
    options = {} if bilevel else {"quality": 90}  # black and white goes in as a fax
    images[0].save(out, "PDF", save_all=True, append_images=images[1:], resolution=float(dpi), **options)
    return out.getvalue()


def stacked(pages: Sequence[Picture]) -> Picture:
    """The pages below each other: the long picture of a whole document."""
    return np.concatenate(list(pages), axis=0)
