"""新点: a script holds the site's settings, the column's query its ids, a post of JSON answers the list."""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qs, urlsplit

from crawler import links
from crawler.families import data
from crawler.families.base import Ask, End, Family, Step
from crawler.families.rows import base_of
from crawler.pages import Page

SCRIPT = "/js/webBuilderCommon.js"
SIZE = 50  # rows a page, where its script names none
_REST = re.compile(r"rest/\w+/(?:getgovinfolist|getPageInfoListNew|getInfoList\w*)", re.IGNORECASE)
_BY_CODE = re.compile(
    r"[\"']([^\"'\s]{0,200}rest/\w+/getPageInfoList\w*\?[^\"'\s]{0,400}\bcode=[^\"'\s]{1,400})[\"']", re.IGNORECASE
)
_NUMBER = re.compile(r"([?&]page(?:Index)?=)\d*", re.IGNORECASE)
_SETTINGS = re.compile(r"siteInfo\s*=\s*(\{[^{}]{0,4000}\})")


class Epoint(Family):
    """Some answers state all items; where none does, a page that is not full is the last."""

    name = "epoint"
    ends = frozenset({"total", "last"})

    def claims(self, page: Page) -> bool:
        """The page's query names a category, and its script asks for a list."""
        asks = bool(_REST.search(page.searchable)) or "webBuilderCommon" in page.text
        return bool(_BY_CODE.search(page.searchable)) or (asks and bool(_ids(page.url).get("categorynum")))

    def read(self, page: Page, ask: Ask) -> Step:
        """The column's page asks for the settings, these for the list, that for its next page."""
        if ask.value("step") == "settings":
            return _of_settings(page, ask)
        if ask.value("step") == "list":
            return _of_list(page, ask)
        by_code = _BY_CODE.search(page.searchable)
        if by_code is not None:
            call = links.resolve(base_of(page), by_code.group(1).replace("&amp;", "&")) or ""
            stated = data.set_in_script(page.searchable, "pageSize")
            state = {"step": "list", "column": page.url, "call": call, "first": "1", "size": stated or "0"}
            return Step([], [_page(state, 1, page.url)])
        source = page.tree.xpath("//script[contains(@src, 'webBuilderCommon')]/@src")
        url = links.resolve(base_of(page), str(source[0]) if source else SCRIPT)
        rest = _REST.search(page.searchable)
        counted = data.set_in_script(page.searchable, "pageIndex")
        enveloped = bool(re.search(r"\{\s*[\"']?params[\"']?\s*:", page.searchable))
        state = {
            "step": "settings", "column": page.url, "rest": rest.group(0) if rest else "rest/lightfrontaction/getgovinfolist",
            "enveloped": "1" if enveloped else "", "first": counted or ("0" if enveloped else "1"),
            "size": data.set_in_script(page.searchable, "pageSize") or str(SIZE),
        }  # fmt: skip
        return Step([], [Ask(url or "", referer=page.url, expects="any", state=tuple(state.items()))])


def _of_settings(page: Page, ask: Ask) -> Step:
    found = _SETTINGS.search(page.searchable)
    try:
        settings = json.loads(found.group(1).replace("'", '"')) if found else {}
    except ValueError:
        settings = {}
    guid, project = str(settings.get("siteGuid") or ""), str(settings.get("projectName") or "")
    if not guid:
        return Step(error="the site's settings are not where its lists expect them")
    url = links.resolve(ask.value("column"), f"{project.rstrip('/')}/{ask.value('rest')}") or ""
    state = {**dict(ask.state), "step": "list", "guid": guid, "url": url}
    return Step([], [_page(state, int(state["first"]), ask.referer)])


def _of_list(page: Page, ask: Ask) -> Step:
    answer = data.parsed(page)
    if not isinstance(answer, dict) or not data.has_list(answer):
        return Step(error="the site's list is missing from the answer")
    found, total = data.listings(answer, ask.value("column")), data.total_of(answer)
    size, index, first = int(ask.value("size")), int(ask.value("index")), int(ask.value("first"))
    if not size or (index == first and found and total is not None and len(found) < min(size, total)):
        size = len(found)  # as many as the first page shows: some hand out fewer than they are asked for
    if not found and index == first and total != 0:
        return Step(end=End(total), error="the site's list is empty and does not say so")
    full = len(found) >= size if total is None else (index - first + 1) * size < total
    asks = [_page({**dict(ask.state), "size": str(size)}, index + 1, ask.referer)] if full and found else []
    return Step(found, asks, end=End(total, last=not asks))


def _page(state: dict[str, str], index: int, referer: str) -> Ask:
    if state.get("call"):
        url = _NUMBER.sub(rf"\g<1>{index}", state["call"])
        if not _NUMBER.search(url):
            url += f"&page={index}"
        given = tuple({**state, "index": str(index)}.items())
        return Ask(url, referer=referer, expects="json", number=index, state=given)
    ids = _ids(state["column"])
    wanted = {
        "deptcode": ids.get("deptcode", ""), "categorynum": ids.get("categorynum", ""), "siteGuid": state["guid"],
        "pageIndex": index, "pageSize": int(state["size"]),
    }  # fmt: skip
    body = json.dumps({"params": wanted} if state["enveloped"] else wanted, ensure_ascii=False)
    known = tuple({**state, "index": str(index)}.items())
    number = index - int(state["first"]) + 1
    return Ask(state["url"], "POST", json=body, referer=referer, expects="json", number=number, state=known)


def _ids(url: str) -> dict[str, str]:
    return {name.lower(): values[0] for name, values in parse_qs(urlsplit(url).query).items()}


FAMILY = Epoint()
