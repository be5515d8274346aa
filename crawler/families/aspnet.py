"""ASP.NET lists: the next page is a post back to the same address, with the hidden fields of the page just received."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from crawler import links, pagers
from crawler.families.base import Ask, End, Family, Step
from crawler.families.listed import is_list, listed
from crawler.families.rows import base_of, squeezed
from crawler.pages import Page

_CALL = re.compile(r"__doPostBack\(\s*['\"]([^'\"]*)['\"]\s*,\s*['\"]([^'\"]*)['\"]\s*\)")
_FORWARD = re.compile(r"^[\[<(（]?\s*(?:下一?页|后一?页|next|>|›|»)\s*[\])>）]?$", re.IGNORECASE)
_NUMBER = re.compile(r"^(?:Page\$)?(\d{1,4})$")
_EVENTS = ("__EVENTTARGET", "__EVENTARGUMENT")


class AspNet(Family):
    """A post back's pager shows whether a page follows; others are read as any pager is."""

    name = "aspnet"
    ends = frozenset({"total", "pages", "last", "links"})
    expires = True

    def claims(self, page: Page) -> bool:
        """A list, or one that says that it is empty."""
        return is_list(page)

    def read(self, page: Page, ask: Ask) -> Step:
        """Rows, and the post back of the next page."""
        found = listed(page)
        calls = [
            (link, *call.groups()) for link in page.tree.xpath("//a[@href] | //*[@onclick]") if (call := _call(link))
        ]
        paging = [one for one in calls if _FORWARD.match(squeezed(one[0].text_content())) or _NUMBER.match(one[2])]
        if not paging:
            pager = pagers.read(page, ask, found)
            return Step(found, pager.asks, end=pager.end)
        total, pages = pagers.stated_total(page), pagers.stated_pages(page)
        following = _following(paging, ask.number)
        if following is None:
            return Step(found, end=End(total, pages, last=True))
        made = _post(page, ask, *following)
        if made is None:
            return Step(found, end=End(total, pages, unread="its pager posts a form that is not there"))
        return Step(found, [made], end=End(total, pages))


def _call(element: HtmlElement) -> re.Match[str] | None:
    return _CALL.search(f"{element.get('href') or ''};{element.get('onclick') or ''}")


def _following(paging: list[tuple[HtmlElement, str, str]], here: int) -> tuple[str, str] | None:
    """The target and argument of the page after this one: by its number, else by the word; none on the last page."""
    for _, target, argument in paging:
        number = _NUMBER.match(argument)
        if number and int(number.group(1)) == here + 1:
            return target, argument
    for element, target, argument in paging:
        off = element.get("disabled") is not None or "disabled" in str(element.get("class") or "")
        number = _NUMBER.match(argument)
        past = number is not None and int(number.group(1)) <= here
        if _FORWARD.match(squeezed(element.text_content())) and not off and not past:
            return target, argument
    return None


def _post(page: Page, ask: Ask, target: str, argument: str) -> Ask | None:
    form = next((one for one in page.tree.iter("form") if one.xpath(".//input[@name='__VIEWSTATE']")), None)
    if form is None:
        return None
    url = links.resolve(base_of(page), str(form.get("action") or page.url), page.charset)
    if url is None or links.origin(url) != links.origin(page.url):
        return None
    fields = {
        str(one.get("name")): str(one.get("value") or "") for one in form.xpath(".//input[@name][@type='hidden']")
    }
    tokens = tuple(pair for pair in fields.items() if pair[0] not in _EVENTS)
    events = (("__EVENTTARGET", target), ("__EVENTARGUMENT", argument))
    return Ask(url, "POST", events, referer=page.url, tokens=tokens, number=ask.number + 1)


FAMILY = AspNet()
