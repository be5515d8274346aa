"""The words that the form prints around its figures, without marks, as a reader of tables compares them: from
``cells.yaml`` and ``layout.yaml``."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from reports.form import forms, layout
from reports.report import Form, Table
from reports.text import letters

LABELLED: tuple[Table, Table] = ("proactive", "applications")  # the tables whose rows have labels
_WORDS: dict[str, Any] = layout.wording()

SUBJECT = letters(_WORDS["proactive"]["subject"])  # over the labels of 表二
ITEMS: tuple[str, ...] = tuple(map(letters, _WORDS["proactive"]["items"].values()))
ITEM = next(ITEMS[0][:n] for n in range(len(ITEMS[0]), 0, -1) if all(i.startswith(ITEMS[0][:n]) for i in ITEMS))
ARTICLE = ITEM.removesuffix("第")  # of which they are the items
RELATION = "勾稽关系"  # what the corner of 表三 speaks of
CORNER = letters(_WORDS["applications"]["corner"])
APPLICANTS = letters(_WORDS["applications"]["applicants"])
ORGANISATIONS = letters(_WORDS["applications"]["organisations"])
RESULTS = letters(_WORDS["applications"]["results"])
GROUPS: tuple[str, ...] = tuple(map(letters, _WORDS["applications"]["groups"].values()))
UNIT = "单位万元"  # in the head of the fees, often printed apart


def heads(table: Table, form: Form | None = None) -> tuple[str, ...]:
    """The heads of a table's columns, each once, in the order of the form; of both forms where none is given."""
    return _heads(table, form)


@lru_cache(maxsize=16)
def _heads(table: Table, form: Form | None) -> tuple[str, ...]:
    chosen = forms.FORMS.values() if form is None else (forms.FORMS[form],)
    return tuple(dict.fromkeys(letters(h) for spec_ in chosen for spec in spec_.tables[table] for h in spec.headers))


@lru_cache(maxsize=1)
def row_labels() -> tuple[str, ...]:
    """The labels of the rows of either form."""
    found = (spec.label for form in forms.FORMS.values() for table in LABELLED for spec in form.tables[table])
    return tuple(dict.fromkeys(map(letters, found)))


@lru_cache(maxsize=1)
def disputes() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The groups over the columns of 表四, and the parts of those that are parted."""
    labels = [spec.label.partition(" · ") for spec in forms.rows("disputes", "2021")]
    return tuple(dict.fromkeys(group for group, _, _ in labels)), tuple(part for _, _, part in labels if part)


@lru_cache(maxsize=1)
def outcomes() -> tuple[str, ...]:
    """The heads of 表四 but for the sum's."""
    return heads("disputes")[:-1]


def first_row(table: Table) -> str:
    """The label of a table's first row, as the form prints it."""
    return forms.rows(table, "2021")[0].label


def heads_of_one(form: Form) -> tuple[str, ...]:
    """The heads of 表二 that only this form has, and of which none of the other's is made."""
    return _of_one(form, heads("proactive", "2021"), heads("proactive", "2019"))


def rows_of_one(form: Form) -> tuple[str, ...]:
    """The labels of rows that only this form has, and of which none of the other's is made; as printed."""
    labels = [tuple(spec.label for table in LABELLED for spec in forms.rows(table, each)) for each in ("2021", "2019")]
    return _of_one(form, *labels)


def _of_one(form: Form, newer: tuple[str, ...], older: tuple[str, ...]) -> tuple[str, ...]:
    own, other = (newer, older) if form == "2021" else (older, newer)
    return tuple(text for text in own if len(letters(text)) > 3 and not any(text in each for each in other))


@lru_cache(maxsize=1)
def _renamed() -> dict[str, str]:
    pairs = [
        (one.label, other.label)
        for one in forms.rows("proactive", "2021")
        for other in forms.rows("proactive", "2019")
        if one.key == other.key and one.label != other.label
    ]
    return dict(pairs) | {other: one for one, other in pairs}


def other_label(label: str) -> str | None:
    """What the other form calls a row that both have, where it calls it otherwise (规范性文件, 行政规范性文件)."""
    return _renamed().get(label)
