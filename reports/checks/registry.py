"""Which rule a function implements: what no formula can say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from reports.checks.catalogue import BadCatalogue, Rule, catalogue
from reports.checks.evaluation import Evaluation
from reports.checks.inputs import Inputs

Judge = Callable[[Inputs, Rule], Iterator[Evaluation]]
FUNCTIONS: dict[str, Judge] = {}


def implements(rule_id: str) -> Callable[[Judge], Judge]:
    """Registers the function of a rule that no formula can say. Raises BadCatalogue where the catalogue has no such
    rule, evaluates its formula, or has its function already."""

    def register(judge: Judge) -> Judge:
        known = catalogue().rules.get(rule_id)
        if known is None:
            raise BadCatalogue(f"{judge.__module__}: {rule_id}: is not in rules.yaml")
        if known.evaluate:
            raise BadCatalogue(f"rules.yaml: {rule_id}: evaluate: the rule has a function, in {judge.__module__}")
        if rule_id in FUNCTIONS:
            raise BadCatalogue(
                f"{judge.__module__}: {rule_id}: has a function already, in {FUNCTIONS[rule_id].__module__}"
            )
        FUNCTIONS[rule_id] = judge
        return judge

    return register


def complete(rules: Mapping[str, Rule]) -> dict[str, Rule]:
    """All rules of a catalogue. Raises BadCatalogue where one would never run: neither evaluated nor a function."""
    for rule_id, known in rules.items():
        if not known.evaluate and rule_id not in FUNCTIONS:
            raise BadCatalogue(
                f"rules.yaml: {rule_id}: formula: is in words; give it evaluate: true, or a function under this id"
            )
    return dict(rules)
