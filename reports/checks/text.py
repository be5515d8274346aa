"""Small tools on the narrative: sentences, comparison of headings and names, fragments to quote."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

NUMERALS = "一二三四五六七八九十"
_SENTENCE = re.compile(r"[^。；;！!\n]+[。；;！!]?")
_BLANKS = re.compile(r"\s+")
_NUMERAL = re.compile(
    r"^\s*(?:第?[一二三四五六七八九十\d]+(?:部分|[、.．:：\s)])|[（(][一二三四五六七八九十\d]+[)）])\s*"
)


@lru_cache(maxsize=512)  # many rules look at the same sections; a report has some dozens of texts
def squeeze(text: str) -> str:
    """The text in one width (NFKC, brackets and commas included) without any blank: what patterns are searched in."""
    return _BLANKS.sub("", unicodedata.normalize("NFKC", text))


def plain(text: str) -> str:
    """A heading for comparison: width, blanks, punctuation and the leading numeral taken away."""
    return re.sub(r"[\W_]+", "", _NUMERAL.sub("", unicodedata.normalize("NFKC", text)))


def sentences(text: str) -> Iterator[str]:
    """The sentences, squeezed; printed line ends inside a sentence are no ends where the line has no full stop."""
    for line in text.split("\n"):
        for match in _SENTENCE.finditer(squeeze(line)):
            if match.group().strip("。；;！!"):
                yield match.group()


def fragment(text: str, length: int = 40) -> str:
    """A quotation short enough for a message."""
    text = text.strip().rstrip("。；;")
    return text if len(text) <= length else text[: length - 1] + "…"


def numeral(text: str) -> int | None:
    """一 to 十 (and 十一 to 十九), or digits, as a number."""
    text = unicodedata.normalize("NFKC", text).strip()
    if text.isdecimal():
        return int(text)
    if text in NUMERALS and text:
        return NUMERALS.index(text) + 1
    if len(text) == 2 and text[0] == "十" and text[1] in NUMERALS[:9]:
        return 10 + NUMERALS.index(text[1]) + 1
    return None
