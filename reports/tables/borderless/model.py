"""The pieces of a table without upright rules: printed lines, rows of figures, columns."""

from __future__ import annotations

from dataclasses import dataclass, field

from reports.geometry.lines import Run, TextLine

KNOWN = 0.8  # likeness from which on a text is taken for a row's label
TWO_IN_ONE = 0.5  # confidence where two figures claim one column
# Lines whose middles are nearer than this share of their height belong to one row: a figure wrapped in its cell.
SAME_ROW = 0.85
NEXT_LINE = 1.5  # the same for the end of a wrapped figure, which stands under its beginning
WRAPPED = 0.5  # confidence of a figure put together from lines that no rule holds together


@dataclass(slots=True)
class PrintedLine:
    """A line of a page: its runs, and those of them that are figures behind the last words."""

    line: TextLine
    runs: list[Run]
    figures: list[Run] = field(default_factory=list)  # those behind the last words
    words: list[Run] = field(default_factory=list)
    is_row: bool = False

    @property
    def middle(self) -> float:
        """Half its height down the page, points."""
        return self.line.middle


@dataclass(slots=True)
class FigureRow:
    """A row of figures, or a blank one; ``label`` are the runs that make its label."""

    middle: float
    figures: list[Run]
    label: list[Run] = field(default_factory=list)
    pieces: int = 0  # the last so many of the figures are pieces of wrapped ones
    doubtful: bool = False  # its figures may be those of a row beside it that has no label


@dataclass(slots=True)
class Carried:
    """The columns of the table with which a page ended: the next page may go on without heads."""

    columns: Columns | None = None


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the figures of a column stand: at ``places``, by their centre (0), right edge (1) or left edge (-1)."""

    places: tuple[float, ...]
    edge: int
    left: float  # left of this stand labels

    def of(self, run: Run) -> int:
        """The column that a run stands in or nearest to."""
        at = place_of(run, self.edge)
        return min(range(len(self.places)), key=lambda n: abs(self.places[n] - at))

    def under(self, run: Run) -> list[int]:
        """The columns that a run stands in, if they are several."""
        found = [n for n, place in enumerate(self.places) if run.bbox[0] - 1 <= place <= run.bbox[2] + 1]
        return found if len(found) > 1 else []


def place_of(run: Run, edge: int) -> float:
    """Where a run stands by its centre (0), right edge (1) or left edge (-1)."""
    return run.centre if edge == 0 else run.bbox[2] if edge == 1 else run.bbox[0]
