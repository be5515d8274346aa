"""What most families share: rows of links with dates, articles with files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from urllib.parse import parse_qs, unquote, urlsplit

from lxml.html import HtmlElement

from crawler.links import resolve
from crawler.pages import Detail, FileLink, Listing, Page
from reports.identity import classify, date_in

FILE = re.compile(r"\.(pdf|docx?|xlsx?|wps|et|ofd|rtf|odt|zip|rar|7z|tiff?)$", re.IGNORECASE)
PICTURE = re.compile(r"\.(png|jpe?g|gif|bmp|tiff?|webp)$", re.IGNORECASE)
DOWNLOAD = re.compile(
    r"downfile\.jsp|download\.jsp|/download\?|attachment_id=|DownloadAttachUrl|/attach/", re.IGNORECASE
)
_REPORT_WORDS = re.compile(r"年报|年度报告|报告|报表|解读|公开|总结|通知")
_NAVIGATION = re.compile(
    r"^(首页|上一页|下一页|尾页|末页|更多|返回|打印|关闭|登录|注册|无障碍|English|设为首页|加入收藏|\d+|[>»«<]+)$"
)
# Where the vendors put an article's text; the first that is there and not empty.
CONTAINERS = (
    "//*[contains(concat(' ', normalize-space(@class), ' '), ' TRS_Editor ')]",
    "//*[contains(@class, 'trs_editor_view') or contains(@class, 'TRS_UEDITOR')]",
    "//ucapcontent",
    "//*[@id='UCAP-CONTENT' or @id='zoom' or @id='Zoom' or @id='vsb_content' or @id='article' or @id='content']",
    "//*[contains(@class, 'v_news_content') or contains(@class, 'article_content') or contains(@class, 'article-content')]",
    "//article",
)
MAX_PICTURES = 30
MAX_FILES = 20


def base_of(page: Page) -> str:
    """The address that relative links start from: ``<base href>`` if there is one."""
    found = page.tree.xpath("//base[@href]/@href")
    return (resolve(page.url, str(found[0])) if found else None) or page.url


def rows(page: Page) -> Iterator[Listing]:
    """The rows of a list: links that stand with a date, or whose title speaks of a report.

    Rows that come as markup inside a script or a CDATA section are not seen here: a family reads those."""
    base = base_of(page)
    seen: set[str] = set()
    for link in page.tree.xpath("//a[@href]"):
        title = title_of(link)
        if len(title) < 4 or _NAVIGATION.match(title):
            continue
        day = row_date(link)
        if day is None and not (_REPORT_WORDS.search(title) and re.search(r"20\d\d", title)):
            continue
        href = str(link.get("href"))
        url = resolve(base, href) or resolve(base, _onclick(link))
        if url is None and href.startswith("#"):
            continue
        mark = url or title
        if mark in seen:
            continue
        seen.add(mark)
        yield Listing(url, title, day)


def _onclick(link: HtmlElement) -> str:
    return f"javascript:{link.get('onclick') or ''}"


def title_of(link: HtmlElement) -> str:
    """The full title: the ``title`` attribute where it is longer than the (often cut) text; a date at its end dropped."""
    text = re.sub(r"\s+", " ", link.text_content()).strip()
    text = re.sub(r"\s*[\[（(]?20\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?[\])）]?$", "", text)
    attribute = re.sub(r"\s+", " ", str(link.get("title") or "")).strip()
    return attribute if len(attribute) >= len(text.rstrip(".…")) and attribute else text


def row_date(link: HtmlElement) -> date | None:
    """The date of a link's row: in the smallest element around the link that holds one and no other link of weight."""
    element = link
    for _ in range(4):
        text = element.text_content()
        if len(text) > 400:
            return None
        rest = text if element is link else text.replace(link.text_content(), " ", 1)
        found = date_in(rest) if element is not link else date_in(_tail_date(text))
        if found is not None:
            return found
        parent = element.getparent()
        if parent is None or parent.tag in {"body", "html"}:
            return None
        if sum(1 for other in parent.iter("a") if len(other.text_content().strip()) >= 4) > 1:
            return None
        element = parent
    return None


def _tail_date(text: str) -> str:
    found = re.search(r"20\d\d[-/.年]\s*\d{1,2}[-/.月]\s*\d{1,2}日?\s*[\])）]?\s*$", text)
    return found.group(0) if found else ""


def next_link(page: Page) -> str | None:
    """The address behind 下一页."""
    for link in page.tree.xpath("//a[@href][contains(., '下一页') or contains(., '下页') or @rel='next']"):
        return resolve(base_of(page), str(link.get("href")))
    return None


def meta(page: Page, *names: str) -> str:
    """The first of the named ``<meta>`` values (the national convention for government pages) that is not empty."""
    wanted = {name.lower() for name in names}
    for element in page.tree.xpath("//meta[@name][@content]"):
        if str(element.get("name")).lower() in wanted and str(element.get("content")).strip():
            return str(element.get("content")).strip()
    return ""


def container(page: Page) -> HtmlElement:
    """The element that holds the article; the body where no vendor's mark is found."""
    for path in CONTAINERS:
        for element in page.tree.xpath(path):
            if len(element.text_content().strip()) > 80 or element.xpath(".//img | .//iframe | .//embed | .//a"):
                return element
    bodies = page.tree.xpath("//body")
    return bodies[0] if bodies else page.tree


def article(page: Page) -> Detail:
    """An article page taken apart."""
    base = base_of(page)
    inner = container(page)
    for gone in inner.xpath(".//script | .//style | .//noscript"):
        gone.drop_tree()
    title = meta(page, "ArticleTitle")
    if not title:
        heads = [re.sub(r"\s+", " ", h.text_content()).strip() for h in page.tree.xpath("//h1 | //h2 | //title")]
        title = next((h for h in heads if classify(h).kind is not None), heads[0] if heads else "")
    day = date_in(meta(page, "PubDate")) or _labelled_date(page)
    text = re.sub(r"\s+", " ", inner.text_content()).strip()
    return Detail(title, day, text, list(_files(page, base, inner)), list(_pictures(base, inner)))


def _labelled_date(page: Page) -> date | None:
    head = page.tree.text_content()[:4000]
    found = re.search(r"(发布|发文|公布)(日期|时间)\s*[:：]?\s*(.{8,24})", head, re.DOTALL)
    return date_in(found.group(3)) if found else None


def _files(page: Page, base: str, inner: HtmlElement) -> Iterator[FileLink]:
    seen: set[str] = set()
    # Attachments stand inside the article or, on many sites, in a box below it.
    for scope in (inner, page.tree):
        for link in scope.xpath(".//a[@href]"):
            href = str(link.get("href"))
            url = resolve(base, href)
            if url is None or url in seen:
                continue
            name = re.sub(r"\s+", " ", link.text_content()).strip() or str(link.get("title") or "")
            if FILE.search(urlsplit(url).path) or DOWNLOAD.search(url) or (scope is inner and FILE.search(name)):
                seen.add(url)
                yield FileLink(url, href, name or urlsplit(url).path.rsplit("/", 1)[-1])
                if len(seen) >= MAX_FILES:
                    return
    for frame in inner.xpath(".//iframe[@src] | .//embed[@src] | .//object[@data]"):
        href = str(frame.get("src") or frame.get("data"))
        shown = parse_qs(urlsplit(href).query).get("file")
        target = resolve(resolve(base, href) or base, unquote(shown[0])) if shown else resolve(base, href)
        if target and target not in seen and (shown or FILE.search(urlsplit(target).path)):
            seen.add(target)
            yield FileLink(target, href, urlsplit(target).path.rsplit("/", 1)[-1])


def _pictures(base: str, inner: HtmlElement) -> Iterator[FileLink]:
    count = 0
    for image in inner.xpath(".//img[@src]"):
        href = str(image.get("src"))
        url = resolve(base, href)
        if (
            url is None
            or href.startswith("data:")
            or re.search(r"icon|logo|qrcode|share|blank|spacer", href, re.IGNORECASE)
        ):
            continue
        if not PICTURE.search(urlsplit(url).path):
            continue
        count += 1
        if count > MAX_PICTURES:
            return
        yield FileLink(url, href, urlsplit(url).path.rsplit("/", 1)[-1])
