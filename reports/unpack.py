"""RAR archives unpacked by a program of the machine, inside a wall of its own (``reports.wall``).

RAR has no reader in Python: an unpacker on the machine's PATH is used, without network, able to write into one temporary
folder only, with limits on time, memory and size; without one the file says so. The process that reads files may start
no program: there ``ask`` hands the archive to its parent.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from reports import wall
from reports.blocks import Unreadable

MAX_FILES = 200  # bounds of an archive, not tuned
MAX_BYTES = 200 * 1024 * 1024  # as much as a zip may inflate to (``formats.container``)
SECONDS = 30  # and of the program that unpacks it
MEMORY_MB = 1024  # RAR 7 allows larger dictionaries; such a file is not opened

# Command lines that list nothing, ask nothing and unpack into the current folder.
_UNPACKERS = (
    ("unar", ("-quiet", "-no-directory", "-force-overwrite", "-no-recursion", "-password", "-")),
    ("7zz", ("x", "-y", "-p-", "-bd")),
    ("7z", ("x", "-y", "-p-", "-bd")),
    ("bsdtar", ("-x", "-f")),
    ("unrar", ("x", "-y", "-p-", "-idq")),
)
_ROOT = Path(__file__).resolve().parent.parent
_START = "import sys; sys.path.insert(0, {root!r}); from reports.unpack import main; main()"

Files = list[tuple[str, bytes]]
ask: Callable[[bytes], Files] | None = None


def rar(data: bytes) -> Files:
    """The plain files of a RAR archive, each with its path inside, in order of the paths.

    Raises Unreadable where no unpacker is installed, where a limit was hit, or where nothing could be unpacked."""
    return ask(data) if ask is not None else run(data)


def run(data: bytes) -> Files:
    """``rar`` by a program started from this process."""
    found = next(((at, options) for name, options in _UNPACKERS if (at := shutil.which(name))), None)
    if found is None:
        raise Unreadable("a RAR archive, and no unpacker (unar, 7z, bsdtar) is installed; install one or unpack it")
    program, options = found
    with tempfile.TemporaryDirectory(prefix="nianbao-rar-") as folder:
        source = Path(folder) / "in.rar"
        source.write_bytes(data)
        target = Path(folder) / "out"
        target.mkdir()
        _unpack([program, *options, str(source)], target)
        return _files(target)


def _files(folder: Path) -> Files:
    # What an archive names may be a link or lie outside; only plain files inside the folder are read.
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    if len(paths) > MAX_FILES:
        raise Unreadable(f"the archive holds {len(paths)} files, more than {MAX_FILES}", "files")
    if sum(path.stat().st_size for path in paths) > MAX_BYTES:
        raise Unreadable(f"the archive unpacks to more than {MAX_BYTES >> 20} MB", "inflated")
    return [(path.relative_to(folder).as_posix(), path.read_bytes()) for path in paths]


def _unpack(command: list[str], folder: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-P", "-c", _START.format(root=str(_ROOT)), str(os.getpid()), str(folder.parent), *command],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={"PATH": "/usr/bin:/bin:/usr/local/bin", "LANG": "C.UTF-8", "HOME": str(folder)},
    )
    try:
        status = child.wait(SECONDS)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        raise Unreadable(f"the RAR archive took longer than {SECONDS} s to unpack", "time") from None
    if status and not any(folder.rglob("*")):
        raise Unreadable("the RAR archive cannot be unpacked: damaged, or encrypted; ask for the report itself")


def main() -> None:
    """Go behind the wall, then become the unpacker. Not for use by hand: the process ``_unpack`` starts."""
    parent, folder, program, *arguments = sys.argv[1:]
    wall.die_with_parent(int(parent))
    wall.enclose_unpacker(folder, MEMORY_MB, SECONDS, MAX_BYTES)
    os.execv(program, [program, *arguments])  # noqa: S606  found on the PATH of the worker, not named by the archive
