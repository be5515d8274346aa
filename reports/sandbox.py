"""Reading in a child with limits: a hostile file costs one child, not the worker.

The child is started with ``subprocess`` (a worker's own children may not have ``multiprocessing`` children), kept for
some hundred files, and replaced after a crash, a time-out or an exhausted memory. The files of one process are read one
after the other; a process that forks starts a child of its own. It has no environment, and before it sees a byte it
goes behind a wall (``reports.wall``): it cannot reach a file, a network or another process, and asks its parent to
unpack what only another program can.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import logging
import os
import resource
import selectors
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reports import unpack
from reports.blocks import Unreadable
from reports.compact import expanded
from reports.reader import refused
from reports.report import Report

ROOT = Path(__file__).resolve().parent.parent
# Imports of OpenCV and onnxruntime cost half a second: keep the child, but not for ever.
FILES_A_CHILD = 300
# Share of the memory limit from which on a child that ended by a signal ended for want of memory.
FULL = 0.5
START_SECONDS = 60.0  # until a child is ready, on a machine as busy as may be
MAX_ANSWER = 256 * 1024 * 1024
MAX_PRINTED = 2000
_LENGTH = struct.Struct(">Q")
log = logging.getLogger(__name__)
# -P: this package has modules named like some of the standard library's.
_START = (
    "import sys; sys.path.insert(0, {root!r}); from reports.wall import enclose_child; enclose_child(); "
    "from reports.sandbox_child import main; main()"
)


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one file: megabytes of address space of the child, and seconds of wall clock."""

    memory_mb: int = 3072
    seconds: float = 120


class _Died(Exception):
    """The child ended, or was ended, before it answered."""


class CannotStart(OSError):
    """No child comes up (no memory, a broken installation, a forbidden system call): no file's fault."""


class _Child:
    """One child process and the pipes to it."""

    def __init__(self, memory_mb: int) -> None:
        self.owner = os.getpid()
        self.memory_mb = memory_mb
        self.files = 0
        self.used_mb = 0  # at most, known when it has ended
        # A process is told of its parent's end by the end of the thread that started it: only the main one lasts. Of any
        # other, the end of the pipe is the sign.
        parent = os.getpid() if threading.current_thread() is threading.main_thread() else 0
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-c", _START.format(root=str(ROOT)), str(memory_mb), str(parent)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={},  # the worker's holds the passwords of the database and of the mail server
            start_new_session=True,  # so that what it starts dies with it
        )
        self._inherited = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self._input, self._output = self.process.stdin.fileno(), self.process.stdout.fileno()
        self._errors = self.process.stderr.fileno()
        for pipe in (self._input, self._output, self._errors):
            os.set_blocking(pipe, False)
        self._pending: list[memoryview] = []
        self._received = bytearray()
        self.printed = b""

    def await_start(self) -> None:
        """Wait until it is behind its wall with all it needs. Raises CannotStart: no file has been seen yet."""
        try:
            if "ready" in self.answer(time.monotonic() + START_SECONDS):
                return
            why = "it does not speak as it should"
        except TimeoutError:
            why = f"it took more than {START_SECONDS:g} seconds"
        except _Died:
            why = "it died"
        self.end()
        said = self.printed.decode(errors="replace").strip().splitlines()
        raise CannotStart(f"the reading child does not start: {why}{': ' + said[-1] if said else ''}")

    def send(self, head: Mapping[str, object], parts: Iterable[bytes] = ()) -> None:
        """Have a message ready; it leaves while an answer is waited for."""
        packed = json.dumps(head).encode()  # names may hold what UTF-8 does not
        self._pending += [memoryview(part) for part in (_LENGTH.pack(len(packed)), packed, *parts) if part]

    def answer(self, until: float) -> dict[str, Any]:
        """The head of the child's next message. Raises TimeoutError or _Died."""
        size = _LENGTH.unpack(self.receive(_LENGTH.size, until))[0]
        try:
            head = json.loads(self.receive(size, until))
        except ValueError:
            raise _Died from None
        if not isinstance(head, dict) or self._pending:
            raise _Died  # it no longer speaks as it should
        return head

    def receive(self, size: int, until: float) -> bytes:
        """That many bytes of its output. Raises TimeoutError or _Died."""
        if not 0 <= size <= MAX_ANSWER:
            raise _Died
        with selectors.DefaultSelector() as selector:
            selector.register(self._output, selectors.EVENT_READ)
            selector.register(self._errors, selectors.EVENT_READ)
            if self._pending:
                selector.register(self._input, selectors.EVENT_WRITE)
            while len(self._received) < size:
                left = until - time.monotonic()
                if left <= 0:
                    raise TimeoutError
                for key, _ in selector.select(left):
                    if key.fd == self._output:
                        self._received += self._read(key.fd, ends=True)
                    elif key.fd == self._errors:
                        printed = self._read(key.fd)
                        self.printed = (self.printed + printed)[-MAX_PRINTED:]
                        if not printed:
                            selector.unregister(self._errors)
                    elif not self._write():
                        selector.unregister(self._input)
        out = bytes(self._received[:size])
        del self._received[:size]
        return out

    def _read(self, pipe: int, ends: bool = False) -> bytes:
        try:
            chunk = os.read(pipe, 1 << 20)
        except BlockingIOError:
            return b""
        if not chunk and ends:
            raise _Died
        return chunk

    def _write(self) -> bool:
        """Write what the pipe takes; whether more is left."""
        try:
            written = os.write(self._input, self._pending[0])
        except BlockingIOError:
            return True
        except BrokenPipeError as error:
            raise _Died from error
        self._pending[0] = self._pending[0][written:]
        if not self._pending[0]:
            self._pending.pop(0)
        return bool(self._pending)

    def end(self) -> int:
        """Kill the child with all it started; its return code."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        if self.process.returncode is None:
            with contextlib.suppress(ChildProcessError):
                _, status, usage = os.wait4(self.process.pid, 0)
                self.process.returncode = os.waitstatus_to_exitcode(status)
                # Linux begins the count of a new process with the most that its starter ever used: that says nothing.
                self.used_mb = usage.ru_maxrss >> 10 if usage.ru_maxrss > self._inherited else 0
        self.forget()
        return self.process.wait()

    def forget(self) -> None:
        """Close our ends of the pipes."""
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


@dataclass(frozen=True, slots=True)
class Answer:
    """A report as the child read it, and the text in which it came (``reports.compact``); none where it gave none."""

    report: Report
    text: bytes = b""


_lock = threading.Lock()
_child: _Child | None = None


def read(
    data: bytes,
    name: str,
    pictures: Mapping[str, bytes] | None = None,
    limits: Limits | None = None,
    partial: Collection[str] = (),
) -> Report:
    """``reports.reader.read`` in the child. Never raises for the file's sake: a limit that was hit or a child that died
    is a Report with ``error`` for this file only. Raises CannotStart where no child comes up."""
    return ask(data, name, pictures, limits, partial).report


def ask(
    data: bytes,
    name: str,
    pictures: Mapping[str, bytes] | None = None,
    limits: Limits | None = None,
    partial: Collection[str] = (),
) -> Answer:
    """``read``, with the report also as the text that it came in."""
    limits = limits or Limits()
    with _lock:
        return _ask(data, name, pictures or {}, limits, partial)


def _ask(data: bytes, name: str, pictures: Mapping[str, bytes], limits: Limits, partial: Collection[str]) -> Answer:
    global _child
    child = _ready(limits)
    header = {
        "name": name,
        "bytes": len(data),
        "seconds": limits.seconds,
        "pictures": [[address, len(picture)] for address, picture in pictures.items()],
        "partial": sorted(partial),
    }
    until = time.monotonic() + limits.seconds
    child.send(header, (data, *pictures.values()))
    try:
        while "rar" in (out := child.answer(until)):
            child.send(*_unpacked(child.receive(int(out["rar"]), until)))
        text = child.receive(int(out["report"]), until)
        report = Report.from_dict(expanded(text))
    except TimeoutError:
        child.end()
        _child = None
        return Answer(refused(data, name, f"reading took more than {limits.seconds:g} seconds; ask for another format"))
    except (
        _Died,
        KeyError,
        TypeError,
        ValueError,
        AttributeError,
    ):  # what a child that was taken over answers need not be a report
        code = child.end()
        _child = None
        if child.printed:
            log.warning("the reading child said before it died: %a", child.printed.decode(errors="replace").strip())
        return Answer(refused(data, name, _why(code, child.used_mb, limits)))
    child.files += 1
    if out.get("retire") or child.files >= FILES_A_CHILD:
        child.end()
        _child = None
    return Answer(report, text)


def _unpacked(archive: bytes) -> tuple[dict[str, object], list[bytes]]:
    """The files of a RAR archive, or why there are none, as a message to the child."""
    try:
        files = unpack.run(archive)
    except Unreadable as error:
        return {"error": error.reason, "limit": error.limit}, []
    return {"files": [[name, len(content)] for name, content in files]}, [content for _, content in files]


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
        started = _Child(limits.memory_mb)
        started.await_start()
        _child = started
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
