"""Deciding and queueing in one: from the rows to mails in the outbox."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

import yaml
from pydantic import TypeAdapter

from alerts import copies
from alerts.bounces import Bounce
from alerts.calendar import Workdays
from alerts.compose import (
    Message,
    Summary,
    compose,
    compose_failures,
    compose_refusals,
    compose_summary,
    compose_test,
)
from alerts.decide import decide
from alerts.digest import Digest
from alerts.send import Delivery, Outgoing, ascii_domain, deliver
from config import Settings
from models import agencies, mails
from models.ledger import ledger_of, untrue_findings
from models.standing_findings import corrected_findings, open_findings
from storage import store

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

BOUNCE_TIME = timedelta(days=14)  # after that a mail comes back no more; what claims so is none of ours
OFFICE_WITHOUT_NAME = "政府信息公开工作主管部门"
OPS = "运维值班"


@dataclass(frozen=True, slots=True)
class Composed:
    """A mail that was queued (``id``), or would be (``id`` 0 in a dry run)."""

    id: int
    recipients: tuple[str, ...]
    subject: str
    text: str


def decide_and_queue(
    session: Session, settings: Settings, now: datetime, year: int | None = None, dry_run: bool = False
) -> list[Composed]:
    """Decide what is due to be told at ``now`` (aware) about the season of ``year`` (default: the last ended year), with
    the open findings of other years, and queue one mail an audience, office and day. Returns what was queued.

    Safe to run twice: the mail's key and each notice's key are unique in the database.
    """
    now = now.astimezone(settings.zone)
    out = []
    for digest in _digests(session, settings, now, year):
        composed = _queue(session, settings, digest, now, dry_run)
        if composed is not None:
            out.append(composed)
    return out


def decide_again(session: Session, settings: Settings, mail: mails.Mail, now: datetime) -> list[Composed]:
    """A digest that waited is decided again when it is about to leave: what is no longer true is not said, and all that
    waited for one audience, office and season becomes one mail of today. Returns what was queued in its place: nothing
    where nothing is left to tell, or where today's digest has left already (the rest is told tomorrow)."""
    prefix = mail.key.removesuffix(mail.day.isoformat())
    audience, office_id, year = mail.stage, mail.office_id, season_of(mail)
    mails.withdraw(session, prefix)
    now = now.astimezone(settings.zone)
    out = []
    for digest in _digests(session, settings, now, year):
        if (digest.audience, digest.office_id) == (audience, office_id):
            composed = _queue(session, settings, digest, now)
            if composed is not None:
                out.append(composed)
    return out


def season_of(mail: mails.Mail) -> int:
    """The report year that a digest in the outbox is about."""
    return int(mail.key.removesuffix(mail.day.isoformat()).rstrip(":").rpartition(":")[2])


def _queue(
    session: Session, settings: Settings, digest: Digest, now: datetime, dry_run: bool = False
) -> Composed | None:
    recipients, name = _addressee(session, settings, digest)
    if not recipients:
        return None  # ``without_recipient`` counts them, the doctor and the command say so
    message = compose(digest, name, settings.public_url)
    if dry_run:
        return Composed(0, recipients, message.subject, message.text)
    draft = mails.Draft(
        key=digest.key,
        message_id=message_id(digest.key, settings.mail_from),
        audience=digest.audience,
        event="digest",
        day=digest.day,
        recipients=recipients,
        subject=message.subject,
        text=message.text,
        html=message.html,
        notices=digest.told_keys(),
        office_id=digest.office_id,
        attachments=[
            {"name": one.name, "media_type": one.media_type, "sha256": store(settings.blob_url).put(one.data)}
            for one in message.attachments
        ],
    )
    mail = mails.queue(session, draft, now.astimezone(UTC))
    if mail is None:
        return None
    copies.queue(session, settings, mail, now, [copies.item(notice) for notice in digest.notices])
    return Composed(mail.id, recipients, message.subject, message.text)


def without_recipient(session: Session, settings: Settings, now: datetime, year: int | None = None) -> int:
    """How many notices to offices wait because nobody is named to get them: neither the supervising office (a body whose
    superior is not in the register has none) nor ``NIANBAO_OFFICE_MAIL``. They are told as soon as somebody is."""
    now = now.astimezone(settings.zone)
    return sum(
        len(digest.notices)
        for digest in _digests(session, settings, now, year)
        if digest.audience == "office" and not _addressee(session, settings, digest)[0]
    )


def workdays_of(settings: Settings) -> Workdays:
    """The official calendar with the corrections of ``workdays.yaml`` in the data folder (day: true where it is worked).
    Raises ValueError where that file holds anything else."""
    path = settings.data_dir / "workdays.yaml"
    if not path.is_file():
        return Workdays()
    given = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    return Workdays(TypeAdapter(dict[date, bool]).validate_python(given))


def _digests(session: Session, settings: Settings, now: datetime, year: int | None) -> list[Digest]:
    ledger = ledger_of(session, year if year is not None else now.year - 1, now)
    untrue = untrue_findings(session, now)
    ledger.findings = [finding for finding in open_findings(session) if finding.id not in untrue]
    corrected = corrected_findings(session, mails.last_digests(session))
    suggesting = agencies.offices_with(session, "form_suggestions")
    return decide(ledger, mails.told(session), now, corrected, suggesting, workdays_of(settings))


def queue_refusals(
    session: Session, settings: Settings, mail_id: int, refused: Mapping[str, str], to: Sequence[str], now: datetime
) -> int | None:
    """Queue the mail that tells the ops side which recipients of a mail were refused (address -> reason). None where it
    was told already."""
    key = f"refused:{mail_id}:{','.join(sorted(refused))}"
    row = session.get_one(mails.Mail, mail_id)
    day = now.astimezone(settings.zone).date()
    return _queue_message(
        session, settings, key, ("ops", "refused"), to, compose_refusals(row.subject, refused, day), [key], now
    )


def take_bounces(session: Session, settings: Settings, failures: Sequence[Bounce], now: datetime) -> list[int]:
    """Note mails that came back, on the mail and, where the address is wrong, on the address; ops are told of each once.
    What names none of our mails of late, or none of its recipients, is left alone. Returns the mails that were queued."""
    queued = []
    for message_id, group in groupby(sorted(failures, key=lambda one: one.message_id), lambda one: one.message_id):
        mail = mails.by_message_id(session, message_id, now - BOUNCE_TIME)
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
        told = queue_refusals(session, settings, mail.id, new, to, now) if new and to else None
        if told is not None:
            queued.append(told)
    return queued


def queue_failures(session: Session, settings: Settings, failures: Mapping[str, str], now: datetime) -> int | None:
    """Queue the mail that tells the ops side of jobs of the timetable that failed (key -> what and why), each once a day.
    None where there is nothing new to tell, or nobody to tell it to."""
    day = now.astimezone(settings.zone).date()
    told = mails.told(session).get("failures", set())
    new = {key: said for name, said in failures.items() if (key := f"{name}:{day.isoformat()}") not in told}
    if not new or not settings.ops_mail:
        return None
    key = f"failures:{uuid.uuid5(uuid.NAMESPACE_URL, ','.join(sorted(new)))}"
    return _queue_message(
        session, settings, key, ("failures", "failures"), settings.ops_mail, compose_failures(list(new.values()), day),
        list(new), now,
    )  # fmt: skip


def queue_summary(session: Session, settings: Settings, found: Summary, office_id: int, now: datetime) -> int | None:
    """Queue a summary to an office (0: to whoever gets mails of bodies that have none), once. None where it is queued or
    sent already, or where nobody gets it."""
    recipients, name = recipients_of(session, settings, office_id or None)
    if not recipients:
        return None
    day = now.astimezone(settings.zone).date()
    most = settings.mail_size_mb * 1_000_000
    message = compose_summary(found, name, day, most, settings.public_url)
    return _queue_message(
        session, settings, found.key, ("summary", "summary"), recipients, message, [found.key], now, office_id or None
    )  # fmt: skip


def _queue_message(
    session: Session, settings: Settings, key: str, kind: tuple[str, str], to: Sequence[str], message: Message,
    notices: Sequence[str], now: datetime, office_id: int | None = None,
) -> int | None:  # fmt: skip
    audience, event = kind
    draft = mails.Draft(
        key=key,
        message_id=message_id(key, settings.mail_from),
        audience=audience,
        event=event,
        day=now.astimezone(settings.zone).date(),
        recipients=to,
        subject=message.subject,
        text=message.text,
        html=message.html,
        notices=notices,
        office_id=office_id,
        attachments=[
            {"name": one.name, "media_type": one.media_type, "sha256": store(settings.blob_url).put(one.data)}
            for one in message.attachments
        ],
    )
    mail = mails.queue(session, draft, now.astimezone(UTC))
    if mail is None:
        return None
    copies.queue(session, settings, mail, now)
    return mail.id


def message_id(key: str, sender: str) -> str:
    """Stable for a mail: made from its key, so that a second try carries the same id and a mail server can tell."""
    domain = sender.rpartition("@")[2].strip(" >") or "localhost"
    return f"<{uuid.uuid5(uuid.NAMESPACE_URL, f'nianbao:{domain}:{key}')}@{domain}>"


def thread_id(mail: mails.Mail, sender: str) -> str:
    """The id under which the digests to one office about one season stand together in a mail program; empty for others."""
    if mail.event != "digest":
        return ""
    return message_id(mail.key.removesuffix(mail.day.isoformat()) + "thread", sender)


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
    if digest.audience == "ops":
        return tuple(settings.ops_mail), OPS
    return recipients_of(session, settings, digest.office_id)


def recipients_of(session: Session, settings: Settings, office_id: int | None) -> tuple[tuple[str, ...], str]:
    """Who gets the mails of an office (None: of bodies that have none), and how it is addressed."""
    office = agencies.office(session, office_id) if office_id else None
    name = office.name if office is not None else OFFICE_WITHOUT_NAME
    emails = office.emails if office is not None and office.emails else settings.office_mail
    return mails.usable(session, emails), name
