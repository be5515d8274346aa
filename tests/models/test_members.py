"""The bodies an aggregate adds up and the reports a back-test runs over, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from models import base, check_inputs, findings, members, readings
from models.agencies import Agency
from models.sightings import years_seen
from reports.aggregate import Aggregate, aggregate
from reports.report import Number, Report
from reports.subject import Subject
from tests.models.rows import NOW, body, column, fetched, finding, listed, looked, published, read, report

CHINA = ZoneInfo("Asia/Shanghai")
TOP = "甲县人民政府"
FEES = "proactive.fees.amount"


def said(name: str, fees: Number = 0, **values: object) -> Report:
    return report({FEES: fees}, agency=name, **values)  # type: ignore[arg-type]


def added(engine: Engine, under: str = TOP) -> Aggregate:
    now = NOW.astimezone(CHINA)
    with base.reading(engine) as session:
        return aggregate(under, 2026, members.members(session, 2026, now, under), now)


def test_the_bodies_below_are_added_and_the_governments_aggregate_is_not(engine: Engine):
    with base.transaction(engine) as session:
        top = body(session, TOP, kind="government")
        below = [body(session, f"甲县{name}局", parent=TOP) for name in ("水利", "林业", "司法", "审计")]
        body(session, "甲县供水公司", kind="enterprise", parent=TOP)
        gone = body(session, "甲县旧局", parent=TOP, in_scope_to=date(2026, 6, 30))
        other = body(session, "乙县水利局")
        source = column(session, top, gone, other, *below)
        looked(session, source, NOW)
        printed: list[tuple[Agency, Number]] = [
            (top, 900), (below[0], 3), (below[1], Decimal("0.4")), (other, 70),
        ]  # fmt: skip
        for number, (agency, fees) in enumerate(printed):
            version, _ = fetched(session, listed(session, source, agency, number), f"content {number}")
            read(session, version, said(agency.name, fees))
        version, _ = fetched(session, listed(session, source, below[2], 8), "locked")
        readings.unreadable(session, version.id, "文件加密")
    result = added(engine)
    assert result.totals[FEES].value == Decimal("3.4")
    assert [part.name for part in result.parts] == ["甲县林业局", "甲县水利局"]
    assert [(r.name, r.kind) for r in result.lacking] == [("甲县审计局", "missing"), ("甲县司法局", "unreadable")]
    assert "文件加密" in result.lacking[1].reason
    assert {r.kind for r in result.remarks if r.name == TOP} == {"excluded", "own"}


def test_the_newest_reading_counts_and_another_years_report_does_not(engine: Engine):
    with base.transaction(engine) as session:
        agency = body(session)
        source = column(session, agency)
        document = listed(session, source, agency)
        for content, fees in (("a", 1), ("b", 2)):
            version, _ = fetched(session, document, content)
            read(session, version, said("甲县统计局", fees))
        before, _ = fetched(session, listed(session, source, agency, 2, year=2025), "c")
        read(session, before, said("甲县统计局", 50, year=2025))
    assert added(engine, "甲县统计局").totals[FEES].value == 2


def test_a_name_nobody_bears_is_an_error(engine: Engine):
    with pytest.raises(KeyError):
        added(engine, "没有这个县")


def test_what_stands_of_a_rule_is_found_with_its_document_and_resolved_findings_are_not(engine: Engine):
    with base.transaction(engine) as session:
        agency = body(session)
        source = column(session, agency)
        document = published(session, source, agency, date(2027, 1, 20))
        once = findings.Outcome(
            Subject(agency.id, 2026), "report", [finding()], {"APP-SUM-ROW"}, findings.Origin(document.id)
        )
        findings.save(session, once, NOW)
        ((where, kept),) = check_inputs.standing_of_rule(session, Subject(agency.id, 2026), "APP-SUM-ROW")
        assert (where, kept.cells, kept.message) == (document.id, finding().cells, finding().message)
        assert check_inputs.standing_of_rule(session, Subject(agency.id, 2026), "DIS-SUM") == []
        assert check_inputs.standing_of_rule(session, Subject(agency.id, 2025), "APP-SUM-ROW") == []
        findings.save(session, replace(once, findings=[]), NOW)
        assert check_inputs.standing_of_rule(session, Subject(agency.id, 2026), "APP-SUM-ROW") == []


def test_only_read_reports_of_a_known_body_are_run_over(engine: Engine):
    with base.transaction(engine) as session:
        agency = body(session)
        source = column(session, agency)
        document = published(session, source, agency, date(2027, 1, 20))
        listed(session, source, agency, 2)
        listed(session, source, None, 3)
        assert check_inputs.checkable_ids(session) == check_inputs.checkable_ids(session, 2026) == [document.id]
        assert check_inputs.checkable_ids(session, 2025) == []
        assert years_seen(session) == [2026]
