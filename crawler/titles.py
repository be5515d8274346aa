"""Is a row a report, of whom, of which year; what a shared column leaves unassigned."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from rapidfuzz import fuzz

from reports.narrative.classify import classify

# What the crawler opens: reports, interpretations, and rows whose title does not say what they are.
OPENED = frozenset({"annual_report", "legacy_report", "interpretation", None})
# A column in which this many bodies are named is a shared one, whoever of them is registered.
SHARED_FROM = 3
# The cores of two names that share less than half of their characters (0 to 100) are those of two bodies. Half is what two
# bodies share whose names end alike (审计 and 统计, 财政 and 民政): it counts only where they begin alike (水利 and 水务).
_UNLIKE = 50.0

_REGION = re.compile(r"^.{1,12}?(?:省|自治区|自治州|自治县|地区|市(?!场)|州|盟|县|区|旗|师)(?=.{2,})")
_SUFFIX = re.compile(r"(?:委员会办公室|委员会|办事处|办公室|管委会|局|委|办|厅|处|中心|人民政府|政府)$")


def worth_opening(title: str) -> bool:
    """Whether the row must be read to know; other publications are recorded by their title alone."""
    return classify(title).kind in OPENED


def is_shared(titles: Iterable[str]) -> bool:
    """Whether a column lists the reports of several bodies, judged by the bodies that its titles name."""
    named = {core(name) for title in titles if (name := classify(title).agency)}
    return len(named) >= SHARED_FROM


def assign(named: str | None, serves: Mapping[int, Sequence[str]], shared: bool = False) -> int | None:
    """The body a document belongs to: the one of those its source serves that the title names.

    Short names count where they fit one body only (``市应急局`` in a column of 甲市). A title without a name is the
    report of the only body that a source serves, unless the column is ``shared`` with bodies that are not registered.
    None: unassigned, the text decides."""
    if not named:
        return next(iter(serves)) if len(serves) == 1 and not shared else None
    exact = [agency_id for agency_id, names in serves.items() if named in names]
    if exact:
        return exact[0] if len(exact) == 1 else None
    ended = _where(serves, lambda name: _ends_alike(named, name))
    if ended:
        return ended[0] if len(ended) == 1 else None
    short = _where(serves, lambda name: _shortened(core(named), core(name)) and _same_region(named, name))
    return short[0] if len(short) == 1 else None


def is_of_others(named: str | None, serves: Mapping[int, Sequence[str]]) -> bool:
    """Whether a title names a body that is certainly none of those its source serves."""
    if not named or assign(named, serves) is not None:
        return False
    own = core(named)
    return not any(_may_be_one(own, core(name)) for names in serves.values() for name in names if name)


def _may_be_one(one: str, other: str) -> bool:
    """Whether the cores of two names may be those of one body: a short name of it, a part of it, another wording."""
    short, long = sorted((one, other), key=len)
    if len(short) < 2 or short in long or _shortened(short, long):
        return True
    likeness = fuzz.ratio(one, other)
    return likeness > _UNLIKE or (likeness == _UNLIKE and one[0] == other[0])


def core(name: str) -> str:
    """What tells a body from its neighbours: its name without region and without the word for its kind of office."""
    bare = re.sub(r"[\s（）()]", "", name)
    for _ in range(3):
        shorter = _REGION.sub("", bare, count=1)
        if shorter == bare or len(_SUFFIX.sub("", shorter)) < 1:
            break
        bare = shorter
    stripped = _SUFFIX.sub("", re.sub(r"^(?:[省县区州]|市(?!场))", "", bare))
    return stripped if len(stripped) > 1 else _SUFFIX.sub("", bare) or bare  # 市监局 begins with no level


def _where(serves: Mapping[int, Sequence[str]], fits: Callable[[str], bool]) -> list[int]:
    return [agency_id for agency_id, names in serves.items() if any(name and fits(name) for name in names)]


def _ends_alike(named: str, name: str) -> bool:
    bare = re.sub(r"^(?:[省县区州]|市(?!场))", "", named)
    return len(bare) >= 2 and (name.endswith(bare) or (len(name) >= 3 and named.endswith(name)))


def _shortened(short: str, long: str) -> bool:
    """Whether ``short`` is made of characters of ``long`` in their order, from its first one on: 应急 of 应急管理."""
    if len(short) < 2 or not long or short[0] != long[0]:
        return False
    rest = iter(long)
    return all(char in rest for char in short)


def _same_region(named: str, name: str) -> bool:
    """Whether the region that ``named`` begins with, if any, stands in ``name`` as well: 乙市应急局 is not 甲市's."""
    found = _REGION.match(named)
    if found is None or len(found.group(0)) < 2:
        return True
    region = found.group(0)
    return len(region) < 2 or region in name or name.startswith(region[:-1])
