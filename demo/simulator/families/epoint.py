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
    """``enveloped``: the parameters stand in ``{"params": …}`` and pages count from zero. ``by_code``: another deployment,
    whose lists are asked for by GET."""

    family = "epoint"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.project = self.rng.choice(("/EWB-FRONT", "/EWB_YK_Mid", "/Epoint-MiddleForWeb"))
        self.enveloped = self.rng.random() < 0.4
        self.guid = hashlib.sha256(str(self.seed).encode()).hexdigest()[:32]
        self.states = self.rng.random() < 0.5
        self.by_code = self.rng.random() < 0.25

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
        if self.by_code:
            call = f"/EWB-FRONT/rest/frontAppCustomAction/getPageInfoListNew?code={column.number}&page=1"
            return f'<ul id="list"></ul><script>$.get("{call}",draw);</script>'
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
        if self.by_code and request.path.endswith("/getPageInfoListNew"):
            query = request.query
            return self._list(query.get("code", ""), int(query.get("page") or 1) - 1, self.per_page)
        if request.path != self.path or self.by_code:
            return None
        asked = request.json
        if self.enveloped and isinstance(asked, dict):
            asked = asked.get("params")
        if request.method != "POST" or not isinstance(asked, dict) or asked.get("siteGuid") != self.guid:
            return Answer(b'{"custom":{"code":"0","text":"error"}}', "application/json")
        page = int(asked.get("pageIndex") or 0) - (0 if self.enveloped else 1)
        return self._list(str(asked.get("categorynum")), page, int(asked.get("pageSize") or 10))

    def _list(self, category: str, page: int, size: int) -> Answer:
        column = next((c for c in self.columns() if str(c.number) == category), None)
        found = self.listed(column) if column else []
        data = [self._item(column, entry) for entry in found[page * size : (page + 1) * size]] if column else []
        custom: dict[str, Any] = {"data": data} | ({"total": len(found)} if self.states else {})
        return Answer(json.dumps({"custom": custom}, ensure_ascii=False).encode(), "application/json;charset=UTF-8")

    def _item(self, column: Column, entry: Entry) -> dict[str, str]:
        cut = f"{entry.title[:12]}..."
        url = self.article_path(column, entry)
        return {"infourl": url, "realtitle": entry.title, "title": cut, "infodate": f"{entry.day}"}
