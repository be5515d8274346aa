"""A mailbox on loopback: a real SMTP server that keeps each mail as a file."""

from __future__ import annotations

import re
import socket
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Mailbox:
    """Takes mails and writes them to ``folder`` as ``0001-….eml``; a context."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.taken: list[Path] = []
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = int(probe.getsockname()[1])
        self._controller = Controller(self, hostname="127.0.0.1", port=self._port)

    @property
    def url(self) -> str:
        """The address for SMTP_URL."""
        return f"smtp://127.0.0.1:{self._port}"

    def __enter__(self) -> Mailbox:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802
        """Keep the mail."""
        data = envelope.original_content or envelope.content or b""
        raw = data if isinstance(data, bytes) else data.encode()
        stem = re.sub(r"[^\w.@-]+", "-", ",".join(envelope.rcpt_tos))[:60]
        path = self.folder / f"{len(self.taken) + 1:04d}-{stem}.eml"
        path.write_bytes(raw)
        self.taken.append(path)
        return "250 OK"
