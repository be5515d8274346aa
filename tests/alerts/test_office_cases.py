"""What a supervising office would have had to withdraw, from the file to the mail."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from alerts.compose import compose
from alerts.decide import decide
from alerts.digest import Digest
from reports import reader
from reports.checks import checking
from reports.duties import Ledger, OpenFinding
from reports.report import Report

NOW = datetime(2026, 2, 3, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def digest_of(report: Report) -> Digest:
    """The office's digest of what the checks say of one report."""
    found: list[OpenFinding] = []
    for number, said in enumerate(checking.run(report).findings):
        values: dict[str, Any] = {"expected": _text(said.expected), "actual": _text(said.actual), "place": said.place}
        values |= {"needs_review": said.needs_review, "cells": said.cells, "basis": said.basis, "cause": said.cause}
        found.append(
            OpenFinding(
                number,
                1,
                report.agency or "",
                report.year or 0,
                said.rule,
                said.severity,
                said.message,
                fingerprint=f"{said.rule}{said.cells}",
                office_id=5,
                **values,
            )
        )
    (digest,) = decide(Ledger(report.year or 0, NOW, findings=found), {}, NOW)
    return digest


def _text(value: object) -> str:
    return "" if value is None else str(value)


def case(shared: Path, name: str) -> Report:
    path = shared / "cases" / "office" / name
    if not path.is_file():
        pytest.skip(f"{path} is not here")
    return reader.read(path.read_bytes(), name)


def test_one_wrong_total_is_one_item_with_the_suspect_cell_and_the_others_as_evidence(shared: Path):
    digest = digest_of(case(shared, "one-wrong-new-total.html"))
    (notice,) = digest.notices
    assert notice.figures == (("填报", "9"), ("应为", "6"))
    assert "本年新收政府信息公开申请" in notice.message
    assert len(notice.evidence) >= 3


def test_where_prose_and_table_differ_both_figures_are_said_and_neither_is_right(shared: Path):
    message = compose(digest_of(case(shared, "prose-wrong-table-right.html")), "乙县政务公开办")
    for part in (message.text, message.html):
        assert "应为" not in part
        assert "9、11，不一致" in part
