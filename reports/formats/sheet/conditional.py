"""Formats that an XLSX gives cells by a condition: which of them may take a figure out of sight."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from lxml import etree

from reports.formats.colours import alike
from reports.formats.sheet.model import Veil

MAX_VEILS = 500  # a bound on the time

_FORMATTING = re.compile(rb"<(?:\w+:)?conditionalFormatting\b[^>]*>.*?</(?:\w+:)?conditionalFormatting>", re.DOTALL)
_SQREF = re.compile(rb"\bsqref=\"([^\"]*)\"")
_RULE = re.compile(rb"<(?:\w+:)?cfRule\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?cfRule>)", re.DOTALL)
_FORMAT = re.compile(rb"\bdxfId=\"(\d{1,6})\"")
_EQUAL = re.compile(rb"\boperator=\"equal\"")
_IS = re.compile(rb"<(?:\w+:)?formula>\s*(-?\d{1,15}(?:\.\d+)?)\s*</(?:\w+:)?formula>")
_RANGE = re.compile(r"([A-Z]{1,3})(\d{1,7})(?::([A-Z]{1,3})(\d{1,7}))?")
_VALUELESS = re.compile(rb"\bshowValue=\"(?:0|false)\"")  # a bar or a sign in place of the figure


def hiding(formats: Sequence[etree._Element]) -> frozenset[int]:
    """By number, the formats that strike a figure out, print it otherwise or in the colour of its ground."""
    return frozenset(n for n, form in enumerate(formats) if _hides(form))


def _hides(form: etree._Element) -> bool:
    if form.find("{*}numFmt") is not None or form.find("{*}font/{*}strike") is not None:
        return True
    color = form.find("{*}font/{*}color")
    if color is None:
        return False
    ground = next(
        (
            said
            for name in ("bgColor", "fgColor")
            if (said := form.find(f"{{*}}fill/{{*}}patternFill/{{*}}{name}")) is not None
        ),
        None,
    )
    ink, behind = _six(color), "ffffff" if ground is None else _six(ground)
    return ink == behind or alike(ink, behind)


def _six(color: etree._Element) -> str:
    """A colour in six digits, or as it is said: white is the theme's first and the palette's second and tenth."""
    if color.get("rgb"):
        return str(color.get("rgb"))[-6:].lower()
    white = (color.get("theme") == "0" and not color.get("tint")) or color.get("indexed") in ("1", "9", "65")
    return "ffffff" if white else str(sorted(color.items()))


def veils(xml: bytes, hidden: frozenset[int]) -> Iterator[Veil]:
    """Where on a sheet a condition may take figures out of sight."""
    for found in _FORMATTING.finditer(xml):
        places = _SQREF.search(found[0])
        for rule in _RULE.finditer(found[0]):
            form, inner = _FORMAT.search(rule[1]), rule[2] or b""
            if not (form and int(form[1]) in hidden) and not _VALUELESS.search(inner):
                continue
            value = _IS.search(inner) if _EQUAL.search(rule[1]) else None
            for corner in _RANGE.finditer(places[1].decode("ascii", "replace") if places else ""):
                first, last = (corner[1], corner[2]), (corner[3] or corner[1], corner[4] or corner[2])
                yield Veil(
                    int(first[1]) - 1,
                    int(last[1]) - 1,
                    _column(first[0]),
                    _column(last[0]),
                    float(value[1]) if value else None,
                )


def bounded(found: Iterator[Veil]) -> list[Veil]:
    """All of them; of more than any sheet needs one over everything."""
    out = list(islice(found, MAX_VEILS + 1))
    return out if len(out) <= MAX_VEILS else [Veil(0, 1 << 20, 0, 1 << 14)]


def _column(letters: str) -> int:
    out = 0
    for letter in letters:
        out = out * 26 + ord(letter) - 64
    return out - 1
