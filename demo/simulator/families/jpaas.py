"""大汉's newer platform: lists built by a unit query that answers JSON with a fragment of markup."""

from __future__ import annotations

import hashlib
import json
from html import escape
from typing import Any

from demo.simulator.content import Entry
from demo.simulator.server import Answer, Request
from demo.simulator.site import Column, Site

API = "/api-gateway/jpaas-publish-server/front/page/build/unit"
JSON = "application/json;charset=UTF-8"


class Jpaas(Site):
    """Unit queries. ``dialect`` by seed: right; page 1 whatever is asked; ``success:false`` from the second page on."""

    family = "jpaas"
    static_lists = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dialect = self.rng.choice(("right", "right", "right", "right", "first-page", "fails"))
        self.spelling = self.rng.choice(("bulidstatic", "bulidstatic", "buildstatic"))
        self.tag = self.rng.choice(("分页列表", "list", "内容区域", "右侧内容"))
        self.web = self.rng.choice((f"{self.rng.randrange(1 << 64):016x}", str(self.rng.randrange(1000, 9999))))

    def reachable(self, column: Column, index: int) -> bool:
        """Where page 1 comes whatever is asked, nobody reads on."""
        return self.dialect == "right" or index < self.per_page

    def article_path(self, column: Column, entry: Entry) -> str:
        """The year is that of the record."""
        name = hashlib.sha256(str(entry.number).encode()).hexdigest()[:32]
        return f"/{column.path}/art/{entry.day.year}/art_{name}.html"

    def _page_id(self, column: Column) -> str:
        return hashlib.sha256(f"{self.seed}/{column.number}".encode()).hexdigest()[:32]

    def _query(self, column: Column) -> dict[str, str]:
        return {
            "parseType": self.spelling, "webId": self.web, "tplSetId": f"{self.seed:032x}", "pageType": "column",
            "tagId": self.tag, "editType": "null", "pageId": self._page_id(column),
        }  # fmt: skip

    def list_block(self, column: Column, number: int) -> str:
        """The script element that carries the query."""
        query = json.dumps(self._query(column), ensure_ascii=False).replace('"', "'")
        return (
            f'<script id="{self._page_id(column)[:8]}" src="/cms_files/jcms1/web1/site/script/AuthorizedRead/unitbuild.js?v=2" '
            f'url="{API}" queryData="{escape(query, quote=False)}"></script>'
        )

    def endpoint(self, request: Request) -> Answer | None:
        """The unit query."""
        if request.path != API:
            return None
        asked = request.query
        column = next((c for c in self.columns() if self._page_id(c) == asked.get("pageId")), None)
        if column is None or asked.get("webId") != self.web or asked.get("tagId") != self.tag:
            return self._failed()
        number = 1
        if "paramJson" in asked:
            try:
                number = int(json.loads(asked["paramJson"]).get("pageNo") or 1)
            except (ValueError, AttributeError):
                return self._failed()
        if number > 1 and self.dialect == "fails":
            return self._failed()
        return self._fragment(column, 1 if self.dialect == "first-page" else number)

    @staticmethod
    def _failed() -> Answer:
        data = {"roles": None, "success": False, "message": "系统异常", "code": "500", "data": None}
        return Answer(json.dumps(data, ensure_ascii=False).encode(), JSON)

    def _fragment(self, column: Column, number: int) -> Answer:
        pages = self.paged(column)
        shown = pages[number - 1] if number <= len(pages) else []
        rows = [self.row(column, entry, self.column_path(column)) for entry in shown]
        html = (
            f'<div id="{self.tag}"><div class="page-content">{self.style.list_of(rows)}</div><div class="pagination" '
            f'rows="{self.per_page}" count="{sum(map(len, pages))}" pageNo="{number}" unitid="u1" unitUrl="{API}" '
            f'queryData="{escape(json.dumps(self._query(column), ensure_ascii=False))}"></div></div>'
        )
        data = {"roles": None, "success": True, "message": "", "code": "200", "data": {"html": html}, "traceId": "1"}
        return Answer(json.dumps(data, ensure_ascii=False).encode(), JSON)

    def body_of(self, entry: Entry, text: str) -> str:
        """``#zoom``."""
        return f'<div class="article-content" id="zoom">{text}</div>'
