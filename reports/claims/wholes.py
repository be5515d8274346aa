"""Figures of the whole year: what was received, what was handled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reports.claims.carried import direction_of
from reports.claims.clauses import Clause, is_a
from reports.claims.lexicon import Word
from reports.claims.parts import only_kind
from reports.claims.reading import (
    EVERY,
    HANDLED,
    NEW,
    VERBS,
    Reading,
    clear,
    note_of,
    says_new,
)
from reports.claims.scope import (
    NOUNS,
    Found,
    compared,
    of_year,
    runs,
)

_CLOSING = ("total", "filler", "bare_request", "request", "this_year", "year")
_COUNT = ("总数", "总量", "总件数", "数量", "件数")
_RESULTS = {"granted", "partial", "denied", "unavailable", "rejected", "other*"}


def _verb(clause: Clause) -> tuple[Word | None, list[Word]]:
    """The verb of a figure and the words between the two: the last before it, else the first after it."""
    verbs = [index for index, word in enumerate(clause.before) if is_a(word, *VERBS)]
    while len(verbs) > 1 and clause.before[verbs[-1]].kind == "submit":
        verbs.pop()  # 收到公众提出的申请
    if verbs:
        return clause.before[verbs[-1]], [*clause.before[verbs[-1] + 1 :], *clause.after]
    for index, word in enumerate(clause.after):
        if is_a(word, "done", "receive", "receive_done"):
            return word, [*clause.before, *clause.after[:index]]
    return None, []


def add_whole(clause: Clause, reading: Reading) -> None:
    """A figure of the whole year: what was received, what was handled."""
    within = bool(clause.after) and clause.after[-1].kind == "within"  # 办结的12件中，
    if within:
        clause = replace(clause, after=clause.after[:-1])
    verb, between = _verb(clause)
    if _trails_off(clause, reading.year) or (reading.place == clause.piece and not clause.says("this_year", "total")):
        return
    if verb is None:
        _plain(clause, reading, within)
        return
    named = clause.says(*NOUNS) or any(is_a(word, *NOUNS) for word in clause.lead)
    nought = clause.figure is not None and clause.figure.value == 0
    several = "each" if verb.kind == "receive_done" or nought else ""  # 收到和答复申请均为3件, 收到和处理申请均为0件
    rest = "rest" if _beside_carried_out(reading) else ""
    among = "within" if verb.kind == "done" else ""  # 全部申请中3件已答复
    known = ("clause", several, rest, among, "part" if clause.listed else "")
    if not clear(between, *known) or not (named or reading.topic == "requests" or reading.whole):
        return
    if verb.kind == "done":
        if not _of_those_received(clause) and _ours(clause, verb):  # 优秀答复3件: some of all
            _done(clause, reading)
    elif verb.kind in {"receive", "receive_done"} or _submitted(clause, verb):
        _received(clause, verb, reading)
    elif verb.kind == "accept" and not clause.depth and (named or verb.text.endswith("受理")) and _ours(clause, verb):
        _accepted(clause, reading)


def _of_those_received(clause: Clause) -> bool:
    """Whether what was handled is of those received this year alone: 今年收到的申请已办结8件."""
    pairs = zip(clause.before, clause.before[1:], strict=False)
    return any(word.kind == "receive" and following.text == "的" for word, following in pairs)


def _beside_carried_out(reading: Reading) -> bool:
    """Whether the figure before was carried out, so that the rest is all that was handled: 除结转3件外，其余8件均已办结."""
    return reading.before is not None and direction_of(reading.before, reading.year) == "out"


def closes_list(clause: Clause, reading: Reading) -> bool:
    """Whether the figure is the sum that ends a list, and takes it: 收到自然人申请2件、企业申请3件，合计5件."""
    figure, parts = clause.figure, reading.parts
    bare = clause.says("total") and all(is_a(word, *_CLOSING) for word in clause.own)
    if figure is None or not bare or reading.whole is not None or clause.depth or not figure.unit:
        return False
    rows = {cell.split(".")[1] for cell in (found.cell for found in reading.out) if cell.startswith("applications.")}
    if parts is not None and len(parts.figures) > 1 and parts.first is not None and parts.first.says("receive"):
        _take(clause, Found(NEW, figure.value, clause.start, note_of(figure)), reading)
    elif len(rows & _RESULTS) >= len(_RESULTS) - 1 and not rows - _RESULTS:
        _take(clause, Found(HANDLED, figure.value, clause.start, note_of(figure)), reading)
    else:
        return False
    return True


def _submitted(clause: Clause, verb: Word) -> bool:
    """Whether the public hands in: 公众提出申请3件, 12人提出申请15件."""
    if verb.kind != "submit" or not clause.says("everyone", "persons") or not clause.says(*NOUNS):
        return False
    return clear([word for word in clause.before if word.end <= verb.start], "clause")  # 15名村民联名提出: some of all


def _ours(clause: Clause, verb: Word) -> bool:
    """Whether nothing unknown stands right before the verb: 协调成员单位办理申请3件."""
    before = [word for word in clause.before if word.end <= verb.start]
    return not before or before[-1].kind != "unknown"


def _accepted(clause: Clause, reading: Reading) -> None:
    """受理 and 办理 may count what was received, what was handled, or what was carried in as well."""
    if reading.whole is not None:
        reading.under_handled = True  # 收到176件，办理177件: what is listed behind it is of the second
    elif clause.figure is not None:
        _take(clause, Found(NEW, clause.figure.value, clause.start, "handled_words"), reading)


def _received(clause: Clause, verb: Word, reading: Reading) -> None:
    figure = clause.figure
    assert figure is not None
    if reading.under_handled and (clause.listed or clause.depth):
        return  # 答复20件（其中新收18件）: those handled of the year's
    if reading.whole is not None and reading.whole.cell == NEW and not clause.listed and not says_new(clause):
        return  # received a second time in one sentence: not both can be the whole
    accepted = "受理" in verb.text and "收" not in verb.text
    _take(clause, Found(NEW, figure.value, clause.start, "handled_words" if accepted else note_of(figure)), reading)
    if verb.kind == "receive_done":
        reading.add(Found(HANDLED, figure.value, verb.start + 1, note_of(figure)))


def _take(clause: Clause, found: Found, reading: Reading) -> None:
    reading.add(found)
    reading.whole = reading.latest = found
    if clause.listed:
        reading.listed_new.add(found.start)  # 其中本年新收16件: what was carried in stands beside it
    reading.parts, reading.of_carried, reading.under_handled = None, False, False


def _plain(clause: Clause, reading: Reading, within: bool) -> None:
    """What is counted beside its figure without a verb: 政府信息公开申请26件; 依申请公开52件; 共26件政府信息公开申请."""
    figure = clause.figure
    assert figure is not None
    if reading.whole is not None or clause.depth or not clear(clause.before, "clause") or not clear(clause.after):
        return
    nouns = clause.find(*NOUNS)
    if not nouns:
        lead = [word for word in clause.lead if is_a(word, *NOUNS)]
        # 申请全部来自自然人，共3件
        every = ("clause", "each", "applicant.") if len(clause.lead) and _is_of_all(clause.lead) else ()
        behind = clause.lead[clause.lead.index(lead[-1]) :] if lead else []
        risen = compared(behind, reading.year) or any(is_a(word, "older") for word in behind)
        if risen and any(
            of_year(word, reading.year) == "this" for word in clause.own
        ):  # 申请数较往年大幅增长，全年达3件
            behind = [word for word in behind if not is_a(word, "compare", "change", "older", "last_year", "year")]
        elif not clause.says("total") and not (clause.before and clause.before[0].text.startswith(_COUNT)):
            return
        some = runs(clause.lead, "channel") == 1 or sum(is_a(word, "applicant.") for word in clause.lead) == 1
        if not lead or not clear(behind, *every) or (some and not every):
            return  # 主要通过网络提出申请，共3件
        if every and not clause.own[1:] and any(word.kind == "done" for word in clause.lead):
            if not any(is_a(word, "receive", "carry") for word in clause.lead):
                _done(clause, reading)  # 所有申请均已办结，共计3件
            return
        nouns = lead
    noun = nouns[-1]
    counted = clause.says("total") or "数" in noun.text or "量" in noun.text or figure.value == 0
    counted |= reading.topic == "requests" and clause.says("this_year", "year")  # 本年度申请3件
    counted |= only_kind(clause) is not None  # 3件申请均来自自然人
    among = (
        noun.kind == "bare_request" and within and all(is_a(word, "filler", "clause") for word in clause.before)
    )  # 12件申请中，
    if noun.kind == "bare_request" and not counted and not among:
        return
    if noun.kind == "on_request" and noun.text.endswith(("情况", "工作", "方面")) and figure.value:
        return
    if among:
        reading.latest = Found(NEW, figure.value, clause.start, "handled_words")
        reading.add(reading.latest)
        return
    certain = noun.kind == "request" and "申请" in noun.text[-4:]
    _take(clause, Found(NEW, figure.value, clause.start, note_of(figure) if certain else "handled_words"), reading)


def _is_of_all(words: Sequence[Word]) -> bool:
    return any(is_a(word, "each") or any(mark in word.text for mark in EVERY) for word in words)


def _is_said_to_be(words: Sequence[Word]) -> bool:
    """Whether what comes next says what was counted: 3件，均为信访件; not 3件，逐件登记备案."""
    last = words[-1] if words else None
    return (
        last is None
        or last.kind in {"each", "occur", "cause"}
        or last.text.endswith(("为", "是", "系", "属", "由", "自"))
    )


def _trails_off(clause: Clause, year: int | None) -> bool:
    """Whether what follows the figure takes its certainty: 3件均为上年结转; 3件，系市政府转办."""
    following = [*clause.tail, *clause.trail]
    if following and following[0].text == "占" and any(is_a(word, "this_year", "total") for word in following[1:3]):
        return True  # 3件，占全年11%
    topic = next((i for i, word in enumerate(following) if is_a(word, "topic_of", "rest")), len(following))
    following = following[:topic]  # 3件，主要涉及不动产登记、信访; 3件，其余结转下年
    if any(is_a(word, "none", "part", "without", "rank") for word in following):
        return False
    share = [word.text for word in following[1:2]] == ["占"]
    if any(is_a(word, "other_body", "carry", "move") for word in following[share:]):
        return True  # but 3件，区本级占20%
    if any(word.kind == "other_matter" and _is_said_to_be(following[:at]) for at, word in enumerate(following)):
        return True
    return not compared(following, year) and any(of_year(word, year) == "last" for word in following)


# ------------------------------------------------------------------ handled


def _done(clause: Clause, reading: Reading) -> None:
    figure = clause.figure
    assert figure is not None
    if clause.listed and reading.handled:
        return  # 办结5件，其中当年办结3件
    reading.handled.append(("new", clause))
    reading.latest = Found(HANDLED, figure.value, clause.start, note_of(figure))
    reading.add(reading.latest)
    reading.of_carried, reading.under_handled = False, True


def add_up_handled(reading: Reading) -> None:
    """What was handled, told in parts: 办结11件，办理上年结转4件. They are added up.

    Where another body's stand among them, where last year's are said to be handled beside them (上年结转3件已全部办结), where
    the sentence gives several figures, or where the figure is called the year's whole before last year's are named, it is
    not certain what is the whole."""
    ours = [found for found in reading.out if found.cell == HANDLED]
    kinds = [kind for kind, _ in reading.handled]
    whole = any(kind == "new" and clause.says("total", "this_year") for kind, clause in reading.handled)
    carried = "carried" in kinds
    apart = "besides" in kinds and not any(clause.says("total") for kind, clause in reading.handled if kind == "new")
    if (
        apart
        or "other" in kinds
        or len({found.value for found in ours}) > 1
        or (carried and whole and kinds[0] != "carried")
    ):
        reading.out = [found for found in reading.out if found.cell != HANDLED]
    elif ours and carried and not whole:
        extra = sum((c.figure.value for kind, c in reading.handled if kind == "carried" and c.figure), 0)
        together = replace(ours[0], value=ours[0].value + extra)
        reading.out = [together if found is ours[0] else found for found in reading.out]
