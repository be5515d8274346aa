"""When an office is told: its days and hours, what is told at once, what goes to its leader. Pure: state and time in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from alerts.calendar import Workdays
from alerts.digest import Digest
from alerts.matters import MISSING, group_of, key_of, of_finding, of_findings
from alerts.notice import Notice
from models.offices import DEFAULT, Wishes
from reports.duties import Ledger, OpenFinding, Standing

AT_ONCE_WITHIN = timedelta(days=3)  # after that what a report holds is no news: the digest has it
MOST_AT_ONCE = 12  # such mails an office and day: the rest is in the digest
URGENT = frozenset({"missing", "removed", "error"})  # what a leader hears of; a late report cannot be mended any more
NOBODY = frozenset[str]()


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known of an office when it is decided what to tell it: its wishes, whether it has addresses of a leader and
    of its own operators, how many mails of each kind it got today, whether it wants the suggestions on form."""

    wishes: Wishes = DEFAULT
    has_leader: bool = False
    has_ops: bool = False
    today: Mapping[str, int] = field(default_factory=dict)
    suggests: bool = False


def may_be_notified(wishes: Wishes, now: datetime, workdays: Workdays, deadlines: Collection[date] = ()) -> bool:
    """Whether a mail may go to an office at this moment: in its hours, on a day that is worked or the very day by which
    reports are due."""
    if wishes.is_quiet(now):
        return False
    return not wishes.workdays_only or now.date() in deadlines or workdays.is_worked(now.date())


def hour_has_come(situation: Situation, now: datetime, usual_hour: int) -> bool:
    """Whether the hour has come at which an office wants its daily mails."""
    return now.hour >= situation.wishes.hour(usual_hour)


def is_due(kind: str, situation: Situation, now: datetime, usual_hour: int) -> bool:
    """Whether a daily mail of that kind goes to an office now: its hour has come and none went today."""
    return hour_has_come(situation, now, usual_hour) and not situation.today.get(kind, 0)


def at_once(
    ledger: Ledger,
    notified: Mapping[str, AbstractSet[str]],
    now: datetime,
    offices: Mapping[int | None, Situation],
    workdays: Workdays,
    of_reports: Collection[str],
) -> list[Digest]:
    """What was found in reports of the season that were just read, for the offices that want it at once. ``of_reports``
    are the rules about a report itself; what is found about its publication stands in the digest."""
    digests: dict[int | None, Digest] = {}
    fresh = [f for f in ledger.findings if f.year == ledger.year and f.rule in of_reports and _is_fresh(f, now)]
    for audience, office_id, notice in of_findings(fresh, ()):
        situation = offices.get(office_id, Situation())
        went = situation.today.get("report", 0)
        if audience != "office" or not situation.wishes.at_once or went >= MOST_AT_ONCE:
            continue
        if not may_be_notified(situation.wishes, now, workdays) or not notified.get("office", NOBODY).isdisjoint(
            notice.keys
        ):
            continue
        if office_id not in digests:
            digests[office_id] = Digest("office", office_id, ledger.year, now.date(), kind="report", number=went + 1)
        digests[office_id].notices.append(notice)
    return [digests[office_id] for office_id in sorted(digests, key=lambda id_: id_ or 0)]


def _is_fresh(finding: OpenFinding, now: datetime) -> bool:
    return finding.first_seen is not None and timedelta(0) <= now - finding.first_seen <= AT_ONCE_WITHIN


def escalations(
    ledger: Ledger,
    notified: Mapping[str, AbstractSet[str]],
    notified_at: Mapping[str, datetime],
    now: datetime,
    offices: Mapping[int | None, Situation],
    workdays: Workdays,
) -> list[Digest]:
    """What goes to the leaders: bodies of which no report was found so many working days after the day, and what the desk
    was told so many working days ago and still stands. Each matter once."""
    digests: dict[int, Digest] = {}
    for office_id, notice, since in _old_matters(ledger, notified_at, now):
        situation = offices.get(office_id, Situation())
        days = situation.wishes.escalate_after
        if office_id is None or days is None or not situation.has_leader:
            continue
        if workdays.between(since + timedelta(days=1), now.date() + timedelta(days=1)) < days:
            continue
        if not may_be_notified(situation.wishes, now, workdays) or not notified.get("leader", NOBODY).isdisjoint(
            notice.keys
        ):
            continue
        digest = digests.setdefault(office_id, Digest("leader", office_id, ledger.year, now.date(), kind="escalation"))
        digest.notices.append(notice)
    return [digests[office_id] for office_id in sorted(digests)]


def _old_matters(
    ledger: Ledger, notified_at: Mapping[str, datetime], now: datetime
) -> Iterator[tuple[int | None, Notice, date]]:
    """(office, matter, the day from which its leader's days are counted)."""
    # That the desk was told is said in the mail: it must have been.
    blamed = {f.agency_id: f for f in _missing(ledger.findings) if of_finding(f, group_of(f)).key in notified_at}
    for standing in ledger.standings:
        finding = blamed.get(standing.duty.agency_id)
        if standing.state == "missing" and finding is not None:
            yield standing.duty.office_id, _of_absence(standing, finding), standing.duty.deadline
    others = [f for f in ledger.findings if f.year == ledger.year and f.rule not in MISSING]
    for audience, office_id, notice in of_findings(others, ()):
        if audience != "office" or notice.group not in URGENT:
            continue
        moments = [notified_at[key] for key in notice.keys if key in notified_at]
        if moments:
            yield office_id, notice, min(moments).astimezone(now.tzinfo).date()


def _missing(findings: Iterable[OpenFinding]) -> Iterator[OpenFinding]:
    for finding in findings:
        if finding.rule in MISSING and (not finding.needs_review or finding.state == "confirmed"):
            yield finding


def _of_absence(standing: Standing, finding: OpenFinding) -> Notice:
    duty = standing.duty
    notice = of_finding(finding, group_of(finding))
    return Notice(
        key=key_of("absent", str(duty.agency_id), str(duty.year), duty.deadline.isoformat()),
        group=notice.group,
        agency=notice.agency,
        year=notice.year,
        rule=notice.rule,
        message=notice.message,
        basis=notice.basis,
        url=notice.url,
    )
