"""The clock: rows of work at the right moments, by one scheduler at a time."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

import config
import scheduler
from models import agencies, base, leases, locks, mails, schedule, sources, work
from reports.checks.params import BadParameters
from scheduler import Clock, Scheduler, timetable

NOW = datetime(2027, 1, 28, 1, 0, tzinfo=UTC)  # nine in the morning in the office's zone


@pytest.fixture
def settings(tmp_path: Path, sqlite_template: Path) -> config.Settings:
    made = config.Settings(data_dir=tmp_path / "var", _env_file=None)
    made.data_dir.mkdir()
    shutil.copyfile(sqlite_template, made.data_dir / "nianbao.sqlite3")
    return made


@pytest.fixture
def db(settings: config.Settings) -> Iterator[Engine]:
    made = base.make_engine(settings.database_url)
    yield made
    made.dispose()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A heart that beats quickly, so that taking over is seen at once."""
    monkeypatch.setattr(scheduler, "LEASE", timedelta(seconds=1.5))
    monkeypatch.setattr(scheduler, "BEAT", 0.2)


def add_source(db: Engine, url: str, due: datetime | None) -> int:
    with base.transaction(db) as session:
        agency, _ = agencies.upsert_agency(session, agencies.AgencyRow(name=f"甲县{url}局", level="county"))
        source = sources.upsert_source(session, f"https://{url}.example/", agency.id, "", NOW)
        source.next_due_at = due
        return source.id


def of_kind(db: Engine, kind: str) -> list[work.Work]:
    with base.transaction(db) as session:
        rows = [session.get(work.Work, number) for number in range(1, 50)]
        return [row for row in rows if row is not None and row.kind == kind]


def until(condition: Callable[[], bool], seconds: float = 40) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return condition()


# ------------------------------------------------------------------ what the jobs add


def test_each_source_that_is_due_becomes_one_piece_of_work(db: Engine, settings: config.Settings):
    due, later, never = (
        add_source(db, "a", NOW),
        add_source(db, "b", NOW + timedelta(hours=1)),
        add_source(db, "c", None),
    )
    clock = Clock(db, settings)
    clock.due_sources(NOW)
    clock.due_sources(NOW + timedelta(minutes=1))
    assert sorted(row.subject for row in of_kind(db, "crawl")) == [due, never]
    assert later not in {row.subject for row in of_kind(db, "crawl")}


def test_a_source_that_is_being_crawled_is_not_asked_for_again(db: Engine, settings: config.Settings):
    add_source(db, "a", NOW)
    clock = Clock(db, settings)
    clock.due_sources(NOW)
    with base.transaction(db) as session:
        assert work.claim(session, 1, "a worker", NOW, timedelta(hours=1))
    clock.due_sources(NOW + timedelta(minutes=1))
    (row,) = of_kind(db, "crawl")
    assert row.payload == {}


def test_decisions_and_summaries_are_about_the_last_ended_year_in_the_offices_zone(
    db: Engine, settings: config.Settings
):
    clock = Clock(db, settings)
    with base.transaction(db) as session:
        clock.decide(session, datetime(2026, 12, 31, 15, 59, tzinfo=UTC))  # 23:59 on 31 December
        clock.summarise(session, datetime(2026, 12, 31, 16, 1, tzinfo=UTC))  # 00:01 on 1 January
    assert [row.subject for row in of_kind(db, "decide")] == [2025]
    with base.transaction(db) as session:
        (issue,) = [session.get_one(schedule.Issue, row.subject) for row in of_kind(db, "summary")]
        assert (issue.period, issue.office, issue.year, issue.mailed) == ("season", 0, 2026, False)


def test_mails_left_in_the_outbox_get_work_once_a_server_is_configured(db: Engine, settings: config.Settings):
    with base.transaction(db) as session:
        for number in (1, 2):
            day = NOW.date()
            draft = mails.Draft(
                f"k{number}", f"<{number}@x>", "office", "digest", day, ["a@x.example"], "s", "t", "h", []
            )
            mail = mails.queue(session, draft, NOW)
            assert mail is not None
        session.get_one(work.Work, 1).state = "done"  # it ran while no server was configured
    Clock(db, settings).send_mails(NOW)
    assert len(of_kind(db, "mail")) == 2
    configured = settings.model_copy(update={"smtp_url": "smtp://127.0.0.1:1"})
    Clock(db, configured).send_mails(NOW)
    Clock(db, configured).send_mails(NOW)
    assert [(row.subject, row.state) for row in of_kind(db, "mail")] == [(1, "done"), (2, "waiting"), (1, "waiting")]


def test_old_work_that_is_done_is_forgotten_and_failures_are_kept(db: Engine):
    with base.transaction(db) as session:
        for number, state in enumerate(("done", "failed", "done"), 1):
            row = work.add(session, "read", number, NOW - timedelta(days=100 if number < 3 else 1))
            row.state = state
        assert leases.forget_done(session, NOW - timedelta(days=90)) == 1
    assert [row.subject for row in of_kind(db, "read")] == [2, 3]


def test_work_that_waits_for_a_later_try_can_be_asked_for_now(db: Engine):
    with base.transaction(db) as session:
        for number in (1, 2):
            work.add(session, "crawl", number, NOW, due_at=NOW + timedelta(hours=2))
        leases.bring_forward(session, "crawl", [1], NOW)
    assert [(row.subject, row.due_at) for row in of_kind(db, "crawl")] == [(1, NOW), (2, NOW + timedelta(hours=2))]


# ------------------------------------------------------------------ when they run


def moment(text: str, settings: config.Settings) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=settings.zone).astimezone(UTC)


def added(db: Engine, settings: config.Settings, text: str) -> list[str]:
    """The kinds of work that the turns at that moment added, in order."""
    with base.transaction(db) as session:
        before = {row.id for row in session.scalars(sa.select(work.Work))}
    Clock(db, settings).give_turns(moment(text, settings))
    with base.transaction(db) as session:
        rows = session.scalars(sa.select(work.Work).order_by(work.Work.id))
        return [row.kind for row in rows if row.id not in before]


def test_the_timetable_names_each_job_once_and_follows_the_digest_hour(settings: config.Settings):
    jobs = timetable(settings.model_copy(update={"digest_hour": 8}))
    assert len({job.name for job in jobs}) == len(jobs)
    decide = next(job for job in jobs if job.adds is Clock.decide)
    found = scheduler.next_run(decide, NOW, None, settings.zone)
    assert found is not None
    assert found.isoformat() == "2027-01-29T08:00:00+08:00"


@pytest.mark.parametrize(
    ("last", "now", "missed"),
    [
        (None, "2027-01-28T12:00", False),  # never had a turn: waits for its hour
        ("2027-01-27T09:00", "2027-01-28T08:59", False),
        ("2027-01-27T09:00", "2027-01-28T09:01", True),
        ("2027-01-20T09:00", "2027-01-28T08:00", True),
        ("2027-01-28T09:00", "2027-01-28T23:00", False),
    ],
)
def test_a_daily_job_missed_while_no_scheduler_was_up_or_the_machine_slept_runs_once_when_it_is_found(
    db: Engine, settings: config.Settings, last: str | None, now: str, missed: bool
):
    if last is not None:
        with base.transaction(db) as session:
            work.add(session, "decide", 2026, moment(last, settings)).state = "done"
    assert added(db, settings, now).count("decide") == missed
    assert added(db, settings, now) == []


def test_a_turn_of_each_day_is_given_on_that_day_and_once(db: Engine, settings: config.Settings):
    assert added(db, settings, "2027-01-26T12:00") == []
    for day in ("27", "28"):
        assert added(db, settings, f"2027-01-{day}T08:59:59") == []
        assert added(db, settings, f"2027-01-{day}T09:00:00") == ["decide"]
        assert added(db, settings, f"2027-01-{day}T09:00:15") == []
        with base.transaction(db) as session:
            session.execute(sa.update(work.Work).values(state="done"))


def test_what_two_schedulers_find_due_at_once_one_of_them_does(db: Engine, settings: config.Settings):
    added(db, settings, "2027-01-27T12:00")
    now = moment("2027-01-28T09:00", settings)
    decide = next(job for job in timetable(settings) if job.adds is Clock.decide)
    with base.transaction(db) as session:
        row = schedule.turn(session, "decide alerts", 0, now)
        before, due = row.turn_at, scheduler.due(decide, row.turn_at, now, settings.zone)
        assert due == now
        session.expunge(row)
        assert schedule.take(session, row, due, now)
    with base.transaction(db) as session:
        assert row.turn_at == before  # what the other one saw a moment ago
        assert not schedule.take(session, row, due, now)


def office(db: Engine, name: str, **params: str) -> int:
    with base.transaction(db) as session:
        row = agencies.AgencyRow(name=name, level="county", office_emails=[f"{len(name)}@a.gov.cn"])
        agency, _ = agencies.upsert_agency(session, row)
        found = agencies.office_of(session, agency.id)
        assert found is not None
        agencies.set_params(session, found.id, {"schedule": params} if params else {}, "王", NOW)
        return found.id


def issued(db: Engine) -> list[tuple[str, int, str, str]]:
    with base.transaction(db) as session:
        rows = session.scalars(sa.select(schedule.Issue).where(schedule.Issue.mailed).order_by(schedule.Issue.id))
        return [(row.period, row.office, row.first.isoformat(), row.last.isoformat()) for row in rows]


def test_each_office_gets_its_summaries_by_its_own_timetable_and_each_once(db: Engine, settings: config.Settings):
    first = office(db, "甲县人民政府", summary_week="0 8 * * tue", summary_month="never")
    second = office(db, "乙乙县人民政府")
    added(db, settings, "2027-01-25T12:00")  # a Monday
    assert added(db, settings, "2027-01-26T08:00").count("summary") == 1
    assert issued(db) == [("week", first, "2027-01-18", "2027-01-24")]
    assert "summary" not in added(db, settings, "2027-01-26T08:01")
    assert added(db, settings, "2027-02-01T07:00").count("summary") == 2  # that of the data folder is the other
    assert issued(db)[1:] == [("month", second, "2027-01-01", "2027-01-31")]


def test_a_summary_that_is_too_late_is_left_out_and_shown_as_missed(db: Engine, settings: config.Settings):
    number = office(db, "甲县人民政府", summary_day="0 8 * * *", summary_month="never")
    added(db, settings, "2027-01-25T12:00")
    assert "summary" not in added(db, settings, "2027-01-26T21:00")
    with base.transaction(db) as session:
        assert schedule.turns(session)["summary day", number].state == "skipped"
    assert added(db, settings, "2027-01-27T08:30").count("summary") == 1


def test_a_job_that_fails_is_written_down_tried_again_later_and_keeps_its_turn(
    db: Engine, settings: config.Settings, monkeypatch: pytest.MonkeyPatch
):
    added(db, settings, "2027-01-27T12:00")

    def broken(*_: object) -> list[int]:
        raise ValueError("smtp://user:geheim@mail is no address")

    with monkeypatch.context() as patch:
        patch.setattr(Clock, "decide", broken)
        assert added(db, settings, "2027-01-28T09:00:00") == []
    with base.transaction(db) as session:
        (row,) = schedule.failed(session)
        assert (row.job, row.failures) == ("decide alerts", 1)
        assert "geheim" not in (row.error or "")
        assert "ValueError" in (row.error or "")
    assert added(db, settings, "2027-01-28T09:00:10") == []  # a pause first
    assert added(db, settings, "2027-01-28T09:00:40") == ["decide"]
    with base.transaction(db) as session:
        assert schedule.failed(session) == []


def test_a_job_that_left_the_timetable_makes_nothing_up_when_it_comes_back(db: Engine, settings: config.Settings):
    number = office(db, "甲县人民政府", summary_week="0 8 * * tue", summary_month="never")
    added(db, settings, "2027-01-25T12:00")
    with base.transaction(db) as session:
        agencies.set_params(session, number, {}, "王", NOW)
    added(db, settings, "2027-01-26T12:00")
    with base.transaction(db) as session:
        agencies.set_params(session, number, {"schedule": {"summary_week": "0 8 * * tue"}}, "王", NOW)
    assert "summary" not in added(db, settings, "2027-01-26T13:00")


@pytest.mark.parametrize("cron", ["0 7 * * 1", "60 7 * * *", "0 7 * *", "x", "0 7 * * mon; rm", "0 24 * * *"])
def test_a_cron_that_is_none_is_refused_where_it_is_entered(db: Engine, cron: str):
    with pytest.raises(BadParameters, match="schedule"):
        office(db, "甲县人民政府", summary_week=cron)


# ------------------------------------------------------------------ one at a time


@pytest.fixture
def running(settings: config.Settings) -> Iterator[Callable[[], Scheduler]]:
    """Starts schedulers in threads, ends them with the test."""
    started: list[tuple[Scheduler, threading.Thread]] = []

    def start() -> Scheduler:
        made = Scheduler(settings)
        thread = threading.Thread(target=made.run)
        thread.start()
        started.append((made, thread))
        return made

    yield start
    for made, thread in started:
        made.stop()
        thread.join(timeout=10)
        assert not thread.is_alive()
        made.engine.dispose()


def test_of_two_schedulers_one_is_active_and_the_other_takes_over_when_it_stops(
    db: Engine, running: Callable[[], Scheduler]
):
    add_source(db, "a", None)
    first = running()
    assert first.active.wait(5)
    second = running()
    assert not second.active.wait(1)
    assert until(lambda: len(of_kind(db, "crawl")) == 1)
    first.stop()
    assert second.active.wait(5)
    assert len(of_kind(db, "crawl")) == 1


def test_a_scheduler_that_lost_the_lock_steps_down(db: Engine, running: Callable[[], Scheduler]):
    first = running()
    assert first.active.wait(5)
    with base.transaction(db) as session:
        later = base.utcnow() + timedelta(hours=1)
        assert locks.hold(session, "scheduler", "another", later, timedelta(hours=1))
    assert until(lambda: not first.active.is_set())


def test_a_killed_scheduler_is_replaced_and_health_follows_the_heartbeat(settings: config.Settings, db: Engine):
    environment = config.child_environment(settings)
    child = subprocess.Popen([sys.executable, "-m", "scheduler"], env=environment, stderr=subprocess.DEVNULL)
    try:
        assert until(lambda: scheduler.healthy(settings), 90)
    finally:
        child.kill()
        child.wait()
    with base.transaction(db) as session:
        assert locks.holder_of(session, "scheduler", base.utcnow() + timedelta(seconds=31)) is None


@pytest.mark.slow
def test_of_two_processes_one_gives_each_turn_once_and_the_other_takes_over_within_a_minute_of_a_kill(
    settings: config.Settings, db: Engine, tmp_path: Path
):
    clock = tmp_path / "clock"
    environment = config.child_environment(settings) | {"NIANBAO_CLOCK": str(clock)}
    with base.transaction(db) as session:
        work.add(session, "decide", 2026, moment("2027-01-27T09:00", settings)).state = "done"
    clock.write_text("2027-01-28T08:59:50+08:00", encoding="utf-8")
    start = [sys.executable, "-m", "scheduler"]
    children = [subprocess.Popen(start, env=environment, stderr=subprocess.DEVNULL) for _ in range(2)]

    def holder() -> str:
        with base.transaction(db) as session:
            lock = session.get(locks.Lock, scheduler.LOCK)
            return lock.holder.split("/")[1] if lock is not None else ""

    try:
        assert until(lambda: len(of_kind(db, "decide")) == 2, 120)
        killed = next(child for child in children if str(child.pid) == holder())
        killed.kill()
        died = time.monotonic()
        assert until(lambda: holder() not in {"", str(killed.pid)}, 60)
        assert time.monotonic() - died < 60
        with base.transaction(db) as session:  # before the turn: beside one that is still to be done none is added
            session.execute(sa.update(work.Work).values(state="done"))
        clock.write_text("2027-01-29T09:00:00+08:00", encoding="utf-8")  # the next day: the second one gives its turn
        assert until(lambda: len(of_kind(db, "decide")) == 3, 120)
    finally:
        for child in children:
            child.kill()
            child.wait()
    assert [row.created_at.astimezone(settings.zone).day for row in of_kind(db, "decide")] == [27, 28, 29]


def test_sigterm_ends_the_scheduler_and_gives_the_lock_back(settings: config.Settings):
    environment = config.child_environment(settings)
    child = subprocess.Popen([sys.executable, "-m", "scheduler"], env=environment, stderr=subprocess.DEVNULL)
    try:
        assert until(lambda: scheduler.healthy(settings), 90)
        child.send_signal(signal.SIGTERM)
        assert child.wait(timeout=15) == 0
    finally:
        child.kill()
        child.wait()
    assert not scheduler.healthy(settings)


def test_the_scheduler_loads_no_reader():
    code = (
        "import sys, scheduler\n"
        "heavy = {'lxml', 'pypdfium2', 'cv2', 'onnxruntime', 'scrapy', 'twisted', 'numpy', 'olefile', 'openpyxl'}\n"
        "print(sorted(heavy & {name.partition('.')[0] for name in sys.modules}))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "[]"
