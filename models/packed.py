"""Large JSON that is read whole and never searched, packed: a reading's report is a tenth of its text.

The cells of a report are nine tenths names that every report has; laid out by column they are all but nothing. A packed
value begins with a byte that names the format, so that a later one can be read beside it.
"""

from __future__ import annotations

import json
import zlib
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator

from models.base import storable

FORMAT = b"\x01"
LEVEL = 6  # measured on a report of 42 kB: level 6 gives 5.3 kB in 0.3 ms, 3 gives 6.0 kB in 0.2 ms, 9 no less than 6
FEWEST = 4  # entries that are worth a layout by column


def pack(value: dict[str, Any]) -> bytes:
    """The object as bytes; ``unpack`` gives an equal one."""
    rest, columns = {}, {}
    for name, inner in value.items():
        if isinstance(inner, dict) and len(inner) >= FEWEST and all(isinstance(one, dict) for one in inner.values()):
            columns[name] = _by_column(inner)
        else:
            rest[name] = inner
    text = json.dumps([list(value), rest, columns], ensure_ascii=False, separators=(",", ":"))
    return FORMAT + zlib.compress(text.encode(), LEVEL)


def unpack(data: bytes) -> dict[str, Any]:
    """The reverse of ``pack``. Raises ValueError for bytes of no known format."""
    if data[:1] != FORMAT:
        raise ValueError("a packed value of an unknown format")
    names, rest, columns = json.loads(zlib.decompress(data[1:]))
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
