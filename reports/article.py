"""The head of an article's page, understood once: its title, its day, the body that issues it, and what of the page is no
article; alike for the crawler that finds it and the reader that reads it. Pages of government portals state them in ``<meta>``
(ArticleTitle, PubDate) and print them above the text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from html import unescape
from itertools import islice

from lxml import etree

from reports import dates, issuer
from reports.narrative.classify import classify, own_title
from reports.text import date_in

# What a reader of the page does not see as its article: scripts, menus, lists of other articles (links).
_ASIDE = frozenset(("a", "footer", "head", "nav", "noscript", "script", "select", "style", "template", "textarea"))
_FRAMES = frozenset(("aside", "footer", "nav"))
_META_DATES = ("pubdate", "publishdate", "publish_date", "firstpublishedtime", "article:published_time")
_HEAD = 6000  # characters of the page in which an article's head stands
_LONGEST_TITLE = 120
_MOST = 200  # headings of a page, and pieces of text of a heading, that are looked at
_BLANKS = re.compile(r"\s+")
# The page's frame as portals name it, and what tells that an element of such a name holds the article all the same.
_ALWAYS = "copyright|position|share|toolbar"
_CHROME = re.compile(
    rf"(?:^|[\s_-])(?:{_ALWAYS}|foot(?:er)?|bottom|nav(?:bar|igation)?|menu|crumbs?|breadcrumb|location|dqwz|sidebar)"
    r"(?:$|[\s_-]|\d)",
    re.IGNORECASE,
)
# Where a list of links may stand in a menu or beside the text, but in no such part, however its name is spelt.
_NO_LIST = re.compile(rf"{_ALWAYS}|foot|crumb|friend|header|topbar|login", re.IGNORECASE)
_HOLDS_ARTICLE = re.compile(r"[一二三四五六七八九十]\s*[、.．]\s*[\u4e00-\u9fff]|发布(?:日期|时间)")
_CHROME_LENGTH = 800  # characters; a frame's menus are shorter than a report
_TABLE_OF_FIGURES = 8
_MAY_FRAME = etree.XPath(".//aside | .//footer | .//nav | .//*[@class or @id]")
_HEADS = etree.XPath("//h1 | //h2 | //*[contains(@class, 'title')] | //title")


@lru_cache(maxsize=4096)
def names_frame(name: str) -> bool:
    """Whether a class or id names a part of the page's frame: its foot, a menu, the way to the page."""
    return _CHROME.search(name) is not None


@lru_cache(maxsize=4096)
def names_no_list(name: str) -> bool:
    """Whether a class or id names a part of the page's frame in which no list of reports stands."""
    return _NO_LIST.search(name) is not None


@dataclass(frozen=True, slots=True)
class Article:
    """``title`` as the page states it (empty if it does not); ``published`` with where it was found, ``page`` (a labelled
    date) or ``meta``; empty where it was not; ``issuer`` the body behind 发布机构 or its like, empty where none is."""

    title: str = ""
    published: date | None = None
    dated_by: str = ""
    issuer: str = ""


def understand(root: etree._Element) -> Article:
    """The article of a parsed page."""
    stated = _stated(root)
    lines = _lines(root)
    day, source = dates.labelled([" ".join(lines)]), "page"
    if day is None:
        found = (date_in(stated[name]) for name in _META_DATES if name in stated)
        day, source = next((each for each in found if each is not None), None), "meta"
    return Article(_title(root, stated), day, source if day is not None else "", issuer.stated(lines) or "")


def is_named_chrome(element: etree._Element) -> bool:
    """Whether an element is named as what frames an article: menus, the way to the page, what stands below all pages."""
    class_, id_ = element.get("class"), element.get("id")
    return bool(class_ or id_) and names_frame(f"{class_ or ''} {id_ or ''}")


def is_chrome(element: etree._Element) -> bool:
    """Whether an element so named holds nothing of an article: little text, no heading, no table of figures."""
    pieces = list(map(str, islice(element.itertext(), _MOST)))
    text = "".join(pieces)
    if len(text) >= _CHROME_LENGTH or _HOLDS_ARTICLE.search(text) or element.find(".//h1") is not None:
        return False
    figures = sum(piece.strip().isdecimal() for piece in pieces)
    return figures < _TABLE_OF_FIGURES or element.find(".//td") is None


def frames_of(root: etree._Element) -> list[etree._Element]:
    """The parts beneath an element that frame an article: what changes there is no change of the article."""
    found = _MAY_FRAME(root)
    return [
        each
        for each in (found if isinstance(found, list) else ())
        if isinstance(each, etree._Element)
        if each.tag in _FRAMES or (is_named_chrome(each) and is_chrome(each))
    ]


def _stated(root: etree._Element) -> Mapping[str, str]:
    """The page's ``<meta>`` values by lower-case name, the first that is not empty of each."""
    out: dict[str, str] = {}
    for tag in root.iter("meta"):
        name = (tag.get("name") or tag.get("property") or "").lower()
        content = unescape(_squeezed(tag.get("content") or ""))
        if name and content:
            out.setdefault(name, content)
    return out


def _title(root: etree._Element, stated: Mapping[str, str]) -> str:
    """ArticleTitle, a heading or the page's title that is some paper's by its words, without the site's name; else what
    comes first."""
    named = stated.get("articletitle", "")
    heads = [_squeezed("".join(map(str, islice(each.itertext(), _MOST)))) for each in _heads(root)]
    heads = [unescape(head) for head in heads if 2 <= len(head) <= _LONGEST_TITLE]
    classified = [(each, classify(each)) for each in (named, *heads) if each]
    # A column's name (政府信息公开年报) has the words of a report too, but no year.
    of_reports = [each for each, what in classified if what.kind is not None and what.year is not None]
    of_reports += [each for each, what in classified if what.kind is not None]
    if of_reports:
        return own_title(of_reports[0])
    return named or (heads[0] if heads else "")


def _heads(root: etree._Element) -> list[etree._Element]:
    found = _HEADS(root)
    return [each for each in found if isinstance(each, etree._Element)][:_MOST] if isinstance(found, list) else []


def _lines(root: etree._Element) -> list[str]:
    """The beginning of the page's text as it stands in its elements, without what is no part of an article."""
    lines: list[str] = []
    length = 0
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, node in walk:
        if event == "start":
            tag = node.tag
            if tag in _ASIDE or tag.__class__ is not str or (is_named_chrome(node) and is_chrome(node)):
                walk.skip_subtree()
                continue
            piece = node.text
        else:
            piece = node.tail
        if piece and (words := piece.split()):
            lines.append(" ".join(words))
            length += len(lines[-1]) + 1
            if length > _HEAD:
                lines[-1] = lines[-1][: _HEAD - length]
                break
    return lines


def _squeezed(text: str) -> str:
    return _BLANKS.sub(" ", text).strip()
