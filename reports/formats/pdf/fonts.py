"""The fonts that pdfium lays text out with where a document brings none: the product's own, never the machine's.

What a text layer says depends on the glyphs it is measured by. With the machine's fonts the same bytes read differently
from machine to machine: without a Chinese one pdfium drops single full-width digits and text that runs upwards.
"""

from __future__ import annotations

import ctypes
from functools import lru_cache
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn
import pypdfium2.raw as raw

_FACE = b"Noto Sans SC"
_HANDLE = 1  # of the one font there is; pdfium takes 0 for none
_GB2312 = raw.FXFONT_GB2312_CHARSET
_HEADER, _ENTRY = 12, 16  # bytes of an sfnt's header and of each entry of its directory

# Structure and callbacks: pdfium keeps their addresses until the process ends.
_kept: list[Any] = []


@lru_cache(maxsize=1)
def _font() -> bytes:
    return Path(pylopdf_fonts_zh_cn.sans_path()).read_bytes()


def _table(tag: int) -> bytes:
    """A table of the font by its four letters as a big-endian number; the whole font for 0; nothing if it has none.

    Asking for ``ttcf`` is how pdfium tells a collection of fonts, which this is not."""
    font = _font()
    if not tag:
        return font
    name = tag.to_bytes(4, "big")
    for n in range(int.from_bytes(font[4:6], "big")):
        entry = font[_HEADER + n * _ENTRY : _HEADER + (n + 1) * _ENTRY]
        if entry[:4] == name:
            start = int.from_bytes(entry[8:12], "big")
            return font[start : start + int.from_bytes(entry[12:16], "big")]
    return b""


def _hand_over(data: bytes, buffer: Any, size: int) -> int:
    """Copy ``data`` if the buffer takes it, the interface's way; its size either way."""
    if buffer and size >= len(data):
        ctypes.memmove(buffer, data, len(data))
    return len(data)


def _enumerate(_info: Any, mapper: Any) -> None:
    raw.FPDF_AddInstalledFont(mapper, ctypes.create_string_buffer(_FACE), _GB2312)


def _map(_info: Any, _weight: int, _italic: int, _charset: int, _pitch: int, _face: Any, exact: Any) -> int:
    if exact:
        exact[0] = 0
    return _HANDLE


def _get(_info: Any, _face: Any) -> int:
    return _HANDLE


def _data(_info: Any, _font_handle: Any, tag: int, buffer: Any, size: int) -> int:
    return _hand_over(_table(tag), buffer, size)


def _name(_info: Any, _font_handle: Any, buffer: Any, size: int) -> int:
    return _hand_over(_FACE + b"\0", buffer, size)


def _charset_of(_info: Any, _font_handle: Any) -> int:
    return int(_GB2312)


def _nothing(*_: Any) -> None:
    """Nothing is to be released: the font lives as long as the process."""


def install() -> None:
    """Put the product's font in the place of the system's, once in a process, before a document is opened."""
    if _kept:
        return
    info = raw.FPDF_SYSFONTINFO(version=1)
    answers = {
        "Release": _nothing, "EnumFonts": _enumerate, "MapFont": _map, "GetFont": _get, "GetFontData": _data,
        "GetFaceName": _name, "GetFontCharset": _charset_of, "DeleteFont": _nothing,
    }  # fmt: skip
    types = dict(field[:2] for field in raw.FPDF_SYSFONTINFO._fields_)
    for name, answer in answers.items():
        callback = types[name](answer)
        _kept.append(callback)
        setattr(info, name, callback)
    _kept.append(info)
    raw.FPDF_SetSystemFontInfo(info)
