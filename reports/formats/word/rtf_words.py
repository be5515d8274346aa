"""The words of RTF (character sets, destinations, characters by name), and what its groups and rows hold."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from reports.blocks import Block, Picture
from reports.formats.colours import mixed
from reports.formats.runs import Ink
from reports.formats.word.faces import Face, is_squeezed
from reports.formats.word.runs import RunLine

CHARSETS = {0: "cp1252", 77: "mac-roman", 128: "shift_jis", 129: "euc-kr", 134: "gb18030", 136: "big5", 204: "cp1251"}
PAGES = {936: "gb18030", 54936: "gb18030", 950: "big5", 932: "shift_jis", 949: "euc-kr", 1252: "cp1252",
          1251: "cp1251", 65001: "utf-8"}  # fmt: skip
# Destinations whose text is no text of the page.
SKIP = frozenset(
    b"fonttbl colortbl stylesheet info header headerl headerr headerf footer footerl footerr footerf footnote annotation"
    b" fldinst shprslt nonshppict listtable listoverridetable revtbl rsidtbl themedata colorschememapping datastore"
    b" latentstyles generator xmlnstbl objdata bkmkstart bkmkend filetbl pgdsctbl template operator author".split()
)
# Destinations that a reader may ignore but whose text is seen, or that lead to it.
KEEP = frozenset(b"shppict shpinst shptxt listtext pntext nesttableprops ud".split())
CHARACTERS = {b"tab": "\t", b"line": "\n", b"emdash": "—", b"endash": "–", b"bullet": "•", b"lquote": "‘",
               b"rquote": "’", b"ldblquote": "“", b"rdblquote": "”", b"emspace": " ", b"enspace": " "}  # fmt: skip


MAX_ROW = 200  # cells; no form has more than twenty


class Encodings:
    """The code pages of a document and of its fonts."""

    def __init__(self) -> None:
        self._fonts: dict[int, str] = {}
        self._page = "gb18030"
        self._defining = -1  # font being defined

    def define(self, word: bytes, number: int | None) -> None:
        """A word of the table of fonts."""
        if word == b"f" and number is not None:
            self._defining = number
        elif word == b"fcharset" and number in CHARSETS:
            self._fonts[self._defining] = CHARSETS[number]
        elif word == b"cpg" and number in PAGES:
            self._fonts[self._defining] = PAGES[number]

    def declare(self, number: int | None) -> None:
        """The document's own page."""
        self._page = PAGES.get(number or 0, self._page)
        if self._page == "cp1252":
            self._page = "gb18030"  # what declares the Western page and escapes Chinese means GBK

    def decoded(self, raw: bytes, font: int) -> str:
        """The text of bytes printed in a font."""
        # Chinese under a font declared Western: the document's own page is the better guess for high bytes.
        encoding = self._fonts.get(font, self._page)
        if encoding == "cp1252" and self._page != "cp1252" and any(byte >= 0x81 for byte in raw):
            encoding = self._page
        return raw.decode(encoding, "replace")


_COLOURS = re.compile(rb"\{\\colortbl([^{}]*)\}")
_PART = re.compile(rb"\\(?:red|green|blue)(\d{1,3})")
_GROUND = re.compile(rb"\\(?:clcbpat|clcfpat|trcbpat|trcfpat|cbpat)(\d{1,3})")


def colours(data: bytes) -> tuple[list[str], frozenset[str]]:
    """The table of colours, in six digits each (empty: one that is seen), and those that lie behind cells and paragraphs:
    where a cell's ground is said stands before or behind its text."""
    found = _COLOURS.search(data)
    out: list[str] = []
    for entry in found[1].split(b";") if found else ():
        parts = [min(int(part), 255) for part in _PART.findall(entry)]
        out.append("".join(f"{part:02x}" for part in parts) if len(parts) == 3 else "")
    used = {int(number) for number in _GROUND.findall(data)} if found else set()
    return out, frozenset(out[number] for number in used if number < len(out)) - {""}


@dataclass(slots=True)
class State:
    """What a group inherits and its end undoes."""

    skip: bool = False
    destination: bytes = b""
    font: int = -1
    unicode_skip: int = 1
    hidden: bool = False
    deleted: bool = False
    struck: bool = False
    raised: bool = False
    offset: int = 0  # half points above or below the line
    size: int = 24  # half points
    color: str = ""
    ground: str = ""
    paper: str = ""  # the colour behind the paragraph
    spacing: int = 0  # twentieths of a point between characters
    scale: int = 100  # of their width
    twice: bool = False  # the next group says what another says better
    opened: int = -1  # pieces of the line where the field around began

    def ink(self, row: Row | None, grounds: frozenset[str]) -> Ink:
        """How text in the group is printed. ``row``: in which row's cell it stands, None where that is not told yet: then
        print of the colour of any of the ``grounds`` of the document may not be seen."""
        ground = self.ground or self.paper
        if not ground and row is not None:
            ground = row.ground
        elif not ground and self.color in grounds:
            ground = self.color
        squeezed = is_squeezed(self.spacing / 20, self.scale)
        return Face(
            self.struck, False, self.raised, self.offset / 2, self.size / 2, self.color, ground, squeezed=squeezed
        ).ink


@dataclass(slots=True)
class Row:
    """A row's cells as they are being defined: their right edges in twips, flags, and the colours behind them.

    ``open``: the cells being read are those of this row; ``cells``: how many of them have been."""

    edges: list[int] = field(default_factory=list)
    flags: list[int] = field(default_factory=list)
    grounds: list[str] = field(default_factory=list)
    flag: int = 0
    shading: dict[bytes, str | int] = field(default_factory=dict)  # of the next cell, and of the row, by its words
    open: bool = True
    cells: int = 0

    def begin(self, edge: int) -> None:
        """The row's left edge."""
        if not self.edges:
            self.edges.append(edge)

    def end_cell(self, edge: int) -> None:
        """A cell's right edge, which ends what is said of the cell."""
        self.begin(min(0, edge - 1))
        if len(self.edges) < MAX_ROW:
            self.edges.append(edge)
            self.flags.append(self.flag)
            self._shade()
        self.flag = 0

    def _shade(self) -> None:
        """The next cell's ground is what was said of it, else what was said of the row."""
        said = self.shading
        if not said:
            self.grounds.append("")
            return
        for fore, back, share in ((b"clcfpat", b"clcbpat", b"clshdng"), (b"trcfpat", b"trcbpat", b"trshdng")):
            ground = mixed(str(said.get(fore, "")), str(said.get(back, "")), int(said.get(share, 0)) / 10_000)
            if ground:
                break
        self.grounds.append(ground)
        self.shading = {word: value for word, value in said.items() if word.startswith(b"tr")}

    @property
    def ground(self) -> str:
        """The colour behind the cell that is being read."""
        return self.grounds[self.cells] if self.cells < len(self.grounds) else ""


MAX_PICTURES = 60  # one a page
MIN_PICTURE_TWIPS = 3400  # 6 cm


@dataclass(slots=True)
class Pictures:
    """The picture that is being read, and how many have been."""

    digits: list[bytes] = field(default_factory=list)
    width: int = 0
    scale: int = 100
    count: int = 0

    def begin(self) -> None:
        """A picture opens."""
        self.digits, self.width, self.scale = [], 0, 100

    def end(self) -> list[Block]:
        """The picture, none where it is too small to hold a table, or of a format that is not read."""
        data, self.digits = _bytes_of(self.digits), []
        if self.count >= MAX_PICTURES or self.width * self.scale / 100 < MIN_PICTURE_TWIPS:
            return []
        if not data.startswith((b"\x89PNG", b"\xff\xd8\xff")):
            return []
        self.count += 1
        return [Picture(f"picture-{self.count}", data)]


def _bytes_of(digits: list[bytes]) -> bytes:
    """The bytes of a picture; none where they are not hexadecimal."""
    joined = b"".join(b"".join(digits).split())
    try:
        return bytes.fromhex(joined[: len(joined) & ~1].decode("ascii"))
    except ValueError:
        return b""


@dataclass(slots=True)
class Box:
    """What was being read where a text box opened: the line and its depth in tables; ``depth``: of the box's group."""

    line: RunLine
    level: int
    depth: int


def whole_pairs(line: RunLine) -> list[str]:
    """The pieces of a line, the two halves of a character in one of them."""
    out: list[str] = []
    for part in line.parts:
        if out and out[-1][-1:] >= "\ud800" and out[-1][-1:] <= "\udbff" and "\udc00" <= part[:1] <= "\udfff":
            out[-1] += part[:1]
            part = part[1:]
        out.append(part)
    return out


def paired(text: str) -> str:
    """Characters beyond the basic plane are written as two halves."""
    if any("\ud800" <= c <= "\udfff" for c in text):
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
