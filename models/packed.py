"""Large JSON that is read whole and never searched, packed: a reading's report is a tenth of its text.

The cells of a report are nine tenths names that every report has; laid out by column, and packed after a text that holds
the form's words, they are all but nothing. A packed value begins with a byte that names the format, so that a later one
can be read beside it.
"""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator

from models.base import storable

PLAIN, FORMAT = b"\x01", b"\x02"
# The names of cells, the labels and the headings of the form, as a report has them. What is packed with it is read with
# it alone: the file is never changed, another one is another format.
WORDS = (Path(__file__).parent / "data" / "packing_1.txt").read_bytes()
MOST = 64 << 20  # bytes that one value may come to
LEVEL = 6  # measured on a report of 46 kB: level 6 gives 4.0 kB (6.1 without the words), 9 no less
FEWEST = 4  # entries that are worth a layout by column


def pack(value: dict[str, Any], words: bool = True) -> bytes:
    """The object as bytes; ``unpack`` gives an equal one. ``words`` false: in the first format, without the form's."""
    rest, columns = {}, {}
    for name, inner in value.items():
        if isinstance(inner, dict) and len(inner) >= FEWEST and all(isinstance(one, dict) for one in inner.values()):
            columns[name] = _by_column(inner)
        else:
            rest[name] = inner
    text = json.dumps([list(value), rest, columns], ensure_ascii=False, separators=(",", ":"))
    packing = zlib.compressobj(LEVEL, zdict=WORDS) if words else zlib.compressobj(LEVEL)
    return (FORMAT if words else PLAIN) + packing.compress(text.encode()) + packing.flush()


def unpack(data: bytes) -> dict[str, Any]:
    """The reverse of ``pack``. Raises ValueError for bytes of no known format."""
    if data[:1] not in {PLAIN, FORMAT}:
        raise ValueError("a packed value of an unknown format")
    unpacking = zlib.decompressobj(zdict=WORDS) if data[:1] == FORMAT else zlib.decompressobj()
    text = unpacking.decompress(data[1:], MOST)
    if not unpacking.eof:
        raise ValueError("a packed value is cut off, or too large")
    names, rest, columns = json.loads(text)
    whole = rest | {name: _by_entry(*laid) for name, laid in columns.items()}
    return {name: whole[name] for name in names}


def _by_column(entries: dict[str, dict[str, Any]]) -> list[Any]:
    """[keys, field -> its values in the order of the keys, what single entries have beside the common fields]."""
    first = next(iter(entries.values()))
    common = [field for field in first if all(field in entry for entry in entries.values())]
    more = {
        key: {field: value for field, value in entry.items() if field not in common}
        for key, entry in entries.items()
        if len(entry) > len(common)
    }
    return [list(entries), {field: [entry[field] for entry in entries.values()] for field in common}, more]


def _by_entry(keys: list[str], columns: dict[str, list[Any]], more: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {
        key: {field: values[number] for field, values in columns.items()} | more.get(key, {})
        for number, key in enumerate(keys)
    }


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
