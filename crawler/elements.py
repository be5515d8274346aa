"""What a single element of a page shows and where it stands, as a pager's parts are told by it."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from crawler import links
from crawler import pager_words as words
from crawler.families.rows import base_of, squeezed
from crawler.pages import Page
from reports import article

CLIMB = 40  # elements above one that are looked at: no template nests deeper, a hostile page may
_ROWS = 3  # that are looked for to tell where a list stands
_BEFORE_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_BARE = frozenset({"a", "button", "i", "span", "div", "li", "em", "b", "p", "input", "td", "label", "svg"})


def split(name: str) -> str:
    """A name's parts set apart by hyphens, in small letters: ``nextBtn`` and ``next_btn`` are one."""
    return re.sub(r"[^a-z0-9]+", "-", _BEFORE_CAPITAL.sub("-", name).lower())


def parts(element: HtmlElement) -> str:
    """The parts of its class and its id."""
    text = named(element)
    return split(text) if text != " " else ""


def names_other_part(name: str) -> bool:
    """Whether a name's parts speak of a part of the page that a list does not stand in."""
    return bool(words.APART.search(name)) or article.names_frame(name)


def is_bare(element: HtmlElement) -> bool:
    """Whether it shows no word of its own and holds no link."""
    return element.tag in _BARE and not squeezed(element.text_content()) and not any(map(leads, element.iter("a")))


def leads(link: HtmlElement) -> bool:
    """Whether a link has an address of its own."""
    href = str(link.get("href") or "").strip()
    return link.tag == "a" and bool(href) and not href.startswith("#") and not href.lower().startswith("javascript:")


def around_rows(page: Page, rows: frozenset[str]) -> set[HtmlElement]:
    """All elements that the first rows stand in."""
    base, out, found = base_of(page), set[HtmlElement](), 0
    for link in page.tree.iter("a"):
        url = links.resolve(base, str(link.get("href") or ""), page.charset) if link.get("href") else None
        if url is not None and links.key(url) in rows:
            out.update(link.iterancestors())
            found += 1
            if found == _ROWS:
                break
    return out


def named(element: HtmlElement) -> str:
    """Its class and its id."""
    return f"{element.get('class') or ''} {element.get('id') or ''}"


def in_slides(element: HtmlElement, around: set[HtmlElement]) -> bool:
    """Whether it stands in a show of pictures, which pages through something else than the rows that stand in ``around``."""
    path = (element, *element.iterancestors())
    return any(words.SLIDES.search(named(above)) for above in path if above not in around and above.tag != "body")


def label_of(element: HtmlElement) -> str:
    """What an element shows: its text, a button's value, a picture's words."""
    text = squeezed(element.text_content()) if element.tag != "input" else ""
    if not text:
        text = squeezed(str(element.get("value") or "")) if element.tag in {"input", "button"} else ""
    if not text:
        words = [element.get("title"), element.get("aria-label"), element.get("alt")]
        words += [value for image in element.iter("img") for value in (image.get("alt"), image.get("title"))]
        text = next((squeezed(str(one)) for one in words if one and str(one).strip()), "")
    return text


def picture_of(element: HtmlElement) -> str:
    """The file names of the pictures in it."""
    images = [element] if element.tag == "input" else list(element.iter("img"))
    return " ".join(str(image.get("src") or "").rpartition("/")[2] for image in images)


def in_pager(element: HtmlElement) -> bool:
    """Whether an element stands in something that is called a pager or shows another of a pager's words."""
    for depth, above in enumerate((element, *element.iterancestors())):
        if depth > 5 or above.tag in {"body", "html"}:
            return False
        if words.PAGER_NAME.search(named(above)):
            return True
        if len(above) < 40:
            text = above.text_content()
            if len(text) < 300 and re.search(r"[上下首尾末前后]一?页|共\s*\d+\s*[页条]", text):
                return True
    return False


def is_off(element: HtmlElement) -> bool:
    """Whether it is greyed out: there is nothing more on this way."""
    own = [element, *[one for _, one in zip(range(1), element.iterancestors("li", "span"), strict=False)]]
    for one in own:
        if one.get("disabled") is not None or str(one.get("aria-disabled")).lower() == "true":
            return True
        if words.OFF.search(str(one.get("class") or "")):
            return True
    return False
