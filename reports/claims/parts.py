"""Figures that count a part: lists by channel, applicant or time, rows of applicants, and wholes told in parts alone."""

from __future__ import annotations

from reports.claims.clauses import Clause, is_a
from reports.claims.lexicon import Word
from reports.claims.reading import (
    EVERY,
    NEW,
    PARTIAL,
    Reading,
    clear,
    is_aside_of_part,
    note_of,
    says_new,
)
from reports.claims.scope import (
    Found,
    Parts,
    criterion,
    of_year,
)
from reports.report import Number


def is_part(clause: Clause, reading: Reading) -> bool:
    """Whether the figure counts a part that no cell of the whole stands for, and what that does to the list."""
    figure = clause.figure
    assert figure is not None
    kind = criterion(clause)
    own = (clause.says("receive", "receive_done", "accept") and clause.says("this_year", "total")) or says_new(clause)
    own |= clause.says("receive") and any(of_year(word, reading.year) == "this" for word in clause.own)
    if not kind and clause.says("rest") and reading.parts is not None and not clause.says("result."):
        kind = reading.parts.criterion
    if not kind and clause.listed and not clause.says("result.") and not own:
        over = reading.parts is not None and reading.parts.complete
        handled = clause.says("done") and (over or reading.whole is None or figure.value >= _largest(reading))
        kind = "" if handled else "listed"
    if not kind:
        return False
    if is_aside_of_part(clause, reading):
        reading.partial.append(clause)
        return True
    if reading.parts is not None and reading.parts.criterion == kind and reading.parts.complete and not figure.value:
        reading.partial.append(clause)  # the rest of a list that is whole: 其他均为0件
        return True
    if reading.parts is None or reading.parts.criterion != kind or reading.parts.complete:
        reading.parts = Parts(kind, reading.latest)
        reading.lists.append(reading.parts)
    reading.parts.take(clause, figure, "，".join(word.kind for word in clause.find("half", "applicant.")))
    reading.partial.append(clause)
    return True


def _largest(reading: Reading) -> Number:
    return max(reading.parts.figures, default=0) if reading.parts else 0


def of_part(clause: Clause, reading: Reading) -> bool:
    """Whether the figure may be of the part named before it: 网络申请65件，办结62件."""
    figure = clause.figure
    assert figure is not None
    if is_aside_of_part(clause, reading):
        return True
    if reading.of_carried and not clause.says("receive", "total", "this_year"):
        return True
    parts = reading.parts
    if parts is None or parts.complete:
        return False
    if parts.criterion == "body":
        return not clause.says("this_year")
    if parts.piece != clause.piece:
        return False
    return figure.value <= _largest(reading) and not clause.says("receive")


def add_applicant(clause: Clause, reading: Reading) -> None:
    """A row of applicants: 自然人申请12件."""
    named = clause.find("applicant.")
    figure = clause.figure
    assert figure is not None
    if len(named) != 1 or named[0].kind == "applicant.unnamed":
        return
    if is_aside_of_part(clause, reading) and not (clause.host and clause.host.says("applicant.unnamed")):
        return  # 网络申请3件（自然人2件）; but 其他组织3件（商业企业2件）
    whole = reading.whole
    if reading.under_handled or (
        whole is not None and (whole.note.startswith("rounded") or figure.value > whole.value)
    ):
        return
    if clause.says("channel", "result.", "done", "carry", "move", *PARTIAL, "other_body"):
        return
    if not clear(
        [word for word in clause.own if word.kind not in {"part", "clause", "within", "each", "rest", named[0].kind}]
    ):
        return
    note = note_of(figure) or (whole.note if whole is not None and whole.cell == NEW else "")
    reading.add(Found(f"applications.new.{named[0].kind.partition('.')[2]}", figure.value, clause.start, note))


def add_all_of_one_kind(clause: Clause, reading: Reading) -> None:
    """What is said of all who asked: 共收到申请3件，均由自然人提出."""
    whole = reading.whole
    if whole is None or whole.cell != NEW or whole.start != clause.start or whole.note not in {"", "handled_words"}:
        return
    named = only_kind(clause)
    if named is not None:
        cell = f"applications.new.{named.kind.partition('.')[2]}"
        reading.add(Found(cell, whole.value, named.start, whole.note))


def only_kind(clause: Clause) -> Word | None:
    """The kind of applicants that a clause's figure is said to be all of."""
    beside = [*clause.lead, *clause.tail, *clause.trail]
    named = [word for word in beside if is_a(word, "applicant.")]
    every = any(is_a(word, "each") or word.text.endswith(EVERY) for word in beside)
    if len(named) != 1 or named[0].kind == "applicant.unnamed" or not every or clause.says("applicant."):
        return None
    return named[0] if clear([word for word in beside if not is_a(word, "clause", "each", named[0].kind)]) else None


def add_sum_of_parts(reading: Reading) -> None:
    """A whole told in its parts alone: 共收到书面申请3件、网络申请4件; 上半年收到3件，下半年收到4件."""
    parts = reading.parts
    if reading.strays or reading.whole is not None or parts is None or parts.first is None or len(parts.figures) < 2:
        return
    first = parts.first
    if any(clause.listed or clause.depth or clause.says("done") for clause in reading.partial):
        return
    if (
        not first.says("receive")
        or first.says(*set(PARTIAL) - {"half"}, "done")
        or len(reading.partial) != len(parts.figures)
    ):
        return
    if not all(
        clear(clause.own, "channel", "applicant.", "half", "part", "clause", "each", "rest")
        for clause in reading.partial
    ):
        return  # 窗口收到3件，当场告知2件: not parts of one whole
    together = first.says("total") or first.find("receive")[0].text.startswith("共")
    halves = [word.text for clause in reading.partial for word in clause.find("half")]
    if (parts.criterion == "channel" and together and not reading.elsewhere) or halves == ["上半年", "下半年"]:
        reading.add(Found(NEW, parts.sum, first.start))
