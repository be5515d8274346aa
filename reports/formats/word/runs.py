"""A line of a word processor's document being put together from its runs."""

from __future__ import annotations

from dataclasses import dataclass, field

from reports.blocks import Paragraph
from reports.formats.runs import Ink, aside, settled


@dataclass(slots=True)
class RunLine:
    """The pieces of a paragraph, each with the way it is printed; ``size``: of the last one, in points."""

    parts: list[str] = field(default_factory=list)
    inks: list[Ink] = field(default_factory=list)
    size: float | None = None

    def add(self, text: str, ink: Ink = Ink.PLAIN, size: float | None = None) -> None:
        """One piece more."""
        ink = aside(ink, size, self.size)
        self.size = size if text.strip() else self.size
        self.parts.append(text)
        self.inks.append(ink)

    def printed(self) -> bool:
        """Whether any piece is seen."""
        return any(ink != Ink.HIDDEN and part.strip() for part, ink in zip(self.parts, self.inks, strict=True))

    def paragraphs(self, number: str = "", heading: bool = False, all_of_it: Ink = Ink.PLAIN) -> list[Paragraph]:
        """The paragraph that the pieces make, none where they say nothing. ``all_of_it``: how plain pieces are printed."""
        inks = [all_of_it if ink == Ink.PLAIN else ink for ink in self.inks] if all_of_it else self.inks
        text, confidence = settled(self.parts, inks)
        if text.strip():
            return [Paragraph(number + text, heading=heading, confidence=confidence)]
        return [Paragraph("", confidence=confidence)] if confidence < 1.0 else []
