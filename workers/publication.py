"""The rules of publication over the whole ledger: who is late, who is missing, who published only an interpretation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from models import agencies, contexts, findings
from models.ledger import ledger_of
from reports import checks
from reports.checks.context import Context
from reports.checks.rules.publication import OF_THE_REPORT

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from reports.duties import Standing

RULES = tuple(rule.id for rule in checks.RULES.values() if rule.scope == "publication" and rule.id not in OF_THE_REPORT)
BATCH = 200  # bodies judged in one transaction: nobody waits long for the database


def judge(transaction: Callable[[], AbstractContextManager[Session]], year: int, now: datetime) -> int:
    """Judge every duty of ``year`` at ``now`` (aware, in the office's zone) and keep what the rules say. Returns how
    many findings stand. What cannot be told is not judged: it neither opens nor resolves a finding."""
    with transaction() as session:
        standings = ledger_of(session, year, now).standings
    count = 0
    for start in range(0, len(standings), BATCH):
        with transaction() as session:
            for standing, context in contexts_of(session, standings[start : start + BATCH], now):
                result = checks.run(None, context, RULES)
                seen = standing.sighting
                kept = findings.save(
                    session,
                    agency_id=standing.duty.agency_id,
                    year=year,
                    scope="publication",
                    findings=result.findings,
                    judged=result.judged,
                    now=now.astimezone(UTC),
                    document_id=seen.document_id if seen else None,
                    version_id=seen.version_id if seen else None,
                    url=seen.url if seen else standing.source_url,
                )
                count += len(kept)
    return count


def contexts_of(session: Session, standings: Sequence[Standing], now: datetime) -> Iterator[tuple[Standing, Context]]:
    """Each duty with what the rules of publication may know of it at ``now``."""
    seen = contexts.records(session, [standing.duty.agency_id for standing in standings])
    for standing in standings:
        agency = session.get_one(agencies.Agency, standing.duty.agency_id)
        yield (
            standing,
            Context(
                agency=agency.name,
                year=standing.duty.year,
                register=contexts.register_of(session, agency),
                portal=contexts.portal_of(standing, seen.get(agency.id), now),
                params=contexts.params_of(session, agency.id),
            ),
        )
