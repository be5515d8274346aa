"""A sentence cut into clauses with one figure each at most, and what surrounds each figure.

Commas, semicolons, brackets and list marks part clauses, and so does 其中. A clause without a figure leads into the next
one that has one (在依申请公开方面，共收到3件) and says more of the one before it (3件，均为自然人提出).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from reports.claims.lexicon import Word

PARTING = {"comma", "semicolon", "colon", "open", "close"}
OPENING = {"part", "without"}
FIGURES = {"figure", "persons", "money"}
# Words in brackets before a figure that say which part it counts: 行政诉讼（未经复议直接起诉）3件.
NARROWING = ("dispute.", "outcome.", "applicant.", "result.", "channel", "other_body", "carry", "last_year")
CARRIED = ("carry", "last_year", "pending", "older")
# Words after a figure that begin a statement of their own: 收到3件并全部办结.
TAIL = {"clause", "each", "change", "compare"}


@dataclass(slots=True, eq=False)
class Clause:
    """One figure, or none, with the words of its clause.

    ``lead``: clauses without a figure that stand before it since the last figure; ``trail``: one that follows. ``depth``
    counts brackets; ``listed`` is true in a list that 其中 or 含 opened; ``piece`` numbers what semicolons part;
    ``joined`` is true where 和 or a list mark joins it to the figure before it."""

    figure: Word | None = None
    before: list[Word] = field(default_factory=list)
    after: list[Word] = field(default_factory=list)
    tail: list[Word] = field(default_factory=list)
    lead: list[Word] = field(default_factory=list)
    trail: list[Word] = field(default_factory=list)
    depth: int = 0
    listed: bool = False
    piece: int = 0
    host: Clause | None = None
    joined: bool = False

    @property
    def own(self) -> list[Word]:
        """The words of the clause without those that begin a statement of their own."""
        return [*self.before, *self.after]

    @property
    def start(self) -> int:
        """Where it begins in the sentence."""
        first = self.own[0].start if self.own else 0
        return (
            min(first, self.figure.start) if self.figure and self.own else self.figure.start if self.figure else first
        )

    def says(self, *kinds: str) -> bool:
        """Whether a word of one of the kinds stands in the clause; ``result.`` means every kind that begins so."""
        for words in (self.before, self.after):
            for word in words:
                if is_a(word, *kinds):
                    return True
        return False

    def find(self, *kinds: str) -> list[Word]:
        """The words of these kinds in the clause."""
        return [word for words in (self.before, self.after) for word in words if is_a(word, *kinds)]


def is_a(word: Word, *kinds: str) -> bool:
    """Whether a word is of one of the kinds; a kind with a dot at its end stands for all that begin so."""
    kind = word.kind
    return kind in kinds or ("." in kind and _family(kind) in kinds)


@cache
def _family(kind: str) -> str:
    return f"{kind.partition('.')[0]}."


def names(found: Iterable[Clause], *kinds: str) -> bool:
    """Whether a word of one of the kinds stands in any of the clauses."""
    return any(clause.says(*kinds) for clause in found)


class _Cutter:
    """Cuts the words of one sentence into clauses."""

    def __init__(self) -> None:
        self.out: list[Clause] = []
        self.clause = Clause()
        self.depth = self.piece = 0
        self.listed = False
        self.stack: list[tuple[bool, Clause | None]] = []

    def close(self) -> None:
        """Ends the clause."""
        if self.clause.figure is not None or self.clause.before:
            self.out.append(self.clause)
        host = self.stack[-1][1] if self.stack else None
        self.clause = Clause(depth=self.depth, listed=self.listed, piece=self.piece, host=host)

    def last_figure(self) -> Clause | None:
        """The clause of the last figure on this level."""
        return next((c for c in reversed(self.out) if c.figure is not None and c.depth <= self.depth), None)

    def cut(self, words: Sequence[Word]) -> list[Clause]:
        """The clauses of a sentence."""
        skip = -1
        for index, word in enumerate(words):
            if index <= skip:
                continue
            if word.kind == "open" and self.clause.figure is None and self.clause.before:
                skip = self.aside(words, index)
                if skip >= index:
                    continue
            self.take(word, words[index + 1] if index + 1 < len(words) else None)
        self.close()
        return self.out

    def aside(self, words: Sequence[Word], at: int) -> int:
        """A bracket inside a clause that has no figure yet: the last index to skip, -1 to read on.

        Without a figure it only explains; where the figure stands first in it, it is the clause's: 比上年(31件)下降."""
        end = next((i for i in range(at, len(words)) if words[i].kind == "close"), len(words))
        inside = words[at + 1 : end]
        if not any(word.kind in FIGURES for word in inside):
            self.clause.before += _explained(inside)
            return end
        if inside[0].kind in FIGURES and len(inside) == 1:
            self.take(inside[0], None)
            return end
        return -1

    def take(self, word: Word, following: Word | None) -> None:
        """One word."""
        if word.kind == "colon" and following is not None and following.kind in FIGURES and self.clause.before:
            return  # 申请数量：3件
        if word.kind in PARTING:
            self.part(word)
        elif word.kind in OPENING:
            self.close()
            self.listed = True
            self.clause.listed = True
            self.clause.before.append(word)
        elif word.kind == "numbering":
            self.close()
            self.listed = self.clause.listed = False
        elif word.kind == "pause" and (self.clause.figure or (following and following.kind == "none")):
            self.close()
            self.clause.joined = True
        elif word.kind in FIGURES:
            self.figure(word)
        elif self.clause.figure is None:
            self.clause.before.append(word)
        elif self.clause.tail or word.kind in TAIL or self.on_what(word):
            self.clause.tail.append(word)
        else:
            self.clause.after.append(word)

    def on_what(self, word: Word) -> bool:
        """Whether a word begins to say on what the requests are that were counted: 3件申请主要涉及; 不予公开的3件主要涉及."""
        counted = any(is_a(w, "request", "on_request", "bare_request") for w in self.clause.after)
        return word.kind == "topic_of" and (counted or any(is_a(w, "result.") for w in self.clause.before))

    def part(self, word: Word) -> None:
        """A mark that parts clauses."""
        self.close()
        if word.kind == "open":
            self.stack.append((self.listed, self.last_figure()))
            self.depth += 1
            self.listed = False
        elif word.kind == "close" and self.stack:
            self.listed, _ = self.stack.pop()
            self.depth -= 1
        elif word.kind == "semicolon":
            self.piece += 1
        host = self.stack[-1][1] if self.stack else None
        self.clause = Clause(depth=self.depth, listed=self.listed, piece=self.piece, host=host)

    def figure(self, word: Word) -> None:
        """A figure. A second one in a clause takes the words between the two, but for what was counted by the first."""
        first = self.clause.figure
        if first is not None and first.kind == "persons":  # 12人提出申请15件: who asks
            asking = [*self.clause.before, first, *self.clause.after, *self.clause.tail]
            self.clause = replace(self.clause, figure=None, before=asking, after=[], tail=[])
        elif first is not None:
            between = [*self.clause.after, *self.clause.tail]
            subject = any(w.kind not in {"filler", "total", "pause", "about", "this_year"} for w in self.clause.before)
            kept = 0
            while not subject and kept < len(between) and is_a(between[kept], "request", "on_request", "bare_request"):
                kept += 1
            kept += 0 < kept < len(between) and between[kept].kind == "within"  # 9件申请中已答复8件
            self.clause.after, self.clause.tail = between[:kept], []
            rest = between[kept:]
            self.close()
            self.clause.before = rest
        self.clause.figure = word


def _explained(inside: Sequence[Word]) -> list[Word]:
    """What a bracket without a figure says of what is counted: （含网络和书面） leaves nothing out, but
    予以公开（含部分公开） counts two rows, and 申请（含上年结转） two lines."""
    if any(word.kind == "without" for word in inside):
        return []
    if not any(word.kind == "part" for word in inside):
        return [word for word in inside if is_a(word, *NARROWING)]
    if any(is_a(word, *CARRIED) for word in inside):
        return [replace(word, kind="qualified") for word in inside]
    return [word for word in inside if is_a(word, "result.")]


def clauses(words: Sequence[Word]) -> list[Clause]:
    """The clauses of a sentence, each with the words that lead to it and those that trail it."""
    out = _Cutter().cut(words)
    lead: list[Word] = []
    last: Clause | None = None
    depth = piece = 0
    for clause in out:
        if clause.depth < depth or clause.piece != piece:
            lead = []  # what an aside or another part says leads to nothing outside it
        depth, piece = clause.depth, clause.piece
        if clause.figure is None:
            if last is not None and (not lead or (last.trail == lead and is_a(lead[0], "cause", "pending"))):
                last.trail = [*lead, *clause.before]  # 3件，因未到期，结转下年
            clause.lead = list(lead)
            lead = [*lead, *clause.before]
        else:
            clause.lead = lead
            lead, last = [], clause
    return out


def figures(found: Iterable[Clause]) -> Iterator[tuple[Clause, Word]]:
    """The clauses that have a figure, with it."""
    for clause in found:
        if clause.figure is not None:
            yield clause, clause.figure
