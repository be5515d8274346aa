"""Whether a paragraph is the heading of one of the six parts.

A part is found by the likeness of its title, the printed number only as a hint: numbers get lost, repeated, and reused by
sub-headings; titles are paraphrased or follow the wording of article 50 of the regulation.
"""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz import fuzz

from reports.form.titles import marks, parts
from reports.text import NUMERALS, letters

TOP = re.compile(
    rf"^(?:第([{NUMERALS}])部分\s*[、.．,，:：]?|([{NUMERALS}])\s*[、.．,，:：]|([1-9])\s*[、.．](?!\d)|([-—－ー_])\s*[、.．])\s*"
)
SUB = re.compile(rf"^[（(]\s*([{NUMERALS}0-9]{{1,2}})\s*[)）]")
LONGEST_TITLE = 42  # characters; the longest heading of the form has 19, clerks add the body and the year
DECORATION = "*#＊ \u3000\u00a0■◆●★▲"


@lru_cache(maxsize=1)
def _wordings() -> tuple[tuple[int, str], ...]:
    """(section number, a wording of its title, bare) of all wordings known."""
    return tuple((part.number, letters(text)) for part in parts() for text in part.wordings())


@lru_cache(maxsize=1)
def _marks() -> tuple[tuple[int, tuple[str, ...]], ...]:
    return tuple((number, tuple(letters(word) for word in words)) for number, words in marks())


@lru_cache(maxsize=1)
def glued() -> re.Pattern[str]:
    """A numeral and a known title, wherever they stand in a paragraph."""
    known = sorted({text for part in parts() for text in part.wordings()})
    known.sort(key=len, reverse=True)
    alternatives = "|".join(r"\s*".join(map(re.escape, text)) for text in known)
    return re.compile(rf"(?P<head>[{NUMERALS}]\s*[、.．]\s*(?:{alternatives}))(?![及和与的、，,]|方面)")


def section_of(text: str) -> tuple[int, float, str, str] | None:
    """(number, similarity, printed numeral, title) if the paragraph may be the heading of one of the six sections."""
    if len(text) > LONGEST_TITLE + 8:
        return None
    return _section_of(text)


@lru_cache(maxsize=4096)
def _section_of(text: str) -> tuple[int, float, str, str] | None:
    stripped = text.strip(DECORATION).rstrip("。：:；; ").strip(DECORATION)
    if not stripped or len(stripped) > LONGEST_TITLE or SUB.match(stripped):
        return None
    numeral, title = numeral_of(stripped)
    return match_title(title, numeral)


def numeral_of(text: str) -> tuple[str, str]:
    """The printed numeral of a top heading (as a Chinese one) and the title behind it."""
    top = TOP.match(text)
    if top is None:
        return "", text
    digit = top.group(3)
    dash = "一" if top.group(4) else ""
    return top.group(1) or top.group(2) or (NUMERALS[int(digit) - 1] if digit else dash), text[top.end() :]


def match_title(title: str, numeral: str) -> tuple[int, float, str, str] | None:
    """As ``section_of``, of a title whose numeral has been taken off."""
    bare = letters(title)
    if not 3 <= len(bare) <= 36 or re.search(r"[。；]", title) or (not numeral and re.search(r"\d", bare)):
        return None
    best, score = 0, 0.0
    for number, wording in _wordings():
        if 2 * min(len(bare), len(wording)) < 0.6 * (len(bare) + len(wording)):
            continue
        ratio = fuzz.ratio(bare, wording) / 100
        if ratio > score:
            best, score = number, ratio
    if score < 0.86 and numeral:
        # The words decide over a likeness that shares only 政府信息公开…情况.
        marked = next((number for number, known in _marks() if any(word in bare for word in known)), None)
        if marked is not None:
            return marked, min(0.85, max(score if marked == best else 0.0, 0.75)), numeral, title
    if score >= (0.72 if numeral else 0.86):
        return best, score, numeral, title
    return None
