"""Child processes that end with their parent, and files that appear whole or not at all."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_PR_SET_PDEATHSIG = 1


def dying_with_parent(sign: signal.Signals = signal.SIGTERM) -> Callable[[], None] | None:
    """For ``preexec_fn``: the child gets this signal when the thread that starts it ends, on Linux also where the parent
    was killed (prctl(2), PR_SET_PDEATHSIG). Elsewhere None: it goes on by itself."""
    if not sys.platform.startswith("linux"):
        return None
    parent = os.getpid()
    # Looked up before the fork: another thread may hold the loader's lock at that moment.
    prctl = ctypes.CDLL(None).prctl

    def ask() -> None:
        prctl(_PR_SET_PDEATHSIG, sign, 0, 0, 0)
        if os.getppid() != parent:  # it died before the request was made
            os.kill(os.getpid(), sign)

    return ask


@contextmanager
def whole_file(path: Path, mode: int = 0o666, to_disk: bool = False) -> Iterator[Path]:
    """A path beside ``path`` to write to; what was written takes its place when the block ends without an error.

    ``mode`` is that of a new file, before the umask; ``to_disk`` waits until the bytes are on the disk. Raises OSError."""
    if path.exists() and not path.is_file():  # a device or a pipe takes what it gets, and stays what it is
        yield path
        return
    beside = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        os.close(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode))
        yield beside
        if to_disk:
            with beside.open("rb") as file:
                os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


@dataclass(slots=True)
class Child:
    """A process of the service, and how often it had to be started again."""

    name: str
    command: list[str]
    environment: dict[str, str]
    output: Path | None
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    restarts: int = 0
    not_before: float = 0.0

    def start(self) -> None:
        """Start it. It ends with its parent, also where that is killed (on Linux)."""
        log_file = self.output.open("ab") if self.output is not None else None
        try:
            self.process = subprocess.Popen(
                self.command,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log_file,
                stderr=subprocess.STDOUT if log_file is not None else None,
                start_new_session=True,
                preexec_fn=dying_with_parent(),
            )
        finally:
            if log_file is not None:
                log_file.close()
        self.started = time.monotonic()

    def alive(self) -> bool:
        """True while it runs."""
        return self.process is not None and self.process.poll() is None

    def ask(self, sign: signal.Signals) -> None:
        """Send it a signal, if it still runs."""
        if self.process is not None and self.alive():
            self.process.send_signal(sign)

    def wait(self, seconds: float) -> bool:
        """True if it has ended within that time."""
        if self.process is None:
            return True
        try:
            self.process.wait(timeout=max(seconds, 0.0))
        except subprocess.TimeoutExpired:
            return False
        return True

    def kill(self) -> None:
        """End it and all its children now."""
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            self.process.kill()
        self.process.wait()

    def last_words(self) -> str:
        """The end of what it said, where that went to a file."""
        if self.output is None:
            return ""
        lines = self.output.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return f"; {self.output} ends with: {lines[-1][:300]}" if lines else ""
