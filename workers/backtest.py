"""One rule over everything that is stored, compared with the findings that stand. Nothing is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from models import check_inputs, contexts
from models.ledger import ledger_of
from models.sightings import years_seen
from reports.checks import checking
from reports.checks.compare import Change, compare
from reports.subject import Subject, matter_of
from workers import publication

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class ReportChange:
    """One report (or, for a rule of publication, one duty) and what the rule says of it now."""

    agency: str
    year: int
    url: str
    change: Change


@dataclass(slots=True)
class Tally:
    """The counts of a run. ``outcomes`` is by ``Outcome``; ``reasons`` says why a rule was not judged, or not in
    full, by how many reports."""

    reports: int = 0
    newly: int = 0
    gone: int = 0
    kept: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)

    def add(self, change: Change) -> None:
        """Count one report."""
        self.reports += 1
        self.newly += len(change.newly)
        self.gone += len(change.gone)
        self.kept += len(change.kept)
        self.outcomes[change.outcome] += 1
        if change.not_judged:
            self.reasons[change.not_judged] += 1


def run(session: Session, rule_id: str, year: int | None, now: datetime) -> Iterator[ReportChange]:
    """The rule on every stored report with its context as it is today, one at a time; on every duty at ``now`` (aware,
    in the office's zone) if it is a rule of publication. ``year`` limits it. Raises KeyError for an unknown rule."""
    if checking.RULES[rule_id].id in publication.RULES:
        yield from _duties(session, rule_id, year, now)
    else:
        yield from _reports(session, rule_id, year, now)


def _reports(session: Session, rule_id: str, year: int | None, now: datetime) -> Iterator[ReportChange]:
    for document_id in check_inputs.checkable_ids(session, year):
        found = contexts.report_with_context(session, document_id, now)
        session.expunge_all()  # whole reports: not to be kept until the end
        if found is None or found.subject is None:
            continue
        stored = check_inputs.standing_of_rule(session, found.subject, rule_id)
        own = [finding for document, finding in stored if document in {document_id, None}]
        change = compare(rule_id, found.report, found.context, own)
        # A matter that another copy of the report shows as well is kept once, under the document checked last.
        elsewhere = {
            (matter_of(finding), finding.message) for document, finding in stored if document not in {document_id, None}
        }
        newly = tuple(finding for finding in change.newly if (matter_of(finding), finding.message) not in elsewhere)
        yield ReportChange(found.context.agency or "", found.subject.year, found.url, replace(change, newly=newly))


def _duties(session: Session, rule_id: str, year: int | None, now: datetime) -> Iterator[ReportChange]:
    for each in [year] if year is not None else years_seen(session):
        standings = ledger_of(session, each, now).standings
        for standing, context in publication.contexts_of(session, standings, now):
            duty, seen = standing.duty, standing.sighting
            stored = [
                finding for _, finding in check_inputs.standing_of_rule(session, Subject(duty.agency_id, each), rule_id)
            ]
            change = compare(rule_id, None, context, stored)
            yield ReportChange(duty.agency, each, seen.url if seen else standing.source_url, change)
