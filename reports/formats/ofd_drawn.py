"""Pages of an OFD drawn as they look: the glyphs of its own fonts, as a PDF.

Which characters an OFD states and which glyphs of a font inside it are drawn for them are two things. Without such a font
they are one, for viewers draw the characters themselves; these are drawn in a plain font. Only what figures are made of is.
"""

from __future__ import annotations

import ctypes
import io
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from reports.blocks import Unreadable
from reports.formats.ofd import drawings
from reports.formats.ofd_text import MM, Canvas, Glyph
from reports.text import half_width

FIGURES = frozenset("0123456789.,-+/")
_PLAIN = b"Helvetica"


def drawn(data: bytes, pages: Collection[int]) -> bytes:
    """A PDF of as many pages as the OFD has, with the figures of the given ones (from 1). Raises Unreadable where the
    characters are all there is to see, or a font cannot be used."""
    canvases, members = drawings(data)
    wanted = {number: canvas for number, canvas in enumerate(canvases, 1) if number in pages}
    used = {glyph.font for canvas in wanted.values() for glyph in _figures(canvas)}
    if not used & members.keys():
        raise Unreadable("the OFD brings no font for its figures")
    document = pdfium.PdfDocument.new()
    try:
        with _loaded(document, {name: members[name] for name in used & members.keys()}) as fonts:
            for number, canvas in enumerate(canvases, 1):
                page = document.new_page(canvas.width, canvas.height)
                for glyph in _figures(canvas) if number in wanted else ():
                    _draw(document, page, glyph, fonts, canvas.height)
                raw.FPDFPage_GenerateContent(page.raw)
                page.close()
        out = io.BytesIO()
        document.save(out)
    finally:
        document.close()
    return out.getvalue()


def _figures(canvas: Canvas) -> Iterator[Glyph]:
    return (glyph for glyph in canvas.glyphs if half_width(glyph.char) in FIGURES)


@contextmanager
def _loaded(document: pdfium.PdfDocument, members: dict[str, bytes]) -> Iterator[dict[str, Any]]:
    """The fonts by their members, and a plain one under no name."""
    fonts = {"": raw.FPDFText_LoadStandardFont(document.raw, _PLAIN)}
    try:
        for name, content in members.items():
            buffer = (ctypes.c_uint8 * len(content)).from_buffer_copy(content)
            font = raw.FPDFText_LoadFont(document.raw, buffer, len(content), raw.FPDF_FONT_TRUETYPE, True)
            if not font:
                raise Unreadable("a font of the OFD cannot be used")
            fonts[name] = font
        yield fonts
    finally:
        for font in fonts.values():
            if font:
                raw.FPDFFont_Close(font)


def _draw(
    document: pdfium.PdfDocument, page: pdfium.PdfPage, glyph: Glyph, fonts: dict[str, Any], height: float
) -> None:
    font = fonts.get(glyph.font, fonts[""])
    text = raw.FPDFPageObj_CreateTextObj(document.raw, font, ctypes.c_float(1.0))
    if glyph.number is not None and glyph.font in fonts:
        raw.FPDFText_SetCharcodes(text, (ctypes.c_uint32 * 1)(glyph.number), 1)
    else:
        char = glyph.char if glyph.font in fonts and glyph.font else half_width(glyph.char)
        units = (ctypes.c_ushort * 2)(ord(char), 0)
        raw.FPDFText_SetText(text, units)
    a, b, c, d, e, f = (value * MM for value in glyph.matrix)
    raw.FPDFPageObj_Transform(text, a, -b, c, -d, e, height - f)
    raw.FPDFPage_InsertObject(page.raw, text)
