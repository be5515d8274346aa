"""What the readers of spreadsheets share: cells, what is told of a sheet beside its values, and bounds."""

from __future__ import annotations

from dataclasses import dataclass, field

from reports.blocks import Unreadable
from reports.formats.runs import Ink

# calamine lays a sheet out densely: a cell at XFD1048576 would take gigabytes.
MAX_AREA = 2_000_000
MAX_SHEETS = 60
MAX_REPEATED = 400  # ODS
# Printed as small as this many points, text is not legible.
ILLEGIBLE = 1.1

Place = tuple[int, int]  # row and column, from 0
Pieces = tuple[tuple[str, Ink], ...]  # a text by how it is printed


@dataclass(slots=True)
class Extra:
    """What calamine does not tell of a sheet. ``unsolved``: formulas saved without their result; ``inks``: how cells are
    printed as a whole, where not plainly; ``texts``: texts of which parts are printed in another way."""

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    unsolved: set[Place] = field(default_factory=set)
    inks: dict[Place, Ink] = field(default_factory=dict)
    texts: dict[Place, Pieces] = field(default_factory=dict)


def guard(rows: int, columns: int) -> None:
    """Raises Unreadable for a sheet that no report fills."""
    if rows * columns > MAX_AREA:
        raise Unreadable(
            f"a sheet stretches over {rows} rows and {columns} columns; no report does, it is not opened", "cells"
        )
