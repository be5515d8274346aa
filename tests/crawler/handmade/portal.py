"""One portal of given answers, what is true of it, and how a crawl of it may end."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from demo.simulator.content import report_html
from demo.simulator.server import Answer, Request, Traffic

WHOLE = frozenset({"ok", "unchanged"})
DOUBT = frozenset({"incomplete"})
Pages = dict[str, Any]  # by target or path: markup, bytes, an answer, or what answers a request
DAY = date(2025, 1, 16)


@dataclass(slots=True)
class Portal:
    """``pages`` by target (path with query) or by path; ``years`` are those that a reader must find, ``never`` those that
    are published and cannot be reached."""

    name: str
    body: str
    column: str
    pages: Pages
    years: tuple[int, ...]
    statuses: frozenset[str] = WHOLE
    never: tuple[int, ...] = ()
    charset: str = "utf-8"
    family: str = ""
    day: date | None = DAY  # on which its reports were published, each in the year after its own
    later: Pages = field(default_factory=dict)  # what stands there from the second day on; None: nothing any more
    others: tuple[str, ...] = ()  # bodies that share its column
    base: str = ""
    asked: list[str] = field(default_factory=list)  # targets, in order
    traffic: Traffic = field(default_factory=Traffic)

    def answer(self, request: Request) -> Answer:
        """What was given for the address, else 404."""
        self.asked.append(request.target)
        for key in (f"{request.method} {request.path}", request.target, request.path, "*"):
            given = self.pages.get(key)
            answer = given(request) if callable(given) else given
            if isinstance(answer, Answer):
                return answer
            if answer is not None:
                return Answer(self.encoded(answer), self._type())
        return Answer(b"<html><body><h1>404 Not Found</h1></body></html>", status=404)

    def encoded(self, page: str | bytes) -> bytes:
        """A page's bytes; ``{base}`` is the portal's own address."""
        return page.replace("{base}", self.base).encode(self.charset) if isinstance(page, str) else page

    def _type(self) -> str:
        return "text/html" if self.charset == "utf-8" else f"text/html; charset={self.charset}"


def title(body: str, year: int) -> str:
    """The usual title."""
    return f"{body}{year}年政府信息公开工作年度报告"


def published(year: int, day: date | None = None) -> date:
    """The day of a year's report."""
    return date(year + 1, (day or DAY).month, (day or DAY).day)


def article(body: str, year: int, wrap: str = '<div class="content">{}</div>', charset: str = "utf-8") -> str:
    """The page of a report."""
    day = published(year)
    text = wrap.format(report_html(body, year, day))
    return (
        f"<html><head><meta http-equiv=Content-Type content='text/html; charset={charset}'><title>{title(body, year)}</title>"
        f"</head><body><h2>{title(body, year)}</h2><p>发布时间：{day}　来源：本站</p>{text}</body></html>"
    )


def page(inner: str, head: str = "", charset: str = "utf-8") -> str:
    """A page around a list, in the manner of about 2012."""
    return (
        '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">'
        f'<HTML><HEAD><META content="text/html; charset={charset}" http-equiv=Content-Type><TITLE>年度报告</TITLE>{head}</HEAD>'
        '<BODY><TABLE width=1000 align=center><TR><TD class=dh><A href="/">首页</A> | <A href="/zwgk/">政务公开</A> | '
        f'<A href="/hdjl/">互动交流</A></TD></TR><TR><TD>{inner}</TD></TR><TR><TD class=bq>版权所有</TD></TR></TABLE></BODY></HTML>'
    )
