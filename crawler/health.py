"""How a look at a source ended: pure, from what was seen. Nobody is called late unless the answer is ok or unchanged."""

from __future__ import annotations

import re
from dataclasses import dataclass

_BLOCKED = re.compile(
    r"访问被拦截|安全验证|请求存在威胁|知道创宇|网站防火墙|WZWS|创宇盾|云锁|"
    r"您的访问.{0,6}(异常|频繁)|人机验证|滑动验证|Access Denied"
)
_GONE = re.compile(
    r"您访问的页面不存在|页面不存在|页面找不到|找不到.{0,6}页面|该信息已删除|404 ?(not found|错误)|错误页面|页面已(删除|移除)",
    re.IGNORECASE,
)
_MAINTENANCE = re.compile(r"网站(正在)?(维护|升级)中|系统维护|正在维护")
_COOKIE_SHELL = re.compile(r"document\.cookie\s*=.{0,300}(location|reload)", re.DOTALL)
CHALLENGE_CODES = frozenset({412, 521, 512, 405, 403, 429})


@dataclass(frozen=True, slots=True)
class Verdict:
    """A status of ``models.sources`` and why, in one English line."""

    status: str
    reason: str = ""


def of_answer(code: int, text: str, asked: str, answered: str) -> Verdict | None:
    """What an answer to a list page says against reading it as a list; None if nothing does.

    ``asked`` and ``answered`` are the addresses before and after redirects."""
    short = re.sub(r"<[^>]+>|\s+", "", text)
    if "__jsl" in text or "$_ts" in text or (len(text) < 1500 and _COOKIE_SHELL.search(text)):
        return Verdict("challenged", f"the portal answered {code} with a script challenge")
    if len(short) < 2000 and _BLOCKED.search(text):
        return Verdict("challenged", f"the portal answered {code} with a block page")
    if code in CHALLENGE_CODES or (code == 202 and len(short) < 200):
        return Verdict("challenged", f"the portal answered {code}")
    if code in {404, 410}:
        return Verdict("gone", f"the column answered {code}")
    if code >= 500 or (len(short) < 2000 and _MAINTENANCE.search(text)):
        return Verdict(
            "unreachable", f"the portal answered {code}" + (" with a maintenance page" if code < 500 else "")
        )
    if code >= 400:
        return Verdict("unreachable", f"the portal answered {code}")
    if len(short) < 2000 and _GONE.search(text):
        return Verdict("gone", "the column answered with an error page")
    if _to_home(asked, answered):
        return Verdict("moved", f"the column leads to {answered}")
    return None


def _to_home(asked: str, answered: str) -> bool:
    """Whether redirects ended at a host's root although a column was asked for."""
    path = re.sub(r"^https?://[^/]+", "", answered).split("?")[0]
    wanted = re.sub(r"^https?://[^/]+", "", asked).split("?")[0]
    return path in {"", "/", "/index.html", "/index.htm"} and wanted not in {"", "/", "/index.html", "/index.htm"}


def of_look(items: int, known_before: int, stated: int | None, trouble: str, changed: bool) -> Verdict:
    """How a look that reached the list ended.

    ``trouble`` is the first thing that could not be fetched; ``stated`` the total the list states of itself; ``changed``
    whether anything new was stored."""
    if trouble:
        return Verdict("incomplete", trouble)
    if stated is not None and items < stated:
        return Verdict("incomplete", f"the list states {stated} items, {items} were listed")
    if items == 0 and known_before > 0:
        return Verdict("quiet", "the column listed items before and lists none now")
    return Verdict("ok" if changed else "unchanged")
