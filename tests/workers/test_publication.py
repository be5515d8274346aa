"""Publication as the ledger knows it: judged when something is learned, and never said against it in between."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from alerts.decide import decide
from models import agencies, base, exports
from models.findings import Finding
from models.ledger import ledger_of, untrue_findings
from models.standing_findings import open_findings
from tests.models.rows import DAY, NOW, body, column, looked, published
from workers import publication

CHINA = ZoneInfo("Asia/Shanghai")
AT = NOW.astimezone(CHINA)
EARLY = datetime(2027, 1, 20, 9, 0, tzinfo=CHINA)  # before the departments' day


def judge(session: Session, now: datetime = AT, *ids: int) -> None:
    publication.judge(lambda: nullcontext(session), 2026, now, ids or None)


def stands(session: Session, rule: str) -> list[str]:
    query = sa.select(Finding.message).where(Finding.rule == rule, Finding.state == "open").order_by(Finding.id)
    return list(session.scalars(query))


def county(session: Session, at: datetime) -> tuple[agencies.Agency, list[agencies.Agency]]:
    """A government that published; of its bodies one published, one is silent on a portal read whole, one on a portal
    that cannot be read, one owes its report later."""
    top = body(session, "甲县人民政府", kind="government")
    bodies = [body(session, f"甲县{name}局", parent=top.name) for name in ("统计", "审计", "教育", "民政")]
    bodies[3].deadline = "06-30"
    for number, agency in enumerate([top, *bodies]):
        source = column(session, agency, url=f"http://www.jia.gov.cn/{number}/")
        if number < 2:
            published(session, source, agency, date(2027, 1, 12), number + 1, now=at - DAY)
        looked(session, source, at, "unreachable" if number == 3 else "ok")
    return top, bodies


def test_of_the_bodies_below_only_those_known_to_be_missing_are_named(sqlite_engine: Engine):
    with base.transaction(sqlite_engine) as session:
        county(session, NOW)
        judge(session)
        (said,) = stands(session, "HIE-COVERAGE")
    assert "所属4家单位中" in said
    assert "已发现1家，未发现：甲县审计局；另有尚未到期1家、无法判断1家。" in said


def test_before_the_day_nobody_below_is_called_missing(sqlite_engine: Engine):
    with base.transaction(sqlite_engine) as session:
        county(session, EARLY)
        judge(session, EARLY)
        assert stands(session, "HIE-COVERAGE") == []


def test_coverage_is_told_once_however_its_count_changes(sqlite_engine: Engine):
    with base.transaction(sqlite_engine) as session:
        _, bodies = county(session, NOW)
        judge(session)
        found = ledger_of(session, 2026, AT)
        notified = {"office": {notice.key for digest in decide(found, {}, AT) for notice in digest.notices}}
        late = column(session, bodies[3], url="http://www.jia.gov.cn/4/")
        bodies[3].deadline = "02-01"
        looked(session, late, NOW + DAY)
        judge(session, AT + DAY)
        (said,) = stands(session, "HIE-COVERAGE")
        assert "甲县审计局、甲县民政局" in said
        again = decide(ledger_of(session, 2026, AT + DAY), notified, AT + DAY)
    assert [notice.rule for digest in again for notice in digest.notices if digest.audience == "office"] == [
        "PUB-MISSING"
    ]


@pytest.mark.parametrize("day", [date(2027, 1, 30), date(2027, 2, 3)])
def test_who_has_published_since_is_not_called_missing_before_anything_is_judged_anew(sqlite_engine: Engine, day: date):
    with base.transaction(sqlite_engine) as session:
        agency = body(session)
        source = column(session, agency)
        looked(session, source, NOW)
        judge(session)
        assert len(ledger_of(session, 2026, AT).findings) == 1
        published(session, source, agency, day)
        ledger = ledger_of(session, 2026, AT)
        assert [f.rule for f in ledger.findings] == []
        assert list(exports.findings_list(session, ["open"], AT)) == []
        assert untrue_findings(session, AT) == {f.id for f in open_findings(session)}


def test_a_portal_that_cannot_be_read_any_more_takes_back_what_was_said_of_absence(sqlite_engine: Engine):
    with base.transaction(sqlite_engine) as session:
        agency = body(session)
        source = column(session, agency)
        looked(session, source, NOW)
        judge(session)
        looked(session, source, NOW + DAY, "unreachable")
        assert ledger_of(session, 2026, AT + DAY).findings == []


def test_judging_one_body_also_settles_what_is_said_of_the_government_above(sqlite_engine: Engine):
    with base.transaction(sqlite_engine) as session:
        _, bodies = county(session, NOW)
        judge(session)
        source = column(session, bodies[1], url="http://www.jia.gov.cn/2/")
        published(session, source, bodies[1], date(2027, 2, 3), 9)
        judge(session, AT, bodies[1].id)
        assert stands(session, "PUB-MISSING") == []
        assert len(stands(session, "PUB-LATE")) == 1
        assert "HIE-COVERAGE" not in {f.rule for f in ledger_of(session, 2026, AT).findings}
        assert len(untrue_findings(session, AT)) == 1  # one portal below cannot be read: not resolved, and not said


def test_a_body_that_owes_no_report_any_more_is_not_blamed(sqlite_engine: Engine):
    with base.transaction(sqlite_engine) as session:
        agency = body(session)
        looked(session, column(session, agency), NOW)
        judge(session)
        agency.in_scope_to = date(2026, 6, 30)
        assert ledger_of(session, 2026, AT).findings == []
        judge(session)
        assert open_findings(session) == []


def test_a_look_and_a_check_judge_the_bodies_they_concern(sqlite_engine: Engine):
    """As the tasks call it: by the bodies of one source."""
    with base.transaction(sqlite_engine) as session:
        first, second = body(session, "甲县审计局"), body(session, "甲县民政局")
        for number, agency in enumerate((first, second)):
            looked(session, column(session, agency, url=f"http://www.jia.gov.cn/{number}/"), NOW)
        judge(session, AT, first.id)
        assert [f.agency for f in open_findings(session)] == ["甲县审计局"]


def test_the_coverage_moves_to_publication_and_back(database_url: str):
    base.downgrade(database_url, "0004")
    engine = base.make_engine(database_url)
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql(
                "INSERT INTO agencies (name, level, kind) VALUES ('甲县人民政府', 'county', 'government')"
            )
            for rule in ("HIE-COVERAGE", "HIE-MAX"):
                connection.execute(
                    sa.text(
                        "INSERT INTO findings (fingerprint, agency_id, year, rule, scope, severity, cells, message, "
                        "first_seen, last_seen) VALUES (:rule, 1, 2026, :rule, 'report', 'notice', '[]', '', :at, :at)"
                    ),
                    {"rule": rule, "at": NOW},
                )
        scopes = sa.text("SELECT rule, scope FROM findings ORDER BY rule")
        base.upgrade(database_url)
        with engine.connect() as connection:
            assert connection.execute(scopes).all() == [("HIE-COVERAGE", "publication"), ("HIE-MAX", "report")]
        base.downgrade(database_url, "0004")
        with engine.connect() as connection:
            assert connection.execute(scopes).all() == [("HIE-COVERAGE", "report"), ("HIE-MAX", "report")]
        base.upgrade(database_url)
    finally:
        engine.dispose()
