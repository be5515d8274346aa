"""The process tree: what is started is watched, started again, and gone at the end, however the end comes."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

import config
import scheduler
import up
from cli.doctor import examine
from processes import Child
from tests.mailbox import free_port, mailbox
from workers import broker, queue

pytestmark = pytest.mark.slow


@pytest.fixture
def settings(tmp_path: Path, sqlite_template: Path) -> Iterator[config.Settings]:
    made = config.Settings(data_dir=tmp_path / "var", log_level="WARNING", worker_concurrency=1, _env_file=None)
    made.data_dir.mkdir()
    shutil.copyfile(sqlite_template, made.data_dir / "nianbao.sqlite3")
    yield made
    found = broker.running(made.data_dir)
    if found is not None:
        broker.stop(found)


def until(condition: Callable[[], bool], seconds: float = 30) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return condition()


def processes_of(data_dir: Path) -> list[str]:
    """All that runs with this data folder: its workers and scheduler by their environment, its broker by its command."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or entry.name == str(os.getpid()):
            continue
        try:
            said = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
            state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
        except (OSError, IndexError):
            continue
        if str(data_dir).encode() in said and state != "Z":
            found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
    return found


proc = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc to see all processes")


@proc
def test_a_service_is_up_with_all_its_parts_and_gone_afterwards(settings: config.Settings):
    with up.services(settings, scheduler=True, quiet=True) as tree:
        assert [child.name for child in tree.children] == ["scheduler", "crawler", "worker"]
        queue.ping(tree.settings)
        assert until(lambda: scheduler.healthy(settings))
        tree.check()
        assert len(processes_of(settings.data_dir)) >= 4
    assert until(lambda: not processes_of(settings.data_dir), 5), processes_of(settings.data_dir)
    assert not scheduler.healthy(settings)


def test_a_broker_that_is_full_is_waited_for(settings: config.Settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(up, "REFUSED_SECONDS", 0.5)
    monkeypatch.setattr(up, "RESTARTS", 1)
    server = broker.start(settings.data_dir)
    client = redis.Redis.from_url(server.url)
    client.config_set("maxmemory", "1mb")
    assert "maxmemory" in broker.refuses(server.url)
    with up.services(settings.model_copy(update={"broker_url": server.url}), quiet=True) as tree:
        started = [child.process.pid for child in tree.children if child.process is not None]
        assert until(lambda: all(c.process is not None and c.process.pid not in started for c in tree.children), 120)
        tree.check()
        client.config_set("maxmemory", "0")
        assert broker.refuses(server.url) == ""
        log = settings.data_dir / "log" / "worker.log"
        assert until(lambda: client.exists("_kombu.binding.read") == 1, 120), log.read_text()[-2000:]
        tree.check()


def test_a_broker_that_is_away_refuses_nothing():
    assert broker.refuses(f"redis://127.0.0.1:{free_port()}/0") == ""


def test_a_part_that_dies_is_started_again(settings: config.Settings):
    with up.services(settings, worker=False, scheduler=True, quiet=True) as tree:
        (child,) = tree.children
        assert child.process is not None
        first = child.process.pid
        child.process.kill()
        assert until(lambda: child.alive() and child.process is not None and child.process.pid != first)
        tree.check()


def test_a_part_that_cannot_be_kept_alive_ends_the_service_with_its_last_words(settings: config.Settings):
    with up.services(settings, worker=False, quiet=True) as tree:
        dies = Child(
            "reader", [sys.executable, "-c", "print('no memory'); raise SystemExit(3)"], {}, settings.data_dir / "x.log"
        )
        dies.restarts = up.RESTARTS
        dies.start()
        tree.children.append(dies)
        assert until(lambda: bool(tree.failure), 10)
        with pytest.raises(up.ServiceDied, match=r"reader ended .* \(status 3\).*no memory"):
            tree.check()


def test_a_broker_that_dies_is_started_again_at_the_same_address(settings: config.Settings):
    with up.services(settings, worker=False) as tree:
        assert tree.broker is not None
        first = tree.broker
        os.kill(first.pid, signal.SIGKILL)
        assert until(lambda: tree.broker is not None and tree.broker.pid != first.pid)
        assert tree.broker.url == first.url
        assert until(lambda: tree.broker is not None and broker.alive(tree.broker))


def test_a_broker_that_was_there_already_is_left_running(settings: config.Settings):
    found = broker.start(settings.data_dir)
    with up.services(settings, worker=False) as tree:
        assert tree.settings.broker_url == found.url
    assert broker.alive(found)


def test_a_configured_broker_is_neither_started_nor_stopped(settings: config.Settings):
    elsewhere = broker.start(settings.data_dir / "elsewhere")
    try:
        with up.services(settings.model_copy(update={"broker_url": elsewhere.url}), worker=False) as tree:
            assert tree.broker is None
            assert broker.running(settings.data_dir) is None
        assert broker.alive(elsewhere)
    finally:
        broker.stop(elsewhere)


def start_up(settings: config.Settings) -> subprocess.Popen[bytes]:
    code = "import config, logs, up; logs.setup('text', 'INFO'); raise SystemExit(up.run(config.settings()))"
    return subprocess.Popen(
        [sys.executable, "-c", code],
        env=config.child_environment(settings),
        stderr=(settings.data_dir / "up.log").open("wb"),
        start_new_session=True,
    )


def said(settings: config.Settings) -> str:
    return (settings.data_dir / "up.log").read_text(encoding="utf-8")


@proc
def test_up_stops_cleanly_on_ctrl_c(settings: config.Settings):
    service = start_up(settings)
    try:
        assert until(lambda: scheduler.healthy(settings)), said(settings)
        service.send_signal(signal.SIGINT)
        assert service.wait(timeout=40) == 0, said(settings)
    finally:
        service.kill()
        service.wait()
    assert "Traceback" not in said(settings)
    assert not processes_of(settings.data_dir)


@proc
def test_when_up_itself_is_killed_its_parts_end_and_the_broker_is_adopted_by_the_next(settings: config.Settings):
    if not sys.platform.startswith("linux"):
        pytest.skip("children learn of their parent's death on Linux only")
    service = start_up(settings)
    assert until(lambda: scheduler.healthy(settings)), said(settings)
    found = broker.running(settings.data_dir)
    assert found is not None
    service.kill()
    service.wait()
    # The broker outlives it, with what it holds; everything else ends.
    assert until(lambda: len(processes_of(settings.data_dir)) == 1), processes_of(settings.data_dir)
    adopted = broker.start(settings.data_dir)
    assert (adopted.adopted, adopted.pid) == (True, found.pid)


def test_a_second_up_on_the_same_folder_is_refused_in_one_line(
    settings: config.Settings, caplog: pytest.LogCaptureFixture
):
    with up._only_one(settings.data_dir), caplog.at_level("ERROR"):
        before = {sign: signal.getsignal(sign) for sign in (signal.SIGINT, signal.SIGTERM)}
        try:
            assert up.run(settings) == 1
        finally:
            for sign, handler in before.items():
                signal.signal(sign, handler)
    assert f"(process {os.getpid()}) runs on" in caplog.text


# ------------------------------------------------------------------ doctor


def test_the_doctor_says_what_is_reachable(settings: config.Settings):
    with mailbox() as inbox:
        found = examine(settings.model_copy(update={"smtp_url": inbox.url}))
    assert [(item.name, item.ok) for item in found] == [
        ("settings", True), ("data folder", True), ("database", True), ("store", True), ("broker", True), ("mail server", True),
        ("mails that came back", True), ("channels", True), ("recipients", True), ("timetable", True),
        ("wall around reading", True), ("browser", True),
    ]  # fmt: skip
    assert "not running now" in next(item.message for item in found if item.name == "broker")


def test_the_doctor_names_each_part_that_is_not_and_shows_no_password(settings: config.Settings):
    closed = free_port()
    broken = settings.model_copy(
        update={
            "database_url": f"postgresql+psycopg://nianbao:geheim@127.0.0.1:{closed}/nianbao",
            "broker_url": f"redis://:geheim@127.0.0.1:{closed}/0",
            "smtp_url": f"smtp://me:geheim@127.0.0.1:{closed}",
        }
    )
    found = {item.name: item for item in examine(broken)}
    assert {name for name, item in found.items() if not item.ok} == {
        "database", "broker", "mail server", "recipients", "timetable",
    }  # fmt: skip
    assert not [item for item in found.values() if "geheim" in item.message]
    assert all(item.message and "\n" not in item.message for item in found.values())
    assert found["store"].as_dict()["ok"] is True
