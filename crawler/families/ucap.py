"""开普云 (UCAP): a channel's list as JSON, by one of three calls. The column's code in the path is not the channel."""

from __future__ import annotations

import re

from crawler import links
from crawler.families import data, page_call
from crawler.families.base import MAX_PAGES, Ask, End, Family, Step
from crawler.families.listed import listed
from crawler.families.rows import base_of, rows
from crawler.pages import Page

SIZE = 18  # rows a page, where its script names none
_SCRIPT = re.compile(r"\bchannel_?id['\"]?\s*[:=]\s*['\"]([0-9a-fA-F]{32})['\"]", re.IGNORECASE)
_CALL = re.compile(r"/(searchList|common/search)/")
_TAX = "/getFileListByCodeId"


class Ucap(Family):
    """Every answer states the channel's items."""

    name = "ucap"
    ends = frozenset({"total", "pages", "links"})

    def claims(self, page: Page) -> bool:
        """The page lists, or names its channel."""
        return bool(_channel(page) or rows(page))

    def read(self, page: Page, ask: Ask) -> Step:
        """A list that is written out, the page of a channel, or an answer of its call."""
        if ask.value("call"):
            return _of_call(page, ask)
        found = listed(page)
        channel = _channel(page)
        called = _TAX in page.text or _CALL.search(page.searchable) is not None
        if not channel or (found and not called):
            return page_call.read(page, ask, found)
        size = re.search(r"\b(?:_?pageSize|size)['\"]?\s*[:=]\s*['\"]?(\d{1,3})\b", page.searchable)
        state = {"channel": channel, "size": size.group(1) if size else str(SIZE), "base": base_of(page)}
        if _TAX in page.text:
            code = data.set_in_script(page.searchable, "codeId")
            return Step([], [_page({**state, "call": "tax", "code": code}, 1, page.url)])
        call = _CALL.search(page.searchable)
        if call is not None:
            return Step([], [_page({**state, "call": call.group(1)}, 1, page.url)])
        first, other = (_page({**state, "call": name}, 1, page.url) for name in ("searchList", "common/search"))
        return Step([], [first], [other])


def _channel(page: Page) -> str:
    for tag in page.tree.xpath("//meta[@name and @content]"):
        if str(tag.get("name")).lower() == "channelid" and re.fullmatch(
            r"[0-9a-fA-F]{32}", str(tag.get("content")).strip()
        ):
            return str(tag.get("content")).strip()
    found = _SCRIPT.search(page.searchable)
    return found.group(1) if found else ""


def _of_call(page: Page, ask: Ask) -> Step:
    answer = data.parsed(page)
    if not isinstance(answer, dict) or not data.has_list(answer):
        return Step(error="the channel's call answers no list")
    found, total = data.listings(answer, ask.value("base")), data.total_of(answer)
    size = int(ask.value("size"))
    if not found:
        return Step(end=End(total, last=total == 0), error="" if total == 0 else "the channel's call answers no items")
    asks = []
    if total is not None and ask.number == 1:
        last = -(-total // max(1, min(size, len(found))))
        asks = [_page(dict(ask.state), n, ask.referer) for n in range(2, min(last, MAX_PAGES) + 1)]
    return Step(found, asks, end=End(total))


def _page(state: dict[str, str], number: int, referer: str) -> Ask:
    known, size = tuple(state.items()), state["size"]
    if state["call"] == "tax":
        url = links.resolve(state["base"], _TAX) or ""
        form = (("codeId", state["code"]), ("channelId", state["channel"]), ("page", str(number)), ("size", size))
        return Ask(url, "POST", form, referer=referer, expects="json", number=number, state=known)
    more = "&_rangeTimeGte=&_channelName=" if state["call"] == "searchList" else ""
    path = f"/{state['call']}/{state['channel']}?_isAgg=true&_isJson=true&_pageSize={size}&_template=index{more}&page={number}"
    return Ask(links.resolve(state["base"], path) or "", referer=referer, expects="json", number=number, state=known)


FAMILY = Ucap()
