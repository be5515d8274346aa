"""Which parts of the wall hold on this system: a process goes behind it, as one that reads files does, and tries."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from reports import wall
from reports.wall import Wall

_ROOT = Path(__file__).resolve().parent.parent
_START = "import sys; sys.path.insert(0, {root!r}); from cli.wall_probe import main; main()"
_MEMORY_MB = 1024


def parts_that_hold() -> Wall:
    """What holds a process that is shut in here. Raises OSError where none can be."""
    given = wall.examine()
    done = subprocess.run(
        [sys.executable, "-P", "-c", _START.format(root=str(_ROOT))],
        env={},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        raise OSError(f"no process can be shut in: {said[-1]}")
    closed = json.loads(done.stdout)
    return Wall(given.landlock if closed["files"] else 0, closed["network"] and closed["programs"])


def main() -> None:
    """Go behind the wall and print what it refuses. Not for use by hand."""
    wall.enclose_reader(_MEMORY_MB)
    closed = {
        "files": _refused(lambda: list(Path("/").iterdir())),
        "network": _refused(socket.socket),
        "programs": _refused(lambda: os.execv("/no/such/program", ["program"])),  # noqa: S606  to see it refused
    }
    sys.stdout.write(json.dumps(closed))


def _refused(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except OSError as error:
        return isinstance(error, PermissionError)
    return False
