"""The checks proven on a made-up country (``benchmarks/corpus.py``): ``python -m benchmarks.checking [--quick]``.

Every report of five years is printed, read by ``reports.reader`` and checked with its history, register entry, siblings,
crawl record and the bodies below. Sound ones must draw no error and no warning; of those with one flaw
(``benchmarks/flaws.py``) every flaw must be found, and nothing else said as error or warning. A sample is read as scans:
what is said of a scan and not of the same report born digital must carry ``needs_review``. Then the cost of checking,
and the index of near-duplicates. Written to ``var/bench/checking.json``; exit status 1 where an aim is missed.
"""

from __future__ import annotations

import argparse
import io
import json
import math
import multiprocessing
import os
import random
import resource
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import yaml

from benchmarks import corpus
from benchmarks.corpus import COUNTIES, YEARS, Body, Made, World
from benchmarks.flaws import FLAWS
from reports import reader
from reports.checks import checking, similarity
from reports.checks.context import Body as Other
from reports.checks.context import ColumnEntry, Context, CrawlRecord, RegisterEntry
from reports.formats.pdf import fonts
from reports.report import Finding, Report
from tests.makers import pdf

OUT = Path("var/bench/checking.json")
COST = Path(__file__).parent / "data" / "cost.yaml"
SEED = 1
PROCESSES = 2
FLAWED = 1000
PAGES = 20
DPI = 200
SIZES = (5_000, 10_000, 20_000)
SLACK = 1.5  # how much dearer the last reports of the index may be than the first, to count as linear
FEW_BYTES = 4096
COST_EVERY = 10
SERIOUS = {"error", "warning"}
# What is true of every scan: that it is one, and that a cell of it could not be read.
OF_SCANS = {"PUB-IMAGE", "READ-LOWCONF", "READ-SHORT-ROW", "READ-SHIFT", "READ-SPLIT"}

Key = tuple[str, int]


@dataclass
class Tally:
    """What one county (or all of them) came to. Plain data: it crosses the border of a process."""

    clean: int = 0
    flawed: int = 0
    layouts: Counter[str] = field(default_factory=Counter)
    misread: int = 0
    said: Counter[tuple[str, str]] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)
    kinds: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    rules: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    strays: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    read_seconds: float = 0.0
    check_seconds: float = 0.0
    whole_seconds: float = 0.0
    costed: int = 0

    def add(self, other: Tally) -> None:
        """Takes in another county."""
        for name in ("clean", "flawed", "misread", "read_seconds", "check_seconds", "whole_seconds", "costed"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("layouts", "said", "held", "strays"):
            getattr(self, name).update(getattr(other, name))
        for name in ("kinds", "rules"):
            for key, counts in getattr(other, name).items():
                getattr(self, name)[key].update(counts)
        self.failures += other.failures


# ------------------------------------------------------------------------------------------------------ one county


class County:
    """The sound reports of a county as read, and the context of each."""

    def __init__(self, number: int, seed: int) -> None:
        self.world = World(number, seed)
        self.seed = seed
        self.made: dict[Key, Made] = {}
        self.read: dict[Key, Report] = {}

    def fill(self, tally: Tally) -> None:
        """Prints and reads everything."""
        for body in self.world.bodies:
            for year in YEARS:
                made = corpus.build(self.world, body, year)
                assert made is not None, "a report without a flaw suits every body"
                start = time.process_time()
                report = reader.read(made.data, made.name)
                spent = time.process_time() - start
                self.made[body.name, year], self.read[body.name, year] = made, report
                tally.clean += 1
                tally.layouts[made.layout] += 1
                tally.misread += _misread(made, report)
                if self.costs(body, year):
                    tally.read_seconds += spent

    def costs(self, body: Body, year: int) -> bool:
        """Whether the report is in the sample whose cost is measured: HTML with a history, every tenth."""
        made = self.made[body.name, year]
        return year > YEARS[0] and made.name.endswith("html") and hash_of(made.name) % COST_EVERY == 0

    def context(self, body: Body, year: int, made: Made, report: Report) -> Context:
        """All that the service would know of a report of this body and year."""
        world = self.world
        day = date.fromisoformat(made.truth.published_on)
        deadline = date(year + 1, 3, 31) if body.aggregate else date(year + 1, 1, 31)
        url = f"http://www.place{world.number}.example.cn/zfxxgk/nb/{year}/t{year + 1}0101_{hash_of(body.name) % 9999}.html"
        crawl_record = CrawlRecord(
            today=date(year + 1, 6, 1),
            state="published" if day <= deadline else "late",
            deadline=deadline,
            statutory=body.kind in {"department", "government"},
            published_on=day,
            first_seen=day,
            url=url,
            source_url=url.rpartition("/")[0],
            list_title=made.truth.title,
            in_column=True,
            column_complete=True,
            answered_days=(date(year + 1, 5, 31),),
            entries=(ColumnEntry(made.truth.title, report.kind, year, url),),
            years=tuple(range(2008, year + 1)),
        )
        others = [
            Other(
                b.name, self.read[b.name, year], date.fromisoformat(self.made[b.name, year].truth.published_on), b.kind
            )
            for b in world.bodies[:-1]
            if b.name != body.name
        ]
        register_entry = RegisterEntry(
            body.name,
            kind=body.kind,
            level=body.level,
            can_make_regulations=body.power,
            portals=(f"http://www.place{world.number}.example.cn/",),
            supervisor=world.government.name,
        )
        return Context(
            agency=body.name,
            year=year,
            register_entry=register_entry,
            history=self.read.get((body.name, year - 1)),
            crawl_record=crawl_record,
            siblings=[] if body.aggregate else others,
            below=others if body.aggregate else None,
            own=self.read[world.bodies[0].name, year] if body.aggregate else None,
        )


def hash_of(text: str) -> int:
    """A number from a text, the same in every process."""
    return random.Random(text).randrange(1 << 30)


def _misread(made: Made, report: Report) -> bool:
    cells = report.cells or {}
    return any(
        (cell := cells.get(key)) is None or (cell.value or 0) != value for key, value in made.truth.cells.items()
    )


def county(task: tuple[int, int, list[tuple[str, int]]]) -> Tally:
    """One county: (its number, the seed, its flaws as (kind, number))."""
    number, seed, wanted = task
    tally = Tally()
    place = County(number, seed)
    place.fill(tally)
    _warm(place)
    for body in place.world.bodies:
        for year in YEARS:
            _sound(place, body, year, tally)
    for kind, count in wanted:
        _flawed(place, kind, count, tally)
    return tally


def _warm(place: County) -> None:
    """Formulas are parsed once a process; that is no report's cost."""
    for year in (YEARS[1], YEARS[-1]):
        body = place.world.bodies[0]
        made, report = place.made[body.name, year], place.read[body.name, year]
        checking.run(report, place.context(body, year, made, report))


def _sound(place: County, body: Body, year: int, tally: Tally) -> None:
    made, report = place.made[body.name, year], place.read[body.name, year]
    context = place.context(body, year, made, report)
    start = time.process_time()
    result = checking.run(report, context)
    spent = time.process_time() - start
    for finding in result.findings:
        tally.said[finding.rule, finding.severity] += 1
        if finding.severity in SERIOUS:
            tally.failures.append(f"false: {_where(place, made)} {_told(finding)}")
    tally.held.update(result.held)
    if place.costs(body, year):
        tally.costed += 1
        tally.whole_seconds += spent
        alone = Context(agency=body.name, year=year, register_entry=context.register_entry, history=context.history)
        start = time.process_time()
        checking.run(report, alone)
        tally.check_seconds += time.process_time() - start


def _flawed(place: County, kind: str, number: int, tally: Tally) -> None:
    found = put_in(place.world, kind, number)
    if found is None:
        tally.kinds[kind]["unplaced"] += 1
        return
    body, year, made = found
    report = reader.read(made.data, made.name)
    findings = checking.run(report, place.context(body, year, made, report)).findings
    tally.flawed += 1
    counts = tally.kinds[kind]
    counts["made"] += 1
    said: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        said[finding.rule].append(finding)
    missed = made.must - set(said)
    # Whatever is changed in an aggregate's figures no longer is the sum of its bodies'.
    may = (
        made.must
        | made.may
        | ({rule for rule in checking.RULES if rule.startswith("HIE")} if body.aggregate else set())
    )
    for rule in made.must:
        tally.rules[rule]["made"] += 1
        tally.rules[rule]["found"] += rule in said
        tally.rules[rule]["flagged"] += rule in said and all(f.needs_review for f in said[rule])
    counts["found"] += not missed
    counts["flagged"] += not missed and all(f.needs_review for rule in made.must for f in said[rule])
    if missed:
        tally.failures.append(f"missed: {kind} #{number}, {_where(place, made)} lacks {', '.join(sorted(missed))}")
    for finding in findings:
        if finding.severity in SERIOUS and finding.rule not in may:
            tally.strays[finding.rule] += 1
            tally.failures.append(f"stray: {kind} #{number}, {_where(place, made)} {_told(finding)}")


def put_in(world: World, kind: str, number: int) -> tuple[Body, int, Made] | None:
    """A report of the county with a flaw of that kind, and whose it is: the first body and year drawn that it suits."""
    rng = random.Random(f"{world.seed} {world.number} {kind} {number}")
    pairs = [(body, year) for body in world.bodies for year in YEARS]
    rng.shuffle(pairs)
    if kind.startswith("aggregate"):
        pairs.sort(key=lambda pair: not pair[0].aggregate)
    for body, year in pairs:
        made = corpus.build(world, body, year, FLAWS[kind], salt=f"{kind} {number}")
        if made is not None:
            return body, year, made
    return None


def _where(place: County, made: Made) -> str:
    return f"seed {place.seed}, county {place.world.number}, {made.name} ({made.layout}):"


def _told(finding: Finding) -> str:
    return f"{finding.rule} {finding.severity}{' needs_review' if finding.needs_review else ''} {finding.message}"


# ------------------------------------------------------------------------------------------------------------- scans


def scans(seed: int, pages: int) -> dict[str, Any]:
    """Reports as scans at 200 dpi, as many as give ``pages``: findings that only the scan has, flagged and not."""
    place = County(COUNTIES, seed)  # a county of its own
    place.fill(Tally())
    kinds = sorted(FLAWS)
    rng = random.Random(f"scans {seed}")
    done = number = flagged = 0
    unflagged: list[str] = []
    spent = 0.0
    while done < pages:
        body = rng.choice(place.world.bodies)
        year = rng.choice(YEARS[1:])
        made: Made | None
        if number % 2:
            found = put_in(place.world, rng.choice(kinds), number)
            if found is None:
                continue
            body, year, made = found
        else:
            made = corpus.build(place.world, body, year, layout="pdf")
        assert made is not None
        number += 1
        data, count = _scanned(made)
        born = reader.read(made.data, made.name)
        start = time.perf_counter()
        report = reader.read(data, made.name.rpartition(".")[0] + ".tiff")
        spent += time.perf_counter() - start
        known = {f.rule for f in checking.run(born, place.context(body, year, made, born)).findings} | OF_SCANS
        for finding in checking.run(report, place.context(body, year, made, report)).findings:
            if finding.rule in known | made.must | made.may:
                continue
            flagged += finding.needs_review
            if not finding.needs_review:
                unflagged.append(f"scan: {_where(place, made)} {_told(finding)}")
        done += count
    return {"reports": number, "pages": done, "flagged": flagged, "unflagged": unflagged,
            "seconds_a_page": round(spent / max(done, 1), 1)}  # fmt: skip


def _scanned(made: Made) -> tuple[bytes, int]:
    """The report as pictures of its pages, and how many."""
    data = made.data
    if made.layout != "pdf":
        data = pdf.render(made.truth, random.Random(made.name), "ruled")
    fonts.install()
    document = pdfium.PdfDocument(data)
    pages = [page.render(scale=DPI / 72).to_pil().convert("L") for page in document]
    document.close()
    out = io.BytesIO()
    pages[0].save(out, "TIFF", save_all=True, append_images=pages[1:], compression="tiff_deflate")
    return out.getvalue(), len(pages)


# -------------------------------------------------------------------------------------------------------- similarity


def _texts(seed: int, count: int) -> Iterator[tuple[str, str, str]]:
    """(key, text, key of the one it was copied from or empty): masked texts of a nation, one in a hundred a copy."""
    rng = random.Random(f"nation {seed}")
    phrases = ["".join(chr(0x4E00 + rng.randrange(3000)) for _ in range(rng.randint(6, 18))) for _ in range(6000)]
    kept: list[tuple[str, list[str]]] = []
    for number in range(count):
        key, source = str(number), ""
        if number % 100 == 99:
            source, theirs = rng.choice(kept)
            mine = list(theirs)
            mine[rng.randrange(len(mine))] = rng.choice(phrases)
        else:
            mine = rng.choices(phrases, k=rng.randint(60, 110))
            if number % 50 == 0:
                kept.append((key, mine))
        yield key, "".join(mine), source


def index(task: tuple[int, tuple[int, ...]]) -> list[dict[str, Any]]:
    """The index of near-duplicates filled up to each size, with the cost of each stretch, in a process of its own."""
    seed, sizes = task
    index_ = similarity.Index()
    index_.add("warm", "热" * similarity.MINIMUM)  # what loading the library costs is no report's
    out: list[dict[str, Any]] = []
    added = queried = before = 0.0
    copies = found = 0
    first = _memory()
    start_size = 0
    for number, (key, text, source) in enumerate(_texts(seed, sizes[-1]), 1):
        start = time.process_time()
        like = index_.like(text)
        middle = time.process_time()
        index_.add(key, text)
        queried += middle - start
        added += time.process_time() - middle
        if source:
            copies += 1
            found += source in like
        if number in sizes:
            now = _memory()
            stretch = number - start_size
            out.append(
                {
                    "reports": number,
                    "build_seconds": round(added, 2),
                    "query_seconds": round(queried, 2),
                    "milliseconds_each": round(1000 * (added + queried - before) / stretch, 3),
                    "memory_mb": round((now - first) / 2**20, 1),
                    "bytes_each": round((now - first) / number),
                    "copies": copies,
                    "copies_found": found,
                }
            )
            before, start_size = added + queried, number
    return out


def _memory() -> int:
    """Resident memory of this process in bytes (its peak where the system does not tell)."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


# -------------------------------------------------------------------------------------------------------------- all


def tasks(seed: int, counties: int, flawed: int) -> list[tuple[int, int, list[tuple[str, int]]]]:
    """The work by county: every kind of flaw equally often, spread over the counties."""
    each = math.ceil(flawed / len(FLAWS))
    wanted: list[list[tuple[str, int]]] = [[] for _ in range(counties)]
    for position, kind in enumerate(FLAWS):
        for number in range(each):
            wanted[(position + number) % counties].append((kind, number))
    return [(number, seed, wanted[number]) for number in range(counties)]


def measure(seed: int, quick: bool, pages: int) -> tuple[Tally, dict[str, Any], list[dict[str, Any]]]:
    """Everything, over two processes; the scans alone, as they use all cores by themselves."""
    work = tasks(seed, 1 if quick else COUNTIES, FLAWED // 10 if quick else FLAWED)
    sizes = tuple(size // 10 for size in SIZES) if quick else SIZES
    tally = Tally()
    with multiprocessing.get_context("spawn").Pool(PROCESSES, maxtasksperchild=1) as pool:
        for one in pool.imap_unordered(county, work):
            tally.add(one)
        grown = pool.map(index, [(seed, sizes)])[0]
    return tally, scans(seed, pages), grown


def as_dict(tally: Tally, scanned: dict[str, Any], grown: list[dict[str, Any]], seed: int) -> dict[str, Any]:
    """The result as JSON has it; ``missed_aims`` is empty where all is well."""
    before: dict[str, float] = yaml.safe_load(COST.read_text(encoding="utf-8"))
    ratio = tally.check_seconds / tally.read_seconds if tally.read_seconds else 0.0
    aims = {
        "recall": all(c["found"] == c["made"] and c["made"] for c in tally.kinds.values()),
        "clean": not any(severity in SERIOUS for _, severity in tally.said),
        "strays": not tally.strays,
        "scans": not scanned["unflagged"],
        "cost": ratio <= before["most"] * before["checking"],
        "linear": grown[-1]["milliseconds_each"] <= SLACK * grown[0]["milliseconds_each"]
        # Tables double when they are full, and the first reports fit into what was free already.
        and grown[-1]["bytes_each"] <= max(SLACK * grown[1]["bytes_each"], FEW_BYTES),
        "copies": all(row["copies"] == row["copies_found"] for row in grown),
    }
    return {
        "seed": seed,
        "missed_aims": [name for name, met in aims.items() if not met],
        "clean": {
            "reports": tally.clean,
            "layouts": dict(tally.layouts),
            "misread": tally.misread,
            "findings": {f"{rule} {severity}": n for (rule, severity), n in sorted(tally.said.items())},
            "held": dict(sorted(tally.held.items())),
        },
        "flawed": {
            "reports": tally.flawed,
            "kinds": {kind: dict(counts) for kind, counts in sorted(tally.kinds.items())},
            "rules": {rule: dict(counts) for rule, counts in sorted(tally.rules.items())},
            "strays": dict(tally.strays),
        },
        "scans": scanned,
        "cost": {
            "reports": tally.costed,
            "reading_ms": round(1000 * tally.read_seconds / max(tally.costed, 1), 2),
            "checking_ms": round(1000 * tally.check_seconds / max(tally.costed, 1), 2),
            "checking_with_siblings_ms": round(1000 * tally.whole_seconds / max(tally.costed, 1), 2),
            "ratio": round(ratio, 3),
            "before": before["checking"],
        },
        "similarity": grown,
        "failures": tally.failures + scanned["unflagged"],
    }


def show(result: dict[str, Any]) -> None:
    """The result as a table."""
    flawed, clean, cost, scanned = result["flawed"], result["clean"], result["cost"], result["scans"]
    print(f"{'kind of flaw':<44}{'made':>6}{'found':>7}{'to look at':>12}")
    for kind, counts in flawed["kinds"].items():
        print(f"{kind:<44}{counts.get('made', 0):>6}{counts.get('found', 0):>7}{counts.get('flagged', 0):>12}")
    print(f"\n{'rule that had to speak':<44}{'made':>6}{'found':>7}{'to look at':>12}")
    for rule, counts in flawed["rules"].items():
        print(f"{rule:<44}{counts['made']:>6}{counts['found']:>7}{counts['flagged']:>12}")
    print(f"\nsound reports: {clean['reports']} ({', '.join(f'{k} {n}' for k, n in sorted(clean['layouts'].items()))})")
    print(f"of them read with a cell off: {clean['misread']}; findings by rule:")
    for name, count in clean["findings"].items():
        print(f"  {name:<42}{count:>6}")
    print(f"reports with one flaw: {flawed['reports']}; said besides: {flawed['strays'] or 'nothing'}")
    print(
        f"scans: {scanned['reports']} reports, {scanned['pages']} pages, {scanned['seconds_a_page']} s a page; "
        f"findings of the scan only: {scanned['flagged']} flagged, {len(scanned['unflagged'])} not"
    )
    print(
        f"cost of {cost['reports']} reports as HTML: read {cost['reading_ms']} ms, checked with history "
        f"{cost['checking_ms']} ms (ratio {cost['ratio']}, before {cost['before']}), "
        f"with all siblings {cost['checking_with_siblings_ms']} ms"
    )
    for row in result["similarity"]:
        print(
            f"index of {row['reports']:>6}: built in {row['build_seconds']} s, queried in {row['query_seconds']} s, "
            f"{row['milliseconds_each']} ms and {row['bytes_each']} bytes each, {row['memory_mb']} MB, "
            f"copies found {row['copies_found']} of {row['copies']}"
        )
    for line in result["failures"]:
        print(line)
    print(f"aims missed: {', '.join(result['missed_aims']) or 'none'}")


def main(seed: int = SEED, quick: bool = False, pages: int | None = None) -> int:
    """Measures, prints, writes. Exit status 1 where an aim is missed."""
    result = as_dict(*measure(seed, quick, pages if pages is not None else PAGES // 10 if quick else PAGES), seed)
    show(result)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(result, ensure_ascii=False, indent=1), encoding="utf-8")
    print(f"written to {OUT}")
    return int(bool(result["missed_aims"]))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="prove the checks on made-up reports")
    parser.add_argument("--seed", type=int, default=SEED, help="what the made-up country is drawn from")
    parser.add_argument("--quick", action="store_true", help="a tenth of it")
    parser.add_argument("--pages", type=int, default=None, help=f"pages to read as scans (default {PAGES})")
    options = parser.parse_args()
    sys.exit(main(options.seed, options.quick, options.pages))
