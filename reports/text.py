"""Chinese text: folded, compared, cut into sentences, its numerals and dates read. One function for each purpose.

Six foldings stand side by side because they keep different things:

================  ==========  ======  ====================  ==============================================
function          width       blanks  marks                 for
================  ==========  ======  ====================  ==============================================
``half_width``    NFKC        kept    narrowed              reading a printed figure, where a blank may part two
``narrow``        NFKC        kept    narrowed              dates: as ``half_width``, minus signs and edges left alone
``fold``          digits and  none    Chinese marks kept    patterns over prose, whose clauses end with ``，``
                  letters
``squeeze``       NFKC        none    narrowed              patterns that name marks in one width
``letters``       NFKC        none    none                  comparing labels, titles, names
``bare_title``    NFKC        none    none, and no leading  comparing headings whatever their number
                                      numeral
================  ==========  ======  ====================  ==============================================
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from itertools import pairwise

NUMERALS = "一二三四五六七八九十"
# The regulation on disclosure came into force on this day: an earlier date is an unset field.
FIRST_DAY = date(2008, 5, 1)

# ------------------------------------------------------------------ folding

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f"))
_MINUS = str.maketrans({"−": "-", "﹣": "-", "‐": "-", "‑": "-", "‒": "-", "–": "-"})
_FOLDED: dict[int, int | str | None] = dict.fromkeys(range(33))
_FOLDED |= dict.fromkeys((0x85, 0xA0, 0xAD, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x2060, 0x3000, 0xFEFF))
_FOLDED |= dict.fromkeys(range(0x2000, 0x2010))
_FOLDED |= {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
_FOLDED |= {ord("－"): "-", ord("．"): ".", ord("％"): "%"}
_BLANKS = re.compile(r"\s+")
_MARKS = re.compile(r"[\W_]+")
_LEADING_NUMERAL = re.compile(
    r"^\s*(?:第?[一二三四五六七八九十\d]+(?:部分|[、.．:：\s)])|[（(][一二三四五六七八九十\d]+[)）])\s*"
)


def half_width(text: str) -> str:
    """Half width, invisible characters gone, every dash of a minus a ``-``, white space inside kept:
    ``３ ４`` -> ``3 4``."""
    return unicodedata.normalize("NFKC", text.translate(_INVISIBLE)).translate(_MINUS).strip()


def narrow(text: str) -> str:
    """The text in one width (NFKC), blanks kept: where a blank parts a date from the time of day."""
    return unicodedata.normalize("NFKC", text)


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """For matching: full-width digits and letters narrowed, all white space dropped, Chinese punctuation kept."""
    return text.translate(_FOLDED)


@lru_cache(maxsize=512)  # many rules look at the same sections; a report has some dozens of texts
def squeeze(text: str) -> str:
    """The text in one width (NFKC, brackets and commas included) without any blank: what patterns are searched in."""
    return _BLANKS.sub("", unicodedata.normalize("NFKC", text))


@lru_cache(maxsize=8192)
def letters(text: str) -> str:
    """Letters and digits only, half width: ``（一） 予以公开`` -> ``一予以公开``."""
    return "".join(c for c in half_width(text) if c.isalnum())


def bare_title(text: str) -> str:
    """A heading's letters and digits without its leading numeral: ``一、总体 情况`` -> ``总体情况``."""
    return _MARKS.sub("", _LEADING_NUMERAL.sub("", unicodedata.normalize("NFKC", text)))


def fragment(text: str, length: int = 40) -> str:
    """A quotation short enough for a message."""
    text = text.strip().rstrip("。；;")
    return text if len(text) <= length else text[: length - 1] + "…"


# ------------------------------------------------------------------ sentences

_SENTENCE = re.compile(r"[^。；;！!\n]+[。；;！!]?")
# The longest sentence of a real report has some 350 characters. What goes beyond is a damaged text, on which patterns
# would search for minutes.
MAX_SENTENCE = 1500
_LINE = 40  # half-width characters; shorter lines are headings, or lists
_INDENT = 8  # as much shorter than the longest a full line may be: an indent, and a mark that may not begin a line
_STARTS = re.compile(r"\s*(?:[（(]?[一二三四五六七八九十\d]{1,2}[)）、.．]|第[一二三四五六七八九十\d]|[一二三四]是)")


def sentences(text: str) -> Iterator[str]:
    """The sentences, squeezed, each with the mark that ends it. Every line end is an end, and a question mark is not.

    ``unwrapped_sentences`` differs in all of that: it undoes the line ends of a printed page and gives no marks."""
    for line in text.split("\n"):
        for match in _SENTENCE.finditer(squeeze(line)):
            if match.group().strip("。；;！!"):
                yield match.group()


def printed_sentences(text: str) -> Iterator[str]:
    """The sentences as printed, without the marks that end them: what is quoted, or looked at beside its neighbours. Every
    line end is an end; an empty text is one empty sentence."""
    yield from re.split(r"[。；;！!\n]", text)


def unwrapped_sentences(text: str, semicolons: bool = False) -> Iterator[str]:
    """The sentences of a narrative, folded, without the marks that end them; lines that a page broke in mid-sentence are
    put together first. A colon or comma ends none, unless the sentence is longer than ``MAX_SENTENCE``, and with
    ``semicolons`` neither does a semicolon."""
    for part in re.split(r"[。！!？?\n]+" if semicolons else r"[。；;！!？?\n]+", _unwrapped(text)):
        folded = fold(part)
        while len(folded) > MAX_SENTENCE:
            cut = max(folded.rfind(mark, 0, MAX_SENTENCE) for mark in "，,、") + 1 or MAX_SENTENCE
            yield folded[:cut]
            folded = folded[cut:]
        if folded:
            yield folded


_NARROW = re.compile(r"[\0-\u2e7f]")


def _unwrapped(text: str) -> str:
    """Lines that a page broke in mid-sentence put together again: nearly as long as the longest, or prose, ended by no
    mark, and followed by none that begins something."""
    if "\n" not in text:
        return text
    lines = text.split("\n")
    full = max(map(_width, lines))
    out = [lines[0]]
    for before, line in pairwise(lines):
        ended = re.search(r"[。；;：:！!？?]\s*$", before) is not None
        # Prose that stops in mid-sentence was cut by the end of a page.
        full_line = _width(before) >= max(_LINE, full - _INDENT) or "。" in before
        open_ = full_line and not ended
        if open_ and line.strip() and not _STARTS.match(line):
            out[-1] += line
        else:
            out.append(line)
    return "\n".join(out)


def _width(line: str) -> int:
    """In columns: a letter of Chinese is as wide as two of Latin."""
    return 2 * len(line) - len(_NARROW.findall(line))


# ------------------------------------------------------------------ numerals

_CHINESE_DIGITS = str.maketrans("〇○Ｏ零０一二三四五六七八九", "00000123456789")
_UP_TO_99 = re.compile(r"([一二三四五六七八九]?)(十?)([一二三四五六七八九]?)")
_DIGIT = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_SCALE = {"十": 10, "百": 100, "千": 1000}


def numeral(text: str) -> int | None:
    """The number of a heading, a month or a day: digits, or 一 to 九十九. None for anything else, 一二 and 二三十 too.

    ``count_in_words`` reads counts in prose, which are larger and written with less care."""
    text = unicodedata.normalize("NFKC", text).strip()
    if text.isdecimal():
        return int(text)
    found = _UP_TO_99.fullmatch(text)
    if not found or not text:
        return None
    tens, ten, ones = found.groups()
    if not ten:
        return None if tens and ones else _DIGIT[tens or ones]
    return _DIGIT.get(tens, 1) * 10 + _DIGIT.get(ones, 0)


def count_in_words(text: str) -> int | None:
    """A count in Chinese numerals up to thousands, 二十六, 两, 一千零五; None where another character stands in it.

    Not strict: of digits side by side (二三) the last counts."""
    total, digit = 0, 0
    for char in text:
        if char in _DIGIT:
            digit = _DIGIT[char]
        elif char in _SCALE:
            total += (digit or 1) * _SCALE[char]
            digit = 0
        else:
            return None
    return total + digit


def number_of_year(text: str) -> int | None:
    """2021, ２０２１, 二〇二一 → 2021; None for what is no year from 2000 to 2049."""
    folded = fold(text).translate(_CHINESE_DIGITS)
    return int(folded) if re.fullmatch(r"20[0-4]\d", folded) else None


# ------------------------------------------------------------------ dates

# A year from 2000 to 2049 in digits or numerals, for patterns of others; no group of its own.
A_YEAR = r"(?:20[0-4]\d|二[〇○Ｏ零０][〇○Ｏ零０一二三四][〇○Ｏ零０一二三四五六七八九])"
YEAR = re.compile(rf"(?<!\d)({A_YEAR})(?=年|度|\D|$)")
# A time of day may stand glued to the day (2025-01-2009:42:56).
_DATE = re.compile(
    rf"(?<![\d])({A_YEAR})(?:年度?|[-/.])([0-9]{{1,2}}|[一二三四五六七八九十]{{1,2}})(?:月|[-/.])"
    r"([0-9]{1,2}|[一二三四五六七八九十]{1,3})(?:日|号)?(?:(?![\d])|(?=[0-2]?\d[:：][0-5]\d|[0-2]?\d时))"
)
_COMPACT = re.compile(r"(20[0-4]\d)([01]\d)([0-3]\d)(?!\d)")


def years_in(text: str) -> list[int]:
    """All years in a text, in order. The year of a document number (〔2021〕30号) or of an index number
    (002480000/2025-00209) is not."""
    folded = fold(text)
    out = []
    for match in YEAR.finditer(folded):
        year = number_of_year(match.group(1))
        behind = folded[match.end() : match.end() + 4]
        numbered = re.match(r"[〕\]］】)）]\d|[-—–/_]\d{3}", behind) or folded[: match.start()].endswith(("/", "\\"))
        if year is not None and not numbered:
            out.append(year)
    return out


def date_in(text: str) -> date | None:
    """The first date of a text in any of the forms that pages print (blanks and line ends inside included)."""
    # A time of day may follow after a blank, and a blank or line end may stand inside the date: both are tried.
    for match in [*_DATE.finditer(narrow(text)), *_DATE.finditer(fold(text))]:
        found = _day(*match.groups())
        if found is not None:
            return found
    return None


def date_at(text: str) -> date | None:
    """The date that a text begins with, its digits run together too (20250120); None if it begins with anything else."""
    text = narrow(text).lstrip()
    for match in (_DATE.match(text), _DATE.match(fold(text)), _COMPACT.match(text)):
        found = _day(*match.groups()) if match else None
        if found is not None:
            return found
    return None


def _day(year: str, month: str, day: str) -> date | None:
    try:
        found = date(number_of_year(year) or 0, numeral(month) or 0, numeral(day) or 0)
    except ValueError:
        return None
    return found if found >= FIRST_DAY else None
