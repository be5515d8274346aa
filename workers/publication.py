"""The rules of publication over the whole ledger: who is late, who is missing, who published only an interpretation."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from models import agencies, findings
from models.facts import Facts, publication_contexts
from models.ledger import standings_of
from reports.checks import checking
from reports.checks.context import Body, Context
from reports.checks.rules.publication.content import OF_THE_REPORT
from reports.subject import Subject

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from reports.duties import Standing

RULES = tuple(
    rule.id for rule in checking.RULES.values() if rule.scope == "publication" and rule.id not in OF_THE_REPORT
)
BATCH = 200  # bodies judged in one transaction: nobody waits long for the database


Transaction = Callable[[], AbstractContextManager["Session"]]


def judge(transaction: Transaction, year: int, now: datetime, agency_ids: Collection[int] | None = None) -> int:
    """Judge the duties of ``year`` at ``now`` (aware, in the office's zone) and keep what the rules say: of all bodies, or
    of these and of the governments above those of which something else stands now. Returns how many findings stand.
    What cannot be told is not judged: it neither opens nor resolves a finding. What was said of a body that owes no
    report any more is resolved."""
    if agency_ids is None:
        return _judge(transaction, year, now, None)
    ids = sorted(set(agency_ids))
    with transaction() as session:
        before = findings.standing_for_publication(session, year, ids)
    count = _judge(transaction, year, now, ids)
    with transaction() as session:
        after = findings.standing_for_publication(session, year, ids)
        # A government is judged by all the bodies below it: it is asked about only where one of them has changed.
        above = agencies.parents_of(session, {agency_id for agency_id, _ in before ^ after}) - set(ids)
    return count + (_judge(transaction, year, now, sorted(above)) if above else 0)


def judge_above(transaction: Transaction, year: int, now: datetime, outcomes: Sequence[findings.Outcome]) -> None:
    """Judge the governments above those of which something else will stand once these outcomes are saved."""
    ids = {outcome.subject.agency_id for outcome in outcomes}
    with transaction() as session:
        standing = findings.standing_for_publication(session, year, ids)
        changed = set()
        for outcome in outcomes:
            before = {rule for agency_id, rule in standing if agency_id == outcome.subject.agency_id}
            after = {finding.rule for finding in outcome.findings} | (before - set(outcome.judged))
            if before != after:
                changed.add(outcome.subject.agency_id)
        above = agencies.parents_of(session, changed) - ids if changed else set()
    if above:
        _judge(transaction, year, now, sorted(above))


def outcomes_of(
    session: Session, standings: Mapping[int, Standing | None], year: int, now: datetime, facts: Facts
) -> list[findings.Outcome]:
    """What the rules of publication say of these bodies, by body its standing (None: it owes no report of the year, so
    that nothing stands of it)."""
    owing = [standing for standing in standings.values() if standing is not None]
    out = [_outcome(standing, context) for standing, context in contexts_of(session, owing, now, None, facts)]
    none = [agency_id for agency_id, standing in standings.items() if standing is None]
    return out + [findings.Outcome(Subject(id_, year), "publication", judged=RULES) for id_ in none]


def _judge(transaction: Transaction, year: int, now: datetime, ids: list[int] | None) -> int:
    with transaction() as session:
        standings = standings_of(session, year, now, ids)
    known = {standing.duty.agency_id: standing for standing in standings} if ids is None else None
    count, at = 0, now.astimezone(UTC)
    for start in range(0, len(standings), BATCH):
        with transaction() as session:
            found = contexts_of(session, standings[start : start + BATCH], now, known)
            kept = findings.save_all(session, [_outcome(standing, context) for standing, context in found], at)
            count += sum(map(len, kept))
    with transaction() as session:
        owed = {standing.duty.agency_id for standing in standings}
        blamed = {agency_id for agency_id, _ in findings.standing_for_publication(session, year, ids)} - owed
        gone = [findings.Outcome(Subject(id_, year), "publication", judged=RULES) for id_ in sorted(blamed)]
        if gone:
            findings.save_all(session, gone, at)
    return count


def _outcome(standing: Standing, context: Context) -> findings.Outcome:
    result = checking.run(None, context, RULES)
    seen = standing.sighting
    origin = findings.Origin(
        seen.document_id if seen else None,
        seen.version_id if seen else None,
        seen.url if seen else standing.source_url,
    )
    subject = Subject(standing.duty.agency_id, standing.duty.year)
    return findings.Outcome(subject, "publication", result.findings, result.judged, origin)


def contexts_of(
    session: Session,
    standings: Sequence[Standing],
    now: datetime,
    known: Mapping[int, Standing] | None = None,
    facts: Facts | None = None,
) -> Iterator[tuple[Standing, Context]]:
    """Each duty with what the rules of publication may know of it at ``now``; all duties are of one year. ``known`` are
    the standings of all bodies of the year and ``facts`` those of these bodies, where they are at hand."""
    below = _bodies_below(session, standings, now, known)
    for standing, context in publication_contexts(session, standings, now, facts):
        yield standing, replace(context, below=below.get(standing.duty.agency_id))


def _bodies_below(
    session: Session, standings: Sequence[Standing], now: datetime, known: Mapping[int, Standing] | None
) -> dict[int, list[Body]]:
    """Government -> the bodies directly below it that owe a report, each with how its duty stands."""
    children = agencies.children_of(session, [standing.duty.agency_id for standing in standings])
    if known is None and children:
        of_year = standings_of(session, standings[0].duty.year, now, [id_ for ids in children.values() for id_ in ids])
        known = {standing.duty.agency_id: standing for standing in of_year}
    return {
        parent: [
            Body(stands.duty.agency, None, stands.published_on, stands.duty.kind, state=stands.state)
            for id_ in ids
            if (stands := (known or {}).get(id_)) is not None
        ]
        for parent, ids in children.items()
    }
