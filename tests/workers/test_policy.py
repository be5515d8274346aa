"""What happens around a task, on a real database; the broker is away in most tests, which must not matter."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

from alerts.send import SendFailed
from models import base, work
from reports import sandbox
from storage import Missing
from workers import policy
from workers.policy import Job, LeaseLost, NeedsPerson, TryAgain


def add(db: Engine, kind: str = "check", subject: int = 7) -> int:
    with base.transaction(db) as session:
        return work.add(session, kind, subject, base.utcnow()).id


def row(db: Engine, work_id: int) -> work.Work:
    with base.transaction(db) as session:
        return session.get_one(work.Work, work_id)


def end(job: Job) -> None:
    with job.finishing():
        pass


def test_work_is_taken_done_and_marked_in_one_go(db: Engine):
    seen: list[tuple[int, int]] = []

    def body(job: Job) -> None:
        seen.append((job.work_id, job.subject))
        assert row(db, job.work_id).state == "taken"
        end(job)

    work_id = add(db)
    policy.execute("check", body, work_id, "a")
    assert seen == [(work_id, 7)]
    assert row(db, work_id).state == "done"


def test_a_message_that_comes_a_second_time_is_spent(db: Engine):
    runs: list[int] = []

    def body(job: Job) -> None:
        runs.append(job.work_id)
        end(job)

    work_id = add(db)
    policy.execute("check", body, work_id, "a")
    policy.execute("check", body, work_id, "b")
    assert runs == [work_id]


def test_a_message_for_work_in_live_hands_is_spent(db: Engine):
    runs: list[str] = []

    def body(job: Job) -> None:
        runs.append(job.by)
        policy.execute("check", body, job.work_id, "the second")
        end(job)

    policy.execute("check", body, add(db), "the first")
    assert runs == ["the first"]


def test_a_message_for_work_that_does_not_exist_is_spent(db: Engine):
    policy.execute("check", end, 12345, "a")


def test_the_lease_of_a_long_task_is_renewed(db: Engine, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(policy, "LEASE", timedelta(seconds=0.6))
    monkeypatch.setattr(policy, "RENEW_EVERY", 0.1)
    stolen: list[bool] = []

    def body(job: Job) -> None:
        for _ in range(4):
            time.sleep(0.3)
            with base.transaction(db) as session:
                stolen.append(work.claim(session, job.work_id, "thief", base.utcnow(), timedelta(1)) is not None)
        end(job)

    work_id = add(db)
    policy.execute("check", body, work_id, "a")
    assert stolen == [False] * 4
    assert row(db, work_id).state == "done"


def test_whoever_lost_the_lease_saves_nothing(db: Engine):
    work_id = add(db)

    def body(job: Job) -> None:
        with base.transaction(db) as session:
            later = base.utcnow() + timedelta(hours=1)
            assert work.claim(session, work_id, "another", later, timedelta(hours=1)) is not None
        with job.finishing() as session:
            work.add(session, "check", 99, base.utcnow())

    policy.execute("check", body, work_id, "a")
    held = row(db, work_id)
    assert (held.state, held.taken_by) == ("taken", "another")
    with base.transaction(db) as session:
        assert work.counts(session, base.utcnow())["by_kind"] == {"check": {"taken": 1}}


def test_what_comes_next_is_written_with_the_result_and_marked_as_sent(db: Engine):
    def body(job: Job) -> None:
        with job.finishing() as session:
            job.then(work.add(session, "check", 8, base.utcnow()).id)

    work_id = add(db, "read")
    policy.execute("read", body, work_id, "a")
    following = row(db, work_id + 1)
    assert (following.kind, following.subject, following.state) == ("check", 8, "waiting")
    assert following.sent_at is not None  # the sweep sends it again where the broker did not take it


def test_work_asked_for_again_while_it_ran_waits_once_more(db: Engine):
    def body(job: Job) -> None:
        with base.transaction(db) as session:
            work.add(session, "check", 7, base.utcnow())
        end(job)

    work_id = add(db)
    policy.execute("check", body, work_id, "a")
    assert row(db, work_id).state == "waiting"


def failing(error: Exception):
    def body(job: Job) -> None:
        raise error

    return body


def test_trouble_that_may_pass_is_tried_again_later_and_not_for_ever(db: Engine):
    work_id = add(db)
    told: list[tuple[int, str]] = []
    for attempt in range(3):
        body = failing(TimeoutError("slow"))
        policy.execute("check", body, work_id, f"a{attempt}", 3, lambda _, subject, e, __: told.append((subject, e)))
        found = row(db, work_id)
        if found.state == "waiting":
            assert found.due_at > base.utcnow()
            with base.transaction(db) as session:
                session.get_one(work.Work, work_id).due_at = base.utcnow()
    assert (found.state, found.error_kind, found.error) == ("failed", "retry", "TimeoutError: slow")
    assert told == [(7, "TimeoutError: slow")]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (TimeoutError("x"), "retry"),
        (ConnectionResetError("x"), "retry"),
        (TryAgain("x"), "retry"),
        (MemoryError(), "retry"),
        (sandbox.CannotStart("x"), "retry"),
        (SendFailed("busy", "retry"), "retry"),
        (SendFailed("no such box", "person"), "person"),
        (NeedsPerson("x"), "person"),
        (Missing("x"), "person"),
        (PermissionError("x"), "person"),
        (ValueError("x"), "defect"),
        (KeyError("x"), "defect"),
    ],
)
def test_each_trouble_has_its_kind(error: Exception, kind: str):
    assert policy.classify(error)[0] == kind


def test_trouble_of_the_database_may_pass(db: Engine):
    broken = base.make_engine("postgresql+psycopg://nobody@127.0.0.1:1/x?connect_timeout=1")
    with pytest.raises(sa.exc.OperationalError) as caught, base.transaction(broken) as session:
        work.counts(session, base.utcnow())
    assert policy.classify(caught.value)[0] == "retry"
    with pytest.raises(sa.exc.IntegrityError) as defect, base.transaction(db) as session:
        session.add(work.Work(kind="nonsense", subject=1, created_at=base.utcnow(), due_at=base.utcnow()))
    assert policy.classify(defect.value)[0] == "defect"


def test_a_defect_is_not_tried_again_and_says_where(db: Engine):
    work_id = add(db)
    policy.execute("check", failing(ValueError("odd")), work_id, "a")
    found = row(db, work_id)
    assert (found.state, found.error_kind) == ("failed", "defect")
    assert found.error is not None
    assert "ValueError: odd" in found.error
    assert "body" in found.error


def test_work_on_which_processes_die_is_given_up(db: Engine):
    work_id = add(db)
    ran: list[int] = []
    with base.transaction(db) as session:
        session.get_one(work.Work, work_id).attempts = 5
    policy.execute("check", lambda job: ran.append(1), work_id, "a")
    found = row(db, work_id)
    assert not ran
    assert (found.state, found.error_kind) == ("failed", "defect")


def test_a_task_answers_for_all_that_it_took(db: Engine):
    first, second, third = (add(db, "crawl", subject) for subject in (1, 2, 3))
    other = add(db, "read", 1)

    def body(job: Job) -> None:
        job.take_more(10)
        assert job.held == {first: 1, second: 2, third: 3}
        with job.finishing(second):
            pass
        raise TryAgain("the rest")

    policy.execute("crawl", body, first, "a")
    assert [row(db, i).state for i in (first, second, third, other)] == ["waiting", "done", "waiting", "waiting"]
    assert row(db, third).error == "the rest"
    assert row(db, other).error is None


def test_lease_lost_is_no_failure(db: Engine):
    work_id = add(db)
    policy.execute("check", failing(LeaseLost(1)), work_id, "a")
    assert row(db, work_id).error is None
