"""How far it is, on a terminal and nowhere else: seen through a pseudo-terminal, as a person would."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
CALLS = {
    "status": "status of",
    "summary --out s": "writing",
    "export agencies --out a.csv --format csv": "agencies",
    "alerts run --dry-run": "deciding",
    "agencies import r.csv": "r.csv",
    "aggregate --under 甲县人民政府 --out a.xlsx": "adding up",
    "letters --under 甲县人民政府 --out l": "letters",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("progress")
    (made / "r.csv").write_text(
        "name,level,parent\n甲县人民政府,county,\n甲县水利局,county,甲县人民政府\n", encoding="utf-8"
    )
    subprocess.run([*nianbao(), "agencies", "import", "r.csv"], cwd=made, env=environment(), check=True)
    return made


def nianbao() -> list[str]:
    return [sys.executable, "-m", "cli"]


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NIANBAO_")}
    return kept | {"PYTHONPATH": str(ROOT), "TERM": "xterm"}


@pytest.mark.parametrize("call", CALLS)
def test_a_command_says_how_far_it_is_on_a_terminal_and_its_result_is_free_of_it(call: str, folder: Path):
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [*nianbao(), *call.split()], cwd=folder, env=environment(), stdout=subprocess.PIPE, stderr=theirs
    )
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 4096):
            shown += part
    except OSError:
        pass  # Linux says so when the other end is closed
    assert child.stdout is not None
    result = child.stdout.read()
    assert child.wait() == 0
    assert CALLS[call].encode() in shown
    assert b"\x1b" not in result


def test_elsewhere_nothing_is_shown_but_what_was_done(folder: Path):
    call = [*nianbao(), "export", "agencies", "--out", "b.csv", "--format", "csv"]
    said = subprocess.run(call, cwd=folder, env=environment(), capture_output=True, text=True, check=True)
    assert (said.stdout, said.stderr) == ("", "wrote 2 rows to b.csv\n")
