"""Mails that came back: delivery status notifications (RFC 3464) in the sender's mailbox, read by IMAP.

Only such notifications are touched (marked as seen); what people wrote, and notices that no standard describes, stay as
they are. A status of class 5 is for good, one of class 4 for now (RFC 3463)."""

from __future__ import annotations

import email
import imaplib
import re
import ssl
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from email import policy
from email.message import Message
from urllib.parse import parse_qs, unquote, urlsplit

TIMEOUT = 30.0  # seconds for each answer
MOST_BYTES = 5_000_000  # of one notification; what is larger holds a whole returned mail and is left to people
MOST_UNSEEN = 2_000  # unread messages of which the heads are looked at, the newest


class MailboxFailed(Exception):
    """The mailbox cannot be read; one line, without the password."""


@dataclass(frozen=True, slots=True)
class Bounce:
    """One recipient that a mail did not reach. ``message_id`` is that of the mail that came back, ``addresses`` are those
    by which the notification knows the recipient, ``status`` the enhanced code (5.1.1), ``reason`` what the server said."""

    message_id: str
    addresses: tuple[str, ...]
    status: str
    reason: str

    @property
    def for_good(self) -> bool:
        """Whether a second try would come back as well."""
        return self.status.startswith("5")

    @property
    def no_such_address(self) -> bool:
        """Whether the address itself is wrong or switched off, so that no mail will ever arrive there."""
        return self.status.startswith("5.1.") or self.status == "5.2.1"


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where to look, from ``imaps://user:secret@host:993/INBOX`` or ``imap://…?starttls=1``."""

    host: str
    port: int
    user: str
    password: str
    folder: str
    tls: bool
    starttls: bool

    @classmethod
    def parse(cls, url: str) -> Mailbox:
        """Raises ValueError, without the password, if the address is not valid."""
        parts = urlsplit(url)
        if parts.scheme not in {"imap", "imaps"} or not parts.hostname or not parts.username:
            raise ValueError("IMAP_URL must look like imaps://user:secret@host:993/INBOX")
        tls = parts.scheme == "imaps"
        starttls = parse_qs(parts.query).get("starttls", ["0"])[0] in {"1", "true", "yes"}
        return cls(
            parts.hostname,
            parts.port or (993 if tls else 143),
            unquote(parts.username),
            unquote(parts.password or ""),
            unquote(parts.path.strip("/")) or "INBOX",
            tls,
            starttls,
        )


# ------------------------------------------------------------------ one notification


def bounces(data: bytes) -> list[Bounce]:
    """The failures that a message reports; none where it is no delivery status notification, or names no mail."""
    message = email.message_from_bytes(data, policy=policy.default)
    if not _is_notification(str(message["Content-Type"] or "")):
        return []
    parts = list(message.walk())
    status = next((part for part in parts if part.get_content_type() == "message/delivery-status"), None)
    message_id = next(filter(None, map(_returned_id, parts)), "")
    if status is None or not message_id:
        return []
    return list(_failures(status, message_id))


def _is_notification(content_type: str) -> bool:
    kind = "".join(content_type.lower().split())
    return kind.startswith("multipart/report") and "delivery-status" in kind


def _returned_id(part: Message) -> str:
    """The id of the mail that came back, from the part that holds it or its head."""
    payload = part.get_payload()
    if part.get_content_type() == "message/rfc822" and isinstance(payload, list):
        return next((str(one["Message-ID"] or "").strip() for one in payload if isinstance(one, Message)), "")
    if part.get_content_type() == "text/rfc822-headers":
        body = part.get_payload(decode=True)
        head = email.message_from_bytes(body if isinstance(body, bytes) else b"", policy=policy.default)
        return str(head["Message-ID"] or "").strip()
    return ""


def _failures(status: Message, message_id: str) -> Iterator[Bounce]:
    blocks = status.get_payload()
    for block in blocks if isinstance(blocks, list) else ():
        # delayed: the server goes on trying; the others are no failures
        if not isinstance(block, Message) or str(block["Action"] or "").strip().lower() != "failed":
            continue
        addresses = [_address(str(block[name] or "")) for name in ("Original-Recipient", "Final-Recipient")]
        diagnostic = " ".join(str(block["Diagnostic-Code"] or "").split())
        code = re.search(r"\b[245]\.\d{1,3}\.\d{1,3}\b", str(block["Status"] or "")) or re.search(
            r"\b[45]\.\d{1,3}\.\d{1,3}\b", diagnostic
        )
        if any(addresses):
            reason = diagnostic.partition(";")[2].strip() or diagnostic
            yield Bounce(message_id, tuple(filter(None, addresses)), code[0] if code else "", reason[:300])


def _address(field: str) -> str:
    """``rfc822; name@host`` as the address alone."""
    return field.partition(";")[2].strip().strip("<>").lower()


# ------------------------------------------------------------------ the mailbox


def read(url: str, take: Callable[[Sequence[Bounce]], None]) -> int:
    """Hand the failures of each unread notification to ``take``, then mark it as seen: one that ``take`` raised on is
    found again. Returns how many notifications there were. Raises MailboxFailed, or ValueError for an address that is
    none."""
    box = Mailbox.parse(url)
    client = _open(box)
    try:
        found = 0
        for uid in _notifications(client):
            data = _fetched(client, uid, "(BODY.PEEK[])")
            failures = bounces(data)
            if failures:
                take(failures)
            client.uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen)")
            found += 1
        return found
    except (OSError, imaplib.IMAP4.error) as error:
        raise MailboxFailed(f"{box.host}: the mailbox broke off: {_short(error)}") from error
    finally:
        _leave(client)


def probe(url: str) -> str:
    """Say that the mailbox can be read. Raises MailboxFailed or ValueError."""
    box = Mailbox.parse(url)
    _leave(_open(box))
    secured = "TLS" if box.tls else "STARTTLS" if box.starttls else "no TLS"
    return f"{box.host}:{box.port} answers; {secured}; login as {box.user}; {box.folder} can be read"


def _open(box: Mailbox) -> imaplib.IMAP4:
    context = ssl.create_default_context()
    try:
        if box.tls:
            client: imaplib.IMAP4 = imaplib.IMAP4_SSL(box.host, box.port, ssl_context=context, timeout=TIMEOUT)
        else:
            client = imaplib.IMAP4(box.host, box.port, timeout=TIMEOUT)
        if box.starttls:
            client.starttls(context)
        client.login(box.user, box.password)
        answer, data = client.select(_quoted(box.folder))
    except (OSError, imaplib.IMAP4.error) as error:
        raise MailboxFailed(f"{box.host}:{box.port} cannot be read: {_short(error)}") from error
    if answer != "OK":
        raise MailboxFailed(f"{box.host}: no folder {box.folder!r}: {data!r}"[:300])
    return client


def _notifications(client: imaplib.IMAP4) -> list[str]:
    """The unread messages whose head says that they are notifications, and that are not too large."""
    _, answer = client.uid("SEARCH", "UNSEEN")
    unseen = (answer[0] or b"").decode().split()[-MOST_UNSEEN:]
    if not unseen:
        return []
    _, lines = client.uid("FETCH", ",".join(unseen), "(UID RFC822.SIZE BODY.PEEK[HEADER.FIELDS (CONTENT-TYPE)])")
    out = []
    for line in lines:
        if not isinstance(line, tuple):
            continue
        about, head = line[0].decode("ascii", "replace"), line[1].decode("ascii", "replace")
        uid, size = re.search(r"UID (\d+)", about), re.search(r"RFC822\.SIZE (\d+)", about)
        if uid and _is_notification(head.partition(":")[2]) and (size is None or int(size[1]) <= MOST_BYTES):
            out.append(uid[1])
    return out


def _fetched(client: imaplib.IMAP4, uid: str, what: str) -> bytes:
    _, lines = client.uid("FETCH", uid, what)
    return next((line[1] for line in lines if isinstance(line, tuple)), b"")


def _leave(client: imaplib.IMAP4) -> None:
    try:
        client.logout()
    except (OSError, imaplib.IMAP4.error):
        client.shutdown()


def _quoted(folder: str) -> str:
    escaped = folder.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _short(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
