"""What a page of a PDF draws besides text: its rules, its pictures, and which of its objects are text."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as raw

from reports.blocks import Unreadable
from reports.formats.pages import THIN, Floats, long_axis, rules_of, segments
from reports.formats.pdf.text_layer import (
    address,
    by_address,
    cover_of,
)
from reports.geometry.shapes import Box, Segment

MAX_OBJECTS = 60_000  # a page; cell-wise borders in short pieces reach 4,000
MAX_SEGMENTS = 40_000  # a page
MAX_PATH = 400  # segments of one path: a drawing beyond
MAX_FORMS = 8  # depth of forms within forms

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


@dataclass(slots=True)
class Frame:
    """A page of the library and how it lies: its size as seen, its turn, and the corners of its visible part. All in
    points; ``number`` is from 1."""

    page: pdfium.PdfPage
    number: int
    width: float = 0.0
    height: float = 0.0
    turn: int = 0
    left: float = 0.0
    bottom: float = 0.0
    right: float = 0.0
    top: float = 0.0

    def __post_init__(self) -> None:
        self.width, self.height = self.page.get_size()
        if not (0 < self.width < 1e6 and 0 < self.height < 1e6):
            raise Unreadable(f"page {self.number} has an absurd size; it is not opened", "pixels")
        self.turn = self.page.get_rotation() % 360
        self.left, self.bottom, self.right, self.top = self.page.get_bbox()

    def points(self, xy: Floats) -> Floats:
        """Points of the unrotated page (origin bottom left) as seen, origin top left."""
        x, y = xy[:, 0], xy[:, 1]
        if self.turn == 90:
            return np.stack([y - self.bottom, x - self.left], axis=1)
        if self.turn == 180:
            return np.stack([self.right - x, y - self.bottom], axis=1)
        if self.turn == 270:
            return np.stack([self.top - y, self.right - x], axis=1)
        return np.stack([x - self.left, self.top - y], axis=1)

    def boxes(self, boxes: Floats) -> Floats:
        """(left, bottom, right, top) of the page as (x0, y0, x1, y1) as seen."""
        a, b = self.points(boxes[:, (0, 1)]), self.points(boxes[:, (2, 3)])
        return np.concatenate([np.minimum(a, b), np.maximum(a, b)], axis=1)


@dataclass(slots=True)
class Drawn:
    """What a page draws besides text."""

    lines: list[tuple[float, float, float, float]] = field(default_factory=list)  # straight pieces of paths, unrotated
    horizontal: list[Segment] = field(default_factory=list)
    vertical: list[Segment] = field(default_factory=list)
    images: list[tuple[int, Box, Any]] = field(default_factory=list)  # order of drawing, place, object
    texts: list[int] = field(default_factory=list)  # their addresses
    orders: list[int] = field(default_factory=list)  # of drawing, of the texts
    covers: list[tuple[int, Box]] = field(
        default_factory=list
    )  # paper laid over text: order of drawing, place, unrotated
    turned: bool = False  # some text runs in another direction than the page
    last_text: int = -1
    first_text: int = -1
    paths: int = 0
    objects: int = 0


def drawn_on(frame: Frame) -> Drawn:
    """All that a page draws. Raises Unreadable where it draws more than any report."""
    out = Drawn()
    objects = (address(frame.page.raw), raw.FPDFPage_CountObjects(frame.page.raw), _page_object)
    _walk(frame, objects, (1, 0, 0, 1, 0, 0), 0, out)
    if out.lines:
        ends = np.asarray(out.lines, dtype=np.float64)
        a, b = frame.points(ends[:, :2]), frame.points(ends[:, 2:])
        out.horizontal, out.vertical = segments(np.concatenate([a, b], axis=1).tolist())
    return out


def _walk(
    frame: Frame,
    objects: tuple[int, int, Callable[..., int]],
    outer: tuple[float, ...],
    depth: int,
    out: Drawn,
) -> None:
    """All objects of a page or form: whose they are, how many, and how one is got."""
    parent, count, get = objects
    matrix = raw.FS_MATRIX()
    at = ctypes.addressof(matrix)
    for n in range(count):
        item = get(parent, n)
        kind = _type(item)
        out.objects += 1
        if out.objects > MAX_OBJECTS or len(out.lines) > MAX_SEGMENTS:
            raise Unreadable(
                f"page {frame.number} draws more than {MAX_OBJECTS} objects; it is a drawing, not a report", "cells"
            )
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            out.texts.append(item)
            out.orders.append(out.objects)
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
            _rules(item, own, out.lines)
            if out.texts and not depth and (box := cover_of(item)) is not None:
                out.covers.append((out.objects, box))
            continue
        pointer = ctypes.cast(item, raw.FPDF_PAGEOBJECT)
        if kind == raw.FPDF_PAGEOBJ_IMAGE:
            _image(frame, pointer, own, out)
        elif depth < MAX_FORMS:
            inner = (item, raw.FPDFFormObj_CountObjects(pointer), _form_object)
            _walk(frame, inner, own, depth + 1, out)


def _image(frame: Frame, item: Any, own: tuple[float, ...], out: Drawn) -> None:
    a, b, c, d, e, f = own
    xs, ys = (e, e + a, e + c, e + a + c), (f, f + b, f + d, f + b + d)
    left, bottom, right, top = min(xs), min(ys), max(xs), max(ys)
    width, height = right - left, top - bottom
    if min(width, height) < THIN:  # some exporters draw rules as stretched pictures of one pixel
        if max(width, height) > 2 * THIN:
            out.lines.append(long_axis(left, bottom, right, top))
        return
    box = frame.boxes(np.asarray([[left, bottom, right, top]]))[0]
    seen = (
        max(float(box[0]), 0.0), max(float(box[1]), 0.0),
        min(float(box[2]), frame.width), min(float(box[3]), frame.height),
    )  # fmt: skip
    if seen[0] < seen[2] and seen[1] < seen[3]:
        out.images.append((out.objects, seen, item))


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


def area_of(box: Box) -> float:
    """Of a rectangle, 0 where it is turned inside out."""
    return max(box[2] - box[0], 0.0) * max(box[3] - box[1], 0.0)
