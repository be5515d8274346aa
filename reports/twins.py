"""Addresses that show the same paper a second time in another dress: for telephones, for the elderly, in traditional
characters. The standard page stands for it."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_HOST = re.compile(r"^(?:wap|m|mobile|3g|big5|gab|wza)\.|^big5[-.]", re.IGNORECASE)
_PATH = re.compile(
    r"_wap\.s?html?$|/mpost_\d+\.html?$|^/(?:gab|wza|wap|mobile|m|big5|zzb|laonian)/|/gab/|/big5/", re.IGNORECASE
)


def is_twin(url: str) -> bool:
    """Whether an address is a second dress of a standard page."""
    try:
        parts = urlsplit(url)
        return bool(_HOST.search(parts.hostname or "") or _PATH.search(parts.path))
    except ValueError:
        return False
