"""What looks as if a list went on where its pager shows nothing to follow: a bare element called *next*, a frame, a count
in an attribute, a script that asks for more. What it would bring is not known, so such a list proves no end.

Only for a list of one page that states no size: everything here is a suspicion, never a proof."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lxml.html import HtmlElement

from crawler import elements, loader_scripts, pager_forms
from crawler import pager_words as words
from crawler.families.rows import squeezed
from crawler.pages import Listing, Page

_LONGEST_NOTE = 40  # characters of a line that states a size
_NOT_COUNTED = re.compile(r"size|limit|index|width|height|view|click|read|hit|like|share|comment|score|star|delay|time")
_FALSE = frozenset({"", "0", "false", "null", "none", "no", "undefined", "#"})


def unread(page: Page, listed: Sequence[Listing], around: set[HtmlElement]) -> str:
    """Why a list that shows no pager may go on beyond what is listed; empty where nothing looks like it. ``around`` are
    the elements that its rows stand in."""
    link_texts = [f"{squeezed(link.text_content())} {link.get('title') or ''}" for link in page.tree.iter("a")]
    titles = " ".join([*link_texts, *(row.title for row in listed)])
    return loader_scripts.unread(page.script, len(listed), titles) or _Elements(page, len(listed), around).unread()


class _Elements:
    """The elements of one page being looked through, once."""

    def __init__(self, page: Page, listed: int, around: set[HtmlElement]) -> None:
        self._page, self._listed, self._around = page, listed, around

    def unread(self) -> str:
        """What the first suspicious element is."""
        for element in self._page.tree.iter():
            if not isinstance(element.tag, str) or element.tag in {"script", "style", "head", "meta", "link", "title"}:
                continue
            why = self._of_name(element) or self._of_attributes(element) or self._of_text(element)
            if why and not self._is_apart(element) and not _is_hidden(element):
                return why
        return ""

    def _is_apart(self, element: HtmlElement) -> bool:
        """Whether it stands in a part of the page that the list is not in: its head and foot, a menu, a show of pictures."""
        path = [element, *element.iterancestors()][: elements.CLIMB]
        return any(above not in self._around and _is_named_apart(above) for above in path)

    def _of_name(self, element: HtmlElement) -> str:
        if words.PAGER_TAG.search(element.tag):
            return f"an element for a pager ({element.tag}) is drawn by a script"
        if element.tag in {"iframe", "frame", "object", "embed"}:
            return self._of_frame(element)
        if element.tag == "use":
            told = " ".join(str(value) for name, value in element.items() if name.endswith("href"))
            going = words.NEXT_NAME.search(elements.split(told)) and not _in_link(element)
            return f"a sign ({told}) to go on is a script" if going else ""
        told = elements.parts(element) if element.tag != "img" else ""
        if element.tag == "input" and pager_forms.is_typed_into(element) and words.PAGE_FIELD.search(_field(element)):
            return f"a field ({_field(element).strip('-')}) to type a page into"
        if element.tag == "img" and words.NEXT_FILE.search(picture := elements.picture_of(element) or _file(element)):
            return "" if _in_link(element) else f"a picture ({picture}) to go on is a script"
        if not (told or element.tag in {"a", "button"}) or not elements.is_bare(element) or elements.is_off(element):
            return ""
        if _in_link(element):
            return ""
        if words.NEXT_NAME.search(told) or (words.ARROW_NAME.search(told) and _is_pressed(element)):
            return f"an element ({told.strip('-')}) to go on is a script"
        if (
            element.tag in {"a", "button"}
            and element.xpath(".//*[name() = 'svg'] | .//i")
            and not words.TOOL.search(told)
        ):
            return "a sign without words may lead on by a script"
        return ""

    def _of_frame(self, element: HtmlElement) -> str:
        source = str(element.get("src") or element.get("data") or "")
        if not source or re.match(r"(https?:)?//|about:|javascript:|data:", source, re.IGNORECASE):
            return ""
        path = source.partition("?")[0]
        if re.search(r"\.(swf|mp4|pdf|png|jpe?g|gif|svg|ofd)$", path, re.IGNORECASE):
            return ""
        told = elements.split(f"{path.strip('/').replace('/', '-')} {elements.named(element)}")
        if words.PAGER_PART.search(told):
            return f"a frame ({source[:60]}) may page through it"
        small = any(re.fullmatch(r"[01](px)?", str(element.get(side) or "")) for side in ("width", "height"))
        return "" if small or elements.names_other_part(told) else f"a frame ({source[:60]}) may hold more of it"

    def _of_attributes(self, element: HtmlElement) -> str:
        for name, value in element.items():
            if name in {"class", "id", "href", "src", "style", "title", "target", "alt", "onclick", "name", "value"}:
                continue
            told = self._attribute(elements.split(name), str(value).strip())
            if told:
                return f"an element ({name}={str(value)[:40]!r}) {told}"
        return ""

    def _attribute(self, name: str, value: str) -> str:
        number = int(value) if re.fullmatch(r"\d{1,6}", value) else None
        if words.LOADER_ATTRIBUTE.search(name) or (name.startswith("hx-") and re.search(r"-(get|post)$", name)):
            return "is filled by a script" if value.lower() not in {"false", "0"} else ""
        if not name.startswith("data-") or _NOT_COUNTED.search(name):
            return ""
        if "page" in name and number is not None and number > 1:
            return "names a page that is not linked"
        if re.search(r"total|count|records?$|rows$", name) and number is not None and number > self._listed:
            return f"states {number} items"
        if re.search(r"next|cursor|has-?more", name) and value.lower() not in _FALSE:
            return "tells of more"
        if "include" in name and words.PAGER_PART.search(elements.split(value)):
            return "is filled by a script"
        return ""

    def _of_text(self, element: HtmlElement) -> str:
        if len(element) > 4 or element.tag in {"a", "option", "body", "html"}:
            return ""
        text = squeezed(element.text_content()) if element.tag != "select" else ""
        if not 1 < len(text) <= _LONGEST_NOTE:
            return ""
        pages, total = words.WEAK_PAGES.search(text), words.WEAK_TOTAL.search(text)
        says = (
            (pages is not None and _group(pages) not in {"1", "一", "01"})
            or (total is not None and int(_group(total)) > self._listed)
            or words.LOADING.search(text) is not None
            or (words.MORE.match(text) is not None and element.tag != "button")
        )
        return f"its page says {text!r}" if says and not _links_in(element) else ""


def _group(found: re.Match[str]) -> str:
    return next(group for group in found.groups() if group)


def _is_named_apart(element: HtmlElement) -> bool:
    if element.tag in {"header", "footer", "nav", "aside"}:
        return True
    told = elements.parts(element)
    return bool(told) and elements.names_other_part(told) and not words.PAGER_PART.search(told)


def _is_pressed(element: HtmlElement) -> bool:
    return element.tag in {"a", "button"} or element.get("onclick") is not None or elements.in_pager(element)


def _in_link(element: HtmlElement) -> bool:
    return elements.leads(element) or any(elements.leads(above) for above in element.iterancestors("a"))


def _field(field: HtmlElement) -> str:
    return elements.split(f"{field.get('name') or ''}-{field.get('id') or ''}")


def _file(image: HtmlElement) -> str:
    return str(image.get("src") or "").rpartition("/")[2]


def _links_in(element: HtmlElement) -> bool:
    return bool(element.xpath(".//a | ancestor::a | ancestor::button"))


def _is_hidden(element: HtmlElement) -> bool:
    return any(
        re.search(r"display\s*:\s*none|visibility\s*:\s*hidden", str(above.get("style") or ""), re.IGNORECASE)
        for above in [element, *element.iterancestors()][: elements.CLIMB]
    )
