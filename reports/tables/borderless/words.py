"""What the words of a line are: heads of columns, pieces of labels, a heading, prose."""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz import fuzz

from reports.form import words
from reports.form.titles import parts
from reports.report import TABLES
from reports.tables.borderless.model import KNOWN, PrintedLine
from reports.tables.labels import likeness
from reports.text import letters

PROSE = re.compile(r"[。；！]")


_NUMBERED = re.compile(r"\s*[一二三四五六七八]\s*[、.．]")


_SECTIONS = tuple(letters(part.zh) for part in parts())


@lru_cache(maxsize=1)
def vocabulary() -> tuple[str, ...]:
    """Heads of columns and of groups, without marks."""
    heads = {head for table in TABLES for head in words.heads(table)}
    groups, parts_ = words.disputes()
    heads |= {words.SUBJECT, words.APPLICANTS, words.ORGANISATIONS, words.RESULTS, words.CORNER, words.UNIT}
    return tuple(sorted(heads | {*words.ITEMS, *words.GROUPS, *groups, *parts_}))


def is_heading(text: str) -> bool:
    """Whether a text heads a section of the report, and no row."""
    short = letters(text)
    if not _NUMBERED.match(text) or len(short) > 40:
        return False
    title = max(fuzz.ratio(short[1:], section) for section in _SECTIONS) / 100
    return title >= 0.6 and title > likeness(text)


def is_header(entry: PrintedLine) -> bool:
    """A line of column heads, group heads or pieces of them."""
    return bool(entry.runs) and all(_in_vocabulary(run.text) for run in entry.runs)


@lru_cache(maxsize=8192)
def _in_vocabulary(text: str) -> bool:
    short = letters(text)
    if not short:
        return True
    if any(short in word or (len(short) > 3 and fuzz.ratio(short, word) >= 85) for word in vocabulary()):
        return True
    # Narrow columns run their heads together: 商业企科研机社会公.
    pairs = [short[n : n + 2] for n in range(len(short) - 1)]
    return len(pairs) >= 3 and sum(pair in _pairs() for pair in pairs) >= 0.6 * len(pairs)


@lru_cache(maxsize=1)
def _pairs() -> frozenset[str]:
    return frozenset(word[n : n + 2] for word in vocabulary() for n in range(len(word) - 1))


@lru_cache(maxsize=8192)
def is_piece(text: str) -> bool:
    """A piece of a row's label."""
    short = letters(text)
    if len(short) < 2:
        return False
    return likeness(text) >= KNOWN or any(short in label for label in words.row_labels())


def is_matter(entry: PrintedLine) -> bool:
    """What may stand between two rows of one table."""
    text = entry.line.text
    if entry.is_row or is_header(entry):
        return True
    if is_heading(text) or PROSE.search(text):
        return False
    return len(text) < 30 or any(is_piece(run.text) for run in entry.runs)
