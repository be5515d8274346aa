"""Golden documents: made by hand in our own words, each with what must be read from it beside it.

A new document without its ``.json`` gets one written and fails the run: somebody has to read it first.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reports.reader import read
from reports.report import Report, number_as_json

FOLDER = Path(__file__).resolve().parents[1] / "data" / "reading"
DOCUMENTS = sorted(path for path in FOLDER.iterdir() if path.suffix != ".json")


def expectation(report: Report) -> dict[str, object]:
    """What is held still: identity, cells with whether they are sure, rows that are short or foreign, the tables."""
    return {
        "kind": report.kind,
        "agency": report.agency,
        "year": report.year,
        "form": report.form,
        "published_on": report.published_on,
        "sections": [section.number for section in report.sections],
        "tables": report.details.tables,
        "short": [row.key for row in report.details.rows if row.short],
        "foreign": [[row.label, row.foreign] for row in report.details.rows if row.foreign],
        "cells": {key: number_as_json(cell.value) for key, cell in (report.cells or {}).items()},
        "in_doubt": [key for key, cell in (report.cells or {}).items() if cell.confidence < 0.9],
    }


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_a_golden_document_is_read_as_it_was_once_checked(path):
    report = read(path.read_bytes(), path.name)
    assert report.error is None
    found = expectation(report)
    beside = path.with_suffix(path.suffix + ".json")
    if not beside.exists():
        beside.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        pytest.fail(f"{beside.name} was missing and has been written: read it, then commit it")
    assert found == json.loads(beside.read_text(encoding="utf-8"))


def test_there_are_golden_documents_of_both_forms_and_both_kinds_of_container():
    names = [path.name for path in DOCUMENTS]
    assert any("2019" in name for name in names)
    assert any(name.endswith(".txt") for name in names)
    assert any(name.endswith(".html") for name in names)
