"""Pages that only lead on: a refresh, an assignment of ``location``, a frame that holds the list."""

from __future__ import annotations

import re

from crawler import elements, links
from crawler.families import articles
from crawler.families.rows import base_of
from crawler.pages import Page

LONGEST_DELAY = 100  # seconds after which a refresh is no redirection
_SMALL = 2048  # bytes: a page below this may be nothing but a shell
_FEW = 200  # characters that a shell shows at most

_REFRESHES = re.compile(r"http-equiv\s*=\s*[\"']?\s*refresh\b", re.IGNORECASE)
_META = re.compile(r"<meta\b[^<>]{0,2000}>", re.IGNORECASE)
_NOT_FOLLOWED = re.compile(
    r"<(noscript|script|textarea|template|style)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.DOTALL | re.IGNORECASE
)
_REFRESH_TARGET = re.compile(r"^\s*(\d+)(?:\.\d*)?\s*[;,]\s*url\s*=\s*['\"]?([^\"'>\s]+)", re.IGNORECASE)
_LOCATION = re.compile(
    r"(?<![\w.])(?:(?:window|self|top|parent|document)\.)?location(?:\.href)?\s*=\s*[\"']([^\"']+)[\"']|"
    r"(?<![\w])location\.(?:replace|assign)\(\s*[\"']([^\"']+)[\"']|window\.open\(\s*[\"']([^\"']+)[\"']\s*,\s*[\"']_self"
)
_DECLARED = re.compile(r"\b(?:var|let|const)\s+location\b[^;\n]*")
_FUNCTION = re.compile(r"function\b[^{}]*\{(?:[^{}]|\{[^{}]*\})*\}")
_ASKS_FOR_DATA = re.compile(
    r"\$\.(?:ajax|get|post|getJSON)\s*\(|\bfetch\s*\(|XMLHttpRequest|axios\b|\.load\s*\(\s*['\"]|jsonp|new\s+Xhwpage",
    re.IGNORECASE,
)
_APP = re.compile(r"^(app|root|vue|main-?app|showData\d*|dataList|data-?list|listContent)$", re.IGNORECASE)
_OTHER_FRAME = re.compile(r"login|count|tree|share|tongji|statistic|search|header|footer|weather", re.IGNORECASE)


def refresh_of(page: Page) -> str | None:
    """Where a meta refresh leads, if it does so within 100 seconds. One for browsers without script, or in a comment, is
    none: a browser follows neither."""
    if _REFRESHES.search(page.searchable) is None:
        return None
    for tag in _META.findall(_NOT_FOLLOWED.sub("", page.searchable)):
        if not _REFRESHES.search(tag):
            continue
        content = re.search(r"content\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s>]+)", tag, re.IGNORECASE)
        found = _REFRESH_TARGET.search(content.group(1).strip("\"'")) if content else None
        if found is not None and int(found.group(1)) <= LONGEST_DELAY:
            return links.resolve(base_of(page), found.group(2), page.charset)
    return None


def location_of(page: Page) -> str | None:
    """Where the script of a small page without content of its own sends its reader. What a click does, or a function
    that nobody is seen to call, sends nobody."""
    if len(page.body) >= _SMALL or _has_content(page):
        return None
    for script in page.tree.xpath("//script[not(@src)]"):
        code = str(script.text or "")
        called = re.findall(r"\b(\w+)\s*\(\s*\)\s*;?", _FUNCTION.sub("", code))
        called += re.findall(r"(\w+)\(", str((page.tree.xpath("//body/@onload") or [""])[0]))
        for function in _FUNCTION.findall(code):
            if not _is_called(function, called):
                code = code.replace(function, "")
        found = _LOCATION.search(_DECLARED.sub("", code))
        target = next((group for group in found.groups() if group), "") if found else ""
        if target and re.search(r"[/.?]", target):
            return links.resolve(base_of(page), target, page.charset)
    return None


def _is_called(function: str, called: list[str]) -> bool:
    named = re.match(r"function\s+(\w+)", function)
    return named is None or named.group(1) in called


def _has_content(page: Page) -> bool:
    """Whether a page shows something of its own: words, files, a publication's title."""
    visible = " ".join(
        str(text) for text in page.tree.xpath("//body//text()[not(ancestor::script or ancestor::style)]")
    )
    if len(re.sub(r"\s+", "", visible)) > _FEW:
        return True
    detail = articles.article(page)
    return bool(detail.files)


def frames_of(page: Page) -> list[str]:
    """The frames of the same host that may hold the list; counters, trees and logins do not."""
    out = []
    for frame in page.tree.xpath("//iframe[@src] | //frame[@src]")[:5]:
        url = links.resolve(base_of(page), str(frame.get("src")), page.charset)
        if url is not None and not _OTHER_FRAME.search(url) and links.origin(url) == links.origin(page.url):
            out.append(url)
    return out


def filled_by_script(page: Page) -> str:
    """The name of an element for a list that stands empty in a page whose script asks for data; empty if there is none."""
    code = page.script
    asks = _ASKS_FOR_DATA.search(code) is not None
    if not asks and page.tree.xpath("//template//a | //textarea[contains(., '<a')]"):
        return ""  # what a script puts there is in the page
    for table in page.tree.xpath("//table[@data-url or contains(@data-options, 'url') or contains(@lay-data, 'url')]"):
        return str(table.get("id") or table.get("class") or "table")
    for element in page.tree.xpath("//ul[@id or @class] | //ol[@id] | //tbody[@id] | //div[@id] | //table[@id]"):
        if len(element) or (element.text or "").strip():
            continue
        name = str(element.get("id") or element.get("class") or "")
        if elements.names_other_part(elements.parts(element)):
            continue
        if _APP.match(name) or (asks and (element.tag != "div" or re.search(rf"['\"#]{re.escape(name)}['\"]", code))):
            return name
    return ""


def is_shell(page: Page) -> bool:
    """Whether a page is a frame that a script fills."""
    return bool(filled_by_script(page))
