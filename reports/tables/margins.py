"""What stands in the margins of pages: their numbers."""

from __future__ import annotations

import re

from reports.blocks import At, Blocks, Paragraph
from reports.text import half_width

# `- 3 -`, `第 3 页`, `3 / 8`: no figure of a table is printed so.
_PAGE_NUMBER = re.compile(r"[-—–·]\s*\d{1,3}\s*[-—–·]|第?\s*\d{1,3}\s*(?:页|/)\s*[,，/]?\s*共?\s*(?:\d{1,3}\s*页?)?")
_BARE_NUMBER = re.compile(r"\d{1,3}")
SAME_PLACE = 6.0  # points by which the numbers of two pages may stand apart


def page_numbers(blocks: Blocks, longest: int) -> set[int]:
    """Blocks that number pages: by their dress, or bare where they count on from page to page in one place. A bare
    number elsewhere may be the rest of a figure. Lines of more than ``longest`` characters are text."""
    out: set[int] = set()
    bare: list[tuple[int, int, At]] = []
    for index, block in enumerate(blocks.blocks):
        if not isinstance(block, Paragraph) or len(block.text) > longest:
            continue
        text = half_width(block.text)
        if _PAGE_NUMBER.fullmatch(text):
            out.add(index)
        elif _BARE_NUMBER.fullmatch(text) and block.at.page is not None and block.at.bbox is not None:
            bare.append((index, int(text) - block.at.page, block.at))
    for index, offset, at in bare:
        for other, same, beside in bare:
            if other != index and same == offset and at.page != beside.page and _same_place(at, beside):
                out.add(index)
    return out


def _same_place(one: At, other: At) -> bool:
    if one.bbox is None or other.bbox is None:
        return False
    across = abs(one.bbox[0] + one.bbox[2] - other.bbox[0] - other.bbox[2]) / 2
    return across < 2 * SAME_PLACE and abs(one.bbox[1] - other.bbox[1]) < SAME_PLACE
