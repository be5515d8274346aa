"""Figures told of several things in the same order: 2023年、2024年分别收到申请6件、8件; 收到、办结申请分别为12件和11件."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reports.claims.clauses import Clause, is_a
from reports.claims.lexicon import Word
from reports.claims.scope import NOUNS


def spread(found: Sequence[Clause]) -> list[Clause]:
    """The clauses with what 分别 says of each figure before it. Where things and figures are not as many, the word is
    left to spoil the figures."""
    out: list[Clause] = []
    at = 0
    while at < len(found):
        dealt = _dealt(found, at)
        out += dealt or [found[at]]
        at += max(len(dealt), 1)
    return out


def _dealt(found: Sequence[Clause], at: int) -> list[Clause]:
    first = found[at]
    place = next((i for i, word in enumerate(first.before) if word.kind == "respectively"), None)
    if place is None or first.figure is None or first.says("dispute."):
        return []  # disputes are told by their own grammar
    told = first.before[:place]
    if all(is_a(word, "filler") for word in told):
        told = first.lead  # 2023年、2024年，我局分别收到
    things = _things(told)
    figures = [first]
    for clause in found[at + 1 :]:
        if clause.figure is None or not all(is_a(word, "pause", "filler") for word in clause.own):
            break
        figures.append(clause)
    if len(things) < 2 or len(things) != len(figures):
        return []
    shared = first.before[place + 1 :]
    nouns = [word for thing in things for word in thing if is_a(word, *NOUNS)][:1]
    return [
        replace(clause, before=[*_with(nouns, thing), *shared], after=[] if clause is not first else clause.after)
        for clause, thing in zip(figures, things, strict=True)
    ]


def _things(words: Sequence[Word]) -> list[list[Word]]:
    out: list[list[Word]] = [[]]
    for word in words:
        if word.kind == "pause":
            out.append([])
        elif word.kind == "receive_done":  # 收到、办结: one word elsewhere, two things here
            out[-1].append(replace(word, kind="receive"))
            out.append([replace(word, kind="done")])
        else:
            out[-1].append(word)
    return [thing for thing in out if thing]


def _with(nouns: list[Word], thing: list[Word]) -> list[Word]:
    return thing if any(is_a(word, *NOUNS) for word in thing) else [*nouns, *thing]
