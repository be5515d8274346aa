"""One file as read, before it becomes a report: its blocks, what its tables and its text say, and a second look at both."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from reports import formats
from reports.blocks import IN_DOUBT, At, Block, Blocks, Grid, Paragraph, Picture, Unreadable
from reports.narrative.narrate import Narrative, narrate
from reports.report import Cell
from reports.several import chosen_report
from reports.sniff import Sniffed
from reports.tables.align import align
from reports.tables.layout import analysed
from reports.tables.model import Aligned
from reports.tables.reconcile import agrees, compared, pages_of, questioned, reconciled

EDGE = 6  # lines: a wrapped label, its figures, a page's number


@dataclass(slots=True)
class Reading:
    """One file as read, before it becomes a report."""

    sniffed: Sniffed
    blocks: Blocks
    aligned: Aligned
    narrative: Narrative
    reader: str
    ocr: bool

    @property
    def tables(self) -> int:
        """How many of the three tables were read."""
        return sum(state in ("read", "blank") for state in self.aligned.tables.values())

    @property
    def figures(self) -> int:
        """How many cells hold a figure."""
        return sum(cell.value is not None for cell in self.aligned.cells.values())

    @property
    def rank(self) -> tuple[bool, int, int, int]:
        """The better report of two files."""
        return (
            self.narrative.kind == "annual_report",
            self.tables if self.figures else 0,
            len(self.narrative.sections),
            self.figures,
        )


def understand(sniffed: Sniffed, blocks: Blocks, name: str) -> Reading:
    """What a file's blocks say; of one that breaks off, with what stands at the break in doubt."""
    blocks = chosen_report(analysed(blocks))
    aligned, narrative = _aligned(blocks, name)
    if narrative.incomplete:
        # What stands at the break may be the half of it, and what is blank may stand behind it.
        edged = replace(blocks, blocks=_edged(blocks))
        aligned, narrative = _aligned(edged, name)
        cells = {key: _unsure_blank(cell) for key, cell in aligned.cells.items()}
        aligned = replace(aligned, cells=cells)
    return Reading(sniffed, blocks, aligned, narrative, blocks.reader, blocks.reader.endswith("ocr"))


def _aligned(blocks: Blocks, name: str) -> tuple[Aligned, Narrative]:
    aligned = reconciled(align(blocks))
    has_tables = any(cell.value is not None for cell in aligned.cells.values())
    return aligned, narrate(blocks, aligned.consumed, aligned.form, has_tables, name)


def _edged(blocks: Blocks) -> list[Block]:
    """The blocks with what stands at an end in doubt: of the last block its last row, of flattened tables the last lines,
    among which a row's label may have lost its figures; of a table on pages what stands first and last on each, for it is
    not known which page is lost and a row may go on there."""
    out: list[Block] = [
        _rows_unsure(block, _ends_of_pages(block)) if isinstance(block, Grid) else block for block in blocks.blocks
    ]
    texts = [n for n, block in enumerate(out) if not isinstance(block, Picture)]
    for n in texts[-(EDGE if blocks.flat else 1) :]:
        block = out[n]
        if isinstance(block, Grid):
            out[n] = _rows_unsure(block, {len(block.rows) - 1})
        elif isinstance(block, Paragraph):
            out[n] = replace(block, confidence=min(block.confidence, IN_DOUBT))
    return out


def _ends_of_pages(grid: Grid) -> set[int]:
    """The rows of a table that stand at an end of its part on a page, each end to the first row with a figure."""
    rows_of: dict[int, list[int]] = defaultdict(list)
    for n, row in enumerate(grid.rows):
        for page in {cell.at.page for cell in row if cell.at.page is not None}:
            rows_of[page].append(n)
    return {n for rows in rows_of.values() for end in (rows, rows[::-1]) for n in _to_a_figure(grid, end)}


def _to_a_figure(grid: Grid, rows: Iterable[int]) -> Iterator[int]:
    for n in rows:
        yield n
        if any(cell.text.strip().isdigit() for cell in grid.rows[n]):
            return


def _rows_unsure(grid: Grid, rows: Container[int]) -> Grid:
    changed = tuple(
        tuple(replace(cell, confidence=min(cell.confidence, IN_DOUBT)) for cell in row) if n in rows else row
        for n, row in enumerate(grid.rows)
    )
    return replace(grid, rows=changed)


def _unsure_blank(cell: Cell) -> Cell:
    return replace(cell, confidence=min(cell.confidence, IN_DOUBT)) if cell.value is None else cell


def looked_again(reading: Reading, data: bytes) -> Reading:
    """Where figures that were read surely contradict each other, their pages are read another way before anybody is told
    so. A second reading that fails says nothing."""
    keys = sorted(questioned(reading.aligned))
    pages = pages_of(reading.aligned, keys)
    read_again = formats.second_reader(reading.sniffed.format) if pages else None
    if read_again is None:
        return reading
    cells = [reading.aligned.cells[key] for key in keys]
    try:
        at_places = formats.cells_reader(reading.sniffed.format)
        if at_places is not None:
            if all(map(agrees, cells, at_places(data, [cell.at for cell in cells]))):
                return reading
            # What a text layer says otherwise than its page shows it may say wrongly anywhere.
            pages = pages_of(reading.aligned, reading.aligned.cells)
        other = align(analysed(read_again(data, pages)))
    except Unreadable:
        return reading
    aligned = compared(reading.aligned, other)
    if aligned is reading.aligned:
        return reading
    warning = (
        "a second reading of the pages, by what they look like, says other figures; those that differ are in doubt"
    )
    return replace(reading, aligned=replace(aligned, warnings=[*aligned.warnings, warning]))


def joined(parts: Sequence[Reading]) -> list[Block]:
    """The blocks of several files as those of one, their tables and pages numbered on."""
    out: list[Block] = []
    tables = pages = 0
    for part in parts:
        here = [_moved(block, tables, pages) for block in part.blocks.blocks]
        out.extend(here)
        tables = max([tables, *(block.at.table or 0 for block in here)])
        pages = max([pages, *(block.at.page or 0 for block in here)])
    return out


def _moved(block: Block, tables: int, pages: int) -> Block:
    def at(place: At) -> At:
        page, table = place.page, place.table
        return replace(place, page=page and page + pages, table=table and table + tables)

    if isinstance(block, Grid):
        rows = tuple(tuple(replace(cell, at=at(cell.at)) for cell in row) for row in block.rows)
        return replace(block, rows=rows, at=at(block.at))
    return replace(block, at=at(block.at))
