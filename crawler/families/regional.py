"""Platforms of one region, known by their addresses (``regional.yaml``): their lists are written out by the server, and
each is a family of its own name, so that a source can be set to it and what it is shows in the register.

An entry says by which addresses it is told (``list``: its own, ``article``: those of its rows), where in an address the
page's number stands (``page``), and, where markup besides links matters, which elements hold rows (``rows``)."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from crawler.families import numbered
from crawler.families.base import Ask, Family, Step
from crawler.families.listed import is_list
from crawler.pages import Page

_ENTRIES = Path(__file__).parent / "regional.yaml"
LINKS = 2000  # of a page that are looked at for the platform's articles


class Regional(Family):
    """One platform; its pager's count or links tell the end."""

    name = "regional"
    ends = frozenset({"total", "pages", "links"})

    def __init__(self, entry: dict[str, Any]) -> None:
        self.name = str(entry["name"])  # type: ignore[misc]  # one class, a name an entry
        self._list = [re.compile(text) for text in entry.get("list", ())]
        self._article = [re.compile(text) for text in entry.get("article", ())]
        self._pages = [(re.compile(one), str(other)) for one, other in entry.get("page", {}).items()]
        super().__init__()

    def claims(self, page: Page) -> bool:
        """Its own address or those that it links are the platform's, and it lists something or says that it is empty."""
        if not (self._is_list(page) or self._lists_articles(page)):
            return False
        return is_list(page)

    def _is_list(self, page: Page) -> bool:
        return any(pattern.search(_path(page.url)) for pattern in self._list)

    def _lists_articles(self, page: Page) -> bool:
        paths = _paths(page.linked[:LINKS]) if self._article else ()
        return any(pattern.search(path) for pattern in self._article for path in paths)

    def read(self, page: Page, ask: Ask) -> Step:
        """Rows, and every page that is stated."""
        return numbered.read(page, ask, self._address)

    def _address(self, page: Page, number: int) -> str | None:
        for pattern, further in self._pages:
            if pattern.search(page.url):
                return pattern.sub(further.replace("{n}", str(number)), page.url, count=1)
        return None


@lru_cache(maxsize=8)  # every platform asks it of a page in turn
def _paths(written: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(_path, written))


def _path(url: str) -> str:
    """Path and query; of an address that is written from its page, as if from the root."""
    return "/" + re.sub(r"^(?:https?:)?//[^/]+", "", url).lstrip("./")


FAMILIES = tuple(Regional(entry) for entry in yaml.safe_load(_ENTRIES.read_text(encoding="utf-8")))
