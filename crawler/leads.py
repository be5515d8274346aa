"""The links of a page that may lead to a report column, each with what speaks for it. Pure: a page in, leads out."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from lxml.html import HtmlElement

from crawler import links
from crawler.families.rows import NAVIGATION, base_of, onclick, title_of
from crawler.pages import Page

LABELLED = 85  # from this score on a link is called a report column, whatever lies behind it
SURE = 100  # scores rank, they measure nothing: a report column by all its words
_SITEMAP, _UNITS, _OWN, _PLAIN, _NOTICES = 40, 45, 58, 30, 20  # in the order in which a person would try them
_MOST_LINKS = 3000  # a bound on the time of a page
_LONGEST_LABEL = 40  # characters; a longer text is a title of an article

_REPORT = re.compile(r"(?:信息|政务|政府)?公开(?:工作)?(?:情况)?(?:年报|年度(?:工作)?报告|工作报告|报告)")
_BARE_REPORT = re.compile(
    r"^(?:历年|各?单位|各?部门|本级|本机关|机关|政府)?(?:工作)?(?:年报|年度报告|年度工作报告|工作年度报告)(?:公开|专栏|公示)?$"
)
# Their neighbours: what is called a report of the year and is another one.
_OF_OTHERS = re.compile(
    r"政府工作报告|法治|网站|报表|财政|预算|决算|统计|年鉴|企业|公司|上市|审计|环境|环保|质量|社会责任|就业|投资|基金|银行|学校|高校|教学|减排|"
    r"安全|食品|药品|监测|执法|处罚|项目|组织|协会|党建|人大|政协|法院|检察|工会|指南|依申请|申请|制度|意见箱|须知|解读"
)
_DISCLOSURE = (
    (re.compile(r"^(?:[\u4e00-\u9fff]{0,8})?政府信息公开(?:专栏|专区|平台|目录|栏)?$"), 62),
    (re.compile(r"信息公开"), 60),
    (re.compile(r"政务公开|法定主动公开|主动公开|公开目录|公开平台|公开专栏"), 55),
)
_SITEMAP_LABEL = re.compile(r"网站地图|站点地图|网站导航|站点导航|栏目导航|^sitemap$", re.IGNORECASE)
_NOTICES_LABEL = re.compile(
    r"^(?:通知公告|公示公告|公告公示|通知公示|公告|最新文件|工作动态|回应关切)$"
)  # where some publish it
_UNITS_LABEL = re.compile(
    r"^(?:[市区县州镇乡旗]?(?:级|直|政府)?(?:各|工作)?(?:部门|单位|乡镇|镇街|街道|机构|委办局).{0,8})$"
)
_REPORT_PATH = re.compile(
    r"/(?:zf)?(?:xx)?gk(?:gz)?_?(?:nb|ndbg|ndgb|nianbao)[^/]*(?:/|$)|/(?:nb|ndbg|nianbao|annualreport)(?:[_\d][^/]*)?(?:/|$|#)",
    re.IGNORECASE,
)
_DISCLOSURE_PATH = re.compile(r"/(?:zfxxgk|xxgk|zwgk|gkmlpt|govxxgk|openness|zfxxgkml)(?:[_/\d]|$)", re.IGNORECASE)
_YEAR = re.compile(r"^(?:19|20)\d\d\s*年?度?.{0,14}$")
_WRITTEN = re.compile(
    r"<a\b[^<>]{0,200}?\bhref\s?=\s?\\?[\"']([^\"'\\<>]{1,400})\\?[\"'][^<>]{0,400}>(.{1,120}?)<\\?/a",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Lead:
    """A link worth following: where it leads, what it is called, how much speaks for it, and through which titles it
    was reached from the home page."""

    url: str
    title: str
    score: int
    trail: tuple[str, ...] = ()
    above: str = ""  # the address of the page that shows it
    own: bool = False  # on the way here a link bears the body's own name
    all_years: str = ""  # beneath a year's column: the address of the page that shows all years

    def down(self, url: str, title: str, score: int, above: str, own: bool) -> Lead:
        """A lead that the page behind this one (at ``above``) shows."""
        all_years = self.all_years or (above if _YEAR.match(title) else "")
        return Lead(url, title, score, (*self.trail, title), above, self.own or own, all_years)


@dataclass(frozen=True, slots=True)
class Found:
    """The leads of a page, and what of it could not be followed."""

    leads: tuple[Lead, ...]
    links: int  # all links of the page that lead anywhere
    scripts: int  # links that only a script knows
    outside: tuple[str, ...] = ()  # hosts that telling links lead to and that are none of the body's


def leads_of(page: Page, come_from: Lead, names: Collection[str], hosts: Collection[str]) -> Found:
    """What is worth following on a page that was reached by ``come_from``. ``names`` are the body's own, ``hosts`` those
    (without ``www.``) that the register allows for it."""
    out: dict[str, Lead] = {}
    outside: dict[str, None] = {}
    followed = scripts = 0
    for url, title, unread in _links(page):
        if url is None:
            scripts += unread
            continue
        followed += 1
        score, own = _score(title, url, names, come_from)
        if score <= 0:
            continue
        host = links.key(url).partition("/")[0]
        if host.partition(":")[0] not in hosts:
            if score >= _OWN:
                outside[host] = None
            continue
        lead = come_from.down(url, title, score, page.url, own)
        known = out.get(links.key(url))
        if known is None or known.score < score:
            out[links.key(url)] = lead
    return Found(tuple(out.values()), followed, scripts, tuple(outside))


def label_score(title: str, url: str = "") -> int:
    """How much a column's name and address say that it is the column of these reports, of 100."""
    text = re.sub(r"\s+", "", title)
    by_path = bool(_REPORT_PATH.search(links.key(url))) if url else False
    if _REPORT.search(text) and not re.search(r"解读|网站", text):
        return SURE
    if _BARE_REPORT.match(text) and not _OF_OTHERS.search(text):
        return LABELLED + (10 if by_path else 0)
    if by_path and not _OF_OTHERS.search(text):
        return LABELLED
    return 0


def is_year(title: str) -> bool:
    """Whether a column is called a year: it holds that year's reports only."""
    return bool(_YEAR.match(title))


def has_report_path(url: str) -> bool:
    """Whether an address has one of the usual directory words of these columns."""
    return bool(_REPORT_PATH.search(links.key(url)))


def _score(title: str, url: str, names: Collection[str], come_from: Lead) -> tuple[int, bool]:
    """How promising a link is (0: not at all), and whether it bears the body's own name."""
    text = re.sub(r"\s+", "", title)
    if len(text) > _LONGEST_LABEL:
        return 0, False
    own = any(_is_name(text, name) for name in names)
    named = label_score(text, url)
    if named:
        # A report itself bears the words as well, and a year: it is no column.
        return (named if not re.search(r"20\d\d年.{2,}公开", text) else 0), own
    if come_from.score >= LABELLED and (_YEAR.match(text) or _UNITS_LABEL.match(text) or own):
        return come_from.score - 3, own  # beneath a report column: its years, groups and the body's own part
    if own:
        return _OWN, True
    if _SITEMAP_LABEL.search(text):
        return _SITEMAP, False
    if _OF_OTHERS.search(text):
        return 0, False
    for pattern, score in _DISCLOSURE:
        if pattern.search(text):
            return score, False
    if _UNITS_LABEL.match(text):
        return _UNITS, False
    if _NOTICES_LABEL.search(text):
        return _NOTICES, False
    return (_PLAIN, False) if not text and _DISCLOSURE_PATH.search(links.key(url)) else (0, False)


def _is_name(text: str, name: str) -> bool:
    return len(text) >= 3 and (
        text == name or (len(text) >= 3 and name.endswith(text) and text[-1] in "局委办厅处府所院")
    )


def _links(page: Page) -> Iterator[tuple[str | None, str, int]]:
    """(address, label, 1 if only a script knows the address) of all that a reader can click, frames included."""
    base = base_of(page)
    clickable = page.tree.xpath("//a[@href] | //area[@href] | //*[@onclick and not(self::a[@href])] | //option[@value]")
    for element in clickable[:_MOST_LINKS]:
        yield from _link(page, base, element)
    for frame in page.tree.xpath("//frame[@src] | //iframe[@src]")[:8]:
        url = links.resolve(base, str(frame.get("src")), page.charset)
        if url is not None and links.origin(url) == links.origin(page.url):
            yield url, "信息公开" if frame.tag == "frame" else "公开专栏", 0
    # Some menus are written by a script, letter for letter.
    for script in page.tree.xpath("//script[not(@src)]"):
        for href, label in _WRITTEN.findall(str(script.text or "")[:200_000]):
            url = links.resolve(base, href, page.charset)
            if url is not None:
                yield url, re.sub(r"<[^>]*>|\\[nrt]|\s+", "", label), 0


def _link(page: Page, base: str, element: HtmlElement) -> Iterator[tuple[str | None, str, int]]:
    if element.tag == "option":
        label, href = element.text_content().strip(), str(element.get("value"))
        if not re.search(r"[/.]", href):
            return
    else:
        label, href = (
            title_of(element) or str(element.get("title") or element.get("alt") or ""),
            str(element.get("href") or ""),
        )
    if NAVIGATION.match(label) and not _SITEMAP_LABEL.search(label):
        return
    url = links.resolve(base, href, page.charset) or links.resolve(base, onclick(element), page.charset)
    scripted = href.lower().startswith("javascript:") or bool(element.get("onclick")) or href in {"#", ""}
    yield url, label, int(url is None and scripted and len(label) >= 2)
