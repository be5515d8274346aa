from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.checks import formula
from reports.checks.catalogue import catalogue, expand
from reports.checks.formula import Arithmetic, Compare, FormulaError, Key, Number, parse, unparse
from reports.checks.instances import instances

ARITHMETIC = [rule for rule in catalogue().rules.values() if rule.arithmetic]
EVALUATED = [rule for rule in catalogue().rules.values() if rule.evaluate]


def test_a_star_between_figures_multiplies_and_in_a_key_stands_for_a_row():
    clause = parse("2 * applications.*.total <= 7")[0]
    assert clause.condition == Compare(Arithmetic("*", Number(2), Key("applications.*.total")), (("<=", Number(7)),))


def test_products_bind_before_sums_and_sums_before_comparisons_and_those_before_and_or_not():
    text = unparse(parse("not a == 1 and b + 2 * c <= 4 or d > 1")[0].condition)
    assert text == "((not (a == 1)) and (b + (2 * c) <= 4)) or (d > 1)"


def test_a_difference_is_taken_from_the_left():
    text = "applications.new.total - applications.granted.total - 1 == 0"
    node = parse(text)[0].condition
    assert isinstance(node, Compare)
    assert unparse(node.first) == "applications.new.total - applications.granted.total - 1"


@pytest.mark.parametrize("text", ["a ==", "(a", "a b", "a ; ", "== 1", "a for b", "a $ b", "sum(1", "m[1"])
def test_a_broken_formula_is_refused_with_its_place(text: str):
    with pytest.raises(FormulaError, match=r" at \d+ in "):
        parse(text)


@pytest.mark.parametrize("rule", EVALUATED, ids=lambda rule: rule.id)
def test_every_formula_of_the_catalogue_survives_being_written_out_and_read_again(rule):
    for form in rule.forms:
        for clause in parse(rule.formula[form]):
            again = parse(unparse(clause.condition))[0]
            assert unparse(again.condition) == unparse(clause.condition)
        assert instances(rule.id, form)


def test_a_wildcard_stays_in_its_table_and_takes_whole_row_keys():
    assert len(expand("applications.*.total", "2021")) == 25
    assert len(expand("applications.*.total", "2019")) == 23
    assert "applications.denied.state_secret.total" in expand("applications.*.total", "2021")
    assert len(expand("applications.new.*", "2021")) == 7
    assert len(expand("disputes.*.*", "2021")) == 15
    assert expand("applications.nothing.total", "2021") == ()


numbers = st.integers(0, 99).map(Number)
sums = st.recursive(
    numbers, lambda inner: st.tuples(st.sampled_from("+-*"), inner, inner).map(lambda t: Arithmetic(*t)), max_leaves=8
)


@given(sums)
def test_writing_out_and_reading_again_gives_the_same_tree(tree):
    def value(node):
        if isinstance(node, Number):
            return node.value
        left, right = value(node.left), value(node.right)
        return left + right if node.op == "+" else left - right if node.op == "-" else left * right

    again = parse(unparse(tree))[0].condition
    assert value(again) == value(tree)


def test_the_catalogue_has_123_rules_of_which_fifteen_are_arithmetic():
    assert len(catalogue().rules) == 123
    assert len(ARITHMETIC) == 15
    assert formula.keys_in(parse("sum(applications.new.*) == applications.new.total")[0].condition) == [
        "applications.new.*",
        "applications.new.total",
    ]
