"""What a season's summary and a day's digests cost as the bodies grow in number: ``python -m benchmarks summaries``.

The figures, each format, and the digests of offices of a hundred bodies each (decided, composed, with their sheets) for 1,000,
5,000 and 20,000 bodies, each size in a process of its own: seconds, seconds a body as a ratio to those of the smallest, and
the most memory. Written to ``var/bench/summaries.json``; exit status 1 where a body costs more than twice as much among the
most as among the fewest."""

from __future__ import annotations

import json
import multiprocessing
import resource
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from alerts.calendar import Workdays
from alerts.compose import compose
from alerts.decide import decide
from reports.duties import Ledger
from summaries import formats, season
from summaries.figures import figures
from tests.summaries import worlds

OUT = Path("var/bench/summaries.json")
SIZES = (1_000, 5_000, 20_000)
QUICK = (200, 1_000)
SLACK = 2.0
A_HUNDRED = 100  # bodies of an office
STEPS: dict[str, Callable[[object], object]] = {
    "html": lambda content: formats.as_html(content),  # type: ignore[arg-type]
    "pdf": lambda content: formats.as_pdf(content),  # type: ignore[arg-type]
    "xlsx": lambda content: formats.as_xlsx(content),  # type: ignore[arg-type]
    "docx": lambda content: formats.as_docx(content, "办", "2026年3月9日"),  # type: ignore[arg-type]
}


def _measure(bodies: int) -> dict[str, float]:
    """Seconds by step and megabytes at most, of one size."""
    ledger = worlds.season(bodies)
    reports = {2025: worlds.rows(2025, bodies, 3), 2024: worlds.rows(2024, bodies, 2)}
    out = {}
    began = time.process_time()
    content = season.content(figures(ledger, "", reports))
    out["figures"] = time.process_time() - began
    for name, step in STEPS.items():
        began = time.process_time()
        step(content)
        out[name] = time.process_time() - began
    out["digests"] = _digests(ledger)
    out["mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return out


def _digests(ledger: Ledger) -> float:
    """Seconds for the first digests of all offices: everything that is open is told."""
    ledger.standings = [
        replace(one, duty=replace(one.duty, office_id=1 + one.duty.agency_id // A_HUNDRED)) for one in ledger.standings
    ]
    ledger.findings = [replace(one, office_id=1 + one.agency_id // A_HUNDRED) for one in ledger.findings]
    began = time.process_time()
    digests = decide(ledger, {}, ledger.now, workdays=Workdays())
    for digest in digests:
        compose(digest, "甲县政务公开办")
    assert len(digests) >= len(ledger.standings) // A_HUNDRED
    return time.process_time() - began


def main(_seed: int, quick: bool = False) -> int:
    """Measure, print, write ``var/bench/summaries.json``."""
    sizes = QUICK if quick else SIZES
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        measured = [pool.apply(_measure, (size,)) for size in sizes]
    first = measured[0]
    table = Table(title="A summary as the bodies grow in number")
    for column in ("step", *(f"{size:,}, s" for size in sizes), "a body, most to fewest"):
        table.add_column(column, justify="left" if column == "step" else "right")
    rows, missed = [], False
    for step in ("figures", *STEPS, "digests"):
        ratio = (measured[-1][step] / sizes[-1]) / (first[step] / sizes[0])
        missed |= ratio > SLACK
        rows.append({"step": step, "seconds": [each[step] for each in measured], "ratio": ratio})
        table.add_row(step, *(f"{each[step]:.2f}" for each in measured), f"{ratio:.2f}")
    table.add_row("memory, MB", *(f"{each['mb']:.0f}" for each in measured), "")
    Console().print(table)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    memory = [each["mb"] for each in measured]
    OUT.write_text(json.dumps({"sizes": sizes, "steps": rows, "mb": memory}, indent=1), encoding="utf-8")
    return int(missed)
