"""What portal families get and give: plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import lxml.html
from lxml.html import HtmlElement

from reports.decoding import decode


@dataclass(frozen=True)
class Page:
    """A page as it was answered: its address (after redirects), its bytes, its media type."""

    url: str
    body: bytes
    content_type: str = ""

    @cached_property
    def text(self) -> str:
        """The page decoded: UTF-8 strictly, then GB18030, whatever header and meta say."""
        return decode(self.body)[0]

    @cached_property
    def tree(self) -> HtmlElement:
        """The page's tree, comments dropped; an empty one where there is no markup."""
        parser = lxml.html.HTMLParser(remove_comments=True, no_network=True, encoding="utf-8")
        try:
            return lxml.html.document_fromstring(self.text.replace("\x00", "").encode("utf-8"), parser=parser)
        except (lxml.etree.ParserError, ValueError):
            return lxml.html.document_fromstring(b"<html><body></body></html>")


@dataclass(frozen=True, slots=True)
class Listing:
    """One row of a list: where it leads (None: a script that could not be resolved), its title, its date if any."""

    url: str | None
    title: str
    listed_on: date | None = None


@dataclass(slots=True)
class Pager:
    """The pages of a list beyond this one, as its own pager tells them; ``total`` the stated number of items."""

    urls: list[str] = field(default_factory=list)
    total: int | None = None


@dataclass(frozen=True, slots=True)
class FileLink:
    """A file or picture that belongs to an article: absolute address, the address as written, the name shown."""

    url: str
    href: str
    name: str


@dataclass(slots=True)
class Detail:
    """An article page: its title, its stated date, its text without chrome, its files and pictures."""

    title: str
    published_on: date | None
    text: str
    files: list[FileLink] = field(default_factory=list)
    pictures: list[FileLink] = field(default_factory=list)
