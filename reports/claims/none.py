"""Sentences that nothing was received or carried over, in their many wordings."""

from __future__ import annotations

from collections.abc import Sequence

from reports.claims.carried import direction_of
from reports.claims.clauses import Clause, is_a
from reports.claims.lexicon import Word
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
_ONLINE = ("网", "线上", "互联网", "在线", "电子", "平台", "门户", "政府网")


def denied(clause: Clause, reading: Reading) -> list[Found]:
    """None received, none carried over: 未收到政府信息公开申请; 无上年结转; 依申请公开事项为零."""
    words = clause.before
    at = next((i for i, word in enumerate(words) if word.kind == "none"), None)
    if at == 1 and words[0].kind == "cause":
        words, at = words[1:], 0  # 因无申请，未收费
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
    channels = runs(words, "channel")  # 现场未收到申请
    rows = _rows(behind)
    if rows or _of_some(words, at):
        known = all(is_a(word, *_DRESS, *NOUNS) for word in behind) and reading.topic == "requests"
        return [Found(cell, 0, words[at].start) for cell in rows if known]
    several = channels != 1 and (not channels or _every_way(behind))
    dress = (*_DRESS, *(("channel",) if several else ()))
    if noun is not None:
        verbs = any(is_a(word, "receive", "accept", "submit", "occur", "everyone") for word in behind[:noun])
        named = behind[noun].kind != "bare_request" or reading.topic == "requests" or verbs
        plain = all(is_a(w, *dress) for w in behind[:noun])
        plain = plain and all(is_a(w, "filler", "occur", *NOUNS) for w in behind[noun + 1 :])
        return [Found(NEW, 0, words[at].start)] if named and plain else []
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


def _every_way(words: Sequence[Word]) -> bool:
    """Whether ways to ask that are named stand for all: 线上、线下; 网络、信函等; not 电话、传真."""
    ways = [word.text for word in words if word.kind == "channel"]
    online = [way for way in ways if way.startswith(_ONLINE)]
    more = any(word.kind == "rest" or word.text.startswith("等") for word in words)
    return more or 0 < len(online) < len(ways)


def _of_some(words: Sequence[Word], at: int) -> bool:
    """Whether only some of those who may ask are named, or one way to ask: 未收到其他主体申请; 未收到企业、机构申请; 现场未收到
    申请; not 公民、法人."""
    asking = [word for word in words if is_a(word, "applicant.")]
    every = any(word.kind == "applicant.natural_person" or word.text in {"公民", "个人"} for word in asking)
    rest = any(word.kind == "rest" for word in words) and not runs(words, "channel")
    return rest or (bool(asking) and not every) or runs(words[:at], "channel") == 1


def _rows(words: Sequence[Word]) -> list[str]:
    """The rows of applicants of whom it is said that none asked: 无科研机构、法律服务机构申请; none where the words name all
    who may ask, or some in other words."""
    named = [word.kind for word in words if is_a(word, "applicant.")]
    if not named or "applicant.unnamed" in named or ("applicant.natural_person" in named and len(set(named)) > 1):
        return []
    return [f"applications.new.{kind.partition('.')[2]}" for kind in dict.fromkeys(named)]
