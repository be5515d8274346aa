"""Traps of defence, courtesy and broken answers."""

from __future__ import annotations

import gzip
from dataclasses import replace

from demo.simulator.server import Answer, Request
from demo.simulator.site import Site
from demo.simulator.traps.base import DOUBT, TRAPS, Trap, is_column, trap

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


@trap("T83-reset", DOUBT, found=False)
def _reset(site: Site, outside: str) -> None:
    site.broken = lambda request: None if request.path == "/robots.txt" else Answer(b"", manner="reset")


@trap("T88-robots-forbid", frozenset({"not-allowed"}), found=False)
def _robots(site: Site, outside: str) -> None:
    site.robots = "User-agent: *\nDisallow: /\n"


@trap("T88-robots-allow")
def _allowed(site: Site, outside: str) -> None:
    site.robots = "User-agent: *\nAllow: /\nDisallow: /admin/\n"


@trap("T89-drip")
def _drip(site: Site, outside: str) -> None:
    site.after = lambda request, answer: replace(answer, manner="drip") if is_column(site, request) else answer


@trap("cut-list", DOUBT, found=False)
def _cut(site: Site, outside: str) -> None:
    def after(request: Request, answer: Answer) -> Answer:
        return replace(answer, cut=len(answer.data) * 6 // 10) if is_column(site, request) else answer

    site.after = after


@trap("cut-gzip", DOUBT, found=False)
def _cut_gzip(site: Site, outside: str) -> None:
    def after(request: Request, answer: Answer) -> Answer:
        if not is_column(site, request):
            return answer
        packed = gzip.compress(answer.data, mtime=0)
        return replace(answer, data=packed[: len(packed) * 6 // 10], headers={"Content-Encoding": "gzip"}, static=False)

    site.after = after


@trap("unsized-whole")
def _unsized(site: Site, outside: str) -> None:
    site.after = lambda request, answer: replace(answer, manner="unsized")


@trap("warning-before-the-markup")
def _warning(site: Site, outside: str) -> None:
    warning = (
        b"<br />\n<b>Warning</b>: mysql_connect(): php_network in <b>/var/www/index.php</b> on line <b>3</b><br />\n"
    )
    site.after = lambda request, answer: (
        replace(answer, data=warning + answer.data) if "html" in answer.media_type and answer.status == 200 else answer
    )
