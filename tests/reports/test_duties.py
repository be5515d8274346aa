"""Who owes what by when, and what may be said of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from reports.duties import (
    WITHDRAWN,
    Duty,
    Sighting,
    SourceState,
    exemption,
    is_true_now,
    standing,
    statutory_deadline,
)

ZONE = ZoneInfo("Asia/Shanghai")
DUTY = Duty(1, "甲县统计局", "department", "county", 2026, date(2027, 1, 31))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


AFTER = at("2027-02-03T09:00")
WHOLE = SourceState(1, "http://a.gov.cn/nb/", "ok", "", AFTER, AFTER)
REPORT = Sighting(7, "甲县统计局2026年年报", "http://a.gov.cn/1", "annual_report", "read", AFTER, date(2027, 1, 28))


@pytest.mark.parametrize(
    ("kind", "level", "day"),
    [
        ("department", "county", date(2027, 1, 31)),
        ("government", "county", date(2027, 3, 31)),
        ("government", "township", date(2027, 1, 31)),
        ("subdistrict", "township", date(2027, 1, 31)),
        ("enterprise", "county", None),
    ],
)
def test_departments_owe_by_31_january_and_governments_by_31_march(kind, level, day):
    assert statutory_deadline(kind, level, 2026) == day


def test_a_report_dated_on_the_last_day_is_in_time():
    seen = replace(REPORT, published_on=date(2027, 1, 31))
    assert standing(DUTY, [seen], [WHOLE], AFTER).state == "published"


def test_a_report_dated_a_day_after_the_deadline_is_late():
    seen = replace(REPORT, published_on=date(2027, 2, 1))
    result = standing(DUTY, [seen], [WHOLE], AFTER)
    assert (result.state, result.on_time) == ("late", False)


def test_a_report_without_a_date_is_late_only_if_a_complete_look_after_the_deadline_did_not_see_it():
    seen = replace(REPORT, published_on=None, first_seen=at("2027-02-10T09:00"))
    assert standing(DUTY, [seen], [WHOLE], AFTER).on_time is None
    assert standing(DUTY, [replace(seen, absent_at=at("2027-01-31T20:00"))], [WHOLE], AFTER).on_time is None
    assert standing(DUTY, [replace(seen, absent_at=at("2027-02-05T09:00"))], [WHOLE], AFTER).state == "late"


def test_absence_is_missing_only_after_every_source_was_read_whole_after_the_deadline():
    assert standing(DUTY, [], [WHOLE], AFTER).state == "missing"
    assert standing(DUTY, [], [], AFTER).state == "cannot_tell"
    assert standing(DUTY, [], [WHOLE, replace(WHOLE, status="unreachable")], AFTER).state == "cannot_tell"
    assert standing(DUTY, [], [replace(WHOLE, complete_at=at("2027-01-31T23:00"))], AFTER).state == "cannot_tell"
    assert standing(DUTY, [], [replace(WHOLE, unassigned=2)], AFTER).state == "cannot_tell"


def test_before_the_deadline_nobody_is_missing():
    assert standing(DUTY, [], [WHOLE], at("2027-01-31T23:59")).state == "due"


def test_a_report_in_the_old_form_publishes_its_year_and_its_title_alone_is_no_silence():
    old = replace(REPORT, kind="legacy_report")
    assert standing(DUTY, [old], [WHOLE], AFTER).state == "published"
    assert standing(DUTY, [replace(old, state="listed")], [WHOLE], AFTER).state == "cannot_tell"
    assert standing(DUTY, [replace(old, published_on=None), REPORT], [WHOLE], AFTER).sighting == REPORT


def test_an_interpretation_alone_is_no_publication_but_is_remembered():
    seen = replace(REPORT, kind="interpretation")
    result = standing(DUTY, [seen], [WHOLE], AFTER)
    assert (result.state, result.interpretation) == ("missing", seen)


def test_a_report_that_cannot_be_read_is_never_called_missing():
    seen = replace(REPORT, state="unreadable")
    result = standing(DUTY, [seen], [WHOLE], AFTER)
    assert result.state == "cannot_tell"
    assert "无法识读" in result.reason


def test_a_report_taken_down_is_never_called_missing_and_stays_what_it_was_where_another_stands():
    gone = replace(REPORT, state="gone")
    result = standing(DUTY, [gone], [WHOLE], AFTER)
    assert (result.state, result.reason) == ("cannot_tell", WITHDRAWN)
    assert is_true_now("PUB-REMOVED", result, False)
    assert not is_true_now("PUB-MISSING", result, False)
    assert standing(DUTY, [gone], [replace(WHOLE, status="challenged")], AFTER).reason != WITHDRAWN
    assert standing(DUTY, [gone, replace(REPORT, document_id=8)], [WHOLE], AFTER).state == "published"


@pytest.mark.parametrize(
    ("kind", "since", "until", "words"),
    [
        ("department", None, None, ""),
        ("department", date(2026, 12, 31), date(2026, 12, 31), ""),
        ("institution", None, None, "事业单位"),
        ("department", date(2027, 1, 1), None, "2027-01-01起"),
        ("department", None, date(2026, 6, 30), "2026-06-30后"),
    ],
)
def test_who_owes_no_report_is_told_with_the_reason(kind: str, since: date | None, until: date | None, words: str):
    said = exemption(kind, since, until, 2026)
    assert words in said
    assert bool(said) == bool(words)


def test_lateness_counts_days_from_the_deadline():
    late = standing(DUTY, [replace(REPORT, published_on=date(2027, 2, 2))], [WHOLE], AFTER)
    assert late.days_late == 2
    assert standing(DUTY, [REPORT], [WHOLE], AFTER).days_late is None
