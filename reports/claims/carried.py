"""What was carried in and out, with its direction, and last year's figures quoted beside this year's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest

from reports.claims.clauses import Clause, is_a
from reports.claims.lexicon import Word
from reports.claims.parts import of_part
from reports.claims.reading import (
    CARRIED_IN,
    CARRIED_OUT,
    HANDLED,
    NEW,
    PARTIAL,
    Reading,
    note_of,
    says_new,
)
from reports.claims.scope import (
    DIRECTED,
    NOUNS,
    Found,
    compared,
    is_next,
    of_year,
)

_LEFT = ("将", "拟", "待", "剩", "余", "尚", "另有", "仍有", "还有")


def direction_of(clause: Clause, year: int | None) -> str:
    """``in``, ``out``, ``?`` for what is carried over without a certain direction, empty where nothing is."""
    words = clause.own
    last = [i for i, word in enumerate(words) if of_year(word, year) == "last"]
    following = [i for i, word in enumerate(words) if is_next(word, year)]
    carry = [i for i, word in enumerate(words) if is_a(word, "carry", "move", "pending")]
    if following and (carry or (clause.says("accept", "done") and _is_left(clause, year))):
        return "?" if last else "out"
    if last and any(is_a(words[i], "carry", "pending") for i in carry):
        return "in"
    if any(word.kind == "pending" for word in words) and any(map(is_end_of_year, words)):
        return "out"  # 年末未办结3件
    arrows = [i for i in carry if words[i].kind == "carry"]
    if arrows and any(of_year(word, year) == "this" for word in words[arrows[-1] :]):
        return "in"
    return "?" if arrows else ""


def is_end_of_year(word: Word) -> bool:
    """Whether a word names the year's last day: 年底, 12月31日."""
    named = word.kind == "this_year" and word.text.endswith(("末", "底"))
    return named or (word.text in {"12月31日", "12月"} and word.kind != "day")


def _is_left(clause: Clause, year: int | None) -> bool:
    """Whether what is handled next year is what is left of this one: 3件将于2025年答复; not 2025年答复3件."""
    behind = any(is_next(word, year) for word in (*clause.after, *clause.tail))
    return behind or any(word.text.startswith(_LEFT) or word.kind == "rest" for word in (*clause.before, *clause.lead))


def add_carried(clause: Clause, direction: str, reading: Reading) -> None:
    """A figure of what was carried ``direction``, or of what was handled of last year's."""
    figure = clause.figure
    assert figure is not None
    clause = replace(clause, after=without_cause(clause.after))
    spoiled = set(PARTIAL) - {"pending", "none", "without", *(("except", "day") if direction == "out" else ())}
    if of_part(clause, reading):
        return
    if clause.says("other_body"):
        reading.handled.append(("other", clause))
        return
    reading.of_carried |= direction == "in" and clause.says("result.")
    direction = _beside(reading) if direction == "?" else direction
    if direction == "?" or clause.says("none", "result.", "channel", "applicant.", *spoiled):
        return
    verb = next((word for word in clause.before if is_a(word, "done", "accept")), None)
    if direction == "in" and verb is not None and verb.kind == "done" and any(map(_is_new, clause.before)):
        reading.handled.append(("new", clause))  # 办结上年结转及本年新收申请共3件
        reading.add(Found(HANDLED, figure.value, clause.start, note_of(figure)))
        return
    carried = next((word for word in clause.before if is_a(word, "carry", "pending")), None)
    last = verb is not None and carried is not None and verb.start > carried.start and verb.kind == "done"
    if direction == "in" and last and (clause.listed or clause.depth):
        return  # 办结5件（含上年结转办结2件）: they are among the five, and not all that was carried in
    if direction == "in" and verb is not None and (last or carried is None or verb.start < carried.start):
        if any(word.kind == "within" for word in clause.before):
            return  # 办结件中2件为上年结转
        reading.handled.append(("carried", clause))  # handled of last year's: they may be fewer than were carried in
        reading.of_carried = True
        return
    if not _understood(clause, reading.year):
        return
    if direction == "in" and not (clause.listed or clause.depth) and _is_done(clause):
        reading.handled.append(("besides", clause))  # 上年结转3件，全部办结
    cell = CARRIED_IN if direction == "in" else CARRIED_OUT
    reading.add(Found(cell, figure.value, clause.start, note_of(figure)))
    # 对上年结转的7件申请，予以公开5件; 上年结转的7件中，…
    led = clause.before[0].text in {"对", "针对"} if clause.before else False
    within = any(word.kind == "within" for word in clause.after) and not clause.joined  # 新收的3件和结转的2件申请中
    reading.of_carried = direction == "in" and (led or within)


def _is_done(clause: Clause) -> bool:
    words = [*clause.tail, *clause.trail]
    return any(
        word.kind == "done" and (after is None or after.kind != "rate") for word, after in zip_longest(words, words[1:])
    )


def _is_new(word: Word) -> bool:
    return word.kind == "receive" and word.text.startswith("新")


def _beside(reading: Reading) -> str:
    """The direction of 结转 alone by the figure before it: 新收3件、结转2件 are carried in, 办结3件、结转2件 out."""
    before, clause = reading.before, reading.clause
    if before is None or clause is None or clause.says("part", *DIRECTED[1:]) or clause.own[1:]:
        return "?"
    if (before.depth, before.piece) != (clause.depth, clause.piece) or before.listed != clause.listed:
        return "?"
    if says_new(before) or (clause.depth and before.says("this_year")):
        return "in"
    return "out" if before.says("done") and not clause.listed else "?"


def _understood(clause: Clause, year: int | None) -> bool:
    """Whether no unknown word stands between a figure and what says where it is carried."""
    pointers = [
        i for i, word in enumerate(clause.before) if is_a(word, *DIRECTED) or of_year(word, year) in {"last", "other"}
    ]
    between = clause.before[pointers[0] :] if pointers else clause.before
    words = (*between, *clause.after)
    return not any(is_a(word, "unknown", "activity") and word.text not in _EXCEPTED for word in words)


_EXCEPTED = {"外", "以外", "之外"}  # 除3件结转下年外


def without_cause(words: Sequence[Word]) -> list[Word]:
    """Words behind a figure but for why it is carried over: 3件因收到时间较晚结转下年."""
    cause = next((i for i, word in enumerate(words) if word.kind == "cause"), len(words))
    carry = next((i for i, word in enumerate(words) if i > cause and is_a(word, *DIRECTED)), len(words))
    return [*words[:cause], *words[carry:]]


def mark_with_carried_in(reading: Reading) -> None:
    """What was received, where the sentence says that it includes what was carried in."""
    if reading.includes_carried:
        reading.out = [
            replace(item, note="with_carried_in")
            if item.cell.startswith(NEW.removesuffix("total"))
            and item.note in {"", "handled_words"}
            and item.start not in reading.listed_new
            else item
            for item in reading.out
        ]


def includes_carried_in(clause: Clause, reading: Reading) -> bool:
    """Whether what is carried in stands in a list of parts: 其中上年结转2件; （含结转）."""
    last = any(of_year(word, reading.year) == "last" for word in clause.own) and not compared(clause.own, reading.year)
    if reading.under_handled or clause.says("without", "none") or not (last or clause.says("carry", "pending")):
        return False
    listed = clause.listed and (reading.parts is None or not reading.parts.complete)
    direction = direction_of(clause, reading.year)
    if not listed and not clause.says("part"):
        return False
    return direction == "in" or (last and direction == "") or (direction == "?" and clause.says("part"))


def add_quoted(clause: Clause, reading: Reading) -> None:
    """Last year's figure beside this year's: 比2022年(31件)下降29%; 去年收到6件."""
    figure = clause.figure
    assert figure is not None
    before = [of_year(word, reading.year) for word in clause.before]
    if clause.listed or any(word.text.startswith("累计") for word in (*clause.before, *clause.lead)):
        return
    led = reading.rises and any(of_year(word, reading.year) == "last" for word in clause.lead)
    if "last" not in before and not led and not (reading.aside_period == "last" and clause.says("receive")):
        return
    other = ("channel", "applicant.", "done", "result.", "other_body", "half", "carry", "move")
    handled = any(is_a(word, "done", "result.") for word in clause.lead)
    if clause.says(*other) or handled or any(is_a(word, "change", "rate") for word in clause.before):
        return
    behind = clause.before[before.index("last") + 1 :] if "last" in before else clause.before
    known = all(is_a(word, "filler", "receive", "total", *NOUNS) for word in behind)
    if known and figure.unit:
        reading.add(Found(NEW, figure.value, figure.start, "previous_year"))
        reading.bare_quote = all(of_year(word, reading.year) or is_a(word, "filler", *NOUNS) for word in clause.own)


def add_level(clause: Clause, reading: Reading) -> bool:
    """This year's figure behind last year's: 由上年的278件减至301件; 2023年167件，2024年173件."""
    figure = clause.figure
    assert figure is not None
    if not reading.out or reading.out[-1].note != "previous_year" or reading.whole is not None or not figure.unit:
        return False
    dress = [word for word in clause.own if not is_a(word, "filler", "total", "pause", "about")]
    others = [word for word in dress if of_year(word, reading.year) != "this"]
    rising = bool(others) and all(word.kind == "change" and word.text.endswith(("至", "到", "为")) for word in others)
    dated = bool(dress) and not others
    rising |= not dress and reading.before is not None and reading.before.says("change")  # 减少3件，为8件
    if not rising and not (dated and reading.bare_quote):
        return False
    reading.whole = reading.latest = Found(NEW, figure.value, clause.start, note_of(figure))
    reading.add(reading.whole)
    reading.period = reading.aside_period = "this"
    return True
