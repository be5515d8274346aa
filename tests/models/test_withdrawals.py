"""A report that is replaced at another address, and one that is taken down."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models import base, contexts, documents, findings, people, withdrawals
from models.findings import Finding, Origin, Outcome
from models.ledger import ledger_of
from models.sightings import CHINA
from models.standing_findings import corrected_findings
from models.work import Work
from reports.duties import WITHDRAWN
from reports.report import Finding as FindingValue
from reports.subject import Subject
from tests.models.rows import DAY, NOW, body, column, finding, looked, published
from workers import publication

AT = NOW.astimezone(CHINA)


def found_in(session: Session, document: documents.Document, *said: FindingValue, now: datetime = NOW) -> None:
    assert document.agency_id is not None
    outcome = Outcome(Subject(document.agency_id, 2026), "report", said, {"APP-SUM-ROW"}, Origin(document.id))
    findings.save(session, outcome, now)


def states(session: Session) -> dict[str, str]:
    return dict(session.execute(sa.select(Finding.rule, Finding.state)).all())


def away(session: Session, document: documents.Document, now: datetime = NOW + DAY) -> None:
    withdrawals.withdraw(session, document.id, "gone", now.date(), now)


def test_a_report_corrected_at_a_new_address_leaves_nothing_of_the_old_one(engine: Engine):
    with base.transaction(engine) as session:
        agency = body(session)
        source = column(session, agency)
        looked(session, source, NOW)
        old = published(session, source, agency, date(2027, 1, 18), 1)
        found_in(session, old, finding())
        assert not withdrawals.is_replaced(session, old.id)
        new = published(session, source, agency, date(2027, 2, 2), 2, now=NOW + DAY)
        assert withdrawals.is_replaced(session, old.id)
        assert not withdrawals.is_replaced(session, new.id)
        away(session, old)
        assert states(session) == {"APP-SUM-ROW": "resolved"}
        checkable = contexts.report_with_context(session, new.id, NOW + DAY)
        assert checkable is not None
        assert checkable.context.crawl_record is not None
        assert checkable.context.crawl_record.copies == ()
        assert new.id in session.scalars(sa.select(Work.subject).where(Work.kind == "check")).all()
        assert len(corrected_findings(session, {None: NOW})) == 1


def test_what_replaced_a_punctual_report_is_not_late(engine: Engine):
    with base.transaction(engine) as session:
        agency = body(session)
        source = column(session, agency)
        old = published(session, source, agency, date(2027, 1, 18), 1)
        new = published(session, source, agency, date(2027, 2, 2), 2, now=NOW + DAY)
        away(session, old)
        (stands,) = ledger_of(session, 2026, AT + DAY).standings
        assert (stands.state, stands.on_time) == ("published", True)
        assert stands.sighting is not None
        assert stands.sighting.document_id == new.id


def test_what_the_new_address_still_shows_is_the_same_matter_with_its_decision(engine: Engine):
    with base.transaction(engine) as session:
        agency = body(session)
        source = column(session, agency)
        old = published(session, source, agency, date(2027, 1, 18), 1)
        found_in(session, old, finding())
        findings.decide(session, 1, people.Act("王", "waive", NOW, "已核对"))
        new = published(session, source, agency, date(2027, 1, 20), 2, now=NOW + DAY)
        away(session, old)
        found_in(session, new, finding(), now=NOW + DAY)
        assert states(session) == {"APP-SUM-ROW": "waived"}


def test_a_report_taken_down_is_told_once_and_its_findings_are_not_called_corrected(engine: Engine):
    with base.transaction(engine) as session:
        agency = body(session)
        source = column(session, agency)
        looked(session, source, NOW + DAY)
        old = published(session, source, agency, date(2027, 1, 18))
        found_in(session, old, finding())
        away(session, old)
        publication.judge(lambda: nullcontext(session), 2026, AT + DAY)
        ledger = ledger_of(session, 2026, AT + DAY)
        said = {f.rule for f in ledger.findings}
        assert "PUB-REMOVED" in said
        assert "PUB-MISSING" not in said
        assert [(one.state, one.reason) for one in ledger.standings] == [("cannot_tell", WITHDRAWN)]
        assert corrected_findings(session, {None: NOW}) == []
