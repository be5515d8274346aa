from __future__ import annotations

import pytest

from benchmarks.mutate_rules import survivors
from reports.checks.catalogue import catalogue


@pytest.mark.parametrize("rule", ["DIS-SUM", "PRO-STOCK", "NAR-NONE", "APP-CARRY-TOTAL", "APP-CARRYOUT-HIGH"])
def test_every_mutant_of_a_formula_is_caught(rule: str):
    """All 42 formulas take a minute: ``python -m benchmarks.mutate_rules``."""
    count, alive = survivors(catalogue().rules[rule])
    assert count
    assert not alive
