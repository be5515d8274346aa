"""XLS and ET: what the records of a workbook say beside its values ([MS-XLS]): what is hidden, struck out or raised."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import olefile

from reports.blocks import Unreadable
from reports.formats.colours import alike
from reports.formats.ole import breaks_off
from reports.formats.runs import Ink
from reports.formats.sheet.model import (
    BUILT_IN,
    ILLEGIBLE,
    MAX_AREA,
    MAX_SHEETS,
    SIZE,
    Extra,
    Runs,
    Veil,
    guard,
    hides_nought,
    pieces_of,
    printed,
)

MAX_CLAIMED = 65_536 * 256  # writers that do not count claim the largest sheet there can be
MAX_STRINGS = 200_000  # a bound against files that claim any number

# Cell records begin with row, column and format; [MS-XLS] 2.4
_CELLS = frozenset((0x0006, 0x00BD, 0x00BE, 0x00D6, 0x00FD, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E))
_MANY_CELLS = frozenset((0x00BD, 0x00BE))  # they end with their last column
_BOUNDSHEET, _ROW_RECORD, _COLINFO, _DIMENSIONS, _EOF, _FILEPASS = 0x0085, 0x0208, 0x007D, 0x0200, 0x000A, 0x002F
_FONT, _FORMAT, _FORM, _STRINGS, _CONTINUE, _SHARED = 0x0031, 0x041E, 0x00E0, 0x00FC, 0x003C, 0x00FD
_WINDOW = 0x023E
_FORMULA, _ERROR = 0x0006, 0x0205
_STRUCK = 0x0008
_PALETTE, _AUTOMATIC, _WHITE = 0x0092, 0x7FFF, 9
_CHARACTER = 256  # of the width of a column


@dataclass(slots=True)
class _Prints:
    """How fonts, cell formats and shared strings of the workbook print; ``strings`` only those not plain throughout."""

    fonts: list[Ink] = field(default_factory=list)
    sizes: list[float] = field(default_factory=list)  # of the fonts, points
    forms: list[Ink] = field(default_factory=list)
    strings: dict[int, Runs] = field(default_factory=dict)
    heights: list[float] = field(default_factory=list)  # of print, by cell format
    unknown: bool = False  # the strings cannot be taken apart
    decimals: dict[int, int] = field(default_factory=dict)  # by cell format
    colours: list[int] = field(default_factory=list)  # of the fonts, by their numbers in the palette
    palette: dict[int, str] = field(default_factory=dict)  # colours of the workbook's own, in six digits
    blank_noughts: set[int] = field(default_factory=set)  # cell formats that show a nought as a blank

    def font(self, index: int) -> Ink:
        """Of a font by its index, of which there is no fourth."""
        index -= index > 4
        return self.fonts[index] if 0 <= index < len(self.fonts) else Ink.PLAIN

    def alike(self, color: int, ground: int) -> bool:
        """Whether two colours of the palette are not told apart."""
        color, ground = _basic(color), _basic(ground)
        pair = (self.palette.get(color), self.palette.get(ground))
        return color == ground or (None not in pair and alike(str(pair[0]), str(pair[1])))

    def color(self, index: int) -> int:
        """Of a font's print, by its index."""
        index -= index > 4
        return self.colours[index] if 0 <= index < len(self.colours) else _AUTOMATIC

    def size(self, index: int) -> float:
        """Of a font's print, by its index."""
        index -= index > 4
        return self.sizes[index] if 0 <= index < len(self.sizes) else SIZE


def extras(data: bytes) -> tuple[dict[str, Extra], str]:
    """By sheet name, and why the file is taken to break off (empty if it does not).

    Raises Unreadable: encrypted, damaged, too many sheets, too large a sheet."""
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            name = next((n for n in ("Workbook", "Book") if ole.exists(n)), None)
            stream = ole.openstream(name).read() if name else b""
            incomplete = breaks_off(ole, len(data))
    except (OSError, ValueError, IndexError, RecursionError) as error:
        raise Unreadable(f"the Office file is damaged ({error}); fetch it again or ask for it") from error
    sheets: dict[int, str] = {}
    records: list[tuple[int, bytes]] = []
    for _, kind, body in _records(stream, 0):
        if kind == _FILEPASS:
            raise Unreadable("the file is encrypted; ask for it without a password")
        if kind == _BOUNDSHEET and len(body) >= 8:
            sheets[struct.unpack_from("<I", body)[0]] = _name(body)
            if len(sheets) > MAX_SHEETS:
                raise Unreadable(f"the workbook has more than {MAX_SHEETS} sheets; no report has", "cells")
        elif kind == _EOF:
            break
        records.append((kind, body))
    prints = _prints(records)
    # From where the workbook says a sheet begins, whether or not one does: so does calamine read it.
    return {name: _sheet(stream, at, prints) for at, name in sheets.items()}, incomplete


def _basic(color: int) -> int:
    """The number of a colour in the palette; the first eight stand there twice, print by itself is black."""
    return 8 if color in (_AUTOMATIC, 64) else 9 if color == 65 else color + 8 if 0 <= color < 8 else color


def _prints(records: Sequence[tuple[int, bytes]]) -> _Prints:
    out = _Prints()
    ways = {number: printed(code) for number, code in BUILT_IN.items()}
    blank = {number for number, code in BUILT_IN.items() if hides_nought(code)}
    forms: list[tuple[int, int, int | None]] = []
    for kind, body in records:
        if kind == _FONT and len(body) >= 10:
            height, flags, color, _, script = struct.unpack_from("<5H", body)
            ink = Ink.RAISED if script in (1, 2) else Ink.FAINT if color in (1, 9) else Ink.PLAIN
            ink = Ink.STRUCK if flags & _STRUCK else ink
            out.sizes.append(height / 20)
            out.colours.append(color)
            out.fonts.append(Ink.HIDDEN if height < 20 * ILLEGIBLE else ink)
        elif kind == _FORMAT and len(body) >= 5:
            code = body[5:].decode("utf-16-le" if body[4] & 1 else "latin-1", "replace")
            number = struct.unpack_from("<H", body)[0]
            ways[number] = printed(code)
            blank = blank | {number} if hides_nought(code) else blank - {number}
        elif kind == _PALETTE and len(body) >= 2:
            count = min(struct.unpack_from("<H", body)[0], (len(body) - 2) // 4)
            out.palette = {8 + n: body[2 + 4 * n : 5 + 4 * n].hex() for n in range(count)}
        elif kind == _FORM and len(body) >= 20:
            font, number = struct.unpack_from("<2H", body)
            pattern = struct.unpack_from("<I", body, 14)[0] >> 26
            ground = struct.unpack_from("<H", body, 18)[0] & 0x7F
            forms.append((font, number, ground if pattern == 1 else -1 if pattern else None))
    for font, number, ground in forms:
        ink = out.font(font)
        if ink in (Ink.PLAIN, Ink.FAINT):
            ink = Ink.FAINT if out.alike(out.color(font), _WHITE if ground is None else ground) else Ink.PLAIN
        way, places = ways.get(number, (Ink.PLAIN, None))
        out.forms.append(max(ink, way))
        out.heights.append(out.size(font))
        if number in blank:
            out.blank_noughts.add(len(out.forms) - 1)
        if places is not None:
            out.decimals[len(out.forms) - 1] = places
    if any(out.fonts) or len(set(out.sizes)) > 1:
        try:
            out.strings = {
                n: runs
                for n, runs in enumerate(_strings(records, out))
                if len(runs) > 1 or any(ink for _, ink, _ in runs)
            }
        except (struct.error, IndexError):
            out.unknown = True
    return out


class _Strings:
    """The bytes of the table of strings, which goes on over records; a text that does says its width anew."""

    def __init__(self, parts: Sequence[bytes]) -> None:
        self._parts, self._part, self._at = parts, 0, 0

    def take(self, size: int) -> bytes:
        """That many bytes. Raises IndexError where there are no more."""
        out = b""
        while len(out) < size:
            if self._at >= len(self._parts[self._part]):
                self._part, self._at = self._part + 1, 0
            piece = self._parts[self._part][self._at : self._at + size - len(out)]
            self._at += len(piece)
            out += piece
        return out

    def text(self, count: int, wide: bool) -> str:
        """That many characters."""
        out = ""
        while len(out) < count:
            left = len(self._parts[self._part]) - self._at
            if not left:
                wide = bool(self.take(1)[0] & 1)
                continue
            step = 2 if wide else 1
            units = min(count - len(out), left // step)
            if not units:
                raise IndexError
            raw = self.take(units * step)
            out += "".join(map(chr, struct.unpack(f"<{units}H", raw))) if wide else raw.decode("latin-1")
        return out


def _strings(records: Sequence[tuple[int, bytes]], prints: _Prints) -> Iterator[Runs]:
    first = next((n for n, (kind, _) in enumerate(records) if kind == _STRINGS), None)
    if first is None:
        return
    parts = [records[first][1]]
    for kind, body in records[first + 1 :]:
        if kind != _CONTINUE:
            break
        parts.append(body)
    source = _Strings(parts)
    count = struct.unpack("<2I", source.take(8))[1]
    for _ in range(min(count, MAX_STRINGS)):
        length, flags = struct.unpack("<HB", source.take(3))
        runs = struct.unpack("<H", source.take(2))[0] if flags & 8 else 0
        beyond = struct.unpack("<I", source.take(4))[0] if flags & 4 else 0
        text = source.text(length, bool(flags & 1))
        edges = [struct.unpack("<2H", source.take(4)) for _ in range(runs)]
        source.take(min(beyond, 1 << 20))
        starts = [0, *(edge for edge, _ in edges), len(text)]
        inks = [Ink.PLAIN, *(prints.font(font) for _, font in edges)]
        sizes = [None, *(prints.size(font) for _, font in edges)]
        parts_of_text = (text[a:b] for a, b in pairwise(starts))
        yield tuple(run for run in zip(parts_of_text, inks, sizes, strict=False) if run[0])


def _sheet(stream: bytes, start: int, prints: _Prints) -> Extra:  # noqa: C901  one branch a kind of record
    """What one sheet's records tell. Raises Unreadable for one that stretches, or claims to, beyond any report."""
    out = Extra()
    bottom = right = 0
    telling = (
        any(prints.forms)
        or bool(prints.blank_noughts)
        or bool(prints.strings)
        or prints.unknown
        or bool(prints.decimals)
    )
    for _, kind, body in _records(stream, start):
        if kind == _EOF:
            break
        if kind == _WINDOW and len(body) >= 2:
            out.hides_zeros = not struct.unpack_from("<H", body)[0] & 0x10
        elif kind == _DIMENSIONS:  # calamine makes room for what is claimed here
            _check_claim(body)
        elif kind == _ROW_RECORD and len(body) >= 16:
            if struct.unpack_from("<H", body, 12)[0] & 0x20 or not struct.unpack_from("<H", body, 6)[0] & 0x7FFF:
                out.hidden_rows.add(struct.unpack_from("<H", body)[0])
        elif kind == _COLINFO and len(body) >= 10:
            first, last, width, _, flags = struct.unpack_from("<5H", body)
            if flags & 1 or not width:
                out.hidden_columns.update(range(first, min(last, 255) + 1))
            elif width < _CHARACTER:
                out.veils.append(Veil(0, 1 << 16, first, last))
        elif kind in _CELLS and len(body) >= 4:
            row, column = struct.unpack_from("<2H", body)
            if kind in _MANY_CELLS and len(body) >= 6:
                column = max(column, struct.unpack_from("<H", body, len(body) - 2)[0])
            if column > 255:
                raise Unreadable("a sheet has cells beyond its last column; the workbook is damaged, ask for it")
            bottom, right = max(bottom, row + 1), max(right, column + 1)
            if bottom * right > MAX_AREA:
                guard(bottom, right)
            if telling or kind in (_FORMULA, _ERROR):
                _mark(kind, body, prints, out)
    return out


def _mark(kind: int, body: bytes, prints: _Prints, out: Extra) -> None:
    """How the cells of one record are printed, where not plainly."""
    row, column = struct.unpack_from("<2H", body)
    if kind in _MANY_CELLS:
        step = 6 if kind == 0x00BD else 2
        forms = [struct.unpack_from("<H", body, at)[0] for at in range(4, len(body) - 2 - step + 1, step)]
    else:
        forms = [struct.unpack_from("<H", body, 4)[0]] if len(body) >= 6 else []
    for n, form in enumerate(forms):
        ink = prints.forms[form] if form < len(prints.forms) else Ink.PLAIN
        if ink:
            out.inks[row, column + n] = ink
        if form in prints.blank_noughts:
            out.blank_noughts.add((row, column + n))
        if form in prints.decimals:
            out.decimals[row, column + n] = prints.decimals[form]
    if _failed(kind, body):
        out.unsolved.add((row, column))
    if kind == _SHARED and len(body) >= 10:
        number = struct.unpack_from("<I", body, 6)[0]
        if number in prints.strings:
            height = prints.heights[forms[0]] if forms and forms[0] < len(prints.heights) else SIZE
            pieces = pieces_of(prints.strings[number], height)
            if any(ink for _, ink in pieces):
                out.texts[row, column] = pieces
        elif prints.unknown:
            out.inks.setdefault((row, column), Ink.FAINT)


def _failed(kind: int, body: bytes) -> bool:
    """Whether a cell shows an error in place of a value."""
    if kind == _ERROR:
        return len(body) >= 8 and body[7] == 1
    return kind == _FORMULA and len(body) >= 14 and body[12:14] == b"\xff\xff" and body[6] == 2


def _check_claim(body: bytes) -> None:
    if len(body) >= 14:
        top, below, left, beside = struct.unpack_from("<2I2H", body)
    elif len(body) >= 10:
        top, below, left, beside = struct.unpack_from("<4H", body)
    else:
        return
    if below < top or beside < left or (below - top) * (beside - left) > MAX_CLAIMED:
        raise Unreadable("a sheet claims more rows and columns than there can be; it is not opened", "cells")


def _records(stream: bytes, at: int) -> Iterator[tuple[int, int, bytes]]:
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<2H", stream, at)
        yield at, kind, stream[at + 4 : at + 4 + size]
        at += 4 + size


def _name(body: bytes) -> str:
    count, wide = body[6], body[7] & 1
    return body[8 : 8 + count * 2].decode("utf-16-le", "replace") if wide else body[8 : 8 + count].decode("latin-1")
