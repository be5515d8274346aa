"""The walk over a page's elements: what is text, what is a table, what is not seen."""

from __future__ import annotations

import re

from lxml import etree

from reports import numbers, suffixes
from reports.article import is_chrome
from reports.blocks import Block, Paragraph, Picture
from reports.formats.html.computed import SMALLER, ComputedStyle
from reports.formats.html.elements import SHOWN_INPUTS, UNREAD, all_text, first_texts, pixels
from reports.formats.html.grids import (
    CellDraft,
    Content,
    Drawn,
    GridDraft,
    TableDraft,
    close_grid,
    drafted,
    drawn,
    numbered,
    placed,
)
from reports.formats.html.kinds import BY_TAG, CELL, HEADINGS, NONE, ROW, TABLE, VERBATIM, Kind, Kinds
from reports.formats.runs import Ink, overlaid, settled
from reports.grid import from_lines

# No label or header of either form is longer than 60 characters; a cell of prose is.
PROSE = 150

_WHITE = " \t\r\n\f"
_SPACES = re.compile(rf"[{_WHITE}]+")
_ATTACHMENT = re.compile(rf"{suffixes.any_of(suffixes.FILES, suffixes.PICTURES)}\b", re.IGNORECASE)

_PLAIN = ComputedStyle()


class Walker:
    """One pass over the tree, without recursion: pages nest deeper than Python's stack."""

    def __init__(self, kinds: Kinds, pictures: list[bytes]) -> None:
        self.kinds = kinds
        self.style_stack: list[ComputedStyle] = [_PLAIN]
        self.ink = Ink.PLAIN
        self.pictures = pictures
        self.contents: list[Content] = [Content()]
        self.tables: list[TableDraft] = []
        self.links = 0
        self.linked_file = False
        self.headings = 0
        self.preformatted = 0
        self.roles: dict[etree._Element, int] = {}

    def run(self, root: etree._Element) -> list[Block]:
        """The blocks of the page."""
        open_: list[tuple[Kind, int] | None] = []  # the elements around, None for one that is left out
        style_stack = self.style_stack
        kind_of = self.kinds.of
        walk = etree.iterwalk(root, events=("start", "end"))
        for event, element in walk:
            if event == "start":
                kind = kind_of(element)
                if open_ and (kind.state != "shown" or kind.replaced) and self._is_left_out(element, kind):
                    walk.skip_subtree()
                    open_.append(None)
                    continue
                role = kind.role or self._role(element, kind)
                inner = style_stack[-1] if kind.plain else kind.computed(style_stack[-1], role, bool(self.tables))
                if inner is not style_stack[-1]:
                    self.ink = inner.ink
                style_stack.append(inner)
                self._enter(element, kind, role)
                open_.append((kind, role))
            else:
                left = open_.pop()
                if left is not None:
                    self._leave(*left)
                    if style_stack.pop() is not style_stack[-1]:
                        self.ink = style_stack[-1].ink
                if open_ and (tail := element.tail):
                    self._text(tail)
        self._flush()
        return numbered(self.contents[0].blocks)

    # ---- what an element is

    def _is_left_out(self, element: etree._Element, kind: Kind) -> bool:
        """Whether an element is passed over, after what stands for it was taken."""
        if kind.state == "hidden":
            # Who looks at the cell sees a blank; a script may show what is hidden.
            if self.tables and kind.tag not in BY_TAG and all_text(element).strip():
                self.contents[-1].unread = True
            return True
        if kind.tag == "script" and self.tables and "document.write" in (element.text or ""):
            self._piece("", Ink.UNREAD)
        if kind.state == "skipped" or (kind.state == "asked" and is_chrome(element)):
            return True
        return kind.replaced and self._stands_for_text(element, kind.tag)

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

    def _role(self, element: etree._Element, kind: Kind) -> int:
        """The part in a table of an element that has none by itself."""
        role = self.roles.pop(element, NONE) if self.roles else NONE
        if role == NONE and len(element) >= 2 and not self.preformatted and self._reads_like_a_row(element, kind):
            self.roles.update(dict.fromkeys(element, CELL))
            return ROW
        return role

    def _reads_like_a_row(self, element: etree._Element, kind: Kind) -> bool:
        """Siblings without text between them, words first and then figures, as flex boxes and lists print a row.

        Inline siblings count only where the style sets them apart: Word cuts ``2021年`` into a span a digit."""
        count = len(element)
        if count > 40 or (element.text and element.text.strip()):
            return False
        display = kind.declared.get("display", "")
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

    def _enter(self, element: etree._Element, kind: Kind, role: int) -> None:
        if role == CELL:
            self._open_cell(kind)
        elif role == ROW:
            if not self.tables or self.tables[-1].open_row:
                self._flush()
                self.tables.append(TableDraft(implied=True))
                self.contents.append(Content())
            self.tables[-1].rows.append([])
            self.tables[-1].open_row = True
        elif role == TABLE:
            self._flush()
            self.tables.append(TableDraft())
            self.contents.append(Content())  # what stands in a table outside its cells
        elif kind.block:
            self._flush()
        if kind.special:
            self._enter_special(element, kind, role)
        if text := element.text:
            self._text(text)

    def _open_cell(self, kind: Kind) -> None:
        if not self.tables:
            self._flush()
            return
        table = self.tables[-1]
        if not table.rows:
            table.rows.append([])
        cell = CellDraft(Content(), kind.colspan, kind.rowspan)
        table.rows[-1].append(cell)
        # A cell opens a place in which whole tables may stand.
        self.contents.append(cell.content)
        self.tables.append(TableDraft(open_row=True))

    def _enter_special(self, element: etree._Element, kind: Kind, role: int) -> None:
        """What stands for text, or tells how the text inside is meant."""
        tag = kind.tag
        if tag == "br" and not role:
            self._flush()
        elif tag == "img" and not role:
            self._picture(element)
        elif tag == "input" and not role:
            if (element.get("type") or "text").lower() in SHOWN_INPUTS:
                value = element.get("value") or ""
                self._piece(value, self.ink if value else Ink.UNREAD)
        elif tag == "a":
            self.links += 1
            self.linked_file = bool(_ATTACHMENT.search(element.get("href") or ""))
        elif tag == "li":
            if self.tables and _counts(element, kind) and not any(map(str.isalpha, all_text(element))):
                self._piece("", Ink.UNREAD)  # the number of an item is printed, and may be or stand before a figure
        elif tag in HEADINGS:
            self.headings += 1
        elif tag in VERBATIM:
            self.preformatted += 1
        if self.tables and (kind.filled or (kind.valued and not all_text(element).strip())):
            self._piece("", Ink.UNREAD)

    def _leave(self, kind: Kind, role: int) -> None:
        if role == CELL:
            self._flush()
            if len(self.tables) > 1 and self.contents[-1] is self._last_cell_content():
                self.tables.pop()
                self.contents.pop()
        elif role == ROW:
            table = self.tables[-1]
            table.open_row = False
            if table.implied:
                self._flush()
                self._end_table()
        elif role == TABLE:
            self._flush()
            self._end_table()
        elif kind.block:
            self._flush()
        if not kind.special:
            return
        if kind.tag == "a":
            self.links -= 1
        elif kind.tag in HEADINGS:
            self.headings -= 1
        elif kind.tag in VERBATIM:
            self.preformatted -= 1

    def _last_cell_content(self) -> Content | None:
        rows = self.tables[-2].rows
        return rows[-1][-1].content if rows and rows[-1] else None

    # ---- text

    def _text(self, text: str) -> None:
        content = self.contents[-1]
        if not content.buffer and text.isspace() and not self.preformatted and not text.strip(_WHITE):
            return  # the markup's own indentation
        size = self.style_stack[-1].size
        small = size < SMALLER * content.size and bool(content.buffer) and bool(self.tables)
        content.size = size
        self._piece(
            text, Ink.SHIFTED if small and not self.ink else self.ink
        )  # behind a larger one a note's mark, maybe
        if self.links and not self.linked_file:
            content.linked += len(text.strip())

    def _piece(self, text: str, ink: Ink) -> None:
        content = self.contents[-1]
        if ink or content.inks:  # as long as all is plain nothing is written down
            content.inks += [Ink.PLAIN] * (len(content.buffer) - len(content.inks))
            content.inks.append(ink)
        content.buffer.append(text)

    def _flush(self) -> None:
        content = self.contents[-1]
        if not content.buffer:
            return
        if content.inks:
            raw, confidence = settled(content.buffer, content.inks)
            content.inks.clear()
        else:
            raw, confidence = overlaid(content.buffer[0] if len(content.buffer) == 1 else "".join(content.buffer))
        content.buffer.clear()
        linked, content.linked = content.linked, 0
        if self.preformatted:
            content.blocks.extend(drafted(block) for block in from_lines(raw.splitlines()))
            return
        if not raw or raw.isspace():
            if confidence < 1.0:
                content.blocks.append(Paragraph("", confidence=confidence))
            return
        text = raw if raw.isalnum() else _SPACES.sub(" ", raw).strip(" ")
        # A paragraph that is nothing but a link leads elsewhere: menus, lists of other years' reports.
        if linked and len(self.contents) == 1 and linked >= len(text.strip()) - 3 and not self.headings:
            return
        content.blocks.append(Paragraph(text, heading=self.headings > 0, confidence=confidence))

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
        self.contents[-1].blocks.append(Picture(source, data))
        self.contents[-1].unread = True

    # ---- tables

    def _end_table(self) -> None:
        table = self.tables.pop()
        loose = self.contents.pop()
        out = self.contents[-1].blocks
        # A caption or text that the markup lost between rows is shown by browsers above the table.
        out.extend(loose.blocks)
        rows: list[list[Drawn]] = []
        for row, columns in placed(table.rows):
            if self._is_layout(row):
                close_grid(out, rows, table.implied)
                rows = []
                for cell in row:
                    out.extend(cell.content.blocks)
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
            for block in cell.content.blocks:
                if isinstance(block, GridDraft):
                    return True
                if isinstance(block, Paragraph):
                    length += len(block.text)
            if length > PROSE:
                return True
        return len(row) == 1 and any(
            isinstance(b, Picture) or (isinstance(b, Paragraph) and _SECTION.match(b.text))
            for b in row[0].content.blocks
        )


def _counts(item: etree._Element, kind: Kind) -> bool:
    """Whether a list prints its items' numbers."""
    around = item.getparent()
    style = f"{kind.declared.get('list-style-type', '')} {kind.declared.get('list-style', '')}"
    style += "" if around is None else f" {around.get('style') or ''}"
    return around is not None and around.tag == "ol" and "none" not in style


_ROW_PARTS = frozenset(("div", "li", "p", "dd", "dt", "span", "section"))
_APART = re.compile(r"inline-block|table-cell|float\s*:|flex\s*:|width\s*:", re.IGNORECASE)
_SECTION = re.compile(r"\s*[一二三四五六七八九十]\s*[、.．]\s*\S")
