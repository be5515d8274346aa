"""The words of RTF (character sets, destinations, characters by name), and what its groups and rows hold."""

from __future__ import annotations

from dataclasses import dataclass, field

from reports.formats.runs import Ink
from reports.formats.word.faces import Face
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
    opened: int = -1  # pieces of the line where the field around began

    @property
    def ink(self) -> Ink:
        """How text in the group is printed."""
        return Face(self.struck, False, self.raised, self.offset / 2, self.size / 2).ink


@dataclass(slots=True)
class Row:
    """A row's cells as they are being defined: their right edges in twips, and flags."""

    edges: list[int] = field(default_factory=list)
    flags: list[int] = field(default_factory=list)
    flag: int = 0


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
