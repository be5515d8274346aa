"""Files that break off, read and checked: nothing wrong may be called sure, and nothing be said without a look of what is
not there."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from reports import reader
from reports.checks import checking
from reports.report import Number, Report

CUTS = 20  # of a document, at random
SURE = 0.9
HEAD = 200  # bytes: what is shorter is no file


@dataclass(slots=True)
class Broken:
    """What came of the cut files of one format."""

    files: int = 0
    refused: int = 0
    silent: int = 0
    said: int = 0
    wrong: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Source:
    """A whole file with what each of its cells may be read as."""

    format: str
    name: str
    seed: int
    data: bytes
    right: dict[str, frozenset[Number | None]]


def _said(report: Report) -> set[tuple[str, str]]:
    """What is said without a look: rule and severity. A notice blames nobody."""
    found = checking.run(report).findings
    return {(f.rule, f.severity) for f in found if not f.needs_review and f.severity != "notice"}


def broken(sources: Iterable[Source], cuts: int = CUTS) -> dict[str, Broken]:
    """Each file cut at ``cuts`` places: by format how many were refused, how many cells are wrong and sure, and how much is
    said without a look that is not said of the whole file."""
    out: dict[str, Broken] = defaultdict(Broken)
    for source in sources:
        whole = _said(reader.read(source.data, source.name))
        rng = random.Random(source.seed)
        for _ in range(cuts):
            end = rng.randrange(HEAD, len(source.data) - 1)
            _judge(source, end, whole, out[source.format])
    return dict(out)


def _judge(source: Source, end: int, whole: set[tuple[str, str]], count: Broken) -> None:
    report = reader.read(source.data[:end], source.name)
    count.files += 1
    if report.error is not None:
        count.refused += 1
        return
    silent = [
        key
        for key, cell in (report.cells or {}).items()
        if cell.confidence >= SURE and cell.value not in source.right.get(key, ())
    ]
    said = sorted(_said(report) - whole)
    count.silent += len(silent)
    count.said += len(said)
    if silent or said:
        where = f"{source.name} cut at {end} of {len(source.data)}"
        count.wrong.append(f"{where}: cells {silent[:3]}, said {[rule for rule, _ in said]}")
