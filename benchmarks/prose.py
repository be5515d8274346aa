"""The narrative: what sentences state about cells, measured on many ways of writing them.

``data/prose.yaml`` holds the sentences in ten families, each with what it states: those to build the grammar with, and
those that were written after it and are only ever measured. Figures are drawn anew for each run, so that the tables are
consistent and no two figures of a sentence are alike.

Those that name the year are also told of another time or another body (``scopes.py``), and then state nothing.

Each sentence is then put into a report with these figures in its tables: any finding without ``needs_review`` is an
*accusation*, and with one stated figure altered the rules must say so.

*False* is a claim that the report's own figures contradict; *missed* a stated figure without a claim. Beside them stands
a baseline that takes the first figure behind a subject, as a quick script would, and the time of cutting and reading a
sentence as a ratio to the time of folding it and searching it for digits.
"""

from __future__ import annotations

import json
import random
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks import scopes
from benchmarks.sentences import CELLS, YEAR, Pattern, figures, patterns, write
from reports import reader
from reports.checks import checking
from reports.checks.claims import step_of
from reports.checks.context import Context
from reports.claims import claims, counts_requests
from reports.form import forms
from reports.report import Claim, Finding, Number, Report
from reports.text import fold
from tests.makers import html, report

OUT = Path("var/bench/prose.json")
DRAWS = 3
RECALL = 0.98  # of the stated figures of the measured half
# The rules that hold figures of the narrative against cells; whether a section says something is another question.
_RULES = (
    "NAR-NEW",
    "NAR-NONE",
    "NAR-HANDLED",
    "NAR-CARRY",
    "NAR-RESULT",
    "NAR-INNER-SUM",
    "NAR-PREV",
    "DIS-NARR",
    "PRO-NARR",
)
_SUBJECTS = (
    ("new", r"(?:收到|受理|新收|接到)[^。]*?(\d+)(?=件|宗|起|份|条|项)"),
    ("done", r"(?:办结|答复)[^。]*?(\d+)(?=件|宗|起|份|条|项)"),
    ("rec", r"复议[^。]*?(\d+)(?=件|起)"),
    ("iss", r"(?:制发|制定)[^。]*?(\d+)(?=件)"),
)


@dataclass
class Score:
    """What came of a set of sentences."""

    sentences: int = 0
    stated: int = 0
    found: int = 0
    made: int = 0
    false: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)


def truth(pattern: Pattern, drawn: Mapping[str, Number]) -> dict[str, set[Number]]:
    """What each cell may be said to hold by the report's figures, or by a sentence that says there is nothing."""
    if any(figure == "zero" for _, figure in pattern.says):
        return {cell: {0} for cell in CELLS.values()}
    out = {cell: {drawn[name]} for name, cell in CELLS.items()}
    return out | {
        CELLS[name]: {0 if figure == "none" else drawn[figure]} for name, figure in pattern.says if name != figure
    }


def is_false(claim: Claim, pattern: Pattern, drawn: Mapping[str, Number]) -> bool:
    """Whether the report's own figures contradict a claim, with what its note allows for."""
    if claim.note == "previous_year":
        return claim.value != drawn["last"]
    step = step_of(claim)
    allowed = truth(pattern, drawn).get(claim.cell, set())
    if claim.note in {"with_carried_in", "handled_words"}:
        allowed = {*allowed, drawn["tot"], drawn["done"]}
    return not any(claim.value == value or abs(Decimal(claim.value) - Decimal(value)) < step for value in allowed)


def measure(seed: int, draws: int = DRAWS) -> dict[tuple[str, bool], Score]:
    """The scores by family and half, of each sentence with so many draws of figures."""
    rng = random.Random(f"prose {seed}")
    out: dict[tuple[str, bool], Score] = defaultdict(Score)
    for pattern in patterns():
        score = out[pattern.family, pattern.measured]
        score.sentences += 1
        for _ in range(draws):
            _one(pattern, figures(rng), score)
    return out


def _one(pattern: Pattern, drawn: dict[str, Number], score: Score) -> None:
    text = write(pattern, drawn)
    made = claims(text, 1, "2021", YEAR)
    score.made += len(made)
    for claim in made:
        if is_false(claim, pattern, drawn):
            score.false.append(f"{claim.cell} = {claim.value} {claim.note}: {text}")
    for name, figure in pattern.says:
        value = 0 if figure in {"zero", "none"} else drawn[figure]
        found = any(
            claim.cell == CELLS[name]
            and (claim.value == value or abs(Decimal(claim.value) - Decimal(value)) < step_of(claim))
            for claim in made
        )
        score.stated += 1
        score.found += found
        if not found:
            score.missed.append(f"{name} = {value}: {text}")


def baseline(seed: int) -> Counter[str]:
    """The first figure behind a subject, on the measured half: what it states, finds and claims falsely."""
    rng = random.Random(f"prose {seed}")
    out: Counter[str] = Counter()
    for pattern in patterns():
        drawn = figures(rng)
        if not pattern.measured:
            continue
        text = fold(write(pattern, drawn))
        for name, words in _SUBJECTS:
            found = re.search(words, text)
            if found:
                claim = Claim(CELLS[name], int(found.group(1)), text)
                out["made"] += 1
                out["false"] += is_false(claim, pattern, drawn)
                out["found"] += any(name == n and drawn.get(f, 0) == claim.value for n, f in pattern.says)
        out["stated"] += len(pattern.says)
    return out


# ------------------------------------------------------------------ checked


@dataclass
class Checked:
    """What the rules say of sentences that agree with the tables, and of those with one figure altered."""

    reports: int = 0
    accused: list[str] = field(default_factory=list)
    to_look_at: int = 0
    altered: int = 0
    detected: int = 0
    undetected: list[str] = field(default_factory=list)


def check(seed: int, every: int = 1) -> Checked:
    """The sentences of both halves, ``every`` so many of them, as section 一 of a report."""
    rng = random.Random(f"prose in reports {seed}")
    made = report.make(5, form="2021", wrong=(), plain=True)
    base = reader.read(html.render(made, random.Random(1), "plain"), "report.html")
    out = Checked()
    for pattern in patterns()[::every]:
        drawn = figures(rng)
        cells = _cells(pattern, drawn)
        out.reports += 1
        if {"new", "done"} & {name for name, _ in pattern.says} and not counts_requests(write(pattern, drawn)):
            out.accused.append(f"NAR-SILENT: {pattern.text}")
        for finding in _findings(base, cells, write(pattern, drawn)):
            out.to_look_at += finding.needs_review
            if not finding.needs_review:
                out.accused.append(f"{finding.rule}: {finding.message}")
        for name, figure in pattern.says:
            if figure not in drawn or f"{{{figure}}}" not in pattern.text:
                continue
            text = pattern.text.replace(f"{{{figure}}}", str(drawn[figure] + 3))
            out.altered += 1
            found = _findings(base, cells, write(replace(pattern, text=text), drawn))
            out.detected += bool(found)
            if not found:
                out.undetected.append(f"{name}: {text}")
    return out


def _cells(pattern: Pattern, drawn: Mapping[str, Number]) -> dict[str, Number]:
    """The cells of a report that says what the sentence says."""
    if any(figure == "zero" for _, figure in pattern.says):
        return {key: 0 for key in forms.keys("2021") if key.startswith(("applications", "disputes", "proactive.n"))}
    groups = ("denied", "unavailable", "rejected", "other")
    out: dict[str, Number] = {
        key: 0 for key in forms.keys("2021") if key.endswith(".total") and key.split(".")[1] in groups
    }
    out |= {cell: drawn[name] for name, cell in CELLS.items() if "*" not in cell and "+" not in cell}
    out |= {CELLS[name]: 0 if figure == "none" else drawn[figure] for name, figure in pattern.says if name != figure}
    out["applications.denied.third_party.total"] = drawn["denied"] - sum(
        drawn[name] for name in ("secret", "query", "file")
    )
    out["applications.unavailable.still_unclear.total"] = drawn["rest_unavailable"]
    out["applications.rejected.petition.total"] = drawn["rest_rejected"]
    out["applications.other.other.total"] = drawn["other"]
    if ("lit", "none") in pattern.says:
        out["disputes.litigation_direct.total"] = out["disputes.litigation_after_reconsideration.total"] = 0
    if ("dl", "lit") in pattern.says:
        out["disputes.litigation_direct.total"], out["disputes.litigation_after_reconsideration.total"] = (
            drawn["lit"],
            0,
        )
    if ("litp", "litp") in pattern.says:
        out["disputes.litigation_direct.pending"] = drawn["litp"]
    if ("litp", "lit") in pattern.says:
        out["disputes.litigation_direct.pending"] = drawn["dl"]
        out["disputes.litigation_after_reconsideration.pending"] = drawn["da"]
    return {key: value for key, value in out.items() if "*" not in key}


def _findings(base: Report, cells: Mapping[str, Number], text: str) -> list[Finding]:
    """What the rules that rest on prose say."""
    printed = dict(base.cells or {})
    printed |= {key: replace(printed[key], value=value, raw=str(value)) for key, value in cells.items()}
    sections = [replace(s, text=text) if s.number == 1 else s for s in base.sections]
    said = claims(text, 1, "2021", YEAR)
    doc = replace(base, year=YEAR, cells=printed, sections=sections, claims=said)
    found = checking.run(doc, Context(agency=base.agency or "", year=YEAR)).findings
    return [finding for finding in found if finding.rule.startswith(_RULES)]


def cost(seed: int) -> float:
    """CPU time of reading all sentences for claims, as a ratio to folding them and searching them for figures."""
    rng = random.Random(f"prose {seed}")
    texts = [write(pattern, figures(rng)) for pattern in patterns()]
    claims(texts[0], 1, "2021", YEAR)
    spent = []
    for work in (lambda text: claims(text, 1, "2021", YEAR), lambda text: re.findall(r"\d+", fold(text + str(seed)))):
        start = time.process_time()
        for text in texts * 5:
            work(text)
        spent.append(time.process_time() - start)
    return spent[0] / max(spent[1], 1e-9)


def _halves(scores: Mapping[tuple[str, bool], Score]) -> Iterator[tuple[str, bool, Score]]:
    for measured in (False, True):
        whole = Score()
        for (_, half), score in scores.items():
            if half == measured:
                for name in ("sentences", "stated", "found", "made"):
                    setattr(whole, name, getattr(whole, name) + getattr(score, name))
                whole.false += score.false
                whole.missed += score.missed
        yield "all", measured, whole


def show(scores: Mapping[tuple[str, bool], Score], plain: Counter[str], ratio: float) -> None:
    """The scores as a table, the sentences of the building half that went wrong, and the baseline."""
    table = Table("family", "half", "sentences", "figures stated", "found", "recall", "claims", "false")
    for family, measured, score in [*((f, m, s) for (f, m), s in scores.items()), *_halves(scores)]:
        half = "measured" if measured else "built with"
        recall = f"{score.found / score.stated:.1%}" if score.stated else "-"
        counts = (score.sentences, score.stated, score.found, recall, score.made, len(score.false))
        table.add_row(family, half, *map(str, counts))
    console = Console(width=120)
    console.print(table)
    for (_, measured), score in scores.items():
        for line in (
            () if measured else (*(f"false: {f}" for f in score.false), *(f"missed: {m}" for m in score.missed))
        ):
            console.print(line, soft_wrap=True, highlight=False, markup=False)
    console.print(
        f"baseline, the first figure behind a subject: {plain['found']} of {plain['stated']} found, "
        f"{plain['false']} of {plain['made']} claims false; claims cost {ratio:.1f} times a search for digits"
    )


def main(seed: int, quick: bool = False) -> int:
    """Measures, prints, writes. Exit status 1 where the measured half misses an aim: no false claim, recall."""
    scores, plain, ratio = measure(seed), baseline(seed), cost(seed)
    checked = check(seed, 10 if quick else 1)
    shifted, taken = scopes.measure(seed, 10 if quick else 1)
    show(scores, plain, ratio)
    for line in (*checked.accused, *checked.undetected, *taken):
        print(line)
    print(f"told of another time or body: {shifted} sentences draw {len(taken)} claims")
    print(
        f"in reports: {checked.reports} sentences that agree draw {len(checked.accused)} accusations and "
        f"{checked.to_look_at} findings to look at; of {checked.altered} altered figures {checked.detected} are found"
    )
    measured = next(score for _, half, score in _halves(scores) if half)
    met = not measured.false and not checked.accused and not taken and measured.found >= RECALL * measured.stated
    result: dict[str, Any] = {
        "seed": seed,
        "families": {
            f"{family}, {'measured' if half else 'built with'}": {
                "sentences": score.sentences, "stated": score.stated, "found": score.found, "claims": score.made,
                "false": len(score.false),
            }
            for (family, half), score in scores.items()
        },
        "baseline": dict(plain),
        "in_reports": {
            "sentences": checked.reports, "accusations": len(checked.accused), "to_look_at": checked.to_look_at,
            "altered": checked.altered, "found": checked.detected,
        },
        "elsewhere": {"sentences": shifted, "claims": len(taken)},
        "cost_ratio": round(ratio, 2),
        "met": met,
    }  # fmt: skip
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(result, ensure_ascii=False, indent=1), encoding="utf-8")
    return int(not met)
