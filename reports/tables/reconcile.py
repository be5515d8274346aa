"""Doubtful cells against the form: the form's own identities confirm a reading, choose among readings seen, or mark it.

A figure printed surely is never changed, whatever the identities say: a wrong sum is the agency's, not ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from reports import numbers
from reports.form.forms import rows
from reports.report import Cell, Form, Number
from reports.tables.model import Aligned

SURE = 0.9  # a cell read with less is in doubt: no rule reckons with it, and nobody else draws this line
CONFIRMED = 0.95  # an identity holds: surer than read, not as sure as printed text
# A recogniser's figure below this, within a broken identity, is the likelier culprit than the agency.
UNCERTAIN = 0.97
MARKED = 0.8
CHOSEN = 0.9
DIFFERS = 0.5  # two readings of one cell differ
LEGIBLE = 0.5  # a second reading that is less sure than this says nothing
OUTCOMES = ("upheld", "corrected", "other", "pending")


@dataclass(frozen=True, slots=True)
class Identity:
    """``sum(left) == sum(right)``."""

    left: tuple[str, ...]
    right: tuple[str, ...]

    def members(self) -> tuple[str, ...]:
        """All its cells."""
        return self.left + self.right


@lru_cache(maxsize=2)
def identities(form: Form) -> tuple[Identity, ...]:
    """Row sums, column sums and balances of the applications, and the totals of the disputes."""
    out: list[Identity] = []
    specs = rows("applications", form)
    columns = specs[0].columns
    for spec in specs:
        cells = spec.cells()
        out.append(Identity(cells[:-1], cells[-1:]))
    outcomes = [s.key for s in specs if s.key not in ("new", "carried_in", "handled", "carried_out")]
    for column in columns:

        def key(row: str, column: str = column) -> str:
            return f"applications.{row}.{column}"

        out.append(Identity(tuple(key(row) for row in outcomes), (key("handled"),)))
        out.append(Identity((key("new"), key("carried_in")), (key("handled"), key("carried_out"))))
    for spec in rows("disputes", form):
        cells = spec.cells()
        out.append(Identity(cells[:-1], cells[-1:]))
    return tuple(out)


def holds(identity: Identity, cells: Mapping[str, Cell], instead: Mapping[str, Number] | None = None) -> bool | None:
    """Whether it holds with the cells as read, blanks as zero; None if a figure is missing."""

    def total(keys: tuple[str, ...]) -> Number | None:
        sum_: Number = 0
        for key in keys:
            if instead and key in instead:
                sum_ += instead[key]
                continue
            cell = cells.get(key)
            if cell is None or (cell.value is None and not cell.blank):
                return None
            sum_ += cell.value or 0
        return sum_

    left, right = total(identity.left), total(identity.right)
    return None if left is None or right is None else left == right


def reconciled(aligned: Aligned) -> Aligned:
    """The same reading with doubtful cells confirmed, replaced by another reading seen, or marked."""
    if aligned.form is None or all(cell.confidence == 1.0 for cell in aligned.cells.values()):
        return aligned
    cells = dict(aligned.cells)
    through: dict[str, list[Identity]] = {}
    for identity in identities(aligned.form):
        for key in identity.members():
            through.setdefault(key, []).append(identity)
    for key in list(cells):
        if cells[key].confidence < SURE and through.get(key):
            _choose(key, cells, through[key])
    confirmed = {
        key: replace(cell, confidence=CONFIRMED)
        for key, cell in cells.items()
        if cell.confidence < SURE and cell.value is not None and _confirmed(key, cells, through.get(key, []))
    }
    cells.update(confirmed)
    for identity in identities(aligned.form):
        if holds(identity, cells) is False:
            uncertain = [
                key for key in identity.members() if SURE <= cells[key].confidence < UNCERTAIN and key not in confirmed
            ]
            if uncertain:
                weakest = min(uncertain, key=lambda k: cells[k].confidence)
                cells[weakest] = replace(cells[weakest], confidence=MARKED)
    return replace(aligned, cells=cells)


def questioned(aligned: Aligned) -> frozenset[str]:
    """The cells of identities that do not hold though every one of their cells is sure: before anybody is told so, they
    are looked at again."""
    if aligned.form is None:
        return frozenset()
    cells = aligned.cells
    return frozenset(
        key
        for identity in identities(aligned.form)
        if holds(identity, cells) is False and all(cells[key].confidence >= SURE for key in identity.members())
        for key in identity.members()
    )


def pages_of(aligned: Aligned, keys: Iterable[str]) -> frozenset[int]:
    """The pages on which the tables of these cells stand."""
    tables = {key.split(".", 1)[0] for key in keys}
    return frozenset(
        cell.at.page
        for key, cell in aligned.cells.items()
        if cell.at.page is not None and key.split(".", 1)[0] in tables
    )


def agrees(cell: Cell, seen: str) -> bool:
    """Whether a text that was read another way is the cell's figure."""
    printed = numbers.parse(seen)
    return (printed.value or 0) == (cell.value or 0) and (printed.value is not None or not seen)


def compared(aligned: Aligned, other: Aligned) -> Aligned:
    """The reading beside a second one that came another way. Where both agree on the questioned cells it stands as it is:
    what is printed wrong is printed wrong. Where they differ on one, every cell on which they differ is in doubt, since
    the same cause may be at work everywhere, and the identities may choose between the two."""
    if other.form != aligned.form or not any(_differs(aligned, other, key) for key in questioned(aligned)):
        return aligned
    cells = dict(aligned.cells)
    for key, cell in aligned.cells.items():
        if _differs(aligned, other, key):
            seen = (other.cells[key].raw, *cell.alternatives)
            cells[key] = replace(
                cell, confidence=min(cell.confidence, DIFFERS), alternatives=tuple(dict.fromkeys(seen))
            )
    return reconciled(replace(aligned, cells=cells))


def _differs(aligned: Aligned, other: Aligned, key: str) -> bool:
    """Whether the second reading says another figure, and legibly so. A blank reckons as nought."""
    mine, theirs = aligned.cells[key], other.cells.get(key)
    if theirs is None or theirs.confidence < LEGIBLE or (theirs.value is None and not theirs.blank):
        return False
    return (mine.value or 0) != (theirs.value or 0)


def _alone(key: str, identity: Identity, cells: Mapping[str, Cell]) -> bool:
    """Every other cell of the identity is sure."""
    return all(other == key or cells[other].confidence >= SURE for other in identity.members() if other in cells)


def _confirmed(key: str, cells: Mapping[str, Cell], through: list[Identity]) -> bool:
    """All identities through the cell hold; two of them among cells that are sure, or one where the table has but one,
    and not all of their figures are zero: a table of zeros proves nothing."""
    results = [(identity, holds(identity, cells)) for identity in through]
    if not results or any(result is False for _, result in results):
        return False
    proofs = [
        identity
        for identity, result in results
        if result and _alone(key, identity, cells) and any(cells[k].value for k in identity.members())
    ]
    return len(proofs) >= min(2, len(through))


def _choose(key: str, cells: dict[str, Cell], through: list[Identity]) -> None:
    """Take another reading that was seen if it alone satisfies every identity through the cell."""
    cell = cells[key]
    if not cell.alternatives:
        return
    judged = [identity for identity in through if _alone(key, identity, cells)]
    if len(judged) < min(2, len(through)) or all(holds(identity, cells) for identity in judged):
        return
    fitting = []
    for text in cell.alternatives:
        value = numbers.parse(text).value
        if value is not None and all(holds(identity, cells, {key: value}) for identity in judged):
            fitting.append((text, value))
    if len({value for _, value in fitting}) == 1:
        text, value = fitting[0]
        others = tuple(dict.fromkeys((cell.raw, *(a for a in cell.alternatives if a != text))))
        proven = any(cells[k].value for identity in judged for k in identity.members() if k != key)
        cells[key] = Cell(value, text, CHOSEN if proven else MARKED, cell.at, others)
