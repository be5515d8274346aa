"""Deciding and queueing in one: from the rows to mails in the outbox."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from alerts import copies, outbox, situation, threads
from alerts.bounces import Bounce
from alerts.compose import (
    Summary,
    compose,
    compose_failures,
    compose_refusals,
    compose_summary,
    compose_test,
)
from alerts.digest import KINDS, Digest
from alerts.outbox import OPS, Entry, message_id, recipients_of
from alerts.send import Delivery, Outgoing, ascii_domain, deliver
from config import Settings
from models import agencies, mails, offices

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

BOUNCE_TIME = timedelta(days=14)  # after that a mail comes back no more; what claims so is none of ours


@dataclass(frozen=True, slots=True)
class Composed:
    """A mail that was queued (``id``), or would be (``id`` 0 in a dry run)."""

    id: int
    recipients: tuple[str, ...]
    subject: str
    text: str


def decide_and_queue(
    session: Session,
    settings: Settings,
    now: datetime,
    year: int | None = None,
    dry_run: bool = False,
    at_hours: bool = False,
) -> list[Composed]:
    """Decide what is due to be told at ``now`` (aware) about the season of ``year`` (default: the last ended year), with
    the open findings of other years, and queue one mail of a kind an audience, office and day. With ``at_hours`` an office
    hears only from the hour on at which it wants its digest. Returns what was queued.

    Safe to run twice: the mail's key and each notice's key are unique in the database.
    """
    now = now.astimezone(settings.zone)
    known = situation.known(session, settings, now, year)
    found = [*known.digests(), *known.escalations()]
    if at_hours:
        found = [digest for digest in found if known.is_due(digest, settings.digest_hour)]
    return _queue_all(session, settings, found, now, dry_run)


def tell_at_once(session: Session, settings: Settings, now: datetime, year: int) -> list[Composed]:
    """Queue what was found in reports that were just read, for the offices that want to know within minutes."""
    now = now.astimezone(settings.zone)
    return _queue_all(session, settings, situation.known(session, settings, now, year).at_once(), now)


def decide_again(session: Session, settings: Settings, mail: mails.Mail, now: datetime) -> list[Composed]:
    """A mail of findings that waited is decided again when it is about to leave: what is no longer true is not said, and
    all of a kind that waited for one audience, office and season becomes one mail of today. Returns what was queued in its
    place: nothing where nothing is left to tell, where today's digest has left already (the rest is told tomorrow), or
    before the hour of the daily mails, which tell it."""
    kind, audience, office_id, year = mail.event, mail.stage, mail.office_id, season_of(mail)
    mails.withdraw(session, _same_kind(mail))
    now = now.astimezone(settings.zone)
    known = situation.known(session, settings, now, year)
    found = {"digest": known.digests, "report": known.at_once, "escalation": known.escalations}[kind]()
    same = [digest for digest in found if (digest.audience, digest.office_id) == (audience, office_id)]
    same = [digest for digest in same if known.may_leave(digest, settings.digest_hour)]
    return _queue_all(session, settings, same, now)


def is_decided_again(mail: mails.Mail) -> bool:
    """Whether the mail tells findings, which may have changed while it waited."""
    return mail.event in KINDS


def _same_kind(mail: mails.Mail) -> str:
    """What the keys of mails of one kind to one audience of one office about one season begin with."""
    return ":".join(mail.key.split(":")[:4]) + ":"


def season_of(mail: mails.Mail) -> int:
    """The report year that a digest in the outbox is about."""
    return int(mail.key.split(":")[3])


def _queue_all(
    session: Session, settings: Settings, digests: Sequence[Digest], now: datetime, dry_run: bool = False
) -> list[Composed]:
    composed = [_queue(session, settings, digest, now, dry_run) for digest in digests]
    return [one for one in composed if one is not None]


def _queue(
    session: Session, settings: Settings, digest: Digest, now: datetime, dry_run: bool = False
) -> Composed | None:
    recipients, name = _addressee(session, settings, digest)
    if not recipients:
        return None  # ``without_recipient`` counts them, the doctor and the command say so
    message = compose(digest, name, settings.public_url)
    if dry_run:
        return Composed(0, recipients, message.subject, message.text)
    entry = Entry(
        digest.key,
        digest.kind,
        digest.audience,
        recipients,
        message,
        digest.notice_keys(),
        digest.office_id,
        [copies.item(notice) for notice in digest.notices],
        threads.of_digest(digest),
    )
    number = outbox.queue(session, settings, entry, now)
    if number is None:
        return None
    return Composed(number, recipients, message.subject, message.text)


def without_recipient(session: Session, settings: Settings, now: datetime, year: int | None = None) -> tuple[int, int]:
    """How many notices wait because nobody is named to get them: to offices, neither the supervising one (a body whose
    superior is not in the register has none) nor ``NIANBAO_OFFICE_MAIL``; to operators, of an office or
    ``NIANBAO_OPS_MAIL``. They are told as soon as somebody is."""
    now = now.astimezone(settings.zone)
    lost = {"office": 0, "ops": 0}
    for digest in situation.known(session, settings, now, year).digests(at_any_time=True):
        if not _addressee(session, settings, digest)[0]:
            lost[digest.audience] += len(digest.notices)
    return lost["office"], lost["ops"]


def lost_in_words(lost: tuple[int, int]) -> str:
    """What to do about notices without recipient; empty where there are none."""
    to_offices, to_operators = lost
    advice = (
        (to_offices, f"{to_offices} notices have no recipient: give the office an address or set NIANBAO_OFFICE_MAIL"),
        (to_operators, f"{to_operators} matters for the operators have no recipient: set NIANBAO_OPS_MAIL"),
    )
    return "; ".join(text for count, text in advice if count)


def queue_refusals(
    session: Session, settings: Settings, mail_id: int, refused: Mapping[str, str], to: Sequence[str], now: datetime
) -> int | None:
    """Queue the mail that tells the ops side which recipients of a mail were refused (address -> reason). None where it
    was told already."""
    key = f"refused:{mail_id}:{','.join(sorted(refused))}"
    row = session.get_one(mails.Mail, mail_id)
    day = now.astimezone(settings.zone).date()
    entry = Entry(key, "refused", "ops", to, compose_refusals(row.subject, refused, day), [key])
    return outbox.queue(session, settings, entry, now)


def take_bounces(session: Session, settings: Settings, failures: Sequence[Bounce], now: datetime) -> list[int]:
    """Note mails that came back, on the mail and, where the address is wrong, on the address; ops are told of each once.
    What names none of our mails of late, or none of its recipients, is left alone. Returns the mails that were queued."""
    queued = []
    for returned_id, group in groupby(sorted(failures, key=lambda one: one.message_id), lambda one: one.message_id):
        mail = mails.by_message_id(session, returned_id, now - BOUNCE_TIME)
        if mail is None:
            continue
        returned = {}
        for bounce in group:
            for who in mail.recipients:
                if {who.lower(), ascii_domain(who).lower()} & set(bounce.addresses):
                    returned[who] = f"{bounce.status} {bounce.reason}".strip()
                    if bounce.no_such_address:
                        mails.refuse(session, who, returned[who], mail.id, now)
        new = mails.came_back(session, mail, returned)
        to = [one for one in settings.ops_mail if one not in new]
        notified = queue_refusals(session, settings, mail.id, new, to, now) if new and to else None
        if notified is not None:
            queued.append(notified)
    return queued


def queue_failures(session: Session, settings: Settings, failures: Mapping[str, str], now: datetime) -> int | None:
    """Queue the mail that tells the ops side of jobs of the timetable that failed (key -> what and why), each once a day.
    None where there is nothing new to tell, or nobody to tell it to."""
    day = now.astimezone(settings.zone).date()
    notified = mails.notified(session).get("failures", set())
    new = {key: text for name, text in failures.items() if (key := f"{name}:{day.isoformat()}") not in notified}
    if not new or not settings.ops_mail:
        return None
    key = f"failures:{uuid.uuid5(uuid.NAMESPACE_URL, ','.join(sorted(new)))}"
    message = compose_failures(list(new.values()), day)
    entry = Entry(key, "failures", "failures", settings.ops_mail, message, list(new))
    return outbox.queue(session, settings, entry, now)


def queue_summary(session: Session, settings: Settings, found: Summary, office_id: int, now: datetime) -> int | None:
    """Queue a summary to an office (0: to whoever gets mails of bodies that have none), once. None where it is queued or
    sent already, or where nobody gets it."""
    recipients, name = recipients_of(session, settings, office_id or None)
    if not recipients:
        return None
    day = now.astimezone(settings.zone).date()
    most = settings.mail_size_mb * 1_000_000
    message = compose_summary(found, name, day, most, settings.public_url)
    thread = threads.of_season("office", office_id, found.year)
    entry = Entry(found.key, "summary", "summary", recipients, message, [found.key], office_id or None, thread=thread)
    return outbox.queue(session, settings, entry, now)


def send_test(settings: Settings, recipients: Sequence[str], now: datetime) -> Delivery:
    """Send a test mail to these addresses by the configured server. Raises SendFailed where nobody got it."""
    local = now.astimezone(settings.zone)
    message = compose_test(local, settings.public_url)
    key = f"test:{local.isoformat()}"
    outgoing = Outgoing(
        message_id(key, settings.mail_from), tuple(recipients), message.subject, message.text, message.html, local
    )
    return deliver(outgoing, settings.smtp_url, settings.mail_from)


def _addressee(session: Session, settings: Settings, digest: Digest) -> tuple[tuple[str, ...], str]:
    office = agencies.office(session, digest.office_id) if digest.office_id else None
    named = offices.recipients(office) if office is not None else offices.Recipients()
    if digest.audience == "ops":
        return named.ops or tuple(settings.ops_mail), OPS
    if digest.audience == "leader":
        assert office is not None
        return mails.usable(session, named.leader), office.name
    return recipients_of(session, settings, digest.office_id)
