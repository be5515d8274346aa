"""How the runs and styles of a DOC are printed: its lists of properties ([MS-DOC] 2.6)."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import replace

from reports.formats.colours import mixed
from reports.formats.word.doc_runs import style_runs
from reports.formats.word.faces import Face, is_squeezed

T_DEF, T_DEF_10 = 0xD608, 0xD606
_P_HUGE = 0x6646
_C_DELETED, _C_VANISH, _C_STRIKE, _C_STRIKE_TWICE = 0x0800, 0x083C, 0x0837, 0x2A53
_C_RAISED, _C_OFFSET, _C_SIZE, _C_STYLE = 0x2A48, 0x4845, 0x4A43, 0x4A30
_C_INDEX, _C_COLOUR, _C_HIGHLIGHT, _C_GROUND = 0x2A42, 0x6870, 0x2A0C, 0xCA71
_C_SPACING = 0x8840
_GROUNDS = {0xD612: 0, 0xD616: 22, 0xD60C: 44}  # of the cells of a row from this on, ten bytes each
_P_GROUND = 0xC64D
_LAID = frozenset((0xD660, 0xD687))  # behind cells by the style of their table, and in a part of it
_T_PART = 0xD688
# Shares of a pattern in its colour, by number, [MS-DOC] 2.9.121.
_SHARES = dict(enumerate((0, 1, 0.05, 0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.9)))
# By number, [MS-DOC] 2.9.119.
_NUMBERED = ("", "000000", "0000ff", "00ffff", "00ff00", "ff00ff", "ff0000", "ffff00", "ffffff", "000080", "008080",
             "008000", "800080", "800000", "808000", "808080", "c0c0c0")  # fmt: skip
_SIZES = {0: 1, 1: 1, 2: 2, 3: 4, 4: 2, 5: 2, 7: 3}


class Faces:
    """The lists of properties of one document."""

    def __init__(self, word: bytes, table: bytes, data: bytes) -> None:
        self._data = data
        self._styles = style_runs(word, table)
        self._faces: dict[bytes, Face] = {}

    def sprms(self, grpprl: bytes, depth: int = 0) -> Iterator[tuple[int, bytes]]:
        """The properties of a list of them, each with what it says, [MS-DOC] 2.6.1."""
        at = 0
        while at + 2 < len(grpprl):
            sprm = grpprl[at] | grpprl[at + 1] << 8
            at += 2
            size = _SIZES.get(sprm >> 13)
            if size is None:
                if sprm in (T_DEF, T_DEF_10):
                    size = struct.unpack_from("<H", grpprl, at)[0] - 1 if at + 2 <= len(grpprl) else 0
                    at += 2
                elif sprm == 0xC615 and grpprl[at] == 255:
                    return  # tab stops of unusual number: nothing of use follows in practice
                else:
                    size = grpprl[at]
                    at += 1
            operand = grpprl[at : at + size]
            at += size
            if len(operand) < size or size < 1:
                return
            if sprm == _P_HUGE and depth == 0:  # properties too long for their page stand in the Data stream
                place = struct.unpack("<I", operand)[0]
                if place + 2 <= len(self._data):
                    length = struct.unpack_from("<H", self._data, place)[0]
                    yield from self.sprms(self._data[place + 2 : place + 2 + length], 1)
            else:
                yield sprm, operand

    def of_run(self, grpprl: bytes) -> Face:
        """How a run with these properties is printed; what is deleted is hidden."""
        if grpprl not in self._faces:
            self._faces[grpprl] = self._applied(grpprl, Face())
        return self._faces[grpprl]

    def of_style(self, style: int, depth: int = 0) -> Face:
        """How the text of a style is printed."""
        base, grpprl = self._styles.get(style, (style, b""))
        around = self.of_style(base, depth + 1) if base in self._styles and base != style and depth < 12 else Face()
        return self._applied(grpprl, around) if grpprl else around

    def _applied(self, grpprl: bytes, face: Face) -> Face:
        for sprm, operand in self.sprms(grpprl):
            if sprm == _C_STYLE and len(operand) == 2:
                face = self.of_style(operand[0] | operand[1] << 8)
            elif sprm in (_C_DELETED, _C_VANISH):
                face = replace(face, hidden=_toggled(operand[0], face.hidden))
            elif sprm in (_C_STRIKE, _C_STRIKE_TWICE):
                face = replace(face, struck=_toggled(operand[0], face.struck))
            elif sprm == _C_RAISED:
                face = replace(face, raised=operand[0] in (1, 2))
            elif sprm == _C_OFFSET:
                face = replace(face, offset=struct.unpack("<h", operand)[0] / 2)
            elif sprm == _C_SIZE:
                face = replace(face, size=struct.unpack("<H", operand)[0] / 2)
            elif sprm in (_C_INDEX, _C_HIGHLIGHT):
                said = _NUMBERED[operand[0]] if operand[0] < len(_NUMBERED) else ""
                face = replace(face, color=said) if sprm == _C_INDEX else replace(face, ground=said)
            elif sprm == _C_COLOUR:
                face = replace(face, color=_colour(operand))
            elif sprm == _C_SPACING:
                face = replace(face, squeezed=is_squeezed(struct.unpack("<h", operand)[0] / 20))
            elif sprm == _C_GROUND and len(operand) == 10:
                face = replace(face, ground=_shade(operand))
        return face

    def grounds(self, lists: Iterable[bytes]) -> frozenset[str]:
        """The colours that lie behind cells and paragraphs of these properties."""
        out: set[str] = set()
        for grpprl in lists:
            for sprm, operand in self.sprms(grpprl):
                out.update(ground for _, ground in grounds_of(sprm, operand))
        return frozenset(out - {""})

    def laid(self) -> frozenset[str]:
        """The colours that styles of tables lay behind their cells."""
        out: set[str] = set()
        for _, grpprl in self._styles.values():
            for sprm, operand in self.sprms(grpprl):
                parts = self.sprms(operand[2:]) if sprm == _T_PART else ((sprm, operand),)
                out.update(_shade(said) for name, said in parts if name in _LAID and len(said) == 10)
        return frozenset(out - {""})


def grounds_of(sprm: int, operand: bytes) -> Iterator[tuple[int, str]]:
    """The colours that a property lays behind the cells of a row, with the number of each; -1: behind the paragraph."""
    first = -1 if sprm == _P_GROUND else _GROUNDS.get(sprm)
    if first is not None:
        for n in range(len(operand) // 10):
            yield first + n, _shade(operand[10 * n : 10 * n + 10])


def _shade(stated: bytes) -> str:
    """The colour that a SHD makes, [MS-DOC] 2.9.248."""
    share = _SHARES.get(struct.unpack_from("<H", stated, 8)[0], 0)
    return mixed(_colour(stated[:4]), _colour(stated[4:8]), share)


def _colour(stated: bytes) -> str:
    """A COLORREF in six digits; empty where the program chooses one that is seen."""
    return "" if stated[3] else stated[:3].hex()


def _toggled(operand: int, style: bool) -> bool:
    """An on-off property: 0 and 1 say so, 0x80 is as the style says, 0x81 the opposite, [MS-DOC] 2.9.327."""
    return style != bool(operand & 1) if operand & 0x80 else bool(operand)
