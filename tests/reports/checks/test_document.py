from __future__ import annotations

from pathlib import Path

from reports.checks.catalogue import catalogue
from reports.checks.document import markdown

ROOT = Path(__file__).resolve().parents[3]


def test_the_document_is_that_of_the_catalogue():
    assert (ROOT / "docs" / "rules.md").read_text(encoding="utf-8") == markdown()


def test_every_rule_has_a_meaning_and_an_example_in_chinese():
    for rule in catalogue().rules.values():
        assert rule.meaning, rule.id
        assert rule.example, rule.id
        assert f"### {rule.id} {rule.title}" in markdown()
