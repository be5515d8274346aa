"""Rows cut by a page end, put together again.

The upper part holds the figures and half a label, the lower the other half and blanks, or the reverse. Two halves are
one row only if what they make together is more like a label of the form than either half, so that no row swallows its
neighbour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reports import numbers
from reports.blocks import Block, Grid, GridCell, Paragraph
from reports.grid import PAGE_NUMBER
from reports.tables.labels import best_likeness, likeness
from reports.tables.model import PrintedRow
from reports.text import letters

WHOLE = 0.9  # from here on a text is a label of the form by itself
ALIKE = 0.8  # two halves put together are a label, misprints allowed for


def joined(pages: Sequence[list[Block]]) -> list[Block]:
    """The blocks of all pages, the halves of cut rows joined into the upper grid."""
    out: list[Block] = []
    for blocks in pages:
        lower = _first_grid(blocks)
        upper = _last_grid(out)
        if lower is not None and upper is not None:
            above, below = out[upper], blocks[lower]
            if isinstance(above, Grid) and isinstance(below, Grid):
                row = _row(above.rows[-1], below.rows[0])
                rows = below.rows
                if row is not None:
                    out[upper] = replace(above, rows=(*above.rows[:-1], row))
                    rows = rows[1:]
                elif _is_blank(rows[0]) and (len(rows) > 1 or len(rows[0]) == len(above.rows[-1])):
                    rows = rows[1:]  # the lower half of a row whose text all stood above
                blocks = [*blocks[:lower], *([replace(below, rows=rows)] if rows else []), *blocks[lower + 1 :]]
        out.extend(blocks)
    return out


def _is_margin(block: Block) -> bool:
    return isinstance(block, Paragraph) and (
        bool(PAGE_NUMBER.fullmatch(block.text)) or (len(block.text.strip()) <= 4 and block.text.strip().isdigit())
    )


def _first_grid(blocks: Sequence[Block]) -> int | None:
    """The grid a page begins with; page numbers and running heads may stand above it."""
    for n, block in enumerate(blocks[:3]):
        if isinstance(block, Grid):
            return n if block.rows else None
        if not _is_margin(block) and n:
            return None
    return None


def _last_grid(blocks: Sequence[Block]) -> int | None:
    for n in range(len(blocks) - 1, max(len(blocks) - 4, -1), -1):
        block = blocks[n]
        if isinstance(block, Grid):
            return n if block.rows else None
        if not _is_margin(block) and n < len(blocks) - 1:
            return None
    return None


def _is_blank(row: Sequence[GridCell]) -> bool:
    return all(not cell.text.strip() for cell in row)


def _parts(row: Sequence[GridCell]) -> tuple[list[GridCell], list[GridCell]]:
    """Cells of words, and the trailing cells that are figures or blank."""
    n = len(row)
    # The lower half of 2600 may be 00, which alone is no figure.
    while n and (numbers.looks_like_value(row[n - 1].text) or letters(row[n - 1].text).isdecimal()):
        n -= 1
    return list(row[:n]), list(row[n:])


def _row(above: Sequence[GridCell], below: Sequence[GridCell]) -> tuple[GridCell, ...] | None:
    """The whole row, if the two are its halves."""
    words_above, values_above = _parts(above)
    words_below, values_below = _parts(below)
    label_above = words_above[-1].text if words_above else ""
    label_below = words_below[-1].text if words_below else ""
    printed_above = [cell for cell in values_above if cell.text.strip()]
    printed_below = [cell for cell in values_below if cell.text.strip()]
    if not printed_below and not label_below:
        return None
    together = likeness(label_above + label_below)
    apart = max(likeness(label_above), likeness(label_below))
    # Half a label stands on each side.
    halves = bool(label_above and label_below) and together >= ALIKE and together > apart + 0.02
    # The label is on one side and the figures are on the other, where no label is.
    figures_below = (
        bool(printed_below) and not printed_above and not label_below and likeness(label_above) >= WHOLE
        and len(printed_below) >= len(values_above) - 1 > 0
    )  # fmt: skip
    label_only_below = bool(printed_above) and not label_above and not printed_below and likeness(label_below) >= WHOLE
    # A row without a label (the disputes') whose figures all went below.
    if not (words_above or words_below or printed_above) and printed_below and len(above) == len(below):
        return tuple(below)
    if not (halves or figures_below or label_only_below):
        return None
    if halves and printed_above and printed_below:
        return _both(above, below, words_above, words_below)
    values = values_below if printed_below else values_above
    if halves and not printed_above and not printed_below:
        values = values_above if len(values_above) >= len(values_below) else values_below
    words = words_above or words_below
    lead = list(words[:-1])
    full = replace(words[-1], text=label_above + label_below)
    return (*lead, full, *values)


def _both(
    above: Sequence[GridCell], below: Sequence[GridCell], words_above: list[GridCell], words_below: list[GridCell]
) -> tuple[GridCell, ...] | None:
    """Figures on both sides: each column's stands on one side, else a figure was wrapped and cut, which is no longer
    sure."""
    values_above, values_below = above[len(words_above) :], below[len(words_below) :]
    if len(values_above) != len(values_below):
        return None
    label = replace(words_above[-1], text=words_above[-1].text + words_below[-1].text)
    values = []
    for a, b in zip(values_above, values_below, strict=True):
        if a.text.strip() and b.text.strip():
            values.append(replace(a, text=a.text + b.text, confidence=0.5, alternatives=(a.text, b.text)))
        else:
            values.append(a if a.text.strip() else b)
    return (*words_above[:-1], label, *values)


def joined_rows(lines: list[PrintedRow]) -> list[PrintedRow]:
    """Rows that a page end cut in two, one half with the figures, the other with blanks."""
    out: list[PrintedRow] = []
    for line in lines:
        above = out[-1] if out else None
        if above is not None and above.label and line.label and above.values and line.values:
            halves = (above.blank, line.blank)
            if halves.count(True) == 1 and abs(len(above.values) - len(line.values)) <= 3:
                together = best_likeness(above.label + line.label)
                apart = max(best_likeness(above.label), best_likeness(line.label))
                if (
                    together >= 0.8
                    and together > apart + 0.02
                    and best_likeness((above if halves[0] else line).label) < 0.8
                ):
                    full = line if halves[0] else above
                    merged = replace(
                        full,
                        label=above.label + line.label,
                        words=(*above.words[:-1], above.label + line.label),
                        blocks=tuple(sorted({*above.blocks, *line.blocks})),
                    )
                    out[-1] = merged
                    continue
        out.append(line)
    return out
