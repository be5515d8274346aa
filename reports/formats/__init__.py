"""One container a module: bytes to blocks.

A format module has ``blocks(data: bytes) -> Blocks`` and raises ``Unreadable``. It is imported when the first file of
its kind comes, since some of them load large libraries.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Collection, Sequence
from types import ModuleType

from reports.blocks import At, Blocks, Unreadable

# Format as ``reports.sniff`` names it -> module.
FORMATS: dict[str, str] = {
    "html": "reports.formats.html.page",
    "text": "reports.formats.text",
    "pdf": "reports.formats.pdf.document",
    "docx": "reports.formats.word.docx",
    "odt": "reports.formats.word.odt",
    "doc": "reports.formats.word.doc",
    "wps": "reports.formats.word.doc",
    "rtf": "reports.formats.word.rtf",
    "xls": "reports.formats.sheet.book",
    "xlsx": "reports.formats.sheet.book",
    "et": "reports.formats.sheet.book",
    "ods": "reports.formats.sheet.book",
    "ofd": "reports.formats.ofd",
    "image": "reports.formats.image.headers",
    "zip": "reports.formats.archive",
    "rar": "reports.formats.archive",
}


# Formats whose pages can be read by what they look like (``reports.formats.second_reading``).
SECOND = frozenset(("pdf", "ofd", "image"))


def second_reader(name: str) -> Callable[[bytes, Collection[int]], Blocks] | None:
    """How given pages (from 1) of a format are read a second time, by what they look like; None where they have no look."""
    if name not in SECOND:
        return None
    found: Callable[[bytes, Collection[int]], Blocks] = importlib.import_module(
        "reports.formats.second_reading"
    ).READERS[name]
    return found


def cells_reader(name: str) -> Callable[[bytes, Sequence[At]], list[str]] | None:
    """What stands at given places of a format by what they look like; None where places have no look by themselves."""
    if name not in SECOND:
        return None
    found: Callable[[bytes, Sequence[At]], list[str]] | None = importlib.import_module(
        "reports.formats.second_reading"
    ).CELLS.get(name)
    return found


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
