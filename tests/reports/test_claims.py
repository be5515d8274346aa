"""Figures that sentences state about cells, and figures that only look so."""

from __future__ import annotations

import pytest

from reports.claims import claims

NEW, IN, OUT, DONE = (f"applications.{row}.total" for row in ("new", "carried_in", "carried_out", "handled"))


def said(text: str, form="2021", year=2023) -> dict[str, object]:
    return {claim.cell: claim.value for claim in claims(text, 1, form, year)}


@pytest.mark.parametrize(
    "text",
    [
        "2023年，未收到政府信息公开申请。", "本年度没有收到依申请公开件。", "全年未收到依申请公开事项。",
        "未收到依法申请公开事项。", "未接到群众主动要求公开政府信息的申请。", "2023年无依申请公开事项。",
        "未收到和处理政府信息公开申请事件。", "全年收到政府信息公开申请0件。", "受理依申请公开政府信息0件，回复处理0件。",
        "收到政府信息公开申请0宗。", "未收到依申请公开政府信息的申请。", "未收到依申请公开事宜。",
    ],
)  # fmt: skip
def test_none_received_is_a_claim_of_nought_in_all_its_wordings(text):
    assert said(text).get(NEW) == 0


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("共收到政府信息公开申请26件。", 26), ("接到3起政府信息公开申请。", 3), ("收到1项依申请公开事项。", 1),
        ("新收政府信息公开申请1,005件。", 1005), ("收到依申请公开件24件。", 24), ("共收到政府信息公开申请二十六件。", 26),
        ("依申请公开52件。", 52), ("收到依申请公开政府信息2条。", 2), ("累计收到依申请信息公开件6件。", 6),
        ("收到政府信息公开申请17例。", 17),
    ],
)  # fmt: skip
def test_requests_are_counted_in_many_units(text, value):
    assert said(text).get(NEW) == value


@pytest.mark.parametrize(
    "text",
    [
        "2023年共回复网民留言11条。", "依申请六类事项共13条事项。", "12345热线受理诉求742件。",
        "局长信箱收到来信172件。", "办理人大建议、政协提案23件。", "公开行政许可、行政处罚信息68条。",
        "开通以来累计办理依申请公开592份。", "未收到行政复议申请。", "公布实施行政许可12项。",
        "规范性文件公开征求意见2个。", "对外公开国家、自治区规章及规范性文件143件。", "公开经费共计77万元。",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_request_or_a_cell_is_no_claim(text):
    assert NEW not in said(text)
    assert not [cell for cell in said(text) if cell.startswith("proactive.")]


def test_carried_in_and_out_are_told_by_the_direction():
    assert said("上年结转1件，结转下年度3件。") == {IN: 1, OUT: 3}
    assert said("2022年结转申请0件。")[IN] == 0
    assert said("另有1件转2024年继续办理。")[OUT] == 1
    assert said("结转上年度1件。")[IN] == 1
    assert said("无结转下年度办理的申请。")[OUT] == 0


def test_all_four_quantities_of_one_sentence_are_read():
    text = "（二）依申请公开情况。2023年，共收到政府信息公开申请7件，上年结转0件。全年办理答复7件，结转下年度0件。"
    assert said(text) == {NEW: 7, IN: 0, DONE: 7, OUT: 0}


def test_disputes_are_read_by_group_and_outcome():
    found = said("因政府信息公开被申请行政复议12件，其中结果维持5件，结果纠正3件。")
    assert found["disputes.reconsideration.total"] == 12
    assert found["disputes.reconsideration.upheld"] == 5
    assert found["disputes.reconsideration.corrected"] == 3


def test_no_disputes_at_all_is_a_claim_about_both_groups():
    found = {c.cell: c for c in claims("全年未发生因政府信息公开引起的行政复议、行政诉讼。", 1, "2021", 2023)}
    assert found["disputes.reconsideration.total"].value == 0
    assert found["disputes.litigation_direct.total"].note.startswith("sum:")


def test_no_lost_case_is_no_claim_that_there_was_none():
    assert not [cell for cell in said("全年无行政诉讼败诉案件。") if cell.startswith("disputes.")]


def test_documents_are_read_by_the_words_of_the_form():
    assert said("全年制发行政规范性文件1件，废止0件，现行有效14件。") == {
        "proactive.normative_documents.issued": 1,
        "proactive.normative_documents.repealed": 0,
        "proactive.normative_documents.in_force": 14,
    }
    assert said("本年新制作规范性文件3件，新公开0件。", "2019") == {
        "proactive.normative_documents.made": 3,
        "proactive.normative_documents.disclosed": 0,
    }
    assert said("2023年市统计局未出台规范性文件。")["proactive.normative_documents.issued"] == 0


def test_fees_are_given_in_ten_thousands_of_yuan_whatever_the_sentence_uses():
    from decimal import Decimal

    assert said("行政事业性收费金额为25.3万元。")["proactive.fees.amount"] == Decimal("25.3")
    assert said("行政事业性收费3800元。")["proactive.fees.amount"] == Decimal("0.38")


def test_another_years_figure_is_no_claim():
    found = claims("收到申请22起，比2022年31起下降29%。", 1, "2021", 2023)
    assert {claim.value for claim in found if claim.cell == NEW and not claim.note} == {22}


def test_what_includes_the_carried_over_says_so():
    (claim,) = [c for c in claims("受理政府信息公开申请45件（包括2022年结转4件）。", 1, "2021", 2023) if c.cell == NEW]
    assert claim.note == "with_carried_in"


def test_last_years_figure_quoted_beside_this_years_is_told_apart():
    found = claims("共收到政府信息公开申请22件，比2022年(31件)下降29%。", 1, "2021", 2023)
    assert {(claim.cell, claim.value, claim.note) for claim in found} == {(NEW, 22, ""), (NEW, 31, "previous_year")}
    assert claims("全年公开信息22条，比2022年(31条)下降29%。", 1, "2021", 2023) == []


def test_none_carried_in_beside_what_is_carried_out_is_the_others_figure():
    assert said("无上年结转，67件结转下年度继续办理。") == {IN: 0, OUT: 67}


def test_a_figure_before_the_clause_that_carries_out_is_what_was_closed():
    assert said("（二）依申请公开。全年办结6160件，256件结转下年度。") == {DONE: 6160, OUT: 256}


def test_kinds_of_applicants_named_in_one_row_do_not_hide_the_figure():
    assert said("收到公民、法人和其他组织提出的政府信息公开申请152件。") == {NEW: 152}


def test_a_sentence_broken_by_the_page_is_one_and_a_heading_above_is_none_of_it():
    text = "本年度各项工作平稳开展，栏目更新及时准确，没有因政府信息公开被申\n请行政复议、提起行政诉讼的情况。"
    assert said(text).get("disputes.reconsideration.total") == 0
    assert said("（二）依申请公开\n收到申请3件。").get(NEW) == 3
