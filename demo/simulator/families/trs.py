"""TRS WCM: static lists whose pager is a call of a script; page 2 is ``_1`` here and ``_2`` there; a search beside it."""

from __future__ import annotations

import json
import posixpath
from datetime import date
from html import escape
from typing import Any

from demo.simulator.content import Entry
from demo.simulator.server import Answer, Request
from demo.simulator.site import Column, Site

ARTICLES = (
    "{c}/{d:%Y%m}/t{d:%Y%m%d}_{n}.{s}",
    "{c}/{d:%Y%m}/t{d:%Y%m%d}_{n}.{s}",
    "{c}/t{n}.{s}",
    "{c}/{d:%Y%m}/t{n}.{s}",
)
SENTINEL = "{c}/t19700101_{n}.{s}"


class Trs(Site):
    """TRS; variants by seed: the call's name, what page files are called, from what number they count, dates in links."""

    family = "trs"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.suffix = self.rng.choice(("html", "shtml", "htm"))
        self.stem = self.rng.choice(("index", "index", "list", "index_1447"))
        self.from_one = self.rng.random() < 0.3
        self.call = self.rng.choice(("createPageHTML", "createPageHTML", "createPage", "countPage", "named"))
        if self.call == "countPage":
            self.stem = "index"  # nothing in the page says otherwise
        self.pattern = self.rng.choice(ARTICLES)
        self.wap = self.rng.random() < 0.3

    def page_path(self, column: Column, number: int) -> str:
        """``index.html``, then ``index_1.html``; where ``from_one`` holds, ``index_2.html``."""
        if number == 1:
            return self.column_path(column)
        return f"/{column.path}/{self.stem}_{number if self.from_one else number - 1}.{self.suffix}"

    def article_path(self, column: Column, entry: Entry) -> str:
        """Column, month, ``t`` and day, id; every eleventh one has lost its day."""
        pattern = SENTINEL if entry.number % 11 == 0 and "%Y%m%d" in self.pattern else self.pattern
        return "/" + pattern.format(c=column.path, d=self.address_day(entry), n=entry.number, s=self.suffix)

    def address_day(self, entry: Entry) -> date:
        """The day of the document's record."""
        return entry.day

    def file_path(self, column: Column, entry: Entry) -> str:
        """``P0``, day of upload, twelve digits, beside the article."""
        assert entry.file is not None
        suffix = entry.file[0].rpartition(".")[2]
        folder = posixpath.dirname(self.article_path(column, entry))
        return f"{folder}/P0{entry.day:%Y%m%d}{entry.number:012d}.{suffix}"

    def pager(self, column: Column, number: int, pages: int, total: int) -> str:
        """The script call; its function stands in a file that no reader needs, or in the page where it counts from one."""
        at = number - 1
        if self.call == "countPage":
            call = f"var countPage = {pages}//共多少页\nvar currentPage = {number if self.from_one else at};"
        elif self.call == "named":
            call = f'var pages={pages};var at={at};\ncreatePageHTML(pages, at, "{self.stem}", "{self.suffix}");'
        else:
            call = f'{self.call}({pages}, {at}, "{self.stem}", "{self.suffix}");'
        defined = ""
        if self.from_one:
            defined = (
                "function createPageHTML(n,i,s,e){for(var k=1;k<n;k++){document.write("
                "'<a href=\"'+s+'_'+(k+1)+'.'+e+'\">'+(k+1)+'</a>');}}\n"
            )
        return f'<div class="page"><script type="text/javascript">\n{defined}{call}\n</script></div>'

    def row(self, column: Column, entry: Entry, here: str) -> str:
        """A row; some sites put a mobile twin beside it."""
        row = super().row(column, entry, here)
        if self.wap and entry.html and entry.number % 3 == 0:
            twin = self.article_path(column, entry).replace(f".{self.suffix}", f"_wap.{self.suffix}")
            row += f'<li style="display:none"><a href="{escape(self.href(here, twin))}">{escape(entry.title)}</a></li>'
        return row

    def endpoint(self, request: Request) -> Answer | None:
        """The mobile twins."""
        if f"_wap.{self.suffix}" not in request.path:
            return None
        maker = self.paths().get(request.path.replace("_wap.", "."))
        return maker() if maker else None

    def body_of(self, entry: Entry, text: str) -> str:
        """The editor's element."""
        name = ("TRS_Editor", "trs_editor_view TRS_UEDITOR", "Custom_UnionStyle")[self.seed % 3]
        return f'<div class="{name}">{text}</div>'


class TrsSearch(Trs):
    """TRS with its list drawn by a search. ``dialect`` by seed: ``/was5/web/search`` with JSON, a page of the site with
    JSONP."""

    family = "trs-search"
    static_lists = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dialect = self.rng.choice(("was5", "jsonp"))

    def list_block(self, column: Column, number: int) -> str:
        """An empty list and the script that fills it."""
        if self.dialect == "jsonp":
            call = f"/{column.path}/zfxxgk_list.jsp?callback=result&pageIndex=1&pageSize={self.per_page}"
        else:
            call = (
                f"/was5/web/search?channelid=229105&classsql=chnlid%3D{column.number}&sortfield=-docreltime"
                f"&prepage={self.per_page}&page=1"
            )
        draw = "function(data){draw(data.docs,data.count);}"
        return f'<ul id="list"></ul><div class="page"></div><script>$.getJSON("{call}",{draw});</script>'

    def paths_of(self, column: Column) -> Any:
        """Its pages are no files."""
        for path, maker in super().paths_of(column):
            if path == self.column_path(column) or "/t" in path or "/P0" in path:
                yield path, maker

    def endpoint(self, request: Request) -> Answer | None:
        """One page of the search."""
        query = request.query
        if request.path == "/was5/web/search" and self.dialect == "was5":
            wanted = query.get("classsql", "").removeprefix("chnlid=")
            column = next((c for c in self.columns() if str(c.number) == wanted), None)
            docs, total = self._page(column, int(query.get("page") or 1))
            data = {"pagenum": -(-total // self.per_page), "count": total, "docs": docs}
            return Answer(json.dumps(data, ensure_ascii=False).encode(), "application/json;charset=UTF-8")
        if request.path.endswith("/zfxxgk_list.jsp") and self.dialect == "jsonp":
            column = next((c for c in self.columns() if request.path == f"/{c.path}/zfxxgk_list.jsp"), None)
            docs, total = self._page(column, int(query.get("pageIndex") or 1))
            rows = [{"TITLE": d["title"], "TIME": d["pubtime"][:10], "URL": d["url"]} for d in docs]
            data = {"totalCount": total, "pageSize": self.per_page, "list": rows}
            text = f"{query.get('callback')}({json.dumps(data, ensure_ascii=False)})"
            return Answer(text.encode(), "application/javascript;charset=UTF-8")
        return super().endpoint(request)

    def _page(self, column: Column | None, number: int) -> tuple[list[dict[str, str]], int]:
        if column is None:
            return [], 0
        pages = self.paged(column)
        shown = pages[number - 1] if number <= len(pages) else []
        return [self._found(column, entry) for entry in shown], sum(map(len, pages))

    def _found(self, column: Column, entry: Entry) -> dict[str, str]:
        url = self.base + self.article_path(column, entry)
        return {"url": url, "title": entry.title, "pubtime": f"{entry.day} 09:00:00", "src": entry.agency}
