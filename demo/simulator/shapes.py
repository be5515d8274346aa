"""How the columns of a portal are laid out: the shapes of section 3 of the note on portals, as trees of columns.

Each function makes (root column, which column serves which bodies) from a publisher."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from demo.simulator.content import Entry, Publisher
from demo.simulator.site import Column

Layout = tuple[Column, list[tuple[Column, tuple[str, ...]]]]
COLUMNS = (
    ("zfxxgknb", "政府信息公开年报"), ("xxgknb", "信息公开年报"), ("gknb", "公开年报"), ("zfxxgkndbg", "政府信息公开年度报告"),
    ("ndbg", "年度报告"), ("zfxxgkgzndbg", "政府信息公开工作年度报告"),
)  # fmt: skip
YEARS = ("{y}", "{y}n", "gknb{y}", "nb_{y}", "a{y}", "{y}year", "{y}nb")
GROUPS = (("qzbm", "区直部门"), ("xz", "乡镇（街道）"), ("pcjg", "派出机构"))


def _column(publisher: Publisher, slug: str, name: str, parent: Column | None = None) -> Column:
    made = Column(slug, name, publisher.number())
    return parent.add(made) if parent else made


def _root(publisher: Publisher, above: str = "") -> Column:
    slug, name = publisher.rng.choice(COLUMNS)
    above = above or publisher.rng.choice(("zwgk", "zfxxgk", "xxgk", "zwgk/zfxxgk"))
    return _column(publisher, f"{above}/{slug}", name)


def own(publisher: Publisher) -> Layout:
    """1: one column of one body for all years. Old years fill a second page; the newest come late in January."""
    (agency,) = publisher.bodies(publisher.region(), 1)
    root = _root(publisher)
    publisher.first_year = min(publisher.first_year, publisher.last_year - 9)
    root.entries = publisher.column([agency])
    return root, [(root, (agency,))]


def years(publisher: Publisher) -> Layout:
    """2: a column beneath for every year, which appears with its first report, under a name that nobody guesses."""
    agencies = publisher.bodies(publisher.region(), 5)
    root = _root(publisher)
    for year in range(publisher.first_year, publisher.last_year + 1):
        # Names change over the years: the newest is not made as the older ones were.
        pattern = publisher.rng.choice(YEARS)
        entries = [publisher.report(agency, year) for agency in agencies]
        child = _column(publisher, pattern.format(y=year), f"{year}年", root)
        child.entries, child.since = entries, min(entry.day for entry in entries)
    return root, [(root, tuple(agencies))]


def years_and_groups(publisher: Publisher) -> Layout:
    """3: year, then group, then all bodies mixed."""
    agencies = publisher.bodies(publisher.region(), 12)
    root = _root(publisher)
    for year in range(publisher.last_year - 1, publisher.last_year + 1):
        above = _column(publisher, publisher.rng.choice(YEARS).format(y=year), f"{year}年度", root)
        above.since = date(year + 1, 1, 4)
        for index, (slug, name) in enumerate(GROUPS[:2]):
            child = _column(publisher, slug, name, above)
            child.entries = [publisher.report(agency, year) for agency in agencies[index::2]]
    return root, [(root, tuple(agencies))]


def shared(publisher: Publisher) -> Layout:
    """4: one column with every body of every year."""
    agencies = publisher.bodies(publisher.region(), 6)
    root = _root(publisher)
    publisher.first_year = publisher.last_year - 2
    root.entries = publisher.column(agencies)
    return root, [(root, tuple(agencies))]


def by_body(publisher: Publisher) -> Layout:
    """5: a tree of directories, one a body."""
    agencies = publisher.bodies(publisher.region(), 3)
    root = _column(publisher, "zwgk/zcbm", "部门信息公开")
    duties: list[tuple[Column, tuple[str, ...]]] = []
    for index, agency in enumerate(agencies):
        unit = _column(publisher, f"bm{index:02d}", agency, root)
        child = _column(publisher, *publisher.rng.choice(COLUMNS), unit)
        child.entries = publisher.column([agency])
        duties.append((child, (agency,)))
    return root, duties


def by_body_beneath(publisher: Publisher) -> Layout:
    """6: the tree the other way round: reports first, then groups and units."""
    agencies = publisher.bodies(publisher.region(), 4)
    root = _root(publisher)
    for index, (slug, name) in enumerate(GROUPS[:2]):
        group = _column(publisher, slug, name, root)
        for agency in agencies[index::2]:
            unit = _column(publisher, f"dw{agencies.index(agency):02d}", agency, group)
            unit.entries = publisher.column([agency], decoys=False)
    return root, [(root, tuple(agencies))]


def superior(publisher: Publisher) -> Layout:
    """9: the sub-site of a district on its superior's portal."""
    (agency,) = publisher.bodies(publisher.region(), 1)
    root = _root(publisher, "zz/ycq/zwgk")
    root.entries = publisher.column([agency])
    return root, [(root, (agency,))]


def among_notices(publisher: Publisher) -> Layout:
    """11: reports among the notices of a body; whole pages lie between two of them."""
    (agency,) = publisher.bodies(publisher.region(), 1)
    root = _column(publisher, "zwgk/tzgg", "通知公告")
    publisher.first_year = publisher.last_year - 2
    entries: list[Entry] = publisher.column([agency])
    for year in range(publisher.first_year, publisher.last_year + 1):
        entries += [publisher.decoy(agency, year) for _ in range(6)]
    root.entries = entries
    return root, [(root, (agency,))]


def due(publisher: Publisher) -> Layout:
    """4, as short as it can be: two bodies, two years, and notices so late that the due reports stand on page 2."""
    agencies = publisher.bodies(publisher.region(), 2)
    root = _root(publisher)
    year = publisher.last_year
    for which in range(3):
        notice = publisher.decoy(agencies[0], year, which)
        root.entries.append(replace(notice, day=date(year + 1, 2, 20 + which)))
    root.entries += [publisher.report(agency, one) for one in (year, year - 1) for agency in agencies]
    return root, [(root, tuple(agencies))]


def column_is_report(publisher: Publisher) -> Layout:
    """7: one column a year whose own page is the report."""
    (agency,) = publisher.bodies(publisher.region(), 1)
    root = _root(publisher)
    for year in (publisher.last_year - 1, publisher.last_year):
        entry = publisher.report(agency, year)
        child = _column(publisher, publisher.rng.choice(YEARS).format(y=year), f"{year}年", root)
        child.entries, child.since, child.is_report = [entry], entry.day, True
    return root, [(root, (agency,))]


SHAPES: dict[str, Callable[[Publisher], Layout]] = {
    shape.__name__: shape
    for shape in (own, years, years_and_groups, shared, by_body, by_body_beneath, superior, among_notices)
}
# For those that ask for them: what only some families show, what only tests of many portals need.
MORE: dict[str, Callable[[Publisher], Layout]] = {shape.__name__: shape for shape in (due, column_is_report)}
