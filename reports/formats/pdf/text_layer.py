"""The text layer of a PDF page: its characters, and what of the page's text is not in it.

pdfium leaves out of its layer what is as good as nothing wide when laid out, what is struck twice on one spot, and what a
mark of the page says other words for. Whatever else is lost is seen by who looks at the page, and was not read.
"""

from __future__ import annotations

import ctypes
from collections import deque
from collections.abc import Callable, Sequence
from itertools import repeat
from typing import Any

import numpy as np
import pypdfium2.raw as raw
from numpy.typing import NDArray

from reports.formats.runs import Ink

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

# pdfium passes over text objects less wide than a hundredth of a point.
WIDTH_OF_NOTHING = 0.02
# Share of an object's height within which one struck again lies: bold made by printing twice.
STRUCK_AGAIN = 0.3
INK = 0.05  # points: glyphs as thin or low as this show nothing
INVISIBLE = (raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP)
MAX_NOTES = 400  # a page
_HYPHEN = 2  # pdfium's sign for a hyphen that ends a line
_LAYOUT = (9, 10, 13)


def by_address(function: Any, *arguments: Any, returns: Any = ctypes.c_int) -> Callable[..., int]:
    """A function of the library that takes and gives plain addresses: for thousands of characters and rules, converting
    structures takes longer than reading them."""
    place = ctypes.cast(function, ctypes.c_void_p).value
    assert place is not None
    made: Callable[..., int] = ctypes.CFUNCTYPE(returns, *arguments)(place)
    return made


_ADDRESS, _NUMBER = ctypes.c_void_p, ctypes.c_int
_loose_box = by_address(raw.FPDFText_GetLooseCharBox, _ADDRESS, _NUMBER, _ADDRESS)
_render_mode = by_address(raw.FPDFTextObj_GetTextRenderMode, _ADDRESS)
_fill_color = by_address(raw.FPDFPageObj_GetFillColor, _ADDRESS, _ADDRESS, _ADDRESS, _ADDRESS, _ADDRESS)
_object_of = by_address(raw.FPDFText_GetTextObject, _ADDRESS, _NUMBER, returns=_ADDRESS)


def address(pointer: Any) -> int:
    """Where a structure of the library lies."""
    return ctypes.cast(pointer, ctypes.c_void_p).value or 0


def codes_of(handle: Any, count: int) -> Codes:
    """The code points of a page's characters, in one call where each is one unit of the text as a whole."""
    units = (ctypes.c_ushort * (count + 1))()
    if raw.FPDFText_GetText(handle, 0, count, units) == count + 1:
        codes = np.frombuffer(bytes(units), dtype=np.uint16)[:count].astype(np.int64)
        if not ((codes >= 0xD800) & (codes <= 0xDFFF)).any():  # beyond the basic plane a character has two
            return codes
    return np.fromiter((raw.FPDFText_GetUnicode(handle, n) for n in range(count)), np.int64, count)


def rectangles(handle: Any, count: int) -> Floats:
    """The loose boxes of a page's characters (n × 4: left, top, right, bottom)."""
    rectangles = (raw.FS_RECTF * count)()
    size, at = ctypes.sizeof(raw.FS_RECTF), ctypes.addressof(rectangles)
    page = address(handle)
    deque(map(_loose_box, repeat(page), range(count), range(at, at + count * size, size)), maxlen=0)
    return np.frombuffer(rectangles, dtype=np.float32).reshape(count, 4).astype(np.float64)


_OUTLINED = (raw.FPDF_TEXTRENDERMODE_STROKE, raw.FPDF_TEXTRENDERMODE_STROKE_CLIP)
_PALE = 252  # of 255: the colour of paper
_FADED = 200  # of 255: paler than any figure is printed, as watermarks are
_SHEER = 100  # of 255: as far as one sees through
_SOLID = 250  # of 255: nothing shines through
_COLOR = (ctypes.c_uint * 4)()  # red, green, blue, alpha
_PARTS = tuple(ctypes.addressof(_COLOR) + n * ctypes.sizeof(ctypes.c_uint) for n in range(4))
_OPAQUE = 8  # of 255: less is not seen


def ink_of(item: int) -> Ink:
    """How a text object is drawn: without ink, in the colour of paper, pale as a watermark (``SHIFTED``), or plainly."""
    mode = _render_mode(item)
    if mode in INVISIBLE:
        return Ink.HIDDEN
    if mode in _OUTLINED:
        return Ink.PLAIN
    if not _fill_color(item, *_PARTS):
        return Ink.PLAIN
    red, green, blue, alpha = _COLOR
    if alpha <= _OPAQUE:
        return Ink.HIDDEN
    if min(red, green, blue) >= _PALE:
        return Ink.FAINT
    return Ink.SHIFTED if min(red, green, blue) >= _FADED or alpha < _SHEER else Ink.PLAIN


def cover_of(item: int) -> tuple[float, float, float, float] | None:
    """Where a path lays the colour of paper over what was drawn before (left, bottom, right, top), None if it does not."""
    if not _fill_color(item, *_PARTS) or min(_COLOR[:3]) < _PALE or _COLOR[3] < _SOLID:
        return None
    filled, stroked = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(_pointer(item), filled, stroked)
    return _bounds(item) if filled.value else None


def objects_of(handle: Any, count: int) -> list[int]:
    """The text object that each of a page's characters stands in, by its address."""
    return list(map(_object_of, repeat(address(handle)), range(count)))


def annotated(page: Any) -> tuple[Floats, Floats]:
    """What notes laid over the page strike out, and where they show text of their own that is no text of the page: fields
    of a form, text boxes. (n × 4: left, bottom, right, top, of the unrotated page.)"""
    struck: list[tuple[float, float, float, float]] = []
    unread: list[tuple[float, float, float, float]] = []
    for n in range(min(raw.FPDFPage_GetAnnotCount(page), MAX_NOTES)):
        note = raw.FPDFPage_GetAnnot(page, n)
        if not note:
            continue
        kind = raw.FPDFAnnot_GetSubtype(note)
        if kind == raw.FPDF_ANNOT_STRIKEOUT:
            quad = raw.FS_QUADPOINTSF()
            for k in range(min(raw.FPDFAnnot_CountAttachmentPoints(note), MAX_NOTES)):
                if raw.FPDFAnnot_GetAttachmentPoints(note, k, quad):
                    xs, ys = (quad.x1, quad.x2, quad.x3, quad.x4), (quad.y1, quad.y2, quad.y3, quad.y4)
                    struck.append((min(xs), min(ys), max(xs), max(ys)))
        elif kind in (raw.FPDF_ANNOT_WIDGET, raw.FPDF_ANNOT_FREETEXT):
            box = raw.FS_RECTF()
            if raw.FPDFAnnot_GetRect(note, box) and box.right - box.left > 1 and abs(box.top - box.bottom) > 1:
                unread.append((box.left, min(box.top, box.bottom), box.right, max(box.top, box.bottom)))
        raw.FPDFPage_CloseAnnot(note)
    return np.asarray(struck, dtype=np.float64).reshape(-1, 4), np.asarray(unread, dtype=np.float64).reshape(-1, 4)


def blank(codes: Codes) -> NDArray[np.bool_]:
    """Characters that leave no ink."""
    spaces: NDArray[np.bool_] = (codes == 0xA0) | (codes == 0xAD) | (codes == 0x3000) | (codes == 0xFEFF)
    spaces |= ((codes >= 0x2000) & (codes <= 0x200F)) | ((codes >= 0x2028) & (codes <= 0x202F))
    spaces |= codes <= 32
    return spaces


def unread(handle: Any, codes: Codes) -> NDArray[np.bool_]:
    """Characters that leave ink while the file does not say what they mean: no code, a private or an unknown one."""
    found: NDArray[np.bool_] = (codes < 32) & ~np.isin(codes, (_HYPHEN, *_LAYOUT))
    found |= ((codes >= 0xE000) & (codes <= 0xF8FF)) | (codes == 0xFFFD) | (codes == 0xFFFE) | (codes == 0xFFFF)
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    for n in np.flatnonzero(found & (codes < 32)).tolist():  # spaces too may have no code
        raw.FPDFText_GetCharBox(handle, n, left, right, bottom, top)
        found[n] = min(right.value - left.value, top.value - bottom.value) > INK
    return found


def lost(page: Any, handle: Any, count: int, objects: Sequence[int]) -> int:
    """How many of the page's text objects say something that is not in its text layer.

    ``page`` and ``handle`` are pdfium's page and text page, ``count`` the characters of the latter and ``objects`` the
    addresses of the page's text objects. Objects of no width in a font of the document's own show nothing: blanks. In a
    font that stands in for a missing one they may be glyphs that it lacks: given a width, pdfium says what they are."""
    held = set(map(_object_of, repeat(address(handle)), range(count)))
    missing = [item for item in objects if item not in held]
    if not missing:
        return 0
    boxes = {item: _bounds(item) for item in missing}
    narrow = [item for item in missing if boxes[item][2] - boxes[item][0] < WIDTH_OF_NOTHING and _stands_in(item)]
    seen = [item for item in missing if boxes[item][2] - boxes[item][0] >= WIDTH_OF_NOTHING and _is_visible(item)]
    if seen:
        kept = np.asarray([_bounds(item) for item in objects if item in held] or [(np.inf,) * 4])
        seen = [item for item in seen if not _struck_again(np.asarray(boxes[item]), kept)]
    return len(seen) + (_narrow_glyphs(page, narrow) if narrow else 0)


def _pointer(item: int) -> Any:
    return ctypes.cast(item, raw.FPDF_PAGEOBJECT)


def _bounds(item: int) -> tuple[float, float, float, float]:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    raw.FPDFPageObj_GetBounds(_pointer(item), left, bottom, right, top)
    return left.value, bottom.value, right.value, top.value


def _is_visible(item: int) -> bool:
    return raw.FPDFTextObj_GetTextRenderMode(_pointer(item)) not in INVISIBLE


def _stands_in(item: int) -> bool:
    """Whether the object is shown in a font that is not the document's own."""
    font = raw.FPDFTextObj_GetFont(_pointer(item))
    return _is_visible(item) and raw.FPDFFont_GetIsEmbedded(font) != 1


def _struck_again(box: Floats, kept: Floats) -> bool:
    height = max(float(box[3] - box[1]), 1.0)
    return bool((np.abs(kept - box).max(axis=1) < STRUCK_AGAIN * height).any())


def _narrow_glyphs(page: Any, narrow: Sequence[int]) -> int:
    """How many of the objects say something: outlines are drawn around them, which gives them a width."""
    for item in narrow:
        pointer = _pointer(item)
        raw.FPDFTextObj_SetTextRenderMode(pointer, raw.FPDF_TEXTRENDERMODE_STROKE)
        raw.FPDFPageObj_SetStrokeWidth(pointer, 1.0)
        raw.FPDFPageObj_Transform(pointer, 1, 0, 0, 1, 0, 0)  # has its bounds measured anew
    handle = raw.FPDFText_LoadPage(page)
    try:
        count = raw.FPDFText_CountChars(handle)
        if count <= 0:
            return 0
        codes = codes_of(handle, count)
        ink = np.flatnonzero(~blank(codes)).tolist()
        own = set(narrow)
        return len({item for n in ink if (item := _object_of(address(handle), n)) in own})
    finally:
        raw.FPDFText_ClosePage(handle)
