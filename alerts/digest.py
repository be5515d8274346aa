"""The one mail to an office, or to the operators, on a day: what it tells, what it recalls, what stands in its text."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from alerts.calendar import Stage
from alerts.notice import GROUPS, Audience, Notice

Kind = Literal["digest", "report", "escalation"]
KINDS: tuple[Kind, ...] = ("digest", "report", "escalation")

MOST_ITEMS = 30  # items in the text of one mail: a page or two; the attached sheet has all
MOST_NAMED = 10  # bodies named one by one where a matter is only recalled


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
    not_yet: int = 0  # due on a later day and not there
    cannot_tell: int = 0
    # The daily digest; what was found in reports just read, told at once; what stands although it was told long ago.
    kind: Kind = "digest"
    number: int = 0  # of a kind that may go several times a day

    @property
    def key(self) -> str:
        """Unique for the mail: one of a kind an audience, office, report year and day."""
        several = f":{self.number}" if self.number else ""
        return f"{self.kind}:{self.audience}:{self.office_id or 0}:{self.year}:{self.day.isoformat()}{several}"

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
                out.append((deadline_line(of, len(bodies)), bodies[:MOST_ITEMS], len(bodies[MOST_ITEMS:])))
        return out

    def notice_keys(self) -> list[str]:
        """All that is told once with this mail."""
        return [*(key for notice in self.notices for key in notice.keys), *self.stages]

    def count(self, *groups: str) -> int:
        """How many notices stand in these groups, of whatever year."""
        return sum(notice.group in groups for notice in self.notices)

    def count_of_season(self, *groups: str, bodies: bool = False) -> int:
        """How many notices of the season's year stand in these groups; with ``bodies``, of how many bodies."""
        found = [notice for notice in self.notices if notice.year == self.year and notice.group in groups]
        return len({notice.agency for notice in found}) if bodies else len(found)


def deadline_line(of: Stage, bodies: int) -> str:
    """尚未公布 3 家（期限2027年1月31日，还有3个工作日）. A calendar that is not at hand is named."""
    day = f"{of.deadline.year}年{of.deadline.month}月{of.deadline.day}日"
    guessed = "、".join(map(str, of.unknown_years))
    note = f"；{guessed}年节假日安排尚未收录，按周一至周五计" if guessed else ""
    if of.name == "on":
        return f"尚未公布 {bodies} 家（期限{day}，即今日{note}）"
    if of.working_days >= 0 and not of.name.startswith(("after", "week")):
        return f"尚未公布 {bodies} 家（期限{day}，还有{of.working_days}个工作日{note}）"
    return f"期限届满后仍未发现 {bodies} 家（期限{day}，已过{-of.working_days}个工作日{note}）"
