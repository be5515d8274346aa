"""How a figure of the narrative is held against a cell: the conventions of ``claim(k)`` in formulas.

A claim is compared as the sentence means it: with what was carried in where the sentence counts it, at the printed
precision where it is rounded, as a sum where several cells are named together. What the sentence does not say of this
year's applications of this body (last year, the whole county, letters to a mailbox) is never turned into blame.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from fnmatch import fnmatchcase
from functools import lru_cache

from reports.checks.catalogue import Rule
from reports.checks.engine import Claimed, judge
from reports.checks.evaluation import Evaluation, not_judged
from reports.checks.inputs import Inputs
from reports.checks.instances import Instance
from reports.checks.sheet import Figure
from reports.report import Claim, Severity

NEW = "applications.new.total"
CARRIED_IN = "applications.carried_in.total"
HANDLED = "applications.handled.total"

_WHOLE_AREA = re.compile(r"全(?:省|市|县|区|州|镇|乡|系统|辖区)(?!统计局|政府)|各(?:县|区|市|镇|乡|单位|部门)")


def stands_for(inputs: Inputs, claim: Claim) -> str:
    """The cell under which a rule judges a claim: its own, or the first of the group that it speaks of."""
    return next(iter(summed(inputs, claim)), "") if claim.of_group else claim.cell


def judge_claim(inputs: Inputs, rule: Rule, instance: Instance, claim: Claim) -> Evaluation:
    """One claim against its cell by the rule's condition."""
    key = stands_for(inputs, claim)
    if claim.note == "previous_year":
        return not_judged(f"正文“{claim.text}”说的是上一年度")
    result: Evaluation | None = None
    cells_meant = summed(inputs, claim)
    overlay = _together(inputs, key, cells_meant)
    if overlay is None and cells_meant:
        return not_judged(f"正文“{claim.text}”所指各格有识读存疑的")
    severity, needs_review = _mildest(inputs, claim), _needs_review(inputs, claim)
    for value in _meanings(inputs, claim, overlay):
        claimed = Claimed(claim, {key: value}, overlay, cells_meant, severity, needs_review)
        result = judge(inputs, rule, instance, claimed)
        if result.state != "fails":
            return result
    assert result is not None
    if result.finding is not None:
        # Say the figure that the sentence says, whatever reading of it came nearest.
        cells = tuple(dict.fromkeys((*result.finding.cells, *(overlay or ()), *cells_meant)))
        result = replace(result, finding=replace(result.finding, expected=_as_json(claim.value), cells=cells))
    return result


def summed(inputs: Inputs, claim: Claim) -> list[str]:
    """The cells of a claim on a group: ``不予公开12件`` is every row of that group in the report's form."""
    return list(_group(claim.cell, inputs.tables.keys)) if claim.of_group else []


@lru_cache(maxsize=256)
def _group(cell: str, keys: tuple[str, ...]) -> tuple[str, ...]:
    patterns = cell.split("+")
    return tuple(key for key in keys if any(fnmatchcase(key, pattern) for pattern in patterns))


def step_of(claim: Claim) -> Decimal:
    """The place value of the last digit that a rounded figure says, 0 where it is exact."""
    kind, _, step = claim.note.partition(":")
    return Decimal(step or 1) if kind == "rounded" else Decimal(0)


def _together(inputs: Inputs, key: str, keys: list[str]) -> dict[str, Figure] | None:
    """The claimed cell standing for the sum of the cells that the sentence names together."""
    if not keys:
        return None
    figures = [_quiet(inputs, each) for each in keys]
    if any(figure is None for figure in figures):
        return None
    return {key: sum(figure for figure in figures if figure is not None)}


def _meanings(inputs: Inputs, claim: Claim, overlay: dict[str, Figure] | None) -> Iterator[Figure]:
    """The figures that the sentence may mean, the plain one last so that a finding shows it."""
    group, _, column = claim.cell.rpartition(".")
    if claim.note in {"with_carried_in", "handled_words"} and group == "applications.new":
        carried = _quiet(inputs, f"applications.carried_in.{column}")
        if carried:
            yield claim.value - carried
        received, handled = _quiet(inputs, claim.cell), _quiet(inputs, f"applications.handled.{column}")
        if claim.note == "handled_words" and received is not None and claim.value == handled:
            yield received  # 办理 may also count what was handled
    if claim.cell == HANDLED:
        for words, figure in _besides(inputs):
            if figure and words.search(claim.text):
                yield claim.value + figure
    if step_of(claim):
        actual = next(iter((overlay or {}).values()), None) if overlay else _quiet(inputs, claim.cell)
        if actual is not None and agree_rounded(claim, actual):
            yield actual
            return
    yield claim.value


def _besides(inputs: Inputs) -> Iterator[tuple[re.Pattern[str], Figure]]:
    """What 办结 may lawfully leave out, with the words that say so: what was carried in, what was not proceeded with."""
    yield re.compile(r"结转|上年|转结"), _quiet(inputs, CARRIED_IN) or 0
    keys = [key for key in inputs.tables.of("applications") if key.startswith("applications.other")]
    yield (
        re.compile(r"撤回|放弃|不再处理|逾期"),
        sum((_quiet(inputs, key) or 0 for key in keys if key.endswith(".total")), 0),
    )


def agree_rounded(claim: Claim, printed: Figure) -> bool:
    """Whether the cell comes to what is said, at the precision at which it is said: rounded to nearest, or down."""
    return abs(Decimal(printed) - Decimal(claim.value)) < step_of(claim)


def _mildest(inputs: Inputs, claim: Claim) -> Severity | None:
    if claim.cell == HANDLED:
        handled = _quiet(inputs, HANDLED) or 0
        if any(figure and claim.value + figure == handled for _, figure in _besides(inputs)):
            return "notice"
    if claim.note in {"with_carried_in", "handled_words"} or step_of(claim) or (claim.value and summed(inputs, claim)):
        return "notice"
    return None


def _needs_review(inputs: Inputs, claim: Claim) -> bool:
    """Whether a person looks first: another sentence gives another figure, which may be the whole, or this one speaks of
    the whole area."""
    entry = inputs.context.register_entry
    if _WHOLE_AREA.search(claim.text) and not (entry is not None and entry.is_government):
        return True
    return any(
        other.cell == claim.cell and other.value != claim.value and other.note != "previous_year"
        for other in inputs.doc.claims
    )


def _quiet(inputs: Inputs, key: str) -> Figure | None:
    if inputs.tables.state(key) not in {"printed", "blank", "token"}:
        return None
    return inputs.tables.value(key) or 0


def _as_json(value: Figure) -> int | float:
    return int(value) if value == int(value) else float(value)
