"""RTF: control words to paragraphs, grids and pictures.

Bytes written as ``\\'hh`` are in the code page of their font (GBK in all reports seen), ``\\u`` escapes carry their own
fallback, which is skipped. Merged cells, nested tables, hidden and deleted runs as in DOCX.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from reports.blocks import Block, Blocks, Unreadable
from reports.formats.runs import Ink
from reports.formats.word import drafts
from reports.formats.word.drafts import BELOW, BESIDE, TOP, RowShape
from reports.formats.word.rtf_words import (
    CHARACTERS,
    KEEP,
    SKIP,
    Box,
    Encodings,
    Pictures,
    Row,
    State,
    colours,
    paired,
    whole_pairs,
)
from reports.formats.word.runs import RunLine

MAX_BYTES = 64 * 1024 * 1024  # as large as a file may be (``sniff.MAX_BYTES``)
MAX_GROUPS = 500  # depth

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n]+|([^\\{}\r\n]+)", re.DOTALL
)


def blocks(data: bytes) -> Blocks:
    """The document as blocks. Raises Unreadable: too large, nested too deep, no text."""
    if len(data) > MAX_BYTES:
        raise Unreadable(f"the file has {len(data) >> 20} MB, more than {MAX_BYTES >> 20} MB", "bytes")
    reader = _Reader()
    reader.run(data)
    found = drafts.numbered(reader.finish())
    if not found:
        raise Unreadable("the RTF file holds no text; fetch it again or ask for it")
    return Blocks("rtf", found, incomplete="" if reader.closed else "its outermost group is not closed")


class _Reader:
    def __init__(self) -> None:
        self._tables = drafts.TableBuilder()
        self._state = State()
        self._stack: list[State] = []
        self._encodings = Encodings()
        self._line = RunLine()
        self._raw = bytearray()
        self._raw_font = -1
        self._behind: list[Block] = []
        self._drop = 0  # fallback characters still to skip
        self._rows = {1: Row(open=False)}
        self._level = 0
        self._heading = False
        self._pictures = Pictures()
        self._boxes: list[Box] = []
        self._colours: list[str] = []
        self._grounds: frozenset[str] = frozenset()

    def run(self, data: bytes) -> None:
        self._colours, self._grounds = colours(data)
        at = 0
        while at < len(data):
            found = _TOKEN.match(data, at)
            if found is None:
                at += 1
                continue
            at = found.end()
            word, number, code, symbol, brace, plain = found.groups()
            if word is not None:
                if word == b"bin" and number and int(number) > 0:
                    at += int(number)
                    continue
                self._word(word, int(number) if number is not None else None)
            elif code is not None:
                self._bytes(bytes([int(code, 16)]))
            elif symbol is not None:
                self._symbol(symbol)
            elif brace == b"{":
                if len(self._stack) >= MAX_GROUPS:
                    raise Unreadable("the file nests its groups deeper than any report; not read", "depth")
                self._flush()
                self._drop = 0
                self._stack.append(self._state)
                outer = self._state
                self._state = replace(outer, skip=outer.skip or outer.twice, twice=False)
                outer.twice = False
            elif brace == b"}":
                self._end_group()
            elif plain is not None:
                self._plain(plain)

    def _end_group(self) -> None:
        self._flush()
        self._drop = 0
        if self._state.destination == b"pict" and self._stack and self._stack[-1].destination != b"pict":
            self._behind.extend(self._pictures.end())
        if self._boxes and len(self._stack) == self._boxes[-1].depth:
            self._paragraph()
            box = self._boxes.pop()
            self._line, self._level = box.line, box.level
        opened, self._state = self._state.opened, self._stack.pop() if self._stack else State()
        shown = any(part.strip() for part in self._line.parts[opened:]) or opened > len(self._line.parts)
        if opened not in (self._state.opened, -1) and self._is_visible and not shown:
            self._line.add("", Ink.UNREAD)  # a field or an object without its result prints what nobody knows

    @property
    def closed(self) -> bool:
        """Whether every group that was opened is closed."""
        return not self._stack

    def finish(self) -> list[Block]:
        self._flush()
        self._paragraph()
        return self._tables.blocks()

    # ---- text

    @property
    def _is_visible(self) -> bool:
        state = self._state
        return not (state.skip or state.hidden or state.deleted or state.destination in (b"pict", b"shpinst"))

    def _plain(self, text: bytes) -> None:
        if self._state.destination == b"pict":
            self._pictures.digits.append(text)
            return
        if self._drop:
            taken = min(self._drop, len(text))
            self._drop -= taken
            text = text[taken:]
        if text:
            self._add_raw(text)

    def _bytes(self, code: bytes) -> None:
        if self._drop:
            self._drop -= 1
        else:
            self._add_raw(code)

    def _add_raw(self, text: bytes) -> None:
        if not self._is_visible:
            return
        if self._raw and self._raw_font != self._state.font:
            self._flush()
        self._raw_font = self._state.font
        self._raw += text

    def _flush(self) -> None:
        if self._raw:
            text = self._encodings.decoded(bytes(self._raw), self._raw_font)
            self._line.add(text, self._ink, self._state.size / 2)
            self._raw.clear()

    def _char(self, text: str) -> None:
        if self._drop:
            self._drop -= 1
        elif self._is_visible:
            self._flush()
            self._line.add(text, self._ink, self._state.size / 2)

    def _symbol(self, symbol: bytes) -> None:
        if symbol == b"*":
            self._state.destination = b"*"
        elif symbol == b"~":
            self._char(" ")
        elif symbol == b"_":
            self._char("-")
        elif symbol in b"\\{}":
            self._char(symbol.decode("ascii"))
        elif symbol in b"\r\n":
            self._end_paragraph()

    def _paragraph(self) -> None:
        """What was collected goes to its depth."""
        self._flush()
        self._line.parts = [paired(part) for part in whole_pairs(self._line)]
        parts: list[Block] = list(self._line.paragraphs(heading=self._heading))
        if self._boxes:  # what stands in a box over a cell is read behind the paragraph that holds the box
            self._behind.extend(parts)
        else:
            self._tables.add(self._level, [*parts, *self._behind])
            self._behind = []
        self._line = RunLine()

    def _end_paragraph(self) -> None:
        if not (self._state.skip or self._state.deleted or self._state.hidden):
            self._paragraph()

    # ---- control words

    def _word(self, word: bytes, number: int | None) -> None:  # noqa: C901  one branch a kind of control word
        state = self._state
        ignorable = state.destination == b"*"
        if ignorable:
            state.destination = b""
            if word not in KEEP:
                state.skip = True
                state.destination = word
                return
        if word in SKIP:
            self._flush()
            state.skip = True
            state.destination = word
            return
        if word in (b"pict", b"shpinst", b"shptxt"):
            state.destination = word if word != b"shptxt" else b""
            if word == b"pict":
                self._pictures.begin()
            elif word == b"shptxt":
                self._flush()
                if self._level and not self._boxes:
                    self._boxes.append(Box(self._line, self._level, len(self._stack)))
                    self._line = RunLine()
            return
        if state.destination == b"fonttbl":
            self._encodings.define(word, number)
            return
        if word == b"upr" or state.skip:
            state.twice = word == b"upr"
            return
        if word == b"u" and number is not None:
            self._flush()
            if self._is_visible:
                self._line.add(chr(number & 0xFFFF), self._ink, self._state.size / 2)
            self._drop = state.unicode_skip
        elif word in CHARACTERS:
            self._char(CHARACTERS[word])
        elif word in (b"par", b"sect", b"page"):
            self._flush()
            self._end_paragraph()
        elif word in _HANDLERS:
            self._flush()
            _HANDLERS[word](self, number)

    def _on_font(self, number: int | None) -> None:
        self._state.font = number if number is not None else -1

    def _on_field(self, _: int | None) -> None:
        self._state.opened = len(self._line.parts)

    def _on_unicode_skip(self, number: int | None) -> None:
        self._state.unicode_skip = max(0, min(number if number is not None else 1, 32))

    def _on_plain(self, _: int | None) -> None:
        state = self._state
        state.hidden = state.deleted = state.struck = state.raised = False
        state.offset, state.size, state.color, state.ground, state.spacing, state.scale = 0, 24, "", "", 0, 100

    def _on_colour(self, number: int | None) -> None:
        self._state.color = self._colour(number)

    @property
    def _ink(self) -> Ink:
        row = self._rows.get(1)
        told = row if row is not None and row.open and self._level < 2 else None
        # Outside tables nothing lies behind a paragraph that does not say so.
        return self._state.ink(told or (Row() if self._level == 0 else None), self._grounds)

    def _on_ground(self, number: int | None) -> None:
        self._state.ground = self._colour(number)

    def _on_paper(self, number: int | None) -> None:
        self._state.paper = self._colour(number)

    def _colour(self, number: int | None) -> str:
        return self._colours[number] if number is not None and 0 <= number < len(self._colours) else ""

    def _on_pard(self, _: int | None) -> None:
        if not any(part.strip() for part in self._line.parts):
            self._level = 0
        self._heading = False
        self._state.paper = ""

    def _on_intbl(self, _: int | None) -> None:
        self._level = max(self._level, 1)

    def _on_itap(self, number: int | None) -> None:
        self._level = max(0, min(number if number is not None else 1, drafts.MAX_DEPTH + 1))

    def _on_outline(self, number: int | None) -> None:
        self._heading = number is not None and number < 9

    def _on_cell(self, _: int | None) -> None:
        self._level = 1
        self._paragraph()
        self._tables.cell(1)
        self._rows[1].cells += 1

    def _on_row(self, _: int | None) -> None:
        self._level = 1
        if any(part.strip() for part in self._line.parts):
            self._paragraph()
        self._line = RunLine()
        self._tables.row(1, self._shape(1))
        self._rows[1].open, self._rows[1].cells = False, 0

    def _on_nestcell(self, _: int | None) -> None:
        self._level = max(self._level, 2)
        self._paragraph()
        self._tables.cell(self._level)

    def _on_nestrow(self, _: int | None) -> None:
        level = max(self._level, 2)
        self._tables.row(level, self._shape(0))
        self._rows.pop(0, None)

    def _shape(self, key: int) -> RowShape:
        row = self._rows.get(key, Row())
        return RowShape(row.edges, row.flags)

    @property
    def _row(self) -> Row:
        key = 0 if self._state.destination == b"nesttableprops" else 1
        return self._rows.setdefault(key, Row())

    def _on_trowd(self, _: int | None) -> None:
        key = 0 if self._state.destination == b"nesttableprops" else 1
        self._rows[key] = Row()


_Handler = Callable[[_Reader, int | None], None]


def _number(name: str, otherwise: int) -> _Handler:
    """What a word does that gives a property its number."""
    return lambda reader, number: setattr(reader._state, name, otherwise if number is None else number)


def _shading(word: bytes) -> _Handler:
    """What a word does that gives the next cell, or its row, a colour or a share of one."""
    share = word.endswith(b"dng")
    return lambda reader, number: reader._row.shading.update({word: (number or 0) if share else reader._colour(number)})


def _cell(flag: int) -> _Handler:
    """What a word does that says how the next cell is merged."""
    return lambda reader, _: setattr(reader._row, "flag", reader._row.flag | flag)


def _flag(name: str) -> _Handler:
    """What a word does that turns a property on, and off with a nought."""
    return lambda reader, number: setattr(reader._state, name, number != 0)


_HANDLERS: dict[bytes, _Handler] = {
    b"ansicpg": lambda reader, number: reader._encodings.declare(number),
    b"f": _Reader._on_font,
    b"uc": _Reader._on_unicode_skip,
    b"plain": _Reader._on_plain,
    b"v": _flag("hidden"),
    b"strike": _flag("struck"),
    b"striked": _flag("struck"),
    b"super": _flag("raised"),
    b"sub": _flag("raised"),
    b"nosupersub": lambda reader, _: setattr(reader._state, "raised", False),
    b"up": _number("offset", 6),
    b"dn": _number("offset", 6),
    b"fs": _number("size", 24),
    b"deleted": _flag("deleted"),
    b"cf": _Reader._on_colour,
    b"cb": _Reader._on_ground,
    b"cbpat": _Reader._on_paper,
    **{word: _shading(word) for word in (b"clcbpat", b"clcfpat", b"clshdng", b"trcbpat", b"trcfpat", b"trshdng")},
    b"chcbpat": _Reader._on_ground,
    b"highlight": _Reader._on_ground,
    b"field": _Reader._on_field,
    b"object": _Reader._on_field,
    b"pard": _Reader._on_pard,
    b"intbl": _Reader._on_intbl,
    b"itap": _Reader._on_itap,
    b"outlinelevel": _Reader._on_outline,
    b"cell": _Reader._on_cell,
    b"row": _Reader._on_row,
    b"nestcell": _Reader._on_nestcell,
    b"nestrow": _Reader._on_nestrow,
    b"trowd": _Reader._on_trowd,
    b"trleft": lambda reader, number: reader._row.begin(number or 0),
    b"cellx": lambda reader, number: reader._row.end_cell(number or 0),
    b"clmrg": _cell(BESIDE),
    b"clvmrg": _cell(BELOW),
    b"clvmgf": _cell(TOP),
    b"picwgoal": lambda reader, number: setattr(reader._pictures, "width", number or 0),
    b"picscalex": lambda reader, number: setattr(reader._pictures, "scale", number or 100),
    b"expndtw": _number("spacing", 0),
    b"charscalex": _number("scale", 100),
}
