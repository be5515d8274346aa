"""The rows of a list page: links that stand with a date or speak of a report, the lists they stand in, their titles.

Everything here is linear in the size of the page: what a row needs to know of the elements around it is counted once."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from lxml.html import HtmlElement

from crawler import calls, links
from crawler.families import trees
from crawler.pages import Listing, Page
from reports import dates
from reports.article import names_no_list
from reports.narrative.classify import classify
from reports.text import date_in

MAX_COLUMNS = 60  # beneath a column; a bound on what one page may ask for
_ROW_TAGS = frozenset({"a", "li", "tr", "td", "dd", "dt", "div", "p", "span", "h3", "h4"})
_LONGEST_TITLE = 200  # characters of what is clicked as a row
_CLIMB = 40  # elements above a link that are looked at: no template nests deeper, a hostile page may

_REPORT_WORDS = re.compile(r"年报|年度报告|报告|报表|解读|公开|总结|通知")
NAVIGATION = re.compile(
    r"^(首页|网站首页|上一页|下一页|上页|下页|前一页|后一页|前页|后页|尾页|末页|更多|返回.{0,4}|打印|关闭|登录|注册|无障碍.{0,4}|"
    r"English|设为首页|加入收藏|下载|收藏|分享|RSS|next|prev(ious)?|first|last|\d+|[>»›«‹<.…]+|(更多|more)[>»]*|"
    r"(点击)?(加载|查看)更多)$",
    re.IGNORECASE,
)
# What the columns beneath a column are called: years, groups of bodies, bodies.
_YEAR_COLUMN = re.compile(r"^(?:19|20)\d\d\s*年?度?(?:政府)?(?:信息公开)?(?:工作)?(?:年报|年度报告|报告)?$")
GROUP_COLUMN = re.compile(
    r"^(?:[省市区县州盟旗]?(?:直属?|级|本级|政府)?(?:各|工作)?(?:部门|单位|机构|委办局)|乡镇|镇街|街道|园区|开发区|功能区|事业单位|"
    r"派出机构|垂直(?:管理)?(?:部门|单位)|双管(?:部门|单位)|[省市区县州盟旗]?政府(?:办公?室)?|[省市区县州盟旗]?本级)"
    r"(?:[（(、及和和].{1,10}|街道|办事处|年报|年度报告)*$"
)
_UNIT_COLUMN = re.compile(
    r"^.{2,24}(?:局|委|办|厅|镇|乡|街道|办事处|中心|政府|委员会|办公室|管委会|大队|支队|法院|公司)$"
)


def base_of(page: Page) -> str:
    """The address that relative links start from: ``<base href>`` if there is one."""
    found = page.tree.xpath("//base[@href]/@href")
    return (links.resolve(page.url, str(found[0])) if found else None) or page.url


def rows(page: Page) -> list[Listing]:
    """The rows of a list: links that stand with a date or whose title speaks of a report of some year, and those that
    stand in one list with them.

    Where a list holds items beneath the page's own directory, dated links elsewhere on the page are its news and not
    its items. Rows that come as markup inside a script or a CDATA section are read by their family, not here."""
    found = [one for one in page.tree.xpath("//a[@href] | //*[@onclick]") if one.tag in _ROW_TAGS]
    counts = _Counts(page.tree)
    # Some templates put everything into an element that is called header: then it is no header.
    return _rows(page, [link for link in found if not counts.in_chrome(link)], counts) or _rows(page, found, counts)


def rows_in(markup: str, page: Page) -> list[Listing]:
    """The rows of a piece of markup that came inside data (CDATA, JSON, a template); its links start from the page's."""
    return rows(Page(base_of(page), f"<html><body>{markup}</body></html>".encode()))


def _rows(page: Page, found: list[HtmlElement], counts: _Counts) -> list[Listing]:
    base = base_of(page)
    groups: dict[HtmlElement, list[tuple[Listing, bool]]] = defaultdict(list)
    for link in found:
        row = _row(page, base, link, counts)
        if row is not None:
            says = bool(_REPORT_WORDS.search(row.title) and re.search(r"20\d\d", row.title))
            groups[counts.list_of(link)].append((row, row.listed_on is not None or says))
    kept: list[list[Listing]] = []
    for group in groups.values():
        sure = [row for row, qualifies in group if qualifies]
        if len(sure) * 2 >= len(group) and sure:
            kept.append([row for row, _ in group])
        elif sure:
            kept.append(sure)
    return distinct(_of_the_column(page, kept))


def _row(page: Page, base: str, link: HtmlElement, counts: _Counts) -> Listing | None:
    title = title_of(link)
    if len(title) < 2 or NAVIGATION.match(title):
        return None
    href = str(link.get("href") or "")
    url = links.resolve(base, href, page.charset) or links.resolve(base, onclick(link), page.charset)
    if url is None and (written := calls.opened_by(f"{link.get('onclick') or ''};{href}", page.script)):
        url = links.resolve(base, written, page.charset)
    called = "(" in str(link.get("onclick") or "")
    nowhere = link.tag != "a" or not href or href.startswith("#") or re.match(r"(mailto|tel):", href, re.IGNORECASE)
    if url is None and nowhere and not called:
        return None
    if link.tag != "a" and (link.xpath(".//a[@href]") or len(title) > _LONGEST_TITLE):
        return None  # the link within is the row, or what is clicked is a whole block
    return Listing(url, title, row_date(link, counts))


class _Counts:
    """What rows need to know of the elements around them, counted once a page.

    ``items`` and ``weighty`` count the links beneath each element (and itself) that may be rows, and those with some
    text."""

    def __init__(self, tree: HtmlElement) -> None:
        self._alive = list(tree.iter())  # lxml forgets an element's identity with its last reference
        self._chrome: dict[HtmlElement, bool] = {}
        self._heads: dict[HtmlElement, list[HtmlElement]] = {}
        self.items: dict[HtmlElement, int] = {}
        self.weighty: dict[HtmlElement, int] = {}
        for element in reversed(self._alive):  # children before their parents
            items, weighty = self.items.get(element, 0), self.weighty.get(element, 0)
            if element.tag == "a":
                text = element.text_content().strip() if items < 50 else ""
                items += len(text) >= 2 and not NAVIGATION.match(text)
                weighty += len(text) >= 4
            elif element.tag in _ROW_TAGS and not items and element.get("onclick") is not None:
                items += 1
            self.items[element], self.weighty[element] = items, weighty
            parent = element.getparent()
            if parent is not None:
                self.items[parent] = self.items.get(parent, 0) + items
                self.weighty[parent] = self.weighty.get(parent, 0) + weighty

    def list_of(self, link: HtmlElement) -> HtmlElement:
        """The smallest element that holds more than this link: the list the row stands in."""
        element = link
        for depth, element in enumerate(link.iterancestors()):
            if element.tag in {"body", "html"} or depth > _CLIMB:
                break
            if self.items[element] > 1 and element.tag not in {"tr", "li"}:
                break
        return element

    def in_chrome(self, link: HtmlElement) -> bool:
        """Whether a link stands in the page's frame."""
        path: list[HtmlElement] = []
        verdict = False
        for element in link.iterancestors():
            if element in self._chrome:
                verdict = self._chrome[element]
                break
            path.append(element)
        for element in reversed(path):
            if not verdict and element.tag not in {"html", "body", "form"}:
                named = f"{element.get('class')} {element.get('id')}"
                verdict = element.tag in {"footer", "nav", "header"} or names_no_list(named)
            self._chrome[element] = verdict
        return verdict

    def heads_of(self, row: HtmlElement) -> list[HtmlElement]:
        """The cells of the first row of a row's table."""
        table = next(row.iterancestors("table"), None)
        if table is None:
            return []
        if table not in self._heads:
            first = next(table.iter("tr"), None)
            self._heads[table] = [] if first is None else [cell for cell in first if cell.tag in {"th", "td"}]
        return self._heads[table]


def _of_the_column(page: Page, groups: list[list[Listing]]) -> list[Listing]:
    within = links.folder(page.url)

    def is_inside(group: list[Listing]) -> bool:
        return any(row.url and links.key(row.url).startswith(within) for row in group)

    marked = [(group, is_inside(group)) for group in groups]
    if not any(inside for _, inside in marked):
        return [row for group in groups for row in group]
    return [
        row
        for group, inside in marked
        for row in group
        if inside or classify(row.title).kind in {"annual_report", "interpretation"}
    ]


def row_key(row: Listing) -> str:
    """What tells a row from others: its address, else its title."""
    return links.key(row.url) if row.url else row.title


def distinct(found: Iterable[Listing]) -> list[Listing]:
    """Each address once. The mobile twin gives way to the standard page; a cut title to the full one."""
    out: dict[str, Listing] = {}
    for row in found:
        known = out.get(row_key(row))
        if known is None:
            out[row_key(row)] = row
            continue
        url = row.url if known.url and row.url and links.is_twin(known.url) else known.url
        title = row.title if len(row.title) > len(known.title) else known.title
        out[row_key(row)] = Listing(url, title, known.listed_on or row.listed_on)
    return list(out.values())


def columns(page: Page, listed: list[Listing]) -> list[Listing]:
    """The columns beneath this one (years, groups of bodies): links to directories below the page's own that are no row
    of its list."""
    base, within = base_of(page), links.folder(page.url)
    known = {links.key(row.url) for row in listed if row.url} | {links.key(page.url)}
    out: dict[str, Listing] = {}
    of_parts: dict[HtmlElement, bool] = {}
    for link in page.tree.xpath("//a[@href] | //select/option[@value] | //*[@onclick]"):
        url, title = column_url(link, base, page), title_of(link)
        if url is None or len(title) < 2 or (NAVIGATION.match(title) and not _YEAR_COLUMN.match(title)):
            continue
        if (link.tag != "a" or not link.get("href")) and not is_part(title):
            continue
        where = links.key(url)
        if where in known or not (_is_beneath(url, within) or _is_sibling(link, title, url, page, of_parts)):
            continue
        out.setdefault(where, Listing(url, title))
    for node in tree_of_parts(page):
        url = links.resolve(base, node.url, page.charset) if node.url else None
        if url is None or links.key(url) in known or not is_directory(url):
            continue
        beside = bool(_YEAR_COLUMN.match(node.name) or GROUP_COLUMN.match(node.name))
        if _is_beneath(url, within) or (beside and _shape(url) == _shape(page.url)):
            out.setdefault(links.key(url), Listing(url, node.name))
    return list(out.values())[:MAX_COLUMNS]


def tree_of_parts(page: Page) -> list[trees.Node]:
    """The nodes of a tree that a script draws of a column's years, groups and bodies; the tree of a whole site is none."""
    found = trees.nodes(page.script)
    parts = sum(is_part(node.name) for node in found)
    return [node for node in found if is_part(node.name)] if parts * 10 >= len(found) * 6 else []


def column_url(link: HtmlElement, base: str, page: Page) -> str | None:
    """Where a column's link, box or click leads; None where only a script knows."""
    if link.tag == "option" and not re.search(r"[/.?]", str(link.get("value"))):
        return None
    written = str(link.get("href") or link.get("value") or "")
    url = links.resolve(base, written, page.charset) or links.resolve(base, onclick(link), page.charset)
    called = calls.opened_by(f"{link.get('onclick') or ''};{written}", page.script) if url is None else None
    return links.resolve(base, called, page.charset) if called else url


def _is_beneath(url: str, within: str) -> bool:
    return is_directory(url) and links.key(url).startswith(within)


def _is_sibling(link: HtmlElement, title: str, url: str, page: Page, of_parts: dict[HtmlElement, bool]) -> bool:
    """Whether a link leads to a year's or a group's column where all columns of a portal lie side by side (``/col/col7/``,
    ``channel_…``, ``?cid=7``): an address of the form of the page's own, in a list of nothing but such columns, as
    ``of_parts`` remembers of each list."""
    stem = re.sub(
        r"\.s?html?$", "/", links.key(page.url).partition("?")[0]
    )  # some keep a column's parts beside its file
    near = links.key(url).startswith((stem, links.folder(page.url))) and not is_directory(page.url)
    beside_it = bool(_YEAR_COLUMN.match(title)) and is_directory(url) and _above(url) == _above(page.url)
    if not is_part(title) or not (near or beside_it or _shape(url) == _shape(page.url)):
        return False
    holder = next((one for one in link.iterancestors() if one.tag in {"ul", "ol", "dl", "table", "div", "td"}), None)
    if holder is None:
        return False
    if holder not in of_parts:
        beside = (title_of(other) for other in holder.iter("a"))
        of_parts[holder] = all(is_part(other) for other in beside if len(other) >= 2)
    return of_parts[holder]


def is_part(title: str) -> bool:
    """Whether that is what a column beneath is called: a year, a group of bodies, a body."""
    return bool(_YEAR_COLUMN.match(title) or GROUP_COLUMN.match(title) or _UNIT_COLUMN.match(title))


def _above(url: str) -> str:
    """The directory above a column's."""
    return links.folder(url).rstrip("/").rpartition("/")[0]


def _shape(url: str) -> str:
    """An address with what numbers it taken out."""
    return re.sub(r"\d+", "0", re.sub(r"[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{4,12}", "0", links.key(url)))


def is_directory(url: str) -> bool:
    """Whether an address names a column rather than an article: it ends in a slash or an index page."""
    return links.key(url).partition("?")[0].endswith("/")


def onclick(element: HtmlElement) -> str:
    """An element's click as if it were its address."""
    return f"javascript:{element.get('onclick') or ''}"


def title_of(link: HtmlElement) -> str:
    """The full title: the ``title`` attribute where it is longer than the (often cut) text; a date at its end dropped."""
    text = squeezed(link.text_content())
    if not text:
        text = squeezed(" ".join(str(alt) for alt in link.xpath(".//img/@alt")))
    text = re.sub(r"^(?:[·•▪■◆>\s]|\[\d+\])+", "", text)
    text = re.sub(r"\s*[\[（(]?20\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}日?\s*[\])）]?$", "", text)
    attribute = squeezed(str(link.get("title") or ""))
    labelled = re.match(r"标题[:：]\s*(.+?)(?:\s*(?:发布|时间|日期|作者|来源|点击|浏览)|$)", attribute)
    if labelled:
        attribute = labelled.group(1)
    return attribute if attribute and len(attribute) >= len(text.rstrip(".…")) else text


def squeezed(text: str) -> str:
    """White space folded."""
    return re.sub(r"\s+", " ", text).strip()


def spaced(element: HtmlElement) -> str:
    """An element's texts, set apart."""
    return " ".join(str(piece) for piece in element.itertext())


# ------------------------------------------------------------------ the date of a row


# 成文, 生效 and the index number (索引号 2026-02-00018) are other facts.
_OTHER_LABEL = re.compile(
    r"(索\s*引\s*号|文\s*号|成文|生成|生效|失效|有效|废止|印发|电话|传真)[^\s:：]{0,6}[:：]?\s*[^\s]*"
)
# A heading's year beside a day that is printed without its own (2024年 and 01-16): they make no date.
_YEAR_ALONE = re.compile(r"(20\d\d\s*年度?)\s+(?=\d{1,2}\s*[-/.]\s*\d{1,2}(?!\d))")
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})\s+(20\d\d)\s*[-/.年]\s*(\d{1,2})月?(?![-/.\d])")
_YEAR_LAST = re.compile(r"(?<!\d)(\d{1,2})[-/.](\d{1,2})\s+(20\d\d)(?!\d)")


def row_date(link: HtmlElement, counts: _Counts) -> date | None:
    """The date of a link's row: in the smallest element around the link that holds one and no other link of weight."""
    own = link.text_content()
    element = link
    for _ in range(5):
        text = spaced(element)
        if len(text) > 600:
            return None
        beside = text.replace(own, " ", 1)
        found = date_in(_tail_date(own)) if element is link else _date_beside(element, beside, link, counts)
        if found is not None:
            return found
        parent = element.getparent()
        if parent is None or parent.tag in {"body", "html"} or counts.weighty[parent] > 1:
            return None
        element = parent
    return None


def _date_beside(element: HtmlElement, rest: str, link: HtmlElement, counts: _Counts) -> date | None:
    if element.tag == "tr":
        by_head = _date_by_head(element, counts)
        if by_head is not None:
            return by_head
    rest = rest.replace(spaced(link), " ", 1)
    labelled = dates.labelled([rest])
    if labelled is not None:
        return labelled
    plain = _YEAR_ALONE.sub(r"\1; ", _OTHER_LABEL.sub(" ", rest))
    return date_in(plain) or _turned_round(plain)


def _turned_round(text: str) -> date | None:
    """Dates whose day stands large before the month and year (``13 2025-01``), or whose year stands last."""
    for pattern, order in ((_DAY_FIRST, (2, 3, 1)), (_YEAR_LAST, (3, 1, 2))):
        found = pattern.search(text)
        if found:
            year, month, day = (found.group(number) for number in order)
            return date_in(f"{year}-{month}-{day}")
    return None


def _date_by_head(row: HtmlElement, counts: _Counts) -> date | None:
    """The date under the head that speaks of publication, where the table has a head."""
    heads = counts.heads_of(row)
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
