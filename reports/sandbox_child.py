"""The child of ``reports.sandbox``: reads files from its input until that ends. Not for use by hand.

A message is a length (8 bytes, big endian), a JSON header of that length, the file and its pictures; the answer is a
length and a JSON object ``{"report": …, "retire": bool}``.
"""

from __future__ import annotations

import json
import os
import resource
import struct
import sys
from typing import BinaryIO

_LENGTH = struct.Struct(">Q")


def main() -> None:
    """Answer until the input ends."""
    limit = int(sys.argv[1]) * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    source = os.fdopen(0, "rb", closefd=False)
    # Libraries that print must not write into the answers.
    target = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    while _serve(source, target):
        pass


def _serve(source: BinaryIO, target: BinaryIO) -> bool:
    head = source.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return False
    header = json.loads(source.read(_LENGTH.unpack(head)[0]))
    data = source.read(header["bytes"])
    pictures = {address: source.read(size) for address, size in header["pictures"]}
    _limit_processor_time(header["seconds"])
    from reports import reader  # first use: the parent need not wait for a child that only starts

    report = reader.read(data, header["name"], pictures)
    # After an exhausted memory the heap is in pieces: a new child serves the next file.
    retire = report.error is not None and ("memory" in report.error or "reader failed" in report.error)
    answer = json.dumps({"report": report.as_dict(details=True), "retire": retire}, ensure_ascii=False).encode()
    target.write(_LENGTH.pack(len(answer)) + answer)
    target.flush()
    return True


def _limit_processor_time(seconds: float) -> None:
    """Of this file: what was used so far does not count. Threads add up, hence twice the wall clock."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime + 2 * seconds) + 2
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))
