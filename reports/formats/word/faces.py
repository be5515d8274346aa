"""How the characters of a word processor's run are printed, and what piece of print that makes of it."""

from __future__ import annotations

from dataclasses import dataclass

from reports.formats.colours import PAPER, alike
from reports.formats.runs import Ink

# Points: what is smaller is not legible, what is less far off the line is only set right.
ILLEGIBLE = 1.1
OFF_LINE = 2.0


OVERLAP = -2.5  # points between characters: nearer, figures are printed over each other
LEAST_SCALE = 20  # hundredths of a character's width


def is_squeezed(spacing: float, scale: float = 100) -> bool:
    """Whether characters with so many points between them, of so many hundredths of their width, may not be legible."""
    return spacing <= OVERLAP or 0 < scale < LEAST_SCALE


@dataclass(frozen=True, slots=True)
class Face:
    """What counts of a run's character format. ``offset`` is above (or below) the line, in points; ``size`` too;
    ``squeezed``: its characters stand over each other;
    ``color`` and ``ground``, what lies behind it: in six digits of lower case, empty where nothing is said."""

    struck: bool = False
    hidden: bool = False
    raised: bool = False
    offset: float = 0.0
    size: float | None = None
    color: str = ""
    ground: str = ""
    squeezed: bool = False

    @property
    def ink(self) -> Ink:
        """The piece of print that the run is."""
        if self.hidden or (self.size is not None and self.size < ILLEGIBLE):
            return Ink.HIDDEN
        if self.struck:
            return Ink.STRUCK
        if self.raised:
            return Ink.RAISED
        if self.squeezed or (self.color and alike(self.color, self.ground or PAPER)):
            return Ink.FAINT
        return Ink.SHIFTED if abs(self.offset) >= OFF_LINE else Ink.PLAIN
