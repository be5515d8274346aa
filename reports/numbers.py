"""Printed text of a cell to a figure, or to *blank*, *token* (``/``, ``—``, ``无``) or *doubtful*.

Nothing is guessed here: what is not plainly a figure comes back without a value or without certainty.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from reports.report import Number
from reports.text import half_width

# Counting words that offices print behind a figure; the longer ones first.
UNIT = "亿元|万元整?|千元|元整?|[件人批份条]次|平方米|[件个宗项条次份起部例户人篇页批家本则类种场期笔]"
TOKENS = frozenset(("-", "—", "–", "―", "ー", "─", "━", "/", "\\", "无", "空", "零报告", "*", "…", "...", "N/A", "n/a"))
# A count of more digits than this is no count but several cells run together.
MAX_DIGITS = 15

_NUMBER = re.compile(
    rf"(?P<sign>[-+—―]|负|减少?|下降|增加?|新增)?[¥￥]?(?P<digits>\d[\d,]*(?:\.\d*)?|\.\d+)"
    rf"(?:\(?(?P<unit>{UNIT})\)?)?[。.;,、]?",
)
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d*)?")
_SPACED_GROUPS = re.compile(r"[-+]?\d{1,3}(?:[ \u2009\u202f]\d{3})+(?:\.\d+)?")
_SPLIT_DIGITS = re.compile(r"[\d.,]\s+[\d.,]")
_LETTER_ZERO = frozenset("oO〇○◯")


@dataclass(frozen=True, slots=True)
class Printed:
    """What a cell prints.

    ``value`` the figure as printed (no unit is converted), None if there is none. ``token`` the sign that stands for
    "no figure" (``/``, ``—``, ``无``), empty otherwise. ``unit`` the counting word behind the figure, empty if none.
    ``certain`` is false where the text could be read in more than one way; blank and tokens are certain.
    """

    value: Number | None
    token: str = ""
    unit: str = ""
    certain: bool = True

    @property
    def is_blank(self) -> bool:
        """Printed empty."""
        return self.certain and self.value is None and not self.token


BLANK = Printed(None)
_DOUBTFUL = Printed(None, certain=False)


@lru_cache(maxsize=4096)
def parse(text: str) -> Printed:  # noqa: C901  one branch a way in which figures are printed
    """The figure that ``text`` prints. Never raises.

    ``"1，234"`` -> 1234; ``"54.70万元"`` -> 54.70, unit 万元; ``"减3"``, ``"－3"`` -> -3; ``"—"`` -> token; ``"12 3"``
    -> 123, not certain; ``"行 政许可"`` -> no value, not certain.
    """
    if len(text) > 200:
        return _DOUBTFUL
    bare = without_note_marks(text)
    if bare != text:  # a mark alone, or behind something else than a figure, tells nothing
        return marked if (marked := parse(bare)).value is not None else _DOUBTFUL
    if any(map(_is_note_mark, text)):
        return _DOUBTFUL
    spaced = half_width(text)
    tight = "".join(spaced.split())
    if not tight:
        return BLANK
    if tight in TOKENS or set(tight) <= set("-—―–─━ー"):
        return Printed(None, token=tight)
    if tight in ("零",):
        return Printed(0)
    if tight == "一":  # a dash to many recognisers, a one to a reader
        return Printed(None, "—", certain=False)
    if set(tight) <= _LETTER_ZERO and len(tight) == 1:
        return Printed(0, certain=False)
    found = _NUMBER.fullmatch(tight)
    if not found:
        return _DOUBTFUL
    digits, sign = found["digits"], found["sign"] or ""
    certain = True
    if "," in digits:
        certain = bool(_GROUPED.fullmatch(digits))
        if not certain:
            return _DOUBTFUL
        digits = digits.replace(",", "")
    if sum(c.isdigit() for c in digits) > MAX_DIGITS:
        return _DOUBTFUL
    if _SPLIT_DIGITS.search(spaced) and not _SPACED_GROUPS.fullmatch(spaced):
        # Two figures in one cell or one figure wrapped: `0 0` can only be two.
        if any(part.lstrip("-+") == "0" for part in spaced.split()[:-1]):
            return _DOUBTFUL
        certain = False
    whole = digits.split(".")[0]
    if len(whole) > 1 and whole.startswith("0"):  # `000`: cells run together
        return _DOUBTFUL
    if sign in ("—", "―"):
        certain = False
    negative = sign in ("-", "—", "―", "负") or sign.startswith(("减", "下降"))
    value: Number = Decimal(digits.rstrip(".") or "0") if "." in digits.rstrip(".") else int(digits.rstrip("."))
    return Printed(-value if negative else value, unit=found["unit"] or "", certain=certain)


@lru_cache(maxsize=4096)
def without_note_marks(text: str) -> str:
    """Without the marks of notes behind it: ``6①`` and ``6¹`` are a six, and no sixty-one. Marks elsewhere stay."""
    out = text.rstrip()
    while out and _is_note_mark(out[-1]):
        out = out[:-1].rstrip()
    return out if len(out) < len(text.rstrip()) else text


def _is_note_mark(char: str) -> bool:
    """A raised, lowered, circled or bracketed number in one character: ``¹ ₁ ① ⑴ ⒈``, and no fraction."""
    return unicodedata.category(char) == "No" and not unicodedata.decomposition(char).startswith("<fraction>")


def looks_like_value(text: str) -> bool:
    """Whether a cell holds a figure, a blank or a sign for none, rather than words."""
    printed = parse(text)
    return printed.certain or printed.value is not None or bool(printed.token)


def is_figure(text: str) -> bool:
    """Whether a text is a figure or a sign that stands for none; blank is not one."""
    return bool(text.strip()) and looks_like_value(text)
