"""Compound files (OLE, [MS-CFB]) of the old Office formats: whether their sectors hold together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import olefile


def loops(ole: olefile.OleFileIO) -> bool:
    """Whether a chain of sectors comes back to itself: olefile reads such a stream over and over, calamine its directory
    until there is no more memory."""
    if ole.first_mini_fat_sector < len(ole.fat) and ole.minifat is None:
        ole.loadminifat()
    big: list[int] = [ole.first_dir_sector, ole.first_mini_fat_sector]
    small: list[int] = []
    for entry in ole.direntries:
        if entry is None or entry.entry_type not in (olefile.STGTY_STREAM, olefile.STGTY_ROOT):
            continue
        whole = entry.entry_type == olefile.STGTY_ROOT or entry.size >= ole.minisectorcutoff
        (big if whole else small).append(entry.isectStart)
    return _circle(ole.fat, big) or _circle(ole.minifat or (), small)


def _circle(table: Sequence[int], starts: list[int]) -> bool:
    for sector in starts:
        steps = 0
        while 0 <= sector < len(table):
            sector, steps = int(table[sector]), steps + 1
            if steps > len(table):
                return True
    return False


def breaks_off(ole: olefile.OleFileIO, size: int) -> str:
    """Why a compound file of that many bytes is taken to break off, empty if it does not: some stream has sectors beyond
    its end. The last sector of a stream need only be there as far as the stream goes."""
    sector = ole.sector_size
    for entry in ole.direntries:
        if entry is None or entry.entry_type not in (olefile.STGTY_STREAM, olefile.STGTY_ROOT) or not entry.size:
            continue
        if entry.entry_type == olefile.STGTY_STREAM and entry.size < ole.minisectorcutoff:
            continue  # within the root's own stream
        chain = list(_chain(ole.fat, entry.isectStart))
        if chain and max((n + 1) * sector for n in chain[:-1] or [0]) + sector > size:
            return "its container is shorter than its directory says"
        if chain and (chain[-1] + 1) * sector + (entry.size - 1) % sector + 1 > size:
            return "its container is shorter than its directory says"
        if len(chain) * sector < entry.size:
            return "a part of its container is not there"
    return ""


def _chain(table: Sequence[int], sector: int) -> Iterator[int]:
    """The sectors of a stream; ``loops`` has been asked before."""
    for _ in range(len(table)):
        if not 0 <= sector < len(table):
            return
        yield sector
        sector = int(table[sector])
