"""What is due to be told to whom: pure decisions over the ledger. Time is an argument."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import date, datetime

from alerts.calendar import Stage, Workdays, stage
from alerts.digest import Digest, deadline_line
from alerts.matters import MISSING, group_of, key_of, of_finding, of_findings, of_standing, together
from alerts.notice import Audience, Notice
from alerts.occasions import Situation, may_be_notified
from reports.checks.catalogue import catalogue
from reports.duties import Ledger, OpenFinding, Standing

NOTHING_KNOWN = Situation()


def decide(
    ledger: Ledger,
    notified: Mapping[str, AbstractSet[str]],
    now: datetime,
    corrected: Iterable[OpenFinding] = (),
    workdays: Workdays | None = None,
    offices: Mapping[int | None, Situation] | None = None,
) -> list[Digest]:
    """The digests of this day: what is open in the ledger and has not been told. A digest also recalls what was told
    before and still stands, and which matters told before are ``corrected`` since the last digest; these alone make none.

    ``notified`` holds, by audience, the keys already in a mail to it. Doubtful readings and bodies of which nothing can be
    said go to the ops team, never to the office: no body is blamed for our own reading or for a silent portal.
    ``now`` is aware and in the office's zone; its day names the digests. ``offices`` say when they want to be told
    (any time where they do not), whether they have operators of their own, and whether they want the suggestions on form,
    which are one line a body and no more.
    """
    day, situations = now.date(), offices or {}
    digests: dict[tuple[Audience, int | None], Digest] = {}

    def digest(audience: Audience, office_id: int | None) -> Digest:
        own_ops = audience == "ops" and situations.get(office_id, NOTHING_KNOWN).has_ops
        where = (audience, office_id if audience == "office" or own_ops else None)
        if where not in digests:
            digests[where] = Digest(audience, where[1], ledger.year, day)
        return digests[where]

    suggesting = {office_id for office_id, one in situations.items() if one.suggests}
    for audience, office_id, notice in of_findings(ledger.findings, suggesting):
        part = digest(audience, office_id)
        (part.notices if notified.get(audience, set()).isdisjoint(notice.keys) else part.still_open).append(notice)
    still_wrong = {notice.key for part in digests.values() for notice in (*part.notices, *part.still_open)}
    for notice, office_id in together(
        [(of_finding(f, group_of(f)), f) for f in corrected if f.rule not in catalogue().suggestions]
    ):
        if notice.key not in still_wrong and not notified.get("office", set()).isdisjoint(notice.keys):
            digest("office", office_id).corrected.append(notice)
    for standing in ledger.standings:
        if _cannot_tell(standing, day, workdays):
            notice = of_standing(standing)
            if notice.key not in notified.get("ops", ()):
                digest("ops", standing.duty.office_id).notices.append(notice)
    if workdays is not None:
        _remind(ledger, notified.get("office", set()), day, workdays, lambda office_id: digest("office", office_id))
    for item in digests.values():
        item.notices.sort(key=lambda n: (n.agency, n.rule, n.place))
        _count(item, ledger)
    in_order = sorted(digests.items(), key=lambda pair: (pair[0][0], pair[0][1] or 0))
    found = [item for _, item in in_order if item.notices or item.stages]
    return [item for item in found if _is_the_time(item, now, situations, workdays)]


def _is_the_time(
    digest: Digest, now: datetime, offices: Mapping[int | None, Situation], workdays: Workdays | None
) -> bool:
    if digest.audience == "ops" or workdays is None:
        return True
    deadlines = [stage.deadline for stage in digest.stages.values() if stage.name == "on"]
    return may_be_notified(offices.get(digest.office_id, NOTHING_KNOWN).wishes, now, workdays, deadlines)


def _cannot_tell(standing: Standing, day: date, workdays: Workdays | None) -> bool:
    """Whether the operators are to see to a body of which nothing can be told: before the day it is due they hear on the
    days on which the office would be reminded of it."""
    if standing.state == "due" and standing.reason and workdays is not None:
        return stage(standing.duty.deadline, day, workdays) is not None
    return standing.state == "cannot_tell"


def _remind(
    ledger: Ledger, notified: AbstractSet[str], day: date, workdays: Workdays, digest: Callable[[int | None], Digest]
) -> None:
    """Who has not published, on the days of the season's calendar. Of whom nothing can be told nothing is said, and who
    is called missing in this very mail is not named twice."""
    # A waived finding is no longer among these: nobody is reminded of what a person has settled.
    blamed = {f.agency_id for f in ledger.findings if f.rule in MISSING and f.state in {"open", "confirmed"}}
    stages = {day_: stage(day_, day, workdays) for day_ in {standing.duty.deadline for standing in ledger.standings}}
    for standing in ledger.standings:
        duty, found = standing.duty, stages[standing.duty.deadline]
        is_due = standing.state == "due" and not standing.reason and day <= duty.deadline
        if found is None or not (is_due or (standing.state == "missing" and duty.agency_id in blamed)):
            continue
        key = key_of(f"stage/{duty.office_id}/{ledger.year}", found.key)
        part = digest(duty.office_id)
        if key in notified:
            continue
        part.stages[key] = found
        if not any(n.group == "missing" and n.agency == duty.agency for n in part.notices):
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
        message=deadline_line(found, 1),
        expected=duty.deadline.isoformat(),
        basis=duty.ground,
        url=standing.source_url,
    )


def _count(digest: Digest, ledger: Ledger) -> None:
    for standing in ledger.standings:
        if digest.audience == "office" and standing.duty.office_id != digest.office_id:
            continue
        digest.due += 1
        digest.published += standing.state in {"published", "late"}
        digest.late += standing.state == "late"
        digest.missing += standing.state == "missing"
        digest.not_yet += standing.state == "due"
        digest.cannot_tell += standing.state == "cannot_tell"
