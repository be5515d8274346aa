"""Pages read by what they look like, whatever their text layer says: the second way to a figure.

A text layer lies where a font's map of characters does, and a recogniser errs on one size of a picture and not on
another. A second reading goes another way: a page of a PDF is drawn and recognised, a picture is recognised at another
size. It is made only where the first reading contradicts itself: of a PDF the cells concerned, which costs a tenth of a
second a page, and whole pages, which cost two, where those cells look otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace

import cv2
import numpy as np
import pypdfium2 as pdfium
from numpy.typing import NDArray

from reports.blocks import At, Blocks, Grid, PageLayout, Unreadable
from reports.formats import ofd as formats_ofd
from reports.formats.image import ocr, picture
from reports.formats.ofd_drawn import drawn
from reports.formats.pdf import fonts
from reports.geometry.lines import TextLine
from reports.geometry.shapes import Box
from reports.numbers import looks_like_value

DPI = 200  # as pages drawn as curves (``formats.pdf.pictures``); a finer drawing costs its square
MAX_PAGES = 8  # the tables of a report fill three
MAX_PIXELS = 12_000_000  # A4 at 300 dpi has nine
OTHER_SIZE = 0.8  # of a picture that was recognised at its own size; smaller, for that smooths what misled

INK = 150  # of 255: darker is ink
RULE = 2.5  # points from the side of a box within which its rules run
ALONG = 0.7  # of a side: ink along so much of it is a rule
SMALLEST = 4  # pixels
TOGETHER = 0.5  # of a line's height: digits nearer than this make one figure
_POINTS = frozenset(".,")
_LETTERS = str.maketrans({"O": "0", "o": "0", "〇": "0", "○": "0", "D": "0", "l": "1", "I": "1", "|": "1"})

Pixels = NDArray[np.uint8]


def pdf(data: bytes, pages: Collection[int]) -> Blocks:
    """The given pages (from 1) of a PDF, drawn and recognised. Raises Unreadable where it cannot be opened again."""
    return _recognised((number, pixels) for number, pixels, _ in _pages(data, pages))


def _pages(data: bytes, pages: Collection[int]) -> Iterator[tuple[int, Pixels, float]]:
    """Number, pixels and pixels a point of the given pages."""
    fonts.install()
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        raise Unreadable(f"the PDF cannot be drawn ({error})") from error
    try:
        for number in sorted(pages)[:MAX_PAGES]:
            try:
                page = document[number - 1]
            except (pdfium.PdfiumError, IndexError):
                continue
            width, height = page.get_size()
            scale = min(DPI / 72, (MAX_PIXELS / max(width * height, 1.0)) ** 0.5)
            yield number, np.asarray(page.render(scale=scale).to_pil().convert("RGB"), dtype=np.uint8), scale
            page.close()
    finally:
        document.close()


def image(data: bytes, pages: Collection[int]) -> Blocks:
    """The given pages (from 1) of a picture file, recognised at another size. Raises Unreadable as its reader does."""
    chosen = sorted(pages)[:MAX_PAGES]
    return _recognised((n, _resized(pixels)) for n, pixels in enumerate(picture.images(data), 1) if n in chosen)


def _resized(pixels: Pixels) -> Pixels:
    return np.asarray(cv2.resize(pixels, None, fx=OTHER_SIZE, fy=OTHER_SIZE, interpolation=cv2.INTER_AREA), np.uint8)


def pdf_cells(data: bytes, places: Sequence[At]) -> list[str]:
    """What the page shows at each place of a PDF; empty where nothing is printed or nothing can be told. Places are those
    of the reader: of a page that it turned they show something else. Raises Unreadable where it cannot be opened."""
    by_page: dict[int, list[int]] = {}
    for n, at in enumerate(places):
        if at.page is not None and at.bbox is not None:
            by_page.setdefault(at.page, []).append(n)
    crops: list[Pixels] = []
    owners: list[int] = []
    for number, pixels, scale in _pages(data, by_page):
        grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
        for n in by_page[number]:
            lines = _printed_lines(grey, places[n].bbox or (0.0, 0.0, 0.0, 0.0), scale)
            crops += lines
            owners += [n] * len(lines)
    out = [""] * len(places)
    for n, recognised in zip(owners, ocr.read(crops), strict=True):
        out[n] += recognised.text.strip().translate(_LETTERS)
    return out


def _printed_lines(grey: Pixels, box: Box, scale: float) -> list[Pixels]:
    """The lines of ink in a rectangle of points, from top to bottom, without the rules along its sides."""
    x0, y0, x1, y1 = (max(0, round(v * scale)) for v in box)
    part = grey[y0:y1, x0:x1].copy()
    if min(part.shape) < SMALLEST:
        return []
    near = max(1, round(RULE * scale))
    ink = part < INK
    for axis, size in ((0, part.shape[0]), (1, part.shape[1])):
        share = ink.mean(axis=1 - axis)
        for n in (*range(min(near, size)), *range(max(0, size - near), size)):
            if share[n] > ALONG:
                part[(n, slice(None)) if axis == 0 else (slice(None), n)] = 255
    ink = part < INK
    rows = np.flatnonzero(ink.any(axis=1))
    out = []
    for run in np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1) if len(rows) else []:
        columns = np.flatnonzero(ink[run[0] : run[-1] + 1].any(axis=0))
        out.append(part[run[0] : run[-1] + 1, columns[0] : columns[-1] + 1])
    return out


def ofd_cells(data: bytes, places: Sequence[At]) -> list[str]:
    """What the page shows at each place of an OFD that brings its own fonts. Raises Unreadable where it brings none: then
    it shows what it says."""
    return pdf_cells(drawn(data, {at.page for at in places if at.page is not None}), places)


def ofd(data: bytes, pages: Collection[int]) -> Blocks:
    """An OFD with the figures that the cells of ruled tables, and the lines outside them, on the given pages (from 1) show.
    Raises Unreadable where it brings no font."""
    out = formats_ofd.blocks(data)
    layouts = [layout for layout in out.layouts if isinstance(layout, PageLayout) and layout.number in pages]
    grids = [grid for layout in layouts for grid in layout.blocks if isinstance(grid, Grid)]
    cells = [cell for grid in grids for row in grid.rows for cell in row if looks_like_value(cell.text)]
    runs = [(line, run, layout.number) for layout in layouts for line in layout.lines for run in _figures(line)]
    places = [cell.at for cell in cells] + [At(page=page, bbox=_box(line, run)) for line, run, page in runs]
    shown = ofd_cells(data, places)
    seen = {id(cell): text for cell, text in zip(cells, shown, strict=False)}
    figures: dict[int, list[tuple[range, str]]] = {}
    for (line, run, _), text in zip(runs, shown[len(cells) :], strict=True):
        figures.setdefault(id(line), []).append((run, text))

    def again(grid: Grid) -> Grid:
        rows = tuple(tuple(replace(cell, text=seen.get(id(cell), cell.text)) for cell in row) for row in grid.rows)
        return replace(grid, rows=rows)

    out.layouts = [
        replace(
            layout,
            blocks=tuple(again(item) if isinstance(item, Grid) else item for item in layout.blocks),
            lines=tuple(_as_shown(line, figures.get(id(line), ())) for line in layout.lines),
        )
        if isinstance(layout, PageLayout)
        else layout
        for layout in out.layouts
    ]
    return out


def _figures(line: TextLine) -> list[range]:
    """The runs of characters of a line that make a figure."""
    out: list[range] = []
    for n, (text, (left, _)) in enumerate(zip(line.texts, line.edges, strict=True)):
        if text.isdecimal() or (out and text in _POINTS and out[-1].stop == n):
            if out and out[-1].stop == n and left - line.edges[n - 1][1] < TOGETHER * line.height:
                out[-1] = range(out[-1].start, n + 1)
            elif text.isdecimal():
                out.append(range(n, n + 1))
    return out


def _box(line: TextLine, run: range) -> Box:
    return line.edges[run.start][0] - RULE, line.bbox[1], line.edges[run.stop - 1][1] + RULE, line.bbox[3]


def _as_shown(line: TextLine, figures: Sequence[tuple[range, str]]) -> TextLine:
    """A line with its figures as the page shows them; one of another length stands as a whole."""
    texts, edges = list(line.texts), list(line.edges)
    for run, text in reversed(figures):
        if len(text) == len(run):
            texts[run.start : run.stop] = text
        else:
            texts[run.start : run.stop] = [text]
            edges[run.start : run.stop] = [(edges[run.start][0], edges[run.stop - 1][1])]
    return replace(line, texts=tuple(texts), edges=tuple(edges)) if figures else line


def _recognised(pages: Iterator[tuple[int, Pixels]]) -> Blocks:
    out = Blocks("seen")
    out.layouts += (picture.page_layout(pixels, number)[0] for number, pixels in pages)
    return out


CELLS: dict[str, Callable[[bytes, Sequence[At]], list[str]]] = {"pdf": pdf_cells, "ofd": ofd_cells}
READERS: dict[str, Callable[[bytes, Collection[int]], Blocks]] = {"pdf": pdf, "ofd": ofd, "image": image}
