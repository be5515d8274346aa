"""What goes by mail goes to the channels as well: a row of the outbox each, sent and tried again for itself.

A copy says what its mail says, so it is decided with it: a mail that is taken back and decided again takes its unsent
copies with it (their keys begin with the mail's), and a copy whose mail left on another day is no longer sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from alerts import channels
from alerts.notice import Notice
from alerts.send import SendFailed
from models import mails

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from config import Settings

EVENT = "channel"
MARK = "+"  # between the key of a mail and the name of a channel
# Whose channels get the mails to an audience; what goes to a leader alone goes to no chat.
AUDIENCES = {"office": "office", "summary": "office", "ops": "ops", "failures": "ops"}
ITEM = ("key", "group", "agency", "year", "rule", "message", "place", "expected", "actual", "basis", "url")
LONGEST = 600  # characters of a chat's message: the shortest limit of those known is 2048 bytes


def configured(settings: Settings, audience: str) -> dict[str, str]:
    """The channels that get what an audience gets: name -> address. Raises channels.BadChannel."""
    return channels.channels({"office": settings.office_channels, "ops": settings.ops_channels}.get(audience, ""))


def queue(
    session: Session, settings: Settings, mail: mails.Mail, now: datetime, items: Sequence[Mapping[str, Any]] = ()
) -> None:
    """Queue the copies of a mail that was just queued; a webhook's has the ``items`` of the mail one by one."""
    for name in configured(settings, AUDIENCES.get(mail.stage, "")):
        key = f"{mail.key}{MARK}{name}"
        text = _text(mail)
        if channels.is_webhook(name):
            data = {"day": mail.day.isoformat(), "audience": mail.stage, "text": mail.text, "items": list(items)}
            text = channels.event(key, mail.event, mail.subject, data, now)
        copy = mails.Draft(
            key=key,
            message_id=f"<{name}:{mail.message_id.strip('<>')}>",
            audience=f"channel:{name}",
            event=EVENT,
            day=mail.day,
            recipients=[name],
            subject=mail.subject,
            text=text,
            html="",
            notices=[key],
            office_id=mail.office_id,
        )
        mails.queue(session, copy, now)


def item(notice: Notice) -> dict[str, Any]:
    """A notice as an event has it."""
    return {name: getattr(notice, name) for name in ITEM}


def send(settings: Settings, name: str, title: str, text: str, now: datetime) -> None:
    """Hand a copy to its channel. Raises SendFailed."""
    url = (configured(settings, "office") | configured(settings, "ops")).get(name)
    if url is None:
        raise SendFailed(f"the channel {name} is configured no more: drop the work", "person")
    channels.post(url, title, text, now)


def original(session: Session, copy: mails.Mail) -> mails.Mail | None:
    """The mail that a copy is of; None where it was taken back."""
    return mails.by_key(session, copy.key.rpartition(MARK)[0])


def _text(mail: mails.Mail) -> str:
    """For a chat: the first lines of the mail. The whole stands in the mail."""
    lines = [line for line in mail.text.splitlines() if line.strip()]
    short = "\n".join(lines)[:LONGEST]
    return f"{short}\n……\n（全文和附件见邮件）"
