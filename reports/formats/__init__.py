"""One container a module: bytes to blocks.

A format module has ``blocks(data: bytes) -> Blocks`` and raises ``Unreadable``. It is imported when the first file of
its kind comes, since some of them load large libraries.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from types import ModuleType

from reports.blocks import Blocks, Unreadable

# Format as ``reports.sniff`` names it -> module.
FORMATS: dict[str, str] = {
    "html": "reports.formats.html.page",
    "text": "reports.formats.text",
    "pdf": "reports.formats.pdf",
    "docx": "reports.formats.word.docx",
    "odt": "reports.formats.word.odt",
    "doc": "reports.formats.word.doc",
    "wps": "reports.formats.word.doc",
    "rtf": "reports.formats.word.rtf",
    "xls": "reports.formats.sheet",
    "xlsx": "reports.formats.sheet",
    "et": "reports.formats.sheet",
    "ods": "reports.formats.sheet",
    "ofd": "reports.formats.ofd",
    "image": "reports.formats.frames",
    "zip": "reports.formats.archive",
    "rar": "reports.formats.archive",
}


def module(name: str) -> ModuleType:
    """The module of a format. Raises KeyError for a name that is no format."""
    return importlib.import_module(FORMATS[name])


def reader(name: str) -> Callable[[bytes], Blocks]:
    """``blocks`` of a format's module. Raises KeyError for a name that is no format, Unreadable for one that is known and
    that no module reads yet."""
    try:
        found: Callable[[bytes], Blocks] = module(name).blocks
    except ModuleNotFoundError as error:
        if error.name != FORMATS[name]:
            raise
        raise Unreadable(f"{name} files are not read yet: ask the body for PDF or Word, or convert the file") from None
    return found
