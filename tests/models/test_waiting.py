"""Who waits for whom on PostgreSQL: only where two would do the same. (SQLite writes one transaction at a time.)"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from models import base, documents, findings, leases, locks, readings, work
from reports.subject import Subject
from tests import databases
from tests.models import rows
from tests.models.rows import HOUR, NOW


@pytest.fixture
def pair(postgres_server: databases.Server) -> Iterator[tuple[Session, Session]]:
    """Two transactions at once, which wait for a lock no longer than a moment."""
    with ExitStack() as stack:
        engine = base.make_engine(stack.enter_context(postgres_server.database()))
        stack.callback(engine.dispose)
        sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("SET lock_timeout = '200ms'"))
        fill(engine)
        both = [stack.enter_context(base.session(engine)) for _ in range(2)]
        yield both[0], both[1]


def fill(engine: Engine) -> None:
    """A body, its column, and a document of which a version waits to be read."""
    with base.transaction(engine) as session:
        column = rows.column(session, rows.body(session))
        rows.fetched(session, rows.listed(session, column, None, 7))


def saved(session: Session, year: int) -> None:
    findings.save_all(session, [findings.Outcome(Subject(1, year), "report", [rows.finding()])], NOW)


def test_findings_of_one_body_are_saved_one_at_a_time_a_year_and_those_of_two_years_at_once(
    pair: tuple[Session, Session],
):
    one, other = pair
    saved(one, 2025)
    saved(other, 2024)
    with pytest.raises(OperationalError, match="lock timeout"):
        saved(other, 2025)


def test_whoever_passes_alone_holds_no_row(pair: tuple[Session, Session]):
    one, other = pair
    locks.pass_alone(one, [(1, 2025), (2, 2025)])
    locks.pass_alone(one, [])
    other.execute(sa.text("SELECT id FROM agencies FOR UPDATE"))


def test_a_finding_of_a_document_is_saved_while_a_version_of_it_is(pair: tuple[Session, Session]):
    one, other = pair
    version, document = (
        one.scalars(sa.select(documents.Version)).one(),
        one.scalars(sa.select(documents.Document)).one(),
    )
    readings.save(one, readings.Result(version.id, rows.report(agency="甲县统计局")), rows.READER, NOW)
    origin = findings.Origin(document.id, version.id, "")
    findings.save(other, findings.Outcome(Subject(1, 2025), "report", [rows.finding()], origin=origin), NOW)


def test_work_that_many_ask_for_is_asked_for_at_once_and_begun_when_all_have_ended(pair: tuple[Session, Session]):
    one, other = pair
    piece = work.add(one, "tell", 2025, NOW, due_at=NOW + HOUR)
    one.commit()
    for session in pair:
        leases.add_together(session, "tell", 2025, NOW, NOW + HOUR)
    one.commit()
    with pytest.raises(OperationalError, match="lock timeout"):
        work.claim(one, piece.id, "me", NOW + HOUR, timedelta(minutes=1))
    one.rollback()
    other.commit()
    assert work.claim(one, piece.id, "me", NOW + HOUR, timedelta(minutes=1)) is not None


def test_a_lease_is_kept_beside_the_transaction_that_saves_the_work(pair: tuple[Session, Session]):
    one, other = pair
    lease = timedelta(minutes=1)
    for subject in (7, 8):
        piece = work.add(one, "check", subject, NOW)
        one.commit()
        assert work.claim(one, piece.id, "me", NOW, lease) is not None
    one.commit()
    assert leases.renew(one, "me", NOW, lease) == 2
    assert leases.renew(other, "me", NOW, lease, wait=False) == 0
    one.commit()
    assert leases.renew(other, "me", NOW, lease, wait=False) == 2
