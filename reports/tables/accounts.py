"""Every figure is accounted for: what is printed inside or beside a table is in a cell, in a label, or set down as stray.

A stray figure is the rest of one that a page end or a narrow cell cut, a figure of a row whose label was lost, or a mark
of somebody's. Which of these nobody can tell, so the cells that it may belong to are in doubt: those of the rows before
and behind it that stand in its columns, or the whole rows where the format does not tell columns. Nothing else in this
package decides about figures left over.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from reports.blocks import At, Blocks, Grid, GridCell, Paragraph
from reports.form.forms import RowSpec, rows, split
from reports.form.words import GROUPS
from reports.numbers import UNIT, looks_like_value
from reports.report import Form, Table
from reports.tables.labels import PAIRABLE, best_likeness, is_form_words, is_made_of_form_words
from reports.tables.margins import page_numbers
from reports.tables.model import COLUMNS, PrintedRow, Stray, TableFound, put_in_doubt
from reports.tables.place import printed_label
from reports.text import half_width, letters

SCATTERED = 3  # rows of stray figures in one grid: from here on its rows are not to be trusted
OTHER_MATTER = 8  # letters: a row with more that are like no label is a row of its own, not the rest of one
PIECED = 0.5  # what a cell is worth whose figure was put together of pieces
LEAST_NUMBERED = 3  # so many figures that go on by one are the columns' numbers
LONGEST = 40  # letters of a line that may stand between two parts of a table; longer ones are prose
_PROSE = re.compile(r"[。；！!]")
_HEADING = re.compile(r"\s*[一二三四五六七八]\s*[、.．]")
_DRESSED_NUMBER = re.compile(r"(?<!\S)[-—–]\s?\d{1,3}\s?[-—–](?!\S)")
# Digits and counting words only, however they are broken over lines or run together: `3`, `0`, `件`; `件8件`.
_PIECES = re.compile(rf"(?:{UNIT}|万)?(?:\d++(?:{UNIT}|万)?)+")
_ITEM = re.compile(r"\d{1,2}\s*[.、](?!\d)")
_DIGITS = re.compile(r"\d+")
_POINTS = ".,．，"
_APART = re.compile(r"\n\s*\d[\d,.，．]*\s*\Z")
_MARKER = re.compile(r"\d{1,2}[.、．]")


@dataclass(slots=True)
class _Entry:
    """A printed row or line in its place: where its figures went, or which of them are left."""

    page: int | None
    grid: int
    line: PrintedRow | None = None
    table: Table | None = None
    keys: tuple[str, ...] = ()
    left: tuple[GridCell, ...] = ()  # figures that no cell and no label took
    words: int = 0
    ends: bool = False  # prose or a heading: nothing before it belongs to anything behind it


def settle(blocks: Blocks, lines: Sequence[PrintedRow], found: dict[Table, TableFound], form: Form) -> list[Stray]:
    """The figures left over, in reading order; the cells that they may belong to are in doubt afterwards.

    ``lines`` are all printed rows, of grids and of text; those of text count where a table was read from them."""
    entries = _entries(blocks, lines, found)
    strays: list[Stray] = []
    scattered: Counter[tuple[Table, int]] = Counter()
    for n, entry in enumerate(entries):
        if not entry.left:
            continue
        if entry.keys and entry.table is not None:  # figures left in a row that was placed: whose is open
            put_in_doubt(found[entry.table], entry.keys)
            strays.append(Stray(tuple(cell.text for cell in entry.left), entry.left[0].at, entry.keys))
            continue
        doubtful: list[str] = []
        for other in _beside(entries, n, found):
            assert other.table is not None
            keys = _in_columns(other, entry.left, found[other.table])
            put_in_doubt(found[other.table], keys)
            doubtful += keys
        touched = {key.split(".", 1)[0] for key in doubtful} if entry.line is not None else set()
        scattered.update((table, entry.grid) for table in found if table in touched)
        strays.append(Stray(tuple(cell.text for cell in entry.left), entry.left[0].at, tuple(doubtful)))
    _doubt_scattered(entries, scattered, found)
    for entry in entries:
        _doubt_beside_mixed_label(blocks, entry, found, form)
    _doubt_off_label(blocks, entries, found)
    _doubt_over_page(blocks, entries, found)
    _doubt_muddled(blocks, entries, found, strays)
    _doubt_run_together(blocks, entries, found)
    return strays


def _entries(blocks: Blocks, lines: Sequence[PrintedRow], found: dict[Table, TableFound]) -> list[_Entry]:
    """All rows and lines in reading order, with what was placed and what is left."""
    placed: dict[int, tuple[Table, tuple[str, ...]]] = {}
    known: set[int] = set()
    flat = False
    for table, each in found.items():
        placed.update({index: (table, keys) for index, keys in each.placed.items()})
        known |= each.known
        flat = flat or any(line.flat for line in each.lines)
    by_block: dict[int, list[PrintedRow]] = {}
    for line in lines:
        if not line.flat or flat:
            by_block.setdefault(line.blocks[-1], []).append(line)
    margins = page_numbers(blocks, LONGEST)
    as_row = {cell.at.row for line in lines if line.flat and flat for cell in line.cells}
    out: list[_Entry] = []
    number = 0
    for index, block in enumerate(blocks.blocks):
        out += [
            _row_entry(
                line,
                blocks.blocks[index].at.page,
                placed.get(line.index),
                line.index in known,
                _is_open(blocks, line),
                found,
            )
            for line in by_block.get(index, ())
        ]
        if isinstance(block, Paragraph):
            number += 1
            out.append(_line_entry(block, index in margins or (flat and number in as_row)))
    out = [entry for entry in out if entry.keys or entry.left or entry.ends]
    rows_placed = [n for n, entry in enumerate(out) if entry.keys]
    return [entry for n, entry in enumerate(out) if not _are_column_numbers(out, n, rows_placed)]


def _row_entry(
    line: PrintedRow,
    page: int | None,
    placed: tuple[Table, tuple[str, ...]] | None,
    known: bool,
    inferred: bool,
    found: dict[Table, TableFound],
) -> _Entry:
    """What became of a printed row; ``inferred`` where no rules part its columns."""
    entry = _Entry((line.cells[0].at.page if line.cells else None) or page, line.grid, line)
    if placed is not None:
        entry.table, entry.keys = placed
        raws = {found[entry.table].cells[key].raw for key in entry.keys}
        taken = set(map(letters, raws))
        short = not any(raws)
        # Before its label a ruled row has its number at most; where columns were inferred it may be anything.
        at = next((n for n, cell in enumerate(line.cells) if cell.text == line.label), 0)
        printed = list(line.cells[:at]) if inferred else []
        if not known and not (short and not inferred):
            printed += line.values
        # What a row prints twice, in a merged cell, is one figure.
        entry.left = tuple(cell for cell in printed if _is_figure(cell.text) and letters(cell.text) not in taken)
    elif not known or (inferred and letters(line.label) in GROUPS):  # a group's label has no figures
        entry.left = tuple(cell for cell in line.cells if _is_figure(cell.text))
        words = [cell.text for cell in line.cells if not _is_figure(cell.text)]
        entry.words = sum(map(len, map(letters, words)))
        own = best_likeness("".join(words)) < PAIRABLE and not any(map(is_made_of_form_words, words))
        entry.left = () if entry.words > OTHER_MATTER and own and not inferred else entry.left
    elif inferred:  # heads of columns into which the last digits of the row above ran
        entry.left = tuple(cell for cell in line.cells if _is_mixed(cell.text))
    return entry


def _are_column_numbers(entries: Sequence[_Entry], n: int, placed: Sequence[int]) -> bool:
    """``1 2 3 4 5 6 7`` below the heads: a number for each column of the rows below, without a gap. The first digits of
    figures that a page's end cut may go on by one too, so a short run on a page counts only above the table's first row.

    ``placed`` are the places of the rows that were placed."""
    entry = entries[n]
    if entry.keys or entry.line is None or not _go_on_by_one(entry.line.cells, entry.left):
        return False
    if not placed:
        return True
    at = bisect(placed, n)
    nearest = entries[placed[min(at, len(placed) - 1)]]
    if len(entry.left) < len(nearest.keys):
        return False
    if entry.page is None or len(entry.left) >= COLUMNS:
        return True
    straight_above = at < len(placed) and placed[at] == n + 1 and nearest.grid == entry.grid
    return straight_above and all(entries[k].table != nearest.table for k in placed[:at])


def _go_on_by_one(row: Sequence[GridCell], left: Sequence[GridCell]) -> bool:
    """Whether the figures of a row are 1, 2, 3 … (or from 2 on) in cells that stand side by side."""
    printed = [letters(half_width(cell.text).split("=")[0]) for cell in left]  # the last may read 7=1+2
    if len(printed) < LEAST_NUMBERED or not all(text.isdecimal() for text in printed):
        return False
    at = row.index(left[0])
    beside = tuple(row[at : at + len(left)]) == tuple(left)
    return beside and all(int(b) - int(a) == 1 for a, b in pairwise(printed)) and int(printed[0]) <= 2


def _line_entry(block: Paragraph, as_row: bool) -> _Entry:
    """A line of text; ``as_row`` where its figures are rows already, or number the page."""
    entry = _Entry(block.at.page, 0)
    size = len(letters(block.text))
    entry.ends = bool(_PROSE.search(block.text)) or size > LONGEST or block.heading
    entry.ends = entry.ends or bool(_HEADING.match(block.text) and not is_form_words(block.text))
    if not as_row and not entry.ends:
        words = _DRESSED_NUMBER.sub("", half_width(block.text)).split()
        figures = [word for word in words if _is_figure(word) and not _MARKER.fullmatch(word)]
        entry.words = size - sum(len(letters(word)) for word in figures)
        if entry.words <= OTHER_MATTER:
            entry.left = tuple(GridCell(word, block.at, confidence=block.confidence) for word in figures)
    return entry


def figures_of(text: str) -> list[str]:
    """The figures that a cell prints: the cell itself, where it is one, else none."""
    return [text] if _is_figure(text) else []


@lru_cache(maxsize=8192)
def _is_figure(text: str) -> bool:
    """A figure or a piece of one: digits, and no words but a counting word."""
    tight = letters(text)
    if not any(char.isdecimal() for char in tight):
        return False
    return bool(_PIECES.fullmatch(tight)) or looks_like_value(text) or _is_mixed(text)


@lru_cache(maxsize=8192)
def _is_mixed(text: str) -> bool:
    """Words of the form with digits that are not the form's: ``10,801上年项目数量`` holds a figure of another row, and
    ``公开2.其他法律`` does not."""
    tight = letters(_ITEM.sub("", half_width(text)))
    if not any(char.isdecimal() for char in tight):
        return False
    words = [part for part in _DIGITS.split(tight) if part]
    return any(len(part) > 1 for part in words) and all(map(is_made_of_form_words, words)) and not is_form_words(tight)


def _beside(entries: Sequence[_Entry], n: int, found: dict[Table, TableFound]) -> Iterator[_Entry]:
    """The placed rows before and behind an entry that its figures may belong to."""
    entry = entries[n]
    before = list(_nearest(entries, range(n - 1, -1, -1), found))
    behind = list(_nearest(entries, range(n + 1, len(entries)), found))
    same = bool(before and behind) and before[0].table == behind[0].table
    for others, step in ((before, -1), (behind, 1)):
        for other in others:
            near = entry.page is not None and other.page in (entry.page, entry.page + step)
            within = entry.line is not None and entry.grid == other.grid
            if near or within or same:
                yield other


def _nearest(entries: Sequence[_Entry], places: Iterable[int], found: dict[Table, TableFound]) -> Iterator[_Entry]:
    """The next placed row; where it is blank, its figures may be those further on, and the one behind it counts too."""
    table: Table | None = None
    for k in places:
        entry = entries[k]
        if entry.ends or (table is not None and entry.table not in (table, None)):
            return
        if entry.keys and entry.table is not None:
            table = entry.table
            yield entry
            if any(found[table].cells[key].raw for key in entry.keys):
                return


def _in_columns(row: _Entry, left: Sequence[GridCell], found: TableFound) -> tuple[str, ...]:
    """The cells of a row that stand above or below the figures; all of them where no place is known."""
    hit = [key for key in row.keys if any(_overlap(found.cells[key].at, cell.at) for cell in left)]
    return tuple(hit) if hit else row.keys


def _overlap(one: At, other: At) -> bool:
    if one.bbox is None or other.bbox is None:
        return False
    return one.bbox[0] < other.bbox[2] and other.bbox[0] < one.bbox[2]


def _doubt_scattered(
    entries: Sequence[_Entry], scattered: Counter[tuple[Table, int]], found: dict[Table, TableFound]
) -> None:
    """Where figures stand out of their rows again and again, no row of that grid is sure; where they do once, a row
    that does not add up may have lost one too."""
    for (table, grid), count in scattered.items():
        for entry in entries:
            if entry.table != table or entry.grid != grid or not entry.keys:
                continue
            values = [found[table].cells[key].value or 0 for key in entry.keys]
            wrong = table == "applications" and sum(values[:-1]) != values[-1]
            if count >= SCATTERED or wrong:
                put_in_doubt(found[table], entry.keys)


def _doubt_beside_mixed_label(blocks: Blocks, entry: _Entry, found: dict[Table, TableFound], form: Form) -> None:
    """A label with figures in it (``1421件 1088四、结转下年度继续办理``) has them from its own row or from one beside."""
    if entry.line is None or entry.table not in ("proactive", "applications") or not entry.keys:
        return
    specs = rows(entry.table, form)
    n = next(n for n, spec in enumerate(specs) if spec.key == split(entry.keys[0])[1])
    label = _own_label(entry.line, specs[n]) if entry.line.flat else entry.line.label
    apart = _APART.search(label) is not None  # a figure on a line of its own is none of the label's
    if not apart and _digits(label) <= max(1, _digits(specs[n].label)):  # its number counts as one
        return
    table = found[entry.table]
    if entry.line.flat or apart:  # the digits may be the beginning or the end of the row's own
        put_in_doubt(table, entry.keys)
        return
    inferred = _is_open(blocks, entry.line)  # else a figure stands in its box, and only a blank may have lost its own
    for spec in specs[max(0, n - 1) : n + 2]:
        put_in_doubt(table, [key for key in spec.cells() if inferred or table.cells[key].blank])


def _own_label(line: PrintedRow, spec: RowSpec) -> str:
    """The label of a row of text without the text before it, but with the digits that stand right before it."""
    text = "".join(line.label.split())
    own = printed_label(line, spec)
    start = text.rfind(own)
    while start > 0 and (text[start - 1].isdecimal() or text[start - 1] in _POINTS):
        start -= 1
    return text[start:]


def _doubt_off_label(blocks: Blocks, entries: Sequence[_Entry], found: dict[Table, TableFound]) -> None:
    """Where no rules part the rows, figures that stand wholly above or below their label may be the rest of those of the
    row before or behind, and the label's own row blank."""
    rows = [entry for entry in entries if entry.keys and entry.table is not None]
    for n, entry in enumerate(rows):
        if entry.line is None or entry.table is None or not _is_open(blocks, entry.line):
            continue
        step = _off_label(entry.line)
        if not step:
            continue
        put_in_doubt(found[entry.table], entry.keys)
        other = rows[n + step] if 0 <= n + step < len(rows) else entry
        if other.table == entry.table:
            printed = [cell for cell in entry.line.values if cell.text.strip()]
            put_in_doubt(found[entry.table], _in_columns(other, printed, found[entry.table]))


def _doubt_over_page(blocks: Blocks, entries: Sequence[_Entry], found: dict[Table, TableFound]) -> None:
    """Where no rules part the rows, a figure at a page's end that was put together of pieces may have taken the first
    ones of the row that goes on behind it, and one at a page's head the last of the row before."""
    rows = [entry for entry in entries if entry.keys and entry.table is not None]
    for before, behind in pairwise(rows):
        if before.table is None or before.table != behind.table or before.page == behind.page:
            continue
        cells = found[before.table].cells
        for one, other in ((before, behind), (behind, before)):
            if one.line is None or not _is_open(blocks, one.line):
                continue
            pieced = [cell for cell in one.line.values if cell.confidence <= PIECED and cell.text.strip()]
            put_in_doubt(
                found[before.table],
                [key for key in other.keys if any(_overlap(cells[key].at, cell.at) for cell in pieced)],
            )


def _off_label(line: PrintedRow) -> int:
    """-1 where all figures of a row stand wholly above its label, 1 where they stand below, else 0."""
    label = next((cell.at.bbox for cell in line.cells if cell.text == line.label), None)
    boxes = [cell.at.bbox for cell in line.values if cell.text.strip() and cell.at.bbox is not None]
    if label is None or not boxes:
        return 0
    if all(box[3] <= label[1] for box in boxes):
        return -1
    return 1 if all(box[1] >= label[3] for box in boxes) else 0


def _doubt_muddled(
    blocks: Blocks, entries: Sequence[_Entry], found: dict[Table, TableFound], strays: Sequence[Stray]
) -> None:
    """Where no rules part columns and rows, one figure out of its place shows that places tell little: no cell of that
    table is sure where it stands without rules."""
    muddled = {split(key)[0] for stray in strays for key in stray.doubtful}
    for entry in entries:
        if entry.table is None or entry.line is None or not _is_open(blocks, entry.line):
            continue
        if any(len(_DIGITS.findall(half_width(cell.text))) > 1 and " " in cell.text for cell in entry.line.values):
            muddled.add(entry.table)
    for entry in entries:
        if entry.table is None or entry.table not in muddled or entry.line is None:
            continue
        if _is_open(blocks, entry.line):
            put_in_doubt(found[entry.table], entry.keys)


def _doubt_run_together(blocks: Blocks, entries: Sequence[_Entry], found: dict[Table, TableFound]) -> None:
    """On a page the figures of one row stand on one line: a row that was put together of several lines of text holds
    figures that were wrapped, in an order of lines and not of columns."""
    for entry in entries:
        if entry.line is None or entry.table is None or not entry.line.flat:
            continue
        paged = blocks.blocks[entry.line.blocks[-1]].at.page is not None
        if paged and len({cell.at.row for cell in entry.line.values}) > 1:
            put_in_doubt(found[entry.table], entry.keys)


def _is_open(blocks: Blocks, line: PrintedRow) -> bool:
    """Whether a row stands in a table of a page whose columns were inferred."""
    return isinstance(block := blocks.blocks[line.blocks[-1]], Grid) and not block.ruled and block.at.page is not None


@lru_cache(maxsize=4096)
def _digits(text: str) -> int:
    return sum(char.isdecimal() for char in letters(text))
