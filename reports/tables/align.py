"""Grids and lines to the cells of the form: by label, in the order of the form.

Position is right for the template and wrong in the wild, so nothing here counts tables or rows. A row is known by its
label and by standing between its neighbours; its figures are known by their number. A row with too few or too many
figures and no sure way to place them is reported as short and its cells stay empty: prefer silence to a guess.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from reports.blocks import IN_DOUBT, Blocks, Paragraph, Picture
from reports.form import words
from reports.form.forms import rows
from reports.report import TABLES, Cell, Form, Table
from reports.tables import separators
from reports.tables.accounts import settle
from reports.tables.applications import read_applications
from reports.tables.consumed import table_blocks
from reports.tables.disputes import read_disputes
from reports.tables.halves import with_joined_halves
from reports.tables.heads import header_labels
from reports.tables.labels import STRONG, likeness_to_table
from reports.tables.model import COLUMNS, FORMS_BOTH, LOST, Aligned, PrintedRow, TableFound
from reports.tables.proactive import read_proactive
from reports.tables.rows import rows_of_grids
from reports.tables.stream import from_first_table, rows_of_text
from reports.tables.which_form import which_form
from reports.text import letters

_THOUSANDS = re.compile(r"(?<!\d)[1-9１-９]\d{0,2}[.．]\d{3}(?!\d)")
LABELS_SEEN = 0.6  # of the form's labels: with so many the tables are there


def align(blocks: Blocks) -> Aligned:
    """The cells of whatever form the document's tables follow. Never raises."""
    blocks = separators.regained(blocks, lambda text: likeness_to_table(False, text, "applications") >= STRONG, COLUMNS)
    blocks, moved = with_joined_halves(blocks)
    grid_lines = rows_of_grids(blocks)
    stream = from_first_table(rows_of_text(blocks))
    for index, line in enumerate((*grid_lines, *stream)):
        line.index = index
    texts = [cell.text for line in grid_lines for cell in line.cells if cell.text]
    form = which_form([*grid_lines, *stream], [*texts, *(line.label for line in stream)])
    pictures = sum(isinstance(block, Picture) for block in blocks.blocks)
    if form is None:
        return _without_figures(blocks, pictures)
    found: dict[Table, TableFound] = {}
    readers: tuple[tuple[Table, Callable[[list[PrintedRow], Form, bool], TableFound]], ...] = (
        ("proactive", read_proactive),
        ("applications", read_applications),
    )
    for table, read in readers:
        first = read(grid_lines, form, blocks.flat)
        if stream and first.pairs < len(rows(table, form)):
            second = read(stream, form, True)
            first = second if second.figures() > first.figures() else first
        found[table] = first
    found["disputes"] = read_disputes(grid_lines, stream, form, found["applications"])
    strays = settle(blocks, [*grid_lines, *stream], found, form)
    cells, states = _cells_and_states(found, form, blocks, pictures)
    if not any(f.pairs for f in found.values()):
        return _without_figures(blocks, pictures)
    everything = sorted((entry for f in found.values() for entry in f.rows), key=lambda entry: entry[0])
    labels = [label for f in found.values() for label in f.labels]
    labels += header_labels(grid_lines, found, form)
    return Aligned(
        form,
        cells,
        [row for _, row in everything],
        labels,
        strays,
        states,
        table_blocks(blocks, found) | moved.keys(),
        [warning for f in found.values() for warning in f.warnings],
    )


def _cells_and_states(
    found: dict[Table, TableFound], form: Form, blocks: Blocks, pictures: int
) -> tuple[dict[str, Cell], dict[str, str]]:
    """The cells of all tables, and how each table was found."""
    cells: dict[str, Cell] = {}
    states: dict[str, str] = {}
    for table in TABLES:
        if not found[table].pairs and _stands_there(table, form, blocks):
            # Its heads and labels are there, and no row could be told: lost, and by no means missing.
            cells.update({key: Cell(None, "", LOST) for spec in rows(table, form) for key in spec.cells()})
            states[table] = "read"
            continue
        cells.update((key, _as_a_count(key, cell)) for key, cell in found[table].cells.items())
        states[table] = _state(found[table], pictures)
    return cells, states


def _as_a_count(key: str, cell: Cell) -> Cell:
    """A count with a point before three digits may be meant for 11,749; an amount of money is not counted."""
    if not isinstance(cell.value, Decimal) or key.endswith(".amount") or not _THOUSANDS.search(cell.raw):
        return cell
    return replace(cell, confidence=min(cell.confidence, IN_DOUBT))


def _without_figures(blocks: Blocks, pictures: int) -> Aligned:
    """A document in which no row of figures was found. Where the form's labels stand in its text, the tables are there
    and their figures left out or lost: no cell is known, and no table is called missing."""
    tight = letters("".join(block.text for block in blocks.blocks if isinstance(block, Paragraph)))
    seen: dict[Form, int] = {}
    for form in FORMS_BOTH:
        labels = {letters(spec.label)[:8] for table in ("proactive", "applications") for spec in rows(table, form)}
        heads = {letters(head) for spec in rows("proactive", form) for head in spec.headers}
        if sum(label in tight for label in labels) >= LABELS_SEEN * len(labels):
            seen[form] = sum(head in tight for head in heads)
    if not seen or pictures:
        return Aligned(tables=dict.fromkeys(TABLES, "picture" if pictures else "missing"))
    form = max(seen, key=lambda each: seen[each])
    cells = {key: Cell(None, "", LOST) for table in TABLES for spec in rows(table, form) for key in spec.cells()}
    warning = "the labels of the tables were found and no row of figures"
    return Aligned(form, cells, tables=dict.fromkeys(TABLES, "read"), warnings=[warning])


def _stands_there(table: Table, form: Form, blocks: Blocks) -> bool:
    """Whether most labels of a table (of 表二 and 表四, which have few or none, the heads) stand in the document."""
    tight = letters(
        "".join(
            block.text if isinstance(block, Paragraph) else "".join(cell.text for row in block.rows for cell in row)
            for block in blocks.blocks
            if not isinstance(block, Picture)
        )
    )
    if table == "applications":
        wanted = {letters(spec.label)[:8] for spec in rows(table, form)}
    elif table == "proactive":
        wanted = {letters(head) for spec in rows(table, form) for head in spec.headers}
    else:
        wanted = set(words.disputes()[1])  # the other heads are narrow, and wrapped run together
    return sum(text in tight for text in wanted) >= LABELS_SEEN * len(wanted)


def _state(found: TableFound, pictures: int) -> str:
    if not found.pairs:
        return "picture" if pictures else "missing"
    return "blank" if all(cell.blank for cell in found.cells.values()) else "read"
