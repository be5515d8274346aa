"""What to call a file: by its address, its headers, the text of its link."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qs, unquote, urlsplit

from crawler.families import articles
from crawler.pages import FileLink, Page
from reports import suffixes

# What a link says to do with its file, and no name of it.
_CALLS_TO = re.compile(
    r"^[\[【（(]?(?:请?(?:点击|点此|在此|立即)?(?:下载|查看|打开|浏览|预览|阅读)(?:附件|文件|全文|此处|这里)?|附件\d*)[\]】）)]?$"
)


def of_file(url: str, headers: Mapping[str, str], link_text: str) -> str:
    """``showname`` of its address or the text of its link, with the suffix that it bears."""
    path = unquote(urlsplit(url).path).rsplit("/", 1)[-1]
    disposed = _disposed(headers.get("Content-Disposition", ""))
    query = parse_qs(urlsplit(url).query)
    link_text = "" if _CALLS_TO.match(link_text.strip()) else link_text
    link_text = (query.get("showname") or [link_text])[0] or disposed or path
    if articles.FILE.search(link_text) or articles.PICTURE.search(link_text):
        return link_text
    suffixes = [name for name in (disposed, path, *query.get("filename", [])) if articles.FILE.search(name)]
    return f"{link_text}.{suffixes[0].rpartition('.')[2].lower()}" if suffixes else link_text


_MARKED_UP = suffixes.ending_in(suffixes.PAGES, suffixes.WORD, suffixes.SHEETS)


def promises_markup(link: FileLink, page: Page) -> bool:
    """Whether markup is what the link promised: pages saved under a word processor's suffix hold a report's text."""
    if not _MARKED_UP.search(urlsplit(link.url).path + " " + link.name):
        return False
    return len(re.sub(r"\s+", "", page.tree.text_content())) > 300


def _disposed(header: str) -> str:
    """The file name of a ``Content-Disposition``: RFC 5987, raw UTF-8, raw GBK, or escaped."""
    extended = re.search(r"filename\*\s*=\s*([\w-]+)'[^']*'([^;]+)", header)
    if extended:
        try:
            return unquote(extended.group(2).strip(), encoding=extended.group(1))
        except LookupError:
            return unquote(extended.group(2).strip())
    plain = re.search(r"filename\s*=\s*\"?([^\";]+)", header)
    if plain is None:
        return ""
    raw = plain.group(1).strip().encode("latin-1", "replace")  # headers are bytes; nobody says in which charset
    for charset in ("utf-8", "gb18030"):
        try:
            return unquote(raw.decode(charset))
        except UnicodeDecodeError:
            continue
    return ""
