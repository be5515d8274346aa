"""What a rule may know besides the document is supplied by somebody: a field that nobody fills says nothing true."""

from __future__ import annotations

import ast
from dataclasses import fields
from pathlib import Path

import pytest

from reports.checks.context import Body, ColumnEntry, Context, CrawlRecord, RegisterEntry

ROOT = Path(__file__).parents[3]
SUPPLIERS = ("models/contexts.py", "models/facts.py", "models/crawl_record.py", "workers/publication.py")
# The catalogue asks for the figures of the body's enforcement statistics, which no source of ours publishes in a known
# form: its one rule, PRO-ENF-XDOC, then answers 没有其他公开数据.
NOT_YET = {("Context", "enforcement")}


def supplied(kind: type) -> set[str]:
    """The fields of a dataclass that the suppliers fill, when they make one or with ``replace``."""
    names = [field.name for field in fields(kind)]
    found: set[str] = set()
    for path in SUPPLIERS:
        for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                if node.func.id == kind.__name__:
                    found |= set(names[: len(node.args)])
                if node.func.id in {kind.__name__, "replace"}:
                    found |= {word.arg for word in node.keywords if word.arg}
    return found


@pytest.mark.parametrize("kind", [Context, CrawlRecord, RegisterEntry, Body, ColumnEntry])
def test_every_field_of_a_context_is_supplied_by_somebody(kind: type):
    known = {field.name for field in fields(kind)}
    assert known - supplied(kind) == {name for owner, name in NOT_YET if owner == kind.__name__}
