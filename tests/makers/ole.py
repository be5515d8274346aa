"""Office files of the old kind, byte by byte: a compound file ([MS-CFB]) and a Word document in it ([MS-DOC])."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

SECTOR = 512
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_TEXT_AT = 0x600  # behind the file information block


def _padded(data: bytes, size: int) -> bytes:
    return data + bytes(-len(data) % size)


def compound(streams: Mapping[str, bytes]) -> bytes:
    """A compound file with these streams in its root; each is padded to the 4096 bytes that keep it out of the mini
    stream, and its stated size is the padded one."""
    bodies = {name: _padded(data.ljust(4096, b"\0"), SECTOR) for name, data in streams.items()}
    directory = _padded(bytes(128 * (len(bodies) + 1)), SECTOR)
    needed = sum(len(body) for body in bodies.values()) // SECTOR + len(directory) // SECTOR
    fats = 1
    while fats * (SECTOR // 4) < needed + fats:
        fats += 1
    chain: list[int] = []

    def laid(length: int, mark: int | None = None) -> int:
        first, count = len(chain), length // SECTOR
        chain.extend([mark] * count if mark is not None else [*range(first + 1, first + count), END])
        return first

    table_at = laid(fats * SECTOR, FAT)
    directory_at = laid(len(directory))
    starts = {name: laid(len(body)) for name, body in bodies.items()}
    chain.extend([FREE] * (fats * SECTOR // 4 - len(chain)))
    entries = [_entry("Root Entry", 5, FREE, FREE, 1 if bodies else FREE, END, 0)]
    for n, (name, body) in enumerate(bodies.items(), 1):
        following = n + 1 if n < len(bodies) else FREE
        entries.append(_entry(name, 2, FREE, following, FREE, starts[name], len(body)))
    header = struct.pack(
        "<8s16x5H6x9I",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6,
        0, fats, directory_at, 0, 4096, END, 0, END, 0,
    )  # fmt: skip
    header += struct.pack("<109I", *[table_at + n for n in range(fats)], *[FREE] * (109 - fats))
    return b"".join(
        (header, struct.pack(f"<{len(chain)}I", *chain), _padded(b"".join(entries), SECTOR), *bodies.values())
    )


def _entry(name: str, kind: int, left: int, right: int, child: int, start: int, size: int) -> bytes:
    written = name.encode("utf-16-le")
    return struct.pack(
        "<64sHBBIII16xI16xIQ", written, len(written) + 2, kind, 1, left, right, child, 0, start, size
    )  # fmt: skip


def word_streams(
    paragraphs: Sequence[str],
    table: Sequence[Sequence[str]],
    marked: Mapping[str, bytes] | None = None,
    styles: Sequence[bytes] = (),
    behind: bytes = b"",
    laid: bytes = b"",
) -> dict[str, bytes]:
    """The streams of a Word document: the paragraphs, then one table, its marks told by paragraph properties.

    ``marked``: character properties of the first place where a text stands; ``styles``: those of character styles 10, 11 …;
    ``behind``: properties that the end of each row has besides; ``laid``: those that a style of tables has."""
    plain, cell = b"\0\0", b"\0\0" + struct.pack("<HB", 0x2416, 1)
    columns = max((len(row) for row in table), default=0)
    edges = struct.pack(f"<B{columns + 1}h", columns, *range(0, 1000 * (columns + 1), 1000))
    row_end = cell + struct.pack("<HB", 0x2417, 1) + struct.pack("<HH", 0xD608, len(edges) + 1) + edges + behind
    runs: list[tuple[str, bytes]] = [(text + "\r", plain) for text in paragraphs]
    for row in table:
        runs += [(text + "\x07", cell) for text in row]
        runs.append(("\x07", row_end))
    runs.append(("\r", plain))
    text = "".join(run for run, _ in runs)
    body = text.encode("utf-16-le")
    word = bytearray(_padded(bytes(_TEXT_AT) + body, SECTOR))
    pages: list[int] = []
    bounds: list[int] = []
    at = _TEXT_AT
    while runs:
        taken, page = _page(runs, at)
        bounds.append(at)
        pages.append(len(word) // SECTOR)
        word += page
        at += 2 * sum(len(run) for run, _ in runs[:taken])
        runs = runs[taken:]
    pieces = (
        b"\2" + struct.pack("<I", 2 * 4 + 8) + struct.pack("<2I", 0, len(text)) + struct.pack("<HIH", 0, _TEXT_AT, 0)
    )
    papx = struct.pack(f"<{len(bounds) + 1}I", *bounds, at) + struct.pack(f"<{len(pages)}I", *pages)
    chpx, places = _characters(text, marked or {}, len(word) // SECTOR)
    word += places
    sheet = _style_sheet(styles, laid) if styles or laid else b""
    struct.pack_into("<HH", word, 0, 0xA5EC, 0x00C1)
    struct.pack_into("<H", word, 0x0A, 0x200)
    struct.pack_into("<i", word, 0x4C, len(text))
    struct.pack_into("<2I", word, 0x1A2, 0, len(pieces))
    struct.pack_into("<2I", word, 0x102, len(pieces), len(papx))
    struct.pack_into("<2I", word, 0xFA, len(pieces) + len(papx), len(chpx))
    struct.pack_into("<2I", word, 0xA2, len(pieces) + len(papx) + len(chpx), len(sheet))
    return {"WordDocument": bytes(word), "1Table": pieces + papx + chpx + sheet}


def _characters(text: str, marked: Mapping[str, bytes], number: int) -> tuple[bytes, bytes]:
    """The index of character properties and the one page of them, none where nothing is marked."""
    if not marked:
        return b"", b""
    found = sorted((text.index(part), len(part), properties) for part, properties in marked.items())
    edges, properties_of = [0], []
    for at, length, properties in found:
        edges += [at, at + length] if at > edges[-1] else [at + length]
        properties_of += [b"", properties] if at > edges[-3 if len(edges) > 2 else 0] else [properties]
    edges.append(len(text))
    properties_of.append(b"")
    page = bytearray(SECTOR)
    struct.pack_into(f"<{len(edges)}I", page, 0, *[_TEXT_AT + 2 * edge for edge in edges])
    free = SECTOR - 2
    for n, properties in enumerate(properties_of):
        if properties:
            free = (free - 1 - len(properties)) & ~1
            page[free : free + 1 + len(properties)] = bytes([len(properties)]) + properties
            page[4 * len(edges) + n] = free // 2
    page[SECTOR - 1] = len(properties_of)
    bounds = struct.pack("<2I", _TEXT_AT, _TEXT_AT + 2 * len(text))
    return bounds + struct.pack("<I", number), bytes(page)


def _style_sheet(styles: Sequence[bytes], laid: bytes) -> bytes:
    out = struct.pack("<4H", 6, 11 + len(styles), 10, 0) + bytes(2 * 10)
    for kind, properties in (*((2, style) for style in styles), (3, laid)):
        update = _padded(struct.pack("<H", len(properties)) + properties, 2)
        entry = struct.pack("<5H", 0, kind | 0xFFF << 4, 1, 0, 0) + struct.pack("<HHH", 1, 65, 0) + update
        out += struct.pack("<H", len(entry)) + entry
    return out


def _page(runs: Sequence[tuple[str, bytes]], at: int) -> tuple[int, bytes]:
    """One page of paragraph properties: how many runs it took, and its 512 bytes."""
    taken = min(len(runs), 20)
    page = bytearray(SECTOR)
    free = SECTOR - 2
    places: dict[bytes, int] = {}
    edges = [at]
    for n, (run, properties) in enumerate(runs[:taken]):
        edges.append(edges[-1] + 2 * len(run))
        if properties not in places:
            body = properties if len(properties) % 2 else properties + b"\0"
            free = (free - 1 - len(body)) & ~1
            page[free : free + 1 + len(body)] = bytes([(len(body) + 1) // 2]) + body
            places[properties] = free // 2
        page[4 * (taken + 1) + 13 * n] = places[properties]
    struct.pack_into(f"<{taken + 1}I", page, 0, *edges)
    page[SECTOR - 1] = taken
    return taken, bytes(page)


def word(
    paragraphs: Sequence[str],
    table: Sequence[Sequence[str]],
    marked: Mapping[str, bytes] | None = None,
    styles: Sequence[bytes] = (),
    behind: bytes = b"",
    laid: bytes = b"",
) -> bytes:
    """A Word 97 file of these paragraphs and one table; ``marked`` and ``styles`` as for ``word_streams``."""
    return compound(word_streams(paragraphs, table, marked, styles, behind, laid))
