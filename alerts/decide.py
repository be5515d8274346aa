"""What is due to be told to whom: pure decisions over the ledger. Time is an argument.

A notice is one thing to tell once. Its key is made of the finding's fingerprint and its figures, so that the same
matter is not told twice however often it is decided, and a changed figure is told anew.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal

from reports.checks import SUGGESTIONS
from reports.duties import Ledger, OpenFinding, Standing

Audience = Literal["office", "ops"]

MISSING = frozenset({"PUB-MISSING", "INT-ONLY"})
LATE = frozenset({"PUB-LATE", "PUB-LATE-GOV"})

MOST_ITEMS = 30  # items in the text of one mail: a page or two; the attached sheet has all
MOST_NAMED = 10  # bodies named one by one where a matter is only recalled

# The order in which an office works through them: published at all, in time, then figures and form.
GROUPS: tuple[tuple[str, str], ...] = (
    ("missing", "未发现年度报告"),
    ("late", "晚于法定期限发布"),
    ("error", "数据或内容矛盾"),
    ("warning", "疑似填报有误"),
    ("notice", "其他提示"),
    ("cannot_tell", "无法判断"),
    ("review", "识读存疑，待人工核对"),
)


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell. ``group`` is a key of GROUPS; figures and place are empty where the matter has none."""

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

    def count(self, *groups: str) -> int:
        """How many notices stand in these groups."""
        return sum(notice.group in groups for notice in self.notices)


def decide(
    ledger: Ledger,
    told: Mapping[str, Collection[str]],
    now: datetime,
    corrected: Iterable[OpenFinding] = (),
    suggesting: Collection[int] = (),
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

    suggestions: dict[tuple[int | None, int, int], list[OpenFinding]] = {}
    for finding in ledger.findings:
        if finding.state not in {"open", "confirmed"}:
            continue
        if finding.rule in SUGGESTIONS:
            if finding.office_id in suggesting and not (finding.needs_review and finding.state != "confirmed"):
                suggestions.setdefault((finding.office_id, finding.agency_id, finding.year), []).append(finding)
            continue
        doubtful = finding.needs_review and finding.state != "confirmed"
        notice = _of_finding(finding, "review" if doubtful else _group(finding))
        audience: Audience = "ops" if doubtful else "office"
        part = digest(audience, finding.office_id)
        (part.still_open if notice.key in told.get(audience, ()) else part.notices).append(notice)
    for (office_id, _, _), several in suggestions.items():
        notice = _of_suggestions(several)
        part = digest("office", office_id)
        (part.still_open if notice.key in told.get("office", ()) else part.notices).append(notice)
    for finding in corrected:
        if finding.rule in SUGGESTIONS:
            continue
        notice = _of_finding(finding, _group(finding))
        if notice.key in told.get("office", ()):
            digest("office", finding.office_id).corrected.append(notice)
    for standing in ledger.standings:
        if standing.state == "cannot_tell":
            notice = _of_standing(standing)
            if notice.key not in told.get("ops", ()):
                digest("ops", None).notices.append(notice)

    for item in digests.values():
        item.notices.sort(key=lambda n: (n.agency, n.rule, n.place))
        _count(item, ledger)
    return [item for _, item in sorted(digests.items(), key=lambda pair: (pair[0][0], pair[0][1] or 0)) if item.notices]


def _group(finding: OpenFinding) -> str:
    if finding.rule in MISSING:
        return "missing"
    if finding.rule in LATE:
        return "late"
    return finding.severity


def _of_finding(finding: OpenFinding, group: str) -> Notice:
    return Notice(
        key=_key(
            finding.fingerprint or f"{finding.agency_id}/{finding.year}/{finding.rule}/{','.join(finding.cells)}",
            finding.expected,
            finding.actual,
        ),
        group=group,
        agency=finding.agency,
        year=finding.year,
        rule=finding.rule,
        message=finding.message,
        place=finding.place,
        expected=finding.expected,
        actual=finding.actual,
        basis=finding.basis,
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
