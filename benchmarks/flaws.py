"""What can be wrong with a report: one flaw of a known kind put into a sound one.

``FLAWS[kind]`` is the stage at which it is put in (figures, words, print, tables) and a function of the draft that
changes it and returns the rules that must speak and those that may; None where it does not suit the body or year.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from decimal import Decimal

from benchmarks.corpus import MEASURES, PARTS, Draft, Flaw, balance, results, sections_of, totals, write
from reports.checks.similarity import MINIMUM, masked, share
from reports.form import forms
from tests.makers.report import Slot

FLAWS: dict[str, tuple[str, Flaw]] = {}
Rules = tuple[set[str], set[str]] | None
NEW, HANDLED = "applications.new.total", "applications.handled.total"
CARRIED_IN, CARRIED_OUT = "applications.carried_in.total", "applications.carried_out.total"
DOCUMENTS = "proactive.normative_documents"


def flaw(kind: str, stage: str) -> Callable[[Flaw], Flaw]:
    """Registers a flaw."""

    def register(function: Flaw) -> Flaw:
        FLAWS[kind] = (stage, function)
        return function

    return register


def _small(draft: Draft) -> int:
    return draft.rng.randint(1, 9)


def _must(*rules: str) -> Rules:
    return set(rules), set()


# ------------------------------------------------------------------------------------------------------------ table 三


@flaw("row total", "figures")
def row_total(draft: Draft) -> Rules:
    """One total of a result row: the column of totals breaks with it."""
    row = draft.rng.choice(results(draft.truth.form))
    draft.cells[f"applications.{row}.total"] += _small(draft)
    return _must("APP-SUM-ROW", "APP-SUM-COL")


@flaw("total of new requests", "figures")
def new_total(draft: Draft) -> Rules:
    draft.cells[NEW] += _small(draft)
    return _must("APP-SUM-ROW", "APP-BALANCE-TOTAL")


@flaw("cell of a result", "figures")
def result_cell(draft: Draft) -> Rules:
    draft.dashes = False  # a dash for the total is none to compare with: it is asked for by itself
    row = draft.rng.choice(results(draft.truth.form))
    draft.cells[f"applications.{row}.{draft.rng.choice(PARTS)}"] += _small(draft)
    return _must("APP-SUM-ROW", "APP-SUM-COL")


@flaw("results of a column", "figures")
def column_sum(draft: Draft) -> Rules:
    """More handled and more received than the results say: rows and balance still hold."""
    more, part = _small(draft), draft.rng.choice(PARTS)
    for row in ("handled", "new"):
        draft.cells[f"applications.{row}.{part}"] += more
        draft.cells[f"applications.{row}.total"] += more
    return _must("APP-SUM-COL")


@flaw("balance", "figures")
def unbalanced(draft: Draft) -> Rules:
    more, part = _small(draft), draft.rng.choice(PARTS)
    draft.cells[f"applications.carried_out.{part}"] += more
    draft.cells[CARRIED_OUT] += more
    return _must("APP-BALANCE", "APP-BALANCE-TOTAL")


@flaw("balance of two columns", "figures")
def balance_moved(draft: Draft) -> Rules:
    """Two kinds of applicant off by the same, the totals right."""
    one, other = draft.rng.sample(PARTS, 2)
    more = _small(draft)
    taken = draft.cells[f"applications.new.{other}"]
    if taken < more:
        return None
    draft.cells[f"applications.new.{one}"] += more
    draft.cells[f"applications.new.{other}"] -= more
    return _must("APP-BALANCE")


def _recarry(draft: Draft, moves: dict[str, int]) -> None:
    """Other figures carried in, everything else made to agree."""
    for part, more in moves.items():
        draft.cells[f"applications.carried_in.{part}"] += more
        balance(draft.cells, draft.truth.form, part)
    totals(draft.cells, draft.truth.form)


@flaw("carried in", "figures")
def carry(draft: Draft) -> Rules:
    if draft.before is None:
        return None
    _recarry(draft, {draft.rng.choice(PARTS): _small(draft)})
    return _must("APP-CARRY-TOTAL", "APP-CARRY-COL")


@flaw("carried in by kind", "figures")
def carry_moved(draft: Draft) -> Rules:
    """The total agrees with last year, the kinds of applicant do not."""
    held = [part for part in PARTS if draft.cells[f"applications.carried_in.{part}"]]
    if draft.before is None or not held:
        return None
    one = draft.rng.choice(held)
    other = draft.rng.choice([part for part in PARTS if part != one])
    _recarry(draft, {one: -1, other: 1})
    return _must("APP-CARRY-COL")


@flaw("disputes do not add up", "figures")
def dispute_sum(draft: Draft) -> Rules:
    group = draft.rng.choice(("reconsideration", "litigation_direct", "litigation_after_reconsideration"))
    more = _small(draft)
    draft.cells[f"disputes.{group}.{draft.rng.choice(('upheld', 'corrected', 'other', 'pending'))}"] += more
    if not draft.cells[f"disputes.{group}.total"]:
        draft.cells[f"disputes.{group}.total"] = more + 1  # a total of nothing may be left blank, which is another flaw
    return _must("DIS-SUM")


@flaw("blank total", "print")
def blank_total(draft: Draft) -> Rules:
    """A whole line of results left blank beside figures."""
    rows = [row for row in results(draft.truth.form) if draft.cells[f"applications.{row}.total"]]
    if len(rows) < 2 or draft.layout in {"text", "pdf"}:
        return None
    for row in rows:
        draft.truth.printed[f"applications.{row}.total"] = ""
    return _must("FMT-BLANK-TOTAL")


@flaw("negative count", "figures")
def negative(draft: Draft) -> Rules:
    name = draft.rng.choice(("licensing", "penalties", "coercion"))
    draft.cells[f"proactive.{name}.decisions"] = -_small(draft)
    return _must("FMT-INT")


@flaw("fraction", "figures")
def fraction(draft: Draft) -> Rules:
    name = draft.rng.choice(("licensing", "penalties", "coercion"))
    draft.cells[f"proactive.{name}.decisions"] = Decimal(draft.rng.randint(1, 400)) + Decimal("0.5")
    return _must("FMT-INT")


# ------------------------------------------------------------------------------------------------------------- table 二


def _new_form(draft: Draft, before: bool = False) -> bool:
    """The form in force, and with ``before`` also for last year."""
    return draft.truth.form == "2021" and (not before or draft.year >= 2022)


@flaw("negative fees", "figures")
def fees_negative(draft: Draft) -> Rules:
    if not _new_form(draft):
        return None
    draft.cells["proactive.fees.amount"] = -Decimal(draft.rng.randint(10, 900)) / 10
    return {"FMT-DEC"}, {"PRO-FEE-UNIT"}


@flaw("fees with eight decimals", "figures")
def fees_decimals(draft: Draft) -> Rules:
    if not _new_form(draft):
        return None
    draft.cells["proactive.fees.amount"] = Decimal(draft.rng.randint(10**9, 9 * 10**9) * 10 + 3).scaleb(-8)
    return {"FMT-DEC"}, {"PRO-FEE-UNIT"}


@flaw("fees in yuan", "figures")
def fees_unit(draft: Draft) -> Rules:
    before = draft.before or {}
    if not _new_form(draft, before=True) or not before["proactive.fees.amount"]:
        return None
    draft.cells["proactive.fees.amount"] = before["proactive.fees.amount"] * draft.rng.randint(7000, 14000)
    return {"PRO-FEE-UNIT"}, {"PRO-FEE-CEILING"}


@flaw("fees beyond measure", "figures")
def fees_ceiling(draft: Draft) -> Rules:
    if not _new_form(draft) or draft.body.level == "city":
        return None
    draft.cells["proactive.fees.amount"] = draft.rng.randint(600_000, 990_000)
    return {"PRO-FEE-CEILING"}, {"PRO-FEE-UNIT"}


@flaw("decisions beyond measure", "figures")
def decisions_ceiling(draft: Draft) -> Rules:
    draft.cells["proactive.penalties.decisions"] = draft.rng.randint(60_000_000, 99_000_000)
    return _must("PRO-DECISION-CEILING")


@flaw("documents in force do not roll on", "figures")
def in_force(draft: Draft) -> Rules:
    if not _new_form(draft, before=True):
        return None
    draft.cells[f"{DOCUMENTS}.in_force"] += _small(draft)
    return _must("PRO-INFORCE-ROLL")


@flaw("more issued than in force", "figures")
def stock(draft: Draft) -> Rules:
    if not _new_form(draft):
        return None
    draft.cells[f"{DOCUMENTS}.issued"] = (
        draft.cells[f"{DOCUMENTS}.in_force"] + draft.cells[f"{DOCUMENTS}.repealed"] + _small(draft)
    )
    return {"PRO-STOCK"}, {"PRO-INFORCE-ROLL"}


@flaw("more repealed than there were", "figures")
def repealed(draft: Draft) -> Rules:
    before = draft.before or {}
    if not _new_form(draft, before=True):
        return None
    draft.cells[f"{DOCUMENTS}.repealed"] = (
        before[f"{DOCUMENTS}.in_force"] + draft.cells[f"{DOCUMENTS}.issued"] + _small(draft)
    )
    return {"PRO-REPEAL-STOCK"}, {"PRO-INFORCE-ROLL"}


@flaw("regulations without power", "figures")
def no_power(draft: Draft) -> Rules:
    # The office of a city's government may rightly print its government's regulations.
    if draft.body.name.endswith("办公室") or (draft.world.government.power and draft.body.aggregate):
        return None
    if draft.truth.form == "2019":
        for name in ("made", "disclosed", "disclosed_total"):
            draft.cells[f"proactive.regulations.{name}"] = 2
        return _must("PRO-REG-NOPOWER")
    draft.cells["proactive.regulations.in_force"] = _small(draft)
    return {"PRO-REG-NOPOWER"}, {"PRO-INFORCE-ROLL"}


@flaw("2019: more newly open than open", "figures")
def disclosed(draft: Draft) -> Rules:
    if _new_form(draft):
        return None
    draft.cells[f"{DOCUMENTS}.disclosed"] = draft.cells[f"{DOCUMENTS}.disclosed_total"] + _small(draft)
    return _must("PRO19-DISCLOSED-TOTAL")


@flaw("2019: items do not roll on", "figures")
def item_roll(draft: Draft) -> Rules:
    if draft.year != 2020:
        return None
    draft.cells[f"proactive.{draft.rng.choice(('licensing', 'penalties', 'fees'))}.prior_items"] += _small(draft)
    return _must("PRO19-ITEM-ROLL")


@flaw("2019: fewer items than none", "figures")
def item_negative(draft: Draft) -> Rules:
    if _new_form(draft):
        return None
    row = f"proactive.{draft.rng.choice(('licensing', 'coercion', 'fees'))}"
    draft.cells[f"{row}.change"] = -draft.cells[f"{row}.prior_items"] - _small(draft)
    return _must("PRO19-ITEM-NEG")


@flaw("2019: purchases without an amount", "figures")
def purchases(draft: Draft) -> Rules:
    if _new_form(draft):
        return None
    draft.cells["proactive.procurement.items"], draft.cells["proactive.procurement.amount"] = _small(draft), 0
    return _must("PRO19-PROC-PAIR")


# ---------------------------------------------------------------------------------------------------------- the tables


@flaw("blank table", "print")
def blank_table(draft: Draft) -> Rules:
    if draft.blank or draft.layout in {"text", "pdf"}:
        return None
    table = draft.rng.choice(("proactive", "disputes"))
    for key in draft.cells:
        if key.startswith(table):
            draft.truth.printed[key] = ""
    return {"FMT-BLANK-TABLE"}, {"PRO-NARR-DOC", "DIS-NARR", "PRO-NARR-DECISIONS", "PRO-NARR-FEES"}


@flaw("missing table", "tables")
def missing_table(draft: Draft) -> Rules:
    draft.dropped.add(draft.rng.choice(("proactive", "disputes")))
    return _must("FMT-TABLE-MISSING")


@flaw("placeholder in a cell", "print")
def cell_placeholder(draft: Draft) -> Rules:
    key = draft.rng.choice([key for key in draft.cells if key.startswith("applications")])
    draft.truth.printed[key] = draft.rng.choice(("XX", "××", "***"))
    return _must("FMT-PLACEHOLDER")


@flaw("row of the other form", "tables")
def mixed(draft: Draft) -> Rules:
    if not _new_form(draft):
        return None
    draft.sheets["proactive"] += [
        [Slot("第二十条第（九）项", 4)],
        [Slot("信息内容"), Slot("采购项目数量"), Slot("采购总金额", 2)],
        [Slot("政府集中采购"), Slot(str(_small(draft))), Slot(f"{draft.rng.randint(10, 900)}.5", 2)],
    ]
    return _must("FMT-MIXED")


@flaw("missing row", "tables")
def missing_row(draft: Draft) -> Rules:
    rows = draft.sheets["proactive"]
    index = next(n for n, row in enumerate(rows) if row[0].text == "行政强制")
    del rows[index]
    return _must("FMT-ROWS")


@flaw("form of another year", "figures")
def wrong_form(draft: Draft) -> Rules:
    """The tables of the other form, with what both forms share."""
    truth = draft.truth
    truth.form = "2019" if truth.form == "2021" else "2021"
    old = dict(draft.cells)
    draft.cells.clear()
    draft.cells.update({key: old.get(key, 0) for key in forms.keys(truth.form)})
    for part in PARTS:
        balance(draft.cells, truth.form, part)
    totals(draft.cells, truth.form)
    if truth.form == "2021":
        draft.cells[f"{DOCUMENTS}.in_force"] = 30
    return {"FRM-YEAR"}, {"PRO-INFORCE-ROLL", "PRO-REPEAL-STOCK", "PRO19-ITEM-ROLL", "PRO-REG-NOPOWER"}


# -------------------------------------------------------------------------------------------------------------- years


@flaw("last year in the title", "words")
def title_year(draft: Draft) -> Rules:
    draft.truth.title = draft.truth.title.replace(str(draft.year), str(draft.year - 1))
    return {"YR-CONFLICT"}, {"FRM-YEAR", "APP-CARRY-TOTAL", "APP-CARRY-COL", "AGN-OTHER"}


@flaw("last year in the period", "words")
def period_year(draft: Draft) -> Rules:
    draft.truth.preface = draft.truth.preface.replace(f"{draft.year}年1月", f"{draft.year - 1}年1月").replace(
        f"{draft.year}年12月", f"{draft.year - 1}年12月"
    )
    if f"{draft.year - 1}年1月1日至12月" not in draft.truth.preface and "年12月" not in draft.truth.preface:
        return None
    return _must("YR-CONFLICT")


@flaw("period of eleven months", "words")
def period_short(draft: Draft) -> Rules:
    draft.truth.preface = draft.truth.preface.replace("12月31日", "11月30日")
    return _must("YR-PERIOD")


@flaw("no period", "words")
def no_period(draft: Draft) -> Rules:
    draft.truth.preface = f"{draft.truth.agency}依照政府信息公开条例编写本报告，供公众查阅。"
    return _must("YR-PERIOD-MISSING")


@flaw("sentence of last year", "words")
def stale(draft: Draft) -> Rules:
    draft.text(1).append(f"{draft.year - 1}年，通过各类渠道公开信息{draft.rng.randint(60, 900)}条。")
    return _must("YR-STALE")


@flaw("figures of part of the year", "words")
def partial(draft: Draft) -> Rules:
    draft.text(1).append(
        f"截至{draft.year}年{draft.rng.randint(6, 11)}月底，公开各类信息{draft.rng.randint(60, 900)}条。"
    )
    return _must("YR-PARTIAL")


@flaw("title without its words", "words")
def bare_title(draft: Draft) -> Rules:
    draft.truth.title = f"{draft.truth.agency}{draft.year}年政府信息公开报告"
    return _must("YR-TITLE")


# ------------------------------------------------------------------------------------------------------------ sections


@flaw("missing section", "words")
def missing_section(draft: Draft) -> Rules:
    gone = draft.rng.choice((5, 6))
    draft.truth.sections = [section for section in draft.truth.sections if section[0] != gone]
    return _must("STR-SECTIONS")


@flaw("sections out of order", "words")
def order(draft: Draft) -> Rules:
    sections = draft.truth.sections
    sections[4], sections[5] = sections[5], sections[4]
    return _must("STR-ORDER")


@flaw("empty section", "words")
def empty(draft: Draft) -> Rules:
    draft.text(5).clear()
    return _must("STR-EMPTY")


@flaw("problems without measures", "words")
def no_measures(draft: Draft) -> Rules:
    draft.text(5)[:] = ["存在的主要问题：栏目内容偏少，群众查找信息困难，部分资料尚未上网，互动不足。"]
    return _must("STR-S5")


@flaw("measures without problems", "words")
def no_problems(draft: Draft) -> Rules:
    draft.text(5)[:] = ["今后将按照上级部署推进各项工作，" + "".join(MEASURES[n] for n in (3, 5))]
    return _must("STR-S5")


@flaw("placeholder in the text", "words")
def placeholder(draft: Draft) -> Rules:
    draft.text(1).append(
        draft.rng.choice(
            ("组织专题会议XX次，制定制度××项。", "我局（填写单位名称）按时公开信息。", "某某局认真开展自查。")
        )
    )
    return _must("STR-PLACEHOLDER")


@flaw("instruction of the form", "words")
def instruction(draft: Draft) -> Rules:
    draft.text(6).append("（这一部分报告本机关认为需要报告的其他事项）")
    return _must("STR-INSTRUCTION")


@flaw("old notice cited", "words")
def basis(draft: Draft) -> Rules:
    if not _new_form(draft):
        return None
    draft.truth.preface += "本报告按照国办公开办函〔2019〕60号规定的格式编写。"
    return _must("STR-BASIS")


@flaw("five parts announced", "words")
def part_count(draft: Draft) -> Rules:
    draft.truth.preface += "全文由五个部分组成。"
    draft.truth.preface = draft.truth.preface.replace("全文由总体情况等六个部分组成，", "")
    return _must("STR-PARTCOUNT")


@flaw("no assessment of a government", "words")
def no_assessment(draft: Draft) -> Rules:
    if not draft.body.governs:
        return None
    words = re.compile(r"考核|绩效|考评|评议|测评|满意度|评价|追究|追责|问责")
    for _, _, paragraphs in draft.truth.sections:
        paragraphs[:] = [
            "".join(s for s in re.split(r"(?<=[。；])", text) if not words.search(s)) for text in paragraphs
        ]
    draft.text(1)[-1] += "责任落实到人，常抓不懈。"
    return _must("STR-S1-GOV")


@flaw("text of nobody", "words")
def generic(draft: Draft) -> Rules:
    draft.text(1)[:] = [
        "各级政府部门坚持以公开为常态，围绕社会关切拓展渠道，主动公开的内容不断丰富。多数部门依申请公开的办理程序更为规范，"
        "政府信息管理制度逐步健全，公开平台功能更加完善，监督保障措施得到落实，透明度显著提高，群众满意程度有了较大的改善。"
    ]
    return {"STR-GENERIC"}, {"NAR-SILENT", "STR-S1-GOV"}


@flaw("no fee statement", "words")
def no_fee(draft: Draft) -> Rules:
    if not _new_form(draft):
        return None
    draft.text(6)[:] = ["无其他需要报告的事项。"]
    return _must("NAR-FEE")


@flaw("no word on requests", "words")
def silent(draft: Draft) -> Rules:
    draft.text(1)[2] = "（二）窗口服务。接待来访群众，耐心解释政策。"
    return _must("NAR-SILENT")


# ----------------------------------------------------------------------------------------------------------- narrative


def _misquote(draft: Draft, key: str, by: int | None = None) -> None:
    draft.told[key] = draft.cells[key] + (by if by is not None else _small(draft))
    draft.forced.add(key)


@flaw("prose: requests received", "figures")
def said_new(draft: Draft) -> Rules:
    if not draft.cells[NEW]:
        return None
    _misquote(draft, NEW)
    return _must("NAR-NEW")


@flaw("prose: no requests though there were", "figures")
def said_none(draft: Draft) -> Rules:
    if not draft.cells[NEW]:
        return None
    draft.told[NEW] = 0
    return _must("NAR-NONE")


@flaw("prose: requests though there were none", "figures")
def said_some(draft: Draft) -> Rules:
    if draft.cells[NEW] or draft.cells[CARRIED_IN]:
        return None
    _misquote(draft, NEW)
    return _must("NAR-NONE-REVERSE")


@flaw("prose: requests closed", "figures")
def said_handled(draft: Draft) -> Rules:
    if not draft.cells[HANDLED]:
        return None
    _misquote(draft, HANDLED)
    return _must("NAR-HANDLED")


@flaw("prose: carried over", "figures")
def said_carried(draft: Draft) -> Rules:
    key = draft.rng.choice((CARRIED_IN, CARRIED_OUT))
    if not draft.cells[key]:
        return None
    _misquote(draft, key)
    return _must("NAR-CARRY")


@flaw("prose: a result", "figures")
def said_result(draft: Draft) -> Rules:
    told = [row for row in results(draft.truth.form) if draft.cells[f"applications.{row}.total"]]
    rows = [row for row in told if "other" not in row]
    if not rows:
        return None
    key = f"applications.{draft.rng.choice(rows)}.total"
    more = _small(draft)
    draft.told[key] = draft.cells[key] + more
    draft.forced |= {"results", HANDLED}
    # A sentence that tells one part leaves the rest unsaid, and parts that come to another sum of the table are its parts.
    parts = {row.partition(".")[0] for row in told}
    sums = {draft.cells[NEW], draft.cells[NEW] + draft.cells[CARRIED_IN]}
    added_up = len(parts) > 1 and draft.cells[HANDLED] + more not in sums
    return _must("NAR-RESULT", *(["NAR-INNER-SUM"] if added_up else []))


@flaw("prose: documents", "figures")
def said_documents(draft: Draft) -> Rules:
    if not _new_form(draft):
        return None
    _misquote(draft, f"{DOCUMENTS}.{draft.rng.choice(('issued', 'repealed', 'in_force'))}")
    return _must("PRO-NARR-DOC")


@flaw("prose: decisions", "figures")
def said_decisions(draft: Draft) -> Rules:
    if not _new_form(draft):
        return None
    _misquote(draft, f"proactive.{draft.rng.choice(('licensing', 'penalties'))}.decisions")
    return _must("PRO-NARR-DECISIONS")


@flaw("prose: fees", "figures")
def said_fees(draft: Draft) -> Rules:
    if not _new_form(draft):
        return None
    _misquote(draft, "proactive.fees.amount")
    return _must("PRO-NARR-FEES")


@flaw("prose: disputes", "figures")
def said_disputes(draft: Draft) -> Rules:
    key = "disputes.reconsideration.total"
    _misquote(draft, key)
    return _must("DIS-NARR")


@flaw("prose: no disputes though there were", "figures")
def said_no_disputes(draft: Draft) -> Rules:
    keys = [key for key in draft.cells if key.startswith("disputes") and key.endswith(".total")]
    if not any(draft.cells[key] for key in keys):
        return None
    for key in keys:
        _misquote(draft, key, -int(draft.cells[key]))
    return _must("DIS-NARR-NONE")


# ---------------------------------------------------------------------------------------------------------- likeness


def _copy(draft: Draft, name: str, year: int) -> bool:
    """Sections 一 and 五 in another report's words with this one's figures; whether that makes them near-duplicates."""
    body = next(other for other in draft.world.bodies if other.name == name)
    theirs = masked(_one_and_five(sections_of(draft.world, body, year)), [name])
    draft.source = (name, year)
    write(draft)
    ours = masked(_one_and_five(draft.truth.sections), [draft.truth.agency])
    return len(theirs) >= MINIMUM and share(ours, theirs) >= 0.93


def _one_and_five(sections: list[tuple[int, str, list[str]]]) -> str:
    return "\n".join(text for number, _, texts in sections for text in texts if number in {1, 5})


@flaw("text of last year", "words")
def copied(draft: Draft) -> Rules:
    if draft.before is None or not _copy(draft, draft.body.name, draft.year - 1):
        return None
    return _must("SIM-SELF", "SIM-S5")


@flaw("section five of last year", "words")
def copied_five(draft: Draft) -> Rules:
    if draft.before is None:
        return None
    last = sections_of(draft.world, draft.body, draft.year - 1)
    draft.text(5)[:] = next(texts for number, _, texts in last if number == 5)
    return _must("SIM-S5")


@flaw("text of a sibling", "words")
def copied_sibling(draft: Draft) -> Rules:
    others = [b for b in draft.world.bodies if b.kind == draft.body.kind and b.name != draft.body.name]
    if not others or not _copy(draft, draft.rng.choice(others).name, draft.year):
        return None
    return _must("SIM-SIBLING")


@flaw("tables of last year", "figures")
def same_tables(draft: Draft) -> Rules:
    before = draft.before
    if before is None or set(before) != set(draft.cells) or sum(1 for value in before.values() if value) < 6:
        return None
    draft.cells.update(before)
    return {"SIM-TABLE"}, {
        "APP-CARRY-TOTAL",
        "APP-CARRY-COL",
        "PRO-INFORCE-ROLL",
        "PRO-REPEAL-STOCK",
        "PRO19-ITEM-ROLL",
    }


# ------------------------------------------------------------------------------------------------- bodies, people, dates


@flaw("name of another body", "words")
def other_name(draft: Draft) -> Rules:
    other = draft.rng.choice([b for b in draft.world.bodies if b.kind == "department" and b.name != draft.body.name])
    draft.truth.title = draft.truth.title.replace(draft.body.name, other.name)
    return {"AGN-NAME"}, {"AGN-OTHER", "STR-GENERIC"}


@flaw("another body's report announced", "words")
def other_report(draft: Draft) -> Rules:
    draft.truth.preface += f"现公布《南屏市档案馆{draft.year}年政府信息公开工作年度报告》。"
    return _must("AGN-OTHER")


def _identity_card(rng: random.Random) -> str:
    area, day = (
        f"51{rng.randint(1, 3):02d}{rng.randint(1, 28):02d}",
        f"{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}",
    )
    number = f"{area}19{rng.randint(50, 99)}{day}{rng.randint(1, 999):03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return number + "10X98765432"[sum(int(d) * w for d, w in zip(number, weights, strict=True)) % 11]


@flaw("identity card", "words")
def identity_card(draft: Draft) -> Rules:
    draft.text(draft.rng.choice((1, 5, 6))).append(f"群众来函附证件{_identity_card(draft.rng)}，已当面说明情况。")
    return _must("PII-ID")


@flaw("mobile number", "words")
def mobile(draft: Draft) -> Rules:
    draft.text(draft.rng.choice((1, 5))).append(
        f"群众（139{draft.rng.randint(10**7, 10**8 - 1)}）来函询问，已当面说明。"
    )
    return _must("PII-MOBILE")


@flaw("name of an applicant", "words")
def applicant(draft: Draft) -> Rules:
    draft.text(1).append(
        f"其中申请人：{draft.rng.choice('王李张刘陈')}{draft.rng.choice('建国秀英志强')}{draft.rng.choice('平华')}提出的事项较为复杂，已延期答复。"
    )
    return _must("PII-APPLICANT")


@flaw("late", "figures")
def late(draft: Draft) -> Rules:
    draft.truth.published_on = f"{draft.year + 1}-04-{draft.rng.randint(2, 28):02d}"
    if draft.body.aggregate:
        return {"PUB-LATE-GOV"}, set()
    return ({"PUB-LATE"}, set()) if draft.body.kind == "department" else None


# -------------------------------------------------------------------------------------------------------------- sums


def _aggregate(draft: Draft) -> bool:
    return draft.body.aggregate


@flaw("aggregate: requests", "figures")
def sum_requests(draft: Draft) -> Rules:
    """More received and more granted in the area than its bodies say; the report agrees with itself."""
    if not _aggregate(draft):
        return None
    more = _small(draft)
    for row in ("new", "granted", "handled"):
        draft.cells[f"applications.{row}.natural_person"] += more
        draft.cells[f"applications.{row}.total"] += more
    return _must("HIE-APP-SUM")


@flaw("aggregate: disputes", "figures")
def sum_disputes(draft: Draft) -> Rules:
    if not _aggregate(draft):
        return None
    more = _small(draft)
    draft.cells["disputes.reconsideration.other"] += more
    draft.cells["disputes.reconsideration.total"] += more
    return _must("HIE-DIS-SUM")


@flaw("aggregate: decisions", "figures")
def sum_decisions(draft: Draft) -> Rules:
    if not _aggregate(draft) or not _new_form(draft):
        return None
    draft.cells["proactive.licensing.decisions"] += _small(draft)
    return _must("HIE-PRO-SUM")


@flaw("aggregate: less than one body", "figures")
def sum_less(draft: Draft) -> Rules:
    if not _aggregate(draft) or not _new_form(draft):
        return None
    below = [draft.world.cells[b.name, draft.year]["proactive.licensing.decisions"] for b in draft.world.bodies[:-1]]
    if max(below) < 3:
        return None
    draft.cells["proactive.licensing.decisions"] = int(max(below)) // 2
    return _must("HIE-MAX", "HIE-PRO-SUM")


@flaw("aggregate: the office's own figures", "figures")
def own_figures(draft: Draft) -> Rules:
    if not _aggregate(draft) or not _new_form(draft):
        return None
    draft.cells.update(draft.world.cells[draft.world.bodies[0].name, draft.year])
    carries = {"APP-CARRY-TOTAL", "APP-CARRY-COL", "PRO-INFORCE-ROLL", "PRO-REPEAL-STOCK", "PRO-FEE-UNIT"}
    return {"HIE-OWN-AS-TOTAL"}, {"HIE-APP-SUM", "HIE-MAX", *carries}
