"""Reading in a child with limits: a hostile file costs one child, not the worker.

The child is started with ``subprocess`` (a worker's own children may not have ``multiprocessing`` children), kept for
some hundred files, and replaced after a crash, a time-out or an exhausted memory. The files of one process are read one
after the other; a process that forks starts a child of its own.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import selectors
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reports.reader import refused
from reports.report import Report

ROOT = Path(__file__).resolve().parent.parent
# Imports of OpenCV and onnxruntime cost half a second: keep the child, but not for ever.
FILES_A_CHILD = 300
# Share of the memory limit from which on a child that ended by a signal ended for want of memory.
FULL = 0.5
MAX_ANSWER = 256 * 1024 * 1024
_LENGTH = struct.Struct(">Q")
# -P: this package has modules named like some of the standard library's.
_START = "import sys; sys.path.insert(0, {root!r}); from reports.sandbox_child import main; main()"


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one file: megabytes of address space of the child, and seconds of wall clock."""

    memory_mb: int = 3072
    seconds: float = 120


class _Died(Exception):
    """The child ended, or was ended, before it answered."""


class _Child:
    """One child process and the pipes to it."""

    def __init__(self, memory_mb: int) -> None:
        self.owner = os.getpid()
        self.memory_mb = memory_mb
        self.files = 0
        self.used_mb = 0  # at most, known when it has ended
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-c", _START.format(root=str(ROOT)), str(memory_mb)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # so that what it starts dies with it
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.input, self.output = self.process.stdin.fileno(), self.process.stdout.fileno()
        os.set_blocking(self.input, False)
        os.set_blocking(self.output, False)

    def ask(self, message: list[bytes], seconds: float) -> bytes:
        """Send the message, return the answer. Raises TimeoutError or _Died."""
        until = time.monotonic() + seconds
        pending = [memoryview(part) for part in message if part]
        answer = bytearray()
        expected: int | None = None
        with selectors.DefaultSelector() as selector:
            selector.register(self.output, selectors.EVENT_READ)
            selector.register(self.input, selectors.EVENT_WRITE)
            while expected is None or len(answer) < expected:
                left = until - time.monotonic()
                if left <= 0:
                    raise TimeoutError
                for key, _ in selector.select(left):
                    if key.fd == self.output:
                        answer += self._receive()
                    elif not self._send(pending):
                        selector.unregister(self.input)
                if expected is None and len(answer) >= _LENGTH.size:
                    expected = _LENGTH.unpack_from(answer)[0] + _LENGTH.size
                    if expected > MAX_ANSWER:
                        raise _Died
        return bytes(answer[_LENGTH.size :])

    def _receive(self) -> bytes:
        try:
            chunk = os.read(self.output, 1 << 20)
        except BlockingIOError:
            return b""
        if not chunk:
            raise _Died
        return chunk

    def _send(self, pending: list[memoryview]) -> bool:
        """Write what the pipe takes; whether more is left."""
        try:
            written = os.write(self.input, pending[0])
        except BlockingIOError:
            return True
        except BrokenPipeError as error:
            raise _Died from error
        pending[0] = pending[0][written:]
        if not pending[0]:
            pending.pop(0)
        return bool(pending)

    def end(self) -> int:
        """Kill the child with all it started; its return code."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        if self.process.returncode is None:
            with contextlib.suppress(ChildProcessError):
                _, status, usage = os.wait4(self.process.pid, 0)
                self.process.returncode = os.waitstatus_to_exitcode(status)
                self.used_mb = usage.ru_maxrss >> 10
        self.forget()
        return self.process.wait()

    def forget(self) -> None:
        """Close our ends of the pipes."""
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


_lock = threading.Lock()
_child: _Child | None = None


def read(data: bytes, name: str, pictures: Mapping[str, bytes] | None = None, limits: Limits | None = None) -> Report:
    """``reports.reader.read`` in the child. Never raises for the file's sake: a limit that was hit or a child that died
    is a Report with ``error`` for this file only."""
    limits = limits or Limits()
    with _lock:
        return _read(data, name, pictures or {}, limits)


def _read(data: bytes, name: str, pictures: Mapping[str, bytes], limits: Limits) -> Report:
    global _child
    child = _ready(limits)
    header = {
        "name": name,
        "bytes": len(data),
        "seconds": limits.seconds,
        "pictures": [[address, len(picture)] for address, picture in pictures.items()],
    }
    head = json.dumps(header).encode()  # names may hold what UTF-8 does not
    message = [_LENGTH.pack(len(head)), head, data, *pictures.values()]
    try:
        answer = child.ask(message, limits.seconds)
    except TimeoutError:
        child.end()
        _child = None
        return refused(data, name, f"reading took more than {limits.seconds:g} seconds; ask for another format")
    except _Died:
        code = child.end()
        _child = None
        return refused(data, name, _why(code, child.used_mb, limits))
    child.files += 1
    out = json.loads(answer)
    if out.get("retire") or child.files >= FILES_A_CHILD:
        child.end()
        _child = None
    return Report.from_dict(out["report"])


def _why(code: int, used_mb: int, limits: Limits) -> str:
    if code == -signal.SIGXCPU:
        return f"reading took more than {limits.seconds:g} seconds of processor time; ask for another format"
    if code < 0 and used_mb > FULL * limits.memory_mb:
        # Libraries in C end their process where they get no more memory.
        return f"the file needs more memory than a report may ({limits.memory_mb} MB); ask for it in another format"
    how = signal.Signals(-code).name if code < 0 and -code in set(signal.Signals) else f"exit status {code}"
    return (
        f"the file made the reader end ({how}; limits: {limits.memory_mb} MB, {limits.seconds:g} s); "
        "ask for it in another format"
    )


def _ready(limits: Limits) -> _Child:
    """The child to ask: the one at hand, unless it is another process's, dead, or has another limit of memory."""
    global _child
    if _child is not None and _child.owner != os.getpid():
        _child.forget()  # a fork's copy: the child is our parent's
        _child = None
    if _child is not None and (_child.process.poll() is not None or _child.memory_mb != limits.memory_mb):
        _child.end()
        _child = None
    if _child is None:
        _child = _Child(limits.memory_mb)
    return _child


def close() -> None:
    """End the child, if there is one."""
    global _child
    with _lock:
        if _child is not None:
            if _child.owner == os.getpid():
                _child.end()
            else:
                _child.forget()
            _child = None


atexit.register(close)
