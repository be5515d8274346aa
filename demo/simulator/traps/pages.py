"""Traps of bytes, links and pages that are not what they say."""

from __future__ import annotations

import re
from dataclasses import replace

from demo.simulator.server import Answer, Request
from demo.simulator.site import Site
from demo.simulator.traps.base import DOUBT, each, instead, is_column, text_changed, trap

# ------------------------------------------------------------------ bytes and characters


@trap("T01-no-charset")
def _no_charset(site: Site, outside: str) -> None:
    def after(request: Request, answer: Answer) -> Answer:
        data = re.sub(rb"<meta charset=[^>]*>", b"", answer.data)
        return replace(answer, data=data, media_type="text/html;charset=ISO-8859-1" if answer.static else "text/html")

    site.after = after


@trap("T02-narrow-charset")
def _narrow(site: Site, outside: str) -> None:
    site.style = replace(site.style, charset="gb2312")
    each(site, lambda entry: replace(entry, html=entry.html + "<p>螅镇、囗、〔2024〕1号</p>"))


@trap("T03-gzip-unasked")
def _gzip_unasked(site: Site, outside: str) -> None:
    site.after = lambda request, answer: replace(answer, manner="gzip-unasked")


@trap("T06-stale-rows-in-a-comment")
def _comment(site: Site, outside: str) -> None:
    stale = (
        "<!-- <ul><li><a href='/old/1.html'>旧址2011年政府信息公开工作年度报告</a><span>2012-01-13</span></li></ul> -->"
    )
    text_changed(site, lambda text, request: text.replace("</body>", f"{stale}</body>"))


@trap("T06-rows-in-a-textarea")
def _textarea(site: Site, outside: str) -> None:
    def change(text: str, request: Request) -> str:
        if not is_column(site, request):
            return text
        return re.sub(
            r"(<(ul|table|dl|div) class=\"\w*-?list\">.*?</\2>)",
            r"<textarea id='data'>\1</textarea>",
            text,
            flags=re.DOTALL,
        )

    site.per_page = 100
    site.style = replace(site.style, rows="li-span")
    text_changed(site, change)


# ------------------------------------------------------------------ links


@trap("T10-base-href")
def _base_href(site: Site, outside: str) -> None:
    site.style = replace(site.style, links="root")
    text_changed(
        site, lambda text, request: text.replace('href="/', 'href="./').replace("<head>", '<head><base href="/">')
    )


@trap("T13-session-in-links")
def _session(site: Site, outside: str) -> None:
    visits = [0]

    def change(text: str, request: Request) -> str:
        visits[0] += 1
        return re.sub(r'href="([^"]*\.html)"', rf'href="\1;jsessionid={visits[0]:08X}"', text)

    text_changed(site, change)
    site.broken = lambda request: (
        site.answer(replace(request, target=request.target.partition(";")[0]))
        if ";jsessionid" in request.target
        else None
    )


@trap("T17-row-leads-outside")
def _outside(site: Site, outside: str) -> None:
    column = next(c for c in site.root.walk() if c.entries)
    newest = max(column.entries, key=lambda entry: entry.day)
    column.entries[column.entries.index(newest)] = replace(newest, outside=f"{outside}/art/1.html")


# ------------------------------------------------------------------ redirects and other pages


@trap("T20-meta-refresh")
def _refresh(site: Site, outside: str) -> None:
    root = site.root
    inner = f"/{root.path}/list/"
    page = f'<html><head><meta http-equiv="refresh" content="0;url={inner}"></head><body></body></html>'
    instead(site, lambda request: Answer(page.encode()))
    old = site.broken
    site.broken = lambda request: site.column_page(root, 1) if request.path == inner else old and old(request)
    site.style = replace(site.style, links="root")


@trap("T20-script-redirect")
def _script(site: Site, outside: str) -> None:
    _refresh(site, outside)
    old = site.broken
    page = f"<html><script>window.location.href='/{site.root.path}/list/';</script></html>"
    site.broken = lambda request: Answer(page.encode()) if is_column(site, request) else old and old(request)


@trap("T20-redirect-outside", DOUBT, found=False)
def _redirect_outside(site: Site, outside: str) -> None:
    instead(site, lambda request: Answer(b"", status=302, headers={"Location": f"{outside}/"}))


@trap("T21-redirect-home", DOUBT, found=False)
def _home(site: Site, outside: str) -> None:
    instead(site, lambda request: Answer(b"", status=301, headers={"Location": "/"}))


@trap("T22-soft-404", DOUBT, found=False)
def _soft(site: Site, outside: str) -> None:
    page = "<html><head><title>提示</title></head><body><p>您访问的页面不存在或已删除</p><a href='/'>返回首页</a></body></html>"
    instead(site, lambda request: Answer(page.encode()))


@trap("T23-cookie-and-again")
def _cookie(site: Site, outside: str) -> None:
    def answer(request: Request) -> Answer | None:
        if "CT6T=" in request.headers.get("cookie", ""):
            return None
        return Answer(b"", status=302, headers={"Location": request.target, "Set-Cookie": "CT6T=1; Path=/"})

    site.broken = lambda request: None if request.path == "/robots.txt" else answer(request)


@trap("T24-cookie-shell", DOUBT, found=False)
def _shell(site: Site, outside: str) -> None:
    page = b'<html><body><script>document.cookie="C3VK=a1b2c3; path=/; max-age=300";location.reload();</script></body></html>'
    instead(site, lambda request: Answer(page))


@trap("T26-domain-taken-over", DOUBT, found=False)
def _taken(site: Site, outside: str) -> None:
    game = "<li><a href='/g/{0}.html'>体育彩票网投平台注册送{0}元</a><span>2025-02-{0:02d}</span></li>"
    rows, words = "".join(game.format(n) for n in range(1, 25)), "注册即送体验金，天天返水。" * 12
    page = f"<html><head><title>娱乐平台</title></head><body><p>{words}</p><ul>{rows}</ul></body></html>"
    site.broken = lambda request: None if request.path == "/robots.txt" else Answer(page.encode())
