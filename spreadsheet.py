"""Text for spreadsheets: nothing that comes from a page or a sheet may run as a formula or break the file."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openpyxl import Workbook

_SIGNS = frozenset("=+-@＝＋－＠")
_BREAKS = frozenset("\t\r\n")
_UNSEEN = frozenset({"Cf", "Cc"})  # zero width, byte order marks, controls
_FIGURE = re.compile(r"[+-]?\d+(\.\d+)?")
LINE_HEIGHT = 15.0  # points of a line of the usual 11
MOST_LINES = 27  # no row is higher than 409 points
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def safe(value: Any) -> Any:
    """Text that a spreadsheet would run as a formula, made text again by a leading apostrophe (OWASP CSV injection).
    Full-width signs count: some spreadsheets take them for the others; so does a sign behind blanks, zero-width
    characters or a byte order mark, which some of them trim. A plain figure is left as it is."""
    if not isinstance(value, str) or _FIGURE.fullmatch(value):
        return value
    visible = next((c for c in value if not (c.isspace() or unicodedata.category(c) in _UNSEEN)), "")
    return f"'{value}" if (visible and visible in _SIGNS) or value[:1] in _BREAKS else value


def storable(value: Any) -> Any:
    """The same for XLSX, without the control characters that XML cannot hold (and that might hide a sign)."""
    return safe(_ILLEGAL.sub("", value)) if isinstance(value, str) else value


def row_height(values: Sequence[Any], widths: Sequence[float]) -> float:
    """The height (points) of a row whose texts are wrapped at these widths (characters): not every program that opens a
    sheet finds it by itself."""
    lines = 1
    for value, width in zip(values, widths, strict=False):
        if isinstance(value, str) and 2 * len(value) > width:
            lines = max(lines, sum(-(-_columns(part) // max(int(width) - 1, 1)) or 1 for part in value.split("\n")))
    return LINE_HEIGHT * min(lines, MOST_LINES)


def _columns(text: str) -> int:
    """In half-width characters."""
    return sum(1 if char.isascii() else 2 for char in text)


def save(book: Workbook, path: Path) -> None:
    """Write a workbook. It is packed in memory: a packer whose file has no room left complains once more when it is
    collected."""
    out = io.BytesIO()
    book.save(out)
    path.write_bytes(out.getvalue())
