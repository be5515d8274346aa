"""What a page lists, wherever its rows stand: in the markup, in an element that a script draws from, in a script's data."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any

from crawler import pagers
from crawler.families import data
from crawler.families.rows import base_of, distinct, rows, rows_in
from crawler.pages import Listing, Page
from reports.narrative.classify import classify

_MOST_VALUES = 60  # of a page's scripts that are tried
_VALUE = re.compile(r"[=(:]\s*(?=[\[{]\s*[\[{\"])")
_REPORTS = frozenset({"annual_report", "legacy_report"})


def listed(page: Page) -> list[Listing]:
    """The rows of a list. Those that a script draws count beside visible ones where they alone speak of reports: what is
    visible is the site's news then."""
    return list(_listed(page))


def is_list(page: Page) -> bool:
    """Whether a page lists something, or says that there is nothing to list."""
    return bool(_listed(page)) or pagers.says_empty(page)


@lru_cache(maxsize=4)
def _listed(page: Page) -> tuple[Listing, ...]:
    visible = rows(page)
    if any(_is_report(row) for row in visible):
        return tuple(visible)
    drawn = [*_in_holders(page), *_in_scripts(page)]
    if visible and not any(_is_report(row) for row in drawn):
        return tuple(visible)
    return tuple(distinct([*visible, *drawn]))


def _is_report(row: Listing) -> bool:
    return classify(row.title).kind in _REPORTS


def _in_holders(page: Page) -> list[Listing]:
    """Markup in a ``<textarea>`` or in a script's template."""
    out: list[Listing] = []
    for holder in page.tree.xpath(
        "//textarea | //script[contains(@type, 'text/') and not(contains(@type, 'javascript'))]"
    ):
        if "<a" in (holder.text or ""):
            inner = data.records(holder.text)
            out += data.rows_of(inner, page) if inner else rows_in(holder.text, page)
    return out


def total_in_script(page: Page) -> int | None:
    """The number of items that a script's data states beside the list that the page shows; None where markup shows it, or
    several lists do."""
    if any(_is_report(row) for row in rows(page)):
        return None
    totals = [data.total_beside(value, data.items(value)) for value, _ in _values(page)]
    return totals[0] if len(totals) == 1 else None


def _in_scripts(page: Page) -> list[Listing]:
    """Data that a script holds: the JSON values of its variables and calls."""
    return [row for _, listings in _values(page) for row in listings if row.url]


def _values(page: Page) -> list[tuple[Any, list[Listing]]]:
    """The values that hold lists, each with its rows."""
    out: list[tuple[Any, list[Listing]]] = []
    decoder, base, end = json.JSONDecoder(), base_of(page), 0
    for found in list(_VALUE.finditer(page.script))[:_MOST_VALUES]:
        if found.end() < end:
            continue  # within a value that was read
        try:
            value, end = decoder.raw_decode(page.script, found.end())
        except (ValueError, RecursionError):
            continue
        listings = data.listings(value, base)
        if any(row.listed_on or _is_report(row) for row in listings):
            out.append((value, listings))
    return out
