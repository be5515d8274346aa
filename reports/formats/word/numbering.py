"""The numbers that Word writes in front of paragraphs by itself."""

from __future__ import annotations

from dataclasses import dataclass

_DIGITS = "零一二三四五六七八九"


@dataclass(slots=True)
class Level:
    """One level of a list: where it starts, its kind of number and the text around it (``%1、``)."""

    start: int = 1
    format: str = "decimal"
    text: str = ""


class Numbering:
    """The lists of a document and how far each has counted."""

    def __init__(self, levels: dict[str, dict[int, Level]], lists: dict[str, str]) -> None:
        self._levels, self._lists = levels, lists
        self._counters: dict[tuple[str, int], int] = {}

    def next(self, list_id: str | None, level: int) -> str:
        """The number of the next paragraph of a list, as printed; empty where the list has none."""
        abstract = self._lists.get(list_id or "")
        levels = self._levels.get(abstract or "", {})
        if abstract is None or list_id == "0" or level not in levels:
            return ""
        self._counters[abstract, level] = self._counters.get((abstract, level), levels[level].start - 1) + 1
        for deeper in [key for key in self._counters if key[0] == abstract and key[1] > level]:
            del self._counters[deeper]
        out = levels[level].text
        for n, spec in levels.items():
            if f"%{n + 1}" in out:
                count = self._counters.get((abstract, n), spec.start)
                out = out.replace(f"%{n + 1}", numeral(count, spec.format))
        return out if any(c.isalnum() for c in out) else ""


def numeral(value: int, kind: str) -> str:
    """A list number in one of Word's formats; formats that reports do not use come out as digits."""
    if kind in ("chineseCounting", "chineseCountingThousand", "ideographTraditional", "japaneseCounting", "ideographDigital",
                "taiwaneseCountingThousand", "taiwaneseCounting"):  # fmt: skip
        return chinese(value)
    if kind in ("none", "bullet"):
        return ""
    if kind == "decimalEnclosedCircle" and 1 <= value <= 20:
        return chr(0x2460 + value - 1)
    if kind in ("decimalFullWidth", "decimalFullWidth2"):
        return "".join(chr(0xFF10 + int(c)) for c in str(value)) if value >= 0 else str(value)
    if kind in ("lowerLetter", "upperLetter") and 1 <= value <= 26:
        return chr((97 if kind == "lowerLetter" else 65) + value - 1)
    return str(value)


def chinese(value: int) -> str:
    """1…99 as printed before headings: 12 -> 十二, 20 -> 二十; others digit by digit."""
    if 1 <= value <= 99:
        tens, ones = divmod(value, 10)
        return ("" if tens == 0 else "十" if tens == 1 else _DIGITS[tens] + "十") + (_DIGITS[ones] if ones else "")
    return "".join(_DIGITS[int(c)] for c in str(abs(value)))
