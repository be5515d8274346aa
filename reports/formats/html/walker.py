"""The walk over a page's elements: what is text, what is a table, what is not seen."""

from __future__ import annotations

import re
from dataclasses import replace

from lxml import etree

from reports import numbers, suffixes
from reports.blocks import Block, Paragraph, Picture
from reports.formats.html.elements import BLOCK, FILLED, SHOWN_INPUTS, SKIP, UNREAD, all_text, first_texts, pixels, span
from reports.formats.html.grids import (
    CellDraft,
    Drawn,
    Flow,
    GridDraft,
    TableDraft,
    close_grid,
    drafted,
    drawn,
    numbered,
    placed,
)
from reports.formats.html.look import TELLING_TAGS, Declared, Look, is_gone, look
from reports.formats.html.styles import Styles, declarations
from reports.formats.runs import Ink, settled
from reports.grid import from_lines

# No label or header of either form is longer than 60 characters; a cell of prose is.
PROSE = 150

_CHROME = re.compile(
    r"(?:^|[\s_-])(?:foot(?:er)?|bottom|copyright|nav(?:bar|igation)?|menu|crumbs?|breadcrumb|position|location|dqwz"
    r"|share|sidebar|toolbar)(?:$|[\s_-]|\d)",
    re.IGNORECASE,
)
_KEEP_CHROME = re.compile(r"总体情况|发布(?:日期|时间)|自然人|信息内容")
_WHITE = " \t\r\n\f"
_SPACES = re.compile(rf"[{_WHITE}]+")
_ATTACHMENT = re.compile(rf"{suffixes.any_of(suffixes.FILES, suffixes.PICTURES)}\b", re.IGNORECASE)

_NONE, _TABLE, _ROW, _CELL, _HIDDEN = 0, 1, 2, 3, 4
_ROLES = {"table": _TABLE, "tr": _ROW, "td": _CELL, "th": _CELL}
_DISPLAY_ROLES = {"table": _TABLE, "inline-table": _TABLE, "table-row": _ROW, "table-cell": _CELL}
_STATED_ROLES = {"table": _TABLE, "grid": _TABLE, "row": _ROW, "cell": _CELL, "columnheader": _CELL,
                 "rowheader": _CELL, "gridcell": _CELL}  # fmt: skip
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_VERBATIM = frozenset(("pre", "xmp", "plaintext"))
_PLAIN = Look()
_NOTHING: Declared = {}


class Walker:
    """One pass over the tree, without recursion: pages nest deeper than Python's stack."""

    def __init__(self, styles: Styles, pictures: list[bytes]) -> None:
        self.styles = styles
        self.looks: list[Look] = [_PLAIN]
        self.ink = Ink.PLAIN
        self.seen: dict[tuple[str, str, bool, Look], Look] = {}  # where no sheet speaks
        self.pictures = pictures
        self.flows: list[Flow] = [Flow()]
        self.tables: list[TableDraft] = []
        self.links = 0
        self.linked_file = False
        self.headings = 0
        self.preformatted = 0
        self.grids = 0
        self.roles: dict[etree._Element, int] = {}

    def run(self, root: etree._Element) -> list[Block]:
        """The blocks of the page."""
        roles: list[int] = []
        walk = etree.iterwalk(root, events=("start", "end"))
        for event, element in walk:
            if event == "start":
                tag = element.tag
                declared = self._declared(element)
                if roles and (self._hidden(element, tag, declared) or self._stands_for_text(element, tag)):
                    walk.skip_subtree()
                    roles.append(_HIDDEN)
                    continue
                role = self._role(element, tag, declared.get("display", ""))
                self._enter_look(element, tag, role, declared)
                self._enter(element, tag, role, declared)
                roles.append(role)
            else:
                role = roles.pop()
                if role != _HIDDEN:
                    self._leave(element.tag, role)
                    if self.looks.pop() is not self.looks[-1]:
                        self.ink = self.looks[-1].ink
                if roles and (tail := element.tail):
                    self._text(tail)
        self._flush()
        return numbered(self.flows[0].blocks)

    # ---- what an element is

    def _declared(self, element: etree._Element) -> Declared:
        style = element.get("style")
        own = declarations(style)[0] if style else _NOTHING
        if not self.styles:
            return own
        found, forced = self.styles.of(element)
        return {**found, **own, **forced} if own else found

    def _hidden(self, element: etree._Element, tag: str, declared: Declared) -> bool:
        if tag in SKIP:
            return True
        if (
            (declared and declared.get("display") == "none")
            or element.get("hidden") is not None
            or (declared and tag not in _ROLES and is_gone(declared))
        ):
            # Who looks at the cell sees a blank; a script may show what is hidden.
            if self.tables and tag not in _ROLES and all_text(element).strip():
                self.flows[-1].unread = True
            return True
        if tag == "dialog":
            return element.get("open") is None
        class_, id_ = element.get("class"), element.get("id")
        named = f"{class_ or ''} {id_ or ''}" if class_ or id_ else ""
        return bool(named and _CHROME.search(named)) and self._is_chrome(element)

    def _stands_for_text(self, element: etree._Element, tag: str) -> bool:
        """Fields of a form, which show what is chosen or written in them, and what the reader does not understand."""
        if tag == "select":
            self._select(element)
        elif tag == "textarea":
            self._text(all_text(element))
        elif tag in UNREAD or ("-" in tag and not all_text(element).strip()):
            if self.tables:
                self._piece(all_text(element) if tag in ("math", "svg") else "", Ink.UNREAD)
        else:
            return False
        return True

    def _select(self, element: etree._Element) -> None:
        """The option that is chosen; where none is said to be, the first is shown, and a script may choose another."""
        options = list(element.iter("option"))
        chosen = [option for option in options if option.get("selected") is not None]
        shown = (chosen or options)[:1]
        sure = len(chosen) == 1 or len(options) == 1
        for option in shown:
            text = " ".join(all_text(option).split()) or option.get("label") or ""
            self._piece(text, self.ink if sure else Ink.UNREAD)
        if not shown:
            self._piece("", Ink.UNREAD)

    def _enter_look(self, element: etree._Element, tag: str, role: int, declared: Declared) -> None:
        outer = found = self.looks[-1]
        if declared or tag in TELLING_TAGS or (role and element.get("bgcolor")):
            inline = role == _NONE and tag not in BLOCK
            key = (element.get("style") or "", tag if tag in TELLING_TAGS else "", inline, outer)
            cached = None if self.styles else self.seen.get(key)
            found = look(tag, declared, outer, inline) if cached is None else cached
            if not self.styles:
                self.seen[key] = found
            if role and element.get("bgcolor"):
                found = replace(found, backed=True)
        if role == _NONE and self.tables and tag not in BLOCK and self.styles.is_unknown(element):
            found = replace(found, faint=True)
        self.looks.append(found)
        if found is not outer:
            self.ink = found.ink

    @staticmethod
    def _is_chrome(element: etree._Element) -> bool:
        text = first_texts(element, 200)
        return len(text) < 800 and not _KEEP_CHROME.search(text) and element.find(".//h1") is None

    def _role(self, element: etree._Element, tag: str, display: str) -> int:
        role = _ROLES.get(tag) or (self.roles.pop(element, _NONE) if self.roles else _NONE)
        if role == _NONE and display:
            role = _DISPLAY_ROLES.get(display, _NONE)
        if role == _NONE:
            role = _STATED_ROLES.get(element.get("role") or "", _NONE)
        if role == _NONE and len(element) >= 2 and not self.preformatted and self._reads_like_a_row(element):
            for child in element:
                self.roles[child] = _CELL
            return _ROW
        return role

    def _reads_like_a_row(self, element: etree._Element) -> bool:
        """Siblings without text between them, words first and then figures, as flex boxes and lists print a row.

        Inline siblings count only where the style sets them apart: Word cuts ``2021年`` into a span a digit."""
        count = len(element)
        if count > 40 or (element.text and element.text.strip()):
            return False
        display = self._declared(element).get("display", "")
        apart = "flex" in display or "grid" in display
        figures = words = 0
        for child in element:
            if child.tag not in _ROW_PARTS or (child.tail and child.tail.strip(" \t\r\n\f")) or len(child) > 6:
                return False
            if child.tag == "span" and not apart and not _APART.search(child.get("style") or ""):
                return False
            text = first_texts(child, 8)
            if len(text) > 80:
                return False
            printed = numbers.parse(text)
            if printed.value is not None and printed.certain:
                figures += 1
            elif text.strip() and not printed.token:
                words += 1
                if figures:
                    return False
        return figures >= 1 and words <= 3 and (count >= 4 or (words == 1 and figures == count - 1))

    # ---- events

    def _enter(self, element: etree._Element, tag: str, role: int, declared: Declared) -> None:  # noqa: C901  one branch a kind of element
        if role == _TABLE:
            self._flush()
            self.tables.append(TableDraft())
            self.flows.append(Flow())  # what stands in a table outside its cells
        elif role == _ROW:
            if not self.tables or self.tables[-1].open_row:
                self._flush()
                self.tables.append(TableDraft(implied=True))
                self.flows.append(Flow())
            self.tables[-1].rows.append([])
            self.tables[-1].open_row = True
        elif role == _CELL:
            if self.tables:
                table = self.tables[-1]
                if not table.rows:
                    table.rows.append([])
                cell = CellDraft(Flow(), span(element, "colspan"), span(element, "rowspan"))
                table.rows[-1].append(cell)
                # A cell opens a place in which whole tables may stand.
                self.flows.append(cell.flow)
                self.tables.append(TableDraft(open_row=True))
            else:
                self._flush()
        elif tag == "br":
            self._break()
        elif tag == "img":
            self._picture(element)
        elif tag == "input":
            if (element.get("type") or "text").lower() in SHOWN_INPUTS:
                value = element.get("value") or ""
                self._piece(value, self.ink if value else Ink.UNREAD)
        elif tag in BLOCK:
            self._flush()
        if tag == "a":
            self.links += 1
            self.linked_file = bool(_ATTACHMENT.search(element.get("href") or ""))
        elif tag in _HEADINGS:
            self.headings += 1
        elif tag in _VERBATIM:
            self.preformatted += 1
        if self.tables and ("content" in declared or FILLED.intersection(element.keys())):
            self._piece("", Ink.UNREAD)  # a style or a script writes here
        if text := element.text:
            self._text(text)

    def _leave(self, tag: str, role: int) -> None:
        if role == _TABLE:
            self._flush()
            self._end_table()
        elif role == _ROW:
            table = self.tables[-1]
            table.open_row = False
            if table.implied:
                self._flush()
                self._end_table()
        elif role == _CELL:
            self._flush()
            if len(self.tables) > 1 and self.flows[-1] is self._last_cell_flow():
                self.tables.pop()
                self.flows.pop()
        elif tag in BLOCK:
            self._flush()
        if tag == "a":
            self.links -= 1
        elif tag in _HEADINGS:
            self.headings -= 1
        elif tag in _VERBATIM:
            self.preformatted -= 1

    def _last_cell_flow(self) -> Flow | None:
        rows = self.tables[-2].rows
        return rows[-1][-1].flow if rows and rows[-1] else None

    # ---- text

    def _text(self, text: str) -> None:
        flow = self.flows[-1]
        if not flow.buffer and text.isspace() and not self.preformatted and not text.strip(_WHITE):
            return  # the markup's own indentation
        flow.buffer.append(text)
        flow.inks.append(self.ink)
        if self.links and not self.linked_file:
            flow.linked += len(text.strip())

    def _piece(self, text: str, ink: Ink) -> None:
        flow = self.flows[-1]
        flow.buffer.append(text)
        flow.inks.append(ink)

    def _break(self) -> None:
        self._flush()

    def _flush(self) -> None:
        flow = self.flows[-1]
        if not flow.buffer:
            return
        raw, confidence = settled(flow.buffer, flow.inks)
        linked, flow.linked = flow.linked, 0
        flow.buffer, flow.inks = [], []
        if self.preformatted:
            flow.blocks.extend(drafted(block) for block in from_lines(raw.splitlines()))
            return
        if not raw or raw.isspace():
            if confidence < 1.0:
                flow.blocks.append(Paragraph("", confidence=confidence))
            return
        text = _SPACES.sub(" ", raw).strip(" ")
        # A paragraph that is nothing but a link leads elsewhere: menus, lists of other years' reports.
        if linked and len(self.flows) == 1 and linked >= len(text.strip()) - 3 and not self.headings:
            return
        flow.blocks.append(Paragraph(text, heading=self.headings > 0, confidence=confidence))

    def _picture(self, element: etree._Element) -> None:
        if any(pixels(element.get(side)) <= 3 for side in ("width", "height")):
            return  # a spacer
        source = element.get("src") or ""
        if not source or (source.startswith("data:") and not source.startswith("data:,")):
            source = element.get("data-original") or element.get("data-src") or ""
        if not source:
            return
        self._flush()
        data = None
        if source.startswith("data:,"):
            index = source[6:]
            if not index.isdigit() or int(index) >= len(self.pictures):
                return
            data = self.pictures[int(index)]
            source = f"embedded-{int(index) + 1}"
        self.flows[-1].blocks.append(Picture(source, data))
        self.flows[-1].unread = True

    # ---- tables

    def _end_table(self) -> None:
        table = self.tables.pop()
        loose = self.flows.pop()
        out = self.flows[-1].blocks
        # A caption or text that the markup lost between rows is shown by browsers above the table.
        out.extend(loose.blocks)
        rows: list[list[Drawn]] = []
        for row, columns in placed(table.rows):
            if self._is_layout(row):
                close_grid(out, rows, table.implied)
                rows = []
                for cell in row:
                    out.extend(cell.flow.blocks)
                continue
            cells = [drawn(cell, column) for cell, column in zip(row, columns, strict=True)]
            if len(cells) == 1 and not cells[0][0] and cells[0][3] == 1.0:
                continue  # a spacer
            rows.append(cells)
        close_grid(out, rows, table.implied)

    @staticmethod
    def _is_layout(row: list[CellDraft]) -> bool:
        for cell in row:
            length = 0
            for block in cell.flow.blocks:
                if isinstance(block, GridDraft):
                    return True
                if isinstance(block, Paragraph):
                    length += len(block.text)
            if length > PROSE:
                return True
        return len(row) == 1 and any(
            isinstance(b, Picture) or (isinstance(b, Paragraph) and _SECTION.match(b.text)) for b in row[0].flow.blocks
        )


_ROW_PARTS = frozenset(("div", "li", "p", "dd", "dt", "span", "section"))
_APART = re.compile(r"inline-block|table-cell|float\s*:|flex\s*:|width\s*:", re.IGNORECASE)
_SECTION = re.compile(r"\s*[一二三四五六七八九十]\s*[、.．]\s*\S")
