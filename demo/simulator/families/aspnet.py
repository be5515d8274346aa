"""ASP.NET lists: a post back with the hidden fields just received, or the page's number in the query."""

from __future__ import annotations

import hashlib
from html import escape
from typing import Any

from demo.simulator.content import Entry
from demo.simulator.server import Answer, Request
from demo.simulator.site import Column, Site


class AspNet(Site):
    """``dialect`` by seed: ``__doPostBack`` or ``&page=``. A field older than the last answer is refused."""

    family = "aspnet"
    static_lists = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dialect = self.rng.choice(("post-back", "query"))
        self._given: dict[int, list[str]] = {}  # the fields handed out, by column

    def column_path(self, column: Column) -> str:
        """One page, the column in the query."""
        return f"/InfoPublic.aspx?cid={column.number}&pid=971"

    def page_path(self, column: Column, number: int) -> str:
        """The page's number in the query, where it stands there."""
        if number == 1:
            return self.column_path(column)
        return self.column_path(column) + (f"&page={number}&kw=" if self.dialect == "query" else f"#{number}")

    def article_path(self, column: Column, entry: Entry) -> str:
        """Column and id."""
        return f"/Detail.aspx?cid={column.number}&id={entry.number}"

    def list_block(self, column: Column, number: int) -> str:
        """A form around the list."""
        if self.dialect == "query":
            return super().list_block(column, number)
        pages = self.paged(column)
        given = self._given.setdefault(column.number, [])
        state = hashlib.sha256(f"{self.seed}/{column.number}/{number}/{len(given)}".encode()).hexdigest()
        given.append(state)
        rows = self.style.list_of([self.row(column, entry, self.column_path(column)) for entry in pages[number - 1]])
        links = [
            f"<a href=\"javascript:__doPostBack('AspNetPager1','{n}')\">{n}</a>"
            for n in range(1, len(pages) + 1)
            if n != number
        ]
        following = f"<a href=\"javascript:__doPostBack('AspNetPager1','{number + 1}')\">下一页</a>"
        shown = f"第{number}页 共{len(pages)}页 " + " ".join(links) + (following if number < len(pages) else "")
        pager = f'<div class="pager">{shown}</div>' if len(pages) > 1 else ""
        return (
            f'<form method="post" action="{escape(self.column_path(column))}" id="form1">'
            f'<input type="hidden" name="__VIEWSTATE" value="{state}">'
            f'<input type="hidden" name="__VIEWSTATEGENERATOR" value="{self.seed:08X}">'
            f'<input type="hidden" name="__EVENTTARGET" value=""><input type="hidden" name="__EVENTARGUMENT" value="">'
            f"{rows}{pager}</form>"
        )

    def endpoint(self, request: Request) -> Answer | None:
        """A post back."""
        if request.path != "/InfoPublic.aspx" or request.method != "POST":
            return None
        form = request.form
        column = next((c for c in self.columns() if str(c.number) == request.query.get("cid")), None)
        if column is None or form.get("__VIEWSTATE") != (self._given.get(column.number) or [""])[-1]:
            page = self.shell("运行时错误", "<h1>“/”应用程序中的服务器错误。</h1><p>验证视图状态失败</p>")
            return Answer(page, status=500)
        number = int(form.get("__EVENTARGUMENT") or 1)
        return self.column_page(column, min(number, len(self.paged(column))))
