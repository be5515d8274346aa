"""The rules of publication over the whole ledger: who is late, who is missing, who published only an interpretation."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from models import agencies, findings, queries
from reports import checks
from reports.checks.context import Context

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from reports.duties import Standing

RULES = tuple(rule.id for rule in checks.RULES.values() if rule.scope == "publication")


def judge(session: Session, year: int, now: datetime) -> int:
    """Judge every duty of ``year`` at ``now`` (aware, in the office's zone) and keep what the rules say. Returns how
    many findings stand. What cannot be told is not judged: it neither opens nor resolves a finding."""
    count = 0
    for standing in queries.ledger(session, year, now).standings:
        result = checks.run(None, context_of(session, standing, now), RULES)
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


def context_of(session: Session, standing: Standing, now: datetime) -> Context:
    """What the rules of publication may know of a duty at ``now``."""
    agency = session.get_one(agencies.Agency, standing.duty.agency_id)
    return Context(
        agency=agency.name,
        year=standing.duty.year,
        register=queries.register_of(session, agency),
        portal=queries.portal_of(standing, now),
        params=queries.params_of(session, agency.id),
    )
