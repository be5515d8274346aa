"""A real IMAP server for tests, in a process of its own: ``python -m tests.imap_server FOLDER``.

Each ``*.eml`` in the folder is a message of INBOX, in order of names; ``*.seen`` beside one says that it was read. The port
is printed. One account: nianbao, with the password geheim."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import quote

from twisted.cred import checkers, portal
from twisted.internet import protocol
from twisted.mail import imap4
from zope.interface import implementer  # type: ignore[import-untyped]


@implementer(imap4.IMessage, imap4.IMessageFile)
class Message:
    """One file."""

    def __init__(self, path: Path, uid: int) -> None:
        self.path, self.uid = path, uid
        self.parsed = message_from_bytes(path.read_bytes())

    def getUID(self):
        return self.uid

    def getFlags(self):
        return ["\\Seen"] if self.path.with_suffix(".seen").exists() else []

    def getInternalDate(self):
        return "01-Feb-2027 09:00:00 +0800"

    def getHeaders(self, negate, *names):
        wanted = {name.decode().lower() if isinstance(name, bytes) else name.lower() for name in names}
        return {
            key.lower(): str(value)
            for key, value in self.parsed.items()
            if not names or (key.lower() in wanted) is not negate
        }

    def getBodyFile(self):
        return io.BytesIO(self.path.read_bytes().partition(b"\n\n")[2])

    def getSize(self):
        return self.path.stat().st_size

    def isMultipart(self):
        return self.parsed.is_multipart()

    def getSubPart(self, part):
        raise IndexError(part)

    def open(self):
        return self.path.open("rb")


@implementer(imap4.IMailbox)
class Inbox:
    """The folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def messages(self) -> list[Message]:
        return [Message(path, number) for number, path in enumerate(sorted(self.folder.glob("*.eml")), 1)]

    def getFlags(self):
        return ["\\Seen"]

    def getHierarchicalDelimiter(self):
        return "/"

    def getUIDValidity(self):
        return 1

    def getUIDNext(self):
        return len(self.messages()) + 1

    def getUID(self, message):
        return message

    def getMessageCount(self):
        return len(self.messages())

    def getRecentCount(self):
        return 0

    def getUnseenCount(self):
        return sum(not message.getFlags() for message in self.messages())

    def isWriteable(self):
        return True

    def destroy(self):
        """Nothing is held."""

    def requestStatus(self, names):
        return imap4.statusRequestHelper(self, names)

    def addListener(self, listener):
        """Nobody is told of new messages."""

    def removeListener(self, listener):
        """Nobody is told of new messages."""

    def fetch(self, messages, uid):
        found = self.messages()
        messages.last = len(found)
        return [(number, found[number - 1]) for number in messages if 0 < number <= len(found)]

    def store(self, messages, flags, mode, uid):
        out = {}
        for number, message in self.fetch(messages, uid):
            seen = message.path.with_suffix(".seen")
            if "\\Seen" in flags:
                seen.touch() if mode >= 0 else seen.unlink(missing_ok=True)
            out[number] = message.getFlags()
        return out


class Account(imap4.MemoryAccountWithoutNamespaces):
    """One mailbox."""


class Realm:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def requestAvatar(self, _name, _mind, *_interfaces):
        account = Account("nianbao")
        account.addMailbox("INBOX", Inbox(self.folder))
        return imap4.IAccount, account, lambda: None


def main(folder: Path) -> None:
    reactor: Any = import_module("twisted.internet.reactor")  # it is installed where it is first imported
    realm: Any = Realm(folder)
    users: Any = checkers.InMemoryUsernamePasswordDatabaseDontUse(nianbao=b"geheim")

    class Factory(protocol.Factory):
        def buildProtocol(self, _address):
            made: Any = imap4.IMAP4Server()
            made.portal = portal.Portal(realm, [users])
            return made

    port = reactor.listenTCP(0, Factory(), interface="127.0.0.1")
    print(port.getHost().port, flush=True)
    reactor.run()


@contextmanager
def imap(folder: Path, password: str = "geheim") -> Iterator[str]:
    """The address of the server for the length of the block."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.imap_server", str(folder)], stdout=subprocess.PIPE, text=True,
        cwd=Path(__file__).parents[1],
    )  # fmt: skip
    try:
        assert child.stdout is not None
        yield f"imap://nianbao:{quote(password)}@127.0.0.1:{int(child.stdout.readline())}/INBOX"
    finally:
        child.kill()
        child.wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
