"""The six parts of the report and how their headings are worded, from ``data/titles.yaml``: nobody else knows one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from reports.report import Table

DATA = Path(__file__).parent / "data" / "titles.yaml"


@dataclass(frozen=True, slots=True)
class PartTitle:
    """The heading of one part: the form's, the accepted ones (no finding), and others that are met with."""

    number: int
    zh: str
    accepted: tuple[str, ...]
    other: tuple[str, ...]

    def wordings(self) -> tuple[str, ...]:
        """All of them, the form's first."""
        return (self.zh, *self.accepted, *self.other)


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    data: dict[str, Any] = yaml.load(DATA.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - a safe loader
    return data


@lru_cache(maxsize=1)
def parts() -> tuple[PartTitle, ...]:
    """The six, in order."""
    more: dict[int, list[str]] = _data()["section_wordings"]
    return tuple(
        PartTitle(entry["number"], entry["zh"], tuple(entry["accepted"]), tuple(more.get(entry["number"], ())))
        for entry in _data()["titles"]
    )


# The part whose matter a table is.
PART_OF: dict[Table, int] = {"proactive": 2, "applications": 3, "disputes": 4}


def title_zh(number: int) -> str:
    """The form's title of a part."""
    return parts()[number - 1].zh


@lru_cache(maxsize=1)
def telling() -> tuple[str, ...]:
    """Beginnings of headings: a text with several of them is a report's, whoever shortened or reworded their ends."""
    return (
        title_zh(1),
        *(title_zh(n).removesuffix("情况") for n in (2, 3)),
        "行政复议",
        title_zh(5).partition("及")[0],
    )


@lru_cache(maxsize=1)
def marks() -> tuple[tuple[int, tuple[str, ...]], ...]:
    """(number, words one of which its heading holds whatever else it says); the first that fits decides."""
    return tuple((entry["number"], tuple(entry["words"])) for entry in _data()["section_marks"])


@lru_cache(maxsize=1)
def heading_words() -> frozenset[str]:
    """The words that headings are made of."""
    return frozenset(_data()["heading_words"])


@lru_cache(maxsize=1)
def unbreakable() -> tuple[str, ...]:
    """Words of headings that stand for nothing once one of their characters is gone."""
    return tuple(_data()["unbreakable"])
