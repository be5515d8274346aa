"""One container a module: bytes to blocks.

A format module has ``blocks(data: bytes) -> Blocks`` and raises ``Unreadable``. It is imported when the first file of
its kind comes, since some of them load large libraries.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from types import ModuleType

from reports.blocks import Blocks

# Format as ``reports.sniff`` names it -> module.
FORMATS: dict[str, str] = {
    "html": "reports.formats.html",
    "text": "reports.formats.text",
    "pdf": "reports.formats.pdf",
    "docx": "reports.formats.docx",
    "odt": "reports.formats.docx",
    "doc": "reports.formats.doc",
    "wps": "reports.formats.doc",
    "rtf": "reports.formats.rtf",
    "xls": "reports.formats.sheet",
    "xlsx": "reports.formats.sheet",
    "et": "reports.formats.sheet",
    "ods": "reports.formats.sheet",
    "ofd": "reports.formats.ofd",
    "image": "reports.formats.picture",
    "zip": "reports.formats.archive",
    "rar": "reports.formats.archive",
}


def module(name: str) -> ModuleType:
    """The module of a format. Raises KeyError for a name that is no format."""
    return importlib.import_module(FORMATS[name])


def reader(name: str) -> Callable[[bytes], Blocks]:
    """``blocks`` of a format's module. Raises KeyError for a name that is no format."""
    found: Callable[[bytes], Blocks] = module(name).blocks
    return found
