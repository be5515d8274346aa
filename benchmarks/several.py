"""Whether several worker processes wait for each other: ``python -m benchmarks several [--quick]``.

The same pages go through the running service on PostgreSQL with one, two and four worker processes. Told are documents a
second, the CPU of a document, and how often a look at the server (every 20 ms, ``pg_stat_activity``) found one of its
sessions waiting for a lock, with what it waited for. Written to ``var/bench/several.json``; exit status 1 where sessions
wait for locks more than the aim allows.

More processes than cores do no more in a second: the machine's cores stand beside the figures."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

import config
from benchmarks import pipeline
from benchmarks.corpus import Made
from tests import databases
from workers import queue

OUT = Path("var/bench/several.json")
PROCESSES = (1, 2, 4)
COUNT = 240
LOOK_SECONDS = 0.02
WAITING = 0.02  # share of sessions at work that may be found waiting for a lock
SESSIONS = """
    SELECT coalesce(wait_event_type, ''), coalesce(wait_event, ''), left(query, 60) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'active'
"""


@contextmanager
def watched(url: str) -> Iterator[Counter[tuple[str, str, str]]]:
    """What the sessions at work in this database waited for, counted look by look while the block runs: (kind, event,
    statement), empty where one did not wait."""
    seen: Counter[tuple[str, str, str]] = Counter()
    done = threading.Event()

    def look() -> None:
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as session:
            while not done.wait(LOOK_SECONDS):
                seen.update(session.execute(SESSIONS).fetchall())

    watcher = threading.Thread(target=look, name="lock-watch", daemon=True)
    watcher.start()
    try:
        yield seen
    finally:
        done.set()
        watcher.join()


def measure(processes: int, made: list[tuple[str, int, Made]]) -> dict[str, Any]:
    """One row of the table."""
    folder = Path(tempfile.mkdtemp(prefix="nianbao-bench-"))
    try:
        with databases.postgres(folder, os.getpid()) as server, server.database() as url:
            settings = config.Settings(
                data_dir=folder / "var", database_url=url, worker_concurrency=processes, log_level="WARNING",
                _env_file=None,
            )  # fmt: skip
            settings.data_dir.mkdir()
            few = queue.WINDOW
            with watched(url) as seen:
                seconds, cpu = pipeline.served(settings, made[:few], made[few:])
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    locks = {event + ": " + query: number for (kind, event, query), number in seen.items() if kind == "Lock"}
    return {
        "processes": processes, "documents": len(made), "seconds": round(seconds, 1),
        "a_second": round((len(made) - few) / seconds, 2), "cpu_ms_each": round(1000 * cpu / (len(made) - few), 1),
        "looks_at_work": sum(seen.values()), "waiting_for_locks": sum(locks.values()), "locks": locks,
    }  # fmt: skip


def main(seed: int, quick: bool = False) -> int:
    """Measure, print, write. Exit status 1 where sessions wait for locks."""
    made = pipeline.reports(seed, "html", COUNT // 2 if quick else COUNT)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(f"{'processes':>9}{'a second':>10}{'CPU ms':>9}{'sessions seen at work':>23}{'waiting for a lock':>20}")
    rows = []
    for processes in PROCESSES:
        row = measure(processes, made)
        rows.append(row)
        print(
            f"{processes:>9}{row['a_second']:>10}{row['cpu_ms_each']:>9}{row['looks_at_work']:>23}"
            f"{row['waiting_for_locks']:>20}",
            flush=True,
        )
        for lock, number in row["locks"].items():
            print(f"{'':>9} {number} of them: {lock}")
    missed = [row["processes"] for row in rows if row["waiting_for_locks"] > WAITING * max(row["looks_at_work"], 50)]
    print(f"aims missed: {', '.join(f'{number} processes' for number in missed) or 'none'}")
    OUT.parent.mkdir(parents=True, exist_ok=True)
    made_ = {"seed": seed, "cores": os.cpu_count(), "at": time.time(), "rows": rows, "missed_aims": missed}
    OUT.write_text(json.dumps(made_, ensure_ascii=False, indent=1), encoding="utf-8")
    print(f"written to {OUT}")
    return int(bool(missed))
