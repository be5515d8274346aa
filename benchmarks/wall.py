"""What the wall around the reading child costs a document: ``python -m benchmarks wall``.

The same files read by a child behind the wall and by one without it, in turns, warm; the median of the runs as a ratio,
and the start of a child apart. Written to ``var/bench/wall.json``."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table

from reports import sandbox, wall
from tests.makers import small

OUT = Path("var/bench/wall.json")
BARE = sandbox._START.replace("from reports.wall import enclose_child; enclose_child(); ", "")
KINDS: dict[str, Callable[[], bytes]] = {"html": small.html, "pdf": small.pdf, "docx": small.docx, "xlsx": small.xlsx}


@contextmanager
def _child(start: str) -> Iterator[None]:
    kept, sandbox._START = sandbox._START, start
    sandbox.close()
    try:
        yield
    finally:
        sandbox.close()
        sandbox._START = kept


def _seconds(start: str, data: bytes, name: str, runs: int) -> tuple[float, float]:
    """Median seconds of a document, and seconds of the first with the start of its child."""
    with _child(start):
        began = time.perf_counter()
        assert sandbox.read(data, name).error is None
        first = time.perf_counter() - began
        each = []
        for _ in range(runs):
            began = time.perf_counter()
            sandbox.read(data, name)
            each.append(time.perf_counter() - began)
    return statistics.median(each), first


def measure(quick: bool) -> dict[str, object]:
    """Milliseconds by kind of file, with the wall and without, and their ratio."""
    rounds, runs = (2, 10) if quick else (4, 40)
    rows = []
    for kind, make in KINDS.items():
        data, name = make(), f"report.{kind}"
        pairs = [(_seconds(sandbox._START, data, name, runs), _seconds(BARE, data, name, runs)) for _ in range(rounds)]
        walled, bare = (min(pair[side][0] for pair in pairs) * 1000 for side in (0, 1))
        started, open_start = (min(pair[side][1] for pair in pairs) * 1000 for side in (0, 1))
        rows.append(
            {
                "kind": kind,
                "walled_ms": walled,
                "bare_ms": bare,
                "ratio": walled / bare,
                "first_ratio": started / open_start,
            }
        )
    return {"wall": str(wall.examine()), "documents": rows}


def main(_seed: int, quick: bool = False) -> int:
    """Measure, print, write ``var/bench/wall.json``. There is no aim to miss: the wall is not up for sale."""
    result = measure(quick)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(result, ensure_ascii=False, indent=1), encoding="utf-8")
    table = Table(title=f"Cost of the wall ({result['wall']})")
    for column in ("file", "with, ms", "without, ms", "ratio", "ratio of the first, with the child's start"):
        table.add_column(column, justify="left" if column == "file" else "right")
    rows = result["documents"]
    assert isinstance(rows, list)
    for row in rows:
        table.add_row(
            row["kind"],
            f"{row['walled_ms']:.2f}",
            f"{row['bare_ms']:.2f}",
            f"{row['ratio']:.2f}",
            f"{row['first_ratio']:.2f}",
        )
    Console().print(table)
    return 0
