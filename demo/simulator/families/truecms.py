"""TrueCMS: JSONP around XML around markup; a Referer is wanted, a page size that is too large is answered with nothing."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from demo.simulator.content import Entry
from demo.simulator.server import Answer, Request
from demo.simulator.site import Column, Site


class TrueCms(Site):
    """``dialect`` by seed: the call; the call gone, all rows in the hidden ``#initData``."""

    family = "truecms"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dialect = self.rng.choice(("call", "call", "gone"))
        self.path = f"/{self.rng.choice(('truecms', 'TrueCMS'))}/messageController/getMessage.do"
        self.wants_referer = self.rng.random() < 0.5
        self.most = self.rng.choice((10, 20, 50))
        self.per_page = min(self.per_page, self.most)

    @staticmethod
    def _uuid(number: int) -> str:
        name = hashlib.sha256(str(number).encode()).hexdigest()
        return f"{name[:8]}-{name[8:12]}-{name[12:16]}-{name[16:20]}-{name[20:32]}"

    def page_path(self, column: Column, number: int) -> str:
        """All pages are one address."""
        return self.column_path(column) + ("" if number == 1 else f"#page{number}")

    def article_path(self, column: Column, entry: Entry) -> str:
        """``content/`` and a UUID."""
        return f"/{column.path}/content/{self._uuid(entry.number)}.html"

    def list_block(self, column: Column, number: int) -> str:
        """The records known so far in a hidden element, and the call that fetches more."""
        found = self.listed(column)
        first = found if self.dialect == "gone" else found[: self.per_page]
        rows = "".join(self.row(column, entry, self.column_path(column)) for entry in first)
        settings = (
            f"{{columnId:'{self._uuid(column.number)}',perPage:{self.per_page},totalRecord:{len(found)},"
            f"proxyUrl:'{self.path}',dataType:'jsonp'}}"
        )
        return (
            f'<div id="list"></div><div id="initData" style="display:none">{rows}</div>'
            f"<script>$('#list').page({settings});</script>"
        )

    def endpoint(self, request: Request) -> Answer | None:
        """The call."""
        if request.path != self.path:
            return None
        asked = request.query
        column = next((c for c in self.columns() if self._uuid(c.number) == asked.get("columnId")), None)
        if self.dialect == "gone" or (self.wants_referer and not request.headers.get("referer")):
            return self.not_found()
        if column is None or int(asked.get("perpage") or 0) > self.most:
            return self._jsonp(asked, "<datastore></datastore>")
        found = self.listed(column)
        shown = found[int(asked["startrecord"]) - 1 : int(asked["endrecord"])]
        here = self.column_path(column)
        records = "".join(f"<record><![CDATA[{self.row(column, e, here)}]]></record>" for e in shown)
        return self._jsonp(
            asked, f"<datastore><totalrecord>{len(found)}</totalrecord><recordset>{records}</recordset></datastore>"
        )

    @staticmethod
    def _jsonp(asked: dict[str, str], xml: str) -> Answer:
        data = json.dumps({"result": xml}, ensure_ascii=False)
        name = asked.get("callback")
        return Answer((f"{name}({data})" if name else data).encode(), "application/javascript;charset=UTF-8")
