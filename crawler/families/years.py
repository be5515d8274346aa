"""Years, groups and bodies that a list is parted into by a script: tabs, boxes."""

from __future__ import annotations

import re
from collections import defaultdict

from lxml.html import HtmlElement

from crawler import links
from crawler.families.rows import (
    GROUP_COLUMN,
    base_of,
    column_url,
    is_part,
    row_key,
    squeezed,
    title_of,
    tree_of_parts,
)
from crawler.pages import Listing, Page
from reports.narrative.classify import classify

_TAB = re.compile(r"\s*((?:19|20)\d\d)\s*年?度?\s*$")
_PRESSED = "//a[@href] | //a[@onclick] | //li[@onclick] | //span[@onclick] | //div[@onclick] | //select/option"


def by_script(page: Page, listed: list[Listing]) -> list[str]:
    """The years of which only a script shows what is filed under them: neither the rows' report years nor the years in
    which they were published are all of them, so the list holds more than it shows. Empty where nothing is hidden."""
    base = base_of(page)
    pressed = {
        year.group(1): None
        for link in page.tree.xpath(_PRESSED)
        if (year := _TAB.match(title_of(link))) and _is_scripted(link) and column_url(link, base, page) is None
    }
    pressed |= {year.group(1): None for node in tree_of_parts(page) if not node.url and (year := _TAB.match(node.name))}
    reported = {str(year) for row in listed for year in (classify(row.title).year,) if year}
    published = {str(row.listed_on.year) for row in listed if row.listed_on}
    for shown in (list(pressed), _side_by_side(page) if listed else []):
        if len(shown) > 1 and set(shown) - reported and set(shown) - published:
            return [year for year in shown if year not in reported] or shown
    return []


def groups_by_script(page: Page, listed: list[Listing]) -> list[str]:
    """The groups or bodies of which only a script shows what is filed under them: they stand side by side, none leads
    anywhere, and one list alone is there. Empty where nothing is hidden."""
    reports = {row_key(row) for row in listed if classify(row.title).kind in {"annual_report", "legacy_report"}}
    if not reports or len(_lists_of(page, reports)) > 1:
        return []
    runs: dict[HtmlElement, list[tuple[HtmlElement, str]]] = defaultdict(list)
    for element in page.tree.iter("li", "span", "div", "button", "dd", "label", "a", "option"):
        text = squeezed(element.text or "") if len(element) == 0 else ""
        holder = element.getparent()
        if text and holder is not None:
            outer = holder.getparent() if holder.tag in {"li", "dd"} and len(holder) == 1 else None
            runs[holder if outer is None else outer].append((element, text))
    base = base_of(page)
    for run in runs.values():
        parts = all(GROUP_COLUMN.match(text) or (is_part(text) and _is_pressed(element)) for element, text in run)
        if parts and len(run) > 1 and all(_leads_nowhere(element, base, page) for element, _ in run):
            return [text for _, text in run]
    return []


def _lists_of(page: Page, wanted: set[str]) -> set[HtmlElement]:
    """The elements that hold these rows, one for each list."""
    base, out = base_of(page), set[HtmlElement]()
    for link in page.tree.iter("a"):
        url = links.resolve(base, str(link.get("href") or ""), page.charset)
        if url is not None and links.key(url) in wanted:
            out.add(next(link.iterancestors("ul", "ol", "dl", "table", "body"), page.tree))
    return out


def _is_pressed(element: HtmlElement) -> bool:
    """Whether an element is there to be chosen."""
    if element.tag == "option":
        return _is_scripted(element)
    return element.tag in {"a", "button"} or bool(element.get("onclick"))


def _leads_nowhere(element: HtmlElement, base: str, page: Page) -> bool:
    above = next(element.iterancestors("a"), None)
    return above is None and column_url(element, base, page) is None


def _is_scripted(link: HtmlElement) -> bool:
    if link.tag == "option":  # a box of a form that is sent searches, any other one belongs to a script
        form = next(link.iterancestors("form"), None)
        return form is None or not form.xpath(".//input[@type='submit' or @type='image'] | .//button")
    code = f"{link.get('onclick') or ''}{link.get('href') or ''}"
    return "(" in code or code.startswith("#")


def _side_by_side(page: Page) -> list[str]:
    """Years that stand side by side, each in an element of its own and none of them a link: tabs that a script binds."""
    runs: dict[HtmlElement, dict[str, None]] = defaultdict(dict)
    for element in page.tree.iter("li", "span", "div", "button", "dd", "b", "em", "p", "label"):
        year = _TAB.match(element.text or "") if len(element) == 0 else None
        holder = element.getparent()
        if year and holder is not None and next(element.iterancestors("a"), None) is None:
            runs[holder].setdefault(year.group(1))
    found: list[str] = []
    for run in runs.values():
        found = list(run) if len(run) > len(found) else found
    return found
