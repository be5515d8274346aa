"""One page of a PDF: its text where that is what is seen, else the page as a picture."""

from __future__ import annotations

import ctypes
import math
from typing import Any

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as raw
from numpy.typing import NDArray

from reports.blocks import Unreadable
from reports.formats.pages import DrawnPage, Floats
from reports.formats.pdf.drawing import Drawn, Frame, area_of, drawn_on
from reports.formats.pdf.pictures import PAGE_SIZED, pictures_beside, whole_page
from reports.formats.pdf.text_layer import (
    INVISIBLE,
    annotated,
    blank,
    codes_of,
    ink_of,
    lost,
    objects_of,
    rectangles,
    unread,
)
from reports.formats.runs import Ink
from reports.geometry.shapes import Box, Segment

MAX_CHARACTERS = 60_000  # a page; a full one has 2,000
FEW = 40  # visible characters that a scan may carry: a page number, a scanner's mark
UNREAD = "\ufffd"
ILLEGIBLE = 1.2  # points: characters less high are not seen
WATERMARK = 2.0  # times the height of the text: what is pale and larger is told from it by who looks


class PageReader:
    """Reads one page; ``lost`` tells afterwards how many pieces of its text are not in its text layer."""

    def __init__(self, page: pdfium.PdfPage, number: int, pictures: int) -> None:
        self._frame, self._allowed = Frame(page, number), pictures
        self.lost = 0  # text objects of the page that are not in its text layer
        self._pale = np.zeros(0, dtype=bool)  # characters drawn as watermarks are
        self._doubts: list[Box] = []  # where something stands, or stood, that the text does not say
        self._direction = 0  # of most of the text, in quarters anticlockwise

    def read(self) -> tuple[DrawnPage, bool]:
        """The page, and whether it is handed on as a picture."""
        drawn = drawn_on(self._frame)
        texts, boxes, sound = self._characters(drawn)
        scan = self._is_scan(drawn, len(texts) - texts.count(UNREAD), sound)
        page = DrawnPage(self._frame.number, self._frame.width, self._frame.height, [], np.zeros((0, 4)))
        if scan:
            page.pictures = [whole_page(self._frame, drawn)]
            return page, True
        page.texts, page.boxes = texts, boxes
        page.doubts = self._doubts
        page.horizontal, page.vertical = drawn.horizontal, drawn.vertical
        page.pictures = list(pictures_beside(self._frame, drawn))[: self._allowed]
        self._upright(page)
        return page, False

    # ---- characters

    def _characters(self, drawn: Drawn) -> tuple[list[str], Floats, float]:
        """Visible characters with their boxes, and the share of characters that are sound."""
        if not drawn.texts:
            return [], np.zeros((0, 4)), 1.0
        textpage = self._frame.page.get_textpage()
        try:
            handle = textpage.raw
            count = raw.FPDFText_CountChars(handle)
            if count > MAX_CHARACTERS:
                raise Unreadable(f"page {self._frame.number} has {count} characters; no report has", "cells")
            self.lost = lost(self._frame.page.raw, handle, max(count, 0), drawn.texts)
            if count <= 0:
                return [], np.zeros((0, 4)), 1.0
            codes, flat = codes_of(handle, count), rectangles(handle, count)
            # FS_RECTF: left, top, right, bottom
            boxes = self._frame.boxes(flat[:, (0, 3, 2, 1)])
            bad = unread(handle, codes)
            keep = ~blank(codes) | bad
            keep &= (
                (boxes[:, 2] > 0)
                & (boxes[:, 0] < self._frame.width)
                & (boxes[:, 3] > 0)
                & (boxes[:, 1] < self._frame.height)
            )
            sound = 1.0 - float(bad.sum()) / max(int((keep | bad).sum()), 1)
            keep &= boxes[:, 3] - boxes[:, 1] > ILLEGIBLE
            keep &= ~self._unseen(handle, count, drawn, boxes)
            covered = self._covered(handle, drawn, boxes, keep) if drawn.images else None
            if covered is not None:
                keep &= ~covered
            if drawn.turned:
                keep &= self._straight(handle, keep)
            chosen = np.flatnonzero(keep)
            heights = boxes[:, 3] - boxes[:, 1]
            if self._pale.any():  # small print of a watermark is not told from the table's own
                small = keep & self._pale & (heights < WATERMARK * np.median(heights[chosen]))
                self._doubts += [(x0, y0, x1, y1) for x0, y0, x1, y1 in boxes[small].tolist()]
            return [chr(code) for code in np.where(bad, ord(UNREAD), codes)[chosen].tolist()], boxes[chosen], sound
        finally:
            textpage.close()

    def _unseen(self, handle: Any, count: int, drawn: Drawn, boxes: Floats) -> NDArray[np.bool_]:
        """Characters that are drawn without ink, or struck out by a note of the file; where they stand is in doubt, and so
        are those in the colour of the paper, behind which there may be a darker one, and those over which paper is laid."""
        hidden = np.zeros(count, dtype=bool)
        inks = {item: ink for item in drawn.texts if (ink := ink_of(item))}
        faint, self._pale = np.zeros(count, dtype=bool), np.zeros(count, dtype=bool)
        items = objects_of(handle, count) if inks or drawn.covers else []
        for n, item in enumerate(items) if inks else ():
            hidden[n] = inks.get(item) == Ink.HIDDEN
            faint[n] = inks.get(item) == Ink.FAINT
            self._pale[n] = inks.get(item) == Ink.SHIFTED
        struck, unread = annotated(self._frame.page.raw)
        struck_boxes, unread_boxes = self._frame.boxes(struck), self._frame.boxes(unread)
        cx, cy = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
        for x0, y0, x1, y1 in struck_boxes:
            hidden |= (cx >= x0) & (cx <= x1) & (cy >= y0) & (cy <= y1)
        if drawn.covers:
            orders = dict(zip(drawn.texts, drawn.orders, strict=True))
            order = np.asarray([orders.get(item, drawn.objects) for item in items])
            places_of = self._frame.boxes(np.asarray([box for _, box in drawn.covers]))
            for (later, _), (x0, y0, x1, y1) in zip(drawn.covers, places_of, strict=True):
                faint |= (order < later) & (cx > x0) & (cx < x1) & (cy > y0) & (cy < y1)
        places = [*boxes[hidden | faint].tolist(), *unread_boxes.tolist()]
        self._doubts = [(x0, y0, x1, y1) for x0, y0, x1, y1 in places]
        return hidden

    def _covered(self, handle: Any, drawn: Drawn, boxes: Floats, keep: Any) -> Any:
        """Characters that nobody sees: render mode, no opacity, or a page-sized picture drawn over them."""
        area = self._frame.width * self._frame.height
        large = [(order, box) for order, box, _ in drawn.images if area_of(box) >= 0.3 * area]
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

    def _upright(self, page: DrawnPage) -> None:
        """Turn a page whose text runs up or down (a wide table set sideways) so that it reads level."""
        # Angles are those of the unrotated page, whose rotation the coordinates have in them already.
        quarter = (self._direction - self._frame.turn // 90) % 4
        if not page.texts:
            return
        for _ in range(quarter):  # the text runs a quarter anticlockwise: turn the page clockwise
            _turn_clockwise(page)

    def _is_scan(self, drawn: Drawn, characters: int, sound: float) -> bool:
        area = self._frame.width * self._frame.height
        pictured = min(sum(area_of(box) for _, box, _ in drawn.images), area) / area
        if sound < 0.7 and drawn.texts:
            return True  # glyphs without characters: what the page shows can only be seen
        if pictured >= PAGE_SIZED and characters <= FEW:
            return True
        return not characters and drawn.paths > 200  # characters drawn as curves


def _turn_clockwise(page: DrawnPage) -> None:
    """A quarter turn: what stood at the left stands at the top."""
    height = page.height
    boxes = page.boxes
    page.boxes = np.stack([height - boxes[:, 3], boxes[:, 0], height - boxes[:, 1], boxes[:, 2]], axis=1)
    page.doubts = [(height - y1, x0, height - y0, x1) for x0, y0, x1, y1 in page.doubts]
    old_h, old_v = page.horizontal, page.vertical
    page.vertical = [Segment(height - s.at, s.start, s.end) for s in old_h]
    page.horizontal = [Segment(s.at, height - s.end, height - s.start) for s in old_v]
    page.width, page.height = page.height, page.width
