"""The made-up country that the checks are proven on: sound where it says so, wrong where it was made so."""

from __future__ import annotations

import pytest

from benchmarks import checking as bench
from benchmarks import corpus
from benchmarks.flaws import FLAWS
from reports import reader
from reports.checks import checking
from reports.checks.context import Context
from reports.form import forms

WORLD = corpus.World(3, seed=7)


@pytest.mark.parametrize("body", WORLD.bodies[::4], ids=lambda body: body.name)
def test_what_is_carried_out_of_a_year_is_carried_into_the_next_and_the_balance_holds(body: corpus.Body):
    for year in corpus.YEARS:
        cells = WORLD.cells[body.name, year]
        assert set(cells) == set(forms.keys(corpus.form_of(year)))
        for column in (*corpus.PARTS, "total"):
            new, carried_in, handled, carried_out = (cells[f"applications.{row}.{column}"] for row in corpus.TOPMOST)
            assert new + carried_in == handled + carried_out
            before = WORLD.cells.get((body.name, year - 1))
            if before is not None:
                assert carried_in == before[f"applications.carried_out.{column}"]


def test_the_same_seed_prints_the_same_bytes():
    body = WORLD.bodies[3]
    one, other = (corpus.build(corpus.World(3, seed=7), body, 2022, layout="word") for _ in range(2))
    assert one is not None
    assert other is not None
    assert one.data == other.data


@pytest.mark.parametrize("layout", sorted(set(corpus.LAYOUTS)))
def test_a_sound_report_draws_no_error_and_no_warning_in_any_layout(layout: str):
    for body in WORLD.bodies[2:9:3]:
        made = corpus.build(WORLD, body, 2022, layout=layout)
        assert made is not None
        report = reader.read(made.data, made.name)
        assert (report.agency, report.year, report.form) == (body.name, 2022, "2021")
        found = checking.run(report, Context(agency=body.name, year=2022)).findings
        assert not [f.message for f in found if f.severity != "notice"]


# A document's own flaws, which need no other report to be seen.
@pytest.mark.parametrize(
    "kind",
    ["row total", "balance", "disputes do not add up", "placeholder in a cell", "missing row", "missing table",
     "form of another year", "last year in the title", "missing section", "identity card", "prose: requests received"],
)  # fmt: skip
def test_a_flaw_put_in_is_found(kind: str):
    placed = bench.put_in(WORLD, kind, 0)
    assert placed is not None
    body, year, made = placed
    report = reader.read(made.data, made.name)
    said = {f.rule for f in checking.run(report, Context(agency=body.name, year=year)).findings}
    assert made.must <= said


def test_every_kind_of_flaw_suits_some_report_and_names_rules_of_the_catalogue():
    for kind in FLAWS:
        placed = bench.put_in(WORLD, kind, 0)
        assert placed is not None, kind
        assert placed[2].must, kind
        assert (placed[2].must | placed[2].may) <= set(checking.RULES), kind


def test_every_kind_of_flaw_is_wanted_equally_often():
    work = bench.tasks(1, 12, 1000)
    wanted = [kind for _, _, flaws in work for kind, _ in flaws]
    assert len(wanted) >= 1000
    assert {wanted.count(kind) for kind in FLAWS} == {len(wanted) // len(FLAWS)}
