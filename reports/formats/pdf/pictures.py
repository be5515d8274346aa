"""The pictures of a PDF page: the page itself where it is one, and those beside the text that may hold a table."""

from __future__ import annotations

import ctypes
import io
import math
from collections.abc import Iterator
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw
from PIL import Image

from reports.blocks import At, Picture, Unreadable
from reports.formats.pdf.drawing import Drawn, Frame, area_of
from reports.geometry.shapes import Box

MAX_PIXELS = 60_000_000  # a bound on the memory: A3 at 400 dpi has 31 million

PAGE_SIZED = 0.6  # share of the page from which on a picture is the page
PICTURE_DPI = 200  # for pages drawn as curves, and where several pictures make the page
MAX_DPI = 300  # finer scans are drawn as coarse: offices scan at 200 to 300
# A picture that may hold a table is wider than this share of the page and higher than this many points.
PICTURE_WIDTH, PICTURE_HEIGHT = 0.4, 40.0


def whole_page(frame: Frame, drawn: Drawn) -> Picture:
    """The page as a picture: the one that fills it, at its own resolution, else as the page is drawn."""
    box = (0.0, 0.0, frame.width, frame.height)
    name = f"page-{frame.number}"
    area = frame.width * frame.height
    whole = [item for _, seen, item in drawn.images if area_of(seen) >= PAGE_SIZED * area]
    others = sum(area_of(seen) > 0.02 * area for _, seen, _ in drawn.images) - len(whole)
    if len(whole) == 1 and not others and drawn.paths < 20:
        data = _embedded(frame, whole[0])
        if data is not None:
            return Picture(name, data, At(frame.number, box))
    return Picture(name, _rendered(frame, drawn), At(frame.number, box))


def _rendered(frame: Frame, drawn: Drawn) -> bytes:
    """The page as it looks, at its pictures' resolution."""
    dpi = float(PICTURE_DPI)
    for _, (x0, _, x1, _), item in drawn.images:
        width, _ = _pixels(item)
        dpi = max(dpi, min(72 * width / max(x1 - x0, 1.0), MAX_DPI))
    scale = min(dpi / 72, math.sqrt(MAX_PIXELS / (frame.width * frame.height)))
    if scale < 0.3:
        raise Unreadable(
            f"page {frame.number} measures {frame.width:.0f} by {frame.height:.0f} points; it is not drawn",
            "pixels",
        )
    return _png(frame.page.render(scale=scale).to_pil().convert("RGB"))


def _embedded(frame: Frame, item: Any) -> bytes | None:
    """A picture's own bytes, at its own resolution, as it stands on the page; None where only drawing tells."""
    width, height = _pixels(item)
    if width * height > MAX_PIXELS:
        raise Unreadable(
            f"page {frame.number} is a picture of {width} × {height} points, more than can be read", "pixels"
        )
    matrix = raw.FS_MATRIX()
    if width * height < 10_000 or not raw.FPDFPageObj_GetMatrix(item, matrix):
        return None
    if abs(matrix.b) > 0.01 * abs(matrix.a) or matrix.a <= 0 or matrix.d <= 0 or frame.turn:
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


def pictures_beside(frame: Frame, drawn: Drawn) -> Iterator[Picture]:
    """Pictures beside the text that may hold a table."""
    for n, (_, (x0, y0, x1, y1), item) in enumerate(drawn.images, 1):
        if x1 - x0 < PICTURE_WIDTH * frame.width or y1 - y0 < PICTURE_HEIGHT:
            continue
        width, height = _pixels(item)
        if width < 200 or height < 60:  # a background colour, a shadow
            continue
        data = _embedded(frame, item)
        if data is None:
            data = _cropped(frame, (x0, y0, x1, y1))
        yield Picture(f"page-{frame.number}-{n}", data, At(frame.number, (x0, y0, x1, y1)))


def _cropped(frame: Frame, box: Box) -> bytes:
    scale = min(PICTURE_DPI / 72, math.sqrt(MAX_PIXELS / (frame.width * frame.height)))
    image = frame.page.render(scale=scale).to_pil().convert("RGB")
    return _png(image.crop(tuple(int(v * scale) for v in box)))


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
