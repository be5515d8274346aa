"""The season's calendar: on which day an office hears who has not published. Pure: days and data in, stages out.

Working days are those of the official arrangement (国务院办公厅关于部分节假日安排的通知) as ``chinesecalendar`` keeps it, one
year at a time; a correction goes before it. A day of a year that it does not know yet is counted by Monday to Friday and
said to be so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

import chinese_calendar
import yaml
from pydantic import BaseModel, ConfigDict

DATA = Path(__file__).parent / "calendar.yaml"
A_DAY = timedelta(days=1)
SATURDAY = 5


class Plan(BaseModel):
    """``calendar.yaml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    before: tuple[int, ...]
    on_the_day: bool
    after_daily: int
    after_weekly: bool
    until: str
    made_up_within: int


@lru_cache(maxsize=1)
def plan() -> Plan:
    """The plan that ships with the product."""
    return Plan.model_validate(yaml.safe_load(DATA.read_text(encoding="utf-8")))


@dataclass(frozen=True, slots=True)
class Workdays:
    """Which days are worked. ``corrections`` go before the official calendar: day -> whether it is worked."""

    corrections: Mapping[date, bool] = field(default_factory=dict)

    def is_known(self, day: date) -> bool:
        """Whether the official arrangement for that day is at hand."""
        if day in self.corrections:
            return True
        try:
            chinese_calendar.is_workday(day)
        except NotImplementedError:
            return False
        return True

    def is_worked(self, day: date) -> bool:
        """Whether the day is worked; by Monday to Friday where that is not known."""
        if day in self.corrections:
            return self.corrections[day]
        try:
            return bool(chinese_calendar.is_workday(day))
        except NotImplementedError:
            return day.weekday() < SATURDAY

    def between(self, start: date, end: date) -> int:
        """How many days are worked from ``start`` to the day before ``end``."""
        return sum(self.is_worked(start + A_DAY * n) for n in range((end - start).days))

    def unknown_years(self, start: date, end: date) -> tuple[int, ...]:
        """The years between two days whose arrangement is not at hand."""
        days = (start + A_DAY * n for n in range((end - start).days + 1))
        return tuple(sorted({day.year for day in days if not self.is_known(day)}))


@dataclass(frozen=True, slots=True)
class Stage:
    """One occasion on which an office hears who has not published by ``deadline``: ``name`` is unique for a deadline;
    ``working_days`` are left (positive) or gone by (negative) as of the day asked about."""

    deadline: date
    name: str
    working_days: int
    unknown_years: tuple[int, ...] = ()

    @property
    def key(self) -> str:
        """Unique for deadline and occasion."""
        return f"{self.deadline.isoformat()}/{self.name}"


def stage(deadline: date, day: date, workdays: Workdays, of: Plan | None = None) -> Stage | None:
    """The occasion that ``day`` is, or that fell on one of the days before within which it is made up."""
    of = of or plan()
    for back in range(of.made_up_within + 1):
        name = _name(deadline, day - A_DAY * back, workdays, of)
        # The mail of a day that is not worked waits for the next one, but for the last day itself.
        if name and (workdays.is_worked(day) or day == deadline):
            first, last = sorted((day, deadline))
            left = (
                workdays.between(day, deadline) if day <= deadline else -workdays.between(deadline + A_DAY, day + A_DAY)
            )
            return Stage(deadline, name, left, workdays.unknown_years(first, last))
    return None


def _name(deadline: date, day: date, workdays: Workdays, of: Plan) -> str:
    """The occasion that falls on exactly this day; empty where none does."""
    if day == deadline:
        return "on" if of.on_the_day else ""
    if not workdays.is_worked(day):
        return ""
    if day < deadline:
        if (deadline - day).days > 3 * max(of.before, default=0) + 14:  # far off: nothing to count
            return ""
        left = workdays.between(day, deadline)
        return f"before {left}" if left in of.before else ""
    month, _, last = of.until.partition("-")
    if day > date(deadline.year, int(month), int(last)):
        return ""
    gone = workdays.between(deadline + A_DAY, day + A_DAY)
    if gone <= of.after_daily:
        return f"after {gone}"
    monday = day - A_DAY * day.weekday()
    first_of_week = workdays.between(monday, day) == 0
    return f"week of {monday.isoformat()}" if of.after_weekly and first_of_week else ""
