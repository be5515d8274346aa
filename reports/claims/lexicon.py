"""Sentences cut into words: those of the lexicon ``data/lexicon.yaml``, figures with their units, years, and the rest.

The longest word that fits at a place is taken. What no list knows is one unknown word, so that the grammar can tell a
sentence that it understands from one that it only recognises pieces of.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from reports.report import Number
from reports.text import count_in_words

LEXICON = Path(__file__).parent / "data" / "lexicon.yaml"
# Which marks part a sentence. A colon parts like a comma but where a figure follows what is counted (clauses.py).
MARKS = {
    "，": "comma", ",": "comma", "；": "semicolon", ";": "semicolon", "：": "colon", ":": "colon", "、": "pause",
    "（": "open", "(": "open", "【": "open", "〔": "open", "[": "open",
    "）": "close", ")": "close", "】": "close", "〕": "close", "]": "close",
}  # fmt: skip
_DIGITS = r"\d{1,3}(?:[,，]\d{3})+(?![\d])(?:\.\d+)?|\d+(?:\.\d+)?"
_IN_WORDS = r"[零〇一二两三四五六七八九十百千]+"
_MONTH_DAY = r"\d{1,2}月(?:份|\d{1,2}[日号]?)?"
_NUMERIC = re.compile(
    rf"(?P<numbering>(?:^|(?<=[。；;，,：:]))(?:[（(](?:[一二三四五六七八九十]{{1,3}}|\d{{1,2}})[)）]|[一二三四五六七八九十]{{1,2}}(?:、|是)|[①-⑳]|\d{{1,2}}[.、．](?:(?!\d)|(?=20\d\d年))))"
    r"|(?P<title>《[^》]{0,80}》?)"
    r"|(?P<year>20\d\d(?:年度?(?:内(?![部外容设控务]))?|(?=以来|全年|共))(?:[－—~至-]20\d\d年度?)?)"
    rf"|(?P<ordinal>第{_IN_WORDS}|第\d+|\d{{1,2}}:\d\d)"
    rf"|(?P<rate>(?:{_DIGITS})(?:[%％‰倍成]|个?百分点))"
    rf"|(?P<day>{_MONTH_DAY}(?:[日号]?(?:至|到|[－—~-]){_MONTH_DAY})?|\d{{1,2}}(?:[－—~、-]|至|到){_MONTH_DAY})"
    rf"|(?P<figure>(?P<num>{_DIGITS}|{_IN_WORDS})(?P<more>余|多|来)?(?P<scale>万|亿)?(?P<more2>余|多)?)"
)
# What a number, a numbering, a date or a title begins with.
_FIRST = frozenset("0123456789零〇一二两三四五六七八九十百千（(第《①②③④⑤⑥⑦⑧⑨⑩")
_SCALES = {"万": 10**4, "亿": 10**8}
_WHOLE_YEAR = re.compile(r"1月(?:1[日号]?|份)?(?:至|到|[－—~-])12月(?:31[日号]?|份)?|1(?:[－—~-]|至|到)12月份?")
# The year's first and last day are its bounds only where they are said to be: 12月收到3件 is of one month.
_FIRST_DAY, _LAST_DAY = re.compile(r"1月1[日号]?"), re.compile(r"12月(?:31[日号]?)?")
_BOUND = re.compile(r"(?:截[至止]?|至|到|[－—~-])(?:20\d\d年)?$")


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a sentence with its place. ``value``: of a figure (万 and 亿 multiplied out) or a year; ``unit`` as
    printed after a figure, empty without; ``step`` the place value of its last digit where it is rounded, else 0."""

    kind: str
    text: str
    start: int
    end: int
    value: Number = 0
    unit: str = ""
    step: Number = 0


def number(text: str, scale: str | None = None) -> Number | None:
    """1,005 / 二十六 / 两 / 2764.2万 → the figure; None if it is no number."""
    bare = text.replace(",", "").replace("，", "")
    value: Decimal
    if re.fullmatch(r"\d+(\.\d+)?", bare):
        value = Decimal(bare)
    else:
        counted = count_in_words(bare)
        if counted is None:
            return None
        value = Decimal(counted)
    return _plain(value * _SCALES.get(scale or "", 1))


def _plain(value: Decimal) -> Number:
    return int(value) if value == value.to_integral_value() else value


# ------------------------------------------------------------------ the lexicon


def variants(pattern: str) -> list[str]:
    """All words that a pattern of the lexicon stands for: ``新(制|)发`` … (x) may be left out, [x|y] is one of them."""
    choices, rest = _alternatives(pattern, 0, "")
    if rest != len(pattern):
        raise ValueError(f"unbalanced brackets in {pattern!r}")
    return choices


def _alternatives(pattern: str, at: int, closing: str) -> tuple[list[str], int]:
    out: list[str] = []
    sequence = [""]
    while at < len(pattern) and pattern[at] != closing:
        char = pattern[at]
        if char in "[(":
            inner, at = _alternatives(pattern, at + 1, "]" if char == "[" else ")")
            if at >= len(pattern):
                raise ValueError(f"unbalanced brackets in {pattern!r}")
            part = inner if char == "[" else ["", *inner]
        elif char == "|":
            out += sequence
            sequence, part = [""], [""]
        else:
            part = [char]
        sequence = [head + tail for head, tail in itertools.product(sequence, part)]
        at += 1
    return [*out, *sequence], at


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words with their kinds, the lengths of those that begin with each two characters, the units, and how the names of
    bodies end."""

    kinds: dict[str, str]
    lengths: dict[str, tuple[int, ...]]
    units: dict[str, str]
    unit: re.Pattern[str]
    bodies: tuple[str, ...]

    def at(self, text: str, start: int) -> tuple[str, int] | None:
        """(kind, length) of the longest word that begins at ``start``."""
        for length in self.lengths.get(text[start : start + 2], ()):
            kind = self.kinds.get(text[start : start + length])
            if kind is not None:
                return kind, length
        kind = self.kinds.get(text[start])
        return None if kind is None else (kind, 1)


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The lexicon, loaded once. ValueError for a word of two kinds: the first would silently win."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    data: dict[str, Any] = yaml.load(LEXICON.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - safe either way
    kinds: dict[str, str] = {}
    for kind, patterns in data["words"].items():
        for word in itertools.chain.from_iterable(map(variants, patterns)):
            if not word:
                raise ValueError(f"a pattern of {kind} stands for nothing at all")
            if kinds.setdefault(word, kind) != kind:
                raise ValueError(f"{word} is {kinds[word]} and {kind}")
    lengths: dict[str, set[int]] = {}
    for word in kinds:
        if len(word) > 1:
            lengths.setdefault(word[:2], set()).add(len(word))
    units = {word: name for name in ("counts", "persons", "money", "spans") for word in _all(data["units"][name])}
    longest = "|".join(sorted(map(re.escape, units), key=len, reverse=True))
    ordered = {head: tuple(sorted(found, reverse=True)) for head, found in lengths.items()}
    return Lexicon(kinds, ordered, units, re.compile(longest), tuple(_all(data["bodies"])))


@lru_cache(maxsize=1)
def body_ending() -> re.Pattern[str]:
    """How the names of bodies end."""
    return re.compile(rf"(?:{'|'.join(sorted(lexicon().bodies, key=len, reverse=True))})(?:机关|本级)?$")


def _all(patterns: list[str]) -> Iterator[str]:
    return itertools.chain.from_iterable(map(variants, patterns))


# ------------------------------------------------------------------ words


def words(sentence: str) -> list[Word]:
    """The words of one folded sentence, in order and without gaps."""
    known = lexicon()
    out: list[Word] = []
    at = unknown = 0

    def flush(end: int) -> None:
        if unknown < end:
            out.append(Word("unknown", sentence[unknown:end], unknown, end))

    while at < len(sentence):
        word = _word(sentence, at, known)
        if word is None or word.kind == "noise":
            at = word.end if word else at + 1
            continue
        flush(word.start)
        out.append(_roughly(word) if out and out[-1].kind == "about" else word)
        at = unknown = word.end
    flush(at)
    return out


def _word(sentence: str, at: int, known: Lexicon) -> Word | None:
    """The word at a place: the longer of what the lexicon and what the forms of numbers say."""
    listed = known.at(sentence, at)
    numeric = _NUMERIC.match(sentence, at) if sentence[at] in _FIRST else None
    longer = numeric is not None and (listed is None or numeric.end() - at > listed[1])
    equal = numeric is not None and listed is not None and numeric.end() - at == listed[1]
    if numeric is not None and (longer or (equal and numeric.group("figure") is None)):  # 十三五 is no figure
        return _numeric(sentence, numeric, known)
    if listed is not None:
        kind, length = listed
        return Word(kind, sentence[at : at + length], at, at + length)
    mark = MARKS.get(sentence[at])
    return None if mark is None else Word(mark, sentence[at], at, at + 1)


def _numeric(sentence: str, found: re.Match[str], known: Lexicon) -> Word | None:
    start, end = found.span()
    kind = next(
        name for name in ("numbering", "title", "year", "ordinal", "rate", "day", "figure") if found.group(name)
    )
    text = found.group()
    if kind == "year":
        return Word(
            "other_years" if text.count("20") > 1 and len(text) > 7 else "year", text, start, end, int(text[:4])
        )
    if kind == "day":
        return Word("this_year" if _is_whole_year(sentence, start, end) else "day", text, start, end)
    if kind != "figure":
        return Word(kind, text, start, end)
    return _figure(sentence, found, known)


def _is_whole_year(sentence: str, start: int, end: int) -> bool:
    text = sentence[start:end]
    if _LAST_DAY.fullmatch(text):
        return sentence[end : end + 1] in {"底", "末", "止", "前"} or _BOUND.search(sentence[:start]) is not None
    if _FIRST_DAY.fullmatch(text):
        return sentence[end : end + 1] in {"起", "至", "到", "以", "开", "－", "—", "~", "-"}
    return _WHOLE_YEAR.fullmatch(text) is not None


def _figure(sentence: str, found: re.Match[str], known: Lexicon) -> Word | None:
    start, end = found.span()
    value = number(found.group("num"), found.group("scale"))
    unit = known.unit.match(sentence, end)
    if value is None:
        return None
    name = known.units[unit.group()] if unit else ""
    if not unit and not found.group("num")[0].isdecimal() and found.group("num") not in {"零", "〇"}:
        return None  # a numeral without a unit is part of another word: 三审三校
    if name == "spans":
        return Word("span", sentence[start : unit.end()], start, unit.end()) if unit else None
    if name == "counts" and not found.group("scale") and not isinstance(value, int):
        return None  # 1.3件 is none: what stands before the point numbers a paragraph
    rounded = found.group("more") or found.group("more2") or found.group("scale")
    step = _step(found.group("num"), found.group("scale"), bool(found.group("more"))) if rounded else 0
    stop = unit.end() if unit else end
    kind = {"persons": "persons", "money": "money"}.get(name, "figure")
    return Word(kind, sentence[start:stop], start, stop, value, unit.group() if unit else "", step)


def _roughly(word: Word) -> Word:
    """A figure behind 约 or 近: its trailing zeros say nothing."""
    found = _NUMERIC.match(word.text)
    if word.kind not in {"figure", "money"} or found is None or not found.group("figure"):
        return word
    return replace(word, step=_step(found.group("num"), found.group("scale"), True))


def _step(digits: str, scale: str | None, more: bool) -> Number:
    """The place value of the last digit that says something: 258.5亿 → 10 million; 1200余 → 100."""
    bare = digits.replace(",", "").replace("，", "")
    factor = Decimal(_SCALES.get(scale or "", 1))
    if "." in bare:
        return _plain(factor.scaleb(-len(bare.partition(".")[2])))
    zeros = len(bare) - len(bare.rstrip("0")) if more and bare.isdecimal() else 0
    return _plain(factor * 10**zeros)
