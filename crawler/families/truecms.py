"""TrueCMS: JSONP around XML around markup. The page's own size is asked for, for larger ones are answered with nothing."""

from __future__ import annotations

import re

from crawler import links
from crawler.families import data
from crawler.families.base import Ask, End, Family, Step
from crawler.families.rows import base_of, rows, rows_in
from crawler.pages import Listing, Page

_CALL = re.compile(r"[\"']([^\"'\s]{0,200}messageController/getMessage\.do)")
_INITIAL = re.compile(r"id=[\"']initData[\"'][^<>]{0,400}>")
_CLOSED = re.compile(r"</(?:div|textarea|script)>\s*<(?:script|div|/)")


class TrueCms(Family):
    """The page states its records, and so does each answer."""

    name = "truecms"
    ends = frozenset({"total"})

    def claims(self, page: Page) -> bool:
        """The page names its column."""
        return bool(data.set_in_script(page.searchable, "columnId"))

    def read(self, page: Page, ask: Ask) -> Step:
        """The column's page with the records in its hidden element, or an answer of the call."""
        if ask.value("from"):
            return _of_call(page, ask)
        found = _initial(page) or rows(page)
        stated = data.set_in_script(page.searchable, "totalRecord")
        total = int(stated) if stated.isdigit() else None
        if total is not None and len(found) >= total:
            return Step(found, end=End(total))
        path = _CALL.search(page.searchable)
        url = links.resolve(base_of(page), path.group(1) if path else "/truecms/messageController/getMessage.do")
        per = data.set_in_script(page.searchable, "perPage") or "20"
        state = {
            "url": url or "",
            "per": per,
            "id": data.set_in_script(page.searchable, "columnId"),
            "column": page.url,
        }
        return Step(found, [_window(state, len(found) + 1, page.url)], end=End(total))


def _of_call(page: Page, ask: Ask) -> Step:
    answer = data.parsed(page)
    xml = str(answer.get("result") or "") if isinstance(answer, dict) else ""
    given, total, first = data.records(xml), data.tag_value(xml, "totalrecord"), int(ask.value("from"))
    if not given:
        over = total is not None and first > total
        if total is None and first > 1 and "<recordset" in xml and not ask.value("last"):
            # Nothing more, or nothing more for us: the last record is asked for once again, with those behind it.
            return Step(asks=[_window({**dict(ask.state), "last": "1"}, first - 1, ask.referer)])
        return Step(end=End(total, last=over), error="" if over else f"the call answers nothing for record {first}")
    found = data.rows_of(given, page, ask.value("column"))
    if ask.value("last"):
        return Step(found, end=End(last=len(given) == 1))
    following = first + len(given)
    goes_on = following <= total if total is not None else len(given) >= int(ask.value("per"))
    asks = [_window(dict(ask.state), following, ask.referer)] if goes_on else []
    return Step(found, asks, end=End(total, last=None if goes_on else True))


def _window(state: dict[str, str], first: int, referer: str) -> Ask:
    per = int(state["per"])
    query = f"startrecord={first}&endrecord={first + per - 1}&perpage={per}&columnId={state['id']}&callback=cb"
    url = f"{state['url']}?{query}"
    known = tuple({**state, "from": str(first)}.items())
    return Ask(url, referer=referer, expects="any", number=(first - 1) // per + 1, state=known)


def _initial(page: Page) -> list[Listing]:
    holder = page.tree.xpath("//*[@id='initData']")
    if not holder:
        return []
    opened = _INITIAL.search(page.text)
    closed = _CLOSED.search(page.text, opened.end()) if opened else None
    if opened is None or closed is None:
        return rows(page)
    inner = page.text[opened.end() : closed.start()]
    given = data.records(inner)
    return data.rows_of(given, page) if given else rows_in(inner, page)


FAMILY = TrueCms()
