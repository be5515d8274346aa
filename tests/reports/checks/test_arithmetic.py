from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from reports.checks import checking
from reports.checks.context import Context, CrawlRecord, RegisterEntry
from reports.report import Claim, Row
from tests.reports.checks.figures import (
    published_2019_table,
    report,
    rules_found,
    seed_000_cells,
    seed_003_cells,
)


def test_the_figures_of_a_sound_report_break_no_rule():
    result = checking.run(report("2021", seed_003_cells()))
    assert rules_found(result) == []
    assert {"APP-SUM-COL", "APP-SUM-ROW", "APP-BALANCE", "DIS-SUM", "FRM-YEAR"} <= set(result.held)


def test_what_lacks_its_needs_is_not_judged_and_says_why():
    result = checking.run(report("2021", seed_003_cells()))
    reasons = {item.rule: item.reason for item in result.not_judged}
    assert reasons["APP-CARRY-TOTAL"] == "没有上年度报告"
    assert reasons["PUB-MISSING"] == "没有单位登记信息"


def test_the_old_form_for_2021_is_named_and_its_figures_are_still_checked():
    result = checking.run(report("2019", seed_000_cells(), agency="兵团统计局"))
    assert {"FRM-YEAR", "PRO19-DECISION-SLIP", "PRO19-TRIPLE"} <= set(rules_found(result))
    assert not {f.rule for f in result.findings if f.severity == "error"} - {"FRM-YEAR"}


ALTERED = [
    ("APP-SUM-COL", {"applications.unavailable.not_held.natural_person": 10}, {"APP-SUM-ROW"}),
    ("APP-SUM-ROW", {"applications.granted.total": 4}, {"APP-SUM-COL"}),
    ("APP-BALANCE", {"applications.carried_in.natural_person": 1}, {"APP-SUM-ROW"}),
    ("APP-BALANCE-TOTAL", {"applications.carried_out.total": 2}, {"APP-SUM-ROW"}),
    ("DIS-SUM", {"disputes.reconsideration.upheld": 1}, set()),
    ("FMT-INT", {"proactive.penalties.decisions": -1}, set()),
    ("FMT-DEC", {"proactive.fees.amount": -1}, set()),
    ("PRO-STOCK", {"proactive.normative_documents.in_force": 0}, set()),
]


@pytest.mark.parametrize(("rule", "change", "companions"), ALTERED, ids=[a[0] for a in ALTERED])
def test_one_altered_figure_trips_its_rule_and_the_necessary_companions_only(rule, change, companions):
    result = checking.run(report("2021", {**seed_003_cells(), **change}))
    assert set(rules_found(result)) == {rule} | companions


def test_the_message_gives_the_figures_the_arithmetic_and_the_place():
    result = checking.run(report("2021", {**seed_003_cells(), "applications.carried_in.natural_person": 1}))
    finding = next(f for f in result.findings if f.rule == "APP-BALANCE")
    assert "“自然人”栏" in finding.message
    assert "26 + 1 ≠ 26 + 0" in finding.message
    assert "相差1" in finding.message
    assert (finding.expected, finding.actual) == (27, 26)
    assert finding.place == "表三，第24、25行，自然人"  # the rows that make the 26
    assert finding.basis.startswith("表头注")


def test_a_published_table_with_a_blank_total_column_breaks_no_identity():
    result = checking.run(report("2019", published_2019_table(), year=2019, blank=True))
    assert not {"APP-BALANCE", "APP-BALANCE-TOTAL", "APP-SUM-COL", "APP-SUM-ROW", "DIS-SUM"} & set(rules_found(result))
    totals = next(f for f in result.findings if f.rule == "FMT-BLANK-TOTAL")
    assert "applications.granted.total" in totals.cells


def test_a_blank_addend_counts_as_zero_and_makes_the_difference_milder():
    cells = {**seed_003_cells(), "applications.new.business": None, "applications.new.total": 27}
    found = {f.rule: f for f in checking.run(report("2021", cells)).findings}
    assert found["APP-SUM-ROW"].severity == "warning"
    assert "空白单元格按0计算" in found["APP-SUM-ROW"].message
    assert found["APP-BALANCE-TOTAL"].severity == "error"


def test_a_blank_total_is_not_compared_with_a_sum():
    result = checking.run(report("2021", {**seed_003_cells(), "applications.granted.total": None}))
    assert rules_found(result) == ["FMT-BLANK", "FMT-BLANK-TOTAL"]
    assert any(item.rule == "APP-SUM-ROW" and "合计栏空白" in item.reason for item in result.not_judged)


def test_where_blank_means_zero_a_blank_total_counts_as_zero():
    cells = {key: value for key, value in seed_003_cells().items() if key != "applications.partial.total"}
    result = checking.run(report("2021", cells, blank=True))
    found = {f.rule: f for f in result.findings}
    assert found["APP-SUM-ROW"].severity == "warning"
    assert "该表零值一律留空" in found["APP-SUM-ROW"].message
    assert "FMT-BLANK-TOTAL" not in found


def test_zeros_left_blank_throughout_are_one_notice_a_table_and_no_fault():
    result = checking.run(report("2021", seed_003_cells(), blank=True))
    assert rules_found(result) == ["FMT-BLANK"]
    assert len(result.findings) == 3


def test_a_doubtful_cell_is_a_matter_of_reading_and_no_arithmetic_is_done_with_it():
    from tests.reports.checks.figures import cell

    cells = {**seed_003_cells(), "applications.granted.natural_person": cell(7, 0.4)}
    result = checking.run(report("2021", cells))
    assert rules_found(result) == ["READ-LOWCONF"]
    assert any(item.rule == "APP-SUM-COL" and "识读存疑" in item.reason for item in result.not_judged)


def test_a_row_one_column_too_far_left_is_a_reading_to_look_at():
    cells = seed_003_cells() | {
        f"applications.granted.{column}": value
        for column, value in zip(
            ("natural_person", "business", "research", "public_interest", "legal_service", "other_org", "total"),
            (5, 0, 0, 0, 0, 5, None),
            strict=True,
        )
    }
    found = checking.run(report("2021", cells)).findings
    assert "READ-SHIFT" in {f.rule for f in found}
    assert all(f.needs_review for f in found if f.rule in {"APP-SUM-ROW", "READ-SHIFT"})


def test_a_figure_split_into_two_cells_is_a_reading_to_look_at():
    cells = {**seed_003_cells(), "applications.unavailable.not_held.natural_person": 1}
    cells["applications.unavailable.not_held.business"] = 1
    found = checking.run(report("2021", cells)).findings
    by_rule = {f.rule: f for f in found}
    assert by_rule["READ-SPLIT"].severity == "notice"
    assert by_rule["APP-SUM-ROW"].needs_review


def test_last_years_carry_over_must_arrive():
    before = report(
        "2019", {"applications.carried_out.total": 3, "applications.carried_out.natural_person": 3}, year=2020
    )
    result = checking.run(report("2021", seed_003_cells()), Context(history=before), ["APP-CARRY-TOTAL"])
    finding = result.findings[0]
    assert (finding.expected, finding.actual) == (3, 0)
    assert "applications.carried_out.total" in finding.cells
    assert checking.run(report("2021", seed_003_cells()), Context(history=report(year=2020)), ["APP-CARRY-TOTAL"]).held


def claims(value: int, note: str = "", text: str = "共收到政府信息公开申请{n}件") -> list[Claim]:
    return [Claim("applications.new.total", value, text.format(n=value), 1, note)]


def test_the_narrative_is_held_against_the_table():
    doc = report("2021", seed_003_cells())
    for value, expected in {26: [], 27: ["NAR-NEW"], 0: ["NAR-NONE"]}.items():
        doc.claims = claims(value)
        assert rules_found(checking.run(doc)) == expected, value
    empty = report("2021")
    empty.claims = claims(4)
    assert rules_found(checking.run(empty)) == ["NAR-NONE-REVERSE"]


def test_a_sentence_that_counts_what_was_carried_in_agrees_with_the_sum():
    doc = report("2021", {
        "applications.new.natural_person": 4, "applications.new.total": 4,
        "applications.carried_in.natural_person": 1, "applications.carried_in.total": 1,
        "applications.granted.natural_person": 5, "applications.granted.total": 5,
        "applications.handled.natural_person": 5, "applications.handled.total": 5,
    })  # fmt: skip
    doc.claims = claims(5, "with_carried_in")
    assert rules_found(checking.run(doc)) == []
    doc.claims = claims(6, "handled_words")
    assert [(f.rule, f.severity) for f in checking.run(doc).findings] == [("NAR-NEW", "notice")]


def test_a_row_of_the_other_form_is_named_with_its_figure():
    doc = report("2021", seed_003_cells())
    doc.details.rows = [Row("proactive", None, "政府集中采购", ("92",), foreign="2019")]
    result = checking.run(doc)
    assert rules_found(result) == ["FMT-MIXED"]
    assert "政府集中采购 92" in result.findings[0].message


def test_a_row_of_the_other_form_among_figures_in_doubt_needs_a_look():
    doc = report("2021", seed_003_cells())
    doc.details.rows = [Row("proactive", None, "政府集中采购", ("92",), foreign="2019")]
    assert doc.cells is not None
    key = "proactive.regulations.issued"
    doc.cells[key] = replace(doc.cells[key], confidence=0.5)
    found = [finding for finding in checking.run(doc).findings if finding.rule == "FMT-MIXED"]
    assert [finding.needs_review for finding in found] == [True]


def test_not_found_is_said_only_where_the_crawl_is_sure():
    register_entry = RegisterEntry("甲县统计局", kind="department", level="county")
    for state, findings in {"missing": ["PUB-MISSING"], "cannot_tell": [], "due": [], "published": []}.items():
        crawl_record = CrawlRecord(date(2022, 2, 8), state, "网站无法访问", source_url="http://a.example/")
        result = checking.run(None, Context("甲县统计局", 2021, register_entry, crawl_record=crawl_record))
        assert rules_found(result) == findings, state
    missing = Context(
        "甲县统计局",
        2021,
        register_entry,
        crawl_record=CrawlRecord(date(2022, 2, 8), "missing", source_url="http://a.example/"),
    )
    message = checking.run(None, missing).findings[0].message
    assert message.startswith("截至2022年2月8日，未在http://a.example/发现甲县统计局2021年")


def test_only_an_interpretation_is_one_finding_and_not_two():
    register_entry = RegisterEntry("甲县统计局", kind="department", level="county")
    crawl_record = CrawlRecord(date(2022, 2, 8), "missing", interpretation_url="http://a.example/j.html")
    assert rules_found(checking.run(None, Context("甲县统计局", 2021, register_entry, crawl_record=crawl_record))) == [
        "INT-ONLY"
    ]


@pytest.mark.parametrize(
    ("kind", "day", "rule"),
    [
        ("department", date(2022, 1, 31), None),
        ("department", date(2022, 2, 1), "PUB-LATE"),
        ("government", date(2022, 2, 10), None),
        ("government", date(2022, 3, 31), None),
        ("government", date(2022, 4, 1), "PUB-LATE-GOV"),
        ("subdistrict", date(2022, 2, 20), None),
    ],
)
def test_the_statutory_day_depends_on_the_body(kind, day, rule):
    register_entry = RegisterEntry("甲县", kind=kind, level="county")
    state = "late" if rule else "published"
    crawl_record = CrawlRecord(date(2022, 5, 1), state, published_on=day, first_seen=date(2022, 4, 20))
    result = checking.run(
        report("2021", seed_003_cells()), Context(register_entry=register_entry, crawl_record=crawl_record)
    )
    assert [f for f in rules_found(result) if f.startswith("PUB-LATE")] == ([rule] if rule else [])


def test_our_own_first_sight_in_time_beats_a_later_printed_date():
    register_entry = RegisterEntry("甲县统计局", kind="department", level="county")
    crawl_record = CrawlRecord(date(2022, 5, 1), "late", published_on=date(2022, 4, 2), first_seen=date(2022, 1, 20))
    result = checking.run(
        report("2021", seed_003_cells()), Context(register_entry=register_entry, crawl_record=crawl_record)
    )
    assert "PUB-LATE" in result.held


def test_an_interpretation_is_no_report_with_faults():
    doc = report("2021", sections={1: "一", 2: "二", 3: "三"})
    doc.kind, doc.form, doc.cells = "interpretation", None, {}
    assert rules_found(checking.run(doc)) == ["READ-KIND"]
