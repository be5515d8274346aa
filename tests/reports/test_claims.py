"""Figures that sentences state about cells, and figures that only look so."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.claims import claims, counts_requests, lists_of_parts
from reports.claims.lexicon import lexicon, variants
from reports.report import Claim, Report, Source

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
    assert found["disputes.litigation_*.total"].value == 0


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


@pytest.mark.parametrize(
    "text",
    [
        "新制定规章5件，修改4件，废止4件。",
        "制定规范性文件3件、修订2件。",
        "主动公开市政府规章13件（含新制定5件，修改4件）。",
    ],
)
def test_what_was_made_anew_is_not_all_that_was_issued_where_revisions_are_counted_beside_it(text: str):
    assert said(text) == {}


def test_revisions_within_the_documents_issued_leave_their_number_alone():
    assert said("本年新印发规范性文件5件（其中修订2件）。") == {"proactive.normative_documents.issued": 5}


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


# ------------------------------------------------------------------ scope: parts, periods, bodies, groups

GRANTED = "applications.granted.total"
TOPIC = "（二）依申请公开。"


@pytest.mark.parametrize(
    ("text", "claimed"),
    [
        ("办理依申请公开事项7件，其中网络申请6件，信函申请1件，均在规定时间内答复。", {NEW: 7}),
        ("新受理17件，其中网络申请10件，信函7件，办结17件，上年结转0件，转下一年办理0件。", {NEW: 17, DONE: 17, IN: 0, OUT: 0}),
        ("年内共收到书面申请3件、网络申请4件，全部依法答复。", {NEW: 7}),
        ("共收到政府信息公开申请9件：当面2件、信函3件、网上4件。", {NEW: 9}),
        ("上半年收到申请3件，下半年收到申请4件。", {NEW: 7}),
        ("线上申请65件，办结62件，结转下年3件；线下申请9件，全部办结。", {}),
        ("通过网络收到申请5件。", {}),
        ("收到政府信息公开申请14件，其中自然人申请12件，企业申请2件。", {NEW: 14, "applications.new.natural_person": 12}),
        ("其中3月收到申请5件。", {}),
    ],
)  # fmt: skip
def test_a_split_by_channel_applicant_or_time_is_a_split(text, claimed):
    assert said(TOPIC + text) == claimed


@pytest.mark.parametrize(
    ("text", "claimed"),
    [
        ("共受理申请519件，答复500件（含上年度结转申请14件，另有33件顺延到下年度答复）。",
         {NEW: 519, DONE: 500, IN: 14, OUT: 33}),
        ("共收到11件，办理完毕11件；办理2022年结转件4件。", {NEW: 11, DONE: 15}),
        ("共收到11件，办理完毕11件；办理2022年结转件4件；办理市政府办转办件1件。", {NEW: 11, DONE: 15}),
        ("收到申请9件，办结8件，1件转2024年继续办理。", {NEW: 9, DONE: 8, OUT: 1}),
        ("收到申请9件，办结7件，2件延期办理。", {NEW: 9, DONE: 7}),
        ("收到申请9件，其余2件推迟至次年答复。", {NEW: 9, OUT: 2}),
    ],
)  # fmt: skip
def test_what_is_carried_put_off_or_handled_of_last_years_is_what_it_says(text, claimed):
    assert said(TOPIC + text) == claimed


def test_what_was_received_with_what_was_carried_in_says_so():
    for text in ("共收到并答复政府信息公开申请16件（其中上年结转2件）。", "收到政府信息公开申请16件（含上年结转）。"):
        found = {c.cell: c for c in claims(TOPIC + text, 1, "2021", 2023)}
        assert (found[NEW].value, found[NEW].note) == (16, "with_carried_in"), text


@pytest.mark.parametrize(
    "text",
    [
        "今年收到申请8件，去年收到申请6件，同比增长33.3%。",
        "收到申请8件，较2022年的6件增加2件。",
        "2022年收到申请6件；2023年收到申请8件。",
    ],
)  # fmt: skip
def test_only_the_years_own_figure_is_the_years(text):
    plain = [c.value for c in claims(TOPIC + text, 1, "2021", 2023) if c.cell == NEW and c.note != "previous_year"]
    assert plain == [8]


def test_a_group_is_claimed_as_a_group():
    found = said(TOPIC + "收到申请20件，予以公开10件，不予公开4件，不予处理6件。")
    assert found == {
        NEW: 20, GRANTED: 10, "applications.denied.*.total": 4, "applications.rejected.*.total": 6
    }  # fmt: skip
    assert said("行政复议、行政诉讼共3件，均因政府信息公开引发。") == {"disputes.*.total": 3}


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("截至年底，共有12人次向我局提交了政府信息公开申请，均已答复。", True), ("有3位市民向我局申请获取政府信息。", True),
        ("依申请公开方面，全年办件12件。", True), ("本年度无人申请公开政府信息。", True), ("依申请公开事项为零。", True),
        ("全年回复网民留言11条。", False), ("依申请六类事项共13条事项。", False), ("完善依申请公开工作流程。", False),
        ("未发生因政府信息公开申请引起的行政复议。", False),
    ],
)  # fmt: skip
def test_a_number_of_requests_is_seen_in_any_wording(text, counts):
    assert counts_requests(text) is counts


def test_a_rounded_figure_tells_its_precision():
    (claim,) = claims("全年行政事业性收费金额258.5亿元。", 1, "2021", 2023)
    assert (claim.value, claim.note) == (2585000, "rounded:1000")


def test_each_word_of_the_lexicon_has_one_kind():
    assert lexicon().kinds["信息公开申请"] == "request"
    assert variants("新(收|接)[件|案]") == ["新件", "新案", "新收件", "新收案", "新接件", "新接案"]


@pytest.mark.parametrize(
    ("text", "parts", "agrees"),
    [
        ("收到申请26件，其中信函20件，网络6件。", (20, 6), True),
        ("收到申请26件，其中信函20件，网络7件。", (20, 7), False),
        ("收到申请9件，上年结转1件，其中网络5件，信函5件。", (5, 5), True),
        ("收到申请20件，其中网络12件（办结11件）、信函8件（办结7件）。", (12, 8), True),
        ("全年办结25件，其中予以公开20件、不予公开4件（国家秘密1件、第三方合法权益3件）、无法提供1件。", (20, 4, 1), True),
        ("收到申请26件，其中：网络20件；信函6件。", (20, 6), True),
    ],
)  # fmt: skip
def test_a_closed_list_is_added_up_with_what_was_carried_over(text, parts, agrees):
    (split,) = lists_of_parts(TOPIC + text, 1, 2023)
    assert (split.parts, split.agrees) == (parts, agrees)


@pytest.mark.parametrize(
    "text",
    [
        "收到申请26件，其中主要为征地20件、拆迁5件。",
        "收到申请26件，其中网络20余件、信函5件。",
        "收到申请26件，其中一季度3件，二季度4件。",
    ],
)
def test_an_open_list_is_not_added_up(text):
    assert lists_of_parts(TOPIC + text, 1, 2023) == []


@pytest.mark.parametrize(
    "text",
    [
        "依申请公开事项7项，其中含6项备案、1项任职资格公示。",
        "受理网上政府信息公开申请190件，其中申请17件，依申请1件，信箱来信172件。",
        "2022年制定规范性文件0件，现行有效0件。",
        "行政处罚决定68条。",
        "下属单位未发生政府信息公开行政复议。",
    ],
)
def test_lists_of_other_matters_and_other_years_are_no_claims(text):
    assert said(TOPIC + text) == {}


def test_another_years_figure_in_brackets_ends_with_them():
    text = TOPIC + "共收到申请323件（2022年为141件），共办结313件，其中予以公开132件。"
    assert said(text)[DONE] == 313
    assert said(text)[GRANTED] == 132


def test_a_none_behind_a_list_is_one_of_its_own():
    text = "收到政府信息公开申请8件，其中信函2件、网络6件，全年未发生因政府信息公开申请行政复议、行政诉讼的事项。"
    assert said(text)["disputes.reconsideration.total"] == 0


@pytest.mark.parametrize(
    ("text", "claimed"),
    [
        ("2022年收到申请6件。办结5件。2023年收到申请8件。办结7件。", {NEW: 8, DONE: 7}),
        ("2022年，本单位未收到政府信息公开申请。", {}),
        ("2022年，未发生政府信息公开行政复议，未制发行政规范性文件。", {}),
        ("去年收到申请6件；今年未收到政府信息公开申请。", {NEW: 0}),
    ],
)  # fmt: skip
def test_a_year_goes_on_until_another_is_named(text, claimed):
    found = claims(TOPIC + text, 1, "2021", 2023)
    assert {claim.cell: claim.value for claim in found if claim.note != "previous_year"} == claimed


@pytest.mark.parametrize("text", ["收到申请16件。其中上年结转2件。", "收到申请16件。\n以上数据含上年结转2件。"])
def test_a_sentence_that_goes_on_with_the_figure_before_it_is_read_with_it(text):
    found = {claim.cell: claim.note for claim in claims(TOPIC + text, 1, "2021", 2023)}
    assert found[NEW] == "with_carried_in"


_PIECES = [
    *"，、；：。（）()【", "3件", "12件", "0件", "零", "1.5万件", "29%", "5人", "97万元", "2023年", "2022年", "3月", "①",
    *{kind: word for word, kind in lexicon().kinds.items()}.values(),
]  # fmt: skip


@settings(deadline=None, max_examples=400)
@given(st.lists(st.sampled_from(_PIECES), max_size=25).map("".join))
def test_any_row_of_words_is_read_without_an_error_and_tells_only_its_own_figures(text):
    for claim in claims(text, 1, "2021", 2023):
        assert claim.text in re.sub(r"[；;。\n]+(?=其中|包括|包含|含|以上)", "，", text)
        assert claim.value >= 0
    assert isinstance(counts_requests(text), bool)
    lists_of_parts(text, 1, 2023)


@pytest.mark.parametrize(
    "text", ["\n" * 50_000, "收到申请（" * 5_000, "收到1件，其中2件、" * 4_000, "未、" * 20_000, "12" * 20_000]
)
def test_a_text_of_the_same_again_and_again_is_read_in_no_time(text):
    start = time.process_time()
    claims(text, 1, "2021", 2023)
    lists_of_parts(text, 1, 2023)
    assert time.process_time() - start < 5


def test_a_claim_on_a_group_or_on_last_year_is_kept_for_the_checks_and_told_to_nobody_as_one_about_a_cell():
    group = Claim("applications.denied.*.total", 4, "不予公开4件", 1)
    last = Claim(NEW, 6, "去年收到6件", 1, "previous_year")
    report = Report(Source("a.html", "0" * 64, "text/html", 1, "html"), cells={}, claims=[group, last])
    assert report.as_dict()["claims"] == []
    assert Report.from_dict(report.as_dict(details=True)).claims == [group, last]


# ------------------------------------------------------------------ whose figures


@pytest.mark.parametrize(
    ("agency", "text", "value"),
    [
        ("青柳县人民政府", "县自然资源局收到政府信息公开申请25件，县公安局收到申请10件。", None),
        ("青柳县人民政府", "其中，县行政审批局收到申请8件，办结8件。", None),
        ("青柳县人民政府", "城关镇收到政府信息公开申请5件。", None),
        ("青柳县人民政府", "县人民医院收到信息公开申请3件。", None),
        ("青柳县水务局", "市水利局共收到政府信息公开申请52件。", None),
        ("青柳县水务局", "全县共收到政府信息公开申请120件。", None),
        ("青柳县水务局", "县政府收到政府信息公开申请12件。", None),
        ("青柳县人民政府", "县政府收到政府信息公开申请12件。", 12),
        ("青柳县城关镇人民政府", "城关镇收到政府信息公开申请5件。", 5),
        ("青柳区住房和城乡建设局", "区住建局收到政府信息公开申请3件。", 3),
        ("青柳市发展和改革委员会", "市发改委共收到政府信息公开申请3件。", 3),
        ("青柳市水务局", "2024年，青柳市水务局机关共收到政府信息公开申请3件。", 3),
        ("青柳市水务局", "市局收到政府信息公开申请3件。", 3),
        ("青柳市水务集团有限公司", "公司全年收到信息公开申请3件。", 3),
        ("青柳市第一中学", "学校收到信息公开申请3件。", 3),
        (None, "区住建局收到政府信息公开申请3件。", 3),
        ("", "区住建局收到政府信息公开申请3件。", None),
    ],
)  # fmt: skip
def test_what_is_said_of_another_body_is_no_claim(agency, text, value):
    found = {claim.cell: claim.value for claim in claims(f"（二）依申请公开情况。{text}", 1, "2021", 2024, agency)}
    assert found.get(NEW) == value
    assert value is not None or not found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2022年、2023年分别收到申请6件、8件。", {NEW: 8}),
        ("收到、办结申请分别为12件、11件。", {NEW: 12, DONE: 11}),
        ("全年收到申请由上年的27件减至18件。", {NEW: 18}),
        ("收到自然人申请2件、商业企业申请3件，合计5件。", {NEW: 5}),
        ("办结的12件中，予以公开5件。", {DONE: 12}),
        ("收到、办结、结转分别为12件、11件。", {}),
        ("不予公开3件、无法提供2件，共计5件。", {}),
        ("“十三五”期间共收到申请12件。", {}),
        ("协调成员单位办理申请12件。", {}),
    ],
)
def test_figures_in_rows_and_sums_are_told_apart(text, expected):
    found = {c.cell: c.value for c in claims(f"（二）依申请公开情况。{text}", 1, "2021", 2023) if c.note == ""}
    assert {cell: value for cell, value in found.items() if cell in {NEW, DONE}} == expected


@pytest.mark.parametrize(
    "text", ["受理政府信息公开申请行政复议案件7件，其中维持5件。", "我局作为复议机关受理政府信息公开行政复议案件7件。"]
)
def test_what_a_reviewing_body_counts_of_others_is_none_of_its_own_disputes(text):
    assert said(f"（五）监督保障。{text}") == {}
