"""When an office hears who has not published: the season's calendar over the official working days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import config
from alerts.calendar import Workdays, stage
from alerts.compose import compose, subject
from alerts.decide import decide
from alerts.digest import Digest
from alerts.situation import workdays_of
from reports.duties import Duty, Ledger, OpenFinding, Standing

CHINA = ZoneInfo("Asia/Shanghai")
OFFICIAL = Workdays()
DEADLINE = date(2026, 3, 31)  # a Tuesday; 4 to 6 April are 清明, 1 to 5 May 劳动节 with 9 May worked
DUTY = Duty(1, "甲县统计局", "department", "county", 2025, DEADLINE, office_id=5)


def days(first: date, last: date, workdays: Workdays = OFFICIAL, deadline: date = DEADLINE) -> dict[date, str]:
    """The days on which a mail goes out for the first time for its occasion."""
    out: dict[date, str] = {}
    day = first
    while day <= last:
        found = stage(deadline, day, workdays)
        if found is not None and found.name not in out.values():
            out[day] = found.name
        day += timedelta(days=1)
    return out


def test_before_the_day_an_office_hears_at_14_7_3_and_1_working_days_and_on_the_day():
    assert days(date(2026, 2, 20), DEADLINE) == {
        date(2026, 3, 11): "before 14",
        date(2026, 3, 20): "before 7",
        date(2026, 3, 26): "before 3",
        date(2026, 3, 30): "before 1",
        date(2026, 3, 31): "on",
    }


def test_after_the_day_it_hears_on_ten_working_days_and_then_weekly_until_the_end_of_june():
    found = days(date(2026, 4, 1), date(2026, 8, 1))
    daily = [day for day, name in found.items() if name.startswith("after")]
    weekly = [day for day, name in found.items() if name.startswith("week")]
    assert (daily[0], daily[-1], len(daily)) == (date(2026, 4, 1), date(2026, 4, 15), 10)
    assert date(2026, 4, 6) not in daily  # 清明
    assert weekly[0] == date(2026, 4, 20)
    assert date(2026, 5, 6) in weekly  # the first day worked of the week of 劳动节
    assert weekly[-1] == date(2026, 6, 29)
    assert len(found) == len(daily) + len(weekly)


def test_a_make_up_workday_counts_and_a_correction_goes_before_the_official_calendar():
    assert OFFICIAL.is_worked(date(2026, 5, 9))
    closed = Workdays({date(2026, 3, 30): False})
    assert days(date(2026, 3, 25), DEADLINE, closed)[date(2026, 3, 27)] == "before 1"


def test_a_year_that_the_calendar_does_not_know_is_counted_by_the_week_and_named():
    far = date(2041, 1, 31)
    found = stage(far, date(2041, 1, 30), OFFICIAL)
    assert found is not None
    assert found.unknown_years == (2041,)
    assert found.working_days == 1  # a Wednesday before a Thursday
    known = stage(DEADLINE, date(2026, 3, 30), OFFICIAL)
    assert known is not None
    assert known.unknown_years == ()


def test_a_mail_that_fell_out_is_made_up_within_two_days_and_no_later():
    assert [getattr(stage(DEADLINE, date(2026, 3, d), OFFICIAL), "name", None) for d in (11, 12, 13, 16)] == [
        "before 14", "before 14", "before 14", None,
    ]  # fmt: skip


def ledger(day: date, *standings: Standing, findings: tuple[OpenFinding, ...] = ()) -> Ledger:
    return Ledger(2025, datetime(day.year, day.month, day.day, 9, tzinfo=CHINA), list(standings), list(findings))


def decided(notified: dict[str, set[str]], of: Ledger) -> list[Digest]:
    return decide(of, notified, of.now, workdays=OFFICIAL)


def missing(duty: Duty, **values: str) -> OpenFinding:
    return OpenFinding(
        1, duty.agency_id, duty.agency, 2025, "PUB-MISSING", "error", f"{duty.agency}未发现年度报告。",
        fingerprint="m", office_id=5, **values,  # type: ignore[arg-type]
    )  # fmt: skip


def test_who_has_not_published_is_named_once_an_occasion_and_who_cannot_be_told_is_not():
    other = replace(DUTY, agency_id=2, agency="甲县教育局")
    of = ledger(date(2026, 3, 26), Standing(DUTY, "due"), Standing(other, "cannot_tell", "网站无法访问"))
    office = next(d for d in decided({}, of) if d.audience == "office")
    assert [n.agency for n in office.pending] == ["甲县统计局"]
    assert "尚未公布1家" in subject(office)
    message = compose(office, "甲县政务公开办")
    for part in (message.text, message.html):
        assert "尚未公布 1 家（期限2026年3月31日，还有3个工作日）" in part
        assert "甲县统计局" in part
        assert "甲县教育局" not in part
    notified = {"office": set(office.notice_keys()), "ops": {k for d in decided({}, of) for k in d.notice_keys()}}
    assert decided(notified, of) == []
    assert decided(notified, ledger(date(2026, 3, 27), Standing(DUTY, "due"))) == []  # made up only where it fell out


def test_whose_portal_cannot_be_read_is_not_said_to_have_published_nothing_the_operators_hear_of_it():
    blind = Standing(DUTY, "due", "网站无法访问")
    (digest,) = decided({}, ledger(date(2026, 3, 26), blind))
    assert (digest.audience, [n.group for n in digest.notices]) == ("ops", ["cannot_tell"])
    assert decided({}, ledger(date(2026, 3, 18), blind)) == []  # no day of the calendar


def test_on_other_days_nobody_is_reminded():
    assert decided({}, ledger(date(2026, 3, 18), Standing(DUTY, "due"))) == []
    assert decided({}, ledger(date(2026, 3, 29), Standing(DUTY, "due"))) == []  # a Sunday


def test_after_the_day_a_body_is_told_missing_first_and_named_as_still_missing_from_then_on():
    of = ledger(date(2026, 4, 1), Standing(DUTY, "missing"), findings=(missing(DUTY),))
    (first,) = decided({}, of)
    assert ([n.group for n in first.notices], first.overdue) == (["missing"], [])
    notified = {"office": set(first.notice_keys())}
    (second,) = decided(notified, ledger(date(2026, 4, 2), Standing(DUTY, "missing"), findings=(missing(DUTY),)))
    assert (second.notices, second.still_open, [n.agency for n in second.overdue]) == ([], [], ["甲县统计局"])
    assert (
        "期限届满后仍未发现 1 家（期限2026年3月31日，已过2个工作日）：甲县统计局"
        in compose(second, "甲县政务公开办").text
    )


def test_nobody_is_reminded_of_what_a_person_has_waived():
    assert decided({}, ledger(date(2026, 4, 2), Standing(DUTY, "missing"))) == []


def test_corrections_are_read_from_the_data_folder(tmp_path: Path):
    settings = config.Settings(data_dir=tmp_path, _env_file=None)
    assert workdays_of(settings) == Workdays()
    (tmp_path / "workdays.yaml").write_text("2027-02-06: false\n2027-02-14: true\n", encoding="utf-8")
    assert workdays_of(settings).corrections == {date(2027, 2, 6): False, date(2027, 2, 14): True}
    (tmp_path / "workdays.yaml").write_text("soon: maybe\n", encoding="utf-8")
    with pytest.raises(ValueError, match="date"):
        workdays_of(settings)
