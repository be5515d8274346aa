"""How a portal's pages look: drawn from a seed, so that no two portals are one template."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date
from html import escape

ROWS = ("li-span", "li-b", "li-before", "li-within", "tr", "dl", "div")
DATES = (
    "{0:%Y-%m-%d}",
    "[{0:%Y-%m-%d}]",
    "{0:%Y/%m/%d}",
    "{0.year}年{0.month}月{0.day}日",
    "{0:%Y}- {0:%m}-\n{0:%d}",
    "({0:%Y.%m.%d})",
)
LABELS = ("发布日期：", "发布时间：", "时间：", "日期：", "发布时间:")
FOLLOWING = ("下一页", "下页", "下一页>", "后一页")
CHARSETS = ("utf-8", "utf-8", "utf-8", "utf-8-unsaid", "gb2312")


@dataclass(frozen=True, slots=True)
class Style:
    """One look; ``charset`` gb2312 is declared where GB18030 is sent, utf-8-unsaid where no header names it."""

    rows: str
    dates: str
    label: str
    links: str
    following: str
    charset: str
    cut: bool  # titles in a list end in …, the full one stands in ``title``
    states_total: bool
    shows_numbers: bool
    tables_layout: bool
    news: bool  # a box of other news beside the list
    prefix: str  # of class names

    @classmethod
    def of(cls, rng: random.Random) -> Style:
        """A look from a seed."""
        return cls(
            rows=rng.choice(ROWS),
            dates=rng.choice(DATES),
            label=rng.choice(LABELS),
            links=rng.choice(("relative", "relative", "root", "root", "absolute", "scheme-less")),
            following=rng.choice(FOLLOWING),
            charset=rng.choice(CHARSETS),
            cut=rng.random() < 0.4,
            states_total=rng.random() < 0.5,
            shows_numbers=rng.random() < 0.5,
            tables_layout=rng.random() < 0.2,
            news=rng.random() < 0.4,
            prefix=rng.choice(("", "zf_", "gk-", "m", "xxgk_", "wrap")),
        )

    @property
    def media_type(self) -> str:
        """The header of a page."""
        return {"utf-8": "text/html; charset=utf-8", "gb2312": "text/html; charset=gb2312"}.get(
            self.charset, "text/html"
        )

    def encoded(self, text: str) -> bytes:
        """A page's bytes."""
        return text.encode("gb18030" if self.charset == "gb2312" else "utf-8")

    # ------------------------------------------------------------------ lists

    def day(self, day: date) -> str:
        """A date as the lists show it."""
        return self.dates.format(day)

    def row(self, href: str, title: str, day: date | None) -> str:
        """One row."""
        text = f"{title[:14]}..." if self.cut and len(title) > 16 else title
        full = f' title="{escape(title)}"' if self.cut or self.shows_numbers else ""
        shown = self.day(day) if day else ""
        link = f'<a href="{escape(href)}"{full} target="_blank">{escape(text)}</a>'
        if self.rows == "li-b":
            return f"<li><i>·</i>{link}<b>{shown}</b></li>"
        if self.rows == "li-before":
            return f"<li><span>{shown}</span>{link}</li>"
        if self.rows == "li-within":
            return f'<li><a href="{escape(href)}"{full}>{escape(text)}<span class="date">{shown}</span></a></li>'
        if self.rows == "tr":
            return f"<tr><td>{link}</td><td>{shown}</td></tr>"
        if self.rows == "dl":
            return f"<dd><em>{shown}</em>{link}</dd>"
        if self.rows == "div":
            return f'<div class="item"><p>{link}</p><p class="time">{shown}</p></div>'
        return f'<li class="clearfix">{link}<span class="time">{shown}</span></li>'

    def list_of(self, rows: list[str]) -> str:
        """The list around its rows."""
        tag = {"tr": "table", "dl": "dl", "div": "div"}.get(self.rows, "ul")
        return f'<{tag} class="{self.prefix}list">\n' + "\n".join(rows) + f"\n</{tag}>"

    def pager(self, links: list[tuple[str, str]], number: int, total: int) -> str:
        """A pager of plain links; ``links`` are (number, address) of all pages."""
        out = [f'<span class="all">共{total}条</span>'] if self.states_total else [f"<span>共{len(links)}页</span>"]
        if number > 1:
            out.append(f'<a href="{escape(links[number - 2][1])}">上一页</a>')
        if self.shows_numbers:
            out += [
                f'<span class="cur">{name}</span>' if name == str(number) else f'<a href="{escape(href)}">{name}</a>'
                for name, href in links
            ]
        if number < len(links):
            out.append(f'<a href="{escape(links[number][1])}">{escape(self.following)}</a>')
            out.append(f'<a href="{escape(links[-1][1])}">尾页</a>')
        return f'<div class="{self.prefix}page">' + " ".join(out) + "</div>"

    def tree(self, links: list[tuple[str, str]]) -> str:
        """The columns beneath a column."""
        if not links:
            return ""
        items = "".join(f'<li><a href="{escape(href)}">{escape(name)}</a></li>' for name, href in links)
        return f'<ul class="{self.prefix}tree">{items}</ul>'

    # ------------------------------------------------------------------ pages

    def metadata(self, title: str, day: date, site: str) -> str:
        """The head of an article: the national convention, or nothing."""
        if self.tables_layout:
            return ""
        return (
            f'<meta name="SiteName" content="{escape(site)}"><meta name="ArticleTitle" content="{escape(title)}">'
            f'<meta name="PubDate" content="{day:%Y-%m-%d} 09:12"><meta name="ContentSource" content="{escape(site)}">'
        )

    def article(self, title: str, day: date, body: str, source: str) -> str:
        """An article with its title and its line of data."""
        line = f"<p>{self.label}{day:%Y-%m-%d}　来源：{escape(source)}　字号：[大 中 小]　浏览次数：<i>128</i></p>"
        if self.tables_layout:
            return (
                f"<table><tr><td>索引号：{day:%Y}-{day:%m}-00018</td><td>公开方式：主动公开</td></tr>"
                f"<tr><td>成文日期：{day:%Y}年{day.month}月{day.day}日</td><td>{self.label}{day:%Y-%m-%d}</td></tr></table>"
                f"<h2>{escape(title)}</h2>{body}"
            )
        return f'<h1 class="{self.prefix}title">{escape(title)}</h1>{line}{body}<p>【打印】【关闭】</p>'

    def page(self, site: str, title: str, inner: str, head: str, links: list[tuple[str, str]], visits: int) -> bytes:
        """A whole page."""
        declared = "utf-8" if self.charset != "gb2312" else "gb2312"
        navigation = "".join(f'<li><a href="{escape(href)}">{escape(name)}</a></li>' for name, href in links)
        beside = ""
        if self.news:
            beside = (
                '<div class="hot"><h3>要闻</h3><ul><li><a href="/xwzx/yw/content/771.html">全市工作会议召开</a>'
                '<span>2025-02-11</span></li><li><a href="/xwzx/yw/content/769.html">县长调研重点项目</a>'
                "<span>2025-02-10</span></li></ul></div>"
            )
        html = (
            f'<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="{declared}">'
            f"<title>{escape(title)}_{escape(site)}</title>{head}</head><body>\n"
            f'<div class="{self.prefix}header"><ul class="nav">{navigation}</ul></div>\n'
            f'<div class="crumb">当前位置：<a href="/">首页</a> &gt; 政务公开 &gt; {escape(title)}</div>\n'
            f'<div class="{self.prefix}main">\n{inner}\n</div>{beside}\n'
            f'<div class="footer"><p>主办：{escape(site)}　网站标识码：3300000001</p><p>访问量：{visits}</p></div></body></html>'
        )
        return self.encoded(html)
