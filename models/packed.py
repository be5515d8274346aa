"""Large JSON that is read whole and never searched, packed: a reading's report is a tenth of its text.

The cells of a report are nine tenths names that every report has; laid out by column (``reports.compact``), and packed
after a text that holds the form's words, they are all but nothing. A packed value begins with a byte that names the
format, so that a later one can be read beside it.
"""

from __future__ import annotations

import re
import zlib
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator

from models.base import storable
from reports.compact import compact, expanded

PLAIN, FORMAT = b"\x01", b"\x02"
# The names of cells, the labels and the headings of the form, as a report has them. What is packed with it is read with
# it alone: the file is never changed, another one is another format.
WORDS = (Path(__file__).parent / "data" / "packing_1.txt").read_bytes()
MOST = 64 << 20  # bytes that one value may come to
LEVEL = 6  # measured on a report of 46 kB: level 6 gives 4.0 kB (6.1 without the words), 9 no less


def pack(value: dict[str, Any], words: bool = True) -> bytes:
    """The object as bytes; ``unpack`` gives an equal one. ``words`` false: in the first format, without the form's."""
    return _pressed(compact(value), words)


def pack_text(text: bytes) -> bytes:
    """``pack`` of what is laid out already, as ``reports.compact`` does it. Raises ValueError where it is not."""
    if _UNSTORABLE.search(text):
        return pack(storable(expanded(text)))
    return _pressed(text)


_UNSTORABLE = re.compile(rb"\\u(0000|[dD][89a-fA-F])")  # as JSON writes what ``storable`` replaces


def _pressed(text: bytes, words: bool = True) -> bytes:
    packing = zlib.compressobj(LEVEL, zdict=WORDS) if words else zlib.compressobj(LEVEL)
    return (FORMAT if words else PLAIN) + packing.compress(text) + packing.flush()


def unpack(data: bytes) -> dict[str, Any]:
    """The reverse of ``pack``. Raises ValueError for bytes of no known format."""
    if data[:1] not in {PLAIN, FORMAT}:
        raise ValueError("a packed value of an unknown format")
    unpacking = zlib.decompressobj(zdict=WORDS) if data[:1] == FORMAT else zlib.decompressobj()
    text = unpacking.decompress(data[1:], MOST)
    if not unpacking.eof:
        raise ValueError("a packed value is cut off, or too large")
    return expanded(text)


class Packed(TypeDecorator[dict[str, Any]]):
    """A column of packed objects; None stays NULL."""

    impl = sa.LargeBinary
    cache_ok = True

    def process_bind_param(self, value: dict[str, Any] | bytes | None, _dialect: sa.Dialect) -> bytes | None:
        """To the database; what is packed already stays as it is."""
        return value if value is None or isinstance(value, bytes) else pack(storable(value))

    def process_result_value(self, value: bytes | None, _dialect: sa.Dialect) -> dict[str, Any] | None:
        """From the database."""
        return None if value is None else unpack(bytes(value))
