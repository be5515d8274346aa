"""Guangdong's disclosure platform: a tree in a script, lists as JSON, articles as escaped JSON; and the columns beside it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

from demo.simulator.content import Entry
from demo.simulator.server import Answer, Request
from demo.simulator.site import Column, Maker, Site
from demo.simulator.style import Style

CHINA = timezone(timedelta(hours=8))
PER_CALL = 100


class Gkmlpt(Site):
    """The platform: ``/gkmlpt/index`` or ``/gkmlpt/annualreport``, the node in the fragment."""

    family = "gkmlpt"
    static_lists = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sid = self.rng.randrange(100, 799999)
        self.page = self.rng.choice(("annualreport", "index"))
        self.per_call = self.rng.choice((PER_CALL, 8))  # one hundred in life; few, so that small lists have pages

    def column_path(self, column: Column) -> str:
        """One page, the node behind the hash."""
        return f"/gkmlpt/{self.page}#{column.number}"

    def article_path(self, column: Column, entry: Entry) -> str:
        """Two directories made of the id."""
        n = entry.number
        return f"/gkmlpt/content/{n // 1_000_000}/{n // 1000}/post_{n}.html"

    def _node(self, column: Column) -> dict[str, Any]:
        beneath = [self._node(c) for c in self.columns() if c.parent is column]
        count = len(column.entries) + 500  # counts what is not listed as well
        return {"id": column.number, "name": column.name, "post_count": count, "jump_url": "", "children": beneath}

    def _config(self, detail: str = "") -> str:
        other = {"id": 1, "name": "机构职能", "post_count": 3, "jump_url": "", "children": []}
        tree = json.dumps([other, self._node(self.root)], ensure_ascii=True)
        return f"<script>window._CONFIG = {{SID:'{self.sid}',{detail}TREE:{tree},SERVICE_AREA_ID:{self.sid}}};</script>"

    def paths_of(self, column: Column) -> Any:
        """The page for all nodes, and the articles."""
        yield f"/gkmlpt/{self.page}", self._index
        for entry in self.listed(column):
            maker: Maker = lambda c=column, e=entry: self.article_page(c, e)  # type: ignore[misc]  # noqa: E731
            yield self.article_path(column, entry), maker

    def _index(self) -> Answer:
        inner = '<div id="app"></div><script src="/gkmlpt/js/app.js"></script>'
        return self._html(self.shell("政府信息公开平台", inner, self._config(), "/gkmlpt/index"), static=False)

    def article_page(self, column: Column, entry: Entry) -> Answer:
        """An article whose text stands in a script."""
        text = json.dumps(entry.text(self.today)).replace("<", "\\u003C").replace(">", "\\u003E")
        detail = (
            f'DETAIL:{{"id":{entry.number},"title":{json.dumps(entry.title)},"publisher":{json.dumps(entry.agency)},'
            f'"display_publish_time":{_epoch(entry)},"content":{text}}}, '
        )
        head = self.style.metadata(entry.title, entry.day, self.name) + self._config(detail)
        inner = f'<div id="app"></div><h1>{entry.title}</h1><p>发布日期：{entry.day}</p>'
        return self._html(self.shell(entry.title, inner, head), static=True)

    def endpoint(self, request: Request) -> Answer | None:
        """The lists."""
        if not request.path.startswith("/gkmlpt/api/all/"):
            return None
        node, asked = request.path.rpartition("/")[2], request.query
        column = next((c for c in self.columns() if str(c.number) == node), None)
        if column is None or asked.get("sid") != str(self.sid):
            return Answer(b'{"error":"not found"}', "application/json", 404)
        found = self.listed(column)
        offset = (int(asked.get("page") or 1) - 1) * self.per_call
        shown = found[offset : offset + self.per_call]
        if offset and not shown:
            return Answer(b'{"error":"not found"}', "application/json", 404)
        classify = {key: value for key, value in self._node(column).items() if key != "children"}
        articles = [self._article(column, entry) for entry in shown]
        data = {"classify": classify, "total": len(found), "offset": offset, "articles": articles}
        return Answer(json.dumps(data).encode(), "application/json")

    def _article(self, column: Column, entry: Entry) -> dict[str, Any]:
        url = entry.outside or self.base + self.article_path(column, entry)
        return {
            "id": entry.number, "title": entry.title, "url": url, "post_url": url, "type": "url" if entry.outside else "normal",
            "publisher": entry.agency, "date": _epoch(entry) - 86400, "create_time": _epoch(entry),
            "display_publish_time": _epoch(entry), "is_expired": 0, "attachment": [],
        }  # fmt: skip


def _epoch(entry: Entry) -> int:
    return int(datetime(entry.day.year, entry.day.month, entry.day.day, 9, 30, tzinfo=CHINA).timestamp())


class Nfcms(Site):
    """The columns around it: static lists, page 2 ``index_2.html``, articles ``content/post_N.html``."""

    family = "nfcms"

    def article_path(self, column: Column, entry: Entry) -> str:
        """``post_`` and id."""
        return f"/{column.path}/content/post_{entry.number}.html"

    def row(self, column: Column, entry: Entry, here: str) -> str:
        """Absolute addresses, as this software writes them."""
        return Style.row(self.style, self.base + self.article_path(column, entry), entry.title, entry.day)
