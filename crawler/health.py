"""How a look at a source ended: pure, from what was seen. Nobody is called late unless the answer is ok or unchanged."""

from __future__ import annotations

import re
from dataclasses import dataclass

_BLOCKED = re.compile(
    r"访问被拦截|安全验证|请求存在威胁|知道创宇|网站防火墙|WZWS|创宇盾|云锁|"
    r"您的访问.{0,6}(异常|频繁)|人机验证|滑动验证|Access Denied"
)
_GONE = re.compile(
    r"您访问的页面不存在|页面不存在|页面找不到|找不到.{0,6}页面|该?信息已删除|404 ?(not found|错误)|错误页面|"
    r"页面已(被)?(删除|移除)|(文章|内容)不存在",
    re.IGNORECASE,
)
_MAINTENANCE = re.compile(r"(网站|系统|平台)(正在)?(维护|升级)|正在(维护|升级)")
_CAPTCHA = re.compile(r"验证码|captcha", re.IGNORECASE)
_COOKIE_SHELL = re.compile(r"document\.cookie\s*=.{0,300}(location|reload)", re.DOTALL)
_SCRIPT_CHALLENGE = re.compile(r"__jsl|\$_ts\b|safeline_bot_challenge")
# A page with more text than this says what it says, and does not only name a fault in passing.
_SHORT = 2000  # characters without markup
_FEW_LINKS = 12
# 412: Ruishu; 521, 512: Jiasule; 403, 405: block pages of many makes; 429: too many requests.
CHALLENGE_CODES = frozenset({403, 405, 412, 429, 512, 521})
GONE_CODES = frozenset({404, 410})


@dataclass(frozen=True, slots=True)
class Verdict:
    """A status of ``models.sources`` and why, in one English line."""

    status: str
    reason: str = ""


def of_answer(code: int, text: str, asked: str, answered: str) -> Verdict | None:
    """What an answer says against reading it as the page that was asked for; None if nothing does.

    ``text`` is the markup (empty for a file); ``asked`` and ``answered`` are the addresses before and after redirects."""
    plain = _plain(text)
    by_challenge = _challenge(code, text, plain)
    if by_challenge is not None:
        return by_challenge
    if code in GONE_CODES:
        return Verdict("gone", f"the page answered {code}")
    small = len(plain) < _SHORT and len(re.findall(r"<a\s", text, re.IGNORECASE)) < _FEW_LINKS
    if small and _says(_MAINTENANCE, text, plain) and code < 500:
        return Verdict("unreachable", f"the portal answered {code} with a maintenance page")
    if code >= 400:
        return Verdict("unreachable", f"the portal answered {code}")
    if small and _says(_GONE, text, plain):
        return Verdict("gone", "the portal answered with an error page in place of this one")
    if small and _CAPTCHA.search(plain) and "<form" in text.lower():
        return Verdict("challenged", "the portal wants a code to be typed in: a person must look")
    if is_home(answered) and not is_home(asked):
        return Verdict("moved", f"the address leads to the home page {answered}")
    return None


def _challenge(code: int, text: str, plain: str) -> Verdict | None:
    if _SCRIPT_CHALLENGE.search(text):
        return Verdict("challenged", f"the portal answered {code} with a script challenge")
    if len(text) < 1500 and _COOKIE_SHELL.search(text):
        return Verdict("challenged", f"the portal answered {code} with a shell that only sets a cookie")
    if len(plain) < _SHORT and _BLOCKED.search(text):
        return Verdict("challenged", f"the portal answered {code} with a block page")
    if code in CHALLENGE_CODES or (code in {202, 400} and text and len(plain) < 200):
        return Verdict("challenged", f"the portal answered {code}")
    if code == 202:
        return Verdict("challenged", "the portal answered 202 with nothing to read")
    return None


def _plain(text: str) -> str:
    text = re.sub(r"<(script|style)\b.*?</\1\s*>", "", text, flags=re.DOTALL | re.IGNORECASE)
    return re.sub(r"<[^>]+>|\s+", "", text)


def _says(fault: re.Pattern[str], text: str, plain: str) -> bool:
    """Whether a page's subject is the fault: it stands in the title or a heading, or the page holds little else."""
    heads = "".join(re.findall(r"<(?:title|h[1-4])\b[^>]*>(.*?)</(?:title|h[1-4])", text, re.DOTALL | re.IGNORECASE))
    return bool(fault.search(re.sub(r"<[^>]+>", "", heads))) or (len(plain) < 300 and bool(fault.search(plain)))


def is_home(url: str) -> bool:
    """Whether an address is a host's root."""
    path = re.sub(r"^https?://[^/?#]+", "", url, flags=re.IGNORECASE).split("?")[0].split("#")[0]
    return path.lower() in {"", "/", "/index.html", "/index.htm", "/index.shtml", "/index.jsp", "/default.html"}


def is_governments(text: str) -> bool:
    """Whether a page can be a government's at all: a domain that lapsed serves something else. One without words (drawn
    by script) may be anybody's."""
    return len(_plain(text)) < 100 or bool(
        re.search(r"政府|政务|信息公开|SiteIDCode|SiteName|公开年报|年度报告|年报", text)
    )


def of_list(verdict: Verdict, listed_before: int) -> Verdict:
    """The verdict on a source whose list page was no list: a column that had items and is gone has moved."""
    if verdict.status == "gone" and listed_before > 0:
        return Verdict(
            "moved", f"{verdict.reason}; the column listed {listed_before} items before: look for its new place"
        )
    return verdict


def of_look(items: int, known_before: int, trouble: str, changed: bool) -> Verdict:
    """How a look that reached the list ended.

    ``trouble`` is the first thing that could not be had; ``changed`` whether anything new was seen or stored."""
    if trouble:
        return Verdict("incomplete", trouble)
    if items == 0 and known_before > 0:
        return Verdict("quiet", f"the column listed {known_before} items before and lists none now")
    return Verdict("ok" if changed else "unchanged")
