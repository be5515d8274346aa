"""The outbox: each mail once, each matter told once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import work
from models.base import Base, Json, inserted, one_of

STATES = ("queued", "sending", "sent", "failed", "perhaps_sent")


class Mail(Base):
    """One mail. Unique by ``key`` (event, audience, office, season and day), so that deciding twice queues it once."""

    __tablename__ = "mails"

    id: Mapped[int] = mapped_column(primary_key=True)
    # Identity
    key: Mapped[str] = mapped_column(unique=True)
    message_id: Mapped[str] = mapped_column(unique=True)
    office_id: Mapped[int | None] = mapped_column(sa.ForeignKey("offices.id", ondelete="SET NULL"))
    event: Mapped[str]
    stage: Mapped[str]
    day: Mapped[date]
    # Mails of one thread stand together in a mail program; empty: it stands alone
    thread: Mapped[str] = mapped_column(default="", server_default="")
    # Content
    recipients: Mapped[list[str]] = mapped_column(Json)
    # What became of each recipient: address -> {"state": …, "reason": …}: delivered, refused, deferred, unsure, or
    # returned where the mail came back
    deliveries: Mapped[dict[str, dict[str, str]]] = mapped_column(Json, default=dict, server_default="{}")
    subject: Mapped[str]
    text: Mapped[str]
    html: Mapped[str]
    # Files beside the text, by the sha256 under which the store has them: name, media_type, sha256
    attachments: Mapped[list[dict[str, str]]] = mapped_column(Json, default=list, server_default="[]")
    # Life
    state: Mapped[str] = mapped_column(default="queued", server_default="queued")
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    error: Mapped[str | None]
    queued_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]

    __table_args__ = (
        one_of("state", STATES),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_has_a_time"),
        sa.Index("ix_mails_state", "state"),
    )


class MailNotice(Base):
    """A matter told in a mail. Unique by audience and matter: nothing is told twice, whatever the mail."""

    __tablename__ = "mail_notices"

    mail_id: Mapped[int] = mapped_column(sa.ForeignKey("mails.id", ondelete="CASCADE"), primary_key=True)
    audience: Mapped[str] = mapped_column(primary_key=True)
    notice_key: Mapped[str] = mapped_column(primary_key=True)

    __table_args__ = (sa.UniqueConstraint("audience", "notice_key"),)


class RefusedAddress(Base):
    """An address at which no mail will ever arrive, as a mail that came back said; nothing is sent there until a person
    lifts the mark."""

    __tablename__ = "refused_addresses"

    address: Mapped[str] = mapped_column(primary_key=True)  # lower case
    since: Mapped[datetime]
    reason: Mapped[str]
    mail_id: Mapped[int | None]


@dataclass(frozen=True, slots=True)
class Draft:
    """A mail to be queued. ``key`` is unique for it; ``audience`` is office or ops; ``notices`` are the keys of what it
    tells; ``attachments`` are files in the store: name, media_type, sha256; ``thread`` is what it stands together with."""

    key: str
    message_id: str
    audience: str
    event: str
    day: date
    recipients: Sequence[str]
    subject: str
    text: str
    html: str
    notices: Sequence[str]
    office_id: int | None = None
    attachments: Sequence[Mapping[str, str]] = ()
    thread: str = ""


def queue(session: Session, draft: Draft, now: datetime) -> Mail | None:
    """Put a mail into the outbox, with the work to send it. None if it is there already: it is queued once."""
    if session.scalar(sa.select(Mail.id).where(Mail.key == draft.key)) is not None:
        return None
    mail = Mail(
        key=draft.key, message_id=draft.message_id, office_id=draft.office_id, event=draft.event, stage=draft.audience,
        day=draft.day, thread=draft.thread, recipients=list(draft.recipients), subject=draft.subject, text=draft.text,
        html=draft.html, state="queued", queued_at=now, attachments=[dict(one) for one in draft.attachments],
    )  # fmt: skip
    notified = dict.fromkeys(draft.notices)
    try:
        with session.begin_nested():  # the mail and what it tells: both or neither
            session.add(mail)
            session.flush()
            _take_over(session, draft.audience, draft.notices)
            session.add_all(MailNotice(mail_id=mail.id, audience=draft.audience, notice_key=key) for key in notified)
            session.flush()
    except sa.exc.IntegrityError:
        return None  # another process decided the same a moment earlier
    work.add(session, "mail", mail.id, now)
    return mail


def _take_over(session: Session, audience: str, notices: Sequence[str]) -> None:
    """What a failed mail would have told, a new one tells: the failed one is then empty and never sent any more."""
    failed = (
        sa.select(MailNotice.mail_id)
        .join(Mail)
        .where(MailNotice.audience == audience, MailNotice.notice_key.in_(notices), Mail.state == "failed")
    )
    given_up = session.scalars(failed.distinct()).all()
    session.execute(sa.delete(MailNotice).where(MailNotice.mail_id.in_(given_up)))


def withdraw(session: Session, key_prefix: str) -> list[str]:
    """Take back the mails whose key begins so, that wait and that nobody has got yet. Returns the keys of what they would
    have told."""
    waiting = sa.select(Mail).where(Mail.key.startswith(key_prefix, autoescape=True), Mail.state == "queued")
    untold: list[str] = []
    for mail in session.scalars(waiting.with_for_update()).all():
        if all(one["state"] != "delivered" for one in mail.deliveries.values()):
            taken_back = sa.delete(MailNotice).where(MailNotice.mail_id == mail.id)
            untold += session.scalars(taken_back.returning(MailNotice.notice_key))
            session.delete(mail)
    session.flush()
    return untold


def is_replaced(session: Session, mail_id: int) -> bool:
    """Whether a later mail tells what this one would have told."""
    return session.scalar(sa.select(MailNotice.mail_id).where(MailNotice.mail_id == mail_id).limit(1)) is None


def pending_recipients(mail: Mail) -> tuple[str, ...]:
    """The recipients that neither have the mail nor were refused for good, in order."""
    ended = {who for who, one in mail.deliveries.items() if one["state"] in {"delivered", "refused"}}
    return tuple(who for who in mail.recipients if who not in ended)


def record_deliveries(
    session: Session,
    mail_id: int,
    delivered: Sequence[str] = (),
    refused: Mapping[str, str] | None = None,
    deferred: Mapping[str, str] | None = None,
    unsure: Mapping[str, str] | None = None,
) -> None:
    """Keep what one try did for each recipient, beside what earlier tries did for others."""
    mail = session.get_one(Mail, mail_id, populate_existing=True)
    found = {who: {"state": "delivered", "reason": ""} for who in delivered}
    found |= {who: {"state": "refused", "reason": why} for who, why in (refused or {}).items()}
    found |= {who: {"state": "deferred", "reason": why} for who, why in (deferred or {}).items()}
    found |= {who: {"state": "unsure", "reason": why} for who, why in (unsure or {}).items()}
    mail.deliveries = {**mail.deliveries, **found}
    session.flush()


def notified(session: Session) -> dict[str, set[str]]:
    """Audience -> the matters already in a mail to it. A mail that nobody got told nothing."""
    out: dict[str, set[str]] = {}
    query = sa.select(MailNotice.audience, MailNotice.notice_key).join(Mail).where(Mail.state != "failed")
    for audience, key in session.execute(query):
        out.setdefault(audience, set()).add(key)
    return out


def notified_of(session: Session, keys: Sequence[str]) -> dict[str, set[str]]:
    """As ``notified``, of these matters alone."""
    out: dict[str, set[str]] = {}
    query = sa.select(MailNotice.audience, MailNotice.notice_key).join(Mail)
    for audience, key in session.execute(query.where(Mail.state != "failed", MailNotice.notice_key.in_(keys))):
        out.setdefault(audience, set()).add(key)
    return out


def notified_at(session: Session, audience: str) -> dict[str, datetime]:
    """Matter -> when the mail that tells it to that audience was queued, of those that did not fail."""
    query = (
        sa.select(MailNotice.notice_key, Mail.queued_at)
        .join(Mail)
        .where(MailNotice.audience == audience, Mail.state != "failed")
    )
    return dict(session.execute(query).all())


def kinds_on(session: Session, day: date) -> dict[int | None, dict[str, int]]:
    """Office -> how many mails of each kind were queued for it on that day."""
    out: dict[int | None, dict[str, int]] = {}
    query = (
        sa.select(Mail.office_id, Mail.event, sa.func.count())
        .where(Mail.day == day, Mail.stage != "ops")
        .group_by(Mail.office_id, Mail.event)
    )
    for office_id, event, number in session.execute(query):
        out.setdefault(office_id, {})[event] = number
    return out


def last_digests(session: Session) -> dict[int | None, datetime]:
    """Office -> when its last digest was queued that did not fail."""
    query = (
        sa.select(Mail.office_id, sa.func.max(Mail.queued_at))
        .where(Mail.event == "digest", Mail.stage == "office", Mail.state != "failed")
        .group_by(Mail.office_id)
    )
    return dict(session.execute(query).all())


def take(session: Session, mail_id: int) -> Mail | None:
    """Mark a queued mail as being sent; None if it is in another state. Committed before the first byte leaves, so a
    process that dies in between leaves ``sending`` behind, which is shown as perhaps sent and never repeated by itself."""
    taken = session.scalar(
        sa.update(Mail)
        .where(Mail.id == mail_id, Mail.state == "queued")
        .values(state="sending", tries=Mail.tries + 1)
        .returning(Mail.id)
        .execution_options(synchronize_session=False)
    )
    return session.get(Mail, mail_id, populate_existing=True) if taken is not None else None


def mark(session: Session, mail_id: int, state: str, error: str | None, now: datetime) -> None:
    """What became of a mail that was being sent: ``sent``, ``queued`` (again), ``failed`` or ``perhaps_sent``."""
    session.execute(
        sa.update(Mail)
        .where(Mail.id == mail_id, Mail.state == "sending")
        .values(state=state, error=error, sent_at=now if state == "sent" else None)
        .execution_options(synchronize_session=False)
    )


def interrupted(session: Session, mail_id: int) -> bool:
    """Turn a mail that was left in ``sending`` by a dead process into ``perhaps_sent``; True if it was one."""
    changed = session.scalar(
        sa.update(Mail)
        .where(Mail.id == mail_id, Mail.state == "sending")
        .values(state="perhaps_sent", error="the sender stopped while the mail was being handed over")
        .returning(Mail.id)
        .execution_options(synchronize_session=False)
    )
    return changed is not None


# ------------------------------------------------------------------ mails that came back


def by_key(session: Session, key: str) -> Mail | None:
    """The mail of that key."""
    return session.scalar(sa.select(Mail).where(Mail.key == key))


def by_message_id(session: Session, message_id: str, since: datetime) -> Mail | None:
    """The mail of that id, if it was sent after that moment."""
    return session.scalar(sa.select(Mail).where(Mail.message_id == message_id, Mail.sent_at >= since).with_for_update())


def came_back(session: Session, mail: Mail, returned: Mapping[str, str]) -> dict[str, str]:
    """Note that a sent mail came back from these recipients (address -> reason); returns those that were not known yet.
    A mail that has come back from everybody has told nothing: what it told is told again."""
    new = {who: why for who, why in returned.items() if mail.deliveries.get(who, {}).get("state") != "returned"}
    found = {who: {"state": "returned", "reason": why} for who, why in new.items()}
    mail.deliveries = {**mail.deliveries, **found}
    if new and all(mail.deliveries.get(who, {}).get("state") in {"returned", "refused"} for who in mail.recipients):
        mail.state, mail.sent_at, mail.error = "failed", None, "it came back from every recipient"
    session.flush()
    return new


def refuse(session: Session, address: str, reason: str, mail_id: int, now: datetime) -> None:
    """Mark an address as one at which nothing arrives."""
    if session.get(RefusedAddress, address.lower()) is None:
        inserted(session, RefusedAddress(address=address.lower(), since=now, reason=reason, mail_id=mail_id))


def refused(session: Session) -> list[RefusedAddress]:
    """The addresses so marked."""
    return list(session.scalars(sa.select(RefusedAddress).order_by(RefusedAddress.address)))


def usable(session: Session, addresses: Sequence[str]) -> tuple[str, ...]:
    """Those of the addresses that are not so marked."""
    marked = set(
        session.scalars(
            sa.select(RefusedAddress.address).where(RefusedAddress.address.in_([one.lower() for one in addresses]))
        )
    )
    return tuple(one for one in addresses if one.lower() not in marked)


def readmit(session: Session, address: str) -> bool:
    """Lift the mark. False where there is none."""
    row = session.get(RefusedAddress, address.lower())
    if row is not None:
        session.delete(row)
        session.flush()
    return row is not None
