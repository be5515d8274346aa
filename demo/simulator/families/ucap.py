"""开普云: lists as JSON under two names, as a tax office's form post, or written out; full texts stand in the list."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta, timezone
from typing import Any

from demo.simulator.content import Entry
from demo.simulator.server import Answer, Request
from demo.simulator.site import Column, Site

CHINA = timezone(timedelta(hours=8))
JSON = "application/json;charset=UTF-8"


class Ucap(Site):
    """``dialect`` by seed: searchList, common/search, the tax offices' list, a list that is written out."""

    family = "ucap"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dialect = self.rng.choice(("searchList", "common/search", "tax", "static"))
        self.place = self.rng.choice(("csrc", "xjbz", "iitb", "slx"))
        self.monthly = self.rng.random() < 0.6
        self.meta = self.rng.random() < 0.5

    def _hex(self, number: int) -> str:
        return hashlib.sha256(f"{self.seed}/{number}".encode()).hexdigest()[:32]

    def column_path(self, column: Column) -> str:
        """The column's code is not its channel's id."""
        code = f"c{column.number % 900000 + 100000}"
        name = "zfxxgknb_list.shtml" if self.dialect == "static" else "common_list.shtml"
        return f"/{self.place}/{code}/{name}"

    def page_path(self, column: Column, number: int) -> str:
        """Static lists count from two."""
        path = self.column_path(column)
        return path if number == 1 else path.replace(".shtml", f"_{number}.shtml")

    def article_path(self, column: Column, entry: Entry) -> str:
        """Month and hash, or ``c`` and id."""
        folder = self.column_path(column).rpartition("/")[0]
        if self.monthly:
            return f"{folder}/{entry.day:%Y%m}/{self._hex(entry.number)}.shtml"
        return f"{folder}/c{entry.number}/content.shtml"

    def head(self, column: Column) -> str:
        """The channel's id."""
        return f'<meta name="channelid" content="{self._hex(column.number)}">' if self.meta else ""

    def list_block(self, column: Column, number: int) -> str:
        """The script that draws the list."""
        if self.dialect == "static":
            return super().list_block(column, number)
        channel = self._hex(column.number)
        size = self.per_page
        if self.dialect == "tax":
            call = (
                f'var channelId = "{channel}";var codeId="{column.number}";$.ajax({{type:"post",url:"/getFileListByCodeId",'
                f'data:{{codeId:"{column.number}",channelId:channelId,page:1,size:{size}}}}});'
            )
        else:
            more = "&_rangeTimeGte=&_channelName=" if self.dialect == "searchList" else ""
            call = (
                f'var channelId = "{channel}";$.get("/{self.dialect}/"+channelId+"?_isAgg=true&_isJson=true'
                f'&_pageSize={size}&_template=index{more}&page="+page,draw);'
            )
        return f'<ul class="list" id="list"></ul><div id="pages"></div><script>{call}</script><script src="/js/list.js"></script>'

    def endpoint(self, request: Request) -> Answer | None:
        """The lists."""
        if request.path == "/getFileListByCodeId" and self.dialect == "tax":
            asked = request.form
            return self._list(asked.get("channelId", ""), int(asked.get("page") or 1), int(asked.get("size") or 10))
        prefix = f"/{self.dialect}/"
        if self.dialect in {"searchList", "common/search"} and request.path.startswith(prefix):
            asked = request.query
            channel = request.path.removeprefix(prefix)
            return self._list(channel, int(asked.get("page") or 1), int(asked.get("_pageSize") or 15))
        return None

    def _list(self, channel: str, page: int, size: int) -> Answer:
        column = next((c for c in self.columns() if self._hex(c.number) == channel), None)
        found = self.listed(column) if column else []
        shown = found[(page - 1) * size : page * size]
        results = [self._result(column, entry) for entry in shown] if column else []
        data: dict[str, Any] = {
            "total": len(found),
            "page": page,
            "rows": size,
            "channelId": channel,
            "results": results,
        }
        whole = {"results": {"data": data}} if self.dialect == "tax" else {"data": data, "locationUrl": None}
        return Answer(json.dumps(whole, ensure_ascii=False).encode(), JSON)

    def _result(self, column: Column, entry: Entry) -> dict[str, Any]:
        at = datetime(entry.day.year, entry.day.month, entry.day.day, 15, 15, 26, tzinfo=CHINA)
        host = self.base.removeprefix("http:")
        return {
            "manuscriptId": str(entry.number), "title": entry.title, "subTitle": "",
            "url": host + self.article_path(column, entry), "publishedTimeStr": f"{at:%Y-%m-%d %H:%M:%S}",
            "publishedTime": int(at.timestamp() * 1000), "channelName": column.name, "content": entry.html,
            "domainMetaList": [{"resultList": [{"key": "indexnumber", "value": f"{entry.day:%Y-%m}-00018"}]}],
        }  # fmt: skip

    def body_of(self, entry: Entry, text: str) -> str:
        """The vendor's own element."""
        return f"<ucapcontent>{text}</ucapcontent>" if self.monthly else f'<div id="UCAP-CONTENT">{text}</div>'
