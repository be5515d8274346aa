"""One crawl of a source: what it has seen so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from crawler import links
from crawler.fetch import Fetcher
from crawler.pages import Page
from crawler.render import NotDrawn, Renderer

if TYPE_CHECKING:
    from crawler.record import Target


@dataclass(slots=True)
class Crawl:
    """What one crawl of a source has seen so far."""

    target: Target
    fetcher: Fetcher
    now: datetime
    season: int  # the youngest report year that can be published
    items: int = 0
    stated: int | None = None
    error: str = ""
    changed: bool = False
    family: str = ""
    opened: int = 0
    lists: set[str] = field(default_factory=set)  # keys of the list pages read
    bare: dict[str, bool] = field(default_factory=dict)  # pages by year without their report -> whether they say so
    met: set[str] = field(default_factory=set)  # keys of the rows met
    named: list[str] = field(default_factory=list)  # titles of all rows
    read_whole: dict[str, dict[str, Any]] = field(default_factory=dict)  # key of a list -> how it is, read to its end
    reached: dict[str, str] = field(default_factory=dict)  # how its host had to be met (crawler.tls)
    passed: dict[str, int] = field(default_factory=dict)  # key -> items of the lists whose first page is as it was

    renderer: Renderer | None = None  # where this source is to be drawn by a browser
    drawn: set[str] = field(default_factory=set)  # keys of the pages that a browser drew
    undrawn: str = ""

    async def draw(self, page: Page) -> Page | None:
        """The page as a browser draws it; None where that is not wanted, or did not work (``undrawn`` says why)."""
        if self.renderer is None or links.key(page.url) in self.drawn:
            return None
        self.drawn.add(links.key(page.url))
        try:
            drawn, requests = await self.renderer.draw(page, self.target.guard)
        except NotDrawn as error:
            self.undrawn = str(error)
            return None
        self.fetcher.requests += requests
        return drawn

    def missed(self, what: str) -> None:
        """Note what could not be had: the crawl is not whole."""
        self.error = self.error or what

    @property
    def is_brief(self) -> bool:
        """Whether further pages of lists were passed over: the crawl tells nothing of what is not there."""
        return bool(self.passed)
