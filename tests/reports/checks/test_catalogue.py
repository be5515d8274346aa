"""The catalogue is taken whole or not at all: what is wrong in it is one line that names the rule and the key."""

from __future__ import annotations

import pytest

from reports.checks.catalogue import DATA, BadCatalogue, Rule, catalogue, read
from reports.checks.checking import RULES
from reports.checks.params import Params
from reports.checks.registry import complete, implements

TEXT = DATA.read_text(encoding="utf-8")
START = TEXT.index("- id: PUB-LATE\n")
END = TEXT.index("- id: ", START + 1)


def changed(before: str, after: str) -> str:
    """The catalogue with one passage of PUB-LATE changed."""
    row = TEXT[START:END]
    assert before in row
    return TEXT[:START] + row.replace(before, after, 1) + TEXT[END:]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (changed("  message:", "  mesage:"), "PUB-LATE: mesage: unknown key"),
        (changed("  needs: [", "  evalaute: true\n  needs: ["), "PUB-LATE: evalaute: unknown key"),
        (changed("  severity: error", "  severity: fatal"), "PUB-LATE: severity: "),
        (changed("  needs: [", "  needs: [astrology, "), "PUB-LATE: needs: 0: "),
        (changed("{agency}", "{agancy}"), "PUB-LATE: message: {agancy} is not among the placeholders"),
        (changed("id: PUB-LATE", "id: PUB-DATE"), "PUB-DATE: id: stands twice"),
        (changed("id: PUB-LATE", "id: BUP-LATE"), "BUP-LATE: id: BUP is no family"),
        (TEXT.replace("- id: PUB-LATE\n  title", "- title", 1), ": id: is missing"),
        (TEXT.replace("applications.handled.{col}", "applications.handeld.{col}"), "no applications.handeld.{col}"),
        (TEXT.replace("applications.handled.{col}", "applications.handled.{kol}"), "{kol} is not among the vars"),
        (TEXT.replace("  jump_floor: 100", "  jump_flor: 100", 1), "params: jump_flor: unknown key"),
        (TEXT.replace("\nvars:", "\nvar:", 1), "var: unknown key"),
        (TEXT[: START + 4] + "[", "rules.yaml: "),
    ],
)
def test_a_wrong_entry_is_one_line_that_names_the_rule_and_the_key(text: str, said: str):
    with pytest.raises(BadCatalogue) as caught:
        read(text)
    assert str(caught.value).startswith("rules.yaml: ")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_rule_that_would_never_run_is_named():
    never = RULES["APP-SUM-ROW"]
    words = Rule.model_validate({**never.model_dump(), "evaluate": False, "arithmetic": False})
    with pytest.raises(BadCatalogue, match=f"{never.id}: formula: "):
        complete({never.id: words})


@pytest.mark.parametrize(
    ("rule_id", "said"),
    [("PUB-NEVER", "not in rules.yaml"), ("APP-SUM-ROW", "evaluate"), ("PUB-LATE", "has a function already")],
)
def test_a_function_stands_for_one_rule_of_the_catalogue_and_one_rule_for_one_function(rule_id: str, said: str):
    with pytest.raises(BadCatalogue, match=said):
        implements(rule_id)(lambda case, of: iter(()))


def test_what_an_office_may_set_has_a_default():
    assert set(Params.model_fields) <= set(catalogue().params)
