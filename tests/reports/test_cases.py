"""The small reference documents, one kind of fault each: what is read from them and what is said of them.

Variants in other formats and wordings stand beside the parts that were mended; here it is the documents themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from reports.checks import checking
from reports.reader import read
from reports.report import Finding, Report

BODY = "青柳市水务局"
# The findings that a document may have without a look: what is true of it, or a matter of taste.
TRUE: dict[str, set[str]] = {
    "k12a_doubled.txt": {"YR-TITLE"},
    "k12b_prose.txt": {"YR-PERIOD-MISSING"},
    "k14a_inline_heading.html": {"YR-PERIOD-MISSING"},
    "k17a_blank_figure.html": {"STR-PLACEHOLDER"},
    "k17b_wrong_number.html": {"STR-BASIS"},
    "k17e_heading_letter.html": {"STR-MANGLED"},
    "k21a_site_prefix_title.html": {"YR-TITLE"},
}
NAMED: dict[str, set[str | None]] = {
    "k10a_no_title.txt": {None},
    "k11a_index_number.txt": {"市水务局"},
    "k12b_prose.txt": {None},
    "k21a_site_prefix_title.html": {"市水务局", BODY},
}
PUBLISHED = {
    "k12a_doubled.txt": "2025-01-20",
    "k13a_time_label.html": "2025-01-21",
    "k13b_seconds.txt": "2025-01-20",
    "k21c_issuer_ignored.html": "2025-01-19",
}
CUT = {"k03a_cut_in_table3.html", "k03d_cut_text.txt", "k19a_kind_cut.txt"}


def _read(path: Path) -> tuple[Report, dict[str, Finding]]:
    report = read(path.read_bytes(), path.name)
    return report, {finding.rule: finding for finding in checking.run(report).findings}


def _documents(shared: Path) -> list[Path]:
    found = sorted(path for path in (shared / "cases" / "documents").iterdir() if path.name.startswith("k"))
    if not found:
        pytest.skip("the reference documents lie only beside the developers' clones")
    return found


def test_of_each_document_only_what_is_true_is_said_without_a_look(shared: Path):
    for path in _documents(shared):
        _, found = _read(path)
        sure = {rule for rule, finding in found.items() if not finding.needs_review}
        assert sure == TRUE.get(path.name, set()), path.name


def test_each_is_a_report_of_its_body_and_year_with_its_day(shared: Path):
    for path in _documents(shared):
        report, _ = _read(path)
        assert report.kind == "annual_report", path.name
        assert report.year == 2024, path.name
        assert report.agency in NAMED.get(path.name, {BODY}), path.name
        assert report.published_on == PUBLISHED.get(path.name), path.name


def test_what_breaks_off_or_is_printed_over_says_so(shared: Path):
    for path in _documents(shared):
        report, _ = _read(path)
        assert report.details.incomplete == (path.name in CUT), path.name
        assert report.details.overprinted == (path.name == "k15a_watermark.pdf"), path.name
