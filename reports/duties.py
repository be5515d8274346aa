"""Who owes which report by when, and how that stands at a moment.

Basis: 政府信息公开条例 articles 49 and 50; what may be concluded from a crawl: a body is called late or missing only
where every source registered for it was read completely; otherwise the answer is *cannot tell*, with the reason.
All functions are pure: rows come in as plain data, time is an argument.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Literal

from reports.report import Cause, Kind
from reports.subject import Subject
from reports.twins import is_twin

State = Literal["published", "late", "due", "missing", "cannot_tell"]
STATES: tuple[State, ...] = ("published", "late", "due", "missing", "cannot_tell")
STATE_ZH: dict[State, str] = {
    "published": "已发布",
    "late": "逾期发布",
    "due": "尚未到期",
    "missing": "未发现",
    "cannot_tell": "无法判断",
}

DEPARTMENT_DEADLINE = (1, 31)  # 条例第四十九条第一款
GOVERNMENT_DEADLINE = (3, 31)  # 条例第四十九条第二款
SEASON_ENDS = (4, 15)  # stragglers and corrections come until then
STATUTE = "《中华人民共和国政府信息公开条例》第四十九条"

# A report may have come since a crawl that is older than that: sources are looked at daily in season.
CRAWLS_HOLD = timedelta(days=2)

# A source in one of these states was read whole; every other state hides what may have been published.
COMPLETE = frozenset({"ok", "unchanged"})

SOURCE_REASON_ZH = {
    "": "来源尚未读取",
    "incomplete": "列表未能读全",
    "challenged": "网站要求安全验证",
    "unreachable": "网站无法访问",
    "moved": "栏目疑似迁移",
    "unknown-js": "栏目由脚本生成，无法读取",
    "not-allowed": "网站规则不允许读取",
    "gone": "栏目页面已不存在",
    "quiet": "栏目不再列出内容",
}

# What these rules say is true only while the duty stands so, whatever was stored when they were judged last.
TRUE_WHILE: dict[str, frozenset[State]] = {
    "PUB-MISSING": frozenset({"missing"}),
    "INT-ONLY": frozenset({"missing"}),
    "PUB-LATE": frozenset({"late"}),
    "PUB-LATE-GOV": frozenset({"late"}),
    "PUB-REMOVED": frozenset({"due"}),  # and while it stands withdrawn
}

COVERAGE = "HIE-COVERAGE"  # true while a body directly below is missing

# What publishes the report of a year: up to that for 2018 reports had no prescribed form.
PUBLISHES: tuple[Kind, ...] = ("annual_report", "legacy_report")

# Why it cannot be told how a body stands whose report was there: it published, so it is never one that was not found.
WITHDRAWN = "曾发现的报告已不在栏目中，也未见于其他网址"

# A document in one of these states may be the report: nothing is said about the body before it is read.
UNREAD_ZH = {
    "listed": "栏目中列有年报标题，但未能取得全文",
    "waiting": "已发现，正在识读",
    "unreadable": "已发布，但文件无法识读",
    "failed": "已发现，处理失败",
}


@dataclass(frozen=True, slots=True)
class Duty:
    """One body owes the report of ``year`` by ``deadline``; ``statutory`` is false where only a notice sets the day."""

    agency_id: int
    agency: str
    kind: str
    level: str
    year: int
    deadline: date
    ground: str = STATUTE
    statutory: bool = True
    parent: str | None = None
    office_id: int | None = None
    local_deadline: date | None = None


# Bodies of these kinds owe no report (article 55: public enterprises and institutions follow their ministries' rules).
NO_DUTY_ZH = {"enterprise": "企业", "institution": "事业单位", "party": "党委部门", "mass_organisation": "群团组织"}


@dataclass(frozen=True, slots=True)
class Exemption:
    """A registered body that owes no report of the year, and why, in Chinese."""

    agency_id: int
    agency: str
    reason: str


def exemption(kind: str, scope_from: date | None, scope_to: date | None, year: int) -> str:
    """Why a registered body owes no report of the year, in Chinese; empty where it owes one."""
    last_day = date(year, 12, 31)
    if kind in NO_DUTY_ZH:
        return f"{NO_DUTY_ZH[kind]}，不属于条例第四十九条所列单位"
    if scope_from is not None and scope_from > last_day:
        return f"自{scope_from.isoformat()}起纳入范围"
    if scope_to is not None and scope_to < last_day:
        return f"自{scope_to.isoformat()}后不再纳入范围"
    return ""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A document seen for the body and year. ``published_on`` is the stated date; ``first_seen`` our own;
    ``absent_at`` the last moment before ``first_seen`` at which all sources of the body had been read whole and it was
    not there (the oldest of the sources' last complete runs before ``first_seen``), None if there was none."""

    document_id: int
    title: str
    url: str
    kind: Kind | None
    state: str
    first_seen: datetime
    published_on: date | None = None
    version_id: int | None = None
    form: str | None = None
    needs_review: bool = False
    absent_at: datetime | None = None
    disputed: tuple[date, date] | None = None  # the days that list and page state, where they differ
    submitted_by: str = ""  # who saved it, where the portal could not be read


@dataclass(frozen=True, slots=True)
class SourceState:
    """How a source of the body was read last. ``complete_at`` is the last complete crawl;
    ``unassigned`` counts items of a shared column whose body is not known."""

    source_id: int
    url: str
    status: str
    reason: str = ""
    checked_at: datetime | None = None
    complete_at: datetime | None = None
    unassigned: int = 0
    confirmed: bool = True  # somebody vouches for it, or it proved to hold reports of the body


@dataclass(frozen=True, slots=True)
class Standing:
    """How one duty stands. ``on_time`` is None where no stated date and no earlier complete crawl decide it;
    ``reason`` says in Chinese why the state is ``cannot_tell`` (or what to know about the others)."""

    duty: Duty
    state: State
    reason: str = ""
    on_time: bool | None = None
    sighting: Sighting | None = None
    interpretation: Sighting | None = None
    source_url: str = ""

    @property
    def days_late(self) -> int | None:
        """Days from the deadline to the stated publication, of a late report; None for all others."""
        if self.state != "late" or self.published_on is None:
            return None
        return (self.published_on - self.duty.deadline).days

    @property
    def published_on(self) -> date | None:
        """The day that counts as the publication's: the stated one."""
        return self.sighting.published_on if self.sighting else None


@dataclass(frozen=True, slots=True)
class OpenFinding:
    """A stored finding as the ledger shows it."""

    id: int
    agency_id: int
    agency: str
    year: int
    rule: str
    severity: str
    message: str
    cells: tuple[str, ...] = ()
    place: str = ""
    basis: str = ""
    expected: str = ""
    actual: str = ""
    url: str = ""
    needs_review: bool = False
    state: str = "open"
    fingerprint: str = ""
    office_id: int | None = None
    cause: Cause | None = None
    series: str = ""
    first_seen: datetime | None = None
    resolved_at: datetime | None = None

    @property
    def subject(self) -> Subject:
        """The report that it is about."""
        return Subject(self.agency_id, self.year, self.series)

    @property
    def key(self) -> str:
        """Its identity: the stored one, which tells copies apart."""
        return self.fingerprint or self.subject.key(self.rule, self.cells)


@dataclass(frozen=True, slots=True)
class Waiver:
    """A matter that is not pursued until a day (None: for good), and why."""

    agency: str
    rule: str
    message: str
    reason: str
    until: date | None


@dataclass(slots=True)
class Ledger:
    """The standings of a year at a moment, with the open findings and the sources' health, as plain data."""

    year: int
    now: datetime
    standings: list[Standing] = field(default_factory=list)
    findings: list[OpenFinding] = field(default_factory=list)
    sources: list[SourceState] = field(default_factory=list)
    unreadable: int = 0
    exempt: list[Exemption] = field(default_factory=list)
    waivers: list[Waiver] = field(default_factory=list)

    def of(self, agency_id: int) -> list[OpenFinding]:
        """The findings of one body."""
        return [finding for finding in self.findings if finding.agency_id == agency_id]

    def count(self, state: State) -> int:
        """How many duties stand so."""
        return sum(standing.state == state for standing in self.standings)


def in_season(day: date) -> bool:
    """Whether reports are being published on that day."""
    return day <= date(day.year, *SEASON_ENDS)


def statutory_deadline(kind: str, level: str, year: int) -> date | None:
    """The day by which a body of that kind must have published the report of ``year``; None where no duty exists.

    Governments of county level and above have until 31 March (article 49(2)), departments until 31 January (49(1)).
    Townships, subdistricts, zones and branches are bound by their office's notice, usually to the departments' day.
    """
    if kind in NO_DUTY_ZH:
        return None
    is_government = kind == "government" and level not in {"township", "town", "subdistrict"}
    month, day = GOVERNMENT_DEADLINE if is_government else DEPARTMENT_DEADLINE
    return date(year + 1, month, day)


def standing(duty: Duty, sightings: Iterable[Sighting], sources: Sequence[SourceState], now: datetime) -> Standing:
    """How the duty stands at ``now`` (an aware datetime in the office's zone).

    ``sightings`` are the documents known for this body and year; ``sources`` all sources registered for the body.
    """
    seen = sorted(sightings, key=order)
    reports = [s for s in seen if s.kind in PUBLISHES and s.state == "read"]
    unread = [s for s in seen if s.state in UNREAD_ZH and s.kind in {*PUBLISHES, None}]
    interpretation = next((s for s in seen if s.kind == "interpretation" and s.state == "read"), None)
    source_url = sources[0].url if sources else ""

    if reports:
        stands = _published(duty, reports[0], interpretation, source_url, now)
        gone = [s for s in seen if s.kind in PUBLISHES and s.state == "gone"]
        if stands.on_time is not True and any(_published(duty, s, None, "", now).on_time for s in gone):
            # What replaced a report that was there in time is no late publication.
            return replace(stands, state="published", on_time=True, reason="原报告按时发布，其后更换网址")
        return stands
    if unread:
        return Standing(duty, "cannot_tell", UNREAD_ZH[unread[0].state], None, unread[0], interpretation, source_url)
    if now.date() <= duty.deadline:
        # Not due, so nothing is concluded; but a reminder may name only bodies of which absence is known.
        doubt = _doubt(sources, now, now.date() - CRAWLS_HOLD, "近日未读全来源")
        return Standing(duty, "due", doubt, None, None, interpretation, source_url)
    doubt = _doubt(sources, now, duty.deadline, "期限届满后尚未读全来源")
    if not doubt and any(s.kind in PUBLISHES and s.state == "gone" for s in seen):
        doubt = WITHDRAWN
    if doubt:
        return Standing(duty, "cannot_tell", doubt, None, None, interpretation, source_url)
    return Standing(duty, "missing", "", None, None, interpretation, source_url)


def order(seen: Sighting) -> tuple[bool, date, bool, datetime]:
    """Which of several reports of a body and year counts: the first published, of equals the standard page before its
    twins, then the first seen."""
    return seen.kind != "annual_report", seen.published_on or date.max, is_twin(seen.url), seen.first_seen


def _published(
    duty: Duty, report: Sighting, interpretation: Sighting | None, source_url: str, now: datetime
) -> Standing:
    if report.published_on is not None:
        on_time: bool | None = report.published_on <= duty.deadline
    elif report.first_seen.astimezone(now.tzinfo).date() <= duty.deadline:
        on_time = True
    else:
        # Only a complete crawl after the deadline and before the first sight shows that it was not there in time.
        absent = report.absent_at.astimezone(now.tzinfo).date() if report.absent_at else None
        on_time = False if absent is not None and absent > duty.deadline else None
    state: State = "late" if on_time is False else "published"
    reason = "未注明发布日期，无法判断是否按时" if on_time is None else ""
    if report.disputed is not None:
        reason = f"栏目列表所示日期（{report.disputed[0]}）与页面发布日期（{report.disputed[1]}）不一致，以较早者为准"
    if report.submitted_by:
        reason = "；".join(part for part in (f"由{report.submitted_by}人工提交", reason) if part)
    return Standing(duty, state, reason, on_time, report, interpretation, source_url)


def _doubt(sources: Sequence[SourceState], now: datetime, since: date, otherwise: str) -> str:
    """Why absence cannot be concluded; empty where every source was read whole after the day ``since``."""
    if not sources:
        return "未登记年报栏目"
    for source in sources:
        if source.status not in COMPLETE:
            return SOURCE_REASON_ZH.get(source.status, f"来源状态：{source.status}")
        # A time in the future is that of a clock which was ahead: it is no crawl.
        looked = source.complete_at if source.complete_at is not None and source.complete_at <= now else None
        if looked is None or looked.astimezone(now.tzinfo).date() <= since:
            return otherwise
        if not source.confirmed:
            return "年报栏目地址未经确认"
        if source.unassigned:
            return f"共用栏目中有{source.unassigned}篇未能识别所属单位"
    return ""


def is_true_now(rule: str, standing: Standing | None, missing_below: bool) -> bool:
    """Whether a stored finding of that rule may be said while the duty stands so (None: the body owes no report);
    ``missing_below``: a body directly below is known to be missing."""
    states = TRUE_WHILE.get(rule)
    if rule == COVERAGE:
        return missing_below
    if rule == "PUB-REMOVED" and standing is not None and standing.reason == WITHDRAWN:
        return True
    return states is None or (standing is not None and standing.state in states)


def duties_of_year(duties: Iterable[Duty], year: int) -> list[Duty]:
    """The duties of one report year, by deadline and name."""
    return sorted((d for d in duties if d.year == year), key=lambda d: (d.deadline, d.agency))
