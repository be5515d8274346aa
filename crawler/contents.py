"""What an address answered with, as a document's bytes: its type by content, and what makes it another version. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from crawler.pages import Detail
from reports import sniff
from reports.blocks import Unreadable


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file as it was answered."""

    url: str
    href: str
    name: str
    data: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def content_key(sha256: str, detail: Detail | None, files: Sequence[str]) -> str:
    """The hash of what matters in a document: the article's text without what frames it, and its files, whatever their
    names and order; for a file, or a page without text, its bytes."""
    return _key(sha256, (detail.own_text or detail.text) if detail is not None else "", files)


def former_key(sha256: str, detail: Detail | None, files: Sequence[str]) -> str:
    """``content_key`` as it was when side bars counted: what is stored under it is the same content."""
    return _key(sha256, detail.text if detail is not None else "", files)


def _key(sha256: str, text: str, files: Sequence[str]) -> str:
    own = hashlib.sha256(text.encode()).hexdigest() if text else sha256
    return hashlib.sha256("\n".join([own, *sorted(files)]).encode()).hexdigest()


def media_type(file: Fetched) -> str:
    """The type by content, whatever header and name say."""
    try:
        return sniff.sniff(file.data, file.name).media_type
    except Unreadable:
        return "application/octet-stream"
