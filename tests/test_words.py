"""One word, one meaning: names of the product's own making that gave way to the field's terms do not come back."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest

from tests.test_layout import sources

# What stood there before, and what it is called now.
GIVEN_UP = {
    "Seen": "ListItem", "Look": "Crawl, ComputedStyle", "Trouble": "FetchError", "Enough": "HostUnavailable",
    "Said": "FindingValue", "Shown": "Origin", "Told": "Classification", "Titled": "Classification",
    "Register": "RegisterEntry", "Portal": "CrawlRecord", "Flow": "YearOnYear", "SHAKY": "UNCERTAIN",
    "second_look": "reconciled", "validators": "crawl_state", "look": "crawl", "told": "classified, notified",
    "governs": "is_government", "fault": "error", "said": "what it is: text, answer, finding",
}  # fmt: skip
ONCE = (
    "Line",
    "Page",
    "Text",
    "Table",
    "Block",
    "Entry",
    "Record",
)  # a class of that name stands in one module at most


@lru_cache(maxsize=1)
def named() -> tuple[tuple[str, str, str], ...]:
    """(file, kind, name) of what the product names: classes, functions, arguments and attributes."""
    return tuple(
        ("/".join(path.parts[-2:]), kind, name)
        for path in sources()
        if "demo" not in path.parts and "migrations" not in path.parts
        for kind, name in _names(path)
    )


def _names(path: Path) -> Iterator[tuple[str, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ClassDef):
            yield "class", node.name
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield "function", node.name
        elif isinstance(node, ast.arg):
            yield "argument", node.arg
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield "attribute", node.attr


def test_no_name_that_was_given_up_is_given_again():
    assert [one for one in named() if one[2].strip("_") in GIVEN_UP] == []


@pytest.mark.parametrize("name", ONCE)
def test_a_class_name_means_one_thing(name: str):
    assert len([file for file, kind, found in named() if kind == "class" and found == name]) <= 1
