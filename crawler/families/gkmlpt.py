"""Guangdong's disclosure platform: a tree of nodes in a script, lists as JSON, articles as escaped JSON.

``post_count`` counts what is not listed as well and decides nothing; the list's own ``total`` does."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import escape
from typing import Any
from urllib.parse import urlsplit

from crawler.families import articles, data
from crawler.families.base import Ask, End, Family, Step
from crawler.pages import Detail, Page

MAX_NODES = 60  # of the tree that are asked for; a bound
_SID = re.compile(r"\bSID\s*:\s*['\"]?(\d+)")
_TREE = re.compile(r"\bTREE\s*:\s*(?=\[)")
_DETAIL = re.compile(r"\bDETAIL\s*:\s*(?=\{)")
_REPORTS = re.compile(r"年报|年度报告|公开工作报告")
_NOT = re.compile(r"政府工作报告|法治|报表|网站")


class Gkmlpt(Family):
    """Each list states how many it holds; where several nodes are read, the last one's last page is the end."""

    name = "gkmlpt"
    ends = frozenset({"last"})

    def claims(self, page: Page) -> bool:
        """The page of the tree, not an article's."""
        return bool(_SID.search(page.searchable) and _TREE.search(page.searchable)) and not _DETAIL.search(
            page.searchable
        )

    def read(self, page: Page, ask: Ask) -> Step:
        """The tree tells which nodes to ask for; each answer whether more of it follows, or the next node."""
        if not ask.value("nodes"):
            sid = _SID.search(page.searchable)
            nodes = _nodes(_after(_TREE, page.text), urlsplit(ask.url).fragment or urlsplit(page.url).fragment)
            if sid is None or not nodes:
                return Step(end=End(unread="no node of its tree is called a report"))
            state = {
                "base": page.url.partition("/gkmlpt")[0],
                "sid": sid.group(1),
                "nodes": " ".join(nodes[:MAX_NODES]),
            }
            return Step([], [_page(state, 1, page.url)])
        answer = data.parsed(page)
        if not isinstance(answer, dict) or not isinstance(answer.get("articles"), list):
            return Step(error="the node's list is missing from the answer")
        found = data.listings({"articles": answer["articles"]}, ask.referer)
        total, offset = int(answer.get("total") or 0), int(answer.get("offset") or 0)
        delivered = offset + len(answer["articles"])
        if delivered < total and not answer["articles"]:
            return Step(error=f"the node states {total} items, {delivered} were listed")
        following = _following(ask, delivered < total)
        return Step(found, following, end=End(last=not following))

    def begins(self, ask: Ask) -> bool:
        """Each node."""
        return bool(ask.value("nodes")) and ask.value("page") == "1"

    def detail(self, page: Page) -> Detail:
        """An article; its text stands in the script."""
        return articles.article(unfolded(page))


def _following(ask: Ask, goes_on: bool) -> list[Ask]:
    state = dict(ask.state)
    if goes_on:
        return [_page(state, int(state.get("page", "1")) + 1, ask.referer)]
    rest = state["nodes"].partition(" ")[2]
    return [_page({**state, "nodes": rest}, 1, ask.referer)] if rest else []


def _page(state: dict[str, str], page: int, referer: str) -> Ask:
    node = state["nodes"].partition(" ")[0]
    url = f"{state['base']}/gkmlpt/api/all/{node}?page={page}&sid={state['sid']}"
    return Ask(url, referer=referer, expects="json", number=page, state=tuple({**state, "page": str(page)}.items()))


def _after(pattern: re.Pattern[str], text: str) -> Any:
    """The JSON value behind a name."""
    found = pattern.search(text)
    if found is None:
        return None
    try:
        return json.JSONDecoder().raw_decode(text, found.end())[0]
    except (ValueError, RecursionError):
        return None


def _nodes(tree: Any, wanted: str) -> list[str]:
    """The ids of the node that the address names, or of those that are called annual reports, with all beneath."""
    every = list(_walk(tree, 0))
    if wanted.isdigit():
        chosen = [node for node in every if str(node.get("id")) == wanted]
    else:
        named = [
            node for node in every if _REPORTS.search(str(node.get("name"))) and not _NOT.search(str(node.get("name")))
        ]
        disclosure = [node for node in named if "公开" in str(node.get("name"))]
        chosen = disclosure or named
    out: dict[str, None] = {}
    for node in chosen:
        for inner in _walk([node], 0):
            out.setdefault(str(inner.get("id")))
    return list(out)


def _walk(nodes: Any, depth: int) -> Iterator[dict[str, Any]]:
    for node in nodes if isinstance(nodes, list) and depth < 12 else ():
        if isinstance(node, dict):
            yield node
            yield from _walk(node.get("children"), depth + 1)


def unfolded(page: Page) -> Page:
    """An article's page with its text in the markup, as a browser shows it; another page as it is."""
    detail = _after(_DETAIL, page.text)
    if not isinstance(detail, dict) or not isinstance(detail.get("content"), str):
        return page
    day = data.day_of(detail.get("display_publish_time") or detail.get("create_time"))
    title = escape(str(detail.get("title") or ""))
    line = f"<p>发布日期：{day}</p>" if day else ""
    html = (
        f'<html><head><meta charset="utf-8"><meta name="ArticleTitle" content="{title}"></head><body><h1>{title}</h1>{line}'
        f'<div id="content">{detail["content"]}</div></body></html>'
    )
    return Page(page.url, html.encode(), page.content_type)


FAMILY = Gkmlpt()
