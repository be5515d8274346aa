"""The figures of a compliance summary: pure, from the ledger to tables. Time is an argument (the ledger's)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from reports.checks import RULES
from reports.duties import STATE_ZH, Ledger, OpenFinding, Standing, State

SEVERITY_ZH = {"error": "错误", "warning": "疑似", "notice": "提示"}
_SEVERITY_ORDER = {"error": 0, "warning": 1, "notice": 2}


@dataclass(frozen=True, slots=True)
class Line:
    """One body in the table: its state in Chinese, what to know about it and its findings by severity."""

    agency: str
    parent: str
    state: State
    state_zh: str
    published_on: str
    deadline: str
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


@dataclass(slots=True)
class Figures:
    """All that a summary prints, whatever the format."""

    year: int
    made_on: str
    under: str
    due: int = 0
    in_time: int = 0
    undated: int = 0
    late: int = 0
    missing: int = 0
    pending: int = 0
    cannot_tell: int = 0
    unreadable: int = 0
    review: int = 0
    clean: int = 0
    lines: list[Line] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
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


def figures(ledger: Ledger, under: str = "") -> Figures:
    """The season's figures. Findings that await a person's look (``needs_review``) are counted apart."""
    out = Figures(ledger.year, ledger.now.strftime("%Y年%-m月%-d日 %H:%M"), under)
    for standing in ledger.standings:
        findings = ledger.of(standing.duty.agency_id)
        out.lines.append(_line(standing, findings))
        out.due += 1
        out.late += standing.state == "late"
        out.missing += standing.state == "missing"
        out.pending += standing.state == "due"
        out.cannot_tell += standing.state == "cannot_tell"
        out.in_time += standing.state == "published" and standing.on_time is True
        out.undated += standing.state == "published" and standing.on_time is None
        out.clean += standing.state == "published" and not any(_blames(f) for f in findings)
    order: dict[State, int] = {"missing": 0, "late": 1, "cannot_tell": 2, "published": 3, "due": 4}
    out.lines.sort(key=lambda line: (order[line.state], -line.errors, -line.warnings, line.agency))
    out.problems = _problems(ledger.findings)
    out.review = sum(f.needs_review and f.state != "confirmed" for f in ledger.findings)
    out.unreadable = ledger.unreadable
    out.sources_total = len(ledger.sources)
    out.sources_failing = sum(s.status not in {"ok", "unchanged"} for s in ledger.sources)
    return out


def _blames(finding: OpenFinding) -> bool:
    sure = not finding.needs_review or finding.state == "confirmed"
    return sure and finding.severity in {"error", "warning"}


def state_zh(standing: Standing) -> str:
    """The state as the office reads it; an interpretation without a report is named as such."""
    if standing.state == "missing" and standing.interpretation is not None:
        return "仅见解读"
    return STATE_ZH[standing.state]


def _line(standing: Standing, findings: list[OpenFinding]) -> Line:
    sure = [f for f in findings if not f.needs_review or f.state == "confirmed"]
    seen = standing.sighting or standing.interpretation
    counts = Counter(f.severity for f in sure)
    return Line(
        agency=standing.duty.agency,
        parent=standing.duty.parent or "",
        state=standing.state,
        state_zh=state_zh(standing),
        published_on=standing.published_on.isoformat() if standing.published_on else "",
        deadline=standing.duty.deadline.isoformat(),
        note=standing.reason,
        url=seen.url if seen else standing.source_url,
        errors=counts["error"],
        warnings=counts["warning"],
        notices=counts["notice"],
        review=len(findings) - len(sure),
    )


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
                RULES[rule].title if rule in RULES else rule,
                severity,
                SEVERITY_ZH[severity],
                len(found),
                len(names),
                tuple(names[:5]),
            )
        )
    return sorted(out, key=lambda p: (_SEVERITY_ORDER[p.severity], -p.bodies, p.rule))
