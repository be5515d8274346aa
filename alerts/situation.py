"""What is known when it is decided what to tell: the ledger, what was told before, the offices and their working days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

import yaml
from pydantic import TypeAdapter

from alerts import occasions
from alerts.calendar import Workdays
from alerts.decide import decide
from alerts.digest import Digest
from alerts.matters import REMOVED, group_of, of_finding
from alerts.occasions import Situation
from config import Settings
from models import agencies, mails, offices, portal_events
from models.ledger import ledger_of, untrue_findings
from models.standing_findings import corrected_findings, open_findings
from reports.checks.catalogue import catalogue
from reports.duties import Ledger, OpenFinding

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Known:
    """All that a decision rests on, at the moment ``now``; the decisions themselves are pure."""

    ledger: Ledger
    now: datetime
    notified: Mapping[str, AbstractSet[str]]
    notified_at: Mapping[str, datetime]
    corrected: list[OpenFinding]
    workdays: Workdays
    offices: Mapping[int | None, Situation]

    def digests(self, at_any_time: bool = False) -> list[Digest]:
        """The daily digests; ``at_any_time``: also those whose office does not want to hear now."""
        awake = {id_: replace(one, wishes=ALWAYS) for id_, one in self.offices.items()} | {None: Situation(ALWAYS)}
        return decide(
            self.ledger,
            self.notified,
            self.now,
            self.corrected,
            self.workdays,
            awake if at_any_time else self.offices,
        )

    def at_once(self) -> list[Digest]:
        """What offices hear at once."""
        return occasions.at_once(
            self.ledger, self.notified, self.now, self.offices, self.workdays, catalogue().about_reports
        )

    def escalations(self) -> list[Digest]:
        """What goes to the leaders."""
        return occasions.escalations(
            self.ledger, self.notified, self.notified_at, self.now, self.offices, self.workdays
        )

    def is_due(self, digest: Digest, usual_hour: int) -> bool:
        """Whether the hour has come at which the office wants its daily mails, and none of the kind went today."""
        situation = self.offices.get(digest.office_id, Situation())
        return digest.audience == "ops" or occasions.is_due(digest.kind, situation, self.now, usual_hour)

    def may_leave(self, digest: Digest, usual_hour: int) -> bool:
        """Whether a mail that waited may go at this hour: a daily one not before its hour of the day."""
        if digest.audience == "ops" or digest.kind == "report":
            return True
        return occasions.hour_has_come(self.offices.get(digest.office_id, Situation()), self.now, usual_hour)


ALWAYS = offices.Wishes()


def known(session: Session, settings: Settings, now: datetime, year: int | None) -> Known:
    """What stands in the database at ``now`` (aware, in the offices' zone) about the season of ``year`` (the last ended
    one if not given), with the findings of other years that stand."""
    ledger = ledger_of(session, year if year is not None else now.year - 1, now)
    untrue = untrue_findings(session, now)
    ledger.findings = [finding for finding in open_findings(session, today=now.date()) if finding.id not in untrue]
    notified, notified_at = mails.notified(session), mails.notified_at(session, "office")
    corrected = corrected_findings(session, mails.last_digests(session))
    at_once = _notified_at_once(session, [*ledger.findings, *corrected], notified_at)
    return Known(
        ledger,
        now,
        notified | {"office": notified.get("office", set()) | at_once.keys()},
        at_once | notified_at,
        corrected,
        workdays_of(settings),
        _situations(session, now),
    )


def _notified_at_once(
    session: Session, findings: Iterable[OpenFinding], notified_at: Mapping[str, datetime]
) -> dict[str, datetime]:
    """The matters of reports taken down of which the office heard at once (``alerts.portals``): the digest recalls them."""
    notified = portal_events.notified_of(session, notified_at)
    return {
        of_finding(finding, group_of(finding)).key: notified[finding.agency_id, finding.year]
        for finding in findings
        if finding.rule in REMOVED and (finding.agency_id, finding.year) in notified
    }


def _situations(session: Session, now: datetime) -> dict[int | None, Situation]:
    today = mails.kinds_on(session, now.date())
    return {
        office.id: Situation(
            offices.wishes_of(office),
            bool(offices.recipients(office).leader),
            bool(offices.recipients(office).ops),
            today.get(office.id, {}),
            (office.params or {}).get("form_suggestions") is True,
        )
        for office in agencies.offices(session)
    }


def workdays_of(settings: Settings) -> Workdays:
    """The official calendar with the corrections of ``workdays.yaml`` in the data folder (day: true where it is worked).
    Raises ValueError where that file holds anything else."""
    path = settings.data_dir / "workdays.yaml"
    if not path.is_file():
        return Workdays()
    given = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    return Workdays(TypeAdapter(dict[date, bool]).validate_python(given))
