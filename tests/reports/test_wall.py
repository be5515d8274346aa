"""What hostile code can do that runs where files are read: nothing but answer."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from reports import sandbox, unpack, wall
from reports.blocks import Unreadable
from tests.makers import small

ROOT = Path(wall.__file__).resolve().parent.parent
WALL = wall.examine()

needs_landlock = pytest.mark.skipif(not WALL.landlock, reason="this kernel has no Landlock; doctor says so")
needs_seccomp = pytest.mark.skipif(not WALL.seccomp, reason="this kernel has no seccomp filters; doctor says so")

# Runs as a file's code would that took a library over: in a child started as the reading child is, after the wall.
PROBE = """
import sys; sys.path.insert(0, {root!r})
from reports.wall import enclose_child
enclose_child()
import ctypes, json, os, signal, socket, threading
def attempt(what):
    try:
        return "done: %.200r" % (what(),)
    except BaseException as error:
        return type(error).__name__
out = {{}}
{attempts}
print(json.dumps(out))
"""


def attempt(**attempts: str) -> dict[str, str]:
    """What became of each expression inside the wall."""
    lines = "\n".join(f"out[{name!r}] = attempt(lambda: {code})" for name, code in attempts.items())
    done = subprocess.run(
        [sys.executable, "-P", "-c", PROBE.format(root=str(ROOT), attempts=lines), "3072", str(os.getpid())],
        env={},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    out: dict[str, str] = json.loads(done.stdout)
    return out


# A system that gives less: these calls fail so before anything else happens.
LESS = """
import sys; sys.path.insert(0, {root!r})
import seccompy
rules = seccompy.Filter(default=seccompy.Action.ALLOW)
for call in {calls!r}:
    rules.errno(call, {error})
rules.load()
from cli import wall_probe
from reports import sandbox
from tests.makers import small
print(wall_probe.parts_that_hold())
print(sandbox.read(small.html(), "a.html").error)
"""
NO_FILES, NO_NETWORK = "no Landlock (files stay readable)", "no seccomp (network and programs stay open)"


@needs_landlock
@needs_seccomp
@pytest.mark.parametrize(
    ("calls", "error", "missing"),
    [
        ([], 0, set()),
        (["landlock_create_ruleset"], errno.ENOSYS, {NO_FILES}),  # an old kernel
        (["landlock_create_ruleset"], errno.EOPNOTSUPP, {NO_FILES}),  # switched off at boot
        (["landlock_create_ruleset"], errno.EPERM, {NO_FILES}),  # a container that forbids what it does not know
        (["landlock_restrict_self"], errno.EPERM, {NO_FILES}),
        (["seccomp"], errno.ENOSYS, {NO_NETWORK}),
        (["seccomp", "landlock_create_ruleset"], errno.EPERM, {NO_FILES, NO_NETWORK}),
    ],
)
def test_what_a_system_does_not_give_is_done_without_and_told(calls: list[str], error: int, missing: set[str]):
    code = LESS.format(root=str(ROOT), calls=calls, error=error)
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    in_force, read = done.stdout.splitlines()
    assert read == "None"
    assert {one for one in (NO_FILES, NO_NETWORK) if one in in_force} == missing


@needs_landlock
def test_no_file_can_be_read_but_code_and_fonts(tmp_path):
    (tmp_path / "nianbao.db").write_text("rows")
    said = attempt(
        passwords="open('/etc/passwd').read()",
        settings=f"open({str(ROOT / '.env.example')!r}).read()",
        database=f"open({str(tmp_path / 'nianbao.db')!r}).read()",
        folder=f"os.listdir({str(ROOT)!r})",
        root="os.listdir('/')",
        home="os.listdir(os.path.expanduser('~'))",
        environment=f"open('/proc/{os.getpid()}/environ').read()",
        own_memory="open('/proc/self/mem', 'rb').read(1)",
        temporary="os.listdir('/tmp')",
    )
    assert set(said.values()) == {"PermissionError"}, said
    assert attempt(code=f"len(open({wall.__file__!r}).read()) > 1000") == {"code": "done: True"}


@needs_landlock
def test_nothing_can_be_written_anywhere(tmp_path):
    place = str(tmp_path / "x")
    (tmp_path / "old").write_text("old")
    said = attempt(
        new=f"open({place!r}, 'w').write('x')",
        temporary="open('/tmp/nianbao-wall-test', 'w').write('x')",
        code=f"open({str(ROOT / 'reports' / 'wall.py')!r}, 'a').write('x')",
        shared="open('/dev/shm/nianbao-wall-test', 'w').write('x')",
        folder=f"os.mkdir({place!r})",
        link=f"os.symlink('/etc/passwd', {place!r})",
        remove=f"os.unlink({str(tmp_path / 'old')!r})",
        rename=f"os.rename({str(tmp_path / 'old')!r}, {place!r})",
    )
    assert set(said.values()) == {"PermissionError"}, said
    assert sorted(path.name for path in tmp_path.iterdir()) == ["old"]


@needs_seccomp
def test_modes_and_times_of_files_stay_as_they_are(tmp_path):
    (tmp_path / "old").write_text("old")
    old = str(tmp_path / "old")
    said = attempt(
        mode=f"os.chmod({old!r}, 0o777)", owner=f"os.chown({old!r}, 1, 1)", time=f"os.utime({old!r}, (1, 1))"
    )
    assert set(said.values()) == {"PermissionError"}, said


@needs_seccomp
def test_no_network_of_any_kind_and_no_name_is_resolved():
    said = attempt(
        tcp="socket.create_connection(('127.0.0.1', 25), 1)",
        udp="socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 53))",
        local="socket.socket(socket.AF_UNIX).connect('/run/x')",
        pair="socket.socketpair()",
        listen="socket.create_server(('127.0.0.1', 0))",
        packet="socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
    )
    assert set(said.values()) == {"PermissionError"}, said
    assert attempt(resolve="socket.getaddrinfo('nianbao.example', 443)")["resolve"] in {"gaierror", "PermissionError"}


@needs_seccomp
def test_no_program_and_no_process_can_be_started():
    said = attempt(
        program="os.execv('/bin/true', ['true'])",
        shell="os.posix_spawn('/bin/sh', ['sh'], {})",
        process="os.fork()",
    )
    assert set(said.values()) == {"PermissionError"}, said
    assert attempt(call="ctypes.CDLL(None).system(b'true')")["call"] != "done: 0"


@needs_seccomp
def test_no_other_process_is_signalled_traced_or_limited():
    mine = os.getpid()
    said = attempt(
        signal=f"os.kill({mine}, 0)",
        limit=f"__import__('resource').prlimit({mine}, __import__('resource').RLIMIT_NOFILE, (9, 9))",
        descriptor=f"os.pidfd_open({mine})",
    )
    assert set(said.values()) == {"PermissionError"}, said
    assert attempt(trace=f"ctypes.CDLL(None).ptrace(16, {mine}, 0, 0)") == {"trace": "done: -1"}


def test_threads_can_be_started_for_the_recogniser_needs_them():
    assert attempt(thread="threading.Thread(target=print).start()") == {"thread": "done: None"}


def test_the_child_has_no_environment_and_few_files(monkeypatch):
    monkeypatch.setenv("NIANBAO_SMTP_URL", "smtp://user:geheim@mail.example")
    sandbox.close()
    sandbox.read(small.html(), "a.html")
    assert sandbox._child is not None
    place = Path(f"/proc/{sandbox._child.process.pid}")
    if not place.exists():
        pytest.skip("no /proc here")
    assert b"geheim" not in (place / "environ").read_bytes()
    assert b"NIANBAO" not in (place / "environ").read_bytes()
    assert len(list((place / "fd").iterdir())) < 12
    limits = (place / "limits").read_text()
    assert "Max open files            64" in limits
    assert "Max file size             0" in limits
    sandbox.close()


def test_the_child_dies_with_its_worker_also_in_the_middle_of_a_file(tmp_path):
    slow = (
        f"import sys, os, threading; sys.path.insert(0, {str(ROOT)!r})\n"
        "from reports import sandbox\n"
        "sandbox.read(b'<p>x</p>', 'a.html')\n"
        "print(sandbox._child.process.pid, flush=True)\n"
        "page = b'<table>' + b'<tr><td>1</td><td>2</td></tr>' * 400000\n"
        "threading.Timer(0.3, lambda: os.kill(os.getpid(), 9)).start()\n"
        "sandbox.read(page, 'b.html')\n"
    )
    worker = subprocess.run([sys.executable, "-P", "-c", slow], capture_output=True, text=True, timeout=60, check=False)
    child = int(worker.stdout)
    until = time.monotonic() + 5
    while time.monotonic() < until and _alive(child):
        time.sleep(0.02)
    assert not _alive(child)


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_child_started_by_a_thread_outlives_that_thread():
    sandbox.close()
    thread = threading.Thread(target=lambda: sandbox.read(small.html(), "a.html"))
    thread.start()
    thread.join()
    time.sleep(0.1)
    assert sandbox._child is not None
    assert sandbox._child.process.poll() is None
    sandbox.close()


def test_a_child_that_answers_what_is_no_report_costs_its_file_only(monkeypatch):
    sandbox.close()
    ready = b"\x00" * 7 + b'\x0f{"ready": true}'
    lying = f"import os; os.write(1, {ready!r}); os.read(0, 1 << 20); os.write(1, ANSWER); import time; time.sleep(30)"
    for answer in (b"\x00" * 7 + b"\x05[1,2]", b"\x00" * 7 + b"\x02{}", b"\xff" * 8, b"\x00" * 7 + b"\x03xyz"):
        monkeypatch.setattr(
            sandbox, "_START", lying.replace("ANSWER", repr(answer)).replace("{", "{{").replace("}", "}}")
        )
        report = sandbox.read(small.html(), "a.html", limits=sandbox.Limits(seconds=20))
        assert "made the reader end" in (report.error or "")
    monkeypatch.undo()
    assert sandbox.read(small.html(), "a.html").error is None
    sandbox.close()


# -------------------------------------------------------------------------------------------------------------- unpacker

UNPACKER = """#!{python}
import os, socket, sys
def attempt(what):
    try:
        what()
        return "done"
    except BaseException as error:
        return type(error).__name__
said = [
    attempt(lambda: open("/etc/passwd").read()),
    attempt(lambda: open({secret!r}).read()),
    attempt(lambda: open({secret!r} + "2", "w")),
    attempt(lambda: socket.socket()),
    attempt(lambda: os.fork()),
    str(sorted(set(os.environ) - {{"LC_CTYPE"}})),
]
open("said.txt", "w").write("\\n".join(said))
os.mkdir("inner")
open("inner/report.html", "wb").write(open(sys.argv[-1], "rb").read()[8:])
"""


@pytest.fixture
def unpacker(tmp_path, monkeypatch) -> str:
    """A program called like an unpacker of the machine, which also tries what it may not."""
    secret = str(tmp_path / "secret")
    Path(secret).write_text("secret")
    program = tmp_path / "bin" / "unar"
    program.parent.mkdir()
    program.write_text(UNPACKER.format(python=sys.executable, secret=secret))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    # What this stand-in needs beyond a real unpacker: itself, and Python.
    monkeypatch.setattr(
        unpack,
        "_START",
        unpack._START.replace("from reports.unpack", f"from reports import wall; {_also(program)}from reports.unpack"),
    )
    return secret


def _also(program: Path) -> str:
    return f"wall._PROGRAMS += ({str(program.parent)!r}, sys.base_prefix, sys.prefix, {str(Path(sys.executable).parent)!r}); "


@needs_landlock
@needs_seccomp
def test_an_unpacker_writes_into_its_folder_and_reaches_nothing_else(unpacker):
    files = dict(unpack.rar(b"Rar!\x1a\x07\x01\x00" + small.html()))
    assert files["inner/report.html"] == small.html()
    assert files["said.txt"].decode().splitlines() == [
        *["PermissionError"] * 5,
        "['HOME', 'LANG', 'PATH']",
    ]


def test_the_reading_child_has_an_archive_unpacked_by_its_parent(unpacker):
    sandbox.close()
    report = sandbox.read(b"Rar!\x1a\x07\x01\x00" + small.html(), "a.rar")
    assert (report.error, report.year) == (None, 2023)
    assert {key: (report.cells or {})[key].value for key in small.CELLS} == small.CELLS
    sandbox.close()


def test_without_an_unpacker_an_archive_says_so_in_the_child_and_outside(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    sandbox.close()
    assert "no unpacker" in (sandbox.read(b"Rar!\x1a\x07\x01\x00xx", "a.rar").error or "")
    with pytest.raises(Unreadable, match="no unpacker"):
        unpack.rar(b"Rar!\x1a\x07\x01\x00xx")
    sandbox.close()
