"""What is remembered of a list that was read whole, and which one list is asked for where nothing is expected: an unchanged
source costs one request, however many pages and columns it has. Pure.

A crawl that asks for one list says nothing of what is not there; the whole crawls have a plan of their own
(``crawler.plan``)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from crawler import families
from crawler.families.base import Ask, Column
from crawler.lists import PagedList, is_other_kind, of_past_years, print_of, take
from crawler.pages import Page

NO_LIST = {"print": "", "items": 0, "no list": True}  # what is remembered of a page beneath that is no list
_LONGEST = 8000  # characters of a request that is remembered


def in_parts(read: PagedList, key: str, whole: Mapping[str, Any], season: int) -> dict[str, dict[str, Any]]:
    """What is remembered of a list whose parts (nodes, pages by year) are lists of their own: ``whole`` by its ``key``,
    asked for as its first part, and the others by theirs, but the years in which nothing is filed any more. Empty where a
    part does not show by itself what is added to it."""
    if not read.parted or len(read.parts) < 2:
        return {}
    past = of_past_years([Column(ask, "") for ask, _ in read.parts.values()], season)
    out: dict[str, dict[str, Any]] = {}
    for part, (ask, alone) in read.parts.items():
        common = {"asked": whole["asked"], "on_first": False, "alone": alone, "family": read.family.name, "depth": 0}
        if not out:  # the first one: its page links the others
            out[key] = {"print": whole["print"], "items": whole["items"], **common, **_packed(ask)}
        elif part not in past:
            out[part] = {"print": "", "items": 0, **common, **_packed(ask)}
    return out


def _packed(ask: Ask) -> dict[str, Any]:
    """A request as it is remembered; nothing where that would be too long."""
    packed = {name: value for name, value in asdict(ask).items() if value}
    return {"ask": packed} if len(json.dumps(packed)) <= _LONGEST else {}


def remembered(read: PagedList, depth: int, now: datetime, is_report: bool) -> dict[str, Any]:
    """A list that was read whole: how it began, and the request that showed its first rows. That request is kept only
    where the same may be sent again and its answer shows whatever is added, and is no report itself."""
    out: dict[str, Any] = {"print": read.print, "items": len(read.found()), "asked": now.isoformat()}
    ask = None if is_report else read.opening
    if ask is None or ask.tokens or read.family.expires or not (read.shows_additions_first() or len(read.pages) < 2):
        return out
    packed = _packed(ask)
    if not packed:
        return out
    more = {**packed, "on_first": read.on_first, "alone": read.alone, "family": read.family.name, "depth": depth}
    return out | more


def ask_of(entry: Mapping[str, Any]) -> Ask:
    """The request that showed a remembered list's first rows."""
    given: dict[str, Any] = dict(entry["ask"])
    for name in {"form", "headers", "state"} & given.keys():
        given[name] = tuple((str(key), str(value)) for key, value in given[name])
    return Ask(**given)


def in_turn(lists: Mapping[str, Mapping[str, Any]], url: str, now: datetime) -> str | None:
    """The key of the list whose turn it is: the one that was asked for least lately. None where that saves nothing (the
    source at ``url`` is one page), where a list cannot be asked for by itself, or where what is remembered is of a clock
    that was ahead."""
    every = {key: entry for key, entry in lists.items() if "no list" not in entry}
    if not every or any("ask" not in entry for entry in every.values()):
        return None
    key = min(every, key=lambda one: datetime.fromisoformat(every[one]["asked"]))
    if len(every) == 1 and ask_of(every[key]).key == Ask(url).key:
        return None
    return key if all(datetime.fromisoformat(entry["asked"]) <= now for entry in every.values()) else None


def as_then(page: Page, entry: Mapping[str, Any], given: str) -> bool:
    """Whether an answer shows what the remembered one showed. ``given`` is the family that a person has set."""
    ask, family = ask_of(entry), families.BY_NAME.get(entry["family"])
    if family is None or is_other_kind(page, ask):
        return False
    if entry["on_first"]:
        taken = take(page, ask, entry["depth"], given)
        same = (
            (taken.family or families.BY_NAME["static"]).name == family.name
            and not taken.is_report
            and not taken.hidden
        )
        return same and print_of(taken.step, taken.beneath) == entry["alone"]
    step = family.read(page, ask)
    return not step.error and print_of(step, step.columns) == entry["alone"]
