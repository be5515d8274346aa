"""The child of ``reports.sandbox``: reads files from its input until that ends. Not for use by hand.

A message is a length (8 bytes, big endian), a JSON head of that length, then the bytes that the head announces. First
goes out ``{"ready": true}``. In come a file and its pictures; out go ``{"report": bytes, "retire": bool}`` with the report
as ``reports.compact`` writes it, or before that ``{"rar": bytes}`` with an archive that the parent unpacks and sends back
as ``{"files": [[name, bytes], …]}`` or ``{"error": …, "limit": …}``.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import struct
from typing import Any, BinaryIO

from reports import reader, unpack
from reports.blocks import Unreadable
from reports.compact import compact

_LENGTH = struct.Struct(">Q")


class Parent:
    """The pipes to and from the process that asks."""

    def __init__(self, source: BinaryIO, target: BinaryIO) -> None:
        self.source, self.target = source, target

    def head(self) -> dict[str, Any] | None:
        """The head of the next message, None where the input has ended."""
        size = self.source.read(_LENGTH.size)
        if len(size) < _LENGTH.size:
            return None
        head: dict[str, Any] = json.loads(self.source.read(_LENGTH.unpack(size)[0]))
        return head

    def send(self, head: dict[str, Any], body: bytes = b"") -> None:
        """Write a message."""
        packed = json.dumps(head, ensure_ascii=False).encode()
        self.target.write(_LENGTH.pack(len(packed)) + packed + body)
        self.target.flush()

    def unpack(self, archive: bytes) -> list[tuple[str, bytes]]:
        """``reports.unpack.rar``, done by the parent: this process may start no program."""
        self.send({"rar": len(archive)}, archive)
        head = self.head() or {"error": "the reader is being ended", "limit": None}
        if "error" in head:
            raise Unreadable(head["error"], head["limit"])
        return [(name, self.source.read(size)) for name, size in head["files"]]


def main() -> None:
    """Answer until the input ends. ``reports.wall`` has shut this process in before this module was imported, for the
    libraries that it imports start threads."""
    # Libraries that print must not write into the answers.
    pipes = Parent(os.fdopen(0, "rb", closefd=False), os.fdopen(os.dup(1), "wb"))
    os.dup2(2, 1)
    gc.collect()
    gc.freeze()  # what is loaded stays: the search for cycles need not go through it with every file
    pipes.send({"ready": True})
    while _serve(pipes):
        pass


def _serve(parent: Parent) -> bool:
    header = parent.head()
    if header is None:
        return False
    data = parent.source.read(header["bytes"])
    pictures = {address: parent.source.read(size) for address, size in header["pictures"]}
    _limit_processor_time(header["seconds"])
    unpack.ask = parent.unpack
    report = reader.read(data, header["name"], pictures, header["partial"])
    text = compact(report.as_dict(details=True))
    parent.send({"report": len(text), "retire": report.retire}, text)
    return True


def _limit_processor_time(seconds: float) -> None:
    """Of this file: what was used so far does not count. Threads add up, hence twice the wall clock."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime + 2 * seconds) + 2
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))
