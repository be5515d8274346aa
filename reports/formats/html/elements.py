"""What the elements of a page are to a reader: blocks of text, nothing that is seen, or something that is no text."""

from __future__ import annotations

import re
from itertools import islice

from lxml import etree

# Spans are a page's own claim (colspan="1000000" exists); no form is wider or taller.
MAX_SPAN = 200

BLOCK = (
    frozenset(("address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog"))
    | frozenset(("div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5"))
    | frozenset(("h6", "header", "hr", "html", "legend", "li", "main", "nav", "ol", "p", "pre", "section", "summary"))
    | frozenset(("table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"))
)
SKIP = frozenset(
    ("script", "style", "template", "noscript", "head", "map", "xml", "nav", "footer", "title", "datalist")
)
# What shows something that is not in the markup's text: a cell that holds it and no text is not blank.
UNREAD = frozenset(
    ("iframe", "object", "embed", "svg", "math", "audio", "video", "canvas", "button", "meter", "progress", "applet")
)
# Attributes by which a script puts text into an element.
FILLED = frozenset(("v-text", "v-html", "ng-bind", "ng-bind-html", "data-bind", "x-text", "x-html"))
# Attributes in which pages keep a value that a script or a style shows, where the element itself is empty.
VALUED = frozenset(
    f"data-{name}" for name in ("v", "val", "value", "num", "number", "count", "text", "content", "figure")
)
SHOWN_INPUTS = frozenset(("text", "number", "tel", "search", "email", "url", "date", "button", "submit"))


def first_texts(element: etree._Element, count: int) -> str:
    """The first pieces of text inside an element."""
    return "".join(map(str, islice(element.itertext(), count)))


def all_text(element: etree._Element) -> str:
    """All text inside an element."""
    return "".join(map(str, element.itertext()))


def span(element: etree._Element, name: str) -> int:
    """A cell's stated span, within bounds."""
    stated = element.get(name)
    if stated is None:
        return 1
    value = stated.strip()
    return max(1, min(int(value), MAX_SPAN)) if value.isascii() and value.isdigit() and len(value) < 9 else 1


def pixels(value: str | None) -> float:
    """A stated width or height in pixels; large where none is stated."""
    found = re.match(r"\s*(\d{1,5})(?:px)?\s*$", value or "")
    return float(found[1]) if found else 1e9
