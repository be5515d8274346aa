"""Pages by year (``xxgkAnnualReport.jsp``), one report of which is taken down on the second day."""

from __future__ import annotations

from demo.simulator.server import Answer, Request
from tests.crawler.handmade.portal import Portal, article, page, published, title
from tests.crawler.handmade.trap import TINY_PDF

PATH = "/module/xxgk/xxgkAnnualReport.jsp"
YEARS = (2024, 2023, 2022)
TAKEN = 2023
SHELL = '<div class="zfxxgk_content"></div>'
SAYS = '<div class="zfxxgk_content">暂无相关信息</div>'


class ByYear(Portal):
    """``lacking``: what a year without a report is answered with: a shell, 暂无, the newest one, 404. ``tabs``: whether the
    page links the years that it has, all of them always, or none. ``now`` are the years that it has."""

    lacking = "shell"
    tabs = "all"
    now = YEARS

    def shown(self, request: Request) -> Answer:
        asked = int(request.query.get("fbtime") or 0)
        linked = {"all": YEARS, "those": self.now, "none": ()}[self.tabs]
        links = "".join(f"<li><a href='{PATH}?area={self.area}&fbtime={y}'>{y}</a></li>" for y in linked)
        if asked not in self.now and self.lacking == "404":
            return Answer(b"<html><body>Not Found</body></html>", "text/html", status=404)
        if asked not in self.now and self.lacking != "newest":
            return Answer(page(f"<ul>{links}</ul>{SAYS if self.lacking == 'says' else SHELL}").encode())
        year = asked if asked in self.now else self.now[0]
        return Answer(self.report(year).replace("<h2>", f"<ul>{links}</ul><h2>").encode())

    def report(self, year: int) -> str:
        return article(self.body, year, '<div class="zfxxgk_content">{}</div>')

    @property
    def area(self) -> str:
        return "11370800" + f"{sum(map(ord, self.body)):010d}"


class Filed(ByYear):
    """The page holds no more than the report's file."""

    def report(self, year: int) -> str:
        file = f"<a href='/module/download/downfile.jsp?classid=0&filename={year:032x}.pdf'>{title(self.body, year)}.pdf</a>"
        inner = f"<h2>政府信息公开年报</h2><p>发布时间：{published(year)}</p><div id=zoom><p>{file}</p></div>"
        return page(inner)


def made(kind: type[ByYear], body: str, **settings: str) -> Portal:
    portal = kind("-".join([*settings.values(), kind.__name__]), body, "", {}, YEARS)
    for name, value in settings.items():
        setattr(portal, name, value)
    portal.column = f"{PATH}?area={portal.area}&fbtime=2024"
    portal.pages = {PATH: portal.shown, "/module/download/downfile.jsp": Answer(TINY_PDF, "application/pdf")}
    return portal


BY_YEAR = [
    made(kind, f"济{place}县水利局", lacking=lacking, tabs=tabs)
    for place, (kind, lacking, tabs) in zip(
        "东西南北上下左右",
        [
            (ByYear, "shell", "all"), (ByYear, "says", "those"), (ByYear, "newest", "all"), (ByYear, "404", "all"),
            (ByYear, "404", "none"), (ByYear, "newest", "those"), (ByYear, "shell", "none"), (Filed, "shell", "those"),
        ],
        strict=True,
    )
]  # fmt: skip
