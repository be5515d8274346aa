"""The command line as people and programs meet it: each call is a process of its own."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
# Forked from a process that has all modules loaded: a real process with an environment of its own, without the second
# that loading takes.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(
    [
        *(
            f"cli.{name}"
            for name in (
                "alerts",
                "documents",
                "findings",
                "office",
                "offices",
                "queue",
                "register",
                "rules",
                "service",
            )
        ),
        *(
            "exchange.export",
            "exchange.register",
            "models.ledger",
            "models.contexts",
            "reports.sandbox",
            "workers.tasks",
        ),
    ]
)


def nianbao(*arguments: str, cwd: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("NIANBAO_")}
    environment |= {f"NIANBAO_{k.upper()}": v for k, v in settings.items()} | {"PYTHONPATH": str(ROOT)}
    with tempfile.TemporaryDirectory() as folder:
        said = [Path(folder, name) for name in ("out", "err")]
        process = FORKS.Process(target=_call, args=(arguments, cwd, environment, *said))
        process.start()
        process.join(100)
        assert process.exitcode is not None, f"nianbao {arguments} did not end"
        out, err = (path.read_text(encoding="utf-8") for path in said)
    return subprocess.CompletedProcess(arguments, process.exitcode, out, err)


def _call(arguments: tuple[str, ...], cwd: Path, environment: dict[str, str], out: Path, err: Path) -> None:
    """What the console script does, in this process."""
    from cli import app

    os.environ.clear()
    os.environ.update(environment)
    os.chdir(cwd)
    for number, (name, path) in enumerate((("stdout", out), ("stderr", err)), 1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), number)
        setattr(sys, name, os.fdopen(os.dup(number), "w", encoding="utf-8"))
    sys.argv = ["nianbao", *arguments]
    code: object = 0
    try:
        app.main()
    except SystemExit as end:
        code = end.code
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 0 if code is None else 1)
