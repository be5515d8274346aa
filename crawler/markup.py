"""A page's markup as text: what is searched before its tree, or without one.

Everything here takes time in proportion to the page's length, whatever it holds: a tag, a comment or a script that is never
closed reaches to the end of the page, as it does in a browser."""

from __future__ import annotations

import re

_UNSEEN = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"<[^>]*(?:>|\Z)")
_HEAD = re.compile(r"<(title|h[1-4])\b[^<>]{0,300}>(.{0,400}?)</(?:title|h[1-4])", re.DOTALL | re.IGNORECASE)
_LONG_WORD = re.compile(r"\b(\w{200})\w+")
_LONG_BLANK = re.compile(r"\s{201,}")


def without_scripts(text: str) -> str:
    """A page without scripts, styles and comments."""
    return _UNSEEN.sub("", text)


def without_tags(text: str, between: str = "") -> str:
    """What stands between the tags."""
    return _TAG.sub(between, text)


def heads(text: str) -> list[tuple[str, str]]:
    """The page's title and headings, each with the name of its element; what is longer than any is none."""
    return [(name.lower(), without_tags(inner)) for name, inner in _HEAD.findall(text)]


def searchable(text: str) -> str:
    """A text for patterns to search: what no template writes, words of more than 200 letters and runs of more than 200
    blanks, is cut, or a search would begin anew at each of a hostile page's letters."""
    return _LONG_WORD.sub(r"\1", _LONG_BLANK.sub(lambda run: "\n" if "\n" in run[0] else " ", text))
