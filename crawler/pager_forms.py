"""Pagers that are forms: a button that sends the next page, a click that sets a field and submits, a box of pages."""

from __future__ import annotations

import re
from itertools import pairwise

from lxml.html import HtmlElement

from crawler import links
from crawler import pager_words as words
from crawler.families.base import Ask, Pairs
from crawler.families.rows import base_of, squeezed
from crawler.pages import Page

_PRESSED = frozenset({"submit", "image"})
_NOT_SENT = frozenset({"submit", "button", "image", "reset", "file"})
_LONGEST = 200_000  # characters of a hidden field
_MOST_PAGES = 500  # a larger number on a page's button is a year or a count
_SIZED = "@data-size or @data-pagesize or @data-page-size or @data-limit"
_JUMP = re.compile(r"转[到至]|跳[转到至]|到\s*第|前往|页码|\bgo\b", re.IGNORECASE)


def sent_by(page: Page, element: HtmlElement, number: int) -> Ask | None:
    """What pressing a form's button, or a click that sets a field and submits, would send."""
    form = next(element.iterancestors("form"), None)
    code = f"{element.get('onclick') or ''};{element.get('href') or ''}"
    given = re.findall(r"(\w+)\.value\s*=\s*['\"]?(\d+)", code)
    presses = element.tag in {"button", "input"} and str(element.get("type") or "submit").lower() in _PRESSED
    submits = bool(given) and "submit" in code
    if form is None and submits:
        form = next((one for one in page.tree.iter("form") if _field(one, given[0][0]) is not None), None)
    if form is None or not (presses or submits):
        return None
    fields = _fields(form)
    if presses and element.get("name"):
        fields[str(element.get("name"))] = str(element.get("value") or element.text_content() or "")
    for name, value in given:
        own = _field(form, name)
        fields[str(own.get("name") or name) if own is not None else name] = value
    return _sent(page, form, tuple(fields.items()), number) if fields else None


def _field(form: HtmlElement, name: str) -> HtmlElement | None:
    return next((one for one in form.iter("input") if name in {one.get("name"), one.get("id")}), None)


def _fields(form: HtmlElement) -> dict[str, str]:
    out = {
        str(one.get("name")): str(one.get("value") or "")
        for one in form.iter("input")
        if one.get("name")
        and str(one.get("type") or "").lower() not in _NOT_SENT
        and len(str(one.get("value") or "")) < _LONGEST
    }
    for select in form.iter("select"):
        chosen = select.xpath(".//option[@selected]/@value") or select.xpath(".//option[1]/@value")
        if select.get("name") and chosen:
            out[str(select.get("name"))] = str(chosen[0])
    return out


def _sent(page: Page, form: HtmlElement, pairs: Pairs, number: int) -> Ask | None:
    base = base_of(page)
    url = links.resolve(base, str(form.get("action") or page.url), page.charset)
    if url is None or links.origin(url) != links.origin(page.url):
        return None
    if str(form.get("method") or "get").lower() == "post":
        tokens = tuple(pair for pair in pairs if pair[0].startswith("__") and "EVENT" not in pair[0])
        kept = tuple(pair for pair in pairs if pair not in tokens)
        return Ask(url, "POST", kept, referer=page.url, tokens=tokens, number=number)
    joined = "&".join(f"{name}={value}" for name, value in pairs)
    target = links.resolve(base, f"{url.partition('?')[0]}?{joined}", page.charset)
    same = target is None or links.key(target) == links.key(page.url)
    return None if target is None or same else Ask(target, referer=page.url, number=number)


def boxes_of_pages(page: Page) -> list[tuple[HtmlElement, list[int]]]:
    """The boxes to choose a page from, each with the numbers that it offers: 1, 2, 3 …"""
    out = []
    for select in page.tree.iter("select"):
        option_texts = [squeezed(one.text_content()) for one in select.iter("option")]
        numbers = [
            int(digits)
            for text in option_texts
            if (digits := re.sub(r"\D", "", text)) and re.fullmatch(r"第?\d{1,3}页?", text)
        ]
        runs = len(numbers) > 1 and numbers[0] == 1 and all(b - a == 1 for a, b in pairwise(numbers))
        if runs and numbers[-1] <= _MOST_PAGES:
            out.append((select, numbers))
    return out


def held(page: Page) -> tuple[int | None, int | None]:
    """Items and pages as hidden fields and attributes hold them for a script (``#totalPage``, ``data-total``)."""
    total = pages = None
    for field in page.tree.xpath("//input[@value and (@name or @id)]"):
        value = str(field.get("value")).strip()
        names = [str(field.get(one) or "") for one in ("name", "id")]
        if not re.fullmatch(r"\d{1,6}", value):
            continue
        if any(words.FIELD_PAGES.match(name) for name in names):
            pages = int(value)
        elif any(words.FIELD_TOTAL.match(name) for name in names):
            total = int(value)
    for element in page.tree.xpath(f"//*[@data-total or @data-count][{_SIZED}]"):
        value = str(element.get("data-total") or element.get("data-count"))
        total = int(value) if total is None and re.fullmatch(r"\d{1,6}", value) else total
    return total, pages


def is_typed_into(field: HtmlElement) -> bool:
    """Whether a person types into a field."""
    return str(field.get("type") or "text").lower() in {"text", "number", "tel", ""}


def jump_box(page: Page) -> str:
    """The words around a field to type a page's number into; empty where there is none."""
    for field in page.tree.iter("input"):
        if not is_typed_into(field):
            continue
        for around in (field.getparent(), next(field.iterancestors("form"), None)):
            text = squeezed(around.text_content()) if around is not None and len(around) < 30 else ""
            if 0 < len(text) < 80 and "页" in text and (_JUMP.search(text) or _JUMP.search(_values(around))):
                return text[:20]
    return ""


def _values(element: HtmlElement) -> str:
    return " ".join(str(one.get("value") or "") for one in element.iter("input"))
