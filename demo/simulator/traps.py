"""The traps of section 5 of the note on portals, each laid on a portal that is otherwise in order.

A trap says what may be concluded while it stands: the states in which a right reader leaves the source, and whether the
reports can be found behind it."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from html import escape
from urllib.parse import urlsplit

from demo.simulator.content import Entry, interpretation
from demo.simulator.server import Answer, Request
from demo.simulator.site import Column, Site

WHOLE = frozenset({"ok", "unchanged"})
CHALLENGED = frozenset({"challenged"})
DOUBT = frozenset({"challenged", "unreachable", "incomplete", "moved", "gone", "unknown-js", "not-allowed", "quiet"})
Lay = Callable[[Site, str], None]


@dataclass(frozen=True, slots=True)
class Trap:
    """``lay`` sets it on a portal, given an address that nobody may contact."""

    name: str
    lay: Lay
    statuses: frozenset[str]
    found: bool
    family: str = "static"


TRAPS: dict[str, Trap] = {}


def _trap(
    name: str, statuses: frozenset[str] = WHOLE, found: bool = True, family: str = "static"
) -> Callable[[Lay], Lay]:
    def kept(lay: Lay) -> Lay:
        TRAPS[name] = Trap(name, lay, statuses, found, family)
        return lay

    return kept


def _is_column(site: Site, request: Request) -> bool:
    paths = {urlsplit(duty.url).path for duty in site.duties()}
    return request.path in paths


def _instead(site: Site, answer: Callable[[Request], Answer | None]) -> None:
    """Answer the column with something else."""
    site.broken = lambda request: answer(request) if _is_column(site, request) else None


def _text(site: Site, change: Callable[[str, Request], str]) -> None:
    """Change every page's markup."""
    codec = "gb18030" if site.style.charset == "gb2312" else "utf-8"

    def after(request: Request, answer: Answer) -> Answer:
        if "html" not in answer.media_type:
            return answer
        return replace(answer, data=change(answer.data.decode(codec), request).encode(codec, "replace"))

    site.after = after


def _each(site: Site, change: Callable[[Entry], Entry]) -> None:
    for column in site.root.walk():
        column.entries = [change(entry) for entry in column.entries]


# ------------------------------------------------------------------ bytes and characters


@_trap("T01-no-charset")
def _no_charset(site: Site, outside: str) -> None:
    def after(request: Request, answer: Answer) -> Answer:
        data = re.sub(rb"<meta charset=[^>]*>", b"", answer.data)
        return replace(answer, data=data, media_type="text/html;charset=ISO-8859-1" if answer.static else "text/html")

    site.after = after


@_trap("T02-narrow-charset")
def _narrow(site: Site, outside: str) -> None:
    site.style = replace(site.style, charset="gb2312")
    _each(site, lambda entry: replace(entry, html=entry.html + "<p>螅镇、囗、〔2024〕1号</p>"))


@_trap("T03-gzip-unasked")
def _gzip_unasked(site: Site, outside: str) -> None:
    site.after = lambda request, answer: replace(answer, manner="gzip-unasked")


@_trap("T06-stale-rows-in-a-comment")
def _comment(site: Site, outside: str) -> None:
    stale = (
        "<!-- <ul><li><a href='/old/1.html'>旧址2011年政府信息公开工作年度报告</a><span>2012-01-13</span></li></ul> -->"
    )
    _text(site, lambda text, request: text.replace("</body>", f"{stale}</body>"))


@_trap("T06-rows-in-a-textarea")
def _textarea(site: Site, outside: str) -> None:
    def change(text: str, request: Request) -> str:
        if not _is_column(site, request):
            return text
        return re.sub(
            r"(<(ul|table|dl|div) class=\"\w*-?list\">.*?</\2>)",
            r"<textarea id='data'>\1</textarea>",
            text,
            flags=re.DOTALL,
        )

    site.per_page = 100
    site.style = replace(site.style, rows="li-span")
    _text(site, change)


# ------------------------------------------------------------------ links


@_trap("T10-base-href")
def _base_href(site: Site, outside: str) -> None:
    site.style = replace(site.style, links="root")
    _text(site, lambda text, request: text.replace('href="/', 'href="./').replace("<head>", '<head><base href="/">'))


@_trap("T13-session-in-links")
def _session(site: Site, outside: str) -> None:
    visits = [0]

    def change(text: str, request: Request) -> str:
        visits[0] += 1
        return re.sub(r'href="([^"]*\.html)"', rf'href="\1;jsessionid={visits[0]:08X}"', text)

    _text(site, change)
    site.broken = lambda request: (
        site.answer(replace(request, target=request.target.partition(";")[0]))
        if ";jsessionid" in request.target
        else None
    )


@_trap("T17-row-leads-outside")
def _outside(site: Site, outside: str) -> None:
    column = next(c for c in site.root.walk() if c.entries)
    newest = max(column.entries, key=lambda entry: entry.day)
    column.entries[column.entries.index(newest)] = replace(newest, outside=f"{outside}/art/1.html")


# ------------------------------------------------------------------ redirects and other pages


@_trap("T20-meta-refresh")
def _refresh(site: Site, outside: str) -> None:
    root = site.root
    inner = f"/{root.path}/list/"
    page = f'<html><head><meta http-equiv="refresh" content="0;url={inner}"></head><body></body></html>'
    _instead(site, lambda request: Answer(page.encode()))
    old = site.broken
    site.broken = lambda request: site.column_page(root, 1) if request.path == inner else old and old(request)
    site.style = replace(site.style, links="root")


@_trap("T20-script-redirect")
def _script(site: Site, outside: str) -> None:
    _refresh(site, outside)
    old = site.broken
    page = f"<html><script>window.location.href='/{site.root.path}/list/';</script></html>"
    site.broken = lambda request: Answer(page.encode()) if _is_column(site, request) else old and old(request)


@_trap("T20-redirect-outside", DOUBT, found=False)
def _redirect_outside(site: Site, outside: str) -> None:
    _instead(site, lambda request: Answer(b"", status=302, headers={"Location": f"{outside}/"}))


@_trap("T21-redirect-home", DOUBT, found=False)
def _home(site: Site, outside: str) -> None:
    _instead(site, lambda request: Answer(b"", status=301, headers={"Location": "/"}))


@_trap("T22-soft-404", DOUBT, found=False)
def _soft(site: Site, outside: str) -> None:
    page = "<html><head><title>提示</title></head><body><p>您访问的页面不存在或已删除</p><a href='/'>返回首页</a></body></html>"
    _instead(site, lambda request: Answer(page.encode()))


@_trap("T23-cookie-and-again")
def _cookie(site: Site, outside: str) -> None:
    def answer(request: Request) -> Answer | None:
        if "CT6T=" in request.headers.get("cookie", ""):
            return None
        return Answer(b"", status=302, headers={"Location": request.target, "Set-Cookie": "CT6T=1; Path=/"})

    site.broken = lambda request: None if request.path == "/robots.txt" else answer(request)


@_trap("T24-cookie-shell", DOUBT, found=False)
def _shell(site: Site, outside: str) -> None:
    page = b'<html><body><script>document.cookie="C3VK=a1b2c3; path=/; max-age=300";location.reload();</script></body></html>'
    _instead(site, lambda request: Answer(page))


@_trap("T26-domain-taken-over", DOUBT, found=False)
def _taken(site: Site, outside: str) -> None:
    game = "<li><a href='/g/{0}.html'>体育彩票网投平台注册送{0}元</a><span>2025-02-{0:02d}</span></li>"
    rows, words = "".join(game.format(n) for n in range(1, 25)), "注册即送体验金，天天返水。" * 12
    page = f"<html><head><title>娱乐平台</title></head><body><p>{words}</p><ul>{rows}</ul></body></html>"
    site.broken = lambda request: None if request.path == "/robots.txt" else Answer(page.encode())


# ------------------------------------------------------------------ lists


@_trap("T32-every-page-is-page-1", DOUBT | WHOLE, found=False)
def _page_one(site: Site, outside: str) -> None:
    # Where the list states its total, or a page without further rows, nobody can take it for whole.
    site.broken = lambda request: site.column_page(site.root, 1) if "index_" in request.path else None


@_trap("T33-total-not-reached", DOUBT, found=False)
def _total(site: Site, outside: str) -> None:
    site.style = replace(site.style, states_total=True)
    site.broken = lambda request: Answer(site.shell("列表", ""), static=True) if "index_" in request.path else None


@_trap("T34-stub-page", DOUBT, found=False)
def _stub(site: Site, outside: str) -> None:
    stub = b"<html><head></head><body></body></html>" + b" " * 300
    site.broken = lambda request: Answer(stub) if re.search(r"index_\d", request.path) else None


@_trap("T35-pinned-and-unsorted")
def _unsorted(site: Site, outside: str) -> None:
    order = site.rng.random

    def listed(column: Column) -> list[Entry]:
        shown = [entry for entry in column.entries if entry.shown(site.today)]
        return sorted(shown, key=lambda entry: entry.number * 7919 % 1009)

    order()
    site.listed = listed  # type: ignore[method-assign]


@_trap("T37-list-by-script-alone", DOUBT, found=False)
def _by_script(site: Site, outside: str) -> None:
    page = b"<html><head><title>x</title></head><body><div id='app'></div><script src='/js/app.9f.js'></script></body></html>"
    _instead(site, lambda request: Answer(page))


@_trap("T38-list-in-a-frame")
def _frame(site: Site, outside: str) -> None:
    root, inner = site.root, f"/{site.root.path}/frame.html"
    page = (
        f"<html><head><title>{root.name}</title></head><body><iframe src='/login/login.html'></iframe>"
        f"<iframe src='/count/tongji.html'></iframe><iframe src='{inner}'></iframe></body></html>"
    )
    site.style = replace(site.style, links="root")
    _instead(site, lambda request: Answer(page.encode()))
    old = site.broken
    site.broken = lambda request: site.column_page(root, 1) if request.path == inner else old and old(request)


@_trap("T46-interpretations-and-notices")
def _mixed(site: Site, outside: str) -> None:
    for column in site.root.walk():
        column.entries += [interpretation(e, e.number + 500_000) for e in column.entries if e.kind == "report"]


# ------------------------------------------------------------------ articles


@_trap("T50-PubDate-is-when-the-page-was-made")
def _generated(site: Site, outside: str) -> None:
    _text(site, lambda text, request: re.sub(r'(name="PubDate" content=")[^"]*', r"\g<1>2025-02-28 03:12", text))


@_trap("T51-address-later-than-the-page", family="trs")
def _republished(site: Site, outside: str) -> None:
    site.address_day = lambda entry: entry.day + timedelta(days=45)  # type: ignore[attr-defined]


@_trap("T54-no-date-in-the-list")
def _undated(site: Site, outside: str) -> None:
    site.style = replace(site.style, dates="")


@_trap("T62-interpretation-after-the-report")
def _later(site: Site, outside: str) -> None:
    for column in site.root.walk():
        column.entries += [
            replace(interpretation(e, e.number + 500_000), day=e.day + timedelta(days=3))
            for e in column.entries
            if e.kind == "report"
        ]


@_trap("T64-report-as-a-file", family="trs")
def _files(site: Site, outside: str) -> None:
    def change(entry: Entry) -> Entry:
        name = f"{entry.title}.pdf"
        return (
            replace(entry, html="<p>详见附件。</p>", file=(name, pdf(entry.title))) if entry.kind == "report" else entry
        )

    _each(site, change)


@_trap("T65-report-in-a-viewer")
def _viewer(site: Site, outside: str) -> None:
    def change(entry: Entry) -> Entry:
        frame = f'<iframe src="/pdfjs/web/viewer.html?file=%2Ffiles%2F{entry.number}.pdf" width="100%"></iframe>'
        return replace(entry, html=frame) if entry.kind == "report" else entry

    _each(site, change)
    site.broken = lambda request: (
        Answer(pdf(request.path), "application/pdf", static=True) if request.path.startswith("/files/") else None
    )


@_trap("T68-file-under-a-wrong-type", family="trs")
def _wrong_type(site: Site, outside: str) -> None:
    _files(site, outside)
    site.after = lambda request, answer: (
        replace(answer, media_type="text/html") if answer.data[:4] == b"%PDF" else answer
    )


# ------------------------------------------------------------------ network, defence, courtesy


def _defence(name: str, status: int, body: str, **headers: str) -> None:
    def lay(site: Site, outside: str) -> None:
        sent = {key.replace("_", "-"): value for key, value in headers.items()}
        site.broken = lambda request: (
            None if request.path == "/robots.txt" else Answer(body.encode(), status=status, headers=sent)
        )

    TRAPS[name] = Trap(name, lay, DOUBT, False)


_defence(
    "T80-521",
    521,
    "<script>document.cookie='__jsl_clearance_s=1|x';location.href=location.pathname</script>",
    Set_Cookie="__jsluid_s=1",
)
_defence("T81-412", 412, '<html><script>$_ts={};$_ts.nsd=1;</script><body style="display:none"></body></html>')
_defence("T81-202", 202, "<html><script>$_ts=window['$_ts'];</script></html>")
_defence(
    "T82-block-page-200",
    200,
    "<html><head><title>安全验证</title></head><body>您的请求存在威胁，访问被拦截</body></html>",
)
_defence("T82-block-page-403", 403, "<html><body><h1>网站防火墙</h1>知道创宇云防御</body></html>")
_defence("T82-418", 418, "<html><body></body></html>")
_defence("T84-429", 429, "too many requests", Retry_After="3600")
_defence(
    "T93-maintenance", 200, "<html><head><title>网站维护中</title></head><body>网站维护中，请稍后再试</body></html>"
)
_defence("T93-500", 500, "Internal Server Error")


@_trap("T83-reset", DOUBT, found=False)
def _reset(site: Site, outside: str) -> None:
    site.broken = lambda request: None if request.path == "/robots.txt" else Answer(b"", manner="reset")


@_trap("T88-robots-forbid", frozenset({"not-allowed"}), found=False)
def _robots(site: Site, outside: str) -> None:
    site.robots = "User-agent: *\nDisallow: /\n"


@_trap("T88-robots-allow")
def _allowed(site: Site, outside: str) -> None:
    site.robots = "User-agent: *\nAllow: /\nDisallow: /admin/\n"


@_trap("T89-drip")
def _drip(site: Site, outside: str) -> None:
    site.after = lambda request, answer: replace(answer, manner="drip") if _is_column(site, request) else answer


@_trap("cut-list", DOUBT, found=False)
def _cut(site: Site, outside: str) -> None:
    def after(request: Request, answer: Answer) -> Answer:
        return replace(answer, cut=len(answer.data) * 6 // 10) if _is_column(site, request) else answer

    site.after = after


@_trap("cut-gzip", DOUBT, found=False)
def _cut_gzip(site: Site, outside: str) -> None:
    def after(request: Request, answer: Answer) -> Answer:
        if not _is_column(site, request):
            return answer
        packed = gzip.compress(answer.data, mtime=0)
        return replace(answer, data=packed[: len(packed) * 6 // 10], headers={"Content-Encoding": "gzip"}, static=False)

    site.after = after


@_trap("unsized-whole")
def _unsized(site: Site, outside: str) -> None:
    site.after = lambda request, answer: replace(answer, manner="unsized")


@_trap("warning-before-the-markup")
def _warning(site: Site, outside: str) -> None:
    warning = (
        b"<br />\n<b>Warning</b>: mysql_connect(): php_network in <b>/var/www/index.php</b> on line <b>3</b><br />\n"
    )
    site.after = lambda request, answer: (
        replace(answer, data=warning + answer.data) if "html" in answer.media_type and answer.status == 200 else answer
    )


def pdf(text: str) -> bytes:
    """A file of one empty page; ``text`` makes it differ."""
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n% "
        + escape(text).encode("ascii", "backslashreplace")
        + b"\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    )
