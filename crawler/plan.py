"""When a source is looked at again: more often while something is due, seldom where nothing can change. Pure."""

from __future__ import annotations

from datetime import date, timedelta

from reports.duties import DEPARTMENT_DEADLINE, GOVERNMENT_DEADLINE

BEFORE, AFTER = timedelta(days=3), timedelta(days=2)  # around a deadline, in which a body that owes is looked at hourly
SEASON_ENDS = (4, 15)  # stragglers and corrections come until then
QUIET = 7  # outside the season a source of which nobody owes is looked at a seventh as often
HURRY = 24  # close to a deadline one of which somebody owes is looked at so much more often


def interval(day: date, owing: bool, usual: timedelta) -> timedelta:
    """How long after a whole look on ``day`` (the office's) the next one is due. ``usual`` is the operator's rhythm in
    season (a day); ``owing`` that a body of the source has no report of the last years yet."""
    deadlines = (date(day.year, *DEPARTMENT_DEADLINE), date(day.year, *GOVERNMENT_DEADLINE))
    if owing and any(deadline - BEFORE <= day <= deadline + AFTER for deadline in deadlines):
        return usual / HURRY
    if owing or day <= date(day.year, *SEASON_ENDS):
        return usual
    # Never beyond the turn of the year: the season's first reports come in its first days.
    return min(usual * QUIET, max(usual, timedelta(days=(date(day.year + 1, 1, 1) - day).days)))
