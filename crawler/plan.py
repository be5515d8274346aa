"""When a source is looked at again, its lists to their ends, its documents one by one: more often while something is
due, seldom where nothing can change. Pure."""

from __future__ import annotations

import zlib
from datetime import date, datetime, timedelta

from reports.duties import DEPARTMENT_DEADLINE, GOVERNMENT_DEADLINE, in_season

BEFORE, AFTER = timedelta(days=3), timedelta(days=2)  # around a deadline, in which a body that owes is looked at hourly
QUIET = 7  # outside the season a source of which nobody owes is looked at a seventh as often
HURRY = 24  # close to a deadline one of which somebody owes is looked at so much more often


CALM_AFTER = timedelta(days=30)  # a source that did not change for so long is looked at half as often, then a quarter
CALMEST, CALMEST_OWING = 4, 3  # how many times as seldom at most; while somebody owes less so


def interval(day: date, owing: bool, usual: timedelta, unchanged_for: timedelta = timedelta(0)) -> timedelta:
    """How long after a whole crawl on ``day`` (the office's) the next one is due. ``usual`` is the operator's rhythm in
    season (a day); ``owing`` that a body of the source has no report of the last years yet; ``unchanged_for`` how long
    nothing new was seen there."""
    deadlines = (date(day.year, *DEPARTMENT_DEADLINE), date(day.year, *GOVERNMENT_DEADLINE))
    if owing and any(deadline - BEFORE <= day <= deadline + AFTER for deadline in deadlines):
        return usual / HURRY
    if owing and in_season(day):
        return usual
    calm = min(1 << max(0, min(unchanged_for // CALM_AFTER, CALMEST)), CALMEST_OWING if owing else CALMEST)
    rhythm = usual * calm if owing or in_season(day) else usual * QUIET * calm
    # Never beyond the turn of the year: the season's first reports come in its first days.
    return min(rhythm, max(usual, timedelta(days=(date(day.year + 1, 1, 1) - day).days)))


LISTS_AGAIN = timedelta(days=7)  # how long the further pages of a list are believed to be as they were


def whole_is_due(today: date, whole_on: date | None, owing: bool) -> bool:
    """Whether all lists of a source are to be read to their ends, be their first pages as they were or not: once a day
    (the office's) while a body of it owes a report, for only such a crawl can say that there is none; else once a week."""
    if whole_on is None or whole_on > today:
        return True
    return today > whole_on if owing else today - whole_on >= LISTS_AGAIN


DAY = timedelta(days=1)
NEW_FOR = timedelta(days=30)  # so long after its publication a report is corrected more often than later
RIPE_AT = 0.7  # the share of its interval after which a document's turn may come: they do not all come on one day


def document_interval(year: int | None, published_on: date, today: date, season: int) -> timedelta:
    """How long after it was asked for a known document is asked for again: a day while it is new or its season lasts,
    weeks where it is last year's, months where it is older. ``season`` is the youngest report year there can be."""
    if year is None or year >= season:
        fresh = timedelta(0) <= today - published_on <= NEW_FOR
        return DAY if fresh or in_season(today) else 7 * DAY
    return 14 * DAY if year == season - 1 else 60 * DAY


def document_is_due(url: str, asked_at: datetime, now: datetime, interval: timedelta) -> bool:
    """Whether a document's turn has come: at a part of its interval that its address decides, so that those which were
    found together are not asked for together. A time in the future is that of a clock which was ahead."""
    if asked_at > now:
        return True
    spread = zlib.crc32(url.encode()) % 1000 / 1000
    return now - asked_at >= interval * (RIPE_AT + (1 - RIPE_AT) * spread)
