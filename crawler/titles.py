"""Is a row a report, of whom, of which year; what a shared column leaves unassigned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reports.identity import Titled, classify

# What the crawler opens: reports, interpretations, and rows whose title does not say what they are.
OPENED = frozenset({"annual_report", "interpretation", None})


def told(title: str) -> Titled:
    """What a list's title says."""
    return classify(title)


def worth_opening(title: str) -> bool:
    """Whether the row must be read to know; other publications are recorded by their title alone."""
    return classify(title).kind in OPENED


def assign(named: str | None, serves: Mapping[int, Sequence[str]]) -> int | None:
    """The body a document belongs to: the only one its source serves, else the one of them that the title names.

    Short names count where they fit one body only (``市应急局`` in a column of 甲市). None: unassigned."""
    if len(serves) == 1:
        return next(iter(serves))
    if not named:
        return None
    exact = [agency_id for agency_id, names in serves.items() if named in names]
    if len(exact) == 1:
        return exact[0]
    bare = named.lstrip("省市县区")
    near = [
        agency_id
        for agency_id, names in serves.items()
        if any(
            len(bare) >= 2 and (name.endswith(bare) or (len(name) >= 3 and named.endswith(name)))
            for name in names
            if name
        )
    ]
    return near[0] if len(near) == 1 else None
