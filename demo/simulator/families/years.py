"""One page a body whose query names the report year; what a year without a report is answered with differs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from html import escape
from typing import Any

from demo.simulator.content import Entry
from demo.simulator.server import Answer, Request
from demo.simulator.site import Column, Maker, Site


class YearPages(Site):
    """``xxgkAnnualReport.jsp?area=&fbtime=`` and ``zfxxgknb.html?nbYear=``. ``missing``: an empty shell, 暂无, or the
    newest report whatever year is asked for."""

    family = "year-pages"
    shapes = ("own", "by_body", "superior")
    static_lists = False
    static_articles = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dialect = self.rng.choice(("fbtime", "nbYear"))
        self.missing = self.rng.choice(("shell", "nothing", "newest"))

    def _area(self, column: Column) -> str:
        return "11" + hashlib.sha256(str(column.number).encode()).hexdigest()[:16].upper()

    def _address(self, column: Column, year: int) -> str:
        if self.dialect == "fbtime":
            return f"/module/xxgk/xxgkAnnualReport.jsp?area={self._area(column)}&fbtime={year}"
        return f"/zfxxgk_{column.number}/zfxxgknb.html?nbYear={year}"

    def column_path(self, column: Column) -> str:
        """The page as the register knew it: of last year's report."""
        years = [entry.year for entry in column.entries]
        return self._address(column, max(years) - 1) if years else f"/{column.path}/"

    def article_path(self, column: Column, entry: Entry) -> str:
        """The page of its year."""
        return self._address(column, entry.year)

    def paths_of(self, column: Column) -> Iterator[tuple[str, Maker]]:
        """Nothing but what the endpoint answers, and the columns above."""
        if not column.entries:
            yield self.column_path(column), lambda: self.column_page(column, 1)

    def listed(self, column: Column) -> list[Entry]:
        """Only reports have pages."""
        return [entry for entry in super().listed(column) if entry.kind == "report"]

    def endpoint(self, request: Request) -> Answer | None:
        """The page of a year."""
        for column in self.columns():
            if not column.entries or request.path != self._address(column, 0).partition("?")[0]:
                continue
            asked = request.query
            if self.dialect == "fbtime" and asked.get("area") != self._area(column):
                continue
            return self._of_year(column, asked.get("fbtime") or asked.get("nbYear") or "")
        return None

    def _of_year(self, column: Column, year: str) -> Answer:
        found = self.listed(column)
        here = self._address(column, int(year) if year.isdigit() else 0)
        choice = "".join(
            f'<li><a href="{escape(self.href(here, self._address(column, n)))}">{n}年</a></li>'
            for n in range(max(e.year for e in column.entries), min(e.year for e in column.entries) - 1, -1)
        )
        entry = next((e for e in found if str(e.year) == year), None)
        if entry is None and (self.missing == "newest" or not year):
            entry = found[0]
        if entry is None:
            inner = (
                '<div class="content"></div>' if self.missing == "shell" else '<div class="content"><p>暂无</p></div>'
            )
        else:
            text = self.body_of(entry, entry.text(self.today))
            inner = self.style.article(entry.title, entry.day, text, entry.agency)
        page = self.shell("政府信息公开年报", f'<ul class="years">{choice}</ul>{inner}', here=here)
        return Answer(page, self.style.media_type)
