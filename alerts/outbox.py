"""The way of every mail into the outbox: its recipients, its id, its files, its copies to the channels."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from alerts import copies
from alerts.compose import Message
from models import agencies, mails
from storage import store

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from config import Settings

OFFICE_WITHOUT_NAME = "政府信息公开工作主管部门"
OPS = "运维值班"


@dataclass(frozen=True, slots=True)
class Entry:
    """A composed mail with what the outbox has to know of it. ``key`` is unique for it, ``event`` its kind; ``notices`` are
    the keys of what it tells, each told once to an ``audience``; ``items`` are the same one by one, for programs;
    ``thread`` is what it stands together with in a mail program (``alerts.threads``)."""

    key: str
    event: str
    audience: str
    recipients: Sequence[str]
    message: Message
    notices: Sequence[str]
    office_id: int | None = None
    items: Sequence[Mapping[str, Any]] = ()
    thread: str = ""


def queue(session: Session, settings: Settings, entry: Entry, now: datetime) -> int | None:
    """Put a mail and its copies into the outbox. Returns its number; None where it is there already, where another process
    told the same a moment earlier, or where nobody gets it."""
    if not entry.recipients:
        return None
    message = entry.message
    draft = mails.Draft(
        key=entry.key,
        message_id=message_id(entry.key, settings.mail_from),
        audience=entry.audience,
        event=entry.event,
        day=now.astimezone(settings.zone).date(),
        recipients=entry.recipients,
        subject=message.subject,
        text=message.text,
        html=message.html,
        notices=entry.notices,
        office_id=entry.office_id,
        thread=entry.thread,
        attachments=[
            {"name": one.name, "media_type": one.media_type, "sha256": store(settings.blob_url).put(one.data)}
            for one in message.attachments
        ],
    )
    mail = mails.queue(session, draft, now.astimezone(UTC))
    if mail is None:
        return None
    copies.queue(session, settings, mail, now, entry.items)
    return mail.id


def message_id(key: str, sender: str) -> str:
    """Stable for a mail: made from its key, so that a second try carries the same id and a mail server can tell."""
    domain = sender.rpartition("@")[2].strip(" >") or "localhost"
    return f"<{uuid.uuid5(uuid.NAMESPACE_URL, f'nianbao:{domain}:{key}')}@{domain}>"


def thread_id(thread: str, sender: str) -> str:
    """The id that the mails of a thread refer to, as if it were that of the first; empty for none."""
    return message_id(f"{thread}:thread", sender) if thread else ""


def recipients_of(session: Session, settings: Settings, office_id: int | None) -> tuple[tuple[str, ...], str]:
    """Who gets the mails of an office (None: of bodies that have none), and how it is addressed."""
    office = agencies.office(session, office_id) if office_id else None
    name = office.name if office is not None else OFFICE_WITHOUT_NAME
    emails = office.emails if office is not None and office.emails else settings.office_mail
    return mails.usable(session, emails), name
