"""HTML pages to paragraphs, grids and pictures in reading order.

Tables are told from layout by what they hold, bottom up: a row whose cells hold tables of their own or prose is layout
and its contents are read as text; a row of short texts is a row of a grid, whatever its spans say. The same holds for
``display: table`` boxes and for boxes of siblings that read like a row of figures. Nothing hidden is read.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from html import unescape
from itertools import groupby, islice

from lxml import etree

from reports import numbers
from reports.blocks import At, Block, Blocks, Grid, GridCell, Paragraph, Picture, Unreadable
from reports.decoding import NotText, decode
from reports.grid import from_lines

# Without embedded pictures; real pages stay under 2 MB, and lxml needs thirty times the size.
MAX_BYTES = 10 * 1024 * 1024
MAX_ELEMENTS = 300_000
# Spans are a page's own claim (colspan="1000000" exists); no form is wider or taller.
MAX_SPAN = 200
# No label or header of either form is longer than 60 characters; a cell of prose is.
PROSE = 150

_END_OF_PAGE = re.compile(r"</(?:html|body)\s*>", re.IGNORECASE)
_DATA_URI = re.compile(rb"data:image/[a-zA-Z+.\-]{2,20};base64,([A-Za-z0-9+/=\s%]{100,})")
_BLOCK = (
    frozenset(("address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog"))
    | frozenset(("div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5"))
    | frozenset(("h6", "header", "hr", "html", "legend", "li", "main", "nav", "ol", "p", "pre", "section", "summary"))
    | frozenset(("table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"))
)
_SKIP = frozenset(
    ("script", "style", "template", "noscript", "head", "select", "textarea", "button", "iframe", "object", "svg")
) | frozenset(("math", "audio", "video", "canvas", "map", "xml", "del", "nav", "footer", "title"))
_CHROME = re.compile(
    r"(?:^|[\s_-])(?:foot(?:er)?|bottom|copyright|nav(?:bar|igation)?|menu|crumbs?|breadcrumb|position|location|dqwz"
    r"|share|sidebar|toolbar)(?:$|[\s_-]|\d)",
    re.IGNORECASE,
)
_KEEP_CHROME = re.compile(r"总体情况|发布(?:日期|时间)|自然人|信息内容")
_CSS_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_CSS_AT = re.compile(r"@[^{};]+(?:;|\{(?:[^{}]*\{[^{}]*\})*[^{}]*\})")
_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SIMPLE_SELECTOR = re.compile(r"(?:[a-z][a-z0-9]*)?(?:[.#][\w-]+)?", re.IGNORECASE)
_DISPLAY = re.compile(r"(?:^|;|\s)display\s*:\s*([a-z-]+)", re.IGNORECASE)
_INVISIBLE = re.compile(r"visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.IGNORECASE)
_WHITE = " \t\r\n\f"
_SPACES = re.compile(rf"[{_WHITE}]+")
_ATTACHMENT = re.compile(r"\.(?:pdf|docx?|wps|xlsx?|et|ofd|zip|rar|jpe?g|png)\b", re.IGNORECASE)

_META_DATES = ("pubdate", "publishdate", "publish_date", "firstpublishedtime", "article:published_time")
_NONE, _TABLE, _ROW, _CELL, _HIDDEN = 0, 1, 2, 3, 4
_ROLES = {"table": _TABLE, "tr": _ROW, "td": _CELL, "th": _CELL}
_DISPLAY_ROLES = {"table": _TABLE, "inline-table": _TABLE, "table-row": _ROW, "table-cell": _CELL}
_STATED_ROLES = {"table": _TABLE, "grid": _TABLE, "row": _ROW, "cell": _CELL, "columnheader": _CELL,
                 "rowheader": _CELL, "gridcell": _CELL}  # fmt: skip
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_VERBATIM = frozenset(("pre", "xmp", "plaintext"))


Drawn = tuple[str, int | None, int, float]  # a cell: text, column, span, confidence


@dataclass(slots=True)
class _GridDraft:
    """A grid before it has its place on the page; ``implied``: one row found outside any table, to be joined with its
    neighbours."""

    rows: list[list[Drawn]]
    implied: bool = False
    ruled: bool = True


@dataclass(slots=True)
class _Flow:
    """Text and blocks being collected: of the page, or of one cell."""

    blocks: list[Paragraph | Picture | _GridDraft] = field(default_factory=list)
    buffer: list[str] = field(default_factory=list)
    linked: int = 0  # characters of the buffer that stand inside links
    struck: bool = False
    pictured: bool = False


@dataclass(slots=True)
class _CellDraft:
    flow: _Flow
    colspan: int
    rowspan: int


@dataclass(slots=True)
class _TableDraft:
    rows: list[list[_CellDraft]] = field(default_factory=list)
    open_row: bool = False
    implied: bool = False  # a row outside any table


def blocks(data: bytes) -> Blocks:
    """The page as blocks. Raises Unreadable: too large, too deep, too many elements, no text."""
    pictures: list[bytes] = []
    if data[:4096].lstrip()[:13].lower() == b"mime-version:" or b"\nContent-Type: multipart/related" in data[:4096]:
        data = _unpack_mhtml(data)
    data = _take_out_pictures(data, pictures)
    if len(data) > MAX_BYTES:
        raise Unreadable(
            f"the page has {len(data) >> 20} MB of markup, more than {MAX_BYTES >> 20} MB; no report page is that large",
            "bytes",
        )
    try:
        text, warning = decode(data)
    except NotText as error:
        raise Unreadable("the page is in no known character encoding; fetch it again") from error
    out = Blocks(reader="html")
    if warning:
        out.warnings.append(warning)
    root = _parse(text)
    walker = _Walker(_styles(root), pictures)
    out.blocks = walker.run(root)
    out.meta = _meta(root)
    out.incomplete = _open_end(text)
    return out


_OPENED = re.compile(r"<(?:html|body)\b", re.IGNORECASE)
_OPEN_TAG = re.compile(r"<(?:/?[a-zA-Z][^<>]*)?$")
_TABLES = re.compile(r"<(/?)table\b", re.IGNORECASE)


def _open_end(text: str) -> str:
    """Why the markup is taken to break off, empty if it does not: it stops within a tag, opens a page that it never
    closes, or opens a table as the last thing it does. A fragment without ``<html>`` need not end in one."""
    if _OPEN_TAG.search(text[-400:].rstrip()):
        return "the markup stops within a tag"
    if _OPENED.search(text) and not _END_OF_PAGE.search(text):
        return "the page's markup has no end"
    tables = _TABLES.findall(text)
    return "a table is not closed" if tables and not tables[-1] and not _END_OF_PAGE.search(text) else ""


def _unpack_mhtml(data: bytes) -> bytes:
    """The page inside a saved web archive (Word's single-file page under a ``.doc`` name)."""
    message = message_from_bytes(data)
    for part in message.walk():
        if part.get_content_type() == "text/html":
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                return payload
    return data


def _take_out_pictures(data: bytes, pictures: list[bytes]) -> bytes:
    def keep(found: re.Match[bytes]) -> bytes:
        try:
            pictures.append(base64.b64decode(re.sub(rb"\s|%0A|%0D", b"", found[1]), validate=False))
        except binascii.Error:
            return b"data:,"
        return b"data:,%d" % (len(pictures) - 1)

    return _DATA_URI.sub(keep, data) if b"data:image/" in data else data


def _parse(text: str) -> etree._Element:
    # An XML declaration with an encoding would make lxml refuse the decoded text.
    body = re.sub(r"^\s*<\?xml[^>]*\?>", "", text, count=1).replace("\0", "")
    # libxml2 drops what stands behind </html>; browsers show it: pages are glued from pages, one pasted within another.
    body = _END_OF_PAGE.sub("", body)
    # The bare tree: the classes of lxml.html cost a call for every element.
    parser = etree.HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True, no_network=True)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError, AssertionError) as error:
        raise Unreadable("the page holds no readable markup; fetch it again") from error
    if root is None:
        raise Unreadable("the page holds no readable markup; fetch it again")
    if any("Excessive depth" in entry.message for entry in parser.error_log):
        raise Unreadable("the page nests its elements too deeply to be read; no report page does", "depth")
    # Unclosed tags pile up quickly; one count bounds the work of the walk.
    if sum(1 for _ in islice(root.iter(), MAX_ELEMENTS + 1)) > MAX_ELEMENTS:
        raise Unreadable(f"the page has more than {MAX_ELEMENTS} elements; no report page has", "cells")
    return root


def _first_texts(element: etree._Element, count: int) -> str:
    return "".join(map(str, islice(element.itertext(), count)))


def _styles(root: etree._Element) -> dict[str, str]:
    """Simple selectors (``tr``, ``.old``, ``div#copy``) of the page's own style sheets -> their ``display``."""
    out: dict[str, str] = {}
    for sheet in root.iter("style"):
        text = _CSS_COMMENT.sub("", sheet.text or "").replace("<!--", "").replace("-->", "")
        if "display" not in text or len(text) > 1_000_000:
            continue
        for selectors, body in _CSS_RULE.findall(_CSS_AT.sub("", text)):
            found = _DISPLAY.search(body)
            if not found:
                continue
            for selector in selectors.split(","):
                name = selector.strip().lower()
                if name and _SIMPLE_SELECTOR.fullmatch(name):
                    out[name] = found[1].lower()
    return out


class _Walker:
    """One pass over the tree, without recursion: pages nest deeper than Python's stack."""

    def __init__(self, styles: dict[str, str], pictures: list[bytes]) -> None:
        self.styles = styles
        self.pictures = pictures
        self.flows: list[_Flow] = [_Flow()]
        self.tables: list[_TableDraft] = []
        self.links = 0
        self.linked_file = False
        self.headings = 0
        self.preformatted = 0
        self.grids = 0
        self.roles: dict[etree._Element, int] = {}

    def run(self, root: etree._Element) -> list[Block]:
        """The blocks of the page."""
        roles: list[int] = []
        walk = etree.iterwalk(root, events=("start", "end"))
        for event, element in walk:
            if event == "start":
                tag = element.tag
                style = element.get("style")
                display = self._display(element, tag, style) if style or self.styles else ""
                if roles and self._hidden(element, tag, display, style):
                    walk.skip_subtree()
                    roles.append(_HIDDEN)
                    continue
                role = self._role(element, tag, display)
                self._enter(element, tag, role)
                roles.append(role)
            else:
                role = roles.pop()
                if role != _HIDDEN:
                    self._leave(element.tag, role)
                if roles and (tail := element.tail):
                    self._text(tail)
        self._flush()
        return _numbered(self.flows[0].blocks)

    # ---- what an element is

    def _display(self, element: etree._Element, tag: str, style: str | None) -> str:
        if style and "display" in style.lower():
            found = _DISPLAY.search(style)
            if found:
                return found[1].lower()
        if not self.styles:
            return ""
        id_ = (element.get("id") or "").lower()
        classes = (element.get("class") or "").lower().split()
        for name in (f"{tag}#{id_}", f"#{id_}") if id_ else ():
            if name in self.styles:
                return self.styles[name]
        for class_ in classes:
            for name in (f"{tag}.{class_}", f".{class_}"):
                if name in self.styles:
                    return self.styles[name]
        return self.styles.get(tag, "")

    def _hidden(self, element: etree._Element, tag: str, display: str, style: str | None) -> bool:
        if tag in _SKIP:
            if tag == "del" and self.flows:
                self.flows[-1].struck = True
            return True
        if display == "none" or element.get("hidden") is not None:
            return True
        if style and _INVISIBLE.search(style):
            return True
        class_, id_ = element.get("class"), element.get("id")
        named = f"{class_ or ''} {id_ or ''}" if class_ or id_ else ""
        return bool(named and _CHROME.search(named)) and self._is_chrome(element)

    @staticmethod
    def _is_chrome(element: etree._Element) -> bool:
        text = _first_texts(element, 200)
        return len(text) < 800 and not _KEEP_CHROME.search(text) and element.find(".//h1") is None

    def _role(self, element: etree._Element, tag: str, display: str) -> int:
        role = _ROLES.get(tag) or (self.roles.pop(element, _NONE) if self.roles else _NONE)
        if role == _NONE and display:
            role = _DISPLAY_ROLES.get(display, _NONE)
        if role == _NONE:
            role = _STATED_ROLES.get(element.get("role") or "", _NONE)
        if role == _NONE and len(element) >= 2 and not self.preformatted and self._reads_like_a_row(element):
            for child in element:
                self.roles[child] = _CELL
            return _ROW
        return role

    def _reads_like_a_row(self, element: etree._Element) -> bool:
        """Siblings without text between them, words first and then figures, as flex boxes and lists print a row.

        Inline siblings count only where the style sets them apart: Word cuts ``2021年`` into a span a digit."""
        count = len(element)
        if count > 40 or (element.text and element.text.strip()):
            return False
        display = self._display(element, element.tag, element.get("style"))
        apart = "flex" in display or "grid" in display
        figures = words = 0
        for child in element:
            if child.tag not in _ROW_PARTS or (child.tail and child.tail.strip(" \t\r\n\f")) or len(child) > 6:
                return False
            if child.tag == "span" and not apart and not _APART.search(child.get("style") or ""):
                return False
            text = _first_texts(child, 8)
            if len(text) > 80:
                return False
            printed = numbers.parse(text)
            if printed.value is not None and printed.certain:
                figures += 1
            elif text.strip() and not printed.token:
                words += 1
                if figures:
                    return False
        return figures >= 1 and words <= 3 and (count >= 4 or (words == 1 and figures == count - 1))

    # ---- events

    def _enter(self, element: etree._Element, tag: str, role: int) -> None:
        if role == _TABLE:
            self._flush()
            self.tables.append(_TableDraft())
            self.flows.append(_Flow())  # what stands in a table outside its cells
        elif role == _ROW:
            if not self.tables or self.tables[-1].open_row:
                self._flush()
                self.tables.append(_TableDraft(implied=True))
                self.flows.append(_Flow())
            self.tables[-1].rows.append([])
            self.tables[-1].open_row = True
        elif role == _CELL:
            if self.tables:
                table = self.tables[-1]
                if not table.rows:
                    table.rows.append([])
                cell = _CellDraft(_Flow(), _span(element, "colspan"), _span(element, "rowspan"))
                table.rows[-1].append(cell)
                # A cell opens a place in which whole tables may stand.
                self.flows.append(cell.flow)
                self.tables.append(_TableDraft(open_row=True))
            else:
                self._flush()
        elif tag == "br":
            self._break()
        elif tag == "img":
            self._picture(element)
        elif tag == "input":
            if (element.get("type") or "text").lower() in ("text", "number") and element.get("value"):
                self._text(element.get("value") or "")
        elif tag in _BLOCK:
            self._flush()
        if tag == "a":
            self.links += 1
            self.linked_file = bool(_ATTACHMENT.search(element.get("href") or ""))
        elif tag in _HEADINGS:
            self.headings += 1
        elif tag in _VERBATIM:
            self.preformatted += 1
        elif tag in ("s", "strike"):
            self.flows[-1].struck = True
        if text := element.text:
            self._text(text)

    def _leave(self, tag: str, role: int) -> None:
        if role == _TABLE:
            self._flush()
            self._end_table()
        elif role == _ROW:
            table = self.tables[-1]
            table.open_row = False
            if table.implied:
                self._flush()
                self._end_table()
        elif role == _CELL:
            self._flush()
            if len(self.tables) > 1 and self.flows[-1] is self._last_cell_flow():
                self.tables.pop()
                self.flows.pop()
        elif tag in _BLOCK:
            self._flush()
        if tag == "a":
            self.links -= 1
        elif tag in _HEADINGS:
            self.headings -= 1
        elif tag in _VERBATIM:
            self.preformatted -= 1

    def _last_cell_flow(self) -> _Flow | None:
        rows = self.tables[-2].rows
        return rows[-1][-1].flow if rows and rows[-1] else None

    # ---- text

    def _text(self, text: str) -> None:
        flow = self.flows[-1]
        if not flow.buffer and text.isspace() and not self.preformatted and not text.strip(_WHITE):
            return  # the markup's own indentation
        flow.buffer.append(text)
        if self.links and not self.linked_file:
            flow.linked += len(text.strip())

    def _break(self) -> None:
        self._flush()

    def _flush(self) -> None:
        flow = self.flows[-1]
        if not flow.buffer:
            return
        raw = "".join(flow.buffer)
        linked, flow.linked = flow.linked, 0
        flow.buffer = []
        if self.preformatted:
            flow.blocks.extend(_drafted(block) for block in from_lines(raw.splitlines()))
            return
        if raw.isspace():
            return
        text = _SPACES.sub(" ", raw).strip(" ")
        # A paragraph that is nothing but a link leads elsewhere: menus, lists of other years' reports.
        if linked and len(self.flows) == 1 and linked >= len(text.strip()) - 3 and not self.headings:
            return
        flow.blocks.append(Paragraph(text, heading=self.headings > 0))

    def _picture(self, element: etree._Element) -> None:
        if any(_pixels(element.get(side)) <= 3 for side in ("width", "height")):
            return  # a spacer
        source = element.get("src") or ""
        if not source or (source.startswith("data:") and not source.startswith("data:,")):
            source = element.get("data-original") or element.get("data-src") or ""
        if not source:
            return
        self._flush()
        data = None
        if source.startswith("data:,"):
            index = source[6:]
            if not index.isdigit() or int(index) >= len(self.pictures):
                return
            data = self.pictures[int(index)]
            source = f"embedded-{int(index) + 1}"
        self.flows[-1].blocks.append(Picture(source, data))
        self.flows[-1].pictured = True

    # ---- tables

    def _end_table(self) -> None:
        table = self.tables.pop()
        loose = self.flows.pop()
        out = self.flows[-1].blocks
        # A caption or text that the markup lost between rows is shown by browsers above the table.
        out.extend(loose.blocks)
        rows: list[list[Drawn]] = []
        for row, placed in _placed(table.rows):
            if self._is_layout(row):
                _close_grid(out, rows, table.implied)
                rows = []
                for cell in row:
                    out.extend(cell.flow.blocks)
                continue
            cells = [_drawn(cell, column) for cell, column in zip(row, placed, strict=True)]
            if len(cells) == 1 and not cells[0][0] and cells[0][3] == 1.0:
                continue  # a spacer
            rows.append(cells)
        _close_grid(out, rows, table.implied)

    @staticmethod
    def _is_layout(row: list[_CellDraft]) -> bool:
        for cell in row:
            length = 0
            for block in cell.flow.blocks:
                if isinstance(block, _GridDraft):
                    return True
                if isinstance(block, Paragraph):
                    length += len(block.text)
            if length > PROSE:
                return True
        return len(row) == 1 and any(
            isinstance(b, Picture) or (isinstance(b, Paragraph) and _SECTION.match(b.text)) for b in row[0].flow.blocks
        )


_ROW_PARTS = frozenset(("div", "li", "p", "dd", "dt", "span", "section"))
_APART = re.compile(r"inline-block|table-cell|float\s*:|flex\s*:|width\s*:", re.IGNORECASE)
_SECTION = re.compile(r"\s*[一二三四五六七八九十]\s*[、.．]\s*\S")


def _span(element: etree._Element, name: str) -> int:
    stated = element.get(name)
    if stated is None:
        return 1
    value = stated.strip()
    return max(1, min(int(value), MAX_SPAN)) if value.isascii() and value.isdigit() and len(value) < 9 else 1


def _pixels(value: str | None) -> float:
    found = re.match(r"\s*(\d{1,5})(?:px)?\s*$", value or "")
    return float(found[1]) if found else 1e9


def _placed(rows: list[list[_CellDraft]]) -> Iterator[tuple[list[_CellDraft], list[int]]]:
    """Each row with its cells' left column lines, spans taken at their word."""
    open_spans: dict[int, int] = {}  # column -> rows still covered
    for row in rows:
        if not row:
            continue
        columns: list[int] = []
        column = 0
        later: dict[int, int] = {}
        for cell in row:
            while open_spans.get(column, 0) > 0:
                column += 1
            columns.append(column)
            if cell.rowspan > 1:
                later.update(dict.fromkeys(range(column, column + cell.colspan), cell.rowspan))
            column += cell.colspan
        open_spans = {c: left - 1 for c, left in open_spans.items() if left > 1}
        open_spans.update({c: left - 1 for c, left in later.items()})
        yield row, columns


def _drawn(cell: _CellDraft, column: int) -> Drawn:
    flow = cell.flow
    lines = [block.text for block in flow.blocks if isinstance(block, Paragraph)]
    if len(lines) == 1:
        text = lines[0].strip("\xa0 \u3000")
    else:
        text = "\n".join(line.strip("\xa0 \u3000") for line in lines if line.strip())
    confidence = 1.0
    if flow.pictured and not text:
        confidence = 0.0  # a figure drawn as a picture is no blank
    elif flow.struck:
        confidence = 0.5
    return text, column, cell.colspan, confidence


def _drafted(block: Block) -> Paragraph | Picture | _GridDraft:
    """A block of preformatted text; its grids get their place on the page with all others."""
    if not isinstance(block, Grid):
        return block
    return _GridDraft(
        [[(c.text, c.column, c.span, c.confidence) for c in row] for row in block.rows], ruled=block.ruled
    )


def _close_grid(out: list[Paragraph | Picture | _GridDraft], rows: list[list[Drawn]], implied: bool) -> None:
    if not rows:
        return
    if all(len(row) <= 1 for row in rows):
        out.extend(Paragraph(row[0][0]) for row in rows if row and row[0][0])
        return
    out.append(_GridDraft(rows, implied, ruled=not implied))


def _numbered(found: list[Paragraph | Picture | _GridDraft]) -> list[Block]:
    """Grids and their cells with their places, from 1 in document order; neighbouring rows found outside tables become
    one grid."""
    out: list[Block] = []
    table = 0
    for implied, group in groupby(found, key=lambda block: isinstance(block, _GridDraft) and block.implied):
        drafts = list(group)
        if implied:
            joined = [row for draft in drafts if isinstance(draft, _GridDraft) for row in draft.rows]
            drafts = [_GridDraft(joined, ruled=False)]
        for draft in drafts:
            if not isinstance(draft, _GridDraft):
                out.append(draft)
                continue
            table += 1
            rows = tuple(
                tuple(
                    GridCell(text, At(None, None, table, r, c), column, span, confidence)
                    for c, (text, column, span, confidence) in enumerate(row, 1)
                )
                for r, row in enumerate(draft.rows, 1)
            )
            out.append(Grid(rows, At(table=table), draft.ruled))
    return out


def _meta(root: etree._Element) -> dict[str, str]:
    """Title and publication date as the page's head states them."""
    out: dict[str, str] = {}
    named = {
        (tag.get("name") or tag.get("property") or "").lower(): (tag.get("content") or "").strip()
        for tag in root.iter("meta")
    }
    title = named.get("articletitle") or " ".join((root.findtext(".//title") or "").split())
    if title:
        out["title"] = unescape(title)
    for name in _META_DATES:
        if re.match(r"\s*\d{4}\D", named.get(name, "")):
            out["published"] = named[name]
            break
    return out
