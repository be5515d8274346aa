"""大汉 JCMS: lists in CDATA drawn by jpage, further pages by a proxy with quirks; and the disclosure module."""

from __future__ import annotations

from html import escape
from typing import Any

from demo.simulator.content import Entry
from demo.simulator.server import Answer, Request
from demo.simulator.site import Column, Site

PROXY = "/module/web/jpage/dataproxy.jsp"
OLD_PROXY = "/module/jpage/dataproxy.jsp"
EMPTY = b'<?xml version="1.0" encoding="UTF-8"?>\n<datastore/>\n\n\n'  # as long as the real ones' nothing


class Hanweb(Site):
    """jpage. ``dialect`` by seed: records by ``startrecord``; by ``page`` alone; at most a group a call; an encrypted
    address that answers nothing; no proxy at all and plain rows in the page."""

    family = "hanweb"
    static_articles = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dialect = self.rng.choice(("records", "records", "page", "group", "encrypted"))
        self.proxy = self.rng.choice((PROXY, PROXY, OLD_PROXY))
        self.method = self.rng.choice(("", "", "GET", "POST"))  # the only one that the proxy answers
        self.group = 1 if self.dialect in {"group", "encrypted"} else self.rng.choice((1, 1, 2))
        self.unit = self.rng.randrange(100000, 999999)
        self.web = self.rng.randrange(1, 99)

    def column_path(self, column: Column) -> str:
        """``/col/col{id}/index.html``."""
        return f"/col/col{column.number}/index.html"

    def page_path(self, column: Column, number: int) -> str:
        """Only a script knows what it means."""
        return self.column_path(column) + ("" if number == 1 else f"?uid={self.unit}&pageNum={number}")

    def article_path(self, column: Column, entry: Entry) -> str:
        """``/art/``, the day without leading zeros, column and article."""
        day = entry.day
        return f"/art/{day.year}/{day.month}/{day.day}/art_{column.number}_{entry.number}.html"

    def file_path(self, column: Column, entry: Entry) -> str:
        """The download of an attachment."""
        assert entry.file is not None
        return (
            f"/module/download/downfile.jsp?classid=0&filename={entry.number:032x}.{entry.file[0].rpartition('.')[2]}"
        )

    def reachable(self, column: Column, index: int) -> bool:
        """What an encrypted proxy does not answer, nobody reads."""
        return self.dialect != "encrypted" or index < self.per_page * self.group

    def list_block(self, column: Column, number: int) -> str:
        """An empty list, the first group in CDATA, the pager's settings."""
        found = self.listed(column)
        here = self.column_path(column)
        first = found[: self.per_page * self.group]
        parameters = self._parameters(column)
        query = "&".join(f"{k}={v}" for k, v in parameters.items())
        if self.dialect == "encrypted":
            query = "appid=1&columnid=U2FsdGVkX18%2Bq&unitid=U2FsdGVkX1%2Ba"
        settings = ",".join(f"{k}:{v!r}" for k, v in parameters.items())
        return (
            f'<div id="{self.unit}" class="default_pgContainer"></div>\n<script type="text/xml"><datastore>\n'
            f'<nextgroup><![CDATA[<a href="{self.proxy}?page=1&{query}"></a>]]></nextgroup>\n<recordset>\n'
            + "\n".join(self._record(column, entry, here) for entry in first)
            + f"\n</recordset></datastore></script>\n<script>$(function(){{$('#{self.unit}').jpage({{themeName:'default',"
            f"dataStore:dataStore,totalRecord:{len(found)},proxyUrl:'{self.proxy}',perPage:{self.per_page},"
            f"groupSize:{self.group},barPosition:'bottom',ajaxParam:{{{settings}}}}});}});</script>"
        )

    def _parameters(self, column: Column) -> dict[str, str | int]:
        return {
            "col": 1, "appid": 1, "webid": self.web, "path": "/", "columnid": column.number, "sourceContentType": 1,
            "unitid": self.unit, "webname": self.name, "permissiontype": 0,
        }  # fmt: skip

    def _record(self, column: Column, entry: Entry, here: str) -> str:
        row = self.style.row(self.href(here, self.article_path(column, entry)), entry.title, entry.day)
        return f"<record><![CDATA[{row}]]></record>"

    def endpoint(self, request: Request) -> Answer | None:
        """The proxy."""
        if request.path != self.proxy:
            return None
        if self.method and request.method != self.method:
            return self.not_found()
        asked = request.query | request.form
        column = next((c for c in self.columns() if str(c.number) == asked.get("columnid")), None)
        if column is None or self.dialect == "encrypted":
            return Answer(EMPTY, "text/xml;charset=UTF-8")
        found = self.listed(column)
        try:
            start, end = self._window(asked)
        except ValueError:
            return Answer(EMPTY, "text/xml;charset=UTF-8")
        records = "\n".join(self._record(column, e, self.column_path(column)) for e in found[start:end])
        pages = -(-len(found) // self.per_page)
        xml = (
            f'<?xml version="1.0" encoding="UTF-8"?><datastore><nextgroup><![CDATA[]]></nextgroup><recordset>{records}'
            f"</recordset><totalrecord>{len(found)}</totalrecord><totalpage>{pages}</totalpage></datastore>"
        )
        return Answer(xml.encode(), "text/xml;charset=UTF-8")

    def _window(self, asked: dict[str, str]) -> tuple[int, int]:
        if self.dialect == "page" or "startrecord" not in asked:
            page = int(asked.get("page") or 1)
            return (page - 1) * self.per_page, page * self.per_page
        start, end = int(asked["startrecord"]) - 1, int(asked["endrecord"])
        if self.dialect == "group":
            end = min(end, start + self.per_page * self.group)
        return start, end

    def body_of(self, entry: Entry, text: str) -> str:
        """``#zoom``."""
        return f'<div id="zoom">{text}</div>'


class HanwebDisclosure(Hanweb):
    """The disclosure module: a catalogue node answered by ``search.jsp`` as an HTML fragment."""

    family = "hanweb-xxgk"
    static_lists = False

    def list_block(self, column: Column, number: int) -> str:
        """The tree, the form and an empty target."""
        target = f"div{self.unit}"
        return (
            f'<iframe src="/module/xxgk/tree.jsp?area=" class="tree"></iframe><div id="{target}"></div><script>'
            f"var infotypeId='A{column.number}';var jdid='{self.web}';var divid='{target}';var area='';\n"
            "function search(p){ajax({url:'/module/xxgk/search.jsp?texttype=0&fbtime=-1&vc_all=&vc_filenumber="
            "&vc_title=&vc_number=&currpage='+p+'&sortfield=,createdate:0,orderid:0',type:'post',"
            f"data:'infotypeId=A{column.number}&jdid={self.web}&area=&divid={target}&vc_title=&vc_number=&sortfield="
            ",createdate:0,orderid:0&currpage='+p+'&vc_filenumber=&vc_all=&texttype=0&fbtime=-1'});}\nsearch(1);</script>"
        )

    def endpoint(self, request: Request) -> Answer | None:
        """The search."""
        if request.path != "/module/xxgk/search.jsp":
            return None
        asked = request.query | request.form
        column = next((c for c in self.columns() if f"A{c.number}" == asked.get("infotypeId")), None)
        if column is None or request.method != "POST":
            return Answer(b"<table></table>", "text/html;charset=UTF-8")
        pages = self.paged(column)
        number = int(asked.get("currpage") or 1)
        rows = []
        for index, entry in enumerate(pages[number - 1] if number <= len(pages) else []):
            href = self.href(request.path, self.article_path(column, entry))
            odd = "odd" if index % 2 else "even"
            link = f'<a href="{escape(href)}" title="{escape(entry.title)}">{escape(entry.title)}</a>'
            rows.append(
                f'<tr class="tr_main_value_{odd}"><td>{entry.number}</td><td>{link}</td><td>{entry.day}</td></tr>'
            )
        total = sum(map(len, pages))
        html = (
            f'<table class="main">{"".join(rows)}</table><div class="pager">共{total}条 共{len(pages)}页 第{number}页 '
            f'<a href="javascript:search({min(number + 1, len(pages))})">下一页</a></div>'
        )
        return Answer(html.encode(), "text/html;charset=UTF-8")
