"""What is known of the tables of a document: the printed rows, one table as read, and all of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from reports import numbers
from reports.blocks import At, GridCell
from reports.report import Cell, Form, Row

LOST = 0.0  # confidence of a cell whose row or figure was not found
SHORT = 0.3  # confidence of the cells of a row whose figures cannot be placed
BY_ORDER = 0.6  # confidence of a row placed by its neighbours alone
FORMS_BOTH: tuple[Form, Form] = ("2021", "2019")


COLUMNS = 7  # of 表三
DISPUTES = 15  # figures of 表四


@dataclass(frozen=True, slots=True)
class Stray:
    """Figures of one printed row or line that no cell and no label took; ``doubtful`` are the cells that they may belong
    to, none where they stand beside no row."""

    texts: tuple[str, ...]
    at: At
    doubtful: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Aligned:
    """What the tables of a document say.

    ``cells`` holds every key of the form for each table found; ``tables`` says how each was found (``read``, ``blank``,
    ``picture``, ``missing``); ``strays`` are the figures inside or beside the tables that belong to no cell; ``consumed``
    are indexes into the document's blocks that are table matter.
    """

    form: Form | None = None
    cells: dict[str, Cell] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    labels: list[tuple[str, str, str]] = field(default_factory=list)
    strays: list[Stray] = field(default_factory=list)
    tables: dict[str, str] = field(default_factory=dict)
    consumed: frozenset[int] = frozenset()
    warnings: list[str] = field(default_factory=list)


@dataclass(slots=True)
class PrintedRow:
    """A printed row: the words that may be its label (the likeliest last) and the cells behind them."""

    words: tuple[str, ...]
    cells: tuple[GridCell, ...]
    at: At
    blocks: tuple[int, ...]
    grid: int
    label: str = ""
    values: tuple[GridCell, ...] = ()
    after: str = ""  # in a stream: the words behind the figures, where a wrapped label goes on
    flat: bool = False
    index: int = -1  # among all printed rows of the document: what makes it this row, whatever copies are made of it

    @property
    def blank(self) -> bool:
        """Nothing is printed behind the label."""
        return all(not cell.text.strip() and cell.confidence >= 0.9 for cell in self.values)


def is_blank(cell: GridCell) -> bool:
    """Nothing is printed there, surely."""
    return not cell.text.strip() and cell.confidence >= 0.9


@dataclass(slots=True)
class TableFound:
    """One table as read."""

    cells: dict[str, Cell] = field(default_factory=dict)
    rows: list[tuple[tuple[int, int], Row]] = field(default_factory=list)
    labels: list[tuple[str, str, str]] = field(default_factory=list)
    lines: list[PrintedRow] = field(default_factory=list)
    pairs: int = 0
    placed: dict[int, tuple[str, ...]] = field(default_factory=dict)  # index of a printed row -> the cells it fills
    known: set[int] = field(default_factory=set)  # rows that fill no cell, and are told or compared all the same
    warnings: list[str] = field(default_factory=list)

    def figures(self) -> int:
        """How many cells hold a figure."""
        return sum(cell.value is not None for cell in self.cells.values())


def put_in_doubt(found: TableFound, keys: Iterable[str]) -> None:
    """Leave these cells no surer than a guess between two."""
    for key in keys:
        found.cells[key] = replace(found.cells[key], confidence=min(found.cells[key].confidence, 0.5))


def has_figures(cells: Iterable[GridCell]) -> bool:
    """Whether any of the cells prints a figure."""
    return any(numbers.parse(cell.text).value is not None for cell in cells)
