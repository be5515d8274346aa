"""DOC and WPS: the binary Word format in an OLE container, by its piece table ([MS-DOC]).

Which mark ends a cell and which a row, what is merged, deleted or hidden stands in the paragraphs' and characters'
properties, not in the text; they are read, so that blank cells keep their place. Where they are lost, the text alone is
read as a stream.
"""

from __future__ import annotations

import io
import re
import struct
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace

import olefile

from reports.blocks import Block, Blocks, Picture, Unreadable
from reports.formats.colours import alike
from reports.formats.ole import breaks_off
from reports.formats.runs import Ink
from reports.formats.word import drafts
from reports.formats.word.doc_faces import T_DEF, T_DEF_10, Faces, grounds_of
from reports.formats.word.doc_runs import PAGE, SIZE, Properties, define, page_runs
from reports.formats.word.faces import Face
from reports.formats.word.runs import RunLine
from reports.grid import from_lines

MAX_CHARACTERS = 5_000_000  # a bound against files that claim any number
MAX_STREAM = 64 * 1024 * 1024  # as large as a file may be (``sniff.MAX_BYTES``)
MAX_PICTURES = 60  # one a page
MIN_PICTURE_BYTES = 8_000  # a table does not fit into less; bullets and seals' shadows do
_WORD_97 = 0x00C1  # nFib

# Sprms, [MS-DOC] 2.6
_P_IN_TABLE, _P_TTP, _P_ITAP, _P_INNER_CELL, _P_INNER_TTP = 0x2416, 0x2417, 0x6649, 0x244B, 0x244C
_P_OUTLINE = 0x2640
_T_VERT_MERGE, _T_MERGE = 0xD62B, 0x5624
_C_PICTURE = 0x6A03

_PIECES = re.compile(r"[^\x00-\x1f]+|[\x00-\x1f]")
_PLAIN = Face()
_MAGICS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")


def blocks(data: bytes) -> Blocks:
    """The document as blocks. Raises Unreadable: encrypted, damaged, no Word text."""
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            if not ole.exists("WordDocument"):
                raise Unreadable("the Office file holds no Word text; ask for the report as PDF or DOCX")
            word = ole.openstream("WordDocument").read()
            tables = {name: ole.openstream(name).read() for name in ("0Table", "1Table", "Data") if ole.exists(name)}
            incomplete = breaks_off(ole, len(data))
    except (OSError, ValueError, IndexError, RecursionError) as error:
        raise Unreadable(f"the Office file is damaged ({error}); fetch it again or ask for it") from error
    try:
        out = _read(word, tables)
        out.incomplete = incomplete
        return out
    except (struct.error, IndexError, OverflowError) as error:
        raise Unreadable(f"the Word file is damaged ({error}); fetch it again or ask for it") from error


@dataclass(slots=True)
class _Piece:
    first: int  # character position
    count: int
    offset: int  # in the WordDocument stream, bytes
    wide: bool
    grpprl: bytes = b""


def _read(word: bytes, tables: dict[str, bytes]) -> Blocks:
    version, flags = struct.unpack_from("<H", word, 2)[0], struct.unpack_from("<H", word, 0x0A)[0]
    if flags & 0x8100:
        raise Unreadable("the file is encrypted; ask for it without a password")
    if version < _WORD_97:
        return _old(word)
    table = tables.get("1Table" if flags & 0x200 else "0Table") or tables.get("0Table") or tables.get("1Table", b"")
    document = _Document(word, table, tables.get("Data", b""))
    return document.read()


class _Document:
    def __init__(self, word: bytes, table: bytes, data: bytes) -> None:
        self._word, self._table, self._data = word, table, data
        self._pieces = self._read_pieces()
        self._paragraphs = self._runs(0x102, wide=True)
        self._paragraph_starts = [run[0] for run in self._paragraphs]
        self._characters = self._runs(0xFA, wide=False)
        self._character_starts = [run[0] for run in self._characters]
        self._faces = Faces(word, table, data)
        self._laid = self._faces.laid()
        self._grounds = self._faces.grounds({run[3] for run in self._paragraphs}) | self._laid
        self._seen: dict[tuple[int, bytes], Properties] = {}
        self._cell_ends, self._cell_grounds = self._cells() if self._grounds else ([], [])
        self._pictures = 0

    def read(self) -> Blocks:
        counts = struct.unpack_from("<8i", self._word, 0x4C)
        text, header_free = max(counts[0], 0), sum(max(c, 0) for c in counts[:6])
        out = Blocks("doc")
        found, sound = self._range(0, text)
        if not sound:
            return self._as_stream(text)
        out.blocks = found
        if counts[6] > 0:  # text boxes stand behind the text, notes and headers
            boxes, _ = self._range(header_free, header_free + counts[6])
            out.blocks += boxes
        out.blocks = drafts.numbered(out.blocks)
        if not out.blocks:
            raise Unreadable("the Word file holds no text; fetch it again or ask for it")
        return out

    # ---- pieces and properties

    def _read_pieces(self) -> list[_Piece]:
        at, size = struct.unpack_from("<2I", self._word, 0x1A2)
        end = at + size
        prls: list[bytes] = []
        while at < end and self._table[at] == 1:
            length = struct.unpack_from("<H", self._table, at + 1)[0]
            prls.append(self._table[at + 3 : at + 3 + length])
            at += 3 + length
        if at >= end or self._table[at] != 2:
            raise Unreadable("the Word file has no table of its text; fetch it again or ask for it")
        length = struct.unpack_from("<I", self._table, at + 1)[0]
        at += 5
        count = (length - 4) // 12
        if not 0 < count < 1_000_000:
            raise Unreadable("the Word file's table of its text is damaged; fetch it again or ask for it")
        positions = struct.unpack_from(f"<{count + 1}I", self._table, at)
        out: list[_Piece] = []
        for n in range(count):
            place, prm = struct.unpack_from("<IH", self._table, at + 4 * (count + 1) + 8 * n + 2)
            wide = not place & 0x40000000
            place &= 0x3FFFFFFF
            grpprl = b""
            if prm & 1:  # properties that a fast save put beside the text
                index = prm >> 1
                grpprl = prls[index] if index < len(prls) else b""
            characters = positions[n + 1] - positions[n]
            if not 0 <= characters <= MAX_CHARACTERS:
                raise Unreadable("the Word file's table of its text is damaged; fetch it again or ask for it")
            out.append(_Piece(positions[n], characters, place if wide else place // 2, wide, grpprl))
        if sum(piece.count for piece in out) > MAX_CHARACTERS:
            raise Unreadable(f"the Word file has more than {MAX_CHARACTERS} characters; no report has", "bytes")
        return out

    def _runs(self, where: int, wide: bool) -> list[tuple[int, int, int, bytes]]:
        """(first byte, byte behind, style, properties) of every run: PAPX pages if ``wide``, else CHPX pages."""
        at, size = struct.unpack_from("<2I", self._word, where)
        count = (size - 4) // 8
        if count <= 0 or count > 200_000 or at + size > len(self._table):
            return []
        pages = struct.unpack_from(f"<{count}I", self._table, at + 4 * (count + 1))
        out: list[tuple[int, int, int, bytes]] = []
        for number in pages:
            page = self._word[(number & 0x3FFFFF) * PAGE :][:PAGE]
            if len(page) == PAGE:
                out.extend(page_runs(page, wide))
        out.sort(key=lambda run: run[0])
        return out

    def _paragraph(self, offset: int, piece: _Piece) -> Properties:
        n = bisect_right(self._paragraph_starts, offset) - 1
        if n < 0 or offset >= self._paragraphs[n][1]:
            style, grpprl = 0, b""
        else:
            _, _, style, grpprl = self._paragraphs[n]
        key = (style, grpprl + piece.grpprl)
        if key not in self._seen:
            self._seen[key] = self._properties(*key)
        return self._seen[key]

    def _properties(self, style: int, grpprl: bytes) -> Properties:  # noqa: C901  one branch a property of the format
        face = self._faces.of_style(style)
        out = Properties(heading=1 <= style <= 9, ink=face.ink, size=face.size or SIZE)
        in_table = False
        itap: int | None = None
        for sprm, operand in self._faces.sprms(grpprl):
            if sprm == _P_IN_TABLE:
                in_table = bool(operand[0])
            elif sprm == _P_TTP:
                out.row_end = bool(operand[0])
            elif sprm == _P_ITAP:
                itap = struct.unpack("<i", operand)[0]
            elif sprm == _P_INNER_CELL:
                out.inner_cell = bool(operand[0])
            elif sprm == _P_INNER_TTP:
                out.inner_row_end = bool(operand[0])
            elif sprm == _P_OUTLINE:
                out.heading = operand[0] < 9
            elif found := dict(grounds_of(sprm, operand)):
                out.ground = found.pop(-1, out.ground)
                out.grounds.update(found)
            elif sprm in (T_DEF, T_DEF_10):
                define(out, operand)
            elif sprm == _T_VERT_MERGE and len(operand) >= 2 and operand[0] < len(out.merges):
                out.merges[operand[0]] = (out.merges[operand[0]] & ~0x60) | (operand[1] & 3) << 5
            elif sprm == _T_MERGE and len(operand) >= 2:
                for n in range(operand[0], min(operand[1], len(out.merges))):
                    out.merges[n] = (out.merges[n] & ~3) | (2 if n == operand[0] else 1)
        level = itap if itap is not None and itap > 0 else int(in_table or out.row_end)
        if level > drafts.MAX_DEPTH:
            raise Unreadable("the document nests its tables deeper than any report; not read", "depth")
        out.level = level
        return out

    # ---- the text

    def _range(self, first: int, last: int) -> tuple[list[Block], bool]:
        """Blocks of a range of character positions; False if there are cell marks without properties."""
        out = drafts.TableBuilder()
        line = RunLine()
        behind: list[Block] = []
        fields: list[bool] = []
        marks = known = 0

        for text, start, step, piece, face in self._spans(first, last):
            ink = self._ink(face, start, step, piece) if self._grounds else face.ink
            for found in _PIECES.finditer(text):
                n, char = found.start(), found[0]
                if char >= " ":
                    if all(fields):
                        size = face.size or self._paragraph(start + n * step, piece).size
                        line.add(char, ink, size)
                elif char in "\r\x07\x0c":
                    properties = self._paragraph(start + n * step, piece)
                    if char == "\x07":
                        marks += 1
                        known += properties.level > 0
                    out.add(properties.level, [*line.paragraphs("", properties.heading, properties.ink), *behind])
                    line, behind = RunLine(), []
                    _mark(out, properties, char)
                elif char == "\x13":
                    fields.append(False)
                elif char == "\x14" and fields:
                    fields[-1] = True
                elif char == "\x15" and fields:
                    fields.pop()
                elif char == "\x01" and all(fields):
                    behind.extend(self._picture(start + n * step))
                    line.add("", Ink.UNREAD)  # a picture, a formula: it may be a figure
                elif all(fields):
                    line.add({"\t": "\t", "\x0b": "\n", "\x1e": "-"}.get(char, ""), ink)
        out.add(0, [*line.paragraphs(), *behind])
        return out.blocks(), known >= 0.9 * marks

    def _cells(self) -> tuple[list[int], list[str]]:
        """Where the cells of tables end, and the colour behind each; it stands at the end of the row."""
        ends: list[int] = []
        grounds: list[str] = []
        first = 0  # cell of the row
        for piece in self._pieces:
            step, mark = (2, b"\x07\0") if piece.wide else (1, b"\x07")
            raw = self._word[piece.offset : piece.offset + piece.count * step]
            for at in range(0, len(raw), step):
                if raw[at : at + step] != mark:
                    continue
                properties = self._paragraph(piece.offset + at, piece)
                if properties.level == 1 and properties.row_end:
                    grounds[first:] = [properties.grounds.get(n, "") for n in range(len(ends) - first)]
                    first = len(ends)
                elif properties.level == 1:
                    ends.append(piece.first + at // step)
                    grounds.append("")
        return ends, grounds

    def _ink(self, face: Face, start: int, step: int, piece: _Piece) -> Ink:
        """How a run is printed on what lies behind its paragraph or cell. In a table within a cell that is not told: there
        print of the colour of any ground may not be seen."""
        if not face.color or face.ground:
            return face.ink
        properties = self._paragraph(start, piece)
        perhaps = self._laid if properties.level == 1 else self._grounds if properties.level else frozenset()
        ground = properties.ground
        if not ground and properties.level == 1:
            n = bisect_left(self._cell_ends, piece.first + (start - piece.offset) // step)
            ground = self._cell_grounds[n] if n < len(self._cell_grounds) else ""
        if not ground and any(alike(face.color, other) for other in perhaps):
            ground = face.color
        return replace(face, ground=ground).ink

    def _spans(self, first: int, last: int) -> Iterator[tuple[str, int, int, _Piece, Face]]:
        """Shown text with its place in the stream: (text, first byte, bytes a character, piece, how it is printed)."""
        for piece in self._pieces:
            begin, end = max(first, piece.first), min(last, piece.first + piece.count)
            if begin >= end:
                continue
            step = 2 if piece.wide else 1
            start = piece.offset + (begin - piece.first) * step
            stop = start + (end - begin) * step
            for a, b, face in self._shown(start, stop, step):
                raw = self._word[a:b]
                text = raw.decode("utf-16-le", "replace") if piece.wide else raw.decode("cp1252", "replace")
                if len(text) != len(raw) // step:  # a surrogate pair is one character in Python, two in the file
                    text = "".join(chr(unit) for unit in struct.unpack(f"<{len(raw) // 2}H", raw))
                yield text, a, step, piece, face

    def _shown(self, start: int, stop: int, step: int) -> Iterator[tuple[int, int, Face]]:
        """The bytes of a piece by how they are printed, without deleted and hidden runs; marks of cells and rows stay."""
        at = start
        n = max(bisect_right(self._character_starts, start) - 1, 0)
        for first, behind, _, grpprl in self._characters[n:]:
            if first >= stop:
                break
            if behind <= at or (face := self._faces.of_run(grpprl)) == _PLAIN:
                continue
            begin, end = max(first, at), min(behind, stop)
            if begin > at:
                yield at, begin, _PLAIN
            at = end
            if face.ink != Ink.HIDDEN:
                yield begin, end, face
                continue
            cell = b"\x07\x00" if step == 2 else b"\x07"
            for k in range(begin, end, step):
                if self._word[k : k + step] == cell:
                    yield k, k + step, _PLAIN
        if at < stop:
            yield at, stop, _PLAIN

    def _picture(self, offset: int) -> Iterator[Picture]:
        n = bisect_right(self._character_starts, offset) - 1
        if n < 0 or self._pictures >= MAX_PICTURES:
            return
        for sprm, operand in self._faces.sprms(self._characters[n][3]):
            if sprm != _C_PICTURE:
                continue
            place = struct.unpack("<I", operand)[0]
            if place + 4 > len(self._data):
                return
            size = struct.unpack_from("<I", self._data, place)[0]
            chunk = self._data[place : place + size]
            starts = [chunk.find(magic) for magic in _MAGICS if magic in chunk]
            if starts and len(chunk) - min(starts) >= MIN_PICTURE_BYTES:
                self._pictures += 1
                yield Picture(f"picture-{self._pictures}", chunk[min(starts) :])
            return

    def _as_stream(self, count: int) -> Blocks:
        text = "".join(span[0] for span in self._spans(0, count) if span[4].ink != Ink.STRUCK)
        return _stream(text, "the marks of its tables are damaged; figures are placed by labels alone")


def _mark(out: drafts.TableBuilder, properties: Properties, char: str) -> None:
    """Close the cell or the row that a mark ends: in a table within a cell a paragraph's own properties say so."""
    level = properties.level
    if level == 0:
        return
    if properties.row_end if level == 1 and char == "\x07" else properties.inner_row_end:
        flags = [
            (drafts.BESIDE if flag & 3 == 1 else 0) | (0, drafts.BELOW, 0, drafts.TOP)[flag >> 5 & 3]
            for flag in properties.merges
        ]
        out.row(level, drafts.RowShape(properties.edges, flags))
    elif char == "\x07" if level == 1 else properties.inner_cell:
        out.cell(level)


def _stream(text: str, warning: str) -> Blocks:
    """Text with cell marks but without structure: a tab a cell, for the reader of flattened text."""
    text = text.replace("\x07", "\t").replace("\r", "\n").replace("\x0c", "\n").replace("\x0b", " ")
    printable = "".join(c for c in text if c >= " " or c in "\t\n")
    if not printable.strip():
        raise Unreadable("the Word file holds no text; fetch it again or ask for it")
    return Blocks("doc", from_lines(printable.split("\n")), warnings=[warning], flat=True)


def _old(word: bytes) -> Blocks:
    """Word 6 and 95: one run of text in the system's code page, its structure in another layout."""
    first, last = struct.unpack_from("<2I", word, 0x18)
    raw = word[first:last] if first < last <= len(word) else b""
    return _stream(raw.decode("gb18030", "replace"), "written by Word 6 or 95; figures are placed by labels alone")
