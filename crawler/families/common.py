"""What most families share: rows of links with dates, the columns beneath a column, articles with their files."""

from __future__ import annotations

import copy
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from urllib.parse import parse_qs, unquote, urlsplit

import lxml.html
from lxml.html import HtmlElement

from crawler import links
from crawler.pages import Detail, FileLink, Listing, Page
from reports import dates
from reports.narrative.classify import classify
from reports.text import date_in

FILE = re.compile(r"\.(pdf|docx?|xlsx?|wps|et|ofd|rtf|odt|zip|rar|7z|tiff?)$", re.IGNORECASE)
PICTURE = re.compile(r"\.(png|jpe?g|gif|bmp|tiff?|webp)$", re.IGNORECASE)
DOWNLOAD = re.compile(
    r"downfile\.jsp|download\.jsp|/download\?|/download/|attachment_id=|DownloadAttachUrl|/attach/|virtual_attach_file",
    re.IGNORECASE,
)
VIEWER = re.compile(r"viewer\.html|pdfjs|[?&](file|url|src)=", re.IGNORECASE)
MAX_PICTURES = 30
MAX_FILES = 20
MAX_COLUMNS = 60

_REPORT_WORDS = re.compile(r"年报|年度报告|报告|报表|解读|公开|总结|通知")
_NAVIGATION = re.compile(
    r"^(首页|网站首页|上一页|下一页|上页|下页|尾页|末页|更多|返回.{0,4}|打印|关闭|登录|注册|无障碍.{0,4}|English|设为首页|"
    r"加入收藏|下载|收藏|分享|RSS|\d+|[>»«<.…]+|(更多|more)[>»]*)$",
    re.IGNORECASE,
)
_CHROME = re.compile(r"foot|crumb|position|share|friend|copyright|header|topbar|login|toolbar", re.IGNORECASE)
# Where the vendors put an article's text; the first that is there and not empty.
CONTAINERS = (
    "//*[contains(concat(' ', normalize-space(@class), ' '), ' TRS_Editor ')]",
    "//*[contains(@class, 'trs_editor_view') or contains(@class, 'TRS_UEDITOR') or contains(@class, 'Custom_UnionStyle')]",
    "//ucapcontent",
    "//*[@id='UCAP-CONTENT' or @id='zoom' or @id='Zoom' or @id='vsb_content' or @id='article' or @id='content']",
    "//*[contains(@class, 'v_news_content') or contains(@class, 'article_content') or contains(@class, 'article-content')"
    " or contains(@class, 'zc_article_con')]",
    "//article",
)
_BLOCKS = frozenset(
    {
        "address", "article", "br", "caption", "dd", "div", "dl", "dt", "figure", "h1", "h2", "h3", "h4", "h5", "h6",
        "hr", "li", "ol", "p", "pre", "section", "table", "tbody", "td", "th", "thead", "tr", "ul",
    }
)  # fmt: skip


# ------------------------------------------------------------------ lists


def base_of(page: Page) -> str:
    """The address that relative links start from: ``<base href>`` if there is one."""
    found = page.tree.xpath("//base[@href]/@href")
    return (links.resolve(page.url, str(found[0])) if found else None) or page.url


def rows(page: Page) -> list[Listing]:
    """The rows of a list: links that stand with a date or whose title speaks of a report of some year, and those that
    stand in one list with them.

    Where a list holds items beneath the page's own directory, dated links elsewhere on the page are its news and not
    its items. Rows that come as markup inside a script or a CDATA section are read by their family, not here."""
    found = list(page.tree.xpath("//a[@href] | //li[@onclick] | //tr[@onclick]"))
    # Some templates put everything into an element that is called header: then it is none.
    return _rows(page, [link for link in found if not _in_chrome(link)]) or _rows(page, found)


def hidden_rows(page: Page) -> list[Listing]:
    """The rows of a list that stands in a ``<textarea>`` or a script's template and is drawn by a script."""
    out: list[Listing] = []
    for holder in page.tree.xpath(
        "//textarea | //script[contains(@type, 'text/') and not(contains(@type, 'javascript'))]"
    ):
        if "<a" in (holder.text or ""):
            out += rows(Page(page.url, f"<html><body>{holder.text}</body></html>".encode()))
    return _distinct(out)


def _rows(page: Page, found: list[HtmlElement]) -> list[Listing]:
    base = base_of(page)
    groups: dict[HtmlElement, list[tuple[Listing, bool]]] = defaultdict(list)
    for link in found:
        row = _row(page, base, link)
        if row is not None:
            says = bool(_REPORT_WORDS.search(row.title) and re.search(r"20\d\d", row.title))
            groups[_list_of(link)].append((row, row.listed_on is not None or says))
    kept: list[list[Listing]] = []
    for group in groups.values():
        sure = [row for row, qualifies in group if qualifies]
        if len(sure) * 2 >= len(group) and sure:
            kept.append([row for row, _ in group])
        elif sure:
            kept.append(sure)
    return _distinct(_of_the_column(page, kept))


def _row(page: Page, base: str, link: HtmlElement) -> Listing | None:
    title = title_of(link)
    if len(title) < 2 or _NAVIGATION.match(title):
        return None
    href = str(link.get("href") or "")
    url = links.resolve(base, href, page.charset) or links.resolve(base, _onclick(link), page.charset)
    if url is None and (link.tag != "a" or href.startswith("#") or re.match(r"(mailto|tel):", href, re.IGNORECASE)):
        return None
    return Listing(url, title, row_date(link))


def _in_chrome(link: HtmlElement) -> bool:
    return any(
        element.tag in {"footer", "nav", "header"} or _CHROME.search(f"{element.get('class')} {element.get('id')}")
        for element in link.iterancestors()
        if element.tag not in {"html", "body", "form"}
    )


def _list_of(link: HtmlElement) -> HtmlElement:
    """The smallest element that holds more than this link: the list the row stands in."""
    element = link
    for element in link.iterancestors():
        if element.tag in {"body", "html"}:
            break
        if sum(1 for other in element.iter("a", "li", "tr") if _is_item(other)) > 1 and element.tag not in {"tr", "li"}:
            break
    return element


def _is_item(element: HtmlElement) -> bool:
    if element.tag == "a":
        return len(element.text_content().strip()) >= 2 and not _NAVIGATION.match(element.text_content().strip())
    return element.get("onclick") is not None


def _of_the_column(page: Page, groups: list[list[Listing]]) -> list[Listing]:
    within = links.folder(page.url)
    inside = [group for group in groups if any(row.url and links.key(row.url).startswith(within) for row in group)]
    if not inside:
        return [row for group in groups for row in group]
    return [
        row
        for group in groups
        for row in group
        if group in inside or classify(row.title).kind in {"annual_report", "interpretation"}
    ]


def _distinct(found: list[Listing]) -> list[Listing]:
    """Each address once. The mobile twin gives way to the standard page; a cut title to the full one."""
    out: dict[str, Listing] = {}
    for row in found:
        mark = links.key(row.url) if row.url else row.title
        known = out.get(mark)
        if known is None:
            out[mark] = row
            continue
        url = row.url if known.url and row.url and links.is_twin(known.url) else known.url
        title = row.title if len(row.title) > len(known.title) else known.title
        out[mark] = Listing(url, title, known.listed_on or row.listed_on)
    return list(out.values())


def columns(page: Page, listed: list[Listing]) -> list[Listing]:
    """The columns beneath this one (years, groups of bodies): links to directories below the page's own that are no row
    of its list."""
    base, within = base_of(page), links.folder(page.url)
    rows_ = {links.key(row.url) for row in listed if row.url}
    out: dict[str, Listing] = {}
    for link in page.tree.xpath("//a[@href]"):
        url = links.resolve(base, str(link.get("href")), page.charset)
        title = title_of(link)
        if url is None or len(title) < 2 or _NAVIGATION.match(title):
            continue
        where = links.key(url)
        if is_directory(url) and where.startswith(within) and where not in rows_ | {links.key(page.url)}:
            out.setdefault(where, Listing(url, title))
    return list(out.values())[:MAX_COLUMNS]


def is_directory(url: str) -> bool:
    """Whether an address names a column rather than an article: it ends in a slash or an index page."""
    return links.key(url).partition("?")[0].endswith("/")


def _onclick(element: HtmlElement) -> str:
    return f"javascript:{element.get('onclick') or ''}"


def title_of(link: HtmlElement) -> str:
    """The full title: the ``title`` attribute where it is longer than the (often cut) text; a date at its end dropped."""
    text = _squeezed(link.text_content())
    if not text:
        text = _squeezed(" ".join(str(alt) for alt in link.xpath(".//img/@alt")))
    text = re.sub(r"^(?:[·•▪■◆>\s]|\[\d+\])+", "", text)
    text = re.sub(r"\s*[\[（(]?20\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}日?\s*[\])）]?$", "", text)
    attribute = _squeezed(str(link.get("title") or ""))
    labelled = re.match(r"标题[:：]\s*(.+?)(?:\s*(?:发布|时间|日期|作者|来源|点击|浏览)|$)", attribute)
    if labelled:
        attribute = labelled.group(1)
    return attribute if attribute and len(attribute) >= len(text.rstrip(".…")) else text


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


# ------------------------------------------------------------------ the date of a row


# 成文, 生效 and the index number (索引号 2026-02-00018) are other facts.
_OTHER_LABEL = re.compile(
    r"(索\s*引\s*号|文\s*号|成文|生成|生效|失效|有效|废止|印发|电话|传真)[^\s:：]{0,6}[:：]?\s*[^\s]*"
)
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})\s+(20\d\d)\s*[-/.年]\s*(\d{1,2})月?(?![-/.\d])")
_YEAR_LAST = re.compile(r"(?<!\d)(\d{1,2})[-/.](\d{1,2})\s+(20\d\d)(?!\d)")


def row_date(link: HtmlElement) -> date | None:
    """The date of a link's row: in the smallest element around the link that holds one and no other link of weight."""
    own = link.text_content()
    element = link
    for _ in range(5):
        text = _spaced(element)
        if len(text) > 600:
            return None
        found = date_in(_tail_date(own)) if element is link else _date_beside(element, text.replace(own, " ", 1), link)
        if found is not None:
            return found
        parent = element.getparent()
        if parent is None or parent.tag in {"body", "html"}:
            return None
        if sum(1 for other in parent.iter("a") if len(other.text_content().strip()) >= 4) > 1:
            return None
        element = parent
    return None


def _spaced(element: HtmlElement) -> str:
    return " ".join(str(piece) for piece in element.itertext())


def _date_beside(element: HtmlElement, rest: str, link: HtmlElement) -> date | None:
    if element.tag == "tr":
        by_head = _date_by_head(element)
        if by_head is not None:
            return by_head
    rest = rest.replace(_spaced(link), " ", 1)
    labelled = dates.labelled([rest])
    if labelled is not None:
        return labelled
    plain = _OTHER_LABEL.sub(" ", rest)
    return date_in(plain) or _turned_round(plain)


def _turned_round(text: str) -> date | None:
    """Dates whose day stands large before the month and year (``13 2025-01``), or whose year stands last."""
    for pattern, order in ((_DAY_FIRST, (2, 3, 1)), (_YEAR_LAST, (3, 1, 2))):
        found = pattern.search(text)
        if found:
            year, month, day = (found.group(number) for number in order)
            return date_in(f"{year}-{month}-{day}")
    return None


def _date_by_head(row: HtmlElement) -> date | None:
    """The date under the head that speaks of publication, where the table has a head."""
    heads = row.xpath("ancestor::table[1]//tr[th or position()=1][1]/*[self::th or self::td]")
    cells = row.xpath("./td")
    if len(heads) != len(cells):
        return None
    for head, cell in zip(heads, cells, strict=True):
        if re.search(r"(发布|公布|公开|发文|更新)(日期|时间)?|^\s*(日期|时间)\s*$", head.text_content()):
            found = date_in(cell.text_content())
            if found is not None:
                return found
    return None


def _tail_date(text: str) -> str:
    found = re.search(r"20\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}日?\s*[\])）]?\s*$", text)
    return found.group(0) if found else ""


# ------------------------------------------------------------------ paging and totals


def next_link(page: Page) -> str | None:
    """The address behind 下一页."""
    for link in page.tree.xpath("//a[@href][contains(., '下一页') or contains(., '下页') or @rel='next']"):
        url = links.resolve(base_of(page), str(link.get("href")), page.charset)
        url = url or links.resolve(base_of(page), _onclick(link), page.charset)
        if url is not None and links.key(url) != links.key(page.url):
            return url
    return None


def stated_total(page: Page) -> int | None:
    """The number of items that the list states of itself (共58条, 共 58 条记录, 总记录数：58)."""
    found = re.search(
        r"共\s*(?:有|计)?\s*(\d{1,6})\s*(?:条|篇|项)|总(?:记录|条)数\s*[:：]?\s*(\d{1,6})",
        _squeezed(page.tree.text_content()),
    )
    return int(found.group(1) or found.group(2)) if found else None


_EMPTY = re.compile(r"暂无(数据|内容|信息|相关|记录|文章)?|没有(找到)?(相关)?(内容|信息|数据|记录)")


def says_empty(page: Page) -> bool:
    """Whether a list without rows says itself that it is empty."""
    text = _squeezed(page.tree.text_content())
    return (
        bool(re.search(r"暂无(数据|内容|信息|相关|记录|文章)?|没有(找到)?(相关)?(内容|信息|数据|记录)", text))
        or stated_total(page) == 0
    )


def meta(page: Page, *names: str) -> str:
    """The first of the named ``<meta>`` values (the national convention for government pages) that is not empty."""
    wanted = {name.lower() for name in names}
    for element in page.tree.xpath("//meta[@name][@content]"):
        if str(element.get("name")).lower() in wanted and str(element.get("content")).strip():
            return str(element.get("content")).strip()
    return ""


# ------------------------------------------------------------------ articles


def container(page: Page) -> HtmlElement:
    """The element that holds the article: a vendor's mark, else the smallest one with nearly all of the page's
    paragraphs and tables, else the body."""
    for path in CONTAINERS:
        for element in page.tree.xpath(path):
            if len(element.text_content().strip()) > 80 or element.xpath(
                ".//img | .//iframe | .//embed | .//object | .//a"
            ):
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


def _prose(element: HtmlElement) -> int:
    """Characters in paragraphs and table cells, links not counted."""
    parts = element.xpath("descendant-or-self::p | descendant-or-self::td")
    linked = sum(len(a.text_content().strip()) for part in parts for a in part.iter("a"))
    return sum(len(part.text_content().strip()) for part in parts if not part.xpath("ancestor::td")) - linked


def article(page: Page) -> Detail:
    """An article page taken apart."""
    base = base_of(page)
    inner = container(page)
    shown = copy.deepcopy(inner)
    for gone in shown.xpath(".//script | .//style | .//noscript"):
        gone.drop_tree()
    day, source = _published(page)
    files = list(_files(page, base, inner))
    taken = {file.url for file in files}
    pictures = [picture for picture in _pictures(page, base, inner) if picture.url not in taken]
    return Detail(_title(page), day, text_of(shown), files, pictures, source)


def _title(page: Page) -> str:
    stated = _squeezed(meta(page, "ArticleTitle"))
    heads = [
        _squeezed(h.text_content()) for h in page.tree.xpath("//h1 | //h2 | //*[contains(@class, 'title')] | //title")
    ]
    heads = [head for head in heads if 2 <= len(head) <= 120]
    if stated and (classify(stated).kind is not None or not heads):
        return stated
    telling = next((head for head in heads if classify(head).kind is not None), None)
    return telling or stated or (heads[0] if heads else "")


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
    lines = (re.sub(r"\s+", "", line) for line in "".join(pieces).split("\n"))
    return _COUNTERS.sub("", "\n".join(line for line in lines if line))


def _published(page: Page) -> tuple[date | None, str]:
    """The publication date and where it was found: a labelled date of the page, ``PubDate``, the address.

    Unset fields (1970-01-01 and the like, before the regulation of 2008-05-01) are no dates."""
    day = dates.labelled([_spaced(page.tree)[:6000]])
    if day is not None:
        return day, "page"
    day = date_in(meta(page, "PubDate", "publishdate", "firstpublishedtime"))
    if day is not None:
        return day, "meta"
    day = dates.date_of_path(page.url)
    return day, "address" if day is not None else ""


# ------------------------------------------------------------------ files and pictures


_ATTACHED = re.compile(r"附件|附：|attach|fujian|appendix|accessory|下载", re.IGNORECASE)


def _files(page: Page, base: str, inner: HtmlElement) -> Iterator[FileLink]:
    """The article's files: linked or shown in it, and those below it in a box of attachments. Files that a page's frame
    offers to everybody (forms to fill in) are not the article's."""
    seen: set[str] = set()
    beside = links.folder(page.url)
    within = set(inner.iter())
    for found in [*_linked_files(page, base), *_shown_files(page, base, inner)]:
        link, element = found
        if link.url in seen or len(seen) >= MAX_FILES:
            continue
        mine = element is None or element in within or links.key(link.url).startswith(beside)
        if mine or any(_ATTACHED.search(f"{a.get('class')} {a.get('id')}") for a in element.iterancestors()):
            seen.add(link.url)
            yield link


def _linked_files(page: Page, base: str) -> Iterator[tuple[FileLink, HtmlElement]]:
    for link in page.tree.xpath("//a[@href]"):
        href = str(link.get("href"))
        url = links.resolve(base, href, page.charset) or links.resolve(base, _onclick(link), page.charset)
        if url is None:
            continue
        path = urlsplit(url).path
        name = _squeezed(link.text_content()) or str(link.get("title") or "")
        if VIEWER.search(url) and (shown := _viewed(url)):
            yield FileLink(shown, href, name or _last(shown)), link
        elif FILE.search(path) or DOWNLOAD.search(url) or FILE.search(name):
            yield FileLink(url, href, _file_name(url, name)), link


def _shown_files(page: Page, base: str, inner: HtmlElement) -> Iterator[tuple[FileLink, HtmlElement | None]]:
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


def _file_name(url: str, shown: str) -> str:
    """``showname`` of the address, else the link's text, else the last part of the path."""
    names = parse_qs(urlsplit(url).query).get("showname")
    return (names[0] if names else "") or shown or _last(url)


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
