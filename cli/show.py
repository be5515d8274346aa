"""How the command line prints: tables and JSON on the output, what went wrong and how far it is beside it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from rich.console import Console
from rich.table import Table

from reports.report import SEVERITY_ZH

# Into a pipe or a file, tables get room: nothing there knows the width of a screen.
out = Console(highlight=False, width=None if sys.stdout.isatty() else 200)
err = Console(stderr=True, highlight=False, width=None if sys.stderr.isatty() else 200)

_COLOURS = {"error": "red", "warning": "yellow", "notice": "cyan"}
SEVERITY: dict[str, tuple[str, str]] = {severity: (word, _COLOURS[severity]) for severity, word in SEVERITY_ZH.items()}


def print_json(rows: Iterable[Any]) -> None:
    """One line of JSON a row, Chinese unescaped."""
    for row in rows:
        sys.stdout.write(json.dumps(row, ensure_ascii=False, default=_plain) + "\n")


def _plain(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if hasattr(value, "__float__"):
        return float(value)
    return str(value)


def new_table(*columns: str | tuple[str, str], title: str | None = None) -> Table:
    """An empty table of these columns, each a name or a name and how it is aligned."""
    table = Table(title=title, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for column in columns:
        name, justify = column if isinstance(column, tuple) else (column, "left")
        table.add_column(name, justify=justify, overflow="fold")  # type: ignore[arg-type]
    return table


@contextmanager
def spinner(text: str) -> Iterator[Callable[[str], None]]:
    """A spinner on a terminal, nothing elsewhere."""
    if not err.is_terminal:
        yield lambda _: None
        return
    with err.status(text) as status:
        yield lambda now: status.update(now)


def counted(rows: Iterable[Any], say: Callable[[str], None], what: str) -> Iterator[Any]:
    """The rows, with a word on how many there were so far."""
    for number, row in enumerate(rows, 1):
        if number % 100 == 0:
            say(f"{what}: {number}")
        yield row
