"""Text for spreadsheets: nothing that comes from a page or a sheet may run as a formula or break the file."""

from __future__ import annotations

import re
from typing import Any

_FORMULA = frozenset("=+-@＝＋－＠\t\r\n")
_FIGURE = re.compile(r"[+-]?\d+(\.\d+)?")
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def safe(value: Any) -> Any:
    """Text that a spreadsheet would run as a formula, made text again by a leading apostrophe (OWASP CSV injection).
    Full-width signs count: some spreadsheets take them for the others. A plain figure is left as it is."""
    if isinstance(value, str) and value[:1] in _FORMULA and not _FIGURE.fullmatch(value):
        return f"'{value}"
    return value


def storable(value: Any) -> Any:
    """The same for XLSX, without the control characters that XML cannot hold (and that might hide a sign)."""
    return safe(_ILLEGAL.sub("", value)) if isinstance(value, str) else value
