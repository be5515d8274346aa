"""What a summary says, whatever the format: sections of text, tables and charts. Formats print it and decide nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal


@dataclass(frozen=True, slots=True)
class Link:
    """Text that leads to an address; only http and https are followed, other addresses stay text."""

    text: str
    address: str

    @property
    def web(self) -> str:
        """The address if a reader may follow it, else empty (no ``javascript:``, no ``data:``)."""
        return self.address if self.address.startswith(("http://", "https://")) else ""


@dataclass(frozen=True, slots=True)
class StateWord:
    """A word with the state that colours it."""

    text: str
    key: str


Value = str | int | date | Link | StateWord | None


@dataclass(frozen=True, slots=True)
class Head:
    """A column: its head, its width as a share of the table's, and what stands in it; a ``code`` (a rule's id) is for those
    who look things up, and stands in no circular."""

    text: str
    width: int
    kind: Literal["text", "number", "date", "code"] = "text"


@dataclass(frozen=True, slots=True)
class Table:
    """A table and the name of its sheet in a workbook. ``annex``: too long to stand between paragraphs of a circular;
    ``inside``: for the office alone, it stands in no circular."""

    name: str
    heads: tuple[Head, ...]
    rows: tuple[tuple[Value, ...], ...]
    annex: bool = False
    inside: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing (SVG 1.1, self-contained) with what it shows in words, for who does not see it; the same once more as
    ``narrow`` as a phone."""

    svg: str
    narrow: str
    caption: str


@dataclass(frozen=True, slots=True)
class Section:
    """A part with its heading, without number."""

    title: str
    blocks: tuple[str | Table | Chart, ...]


@dataclass(frozen=True, slots=True)
class Content:
    """A summary. ``circular`` is its title as an official paper, broken where the sense allows; ``cards`` are the chief
    figures: name, count, whether it calls for attention; ``requirements`` what a circular asks of bodies, before the day
    to reply by."""

    title: str
    circular: str
    made: str
    cards: tuple[tuple[str, int, bool], ...]
    sections: tuple[Section, ...]
    notes: tuple[str, ...] = field(default=())
    requirements: tuple[str, ...] = field(default=())
