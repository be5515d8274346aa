"""How like a printed label is to a row of the form: numbering counts; brackets, quotes and blanks do not."""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz import fuzz

from reports.form import forms, layout
from reports.form import words as form_words
from reports.form.forms import RowSpec, rows
from reports.report import TABLES, Form, Table
from reports.tables.model import FORMS_BOTH, PrintedRow
from reports.text import letters

RUN_TOGETHER = 0.8  # of a text's pairs of characters that are the form's: the others are where two words meet
PAIRABLE = 0.36  # below this a label says nothing
SURE = 0.6  # from here on a label alone places a row
STRONG = 0.75  # from here on a label makes its row a row of this table, whatever stands around
_PARENTHESIS = re.compile(r"[（(][^（()）]{3,}[)）]")


_NUMERAL = re.compile(r"^(?:[一二三四五六七八九十]+|\d)")


_UNIT_NOTE = re.compile(r"[（(](?:单位[:：]?)?[件个项万元]{1,2}[)）]")


def _before_list(label: str) -> str:
    """A label without what it says behind its first comma, which is often left out; the one behind its number does not count."""
    first, comma, _ = label[3:].partition("、")
    return label[:3] + first if comma else label


@lru_cache(maxsize=512)
def _variants(label: str) -> tuple[tuple[str, float], ...]:
    """Ways in which a form's label is printed, each with its weight."""
    full = letters(label)
    out: dict[str, float] = {full: 1.0}
    bare = letters(_PARENTHESIS.sub("", label))
    out.setdefault(bare, 1.0)
    head = letters(_before_list(label))
    out.setdefault(head, 0.98)
    for text in (full, bare, head):
        unnumbered = _NUMERAL.sub("", text)
        if len(unnumbered) >= 2:
            # Heads of columns read 总计 and 其他 too.
            out.setdefault(unnumbered, 0.97 if len(unnumbered) > 2 else 0.72)
    if other := form_words.other_label(label):
        out[letters(other)] = 0.99
    return tuple(out.items())


@lru_cache(maxsize=65536)
def similarity(printed: str, label: str) -> float:
    """How alike a printed label and the form's are, 0…1; numbering counts, brackets, quotes and blanks do not."""
    candidates = {letters(printed), letters(_PARENTHESIS.sub("", printed)), letters(_UNIT_NOTE.sub("", printed))}
    best = 0.0
    for text in candidates:
        if not text:
            continue
        for variant, weight in _variants(label):
            score = fuzz.ratio(text, variant) / 100 * weight
            best = max(best, score)
    return best


@lru_cache(maxsize=65536)
def covered(before: str, after: str, label: str) -> float:
    """How well a label is found at the end of the words before a row's figures, or across them and the words behind.

    ``before`` and ``after`` are normalised. A wrapped label has its head before the figures and its tail behind."""
    best = 0.0
    for variant, weight in _variants(label):
        size = len(variant)
        tail = before[-size - 4 :]
        if before.endswith(variant):
            return weight
        if len(tail) >= 2:
            # At the end, or nearly: what stands between a label and the figures is another row's label.
            ends = max(fuzz.ratio(before[-length:], variant) for length in range(max(2, size - 2), size + 3)) / 100
            near = _best_window(variant, tail) * 0.8 if size > 6 else 0.0
            best = max(best, ends * weight, near * weight)
        if after and size > 6:
            head = before[-size:]
            joined = fuzz.partial_ratio(variant, head + after[:40]) / 100
            # The head must be there: a label standing wholly behind the figures is the next row's.
            if head and _best_window(variant[:3], head[-size:]) >= 0.6:
                best = max(best, joined * 0.95 * weight)
    return best


def _best_window(short: str, window: str) -> float:
    if len(short) > len(window):
        return fuzz.ratio(short, window) / 100
    return fuzz.partial_ratio(short, window) / 100


@lru_cache(maxsize=65536)
def _like(flat: bool, label: str, words: tuple[str, ...], after: str, wanted: str) -> float:
    """How surely a printed row is the row of the form that is labelled ``wanted``."""
    if flat:
        return covered(letters(label), letters(after), wanted)
    best = similarity(label, wanted) if label else 0.0
    # A label cut into several cells, or a group label glued before it.
    joined = "".join(words)
    if best < SURE and len(words) > 1:
        best = max(best, similarity(joined, wanted), 0.9 * covered(letters(joined), "", wanted))
    if best < SURE and label:
        best = max(best, 0.9 * covered(letters(label), "", wanted))
    return best


def row_likeness(line: PrintedRow, spec: RowSpec) -> float:
    """How surely a printed row is this row of the form, 0…1."""
    return _like(line.flat, line.label, line.words, line.after, spec.label)


@lru_cache(maxsize=8192)
def likenesses(
    flat: bool, label: str, words: tuple[str, ...], after: str, wanted: tuple[str, ...]
) -> tuple[float, ...]:
    """``_like`` for all rows of a table: bodies on one portal print the same labels, report after report."""
    return tuple(_like(flat, label, words, after, each) for each in wanted)


_LABELLED: tuple[Table, Table] = ("applications", "proactive")


ALL_ROWS: tuple[RowSpec, ...] = tuple(
    {spec.label: spec for form in FORMS_BOTH for table in _LABELLED for spec in rows(table, form)}.values()
)


@lru_cache(maxsize=16384)
def best_likeness(text: str) -> float:
    """The best likeness of a text to any row label of either form."""
    return max(similarity(text, spec.label) for spec in ALL_ROWS)


@lru_cache(maxsize=1)
def _form_words() -> tuple[str, ...]:
    return tuple(
        {letters(slot.text) for form in FORMS_BOTH for table in TABLES for slot in layout.table(table, form)} - {""}
    )


@lru_cache(maxsize=4096)
def is_form_words(text: str) -> bool:
    """Whether a text is a head or a label of the form, or a piece of one."""
    tight = letters(text)
    return bool(tight) and any(tight in words for words in _form_words())


@lru_cache(maxsize=1)
def _form_pairs() -> frozenset[str]:
    return frozenset(word[n : n + 2] for word in _form_words() for n in range(len(word) - 1))


@lru_cache(maxsize=4096)
def is_made_of_form_words(text: str) -> bool:
    """Whether a text is heads and labels of the form, whole or in pieces, that run together, whatever figures stand
    among them."""
    tight = "".join(char for char in letters(text) if not char.isdecimal())
    if is_form_words(text):
        return True
    pairs = [tight[n : n + 2] for n in range(len(tight) - 1)]
    return len(pairs) >= 3 and sum(pair in _form_pairs() for pair in pairs) >= RUN_TOGETHER * len(pairs)


@lru_cache(maxsize=4)
def _labels(table: Table) -> dict[str, int]:
    """The labels of a table in either form, each with its place in the newest form that has it."""
    return {spec.label: n for form in reversed(FORMS_BOTH) for n, spec in enumerate(rows(table, form))}


@lru_cache(maxsize=8192)
def place_in_table(flat: bool, printed: str, table: Table) -> int | None:
    """The place in its table of the row that a label plainly names."""
    likes = [(like, n) for label, n in _labels(table).items() if (like := label_likeness(flat, printed, label)) >= 0.8]
    return max(likes)[1] if likes else None


@lru_cache(maxsize=8192)
def likeness_to_table(flat: bool, printed: str, table: Table) -> float:
    """The likeness of a label to the row of the table that it is most like."""
    return max(label_likeness(flat, printed, label) for label in _labels(table))


def label_likeness(flat: bool, printed: str, label: str) -> float:
    """How like a label is; ``flat`` where other words may stand before it."""
    return covered(letters(printed), "", label) if flat else similarity(printed, label)


def other_form_of(line: PrintedRow, table: Table, form: Form) -> Form | None:
    """The other form, if the row is plainly one of its own and none of this."""
    return _other_form(line.flat, line.label, table, form)


@lru_cache(maxsize=8192)
def _other_form(flat: bool, printed: str, table: Table, form: Form) -> Form | None:
    other: Form = "2019" if form == "2021" else "2021"
    own_labels = {spec.label for spec in rows(table, form)}
    others = [spec.label for spec in rows(table, other) if spec.label not in own_labels]
    theirs = max((label_likeness(flat, printed, label) for label in others), default=0.0)
    ours = max((label_likeness(flat, printed, label) for label in own_labels), default=0.0)
    return other if theirs >= 0.85 and theirs > ours + 0.05 else None


def is_dispute_head(text: str) -> bool:
    """Whether two or more heads of 表四 stand in a text."""
    tight = letters(text)
    return sum(word in tight for word in (*form_words.outcomes(), *form_words.disputes()[1])) >= 2


@lru_cache(maxsize=1)
def _bare_labels() -> tuple[str, ...]:
    specs = {
        spec.label
        for form in forms.FORMS.values()
        for spec in (*form.tables["proactive"], *form.tables["applications"])
    }
    plain = {letters(label) for label in specs} | {letters(_PARENTHESIS.sub("", label)) for label in specs}
    return tuple(sorted(plain | {letters(_before_list(label)) for label in specs}))


@lru_cache(maxsize=16384)
def likeness(text: str) -> float:
    """How like a row label of either form a text is, 0…1."""
    short = letters(text)
    return max(fuzz.ratio(short, label) for label in _bare_labels()) / 100 if short else 0.0
