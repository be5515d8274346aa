"""Of what a figure is told: its matter, its period, and the whole or the part that it counts."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from reports.claims.clauses import Clause, is_a
from reports.claims.lexicon import Word
from reports.report import Number

Matter = Literal["requests", "disputes", "documents", "decisions", "fees", "other", ""]
Period = Literal["this", "last", "other"]

NOUNS = ("request", "on_request", "bare_request")
_MATTERS: tuple[tuple[Matter, tuple[str, ...]], ...] = (
    ("requests", NOUNS),
    ("disputes", ("dispute.",)),
    ("documents", ("document.",)),
    ("decisions", ("decision.", "bare_decision.")),
    ("fees", ("fee",)),
    ("other", ("other_matter",)),
)
_NARROWER = ("half", "day", "other_body")
_FOR_OTHERS = re.compile(r"协|督促|指导|敦促|配合|代|.*[转移]|.*交办")
_YEARS: dict[str, Period] = {
    "this_year": "this",
    "last_year": "last",
    "next_year": "other",
    "older": "other",
    "other_years": "other",
}
# Words that may stand where another year is compared with.
_COMPARING = frozenset(("change", "rate", "compare", "pause"))
# What stands beside carried over names a direction, not the period of the figure.
DIRECTED = ("carry", "move", "pending")


@dataclass(frozen=True, slots=True)
class Found:
    """A claim's cell and figure, its place in the sentence, and its note (``reports.report.Claim``)."""

    cell: str
    value: Number
    start: int
    note: str = ""


@dataclass(slots=True)
class Parts:
    """A list of parts by one criterion: ``channel``, ``applicant``, ``time``, ``body``, ``result``, or ``listed`` where
    其中 opens it by none of these. ``whole`` is the claim that stands before it, ``kinds`` and ``figures`` the parts."""

    criterion: str
    whole: Found | None
    figures: list[Number] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    piece: int = 0
    first: Clause | None = None
    last: Clause | None = None

    @property
    def sum(self) -> Number:
        """What the parts named so far come to."""
        return sum(self.figures, 0)

    @property
    def complete(self) -> bool:
        """Whether they come to the whole that the sentence stated before them."""
        return self.whole is not None and self.sum == self.whole.value

    def take(self, clause: Clause, figure: Word, kind: str = "") -> None:
        """One part more."""
        self.figures.append(figure.value)
        self.kinds.append(kind)
        self.piece, self.last = clause.piece, clause
        self.first = self.first or clause


def matters(words: Sequence[Word]) -> list[Matter]:
    """The matters that words name, in order."""
    out: list[Matter] = []
    for word in words:
        for matter, kinds in _MATTERS:
            if is_a(word, *kinds):
                out.append(matter)
    return out


def matter_of(clause: Clause, before: Matter, topic: Matter) -> Matter:
    """What a clause's figure is about: by its own words, those that lead to it, the figure before it, the paragraph."""
    own = matters(clause.own)
    if own:
        return own[0] if len(set(own)) == 1 else "other"
    lead = matters(clause.lead)
    return lead[-1] if lead else before or topic


def of_year(word: Word, year: int | None) -> Period | None:
    """The period that a word names. Without a known year of the report every year by number may be its own."""
    if word.kind == "year":
        if year is None or word.value == year:
            return "this"
        return "last" if word.value == year - 1 else "other"
    return _YEARS.get(word.kind)


def is_next(word: Word, year: int | None) -> bool:
    """Whether a word names the year after the report's."""
    return word.kind == "next_year" or (word.kind == "year" and year is not None and word.value == year + 1)


def compared(words: Sequence[Word], year: int | None) -> bool:
    """Whether words compare with another year: 比上年, 较2022年, 与去年同期相比, 同比."""
    if not any(word.kind in _COMPARING for word in words):
        return False
    for word, following in itertools.zip_longest(words, words[1:]):
        if word.kind == "change" or (word.kind == "rate" and word.text.endswith(("倍", "成"))):
            return True
        versus = word.kind == "compare" or (word.kind == "pause" and word.text in {"与", "同", "和"})
        if versus and following is not None and of_year(following, year) in {"last", "other"}:
            return True
    return False


def period_of(clause: Clause, before: Period, year: int | None) -> Period:
    """The period of a clause's figure; ``before`` is that of the figure before it in the sentence."""
    if clause.says(*DIRECTED):
        lead = [] if any(is_a(word, *DIRECTED) for word in clause.lead) else _named(clause.lead, year)
        return lead[-1] if lead else before
    own = _named(clause.own, year)
    if own:
        return own[0] if len(set(own)) == 1 else "other"
    beside = compared(clause.lead, year) or _none_carried(clause.lead)
    lead = [] if beside else _named(clause.lead, year)
    return lead[-1] if lead else before


def _none_carried(words: Sequence[Word]) -> bool:
    """Whether words say that nothing was carried over, so that what follows is not of last year: 无上年结转，办结8件."""
    return any(word.kind == "none" for word in words) and any(is_a(word, *DIRECTED) for word in words)


def _named(words: Sequence[Word], year: int | None) -> list[Period]:
    return [period for word in words if (period := of_year(word, year)) is not None]


def runs(words: Sequence[Word], kind: str) -> int:
    """How often words of a kind stand apart: 网站平台 is one channel, 网站、信函 are two."""
    found = [word for word in words if word.kind == kind]
    return sum(
        1 for before, word in zip([None, *found], found, strict=False) if before is None or before.end < word.start
    )


def criterion(clause: Clause) -> str:
    """By what a clause's figure is a part: channel, applicant, time of the year, body; empty for none.

    Several of a kind named for one figure are no part: 公民、法人; 信函、网络等."""
    if runs(clause.own, "channel") == 1:
        return "channel"
    if len(clause.find("applicant.")) == 1:
        return "applicant"
    dated = any(is_a(word, "half", "day") for word in clause.lead) and not clause.says("this_year", "year")
    if clause.says("half", "day") or dated:
        return "time"
    return "body" if clause.says("other_body") else ""


def outside(found: Sequence[Clause], year: int | None, before: bool = False) -> list[bool]:
    """Of each clause, whether it is told of something else than the whole body in the report's year: of a month, of
    another year, of other bodies. What a clause does not say itself, it has from those before it; ``before`` is what
    the sentence before this one left."""
    out: list[bool] = []
    when = whose = before
    shared = False  # whether other bodies' figures came before: the body's own beside them is a part as theirs are
    for clause in found:
        times = bodies = None
        if not clause.says(*DIRECTED):
            own, lead = _elsewhere(clause.own, year), _elsewhere(clause.lead, year)
            times, bodies = (a if a is not None else b for a, b in zip(own, lead, strict=True))
        if bodies is False and shared and times is None:
            bodies = None
        shared |= bodies is True and clause.figure is not None
        other_time, other_body = when if times is None else times, whose if bodies is None else bodies
        out.append(other_time or other_body)
        if not clause.listed and not clause.depth:
            when, whose = other_time, other_body
    return out


def goes_on(found: Sequence[Clause], year: int | None, before: bool) -> bool:
    """What ``outside`` leaves for the next sentence: a day's event and what the body does for others end with theirs."""
    state = (outside(found, year, before) or [before])[-1]
    narrowing = [word for clause in found for word in (*clause.own, *clause.lead) if is_a(word, *_NARROWER)]
    passing = [word for word in narrowing if word.text.endswith(("日", "号")) or _FOR_OTHERS.match(word.text)]
    return state and not (narrowing and len(passing) == len(narrowing))


def _elsewhere(words: Sequence[Word], year: int | None) -> tuple[bool | None, bool | None]:
    """Whether words name a part of the year or another year, and another body; None where they name nothing."""
    if not words or compared(words, year):
        return None, None
    words = words[: next((i for i, word in enumerate(words) if word.kind == "none"), len(words))]  # who has none
    named = [of_year(word, year) for word in words]
    narrower = any(is_a(word, "half", "day") for word in words) or "last" in named or "other" in named
    others = any(word.kind == "other_body" for word in words)
    times = True if narrower else False if "this" in named else None
    itself = "this" in named or any(names_itself(word) for word in words)
    return times, True if others else False if itself else None


def names_itself(word: Word) -> bool:
    """Whether a word is the body's own name: 我局, 本机关, 局机关."""
    return word.kind == "filler" and len(word.text) > 1 and word.text[0] in "我本局委厅全"
