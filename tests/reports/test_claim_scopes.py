"""What stands beside a figure and decides whose it is: the part of the year, another body, a list, a bracket."""

from __future__ import annotations

import pytest

from reports.claims import claims

NEW, DONE = "applications.new.total", "applications.handled.total"


def said(text: str) -> dict[str, object]:
    return {claim.cell: claim.value for claim in claims(text, 1, "2021", 2023)}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("累计接收来信及平台依申请公开事项23件。", 23), ("收到申请4件，均履行当日登记、限时转办程序。", 4),
        ("政府信息公开申请数较往年大幅增长，全年达31件。", 31), ("收到申请12件，主要集中在不动产登记、信访等领域。", 12),
        ("申请数量由上年278件变化为301件。", 301), ("1.2023年收到政府信息公开申请6件。", 6),
    ],
)  # fmt: skip
def test_what_stands_beside_a_figure_is_told_apart(text, value):
    assert said("（二）依申请公开情况。" + text).get(NEW) == value


@pytest.mark.parametrize(
    "text",
    [
        "2023年12月收到政府信息公开申请33件。", "上半年收到申请9件，其中自然人申请6件。", "各县区共受理申请34件；办结11件。",
        "2024年办结申请3件。", "15名村民联名提出申请23件。", "与2022年相比，申请量由692件变化为457件，其中2022年1至12月692件。",
        "局属事业单位收到信息公开申请37件。", "受理窗口当场告知29件，窗口接待120件。", "局属各单位未收到政府信息公开申请。",
        "第一季度，我局未收到政府信息公开申请。", "受理行政许可申请32件，办结33件。",
        "未收到其他主体申请。", "近三年受理的申请共计13件，未发生行政复议。",
    ],
)  # fmt: skip
def test_a_part_of_the_year_or_another_body_is_no_claim(text):
    made = claims("（二）依申请公开情况。" + text, 1, "2021", 2023)
    assert {claim.value for claim in made if claim.note != "previous_year"} <= {457}


def test_a_bracket_that_adds_a_row_or_a_line_to_what_is_counted():
    assert said("（二）依申请公开情况。予以公开（含部分公开）9件。") == {
        "applications.granted.total+applications.partial.total": 9
    }
    assert said("（二）依申请公开情况。收到申请（含上年结转）9件。") == {}


def test_of_handled_applications_those_carried_in_are_part():
    text = "（二）依申请公开情况。共办结申请9件，其中当年受理当年办结6件，上年结转办结3件。"
    assert said(text) == {DONE: 9}


def test_all_who_asked_are_of_one_kind():
    for text in ("收到申请4件，均由自然人提出。", "政府信息公开申请全部来自自然人，共4件。"):
        assert said("（二）依申请公开情况。" + text) == {NEW: 4, "applications.new.natural_person": 4}


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("今年收到的申请已办结8件。", {}),  # what was carried in is handled besides
        ("政务公开专区接待群众12人次，提供信息查询5次，受理申请3件。", {}), ("局属5家单位全年收到申请18件。", {}),
        ("收到申请7件，占全年11%。", {}), ("其余主体无申请。", {}), ("最后一个季度收到申请7件。", {}),
        ("无科研机构、法律服务机构申请。", {"applications.new.research": 0, "applications.new.legal_service": 0}),
        ("29件于年底收到的申请，因未到答复期限，结转下一年度。", {"applications.carried_out.total": 29}),
        ("除结转下年的3件外，其余52件均已办结。", {"applications.carried_out.total": 3, DONE: 52}),
        ("所有申请均已办结，共计52件。", {DONE: 52}), ("年末未办结4件。", {"applications.carried_out.total": 4}),
        ("新收的7件申请和2022年结转的2件申请中，已答复8件。", {NEW: 7, "applications.carried_in.total": 2, DONE: 8}),
        ("不予公开的9件中有3件被提起行政复议。", {"applications.denied.*.total": 9}),
        ("上年收到申请21件，本年减少3件，为18件。", {NEW: 18}),
        ("收到申请34件，无上年结转，办结33件。", {NEW: 34, "applications.carried_in.total": 0, DONE: 33}),
        ("上年结转的申请，办结3件。", {}),
        ("日均收到申请13件。", {}), ("某单位收到政府信息公开申请19件，超期答复。", {}), ("申请量最多的单位收到申请10件。", {}),
    ],
)  # fmt: skip
def test_whose_a_figure_is_stands_in_the_words_around_it(text, cells):
    made = claims("（二）依申请公开情况。" + text, 1, "2021", 2023)
    assert {claim.cell: claim.value for claim in made if claim.note != "previous_year"} == cells
