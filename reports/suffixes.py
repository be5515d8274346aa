"""The suffixes of the files that portals publish, by what they hold. What a file is, its content says (``reports.sniff``);
a suffix is what a link promises and what a title drags along."""

from __future__ import annotations

import re
from itertools import chain

PAGES = ("html", "htm", "shtml")
WORD = ("docx", "doc", "wps", "rtf", "odt")
SHEETS = ("xlsx", "xls", "et", "ods")
PRINTED = ("pdf", "ofd")
TEXTS = ("txt",)
SCANS = ("tiff", "tif")
PICTURES = ("png", "jpg", "jpeg", "gif", "bmp", "webp", *SCANS)
ARCHIVES = ("zip", "rar", "7z")
FILES = (*WORD, *SHEETS, *PRINTED, *ARCHIVES, *SCANS)  # what is attached to a page
ALL = (*PAGES, *WORD, *SHEETS, *PRINTED, *TEXTS, *PICTURES, *ARCHIVES)


def any_of(*groups: tuple[str, ...]) -> str:
    """A pattern for a dot and one of these suffixes: ``\\.(?:docx|doc|…)``."""
    return rf"\.(?:{'|'.join(chain(*groups))})"


def ending_in(*groups: tuple[str, ...]) -> re.Pattern[str]:
    """Names and addresses that end in one of these suffixes, in any case."""
    return re.compile(rf"{any_of(*groups)}$", re.IGNORECASE)
