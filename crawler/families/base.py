"""The protocol of portal families: answers in, plain data out. No family makes a request; the walk does, and asks the
family what each answer says.

A family reads one answer at a time (``read``) and says which rows it shows, what is to be asked next, which columns lie
beneath, and how this answer knows where the list ends. State goes from answer to request inside an ``Ask``: tokens that
must be sent back stand in ``tokens``, what only the family needs to know of it in ``state``."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal
from urllib.parse import urlencode

from crawler import links
from crawler.families import articles
from crawler.pages import Detail, Listing, Page

# Of one list in one crawl: at ten rows a page a thousand reports. What is left over makes the list not whole.
MAX_PAGES = 100

Expected = Literal["page", "json", "xml", "any"]
Pairs = tuple[tuple[str, str], ...]

# How a list can prove where it ends: it states how many items it has; how many pages; it says of a page that it is the
# last; its pager is made of links, and all of them were followed.
Proof = Literal["total", "pages", "last", "links"]


@dataclass(frozen=True, slots=True)
class Ask:
    """One request: what identifies an answer, and what is only sent along.

    ``tokens`` are form fields that change with every answer (``__VIEWSTATE``): sent, and no part of the identity.
    ``number`` is the page of the list that is asked for, from 1. ``state`` is the family's own, never sent."""

    url: str
    method: Literal["GET", "POST"] = "GET"
    form: Pairs = ()
    json: str = ""
    referer: str = ""
    headers: Pairs = ()
    expects: Expected = "page"
    tokens: Pairs = ()
    number: int = 1
    state: Pairs = ()

    @property
    def key(self) -> str:
        """The identity of the answer: one request in a crawl, one entry in memory."""
        if self.method == "GET":
            return links.key(self.url)
        digest = hashlib.sha256(f"{urlencode(self.form)}\n{self.json}".encode()).hexdigest()[:16]
        return f"POST {links.key(self.url)} {digest}"

    @property
    def body(self) -> bytes:
        """What a POST sends; empty for a GET."""
        if self.method == "GET":
            return b""
        return self.json.encode() if self.json else urlencode([*self.form, *self.tokens]).encode()

    @property
    def sent_headers(self) -> dict[str, str]:
        """The headers that a browser would send with it."""
        out = dict(self.headers)
        if self.referer:
            out["Referer"] = self.referer
        if self.method == "POST":
            kind = "application/json" if self.json else "application/x-www-form-urlencoded"
            out.setdefault("Content-Type", f"{kind}; charset=UTF-8")
        return out

    def value(self, name: str, default: str = "") -> str:
        """One value of ``state``."""
        return dict(self.state).get(name, default)


@dataclass(frozen=True, slots=True)
class End:
    """How one answer knows where its list ends. None: it does not say.

    ``total`` counts items, ``pages`` pages; ``last`` says of this very page whether another follows. ``unread`` names
    what looks like a pager and could not be understood: then nothing is known of what follows."""

    total: int | None = None
    pages: int | None = None
    last: bool | None = None
    unread: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column beneath the one that is being read."""

    ask: Ask
    title: str


@dataclass(slots=True)
class Step:
    """What one answer says.

    ``asks`` are further answers of the same list, in order; ``otherwise`` the same under the vendor's other numbering,
    for where the first of ``asks`` is not there. ``error`` says that the answer is not what was asked for (a stub,
    ``success: false``, markup where data is due): the list is incomplete then, never empty. ``again`` asks to read the list
    from its start, which is done once: it changed while it was read, or what it goes by has expired. ``others`` are rows of
    other columns, where a search answers for all: they count for its end, and are its own where it shows none besides."""

    rows: list[Listing] = field(default_factory=list)
    asks: list[Ask] = field(default_factory=list)
    otherwise: list[Ask] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)
    end: End = field(default_factory=End)
    error: str = ""
    again: bool = False
    others: list[Listing] = field(default_factory=list)


class Family:
    """A portal software. A module of this package offers one as ``FAMILY``; its marks stand in ``fingerprints.yaml``."""

    name: ClassVar[str] = ""
    ends: ClassVar[frozenset[Proof]] = frozenset()
    # Whether its pages are the reports themselves: a page is one only where it gives itself as a row, and nothing lies
    # beneath it.
    shows_itself: ClassVar[bool] = False
    # Whether a further page is asked for with what the answer before gave, which may expire: then an error, or the first
    # page once more, begins the list anew.
    expires: ClassVar[bool] = False

    def __init__(self) -> None:
        if not self.name or not self.ends:
            raise TypeError(f"{type(self).__name__} does not declare its name and how its lists show their end")

    def claims(self, page: Page) -> bool:  # noqa: ARG002  for those that override it
        """Whether a page that bears the family's marks is a list of it: marks also stand on pages of other kinds."""
        return True

    def read(self, page: Page, ask: Ask) -> Step:
        """What an answer says. ``ask`` is the request it answers: the column's own address, or one of ``Step.asks``."""
        raise NotImplementedError

    def begins(self, ask: Ask) -> bool:  # noqa: ARG002  for those that override it
        """Whether an answer begins a part of the list (a year, a node) that shows by itself what is added to it."""
        return False

    def detail(self, page: Page) -> Detail:
        """An article taken apart."""
        return articles.article(page)


def unproven(family: Family, ends: Sequence[End], delivered: int, pages: int) -> str:
    """Why it is not proven that a list was read to its end; empty where it is.

    ``ends`` are what the answers said, in order; ``delivered`` the distinct items, ``pages`` the distinct pages that
    they showed. Whether every link of the pager was followed, the walk knows by itself."""
    totals = [end.total for end in ends if end.total is not None]
    if totals and delivered < max(totals):
        return f"the list states {max(totals)} items, {delivered} were listed"
    if totals and delivered == max(totals):
        return ""
    # More than stated: the figure is another list's, and proves nothing.
    counts = [end.pages for end in ends if end.pages is not None]
    if counts:
        return "" if pages >= max(counts) else f"the list states {max(counts)} pages, {pages} were read"
    if ends and ends[-1].last:
        return ""
    unread = next((end.unread for end in ends if end.unread), "")
    if unread:
        return f"the list may go on: {unread}"
    if ends and ends[-1].last is False:
        return "the list goes on and does not say where"
    return "" if "links" in family.ends else "the list does not show its end"
