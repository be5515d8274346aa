"""Lines of text to printed rows: runs of figures with the words between them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from reports.blocks import At, Blocks, GridCell, Paragraph
from reports.form import words
from reports.numbers import looks_like_value
from reports.tables.labels import covered
from reports.tables.model import COLUMNS, DISPUTES, FORMS_BOTH, PrintedRow
from reports.tables.rows import GLUED_FIGURES
from reports.text import letters


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    block: int
    line: int
    place: int
    confidence: float
    value: bool


_MARKER = re.compile(r"\d{1,2}[.、．]")


_TABLE_HEADS = (words.ITEM, words.SUBJECT, *(words.heads("proactive", form)[0] for form in FORMS_BOTH))


def _words(blocks: Blocks) -> list[_Word]:
    """The text outside grids as words; a figure glued to a label is taken off."""
    out: list[_Word] = []
    line = 0
    for index, block in enumerate(blocks.blocks):
        if not isinstance(block, Paragraph):
            continue
        line += 1
        for place, raw in enumerate(block.text.replace("|", " ").split(), 1):
            glued = None if looks_like_value(raw) else GLUED_FIGURES.match(raw)
            if glued and any("\u4e00" <= c <= "\u9fff" for c in glued[1]):
                out.append(_Word(glued[1], index, line, place, block.confidence, False))
                digits = glued[2]
                parts = list(digits) if set(digits) == {"0"} else [digits]
                sure = block.confidence if len(digits) == len(parts) else min(block.confidence, 0.8)
                out.extend(_Word(part, index, line, place, sure, True) for part in parts)
                continue
            value = looks_like_value(raw) and not _MARKER.fullmatch(raw)
            out.append(_Word(raw, index, line, place, block.confidence, value))
    return out


def _runs(words: list[_Word]) -> list[tuple[list[_Word], list[_Word]]]:
    """(words before, figures) for each run of figures; a last entry holds the words behind the last run."""
    out: list[tuple[list[_Word], list[_Word]]] = []
    before: list[_Word] = []
    run: list[_Word] = []
    for word in words:
        if word.value:
            run.append(word)
        else:
            if run:
                out.append((before, run))
                before, run = [], []
            before.append(word)
    out.append((before, run))
    return out


def rows_of_text(blocks: Blocks) -> list[PrintedRow]:
    """Rows out of a stream of words: runs of figures with the words between them."""
    runs = _runs(_words(blocks))
    out: list[PrintedRow] = []
    for n, (before, run) in enumerate(runs):
        if not run:
            continue
        after = "".join(w.text for w in runs[n + 1][0]) if n + 1 < len(runs) else ""
        label = "".join(w.text for w in before[-60:])
        for k, part in enumerate(_parts(run)):
            cells = tuple(
                GridCell(w.text, At(table=0, row=w.line, column=w.place), confidence=w.confidence) for w in part
            )
            touched = {w.block for w in part} | ({w.block for w in before[-30:]} if k == 0 else set())
            out.append(
                PrintedRow(
                    (label,) if k == 0 else (),
                    cells,
                    cells[0].at,
                    tuple(sorted(touched)),
                    -1,
                    label if k == 0 else "",
                    cells,
                    after,
                    flat=True,
                )
            )
    return out


def _parts(run: list[_Word]) -> list[list[_Word]]:
    """A long run is several rows whose labels were lost, or a row and a page number."""
    if len(run) <= COLUMNS or len(run) in (DISPUTES, DISPUTES + 1):
        return [run]
    by_line: dict[int, list[_Word]] = {}
    for word in run:
        by_line.setdefault(word.line, []).append(word)
    groups = list(by_line.values())
    if any(len(group) == COLUMNS for group in groups):
        return [group for group in groups if len(group) > 1]
    if len(run) % COLUMNS == 0:
        return [run[i : i + COLUMNS] for i in range(0, len(run), COLUMNS)]
    return [run]


def from_first_table(lines: list[PrintedRow]) -> list[PrintedRow]:
    """The stream from the first head or row of a table on: figures in the prose before are none of its business."""
    for n, line in enumerate(lines):
        tight = letters(line.label)
        if any(head in tight for head in _TABLE_HEADS) or covered(tight, "", words.first_row("applications")) >= 0.8:
            return lines[n:]
    return []
