"""PDF: characters and path segments by pypdfium2, a page at a time.

A page is read as text only if its text is what is seen: text that is invisible, or lies under a picture of the page, or
has no sound characters behind its glyphs, is left alone and the page is handed on as a picture.
"""

from __future__ import annotations

import ctypes
import io
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as raw
from numpy.typing import NDArray
from PIL import Image

from reports.blocks import At, Block, Blocks, Box, Grid, GridCell, Paragraph, Picture, Unreadable
from reports.formats import fonts
from reports.formats.pages import THIN, Floats, Page, blocks_of, long_axis, rules_of, segments
from reports.formats.pdf_repair import repaired
from reports.formats.runs import Ink
from reports.formats.text_layer import (
    INVISIBLE,
    address,
    annotated,
    blank,
    by_address,
    codes_of,
    ink_of,
    lost,
    objects_of,
    rectangles,
    unread,
)
from reports.geometry.lattice import Segment

# The longest report seen has 38 pages.
MAX_PAGES = 60
MAX_CHARACTERS = 60_000  # a page; a full one has 2,000
MAX_OBJECTS = 60_000  # a page; cell-wise borders in short pieces reach 4,000
MAX_SEGMENTS = 40_000  # a page
MAX_PATH = 400  # segments of one path: a drawing beyond
MAX_FORMS = 8  # depth of forms within forms
MAX_PIXELS = 60_000_000
MAX_PICTURES = 40  # in the document, pages handed on as pictures not counted

PAGE_SIZED = 0.6  # share of the page from which on a picture is the page
FEW = 40  # visible characters that a scan may carry: a page number, a scanner's mark
PICTURE_DPI = 200  # for pages drawn as curves, and where several pictures make the page
MAX_DPI = 300
# A picture that may hold a table is wider than this share of the page and higher than this many points.
PICTURE_WIDTH, PICTURE_HEIGHT = 0.4, 40.0
_Text = TypeVar("_Text", GridCell, Paragraph)
# Confidence of what stands on a page that says more than its text layer, and of a cell with a character that nothing says.
INCOMPLETE = 0.5
UNREAD = "\ufffd"
ILLEGIBLE = 1.2  # points: characters less high are not seen

_ADDRESS, _NUMBER = ctypes.c_void_p, ctypes.c_int
_page_object = by_address(raw.FPDFPage_GetObject, _ADDRESS, _NUMBER, returns=_ADDRESS)
_form_object = by_address(raw.FPDFFormObj_GetObject, _ADDRESS, ctypes.c_ulong, returns=_ADDRESS)
_type = by_address(raw.FPDFPageObj_GetType, _ADDRESS)
_matrix = by_address(raw.FPDFPageObj_GetMatrix, _ADDRESS, _ADDRESS)
_count_segments = by_address(raw.FPDFPath_CountSegments, _ADDRESS)
_draw_mode = by_address(raw.FPDFPath_GetDrawMode, _ADDRESS, _ADDRESS, _ADDRESS)
_segment = by_address(raw.FPDFPath_GetPathSegment, _ADDRESS, _NUMBER, returns=_ADDRESS)
_point = by_address(raw.FPDFPathSegment_GetPoint, _ADDRESS, _ADDRESS, _ADDRESS)
_segment_type = by_address(raw.FPDFPathSegment_GetType, _ADDRESS)
_closes = by_address(raw.FPDFPathSegment_GetClose, _ADDRESS)


def blocks(data: bytes) -> Blocks:
    """The document as blocks; pages that are pictures as ``Picture``. Raises Unreadable: encrypted, damaged, a limit."""
    fonts.install()
    document = _opened(data)
    if document is None:
        mended = repaired(data)
        document = _opened(mended) if mended is not None else None
    if document is None:
        raise Unreadable("the PDF is damaged (it has no index of its pages); fetch it again or ask for it")
    try:
        return _read(document, data)
    finally:
        document.close()


def _opened(data: bytes) -> pdfium.PdfDocument | None:
    """The document; None where it is damaged. Raises Unreadable: encrypted."""
    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD or "password" in str(error).lower():
            raise Unreadable("the file is encrypted; ask for it without a password") from error
        return None


def _read(document: pdfium.PdfDocument, data: bytes) -> Blocks:
    out = Blocks("pdf-text")
    count = len(document)
    if not count:
        raise Unreadable("the PDF has no pages; fetch it again or ask for it")
    if count > MAX_PAGES:
        out.warnings.append(f"the PDF has {count} pages; the first {MAX_PAGES} are read")
    out.incomplete = _open_end(data)
    pages: list[Page] = []
    scanned = failed = pictures = 0
    incomplete: set[int] = set()
    for index in range(min(count, MAX_PAGES)):
        try:
            page = document[index]
        except pdfium.PdfiumError:
            failed += 1
            out.incomplete = out.incomplete or f"page {index + 1} cannot be opened"
            out.warnings.append(f"page {index + 1} is damaged and not read")
            continue
        reading = _Reader(page, index + 1, MAX_PICTURES - pictures)
        try:
            read, scan = reading.read()
        finally:
            page.close()
        if reading.lost and not scan:
            incomplete.add(index + 1)
            out.warnings.append(
                f"page {index + 1} shows {reading.lost} pieces of text that its text layer lacks; its figures are in doubt"
            )
        pages.append(read)
        scanned += scan
        pictures += len(read.pictures) if not scan else 0
    if failed == min(count, MAX_PAGES):
        raise Unreadable("none of the PDF's pages can be opened; fetch it again or ask for it")
    out.blocks = [_doubted(block, incomplete) for block in blocks_of(pages)]
    if scanned and scanned == len(pages):
        out.reader = "pdf-ocr"
    return out


def _open_end(data: bytes) -> str:
    """Why the file is taken to break off, empty if it does not: it has no end, or goes on with objects behind it."""
    end = data.rfind(b"%%EOF")
    if end < 0 or (end < len(data) - 2048 and re.search(rb"\d\s+obj\b", data[end:])):
        return "the PDF has no end"
    return "the PDF goes on behind its end" if re.search(rb"\bobj\b|\bstream\b", data[end:]) else ""


def _doubted(block: Block, incomplete: set[int]) -> Block:
    """The block with what was not read for sure marked: all on the pages given, and texts with a character unread."""
    if isinstance(block, Grid):
        rows = tuple(tuple(_doubted_text(cell, incomplete) for cell in row) for row in block.rows)
        return block if rows == block.rows else replace(block, rows=rows)
    return block if isinstance(block, Picture) else _doubted_text(block, incomplete)


def _doubted_text(item: _Text, incomplete: set[int]) -> _Text:
    if UNREAD not in item.text and item.at.page not in incomplete:
        return item
    return replace(item, text=item.text.replace(UNREAD, ""), confidence=min(item.confidence, INCOMPLETE))


@dataclass(slots=True)
class _Drawn:
    """What a page draws besides text."""

    horizontal: list[Segment] = field(default_factory=list)
    vertical: list[Segment] = field(default_factory=list)
    images: list[tuple[int, Box, Any]] = field(default_factory=list)  # order of drawing, place, object
    texts: list[int] = field(default_factory=list)  # their addresses
    turned: bool = False  # some text runs in another direction than the page
    last_text: int = -1
    first_text: int = -1
    paths: int = 0
    objects: int = 0


class _Reader:
    def __init__(self, page: pdfium.PdfPage, number: int, pictures: int) -> None:
        self._page, self._number, self._allowed = page, number, pictures
        width, height = page.get_size()
        if not (0 < width < 1e6 and 0 < height < 1e6):
            raise Unreadable(f"page {number} has an absurd size; it is not opened", "pixels")
        self._width, self._height = width, height
        self._turn = page.get_rotation() % 360
        left, bottom, right, top = page.get_bbox()
        self._left, self._bottom, self._right, self._top = left, bottom, right, top
        self.lost = 0  # text objects of the page that are not in its text layer
        self._doubts: list[Box] = []  # where something stands, or stood, that the text does not say
        self._direction = 0  # of most of the text, in quarters anticlockwise

    def read(self) -> tuple[Page, bool]:
        """The page, and whether it is handed on as a picture."""
        drawn = self._draw()
        texts, boxes, sound = self._characters(drawn)
        scan = self._is_scan(drawn, len(texts) - texts.count(UNREAD), sound)
        page = Page(self._number, self._width, self._height, [], np.zeros((0, 4)))
        if scan:
            page.pictures = [self._whole_page(drawn)]
            return page, True
        page.texts, page.boxes = texts, boxes
        page.doubts = self._doubts
        page.horizontal, page.vertical = drawn.horizontal, drawn.vertical
        page.pictures = list(self._pictures(drawn))[: self._allowed]
        self._upright(page)
        return page, False

    # ---- coordinates

    def _points(self, xy: Floats) -> Floats:
        """Points of the unrotated page (origin bottom left) as seen, origin top left."""
        x, y = xy[:, 0], xy[:, 1]
        if self._turn == 90:
            return np.stack([y - self._bottom, x - self._left], axis=1)
        if self._turn == 180:
            return np.stack([self._right - x, y - self._bottom], axis=1)
        if self._turn == 270:
            return np.stack([self._top - y, self._right - x], axis=1)
        return np.stack([x - self._left, self._top - y], axis=1)

    def _boxes(self, boxes: Floats) -> Floats:
        """(left, bottom, right, top) of the page as (x0, y0, x1, y1) as seen."""
        a, b = self._points(boxes[:, (0, 1)]), self._points(boxes[:, (2, 3)])
        return np.concatenate([np.minimum(a, b), np.maximum(a, b)], axis=1)

    # ---- what is drawn

    def _draw(self) -> _Drawn:
        out = _Drawn()
        lines: list[tuple[float, float, float, float]] = []
        count = raw.FPDFPage_CountObjects(self._page.raw)
        self._walk(address(self._page.raw), count, _page_object, (1, 0, 0, 1, 0, 0), 0, out, lines)
        if lines:
            ends = np.asarray(lines, dtype=np.float64)
            a, b = self._points(ends[:, :2]), self._points(ends[:, 2:])
            out.horizontal, out.vertical = segments(np.concatenate([a, b], axis=1).tolist())
        return out

    def _walk(
        self,
        parent: int,
        count: int,
        get: Callable[..., int],
        outer: tuple[float, ...],
        depth: int,
        out: _Drawn,
        lines: list[tuple[float, float, float, float]],
    ) -> None:
        """All objects of a page or form; straight pieces of paths go to ``lines`` in coordinates of the page."""
        matrix = raw.FS_MATRIX()
        at = ctypes.addressof(matrix)
        for n in range(count):
            item = get(parent, n)
            kind = _type(item)
            out.objects += 1
            if out.objects > MAX_OBJECTS or len(lines) > MAX_SEGMENTS:
                raise Unreadable(
                    f"page {self._number} draws more than {MAX_OBJECTS} objects; it is a drawing, not a report", "cells"
                )
            if kind == raw.FPDF_PAGEOBJ_TEXT:
                out.texts.append(item)
                out.last_text = out.objects
                if out.first_text < 0:
                    out.first_text = out.objects
                if not out.turned and _matrix(item, at):
                    own = _times(matrix, outer)
                    out.turned = abs(own[1]) > 0.05 * abs(own[0])
                continue
            if kind not in (raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_FORM):
                continue
            own = _times(matrix, outer) if _matrix(item, at) else outer
            if kind == raw.FPDF_PAGEOBJ_PATH:
                out.paths += 1
                _rules(item, own, lines)
                continue
            pointer = ctypes.cast(item, raw.FPDF_PAGEOBJECT)
            if kind == raw.FPDF_PAGEOBJ_IMAGE:
                self._image(pointer, own, out, lines)
            elif depth < MAX_FORMS:
                inner = raw.FPDFFormObj_CountObjects(pointer)
                self._walk(item, inner, _form_object, own, depth + 1, out, lines)

    def _image(
        self, item: Any, own: tuple[float, ...], out: _Drawn, lines: list[tuple[float, float, float, float]]
    ) -> None:
        a, b, c, d, e, f = own
        xs, ys = (e, e + a, e + c, e + a + c), (f, f + b, f + d, f + b + d)
        left, bottom, right, top = min(xs), min(ys), max(xs), max(ys)
        width, height = right - left, top - bottom
        if min(width, height) < THIN:  # some exporters draw rules as stretched pictures of one pixel
            if max(width, height) > 2 * THIN:
                lines.append(long_axis(left, bottom, right, top))
            return
        box = self._boxes(np.asarray([[left, bottom, right, top]]))[0]
        seen = (
            max(float(box[0]), 0.0), max(float(box[1]), 0.0),
            min(float(box[2]), self._width), min(float(box[3]), self._height),
        )  # fmt: skip
        if seen[0] < seen[2] and seen[1] < seen[3]:
            out.images.append((out.objects, seen, item))

    # ---- characters

    def _characters(self, drawn: _Drawn) -> tuple[list[str], Floats, float]:
        """Visible characters with their boxes, and the share of characters that are sound."""
        if not drawn.texts:
            return [], np.zeros((0, 4)), 1.0
        textpage = self._page.get_textpage()
        try:
            handle = textpage.raw
            count = raw.FPDFText_CountChars(handle)
            if count > MAX_CHARACTERS:
                raise Unreadable(f"page {self._number} has {count} characters; no report has", "cells")
            self.lost = lost(self._page.raw, handle, max(count, 0), drawn.texts)
            if count <= 0:
                return [], np.zeros((0, 4)), 1.0
            codes, flat = codes_of(handle, count), rectangles(handle, count)
            # FS_RECTF: left, top, right, bottom
            boxes = self._boxes(flat[:, (0, 3, 2, 1)])
            bad = unread(handle, codes)
            keep = ~blank(codes) | bad
            keep &= (boxes[:, 2] > 0) & (boxes[:, 0] < self._width) & (boxes[:, 3] > 0) & (boxes[:, 1] < self._height)
            sound = 1.0 - float(bad.sum()) / max(int((keep | bad).sum()), 1)
            keep &= boxes[:, 3] - boxes[:, 1] > ILLEGIBLE
            keep &= ~self._unseen(handle, count, drawn, boxes)
            covered = self._covered(handle, drawn, boxes, keep) if drawn.images else None
            if covered is not None:
                keep &= ~covered
            if drawn.turned:
                keep &= self._straight(handle, keep)
            chosen = np.flatnonzero(keep)
            return [chr(code) for code in np.where(bad, ord(UNREAD), codes)[chosen].tolist()], boxes[chosen], sound
        finally:
            textpage.close()

    def _unseen(self, handle: Any, count: int, drawn: _Drawn, boxes: Floats) -> NDArray[np.bool_]:
        """Characters that are drawn without ink, or struck out by a note of the file; where they stand is in doubt, and so
        are those in the colour of the paper, behind which there may be a darker one."""
        hidden = np.zeros(count, dtype=bool)
        inks = {item: ink for item in drawn.texts if (ink := ink_of(item))}
        faint = np.zeros(count, dtype=bool)
        if inks:
            for n, item in enumerate(objects_of(handle, count)):
                hidden[n] = inks.get(item) == Ink.HIDDEN
                faint[n] = inks.get(item) == Ink.FAINT
        struck, unread = annotated(self._page.raw)
        struck_boxes, unread_boxes = self._boxes(struck), self._boxes(unread)
        cx, cy = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
        for x0, y0, x1, y1 in struck_boxes:
            hidden |= (cx >= x0) & (cx <= x1) & (cy >= y0) & (cy <= y1)
        places = [*boxes[hidden | faint].tolist(), *unread_boxes.tolist()]
        self._doubts = [(x0, y0, x1, y1) for x0, y0, x1, y1 in places]
        return hidden

    def _covered(self, handle: Any, drawn: _Drawn, boxes: Floats, keep: Any) -> Any:
        """Characters that nobody sees: render mode, no opacity, or a page-sized picture drawn over them."""
        area = self._width * self._height
        large = [(order, box) for order, box, _ in drawn.images if _area(box) >= 0.3 * area]
        if not large:
            return None
        hidden = np.zeros(len(boxes), dtype=bool)
        seen: dict[int, bool] = {}
        alpha = ctypes.c_uint()
        for n in np.flatnonzero(keep).tolist():
            item = raw.FPDFText_GetTextObject(handle, n)
            key = ctypes.cast(item, ctypes.c_void_p).value or 0
            if key not in seen:
                mode = raw.FPDFTextObj_GetTextRenderMode(item) if item else 0
                opaque = not item or not raw.FPDFPageObj_GetFillColor(item, None, None, None, alpha) or alpha.value > 8
                seen[key] = mode in INVISIBLE or not opaque
            hidden[n] = seen[key]
        over = [box for order, box in large if order > drawn.last_text]
        cx, cy = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
        for x0, y0, x1, y1 in over:  # drawn after all text: it covers what lies beneath
            hidden |= (cx >= x0) & (cx <= x1) & (cy >= y0) & (cy <= y1)
        return hidden

    def _straight(self, handle: Any, keep: Any) -> Any:
        """Characters that run in the page's main direction; watermarks and stamps do not."""
        turns = np.zeros(len(keep), dtype=np.int64)
        for n in np.flatnonzero(keep).tolist():
            angle = -math.degrees(raw.FPDFText_GetCharAngle(handle, n)) % 360  # it counts clockwise
            quarter = round(angle / 90)
            turns[n] = quarter % 4 if abs(angle - 90 * quarter) < 5 else -1
        counts = np.bincount(turns[keep & (turns >= 0)], minlength=4) if keep.any() else np.zeros(4, dtype=int)
        self._direction = int(np.argmax(counts))
        return turns == self._direction

    def _upright(self, page: Page) -> None:
        """Turn a page whose text runs up or down (a wide table set sideways) so that it reads level."""
        # Angles are those of the unrotated page, whose rotation the coordinates have in them already.
        quarter = (self._direction - self._turn // 90) % 4
        if not page.texts:
            return
        for _ in range(quarter):  # the text runs a quarter anticlockwise: turn the page clockwise
            _turn_clockwise(page)

    # ---- pictures

    def _is_scan(self, drawn: _Drawn, characters: int, sound: float) -> bool:
        area = self._width * self._height
        pictured = min(sum(_area(box) for _, box, _ in drawn.images), area) / area
        if sound < 0.7 and drawn.texts:
            return True  # glyphs without characters: what the page shows can only be seen
        if pictured >= PAGE_SIZED and characters <= FEW:
            return True
        return not characters and drawn.paths > 200  # characters drawn as curves

    def _whole_page(self, drawn: _Drawn) -> Picture:
        box = (0.0, 0.0, self._width, self._height)
        name = f"page-{self._number}"
        area = self._width * self._height
        whole = [item for _, seen, item in drawn.images if _area(seen) >= PAGE_SIZED * area]
        others = sum(_area(seen) > 0.02 * area for _, seen, _ in drawn.images) - len(whole)
        if len(whole) == 1 and not others and drawn.paths < 20:
            data = self._embedded(whole[0])
            if data is not None:
                return Picture(name, data, At(self._number, box))
        return Picture(name, self._rendered(drawn), At(self._number, box))

    def _rendered(self, drawn: _Drawn) -> bytes:
        """The page as it looks, at its pictures' resolution."""
        dpi = float(PICTURE_DPI)
        for _, (x0, _, x1, _), item in drawn.images:
            width, _ = _pixels(item)
            dpi = max(dpi, min(72 * width / max(x1 - x0, 1.0), MAX_DPI))
        scale = min(dpi / 72, math.sqrt(MAX_PIXELS / (self._width * self._height)))
        if scale < 0.3:
            raise Unreadable(
                f"page {self._number} measures {self._width:.0f} by {self._height:.0f} points; it is not drawn",
                "pixels",
            )
        return _png(self._page.render(scale=scale).to_pil().convert("RGB"))

    def _embedded(self, item: Any) -> bytes | None:
        """A picture's own bytes, at its own resolution, as it stands on the page; None where only drawing tells."""
        width, height = _pixels(item)
        if width * height > MAX_PIXELS:
            raise Unreadable(
                f"page {self._number} is a picture of {width} × {height} points, more than can be read", "pixels"
            )
        matrix = raw.FS_MATRIX()
        if width * height < 10_000 or not raw.FPDFPageObj_GetMatrix(item, matrix):
            return None
        if abs(matrix.b) > 0.01 * abs(matrix.a) or matrix.a <= 0 or matrix.d <= 0 or self._turn:
            return None
        if raw.FPDFPageObj_HasTransparency(item):
            return None
        if _filters(item) == ["DCTDecode"]:
            size = raw.FPDFImageObj_GetImageDataRaw(item, None, 0)
            buffer = (ctypes.c_ubyte * size)()
            raw.FPDFImageObj_GetImageDataRaw(item, buffer, size)
            data = bytes(buffer)
            if data[:2] == b"\xff\xd8" and _is_plain_jpeg(data):
                return data
        bitmap = raw.FPDFImageObj_GetBitmap(item)
        if not bitmap:
            return None
        image = pdfium.PdfBitmap.from_raw(bitmap).to_pil()
        return _png(image if image.mode in ("1", "L", "RGB") else image.convert("RGB"))

    def _pictures(self, drawn: _Drawn) -> Iterator[Picture]:
        """Pictures beside the text that may hold a table."""
        for n, (_, (x0, y0, x1, y1), item) in enumerate(drawn.images, 1):
            if x1 - x0 < PICTURE_WIDTH * self._width or y1 - y0 < PICTURE_HEIGHT:
                continue
            width, height = _pixels(item)
            if width < 200 or height < 60:  # a background colour, a shadow
                continue
            data = self._embedded(item)
            if data is None:
                data = self._cropped((x0, y0, x1, y1))
            yield Picture(f"page-{self._number}-{n}", data, At(self._number, (x0, y0, x1, y1)))

    def _cropped(self, box: Box) -> bytes:
        scale = min(PICTURE_DPI / 72, math.sqrt(MAX_PIXELS / (self._width * self._height)))
        image = self._page.render(scale=scale).to_pil().convert("RGB")
        return _png(image.crop(tuple(int(v * scale) for v in box)))


def _times(inner: Any, outer: tuple[float, ...]) -> tuple[float, ...]:
    a, b, c, d, e, f = inner.a, inner.b, inner.c, inner.d, inner.e, inner.f
    if outer == (1, 0, 0, 1, 0, 0):
        return a, b, c, d, e, f
    A, B, C, D, E, F = outer  # noqa: N806 - the letters of the PDF specification
    return a * A + b * C, a * B + b * D, c * A + d * C, c * B + d * D, e * A + f * C + E, e * B + f * D + F


def _rules(item: int, own: tuple[float, ...], lines: list[tuple[float, float, float, float]]) -> None:
    """The rules that a path draws: straight pieces where it is stroked, thin rectangles where it is filled."""
    count = _count_segments(item)
    if not 2 <= count <= MAX_PATH:
        return
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    _draw_mode(item, ctypes.addressof(fill), ctypes.addressof(stroke))
    if not fill.value and not stroke.value:
        return  # a clipping path
    a, b, c, d, e, f = own
    x, y = ctypes.c_float(), ctypes.c_float()
    at_x, at_y = ctypes.addressof(x), ctypes.addressof(y)
    outlines: list[list[tuple[float, float]]] = []
    curved = False
    last = 0  # of the outline that is being drawn
    for n in range(count):
        segment = _segment(item, n)
        _point(segment, at_x, at_y)
        u, v = x.value, y.value
        kind = _segment_type(segment)
        if kind == raw.FPDF_SEGMENT_MOVETO or not outlines:
            _close(last, outlines)
            outlines.append([(a * u + c * v + e, b * u + d * v + f)])
        else:
            curved = curved or kind == raw.FPDF_SEGMENT_BEZIERTO
            outlines[-1].append((a * u + c * v + e, b * u + d * v + f))
        last = segment
    _close(last, outlines)
    if curved:
        return
    lines.extend(rules_of(outlines, bool(stroke.value)))


def _close(last: int, outlines: list[list[tuple[float, float]]]) -> None:
    """Lead an outline back to its beginning if its last piece says so."""
    if outlines and len(outlines[-1]) > 1 and _closes(last):
        outlines[-1].append(outlines[-1][0])


def _turn_clockwise(page: Page) -> None:
    """A quarter turn: what stood at the left stands at the top."""
    height = page.height
    boxes = page.boxes
    page.boxes = np.stack([height - boxes[:, 3], boxes[:, 0], height - boxes[:, 1], boxes[:, 2]], axis=1)
    page.doubts = [(height - y1, x0, height - y0, x1) for x0, y0, x1, y1 in page.doubts]
    old_h, old_v = page.horizontal, page.vertical
    page.vertical = [Segment(height - s.at, s.start, s.end) for s in old_h]
    page.horizontal = [Segment(s.at, height - s.end, height - s.start) for s in old_v]
    page.width, page.height = page.height, page.width


def _area(box: Box) -> float:
    return max(box[2] - box[0], 0.0) * max(box[3] - box[1], 0.0)


def _pixels(item: Any) -> tuple[int, int]:
    width, height = ctypes.c_uint(), ctypes.c_uint()
    if not raw.FPDFImageObj_GetImagePixelSize(item, width, height):
        return 0, 0
    return width.value, height.value


def _filters(item: Any) -> list[str]:
    out = []
    for n in range(raw.FPDFImageObj_GetImageFilterCount(item)):
        size = raw.FPDFImageObj_GetImageFilter(item, n, None, 0)
        buffer = ctypes.create_string_buffer(size)
        raw.FPDFImageObj_GetImageFilter(item, n, buffer, size)
        out.append(buffer.value.decode("ascii", "replace"))
    return out


def _is_plain_jpeg(data: bytes) -> bool:
    """Grey or RGB: four-colour JPEGs are often stored inverted."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            return image.mode in ("L", "RGB")
    except (OSError, ValueError, Image.DecompressionBombError):
        return False


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=1)
    return out.getvalue()
