"""The rules of publication over the whole ledger: who is late, who is missing, who published only an interpretation."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from models import agencies, contexts, findings
from models.ledger import standings_of
from reports import checks
from reports.checks.context import Body, Context
from reports.checks.rules.publication_content import OF_THE_REPORT
from reports.subject import Subject

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from reports.duties import Standing

RULES = tuple(rule.id for rule in checks.RULES.values() if rule.scope == "publication" and rule.id not in OF_THE_REPORT)
BATCH = 200  # bodies judged in one transaction: nobody waits long for the database


def judge(
    transaction: Callable[[], AbstractContextManager[Session]],
    year: int,
    now: datetime,
    agency_ids: Collection[int] | None = None,
) -> int:
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


def _judge(
    transaction: Callable[[], AbstractContextManager[Session]], year: int, now: datetime, ids: list[int] | None
) -> int:
    with transaction() as session:
        standings = standings_of(session, year, now, ids)
    known = {standing.duty.agency_id: standing for standing in standings} if ids is None else None
    count = 0
    for start in range(0, len(standings), BATCH):
        with transaction() as session:
            for standing, context in contexts_of(session, standings[start : start + BATCH], now, known):
                count += _judge_one(session, standing, context, now)
    with transaction() as session:
        owed = {standing.duty.agency_id for standing in standings}
        blamed = {agency_id for agency_id, _ in findings.standing_for_publication(session, year, ids)}
        for id_ in blamed - owed:
            subject = Subject(id_, year)
            findings.save(session, findings.Outcome(subject, "publication", judged=RULES), now.astimezone(UTC))
    return count


def _judge_one(session: Session, standing: Standing, context: Context, now: datetime) -> int:
    result = checks.run(None, context, RULES)
    seen = standing.sighting
    shown = findings.Shown(
        seen.document_id if seen else None,
        seen.version_id if seen else None,
        seen.url if seen else standing.source_url,
    )
    subject = Subject(standing.duty.agency_id, standing.duty.year)
    outcome = findings.Outcome(subject, "publication", result.findings, result.judged, shown)
    kept = findings.save(session, outcome, now.astimezone(UTC))
    return len(kept)


def contexts_of(
    session: Session, standings: Sequence[Standing], now: datetime, known: Mapping[int, Standing] | None = None
) -> Iterator[tuple[Standing, Context]]:
    """Each duty with what the rules of publication may know of it at ``now``; all duties are of one year. ``known`` are
    the standings of all bodies of the year, where they are at hand."""
    below = _bodies_below(session, standings, now, known)
    for standing, context in contexts.publication_contexts(session, standings, now):
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
