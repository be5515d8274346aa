"""大汉's disclosure module: a node of a catalogue, answered by ``search.jsp`` as a fragment of markup that states its pages."""

from __future__ import annotations

import re

from crawler import links, pagers
from crawler.families import data
from crawler.families.base import MAX_PAGES, Ask, End, Family, Step
from crawler.families.rows import base_of, rows
from crawler.pages import Listing, Page
from reports.narrative.classify import classify

_SORTED = ",createdate:0,orderid:0"
_SEARCH = re.compile(r"[\"']([^\"'?\s]{0,200}/module/xxgk/search\.jsp)")
_COLUMN = re.compile(r"/col/col(\d+)/")


class HanwebDisclosure(Family):
    """The fragment states pages, and often items."""

    name = "hanweb-xxgk"
    ends = frozenset({"total", "pages"})

    def claims(self, page: Page) -> bool:
        """The page names the catalogue's node."""
        return bool(_given(page, "infotypeId"))

    def read(self, page: Page, ask: Ask) -> Step:
        """The column's page asks for the first fragment; that one for the others."""
        if not ask.value("node"):
            node = _given(page, "infotypeId")
            path = _SEARCH.search(page.searchable)
            url = links.resolve(base_of(page), path.group(1) if path else "/module/xxgk/search.jsp")
            names = ("jdid", "area", "divid")
            state = {"node": node, "url": url or "", **{name: _given(page, name) for name in names}}
            return Step([], [_fragment(state, 1, page.url)])  # what is written out is other news
        whole = rows(page)
        found = _of_column(whole, ask)
        total, pages = pagers.stated_total(page), pagers.stated_pages(page)
        if not whole and total != 0 and not pagers.says_empty(page):
            return Step(end=End(total, pages), error="the catalogue's search answers no rows")
        asks = []
        if ask.number == 1 and whole and (pages or total):
            pages = pages or -(-(total or 0) // len(whole))
            asks = [_fragment(dict(ask.state), n, ask.referer) for n in range(2, min(pages, MAX_PAGES) + 1)]
        others = [row for row in whole if row not in found]
        return Step(found, asks, end=End(total, pages, last=not whole or None), others=others)


def _given(page: Page, name: str) -> str:
    """A parameter of the search as the page has it: a script's value, a hidden field, a piece of a form that is written out."""
    found = data.set_in_script(page.searchable, name)
    if not found:
        found = next((str(value) for value in page.tree.xpath("//input[@name=$n or @id=$n]/@value", n=name)), "")
    if not found:
        written = re.search(rf"[?&'\"]{name}=([\w.-]+)", page.searchable)
        found = written.group(1) if written else ""
    return found


def _fragment(state: dict[str, str], number: int, referer: str) -> Ask:
    blank = ("vc_title", "vc_number", "vc_filenumber", "vc_all")
    query = f"texttype=0&fbtime=-1&vc_all=&vc_filenumber=&vc_title=&vc_number=&currpage={number}&sortfield={_SORTED}"
    form = {
        "infotypeId": state["node"], "jdid": state["jdid"], "area": state["area"], "divid": state["divid"],
        "sortfield": _SORTED, "currpage": str(number), "texttype": "0", "fbtime": "-1", **dict.fromkeys(blank, ""),
    }  # fmt: skip
    return Ask(
        f"{state['url']}?{query}",
        "POST",
        tuple(form.items()),
        referer=referer,
        headers=(("X-Requested-With", "XMLHttpRequest"),),
        number=number,
        state=tuple(state.items()),
    )


def _of_column(found: list[Listing], ask: Ask) -> list[Listing]:
    """The rows of the column: some hosts do not filter by it, and an article's address names its own. What stands on a
    page that holds none of them may be a column's whose articles are filed under another number."""
    column = _COLUMN.search(ask.referer)
    if column is None:
        return found
    mark = f"/art_{column.group(1)}_"
    return [row for row in found if (row.url and mark in row.url) or _is_report(row.title, bool(ask.value("area")))]


def _is_report(title: str, of_one_body: bool) -> bool:
    """Whether a row is a report wherever its article is filed: of the body that it names, or of the one searched in."""
    said = classify(title)
    return said.kind in {"annual_report", "legacy_report"} and (of_one_body or bool(said.agency))


FAMILY = HanwebDisclosure()
