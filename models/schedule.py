"""What happens by the clock: which turn each job had last and how it ended, and the summaries that were issued."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import work
from models.base import Base, inserted, one_of
from models.work import Work

PERIODS = ("day", "week", "month", "season", "year")


class Turn(Base):
    """A job of the timetable, for one office (0: for all). ``turn_at`` is the moment of its last turn, by its timetable;
    what came due since then is still to be done."""

    __tablename__ = "turns"

    job: Mapped[str] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    turn_at: Mapped[datetime]
    ran_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(default="waiting", server_default="waiting")
    error: Mapped[str | None]
    failures: Mapped[int] = mapped_column(default=0, server_default="0")
    work_id: Mapped[int | None]

    __table_args__ = (one_of("state", ("waiting", "done", "failed", "skipped")),)


class Issue(Base):
    """A summary of one period for one office (none: of all bodies), made once. ``mailed`` where it is to be sent."""

    __tablename__ = "issues"

    id: Mapped[int] = mapped_column(primary_key=True)
    period: Mapped[str]
    office: Mapped[int] = mapped_column(default=0, server_default="0")  # 0: of all bodies; an office may be gone later
    under: Mapped[str]
    year: Mapped[int]
    first: Mapped[date]
    last: Mapped[date]
    mailed: Mapped[bool]
    made_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    __table_args__ = (
        one_of("period", PERIODS),
        sa.UniqueConstraint("period", "office", "under", "year", "last", "mailed"),
    )

    @property
    def key(self) -> str:
        """Unique for its mail."""
        return f"summary:{self.period}:{self.office}:{self.under}:{self.year}:{self.last.isoformat()}"


# ------------------------------------------------------------------ turns


def turn(session: Session, job: str, office_id: int, since: datetime) -> Turn:
    """The job's row; made where it never had a turn, which then waits for what comes due after ``since``."""
    row = session.get(Turn, (job, office_id), populate_existing=True)
    if row is None:
        row = Turn(job=job, office_id=office_id, turn_at=since)
        if not inserted(session, row):
            return session.get_one(Turn, (job, office_id), populate_existing=True)
    return row


def take(session: Session, row: Turn, due: datetime, now: datetime, state: str = "done") -> bool:
    """Give the job its turn of ``due``. False where another scheduler did so a moment earlier: one statement decides."""
    taken = session.scalar(
        sa.update(Turn)
        .where(Turn.job == row.job, Turn.office_id == row.office_id, Turn.turn_at == row.turn_at)
        .values(turn_at=due, ran_at=now, state=state, error=None, failures=0, work_id=None)
        .returning(Turn.job)
        .execution_options(synchronize_session=False)
    )
    return taken is not None


def record(session: Session, job: str, office_id: int, now: datetime, error: str | None) -> int:
    """How a job's run ended (``error`` None: well). Returns how many times in a row it has failed now."""
    row = turn(session, job, office_id, now)
    row.ran_at, row.error, row.state = now, error, "failed" if error else "done"
    row.failures = row.failures + 1 if error else 0
    session.flush()
    return row.failures


def turns(session: Session) -> dict[tuple[str, int], Turn]:
    """All jobs that are known, by name and office."""
    return {(row.job, row.office_id): row for row in session.scalars(sa.select(Turn))}


def failed(session: Session) -> list[Turn]:
    """The jobs whose last run failed."""
    return list(session.scalars(sa.select(Turn).where(Turn.state == "failed").order_by(Turn.job, Turn.office_id)))


def forget(session: Session, jobs: Iterable[tuple[str, int]]) -> None:
    """Leave out jobs that the timetable no longer has: what they missed is not made up when they come back."""
    for job, office_id in jobs:
        session.execute(sa.delete(Turn).where(Turn.job == job, Turn.office_id == office_id))


def how_it_ended(session: Session, row: Turn) -> tuple[str, str]:
    """(state, error) of the work that the job's last turn added, else of the job itself."""
    piece = session.get(Work, row.work_id) if row.work_id is not None else None
    if piece is None or row.state == "failed":
        return row.state, row.error or ""
    return {"waiting": "running", "taken": "running"}.get(piece.state, piece.state), piece.error or ""


# ------------------------------------------------------------------ issues


def issue(session: Session, wanted: Issue) -> Issue:
    """The issue that is kept of the period, office, year and last day of this one: this one, if there is none yet."""
    found = sa.select(Issue).where(
        Issue.period == wanted.period, Issue.office == wanted.office, Issue.under == wanted.under,
        Issue.year == wanted.year, Issue.last == wanted.last, Issue.mailed == wanted.mailed,
    )  # fmt: skip
    row = session.scalar(found)
    if row is None:
        row = wanted if inserted(session, wanted) else session.scalars(found).one()
    return row


def issue_before(session: Session, row: Issue) -> Issue | None:
    """The last issue before this one of the same period, office and year that went out."""
    return session.scalar(
        sa.select(Issue)
        .where(
            Issue.period == row.period, Issue.office == row.office, Issue.under == row.under, Issue.year == row.year,
            Issue.last < row.last, Issue.mailed, Issue.made_at.is_not(None),
        )
        .order_by(Issue.last.desc())
        .limit(1)
    )  # fmt: skip


def issue_of(session: Session, key: str) -> Issue | None:
    """The issue whose mail has that key."""
    day = date.fromisoformat(key.rpartition(":")[2])
    waiting = session.scalars(sa.select(Issue).where(Issue.last == day, Issue.mailed))
    return next((row for row in waiting if row.key == key), None)


def to_be_made(session: Session, row: Issue, now: datetime) -> int:
    """The work that makes an issue; returns its number."""
    return work.add(session, "summary", row.id, now).id
