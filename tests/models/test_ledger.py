"""Reads across tables: who owes what, how it stands, what a check may know, what is exported."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from models import agencies, base, documents, exports, findings, readings
from models.agencies import DutyGround, Office
from models.ledger import ledger_of, standing_of
from models.obligations import duties
from reports.duties import Standing
from reports.form import forms
from reports.subject import Subject
from tests.models.rows import (
    DAY,
    HOUR,
    NOW,
    body,
    column,
    fetched,
    finding,
    listed,
    looked,
    published,
    read,
    report,
)

CHINA = ZoneInfo("Asia/Shanghai")
SEEN = datetime(2027, 1, 20, 1, tzinfo=UTC)


def stands(session: Session, agency: agencies.Agency, now: datetime = NOW) -> Standing:
    found = standing_of(session, agency.id, 2026, now.astimezone(CHINA))
    assert found is not None
    (same,) = [s for s in ledger_of(session, 2026, now.astimezone(CHINA)).standings if s.duty.agency_id == agency.id]
    assert same == found
    return found


# ------------------------------------------------------------------ who owes what by when


@pytest.mark.parametrize(
    ("values", "deadline"),
    [
        ({}, date(2027, 1, 31)),
        ({"name": "甲县人民政府", "kind": "government"}, date(2027, 3, 31)),
        ({"name": "丙镇人民政府", "kind": "government", "level": "township"}, date(2027, 1, 31)),
        ({"name": "甲县丁街道办事处", "kind": "dispatched", "level": "township"}, date(2027, 1, 31)),
        ({"name": "甲县供水公司", "kind": "enterprise"}, None),
        ({"name": "甲县第一中学", "kind": "institution"}, None),
        ({"name": "中共甲县委宣传部", "kind": "party"}, None),
        ({"name": "甲县妇女联合会", "kind": "mass_organisation"}, None),
        ({"deadline": "01-20"}, date(2027, 1, 20)),
        ({"in_scope_from": date(2026, 12, 31)}, date(2027, 1, 31)),
        ({"in_scope_from": date(2027, 1, 1)}, None),
        ({"in_scope_to": date(2026, 12, 31)}, date(2027, 1, 31)),
        ({"in_scope_to": date(2026, 12, 30)}, None),
    ],
    ids=lambda value: "-".join(map(str, value.values())) or "department" if isinstance(value, dict) else str(value),
)
def test_who_is_in_scope_on_the_last_day_of_the_year_owes_the_report_by_its_day(
    engine: Engine, values: dict[str, Any], deadline: date | None
):
    with base.transaction(engine) as session:
        body(session, **values)
        assert [duty.deadline for duty in duties(session, 2026)] == ([deadline] if deadline else [])


def test_a_notice_sets_the_day_for_its_years_and_is_named_as_the_ground(engine: Engine):
    with base.transaction(engine) as session:
        agency = body(session, deadline="01-25")
        session.add(
            DutyGround(
                agency_id=agency.id, from_year=2025, to_year=2026, deadline="01-15", ground="甲政办函〔2025〕1号"
            )
        )
        session.flush()
        days = {year: duties(session, year)[0] for year in (2024, 2026, 2027)}
        assert {year: duty.deadline for year, duty in days.items()} == {
            2024: date(2025, 1, 25),
            2026: date(2027, 1, 15),
            2027: date(2028, 1, 25),
        }
        assert (days[2026].ground, days[2026].statutory) == ("甲政办函〔2025〕1号", False)


def test_an_internal_date_of_the_office_is_kept_beside_the_legal_one(engine: Engine):
    with base.transaction(engine) as session:
        body(session, "甲县人民政府", kind="government", office_emails=["xian@example.cn"])
        agency = body(session, parent="甲县人民政府")
        office = agencies.office_of(session, agency.id)
        assert isinstance(office, Office)
        office.params = {"local_deadlines": {"publish": "01-20"}}
        session.flush()
        duty = next(d for d in duties(session, 2026) if d.agency_id == agency.id)
        assert (duty.deadline, duty.local_deadline, duty.office_id) == (date(2027, 1, 31), date(2027, 1, 20), office.id)


# ------------------------------------------------------------------ how it stands


def test_a_report_in_time_is_published_and_one_after_the_day_is_late(engine: Engine):
    with base.transaction(engine) as session:
        good, late = body(session, "甲县统计局"), body(session, "甲县教育局")
        source = column(session, good, late)
        published(session, source, good, date(2027, 1, 31), 1)
        published(session, source, late, date(2027, 2, 1), 2)
        assert [(stands(session, a).state, stands(session, a).on_time) for a in (good, late)] == [
            ("published", True),
            ("late", False),
        ]


def test_silence_is_missing_only_after_every_source_was_read_whole(engine: Engine):
    with base.transaction(engine) as session:
        agency = body(session)
        one, two = column(session, agency), column(session, agency, url="http://www.jia.gov.cn/nb2/")
        looked(session, one, NOW)
        assert stands(session, agency).state == "cannot_tell"
        looked(session, two, NOW)
        assert stands(session, agency).state == "missing"
        looked(session, two, NOW + HOUR, "challenged")
        assert stands(session, agency, NOW + 2 * HOUR).reason == "网站要求安全验证"


def test_before_its_day_nobody_is_missing(engine: Engine):
    with base.transaction(engine) as session:
        agency = body(session)
        looked(session, column(session, agency), SEEN)
        assert stands(session, agency, SEEN).state == "due"


@pytest.mark.parametrize("state", ["listed", "waiting", "unreadable", "failed"])
def test_a_title_whose_text_is_not_there_yet_is_no_silence(engine: Engine, state: str):
    with base.transaction(engine) as session:
        agency = body(session)
        source = column(session, agency)
        looked(session, source, NOW)
        document = listed(session, source, agency)
        if state != "listed":
            version, _ = fetched(session, document)
        if state in {"unreadable", "failed"}:
            getattr(readings, state)(session, version.id, "?")
        assert stands(session, agency).state == "cannot_tell"


@pytest.mark.parametrize(
    ("listed_on", "first_seen", "state"),
    [(None, NOW, "cannot_tell"), (date(2027, 1, 9), NOW, "cannot_tell"), (date(2020, 1, 9), NOW, "missing"),
     (None, NOW - 400 * DAY, "missing")],
)  # fmt: skip
def test_an_unreadable_file_of_unknown_year_may_be_the_report_if_it_appeared_in_the_season(
    engine: Engine, listed_on: date | None, first_seen: datetime, state: str
):
    with base.transaction(engine) as session:
        agency = body(session)
        source = column(session, agency)
        looked(session, source, NOW)
        document = listed(
            session, source, agency, title="附件", kind=None, year=None, listed_on=listed_on, now=first_seen
        )
        readings.unreadable(session, fetched(session, document)[0].id, "encrypted")
        assert stands(session, agency).state == state


def test_an_item_of_a_shared_column_without_a_body_makes_its_own_year_doubtful_and_no_other(engine: Engine):
    with base.transaction(engine) as session:
        agency = body(session)
        source = column(session, agency)
        looked(session, source, NOW)
        listed(session, source, None, 1, title="某局2019年报告", year=2019)
        assert stands(session, agency).state == "missing"
        listed(session, source, None, 2, title="某局2026年报告")
        assert stands(session, agency).reason == "共用栏目中有1篇未能识别所属单位"


def test_a_notice_about_reports_is_no_report(engine: Engine):
    with base.transaction(engine) as session:
        agency = body(session)
        source = column(session, agency)
        looked(session, source, NOW)
        document = listed(session, source, agency, kind="notice")
        read(session, fetched(session, document)[0], report(kind="notice"))
        assert stands(session, agency).state == "missing"


def test_an_interpretation_alone_does_not_publish_the_report_and_is_named(engine: Engine):
    with base.transaction(engine) as session:
        agency = body(session)
        source = column(session, agency)
        looked(session, source, NOW)
        document = listed(session, source, agency, kind="interpretation")
        read(session, fetched(session, document)[0], report(kind="interpretation"))
        found = stands(session, agency)
        assert found.state == "missing"
        assert found.interpretation is not None
        assert found.interpretation.document_id == document.id


def test_a_text_without_figures_is_the_interpretation_that_its_list_calls_it(engine: Engine):
    with base.transaction(engine) as session:
        agency = body(session)
        source = column(session, agency)
        looked(session, source, NOW)
        document = listed(
            session, source, agency, title="《甲县统计局2026年政府信息公开工作年度报告》解读", kind="interpretation"
        )
        read(session, fetched(session, document)[0], report(cells={}))
        assert document.kind == "interpretation"
        assert stands(session, agency).interpretation is not None


def test_an_undated_report_is_late_only_if_a_whole_look_after_the_day_did_not_see_it(engine: Engine):
    with base.transaction(engine) as session:
        watched, unwatched = body(session, "甲县统计局"), body(session, "甲县教育局")
        one = column(session, watched, url="http://a.cn/1/")
        two = column(session, unwatched, url="http://a.cn/2/")
        looked(session, one, NOW - DAY)
        for number, (source, agency) in enumerate([(one, watched), (two, unwatched)]):
            published(session, source, agency, None, number)
        assert [(stands(session, a).state, stands(session, a).on_time) for a in (watched, unwatched)] == [
            ("late", False),
            ("published", None),
        ]


def test_the_ledger_of_a_city_holds_its_bodies_and_those_below(engine: Engine):
    with base.transaction(engine) as session:
        city = body(session, "某市人民政府", level="prefecture", kind="government")
        county = body(session, "甲县人民政府", kind="government", parent="某市人民政府")
        bureau = body(session, parent="甲县人民政府")
        other = body(session, "乙县统计局")
        looked(session, column(session, bureau, other), NOW)
        for agency in (bureau, other):
            findings.save(session, findings.Outcome(Subject(agency.id, 2026), "report", [finding()]), NOW)
        under = ledger_of(session, 2026, NOW.astimezone(CHINA), under="某市人民政府")
        assert {s.duty.agency_id for s in under.standings} == {city.id, county.id, bureau.id}
        assert [f.agency_id for f in under.findings] == [bureau.id]
        with pytest.raises(KeyError):
            ledger_of(session, 2026, NOW, under="无此单位")


def test_the_ledger_of_many_bodies_takes_few_reads(engine: Engine):
    with base.transaction(engine) as session:
        for number in range(60):
            agency = body(session, f"甲县第{number}局")
            source = column(session, agency, url=f"http://www.jia.gov.cn/{number}/")
            looked(session, source, SEEN)
            published(session, source, agency, date(2027, 1, 20), number)
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    with base.transaction(engine) as session:
        assert ledger_of(session, 2026, NOW.astimezone(CHINA)).count("published") == 60
    assert len(statements) < 25


# ------------------------------------------------------------------ what a check may know


# ------------------------------------------------------------------ exports


def test_the_export_of_reports_has_one_row_a_body_and_year_with_every_cell(engine: Engine):
    with base.transaction(engine) as session:
        agency = body(session)
        source = column(session, agency)
        document = listed(session, source, agency, listed_on=date(2027, 2, 1))
        version, _ = fetched(session, document)
        read(session, version, report({"proactive.fees.amount": Decimal("267.9503"), "applications.new.total": 26}))
        published(session, source, agency, date(2027, 2, 2), 2)  # a copy elsewhere in the column
        (row,) = exports.export_reports(session)
        cells = row.pop("cells")
        assert row == {
            "agency": "甲县统计局", "year": 2026, "form": "2021", "published_on": date(2027, 2, 1), "first_seen": NOW,
            "on_time": False, "url": document.url, "sha256": version.sha256, "version": 1, "needs_review": False,
        }  # fmt: skip
        assert tuple(cells) == forms.keys("2021")
        assert cells["applications.new.total"] == 26
        assert cells["proactive.fees.amount"] == 267.9503
        assert list(exports.export_reports(session, 2025)) == []


def test_the_export_of_documents_names_every_item_that_a_source_listed(engine: Engine):
    with base.transaction(engine) as session:
        agency = body(session)
        source = column(session, agency)
        file = documents.StoredFile("http://a/1.pdf", "1.pdf", "1.pdf", "1" * 64, "application/pdf", 9)
        document = listed(session, source, agency, listed_on=date(2027, 1, 20))
        documents.record_version(
            session,
            document.id,
            documents.Content(
                sha256="2" * 64,
                content_key="2" * 64,
                name="a.html",
                media_type="text/html",
                size=3,
                url="http://a/",
                headers={},
                attachments=[file],
            ),
            NOW,
        )
        listed(session, source, None, 2, title="通知", kind=None, year=None)
        first, second = exports.export_documents(session)
        assert first == {
            "agency": "甲县统计局", "source": source.url, "url": document.url, "title": document.title,
            "kind": "annual_report", "year": 2026, "listed_on": date(2027, 1, 20), "published_on": date(2027, 1, 20),
            "first_seen": NOW, "sha256": "2" * 64, "media_type": "text/html",
            "attachments": [{"url": "http://a/1.pdf", "sha256": "1" * 64, "media_type": "application/pdf"}],
            "state": "waiting", "versions": 1, "submitted_by": None, "submitted_at": None,
        }  # fmt: skip
        assert (second["agency"], second["state"], second["sha256"], second["versions"]) == (None, "waiting", None, 0)


def test_the_export_of_sources_says_how_the_last_look_ended(engine: Engine):
    with base.transaction(engine) as session:
        one, two = body(session, "甲县统计局"), body(session, "甲县教育局")
        source = column(session, one, two)
        looked(session, source, NOW, "incomplete", reason="page 3 did not answer", requests=7, items=20)
        (row,) = exports.export_sources(session)
        row.pop("id")
        assert row == {
            "agency": "甲县统计局、甲县教育局", "url": source.url, "family": "static", "status": "incomplete",
            "reason": "page 3 did not answer", "items": 20, "requests": 7, "checked_at": NOW, "changed_at": None,
            "confirmed": True, "rendered": False,
        }  # fmt: skip


def test_the_export_of_findings_keeps_those_that_are_resolved(engine: Engine):
    with base.transaction(engine) as session:
        agency = body(session)
        for said, now in (([finding()], NOW), ([], NOW + DAY)):
            outcome = findings.Outcome(Subject(agency.id, 2026), "report", said, ["APP-SUM-ROW"])
            findings.save(session, outcome, now)
        (row,) = exports.export_findings(session, 2026)
        assert row == {
            "agency": "甲县统计局", "year": 2026, "rule": "APP-SUM-ROW", "severity": "error",
            "cells": ["applications.new.total"], "expected": "26", "actual": "25", "message": finding().message,
            "state": "resolved", "first_seen": NOW, "resolved_at": NOW + DAY, "needs_review": False,
        }  # fmt: skip
