"""Figures about table 二: documents of the body itself, decisions of the year, fees.

Postings (公开/发布/转发), drafts, other bodies' documents, and items of power are counted in the same words; a clause with
such a word states nothing about a cell."""

from __future__ import annotations

from collections.abc import Sequence, Set
from decimal import Decimal

from reports.claims.clauses import Clause, is_a, names
from reports.claims.lexicon import Word
from reports.claims.reading import CLEAR, note_of
from reports.claims.scope import NOUNS, Found, Period, compared, of_year, outside, period_of
from reports.report import Form, Number

_SPOILED = ("rate", "except", "change", "older", "other_body", "half", "none", "without", "within", "qualified")
_CASES = ("件", "宗", "起", "例", "个", "次", "份", "件次", "宗次", "")  # 条 and 项 count postings and items of power


def find(found: Sequence[Clause], form: Form | None, year: int | None, elsewhere: bool = False) -> list[Found]:
    """The claims of one sentence's clauses about table 二. ``elsewhere``: what the sentence before it told of another body
    or time."""
    if not names(found, "document.", "decision.", "fee"):
        return []
    away = {id(clause) for clause, told in zip(found, outside(found, year, elsewhere), strict=True) if told}
    return [
        *_documents(found, form, year, away),
        *_decisions([clause for clause in found if id(clause) not in away], year),
        *_fees([clause for clause in found if id(clause) not in away], year),
    ]


def _certain(clause: Clause, year: int | None, *known: str) -> bool:
    """Whether all words are understood and the figure is the report's year's."""
    if clause.figure is None or clause.says(*_SPOILED) or compared(clause.own, year):
        return False
    if any(of_year(word, year) in {"last", "other"} for word in (*clause.own, *clause.lead)):
        return False
    ahead = next((i for i, word in enumerate(clause.before) if is_a(word, *known)), len(clause.before))
    return all(is_a(word, *CLEAR, "clause", "part", *known) for word in (*clause.before[ahead:], *clause.after))


def _documents(found: Sequence[Clause], form: Form | None, year: int | None, away: Set[int]) -> list[Found]:
    out: list[Found] = []
    revised: set[str] = set()
    subject = ""
    period: Period = "this"
    verb: Word | None = None
    for clause in found:
        period = period_of(clause, period, year)
        named = clause.find("document.")
        if not named and clause.figure is not None:
            named = [word for word in clause.lead if is_a(word, "document.")]
        if named:
            subject = named[-1].kind if len(named) == 1 else ""
        if clause.says("measure_of_others", "published") and not _said_of_all(clause):
            subject = ""
        if not subject and clause.figure is not None and not clause.says("measure_of_others", "published"):
            verb = next(
                (word for word in clause.before if word.kind == "measure.issued"), verb
            )  # 印发文件8件，其中规范性文件3件
        if subject in {"", "document.both"} or id(clause) in away:
            continue
        row = f"proactive.{subject.partition('.')[2]}"
        if clause.figure is None:
            out += _none_issued(clause, row, form, year)
            continue
        measures, verb = _measures(clause, verb)
        if clause.says("measure.revised") and not clause.says("part"):
            revised.add(f"{row}.{_in_form('issued', form)}")
            subject = ""
            continue
        if len(measures) != 1 or clause.figure.kind != "figure":
            continue
        measure = _in_form(measures[0].kind.partition(".")[2], form)
        if measure and period == "this" and _certain(clause, year, "document.", "measure."):
            out.append(Found(f"{row}.{measure}", clause.figure.value, clause.start, note_of(clause.figure)))
    # What is revised may count as issued or not: beside it, 新制定 is no figure of the whole.
    return [one for one in out if one.cell not in revised]


def _said_of_all(clause: Clause) -> bool:
    """Whether a clause without a figure only says what was done with those counted before it: 印发3件，均已公开."""
    first = clause.before[0] if clause.figure is None and clause.before else None
    return first is not None and (first.kind == "each" or first.text.startswith(("均", "全部", "都", "已")))


def _measures(clause: Clause, verb: Word | None) -> tuple[list[Word], Word | None]:
    """The measures that a clause names, or the verb that goes on: 制发规章3件、行政规范性文件5件; and the verb from here."""
    measures = clause.find("measure.")
    if measures:
        return measures, next((word for word in clause.before if is_a(word, "measure.")), None)
    if verb is None or not all(is_a(word, "document.", "pause", "filler", "part") for word in clause.own):
        return [], None
    return [verb], verb


def _in_form(measure: str, form: Form | None) -> str:
    """The column of a measure in the report's form, empty where it has none."""
    if form == "2019":
        return {"issued": "made", "disclosed": "disclosed", "disclosed_total": "disclosed_total"}.get(measure, "")
    return measure if measure in {"issued", "repealed", "in_force"} else ""


def _none_issued(clause: Clause, row: str, form: Form | None, year: int | None) -> list[Found]:
    """未制发规范性文件: none issued this year."""
    words = clause.before
    at = next((i for i, word in enumerate(words) if word.kind == "none"), None)
    if at is None or any(of_year(word, year) in {"last", "other"} for word in (*words, *clause.lead)):
        return []
    behind = words[at + 1 :]
    known = all(is_a(word, *CLEAR, "document.", "measure.issued", "clause") for word in behind)
    if not known or not any(word.kind == "measure.issued" for word in behind):
        return []
    return [Found(f"{row}.{_in_form('issued', form)}", 0, words[at].start)]


def _decisions(found: Sequence[Clause], year: int | None) -> list[Found]:
    """Decisions of the year, only where the sentence calls them so."""
    out: list[Found] = []
    verb: Word | None = None
    for clause in found:
        named = clause.find("decision.") or _continued(clause, verb)
        verb = named[0] if named and clause.figure is not None else None
        if (
            clause.figure is None
            or len(named) != 1
            or clause.says("published", "measure_of_others", "other_matter", "activity", *NOUNS)
        ):
            continue
        if clause.figure.kind != "figure" or clause.figure.unit not in _CASES:
            continue
        if _certain(clause, year, "decision.", "bare_decision."):
            power = named[0].kind.partition(".")[2]
            out.append(Found(f"proactive.{power}.decisions", clause.figure.value, clause.start, note_of(clause.figure)))
    return out


def _continued(clause: Clause, verb: Word | None) -> list[Word]:
    """The powers of a clause that goes on: 办理行政许可3件，行政处罚5件."""
    if verb is None or not all(is_a(word, "bare_decision.", "pause", "filler") for word in clause.own):
        return []
    return clause.find("bare_decision.")


def _fees(found: Sequence[Clause], year: int | None) -> list[Found]:
    """The amount in 万元, whatever unit the sentence uses."""
    out: list[Found] = []
    for clause in found:
        figure = clause.figure
        if figure is None or not clause.says("fee") or clause.says("not_fee") or figure.kind not in {"money", "figure"}:
            continue
        if figure.kind == "figure" and (figure.unit or not figure.step):
            continue  # neither 元 nor 万
        if _certain(clause, year, "fee"):
            step = f"rounded:{_in_ten_thousands(figure.step)}" if figure.step else ""
            out.append(Found("proactive.fees.amount", _in_ten_thousands(figure.value), clause.start, step))
    return out


def _in_ten_thousands(yuan: Number) -> Number:
    amount = Decimal(yuan) / 10**4
    return int(amount) if amount == amount.to_integral_value() else amount.normalize()
