"""What portal families get and give: plain data."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import lxml.html
from lxml.html import HtmlElement

from crawler import markup
from reports.decoding import NotText, decode

_MARKUP = (b"<html", b"<!doctype html", b"<div", b"<script", b"<head", b"<meta", b"<table", b"<p", b"<ul", b"<body")
_PAGE = re.compile(rb"<(!doctype\s+html|html|head|body)\b", re.IGNORECASE)


class _Element(HtmlElement):  # type: ignore[misc]  # lxml.html has no types
    """An element of a page."""

    def text_content(self) -> str:
        """All its text. By an XPath, as lxml has it, each call lets the other threads of a crawl in before it returns."""
        return "".join(self.itertext())


# All elements are of one class: to look for another one by each element's name costs more than to parse the page.
_ELEMENTS = lxml.etree.ElementDefaultClassLookup(element=_Element)
# What a file begins with that is certainly none of a page's.
SIGNATURES = (
    b"%PDF",
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0",
    b"Rar!",
    b"{\\rtf",
    b"\xff\xd8\xff",
    b"\x89PNG",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
)


@dataclass(frozen=True)
class Page:
    """A page as it was answered: its address (after redirects), its bytes, its media type."""

    url: str
    body: bytes
    content_type: str = ""

    @cached_property
    def text(self) -> str:
        """The page decoded: UTF-8 strictly, then GB18030, whatever header and meta say; empty where it is no text."""
        try:
            return decode(self.body)[0]
        except NotText:
            return ""

    @cached_property
    def charset(self) -> str:
        """The charset in which a browser sends this page's queries."""
        try:
            self.body.decode("utf-8")
        except UnicodeDecodeError:
            return "gb18030"
        return "utf-8"

    @cached_property
    def tree(self) -> HtmlElement:
        """The page's tree, comments dropped; an empty one where there is no markup."""
        parser = lxml.html.HTMLParser(remove_comments=True, remove_pis=True, no_network=True, encoding="utf-8")
        parser.set_element_class_lookup(_ELEMENTS)
        try:
            return lxml.html.document_fromstring(self.text.replace("\x00", "").encode("utf-8"), parser=parser)
        except (lxml.etree.ParserError, ValueError):
            return lxml.html.document_fromstring(b"<html><body></body></html>")

    @cached_property
    def linked(self) -> tuple[str, ...]:
        """The addresses of its links, as written."""
        return tuple(str(href).strip() for href in self.tree.xpath("//a/@href"))

    @cached_property
    def script(self) -> str:
        """The page's own scripts, one after another, for patterns to search."""
        return markup.searchable("\n".join(str(one.text or "") for one in self.tree.xpath("//script[not(@src)]")))

    @cached_property
    def searchable(self) -> str:
        """The page's text for patterns to search."""
        return markup.searchable(self.text)

    @property
    def is_markup(self) -> bool:
        """Whether the bytes are a page and not a file, whatever name and header say. A server's warning, a comment or
        NULs may stand before the markup: a browser shows the page all the same."""
        if self.body.startswith(SIGNATURES):
            return False
        start = self.body[:1024].lstrip(b"\xef\xbb\xbf\x00 \r\n\t").lower()
        if start.startswith(b"<") and any(mark in start for mark in _MARKUP):
            return True
        return bool(_PAGE.search(self.body[:65_536])) and b"\x00\x00\x00\x00" not in self.body[:1024].lstrip(b"\x00")


@dataclass(frozen=True, slots=True)
class Listing:
    """One row of a list: where it leads (None: a script that could not be resolved), its title, its date if any."""

    url: str | None
    title: str
    listed_on: date | None = None


@dataclass(frozen=True, slots=True)
class FileLink:
    """A file or picture that belongs to an article: absolute address, the address as written, the name shown."""

    url: str
    href: str
    name: str


@dataclass(slots=True)
class Detail:
    """An article page: its title, its stated date and where that was found, its text without chrome, its files and
    pictures."""

    title: str
    published_on: date | None
    text: str
    files: list[FileLink] = field(default_factory=list)
    pictures: list[FileLink] = field(default_factory=list)
    dated_by: str = ""
    linked: int = 0  # characters of the text that stand in links
    issuer: str = ""  # the body behind 发布机构, as the page states it
    own_text: str = ""  # the text without side bars and menus that stand within the article's element
