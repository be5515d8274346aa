"""The one intermediate form: what every format module yields and all that follows reads.

A format module turns bytes into a ``Blocks``: paragraphs, grids and pictures in reading order, each with its place.
Nothing behind this line knows which container a report came in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from reports.geometry.lines import TextLine
from reports.geometry.shapes import Box, Segment

# Confidence of what was put together, may have been cut, or has a part of uncertain standing.
IN_DOUBT = 0.5


@dataclass(frozen=True, slots=True)
class At:
    """Where a text stands: ``page`` (from 1) and ``bbox`` (points, origin top left: x0, y0, x1, y1) in PDF, OFD and
    pictures; ``table``, ``row``, ``column`` (each from 1, in document order) in all else."""

    page: int | None = None
    bbox: Box | None = None
    table: int | None = None
    row: int | None = None
    column: int | None = None

    def as_dict(self) -> dict[str, object]:
        """The contract's ``at``: ``{"page", "bbox"}`` or ``{"table", "row", "column"}``."""
        if self.page is not None:
            return {"page": self.page, "bbox": [round(x, 1) for x in self.bbox] if self.bbox else None}
        return {"table": self.table, "row": self.row, "column": self.column}

    @classmethod
    def from_dict(cls, data: dict[str, object]) -> At:
        """The reverse of ``as_dict``."""
        box, get = data.get("bbox"), data.get
        bbox: Box | None = tuple(float(x) for x in box) if isinstance(box, list) else None  # type: ignore[assignment]
        return cls(_whole(get("page")), bbox, _whole(get("table")), _whole(get("row")), _whole(get("column")))


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None


@dataclass(frozen=True, slots=True)
class GridCell:
    """An origin cell: the text of one (possibly merged) cell, once. A real blank cell is ``""``.

    ``column`` is the index (from 0) of its left edge among the grid's column lines where the format knows it, and
    ``span`` the number of columns it covers; ``confidence`` is the recogniser's for pictures and 1 for text;
    ``alternatives`` are other readings seen, best first.
    """

    text: str
    at: At = field(default_factory=At)
    column: int | None = None
    span: int = 1
    confidence: float = 1.0
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A run of text between line ends, white space inside kept as printed.

    ``joins`` is true where it is one printed line of a page (PDF, OFD, picture): such lines are still to be joined
    into sentences. ``heading`` is true where the markup says so (``h1``…, a Heading style)."""

    text: str
    at: At = field(default_factory=At)
    joins: bool = False
    heading: bool = False
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: rows of origin cells, left to right. ``ruled`` is false where columns were inferred from white space."""

    rows: tuple[tuple[GridCell, ...], ...]
    at: At = field(default_factory=At)
    ruled: bool = True


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture inside a document that may hold a table. ``data`` is None where only its address is known."""

    name: str
    data: bytes | None = None
    at: At = field(default_factory=At)


Block = Paragraph | Grid | Picture


@dataclass(frozen=True, slots=True)
class PageLayout:
    """One page as laid out: ``blocks``, which show by themselves (ruled tables, pictures), and the printed ``lines`` outside
    them from top to bottom, among which tables without upright rules may stand; ``rules`` are its horizontal rules.

    ``doubts`` are places where something stands, or stood, that the text does not say; ``doubtful``: somewhere on the
    page. ``recognised``: its lines were read from a picture."""

    number: int
    blocks: tuple[Grid | Picture, ...] = ()
    lines: tuple[TextLine, ...] = ()
    rules: tuple[Segment, ...] = ()
    doubts: tuple[Box, ...] = ()
    doubtful: bool = False
    recognised: bool = False


@dataclass(slots=True)
class SheetCell:
    """A cell of a sheet with what it prints; row and column from 0."""

    text: str
    row: int
    column: int
    span: int = 1
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """One sheet as laid out: tables and prose in one grid, each row as wide as the sheet."""

    rows: list[list[SheetCell]]


@dataclass(slots=True)
class Blocks:
    """What a format module returns.

    ``layouts`` are pages and sheets whose text and tables are still to be told apart: ``reports.tables.layout`` turns them
    into ``blocks``, and nobody else looks at them.
    ``reader`` is the contract's ``source.reader``. ``meta`` holds what the container states beside the text, with
    these keys only: ``title`` (page or document title), ``published`` (a publication date that the head states).
    ``incomplete`` says why the source is taken to break off before its end (no end of
    markup, a container without its directory); empty where nothing says so. ``flat`` is true for text whose tables were
    flattened to lines: the aligner then works on one stream of words instead of on grids.
    """

    reader: str
    blocks: list[Block] = field(default_factory=list)
    meta: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    flat: bool = False
    incomplete: str = ""
    layouts: list[PageLayout | SheetLayout] = field(default_factory=list)

    def grids(self) -> Iterator[Grid]:
        """The tables, in reading order."""
        return (block for block in self.blocks if isinstance(block, Grid))

    def paragraphs(self) -> Iterator[Paragraph]:
        """The text outside tables, in reading order."""
        return (block for block in self.blocks if isinstance(block, Paragraph))


Limit = Literal["bytes", "pages", "pixels", "depth", "inflated", "files", "memory", "time", "cells"]


class Unreadable(Exception):
    """The input cannot be read: ``reason`` is one clear English line that says what is wrong and what to do.

    ``limit`` names the bound that was hit, if one was."""

    def __init__(self, reason: str, limit: Limit | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.limit = limit
