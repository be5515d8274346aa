"""What is told to whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from alerts.decide import decide
from alerts.digest import MOST_ITEMS
from alerts.occasions import Situation
from reports.checks import checking
from reports.checks.context import Context, CrawlRecord, RegisterEntry
from reports.duties import Duty, Ledger, OpenFinding, SourceState, Standing
from reports.report import Cause

NOW = datetime(2027, 2, 3, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
SUGGESTS: dict[int | None, Situation] = {5: Situation(suggests=True)}
DUTY = Duty(1, "甲县统计局", "department", "county", 2026, date(2027, 1, 31), office_id=5)
SUM = OpenFinding(
    11, 1, "甲县统计局", 2026, "APP-SUM-ROW", "error", "合计不符。", ("applications.new.total",),
    "表三，第1行，总计", "表式", "26", "25", "http://a.gov.cn/1", fingerprint="f1", office_id=5,
)  # fmt: skip


def ledger(*findings: OpenFinding, standings: tuple[Standing, ...] = ()) -> Ledger:
    return Ledger(2026, NOW, list(standings), list(findings), [SourceState(1, "http://a.gov.cn/", "ok")])


def test_open_findings_of_one_office_and_day_become_one_digest():
    digests = decide(ledger(SUM, replace(SUM, id=12, rule="PUB-LATE", fingerprint="f2")), {}, NOW)
    assert [(d.audience, d.office_id, len(d.notices)) for d in digests] == [("office", 5, 2)]
    assert digests[0].key == "digest:office:5:2026:2027-02-03"


def test_what_was_told_is_not_told_again_and_a_changed_figure_is():
    notified = {"office": {n.key for d in decide(ledger(SUM), {}, NOW) for n in d.notices}}
    assert decide(ledger(SUM), notified, NOW) == []
    assert decide(ledger(replace(SUM, actual="24")), notified, NOW) != []


def test_a_doubtful_reading_goes_to_the_ops_team_until_a_person_confirms_it():
    doubtful = replace(SUM, needs_review=True)
    assert [d.audience for d in decide(ledger(doubtful), {}, NOW)] == ["ops"]
    assert [d.audience for d in decide(ledger(replace(doubtful, state="confirmed")), {}, NOW)] == ["office"]


def test_waived_and_resolved_findings_are_not_told():
    assert decide(ledger(replace(SUM, state="waived"), replace(SUM, state="resolved")), {}, NOW) == []


def test_a_body_of_which_nothing_can_be_said_is_never_in_the_office_digest_as_missing():
    cannot = Standing(DUTY, "cannot_tell", "网站无法访问", source_url="http://a.gov.cn/")
    digests = decide(ledger(standings=(cannot,)), {}, NOW)
    assert [d.audience for d in digests] == ["ops"]
    assert "无法判断" in digests[0].notices[0].message


def test_offices_get_only_what_concerns_their_own_bodies():
    other = replace(SUM, agency_id=2, agency="乙县统计局", office_id=6, fingerprint="f9")
    digests = decide(ledger(SUM, other), {}, NOW)
    assert [(d.office_id, [n.agency for n in d.notices]) for d in digests] == [
        (5, ["甲县统计局"]),
        (6, ["乙县统计局"]),
    ]


def told_all(*findings: OpenFinding) -> dict[str, set[str]]:
    return {"office": {key for d in decide(ledger(*findings), {}, NOW) for n in d.notices for key in n.keys}}


def test_a_digest_recalls_what_stands_since_it_was_told_and_what_is_corrected_and_tells_neither_anew():
    old, fixed = replace(SUM, id=20, fingerprint="old"), replace(SUM, id=21, fingerprint="fixed", agency="甲县民政局")
    notified = told_all(old, fixed)
    (digest,) = decide(ledger(SUM, old), notified, NOW, [replace(fixed, state="resolved")])
    assert [n.key for n in digest.notices] == [n.key for d in decide(ledger(SUM), {}, NOW) for n in d.notices]
    assert digest.recalled("still_open") == (1, 1, [("甲县统计局", 1)], 0)
    assert digest.recalled("corrected") == (1, 1, [("甲县民政局", 1)], 0)


def test_with_nothing_new_there_is_no_mail_and_what_was_never_told_is_not_called_corrected():
    notified = told_all(SUM)
    assert decide(ledger(SUM), notified, NOW, [replace(SUM, state="resolved")]) == []
    (digest,) = decide(ledger(SUM), {}, NOW, [replace(SUM, fingerprint="never", state="resolved")])
    assert digest.corrected == []


def test_the_text_names_thirty_items_of_the_season_the_gravest_first_and_leaves_the_rest_to_the_sheet():
    many = [replace(SUM, id=n, fingerprint=f"n{n}", severity="notice") for n in range(40)]
    older = replace(SUM, id=98, fingerprint="older", year=2024)
    (digest,) = decide(ledger(*many, older, SUM), {}, NOW)
    items = digest.items()
    assert (len(items), items[0].group, {n.year for n in items}) == (MOST_ITEMS, "error", {2026})
    assert digest.left_to_sheet() == (11, 1)
    assert sum(len(notices) for _, _, bodies in digest.groups() for _, notices in bodies) == MOST_ITEMS


def test_lateness_is_told_in_days_from_what_the_rule_writes():
    seen = CrawlRecord(NOW.date(), "late", published_on=date(2027, 2, 2), first_seen=date(2027, 2, 2))
    body = RegisterEntry("甲县统计局", kind="department", level="county")
    (found,) = checking.run(None, Context("甲县统计局", 2026, body, crawl_record=seen), ["PUB-LATE"]).findings
    late = replace(SUM, rule="PUB-LATE", expected=str(found.expected), actual=str(found.actual))
    (digest,) = decide(ledger(late), {}, NOW)
    assert digest.notices[0].days_late == 2
    assert [name for name, _ in digest.notices[0].figures] == ["发布日期", "法定期限", "逾期"]


def test_suggestions_on_form_are_one_line_a_body_and_only_for_offices_that_ask_for_them():
    period = replace(
        SUM, rule="YR-PERIOD-MISSING", severity="notice", message="甲县统计局2026年度报告未写明数据统计期限，建议补充。"
    )
    topics = replace(
        SUM,
        id=12,
        rule="STR-S1-TOPICS",
        fingerprint="f2",
        message="甲县统计局2026年“总体情况”未涉及监督保障，建议补充。",
    )
    assert decide(ledger(period, topics), {}, NOW) == []
    [digest] = decide(ledger(period, topics), {}, NOW, offices=SUGGESTS)
    [notice] = digest.notices
    assert notice.group == "notice"
    assert notice.message == (
        "甲县统计局2026年“总体情况”未涉及监督保障，建议补充；2026年度报告未写明数据统计期限，建议补充。"
    )
    assert decide(ledger(period, topics), {"office": {notice.key}}, NOW, offices=SUGGESTS) == []
    assert (
        decide(ledger(period, topics), {}, NOW, offices={**SUGGESTS, 5: Situation(), 6: Situation(suggests=True)}) == []
    )


CAUSE = Cause("applications.new.total", "一、本年新收政府信息公开申请数量·总计", "表三，第1行，总计", "9", "6")
WRONG = [
    replace(
        SUM, id=30 + n, rule=rule, fingerprint=rule, expected=a, actual=b, message=f"{rule}：{a}、{b}。", cause=CAUSE
    )
    for n, (rule, a, b) in enumerate(
        (("APP-SUM-ROW", "6", "9"), ("APP-BALANCE-TOTAL", "9", "6"), ("NAR-NEW", "6", "9"))
    )
]


def test_findings_of_one_cause_are_one_item_that_names_the_cell_with_the_others_as_evidence():
    (digest,) = decide(ledger(*WRONG), {}, NOW)
    (notice,) = digest.notices
    assert notice.figures == (("填报", "9"), ("应为", "6"))
    assert "“一、本年新收政府信息公开申请数量·总计”填报为9，与其他3处不符" in notice.message
    assert len(notice.evidence) == 3
    assert len(notice.keys) == 4


def test_one_cause_is_told_once_also_where_a_part_of_it_was_told_before_or_shows_again_elsewhere():
    notified = told_all(*WRONG[:2])
    assert decide(ledger(*WRONG), notified, NOW) == []
    assert decide(ledger(WRONG[0]), notified, NOW) == []


def test_a_cause_is_corrected_once_and_not_while_it_is_still_open():
    notified = told_all(*WRONG)
    gone = [replace(finding, state="resolved") for finding in WRONG]
    (digest,) = decide(ledger(SUM), notified, NOW, gone)
    assert len(digest.corrected) == 1
    (digest,) = decide(ledger(SUM, *WRONG), notified, NOW, gone)
    assert (len(digest.corrected), len(digest.still_open)) == (0, 1)


def test_of_two_figures_that_differ_none_is_called_right():
    prose = replace(SUM, rule="NAR-NEW", expected="11", actual="9", message="正文11件，表格9件，按上年报告推算应为11。")
    (digest,) = decide(ledger(prose), {}, NOW)
    (notice,) = digest.notices
    assert notice.figures == (("两处数字", "9、11，不一致"),)
    assert "应为" not in notice.message


def test_the_years_of_two_forms_are_no_figures_that_differ():
    form = replace(SUM, rule="FRM-YEAR", expected="2021", actual="2019", message="使用了2019版表格，应使用2021版。")
    (digest,) = decide(ledger(form), {}, NOW)
    assert digest.notices[0].figures == ()


def test_words_that_the_form_prescribes_are_the_right_ones():
    words = replace(
        SUM, rule="FRM-BASIS", cells=(), expected="国办公开办函〔2021〕30号", actual="国办公开办函〔2019〕60号"
    )
    (digest,) = decide(ledger(words), {}, NOW)
    assert [name for name, _ in digest.notices[0].figures] == ["现为", "应为"]


def test_what_publication_found_is_no_reported_figure():
    picture = replace(SUM, rule="PUB-IMAGE", cells=(), expected="", actual="pdf-ocr")
    (digest,) = decide(ledger(picture), {}, NOW)
    assert digest.notices[0].figures == ()
