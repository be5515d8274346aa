"""What the running service costs beside bare reading and checking: ``python -m benchmarks pipeline [--quick]``.

Sound reports of a made-up county, as pages, PDFs and scans, go through the running service (broker, workers, reading
child behind its wall) on SQLite and on PostgreSQL, each from stored bytes to findings. Told are documents a second, and
the CPU of all its processes as a ratio to reading and checking the same documents in this process, by the same rules with
the same context; then what each step costs. Written to ``var/bench/pipeline.json``.

What is bare is measured before the service runs and again after it, step by step as the service does it: on a machine
that others use too, a millisecond of CPU is not the same from one minute to the next.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

import config
import up
from benchmarks import corpus
from benchmarks.corpus import YEARS, Made, World
from models import agencies, base, compared, contexts, documents, findings, readings, sources, work
from models.packed import pack_text
from reports import reader
from reports.checks import similarity
from reports.compact import compact, expanded
from reports.reader_version import READER_VERSION
from reports.report import Report
from storage import store
from tests import databases
from tests.makers import scan
from workers import batch, publication, queue

OUT = Path("var/bench/pipeline.json")
AIMS = {"html": 2.0, "pdf": 1.3, "scan": 1.3}
LAYOUTS = {"html": "plain", "pdf": "pdf", "scan": "plain"}
SCAN = "pdf-clean-200"
COUNTS = {"html": 240, "pdf": 240, "scan": 18}
PATIENCE = 1800.0  # seconds: on a busy machine it lasts
BARE = ("reading", "rules")  # the steps that bare reading and checking has too


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
                    out.append((body.name, year, scanned(made, seed + len(out)) if kind == "scan" else made))
        number += 1
    return out


def scanned(made: Made, seed: int) -> Made:
    """The same report as pictures of its pages."""
    return replace(made, name=f"{seed}.pdf", data=scan.render(made.truth, random.Random(seed), SCAN))


def read(made: list[tuple[str, int, Made]]) -> tuple[float, list[Report]]:
    """CPU seconds to read each once, in this process, and the reports."""
    start = time.process_time()
    found = [reader.read(one.data, one.name) for _, _, one in made]
    return time.process_time() - start, found


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


def _used(tree: up.Tree) -> float:
    """CPU seconds of all processes of the service, those that have ended among them."""
    below: dict[int, list[int]] = {}
    ticks: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            rest = stat.read_text().rpartition(")")[2].split()
            below.setdefault(int(rest[1]), []).append(int(stat.parent.name))
            ticks[int(stat.parent.name)] = sum(map(int, rest[11:15]))
    processes = [child.process for child in tree.children] + [tree.broker.process if tree.broker else None]
    found = [process.pid for process in processes if process is not None]
    for pid in found:
        found += below.get(pid, [])  # and those below them
    return sum(ticks.get(pid, 0) for pid in found) / os.sysconf("SC_CLK_TCK")


def served(settings: config.Settings, *parts: list[tuple[str, int, Made]]) -> tuple[float, float]:
    """(seconds, CPU seconds of all processes of the service) until the last of these parts is read and checked, after
    the others have been: neither the start of the processes nor what they load once is among it."""
    engine = base.make_engine(settings.database_url)
    seconds = used = 0.0
    with up.services(settings, quiet=True) as tree:
        for part in parts:
            fill(settings, part)
            used, start = _used(tree), time.monotonic()
            queue.sweep(engine, tree.settings, base.utcnow())
            queue.wait_until_idle(engine, tree.settings, PATIENCE, check=tree.check)
            seconds, used = time.monotonic() - start, _used(tree) - used
    with base.transaction(engine) as session:
        failed = work.counts(session, base.utcnow())["failed"]
    engine.dispose()
    assert not failed, f"{failed} pieces of work failed"
    return seconds, used


def steps(settings: config.Settings, made: list[tuple[str, int, Made]]) -> dict[str, float]:
    """CPU milliseconds a document of each step, done in this process over the documents that the service has just read
    and checked, as many at a time as it takes."""
    engine = base.make_engine(settings.database_url)
    now = base.utcnow().astimezone(settings.zone)
    spent: dict[str, float] = {}

    @contextmanager
    def step(name: str) -> Iterator[None]:
        start = time.process_time()
        yield
        spent[name] = spent.get(name, 0.0) + time.process_time() - start

    for first in range(0, len(made), batch.BATCH):
        part = made[first : first + batch.BATCH]
        ids = range(first + 1, first + len(part) + 1)
        with step("reading"):
            reports = [reader.read(one.data, one.name) for _, _, one in part]
        with step("from the child"):
            texts = [compact(report.as_dict(details=True)) for report in reports]
            reports = [Report.from_dict(expanded(text)) for text in texts]
        with step("signature"):
            bands = [similarity.bands(report) for report in reports]
        with base.session(engine) as session, session.begin() as whole:
            versions = dict(session.execute(sa.select(documents.Version.document_id, documents.Version.id)).all())
            with step("packed and saved"):
                results = [
                    readings.Result(versions[id_], report, band, packed=pack_text(text))
                    for id_, report, band, text in zip(ids, reports, bands, texts, strict=True)
                ]
                kept = readings.save_all(session, results, READER_VERSION, now)
            of = {result.version_id: result.report for result in results}
            with step("context"):
                known = {one.reading_id: of[one.version_id] for one in kept}
                found = contexts.reports_with_contexts(session, ids, now, known)
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
    return {name: 1000 * seconds / len(made) for name, seconds in spent.items()}


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """The address of a fresh database of that kind, brought up to date."""
    if kind == "sqlite":
        yield databases.sqlite_file(folder / "bench.sqlite3")
        return
    with databases.postgres(folder, os.getpid()) as server, server.database() as url:
        yield url


def measure(kind: str, on: str, made: list[tuple[str, int, Made]]) -> dict[str, Any]:
    """One row of the table: the service with a few of the documents, and then with the others, which are measured."""
    few = min(queue.WINDOW, len(made) // 2)
    before, _ = read(made)
    folder = Path(tempfile.mkdtemp(prefix="nianbao-bench-"))
    try:
        with database(on, folder) as url:
            settings = config.Settings(data_dir=folder / "var", database_url=url, log_level="WARNING", _env_file=None)
            settings.data_dir.mkdir()
            seconds, cpu = served(settings, made[:few], made[few:])
            spent = steps(settings, made)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    spent["reading"] = (spent["reading"] + 1000 * before / len(made)) / 2
    more = len(made) - few
    each, unit = 1000 * cpu / more, sum(spent[name] for name in BARE)
    spent["processes and messages"] = each - sum(spent.values())
    return {
        "documents": len(made), "kind": kind, "database": on, "a_second": round(more / seconds, 2),
        "cpu_ms_each": round(each, 1), "bare_ms_each": round(unit, 1), "ratio": round(each / unit, 2),
        "step_ms": {name: round(value, 2) for name, value in spent.items()},
    }  # fmt: skip


def main(seed: int, quick: bool = False) -> int:
    """Measure, print, write. Exit status 1 where a ratio is above its aim."""
    rows = []
    print(f"{'documents':<14}{'database':<12}{'a second':>10}{'CPU ms':>9}{'bare ms':>9}{'ratio':>7}  steps, ms")
    for kind, count in COUNTS.items():
        made = reports(seed, kind, 2 * count // 3 if quick else count)
        read(made[:2])  # what is loaded once
        for on in databases.DATABASES:
            row = measure(kind, on, made)
            rows.append(row)
            print(
                f"{row['documents']:>4} {kind:<9}{on:<12}{row['a_second']:>10}{row['cpu_ms_each']:>9}"
                f"{row['bare_ms_each']:>9}{row['ratio']:>7}  "
                + ", ".join(f"{name} {spent}" for name, spent in row["step_ms"].items()),
                flush=True,
            )
    missed = [f"{row['kind']} on {row['database']}" for row in rows if row["ratio"] > AIMS[row["kind"]]]
    print(f"aims missed: {', '.join(missed) or 'none'}")
    OUT.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"seed": seed, "rows": rows, "missed_aims": missed}, ensure_ascii=False, indent=1)
    OUT.write_text(text, encoding="utf-8")
    print(f"written to {OUT}")
    return int(bool(missed))
