"""Which of the two forms a document follows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

from rapidfuzz import fuzz

from reports.form import words
from reports.form.forms import row, rows
from reports.report import Form
from reports.tables.labels import label_likeness
from reports.tables.match import GAP, candidate_rows, match
from reports.tables.model import FORMS_BOTH, PrintedRow, is_blank
from reports.text import letters

_HEADERS: dict[Form, tuple[str, ...]] = {form: words.heads_of_one(form) for form in FORMS_BOTH}
_ROWS: dict[Form, tuple[str, ...]] = {form: words.rows_of_one(form) for form in FORMS_BOTH}
_WIDER = row("proactive", "2021", "licensing").label  # has three figures in the form of 2019 and one in that of 2021


def _votes(lines: Sequence[PrintedRow], texts: Iterable[str]) -> Counter[Form]:
    """Each header and row of one form only is one vote, however often it is printed."""
    seen: set[tuple[Form, str]] = set()
    for text in dict.fromkeys(texts):
        seen |= _votes_of_head(text)
    for line in lines:
        if line.values and line.label:
            seen |= _votes_of_row(line.flat, line.label)
    return Counter(form for form, _ in seen)


@lru_cache(maxsize=16384)
def _votes_of_head(text: str) -> frozenset[tuple[Form, str]]:
    tight = letters(text)
    if not 3 <= len(tight) <= 400 or tight.isdecimal():
        return frozenset()
    seen: set[tuple[Form, str]] = set()
    for form, headers in _HEADERS.items():
        for header in headers:
            if tight == header or (len(tight) > len(header) and header in tight and len(tight) < 120):
                seen.add((form, header))
    if len(tight) <= 14 and not any(tight == h for hs in _HEADERS.values() for h in hs):
        scored = [(fuzz.ratio(tight, h), form, h) for form, hs in _HEADERS.items() for h in hs]
        like, form, header = max(scored)
        rival = max(score for score, other, _ in scored if other != form)
        if like >= 70 and like > rival + 8:
            seen.add((form, header))
    return frozenset(seen)


@lru_cache(maxsize=8192)
def _votes_of_row(flat: bool, printed: str) -> frozenset[tuple[Form, str]]:
    return frozenset(
        (form, label)
        for form, labels in _ROWS.items()
        for label in labels
        if label_likeness(flat, printed, label) >= 0.9 and _foreign_label(printed, label)
    )


def _foreign_label(printed: str, label: str) -> bool:
    # Two names of one row may differ by a word that agencies add and drop at will.
    return letters(printed).endswith(letters(label)) if words.other_label(label) else True


def which_form(lines: list[PrintedRow], texts: list[str]) -> Form | None:
    """By heads and rows that only one form has, else by the order and width of the rows; None where nothing tells."""
    votes = _votes(lines, texts)
    if votes["2021"] != votes["2019"]:
        return "2021" if votes["2021"] > votes["2019"] else "2019"
    # Without heads the rows decide: the better order, then the number of figures behind the row that is wider in one form.
    scores: dict[Form, float] = {}
    candidates = candidate_rows(lines, "applications")
    for each in FORMS_BOTH:
        specs = rows("applications", each)
        pairs = match(candidates, specs)
        if len(pairs) >= 4:
            scores[each] = sum(like for _, like in pairs.values()) - GAP * (len(specs) - len(pairs))
    if len(scores) == 2 and abs(scores["2021"] - scores["2019"]) > 0.3:
        return "2021" if scores["2021"] > scores["2019"] else "2019"
    for line in lines:
        if line.values and label_likeness(line.flat, line.label, _WIDER) >= 0.9:
            printed = sum(not is_blank(cell) for cell in line.values)
            return "2019" if printed >= 3 else "2021"
    if not scores:
        return None
    return "2021" if scores.get("2021", 0.0) >= scores.get("2019", 0.0) else "2019"
