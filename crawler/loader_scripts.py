"""What a page's own script says of a list that goes on: requests for more of it, counts, flags, reports that it names."""

from __future__ import annotations

import re

from crawler import elements
from crawler import pager_words as words

_NEAR = 600  # characters behind a call in which what it does stands
_MOST = 40  # finds of one kind that are looked at
_LONGEST = 500_000  # characters of a page's scripts that are read; a template of a column has some 50,000

_OBSERVES = re.compile(r"\bIntersectionObserver\s*\(")
_LOADS = re.compile(r"\b\w*(?:load|fetch|more|next|page|ajax|append)\w*\s*\(|\bpage\w*\s*(?:\+\+|\+=)", re.IGNORECASE)
_FLAG = re.compile(
    r"\bhas_?(?:more|next)(?:_?page)?['\"]?\s*[:=]\s*(?:true|!0|['\"]?1\b)|"
    r"\bnext_?(?:page|url|link|cursor|token)(?:_?(?:url|token))?['\"]?\s*[:=]\s*(?:['\"][^'\"\s]+['\"]|[1-9]\d*)",
    re.IGNORECASE,
)
_PAGES = re.compile(
    r"\b(?:pages|page_?(?:sum|count|total|all|nums)|(?:total|max|all|last|sum|count)_?pages?)\s*['\"]?\s*[:=]\s*['\"]?(\d{1,5})\b",
    re.IGNORECASE,
)
_TOTAL = re.compile(
    r"\b(total_?(?:num|count|records?|rows?|items?|data|elements|hits|size)|(?:record|row|item|data|list|count|page)_?total|"
    r"(?:record|row|item|data|all|sum)_?(?:count|num|sum)|total)\s*['\"]?\s*[:=]\s*['\"]?(\d{1,6})\b",
    re.IGNORECASE,
)
_BESIDE_TOTAL = re.compile(r"\bpage|\bsize\b|\blimit\b|\brows\b|per_?page", re.IGNORECASE)
_REQUEST = re.compile(
    r"(?:\$|jQuery)\.(?:ajax|get|post|getJSON)\s*\(|\bfetch\s*\(|\baxios\b|\.open\s*\(\s*['\"](?:get|post)|"
    r"\.load\s*\(\s*['\"]|\bjsonp\s*\(",
    re.IGNORECASE,
)
_LITERAL = re.compile(r"['\"`]([^'\"`\n]{1,300})['\"`]")
_ADDRESS = re.compile(r"^(?!application/|text/|multipart/).*(?:[/?]|\.(?:do|jsp|json|action|php|aspx|ashx|s?html?)\b)")
_OF_LIST = re.compile(
    r"list|more|page|article|news|content|manuscript|info|quer|catalog|column|channel|cid|record|item|report|nianbao|"
    r"nb\b|offset|start|limit|cursor|rows|doc",
    re.IGNORECASE,
)
_INSERTS = re.compile(r"append|innerHTML|\.html\s*\(|insertAdjacent|<li|<tr|<a\s", re.IGNORECASE)
_PLUGIN = re.compile(
    r"\b\w*(?:pager|paging|paginat|fenye|pagebar|pagenav|infinite|loadmore|dropload|mescroll|minirefresh|pullrefresh|"
    r"pullload|jscroll|jqgrid|datagrid|bootstraptable|waterfall)\w*\s*\(|\bflow\s*\.\s*load\s*\(|\btable\s*\.\s*render\s*\(",
    re.IGNORECASE,
)
_SERVED = re.compile(r"\bDataTable\s*\(.{0,400}?\b(?:serverSide|ajax)\b", re.IGNORECASE | re.DOTALL)
_PRESSED = re.compile(
    r"(?:\.(?:click|tap)\s*\(|\bonclick\s*=|['\"](?:click|tap|touchend)['\"]\s*,).{0,200}?\b\w*(?:(?:go|to|turn|show|load|next|get|"
    r"query|change|jump)_?\w{0,4}page|page(?:to|go|jump)?|(?:load|get|query|fetch)_?(?:more|list|data|news|articles?))\s*\(",
    re.IGNORECASE | re.DOTALL,
)
_DRAWS = re.compile(r"['\">](?:下一?页|后一?页|尾页|末页|加载更多|点击加载更多|查看更多)(?:<|['\"&\s])")
_REPORT = re.compile(r"[\u4e00-\u9fff（）()]{0,30}20\d\d\s*年度?[\u4e00-\u9fff（）()]{0,24}(?:年度?报告?|工作报告)")
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|(?<![:'\"/])//[^\n]*", re.DOTALL)


def unread(script: str, listed: int, page_text: str) -> str:
    """Why a list of so many rows may go on, by its page's script; empty where nothing says so. ``page_text`` is what the
    page's links and the rows are called."""
    if len(script) > _LONGEST:
        return f"its scripts have {len(script)} characters"
    code = re.sub(r"function\s+\w+\s*\(", "function (", _COMMENT.sub(" ", script))
    return _counted(code, listed) or _flagged(code) or _requested(code) or _named(code, page_text)


def _counted(code: str, listed: int) -> str:
    pages = [int(found) for found in _PAGES.findall(code)]
    if pages and max(pages) > 1:
        return f"a script states {max(pages)} pages"
    for found in list(_TOTAL.finditer(code))[:_MOST]:
        beside = code[max(0, found.start() - 200) : found.end() + 200].replace(found.group(0), "")
        told = len(found.group(1)) > len("total") and "total" in found.group(1).lower()
        if int(found.group(2)) > listed and (told or _BESIDE_TOTAL.search(beside)):
            return f"a script states {found.group(2)} items"
    return ""


def _flagged(code: str) -> str:
    for pattern in (_FLAG, _PLUGIN, _SERVED, _PRESSED, _DRAWS):
        found = pattern.search(code)
        if found:
            return f"a script says {found.group(0)[:40].strip()!r}"
    for found in list(_OBSERVES.finditer(code))[:_MOST]:
        if _LOADS.search(code[found.end() : found.end() + _NEAR]):
            return "a script loads more of it as one scrolls"
    return ""


def _requested(code: str) -> str:
    """A request whose address or whose answer's use speaks of a list."""
    for found in list(_REQUEST.finditer(code))[:_MOST]:
        near = code[found.start() : found.end() + _NEAR]
        asked = next((text for text in _LITERAL.findall(near) if _ADDRESS.search(text)), "")
        if words.SERVICE.search(f"{elements.split(asked.partition('?')[0])}-"):
            continue
        if _OF_LIST.search(asked) or (_INSERTS.search(near) and not asked):
            return f"a script asks for more ({asked[:60] or found.group(0).strip()})"
    return ""


def _named(code: str, page_text: str) -> str:
    """Titles of reports in a script's texts that no link shows."""
    page_words = re.sub(r"\s", "", page_text)
    for found in list(_REPORT.finditer(code))[:_MOST]:
        title = re.sub(r"\s", "", found.group(0))
        if title not in page_words:
            return f"a script names a report ({title[:40]}) that is not listed"
    return ""
