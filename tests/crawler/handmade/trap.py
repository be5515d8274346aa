"""What hand-made portals of traps share: rows, reports of words alone, portals of paths beneath a column."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.crawler.handmade.portal import Pages, Portal, article, published, title

NB = "/zwgk/nb/"
YEARS = (2024, 2023)
Html = Callable[[str], str]
HEADS = (
    "一、总体情况",
    "二、主动公开政府信息情况",
    "三、收到和处理政府信息公开申请情况",
    "四、政府信息公开行政复议、行政诉讼情况",
    "五、存在的主要问题及改进情况",
    "六、其他需要报告的事项",
)
TINY_PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def row(href: str, text: str, day: object = "", attributes: str = "") -> str:
    return f"<li><a {attributes} href='{href}'>{text}</a> <span>{day}</span></li>"


def ul(*rows: str) -> str:
    return f"<ul class=lb>{''.join(rows)}</ul>"


def usual(body: str, years: tuple[int, ...] = YEARS, href: str = "{}.html") -> list[str]:
    return [row(href.format(y), title(body, y), published(y)) for y in years]


def text(body: str, year: int, day: str = "", more: str = "", heads: tuple[str, ...] = HEADS, name: str = "") -> str:
    """A report of words alone; its page states a day only where one is given."""
    inner = "".join(f"<p>{head}</p><p>本机关{year}年度此项工作平稳，没有需要说明的其他事项。</p>" for head in heads)
    shown = f"<p>发布日期：{day}</p>" if day else ""
    return f"<html><body><h1>{name or title(body, year)}</h1>{shown}<div id=zoom>{inner}{more}</div></body></html>"


def portal(trap: str, body: str, pages: Pages, later: Pages | None = None, **more: Any) -> Portal:
    """A portal whose paths are those beneath its column unless they begin at the root."""

    def full(given: Pages) -> Pages:
        return {path if path.startswith(("/", "*")) else NB + path: one for path, one in given.items()}

    return Portal(trap, body, NB, full(pages), YEARS, later=full(later or {}), **more)


def articles(body: str, years: tuple[int, ...] = YEARS, name: str = "{}.html") -> Pages:
    return {name.format(y): article(body, y) for y in years}
