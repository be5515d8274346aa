"""How the runs and styles of a DOC are printed: its lists of properties ([MS-DOC] 2.6)."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import replace

from reports.formats.word.doc_runs import style_runs
from reports.formats.word.faces import Face

T_DEF, T_DEF_10 = 0xD608, 0xD606
_P_HUGE = 0x6646
_C_DELETED, _C_VANISH, _C_STRIKE, _C_STRIKE_TWICE = 0x0800, 0x083C, 0x0837, 0x2A53
_C_RAISED, _C_OFFSET, _C_SIZE, _C_STYLE = 0x2A48, 0x4845, 0x4A43, 0x4A30
_C_INDEX, _C_COLOUR, _C_HIGHLIGHT, _C_GROUND = 0x2A42, 0x6870, 0x2A0C, 0xCA71
_GROUNDS = frozenset((0xD612, 0xD616, 0xD60C))  # of the cells of a row, ten bytes each
_P_GROUND = 0xC64D
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
            elif sprm == _C_GROUND and len(operand) == 10:
                face = replace(face, ground=_colour(operand[4:8]))
        return face

    def grounds(self, lists: Iterable[bytes]) -> frozenset[str]:
        """The colours that lie behind cells and paragraphs of these properties."""
        out: set[str] = set()
        for grpprl in lists:
            for sprm, operand in self.sprms(grpprl):
                if sprm in _GROUNDS or sprm == _P_GROUND:
                    out.update(_colour(operand[at + 4 : at + 8]) for at in range(0, len(operand) - 9, 10))
        return frozenset(out - {""})


def _colour(stated: bytes) -> str:
    """A COLORREF in six digits; empty where the program chooses one that is seen."""
    return "" if stated[3] else stated[:3].hex()


def _toggled(operand: int, style: bool) -> bool:
    """An on-off property: 0 and 1 say so, 0x80 is as the style says, 0x81 the opposite, [MS-DOC] 2.9.327."""
    return style != bool(operand & 1) if operand & 0x80 else bool(operand)
