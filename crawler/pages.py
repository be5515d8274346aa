"""What portal families get and give: plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import lxml.html
from lxml.html import HtmlElement

from reports.decoding import NotText, decode

_MARKUP = (b"<html", b"<!doctype html", b"<div", b"<script", b"<head", b"<meta", b"<table", b"<p", b"<ul", b"<body")


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
        parser = lxml.html.HTMLParser(remove_comments=True, no_network=True, encoding="utf-8")
        try:
            return lxml.html.document_fromstring(self.text.replace("\x00", "").encode("utf-8"), parser=parser)
        except (lxml.etree.ParserError, ValueError):
            return lxml.html.document_fromstring(b"<html><body></body></html>")

    @property
    def is_markup(self) -> bool:
        """Whether the bytes are a page and not a file, whatever name and header say."""
        start = self.body[:1024].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
        return start.startswith(b"<") and any(mark in start for mark in _MARKUP)


@dataclass(frozen=True, slots=True)
class Listing:
    """One row of a list: where it leads (None: a script that could not be resolved), its title, its date if any."""

    url: str | None
    title: str
    listed_on: date | None = None


@dataclass(slots=True)
class Pager:
    """The pages of a list beyond this one, as its own pager tells them; ``total`` the stated number of items.

    ``otherwise`` are the same pages under the vendor's other numbering, for where the first of ``urls`` is not there."""

    urls: list[str] = field(default_factory=list)
    total: int | None = None
    otherwise: list[str] = field(default_factory=list)


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
