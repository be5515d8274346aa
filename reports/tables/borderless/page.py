"""The free lines of a page to paragraphs and to tables without upright rules."""

from __future__ import annotations

from collections.abc import Sequence

from reports.blocks import At, Block, Paragraph
from reports.geometry.lines import TextLine
from reports.geometry.shapes import Segment
from reports.tables.borderless.grids import hangs_below, table_grids
from reports.tables.borderless.model import NEXT_LINE, SAME_ROW, Carried, PrintedLine
from reports.tables.borderless.parting import part_line
from reports.tables.borderless.words import PROSE, is_header, is_heading, is_matter, is_piece


def free_blocks(
    number: int, lines: Sequence[TextLine], horizontal: Sequence[Segment], carried: Carried | None = None
) -> list[Block]:
    """The free lines of page ``number`` (sorted top to bottom) as paragraphs and inferred grids.

    ``carried`` goes from page to page of a document."""
    carried = carried if carried is not None else Carried()
    parted = [part_line(line) for line in lines]
    if not any(line.is_row for line in parted):
        return [_paragraph(number, line) for line in lines]
    out: list[Block] = []
    at = 0
    for first, last in _stretches(parted):
        out.extend(_paragraph(number, entry.line) for entry in parted[at:first])
        out.extend(table_grids(number, parted[first : last + 1], horizontal, carried))
        at = last + 1
    out.extend(_paragraph(number, entry.line) for entry in parted[at:])
    return out


def _paragraph(number: int, line: TextLine) -> Paragraph:
    return Paragraph(line.text, At(number, line.bbox), joins=True, confidence=line.confidence)


def _stretches(parted: Sequence[PrintedLine]) -> list[tuple[int, int]]:
    """(first, last) of each table: rows with nothing but table matter between them, and their heads and label ends."""
    out: list[tuple[int, int]] = []
    for n, entry in enumerate(parted):
        if not entry.is_row:
            continue
        if out and all(is_matter(between) for between in parted[out[-1][1] + 1 : n]):
            out[-1] = (out[-1][0], n)
        else:
            out.append((n, n))
    grown: list[tuple[int, int]] = []
    for first, last in out:
        limit = grown[-1][1] if grown else -1
        while first - 1 > limit and _belongs(parted[first - 1], parted[first]):
            first -= 1
        while last + 1 < len(parted) and not parted[last + 1].is_row and _follows(parted[last + 1], parted[last]):
            last += 1
        grown.append((first, last))
    return grown


def _belongs(entry: PrintedLine, below: PrintedLine) -> bool:
    text = entry.line.text
    if is_heading(text):
        return False
    if entry.figures and not entry.words and below.middle - entry.middle < SAME_ROW * entry.line.height:
        return True
    near = below.line.bbox[1] - entry.line.bbox[3] < 2.5 * entry.line.height
    return near and (is_header(entry) or (not PROSE.search(text) and any(is_piece(run.text) for run in entry.runs)))


def _follows(entry: PrintedLine, above: PrintedLine) -> bool:
    text = entry.line.text
    if is_heading(text) or PROSE.search(text) or len(entry.runs) > 2:
        return False
    if entry.figures and not entry.words and entry.middle - above.middle < SAME_ROW * entry.line.height:
        return True
    if not entry.words and hangs_below(entry, above) and entry.middle - above.middle < NEXT_LINE * entry.line.height:
        return True
    near = entry.line.bbox[1] - above.line.bbox[3] < 2.5 * entry.line.height
    return near and all(is_piece(run.text) for run in entry.runs)
