"""One try to hand a mail to an SMTP server, what became of each recipient, and what kind of failure it was.

RFC 5321: each RCPT is answered for itself, so one refused address keeps the mail from nobody else; 5xx is for good, 4xx
for now. RFC 6531: an address beyond ASCII needs a server that offers SMTPUTF8."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Literal
from urllib.parse import parse_qs, quote, unquote, urlsplit

from alerts.compose import Attachment

TIMEOUT = 30.0  # seconds for each step of the conversation
ANSWER = 300.0  # seconds for the answer to the text: who hangs up too early does not know whether it was taken
TOO_MANY = 452  # RFC 5321, 4.5.3.1.10: no more recipients in this transaction, the others in one of their own

FailureKind = Literal["retry", "person"]


@dataclass(slots=True)
class Delivery:
    """What one try did for each recipient: ``delivered``; ``refused`` for good, ``deferred``, and ``unsure`` where the text
    left and the answer was lost, with the reason. ``crowded`` are those deferred because others filled the transaction."""

    delivered: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    deferred: dict[str, str] = field(default_factory=dict)
    unsure: dict[str, str] = field(default_factory=dict)
    crowded: tuple[str, ...] = ()


class SendFailed(Exception):
    """The mail was not accepted for anybody. ``kind``: ``retry`` may succeed by itself, ``person`` needs somebody to look.

    ``perhaps_sent`` is true where the text was handed over and the server's answer was lost: sending again could
    double the mail, so nobody does so automatically. ``refused`` holds the recipients refused for good, with the reason."""

    def __init__(
        self, message: str, kind: FailureKind, perhaps_sent: bool = False, refused: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.kind: FailureKind = kind
        self.perhaps_sent = perhaps_sent
        self.refused = refused or {}


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A mail as it is to leave: ``message_id`` is stable for the row it was made from, also on a second try; ``thread`` is
    the id under which mail programs keep it with others of its kind, empty for none."""

    message_id: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    html: str
    queued_at: datetime
    attachments: tuple[Attachment, ...] = ()
    thread: str = ""
    channel: str = ""  # where it is no mail but a copy for this channel (alerts.copies)


@dataclass(frozen=True, slots=True)
class Server:
    """Where and how to deliver, from ``smtp://user:secret@host:587?starttls=1`` or ``smtps://…``."""

    host: str
    port: int
    user: str
    password: str
    tls: bool
    starttls: bool

    @classmethod
    def parse(cls, url: str) -> Server:
        """Raises ValueError, without the password, if the address is not valid."""
        parts = urlsplit(url)
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            raise ValueError("SMTP_URL must look like smtp://host:25 or smtps://user:secret@host:465")
        tls = parts.scheme == "smtps"
        starttls = parse_qs(parts.query).get("starttls", ["0"])[0] in {"1", "true", "yes"}
        return cls(
            parts.hostname,
            parts.port or (465 if tls else 25),
            unquote(parts.username or ""),
            unquote(parts.password or ""),
            tls,
            starttls,
        )


def as_email(mail: Outgoing, sender: str, utf8: bool = False) -> EmailMessage:
    """The mail with both parts. Header values are folded to one line, so nothing can add a header. ``utf8``: the server
    takes addresses beyond ASCII; where it does not, the header names only the others."""
    message = EmailMessage(policy=policy.SMTPUTF8 if utf8 else policy.SMTP)
    message["From"] = sender
    message["To"] = ", ".join(one for one in map(ascii_domain, mail.recipients) if utf8 or one.isascii())
    message["Subject"] = " ".join(mail.subject.split())
    message["Date"] = format_datetime(mail.queued_at)
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    if mail.thread:
        message["In-Reply-To"] = message["References"] = mail.thread
    # RFC 2369: who is not the right addressee any more says so to the sender.
    address = sender.rpartition("<")[2].rstrip(">")
    message["List-Unsubscribe"] = f"<mailto:{quote(address, safe='@')}?subject={quote('退订：年报监测提醒')}>"
    message.set_content(mail.text, cte="base64")
    message.add_alternative(mail.html, subtype="html", cte="base64")
    for file in mail.attachments:
        kind, _, subtype = file.media_type.partition("/")
        message.add_attachment(file.data, kind, subtype, filename=file.name)
    return message


def ascii_domain(address: str) -> str:
    """The address with its domain in ASCII (RFC 5891), so that only a Chinese local part asks for SMTPUTF8."""
    local, at, domain = address.rpartition("@")
    try:
        return f"{local}{at}{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return address


def deliver(mail: Outgoing, smtp_url: str, sender: str, before_text: Callable[[], None] = lambda: None) -> Delivery:
    """Hand the mail to the server once, for every recipient that it takes. ``before_text`` is called right before the
    text leaves and may raise to keep it. Raises SendFailed where nobody got it."""
    server = Server.parse(smtp_url)
    if not mail.recipients:
        raise SendFailed("the mail has no recipient: give the office an address", "person")
    client = _reach(server, TIMEOUT)
    try:
        return _converse(client, mail, sender, before_text)
    finally:
        client.close()


def probe(smtp_url: str, sender: str, recipients: tuple[str, ...], timeout: float = 10.0) -> str:
    """Walk the way of a mail up to its text, which is not sent: EHLO, TLS, login, the sender, each recipient. Says what
    was found; raises SendFailed, or ValueError for an address that is not valid, where a mail would not pass."""
    server = Server.parse(smtp_url)
    client = _reach(server, timeout)
    try:
        secured = "TLS" if server.tls else "STARTTLS" if server.starttls else "no TLS"
        login = f"login as {server.user}" if server.user else "no login"
        found = [f"{server.host}:{server.port} answers", secured, login]
        utf8 = client.has_extn("smtputf8")
        delivery = _envelope(client, recipients, sender.rpartition("<")[2].rstrip(">"), utf8)
        turned_away = {**delivery.refused, **delivery.deferred}
        if turned_away:
            raise SendFailed("; ".join(turned_away.values()), "person", refused=turned_away)
        client.rset()
        client.quit()
    except (OSError, smtplib.SMTPException) as error:
        raise SendFailed(f"the conversation broke off: {_short(error)}", "retry") from error
    finally:
        client.close()
    return "; ".join([*found, f"takes the sender and {len(delivery.delivered)} recipient(s)"])


def _reach(server: Server, timeout: float) -> smtplib.SMTP:
    """A conversation begun: greeted, secured and logged in. Raises SendFailed."""
    try:
        return _connect(server, timeout)
    except smtplib.SMTPAuthenticationError as error:  # 454: the login cannot be checked now
        raise SendFailed(f"{server.host} refused the login ({error.smtp_code})", _kind(error.smtp_code)) from error
    except (OSError, smtplib.SMTPException) as error:
        raise SendFailed(f"{server.host}:{server.port} cannot be reached: {_short(error)}", "retry") from error


def _connect(server: Server, timeout: float) -> smtplib.SMTP:
    # Loading the machine's authorities takes longer than a mail: only where they are asked.
    context = ssl.create_default_context() if server.tls or server.starttls else None
    if server.tls:
        client: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=timeout, context=context)
    else:
        client = smtplib.SMTP(server.host, server.port, timeout=timeout)
    client.ehlo_or_helo_if_needed()
    if server.starttls:
        client.starttls(context=context)
        client.ehlo()
    if server.user:
        client.login(server.user, server.password)
    return client


def _converse(client: smtplib.SMTP, mail: Outgoing, sender: str, before_text: Callable[[], None]) -> Delivery:
    """One transaction after the other on one connection, for as long as the server takes only some recipients in each."""
    whole, rest = Delivery(), mail.recipients
    while rest:
        try:
            part = _transaction(client, replace(mail, recipients=rest), mail, sender, before_text)
        except SendFailed as failure:
            if not whole.delivered:
                raise
            whole.refused |= failure.refused
            left = {who: str(failure) for who in rest if who not in whole.refused}
            (whole.unsure if failure.perhaps_sent else whole.deferred).update(left)
            return whole
        rest = part.crowded
        whole.delivered += part.delivered
        whole.refused |= part.refused
        whole.deferred |= {who: why for who, why in part.deferred.items() if who not in rest}
    try:
        client.quit()
    except (OSError, smtplib.SMTPException):
        return whole  # the mail is taken; how the server says good-bye changes nothing
    return whole


def _transaction(
    client: smtplib.SMTP, mail: Outgoing, whole: Outgoing, sender: str, before_text: Callable[[], None]
) -> Delivery:
    """MAIL, RCPT, DATA step by step: only so is it known whether the text had left when something broke. The text names
    the recipients of the ``whole`` mail, whoever gets it by this transaction."""
    try:
        utf8 = client.has_extn("smtputf8") and not all(ascii_domain(one).isascii() for one in whole.recipients)
        body = as_email(whole, sender, utf8).as_bytes()
        delivery = _envelope(client, mail.recipients, sender.rpartition("<")[2].rstrip(">"), utf8)
    except (OSError, smtplib.SMTPException) as error:
        raise SendFailed(f"the conversation broke off before the text: {_short(error)}", "retry") from error
    if not delivery.delivered:
        reply = "; ".join((delivery.deferred or delivery.refused).values())
        raise SendFailed(reply, "retry" if delivery.deferred else "person", refused=delivery.refused)
    before_text()
    try:
        _wait_at_most(client, ANSWER)
        answer = client.data(body)
        _wait_at_most(client, TIMEOUT)
    except smtplib.SMTPDataError as error:  # DATA itself was refused: nothing had left
        raise SendFailed(_answer_text(error.smtp_code, error.smtp_error, "the text"), _kind(error.smtp_code)) from error
    except (OSError, smtplib.SMTPException) as error:
        raise SendFailed(f"the server's answer was lost after the text: {_short(error)}", "person", True) from error
    _expect(answer, "the text")
    return delivery


def _wait_at_most(client: smtplib.SMTP, seconds: float) -> None:
    if client.sock is not None:
        client.sock.settimeout(seconds)


def _envelope(client: smtplib.SMTP, recipients: tuple[str, ...], sender: str, utf8: bool) -> Delivery:
    """MAIL and a RCPT for each recipient: who is taken (in ``delivered``, should the text be taken), refused, deferred."""
    _expect(client.mail(sender, ["SMTPUTF8", "BODY=8BITMIME"] if utf8 else []), "the sender")
    delivery = Delivery()
    for recipient in recipients:
        address = ascii_domain(recipient)
        if not (utf8 or address.isascii()):
            delivery.refused[recipient] = f"{recipient} is not ASCII, and the server does not offer SMTPUTF8"
            continue
        code, reply = client.rcpt(address)
        if 200 <= code < 300:
            delivery.delivered.append(recipient)
        elif _kind(code) == "person":
            delivery.refused[recipient] = _answer_text(code, reply, recipient)
        else:
            delivery.deferred[recipient] = _answer_text(code, reply, recipient)
            if code == TOO_MANY and delivery.delivered:
                delivery.crowded += (recipient,)
    return delivery


def _expect(answer: tuple[int, bytes], what: str) -> None:
    code, reply = answer
    if not 200 <= code < 300:
        raise SendFailed(_answer_text(code, reply, what), _kind(code))


def _kind(code: int) -> FailureKind:
    return "person" if 500 <= code < 600 else "retry"


def _answer_text(code: int, reply: bytes | str, what: str) -> str:
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return f"the server refused {what}: {code} {' '.join(text.split())[:200]}"


def _short(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
