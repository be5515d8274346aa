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

from reports.checks.case import Case
from reports.checks.catalogue import Rule
from reports.checks.engine import Evaluation, Instance, judge, not_judged
from reports.checks.sheet import Figure
from reports.report import Claim, Severity

NEW = "applications.new.total"
CARRIED_IN = "applications.carried_in.total"
HANDLED = "applications.handled.total"

_WHOLE_AREA = re.compile(r"全(?:省|市|县|区|州|镇|乡|系统|辖区)(?!统计局|政府)|各(?:县|区|市|镇|乡|单位|部门)")


def stands_for(case: Case, claim: Claim) -> str:
    """The cell under which a rule judges a claim: its own, or the first of the group that it speaks of."""
    return next(iter(summed(case, claim)), "") if claim.of_group else claim.cell


def judge_claim(case: Case, of: Rule, instance: Instance, claim: Claim) -> Evaluation:
    """One claim against its cell by the rule's condition."""
    key = stands_for(case, claim)
    if claim.note == "previous_year":
        return not_judged(f"正文“{claim.text}”说的是上一年度")
    result: Evaluation | None = None
    cells_meant = summed(case, claim)
    overlay = _together(case, key, cells_meant)
    if overlay is None and cells_meant:
        return not_judged(f"正文“{claim.text}”所指各格有识读存疑的")
    for value in _meanings(case, claim, overlay):
        doubtful = _doubtful(case, claim)
        result = judge(case, of, instance, {key: value}, claim, _mildest(case, claim), doubtful, overlay, cells_meant)
        if result.state != "fails":
            return result
    assert result is not None
    if result.finding is not None:
        # Say the figure that the sentence says, whatever reading of it came nearest.
        cells = tuple(dict.fromkeys((*result.finding.cells, *(overlay or ()), *cells_meant)))
        result = replace(result, finding=replace(result.finding, expected=_plain(claim.value), cells=cells))
    return result


def summed(case: Case, claim: Claim) -> list[str]:
    """The cells of a claim on a group: ``不予公开12件`` is every row of that group in the report's form."""
    if not claim.of_group:
        return []
    patterns = claim.cell.split("+")
    return [key for key in case.tables.keys if any(fnmatchcase(key, pattern) for pattern in patterns)]


def step_of(claim: Claim) -> Decimal:
    """The place value of the last digit that a rounded figure says, 0 where it is exact."""
    kind, _, step = claim.note.partition(":")
    return Decimal(step or 1) if kind == "rounded" else Decimal(0)


def _together(case: Case, key: str, keys: list[str]) -> dict[str, Figure] | None:
    """The claimed cell standing for the sum of the cells that the sentence names together."""
    if not keys:
        return None
    figures = [_quiet(case, each) for each in keys]
    if any(figure is None for figure in figures):
        return None
    return {key: sum(figure for figure in figures if figure is not None)}


def _meanings(case: Case, claim: Claim, overlay: dict[str, Figure] | None) -> Iterator[Figure]:
    """The figures that the sentence may mean, the plain one last so that a finding shows it."""
    if claim.note in {"with_carried_in", "handled_words"} and claim.cell == NEW:
        carried = _quiet(case, CARRIED_IN)
        if carried:
            yield claim.value - carried
        received = _quiet(case, NEW)
        if claim.note == "handled_words" and received is not None and claim.value == _quiet(case, HANDLED):
            yield received  # 办理 may also count what was handled
    if claim.cell == HANDLED:
        for words, figure in _besides(case):
            if figure and words.search(claim.text):
                yield claim.value + figure
    if step_of(claim):
        actual = next(iter((overlay or {}).values()), None) if overlay else _quiet(case, claim.cell)
        if actual is not None and agree_rounded(claim, actual):
            yield actual
            return
    yield claim.value


def _besides(case: Case) -> Iterator[tuple[re.Pattern[str], Figure]]:
    """What 办结 may lawfully leave out, with the words that say so: what was carried in, what was not proceeded with."""
    yield re.compile(r"结转|上年|转结"), _quiet(case, CARRIED_IN) or 0
    keys = [key for key in case.tables.of("applications") if key.startswith("applications.other")]
    yield (
        re.compile(r"撤回|放弃|不再处理|逾期"),
        sum((_quiet(case, key) or 0 for key in keys if key.endswith(".total")), 0),
    )


def agree_rounded(claim: Claim, printed: Figure) -> bool:
    """Whether the cell comes to what is said, at the precision at which it is said: rounded to nearest, or down."""
    return abs(Decimal(printed) - Decimal(claim.value)) < step_of(claim)


def _mildest(case: Case, claim: Claim) -> Severity | None:
    if claim.cell == HANDLED:
        handled = _quiet(case, HANDLED) or 0
        if any(figure and claim.value + figure == handled for _, figure in _besides(case)):
            return "notice"
    if claim.note in {"with_carried_in", "handled_words"} or step_of(claim) or (claim.value and summed(case, claim)):
        return "notice"
    return None


def _doubtful(case: Case, claim: Claim) -> bool:
    """Doubtful: another sentence gives another figure, which may be the whole, or this one speaks of the whole area."""
    register = case.context.register
    if _WHOLE_AREA.search(claim.text) and not (register is not None and register.governs):
        return True
    return any(
        other.cell == claim.cell and other.value != claim.value and other.note != "previous_year"
        for other in case.doc.claims
    )


def _quiet(case: Case, key: str) -> Figure | None:
    if case.tables.state(key) not in {"printed", "blank", "token"}:
        return None
    return case.tables.value(key) or 0


def _plain(value: Figure) -> int | float:
    return int(value) if value == int(value) else float(value)
