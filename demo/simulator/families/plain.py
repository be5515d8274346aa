"""Portals whose lists the server writes out: they differ by their addresses, and by how one gets to page 2.

The regional ones stand in ``regional.yaml``: patterns of section 2.12 of the note on portals."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

import yaml

from demo.simulator.content import Entry
from demo.simulator.server import Answer, Request
from demo.simulator.site import Column, Site

CHINA = timezone(timedelta(hours=8))
SNOWFLAKE = 1288834974657  # milliseconds


@lru_cache(maxsize=1)
def regional() -> list[dict[str, str]]:
    """The patterns: name, column, page, article."""
    found: list[dict[str, str]] = yaml.safe_load((Path(__file__).parent / "regional.yaml").read_text("utf-8"))
    return found


class Regional(Site):
    """A regional platform; the seed picks one, ``pattern`` names it."""

    family = "regional"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pattern = regional()[self.seed % len(regional())]

    def _filled(self, pattern: str, column: Column, entry: Entry | None = None, page: int = 1) -> str:
        values: dict[str, Any] = {"path": column.path, "col": column.number, "page": page}
        values |= _ids(column.number, "c")
        if entry is not None:
            at = datetime(entry.day.year, entry.day.month, entry.day.day, 9, entry.number % 60, tzinfo=CHINA)
            epoch = int(at.timestamp())
            values |= {"id": entry.number, "d": at, "epoch": epoch, "id5": f"{entry.number % 100000:05d}"}
            values |= {"snow": ((epoch * 1000 - SNOWFLAKE) << 22) + entry.number % 4096}
            values |= {"oid": f"{epoch:08x}{entry.number:016x}", "stamp": f"{at:%Y%m%d%H%M%S}{entry.number % 1000:03d}"}
            values |= _ids(entry.number, "")
        return "/" + pattern.format(**values)

    def column_path(self, column: Column) -> str:
        """By the pattern."""
        return self._filled(self.pattern["column"], column)

    def page_path(self, column: Column, number: int) -> str:
        """By the pattern."""
        return self._filled(self.pattern["page" if number > 1 else "column"], column, page=number)

    def article_path(self, column: Column, entry: Entry) -> str:
        """By the pattern."""
        return self._filled(self.pattern["article"], column, entry)


def _ids(number: int, prefix: str) -> dict[str, str]:
    name = hashlib.sha256(f"{prefix}{number}".encode()).hexdigest()
    uuid = f"{name[:8]}-{name[8:12]}-{name[12:16]}-{name[16:20]}-{name[20:32]}"
    return {f"{prefix}hex32": name[:32], f"{prefix}hex24": name[:24], f"{prefix}uuid": uuid, f"{prefix}n": str(number)}


class OddPager(Site):
    """Plain lists whose way to page 2 is unusual. Where only a script knows it, nobody reads on without running it."""

    family = "odd-pager"
    READ = ("greater", "picture", "next", "query", "onclick", "form", "post")
    UNREAD = ("script", "laypage", "more", "go-to")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dialect = self.rng.choice(self.READ + self.UNREAD)

    def reachable(self, column: Column, index: int) -> bool:
        """Page 1, where only a script leads on."""
        return self.dialect in self.READ or index < self.per_page

    def page_path(self, column: Column, number: int) -> str:
        """``?page=2`` or ``index_2``."""
        if self.dialect in {"query", "form", "post", "go-to"}:
            return self.column_path(column) + ("" if number == 1 else f"?page={number}")
        return super().page_path(column, number)

    def pager(self, column: Column, number: int, pages: int, total: int) -> str:
        """By the dialect."""
        if pages < 2:
            return ""
        here, following = self.page_path(column, number), self.page_path(column, number + 1)
        href = escape(self.href(here, following))
        last = number == pages
        form = (
            f'<form method="{{}}" action="{escape(self.column_path(column))}"><input name="page" value="{number + 1}">'
            f"<button>{{}}</button> 第{number}页/共{pages}页</form>"
        )
        settings = f"{{elem:'pages',count:{total},limit:{self.per_page}}}"
        forms = {
            "greater": f'<a class="next" href="{href}">&gt;</a>',
            "picture": f'<a href="{href}"><img src="/images/next.gif" alt="下一页"></a>',
            "next": f'<a href="{href}">Next</a>',
            "query": f'<a href="{href}">{number + 1}</a>',
            "onclick": f'<a href="#" onclick="location.href=\'{href}\'">下一页</a>',
            "form": form.format("get", "下一页"),
            "post": form.format("post", "下一页"),
            "go-to": form.format("get", "转到"),
            "script": '<a href="javascript:void(0)" onclick="nextPage()">下一页</a>',
            "laypage": f"<div id='pages'></div><script>laypage.render({settings});</script>",
            "more": '<a href="javascript:;" id="more" class="load-more">加载更多</a>',
        }
        return f'<div class="pagination">第{number}页 {"" if last else forms[self.dialect]}</div>'

    def endpoint(self, request: Request) -> Answer | None:
        """The page that a form posts for."""
        if request.method != "POST" or "page" not in request.form:
            return None
        maker = self.paths().get(f"{request.path}?page={request.form['page']}")
        return maker() if maker else None


class UnknownJs(Site):
    """A shell that scripts fill; no known mark."""

    family = "unknown-js"

    def reachable(self, column: Column, index: int) -> bool:
        """Nobody reads it."""
        return False

    def column_page(self, column: Column, number: int) -> Answer:
        """The shell."""
        html = (
            f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>{column.name}</title></head><body><div id='app'></div>"
            "<ul id='showData0'></ul><script src='/static/js/chunk.4f2a.js'></script><script>new Xhwpage({id:'showData0'})"
            "</script></body></html>"
        )
        return Answer(html.encode(), static=True)
