"""Pagers that only a script draws: what it is given (items, size of a page, pages), and the address that it leads to."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crawler import calls
from crawler import pager_words as words

_NEAR = 800  # characters behind a pager's call in which its settings stand
_PAGES = re.compile(
    r"\b(?:pages|page_?count|total_?pages?|total_?page)\s*['\"]?\s*:\s*['\"]?(\d{1,5})\b", re.IGNORECASE
)
_ITEMS = re.compile(
    r"\b(?:count|total|total_?count|total_?records?|total_?data|data_?total)\s*['\"]?\s*:\s*['\"]?(\d{1,6})\b", re.I
)
_SIZE = re.compile(
    r"\b(?:limit|page_?size|show_?data|per_?page|page_?items?|items_?on_?page)\s*['\"]?\s*:\s*['\"]?(\d{1,4})\b", re.I
)
_LEADS = re.compile(
    r"(?:location(?:\.href)?\s*=(?!=)|location\.(?:assign|replace)\s*\(|\bopen\s*\()\s*(?P<target>[^;\n}]{1,200})",
    re.IGNORECASE,
)
# The page that a pager's callback is told: a member of its argument, or the argument itself.
_MEMBER = re.compile(
    r"\b[\w$]+\.(?:curr(?:ent)?(?:Page)?|getCurrent\(\)|page(?:No|Num|Index|Number)?|num|index)\b(?:\(\))?"
)
_NAMES = (
    "page",
    "pageNo",
    "pageNum",
    "pageIndex",
    "pageNumber",
    "curr",
    "current",
    "currentPage",
    "num",
    "n",
    "p",
    "index",
    "i",
)
_SCROLLS = re.compile(
    r"\bscroll\b.{0,400}?(?:\bpage\w*\s*(?:\+\+|\+=)|\+\+\s*page|\bpage\w*\s*=\s*page\w*\s*\+|"
    r"\b(?:load|get|query|fetch)\w*(?:more|list|data|page|news|content)\w*\s*\()",
    re.IGNORECASE | re.DOTALL,
)


_SETTINGS = re.compile(
    r"\b(?:page_?info|pager|page|pagination|paging)\b['\"]?\s*[=:]\s*\{[^{}]{0,200}?\btotal['\"]?\s*:\s*['\"]?(\d{1,6})\b",
    re.I,
)
# A call that draws a pager of so many pages, and a request that names a page.
_COUNTED = re.compile(r"\b\w*(?:page|fenye)\w*\s*\(\s*['\"]?([2-9]|\d{2,4})['\"]?\s*,", re.IGNORECASE)
_ASKS_FOR_PAGE = re.compile(
    r"(?:\$\.(?:ajax|get|post|getJSON)|\bfetch|axios(?:\.\w+)?|\.load)\s*\(.{0,300}?\bpage(?:No|Num|Index|Number)?['\"]?\s*[:=]",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A pager that a script draws: its call's name, what the call states."""

    name: str
    items: int | None
    pages: int | None


def drawn(script: str) -> Drawn | None:
    """The pager that a script draws; None where it draws none."""
    found = words.SCRIPT_PAGER.search(script)
    if found is None:
        return _drawn_otherwise(script)
    near = script[found.start() : found.start() + _NEAR]
    pages, items, size = (_first(pattern, near) for pattern in (_PAGES, _ITEMS, _SIZE))
    if pages is None and items is not None and size:
        pages = -(-items // size)
    return Drawn(found.group(0).strip("( "), items if size or pages else None, pages)


def _drawn_otherwise(script: str) -> Drawn | None:
    settings = _SETTINGS.search(script)
    if settings is not None:
        return Drawn("its settings", int(settings.group(1)), None)
    for pattern, name in (
        (_SCROLLS, "a list that grows as one scrolls"),
        (_COUNTED, "a call with a number of pages"),
        (_ASKS_FOR_PAGE, "a request that names a page"),
    ):
        if pattern.search(script):
            return Drawn(name, None, None)
    return None


def address(script: str, number: int) -> str | None:
    """The address of page ``number``, as the callback of a pager puts it together; None where it does not."""
    known = dict.fromkeys(_NAMES, str(number))
    for found in _LEADS.finditer(_MEMBER.sub("page", script)):
        target = calls.joined(found.group("target"), known)
        if target and str(number) in target and re.search(r"[/.?=]", target):
            return target
    return None


def _first(pattern: re.Pattern[str], text: str) -> int | None:
    found = pattern.search(text)
    return int(found.group(1)) if found else None
