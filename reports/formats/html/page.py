"""HTML pages to paragraphs, grids and pictures in reading order.

Tables are told from layout by what they hold, bottom up: a row whose cells hold tables of their own or prose is layout
and its contents are read as text; a row of short texts is a row of a grid, whatever its spans say. The same holds for
``display: table`` boxes and for boxes of siblings that read like a row of figures. Nothing hidden is read.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence

from lxml import etree

from reports.article import understand
from reports.blocks import Block, Blocks, Grid, Paragraph, Unreadable
from reports.decoding import NotText, decode
from reports.formats.html.kinds import Kinds
from reports.formats.html.mhtml import unpacked
from reports.formats.html.scripted import texts_of
from reports.formats.html.styles import Styles
from reports.formats.html.walker import Walker
from reports.numbers import is_figure
from reports.sniff import is_mhtml

# Without embedded pictures; real pages stay under 2 MB, and lxml needs thirty times the size.
MAX_BYTES = 10 * 1024 * 1024
MAX_ELEMENTS = 300_000
TABLE_OF_FIGURES = 8  # figures; a page's index (索引号, 发布日期) has fewer

_END_OF_PAGE = re.compile(r"</(?:html|body)\s*>", re.IGNORECASE)
_DATA_URI = re.compile(rb"data:image/[a-zA-Z+.\-]{2,20};base64,([A-Za-z0-9+/=\s%]{100,})")
_PART = re.compile(r"\s*([一二三四五六])\s*[、.．]\s*\S")
_OPENED = re.compile(r"<(?:html|body)\b", re.IGNORECASE)
_OPEN_TAG = re.compile(r"<(?:/?[a-zA-Z][^<>]*)?$")
_TABLES = re.compile(r"<(/?)table\b", re.IGNORECASE)
_COUNT = etree.XPath("count(//*)")


def blocks(data: bytes) -> Blocks:
    """The page as blocks. Raises Unreadable: too large, too deep, too many elements, no text."""
    pictures: list[bytes] = []
    incomplete = ""
    if is_mhtml(data):
        data, incomplete = unpacked(data)
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
    kinds = Kinds(Styles(root))
    out.blocks = Walker(kinds, pictures).run(root)
    if not _reads_like_a_text(out.blocks):
        written = _written(root, kinds, pictures)
        out.blocks += written
        if written:
            out.warnings.append("the page's text is written by a script; it is read as it stands there")
    out.meta = _meta(root)
    out.incomplete = incomplete or _open_end(text)
    return out


def _written(root: etree._Element, kinds: Kinds, pictures: list[bytes]) -> list[Block]:
    """What the page's scripts would write: of several texts the fullest, with those that have other parts; a lone one that
    is named an article in any case; else all, if they are a text together."""
    found = [(text, Walker(kinds, pictures).run(_parse(f"<div>{text.markup}</div>"))) for text in texts_of(root)]
    texts = [blocks for _, blocks in found if _reads_like_a_text(blocks)]
    if texts:
        chosen: list[list[Block]] = []
        parts: set[str] = set()
        for blocks in sorted(texts, key=lambda each: (len(_parts(each)), len(str(each))), reverse=True):
            if not chosen or (_parts(blocks) and parts.isdisjoint(_parts(blocks))):
                chosen.append(blocks)
                parts |= _parts(blocks)
        return [block for blocks in texts if blocks in chosen for block in blocks]
    named = [blocks for text, blocks in found if text.named]
    if len(named) == 1:
        return named[0]
    together = [block for _, blocks in found for block in blocks]
    return together if _reads_like_a_text(together) else []


def _parts(blocks: Sequence[Block]) -> set[str]:
    """The numerals of the parts whose headings stand there."""
    matches = (_PART.match(block.text) for block in blocks if isinstance(block, Paragraph))
    return {found[1] for found in matches if found is not None}


def _reads_like_a_text(blocks: Sequence[Block]) -> bool:
    """Whether the headings of two parts stand there, or a table of figures: else a page's text stands elsewhere."""
    if len(_parts(blocks)) > 1:
        return True
    grids = (block for block in blocks if isinstance(block, Grid))
    return any(sum(is_figure(cell.text) for row in grid.rows for cell in row) >= TABLE_OF_FIGURES for grid in grids)


def _open_end(text: str) -> str:
    """Why the markup is taken to break off, empty if it does not: it stops within a tag, opens a page that it never
    closes, or opens a table as the last thing it does. A fragment without ``<html>`` need not end in one."""
    if _OPEN_TAG.search(text[-400:].rstrip()):
        return "the markup stops within a tag"
    if _OPENED.search(text) and not _END_OF_PAGE.search(text):
        return "the page's markup has no end"
    tables = _TABLES.findall(text)
    return "a table is not closed" if tables and not tables[-1] and not _END_OF_PAGE.search(text) else ""


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
    if any(entry.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for entry in parser.error_log):
        raise Unreadable("the page nests its elements too deeply to be read; no report page does", "depth")
    # Unclosed tags pile up quickly; one count bounds the work of the walk.
    if int(str(_COUNT(root)).partition(".")[0]) > MAX_ELEMENTS:
        raise Unreadable(f"the page has more than {MAX_ELEMENTS} elements; no report page has", "cells")
    return root


def _meta(root: etree._Element) -> dict[str, str]:
    """Title and publication date as the page states them."""
    stated = understand(root)
    out = {"title": stated.title} if stated.title else {}
    return out | ({"published": stated.published.isoformat()} if stated.published is not None else {})
