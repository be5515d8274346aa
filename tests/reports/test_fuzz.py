"""Mutated documents: never a crash, a hang, memory beyond the limit, or anything but the contract's JSON.

``make fuzz`` goes on for longer with another seed each time: ``NIANBAO_FUZZ`` is the number of inputs of each kind,
``NIANBAO_FUZZ_SEED`` repeats a run. An input that fails is left in ``var/fuzz/``.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from reports import sandbox
from reports.reader import read
from tests.makers import small
from tests.reports import fuzzing

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "var" / "fuzz"
COUNT = int(os.environ.get("NIANBAO_FUZZ", "400"))
SEED = os.environ.get("NIANBAO_FUZZ_SEED") or (os.urandom(4).hex() if "NIANBAO_FUZZ" in os.environ else "20261121")
CHILDREN = 2
SMALL_MB = 640  # what is enough for a report, and soon full
ENOUGH = 5  # failures of one kind


pytestmark = pytest.mark.slow  # begun early, so that it is not what the others wait for


class Child:
    """A process that reads inputs under limits; started anew when one of them ends it."""

    def __init__(self, folder: Path, number: int) -> None:
        self.number = number
        self.progress = folder / f"progress-{number}"
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> subprocess.Popen[str]:
        code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from tests.reports.fuzzing import serve; serve()"
        return subprocess.Popen(
            [sys.executable, "-P", "-c", code, str(self.progress)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
            env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        )

    def run(self, kind: str) -> list[tuple[int, str]]:
        """This child's share of the inputs of a kind: (number, what is wrong)."""
        out: list[tuple[int, str]] = []
        first = self.number
        while first < COUNT and len(out) < ENOUGH:
            if self.process is None:
                self.process = self.start()
            assert self.process.stdin
            assert self.process.stdout
            job = {
                "kind": kind,
                "seed": SEED,
                "first": first,
                "last": COUNT,
                "step": CHILDREN,
                "enough": ENOUGH - len(out),
            }
            self.process.stdin.write(json.dumps(job) + "\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline()
            if answer:
                return out + [(number, what) for number, what in json.loads(answer)]
            code = self.process.wait()
            self.close()
            number = int.from_bytes(self.progress.read_bytes()[:8], "little")
            if not (kind == "pdf" and code == -signal.SIGABRT and _is_the_limit(kind, number)):
                out.append((number, _end(code)))
            first = number + CHILDREN
        return out

    def close(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            for pipe in (self.process.stdin, self.process.stdout):
                if pipe is not None:
                    pipe.close()
        self.process = None


def _is_the_limit(kind: str, number: int) -> bool:
    """pdfium ends its process where it gets no more memory, as for forms that draw themselves twice: that costs one child
    and is said in one line."""
    data, name = fuzzing.mutant(kind, SEED, number)
    try:
        return "more memory than" in (sandbox.read(data, name, limits=sandbox.Limits(memory_mb=SMALL_MB)).error or "")
    finally:
        sandbox.close()


def _end(code: int) -> str:
    if code == -signal.SIGPROF:
        return f"took more than {fuzzing.SECONDS} s of processor time"
    if code == -signal.SIGALRM:
        return f"took more than {fuzzing.PATIENCE} s"
    return f"ended the reader's process ({signal.Signals(-code).name if code < 0 else code})"


@pytest.fixture(scope="module")
def children(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Child]]:
    folder = tmp_path_factory.mktemp("fuzz")
    out = [Child(folder, number) for number in range(CHILDREN)]
    yield out
    for child in out:
        child.close()


@pytest.mark.parametrize("kind", fuzzing.KINDS_OF_FILE)
def test_mutated_documents_end_as_the_contracts_json(kind: str, children: list[Child]) -> None:
    with ThreadPoolExecutor(CHILDREN) as pool:
        failures = [failure for part in pool.map(lambda child: child.run(kind), children) for failure in part]
    for number, what in failures:
        data, name = fuzzing.mutant(kind, SEED, number)
        KEPT.mkdir(parents=True, exist_ok=True)
        (KEPT / f"{kind}-{SEED}-{name}").write_bytes(data)
        (KEPT / f"{kind}-{SEED}-{number}.why").write_text(what, encoding="utf-8")
    assert not failures, f"kept in {KEPT}: " + "\n".join(f"{kind} {SEED} {n}: {what[:2000]}" for n, what in failures)


@pytest.mark.parametrize("suffix", small.DOCUMENTS)
def test_what_is_mutated_is_read_as_printed_before(suffix: str) -> None:
    report = read(small.DOCUMENTS[suffix](), f"a.{suffix}")
    assert (report.error, report.year, report.agency) == (None, 2023, "甲县水利局")
    assert {key: (report.cells or {})[key].value for key in small.CELLS} == small.CELLS
    assert {claim.cell for claim in report.claims} >= {"applications.new.total"}


def test_mutants_follow_from_their_number_and_differ() -> None:
    for kind in fuzzing.KINDS_OF_FILE:
        made = [fuzzing.mutant(kind, "x", number) for number in range(40)]
        assert made == [fuzzing.mutant(kind, "x", number) for number in range(40)]
        assert len({data for data, _ in made}) > 25, kind
