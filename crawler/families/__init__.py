"""Portal families: bytes in, plain data out; no request is made here, so every trap is tested from a file.

A family answers four questions: ``recognise(page)``, ``listings(page)``, ``next_pages(page)``, ``detail(page)``. They are
asked in the order of ``FAMILIES``, the first that recognises the page serves it; more specific marks come first.
"""

from __future__ import annotations

from typing import Protocol

from crawler.families import static, trs
from crawler.pages import Detail, Listing, Page, Pager


class Family(Protocol):
    """What a family module offers."""

    NAME: str

    def recognise(self, page: Page) -> bool:
        """Is the page of this family?"""
        ...

    def listings(self, page: Page) -> list[Listing]:
        """What does it list?"""
        ...

    def next_pages(self, page: Page) -> Pager:
        """Where does the list go on?"""
        ...

    def detail(self, page: Page) -> Detail:
        """What does an article hold?"""
        ...


FAMILIES: tuple[Family, ...] = (trs, static)
BY_NAME: dict[str, Family] = {family.NAME: family for family in FAMILIES}


def recognise(page: Page) -> Family | None:
    """The family of a list page; None (``unknown-js`` to the watcher) if it shows neither rows nor a known mark."""
    return next((family for family in FAMILIES if family.recognise(page)), None)
