"""What a sentence has told so far of requests, and what its readers share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from reports.claims.clauses import Clause, is_a
from reports.claims.lexicon import Word
from reports.claims.scope import (
    NOUNS,
    Found,
    Matter,
    Parts,
    Period,
    runs,
)

NEW, HANDLED = "applications.new.total", "applications.handled.total"
CARRIED_IN, CARRIED_OUT = "applications.carried_in.total", "applications.carried_out.total"
GROUPS = {
    "result.merged": "applications.granted.total+applications.partial.total",
    "result.denied": "applications.denied.*.total",
    "result.unavailable": "applications.unavailable.*.total",
    "result.rejected": "applications.rejected.*.total",
    "result.other": "applications.other*.total",
}
EVERY = ("全部", "都", "均", "皆")  # how words end that speak of all
VERBS = ("receive", "receive_done", "submit", "accept", "done")
# Words that say nothing of a figure's scope.
CLEAR = ("filler", "disclosure", "total", "about", "everyone", "pause", "this_year", "occur", "persons", *NOUNS, *VERBS)
# Words under which a figure is not the whole year's.
PARTIAL = (
    "rate", "qualified", "other_result", "except", "without", "change", "compare", "half", "day", "older", "none",
    "pending", "topic_of", "activity", "published", "measure_of_others", "other_matter", "dispute.", "lost",
    "respectively",
)  # fmt: skip


@dataclass(slots=True)
class Reading:
    """What a sentence has told so far."""

    year: int | None
    topic: Matter
    out: list[Found] = field(default_factory=list)
    matter: Matter = ""
    period: Period = "this"
    aside_period: Period = "this"
    whole: Found | None = None
    latest: Found | None = None
    listed_new: set[int] = field(default_factory=set)
    parts: Parts | None = None
    lists: list[Parts] = field(default_factory=list)
    partial: list[Clause] = field(default_factory=list)
    of_carried: bool = False
    includes_carried: bool = False
    excepting: int = -1  # the piece in which 除 stands
    place: int = -1  # the piece that tells of what was done at a place: 政务公开专区接待群众12人次，受理申请3件
    at_end: bool = False  # whether the sentence tells how things stood at the year's end: 截至12月31日
    strays: int = 0  # figures of requests that are neither a claim nor a part of a list
    unclaimed: bool = False  # whether the last figure that might be a whole is not one
    clause: Clause | None = None  # the one that is read, and that of the figure before it
    before: Clause | None = None
    under_handled: bool = False
    elsewhere: bool = False  # whether the clause is told of another body, of another year or of a part of this one
    rises: bool = False  # whether the figure behind this one takes its place: 由278件增至301件
    bare_quote: bool = False  # whether last year's figure stood with its year alone: 2023年167件
    handled: list[tuple[str, Clause]] = field(default_factory=list)

    def add(self, found: Found) -> None:
        """Takes a claim."""
        self.out.append(found)


def clear(words: Sequence[Word], *more: str) -> bool:
    """Whether nothing among the words is unknown or narrows what is counted."""
    channels = runs(words, "channel")
    applicants = sum(word.kind.startswith("applicant.") for word in words)
    several = (*(("channel",) if channels > 1 else ()), *(("applicant.",) if applicants > 1 else ()))
    return all(is_a(word, *CLEAR, *more, *several) or word.kind == "year" for word in words)


def note_of(figure: Word) -> str:
    """``rounded:STEP`` for a figure that is not exact, else empty."""
    return f"rounded:{figure.step}" if figure.step else ""


def says_new(clause: Clause) -> bool:
    """Whether what was received is called new, and so the year's: 新收, 新接."""
    return any(word.text.startswith("新") for word in clause.find("receive"))


def is_aside_of_part(clause: Clause, reading: Reading) -> bool:
    """Whether a clause stands in the brackets behind a part."""
    return clause.depth > 0 and clause.host is not None and clause.host in reading.partial
