"""Figures about reconsideration and litigation (table 四), and sentences that there was none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from reports.claims.clauses import Clause, is_a, names
from reports.claims.lexicon import Word
from reports.claims.reading import CLEAR, note_of
from reports.claims.scope import Found, Period, compared, of_year, outside, period_of
from reports.report import Number

GROUPS = {
    "dispute.reconsideration": "disputes.reconsideration",
    "dispute.litigation_direct": "disputes.litigation_direct",
    "dispute.litigation_after_reconsideration": "disputes.litigation_after_reconsideration",
    "dispute.litigation": "disputes.litigation_*",
}
_KNOWN = (*CLEAR, "cause", "dispute.", "outcome.", "part", "within", "clause", "each", "topic_of")
_SPOILED = ("lost", "rate", "except", "change", "compare", "older", "other_body", "half", "title", "other_matter")


@dataclass(slots=True)
class _DisputeState:
    """The group that the sentence speaks of and what it has said of it."""

    group: str = ""
    total: Number | None = None
    period: Period = "this"
    out: list[Found] = field(default_factory=list)


def find(found: Sequence[Clause], year: int | None, elsewhere: bool = False) -> list[Found]:
    """The claims of one sentence's clauses about disputes over disclosure. ``elsewhere``: what the sentence before it told
    of another body or time."""
    state = _DisputeState()
    if not names(found, "dispute.") or _only_some(found):
        return []
    waiting: list[str] = []
    counted: Clause | None = None
    for clause, away in zip(found, outside(found, year, elsewhere), strict=True):
        if clause.figure is None:
            if not away and not any(is_a(word, "lost") for word in clause.before):
                state.out += _none(clause, year)
            continue
        requests, counted = _of_requests(clause, counted), clause
        if requests:
            continue
        groups = _named(clause, state)
        if groups:
            state.group, state.total = groups[-1], None
        if clause.says("respectively") and len(groups) > 1:
            waiting = groups
        if not state.group or away or _spoiled(clause, state, year):
            waiting = []
            continue
        if waiting:
            if all(is_a(word, *_KNOWN, "respectively") for word in clause.own) and not clause.says("outcome."):
                state.out.append(Found(f"{waiting.pop(0)}.total", clause.figure.value, clause.start))
            else:
                waiting = []
            continue
        _figure(clause, list(dict.fromkeys(groups)), state)
    return state.out


def _named(clause: Clause, state: _DisputeState) -> list[str]:
    """The groups that a figure is told of by its own words, or by those that lead to it."""
    groups = [GROUPS[word.kind] for word in clause.find("dispute.")]
    if len(groups) > 1 and all(group.startswith("disputes.litigation") for group in groups):
        groups = [group for group in groups if not group.endswith("*")] or groups[-1:]  # 行政诉讼（复议后起诉）
    if not groups and (state.group == "" or not clause.says("outcome.")):
        groups = [GROUPS[word.kind] for word in clause.lead if word.kind in GROUPS]
    return groups


def _of_requests(clause: Clause, counted: Clause | None) -> bool:
    """Whether a figure is of the requests counted before it, not of all disputes: 不予公开的8件中有3件被提起行政复议."""
    within = [word.kind for word in clause.before[:1]] == ["within"]
    return within and counted is not None and not counted.says("dispute.")


def _only_some(found: Sequence[Clause]) -> bool:
    """Whether the first figure is of disputes of all kinds: 被申请复议35件，其中涉及政府信息公开3件."""
    counted = [clause for clause in found if clause.figure is not None and clause.says("dispute.", "disclosure")]
    if not counted or _of_disclosure([*counted[0].own, *counted[0].lead]):
        return False
    return any(clause.listed and _of_disclosure(clause.own) for clause in counted[1:])


def _of_disclosure(words: Sequence[Word]) -> bool:
    return any(is_a(word, "disclosure", "request", "on_request") or "信息公开" in word.text for word in words)


def _spoiled(clause: Clause, state: _DisputeState, year: int | None) -> bool:
    if clause.figure is None or clause.figure.kind != "figure" or clause.says(*_SPOILED) or compared(clause.own, year):
        return True
    period = period_of(clause, state.period, year)
    if not clause.depth and not clause.listed:
        state.period = period  # that of an aside (其中1件为2023年) ends with it
    return period != "this"


def _figure(clause: Clause, groups: list[str], state: _DisputeState) -> None:
    figure = clause.figure
    assert figure is not None
    outcomes = clause.find("outcome.")
    if any(is_a(word, "unrelated") for word in (*clause.tail, *clause.trail)):
        return
    known = all(is_a(word, *_KNOWN) or of_year(word, None) for word in clause.own)
    reviewed = any(is_a(word, "accept") for word in clause.before)
    handled = reviewed or any(is_a(word, "accept", "done") for word in clause.after)
    if reviewed:
        state.group = ""  # 受理行政复议案件7件: what a reviewing body counts of others, and so what it says of them
    if not known or handled:
        return
    if len(groups) > 1:
        if (
            clause.says("each")
            or not figure.value
            or any(word.text.startswith(("各", "均", "都")) for word in clause.own)
        ):
            state.out += [Found(f"{group}.total", figure.value, clause.start) for group in groups if not outcomes]
        elif not outcomes and set(groups) == {GROUPS["dispute.reconsideration"], GROUPS["dispute.litigation"]}:
            state.out.append(Found("disputes.*.total", figure.value, clause.start, note_of(figure)))
        return
    if len(outcomes) == 1:
        column = outcomes[0].kind.partition(".")[2]
        state.out.append(Found(f"{state.group}.{column}", figure.value, clause.start, note_of(figure)))
    elif not outcomes and groups:
        state.total = figure.value
        state.out.append(Found(f"{state.group}.total", figure.value, clause.start, note_of(figure)))
        _all_of_it(clause, state)


def _all_of_it(clause: Clause, state: _DisputeState) -> None:
    """What is said of all of them: 2件，均维持; 1件，申请人已撤回."""
    figure = clause.figure
    following = [*clause.tail, *clause.trail]
    way = [word for word in following if is_a(word, "dispute.")]
    every = any(is_a(word, "clause", "each") or word.text.startswith(("均", "全")) for word in following)
    if state.group.endswith("*") and len(way) == 1 and every and all(is_a(word, *_KNOWN) for word in following):
        group = GROUPS[way[0].kind]
        if figure is not None and group != state.group:
            state.out.append(Found(f"{group}.total", figure.value, way[0].start))  # 3件，均为直接起诉
    outcomes = [word for word in following if is_a(word, "outcome.")]
    if figure is None or len(outcomes) != 1 or not all(is_a(word, *_KNOWN) for word in following):
        return
    if every or figure.value == 1:
        column = outcomes[0].kind.partition(".")[2]
        state.out.append(Found(f"{state.group}.{column}", figure.value, outcomes[0].start))


def _in_list(words: Sequence[Word], at: int) -> bool:
    """Whether a word stands in a list with disputes: 引发举报、投诉、行政诉讼; 行政复议、行政诉讼和投诉举报."""
    ahead = [word for word in words[:at] if is_a(word, "dispute.")]
    behind = next((word for word in words[at + 1 :] if word.kind != "filler"), None)
    return bool(ahead) or (behind is not None and is_a(behind, "pause", "other_matter"))


def _with_named(clause: Clause) -> list[Word]:
    """The words of a clause, with those it answers: 行政复议、行政诉讼：无."""
    bare = all(is_a(word, "none", "filler", "occur") for word in clause.before)
    start = len(clause.lead)
    while bare and start and is_a(clause.lead[start - 1], "dispute.", "pause", "filler"):
        start -= 1
    return [*clause.lead[start:], *clause.before]


def _none(clause: Clause, year: int | None) -> list[Found]:
    """未发生因政府信息公开引起的行政复议、行政诉讼: nought for each group that is named."""
    words: list[Word] = _with_named(clause)
    at = next((i for i, word in enumerate(words) if word.kind == "none"), None)
    groups = [word for word in words if is_a(word, "dispute.")]
    if (
        at is None
        or not groups
        or clause.says("part")
        or any(is_a(w, "outcome.", *set(_SPOILED) - {"other_matter"}) for w in words)
    ):
        return []
    if any(w.kind == "other_matter" and not _in_list(words, i) for i, w in enumerate(words)):
        return []  # 未发生投诉引起的行政复议
    if period_of(clause, "this", year) != "this" or any(of_year(word, year) in {"last", "other"} for word in words):
        return []
    if not all(is_a(w, *_KNOWN, "other_matter", "none") or of_year(w, year) for w in words[at:]):
        return []
    received = any(is_a(word, "receive", "accept") for word in words)
    if received and not _of_disclosure(words) and not any(is_a(word, "cause") for word in words):
        return []  # 未收到行政复议申请: what a reviewing body has of others
    if groups[0].start < words[at].start and any(is_a(w, "receive", "accept", "submit") for w in words[:at]):
        return []
    return [Found(f"{GROUPS[word.kind]}.total", 0, words[at].start) for word in groups]
