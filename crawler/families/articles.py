"""Articles: title, date, text, files and pictures of a page that holds one publication."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import cast
from urllib.parse import parse_qs, unquote, urlsplit

import lxml.html
from lxml.html import HtmlElement

from crawler import links
from crawler.families.rows import base_of, onclick, squeezed
from crawler.pages import Detail, FileLink, Page
from reports import dates, suffixes
from reports.article import Article, frames_of, understand

FILE = suffixes.ending_in(suffixes.FILES)
PICTURE = suffixes.ending_in(suffixes.PICTURES)
DOWNLOAD = re.compile(
    r"downfile\.jsp|download\.jsp|/download\?|/download/|attachment_id=|DownloadAttachUrl|/attach/|virtual_attach_file",
    re.IGNORECASE,
)
VIEWER = re.compile(r"viewer\.html|pdfjs|[?&](file|url|src)=", re.IGNORECASE)
_MAY_BE_FILE = re.compile(rf"{suffixes.any_of(suffixes.FILES)}|{DOWNLOAD.pattern}|{VIEWER.pattern}", re.IGNORECASE)
MAX_PICTURES = 30  # as many as the reader looks at (``reports.reader``)
MAX_FILES = 20  # attachments of one article; a bound, not tuned

# Where the vendors put an article's text, the surest first.
CONTAINERS = (
    re.compile(r"\.(?:.*\s)?TRS_Editor(?:\s|$)"),
    re.compile(r"\..*(?:trs_editor_view|TRS_UEDITOR|Custom_UnionStyle)"),
    re.compile(r"<ucapcontent>"),
    re.compile(r"#(?:UCAP-CONTENT|[zZ]oom|vsb_content|article|content)$"),
    re.compile(r"\..*(?:v_news_content|article_content|article-content|zc_article_con)"),
    re.compile(r"<article>"),
)
_MARKED = lxml.etree.XPath("//*[@class or @id] | //ucapcontent | //article")
_HOLDS_SOMETHING = lxml.etree.XPath("boolean(.//img | .//iframe | .//embed | .//object | .//a)")
_BLANKS = re.compile(r"[^\S\n]+")
_EMPTY_LINES = re.compile(r"\n{2,}")
_BLOCKS = frozenset(
    {
        "address", "article", "br", "caption", "dd", "div", "dl", "dt", "figure", "h1", "h2", "h3", "h4", "h5", "h6",
        "hr", "li", "ol", "p", "pre", "section", "table", "tbody", "td", "th", "thead", "tr", "ul",
    }
)  # fmt: skip


@lru_cache(maxsize=4)
def container(page: Page) -> HtmlElement:
    """The element that holds the article: a vendor's mark, else the smallest one with nearly all of the page's
    paragraphs and tables, else the body."""
    found = cast("list[HtmlElement]", _MARKED(page.tree))
    marked = sorted((rank, place) for place, one in enumerate(found) if (rank := _rank(one)) < len(CONTAINERS))
    for _, place in marked:
        element = found[place]
        if len(element.text_content().strip()) > 80 or _HOLDS_SOMETHING(element):
            return element
    bodies = page.tree.xpath("//body")
    body: HtmlElement = bodies[0] if bodies else page.tree
    weight = _prose(body)
    if weight < 60:
        return body
    best = body
    while True:
        inner = next((child for child in best if isinstance(child.tag, str) and _prose(child) >= weight * 0.9), None)
        if inner is None or inner.tag in {"p", "table", "span"}:
            return best
        best = inner


def _rank(element: HtmlElement) -> int:
    """Which of the containers an element is; their number where it is none."""
    written = (f".{element.get('class') or ''}", f"#{element.get('id') or ''}", f"<{element.tag}>")
    found = (rank for rank, mark in enumerate(CONTAINERS) if any(map(mark.match, written)))
    return next(found, len(CONTAINERS))


def _prose(element: HtmlElement) -> int:
    """Characters in paragraphs and table cells, links not counted."""
    parts = element.xpath("descendant-or-self::p | descendant-or-self::td")
    linked = sum(len(a.text_content().strip()) for part in parts for a in part.iter("a"))
    outer = (part for part in parts if next(part.iterancestors("td"), None) is None)
    return sum(len(part.text_content().strip()) for part in outer) - linked


def article(page: Page) -> Detail:
    """An article page taken apart."""
    base = base_of(page)
    inner = container(page)
    visible = copy.deepcopy(inner)
    for gone in visible.xpath(".//script | .//style | .//noscript"):
        gone.drop_tree()
    stated = understand(page.tree)
    day, source = _day(page, stated)
    files = list(_files(page, base, inner))
    taken = {file.url for file in files}
    pictures = [picture for picture in _pictures(page, base, inner) if picture.url not in taken]
    linked = sum(len(re.sub(r"\s+", "", link.text_content())) for link in visible.iter("a"))
    own = text = text_of(visible)
    if frames := [one for one in frames_of(visible) if isinstance(one, HtmlElement)]:
        for frame in frames:
            if frame.getparent() is not None:
                frame.drop_tree()
        own = text_of(visible)
    return Detail(stated.title, day, text, files, pictures, source, linked, stated.issuer, own)


# A visit counter or the day's weather inside the article makes no new version of it.
_COUNTERS = re.compile(
    r"(浏览|点击|阅读|访问|查看|人气)(次数|量|数)?\s*[:：]?\s*\[?\d+\]?\s*(次|人次)?|今天是.{0,30}?星期.|当前(时间|位置)\s*[:：].{0,30}|"
    r"天气\s*[:：].{0,20}|(打印|关闭|字体|字号)\s*[:：]?(\s*\[?[大中小]\]?)*"
)


def text_of(element: HtmlElement) -> str:
    """The text of an article for comparing versions: blocks and cells apart, inline elements joined, white space and
    counters left out."""
    pieces: list[str] = []
    for event, node in lxml.etree.iterwalk(element, events=("start", "end")):
        if not isinstance(node.tag, str):
            continue
        if event == "start":
            if node.tag in _BLOCKS:
                pieces.append("\n")
            pieces.append(node.text or "")
        else:
            if node.tag in _BLOCKS:
                pieces.append("\n")
            if node is not element:
                pieces.append(node.tail or "")
    return _COUNTERS.sub("", _EMPTY_LINES.sub("\n", _BLANKS.sub("", "".join(pieces))).strip("\n"))


def _day(page: Page, stated: Article) -> tuple[date | None, str]:
    """The publication date and where it was found: what the page states, else the day in its address."""
    if stated.published is not None:
        return stated.published, stated.dated_by
    day = dates.date_of_path(page.url)
    return day, "address" if day is not None else ""


# ------------------------------------------------------------------ files and pictures


_ATTACHED = re.compile(r"附件|附：|attach|fujian|appendix|accessory|下载", re.IGNORECASE)


def _files(page: Page, base: str, inner: HtmlElement) -> Iterator[FileLink]:
    """The article's files: linked or shown in it, and those below it in a box of attachments. Files that a page's frame
    offers to everybody (forms to fill in) are not the article's."""
    seen: set[str] = set()
    beside = links.folder(page.url)
    for found in [*_linked_files(page, base), *_embedded_files(page, base, inner)]:
        link, element = found
        if link.url in seen or len(seen) >= MAX_FILES:
            continue
        above = [] if element is None else [element, *element.iterancestors()]
        mine = element is None or inner in above or links.key(link.url).startswith(beside)
        if mine or any(_ATTACHED.search(f"{a.get('class')} {a.get('id')}") for a in above[1:]):
            seen.add(link.url)
            yield link


def _linked_files(page: Page, base: str) -> Iterator[tuple[FileLink, HtmlElement]]:
    each = bool(DOWNLOAD.search(base) or VIEWER.search(base))
    for link in page.tree.xpath("//a[@href]"):
        href = str(link.get("href"))
        name = squeezed(link.text_content()) or str(link.get("title") or "")
        if not each and not _MAY_BE_FILE.search(f"{href} {link.get('onclick') or ''} {name}"):
            continue  # most links of a page are its menus: what they lead to is not worked out
        url = links.resolve(base, href, page.charset) or links.resolve(base, onclick(link), page.charset)
        if url is None:
            continue
        path = urlsplit(url).path
        if VIEWER.search(url) and (viewed := _viewed(url)):
            yield FileLink(viewed, href, name or _last(viewed)), link
        elif FILE.search(path) or DOWNLOAD.search(url) or FILE.search(name):
            yield FileLink(url, href, _file_name(url, name)), link


def _embedded_files(page: Page, base: str, inner: HtmlElement) -> Iterator[tuple[FileLink, HtmlElement | None]]:
    """Files in a viewer: a frame, an embedded object, a viewer's ``file`` parameter, an attribute, a script's variable."""
    for frame in page.tree.xpath("//iframe[@src] | //embed[@src] | //object[@data]"):
        href = str(frame.get("src") or frame.get("data"))
        url = links.resolve(base, href, page.charset)
        target = _viewed(url) if url and VIEWER.search(url) else None
        target = target or (url if url and (FILE.search(urlsplit(url).path) or DOWNLOAD.search(url)) else None)
        if target:
            yield FileLink(target, href, _last(target)), frame
    for element in inner.xpath(".//*[@data-pdf or @data-file or @data-url]"):
        href = str(element.get("data-pdf") or element.get("data-file") or element.get("data-url"))
        url = links.resolve(base, href, page.charset)
        if url and FILE.search(urlsplit(url).path):
            yield FileLink(url, href, _last(url)), element
    for script in page.tree.xpath("//script[not(@src)]"):
        for href in re.findall(r"""["']([^"'\s<>]{1,300}\.(?:pdf|ofd))["']""", script.text or "", re.IGNORECASE):
            url = links.resolve(base, href, page.charset)
            if url:
                yield FileLink(url, href, _last(url)), None


def _viewed(url: str) -> str | None:
    """The file that a viewer's address names, resolved against the viewer."""
    query = parse_qs(urlsplit(url).query)
    for name in ("file", "url", "src", "pdf"):
        for value in query.get(name, []):
            target = links.resolve(url, unquote(value) if "%" in value else value)
            if target and (FILE.search(urlsplit(target).path) or DOWNLOAD.search(target)):
                return target
    return None


def _last(url: str) -> str:
    return unquote(urlsplit(url).path.rsplit("/", 1)[-1])


def _file_name(url: str, link_text: str) -> str:
    """``showname`` of the address, else the link's text, else the last part of the path."""
    names = parse_qs(urlsplit(url).query).get("showname")
    return (names[0] if names else "") or link_text or _last(url)


def _pictures(page: Page, base: str, inner: HtmlElement) -> Iterator[FileLink]:
    count = 0
    for image in inner.xpath(".//img"):
        href = str(image.get("src") or "")
        if not href or href.startswith("data:"):
            href = str(image.get("data-original") or image.get("data-src") or "")
        url = links.resolve(base, href, page.charset)
        if url is None or _is_ornament(image, href):
            continue
        path = urlsplit(url).path
        if not PICTURE.search(path) and not DOWNLOAD.search(url) and "." in path.rsplit("/", 1)[-1]:
            continue
        count += 1
        if count > MAX_PICTURES:
            return
        yield FileLink(url, href, _last(url))


def _is_ornament(image: HtmlElement, href: str) -> bool:
    if re.search(r"icon|logo|qrcode|ewm|share|blank|spacer|loading|print|weixin|wechat", href, re.IGNORECASE):
        return True
    sizes = [re.match(r"\d+", str(image.get(name) or "")) for name in ("width", "height")]
    return any(size is not None and int(size.group(0)) < 40 for size in sizes)
