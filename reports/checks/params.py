"""The parameters that a supervising office may set for its own agencies, validated.

Defaults are those of ``data/rules.yaml``; an office stores only what differs. ``validated`` turns what a person typed
into the values that ``Context.params`` takes, or says in Chinese which entry is wrong and what it should be.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

Level = Literal["township", "county_department", "county_government", "city_government", "province_government"]


class BadParameters(ValueError):
    """Parameters that cannot be taken; ``problems`` has one line for each wrong entry."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("；".join(problems))
        self.problems = problems


def _day(text: str) -> str:
    match = re.fullmatch(r"(\d{2})-(\d{2})", text)
    if match is None:
        raise ValueError("应为“月-日”，如 01-25")
    # A leap year, so that 02-29 is refused too: a deadline must exist every year.
    date(2023, int(match.group(1)), int(match.group(2)))
    return text


NEVER = "never"
_FIELD = r"(\*(/\d+)?|\d+(-\d+)?(,\d+(-\d+)?)*)"
_DAYS = "(mon|tue|wed|thu|fri|sat|sun)"
_CRON = re.compile(rf"{_FIELD}( {_FIELD}){{3}} (\*|{_DAYS}(-{_DAYS})?(,{_DAYS})*)")
_MOST = (59, 23, 31, 12)  # minute, hour, day, month


def _cron(text: str) -> str:
    """Minute, hour, day, month, day of the week by name; or never."""
    fields = text.split(" ")
    within = all(
        int(number) <= most for field, most in zip(fields, _MOST, strict=False) for number in re.findall(r"\d+", field)
    )
    if text != NEVER and not (_CRON.fullmatch(text) and within):
        raise ValueError("应为“分 时 日 月 星期（mon 至 sun 或 *）”，如 0 7 * * mon；不需要的写 never")
    return text


Cron = Annotated[str, AfterValidator(_cron)]
Day = Annotated[str, AfterValidator(_day)]
Share = Annotated[float, Field(ge=0, le=1)]


class LocalDeadlines(BaseModel):
    """The office's own days in the year after the report year, from its notice."""

    model_config = ConfigDict(extra="forbid")

    submit: Day | None = None
    publish: Day | None = None


class Schedule(BaseModel):
    """When the office gets a summary of the last day, week or month, of the season so far, of the year so far."""

    model_config = ConfigDict(extra="forbid")

    summary_day: Cron | None = None
    summary_week: Cron | None = None
    summary_month: Cron | None = None
    summary_season: Cron | None = None
    summary_year: Cron | None = None


class Params(BaseModel):
    """What an office may set; the meaning of each stands beside its default in ``data/rules.yaml``."""

    model_config = ConfigDict(extra="forbid")

    local_deadlines: LocalDeadlines | None = None
    fee_statement_from_year: Annotated[int, Field(ge=2019, le=2100)] | None = None
    fee_statement_required: bool | None = None
    section1_max_chars: Annotated[int, Field(ge=100, le=100000)] | None = None
    tolerated_titles: list[str] | None = None
    near_duplicate_self: Annotated[float, Field(ge=0.5, le=1)] | None = None
    near_duplicate_sibling: Annotated[float, Field(ge=0.5, le=1)] | None = None
    jump_factor: Annotated[int, Field(ge=2, le=1000)] | None = None
    jump_floor: Annotated[int, Field(ge=0)] | None = None
    fee_ceiling_wanyuan: dict[Level, Annotated[float, Field(gt=0)]] | None = None
    decisions_ceiling: dict[Level, Annotated[int, Field(gt=0)]] | None = None
    hierarchy_tolerance_share: Annotated[float, Field(ge=0, le=0.5)] | None = None
    form_suggestions: bool | None = None
    schedule: Schedule | None = None


class Defaults(BaseModel):
    """The parameters of ``data/rules.yaml``: every one that an office may set has its default there, no other is known."""

    model_config = ConfigDict(extra="forbid")

    form_for_year: dict[str, str]
    department_deadline: Day
    government_deadline: Day
    local_deadlines: LocalDeadlines
    fee_statement_from_year: int
    fee_statement_required: bool
    section1_max_chars: int | None
    tolerated_titles: list[str]
    near_duplicate_self: Share
    near_duplicate_sibling: Share
    jump_factor: int
    jump_floor: int
    fee_ceiling_wanyuan: dict[Level, float]
    decisions_ceiling: dict[Level, int]
    hierarchy_tolerance_share: Share
    form_suggestions: bool
    schedule: Schedule


# Set by offices under an earlier version and no longer theirs to set: what the reader doubts stays in doubt.
_RETIRED = frozenset({"min_confidence"})

_WORDS = {
    "extra_forbidden": "没有这一参数",
    "greater_than_equal": "太小",
    "greater_than": "应大于0",
    "less_than_equal": "太大",
}


def validated(given: Mapping[str, Any]) -> dict[str, Any]:
    """The entries that an office set, checked. Raises BadParameters naming every wrong one."""
    try:
        params = Params.model_validate(dict(given))
    except ValidationError as error:
        problems = [
            f"{'.'.join(map(str, item['loc']))}：{_WORDS.get(item['type'], item['msg'].removeprefix('Value error, '))}"
            for item in error.errors(include_url=False)
        ]
        raise BadParameters(problems) from None
    out: dict[str, Any] = params.model_dump(exclude_none=True)
    return out


def with_changes(params: Mapping[str, Any], changes: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Parameters with single entries replaced; ``local_deadlines.publish`` names one inside another, None takes one out.
    Nothing is validated here; what no office may set any longer is left behind."""
    out: dict[str, Any] = {name: value for name, value in params.items() if name not in _RETIRED}
    for name, value in changes:
        outer, _, inner = name.partition(".")
        if inner:
            nested = {**(out.get(outer) or {}), inner: value}
            value = {key: each for key, each in nested.items() if each is not None} or None
        out[outer] = value
        if value is None:
            del out[outer]
    return out
