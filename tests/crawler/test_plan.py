"""When a source is looked at again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from crawler.plan import interval

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "owing", "expected"),
    [
        (date(2026, 1, 30), True, DAY / 24),
        (date(2026, 1, 30), False, DAY),
        (date(2026, 4, 1), True, DAY / 24),
        (date(2026, 2, 20), True, DAY),
        (date(2026, 2, 20), False, DAY),
        (date(2026, 7, 1), True, DAY),
        (date(2026, 7, 1), False, DAY * 7),
        (date(2026, 12, 29), False, DAY * 3),
        (date(2026, 12, 31), False, DAY),
    ],
)
def test_the_next_look_is_hourly_by_a_deadline_daily_in_season_or_while_somebody_owes_and_weekly_otherwise(
    day, owing, expected
):
    assert interval(day, owing, DAY) == expected


@pytest.mark.parametrize(
    ("day", "owing", "unchanged", "expected"),
    [
        (date(2026, 1, 30), True, 400, DAY / 24),
        (date(2026, 2, 20), True, 400, DAY),
        (date(2026, 2, 20), False, 29, DAY),
        (date(2026, 2, 20), False, 31, DAY * 2),
        (date(2026, 7, 1), True, 400, DAY * 3),
        (date(2026, 7, 1), False, 29, DAY * 7),
        (date(2026, 7, 1), False, 45, DAY * 14),
        (date(2026, 7, 1), False, 4000, DAY * 28),
        (date(2026, 12, 20), False, 4000, DAY * 12),
        (date(2026, 7, 1), False, -5, DAY * 7),
    ],
)
def test_where_nothing_changes_looks_are_fewer_but_not_while_something_is_due(day, owing, unchanged, expected):
    assert interval(day, owing, DAY, unchanged * DAY) == expected
