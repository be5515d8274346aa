"""A summary made and mailed: from the ledger to files in a folder and a mail with them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from alerts import run as alerts_run
from alerts.compose import Attachment, Summary
from models import agencies, exports, schedule
from models.ledger import ledger_of, unreadable_documents
from models.sightings import midnight
from models.standing_findings import corrected_findings
from summaries import figures, season
from summaries.content import Content
from summaries.figures import Figures, Period

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from config import Settings

BY_THE_CLOCK = ("decide", "summary")  # work that nobody asked for and nobody would miss
# In the order in which they are wanted, where a mail cannot hold all of them.
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def figures_of(session: Session, year: int, over: Period, under: str, now: datetime) -> tuple[Figures, str]:
    """The figures of a season with what changed in the period, and the name of the office that signs. ``now`` is aware and
    in the office's zone."""
    ledger = ledger_of(session, year, now, under=under or None)
    reports = {each: exports.export_reports(session, year=each) for each in (year - 1, year)}
    found = figures.figures(ledger, under, reports)
    since = {standing.duty.office_id: midnight(over.first) for standing in ledger.standings}
    names = {standing.duty.agency_id: standing.duty.agency for standing in ledger.standings}
    found.unread = [
        figures.Unread(names.get(one["agency_id"], ""), one["title"] or "", one["url"], one["state"])
        for one in unreadable_documents(session, year)
        if not under or one["agency_id"] in names
    ]
    figures.add_changes(found, ledger, corrected_findings(session, since), over)
    return found, agencies.office_name(session, under)


def days_of(session: Session, issue: schedule.Issue) -> Period:
    """The days that an issue looks back on. A season's or year's looks at the whole, and what was corrected since the
    issue before it is told apart."""
    before = schedule.issue_before(session, issue)
    since = before.last + timedelta(days=1) if before is not None else None
    return Period(issue.period, issue.first, issue.last, since)


def queue_mail(
    session: Session, settings: Settings, issue: schedule.Issue, found: Figures, paths: Sequence[Path], now: datetime
) -> int | None:
    """Queue an issue with its files to its office, once. None where that was done before, or nobody gets it."""
    content = season.content(found)
    files = [
        Attachment(f"{content.title}.{suffix}", media_type, path.read_bytes())
        for suffix, media_type in MEDIA_TYPES.items()
        for path in paths
        if path.suffix == f".{suffix}"
    ]
    summary = Summary(issue.key, issue.year, content.title, content.cards, _paragraphs(content), files)
    return alerts_run.queue_summary(session, settings, summary, issue.office, now)


def _paragraphs(content: Content) -> list[str]:
    """What the sections say in words, and the notes: how the figures are to be read goes with them."""
    paragraphs = [block for section in content.sections for block in section.blocks if isinstance(block, str)]
    return [*paragraphs, *content.notes]
