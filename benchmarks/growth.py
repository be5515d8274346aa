"""What each step costs as the register grows: ``python -m benchmarks growth [--quick]``.

A country (``tests/models/country.py``) is filled at several sizes, with a season's peak of waiting work, and each step
is done on it, on SQLite and on PostgreSQL. What concerns one body must cost the same at every size; what concerns all, the
same for each body. Costs are CPU seconds of this process and of the server's for its session, and are also given as a
ratio to reading one report as HTML in the same run, which tells machines apart from changes. Written to
``var/bench/growth.json``.
"""

from __future__ import annotations

import json
import random
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from benchmarks.pipeline import database
from models import base, compared, contexts, exports, findings, leases, ledger, sources, work
from reports import reader
from reports.checks import checking
from summaries import figures
from tests import databases
from tests.models import country, rows
from tests.test_faults import report_of
from workers import publication
from workers.batch import DOCUMENT_RULES

OUT = Path("var/bench/growth.json")
SIZES = (960, 9_960, 99_960)
QUICK = (960, 4_980)
FLAT = 1.3  # how much dearer a step may be, for one body or for each, in the largest country than in the smallest
REPEATS = 25
REPEATS_WHOLE = 3
LARGE = 50_000  # bodies from which on what concerns all is done once: minutes of it need no median
NOW = rows.NOW.astimezone(ZoneInfo("Asia/Shanghai"))


@dataclass(frozen=True, slots=True)
class Step:
    """``run`` does the step for the body of that number (one body) or for all, in a session that is rolled back."""

    name: str
    run: Callable[[Session, int], Any]
    whole: bool = False


def check(session: Session, body: int) -> None:
    found = contexts.report_with_context(session, 2 * body, NOW)
    assert found is not None
    assert found.subject is not None
    result = checking.run(found.report, found.context, DOCUMENT_RULES)
    origin = findings.Origin(found.document_id, found.version_id, found.url)
    findings.save(session, findings.Outcome(found.subject, "report", result.findings, result.judged, origin), NOW)
    compared.all_compared_with(session, [found])


def crawl_end(session: Session, body: int) -> None:
    run = sources.start_run(session, body, NOW)
    sources.finish_run(session, run.id, sources.Outcome(status="ok", requests=3, items=9), NOW, timedelta(days=1))


def standing(session: Session, body: int) -> None:
    stands = ledger.standing_of(session, body, country.YEAR, NOW)
    assert stands is not None
    for _, context in publication.contexts_of(session, [stands], NOW):
        checking.run(None, context, publication.RULES)


def decision(session: Session, _body: int) -> None:
    made = ledger.ledger_of(session, country.YEAR, NOW)
    for _, context in publication.contexts_of(
        session, made.standings, NOW, {s.duty.agency_id: s for s in made.standings}
    ):
        checking.run(None, context, publication.RULES)


def claim(session: Session, body: int) -> None:
    piece = work.add_first(session, "check", 2 * body, NOW, lane=body)
    assert work.claim(session, piece.id, "bench", NOW, timedelta(seconds=20)) is not None
    assert work.finish(session, piece.id, "bench", NOW)


def sweep(session: Session, _body: int) -> None:
    for kind in work.KINDS:
        work.lost(session, kind, NOW - timedelta(hours=1), NOW, 500)
        work.unsent(session, kind, NOW, 500)
    work.left_behind(session, NOW, NOW, 500)


STEPS = (
    Step("one check", check),
    Step("one crawl's end", crawl_end),
    Step("one body judged", standing),
    Step("one claim", claim),
    Step("one sweep", sweep),
    Step("a tick's looks", lambda session, _: leases.add_due_crawls(session, NOW, 100)),
    Step("the day's decisions", decision, whole=True),
    Step("status", lambda session, _: ledger.ledger_of(session, country.YEAR, NOW), whole=True),
    Step("summary", lambda session, _: figures.figures(ledger.ledger_of(session, country.YEAR, NOW), ""), whole=True),
    Step("queue", lambda session, _: work.counts(session, NOW), whole=True),
    Step("export of reports", lambda session, _: drained(exports.export_reports(session, country.YEAR)), whole=True),
    Step(
        "export of documents", lambda session, _: drained(exports.export_documents(session, country.YEAR)), whole=True
    ),
)


def drained(rows_: Iterable[Any]) -> int:
    return sum(1 for _ in rows_)


def baseline() -> float:
    """CPU seconds to read one report of that kind as HTML, the median of some."""
    data = report_of("甲县统计局", random.Random(1), country.YEAR)
    reader.read(data, "1.html")
    return _median(lambda _: reader.read(data, "1.html"), 15)


def _median(run: Callable[[int], Any], times: int, clock: Callable[[], float] = time.process_time) -> float:
    spent = []
    for number in range(times):
        start = clock()
        run(number)
        spent.append(clock() - start)
    return sorted(spent)[len(spent) // 2]


def _clock(engine: sa.Engine) -> Callable[[], float]:
    """CPU seconds of this process, and of the server's process for the one session that the engine has."""
    if engine.dialect.name != "postgresql":
        return time.process_time
    with engine.connect() as connection:
        server = Path(f"/proc/{connection.scalar(sa.text('SELECT pg_backend_pid()'))}/schedstat")
    return lambda: time.process_time() + int(server.read_text().split()[0]) / 1e9


def fill(url: str, size: int) -> None:
    """The country, and half of its reports waiting to be read."""
    engine = base.make_engine(url)
    with base.transaction(engine) as session:
        country.fill(session, size)
        waiting = [
            {"kind": "read", "subject": n, "payload": {}, "created_at": NOW, "due_at": NOW, "lane": n, "turn": n % 50}
            for n in range(1, size, 2)
        ]
        session.execute(sa.insert(work.Work), waiting)
        if engine.dialect.name == "postgresql":
            session.execute(sa.text("ANALYZE"))  # as autovacuum does within a minute
    engine.dispose()


def measure(on: str, size: int, seed: int, repeats: int = REPEATS) -> dict[str, float]:
    """CPU seconds of each step in a country of that size: of one body, or of each body."""
    with tempfile.TemporaryDirectory() as folder, database(on, Path(folder)) as url:
        fill(url, size)
        engine = base.make_engine(url)
        clock = _clock(engine)
        rng, out = random.Random(seed), {}
        for step in STEPS:

            def once(number: int, step: Step = step) -> None:
                # No government: it looks at all that are below it.
                body = rng.randrange(size // country.COUNTY) * country.COUNTY + 2 + number % (country.COUNTY - 2)
                with base.session(engine) as session, session.begin() as whole:
                    step.run(session, body)
                    session.flush()
                    whole.rollback()

            times = repeats if not step.whole else 1 if size >= LARGE else min(repeats, REPEATS_WHOLE)
            if times > 1:
                once(0)
            out[step.name] = _median(once, times, clock) / (size if step.whole else 1)
        engine.dispose()
    return out


def main(seed: int, quick: bool = False) -> int:
    """Measure, print, write. Exit status 1 where a step grows by more than ``FLAT``."""
    unit = baseline()
    print(f"reading one report as HTML: {1000 * unit:.2f} ms of CPU")
    table, missed = [], []
    for on in databases.DATABASES:
        rows = _measured(on, QUICK if quick else SIZES, seed, unit)
        table += rows
        missed += [f"{row['step']} on {on}" for row in rows if not row["flat"]]
    print(f"aims missed: {', '.join(missed) or 'none'}")
    OUT.parent.mkdir(parents=True, exist_ok=True)
    made = {"seed": seed, "reading_ms": 1000 * unit, "steps": table, "missed_aims": missed}
    OUT.write_text(json.dumps(made, ensure_ascii=False, indent=1), encoding="utf-8")
    print(f"written to {OUT}")
    return int(bool(missed))


def _measured(on: str, sizes: Sequence[int], seed: int, unit: float) -> list[dict[str, Any]]:
    """The table of one database, printed, as rows."""
    found = {size: measure(on, size, seed) for size in sizes}
    head = f"CPU in ms, {on}"
    print(f"{head:<30}" + "".join(f"{size:>12}" for size in sizes) + f"{'grows by':>10}{'to reading':>12}")
    rows: list[dict[str, Any]] = []
    for step in STEPS:
        costs = [found[size][step.name] for size in sizes]
        growth = costs[-1] / max(costs[0], 1e-9)
        name = f"{step.name}, a body" if step.whole else step.name
        # Below a tenth of a millisecond the clock is coarser than the step.
        flat = growth <= FLAT or (costs[-1] - costs[0]) * (sizes[0] if step.whole else 1) < 1e-4
        rows.append(
            {
                "database": on,
                "step": name,
                "sizes": sizes,
                "ms": [1000 * cost for cost in costs],
                "growth": growth,
                "to_reading": costs[-1] / unit,
                "flat": flat,
            }
        )
        print(
            f"{name:<30}" + "".join(f"{1000 * c:>12.3f}" for c in costs) + f"{growth:>10.2f}{costs[-1] / unit:>12.2f}",
            flush=True,
        )
    return rows
