"""Reports as flattened text, in the manners of copying a page, of converters and of printing to text."""

from __future__ import annotations

import random

from tests.makers.report import Truth, story, tables
from tests.reports import rendering

STYLES = ("tsv", "placeholders", "cells", "columns", "layout", "spaces", "lines", "bars")
# Manners in which a blank cell leaves no trace.
LOSSY = frozenset(("columns", "layout", "spaces", "lines"))


def render(truth: Truth, rng: random.Random, style: str) -> bytes:
    """A text. ``style`` is one of ``STYLES``."""
    found = tables(truth)
    out: list[str] = []
    for kind, text in story(truth):
        if kind != "table":
            out += ["", text] if kind == "heading" else [text]
            continue
        rows = [[(slot.text, slot.columns, slot.rows) for slot in row] for row in found[text]]
        out += ["", *rendering.flatten(rng, rows, style, 15 if text == "disputes" else 10), ""]
    return "\n".join(out).encode(rng.choice(("utf-8", "utf-8-sig", "gb18030")))
