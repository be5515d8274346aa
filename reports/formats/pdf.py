"""PDF: born-digital text with its ruling lines, by pypdfium2; pages that are pictures come out as pictures."""

from __future__ import annotations

import ctypes
import io
from collections.abc import Iterator

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from reports.blocks import At, Blocks, Picture, Unreadable
from reports.formats.lattice import Segment
from reports.formats.layout import Char, page_blocks

MAX_PAGES = 60
MAX_OBJECTS = 60_000  # of one page
MAX_CHARS = 200_000  # of one page
MAX_PIXELS = 60_000_000
THIN = 2.5  # points: a filled rectangle thinner than this is a rule
SHORTEST_RULE = 4.0
# A picture that covers this share of the page is the page: a scan, whatever text lies over it.
PAGE_SIZED = 0.6
MAX_FORM_DEPTH = 6


def blocks(data: bytes) -> Blocks:
    """Pages in order. A page without text, or under a page-sized picture, yields the picture at its own resolution.

    Raises Unreadable: encrypted, damaged, or more than ``MAX_PAGES`` pages."""
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower():
            raise Unreadable("the PDF is encrypted: ask the body for a version without a password") from None
        raise Unreadable("the PDF is damaged or cut short: fetch it again or ask the body for the original") from None
    out = Blocks("pdf-text")
    try:
        count = len(document)
        if count == 0:
            raise Unreadable("the PDF has no page that can be opened: fetch it again")
        if count > MAX_PAGES:
            raise Unreadable(
                f"the PDF has {count} pages, more than {MAX_PAGES}: no annual report is that long", "pages"
            )
        for index in range(count):
            _page(document, index, out)
    finally:
        document.close()
    if not out.blocks:
        raise Unreadable("the PDF's pages hold neither text nor pictures")
    return out


def _page(document: pdfium.PdfDocument, index: int, out: Blocks) -> None:
    try:
        page = document[index]
    except pdfium.PdfiumError:
        out.warnings.append(f"page {index + 1} cannot be opened; what stands there is not read")
        return
    try:
        width, height = page.get_size()
        turn = _Turn(page, width, height)
        horizontal, vertical, scan = _objects(page, turn)
        chars = list(_chars(page, turn))
        if scan is not None or not any(char.text.strip() for char in chars):
            picture = _picture(page, scan, index)
            if picture is not None:
                out.blocks.append(picture)
                return
        out.blocks += page_blocks(index + 1, chars, horizontal, vertical)
    finally:
        page.close()


class _Turn:
    """From PDF user space (origin bottom left of the crop box, before rotation) to points from the top left as seen."""

    def __init__(self, page: pdfium.PdfPage, width: float, height: float) -> None:
        box = page.get_cropbox()
        self._left, self._bottom, self._right, self._top = box
        self._rotation = page.get_rotation() % 360
        self.width, self.height = width, height

    def point(self, x: float, y: float) -> tuple[float, float]:
        left, bottom, right, top = self._left, self._bottom, self._right, self._top
        if self._rotation == 90:
            return y - bottom, x - left
        if self._rotation == 180:
            return right - x, y - bottom
        if self._rotation == 270:
            return top - y, right - x
        return x - left, top - y

    def box(self, x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float]:
        (ax, ay), (bx, by) = self.point(x0, y0), self.point(x1, y1)
        return min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)


def _chars(page: pdfium.PdfPage, turn: _Turn) -> Iterator[Char]:
    text = page.get_textpage()
    try:
        count = text.count_chars()
        if count > MAX_CHARS:
            raise Unreadable(f"a page of the PDF has {count} characters: no page of a report has that many", "cells")
        rect = raw.FS_RECTF()
        for index in range(count):
            code = raw.FPDFText_GetUnicode(text.raw, index)
            if code in {0, 10, 13, 0xFFFE, 0xFFFF} or raw.FPDFText_IsGenerated(text.raw, index) == 1:
                continue
            # The tight box puts the full stop of 155.0 on a line of its own.
            if not raw.FPDFText_GetLooseCharBox(text.raw, index, ctypes.byref(rect)):
                continue
            yield Char(chr(code), *turn.box(rect.left, rect.bottom, rect.right, rect.top))
    finally:
        text.close()


def _objects(page: pdfium.PdfPage, turn: _Turn) -> tuple[list[Segment], list[Segment], pdfium.PdfObject | None]:
    """The rules of a page, and the picture that is the page, if one is."""
    horizontal: list[Segment] = []
    vertical: list[Segment] = []
    scan = None
    area = max(turn.width * turn.height, 1.0)
    for number, item in enumerate(page.get_objects(max_depth=MAX_FORM_DEPTH)):
        if number > MAX_OBJECTS:
            raise Unreadable(f"a page of the PDF draws more than {MAX_OBJECTS} objects", "cells")
        if item.type == raw.FPDF_PAGEOBJ_PATH:
            _rules(item, turn, horizontal, vertical)
        elif item.type == raw.FPDF_PAGEOBJ_IMAGE:
            x0, y0, x1, y1 = turn.box(*item.get_bounds())
            if (x1 - x0) * (y1 - y0) >= PAGE_SIZED * area:
                scan = item
    return horizontal, vertical, scan


def _rules(item: pdfium.PdfObject, turn: _Turn, horizontal: list[Segment], vertical: list[Segment]) -> None:
    """A path's straight pieces as rules; a thin filled rectangle is one rule."""
    try:
        bounds = turn.box(*item.get_bounds())
    except pdfium.PdfiumError:
        return
    x0, y0, x1, y1 = bounds
    if x1 - x0 <= THIN or y1 - y0 <= THIN:
        _add(x0, y0, x1, y1, horizontal, vertical)
        return
    stroked = ctypes.c_int()
    fill = ctypes.c_int()
    raw.FPDFPath_GetDrawMode(item.raw, ctypes.byref(fill), ctypes.byref(stroked))
    if not stroked.value:
        return  # a filled area: shading of a head, no rule
    matrix = item.get_matrix()
    start: tuple[float, float] | None = None
    last: tuple[float, float] | None = None
    x, y = ctypes.c_float(), ctypes.c_float()
    count = min(raw.FPDFPath_CountSegments(item.raw), 10_000)
    for index in range(count):
        segment = raw.FPDFPath_GetPathSegment(item.raw, index)
        raw.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y))
        here = turn.point(*matrix.on_point(x.value, y.value))
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            start = here
        elif kind == raw.FPDF_SEGMENT_LINETO and last is not None:
            _add(*last, *here, horizontal, vertical)
        last = here
        if raw.FPDFPathSegment_GetClose(segment) and start is not None:
            _add(*here, *start, horizontal, vertical)
            last = start


def _add(ax: float, ay: float, bx: float, by: float, horizontal: list[Segment], vertical: list[Segment]) -> None:
    width, height = abs(ax - bx), abs(ay - by)
    if height <= THIN and width >= SHORTEST_RULE:
        horizontal.append(Segment((ay + by) / 2, min(ax, bx), max(ax, bx)))
    elif width <= THIN and height >= SHORTEST_RULE:
        vertical.append(Segment((ax + bx) / 2, min(ay, by), max(ay, by)))


def _picture(page: pdfium.PdfPage, scan: pdfium.PdfObject | None, index: int) -> Picture | None:
    """The page's picture as a file: the embedded one at its own resolution, else the page rendered at 200 dpi."""
    name = f"page-{index + 1}.png"
    at = At(page=index + 1)
    width, height = page.get_size()
    image = None
    if scan is not None and page.get_rotation() % 360 == 0:
        columns, rows = scan.get_px_size()
        if columns * rows > MAX_PIXELS:
            raise Unreadable(
                f"page {index + 1} is a picture of {columns} x {rows} points, more than can be read", "pixels"
            )
        try:
            image = scan.get_bitmap(render=False).to_pil()
        except (pdfium.PdfiumError, ValueError, KeyError):
            image = None
    if image is None:
        if not any(item.type == raw.FPDF_PAGEOBJ_IMAGE for item in page.get_objects(max_depth=MAX_FORM_DEPTH)):
            return None
        scale = 200 / 72
        if width * height * scale * scale > MAX_PIXELS:
            raise Unreadable(
                f"page {index + 1} is {width:.0f} x {height:.0f} points large, more than can be read", "pixels"
            )
        image = page.render(scale=scale).to_pil()
    data = io.BytesIO()
    image.save(data, "PNG", compress_level=1)
    return Picture(name, data.getvalue(), at)
