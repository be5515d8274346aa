"""How a list goes on, as its own page shows it: links, scripts that name an address, forms, stated counts.

A pager that is there and cannot be understood is as good as a page that could not be read: it is named (``unread``), and
nobody concludes from the list that something is not in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from crawler import calls, elements, links, loaders, pager_forms, pager_scripts, shells
from crawler import pager_words as words
from crawler.families.base import MAX_PAGES, Ask, End
from crawler.families.rows import base_of, onclick, row_key, squeezed
from crawler.pages import Listing, Page

_TIMES = frozenset({12, 24, 30, 31, 60})  # months, hours, days, minutes to choose from
_TEXTS = ("span", "li", "div", "em", "i", "label", "font", "td", "strong", "p", "b")


@dataclass(slots=True)
class Pager:
    """The rest of a list as one of its pages shows it: what to ask, and how it knows its end."""

    asks: list[Ask] = field(default_factory=list)
    end: End = field(default_factory=End)


def stated_total(page: Page) -> int | None:
    """The number of items that the list states of itself (共58条, 共 58 条记录, 总记录数：58)."""
    return _stated(words.TOTAL, squeezed(page.tree.text_content()))


def stated_pages(page: Page) -> int | None:
    """The number of pages that the list states of itself (共3页, 第1/3页)."""
    counted = _stated(words.COUNT, squeezed(page.tree.text_content()))
    if counted is not None:
        return counted
    for element in page.tree.iter("span", "div", "em", "i", "b", "li", "p", "a", "td", "strong"):
        text = element.text_content() if len(element) < 4 else ""
        found = words.BARE_COUNT.match(text) if len(text) < 14 else None
        if found and int(found.group(1)) <= int(found.group(2)) and elements.in_pager(element):
            return int(found.group(2))
    return None


def _stated(pattern: re.Pattern[str], text: str) -> int | None:
    found = [int(next(group for group in match if group)) for match in pattern.findall(text)]
    return max(found) if found else None


def says_empty(page: Page) -> bool:
    """Whether a list without rows says itself that it is empty."""
    text = squeezed(page.tree.text_content())
    found = re.search(r"暂无(数据|内容|信息|相关|记录|文章)?|没有(找到)?(相关)?(内容|信息|数据|记录)", text)
    return bool(found) or stated_total(page) == 0


def read(page: Page, ask: Ask, listed: Sequence[Listing]) -> Pager:
    """The pager of a page of links. What is ``listed`` are the page's own rows: they are no pages of the list."""
    found = _Reading(page, ask, listed)
    found.elements()
    found.scripts()
    found.loaders()
    asks = list({one.key: one for one in found.asks}.values())[:MAX_PAGES]
    end = End(found.total, found.pages, None, found.unread)
    return Pager(asks, end)


class _Reading:
    """One page's pager being read."""

    def __init__(self, page: Page, ask: Ask, listed: Sequence[Listing]) -> None:
        self.page, self.ask, self.listed = page, ask, listed
        self.rows = frozenset(row_key(row) for row in listed)
        self.base = base_of(page)
        self.here = links.key(page.url)
        self.around = elements.around_rows(page, self.rows)
        self.asks: list[Ask] = []
        self.unread = ""
        self.total, self.pages = stated_total(page), stated_pages(page)
        self.stated_pages = self.pages  # by its text
        self.script = page.script

    # -------------------------------------------------------------- elements

    def elements(self) -> None:
        """Everything that can be pressed."""
        pressed = "//a | //button | //input[@type='submit' or @type='button' or @type='image'] | //area | //*[@onclick]"
        found = page_elements(self.page, pressed)
        numbers = _numbered([one for one in found if words.NUMBER.match(elements.label_of(one))])
        for element in found:
            kind = self._kind(element, numbers)
            if kind:
                self._follow(element, kind)
        self._options()
        if not self.asks and not self.unread:
            self._dead_words()

    def _kind(self, element: HtmlElement, numbers: set[HtmlElement]) -> str:
        label = elements.label_of(element)
        named = elements.named(element)
        if words.FORWARD.match(label) or element.get("rel") == "next":
            return "" if self._url(element) is None and elements.in_slides(element, self.around) else "forward"
        if words.LAST.match(label):
            return "last"
        if words.BACK.match(label):
            return ""
        if element in numbers:
            return "number"
        if self._pages_url(element):
            return "address"
        if words.ARROW.match(label) and (elements.in_pager(element) or not self._leaves(element)):
            return "forward"
        if not label and words.NEXT_PICTURE.search(elements.picture_of(element) or named) and not self._leaves(element):
            return "forward" if elements.picture_of(element) or elements.in_pager(element) else ""
        if words.MORE.match(label) and not self._leaves(element):
            return "more"
        return ""

    def _url(self, element: HtmlElement) -> str | None:
        href = str(element.get("href") or "")
        return links.resolve(self.base, href, self.page.charset) or links.resolve(
            self.base, onclick(element), self.page.charset
        )

    def _leaves(self, element: HtmlElement) -> bool:
        """Whether an element leads to an address that is no page of this list."""
        url = self._url(element)
        return url is not None and not _same_list(url, self.page.url)

    def _pages_url(self, element: HtmlElement) -> bool:
        """Whether a link's address is this page's with another page number, whatever it is called."""
        url = self._url(element) if element.tag == "a" else None
        if url is None or links.key(url) in self.rows or links.key(url) == self.here:
            return False
        return links.page_number(url, self.page.url) is not None and len(elements.label_of(element)) <= 12

    def _follow(self, element: HtmlElement, kind: str) -> None:
        number_match = words.NUMBER.match(elements.label_of(element)) if kind in {"number", "address"} else None
        if elements.is_off(element) or (number_match is not None and int(number_match.group(1)) <= self.ask.number):
            return  # the page itself, or one before it
        url = self._url(element)
        if url is not None:
            if links.key(url) != self.here and links.key(url) not in self.rows:
                number = int(number_match.group(1)) if number_match else self.ask.number + 1
                self.asks.append(Ask(url, referer=self.page.url, number=number))
            return
        made = self._by_script(element) or pager_forms.sent_by(self.page, element, self.ask.number + 1)
        if made is not None:
            self.asks.append(made)
        elif not self._is_spent(kind):
            self.unread = self.unread or f"its pager ({elements.label_of(element) or 'a picture'}) is a script"

    def _is_spent(self, kind: str) -> bool:
        """Whether a script's pager leads nowhere from here: this is the last page that the list states."""
        return kind != "more" and self.pages is not None and self.ask.number >= self.pages

    # -------------------------------------------------------------- scripts

    def _by_script(self, element: HtmlElement) -> Ask | None:
        """The request of ``goPage(2)`` where the page's own script says what the call opens."""
        code = f"{element.get('onclick') or ''};{element.get('href') or ''}"
        call = re.search(r"\w+\s*\(\s*(?:this\s*,\s*)?['\"]?(\d{1,4})['\"]?\s*[,)]", code)
        written = calls.opened_by(code, self.script) if call else None
        url = links.resolve(self.base, written, self.page.charset) if written else None
        if call is None or url is None or links.key(url) == self.here:
            return None
        return Ask(url, referer=self.page.url, number=int(call.group(1)))

    def scripts(self) -> None:
        """Counts that a script states, and pagers that only a script draws."""
        code = re.sub(r"function\s+\w+\s*\(", "function (", self.script)
        drawn = pager_scripts.drawn(code)
        held_total, held_pages = pager_forms.held(self.page)
        totals = (self.total, _most(words.SCRIPT_TOTAL, code), held_total, drawn.items if drawn else None)
        counts = (self.pages, _most(words.SCRIPT_COUNT, code), held_pages, drawn.pages if drawn else None)
        self.total = next((one for one in totals if one is not None), None)
        self.pages = next((one for one in counts if one is not None), None)
        if not self.asks and self.ask.number == 1:
            self._made_by_callback(code)
        if drawn is not None and self.total is None and self.pages is None and not self.asks:
            self.unread = self.unread or f"its pager is drawn by a script ({drawn.name})"
        if self.pages is not None and self.pages > self.ask.number and not self.asks:
            self.unread = self.unread or f"it states {self.pages} pages and does not link them"
        self._empty_boxes()
        filled = shells.filled_by_script(self.page)
        if filled and self.total is None and not self.asks:
            self.unread = self.unread or f"an element ({filled}) is filled by a script"

    def loaders(self) -> None:
        """What looks as if the list went on, where nothing states its size. What a script sets to one page or to none may
        be what it begins with."""
        stated = self.stated_pages is not None or (self.total is not None and self.total >= len(self.rows))
        if stated and self.pages == 1 and not self.asks:
            self.unread = ""
        elif not stated and not self.unread and not self.asks and self.ask.number == 1:
            self.unread = loaders.unread(self.page, self.listed, self.around)

    def _made_by_callback(self, code: str) -> None:
        """The pages that are stated, by the address that the pager's callback leads to."""
        for number in range(2, min(self.pages or 1, MAX_PAGES) + 1):
            written = pager_scripts.address(code, number)
            url = links.resolve(self.base, written, self.page.charset) if written else None
            if url is not None and links.key(url) not in {self.here, *self.rows} and _same_list(url, self.page.url):
                self.asks.append(Ask(url, referer=self.page.url, number=number))

    def _empty_boxes(self) -> None:
        """An element that bears a pager's name and holds nothing is filled by a script."""
        if self.total is not None or self.pages is not None or self.asks:
            return
        for element in self.page.tree.iter():
            if isinstance(element.tag, str) and words.PAGER_TAG.search(element.tag):
                self.unread = self.unread or f"an element for a pager ({element.tag}) is drawn by a script"
                return
        for element in self.page.tree.iter("div", "ul", "nav", "td", "p", "span"):
            named = elements.named(element)
            if len(element) == 0 and not (element.text or "").strip() and words.PAGER_NAME.search(named):
                self.unread = self.unread or f"an element for a pager ({named.strip()}) is filled by a script"
                return

    # -------------------------------------------------------------- what is left

    def _options(self) -> None:
        """A box to choose a page from: its values are addresses, or it belongs to a script."""
        for select, numbers in pager_forms.boxes_of_pages(self.page):
            if not (
                elements.in_pager(select) or any("页" in option.text_content() for option in select.iter("option"))
            ):
                if select.get("onchange") is not None and numbers[-1] not in _TIMES:
                    self.unread = self.unread or "a box of numbers belongs to a script"
                continue
            for option in select.iter("option"):
                value = str(option.get("value") or "")
                url = links.resolve(self.base, value, self.page.charset)
                if url is not None and re.search(r"[/.?]", value) and links.key(url) not in {self.here, *self.rows}:
                    self.asks.append(Ask(url, referer=self.page.url, number=self.ask.number + 1))
            self.pages = self.pages if self.pages is not None else numbers[-1]

    def _dead_words(self) -> None:
        """下一页 or 加载更多 that is no link: greyed out it says that this page is the last, else a script waits behind it. A
        field to type a page into belongs to a script as well."""
        for element in self.page.tree.iter(*_TEXTS):
            label = squeezed(element.text_content()) if len(element) <= 1 else ""
            forward, more = words.FORWARD.match(label), words.LOADS.match(label)
            if (
                not (forward or more)
                or elements.in_slides(element, self.around)
                or any(a.tag in {"a", "button"} for a in element.iterancestors())
                or element.xpath(".//a")
            ):
                continue
            spent = elements.is_off(element) or (self.pages is not None and self.ask.number >= self.pages)
            if not spent and self.ask.number == 1:
                self.unread = self.unread or f"its pager ({label}) is no link"
            return
        if not self.unread:
            self.unread = self._dead_numbers()
        box = pager_forms.jump_box(self.page) if self.pages is None and self.total is None else ""
        if box:
            self.unread = self.unread or f"its pager ({box}) is a field to type a page into"

    def _dead_numbers(self) -> str:
        """Numbers of a pager that are no links, and a bare 1/3: a script waits behind them."""
        if self.pages is not None or self.total is not None or self.ask.number > 1:
            return ""
        for element in self.page.tree.iter(*_TEXTS):
            label = squeezed(element.text_content()) if len(element) == 0 else ""
            counted = words.BARE_COUNT.match(label) if 2 < len(label) < 14 else None
            if (
                counted
                and counted.group(1) == "1"
                and int(counted.group(2)) > 1
                and not elements.in_slides(element, self.around)
            ):
                return f"its pager ({label}) is no link"
            if label == "2" and any(words.PAGER_NAME.search(elements.named(a)) for a in element.iterancestors()):
                return "its pager (2) is no link"
        return ""


# ------------------------------------------------------------------ small questions


def page_elements(page: Page, path: str) -> list[HtmlElement]:
    """Elements by path, in the page's order."""
    return list(page.tree.xpath(path))


def _numbered(found: list[HtmlElement]) -> set[HtmlElement]:
    """Those of the elements that show a number and belong to a pager: a run of numbers side by side that is no calendar."""
    groups: dict[HtmlElement, list[HtmlElement]] = {}
    for element in found:
        holder = element.getparent()
        while holder is not None and holder.tag in {"li", "span", "td", "em", "b", "i", "strong"}:
            holder = holder.getparent()
        if holder is not None:
            groups.setdefault(holder, []).append(element)
    out: set[HtmlElement] = set()
    for holder, group in groups.items():
        calendar = len(group) >= 25 and any(
            above.tag in {"tr", "tbody", "table"} for above in (holder, *holder.iterancestors())
        )
        numbers = [int(words.NUMBER.sub(r"\1", elements.label_of(one))) for one in group]
        if calendar or (max(numbers) > 1900 and min(numbers) > 1900):
            continue
        out |= set(group)
    return out


def _same_list(url: str, page_url: str) -> bool:
    """Whether an address may be a page of the list at ``page_url``."""
    return links.page_number(url, page_url) is not None or links.key(url) == links.key(page_url)


def _most(pattern: re.Pattern[str], text: str) -> int | None:
    found = [int(value) for value in pattern.findall(text)]
    return max(found) if found else None
