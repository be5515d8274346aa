"""What bodies answered to findings, and the exceptions that were agreed on: a waiver with an end and a reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import findings, people
from models.agencies import Agency
from models.base import Base
from models.findings import Finding, FindingEvent
from reports.duties import Waiver


class Reply(Base):
    """An answer to a finding; append only. ``until`` is the last day of the exception that was agreed on, if one was."""

    __tablename__ = "replies"

    id: Mapped[int] = mapped_column(primary_key=True)
    finding_id: Mapped[int] = mapped_column(sa.ForeignKey("findings.id", ondelete="CASCADE"), index=True)
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    answered_on: Mapped[date]
    answered_by: Mapped[str] = mapped_column(default="", server_default="")
    text: Mapped[str]
    until: Mapped[date | None]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a body answered: on which day, who, in which words; ``until``, where an exception is agreed on."""

    text: str
    on: date
    by: str = ""
    until: date | None = None


def record(session: Session, finding_id: int, answer: Answer, by: str, now: datetime) -> Reply:
    """Keep an answer; where an exception is agreed on, the finding is waived until its last day. Raises KeyError for an
    unknown finding, ValueError where the finding is resolved and cannot be waived."""
    if session.get(Finding, finding_id) is None:
        raise KeyError(finding_id)
    row = Reply(
        finding_id=finding_id, recorded_at=now, recorded_by=by, answered_on=answer.on, answered_by=answer.by,
        text=answer.text, until=answer.until,
    )  # fmt: skip
    session.add(row)
    session.flush()
    after = {"answered_on": answer.on.isoformat(), "answered_by": answer.by, "text": answer.text}
    people.audit(session, people.Act(by, "reply", now), "findings", finding_id, None, after)
    if answer.until is not None:
        findings.decide(session, finding_id, people.Act(by, "waive", now, answer.text), answer.until)
    return row


def of(session: Session, finding_id: int | None = None) -> list[tuple[Reply, str, str]]:
    """The answers to one finding or to all, in order: (reply, name of the body, what the finding says)."""
    query = (
        sa.select(Reply, Agency.name, Finding.message)
        .join(Finding, Finding.id == Reply.finding_id)
        .join(Agency, Agency.id == Finding.agency_id)
        .order_by(Reply.id)
    )
    if finding_id is not None:
        query = query.where(Reply.finding_id == finding_id)
    return [tuple(row) for row in session.execute(query)]  # type: ignore[misc]


def waivers(session: Session, year: int, ids: set[int] | None, today: date) -> list[Waiver]:
    """What of a year is waived today for these bodies or all, with the reason that was given and the last day."""
    last = (
        sa.select(FindingEvent.note)
        .where(FindingEvent.finding_id == Finding.id, FindingEvent.event == "waived")
        .order_by(FindingEvent.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        sa.select(Agency.id, Agency.name, Finding.rule, Finding.message, last, Finding.waived_until)
        .join(Agency, Agency.id == Finding.agency_id)
        .where(Finding.year == year, findings.is_waived(today))
        .order_by(Agency.name, Finding.rule, Finding.id)
    )
    return [
        Waiver(agency, rule, message, note or "", until)
        for agency_id, agency, rule, message, note, until in session.execute(query)
        if ids is None or agency_id in ids
    ]
