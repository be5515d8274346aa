"""A report's JSON laid out by column: what every entry of a mapping names stands there once.

The cells of a report are nine tenths names that every cell has. Laid out so a report crosses from the child that reads it
to its parent, and is stored packed; it is written once for both."""

from __future__ import annotations

import json
from typing import Any

FEWEST = 4  # entries that are worth a layout by column


def compact(value: dict[str, Any]) -> bytes:
    """The object as text; ``expanded`` gives an equal one."""
    rest, columns = {}, {}
    for name, inner in value.items():
        if isinstance(inner, dict) and len(inner) >= FEWEST and all(isinstance(one, dict) for one in inner.values()):
            columns[name] = _by_column(inner)
        else:
            rest[name] = inner
    return json.dumps([list(value), rest, columns], ensure_ascii=False, separators=(",", ":")).encode()


def expanded(text: bytes) -> dict[str, Any]:
    """The reverse of ``compact``. Raises ValueError for what is laid out in no such way."""
    try:
        names, rest, columns = json.loads(text)
        whole = rest | {name: _by_entry(*laid) for name, laid in columns.items()}
        return {name: whole[name] for name in names}
    except (TypeError, KeyError, IndexError, AttributeError, RecursionError) as error:
        raise ValueError(f"a report that is not laid out as one ({type(error).__name__})") from error


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
    if not columns:
        return {key: dict(more.get(key, {})) for key in keys}
    fields = tuple(columns)
    entries = {
        key: dict(zip(fields, values, strict=True))
        for key, values in zip(keys, zip(*columns.values(), strict=True), strict=True)
    }
    for key, beside in more.items():
        entries[key] |= beside
    return entries
