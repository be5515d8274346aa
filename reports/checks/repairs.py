"""Other readings of a row of table 三 that does not add up as read: shifted by a column, cells joined or split."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reports.checks import formula as language
from reports.checks.catalogue import Rule
from reports.checks.evaluate import Evaluator
from reports.checks.inputs import Inputs
from reports.checks.instances import Instance
from reports.checks.sheet import Figure, NotJudged
from reports.form import forms


def repaired(
    inputs: Inputs, rule: Rule, instance: Instance, claimed: Mapping[str, Figure] | None = None
) -> list[tuple[str, str]]:
    """The reading repairs (rule id, row) under which the failing condition would hold."""
    keys = language.keys_in(instance.condition)
    if not any(key.startswith("applications.") for key in keys):
        return []
    rows = {forms.split(key)[1] for key in keys if key.startswith("applications.")}
    out = []
    for repair, row, overlay in repairs(inputs):
        if row not in rows:
            continue
        evaluator = Evaluator(inputs, rule, instance.cell, claimed, overlay)
        try:
            if evaluator.value(instance.condition):
                out.append((repair, row))
        except NotJudged:
            continue
    return out


def repairs(inputs: Inputs) -> list[tuple[str, str, dict[str, Figure]]]:
    """Rows of table 三 that do not add up as read but do after a shift by one column, after joining two neighbouring
    one-digit cells or after splitting one: (READ-SHIFT or READ-SPLIT, row, the cells as they would then read)."""
    if inputs.repairs is None:
        inputs.repairs = list(_repairs(inputs))
    return inputs.repairs


def _repairs(inputs: Inputs) -> Iterator[tuple[str, str, dict[str, Figure]]]:
    sheet = inputs.sheet
    if sheet is None or sheet.form is None:
        return
    printed = {row.key: row.raws for row in inputs.doc.details.rows if row.table == "applications" and row.key}
    for spec in forms.rows("applications", sheet.form):
        keys = spec.cells()
        states = [sheet.state(key) for key in keys]
        if "absent" in states or "illegible" in states:
            continue
        values = [sheet.value(key) for key in keys]
        if values[-1] is not None and sum(v or 0 for v in values[:-1]) == values[-1]:
            continue
        for rule_id, row in _candidates(values, printed.get(spec.key, ())):
            if row[-1] and sum(row[:-1]) == row[-1]:
                yield rule_id, spec.key, dict(zip(keys, row, strict=True))


def _candidates(values: list[Figure | None], raws: tuple[str, ...]) -> Iterator[tuple[str, list[Figure]]]:
    plain: list[Figure] = [v or 0 for v in values]
    if values[-1] is None:  # everything one column too far left
        yield "READ-SHIFT", [0, *plain[:-1]]
    if values[0] is None and len(raws) == len(values) + 1 and raws[-1].strip().isdigit():  # one too far right
        yield "READ-SHIFT", [*plain[1:], int(raws[-1])]
    digits = range(1, 10)
    for i in range(len(plain) - 1):
        a, b = values[i], values[i + 1]
        if a in digits and (b in digits or b == 0):
            assert a is not None
            joined = 10 * a + (b or 0)
            right = [*plain]
            right[i : i + 2] = [0, joined]
            left = [*plain]
            left[i : i + 2] = [joined, 0]
            yield "READ-SPLIT", right
            if i + 1 < len(plain) - 1:
                yield "READ-SPLIT", left
    for i, value in enumerate(plain):
        if isinstance(value, int) and 10 <= value <= 99:
            first, second = divmod(value, 10)
            if i + 1 < len(plain) and not values[i + 1]:
                yield "READ-SPLIT", [*plain[:i], first, second, *plain[i + 2 :]]
            if i > 0 and not values[i - 1]:
                yield "READ-SPLIT", [*plain[: i - 1], first, second, *plain[i + 1 :]]
