"""What the running service costs beside bare reading and checking: ``python -m benchmarks pipeline [--quick]``.

Sound reports of a made-up county, as pages and as PDFs, go through the running service (broker, workers, reading child
behind its wall) on SQLite and on PostgreSQL, each from stored bytes to findings. Told are documents a second, and the
CPU of all its processes as a ratio to reading and checking the same documents once in this process; then what each step
of a check costs. Written to ``var/bench/pipeline.json``.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import config
import up
from benchmarks import corpus
from benchmarks.corpus import YEARS, Made, World
from models import agencies, base, compared, contexts, documents, findings, readings, sources, work
from reports import checks, reader
from reports.checks.context import Context
from reports.reader_version import READER_VERSION
from storage import store
from tests import databases
from workers import batch, publication, queue
from workers.batch import DOCUMENT_RULES

OUT = Path("var/bench/pipeline.json")
AIMS = {"html": 2.0, "pdf": 1.3}
LAYOUTS = {"html": "plain", "pdf": "pdf"}
PATIENCE = 1800.0  # seconds: on a busy machine it lasts


def reports(seed: int, kind: str, count: int) -> list[tuple[str, int, Made]]:
    """That many sound reports of one kind of container, (body, year, report)."""
    out: list[tuple[str, int, Made]] = []
    number = 1
    while len(out) < count:
        world = World(number, seed)
        for body in world.bodies[:-1]:
            for year in YEARS[-2:]:
                made = corpus.build(world, body, year, layout=LAYOUTS[kind])
                if made is not None and len(out) < count:
                    out.append((body.name, year, made))
        number += 1
    return out


def bare(made: list[tuple[str, int, Made]]) -> float:
    """CPU seconds to read and check each once, in this process."""
    name, year, first = made[0]
    checks.run(reader.read(first.data, first.name), Context(agency=name, year=year))  # what is loaded once
    start = time.process_time()
    for name, year, one in made:
        checks.run(reader.read(one.data, one.name), Context(agency=name, year=year), DOCUMENT_RULES)
    return time.process_time() - start


def fill(settings: config.Settings, made: list[tuple[str, int, Made]]) -> None:
    """A register of these bodies, each with a column, and their reports stored and waiting to be read."""
    kept, now = store(settings.blob_url), base.utcnow()
    engine = base.make_engine(settings.database_url)
    with base.transaction(engine) as session:
        for number, (name, year, one) in enumerate(made):
            agency, _ = agencies.upsert_agency(session, agencies.AgencyRow(name=name, level="county"))
            source = sources.upsert_source(session, f"https://p{agency.id}.example/", agency.id, "", now)
            url = f"{source.url}{number}/{one.name}"
            document = documents.record_listing(
                session,
                documents.Item(
                    source_id=source.id,
                    key=url,
                    url=url,
                    title=one.truth.title,
                    kind="annual_report",
                    year=year,
                    agency_id=agency.id,
                    listed_on=None,
                ),
                now,
            )
            sha256 = kept.put(one.data)
            documents.record_version(
                session,
                document.id,
                documents.Content(
                    sha256=sha256,
                    content_key=sha256,
                    name=one.name,
                    url=url,
                    media_type="application/pdf" if one.name.endswith("pdf") else "text/html",
                    size=len(one.data),
                    headers={},
                    attachments=(),
                ),
                now,
            )
    engine.dispose()


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def served(settings: config.Settings) -> tuple[float, float]:
    """(seconds, CPU seconds of all processes of the service) until nothing is left to do, its start among it."""
    engine = base.make_engine(settings.database_url)
    before, start = _children(), time.monotonic()
    with up.services(settings, quiet=True) as tree:
        queue.sweep(engine, tree.settings, base.utcnow())
        queue.wait_until_idle(engine, tree.settings, PATIENCE, check=tree.check)
        seconds = time.monotonic() - start
    with base.transaction(engine) as session:
        failed = work.counts(session, base.utcnow())["failed"]
    engine.dispose()
    assert not failed, f"{failed} pieces of work failed"
    return seconds, _children() - before


def steps(settings: config.Settings, count: int) -> dict[str, float]:
    """CPU milliseconds a document of each step beside the child that reads, over the documents that the service has just
    read and checked, as many at a time as it takes."""
    engine = base.make_engine(settings.database_url)
    now = base.utcnow().astimezone(settings.zone)
    spent: dict[str, float] = {}

    @contextmanager
    def step(name: str) -> Iterator[None]:
        start = time.process_time()
        yield
        spent[name] = spent.get(name, 0.0) + time.process_time() - start

    for first in range(1, count + 1, batch.BATCH):
        ids = range(first, min(first + batch.BATCH, count + 1))
        with base.session_factory(engine)() as session, session.begin() as whole:
            with step("context"):
                found = contexts.reports_with_contexts(session, ids, now)
            with step("report packed and saved"):
                results = [readings.Result(one.version_id, one.report) for one in found.documents]
                readings.save_all(session, results, READER_VERSION, now)
            with step("rules"):
                outcomes = [batch._outcome(one) for one in found.documents]
            with step("publication judged"):
                standings = {one.subject.agency_id: one.standing for one in found.documents if one.subject}
                outcomes += publication.outcomes_of(session, standings, YEARS[-1], now, found.facts)
            with step("findings saved"):
                findings.save_all(session, outcomes, now)
            with step("what is compared"):
                compared.all_compared_with(session, found.documents)
            whole.rollback()
    engine.dispose()
    return {name: round(1000 * seconds / count, 2) for name, seconds in spent.items()}


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """The address of a fresh database of that kind, brought up to date."""
    if kind == "sqlite":
        url = f"sqlite:///{folder / 'pipeline.sqlite3'}"
        base.upgrade(url)
        yield url
        return
    with databases.postgres(folder, os.getpid()) as server, server.database() as url:
        yield url


def measure(kind: str, on: str, made: list[tuple[str, int, Made]], unit: float) -> dict[str, Any]:
    """One row of the table: the service with a few of the documents and with all; what the others cost is the
    difference, without the start of its processes."""
    # What a window of messages holds goes one by one: a season is what comes beyond it.
    few = min(queue.WINDOW, len(made) // 2)
    seconds, cpu, spent = [], [], {}
    for part in (made[:few], made):
        folder = Path(tempfile.mkdtemp(prefix="nianbao-bench-"))
        try:
            with database(on, folder) as url:
                settings = config.Settings(
                    data_dir=folder / "var", database_url=url, log_level="WARNING", _env_file=None
                )
                settings.data_dir.mkdir()
                fill(settings, part)
                took, used = served(settings)
                seconds.append(took)
                cpu.append(used)
                spent = steps(settings, len(part))
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    more = len(made) - few
    each = (cpu[1] - cpu[0]) / more
    return {
        "documents": len(made), "kind": kind, "database": on, "a_second": round(len(made) / seconds[1], 2),
        "cpu_ms_each": round(1000 * each, 1), "bare_ms_each": round(1000 * unit / len(made), 1),
        "ratio": round(each / (unit / len(made)), 2), "step_ms": spent,
    }  # fmt: skip


def main(seed: int, quick: bool = False) -> int:
    """Measure, print, write. Exit status 1 where a ratio is above its aim."""
    rows = []
    print(
        f"{'documents':<14}{'database':<12}{'a second':>10}{'CPU ms':>9}{'bare ms':>9}{'ratio':>7}  steps beside the child, ms"
    )
    for kind, count in (("html", 240), ("pdf", 120)):
        made = reports(seed, kind, 2 * count // 3 if quick else count)
        unit = bare(made)
        for on in databases.DATABASES:
            row = measure(kind, on, made, unit)
            rows.append(row)
            print(
                f"{row['documents']:>4} {kind:<9}{on:<12}{row['a_second']:>10}{row['cpu_ms_each']:>9}"
                f"{row['bare_ms_each']:>9}{row['ratio']:>7}  "
                + ", ".join(f"{name} {spent}" for name, spent in row["step_ms"].items())
            )
    missed = [f"{row['kind']} on {row['database']}" for row in rows if row["ratio"] > AIMS[row["kind"]]]
    print(f"aims missed: {', '.join(missed) or 'none'}")
    OUT.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"seed": seed, "rows": rows, "missed_aims": missed}, ensure_ascii=False, indent=1)
    OUT.write_text(text, encoding="utf-8")
    print(f"written to {OUT}")
    return int(bool(missed))
