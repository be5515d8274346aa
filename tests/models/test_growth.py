"""What concerns one body is asked about one body: as many statements, and no table gone through, whatever the register
holds."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models import (
    base,
    compared,
    contexts,
    documents,
    facts,
    findings,
    leases,
    ledger,
    readings,
    sources,
    submissions,
    work,
)
from tests import databases
from tests.models import country, rows
from workers import publication

NOW = rows.NOW.astimezone(ZoneInfo("Asia/Shanghai"))
SIZES = (10, 100, 1000)
COUNTY = 10
BODY = 5  # a department in the middle of its county
REPORT = 2 * BODY


def check(session: Session) -> None:
    found = contexts.report_with_context(session, REPORT, NOW)
    assert found is not None
    assert found.context.history is not None
    assert found.context.crawl_record is not None
    assert len(found.context.siblings or ()) == COUNTY - 2
    compared.all_compared_with(session, [found])


def check_a_government(session: Session) -> None:
    found = contexts.report_with_context(session, 2, NOW)
    assert found is not None
    assert len(found.context.below or ()) == COUNTY - 1


def end_a_crawl(session: Session) -> None:
    run = sources.start_run(session, BODY, NOW)
    sources.finish_run(session, run.id, sources.Outcome(status="unreachable", requests=1), NOW, timedelta(days=1))
    sources.finish_run(session, run.id, sources.Outcome(status="ok", requests=1), NOW, timedelta(days=1))


def record(session: Session) -> None:
    document = rows.listed(session, session.get_one(sources.Source, BODY), None, 7)
    version, work_id = rows.fetched(session, document)
    assert work_id is not None
    said = rows.report(agency=f"{BODY}局")
    readings.save(session, readings.Result(version.id, said, [7, 8]), rows.READER, NOW)
    assert submissions.replaced_by(session, [version.id], NOW.date(), NOW) == 0
    assert session.get_one(documents.Document, document.id).agency_id == BODY


def judge(session: Session) -> None:
    standing = ledger.standing_of(session, BODY, country.YEAR, NOW)
    assert standing is not None
    ((_, context),) = facts.publication_contexts(session, [standing], NOW)
    assert context.crawl_record is not None
    assert context.crawl_record.column_complete


def claim(session: Session) -> None:
    piece = work.add(session, "check", REPORT, NOW)
    assert work.claim(session, piece.id, "me", NOW, timedelta(minutes=1)) is not None
    assert work.finish(session, piece.id, "me", NOW)


def check_many(session: Session) -> None:
    found = contexts.reports_with_contexts(session, range(2, 22, 2), NOW)
    assert len(found.documents) == 10
    assert all(one.context.crawl_record is not None and one.context.history is not None for one in found.documents)
    again = compared.all_compared_with(session, found.documents)
    assert len(work.add_all(session, "check", {id_: {} for id_ in again}, NOW)) == len(again)
    outcomes = [findings.Outcome(one.subject, "report", [rows.finding()]) for one in found.documents if one.subject]
    assert len(findings.save_all(session, outcomes, NOW)) == 10


def take_along(session: Session) -> None:
    work.add_all(session, "check", {REPORT + number: {} for number in range(5)}, NOW)
    taken = leases.take_along(session, "check", "me", NOW, timedelta(minutes=1), 4)
    leases.give_back(session, [taken[0][0]], "me")
    assert work.finish_all(session, [number for number, *_ in taken[1:]], "me", NOW) == []


# What each may send at most; the government's check asks for the bodies below it in bulk.
STEPS: dict[Callable[[Session], None], int] = {
    check: 32,
    check_a_government: 30,
    end_a_crawl: 12,
    record: 30,
    judge: 18,
    claim: 8,
    check_many: 46,
    take_along: 9,
}


@pytest.fixture(scope="module", params=databases.DATABASES)
def countries(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Engine]]:
    """A hamlet, a small and a large country, on SQLite and on PostgreSQL."""
    with ExitStack() as stack:
        made = []
        for size in SIZES:
            if request.param == "sqlite":
                path = tmp_path_factory.mktemp("country") / f"{size}.sqlite3"
                shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
                url = f"sqlite:///{path}"
            else:
                url = stack.enter_context(request.getfixturevalue("postgres_server").database())
            engine = base.make_engine(url)
            stack.callback(engine.dispose)
            with base.transaction(engine) as session:
                country.fill(session, size, COUNTY)
            made.append(engine)
        yield made


def sent_by(engine: Engine, step: Callable[[Session], None]) -> list[tuple[str, Any]]:
    """What the step sends; what it wrote is taken back."""
    with base.session(engine) as session, session.begin() as whole, country.statements(engine) as sent:
        step(session)
        session.flush()
        whole.rollback()
    return sent


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
def test_a_step_for_one_body_sends_a_handful_of_statements_and_scans_no_table_whatever_the_register_holds(
    countries: list[Engine], step: Callable[[Session], None]
):
    few, more, many = (sent_by(engine, step) for engine in countries)
    assert [one for one, _ in few] == [one for one, _ in more] == [one for one, _ in many]
    assert len(many) <= STEPS[step]
    assert country.scans(countries[-1], [one for one in many if one[0].startswith(("SELECT", "WITH"))]) == []


def test_the_ledger_of_all_sends_as_many_statements_for_a_thousand_bodies_as_for_ten(countries: list[Engine]):
    def whole(session: Session) -> None:
        made = ledger.ledger_of(session, country.YEAR, NOW)
        assert len(made.standings) == len(list(facts.publication_contexts(session, made.standings, NOW)))
        assert len(ledger.ledger_of(session, country.YEAR, NOW, under="第1县人民政府").standings) == COUNTY

    few, more, many = (len(sent_by(engine, whole)) for engine in countries)
    assert few == more == many <= 44


@pytest.mark.parametrize("waiting", [50, 5000])
def test_the_queue_is_asked_by_its_indexes_and_sorts_nothing_however_much_waits(engine: Engine, waiting: int):
    with base.transaction(engine) as session:
        rows_ = [
            {"kind": "read", "subject": n, "payload": {}, "created_at": NOW, "due_at": NOW, "lane": n % 9, "turn": n}
            for n in range(waiting)
        ]
        session.execute(sa.insert(work.Work), rows_)
        if engine.dialect.name == "postgresql":
            session.execute(sa.text("ANALYZE"))
    with base.transaction(engine) as session, country.statements(engine) as sent:
        work.add_first(session, "read", 10**6, NOW, lane=3)
        work.add(session, "read", 10**6, NOW)
        assert len(work.unsent(session, "read", NOW, 20)) == 20
        work.lost(session, "read", NOW, NOW, 20)
        work.left_behind(session, NOW, NOW, 20)
        leases.claimable(session, "crawl", NOW, 20)
        leases.forget_done(session, NOW)
        assert work.counts(session, NOW)["waiting"] == waiting + 1
    asked = [one for one in sent if one[0].startswith(("SELECT", "DELETE")) and "count(" not in one[0]]
    assert len(asked) == 8
    assert country.scans(engine, asked) == []
    if engine.dialect.name == "sqlite":
        assert [line for line in country.plans(engine, asked) if "B-TREE" in line or "AUTOMATIC" in line] == []


def test_a_tick_adds_looks_up_to_a_number_and_leaves_the_rest_in_its_place(engine: Engine):
    with base.transaction(engine) as session:
        agency = rows.body(session)
        for number in range(12):
            rows.column(session, agency, url=f"http://www.jia.gov.cn/{number}/")
        first = leases.add_due_crawls(session, NOW, 5)
        assert len(first) == 5
        assert leases.add_due_crawls(session, NOW, 5) == []
        assert len(leases.add_due_crawls(session, NOW, 100)) == 7
        assert len(leases.open_subjects(session, "crawl")) == 12


def test_a_body_of_which_nothing_else_stands_asks_nothing_about_the_bodies_beside_it(engine: Engine):
    with base.transaction(engine) as session:
        country.fill(session, COUNTY, COUNTY)
    once = partial(base.transaction, engine)
    publication.judge(once, country.YEAR, NOW, [BODY])
    with country.statements(engine) as sent:
        publication.judge(once, country.YEAR, NOW, [BODY])
    asked = [values for statement, values in sent if "agencies.parent_id IN" in statement]
    assert asked
    assert all(1 not in (values.values() if isinstance(values, dict) else values) for values in asked)
