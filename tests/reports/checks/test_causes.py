"""One cause, one matter: the wrong cell is named where exactly one can be wrong, and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest

from reports.checks import checking
from reports.report import Cause
from tests.reports.checks.cases import build

NEW, HANDLED = "applications.new", "applications.handled"
SOUND = {
    f"{NEW}.natural_person": 6, f"{NEW}.business": 2, f"{NEW}.total": 8,
    "applications.granted.natural_person": 6, "applications.granted.business": 2, "applications.granted.total": 8,
    f"{HANDLED}.natural_person": 6, f"{HANDLED}.business": 2, f"{HANDLED}.total": 8,
}  # fmt: skip


def causes(cells: dict[str, Any], *claims: list[Any]) -> dict[str, Cause | None]:
    """By rule the cause of what it finds, in a report that is sound but for these cells."""
    report = build({"cells": SOUND | cells, "claims": list(claims)})
    rules = [rule.id for rule in checking.RULES.values() if rule.evaluate]
    return {finding.rule: finding.cause for finding in checking.run(report, None, rules).findings}


def named(found: dict[str, Cause | None]) -> set[tuple[str, str, str] | None]:
    return {(cause.cell, cause.printed, cause.right) if cause else None for cause in found.values()}


def test_the_sound_report_has_nothing_to_explain():
    assert causes({}) == {}


@pytest.mark.parametrize(
    ("cell", "printed", "right"),
    [
        (f"{NEW}.total", 11, 8),
        (f"{HANDLED}.total", 5, 8),
        (f"{NEW}.natural_person", 9, 6),
        ("applications.granted.business", 7, 2),
        (f"{HANDLED}.business", 0, 2),
    ],
)
def test_one_wrong_cell_is_named_with_every_identity_that_fails_on_it(cell: str, printed: int, right: int):
    found = causes({cell: printed})
    assert len(found) > 1
    assert named(found) == {(cell, str(printed), str(right))}
    cause = next(iter(found.values()))
    assert cause is not None
    assert cause.place.startswith("表三")


def test_what_the_text_says_is_evidence_where_the_tables_sums_say_the_same():
    found = causes({f"{NEW}.total": 11}, [f"{NEW}.total", 8])
    assert "NAR-NEW" in found
    assert named(found) == {(f"{NEW}.total", "11", "8")}


@pytest.mark.parametrize("claim", [[f"{NEW}.total", 11], [f"{HANDLED}.total", 3]])
def test_text_against_a_table_that_balances_names_no_cell(claim: list[Any]):
    found = causes({}, claim)
    assert len(found) == 1
    assert named(found) == {None}


def test_a_sum_that_alone_does_not_add_up_does_not_tell_which_part_is_wrong():
    found = causes({"disputes.reconsideration.upheld": 1, "disputes.reconsideration.total": 2})
    assert found
    assert named(found) == {None}


def test_two_wrong_cells_that_no_single_one_explains_are_not_blamed_on_one():
    found = causes({f"{NEW}.total": 11, f"{HANDLED}.total": 5})
    assert len(found) > 1
    assert named(found) == {None}


def test_a_cell_read_with_doubt_is_no_cause():
    doubtful = {"value": 11, "raw": "11", "confidence": 0.5}
    assert set(causes({f"{NEW}.total": doubtful}).values()) <= {None}
