"""One rule over all stored reports: what it would newly say, no longer say, and could not judge."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

from models import base, findings
from models.findings import Finding
from reports.report import Cell
from reports.report import Finding as FindingValue
from reports.subject import Subject
from tests.models.rows import NOW, body, column, fetched, finding, listed, looked, read, report
from workers import backtest, publication

RULE = "APP-SUM-ROW"
AT = NOW.astimezone(ZoneInfo("Asia/Shanghai"))
BAD = "applications.new.total"


def keep(session: Any, agency_id: int, said: Sequence[FindingValue], document_id: int) -> None:
    origin = findings.Origin(document_id)
    findings.save(session, findings.Outcome(Subject(agency_id, 2026), "report", said, {RULE}, origin), NOW)


def store(session: Any, name: str, number: int, cells: dict[str, Cell] | None = None, stored: bool = False) -> None:
    agency = body(session, name)
    source = column(session, agency)
    document = listed(session, source, agency, number)
    version, _ = fetched(session, document, f"content {number}")
    said = report(agency=name)
    said.cells = (said.cells or {}) | (cells or {})
    read(session, version, said)
    if stored:
        keep(session, agency.id, [finding(cells=(BAD,))], document.id)


def ran(
    engine: Engine, rule: str = RULE, year: int | None = None
) -> tuple[dict[str, backtest.ReportChange], backtest.Tally]:
    tally, lines = backtest.Tally(), {}
    with base.reading(engine) as session:
        for line in backtest.run(session, rule, year, AT):
            tally.add(line.change)
            lines[line.agency] = line
    return lines, tally


def test_new_gone_and_unjudged_are_told_apart_and_nothing_is_written(sqlite_engine: Engine):
    with base.transaction(sqlite_engine) as session:
        store(session, "甲县平局", 1)
        store(session, "甲县新局", 2, {BAD: Cell(3, "3")})
        store(session, "甲县旧局", 3, stored=True)
        store(session, "甲县疑局", 4, {BAD: Cell(None, "", 0.2)}, stored=True)
        before = session.execute(sa.select(Finding.id, Finding.state, Finding.message)).all()
    lines, tally = ran(sqlite_engine)
    counts = {name: (len(c.newly), len(c.gone), len(c.kept)) for name, c in ((n, x.change) for n, x in lines.items())}
    assert counts == {"甲县平局": (0, 0, 0), "甲县新局": (1, 0, 0), "甲县旧局": (0, 1, 0), "甲县疑局": (0, 0, 1)}
    assert dict(tally.outcomes) == {"holds": 2, "said": 1, "not_judged": 1}
    assert (tally.reports, sum(tally.reasons.values())) == (4, 1)
    with base.reading(sqlite_engine) as session:
        assert session.execute(sa.select(Finding.id, Finding.state, Finding.message)).all() == before
    assert ran(sqlite_engine, year=2025) == ({}, backtest.Tally())


def test_what_is_stored_is_what_the_rule_says_then_nothing_changes(sqlite_engine: Engine):
    with base.transaction(sqlite_engine) as session:
        store(session, "甲县新局", 2, {BAD: Cell(3, "3")})
    (line,) = ran(sqlite_engine)[0].values()
    with base.transaction(sqlite_engine) as session:
        keep(session, 1, line.change.newly, 1)
    (again,) = ran(sqlite_engine)[0].values()
    assert (again.change.newly, again.change.gone, again.change.outcome) == ((), (), "said")


def test_a_second_copy_of_a_report_says_nothing_new(sqlite_engine: Engine):
    with base.transaction(sqlite_engine) as session:
        store(session, "甲县新局", 2, {BAD: Cell(3, "3")})
        store(session, "甲县新局", 3, {BAD: Cell(3, "3")})
    lines, tally = ran(sqlite_engine)
    assert (tally.reports, tally.newly) == (2, 2)
    with base.transaction(sqlite_engine) as session:
        keep(session, 1, lines["甲县新局"].change.newly, 2)
    assert ran(sqlite_engine)[1].newly == 0


def test_a_rule_of_publication_runs_over_the_duties(sqlite_engine: Engine):
    with base.transaction(sqlite_engine) as session:
        late = body(session, "甲县迟局")
        source = column(session, late, body(session, "甲县缺局"))
        version, _ = fetched(session, listed(session, source, late, listed_on=date(2027, 2, 2)))
        read(session, version)
        looked(session, source, NOW)
    lines, tally = ran(sqlite_engine, "PUB-LATE")
    assert {name: len(line.change.newly) for name, line in lines.items()} == {"甲县迟局": 1, "甲县缺局": 0}
    with base.transaction(sqlite_engine) as session:
        publication.judge(lambda: nullcontext(session), 2026, AT)
    assert ran(sqlite_engine, "PUB-LATE")[1].newly == 0
    assert tally.reports == 2


def test_an_unknown_rule_is_an_error(sqlite_engine: Engine):
    with pytest.raises(KeyError):
        ran(sqlite_engine, "NO-SUCH")
