"""Where a DOC keeps the properties of its characters and paragraphs: formatted pages and the sheet of styles ([MS-DOC])."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from reports.formats.runs import Ink

PAGE = 512  # bytes
SIZE = 10.0  # points, of print of which nothing is said


@dataclass(slots=True)
class Properties:
    """What counts of a paragraph: how deep in tables, whether it ends a cell or row, and the row's cells."""

    level: int = 0
    row_end: bool = False
    inner_cell: bool = False
    inner_row_end: bool = False
    heading: bool = False
    ink: Ink = Ink.PLAIN  # of its runs that say nothing else
    size: float = SIZE  # of theirs
    edges: list[int] = field(default_factory=list)
    merges: list[int] = field(default_factory=list)  # TCGRF of each cell
    ground: str = ""  # the colour behind the paragraph
    grounds: dict[int, str] = field(default_factory=dict)  # behind the row's cells, by number


def define(out: Properties, operand: bytes) -> None:
    """sprmTDefTable: the edges of a row's cells in twips, and each cell's flags."""
    if not operand:
        return
    count = operand[0]
    if count > 64 or len(operand) < 1 + 2 * (count + 1):
        return
    out.edges = list(struct.unpack_from(f"<{count + 1}h", operand, 1))
    at = 1 + 2 * (count + 1)
    out.merges = [
        struct.unpack_from("<H", operand, at + 20 * n)[0] if at + 20 * n + 2 <= len(operand) else 0
        for n in range(count)
    ]


def style_runs(word: bytes, table: bytes) -> dict[int, tuple[int, bytes]]:
    """Style -> (the style it is based on, its character properties), [MS-DOC] 2.9.271 and 2.9.258; what is damaged is
    left out."""
    out: dict[int, tuple[int, bytes]] = {}
    try:
        at, size = struct.unpack_from("<2I", word, 0xA2)
        sheet = table[at : at + size]
        head, count, base_size = struct.unpack_from("<3H", sheet)
    except struct.error:
        return out
    at = 2 + head
    for number in range(min(count, 4096)):
        if at + 2 > len(sheet):
            break
        length = struct.unpack_from("<H", sheet, at)[0]
        entry = sheet[at + 2 : at + 2 + length]
        at += 2 + length + (length & 1)
        if len(entry) >= base_size + 2 and base_size >= 6:
            out[number] = _style_run(entry, base_size)
    return out


def _style_run(entry: bytes, base_size: int) -> tuple[int, bytes]:
    kind, updates = struct.unpack_from("<2H", entry, 2)
    at = base_size + 2 + 2 * struct.unpack_from("<H", entry, base_size)[0] + 2
    # Of a paragraph style the second set of properties is of characters; of a table's the first is of its cells.
    wanted = {1: 1, 2: 0, 3: 0}.get(kind & 15)
    for n in range(updates & 15):
        if at + 2 > len(entry):
            break
        size = struct.unpack_from("<H", entry, at)[0]
        if n == wanted:
            return kind >> 4, entry[at + 2 : at + 2 + size]
        at += 2 + size + (size & 1)
    return kind >> 4, b""


def page_runs(page: bytes, wide: bool) -> Iterator[tuple[int, int, int, bytes]]:
    """The runs of one formatted disk page, [MS-DOC] 2.9.33 and 2.9.175."""
    count = page[PAGE - 1]
    width = 13 if wide else 1
    if 4 * (count + 1) + width * count > PAGE - 1:
        return
    edges = struct.unpack_from(f"<{count + 1}I", page)
    for n in range(count):
        at = page[4 * (count + 1) + width * n] * 2
        style, grpprl = 0, b""
        if at:
            if not wide:
                grpprl = page[at + 1 : at + 1 + page[at]]
            else:
                size = 2 * page[at] - 1 if page[at] else 2 * page[at + 1]
                body = page[at + 1 if page[at] else at + 2 :][:size]
                if len(body) >= 2:
                    style, grpprl = body[0] | body[1] << 8, body[2:]
        yield edges[n], edges[n + 1], style, grpprl
