"""What a portal did that must not wait for the day's digest: a report withdrawn, a column that lists nothing any more.

The ops side is told at once; in season the supervising offices are too, for a report may have been taken down by
mistake while it is due. Neither is said of a body whose report stands at another address."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING

from alerts import outbox, threads
from alerts.compose import compose_portal
from alerts.occasions import may_be_notified
from alerts.outbox import OPS, Entry, recipients_of
from alerts.situation import workdays_of
from config import Settings
from models import agencies, mails, offices, portal_events
from reports.duties import in_season

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

EVENT = "portal"
MOST_LISTED = 30  # withdrawn reports that one mail names


def queue_events(session: Session, settings: Settings, source_id: int, now: datetime) -> list[int]:
    """Queue the mails that tell what the last crawl of a source found gone and nobody was told of. Returns their numbers.
    Safe to run twice: each event has a key that is told once to each side."""
    now = now.astimezone(settings.zone)
    happened = portal_events.at_source(session, source_id, now.date())
    if not happened.keys:
        return []
    notified = mails.notified_of(session, happened.keys)
    queued = [_queue(session, settings, happened.without(notified.get("ops", set())), "ops", None, now)]
    if in_season(now.date()):
        news = happened.without(notified.get("office", set()))
        for office_id, part in _by_office(session, news).items():
            if not _may_be_notified(session, settings, office_id, now):
                continue  # its next crawl, or the digest, tells it in the office's hours
            queued.append(_queue(session, settings, part, "office", office_id, now))
    return [number for number in queued if number is not None]


def decide_again(session: Session, settings: Settings, mail: mails.Mail, now: datetime) -> list[int]:
    """A mail about portals that waited is decided again when it is about to leave: what came back, or stands elsewhere by
    now, is not told. All that waited for one audience and office are taken back together. Returns what was queued in their
    place; what an office is not to hear at this hour, its next crawl or the digest tells."""
    now, audience, office_id = now.astimezone(settings.zone), mail.stage, mail.office_id
    untold = mails.withdraw(session, f"{_prefix(audience, office_id)}:")
    if audience == "office" and not (in_season(now.date()) and _may_be_notified(session, settings, office_id, now)):
        return []
    queued = []
    for source_id in portal_events.sources_of(session, untold):
        happened = portal_events.at_source(session, source_id, now.date(), untold)
        news = happened.without(mails.notified_of(session, happened.keys).get(audience, set()))
        mine = news if audience == "ops" else _by_office(session, news).get(office_id, portal_events.Events())
        queued.append(_queue(session, settings, mine, audience, office_id, now))
    return [number for number in queued if number is not None]


def _prefix(audience: str, office_id: int | None) -> str:
    """What the keys of these mails to one audience of one office begin with."""
    return f"{EVENT}:{audience}:{office_id or 0}"


def _may_be_notified(session: Session, settings: Settings, office_id: int | None, now: datetime) -> bool:
    office = agencies.office(session, office_id) if office_id else None
    wishes = offices.wishes_of(office) if office is not None else offices.DEFAULT
    return may_be_notified(wishes, now, workdays_of(settings))


def _by_office(session: Session, happened: portal_events.Events) -> dict[int | None, portal_events.Events]:
    """What concerns each office's bodies; under None what concerns bodies without one."""
    supervised = agencies.office_ids(session, happened.bodies)
    bodies: dict[int | None, set[int]] = defaultdict(set)
    for agency_id in happened.bodies:
        bodies[supervised.get(agency_id)].add(agency_id)
    return {office_id: happened.of(ids) for office_id, ids in bodies.items()}


def _queue(
    session: Session,
    settings: Settings,
    happened: portal_events.Events,
    audience: str,
    office_id: int | None,
    now: datetime,
) -> int | None:
    recipients, name = (settings.ops_mail, OPS) if audience == "ops" else recipients_of(session, settings, office_id)
    keys = happened.keys
    if not keys:
        return None
    message = compose_portal(happened, name, audience, now.date(), MOST_LISTED)
    key = f"{_prefix(audience, office_id)}:{now.date().isoformat()}:{keys[0]}:{len(keys)}"
    thread = _thread(happened, audience, office_id, now)
    entry = Entry(key, EVENT, audience, recipients, message, keys, office_id, thread=thread)
    return outbox.queue(session, settings, entry, now)


def _thread(happened: portal_events.Events, audience: str, office_id: int | None, now: datetime) -> str:
    """One body's report stands with what was told of it before, the rest with the season's digests."""
    reports = {(one.agency, one.year) for one in happened.withdrawn}
    if happened.quiet is None and len(reports) == 1:
        body, year = reports.pop()
        if body and year is not None:
            return threads.of_body(audience, office_id, year, body)
    return threads.of_season(audience, office_id, now.year - 1)
