"""新点: the site's settings in a script, lists by a post of JSON, the ids in the column's query."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from demo.simulator.content import Entry
from demo.simulator.server import Answer, Request
from demo.simulator.site import Column, Site

SCRIPT = "/js/webBuilderCommon.js"


class Epoint(Site):
    """``enveloped``: the parameters stand in ``{"params": …}`` and pages count from zero."""

    family = "epoint"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.project = self.rng.choice(("/EWB-FRONT", "/EWB_YK_Mid", "/Epoint-MiddleForWeb"))
        self.enveloped = self.rng.random() < 0.4
        self.guid = hashlib.sha256(str(self.seed).encode()).hexdigest()[:32]
        self.states = self.rng.random() < 0.5

    @property
    def path(self) -> str:
        """The list's address."""
        return f"{self.project}/rest/lightfrontaction/getgovinfolist"

    def column_path(self, column: Column) -> str:
        """One page for all, the column in the query."""
        return f"/govxxgk/zwgk/govInfoPubright.html?categorynum={column.number}&deptcode=033"

    def article_path(self, column: Column, entry: Entry) -> str:
        """Day and UUID; the department must be kept."""
        name = hashlib.sha256(str(entry.number).encode()).hexdigest()
        uuid = f"{name[:8]}-{name[8:12]}-{name[12:16]}-{name[16:20]}-{name[20:32]}"
        return f"/govxxgk/LY/{entry.day}/{uuid}.html?deptcode=033"

    def list_block(self, column: Column, number: int) -> str:
        """An empty list and the vendor's script."""
        counted = "pageIndex:0" if self.enveloped else "pageIndex:1"
        envelope = "JSON.stringify({params:p})" if self.enveloped else "JSON.stringify(p)"
        return (
            f'<ul class="ewb-list" id="list"></ul><div id="pager"></div><script src="{SCRIPT}"></script><script>'
            f"var p={{deptcode:Util.getUrlParams('deptcode'),categorynum:Util.getUrlParams('categorynum'),"
            f"siteGuid:siteInfo.siteGuid,{counted},pageSize:{self.per_page}}};\n"
            f"Util.ajax({{url:siteInfo.projectName+'/rest/lightfrontaction/getgovinfolist',type:'post',"
            f"contentType:'application/json',data:{envelope}}});</script>"
        )

    def endpoint(self, request: Request) -> Answer | None:
        """The script and the list."""
        if request.path == SCRIPT:
            text = f'var siteInfo = {{"projectName":"{self.project}","siteGuid":"{self.guid}"}};'
            return Answer(text.encode(), "application/javascript", static=True)
        if request.path != self.path:
            return None
        asked = request.json
        if self.enveloped and isinstance(asked, dict):
            asked = asked.get("params")
        if request.method != "POST" or not isinstance(asked, dict) or asked.get("siteGuid") != self.guid:
            return Answer(b'{"custom":{"code":"0","text":"error"}}', "application/json")
        column = next((c for c in self.columns() if str(c.number) == str(asked.get("categorynum"))), None)
        size = int(asked.get("pageSize") or 10)
        page = int(asked.get("pageIndex") or 0) - (0 if self.enveloped else 1)
        found = self.listed(column) if column else []
        shown = found[page * size : (page + 1) * size] if column else []
        data = [
            {"infourl": self.article_path(column, e), "realtitle": e.title, "title": f"{e.title[:12]}...", "infodate": f"{e.day}"}
            for e in shown
            if column
        ]  # fmt: skip
        custom: dict[str, Any] = {"data": data} | ({"total": len(found)} if self.states else {})
        return Answer(json.dumps({"custom": custom}, ensure_ascii=False).encode(), "application/json;charset=UTF-8")
