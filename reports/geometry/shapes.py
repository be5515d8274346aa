"""What is drawn on a page, as plain numbers: rectangles, and pieces of rules."""

from __future__ import annotations

from typing import NamedTuple

Box = tuple[float, float, float, float]  # x0, y0, x1, y1; the origin is top left


class Segment(NamedTuple):
    """A piece of a rule: ``at`` is its y (horizontal) or x (vertical), ``start`` and ``end`` its extent along it."""

    at: float
    start: float
    end: float
