"""Lists that come as data: JSON under many names, JSONP, XML whose records hold markup. Shared by the vendors' modules."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Any

from crawler import links, markup
from crawler.families.rows import base_of, distinct, rows_in, squeezed
from crawler.pages import Listing, Page
from reports.text import date_in

CHINA = timezone(timedelta(hours=8))
MAX_DEPTH = 8  # objects within each other; a bound
# What the vendors call an item's title, its address and the day it was published, the most telling name first.
TITLES = ("realtitle", "title", "doctitle", "name", "infotitle")
ADDRESSES = ("url", "infourl", "post_url", "docpuburl", "puburl", "staticurl", "link", "href", "linkurl")
DAYS = (
    "display_publish_time", "publishedtimestr", "publishedtime", "pubtime", "pubdate", "publish_time", "publishtime",
    "publishdate", "infodate", "docreltime", "first_publish_time", "create_time", "date", "time",
)  # fmt: skip
TOTALS = ("total", "totalcount", "totalrecord", "totalrecords", "count", "recordcount", "totalnum", "rowcount")
_RECORD = re.compile(r"<record>(.*?)(</record>|\Z)", re.DOTALL | re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?(-->|\Z)", re.DOTALL)
_CALLED = re.compile(r"(?:/\*\*/)?\s{0,9}[\w$.]{1,99}\s{0,9}\(")
_AROUND = {"tr": "table", "dd": "dl", "dt": "dl", "td": "table"}


def parsed(page: Page) -> Any:
    """The JSON that a page holds, bare or as the argument of a call; None where it holds none."""
    text = page.text.strip().lstrip("\ufeff")
    called = _CALLED.match(text) if not text.startswith(("{", "[")) else None
    if called is not None:
        text = text[called.end() :].rstrip("; \r\n\t").removesuffix(")")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def items(data: Any) -> list[Mapping[str, Any]]:
    """The longest list in it whose members have a title; empty where there is none."""
    found = [one for one in _lists(data, 0) if any(_value(item, TITLES) for item in one)]
    return max(found, key=len, default=[])


def has_list(data: Any) -> bool:
    """Whether it holds a list at all, though an empty one: no list is no answer."""
    return next(_lists(data, 0), None) is not None


def _lists(data: Any, depth: int) -> Iterator[list[Mapping[str, Any]]]:
    if depth > MAX_DEPTH:
        return
    if isinstance(data, list):
        if all(isinstance(item, Mapping) for item in data):
            yield data
        return  # lists within items are the items' own
    if isinstance(data, Mapping):
        for value in data.values():
            yield from _lists(value, depth + 1)


def total_of(data: Any) -> int | None:
    """The number of items that it states beside its list."""
    return _total(data, 0)


def total_beside(data: Any, found: list[Mapping[str, Any]], depth: int = 0) -> int | None:
    """The total that stands in the object that holds this very list; a bare count may be the page's."""
    if depth > MAX_DEPTH or not isinstance(data, Mapping):
        return None
    if any(value is found for value in data.values()):
        return _total({key: value for key, value in data.items() if "total" in str(key).lower()}, MAX_DEPTH)
    inner = (total_beside(value, found, depth + 1) for value in data.values())
    return next((one for one in inner if one is not None), None)


def _total(data: Any, depth: int) -> int | None:
    if depth > MAX_DEPTH or not isinstance(data, Mapping):
        return None
    lowered = {str(key).lower(): value for key, value in data.items()}
    for name in TOTALS:
        value = lowered.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
        if isinstance(value, str) and value.isdigit():
            return int(value)
    found = (_total(value, depth + 1) for value in data.values())
    return next((one for one in found if one is not None), None)


def listings(data: Any, base: str) -> list[Listing]:
    """The items as rows; an address that leads nowhere is left out, and the title stays."""
    out = []
    for item in items(data):
        title = squeezed(markup.without_tags(str(_value(item, TITLES) or ""), " "))
        if title:
            address = _value(item, ADDRESSES)
            out.append(
                Listing(links.resolve(base, str(address)) if address else None, title, day_of(_value(item, DAYS)))
            )
    return distinct(out)


def _value(item: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    lowered = {str(key).lower(): value for key, value in item.items()}
    return next((lowered[name] for name in names if lowered.get(name)), None)


def day_of(value: Any) -> date | None:
    """A day given as text, or as seconds or milliseconds since 1970, in China's time; an unset field gives no day."""
    if isinstance(value, str) and not value.strip().lstrip("-").isdigit():
        return date_in(value)
    try:
        number = int(value)
    except (TypeError, ValueError):
        return None
    seconds = number / 1000 if number > 10**11 else float(number)
    if not 10**9 < seconds < 10**10:
        return None
    return datetime.fromtimestamp(seconds, CHINA).date()


def records(text: str) -> list[str]:
    """The markup of each record of a ``<datastore>``; what stands in a comment is no record."""
    if "<record" not in text and "<RECORD" not in text:
        return []
    plain = _COMMENT.sub(lambda found: "" if found[1] else found[0], text)
    inner = [one.strip() for one, end in _RECORD.findall(plain) if end]
    return [one.removeprefix("<![CDATA[").removesuffix("]]>") for one in inner]


def rows_of(found: list[str], page: Page, base: str = "") -> list[Listing]:
    """Records as rows. Rows of a table are read within one, as they stand once a script has put them there."""
    joined = "\n".join(found)
    opened = re.match(r"\s*<(\w+)", joined)
    around = _AROUND.get(opened.group(1).lower(), "ul") if opened else "ul"
    return rows_in(f"<{around}>{joined}</{around}>", Page(base or base_of(page), page.body, page.content_type))


def tag_value(text: str, name: str) -> int | None:
    """The number in an element of a data answer."""
    found = re.search(rf"<{name}>\s*(\d+)\s*</{name}>", text, re.IGNORECASE)
    return int(found.group(1)) if found else None


def set_in_script(text: str, name: str) -> str:
    """The literal that a script gives to a name: ``name: 'x'``, ``name = 3``, ``"name":"x"``; empty where it does not."""
    found = re.search(rf"\b{name}['\"]?\s*[:=]\s*(?:'([^']*)'|\"([^\"]*)\"|(\d+))", text)
    return next((group for group in found.groups() if group is not None), "") if found else ""
