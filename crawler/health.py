"""How a crawl of a source ended: pure, from what was seen. Nobody is called late unless the answer is ok or unchanged."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from crawler import markup
from crawler.pages import Page
from reports.suffixes import FILES, any_of

_LOOKED_AT = 40_000  # characters of a page that are looked at: a fault says so at once
_BLOCKED = re.compile(
    r"访问被拦截|访问被拒绝|访问被阻断|安全验证|请求存在威胁|知道创宇|网站防火墙|WZWS|创宇盾|云锁|"
    r"您的(访问|请求).{0,12}(异常|频繁|拦截|威胁|攻击|阻断|拒绝)|人机验证|滑动验证|Access Denied|"
    r"请求(被|已被).{0,4}(拦截|拒绝|阻断)"
)
_GONE = re.compile(
    r"您访问的页面不存在|页面不存在|页面找不到|找不到.{0,6}页面|该?信息(已|不存在|已被)(删除)?|404 ?(not found|错误)|错误页面|"
    r"页面已(被)?(删除|移除)|(文章|内容)(不存在|已(被)?删除)|(?<!\d)404(?!\d)",
    re.IGNORECASE,
)
# A state the site says it is in, not a label before somebody's name (网站维护：某某中心).
_MAINTENANCE = re.compile(
    r"(网站|系统|平台|服务器?)(正在|处于|例行)?(进行)?(日常|升级)?(维护|升级|检修|割接)(?!单位|方|部门|人|电话|管理|[:：由和与])|"
    r"正在(进行)?(系统)?(维护|升级|建设)"
)
_BUSY = re.compile(
    r"(系统|服务器?|网络|数据库|网站).{0,4}(繁忙|忙碌|异常|错误|出错|故障|超时|开小差|无响应|不可用)|请?稍(后|候)再?(试|访问)|"
    r"(程序|运行时)错误|(?<![a-z])(internal server error|service unavailable|"
    r"bad gateway|gateway time-?out|exception|stack ?trace)(?![a-z])|"
    r"请(先)?(开启|启用|打开).{0,4}java ?script|会话已?(过期|超时|失效)|(登录|会话)超时",
    re.IGNORECASE,
)
_LOGIN = re.compile(
    r"用户登[录陆]|请(先|重新)?登[录陆]|统一身份认证|尚未登[录陆]|登[录陆](系统|平台)|^登[录陆]$", re.IGNORECASE
)
_CAPTCHA = re.compile(r"验证码|captcha", re.IGNORECASE)
_COOKIE_SHELL = re.compile(r"document\.cookie\s*=.{0,300}(location|reload)", re.DOTALL)
_SCRIPT_CHALLENGE = re.compile(
    r"__jsl|\$_ts\b|safeline_bot_challenge|security_verify_data|security_session_mid_verify|YunSuoAutoJump|leading_zero_bit|"
    r"bin_sha1|js-challenge|acw_sc__v2|FSSBBIl1UgzbN7N80|HMF_CI|EO_Bot_Ssid|_waf_js|wzwschallenge"
)
_LAPSED = re.compile(
    r"365bet|bet365|博彩|赌场|赌博|百家乐|娱乐城|六合彩|老虎机|棋牌|时时彩|体育投注|真人(娱乐|视讯|荷官)|彩票(开户|投注|平台)|威尼斯人|澳门(新?葡京|银河|皇冠)|"
    r"开户送|首存|casino|slots?\b.{0,20}(game|bonus)|porn|成人视频|域名(出售|转让|停放)|this domain is for sale",
    re.IGNORECASE,
)
_GOVERNMENT = re.compile(
    r"政府|政务|信息公开|SiteIDCode|SiteName|公开年报|年度报告|年报|委员会|人民法院|(?<![\u4e00-\u9fff])[\u4e00-\u9fff]{2,12}[局厅委办]"
)
# A page with more text than this says what it says, and does not only name a fault in passing.
_SHORT = 2000  # characters without markup
_FEW_LINKS = 12
# 412: Ruishu; 521, 512: Jiasule; 403, 405, 418, 468: block pages of many makes; 429: too many requests.
CHALLENGE_CODES = frozenset({403, 405, 412, 418, 429, 468, 512, 521})
GONE_CODES = frozenset({404, 410})


@dataclass(frozen=True, slots=True)
class Verdict:
    """A status of ``models.sources`` and why, in one English line."""

    status: str
    reason: str = ""


class _Beginning:
    """The beginning of one page as a fault shows in it, each part made once and only where it is asked for."""

    def __init__(self, page: Page) -> None:
        self.text = page.text[:_LOOKED_AT] if page.is_markup else ""

    @cached_property
    def bare(self) -> str:
        """Without scripts and comments."""
        return markup.without_scripts(self.text)

    @cached_property
    def visible(self) -> str:
        """Its words, without blanks."""
        return re.sub(r"\s+|&nbsp;", "", markup.without_tags(self.bare))

    @cached_property
    def heads(self) -> str:
        """Its title and headings."""
        return "".join(head for _, head in markup.heads(self.text))

    @cached_property
    def is_small(self) -> bool:
        """Whether it holds little: a fault's page does."""
        return len(self.visible) < _SHORT and len(re.findall(r"<a\s", self.text, re.IGNORECASE)) < _FEW_LINKS

    @cached_property
    def carries(self) -> bool:
        """Whether it shows a publication: a file, a report's title, rows with dates."""
        return bool(_CARRIED.search(self.bare) or _REPORT_TITLE.search(markup.without_tags(self.bare, " ")))

    def says(self, pattern: re.Pattern[str]) -> bool:
        """Whether its subject is the fault: it stands in the title or a heading, or the page holds little else. A page
        that carries a publication names a fault in passing, if at all."""
        if pattern.search(self.heads) and not re.search(r"年度报告|年报|工作报告", self.heads):
            return True
        return len(self.visible) < 300 and bool(pattern.search(self.visible)) and not self.carries


def of_answer(code: int, page: Page, asked: str) -> Verdict | None:
    """What an answer says against reading it as the page that was asked for at ``asked``; None if nothing does."""
    beginning = _Beginning(page)
    by_challenge = _challenge(code, beginning)
    if by_challenge is not None:
        return by_challenge
    if code in GONE_CODES:
        return Verdict("gone", f"the page answered {code}")
    if code < 500 and beginning.is_small and beginning.says(_MAINTENANCE):
        return Verdict("unreachable", f"the portal answered {code} with a maintenance page")
    if code >= 400:
        return Verdict("unreachable", f"the portal answered {code}")
    if beginning.is_small and (verdict := _error_page(beginning)) is not None:
        return verdict
    if is_home(page.url) and not is_home(asked):
        return Verdict("moved", f"the address leads to the home page {page.url}")
    return None


def _error_page(beginning: _Beginning) -> Verdict | None:
    """What a small page that answers as if all were well says of a fault."""
    if beginning.says(_GONE):
        return Verdict("gone", "the portal answered with an error page in place of this one")
    written = beginning.text.lower()
    form = "<form" in written or "type='password'" in written or 'type="password"' in written
    if form and _CAPTCHA.search(beginning.visible) and not beginning.carries:
        return Verdict("challenged", "the portal wants a code to be typed in: a person must look")
    if form and (beginning.says(_LOGIN) or "password" in written) and not beginning.carries:
        return Verdict("challenged", "the portal wants its reader to log in: a person must look")
    if beginning.says(_BUSY):
        return Verdict("unreachable", "the portal answered with an error text in place of this page")
    return None


def _challenge(code: int, beginning: _Beginning) -> Verdict | None:
    text = beginning.text
    if _SCRIPT_CHALLENGE.search(text) and len(beginning.visible) < _SHORT:
        return Verdict("challenged", f"the portal answered {code} with a script challenge")
    if len(text) < 1500 and _COOKIE_SHELL.search(text):
        return Verdict("challenged", f"the portal answered {code} with a shell that only sets a cookie")
    if (
        len(beginning.visible) < _SHORT
        and _BLOCKED.search(beginning.visible)
        and not (code == 200 and beginning.carries)
    ):
        return Verdict("challenged", f"the portal answered {code} with a block page")
    if code in CHALLENGE_CODES or (code in {202, 400} and text and len(beginning.visible) < 200):
        return Verdict("challenged", f"the portal answered {code}")
    if code == 202:
        return Verdict("challenged", "the portal answered 202 with nothing to read")
    return None


_CARRIED = re.compile(
    rf"<(?:a|iframe|embed|object|img)\b[^<>]{{0,400}}?\b(?:href|src|data)\s?=\s?[\"']?[^\"'<>]{{0,400}}?(?:{any_of(FILES)}\b|"
    r"downfile\.jsp|download\.jsp|/attach/|viewer\.html)",
    re.IGNORECASE,
)
_REPORT_TITLE = re.compile(r"20\d\d.{0,30}(?:年度报告|年报|工作报告)|(?:年度报告|年报).{0,8}20\d\d")


def is_home(url: str) -> bool:
    """Whether an address is a host's root."""
    path = re.sub(r"^https?://[^/?#]+", "", url, flags=re.IGNORECASE).split("?")[0].split("#")[0]
    return path.lower() in {"", "/", "/index.html", "/index.htm", "/index.shtml", "/index.jsp", "/default.html"}


def why_not_governments(page: Page) -> str:
    """Why a page can be no government's: a domain that lapsed serves something else, at times under the old title. Empty
    where it can. One without words (drawn by script) may be anybody's."""
    text = page.text[:_LOOKED_AT]
    visible = re.sub(r"\s+|&nbsp;", "", markup.without_tags(markup.without_scripts(text)))
    title = "".join(inner for name, inner in markup.heads(text) if name == "title")
    foreign = {found.group(0).lower() for found in _LAPSED.finditer(text)}
    if _LAPSED.search(title) or len(foreign) >= 3 or (len(foreign) >= 2 and len(visible) < 4 * _SHORT):
        return f"the page speaks of {'、'.join(sorted(foreign)[:3])}: has the domain been taken over?"
    if len(visible) >= 100 and not _GOVERNMENT.search(text):
        return "the page says nothing of a government any more: has the domain lapsed?"
    return ""


def of_list(verdict: Verdict, listed_before: int) -> Verdict:
    """The verdict on a source whose list page was no list: a column that had items and is gone has moved."""
    if verdict.status == "gone" and listed_before > 0:
        return Verdict(
            "moved", f"{verdict.reason}; the column listed {listed_before} items before: look for its new place"
        )
    return verdict


def of_crawl(items: int, known_before: int, first_error: str, changed: bool) -> Verdict:
    """How a crawl that reached the list ended.

    ``trouble`` is the first thing that could not be had; ``changed`` whether anything new was seen or stored."""
    if first_error:
        return Verdict("incomplete", first_error)
    if items == 0 and known_before > 0:
        return Verdict("quiet", f"the column listed {known_before} items before and lists none now")
    return Verdict("ok" if changed else "unchanged")
