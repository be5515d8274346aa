"""Near-duplicate text: the SIM rules, and an index that finds candidates among a nation's reports.

Sections 一 and 五 only: introductions, legal phrases and tables are alike by law. Figures, dates and the names of
bodies are masked before five-character shingles are cut. MinHash finds candidates in time that grows with the number
of reports, not with its square; the share that a finding states is counted exactly on the shingles.
"""

from __future__ import annotations

import difflib
import hashlib
import re
import zlib
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from reports.report import Report
from reports.text import squeeze

if TYPE_CHECKING:
    from datasketch import MinHash

SHINGLE = 5  # characters: two words of Chinese and what joins them
BANDS, ROWS = 25, 5  # of a signature: found where one band is the same
PERMUTATIONS = BANDS * ROWS
MINIMUM = 300  # characters of sections 一 and 五: short reports of small bodies are alike by nature
MINIMUM_S5 = 80  # of section 五 alone, for the same reason

_FIGURES = re.compile(r"(?:\d+年)?\d+月(?:\d+日)?|\d+(?:\.\d+)?|[零〇一二三四五六七八九十百千万]+(?=[件条次篇个项])")
_BODY = re.compile(
    r"[\u4e00-\u9fff]{1,8}(?:省|市|县|区|州|旗|镇|乡|街道)(?:[\u4e00-\u9fff]{2,8}(?:局|委员会|办公室|中心))?"
)


def masked(text: str, names: Iterable[str] = ()) -> str:
    """The text without what differs between bodies and years anyway: names, figures, dates, punctuation."""
    text = squeeze(text)
    for name in sorted({squeeze(name) for name in names if name}, key=len, reverse=True):
        text = text.replace(name, "〇")
    return re.sub(r"[^\w〇#]+", "", _FIGURES.sub("#", text))


def body_text(report: Report, names: Iterable[str] = ()) -> str:
    """Sections 一 and 五, masked."""
    parts = [section.text for number in (1, 5) if (section := report.section(number)) is not None]
    return masked("\n".join(parts), [report.agency or "", *names])


def shingles(text: str) -> set[str]:
    """The overlapping five-character pieces of a masked text."""
    return {text[i : i + SHINGLE] for i in range(len(text) - SHINGLE + 1)}


def share(a: str, b: str) -> float:
    """The share of the larger text's shingles that both have: 0 to 1."""
    first, second = shingles(a), shingles(b)
    larger = max(len(first), len(second))
    return len(first & second) / larger if larger else 0.0


def passages(a: str, b: str, least: int = 20, most: int = 3) -> list[str]:
    """The longest passages that both texts hold, longest first, as printed in the first."""
    a, b = squeeze(a), squeeze(b)
    blocks = difflib.SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks()
    found = sorted((block for block in blocks if block.size >= least), key=lambda block: -block.size)[:most]
    return [a[block.a : block.a + block.size] for block in found]


@lru_cache(maxsize=1)
def _empty() -> MinHash:
    """The MinHash of nothing, of which all others are copies: drawing its permutations costs as much as hashing a
    tenth of a report. The library brings numpy and scipy and is loaded only by who compares a nation's reports."""
    # Half a second, which whoever checks one report alone need not wait for.
    from datasketch import MinHash  # noqa: PLC0415

    # Five characters need no cryptographic hash, and this one takes a fifth of the time.
    return MinHash(num_perm=PERMUTATIONS, hashfunc=zlib.crc32)


def signature(text: str) -> MinHash:
    """The MinHash of a masked text."""
    out = _empty().copy()
    out.update_batch([piece.encode() for piece in shingles(text)])
    return out


class Index:
    """Reports by the likeness of their text. Memory and time grow linearly with the number of reports: about 2 kB and
    one millisecond each.

    A signature is cut into bands; two reports are candidates where one band is the same. Two texts of which a share of
    0.9 is the same have 0.82 of their pieces in common: 25 bands of 5 find all but one in a hundred thousand of those
    (of texts alike by 0.8 all but three in a hundred), and of texts that are alike by a third one in ten is a candidate
    for nothing.
    """

    def __init__(self) -> None:
        # Band -> hash of its values -> numbers of the reports (one alone is kept bare: most are).
        self._bands: list[dict[int, int | list[int]]] = [{} for _ in range(BANDS)]
        self._numbers: dict[str, int] = {}
        self._keys: list[str] = []

    def __len__(self) -> int:
        return len(self._keys)

    def add(self, key: str, text: str) -> bool:
        """Takes in a masked text under a key; False (and not taken) where it is too short to compare."""
        if len(text) < MINIMUM or key in self._numbers:
            return False
        number = self._numbers[key] = len(self._keys)
        self._keys.append(key)
        for band, value in zip(self._bands, _bands(text), strict=True):
            held = band.setdefault(value, number)
            if isinstance(held, list):
                held.append(number)
            elif held != number:
                band[value] = [held, number]
        return True

    def like(self, text: str) -> list[str]:
        """The keys of reports that may be alike; to be confirmed by ``share``."""
        if len(text) < MINIMUM:
            return []
        found: set[int] = set()
        for band, value in zip(self._bands, _bands(text), strict=True):
            held = band.get(value)
            if isinstance(held, list):
                found.update(held)
            elif held is not None:
                found.add(held)
        return sorted(self._keys[number] for number in found)


def _bands(text: str) -> list[int]:
    """The signature of a masked text in bands, each a signed 64-bit number, the same in every process."""
    values = signature(text).hashvalues.astype("<u8")
    return [
        int.from_bytes(hashlib.blake2b(values[n : n + ROWS].tobytes(), digest_size=8).digest(), "little", signed=True)
        for n in range(0, PERMUTATIONS, ROWS)
    ]


def bands(report: Report, names: Iterable[str] = ()) -> list[int]:
    """What an index in a database keeps of a report: its signature in bands. Empty where the text is too short."""
    text = body_text(report, names)
    return _bands(text) if len(text) >= MINIMUM else []
