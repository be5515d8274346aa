"""Sentences that nothing was received or carried over, in their many wordings."""

from __future__ import annotations

from reports.claims.carried import direction_of
from reports.claims.clauses import Clause, is_a
from reports.claims.reading import (
    CARRIED_IN,
    CARRIED_OUT,
    NEW,
    Reading,
)
from reports.claims.scope import (
    NOUNS,
    Found,
    of_year,
    period_of,
    runs,
)

_DRESS = (
    "filler", "disclosure", "total", "everyone", "pause", "this_year", "year", "receive", "accept", "submit", "occur",
    "applicant.", "clause", "persons", "receive_done", "rest",
)  # fmt: skip


def denied(clause: Clause, reading: Reading) -> list[Found]:
    """None received, none carried over: 未收到政府信息公开申请; 无上年结转; 依申请公开事项为零."""
    words = clause.before
    at = next((i for i, word in enumerate(words) if word.kind == "none"), None)
    if at is None or any(is_a(w, "except", "other_matter", "dispute.", "lost", "cause", "rate") for w in words):
        return []
    if reading.elsewhere or reading.excepting == clause.piece or clause.says("part"):
        return []
    period = period_of(clause, reading.period, reading.year)
    direction = direction_of(clause, reading.year)
    if direction in {"in", "out"}:
        cell = CARRIED_IN if direction == "in" else CARRIED_OUT
        unsure = any(is_a(w, "unknown", "result.", "channel", "applicant.", "qualified", "other_body") for w in words)
        return [] if unsure else [Found(cell, 0, words[at].start)]
    if period != "this" or direction or any(of_year(w, reading.year) in {"last", "other"} for w in words):
        reading.period = period
        return []
    behind = words[at + 1 :]
    noun = next((i for i, word in enumerate(behind) if is_a(word, *NOUNS)), None)
    channels = runs(behind, "channel")
    if not channels and any(word.kind == "rest" for word in behind):
        return []  # 未收到其他主体申请
    several = channels != 1
    dress = (*_DRESS, *(("channel",) if several else ()))
    if noun is not None:
        verbs = any(is_a(word, "receive", "accept", "submit", "occur", "everyone") for word in behind[:noun])
        named = behind[noun].kind != "bare_request" or reading.topic == "requests" or verbs
        if (
            named
            and all(is_a(w, *dress) for w in behind[:noun])
            and all(is_a(w, "filler", "occur", *NOUNS) for w in behind[noun + 1 :])
        ):
            return [Found(NEW, 0, words[at].start)]
        return []
    # The other way round: 政府信息公开申请未收到, 依申请公开事项：无
    ahead = [word for word in words[:at] if is_a(word, *NOUNS)]
    led = [word for word in clause.lead if word.kind != "filler"]
    if at == 0 and led and is_a(led[-1], *NOUNS):
        ahead = [led[-1]]  # 依申请公开：无
    received = any(is_a(word, "receive", "accept") for word in behind)
    if not all(is_a(word, *dress) for word in behind) or not all(is_a(w, *_DRESS, *NOUNS, "each") for w in words[:at]):
        return []
    if (ahead and (received or not behind or behind[-1].kind in {"filler", "occur"})) or (
        received and reading.topic == "requests"
    ):
        return [Found(NEW, 0, words[at].start)]
    return []
