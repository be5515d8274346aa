"""The wall around a process that handles hostile files: what it may not do even where a file has taken it over.

Three layers, each where the system has it: Landlock (no file but code, fonts and models; no TCP), seccomp (no socket, no
other program, no look into other processes) and resource limits. The environment is the starter's part: it gives none.

Sources: the kernel's documentation of Landlock and of seccomp filters, setrlimit(2), prctl(2). The number of processes
is held by seccomp and not by RLIMIT_NPROC, which counts the threads of all processes of the user and would stop the
recogniser's own threads.
"""

from __future__ import annotations

import ctypes
import errno
import os
import re
import resource
import signal
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import landlockpy
import seccompy
from landlockpy import AccessFS, Scope

HERE = Path(__file__).resolve().parent
OPEN_FILES = 64  # a bound, not tuned: a reader opens its fonts and models
_PR_SET_PDEATHSIG = 1  # prctl(2)
_CLONE_THREAD = 0x00010000  # clone(2)
# No such call, switched off at boot, or forbidden by what this system runs in (a container may answer so).
_NOT_GIVEN = (errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM)
_X32 = 0x40000000

# Where shared libraries lie and what the loader, NumPy and onnxruntime ask about the machine. Nothing of /proc/<pid>:
# the environment of the worker, which has the same user, stands there.
_SYSTEM = (
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/etc/ld.so.cache",
    "/dev/null",
    "/dev/zero",
    "/dev/random",
    "/dev/urandom",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/sys/devices/system/cpu",
    "/sys/devices/system/node",
)
# An unpacker of archives is a program of its own: it and its loader may be executed.
_PROGRAMS = ("/bin", "/usr/bin", "/usr/local/bin", "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib")

_NETWORK = (
    "socket",
    "socketpair",
    "connect",
    "bind",
    "listen",
    "accept",
    "accept4",
    "sendto",
    "sendmsg",
    "sendmmsg",
    "recvfrom",
    "recvmsg",
    "recvmmsg",
    "io_uring_setup",
    "io_uring_enter",
    "io_uring_register",
)
_PROGRAM = ("execve", "execveat")
# Other processes and kernel interfaces.
_REACH = (
    "fork",
    "vfork",
    "ptrace",
    "process_vm_readv",
    "process_vm_writev",
    "process_madvise",
    "pidfd_open",
    "pidfd_getfd",
    "pidfd_send_signal",
    "kcmp",
    "kill",
    "tkill",
    "rt_sigqueueinfo",
    "rt_tgsigqueueinfo",
    "bpf",
    "perf_event_open",
    "userfaultfd",
    "keyctl",
    "add_key",
    "request_key",
    "mount",
    "umount2",
    "move_mount",
    "open_tree",
    "fsopen",
    "fsmount",
    "fsconfig",
    "fspick",
    "mount_setattr",
    "pivot_root",
    "chroot",
    "unshare",
    "setns",
    "open_by_handle_at",
    "name_to_handle_at",
    "init_module",
    "finit_module",
    "delete_module",
    "kexec_load",
    "kexec_file_load",
    "reboot",
    "swapon",
    "swapoff",
    "acct",
    "quotactl",
    "settimeofday",
    "clock_settime",
    "adjtimex",
    "clock_adjtime",
    "sethostname",
    "setdomainname",
    "shmget",
    "shmat",
    "msgget",
    "semget",
    "mq_open",
    "mq_unlink",
    "setpriority",
    "sched_setscheduler",
    "sched_setattr",
    "ioprio_set",
)
# What Landlock does not cover: owners, modes and times of files.
_ATTRIBUTES = (
    "chmod",
    "fchmod",
    "fchmodat",
    "fchmodat2",
    "chown",
    "fchown",
    "lchown",
    "fchownat",
    "utime",
    "utimes",
    "utimensat",
    "futimesat",
    "setxattr",
    "lsetxattr",
    "fsetxattr",
    "removexattr",
    "lremovexattr",
    "fremovexattr",
)


@dataclass(frozen=True, slots=True)
class Wall:
    """What of the wall this system can give. ``landlock`` is the version of its interface, 0 where there is none."""

    landlock: int
    seccomp: bool

    @property
    def whole(self) -> bool:
        """Whether file, network and program are all closed: TCP belongs to Landlock since version 4, but seccomp alone
        closes every network."""
        return self.landlock > 0 and self.seccomp

    def __str__(self) -> str:
        landlock = f"Landlock {self.landlock}" if self.landlock else "no Landlock (files stay readable)"
        seccomp = "seccomp" if self.seccomp else "no seccomp (network and programs stay open)"
        return f"{landlock}, {seccomp}, resource limits, empty environment"


def examine() -> Wall:
    """What this system can give, without giving it to this process."""
    if not sys.platform.startswith("linux"):
        return Wall(0, False)
    return Wall(_landlock(), _seccomp())


def _landlock() -> int:
    try:
        return int(landlockpy.abi_version())
    except landlockpy.LandlockError as error:
        if error.errno in _NOT_GIVEN:
            return 0
        raise


def _seccomp() -> bool:
    try:
        return bool(seccompy.syscall_nr("execve")) and seccompy.supported()
    except (seccompy.UnsupportedError, seccompy.SeccompError):
        return False


def enclose_child() -> None:
    """``enclose_reader`` by the command line of ``reports.sandbox``: megabytes, and the parent where it is to be
    outlived by nobody, else 0."""
    memory_mb, parent = int(sys.argv[1]), int(sys.argv[2])
    if parent:
        die_with_parent(parent)
    enclose_reader(memory_mb)


def die_with_parent(parent: int) -> None:
    """End this process when the thread that started it ends, or now if ``parent`` is no longer its parent."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def enclose_reader(memory_mb: int) -> None:
    """Shut this process in for good: it may read code, fonts and models, and use the pipes that it has. To be called
    before any thread is started and before a byte of a file is taken in. ``memory_mb`` is its address space."""
    _limit(memory_mb << 20, file_size=0)
    wall = examine()
    if wall.landlock:
        with _where_given():
            _only_files(readable=_code(), executable=(), writable=())
    if wall.seccomp:
        with _where_given():
            _deny((*_NETWORK, *_PROGRAM, *_REACH, *_ATTRIBUTES))


def enclose_unpacker(folder: str, memory_mb: int, seconds: int, file_size: int) -> None:
    """Shut this process in before it becomes an unpacker of archives: it may write below ``folder`` alone, and start
    programs of the system but no network. ``seconds`` of processor time, ``file_size`` in bytes."""
    _limit(memory_mb << 20, file_size)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    wall = examine()
    if wall.landlock:
        with _where_given():
            _only_files(readable=(*_SYSTEM, *_PROGRAMS), executable=_PROGRAMS, writable=(folder,))
    if wall.seccomp:
        with _where_given():
            _deny((*_NETWORK, *_REACH))


@contextmanager
def _where_given() -> Iterator[None]:
    """A part that turns out not to be given is done without: ``doctor`` tries all of them and says which hold."""
    try:
        yield
    except (landlockpy.LandlockError, seccompy.SeccompError) as error:
        if error.errno not in _NOT_GIVEN:
            raise


def _limit(memory: int, file_size: int) -> None:
    for which, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, file_size),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
    ):
        _, hard = resource.getrlimit(which)
        if hard != resource.RLIM_INFINITY:
            most = min(most, hard)
        resource.setrlimit(which, (most, most))


def _code() -> list[str]:
    """The files that reading needs: this package, the libraries, and where the loader finds theirs.

    A folder on the module path that holds this project is left out, for its settings and its data lie there too."""
    root = HERE.parent
    places = {str(HERE), *_SYSTEM}
    places.update(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib"))
    places.update(str(value) for name in ("LIBDIR", "DESTSHARED") if (value := sysconfig.get_config_var(name)))
    places.update(sys.path)
    try:
        with Path("/proc/self/maps").open(encoding="utf-8", errors="surrogateescape") as maps:
            places.update(str(Path(found[0]).parent) for line in maps if (found := re.findall(r"/.*\.so[.\d]*$", line)))
    except OSError:
        pass  # no /proc: the usual places are named above
    holds = {root, *root.parents}
    return sorted(place for place in places if place and Path(place).resolve() not in holds)


def _only_files(readable: Iterable[str], executable: Iterable[str], writable: Iterable[str]) -> None:
    read = AccessFS.READ_FILE | AccessFS.READ_DIR
    write = read | AccessFS.WRITE_FILE | AccessFS.TRUNCATE | AccessFS.MAKE_REG | AccessFS.MAKE_DIR
    write |= AccessFS.REMOVE_FILE | AccessFS.REMOVE_DIR | AccessFS.REFER  # no links
    with landlockpy.Ruleset(scoped=Scope.ABSTRACT_UNIX_SOCKET | Scope.SIGNAL) as rules:
        for places, access in ((readable, read), (executable, read | AccessFS.EXECUTE), (writable, write)):
            for place in places:
                path = Path(place)
                if path.is_dir():
                    rules.allow_path(place, access)
                elif path.exists():
                    rules.allow_path(place, access & (AccessFS.READ_FILE | AccessFS.EXECUTE))
        if executable:  # every program writes there what nobody wants
            rules.allow_path("/dev/null", AccessFS.READ_FILE | AccessFS.WRITE_FILE)
        rules.restrict()


def _deny(calls: Iterable[str]) -> None:
    """Let these system calls fail with EPERM; a call that this architecture does not have needs no rule."""
    rules = seccompy.Filter(default=seccompy.Action.ALLOW)
    names = [name for name in calls if _known(name)]
    for name in names:
        rules.errno(name, errno.EPERM)
        # The same call by the numbers of the x32 interface, which some kernels still answer.
        if seccompy.arch() == "x86_64":
            rules.errno(seccompy.syscall_nr(name) | _X32, errno.EPERM)
    # A thread may be made, a process not. What clone3 is to do stands in memory, which a filter does not see: it is as if
    # the kernel had none, and the C library takes clone.
    rules.allow("clone", args=[(0, seccompy.CmpOp.MASKED_EQ, _CLONE_THREAD, _CLONE_THREAD)])
    rules.errno("clone", errno.EPERM)
    rules.errno("clone3", errno.ENOSYS)
    # abort() signals its own process; limits of others are no business of this one; nor may it outlive its parent.
    rules.errno("tgkill", errno.EPERM, args=[(0, seccompy.CmpOp.NE, os.getpid())])
    rules.errno("prlimit64", errno.EPERM, args=[(0, seccompy.CmpOp.NE, 0)])
    rules.errno("prctl", errno.EPERM, args={0: _PR_SET_PDEATHSIG})
    rules.load()


def _known(name: str) -> bool:
    try:
        seccompy.syscall_nr(name)
    except ValueError:
        return False
    return True
