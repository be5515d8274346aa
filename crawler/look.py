"""One look at a source: what it has seen so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from crawler.fetch import Fetcher

if TYPE_CHECKING:
    from crawler.record import Target


@dataclass(slots=True)
class Look:
    """What one look at a source has seen so far."""

    target: Target
    fetcher: Fetcher
    now: datetime
    season: int  # the youngest report year that can be published
    items: int = 0
    stated: int | None = None
    trouble: str = ""
    changed: bool = False
    family: str = ""
    opened: int = 0
    lists: set[str] = field(default_factory=set)  # keys of the list pages read
    met: set[str] = field(default_factory=set)  # keys of the rows met
    named: list[str] = field(default_factory=list)  # titles of all rows

    def missed(self, what: str) -> None:
        """Note what could not be had: the look is not whole."""
        self.trouble = self.trouble or what
