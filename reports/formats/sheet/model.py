"""What the readers of spreadsheets share: cells, what is told of a sheet beside its values, and bounds."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from reports.blocks import Unreadable
from reports.formats.runs import Ink, aside

# calamine lays a sheet out densely: a cell at XFD1048576 would take gigabytes.
MAX_AREA = 2_000_000
MAX_SHEETS = 60
# Printed as small as this many points, text is not legible.
ILLEGIBLE = 1.1
SIZE = 11.0  # points, of print of which a workbook says nothing

# Formats that have a number and no code in the file.
BUILT_IN = {1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??",
            37: "#,##0", 38: "#,##0", 39: "#,##0.00", 40: "#,##0.00", 48: "##0.0E+0"}  # fmt: skip
_HIDES = re.compile(r"\s*;\s*;\s*;?\s*$")  # without any part it prints nothing
# A share, a power, a fraction, thousands left out, one figure for another, digits of its own.
_OTHERWISE = re.compile(r"%|[eE][+-]|\?/|[0#?],+(?![0#?])|\[[<>=]|\"[^\"]*\d[^\"]*\"|[\\!]\d")
_SET_APART = re.compile(r"\"[^\"]*\"|\[[^\]]*\]|[\\!_*].")
_DECIMALS = re.compile(r"[0#?]+(?:\.([0#?]*))?|\.([0#?]+)")

Place = tuple[int, int]  # row and column, from 0
Pieces = tuple[tuple[str, Ink], ...]  # a text by how it is printed
Runs = tuple[tuple[str, Ink, float | None], ...]  # and by its size in points; None: that of its cell


@dataclass(frozen=True, slots=True)
class Veil:
    """Cells (from and to a row, from and to a column) that a condition may take out of sight; ``value``: where it is that."""

    top: int
    bottom: int
    left: int
    right: int
    value: float | None = None

    def covers(self, place: Place, value: object) -> bool:
        """Whether a cell may be out of sight."""
        inside = self.top <= place[0] <= self.bottom and self.left <= place[1] <= self.right
        return inside and (self.value is None or value == self.value)


@dataclass(slots=True)
class Extra:
    """What calamine does not tell of a sheet. ``unsolved``: formulas saved without their result; ``inks``: how cells are
    printed as a whole, where not plainly; ``texts``: texts of which parts are printed in another way."""

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    unsolved: set[Place] = field(default_factory=set)
    inks: dict[Place, Ink] = field(default_factory=dict)
    texts: dict[Place, Pieces] = field(default_factory=dict)
    decimals: dict[Place, int] = field(default_factory=dict)  # how many a number is printed with
    veils: list[Veil] = field(default_factory=list)
    hides_zeros: bool = False  # a nought is shown as a blank
    blank_noughts: set[Place] = field(default_factory=set)  # cells whose format does so


def pieces_of(runs: Runs, of_cell: float) -> Pieces:
    """The runs of a text as pieces of one line in a cell whose print has the size ``of_cell``."""
    out: list[tuple[str, Ink]] = []
    before: float | None = None
    for text, ink, stated in runs:
        size = of_cell if stated is None else stated
        out.append((text, aside(ink, size, before)))
        before = size if text.strip() else before
    return tuple(out)


def hides_nought(code: str) -> bool:
    """Whether a number format shows a nought as a blank; a dash that stands for it is seen."""
    parts = re.sub(r"\"[^\"]*;[^\"]*\"", "x", code).split(";")
    if len(parts) < 3:
        return False
    return "[white]" in parts[2].lower() or not re.sub(r"\[[^\]]*\]|[_*].|[\"?\s]", "", parts[2])


def guard(rows: int, columns: int) -> None:
    """Raises Unreadable for a sheet that no report fills."""
    if rows * columns > MAX_AREA:
        raise Unreadable(
            f"a sheet stretches over {rows} rows and {columns} columns; no report does, it is not opened", "cells"
        )


def printed(code: str) -> tuple[Ink, int | None]:
    """How a number format prints, and with how many decimals; None where it does not say."""
    if _HIDES.match(code):
        return Ink.HIDDEN, None
    if _OTHERWISE.search(code):
        return Ink.FAINT, None
    bare = _SET_APART.sub("", code).partition(";")[0]
    if re.search(r"[ymdhsaegYMDHSAEG@]", bare):  # General, text, days and times
        return Ink.PLAIN, None
    found = _DECIMALS.search(bare.replace(",", ""))
    if found is None:  # words alone
        return Ink.FAINT if code.strip() else Ink.PLAIN, None
    return Ink.PLAIN, len(found[1] or found[2] or "")
