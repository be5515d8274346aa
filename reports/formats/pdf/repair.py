"""A PDF that breaks off has lost its index: what stands before the break can be found by its objects."""

from __future__ import annotations

import re

_OBJECT = re.compile(rb"(?<!\d)(\d{1,7})\s+(\d{1,5})\s+obj\b")
_ROOT = re.compile(rb"/Type\s*/Catalog\b")
_TREE = re.compile(rb"/Type\s*/Pages\b")
_PAGE = re.compile(rb"/Type\s*/Page\b")
_HEAD = 20_000  # bytes of an object in which its kind is stated
MAX_OBJECTS = 200_000  # a bound against damaged files


def repaired(data: bytes) -> bytes | None:
    """The whole objects of a PDF without its end, with an end that names its pages; None where no page is whole.

    Pages within packed objects, as newer writers store them, are not found."""
    end = data.rfind(b"endobj")
    if end < 0:
        return None
    whole = data[: end + len(b"endobj")]
    found = list(_OBJECT.finditer(whole))
    if len(found) > MAX_OBJECTS:
        return None
    root: bytes | None = None
    pages: list[bytes] = []
    tree = False
    for n, entry in enumerate(found):
        behind = found[n + 1].start() if n + 1 < len(found) else len(whole)
        head = whole[entry.end() : min(behind, entry.end() + _HEAD)].partition(b"stream")[0]
        name = b"%s %s R" % (entry[1], entry[2])
        if _ROOT.search(head):
            root = name
        elif _TREE.search(head):
            tree = True
        elif _PAGE.search(head):
            pages.append(name)
    if root is not None and tree:
        return whole + b"\ntrailer\n<</Root %s/Size 8388607>>\nstartxref\n0\n%%%%EOF\n" % root
    if not pages:
        return None
    own = max(int(entry[1]) for entry in found) + 1
    return whole + (
        b"\n%d 0 obj\n<</Type/Catalog/Pages %d 0 R>>\nendobj\n%d 0 obj\n<</Type/Pages/Count %d/Kids[%s]>>\nendobj\n"
        b"trailer\n<</Root %d 0 R/Size %d>>\nstartxref\n0\n%%%%EOF\n"
        % (own, own + 1, own + 1, len(pages), b" ".join(pages), own, own + 2)
    )
