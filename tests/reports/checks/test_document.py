from __future__ import annotations

from pathlib import Path

import yaml

from reports.checks.catalogue import catalogue
from reports.checks.document import FIRING, OFTEN, markdown

ROOT = Path(__file__).resolve().parents[3]


def test_the_document_is_that_of_the_catalogue():
    assert (ROOT / "docs" / "rules.md").read_text(encoding="utf-8") == markdown()


def test_no_rule_speaks_of_many_sound_reports_but_for_a_reason():
    data = yaml.safe_load(FIRING.read_text(encoding="utf-8"))
    often = {rule for rule, (sure, doubtful) in data["rules"].items() if sure + doubtful > OFTEN * data["reports"]}
    assert often <= set(data["reasons"])
    serious = {rule for rule in data["rules"] if catalogue().rules[rule].severity != "notice"}
    assert serious == set()


def test_every_rule_has_a_meaning_and_an_example_in_chinese():
    for rule in catalogue().rules.values():
        assert rule.meaning, rule.id
        assert rule.example, rule.id
        assert f"### {rule.id} {rule.title}" in markdown()
