"""The identities as properties: sound figures break none, any one altered figure breaks those that it stands in."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.checks import checking
from reports.checks.catalogue import catalogue
from reports.checks.compare import back_test
from reports.checks.context import Context
from reports.checks.explain import explain
from reports.checks.formula import keys_in
from reports.checks.instances import instances
from reports.checks.params import BadParameters, validated, with_changes
from reports.form import forms
from reports.report import Cell
from tests.reports.checks.figures import report, rules_found, seed_000_cells, seed_003_cells
from tests.reports.checks.sound import sound

IDENTITIES = ("APP-BALANCE", "APP-BALANCE-TOTAL", "APP-SUM-COL", "APP-SUM-ROW", "DIS-SUM")
ARITHMETIC = [rule.id for rule in catalogue().rules.values() if rule.arithmetic]
YEARS = {"2019": 2020, "2021": 2021}


@settings(max_examples=25, deadline=None)
@given(form=st.sampled_from(["2019", "2021"]), seed=st.integers(0, 10**6))
def test_sound_figures_break_no_arithmetic_rule(form, seed):
    result = checking.run(report(form, sound(form, seed), year=YEARS[form]), rules=ARITHMETIC)
    assert not result.findings
    assert not result.not_judged


@settings(max_examples=60, deadline=None)
@given(form=st.sampled_from(["2019", "2021"]), seed=st.integers(0, 10**6), data=st.data())
def test_one_altered_figure_breaks_exactly_the_identities_that_it_stands_in(form, seed, data):
    keys = [key for key in forms.keys(form) if not key.startswith("proactive.")]
    key = data.draw(st.sampled_from(keys))
    by = data.draw(st.integers(1, 8))
    result = checking.run(
        report(form, {**(cells := sound(form, seed)), key: cells[key] + by}, year=YEARS[form]), rules=list(IDENTITIES)
    )
    wanted = {rule: {i.binding for i in instances(rule, form) if key in keys_in(i.condition)} for rule in IDENTITIES}
    found = [f for f in result.findings if f.rule in IDENTITIES]
    assert len(found) == sum(len(bindings) for bindings in wanted.values())
    assert all(key in finding.cells for finding in found)
    assert {abs(Decimal(str(f.expected)) - Decimal(str(f.actual))) for f in found} <= {Decimal(by)}


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), data=st.data())
def test_zeros_left_blank_change_no_verdict_on_sound_figures(seed, data):
    cells = sound("2021", seed)
    rows = [spec for spec in forms.rows("applications", "2021") if spec.key not in {"new", "handled"}]
    for spec in data.draw(st.lists(st.sampled_from(rows), max_size=6, unique=True)):
        for key in spec.cells():
            cells[key] = 0
    for column in catalogue().vars["col"]:
        results = [
            cells[f"applications.{s.key}.{column}"]
            for s in forms.rows("applications", "2021")
            if s.key not in {"new", "carried_in", "handled", "carried_out"}
        ]
        cells[f"applications.handled.{column}"] = sum(results)
        cells[f"applications.new.{column}"] = (
            sum(results) + cells[f"applications.carried_out.{column}"] - cells[f"applications.carried_in.{column}"]
        )
    if any(cells[f"applications.new.{column}"] < 0 for column in catalogue().vars["col"]):
        return
    printed = checking.run(report("2021", cells), rules=list(IDENTITIES))
    blank = checking.run(report("2021", {k: v or None for k, v in cells.items()}, blank=True), rules=list(IDENTITIES))
    assert not printed.findings
    assert not blank.findings


# One altered copy of a real report's figures trips exactly its rule and the companions that cannot but follow.
OLD = {"form": "2019", "base": seed_000_cells(), "always": {"FRM-YEAR", "PRO19-DECISION-SLIP", "PRO19-TRIPLE"}}
NEW = {"form": "2021", "base": seed_003_cells(), "always": set()}
SIXTEEN = [
    ("APP-SUM-COL", NEW, {"applications.unavailable.not_held.natural_person": 10}, {"APP-SUM-ROW"}),
    ("APP-SUM-ROW", NEW, {"applications.granted.total": 4}, {"APP-SUM-COL"}),
    ("APP-BALANCE", NEW, {"applications.carried_in.natural_person": 1}, {"APP-SUM-ROW"}),
    ("APP-BALANCE-TOTAL", NEW, {"applications.carried_out.total": 2}, {"APP-SUM-ROW"}),
    ("DIS-SUM", NEW, {"disputes.reconsideration.upheld": 1}, set()),
    ("FMT-INT", NEW, {"proactive.penalties.decisions": -1}, set()),
    ("FMT-DEC", NEW, {"proactive.fees.amount": -1}, set()),
    ("PRO-STOCK", NEW, {"proactive.normative_documents.in_force": 0}, set()),
    ("APP-CARRYOUT-HIGH", NEW, {"applications.carried_out.total": 20}, {"APP-BALANCE-TOTAL", "APP-SUM-ROW"}),
    ("PRO19-DISCLOSED-TOTAL", OLD, {"proactive.normative_documents.disclosed": 2}, set()),
    ("PRO19-ITEM-NEG", OLD, {"proactive.coercion.change": -18}, set()),
    ("PRO19-PROC-PAIR", OLD, {"proactive.procurement.items": 0}, set()),
    ("PRO19-NOITEM-DECISION", OLD, {"proactive.coercion.decisions": 4}, set()),
    ("PRO19-DECISION-SLIP", OLD, {}, set()),
    ("PRO19-TRIPLE", OLD, {}, set()),
    ("FRM-YEAR", OLD, {}, set()),
    ("FMT-BLANK", NEW, {"applications.new.business": None}, set()),
    ("FMT-BLANK-TOTAL", NEW, {"applications.granted.total": None}, {"FMT-BLANK"}),
    ("FMT-TOKEN", NEW, {"proactive.regulations.issued": "/"}, set()),
    ("FMT-PLACEHOLDER", NEW, {"proactive.regulations.issued": "XX"}, set()),
]


@pytest.mark.parametrize(("rule", "start", "change", "companions"), SIXTEEN, ids=[row[0] for row in SIXTEEN])
def test_each_altered_copy_trips_exactly_its_rule_and_its_necessary_companions(rule, start, change, companions):
    doc = report(start["form"], {**start["base"], **change}, year=2021)
    found = {f.rule for f in checking.run(doc, Context(agency=doc.agency, year=2021)).findings} - {"PRO19-PROC-UNIT"}
    if rule == "PRO19-DECISION-SLIP":
        assert rule in found
    assert found == {rule} | companions | start["always"]


def test_an_explanation_shows_operands_places_conventions_and_the_outcome():
    cells = {**seed_003_cells(), "applications.new.business": None, "applications.new.total": 27}
    explained = explain("APP-SUM-ROW", report("2021", cells))
    failed = next(e for e in explained.evaluations if e.state == "fails")
    blank = next(o for o in failed.operands if o.name == "applications.new.business")
    assert (blank.value, blank.state, blank.note) == (0, "blank", "空白按0计")
    assert blank.where == "表三，第1行，商业企业"
    assert failed.arithmetic == "26 = 26 ≠ 27"
    text = explained.as_text()
    assert "不成立" in text
    assert "空白按0计" in text
    assert explained.as_dict()["evaluations"][0]["outcome"] == "fails"


def test_a_back_test_shows_what_a_rule_would_newly_say_and_no_longer_say():
    sound_doc = report("2021", seed_003_cells())
    faulty = report("2021", {**seed_003_cells(), "applications.granted.total": 4})
    known = report("2021", seed_003_cells())
    known.findings = checking.run(faulty, rules=["APP-SUM-ROW"]).findings
    changes = list(back_test("APP-SUM-ROW", [(doc, Context()) for doc in (sound_doc, faulty, known)]))
    assert [(len(change.newly), len(change.gone)) for change in changes] == [(1, 0), (0, 1)]


def test_only_rules_concluded_in_full_may_resolve_what_was_found_before():
    result = checking.run(report("2021", {**seed_003_cells(), "applications.granted.total": None}))
    assert "APP-SUM-ROW" not in result.judged
    assert "DIS-SUM" in result.judged
    assert "PRO19-TRIPLE" in result.judged


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"local_deadlines": {"publish": "1月25日"}}, "local_deadlines.publish"),
        ({"section1_max_chars": 5}, "太小"),
        ({"colour": "red"}, "没有这一参数"),
        ({"near_duplicate_self": 1.5}, "太大"),
        ({"min_confidence": 0.5}, "没有这一参数"),
    ],
)
def test_a_wrong_parameter_of_an_office_is_named(given, words):
    with pytest.raises(BadParameters, match=words):
        validated(given)


def test_no_office_makes_an_error_of_a_cell_that_the_reader_doubts():
    cells = {**seed_003_cells(), "applications.granted.total": Cell(Decimal(9), "9", 0.7)}
    for params in ({}, {"min_confidence": 0.5}):
        result = checking.run(report("2021", cells), Context(params=params))
        assert [(f.rule, f.needs_review) for f in result.findings if f.severity == "error"] == []
        assert "READ-LOWCONF" in rules_found(result)


def test_what_an_office_set_once_and_may_not_set_any_longer_is_left_behind_at_its_next_change():
    before = {"min_confidence": 0.5, "jump_factor": 5}
    assert with_changes(before, [("jump_floor", 50)]) == {"jump_factor": 5, "jump_floor": 50}
    with pytest.raises(BadParameters):
        validated(with_changes({}, [("min_confidence", 0.5)]))


def test_right_parameters_come_back_as_the_rules_take_them():
    given = {"local_deadlines": {"publish": "01-25"}, "fee_statement_required": True, "section1_max_chars": 1000}
    assert validated(given) == given
