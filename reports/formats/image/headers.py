"""Picture files before they are looked at: how many pages, how large each, told by their headers alone.

Only then are the pages decoded and read, by ``reports.formats.image.picture``. Pillow raises errors of many kinds on damaged
files; whatever comes out of it is the file's fault and is said as such, whatever comes from elsewhere is ours.
"""

from __future__ import annotations

import io
import struct
import warnings

import PIL
from PIL import Image as Pillow

from reports.blocks import Blocks, Unreadable
from reports.formats.image import picture

# Of all pages together: sixty pages of A4 at 300 dpi, which is what the time limit suffices for.
MAX_TOTAL_PIXELS = 540_000_000
_PILLOW = PIL.__name__ + "."


def blocks(data: bytes) -> Blocks:
    """The pages of a picture file in order. Raises Unreadable: damaged, too many or too large pages."""
    try:
        _check(data)
        return picture.blocks(data)
    except (Unreadable, MemoryError):
        raise
    except Pillow.DecompressionBombError:
        raise _too_large("the picture has") from None
    except Exception as error:
        if not _from_pillow(error):
            raise
        raise Unreadable(f"the picture is damaged ({type(error).__name__}): fetch it again") from error


def _check(data: bytes) -> None:
    """Go through the pages' headers; nothing is decoded. Raises Unreadable, and what Pillow raises."""
    total = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # oddities in the headers; what they lead to is seen below
        with Pillow.open(io.BytesIO(data)) as image:
            for number in range(picture.MAX_PAGES + 1):
                try:
                    image.seek(number)
                except EOFError:
                    return
                except (OSError, ValueError, TypeError, struct.error) as error:
                    raise Unreadable(
                        f"page {number + 1} of the picture is damaged ({error}): fetch it again"
                    ) from error
                width, height = image.size
                if width * height > picture.MAX_PIXELS:
                    raise _too_large(f"page {number + 1} of the picture has {width} x {height} points,")
                total += width * height
                if image.format != "TIFF":  # a moving picture is one page shown in steps
                    return
                if total > MAX_TOTAL_PIXELS:
                    raise _too_large("the pages of the picture together have")
    raise Unreadable(f"the file holds more than {picture.MAX_PAGES} pictures; split it", "pages")


def _too_large(what: str) -> Unreadable:
    return Unreadable(f"{what} more points than can be read: ask for it at 200 to 300 dpi", "pixels")


def _from_pillow(error: BaseException) -> bool:
    """Whether the innermost frame is Pillow's own."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and str(trace.tb_frame.f_globals.get("__name__", "")).startswith(_PILLOW)
