"""A real SMTP server for tests: keeps what it takes, and can refuse or hang up at a chosen step."""

from __future__ import annotations

import asyncio
import email
import email.policy
import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

# Its thread outlives the test and would write into a log that is closed by then.
logging.getLogger("mail.log").setLevel(logging.ERROR)


class Mailbox:
    """The server's handler: ``mails`` in order of arrival; ``answer`` overrides the reply to DATA."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.answer: str | None = None
        self.hang_up_after_text = False
        self.busy: set[str] = set()  # recipients put off for now
        self.greylists = False  # each recipient is put off once
        self.most = 0  # recipients taken in one transaction; 0: all
        self.slow = 0.0  # seconds before each answer to RCPT and to the text
        self.breaks_off_after = -1  # transactions after which the text is taken and the connection dropped
        self._seen: set[str] = set()
        self.url = ""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content or b""
        data = content if isinstance(content, bytes) else content.encode()
        message = email.message_from_bytes(data, policy=email.policy.default)
        await asyncio.sleep(self.slow)
        if self.answer is not None:
            return self.answer
        self.mails.append(message)
        self.recipients.append(list(envelope.rcpt_tos))
        if self.hang_up_after_text or len(self.mails) - 1 == self.breaks_off_after:
            transport = server.transport
            assert isinstance(transport, asyncio.Transport)
            transport.abort()
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("nobody@"):
            return "550 no such mailbox"
        if address in self.busy:
            return "452 mailbox busy"
        await asyncio.sleep(self.slow)
        if self.greylists and address not in self._seen:
            self._seen.add(address)
            return "450 4.2.0 greylisted, come back later"
        if self.most and len(envelope.rcpt_tos) >= self.most:
            return "452 4.5.3 too many recipients"
        envelope.rcpt_tos.append(address)
        return "250 OK"


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def mailbox(utf8: bool = False) -> Iterator[Mailbox]:
    """An SMTP server on loopback for the length of the block; with ``utf8`` it offers SMTPUTF8."""
    handler = Mailbox()
    port = free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port, enable_SMTPUTF8=utf8)
    controller.start()
    handler.url = f"smtp://127.0.0.1:{port}"
    try:
        yield handler
    finally:
        controller.stop()
