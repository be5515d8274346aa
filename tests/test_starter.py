"""The starter register: data of the product, and what may be concluded from columns that nobody vouches for."""

from __future__ import annotations

import json
from datetime import datetime
from zoneinfo import ZoneInfo

from exchange import register
from exchange.sheet import rows
from models import base, columns
from models.ledger import standing_of
from models.past import ledger_at
from models.sources import SourceAgency, due
from tests.calling import nianbao
from tests.models.rows import body, column, fetched, listed, looked

CHINA = ZoneInfo("Asia/Shanghai")
AFTER = datetime(2027, 2, 10, 9, 0, tzinfo=CHINA)


def test_the_starter_register_is_clean(sqlite_engine):
    found = [values for _, values in rows(register.STARTER)]
    assert len(found) > 200
    assert register.STARTER.stat().st_size < 100_000
    assert len({values["name"] for values in found}) == len(found)
    with base.transaction(sqlite_engine) as session:
        result = register.import_starter(session, base.utcnow())
        assert (result.added, result.updated, result.bad) == (len(found), 0, [])
        assert register.import_starter(session, base.utcnow()).added == 0
        assert columns.unconfirmed(session) > 100
        assert len(due(session, base.utcnow())) > 100  # they are watched all the same


def test_the_command_leaves_what_is_registered_and_says_what_nobody_vouches_for(tmp_path):
    (tmp_path / "own.csv").write_text(
        "name,level,reports_url\n重庆市统计局,province,http://own.cq.example/nb/\n", encoding="utf-8"
    )
    nianbao("agencies", "import", "own.csv", cwd=tmp_path)
    answer = nianbao("agencies", "starter", cwd=tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert "nobody vouches for" in answer.stdout
    listed_ = [json.loads(line) for line in nianbao("agencies", "list", "--json", cwd=tmp_path).stdout.splitlines()]
    assert next(one for one in listed_ if one["name"] == "重庆市统计局")["reports_url"] == "http://own.cq.example/nb/"
    found = [json.loads(line) for line in nianbao("export", "sources", cwd=tmp_path).stdout.splitlines()]
    assert [one["confirmed"] for one in found if one["agency"] == "重庆市统计局"] == [True]
    assert {one["confirmed"] for one in found} == {True, False}
    named = nianbao("agencies", "confirm", "--agency", "商务部", "--by", "王芳", cwd=tmp_path)
    assert "mofcom" in named.stdout
    again = nianbao("agencies", "confirm", "--agency", "商务部", "--by", "王芳", cwd=tmp_path)
    assert "nothing to confirm" in again.stdout
    assert nianbao("agencies", "confirm", "--agency", "无此单位", "--by", "王芳", cwd=tmp_path).returncode == 2


def state_of(session, agency) -> str:
    standing = standing_of(session, agency.id, 2026, AFTER)
    return standing.state if standing is not None else ""


def _doubted(session):
    agency = body(session)
    source = column(session, agency)
    session.get_one(SourceAgency, (source.id, agency.id)).confirmed = False
    looked(session, source, datetime(2027, 2, 9, tzinfo=CHINA))
    return agency, source


def test_nothing_is_concluded_from_the_silence_of_a_column_that_nobody_vouches_for(engine):
    with base.transaction(engine) as session:
        agency, _ = _doubted(session)
        standing = standing_of(session, agency.id, 2026, AFTER)
        past = ledger_at(session, 2026, AFTER).standings[0]
    assert standing is not None
    assert (standing.state, standing.reason) == ("cannot_tell", "年报栏目地址未经确认")
    assert past.state == "cannot_tell"


def test_a_person_or_a_report_that_stood_there_vouches_for_it(engine):
    with base.transaction(engine) as session:
        agency, source = _doubted(session)
        earlier = listed(session, source, agency, 2, title="2025年政府信息公开工作年度报告", year=2025)
        fetched(session, earlier)
        assert state_of(session, agency) == "cannot_tell"
        earlier.state = "read"
        session.flush()
        assert state_of(session, agency) == "missing"
        earlier.state = "listed"
        assert columns.confirm(session, agency.id, "王芳", base.utcnow()) == [source.url]
        assert state_of(session, agency) == "missing"


def test_a_report_of_another_body_in_a_shared_column_vouches_for_nobody_else(engine):
    with base.transaction(engine) as session:
        agency, source = _doubted(session)
        other = body(session, "甲县民政局")
        column(session, other, url=source.url)
        looked(session, source, datetime(2027, 2, 9, 12, tzinfo=CHINA))  # the one that joined is looked for too
        document = listed(session, source, other, 3, title="甲县民政局2025年政府信息公开工作年度报告", year=2025)
        document.state = "read"
        session.flush()
        assert state_of(session, agency) == "cannot_tell"
        assert state_of(session, other) == "missing"


def test_who_enters_a_column_vouches_for_it(sqlite_engine, tmp_path):
    path = tmp_path / "own.csv"
    path.write_text(
        "name,level,kind,reports_url\n甲县统计局,county,department,http://www.jia.gov.cn/nb/\n", encoding="utf-8"
    )
    with base.transaction(sqlite_engine) as session:
        _doubted(session)
        assert columns.unconfirmed(session) == 1
        register.import_agencies(session, path, False, base.utcnow())
        assert columns.unconfirmed(session) == 0
