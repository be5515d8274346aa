"""大汉's newer platform: a script element holds a query; its answer is JSON with a fragment that states items and page.

Page n is asked for by ``paramJson`` alone. Where page 1 comes back whatever is asked, the list is not whole."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlencode

from crawler import links
from crawler.families import data
from crawler.families.base import MAX_PAGES, Ask, End, Family, Step
from crawler.families.rows import base_of, rows_in
from crawler.pages import Page

_LIST = re.compile(r"分页|列表|list|内容|zw|page", re.IGNORECASE)


class Jpaas(Family):
    """Each fragment states the number of items."""

    name = "jpaas"
    ends = frozenset({"total"})

    def claims(self, page: Page) -> bool:
        """The page holds a query for a list."""
        return bool(_queries(page))

    def read(self, page: Page, ask: Ask) -> Step:
        """The column's page asks for the fragment; the first fragment for the others."""
        if not ask.value("query"):
            url, query = _queries(page)[0]
            state = (("query", json.dumps(query, ensure_ascii=False)), ("url", url), ("column", page.url))
            first = Ask(f"{url}?{urlencode(query)}", referer=page.url, expects="json", state=state)
            return Step([], [first])  # what is written out is other news
        return _fragment(page, ask)


def _fragment(page: Page, ask: Ask) -> Step:
    answer = data.parsed(page)
    inner = answer.get("data") if isinstance(answer, dict) else None
    markup = inner.get("html") if isinstance(inner, dict) else None
    if not isinstance(markup, str) or answer.get("success") is False:
        return Step(error="the unit's query failed")
    fragment = Page(ask.value("column"), f"<html><body>{markup}</body></html>".encode())
    pager = next(iter(fragment.tree.xpath("//*[contains(@class, 'pagination')][@count]")), None)
    total = _number(pager, "count") if pager is not None else None
    size = _number(pager, "rows") if pager is not None else None
    current = _number(pager, "pageno") if pager is not None else None
    found = rows_in(markup, fragment)
    if current is not None and current != ask.number:
        return Step(end=End(total), error=f"page {current} comes where page {ask.number} is asked for")
    if not found:
        return Step(end=End(total, last=total == 0), error="" if total == 0 else "the unit's query answers no rows")
    asks = []
    if ask.number == 1 and total and size:
        asks = [_page(ask, n, size) for n in range(2, min(-(-total // size), MAX_PAGES) + 1)]
    # A unit without a pager shows all that it has.
    return Step(found, asks, end=End(total, last=True if pager is None else None))


def _page(ask: Ask, number: int, size: int) -> Ask:
    query: dict[str, Any] = json.loads(ask.value("query"))
    query.pop("editType", None)
    more = json.loads(query.get("paramJson") or "{}")
    query["paramJson"] = json.dumps({**more, "pageNo": number, "pageSize": size}, ensure_ascii=False)
    url = f"{ask.value('url')}?{urlencode(query)}"
    return Ask(url, referer=ask.referer, expects="json", number=number, state=ask.state)


def _queries(page: Page) -> list[tuple[str, dict[str, str]]]:
    """The queries of a page for units of its column, those first whose name speaks of a list."""
    out = []
    for script in page.tree.xpath("//script[@querydata] | //div[@querydata]"):
        url = links.resolve(base_of(page), str(script.get("url") or script.get("uniturl") or ""))
        try:
            query = json.loads(str(script.get("querydata")).replace("'", '"'))
        except ValueError:
            continue
        if url is not None and isinstance(query, dict) and query.get("pageType", "column") == "column":
            out.append((url, {str(key): str(value) for key, value in query.items()}))
    return sorted(out, key=lambda one: not _LIST.search(one[1].get("tagId", "")))


def _number(element: Any, name: str) -> int | None:
    text = str(element.get(name) or "")
    return int(text) if text.isdigit() else None


FAMILY = Jpaas()
