"""What an element is by its tag, its attributes and its styles alone: told once for all elements that are written alike, as
the cells of a table are."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Literal

from lxml import etree

from reports.article import is_named_chrome
from reports.formats.html.computed import (
    TELLING_TAGS,
    ComputedStyle,
    Declared,
    computed,
    is_gone,
    on_ground,
    overlaps,
    shade,
)
from reports.formats.html.elements import BLOCK, FILLED, SKIP, UNREAD, VALUED, span
from reports.formats.html.styles import PERHAPS, Applied, Styles, declarations

NONE, TABLE, ROW, CELL, HIDDEN = 0, 1, 2, 3, 4
BY_TAG = {"table": TABLE, "tr": ROW, "td": CELL, "th": CELL}
_BY_DISPLAY = {"table": TABLE, "inline-table": TABLE, "table-row": ROW, "table-cell": CELL}
_BY_ROLE = {"table": TABLE, "grid": TABLE, "row": ROW, "cell": CELL, "columnheader": CELL, "rowheader": CELL,
            "gridcell": CELL}  # fmt: skip
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
VERBATIM = frozenset(("pre", "xmp", "plaintext"))
SPECIAL = frozenset(("br", "img", "input", "a", "li")) | HEADINGS | VERBATIM
_ASIDE = frozenset(
    ("a", "small", "big")
)  # of a figure a part that is a link or of another size may be the mark of a note
MAX_KINDS = 20_000  # remembered at a time; elements with attributes of their own are no kind

_WRITABLE = frozenset(("td", "th", "span", "p", "b", "i", "em", "strong", "font", "label"))
_WRITES = re.compile(
    r"(?:getElementById|querySelector|\$)\(\s*[\"']#?([\w-]{1,80})[\"']\s*\)\s*\.\s*"
    r"(?:innerHTML|innerText|textContent|outerHTML|(?:text|html)\(\s*[^\s)]|append|insert)"
)

_ASKS = re.compile(
    r"\bdataset\.(\w{1,40})|\bdataset\[\s*[\"'](\w{1,40})|\.data\(\s*[\"'](\w{1,40})[\"']\s*\)|[\"'\[]data-(\w{1,40})[\"'\]]"
)

# ``skipped``: never seen. ``hidden``: who looks sees nothing, and a script may show it. ``asked``: named like the page's
# frame; its text tells.
State = Literal["shown", "skipped", "hidden", "asked"]


@dataclass(slots=True, eq=False)
class Kind:
    """An element but for its place: how it is shown, its part in a table, its spans."""

    tag: str
    declared: Declared
    state: State
    role: int
    block: bool
    colspan: int
    rowspan: int
    filled: bool  # a style or a script writes here
    valued: bool  # an attribute holds a value
    unknown: bool  # a class, or a rule that is not understood, may hide, strike or raise it
    coloured: str  # the colour that lies behind it, if it is of a table
    replaced: bool  # a field, or something that is no text
    plain: bool  # nothing tells how its text is printed
    special: bool  # more than a block or a part of a table
    computed_styles: dict[tuple[ComputedStyle, int, bool], ComputedStyle] = field(default_factory=dict)

    def computed(self, outer: ComputedStyle, role: int, in_table: bool) -> ComputedStyle:
        """How text inside is printed, given how the text around is."""
        if self.plain:
            return outer
        inline = role == NONE and not self.block
        key = (outer, role, in_table)
        found = self.computed_styles.get(key)
        if found is None:
            found = outer
            if self.declared or self.tag in TELLING_TAGS:
                found = computed(self.tag, self.declared, outer, inline)
            if self.coloured and role != NONE:
                found = on_ground(replace(found, ground=shade(self.coloured)))
            if self.unknown and in_table and (inline or role == CELL):
                found = replace(found, faint=True)
            elif self.tag in _ASIDE and inline and in_table:
                found = replace(found, shifted=True)
            if in_table and role == NONE and overlaps(self.declared, inline):
                found = replace(found, faint=True)
            self.computed_styles[key] = found
        return found


class Kinds:
    """The kinds of a page's elements."""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self._known: dict[tuple[object, ...], Kind | None] = {}
        self._asked: set[str] | None = None  # names of data that a script asks for
        self._written: set[str] | None = None  # identifiers of elements into which a script writes

    def of(self, element: etree._Element) -> Kind:
        """The kind of an element."""
        key = (element.tag, *element.items())
        found = self._known.get(key)
        return found if found is not None else self._placed(element, key)

    def _placed(self, element: etree._Element, key: tuple[object, ...]) -> Kind:
        """The kind of an element that is not known, or that other elements around it may change."""
        if len(self._known) > MAX_KINDS:
            self._known.clear()
        applied = self._styles.of(element)
        whole = (applied, *key) if self._styles.depends_on_place(element) else key
        found = self._known.get(whole)
        if found is None:
            found = self._known[whole] = self._made(element, applied)
        return found

    def _made(self, element: etree._Element, applied: Applied) -> Kind:
        tag = str(element.tag)
        style = element.get("style")
        declared = {**applied.declared, **declarations(style)[0], **applied.forced} if style else applied.declared
        if tag == "font" and (color := element.get("color")):
            declared = {"color": color.strip().lower(), **declared}
        if tag == "font" and (size := element.get("size")):
            declared = {"font-size": f"size {size.strip()}", **declared}
        valued = any((element.get(name) or "").strip() for name in VALUED.intersection(element.keys()))
        valued = valued or any(self._is_asked_for(element, str(name)) for name, _ in element.items())
        role = BY_TAG.get(tag) or _BY_DISPLAY.get(declared.get("display", ""), NONE)
        filled = "content" in declared or bool(FILLED.intersection(element.keys())) or self._is_written(element, tag)
        coloured = (element.get("bgcolor") or "").strip().lower()
        unknown = PERHAPS in declared or self._styles.is_unknown(element)
        return Kind(
            tag=tag,
            declared=declared,
            state=_state(element, tag, declared),
            role=role or _BY_ROLE.get(element.get("role") or "", NONE),
            block=tag in BLOCK,
            colspan=span(element, "colspan"),
            rowspan=span(element, "rowspan"),
            filled=filled,
            valued=valued,
            unknown=unknown,
            coloured=coloured,
            replaced=tag in UNREAD or tag in ("select", "textarea") or "-" in tag,
            plain=not (declared or unknown or coloured or tag in TELLING_TAGS or tag in _ASIDE),
            special=filled or valued or tag in SPECIAL,
        )

    def _is_asked_for(self, element: etree._Element, name: str) -> bool:
        """Whether an attribute holds data that a script of the page asks for by its name."""
        if not name.startswith("data-") or not (element.get(name) or "").strip():
            return False
        if self._asked is None:
            texts = (script.text or "" for script in element.getroottree().iter("script"))
            self._asked = {found.lower() for text in texts for group in _ASKS.findall(text) for found in group if found}
        return name.removeprefix("data-").replace("-", "") in self._asked

    def _is_written(self, element: etree._Element, tag: str) -> bool:
        """Whether a script of the page writes into an element, which it finds by its identifier."""
        name = element.get("id")
        if not name or tag not in _WRITABLE:
            return False
        if self._written is None:
            scripts = element.getroottree().iter("script")
            self._written = {found for script in scripts for found in _WRITES.findall(script.text or "")}
        return name in self._written


def _state(element: etree._Element, tag: str, declared: Declared) -> State:
    if tag in SKIP:
        return "skipped"
    gone = declared.get("display") == "none" or element.get("hidden") is not None
    if gone or (declared and tag not in BY_TAG and is_gone(declared)):
        return "hidden"
    if tag == "dialog" and element.get("open") is None:
        return "skipped"
    return "asked" if is_named_chrome(element) else "shown"
