"""What is due to be told to whom: pure decisions over the ledger. Time is an argument.

A notice is one thing to tell once. Its key is made of the finding's fingerprint and its figures, so that the same
matter is not told twice however often it is decided, and a changed figure is told anew.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal

from alerts.calendar import Stage, Workdays, stage
from alerts.words import basis_in_full, place_in_words
from reports.checks import SUGGESTIONS
from reports.duties import Ledger, OpenFinding, Standing
from reports.report import Cause
from reports.subject import Subject

Audience = Literal["office", "ops"]

MISSING = frozenset({"PUB-MISSING", "INT-ONLY"})
REMOVED = frozenset({"PUB-REMOVED", "PUB-DEADLINK"})
LATE = frozenset({"PUB-LATE", "PUB-LATE-GOV"})

MOST_ITEMS = 30  # items in the text of one mail: a page or two; the attached sheet has all
MOST_NAMED = 10  # bodies named one by one where a matter is only recalled

# The order in which an office works through them: published at all, in time, then figures and form.
GROUPS: tuple[tuple[str, str], ...] = (
    ("pending", "尚未公布（期限未到）"),
    ("missing", "未发现年度报告"),
    ("removed", "曾经发布，现已无法找到"),
    ("late", "晚于法定期限发布"),
    ("error", "数据或内容矛盾"),
    ("warning", "疑似填报有误"),
    ("notice", "其他提示"),
    ("cannot_tell", "无法判断"),
    ("review", "识读存疑，待人工核对"),
)


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell. ``group`` is a key of GROUPS; figures and place are empty where the matter has none.

    Findings with one cause are one notice: ``certain`` (the cell that must be wrong is known, ``expected`` is the right
    figure), with what each of them says as ``evidence`` and their keys in ``others``."""

    key: str
    group: str
    agency: str
    year: int
    rule: str
    message: str
    place: str = ""
    expected: str = ""
    actual: str = ""
    basis: str = ""
    url: str = ""
    certain: bool = False
    evidence: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """All that is told with this notice: its own key and those of the findings that it stands for."""
        return (self.key, *self.others)

    @property
    def figures(self) -> tuple[tuple[str, str], ...]:
        """The figures with what they are: a right figure (应为) is named only where one cell must be wrong, or where the
        form itself prescribes the words; two figures that differ are said to differ."""
        if self.days_late is not None:
            return (("发布日期", self.actual), ("法定期限", self.expected), ("逾期", f"{self.days_late}天"))
        if self.rule.startswith("PUB-"):
            return ()  # the message says it: what it found is no figure that was reported
        if self.certain:
            return (("填报", self.actual), ("应为", self.expected))
        if _is_number(self.expected):
            if _is_number(self.actual) and self.expected != self.actual:
                return (("两处数字", f"{self.actual}、{self.expected}，不一致"),)
            return (("填报", self.actual),) if self.actual else ()
        return tuple((name, value) for name, value in (("填报", self.actual), ("应为", self.expected)) if value)

    @property
    def days_late(self) -> int | None:
        """Days from the deadline (``expected``) to the publication (``actual``) of a late report; None for all others."""
        if self.group != "late":
            return None
        try:
            return (date.fromisoformat(self.actual) - date.fromisoformat(self.expected)).days
        except ValueError:
            return None


@dataclass(slots=True)
class Digest:
    """The one mail to an office (or to the ops team: ``office_id`` None and ``audience`` ops) on a day."""

    audience: Audience
    office_id: int | None
    year: int
    day: date
    notices: list[Notice] = field(default_factory=list)
    # Recalled, not told anew: what was told before and still stands, and what was told and is corrected since.
    still_open: list[Notice] = field(default_factory=list)
    corrected: list[Notice] = field(default_factory=list)
    # By the season's calendar: who has not published yet, and who was told missing before and still is.
    pending: list[Notice] = field(default_factory=list)
    overdue: list[Notice] = field(default_factory=list)
    stages: dict[str, Stage] = field(default_factory=dict)  # by the key under which they are told once
    most_items: int = MOST_ITEMS
    due: int = 0
    published: int = 0
    late: int = 0
    missing: int = 0
    cannot_tell: int = 0

    @property
    def key(self) -> str:
        """Unique for the mail: one digest an audience, office, report year and day."""
        return f"digest:{self.audience}:{self.office_id or 0}:{self.year}:{self.day.isoformat()}"

    def items(self) -> list[Notice]:
        """The notices that stand in the text: of the season's year, the gravest first, at most ``most_items``."""
        order = {key: number for number, (key, _) in enumerate(GROUPS)}
        of_the_season = [notice for notice in self.notices if notice.year == self.year]
        return sorted(of_the_season, key=lambda notice: order[notice.group])[: self.most_items]

    def left_to_sheet(self) -> tuple[int, int]:
        """How many notices stand in the attached sheet only: of the season's year, and of other years."""
        of_the_season = sum(notice.year == self.year for notice in self.notices)
        return of_the_season - len(self.items()), len(self.notices) - of_the_season

    def groups(self) -> list[tuple[str, str, list[tuple[str, list[Notice]]]]]:
        """The items of the text by group and, within it, by body: (key, heading, [(body, notices)])."""
        out = []
        for key, heading in GROUPS:
            bodies: dict[str, list[Notice]] = defaultdict(list)
            for notice in self.items():
                if notice.group == key:
                    bodies[notice.agency].append(notice)
            if bodies:
                out.append((key, heading, sorted(bodies.items())))
        return out

    def recalled(self, what: str) -> tuple[int, int, list[tuple[str, int]], int]:
        """Of ``still_open`` or ``corrected``: how many matters, of how many bodies, the bodies with most of them (name,
        matters), at most MOST_NAMED, and how many bodies are not named."""
        notices: list[Notice] = getattr(self, what)
        bodies = Counter(notice.agency for notice in notices)
        named = sorted(bodies.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_NAMED]
        return len(notices), len(bodies), named, len(bodies) - len(named)

    def reminders(self) -> list[tuple[str, list[str], int]]:
        """What the calendar asks to be said: (a line on the deadline, the bodies named, at most MOST_ITEMS, and how many
        are not)."""
        out = []
        for notices in (self.pending, self.overdue):
            by_deadline: dict[str, list[str]] = defaultdict(list)
            for notice in notices:
                by_deadline[notice.expected].append(notice.agency)
            for deadline, bodies in sorted(by_deadline.items()):
                of = next(stage for stage in self.stages.values() if stage.deadline.isoformat() == deadline)
                out.append((_deadline_line(of, len(bodies)), bodies[:MOST_ITEMS], len(bodies[MOST_ITEMS:])))
        return out

    def told_keys(self) -> list[str]:
        """All that is told once with this mail."""
        return [*(key for notice in self.notices for key in notice.keys), *self.stages]

    def count(self, *groups: str) -> int:
        """How many notices stand in these groups, of whatever year."""
        return sum(notice.group in groups for notice in self.notices)

    def count_of_season(self, *groups: str, bodies: bool = False) -> int:
        """How many notices of the season's year stand in these groups; with ``bodies``, of how many bodies."""
        found = [notice for notice in self.notices if notice.year == self.year and notice.group in groups]
        return len({notice.agency for notice in found}) if bodies else len(found)


def decide(
    ledger: Ledger,
    told: Mapping[str, AbstractSet[str]],
    now: datetime,
    corrected: Iterable[OpenFinding] = (),
    suggesting: Collection[int] = (),
    workdays: Workdays | None = None,
) -> list[Digest]:
    """The digests of this day: what is open in the ledger and has not been told. A digest also recalls what was told
    before and still stands, and which matters told before are ``corrected`` since the last digest; these alone make none.

    ``told`` holds, by audience, the keys already in a mail to it. Doubtful readings and bodies of which nothing can be
    said go to the ops team, never to the office: no body is blamed for our own reading or for a silent portal.
    ``now`` is aware and in the office's zone; its day names the digests. ``suggesting`` are the offices that want the
    suggestions on form, which are one line a body and no more.
    """
    day = now.date()
    digests: dict[tuple[Audience, int | None], Digest] = {}

    def digest(audience: Audience, office_id: int | None) -> Digest:
        where = (audience, office_id if audience == "office" else None)
        if where not in digests:
            digests[where] = Digest(audience, where[1], ledger.year, day)
        return digests[where]

    for audience, office_id, notice in _notices(ledger.findings, suggesting):
        part = digest(audience, office_id)
        (part.notices if told.get(audience, set()).isdisjoint(notice.keys) else part.still_open).append(notice)
    still_wrong = {notice.key for part in digests.values() for notice in (*part.notices, *part.still_open)}
    for notice, office_id in _together(
        [(_of_finding(f, _group(f)), f) for f in corrected if f.rule not in SUGGESTIONS]
    ):
        if notice.key not in still_wrong and not told.get("office", set()).isdisjoint(notice.keys):
            digest("office", office_id).corrected.append(notice)
    for standing in ledger.standings:
        if standing.state == "cannot_tell":
            notice = _of_standing(standing)
            if notice.key not in told.get("ops", ()):
                digest("ops", None).notices.append(notice)

    if workdays is not None:
        _remind(ledger, told.get("office", set()), day, workdays, lambda office_id: digest("office", office_id))

    for item in digests.values():
        item.notices.sort(key=lambda n: (n.agency, n.rule, n.place))
        _count(item, ledger)
    in_order = sorted(digests.items(), key=lambda pair: (pair[0][0], pair[0][1] or 0))
    return [item for _, item in in_order if item.notices or item.stages]


def _remind(
    ledger: Ledger, told: AbstractSet[str], day: date, workdays: Workdays, digest: Callable[[int | None], Digest]
) -> None:
    """Who has not published, on the days of the season's calendar. Of whom nothing can be told nothing is said, and who
    is called missing in this very mail is not named twice."""
    # A waived finding is no longer among these: nobody is reminded of what a person has settled.
    blamed = {f.agency_id for f in ledger.findings if f.rule in MISSING and f.state in {"open", "confirmed"}}
    stages = {day_: stage(day_, day, workdays) for day_ in {standing.duty.deadline for standing in ledger.standings}}
    for standing in ledger.standings:
        duty, found = standing.duty, stages[standing.duty.deadline]
        is_due = standing.state == "due" and day <= duty.deadline
        if found is None or not (is_due or (standing.state == "missing" and duty.agency_id in blamed)):
            continue
        key = _key(f"stage/{duty.office_id}/{ledger.year}", found.key)
        part = digest(duty.office_id)
        if key not in told and not any(n.group == "missing" and n.agency == duty.agency for n in part.notices):
            part.stages[key] = found
            (part.pending if is_due else part.overdue).append(_of_silence(standing, found))
            part.still_open = [n for n in part.still_open if n.group != "missing" or n.agency != duty.agency]


def _of_silence(standing: Standing, found: Stage) -> Notice:
    duty = standing.duty
    pending = standing.state == "due"
    return Notice(
        key="",
        group="pending" if pending else "missing",
        agency=duty.agency,
        year=duty.year,
        rule="",
        message=_deadline_line(found, 1),
        expected=duty.deadline.isoformat(),
        basis=duty.ground,
        url=standing.source_url,
    )


def _deadline_line(of: Stage, bodies: int) -> str:
    """尚未公布 3 家（期限2027年1月31日，还有3个工作日）. A calendar that is not at hand is named."""
    day = f"{of.deadline.year}年{of.deadline.month}月{of.deadline.day}日"
    guessed = "、".join(map(str, of.unknown_years))
    note = f"；{guessed}年节假日安排尚未收录，按周一至周五计" if guessed else ""
    if of.name == "on":
        return f"尚未公布 {bodies} 家（期限{day}，即今日{note}）"
    if of.working_days >= 0 and not of.name.startswith(("after", "week")):
        return f"尚未公布 {bodies} 家（期限{day}，还有{of.working_days}个工作日{note}）"
    return f"期限届满后仍未发现 {bodies} 家（期限{day}，已过{-of.working_days}个工作日{note}）"


def _notices(
    findings: Iterable[OpenFinding], suggesting: Collection[int]
) -> Iterator[tuple[Audience, int | None, Notice]]:
    """What stands, by audience and office; findings with one cause are one, and the suggestions to one body, which go to
    the offices ``suggesting`` alone."""
    sure = []
    suggestions: dict[tuple[int | None, int, int], list[OpenFinding]] = defaultdict(list)
    for finding in findings:
        if finding.state not in {"open", "confirmed"}:
            continue
        doubtful = finding.needs_review and finding.state != "confirmed"
        if finding.rule in SUGGESTIONS:
            if finding.office_id in suggesting and not doubtful:
                suggestions[finding.office_id, finding.agency_id, finding.year].append(finding)
        elif doubtful:
            yield "ops", finding.office_id, _of_finding(finding, "review")
        else:
            sure.append((_of_finding(finding, _group(finding)), finding))
    for notice, office_id in _together(sure):
        yield "office", office_id, notice
    for (office_id, _, _), several in suggestions.items():
        yield "office", office_id, _of_suggestions(several)


def _together(found: Iterable[tuple[Notice, OpenFinding]]) -> Iterator[tuple[Notice, int | None]]:
    """The notices with their office, those of one cause as one. What is left of a cause once its other findings are
    waived or gone is a matter of its own: it alone does not tell which cell is wrong."""
    causes: dict[tuple[Subject, Cause], list[tuple[Notice, OpenFinding]]] = defaultdict(list)
    for notice, finding in found:
        if finding.cause is None:
            yield notice, finding.office_id
        else:
            causes[finding.subject, finding.cause].append((notice, finding))
    for (subject, cause), members in causes.items():
        if len(members) == 1:
            yield members[0][0], members[0][1].office_id
        else:
            yield _of_cause(subject, cause, [notice for notice, _ in members]), members[0][1].office_id


def _of_cause(subject: Subject, cause: Cause, members: Sequence[Notice]) -> Notice:
    order = [key for key, _ in GROUPS]
    gravest = min(members, key=lambda notice: order.index(notice.group))
    return replace(
        gravest,
        key=_key(subject.key("cause", (cause.cell,)), cause.right, cause.printed),
        message=f"{gravest.agency}{subject.year}年“{cause.label}”填报为{cause.printed}，与其他{len(members)}处不符，"
        f"按各处均应为{cause.right}，请核实。",
        place=place_in_words(cause.place, (cause.cell,), subject.year),
        expected=cause.right,
        actual=cause.printed,
        certain=True,
        evidence=tuple(notice.message for notice in members),
        others=tuple(notice.key for notice in members),
    )


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _group(finding: OpenFinding) -> str:
    if finding.rule in MISSING:
        return "missing"
    if finding.rule in REMOVED:
        return "removed"
    if finding.rule in LATE:
        return "late"
    return finding.severity


def _of_finding(finding: OpenFinding, group: str) -> Notice:
    return Notice(
        key=_key(
            finding.key,
            finding.expected,
            finding.actual,
        ),
        group=group,
        agency=finding.agency,
        year=finding.year,
        rule=finding.rule,
        message=_wording(finding, group),
        place=place_in_words(finding.place, finding.cells, finding.year),
        expected=finding.expected,
        actual=finding.actual,
        basis=basis_in_full(finding.basis, finding.year),
        url=finding.url,
    )


def _of_suggestions(several: list[OpenFinding]) -> Notice:
    """All suggestions on the form of one body's report in one line."""
    first, *others = (_of_finding(finding, "notice") for finding in sorted(several, key=lambda each: each.rule))
    texts = [first.message, *(each.message.removeprefix(each.agency) for each in others)]
    return replace(
        first,
        key=_key(first.key, *(each.key for each in others)),
        message="；".join(t.rstrip("。") for t in texts) + "。",
    )


def _wording(finding: OpenFinding, group: str) -> str:
    """What the finding says; a figure that follows from others, any of which may be the wrong one, is reckoned (推算为),
    not right (应为)."""
    if group == "review" or not (_is_number(finding.expected) and _is_number(finding.actual)):
        return finding.message
    return re.sub("(?:推算)?应为", "推算为", finding.message)


def _of_standing(standing: Standing) -> Notice:
    duty = standing.duty
    url = standing.sighting.url if standing.sighting else standing.source_url
    return Notice(
        key=_key(f"cannot-tell/{duty.agency_id}/{duty.year}", standing.reason),
        group="cannot_tell",
        agency=duty.agency,
        year=duty.year,
        rule="",
        message=f"{duty.agency}{duty.year}年度报告的发布情况无法判断：{standing.reason}。",
        url=url,
    )


def _key(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def _count(digest: Digest, ledger: Ledger) -> None:
    for standing in ledger.standings:
        if digest.audience == "office" and standing.duty.office_id != digest.office_id:
            continue
        digest.due += 1
        digest.published += standing.state in {"published", "late"}
        digest.late += standing.state == "late"
        digest.missing += standing.state == "missing"
        digest.cannot_tell += standing.state == "cannot_tell"
