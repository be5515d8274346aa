"""The mail server of the season: takes mails, notes when each came, and is down for two days."""

from __future__ import annotations

import email
import email.policy
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.mailbox import free_port


class PostOffice:
    """Each mail is a line of ``folder/mailbox``: when (by the season's clock), to whom, subject, text."""

    def __init__(self, folder: Path, down: tuple[date, date]) -> None:
        self.folder, self.down = folder, down
        self.kept = folder / "mailbox"
        self.kept.touch()

    def now(self) -> datetime:
        """The season's time."""
        return datetime.fromisoformat((self.folder / "clock").read_text())

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.down[0] <= self.now().date() <= self.down[1]:
            return "421 service not available"
        envelope.mail_from = address
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content or b""
        message = email.message_from_bytes(
            content if isinstance(content, bytes) else content.encode(), policy=email.policy.default
        )
        body = message.get_body(("plain",))
        line = {
            "id": str(message["Message-ID"]),
            "at": self.now().isoformat(),
            "to": list(envelope.rcpt_tos),
            "subject": str(message["Subject"]),
            "text": body.get_content() if body is not None else "",
        }
        with self.kept.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
        return "250 OK"


@contextmanager
def post_office(folder: Path, down: tuple[date, date]) -> Iterator[str]:
    """The server for the length of the block; its address."""
    port = free_port()
    controller = Controller(PostOffice(folder, down), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()
