"""What a rule may know besides the document, as plain data.

Every field is optional: a rule whose needs are not met is *not judged*, with the reason, and never taken as held. Who
calls the checks fills in what is at hand (the command line from the other files of the call, the service from the
database); nothing here reads a clock, a network or a database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from reports.report import Kind, Report

Need = Literal["history", "hierarchy", "registry", "portal", "siblings", "interpretation", "other_publication"]
NEED_ZH: dict[str, str] = {
    "history": "没有上年度报告",
    "hierarchy": "没有所属单位的报告",
    "registry": "没有单位登记信息",
    "portal": "没有采集记录",
    "siblings": "没有同级单位的报告",
    "interpretation": "没有解读材料",
    "other_publication": "没有其他公开数据",
}

# The register's own words for kind and level, and the words of the source sheets, as the rules know them.
_KINDS = {
    "dispatched": "branch",
    "authorized": "authorised_body",
    "authorised": "authorised_body",
    "town": "township",
    "street": "subdistrict",
}
_LEVELS = {
    "province": "province",
    "provincial": "province",
    "prefecture": "city",
    "city": "city",
    "county": "county",
    "district": "county",
    "township": "township",
    "town": "township",
    "subdistrict": "township",
    "central": "national",
    "national": "national",
}


def may_make_regulations(kind: str, level: str) -> bool | None:
    """Whether a body of this kind and level may make 规章 (立法法: departments of the State Council, governments of
    provinces and of cities with districts and prefectures). None where kind and level do not tell."""
    entry = RegisterEntry("", kind=kind, level=level)
    if entry.level in {"", "national"}:
        return None
    if entry.level in {"township", "county"} or entry.kind == "department":
        return False
    return True if entry.kind == "government" else None


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """An agency's register entry as of the end of the report year.

    ``kind`` is department, government, township, subdistrict, zone, branch, vertical or authorised_body; ``level`` is
    township, county, city, province or national, empty where unknown (given in the sheets' words, dispatched, authorized,
    prefecture, central, they are put into these). ``can_make_regulations`` is None where the register does not say;
    ``supervisor`` is the supervising government."""

    name: str
    aliases: tuple[str, ...] = ()
    kind: str = ""
    level: str = ""
    can_make_regulations: bool | None = None
    predecessors: tuple[str, ...] = ()
    founded: date | None = None
    abolished: date | None = None
    portals: tuple[str, ...] = ()
    supervisor: str | None = None

    def __post_init__(self) -> None:
        level = _LEVELS.get(self.level.split("_")[0], "")
        kind = _KINDS.get(self.kind, self.kind)
        object.__setattr__(self, "level", level)
        object.__setattr__(self, "kind", "township" if kind == "government" and level == "township" else kind)

    @property
    def is_government(self) -> bool:
        """A people's government of any level, townships included (article 50(4): 各级人民政府)."""
        return self.kind in {"government", "township"}

    @property
    def ceilings(self) -> str:
        """The row of the ceilings in the parameters: township, county_department, county_government, …"""
        if self.level in {"", "national"}:
            return ""
        if self.level == "township":
            return "township"
        if self.level == "county":
            return "county_government" if self.kind == "government" else "county_department"
        return f"{self.level}_government"

    @property
    def names(self) -> tuple[str, ...]:
        """All names the body may go by."""
        return (self.name, *self.aliases)


@dataclass(frozen=True, slots=True)
class ColumnEntry:
    """An entry of a report column: its title, what it turned out to be, its report year."""

    title: str
    kind: Kind | None = None
    year: int | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class CrawlRecord:
    """The crawl record about one body and report year at a moment.

    ``state`` is that of ``reports.duties.Standing``; ``reason`` says why it is ``cannot_tell``. ``deadline`` is the
    duty's own day, ``published_on`` the stated date, ``first_seen`` our own first sight. ``address_date`` is that in the
    address. ``statutory`` is false where only a notice sets the
    deadline. ``failed_days`` are the days on which the address did not answer with the report (``answered_days`` those
    on which it did). ``in_column`` says whether the report column links the page.
    ``entries`` are the column's entries that claim the year; ``copies`` other copies of the report as read;
    ``previous`` the version before this one; ``removed_on`` when a known report was gone from its column;
    ``attachments_failed`` announced files that could not be fetched or read; ``years`` the years the column holds;
    ``column_complete`` whether it was read whole."""

    today: date
    state: str = ""
    reason: str = ""
    deadline: date | None = None
    statutory: bool = True
    published_on: date | None = None
    first_seen: date | None = None
    url: str = ""
    source_url: str = ""
    interpretation_url: str = ""
    address_date: date | None = None
    list_title: str = ""
    in_column: bool | None = None
    column_complete: bool | None = None
    failed_days: tuple[date, ...] = ()
    answered_days: tuple[date, ...] = ()
    entries: tuple[ColumnEntry, ...] = ()
    copies: tuple[Report, ...] = ()
    previous: Report | None = None
    previous_seen: date | None = None
    removed_on: date | None = None
    attachments_failed: tuple[str, ...] = ()
    years: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Body:
    """Another body of the register with its report of the year (None: not found or not read).

    ``state`` is that of ``reports.duties.Standing``, empty where no ledger is at hand. ``unlike``: its report was read, is
    not given here, and an index of all texts says that it is not alike."""

    name: str
    report: Report | None = None
    published_on: date | None = None
    kind: str = ""
    unlike: bool = False
    state: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """All that is known besides the document; see the module's head.

    ``history`` is the report of year-1 of the same body and series in its latest version; ``predecessors`` those of
    the bodies it succeeded. ``siblings`` are the bodies of the same supervisor and year.
    ``below`` are all bodies that the government's report covers, unread ones included; ``own`` the office's own
    report of the year (for a government's aggregate). ``enforcement`` holds the figures of the body's enforcement
    statistics by cell key. ``params`` overrides the catalogue's parameters, as the supervising office set them."""

    agency: str | None = None
    year: int | None = None
    register_entry: RegisterEntry | None = None
    history: Report | None = None
    predecessors: Sequence[Report] = ()
    crawl_record: CrawlRecord | None = None
    siblings: Sequence[Body] | None = None
    below: Sequence[Body] | None = None
    own: Report | None = None
    interpretation: Report | None = None
    attachments: Sequence[Report] = ()
    enforcement: Mapping[str, int] | None = None
    submitted: bool = False  # the text is a copy that a person made: how it was published, it does not show
    params: Mapping[str, Any] = field(default_factory=dict)

    def has(self, need: str) -> bool:
        """Whether a declared need of a rule is met."""
        return {
            "history": self.history is not None or bool(self.predecessors),
            "hierarchy": self.below is not None,
            "registry": self.register_entry is not None,
            "portal": self.crawl_record is not None,
            "siblings": self.siblings is not None,
            "interpretation": self.interpretation is not None
            or bool(self.crawl_record is not None and self.crawl_record.interpretation_url),
            "other_publication": self.enforcement is not None,
        }[need]
