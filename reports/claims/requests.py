"""Figures about requests for disclosure: received, carried in and out, handled, by applicant and by result.

A figure is a claim where the words between what it counts and itself are all understood, and where its scope is certain:
the whole of the report's year, or the part that a cell of table 三 stands for. Parts by channel, month or body are none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from reports.claims.clauses import Clause, is_a
from reports.claims.lexicon import Word
from reports.claims.scope import (
    DIRECTED,
    NOUNS,
    Found,
    Matter,
    Parts,
    Period,
    compared,
    criterion,
    is_next,
    matter_of,
    of_year,
    period_of,
)
from reports.report import Number

NEW, HANDLED = "applications.new.total", "applications.handled.total"
CARRIED_IN, CARRIED_OUT = "applications.carried_in.total", "applications.carried_out.total"
GROUPS = {
    "result.denied": "applications.denied.*.total",
    "result.unavailable": "applications.unavailable.*.total",
    "result.rejected": "applications.rejected.*.total",
    "result.other": "applications.other*.total",
}
VERBS = ("receive", "receive_done", "submit", "accept", "done")
# Words that say nothing of a figure's scope.
CLEAR = ("filler", "disclosure", "total", "about", "everyone", "pause", "this_year", "occur", "persons", *NOUNS, *VERBS)
# Words under which a figure is none of the whole year's.
PARTIAL = (
    "rate", "qualified", "other_result", "except", "without", "change", "compare", "half", "day", "older", "none",
    "pending", "topic_of", "activity", "other_matter", "dispute.", "lost", "within", "respectively",
)  # fmt: skip


# Before a figure without a unit.
_PUT = frozenset(["为", "是", "有", "达", "达到", "数量", "总数", "总量", "件数", "数", "量"])


@dataclass(slots=True)
class Reading:
    """What a sentence has told so far."""

    year: int | None
    topic: Matter
    out: list[Found] = field(default_factory=list)
    matter: Matter = ""
    period: Period = "this"
    whole: Found | None = None
    latest: Found | None = None
    listed_new: set[int] = field(default_factory=set)
    parts: Parts | None = None
    lists: list[Parts] = field(default_factory=list)
    partial: list[Clause] = field(default_factory=list)
    of_carried: bool = False
    includes_carried: bool = False
    under_handled: bool = False
    handled: list[tuple[str, Clause]] = field(default_factory=list)

    def add(self, found: Found) -> None:
        """Takes a claim."""
        self.out.append(found)


def find(found: Sequence[Clause], topic: Matter, year: int | None) -> list[Found]:
    """The claims of one sentence's clauses about requests."""
    return read(found, topic, year).out


def read(found: Sequence[Clause], topic: Matter, year: int | None) -> Reading:
    """All that one sentence tells of requests, the lists of parts included."""
    reading = Reading(year, topic)
    for clause in found:
        reading.includes_carried |= _includes(clause, reading)
        if clause.figure is None:
            reading.out += _denied(clause, reading)
        else:
            for single in _each(clause):
                _figure(single, reading)
    _sum_of_parts(reading)
    _with_carried_in(reading)
    _handled_in_parts(reading)
    return reading


def _each(clause: Clause) -> list[Clause]:
    """A figure told of several things at once: 收到、办结均为17件; 上年结转、结转下年均为0."""
    marks = [i for i, word in enumerate(clause.before) if word.kind == "each" or word.text in {"均为", "都为"}]
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
    figure = clause.figure
    assert figure is not None
    clause = _with_trail(clause)
    if figure.kind != "figure" or (not figure.unit and not _stands_alone(clause)):
        return
    matter = matter_of(clause, reading.matter, reading.topic)
    if clause.listed and clause.says("other_matter") and not clause.says("topic_of") and reading.whole is not None:
        reading.out = [
            found for found in reading.out if found is not reading.whole
        ]  # 其中含6项备案: no requests at all
        reading.whole = None
    directed = _direction(clause, reading.year)
    result = clause.find("result.")
    if matter in {"", "other"} and not clause.says("other_matter") and (directed or (result and reading.whole)):
        matter = "requests" if reading.topic == "requests" or directed else matter
    beside, reading.matter = reading.matter == "other", matter
    if matter != "requests" or (beside and clause.says("on_request") and not clause.says(*VERBS)):
        return  # 主动公开5件，依申请公开3件 are ways of publishing documents
    if compared(clause.before, reading.year):
        _quoted(clause, reading)
        return
    reading.period = period_of(clause, reading.period, reading.year)
    if reading.period != "this":
        _quoted(clause, reading)
        return
    if directed:
        _carried(clause, directed, reading)
        return
    if _is_part(clause, reading):
        _applicant(clause, reading)
        return
    if clause.says("carry", "move", *PARTIAL) or _of_part(clause, reading):
        return
    if result:
        _result(clause, result, reading)
    else:
        _whole(clause, reading)


def _with_trail(clause: Clause) -> Clause:
    """A figure of which only the next clause says where it goes: 剩余3件因未到期，结转至下年."""
    bare = all(is_a(word, "filler", "total", "pending", "cause", "clause", "rest") for word in clause.own)
    if not bare or not any(is_a(word, "carry", "move") for word in clause.trail):
        return clause
    return replace(clause, after=[*clause.after, *clause.tail, *clause.trail], tail=[], trail=[])


def _stands_alone(clause: Clause) -> bool:
    """Whether a figure without a unit is a count: 数量为0, 申请：3, 零申请."""
    figure = clause.figure
    if figure is not None and figure.value == 0 and clause.after and is_a(clause.after[0], *NOUNS, *VERBS):
        return True
    if not clause.before:
        return False
    last = clause.before[-1]
    put = is_a(last, "total", *NOUNS, "carry", "receive", "result.") or (
        last.kind == "filler" and (last.text in _PUT or last.text.endswith("为"))
    )
    return put and not any(word.kind == "unknown" for word in clause.after)


def clear(words: Sequence[Word], *more: str) -> bool:
    """Whether nothing among the words is unknown or narrows what is counted."""
    channels = sum(word.kind == "channel" for word in words)
    applicants = sum(word.kind.startswith("applicant.") for word in words)
    several = (*(("channel",) if channels > 1 else ()), *(("applicant.",) if applicants > 1 else ()))
    return all(is_a(word, *CLEAR, *more, *several) or word.kind == "year" for word in words)


def note_of(figure: Word) -> str:
    """``rounded:STEP`` for a figure that is not exact, else empty."""
    return f"rounded:{figure.step}" if figure.step else ""


# ------------------------------------------------------------------ parts


def _is_part(clause: Clause, reading: Reading) -> bool:
    """Whether the figure counts a part that no cell of the whole stands for, and what that does to the list."""
    figure = clause.figure
    assert figure is not None
    kind = criterion(clause)
    own = (clause.says("receive", "receive_done") and clause.says("this_year", "total")) or _says_new(clause)
    if not kind and clause.says("rest") and reading.parts is not None and not clause.says("result."):
        kind = reading.parts.criterion
    if not kind and clause.listed and not clause.says("result.") and not own:
        over = reading.parts is not None and reading.parts.complete
        told = clause.says("done") and (over or reading.whole is None or figure.value >= _largest(reading))
        kind = "" if told else "listed"
    if not kind:
        return False
    if _is_aside_of_part(clause, reading):
        reading.partial.append(clause)
        return True
    if reading.parts is None or reading.parts.criterion != kind or reading.parts.complete:
        reading.parts = Parts(kind, reading.latest)
        reading.lists.append(reading.parts)
    reading.parts.take(clause, figure, "，".join(word.kind for word in clause.find("half", "applicant.")))
    reading.partial.append(clause)
    return True


def _is_aside_of_part(clause: Clause, reading: Reading) -> bool:
    return clause.depth > 0 and clause.host is not None and clause.host in reading.partial


def _says_new(clause: Clause) -> bool:
    return any(word.text.startswith("新") for word in clause.find("receive"))


def _largest(reading: Reading) -> Number:
    return max(reading.parts.figures, default=0) if reading.parts else 0


def _of_part(clause: Clause, reading: Reading) -> bool:
    """Whether the figure may be of the part named before it: 网络申请65件，办结62件."""
    figure = clause.figure
    assert figure is not None
    if _is_aside_of_part(clause, reading):
        return True
    if reading.of_carried and not clause.says("receive", "total", "this_year"):
        return True
    parts = reading.parts
    if parts is None or parts.complete or parts.piece != clause.piece:
        return False
    if parts.criterion == "body":
        return not clause.says("this_year")
    return figure.value <= _largest(reading) and not clause.says("receive")


def _applicant(clause: Clause, reading: Reading) -> None:
    """A row of applicants: 自然人申请12件."""
    named = clause.find("applicant.")
    figure = clause.figure
    assert figure is not None
    if len(named) != 1 or named[0].kind == "applicant.unnamed" or _is_aside_of_part(clause, reading):
        return
    whole = reading.whole
    if reading.under_handled or (whole is not None and (whole.note or figure.value > whole.value)):
        return
    if clause.says("channel", "result.", "done", "carry", "move", *PARTIAL, "other_body"):
        return
    if not clear([word for word in clause.own if word.kind not in {"part", "clause", named[0].kind}]):
        return
    reading.add(
        Found(f"applications.new.{named[0].kind.partition('.')[2]}", figure.value, clause.start, note_of(figure))
    )


def _sum_of_parts(reading: Reading) -> None:
    """A whole told in its parts alone: 共收到书面申请3件、网络申请4件; 上半年收到3件，下半年收到4件."""
    parts = reading.parts
    if reading.whole is not None or parts is None or parts.first is None or len(parts.figures) < 2:
        return
    first = parts.first
    if any(clause.listed or clause.depth for clause in reading.partial):
        return
    if (
        not first.says("receive")
        or first.says(*set(PARTIAL) - {"half"}, "done")
        or len(reading.partial) != len(parts.figures)
    ):
        return
    together = first.says("total") or first.find("receive")[0].text.startswith("共")
    halves = [word.text for clause in reading.partial for word in clause.find("half")]
    if (parts.criterion == "channel" and together) or halves == ["上半年", "下半年"]:
        reading.add(Found(NEW, parts.sum, first.start))


# ------------------------------------------------------------------ the whole


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


def _whole(clause: Clause, reading: Reading) -> None:
    """A figure of the whole year: what was received, what was handled."""
    verb, between = _verb(clause)
    if _trails_off(clause, reading.year):
        return
    if verb is None:
        _plain(clause, reading)
        return
    named = clause.says(*NOUNS) or any(is_a(word, *NOUNS) for word in clause.lead)
    if not clear(between, "part" if clause.listed else "") or not (
        named or reading.topic == "requests" or reading.whole
    ):
        return
    if verb.kind == "done":
        _done(clause, reading)
    elif verb.kind in {"receive", "receive_done"} or _submitted(clause, verb):
        _received(clause, verb, reading)
    elif verb.kind == "accept" and not clause.depth and (named or verb.text.endswith("受理")):
        _accepted(clause, reading)


def _submitted(clause: Clause, verb: Word) -> bool:
    """Whether the public hands in: 公众提出申请3件, 12人提出申请15件."""
    return verb.kind == "submit" and clause.says("everyone", "persons") and clause.says(*NOUNS)


def _accepted(clause: Clause, reading: Reading) -> None:
    """受理 and 办理 may count what was received, what was handled, or what was carried in as well."""
    if reading.whole is not None:
        reading.under_handled = True  # 收到176件，办理177件: what is listed behind it is of the second
    elif clause.figure is not None:
        _take(clause, Found(NEW, clause.figure.value, clause.start, "handled_words"), reading)


def _received(clause: Clause, verb: Word, reading: Reading) -> None:
    figure = clause.figure
    assert figure is not None
    if reading.whole is not None and reading.whole.cell == NEW and not clause.listed and not _says_new(clause):
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


def _plain(clause: Clause, reading: Reading) -> None:
    """What is counted beside its figure without a verb: 政府信息公开申请26件; 依申请公开52件; 共26件政府信息公开申请."""
    figure = clause.figure
    assert figure is not None
    if reading.whole is not None or clause.depth or not clear(clause.before) or not clear(clause.after):
        return
    nouns = clause.find(*NOUNS)
    if not nouns:
        lead = [word for word in clause.lead if is_a(word, *NOUNS)]
        if not lead or not clause.says("total") or not clear(clause.lead[clause.lead.index(lead[-1]) :]):
            return
        nouns = lead
    noun = nouns[-1]
    told = clause.says("total") or "数" in noun.text or "量" in noun.text or figure.value == 0
    if noun.kind == "bare_request" and not told:
        return
    if noun.kind == "on_request" and noun.text.endswith(("情况", "工作", "方面")):
        return
    certain = noun.kind == "request" and "申请" in noun.text[-4:]
    _take(clause, Found(NEW, figure.value, clause.start, note_of(figure) if certain else "handled_words"), reading)


def _trails_off(clause: Clause, year: int | None) -> bool:
    """Whether what follows the figure takes its certainty: 3件均为上年结转; 3件，系市政府转办."""
    said = [*clause.tail, *clause.trail]
    if any(is_a(word, "none", "part", "without") for word in said):
        return False
    if any(is_a(word, "other_body", "other_matter", "carry", "move") for word in said):
        return True
    return not compared(said, year) and any(of_year(word, year) == "last" for word in said)


# ------------------------------------------------------------------ handled


def _done(clause: Clause, reading: Reading) -> None:
    figure = clause.figure
    assert figure is not None
    reading.handled.append(("new", clause))
    reading.latest = Found(HANDLED, figure.value, clause.start, note_of(figure))
    reading.add(reading.latest)
    reading.of_carried, reading.under_handled = False, True


def _handled_in_parts(reading: Reading) -> None:
    """What was handled, told in parts: 办结11件，办理上年结转4件. They are added up; where another body's stand among
    them, or where the sentence gives several figures, none is the whole."""
    ours = [found for found in reading.out if found.cell == HANDLED]
    kinds = [kind for kind, _ in reading.handled]
    if "other" in kinds or len({found.value for found in ours}) > 1:
        reading.out = [found for found in reading.out if found.cell != HANDLED]
    elif ours and "carried" in kinds:
        extra = sum((c.figure.value for kind, c in reading.handled if kind == "carried" and c.figure), 0)
        whole = Found(HANDLED, ours[0].value + extra, ours[0].start, ours[0].note)
        reading.out = [whole if found is ours[0] else found for found in reading.out]


# ------------------------------------------------------------------ carried over


def _direction(clause: Clause, year: int | None) -> str:
    """``in``, ``out``, ``?`` for what is carried over without a certain direction, empty where nothing is."""
    words = clause.own
    last = [i for i, word in enumerate(words) if of_year(word, year) == "last"]
    following = [i for i, word in enumerate(words) if is_next(word, year)]
    carry = [i for i, word in enumerate(words) if is_a(word, "carry", "move", "pending")]
    if following and (carry or clause.says("accept", "done")):
        return "?" if last else "out"
    if last and any(is_a(words[i], "carry", "pending") for i in carry):
        return "in"
    arrows = [i for i in carry if words[i].kind == "carry"]
    if arrows and any(of_year(word, year) == "this" for word in words[arrows[-1] :]):
        return "in"
    return "?" if arrows else ""


def _carried(clause: Clause, direction: str, reading: Reading) -> None:
    figure = clause.figure
    assert figure is not None
    spoiled = set(PARTIAL) - {"pending", "none", "without"}
    if _of_part(clause, reading):
        return
    if clause.says("other_body"):
        reading.handled.append(("other", clause))
        return
    reading.of_carried |= direction == "in" and clause.says("result.")
    if direction == "?" or clause.says("none", "result.", "channel", "applicant.", *spoiled):
        return
    verb = next((word for word in clause.before if is_a(word, "done", "accept")), None)
    carried = next((word for word in clause.before if is_a(word, "carry", "pending")), None)
    if direction == "in" and verb is not None and (carried is None or verb.start < carried.start):
        reading.handled.append(("carried", clause))  # handled of last year's: they may be fewer than were carried in
        reading.of_carried = True
        return
    if not _understood(clause, reading.year):
        return
    cell = CARRIED_IN if direction == "in" else CARRIED_OUT
    reading.add(Found(cell, figure.value, clause.start, note_of(figure)))
    reading.of_carried = direction == "in" and any(word.kind == "within" for word in clause.after)


def _understood(clause: Clause, year: int | None) -> bool:
    """Whether no unknown word stands between a figure and what says where it is carried."""
    told = [
        i for i, word in enumerate(clause.before) if is_a(word, *DIRECTED) or of_year(word, year) in {"last", "other"}
    ]
    between = clause.before[told[0] :] if told else clause.before
    return not any(is_a(word, "unknown", "activity") for word in (*between, *clause.after))


def _with_carried_in(reading: Reading) -> None:
    """What was received, where the sentence says that it includes what was carried in."""
    if reading.includes_carried:
        reading.out = [
            replace(item, note="with_carried_in")
            if item.cell == NEW and item.note in {"", "handled_words"} and item.start not in reading.listed_new
            else item
            for item in reading.out
        ]


def _includes(clause: Clause, reading: Reading) -> bool:
    """Whether what is carried in stands in a list of parts: 其中上年结转2件; （含结转）."""
    if reading.under_handled or clause.says("without", "none") or not clause.says("carry", "pending"):
        return False
    listed = clause.listed and (reading.parts is None or not reading.parts.complete)
    direction = _direction(clause, reading.year)
    return (listed or clause.says("part")) and (direction == "in" or (direction == "?" and clause.says("part")))


def _quoted(clause: Clause, reading: Reading) -> None:
    """Last year's figure beside this year's: 比2022年(31件)下降29%; 去年收到6件."""
    figure = clause.figure
    assert figure is not None
    before = [of_year(word, reading.year) for word in clause.before]
    if any(word.text.startswith("累计") for word in (*clause.before, *clause.lead)):
        return
    if "last" not in before and not (reading.period == "last" and clause.says("receive")):
        return
    other = ("channel", "applicant.", "done", "result.", "other_body", "half", "carry", "move")
    if clause.says(*other) or any(is_a(word, "change", "rate") for word in clause.before):
        return
    behind = clause.before[before.index("last") + 1 :] if "last" in before else clause.before
    known = all(is_a(word, "filler", "receive", "total", *NOUNS) for word in behind)
    if known and figure.unit:
        reading.add(Found(NEW, figure.value, figure.start, "previous_year"))


# ------------------------------------------------------------------ results


def _result(clause: Clause, results: Sequence[Word], reading: Reading) -> None:
    """A row of the results, or a group of rows: 予以公开10件, 不予公开4件."""
    figure = clause.figure
    assert figure is not None
    specific = [word for word in results if word.kind.count(".") > 1]
    named = specific or results
    if {word.kind for word in named} == {"result.granted", "result.partial"} and not clause.says(
        "each", "respectively"
    ):
        if clear(clause.own, "part", "clause", "result."):
            merged = "applications.granted.total+applications.partial.total"
            reading.add(Found(merged, figure.value, clause.start, note_of(figure)))
        return
    if len(named) != 1 or clause.says("channel", "applicant.", "other_body"):
        return
    known = ("part", "clause", "done", "accept", *{word.kind for word in results})
    if not clear(clause.own, *known):
        return
    kind = named[0].kind
    _listed_result(clause, kind, reading)
    cell = GROUPS.get(kind) or f"applications.{kind.removeprefix('result.')}.total"
    reading.add(Found(cell, figure.value, clause.start, note_of(figure)))


def _listed_result(clause: Clause, kind: str, reading: Reading) -> None:
    """Takes a row of a list of results; the reasons below a group that stands in it are no further rows."""
    figure = clause.figure
    assert figure is not None
    results = next((parts for parts in reading.lists if parts.criterion == "result"), None)
    if results is None or results.whole is not reading.latest:
        if not clause.listed or reading.latest is None:
            return
        results = Parts("result", reading.latest)
        reading.lists.append(results)
    if kind.rpartition(".")[0] not in results.kinds:
        results.take(clause, figure, kind)


# ------------------------------------------------------------------ none at all

_DRESS = (
    "filler", "total", "everyone", "pause", "this_year", "year", "receive", "accept", "submit", "occur", "applicant.",
    "clause", "persons", "receive_done",
)  # fmt: skip


def _denied(clause: Clause, reading: Reading) -> list[Found]:
    """None received, none carried over: 未收到政府信息公开申请; 无上年结转; 依申请公开事项为零."""
    words = clause.before
    at = next((i for i, word in enumerate(words) if word.kind == "none"), None)
    if at is None or any(is_a(w, "except", "other_matter", "dispute.", "lost", "cause", "rate") for w in words):
        return []
    if any(word.kind == "except" for word in clause.lead) or clause.listed:
        return []
    periods = [of_year(word, reading.year) for word in words]
    direction = _direction(clause, reading.year)
    if direction in {"in", "out"}:
        cell = CARRIED_IN if direction == "in" else CARRIED_OUT
        unsure = any(is_a(w, "unknown", "result.", "channel", "applicant.", "qualified", "other_body") for w in words)
        return [] if unsure else [Found(cell, 0, words[at].start)]
    if any(period in {"last", "other"} for period in periods) or direction:
        return []
    behind = words[at + 1 :]
    noun = next((i for i, word in enumerate(behind) if is_a(word, *NOUNS)), None)
    several = sum(word.kind == "channel" for word in behind) != 1
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
    if at == 0 and clause.lead and is_a(clause.lead[-1], *NOUNS):
        ahead = [clause.lead[-1]]  # 依申请公开：无
    received = any(is_a(word, "receive", "accept") for word in behind)
    if not all(is_a(word, *dress) for word in behind) or not all(is_a(w, *_DRESS, *NOUNS, "each") for w in words[:at]):
        return []
    if (ahead and (received or not behind or behind[-1].kind in {"filler", "occur"})) or (
        received and reading.topic == "requests"
    ):
        return [Found(NEW, 0, words[at].start)]
    return []
