"""Sending, sweeping and the queue's figures, on a real broker and a real database."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import pytest
import redis
from sqlalchemy import Engine

import config
from models import base, work
from workers import broker, queue


def add(db: Engine, kind: str = "read", subject: int = 1) -> int:
    with base.transaction(db) as session:
        return work.add(session, kind, subject, base.utcnow()).id


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a process remembers of another test's broker."""
    monkeypatch.setattr(queue, "_seen", {})
    monkeypatch.setattr(queue, "_topped", {})


def waiting_messages(settings: config.Settings, name: str) -> list[list[int]]:
    client = redis.Redis.from_url(settings.broker_url)
    out = []
    for raw in client.lrange(name, 0, -1):
        body = json.loads(raw)["body"]
        out.append(json.loads(base64.b64decode(body))[0])
    return out[::-1]


def later(**more: float):
    return base.utcnow() + timedelta(**more)


def test_a_message_carries_the_number_of_the_row_and_nothing_else(db: Engine, with_broker: config.Settings):
    first, second = add(db), add(db, "mail", 5)
    assert queue.publish(db, with_broker, [first, second, first]) == 2
    assert waiting_messages(with_broker, "read") == [[first]]
    assert waiting_messages(with_broker, "mail") == [[second]]
    with base.transaction(db) as session:
        assert session.get_one(work.Work, first).sent_at is not None


def test_work_that_is_done_is_not_sent(db: Engine, with_broker: config.Settings):
    first = add(db)
    with base.transaction(db) as session:
        session.get_one(work.Work, first).state = "done"
    assert queue.publish(db, with_broker, [first, 999]) == 0


def test_without_a_broker_the_row_stays_for_the_sweep(db: Engine, settings: config.Settings):
    first = add(db)
    assert queue.publish(db, settings, [first]) == 0
    found = broker.start(settings.data_dir)
    try:
        there = settings.model_copy(update={"broker_url": found.url})
        assert queue.sweep(db, there, base.utcnow()) == 1
        assert waiting_messages(there, "read") == [[first]]
    finally:
        broker.stop(found)


def test_a_broker_that_is_gone_is_no_error_of_the_sender(db: Engine, with_broker: config.Settings):
    found = broker.running(with_broker.data_dir)
    assert found is not None
    broker.stop(found)
    assert queue.publish(db, with_broker, [add(db)]) == 0


def test_what_was_never_sent_is_sent_at_the_next_sweep(db: Engine, with_broker: config.Settings):
    ids = [add(db, subject=n) for n in range(5)]
    assert queue.sweep(db, with_broker, base.utcnow()) == 5
    assert queue.sweep(db, with_broker, base.utcnow()) == 0
    assert waiting_messages(with_broker, "read") == [[i] for i in ids]


def test_what_an_emptied_broker_lost_is_sent_again(db: Engine, with_broker: config.Settings):
    ids = [add(db, subject=n) for n in range(3)]
    queue.publish(db, with_broker, ids)
    redis.Redis.from_url(with_broker.broker_url).flushall()
    assert queue.sweep(db, with_broker, later(seconds=5)) == 0  # it may be on its way
    assert queue.sweep(db, with_broker, later(seconds=30)) == 3
    assert len(waiting_messages(with_broker, "read")) == 3


def test_what_waits_its_turn_is_not_doubled_but_not_for_ever(db: Engine, with_broker: config.Settings):
    queue.publish(db, with_broker, [add(db, subject=n) for n in range(3)])
    assert queue.sweep(db, with_broker, later(minutes=10)) == 0
    assert queue.sweep(db, with_broker, later(hours=2)) == 3


def test_work_of_a_dead_worker_is_sent_when_its_lease_has_run_out(db: Engine, with_broker: config.Settings):
    first, _ = add(db), queue.publish(db, with_broker, [add(db, subject=2)])
    with base.transaction(db) as session:
        work.claim(session, first, "dead", base.utcnow(), timedelta(seconds=30))
    assert queue.sweep(db, with_broker, later(seconds=25)) == 0
    assert queue.sweep(db, with_broker, later(seconds=35)) == 1


def test_work_with_a_later_date_is_not_sent_before_it(db: Engine, with_broker: config.Settings):
    with base.transaction(db) as session:
        work.add(session, "read", 1, base.utcnow(), due_at=later(hours=1))
    assert queue.sweep(db, with_broker, base.utcnow()) == 0
    assert queue.sweep(db, with_broker, later(hours=1, seconds=1)) == 1


def test_the_figures_tell_the_age_of_the_oldest_and_group_failures(db: Engine, settings: config.Settings):
    ids = [add(db, subject=n) for n in range(4)]
    now = base.utcnow()
    with base.transaction(db) as session:
        for work_id in ids[:3]:
            assert work.claim(session, work_id, "a", now, timedelta(seconds=60))
        for work_id in ids[:2]:
            work.fail(session, work_id, "a", work.Failure("the same", "defect"), now)
    figures = queue.figures(db, now + timedelta(seconds=100))
    assert (figures["waiting"], figures["running"], figures["failed"]) == (1, 1, 2)
    assert figures["oldest_waiting_seconds"] >= 100
    assert figures["failed_by"] == [{"kind": "read", "error_kind": "defect", "error": "the same", "count": 2}]


def test_failed_work_is_put_back_and_sent_or_dropped(db: Engine, with_broker: config.Settings):
    ids = [add(db, subject=n) for n in range(3)]
    with base.transaction(db) as session:
        for work_id in ids:
            assert work.claim(session, work_id, "a", base.utcnow(), timedelta(seconds=60))
            work.fail(session, work_id, "a", work.Failure("x", "person"), base.utcnow())
    assert queue.drop(db, ids[:1]) == 1
    assert queue.retry(db, with_broker, None) == 2
    assert waiting_messages(with_broker, "read") == [[ids[1]], [ids[2]]]


def test_waiting_for_the_queue_ends_with_the_work_or_says_what_is_left(db: Engine, with_broker: config.Settings):
    seen: list[int] = []
    first = add(db)

    def progress(figures: dict[str, int]) -> None:
        seen.append(figures["waiting"])
        if len(seen) == 2:
            with base.transaction(db) as session:
                session.get_one(work.Work, first).state = "done"

    queue.wait_until_idle(db, with_broker, 10, progress)
    assert seen == [1, 1, 0]
    assert waiting_messages(with_broker, "read") == [[first]]  # it sweeps meanwhile
    add(db)
    with pytest.raises(queue.NotIdle, match="1 waiting"):
        queue.wait_until_idle(db, with_broker, 0.1)


def test_waiting_ends_when_the_services_have_died(db: Engine, with_broker: config.Settings):
    add(db)

    def check() -> None:
        raise RuntimeError("the worker is gone")

    with pytest.raises(RuntimeError, match="gone"):
        queue.wait_until_idle(db, with_broker, 10, check=check)


def named(db: Engine, ids: list[int]) -> list[int]:
    with base.transaction(db) as session:
        return [session.get_one(work.Work, work_id).subject for work_id in ids]


def test_the_season_is_sent_first_and_a_long_list_does_not_hold_up_the_others(db: Engine, with_broker: config.Settings):
    now = base.utcnow()
    with base.transaction(db) as session:
        work.add(session, "read", 1, now, priority=work.BACKGROUND)
        work.add_first(session, "read", 2, now, priority=work.urgency(2019, now), lane=7)
        for subject in range(10, 23):
            work.add_first(session, "read", subject, now, priority=work.urgency(None, now), lane=8)
        for subject in (80, 81):
            work.add_first(session, "read", subject, now, priority=work.urgency(now.year - 1, now), lane=9)
    queue.sweep(db, with_broker, now)
    sent = named(db, [number for (number,) in waiting_messages(with_broker, "read")])
    assert sent[:5] == [10, 80, 11, 81, 12]
    assert sent[-1] == 2  # an earlier year's; what can wait is not even sent


def test_a_source_that_comes_later_takes_its_turn_beside_the_long_list_not_behind_it(db: Engine):
    now = base.utcnow()
    with base.transaction(db) as session:
        for subject in range(100):
            work.add_first(session, "read", subject, now, lane=1)
        work.mark_sent(session, [number for number, _ in work.unsent(session, "read", now, 60)], now)
        work.add_first(session, "read", 500, now, lane=2)
        order = [session.get_one(work.Work, number).subject for number, _ in work.unsent(session, "read", now, 9)]
    assert order.index(500) <= 1


def test_of_a_long_queue_the_broker_holds_a_window_which_is_filled_again_in_order(
    db: Engine, with_broker: config.Settings, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(queue, "WINDOW", 10)
    ids = [add(db, subject=n) for n in range(40)]
    assert queue.publish(db, with_broker, ids) == 10
    assert queue.sweep(db, with_broker, later(seconds=1)) == 0
    assert queue.top_up(db, with_broker, "read", base.utcnow()) == 0  # more than half are left
    redis.Redis.from_url(with_broker.broker_url).ltrim("read", 0, 3)
    queue._topped.clear()
    assert queue.top_up(db, with_broker, "read", base.utcnow()) == 6
    assert queue.top_up(db, with_broker, "read", base.utcnow()) == 0  # looked at once in a while only
    assert len(waiting_messages(with_broker, "read")) == 10
    assert waiting_messages(with_broker, "read")[-1] == [ids[15]]


def test_what_can_wait_is_sent_only_to_workers_that_would_be_idle(db: Engine, with_broker: config.Settings):
    with base.transaction(db) as session:
        for subject in range(100):
            work.add(session, "read", subject, base.utcnow(), priority=work.BACKGROUND)
    assert queue.sweep(db, with_broker, base.utcnow()) == queue.IDLE_WINDOW
    assert queue.sweep(db, with_broker, base.utcnow()) == 0


def test_what_the_broker_did_not_take_is_not_marked_as_sent(db: Engine, with_broker: config.Settings):
    first = add(db)
    found = broker.running(with_broker.data_dir)
    assert found is not None
    broker.stop(found)
    assert queue.sweep(db, with_broker, base.utcnow()) == 0
    with base.transaction(db) as session:
        assert session.get_one(work.Work, first).sent_at is None


def test_the_broker_is_asked_for_what_it_holds_by_one_connection(db: Engine, with_broker: config.Settings):
    def opened() -> int:
        with redis.Redis.from_url(with_broker.broker_url) as client:
            return int(client.info("stats")["total_connections_received"])

    queue.publish(db, with_broker, [add(db)])
    before = opened()
    assert [queue._depths(with_broker, ["read", "never declared"]) for _ in range(3)] == [
        {"read": 1, "never declared": 0}
    ] * 3
    assert opened() == before + 1  # the one that counts them
