"""Figures about requests for disclosure: received, carried in and out, handled, by applicant and by result.

A figure is a claim where the words between what it counts and itself are all understood, and where its scope is certain:
the whole of the report's year, or the part that a cell of table 三 stands for. Parts by channel, month or body are not claims.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest

from reports.claims.carried import (
    add_carried,
    add_level,
    add_quoted,
    direction_of,
    includes_carried_in,
    is_end_of_year,
    mark_with_carried_in,
    without_cause,
)
from reports.claims.clauses import Clause, is_a
from reports.claims.lexicon import Word
from reports.claims.none import denied
from reports.claims.parts import add_all_of_one_kind, add_applicant, add_sum_of_parts, is_part, of_part
from reports.claims.reading import (
    PARTIAL,
    VERBS,
    Reading,
)
from reports.claims.respectively import spread
from reports.claims.results import add_result
from reports.claims.scope import (
    DIRECTED,
    NOUNS,
    Found,
    Matter,
    Period,
    compared,
    is_next,
    matter_of,
    outside,
    period_of,
)
from reports.claims.wholes import add_up_handled, add_whole, closes_list

# Before a figure without a unit.
_PUT = frozenset(["为", "是", "有", "达", "达到", "数量", "总数", "总量", "件数", "数", "量"])


def find(found: Sequence[Clause], topic: Matter, year: int | None) -> list[Found]:
    """The claims of one sentence's clauses about requests."""
    return read(found, topic, year).out


def read(
    found: Sequence[Clause], topic: Matter, year: int | None, period: Period = "this", elsewhere: bool = False
) -> Reading:
    """All that one sentence tells of requests, the lists of parts included. ``period`` and
    ``elsewhere``: of the sentence before it, which go on where this one names none."""
    reading = Reading(year, topic, period=period, aside_period=period)
    dealt = spread(found)
    for clause, following, reading.elsewhere in zip_longest(dealt, dealt[1:], outside(dealt, year, elsewhere)):
        reading.rises = _rises(clause, following)
        reading.excepting = clause.piece if clause.says("except") else reading.excepting
        reading.includes_carried |= includes_carried_in(clause, reading)
        if clause.figure is None:
            reading.out += denied(clause, reading)
        else:
            for single in _each(clause):
                reading.before, reading.clause = reading.clause, single
                _figure(single, reading)
    add_sum_of_parts(reading)
    mark_with_carried_in(reading)
    add_up_handled(reading)
    return reading


def _rises(clause: Clause, following: Clause | None) -> bool:
    """Whether the figure is one that another took the place of: 由278件增至301件."""
    if following is None or following.figure is None or not following.before or following.piece != clause.piece:
        return False
    first = following.before[0]
    return first.kind == "change" and first.text.endswith(("至", "到", "为")) and not following.says(*NOUNS, *VERBS)


def _each(clause: Clause) -> list[Clause]:
    """A figure told of several things at once: 收到、办结均为17件; 上年结转、结转下年均为0."""
    marks = [i for i, word in enumerate(clause.before) if word.kind == "each" or word.text in {"均为", "都为"}]
    if not marks and clause.figure is not None and clause.figure.value == 0 and len(clause.find("applicant.")) > 1:
        marks = [len(clause.before)]  # 科研机构、法律服务机构为零
    if not marks or not any(word.kind == "pause" for word in clause.before[: marks[-1]]):
        return [clause]
    parts: list[list[Word]] = [[]]
    for word in clause.before[: marks[-1]]:
        if word.kind == "pause":
            parts.append([])
        else:
            parts[-1].append(word)
    return [replace(clause, before=part) for part in parts if part]


def _figure(clause: Clause, reading: Reading) -> None:
    """One figure."""
    clause = _with_trail(clause, reading.year)
    figure = clause.figure
    if figure is not None and figure.kind == "persons" and _at_a_place(clause):
        reading.place = clause.piece
    if figure is None or figure.kind != "figure" or (not figure.unit and not _stands_alone(clause)):
        return
    directed = direction_of(clause, reading.year)
    reading.at_end |= any(map(is_end_of_year, (*clause.lead, *clause.before)))
    if (
        reading.at_end
        and clause.says("pending")
        and all(is_a(word, "pending", "filler", "total") for word in clause.own)
    ):
        directed = "out"  # 截至12月31日，办结8件，待处理3件
    if not _of_requests(clause, directed, reading) or add_level(clause, reading):
        return
    if compared(clause.before, reading.year) or not _of_this_year(clause, directed, reading) or reading.rises:
        add_quoted(clause, reading)
    elif directed and not (reading.elsewhere and not clause.says(*DIRECTED[1:], "last_year", "next_year", "year")):
        add_carried(clause, directed, reading)
    elif reading.elsewhere:
        reading.strays += not is_part(clause, reading)
    elif not closes_list(clause, reading):
        _whole_or_part(clause, reading)


def _at_a_place(clause: Clause) -> bool:
    return is_a(next(iter(clause.before), Word("", "", 0, 0)), "channel")


def _of_requests(clause: Clause, directed: str, reading: Reading) -> bool:
    """Whether a figure counts requests; what it counts is the matter of those behind it."""
    result = clause.find("result.")
    matter = matter_of(clause, reading.matter, reading.topic)
    if clause.listed and clause.says("other_matter") and not clause.says("topic_of") and reading.whole is not None:
        # 其中含6项备案: no requests at all
        reading.out = [found for found in reading.out if found is not reading.whole]
        reading.whole = None
    if matter == reading.topic and _counts_else(clause):
        matter = "other"
    if matter in {"", "other"} and not clause.says("other_matter") and (directed or (result and reading.whole)):
        matter = "requests" if reading.topic == "requests" or directed else matter
    beside, reading.matter = reading.matter == "other", matter
    if matter == "requests" and not (beside and clause.says("on_request") and not clause.says(*VERBS)):
        return True
    reading.matter = "other" if beside else matter  # 主动公开5件，依申请公开3件 are ways of publishing documents
    reading.strays += reading.parts is not None
    return False


def _counts_else(clause: Clause) -> bool:
    """Whether a figure without a noun of ours counts what no list knows: 收到协查函3件; 审核信息3条."""
    if clause.says(*NOUNS, "result.", "channel", "applicant.", *DIRECTED):
        return False
    verb = next((i for i, word in enumerate(clause.before) if is_a(word, "receive", "accept")), None)
    what = clause.before[verb + 1 :] if verb is not None else []
    return any(word.kind == "unknown" for word in what) or clause.says("activity", "published", "measure_of_others")


def _of_this_year(clause: Clause, directed: str, reading: Reading) -> bool:
    """Whether a figure is of the report's year, which those behind it then are too."""
    period = reading.aside_period if clause.depth else reading.period
    if not directed or clause.says(*DIRECTED):
        period = period_of(clause, period, reading.year)
    reading.aside_period = period  # that of an aside ends with it: 收到8件（去年6件），办结7件
    if not clause.depth:
        reading.period = period
    return period == "this"


def _whole_or_part(clause: Clause, reading: Reading) -> None:
    """A figure of the year: a part of a list, a whole, or a row of the results."""
    result = clause.find("result.")
    if is_part(clause, reading):
        add_applicant(clause, reading)
    elif clause.says("carry", "move", *PARTIAL) or of_part(clause, reading):
        reading.unclaimed |= not result and not clause.listed
        reading.strays += 1
    elif not result:
        made = len(reading.out)
        add_whole(clause, reading)
        add_all_of_one_kind(clause, reading)
        reading.unclaimed = len(reading.out) == made
        reading.strays += reading.unclaimed
    elif not (clause.listed and reading.unclaimed):
        add_result(clause, result, reading)


def _with_trail(clause: Clause, year: int | None) -> Clause:
    """A figure of which only the next clause says where it goes: 剩余3件因未到期，结转至下年."""
    dress = ("filler", "total", "pending", "cause", "clause", "rest", "part", "within", *NOUNS)
    lead = _share_of(clause)
    if lead:
        return replace(clause, before=[*lead, *clause.before], lead=[])
    own = [
        word for word in without_cause(clause.own) if word in clause.before or not is_a(word, "receive", "this_year")
    ]
    bare = all(is_a(word, *dress) for word in own)  # 3件于年底收到的申请，结转下年
    among = any(word.kind == "within" for word in clause.before)  # 全部申请中3件已答复
    if (
        bare
        and (among or not clause.says(*NOUNS))
        and any(is_a(word, "done", "result.", "applicant.") for word in clause.tail)
    ):
        return replace(clause, after=[*clause.after, *clause.tail], tail=[])  # 其中18件已答复
    following = any(is_next(word, year) for word in clause.trail)
    if not bare or not (following or any(is_a(word, "carry", "move") for word in (*clause.tail, *clause.trail))):
        return clause
    after = [*without_cause(clause.after), *clause.tail, *clause.trail]
    return replace(clause, after=after, tail=[], trail=[])


def _share_of(clause: Clause) -> list[Word]:
    """What a figure without a subject counts, where its share stands between: 自然人申请占绝大多数，达3件; 公开占15%，计8件."""
    at = next((i for i, word in enumerate(clause.lead) if is_a(word, "rate", "rank")), None)
    if at is None:
        return []
    bare = bool(clause.before) and all(is_a(word, "filler", "total") for word in clause.own)
    subject = clause.lead[:at]
    named = sum(is_a(word, "applicant.", "result.") for word in subject)
    known = all(is_a(word, "applicant.", "result.", "part", "filler", "done", "within", *NOUNS) for word in subject)
    return subject if bare and named == 1 and known and clause.says("total", "filler") else []


def _stands_alone(clause: Clause) -> bool:
    """Whether a figure without a unit is a count: 数量为0, 申请：3, 零申请."""
    figure = clause.figure
    if figure is not None and figure.value == 0 and clause.after and is_a(clause.after[0], *NOUNS, *VERBS):
        return True
    if not clause.before:
        return False
    last = clause.before[-1]
    put = is_a(last, "total", *NOUNS, "carry", "receive", "result.", "applicant.", "done", "next_year") or (
        is_a(last, "filler", "each") and (last.text in _PUT or last.text.endswith("为"))
    )
    return put and not any(word.kind == "unknown" for word in clause.after)
