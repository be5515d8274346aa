"""Whether the parts that a sentence lists come to the whole that it states."""

from __future__ import annotations

import re
from dataclasses import dataclass

from reports.claims.reading import CARRIED_IN, CARRIED_OUT, Reading
from reports.claims.scope import Parts
from reports.report import Number

# Criteria by which a list may be thought to be whole.
_CLOSED = ("channel", "applicant", "result")
# A list with one of these names some parts, or names them roughly.
_OPEN = re.compile(r"等|余|主要|约|多|以上|左右|大部分|不[含包]")


@dataclass(frozen=True, slots=True)
class Split:
    """A list of parts. ``cell`` and ``total`` are of the whole that the sentence states before it. ``sums``: what the
    parts may come to, carried in and out counted or not. ``more``: they come to more than any of these, so that no
    part left unsaid explains it."""

    cell: str
    total: Number
    parts: tuple[Number, ...]
    sums: frozenset[Number]
    text: str

    @property
    def agrees(self) -> bool:
        """Whether the parts come to the whole."""
        return sum(self.parts, 0) in self.sums

    @property
    def more(self) -> bool:
        """Whether they come to more than the whole."""
        return sum(self.parts, 0) > max(self.sums)


def splits(text: str, reading: Reading) -> list[Split]:
    """The closed lists of parts of one sentence."""
    into = [found.value for found in reading.out if found.cell == CARRIED_IN]
    out = [found.value for found in reading.out if found.cell == CARRIED_OUT]
    made: list[Split] = []
    for parts in reading.lists:
        whole, last = parts.whole, parts.last
        if whole is None or last is None or last.figure is None or whole.note.startswith("rounded"):
            continue
        if reading.strays and sum(parts.figures, 0) < whole.value:
            continue  # a figure that is not understood may be the part that lacks
        end = max((word.end for word in (*last.own, last.figure)), default=len(text))
        if len(parts.figures) < 2 or _OPEN.search(text[whole.start : end + 1]):
            continue
        sums = {whole.value + i - o for i in (0, *into, *(-value for value in into)) for o in (0, *out)}
        split = Split(whole.cell, whole.value, tuple(parts.figures), frozenset(sums), text)
        if _closed(parts) or split.more:
            made.append(split)
    return made


def _closed(parts: Parts) -> bool:
    return parts.criterion in _CLOSED
