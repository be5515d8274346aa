"""大汉 JCMS with jpage: the first records stand in CDATA in the column's page, the rest is handed out by a proxy.

Some hosts hand out the records asked for, some at most a group of pages, some go by ``page`` alone: so each call starts
where the answer before it ended, and names the page as well. Followed is what the answers bring, never what was asked."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from crawler import links, pagers
from crawler.families import data
from crawler.families.base import Ask, End, Family, Pairs, Step
from crawler.families.listed import listed
from crawler.families.rows import base_of, rows
from crawler.pages import Page

_PARAMETERS = re.compile(r"ajaxParam\s*:\s*\{([^{}]{0,4000})\}")
_PAIR = re.compile(r"[\"']?(\w+)[\"']?\s*:\s*(?:'([^']*)'|\"([^\"]*)\"|([\w./-]+))")
_NEXT = re.compile(r"<nextgroup>.{0,200}?href=[\"']([^\"']{1,2000})[\"']", re.DOTALL)
_PROXY = re.compile(r"[\"']([^\"'\s?]{0,200}(?:more(?:column)?)?dataproxy\.jsp)")
MAX_WINDOW = 90  # rows asked for at a time; a bound


class Hanweb(Family):
    """jpage states all its records."""

    name = "hanweb"
    ends = frozenset({"total", "links"})

    def claims(self, page: Page) -> bool:
        """A list has jpage's settings, or records, or rows that stand written out."""
        return bool(_PARAMETERS.search(page.searchable) or data.records(page.text) or rows(page))

    def read(self, page: Page, ask: Ask) -> Step:
        """The column's page, or an answer of the proxy."""
        return self._of_proxy(page, ask) if ask.value("from") else self._of_column(page, ask)

    def _of_column(self, page: Page, ask: Ask) -> Step:
        inline = data.records(page.text)
        found = data.rows_of(inline, page) or listed(page)
        stated = data.set_in_script(page.searchable, "totalRecord")
        total = int(stated) if stated.isdigit() else data.tag_value(page.text, "totalrecord")
        if total is None:
            pager = pagers.read(page, ask, found)
            return Step(found, pager.asks, end=pager.end)
        if len(found) >= total:
            return Step(found, end=End(total))
        per_page = int(data.set_in_script(page.searchable, "perPage") or 15)
        group = int(data.set_in_script(page.searchable, "groupSize") or 1)
        window = max(per_page, min(per_page * max(group, 1), MAX_WINDOW))
        proxy = data.set_in_script(page.searchable, "proxyUrl") or _first(_PROXY, page.searchable)
        given = _PARAMETERS.search(page.searchable)
        form: Pairs = _pairs(given.group(1)) if given else _query(_first(_NEXT, page.searchable))
        url = links.resolve(base_of(page), proxy)
        if url is None or not form:
            return Step(found, end=End(total, unread="its records are handed out by a script"))
        state = {"proxy": url, "per": str(per_page), "window": str(window), "column": page.url}
        first = len(inline) + 1
        posted = _window(form, state, first, page.url)
        return Step(found, [posted], [_window(form, {**state, "by": "GET"}, first, page.url)], end=End(total))

    def _of_proxy(self, page: Page, ask: Ask) -> Step:
        given = data.records(page.text)
        total = data.tag_value(page.text, "totalrecord")
        first = int(ask.value("from"))
        if not given:
            return Step(end=End(total), error=f"the proxy answers nothing for record {first}")
        found = data.rows_of(given, page, ask.value("column"))
        if total is None:
            return Step(found, [_again(ask, first + len(given))] if _may_go_on(given, ask) else [], end=End())
        following = first + len(given)
        return Step(found, [_again(ask, following)] if following <= total else [], end=End(total))


def _may_go_on(given: list[str], ask: Ask) -> bool:
    return len(given) >= int(ask.value("per"))


def _again(ask: Ask, first: int) -> Ask:
    return _window(ask.form, dict(ask.state), first, ask.referer)


def _window(form: Pairs, state: dict[str, str], first: int, referer: str) -> Ask:
    per, window = int(state["per"]), int(state["window"])
    number = (first - 1) // per + 1
    query = f"startrecord={first}&endrecord={first + window - 1}&perpage={per}&page={number}"
    by_get = state.get("by") == "GET"
    return Ask(
        f"{state['proxy']}?{query}" + (f"&{urlencode(form)}" if by_get else ""),
        "GET" if by_get else "POST",
        form,
        referer=referer,
        headers=(("X-Requested-With", "XMLHttpRequest"),),
        expects="xml",
        number=number,
        state=tuple({**state, "from": str(first)}.items()),
    )


def _pairs(text: str) -> Pairs:
    return tuple((name, one or two or bare) for name, one, two, bare in _PAIR.findall(text))


def _query(href: str) -> Pairs:
    pairs = (pair.partition("=") for pair in href.partition("?")[2].replace("&amp;", "&").split("&") if pair)
    return tuple((name, value) for name, _, value in pairs if name != "page")


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found.group(1) if found else ""


FAMILY = Hanweb()
