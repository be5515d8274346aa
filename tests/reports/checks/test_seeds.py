"""The five real reports, rule by rule: exactly what is recorded of each as true, and nothing more."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reports import reader
from reports.checks import checking
from reports.checks.context import Context
from reports.report import Report

TRUE = {
    "000": ["FRM-YEAR", "NAR-FEE", "NAR-SILENT", "PRO19-DECISION-SLIP", "PRO19-PROC-UNIT", "PRO19-TRIPLE"],
    "001": ["FMT-LABEL", "READ-SHORT-ROW", "STR-SECTIONS", "YR-STALE"],
    "002": [
        "FMT-MIXED",
        "NAR-FEE",
        "READ-LOWCONF",
        "READ-SHORT-ROW",
        "STR-S1-GOV",
        "YR-PERIOD-MISSING",
        "YR-TITLE",
    ],
    "003": ["NAR-FEE", "STR-BASIS", "STR-TITLE"],
    "004": ["READ-KIND"],
}


def seed(shared: Path, number: str) -> Report:
    path = next((shared / "samples" / "seeds").glob(f"{number}_*.txt"))
    return reader.read(path.read_bytes(), path.name)


@pytest.mark.parametrize("number", list(TRUE))
def test_a_real_report_gives_exactly_what_is_true_of_it(shared: Path, number: str):
    report = seed(shared, number)
    result = checking.run(report, Context(agency=report.agency, year=report.year))
    assert sorted({f.rule for f in result.findings}) == TRUE[number]


def test_a_doubtful_sentence_of_a_real_report_is_for_a_person_first(shared: Path):
    found = {f.rule: f for f in checking.run(seed(shared, "001")).findings}
    assert found["YR-STALE"].needs_review
    assert found["YR-STALE"].severity == "warning"
    assert found["STR-SECTIONS"].severity == "error"
    assert not found["STR-SECTIONS"].needs_review


def test_the_interpretation_alone_is_one_finding_once_the_portal_is_known(shared: Path):
    from datetime import date

    from reports.checks.context import CrawlRecord

    report = seed(shared, "004")
    crawl_record = CrawlRecord(date(2022, 2, 8), "missing", interpretation_url="http://a.example/j.html")
    result = checking.run(report, Context(agency=report.agency, year=report.year, crawl_record=crawl_record))
    assert sorted({f.rule for f in result.findings}) == ["INT-ONLY", "READ-KIND"]


RULES_OF = {
    "row_sum": ("APP-SUM-ROW",),
    "column_sum": ("APP-SUM-COL",),
    "balance": ("APP-BALANCE", "APP-BALANCE-TOTAL"),
    "dispute_total": ("DIS-SUM",),
    "narrative_mismatch": ("NAR-", "DIS-NARR", "PRO-NARR"),
    "wrong_form": ("FRM-YEAR",),
    "missing_section": ("STR-SECTIONS", "FMT-TABLE-MISSING"),
    "wrong_year": ("YR-CONFLICT",),
    "bad_value": ("FMT-INT",),
    "placeholder": ("STR-PLACEHOLDER",),
    "carry_chain": ("APP-CARRY",),
    "in_force_chain": ("PRO-INFORCE-ROLL",),
}
# Findings about other matters than figures, which a made report may deserve with good reason.
BESIDE = ("PUB-IMAGE", "STR-", "YR-", "SIM-")


def test_made_reports_give_their_injected_faults_and_no_other_error(shared: Path):
    truths = [json.loads(line) for line in (shared / "samples" / "truth.jsonl").read_text("utf-8").splitlines()]
    # Born-digital text only: whatever a recogniser reads is the business of the reader's own tests.
    truths = [t for t in truths if t["file"].endswith((".html", ".txt")) and t["kind"] == "annual_report"]
    assert truths
    for truth in truths:
        path = shared / "samples" / truth["file"]
        report = reader.read(path.read_bytes(), path.name)
        findings = checking.run(report, Context(agency=report.agency, year=report.year)).findings
        grave = {f.rule for f in findings if f.severity != "notice" and not f.needs_review}
        wanted = [RULES_OF[item["kind"]] for item in truth["inconsistencies"]]
        for rules in wanted:
            assert any(rule.startswith(rules) for rule in grave), (truth["file"], rules)
        allowed = tuple(rule for rules in wanted for rule in rules) + BESIDE
        assert not [rule for rule in grave if not rule.startswith(allowed)], truth["file"]
