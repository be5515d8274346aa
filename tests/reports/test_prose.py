"""What sentences state about cells, on the sentences of ``benchmarks/data/prose.yaml``."""

from __future__ import annotations

import pytest

from benchmarks import prose, scopes, sentences


@pytest.fixture(scope="module")
def scores():
    return prose.measure(7, draws=1)


def test_no_sentence_is_claimed_to_say_what_it_does_not(scores):
    assert not [line for score in scores.values() for line in score.false]


def test_nearly_every_stated_figure_is_found(scores):
    for measured in (False, True):
        halves = [score for (_, half), score in scores.items() if half == measured]
        stated, found = sum(score.stated for score in halves), sum(score.found for score in halves)
        assert found >= prose.RECALL * stated > 200, [line for score in halves for line in score.missed]


def test_there_are_sentences_enough_of_every_family(scores):
    assert len(sentences.patterns()) >= 150
    assert len({family for family, _ in scores}) >= 10


def test_what_is_told_of_another_time_or_body_is_no_claim():
    count, made = scopes.measure(7, every=6)
    assert count > 500
    assert not made
