"""What a supervising office sets for itself: who gets its mails in which role, and when it wants to be told."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from sqlalchemy.orm import Session

import config
from models import people
from models.agencies import Agency, Office, name_of_office

ROLES = ("desk", "leader", "ops")  # 经办, 领导, 运维
ROLE_ZH = {"desk": "经办", "leader": "领导", "ops": "运维"}


class BadOffice(ValueError):
    """What is given for an office cannot be taken; one line says what is wrong."""


class Wishes(BaseModel):
    """When an office wants to be told. Hours are the office's own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    quiet: str = ""  # 18:00-08:30: no mail between these; empty: at any hour
    workdays_only: bool = False  # no mail on days that are not worked, but for the last day itself
    at_once: bool = True  # what is found in a report that was just read, within minutes
    digest_hour: int | None = Field(None, ge=0, le=23)  # of the daily digest; the service's own where none is given
    escalate_after: int | None = Field(5, ge=1, le=60)  # working days, then the leader hears; None: never

    @field_validator("quiet")
    @classmethod
    def _hours(cls, value: str) -> str:
        if not value:
            return ""
        found = re.fullmatch(r"(\d{1,2}):(\d{2})\s*[-–—~至]\s*(\d{1,2}):(\d{2})", value.strip())
        if found is None:
            raise ValueError(f"{value!r} are no hours; write 18:00-08:30")
        first, last = (time(int(h), int(m)) for h, m in (found.group(1, 2), found.group(3, 4)))
        if first == last:
            raise ValueError(f"{value!r} leaves no hour in which a mail may go")
        return f"{first:%H:%M}-{last:%H:%M}"

    def is_quiet(self, moment: datetime) -> bool:
        """Whether no mail may go at that moment (in the office's zone) because of its hour."""
        if not self.quiet:
            return False
        first, last = (time.fromisoformat(part) for part in self.quiet.split("-"))
        now = moment.time()
        return first <= now < last if first < last else now >= first or now < last

    def hour(self, usual: int) -> int:
        """The hour of the daily digest: the office's own or the ``usual`` one, or the first after it that is not quiet."""
        own = self.digest_hour if self.digest_hour is not None else usual
        day = datetime(2000, 1, 1)  # noqa: DTZ001  an hour of any day
        return next((h % 24 for h in range(own, own + 24) if not self.is_quiet(day.replace(hour=h % 24))), own)


DEFAULT = Wishes()


@dataclass(frozen=True, slots=True)
class Recipients:
    """The addresses of an office by role."""

    desk: tuple[str, ...] = ()
    leader: tuple[str, ...] = ()
    ops: tuple[str, ...] = ()


def recipients(office: Office) -> Recipients:
    """Who gets the office's mails."""
    return Recipients(tuple(office.emails or ()), tuple(office.leaders or ()), tuple(office.ops or ()))


def wishes(session: Session) -> dict[int | None, Wishes]:
    """When each office wants to be told."""
    return {id_: _validated(given) for id_, given in session.execute(sa.select(Office.id, Office.wishes))}


def wishes_of(office: Office) -> Wishes:
    """When that office wants to be told."""
    return _validated(office.wishes)


def _validated(given: Mapping[str, Any] | None) -> Wishes:
    try:
        return Wishes.model_validate(dict(given or {}))
    except ValidationError as error:
        problem = error.errors()[0]
        raise BadOffice(
            f"{'.'.join(map(str, problem['loc']))}: {problem['msg'].removeprefix('Value error, ')}"
        ) from None


def set_office(
    session: Session,
    government: Agency,
    act: people.Act,
    name: str = "",
    addresses: Mapping[str, Sequence[str]] | None = None,
    given: Mapping[str, Any] | None = None,
) -> Office:
    """The supervising office of a government, made where there is none: its name, the addresses of the roles named, the
    wishes named. What is not named stays. Kept in the audit trail. Raises BadOffice."""
    office = session.scalar(sa.select(Office).where(Office.agency_id == government.id).with_for_update())
    if office is None:
        office = Office(name=name_of_office(government.name), agency_id=government.id, emails=[], params={})
        office.leaders, office.ops, office.wishes = [], [], {}
        session.add(office)
        session.flush()
    before = settings_of(office)
    if name:
        office.name = name
    for role, found in (addresses or {}).items():
        setattr(office, {"desk": "emails", "leader": "leaders", "ops": "ops"}[role], checked(found))
    if given:
        merged = _validated({**(office.wishes or {}), **given}).model_dump()
        default = DEFAULT.model_dump()
        office.wishes = {key: value for key, value in merged.items() if value != default[key]}
    after = settings_of(office)
    if after != before:
        people.audit(session, act, "offices", office.id, before, after)
    session.flush()
    return office


def checked(addresses: Sequence[str]) -> list[str]:
    """The addresses, each once. Raises BadOffice for one that is not valid."""
    try:
        return list(dict.fromkeys(config.mail_address(one) for one in addresses))
    except ValueError as error:
        raise BadOffice(str(error)) from None


def settings_of(office: Office) -> dict[str, Any]:
    """What is set for an office, as plain data."""
    found = recipients(office)
    roles = {role: list(getattr(found, role)) for role in ROLES}
    return {"office": office.name, **roles, **_validated(office.wishes).model_dump()}


def rows(session: Session) -> list[dict[str, Any]]:
    """All offices with their governments and how many bodies each supervises."""
    query = sa.select(Office, Agency.name).join(Agency, Agency.id == Office.agency_id).order_by(Office.id)
    return [
        {"government": name, **settings_of(office), "params": office.params} for office, name in session.execute(query)
    ]
