"""On which days and at which hours an office is told, what it hears at once, what goes to its leader."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.calendar import Workdays
from alerts.compose import compose, subject
from alerts.decide import decide
from alerts.digest import Digest, Kind
from alerts.matters import of_findings
from alerts.notice import Notice
from alerts.occasions import MOST_AT_ONCE, Situation, at_once, escalations, is_due, may_be_notified
from alerts.outbox import thread_id
from alerts.threads import of_digest, of_season
from models.offices import Wishes
from reports.duties import Duty, Ledger, OpenFinding, Standing

CHINA = ZoneInfo("Asia/Shanghai")
DAYS = Workdays()
NOW = datetime(2026, 2, 3, 10, 0, tzinfo=CHINA)  # a Tuesday
DEADLINE = date(2026, 1, 31)  # a Saturday
DUTY = Duty(1, "甲县统计局", "department", "county", 2025, DEADLINE, office_id=5)
SUM = OpenFinding(
    11, 1, "甲县统计局", 2025, "APP-SUM-ROW", "error", "合计不符。", ("applications.new.total",),
    "表三，第1行，总计", "表式", "26", "25", "http://a.gov.cn/1", fingerprint="f1", office_id=5,
    first_seen=NOW - timedelta(minutes=7),
)  # fmt: skip
MISSING = replace(
    SUM, id=12, rule="PUB-MISSING", fingerprint="f2", cells=(), place="", expected="", actual="", message="未发现。"
)
RULES = frozenset({"APP-SUM-ROW"})


def ledger(*findings: OpenFinding, standings: tuple[Standing, ...] = (), now: datetime = NOW) -> Ledger:
    return Ledger(2025, now, list(standings), list(findings))


def keys(digests: list[Digest]) -> dict[str, set[str]]:
    out: dict[str, set[str]] = {}
    for digest in digests:
        out.setdefault(digest.audience, set()).update(digest.notice_keys())
    return out


# ------------------------------------------------------------------ which mails stand together


def test_what_is_told_of_one_body_stands_together_by_year_and_digests_by_season():
    notice = next(of_findings([SUM], ()))[2]
    other = replace(notice, agency="甲县民政局")

    def thread(kind: Kind, *notices: Notice, year: int = 2025) -> str:
        return of_digest(Digest("office", 5, year, NOW.date(), list(notices), kind=kind))

    season = of_season("office", 5, 2025)
    assert thread("digest", notice) == thread("digest", notice, other) == season
    assert thread("report", notice, other) == thread("escalation", notice, other) == season
    one = thread("report", notice)
    assert one == thread("escalation", notice)
    assert len({season, one, thread("report", other), thread("report", notice, year=2024)}) == 4
    ids = {thread_id(each, "年报 <nianbao@a.example>") for each in (season, one)}
    assert len(ids) == 2
    assert all(each.endswith("@a.example>") for each in ids)
    assert thread_id("", "nianbao@a.example") == ""


# ------------------------------------------------------------------ days and hours


def test_quiet_hours_may_pass_midnight_and_the_digest_waits_for_their_end():
    wishes = Wishes(quiet="18:00-09:30")
    assert [wishes.is_quiet(NOW.replace(hour=h)) for h in (17, 18, 23, 0, 9, 10)] == [
        False, True, True, True, True, False,
    ]  # fmt: skip
    assert wishes.hour(9) == 10
    assert Wishes(quiet="12:00-13:30").hour(12) == 14
    assert Wishes(digest_hour=8).hour(9) == 8


def test_an_office_that_wants_working_days_hears_on_no_other_but_the_last_day_itself():
    wishes = Wishes(workdays_only=True)
    saturday = datetime(2026, 1, 31, 9, tzinfo=CHINA)
    assert not may_be_notified(wishes, saturday, DAYS)
    assert may_be_notified(wishes, saturday, DAYS, [DEADLINE])
    assert may_be_notified(wishes, datetime(2026, 2, 14, 9, tzinfo=CHINA), DAYS)  # a Saturday that is worked
    assert not may_be_notified(wishes, datetime(2026, 2, 17, 9, tzinfo=CHINA), DAYS)  # 春节
    offices: dict[int | None, Situation] = {5: Situation(wishes)}
    due = Standing(DUTY, "due")
    on_the_day = ledger(SUM, standings=(due,), now=saturday)
    assert [d.stages != {} for d in decide(on_the_day, {}, saturday, workdays=DAYS, offices=offices)] == [True]
    sunday = saturday + timedelta(days=1)
    assert decide(ledger(SUM, now=sunday), {}, sunday, workdays=DAYS, offices=offices) == []


def test_the_daily_digest_goes_once_and_from_its_hour_on():
    assert is_due("digest", Situation(), NOW, 9)
    assert not is_due("digest", Situation(), NOW, 11)
    assert not is_due("digest", Situation(today={"digest": 1}), NOW, 9)
    assert is_due("digest", Situation(Wishes(digest_hour=8)), NOW, 11)
    assert is_due("escalation", Situation(today={"digest": 1}), NOW, 9)  # the leader's mail is another


# ------------------------------------------------------------------ at once


def test_what_a_report_just_read_holds_is_told_at_once_and_not_again_by_the_digest():
    found = ledger(SUM, replace(MISSING, agency_id=2, agency="甲县教育局"))
    (digest,) = at_once(found, {}, NOW, {5: Situation()}, DAYS, RULES)
    assert (digest.kind, [n.rule for n in digest.notices]) == ("report", ["APP-SUM-ROW"])
    assert digest.key == "report:office:5:2025:2026-02-03:1"
    assert "新核对报告：数据问题1项" in subject(digest)
    message = compose(digest, "甲县政务公开办")
    for part in (message.text, message.html):
        assert "新发布或者有改动的2025年度" in part
        assert "应发布" not in part
        assert "此前已告知" not in part
    (daily,) = decide(found, keys([digest]), NOW)
    assert [n.rule for n in daily.notices] == ["PUB-MISSING"]


def test_nobody_is_told_at_once_who_does_not_want_it_or_sleeps_or_had_many_today_or_of_what_is_old_or_in_doubt():
    assert at_once(ledger(SUM), {}, NOW, {5: Situation(Wishes(at_once=False))}, DAYS, RULES) == []
    assert at_once(ledger(SUM), {}, NOW, {5: Situation(Wishes(quiet="09:00-11:00"))}, DAYS, RULES) == []
    assert at_once(ledger(SUM), {}, NOW, {5: Situation(today={"report": MOST_AT_ONCE})}, DAYS, RULES) == []
    old = replace(SUM, first_seen=NOW - timedelta(days=4))
    assert at_once(ledger(old), {}, NOW, {5: Situation()}, DAYS, RULES) == []
    assert at_once(ledger(replace(SUM, needs_review=True)), {}, NOW, {5: Situation()}, DAYS, RULES) == []


# ------------------------------------------------------------------ the leader

LED: dict[int | None, Situation] = {5: Situation(Wishes(escalate_after=3), has_leader=True)}


TOLD_AT = {n.key: NOW for d in decide(ledger(MISSING), {}, NOW) for n in d.notices}


def absent(now: datetime) -> Ledger:
    return ledger(MISSING, standings=(Standing(DUTY, "missing"),), now=now)


def test_the_leader_hears_once_of_who_is_missing_so_many_working_days_after_the_day():
    assert escalations(absent(NOW), {}, TOLD_AT, NOW, LED, DAYS) == []  # Monday and Tuesday
    later = NOW + timedelta(days=1)
    assert escalations(absent(later), {}, {}, later, LED, DAYS) == []  # the desk was not told
    (digest,) = escalations(absent(later), {}, TOLD_AT, later, LED, DAYS)
    assert (digest.audience, digest.kind, [n.agency for n in digest.notices]) == (
        "leader",
        "escalation",
        ["甲县统计局"],
    )
    assert "提请关注：未发现1家" in subject(digest)
    assert "提请关注" in compose(digest, "甲县政务公开办").text
    assert escalations(absent(later), keys([digest]), TOLD_AT, later, LED, DAYS) == []


def test_the_leader_hears_of_errors_that_stand_so_many_working_days_after_the_desk_was_told():
    (notified,) = decide(ledger(SUM), {}, NOW)
    notified_at = dict.fromkeys(notified.notice_keys(), NOW)
    for days, expected in ((2, 0), (3, 1)):
        now = NOW + timedelta(days=days)
        assert len(escalations(ledger(SUM, now=now), {}, notified_at, now, LED, DAYS)) == expected
    now = NOW + timedelta(days=3)
    assert escalations(ledger(SUM, now=now), {}, {}, now, LED, DAYS) == []  # the desk was not told
    assert escalations(ledger(replace(SUM, state="waived"), now=now), {}, notified_at, now, LED, DAYS) == []
    without: list[dict[int | None, Situation]] = [
        {5: Situation(Wishes(escalate_after=None), has_leader=True)}, {5: Situation()}, {}
    ]  # fmt: skip
    for office in without:
        assert escalations(ledger(SUM, now=now), {}, notified_at, now, office, DAYS) == []


def test_an_office_with_operators_of_its_own_keeps_its_doubtful_matters_to_them():
    doubtful = replace(SUM, needs_review=True)
    (digest,) = decide(ledger(doubtful), {}, NOW, offices={5: Situation(has_ops=True)})
    assert (digest.audience, digest.office_id) == ("ops", 5)
    (digest,) = decide(ledger(doubtful), {}, NOW, offices={5: Situation()})
    assert (digest.audience, digest.office_id) == ("ops", None)


# ------------------------------------------------------------------ whatever happens

STATES = ("due", "missing", "published", "late", "cannot_tell")
BODIES = st.lists(st.sampled_from(STATES), min_size=1, max_size=4)
WISHES = st.builds(
    Wishes,
    quiet=st.sampled_from(("", "18:00-08:30", "12:00-14:00")),
    workdays_only=st.booleans(),
    at_once=st.booleans(),
    escalate_after=st.sampled_from((None, 1, 5)),
)
SEASON = st.datetimes(datetime(2026, 1, 1), datetime(2026, 6, 30))  # noqa: DTZ001  hypothesis draws naive ones


@settings(deadline=None, max_examples=80)
@given(states=BODIES, wishes=WISHES, moment=SEASON, older=st.booleans())
def test_nothing_is_told_twice_and_nobody_is_named_of_whom_it_is_not_true(
    states: list[str], wishes: Wishes, moment: datetime, older: bool
):
    now = moment.replace(tzinfo=CHINA)
    standings, findings = [], []
    for number, state in enumerate(states, 1):
        if state in {"missing", "late"} and now.date() <= DEADLINE:
            state = "published"
        if state == "due" and now.date() > DEADLINE:
            state = "cannot_tell"
        duty = replace(DUTY, agency_id=number, agency=f"甲县{number}局")
        standings.append(Standing(duty, state, "网站无法访问" if state == "cannot_tell" else ""))  # type: ignore[arg-type]
        seen = now - timedelta(days=20 if older else 0)
        if state == "missing":
            findings.append(replace(MISSING, id=number, agency_id=number, agency=duty.agency, fingerprint=f"m{number}"))
        if state == "published":
            findings.append(
                replace(SUM, id=number, agency_id=number, agency=duty.agency, fingerprint=f"s{number}", first_seen=seen)
            )
    of = ledger(*findings, standings=tuple(standings), now=now)
    offices: dict[int | None, Situation] = {5: Situation(wishes, has_leader=True)}
    notified: dict[str, set[str]] = {}
    first = _all(of, notified, offices, now)
    named = {n.agency for d in first if d.audience != "ops" for n in (*d.notices, *d.pending, *d.overdue)}
    true = {s.duty.agency: s.state for s in standings}
    assert all(true[agency] != "cannot_tell" for agency in named)
    for digest in first:
        assert all(true[n.agency] == "due" for n in digest.pending)
        assert all(
            true[n.agency] == "missing" for n in (*digest.overdue, *(n for n in digest.notices if n.group == "missing"))
        )
        if digest.audience != "ops":
            assert not wishes.is_quiet(now)
    assert len({digest.key for digest in first}) == len(first)
    for audience, several in keys(first).items():
        notified[audience] = notified.get(audience, set()) | several
    assert _all(of, notified, offices, now) == []


def _all(
    of: Ledger, notified: dict[str, set[str]], offices: dict[int | None, Situation], now: datetime
) -> list[Digest]:
    """What one moment tells, the one after the other, as the service does."""
    out = []
    known = {audience: set(found) for audience, found in notified.items()}
    for decided in (
        lambda: at_once(of, known, now, offices, DAYS, RULES),
        lambda: decide(of, known, now, workdays=DAYS, offices=offices),
        lambda: escalations(of, known, {}, now, offices, DAYS),
    ):
        for digest in decided():
            out.append(digest)
            known.setdefault(digest.audience, set()).update(digest.notice_keys())
    return out
