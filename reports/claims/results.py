"""Rows of the results and groups of rows: 予以公开10件, 不予公开4件."""

from __future__ import annotations

from collections.abc import Sequence

from reports.claims.clauses import Clause
from reports.claims.lexicon import Word
from reports.claims.reading import (
    GROUPS,
    Reading,
    clear,
    note_of,
)
from reports.claims.scope import (
    Found,
    Parts,
)


def add_result(clause: Clause, results: Sequence[Word], reading: Reading) -> None:
    """A row of the results, or a group of rows: 予以公开10件, 不予公开4件."""
    figure = clause.figure
    assert figure is not None
    if clause.before and clause.before[0].kind == "within":
        return  # 上年结转的125件中予以公开24件
    specific = [word for word in results if word.kind.count(".") > 1]
    named = specific or [word for word in results if word.kind != results[0].kind] + [results[0]]
    if {word.kind for word in named} == {"result.granted", "result.partial"} and not clause.says(
        "each", "respectively"
    ):
        if clear(clause.own, "part", "clause", "result."):
            merged = "applications.granted.total+applications.partial.total"
            reading.add(Found(merged, figure.value, clause.start, note_of(figure)))
        return
    if not specific:
        named = _reasons(clause, named[0].kind) or named
    if len(named) != 1 or clause.says("channel", "applicant.", "other_body"):
        return
    known = ("part", "within", "clause", "cause", "done", "accept", *{word.kind for word in (*results, *named)})
    if not clear(clause.own, *known):
        return
    kind = named[0].kind
    _listed_result(clause, kind, reading)
    cell = GROUPS.get(kind) or f"applications.{kind.removeprefix('result.')}.total"
    reading.add(Found(cell, figure.value, clause.start, note_of(figure)))


def _reasons(clause: Clause, group: str) -> list[Word]:
    """The rows of a group that lead to its figure as the reason: 由于本机关不掌握，无法提供3件."""
    return [word for word in clause.lead if word.kind.startswith(f"{group}.")]


def _listed_result(clause: Clause, kind: str, reading: Reading) -> None:
    """Takes a row of a list of results; the reasons below a group that stands in it are no further rows."""
    figure = clause.figure
    assert figure is not None
    if clause.before and clause.before[0].kind == "within":
        return  # 上年结转的125件中予以公开24件
    results = next((parts for parts in reading.lists if parts.criterion == "result"), None)
    if results is None or results.whole is not reading.latest:
        if not clause.listed or reading.latest is None:
            return
        results = Parts("result", reading.latest)
        reading.lists.append(results)
    if kind.rpartition(".")[0] not in results.kinds:
        results.take(clause, figure, kind)
