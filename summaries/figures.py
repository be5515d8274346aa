"""The figures of a compliance summary: pure, from the ledger to tables. Time is an argument (the ledger's)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal

from reports.checks.catalogue import catalogue
from reports.duties import STATE_ZH, Ledger, OpenFinding, SourceState, Standing, State, Waiver
from reports.report import SEVERITY_ZH

_SEVERITY_ORDER = {severity: order for order, severity in enumerate(SEVERITY_ZH)}


@dataclass(frozen=True, slots=True)
class BodyRow:
    """One body in the table: its state in Chinese, what to know about it and its findings by severity."""

    agency: str
    parent: str
    state: State
    state_zh: str
    published_on: date | None
    deadline: date
    note: str
    url: str
    errors: int
    warnings: int
    notices: int
    review: int


@dataclass(frozen=True, slots=True)
class Problem:
    """One rule over all bodies: how many findings, in how many bodies, with up to five names."""

    rule: str
    title: str
    severity: str
    severity_zh: str
    findings: int
    bodies: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unread:
    """A document that could not be read, and whose it is (empty: nobody knows)."""

    agency: str
    title: str
    url: str
    state: str


@dataclass(slots=True)
class Group:
    """The bodies of one kind or area, counted by state."""

    name: str
    due: int = 0
    in_time: int = 0
    undated: int = 0
    late: int = 0
    missing: int = 0
    pending: int = 0
    cannot_tell: int = 0
    with_problems: int = 0


@dataclass(frozen=True, slots=True)
class YearOnYear:
    """One figure of table three or four over the bodies whose reports of both years were read without doubt."""

    key: str
    name: str
    before: int
    now: int


PERIODS = ("day", "week", "month", "season", "year")


@dataclass(frozen=True, slots=True)
class Period:
    """The days that a summary looks back on, first and last included; a season and a year look at the whole, and ``since``
    is the first day that the issue before did not cover."""

    name: str
    first: date
    last: date
    since: date | None = None

    @property
    def zh(self) -> str:
        """The days in Chinese, for a title; empty for the whole season."""
        if self.name not in {"day", "week", "month"}:
            return ""
        first = f"{self.first.year}年{self.first.month}月{self.first.day}日"
        if self.name == "month":
            return f"{self.first.year}年{self.first.month}月"
        if self.name == "day":
            return first
        year = f"{self.last.year}年" if self.last.year != self.first.year else ""
        return f"{first}至{year}{self.last.month}月{self.last.day}日"

    def holds(self, moment: datetime | None, zone: tzinfo | None) -> bool:
        """Whether a moment lies in these days of the office's zone."""
        return moment is not None and self.first <= local_day(moment, zone) <= self.last


def local_day(moment: datetime | None, zone: tzinfo | None) -> date:
    """The day of a moment in the office's zone; the first day there is for none."""
    return moment.astimezone(zone).date() if moment is not None else date.min


def period(name: str, today: date) -> Period:
    """The last whole day, week (Monday to Sunday) or month before today; a season or year up to today."""
    yesterday = today - timedelta(days=1)
    if name == "day":
        return Period(name, yesterday, yesterday)
    if name == "week":
        last = today - timedelta(days=today.isoweekday())
        return Period(name, last - timedelta(days=6), last)
    if name == "month":
        last = today.replace(day=1) - timedelta(days=1)
        return Period(name, last.replace(day=1), last)
    return Period(name, date(today.year, 1, 1), today)


@dataclass(slots=True)
class Changes:
    """What became of the bodies within a period. ``days`` are those between finding and correction, ``lately`` how many of
    the corrections the issue before did not have."""

    published: list[BodyRow] = field(default_factory=list)
    found: list[OpenFinding] = field(default_factory=list)
    corrected: list[OpenFinding] = field(default_factory=list)
    days: list[int] = field(default_factory=list)
    lately: int = 0


@dataclass(slots=True)
class Figures:
    """All that a summary prints, whatever the format."""

    year: int
    made_on: str
    under: str
    made_day: date = date.min
    zone: tzinfo | None = None
    due: int = 0
    in_time: int = 0
    undated: int = 0
    late: int = 0
    missing: int = 0
    pending: int = 0
    cannot_tell: int = 0
    unreadable: int = 0
    waivers: list[Waiver] = field(default_factory=list)  # what is not pursued for now, as agreed
    review: int = 0
    clean: int = 0
    lines: list[BodyRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    kinds: list[Group] = field(default_factory=list)
    areas: list[Group] = field(default_factory=list)
    published: list[date] = field(default_factory=list)
    deadlines: Counter[date] = field(default_factory=Counter)
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    year_on_year: list[YearOnYear] = field(default_factory=list)
    compared_bodies: int = 0
    period: Period | None = None
    changes: Changes | None = None
    no_requests: int = 0
    # What is no matter of a body: the doubts by body, the documents that could not be read, the sources not read whole.
    doubts: dict[str, Counter[str]] = field(default_factory=dict)
    unread: list[Unread] = field(default_factory=list)
    failing: list[SourceState] = field(default_factory=list)
    sources_total: int = 0
    sources_failing: int = 0

    @property
    def shares(self) -> list[tuple[str, str, int]]:
        """(key, Chinese name, count) of the states, for the bar and the legend; they add up to ``due``."""
        return [
            ("in_time", "按时发布", self.in_time),
            ("undated", "已发布（日期未注明）", self.undated),
            ("late", "逾期发布", self.late),
            ("missing", "未发现", self.missing),
            ("pending", "尚未到期", self.pending),
            ("cannot_tell", "无法判断", self.cannot_tell),
        ]


NEW = "applications.new.total"
# A name with the cells that are added up for it: those with this key, or whose key begins so and ends in the total.
FLOWS = (
    (NEW, "新收申请"),
    ("applications.carried_in.total", "上年结转"),
    ("applications.granted.total", "予以公开"),
    ("applications.partial.total", "部分公开"),
    ("applications.denied.", "不予公开"),
    ("applications.unavailable.", "无法提供"),
    ("applications.handled.total", "办结总计"),
    ("applications.carried_out.total", "结转下年"),
    ("disputes.reconsideration.total", "行政复议"),
    ("disputes.litigation_direct.total", "未经复议直接起诉"),
    ("disputes.litigation_after_reconsideration.total", "复议后起诉"),
)
LEVEL_ZH = {"central": "国家", "province": "省", "prefecture": "市", "county": "县", "township": "乡镇"}
KIND_ZH = {
    "government": "政府",
    "department": "部门",
    "dispatched": "派出机关（机构）",
    "authorized": "法律法规授权的组织",
    "vertical": "垂直管理机构",
    "enterprise": "企业",
    "institution": "事业单位",
    "party": "党委机构",
    "mass_organisation": "群众团体",
}


def figures(
    ledger: Ledger, under: str = "", reports: Mapping[int, Iterable[Mapping[str, object]]] | None = None
) -> Figures:
    """The season's figures. Findings that await a person's look (``needs_review``) are counted apart.

    ``reports``: by report year the rows of ``export reports`` for this year and the one before, for the figures of
    requests and disputes; without them these are left out."""
    out = Figures(ledger.year, ledger.now.strftime("%Y年%-m月%-d日 %H:%M"), under, ledger.now.date(), ledger.now.tzinfo)
    found: dict[int, list[OpenFinding]] = {}
    for finding in ledger.findings:
        found.setdefault(finding.agency_id, []).append(finding)
    for standing in ledger.standings:
        findings = found.get(standing.duty.agency_id, [])
        out.lines.append(_line(standing, findings))
        _count(out, standing, findings)
        out.deadlines[standing.duty.deadline] += 1
        if standing.published_on is not None:
            out.published.append(standing.published_on)
        blamed = Counter(f.rule for f in findings if _blames(f))
        if blamed:
            out.counts[standing.duty.agency] = blamed
    order: dict[State, int] = {"missing": 0, "late": 1, "cannot_tell": 2, "published": 3, "due": 4}
    out.lines.sort(key=lambda line: (order[line.state], -line.errors, -line.warnings, line.agency))
    out.kinds = _groups(ledger, found, _kind_zh)
    out.areas = _groups(ledger, found, lambda standing: standing.duty.parent or "未登记上级")
    out.problems = _problems(ledger.findings)
    out.review = sum(f.needs_review and f.state != "confirmed" for f in ledger.findings)
    out.unreadable = ledger.unreadable
    out.waivers = ledger.waivers
    out.sources_total = len(ledger.sources)
    out.failing = [source for source in ledger.sources if source.status not in {"ok", "unchanged"}]
    out.sources_failing = len(out.failing)
    for finding in ledger.findings:
        if finding.needs_review and finding.state != "confirmed":
            out.doubts.setdefault(finding.agency, Counter())[_title(finding.rule)] += 1
    if reports is not None:
        _flows(out, {standing.duty.agency for standing in ledger.standings}, reports)
    return out


def add_changes(out: Figures, ledger: Ledger, corrected: Iterable[OpenFinding], over: Period) -> None:
    """What happened within the period: reports first seen, problems first found, problems corrected. Nothing that awaits
    a person's look is among the problems."""
    zone = ledger.now.tzinfo
    changes = Changes()
    lines = {line.agency: line for line in out.lines}
    for standing in ledger.standings:
        sighted = standing.sighting
        if sighted is not None and standing.state in {"published", "late"} and over.holds(sighted.first_seen, zone):
            changes.published.append(lines[standing.duty.agency])
    within = {standing.duty.agency_id for standing in ledger.standings}
    changes.found = [f for f in ledger.findings if _blames(f) and over.holds(f.first_seen, zone)]
    for finding in corrected:
        if finding.agency_id in within and _blames(finding) and over.holds(finding.resolved_at, zone):
            changes.corrected.append(finding)
            changes.lately += over.since is not None and local_day(finding.resolved_at, zone) >= over.since
            if finding.first_seen is not None and finding.resolved_at is not None:
                mended, seen = local_day(finding.resolved_at, zone), local_day(finding.first_seen, zone)
                changes.days.append((mended - seen).days)
    out.period, out.changes = over, changes


def _count(out: Figures | Group, standing: Standing, findings: list[OpenFinding]) -> None:
    out.due += 1
    out.late += standing.state == "late"
    out.missing += standing.state == "missing"
    out.pending += standing.state == "due"
    out.cannot_tell += standing.state == "cannot_tell"
    out.in_time += standing.state == "published" and standing.on_time is True
    out.undated += standing.state == "published" and standing.on_time is None
    blamed = any(_blames(f) for f in findings)
    if isinstance(out, Figures):
        out.clean += standing.state == "published" and not blamed
    else:
        out.with_problems += blamed


def _kind_zh(standing: Standing) -> str:
    return LEVEL_ZH.get(standing.duty.level, "") + KIND_ZH.get(standing.duty.kind, standing.duty.kind)


def _groups(ledger: Ledger, found: Mapping[int, list[OpenFinding]], name_of: Callable[[Standing], str]) -> list[Group]:
    groups: dict[str, Group] = {}
    for standing in ledger.standings:
        name = name_of(standing)
        _count(groups.setdefault(name, Group(name)), standing, found.get(standing.duty.agency_id, []))
    return sorted(groups.values(), key=lambda group: (-group.due, group.name))


def _flows(out: Figures, names: set[str], reports: Mapping[int, Iterable[Mapping[str, object]]]) -> None:
    """Sums over the same bodies in both years, else a body that is missing this year would look like a fall."""
    cells: dict[int, dict[str, Mapping[str, object]]] = {}
    for year in (out.year - 1, out.year):
        rows = [row for row in reports.get(year, ()) if row["agency"] in names and not row["needs_review"]]
        cells[year] = {str(row["agency"]): row["cells"] for row in rows}  # type: ignore[misc]
    now, before = cells[out.year], cells[out.year - 1]
    both = sorted(now.keys() & before.keys())
    out.compared_bodies = len(both)
    out.no_requests = sum(_sum(now[name], NEW) == 0 for name in now)
    if both:
        out.year_on_year = [
            YearOnYear(
                key, name, sum(_sum(before[body], key) for body in both), sum(_sum(now[body], key) for body in both)
            )
            for key, name in FLOWS
        ]


def _sum(cells: Mapping[str, object], key: str) -> int:
    chosen = [name for name in cells if name.startswith(key) and name.endswith("total")] if key.endswith(".") else [key]
    values = [cells.get(name) for name in chosen]
    return sum(int(value) for value in values if isinstance(value, int | float | Decimal))


def _blames(finding: OpenFinding) -> bool:
    sure = not finding.needs_review or finding.state == "confirmed"
    return sure and finding.severity in {"error", "warning"}


def state_zh(standing: Standing) -> str:
    """The state as the office reads it; an interpretation without a report is named as such."""
    if standing.state == "missing" and standing.interpretation is not None:
        return "仅见解读"
    return STATE_ZH[standing.state]


def _line(standing: Standing, findings: list[OpenFinding]) -> BodyRow:
    sure = [f for f in findings if not f.needs_review or f.state == "confirmed"]
    seen = standing.sighting or standing.interpretation
    counts = Counter(f.severity for f in sure)
    return BodyRow(
        agency=standing.duty.agency,
        parent=standing.duty.parent or "",
        state=standing.state,
        state_zh=state_zh(standing),
        published_on=standing.published_on,
        deadline=standing.duty.deadline,
        note=standing.reason,
        url=seen.url if seen else standing.source_url,
        errors=counts["error"],
        warnings=counts["warning"],
        notices=counts["notice"],
        review=len(findings) - len(sure),
    )


def _title(rule: str) -> str:
    known = catalogue().rules.get(rule)
    return known.title if known is not None else rule


def _problems(findings: list[OpenFinding]) -> list[Problem]:
    by_rule: dict[str, list[OpenFinding]] = {}
    for finding in findings:
        if not finding.needs_review or finding.state == "confirmed":
            by_rule.setdefault(finding.rule, []).append(finding)
    out = []
    for rule, found in by_rule.items():
        names = sorted({f.agency for f in found})
        severity = min((f.severity for f in found), key=lambda s: _SEVERITY_ORDER[s])
        out.append(
            Problem(
                rule,
                _title(rule),
                severity,
                SEVERITY_ZH[severity],
                len(found),
                len(names),
                tuple(names[:5]),
            )
        )
    return sorted(out, key=lambda p: (_SEVERITY_ORDER[p.severity], -p.bodies, p.rule))
