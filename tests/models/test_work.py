"""Work: asked for twice and there once, taken by one, never lost between two moments."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from models import base, work
from models.work import Failure, Work
from tests.models.crowd import Crowd
from tests.models.rows import HOUR, NOW

LEASE = timedelta(seconds=30)
SECOND = timedelta(seconds=1)


def make(engine: Engine, kind: str = "read", subject: int = 1, **values: object) -> int:
    with base.transaction(engine) as session:
        made = work.add(session, kind, subject, NOW)
        for name, value in values.items():
            setattr(made, name, value)
        return made.id


def state(engine: Engine, work_id: int) -> str:
    with base.transaction(engine) as session:
        return session.get_one(Work, work_id).state


def claim(engine: Engine, work_id: int, by: str, now=NOW) -> bool:
    with base.transaction(engine) as session:
        return work.claim(session, work_id, by, now, LEASE) is not None


def test_work_asked_for_twice_is_there_once(engine: Engine):
    assert make(engine) == make(engine)
    assert make(engine, subject=2) != make(engine, kind="check", subject=2)


def test_the_database_refuses_a_second_open_piece_on_the_same_subject(engine: Engine):
    make(engine)
    statement = sa.insert(Work).values(
        kind="read", subject=1, payload={}, state="waiting", attempts=0, created_at=NOW, due_at=NOW
    )
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(statement)


@pytest.mark.parametrize(
    "values",
    [
        {"state": "lost"},
        {"kind": "sing"},
        {"error_kind": "fate"},
        {"state": "taken"},
        {"taken_by": "a", "taken_until": NOW},
    ],
    ids=["a state of no meaning", "an unknown kind", "an unknown error kind", "taken by nobody", "held but not taken"],
)
def test_the_database_refuses_work_in_an_impossible_state(engine: Engine, values: dict[str, object]):
    work_id = make(engine)
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(sa.update(Work).where(Work.id == work_id).values(**values))


def test_work_is_taken_by_one_and_again_by_the_same(engine: Engine):
    work_id = make(engine)
    assert claim(engine, work_id, "a")
    assert not claim(engine, work_id, "b")
    assert claim(engine, work_id, "a")


def test_work_whose_holder_fell_silent_goes_to_the_next(engine: Engine):
    work_id = make(engine)
    assert claim(engine, work_id, "a")
    assert claim(engine, work_id, "b", NOW + LEASE)
    with base.transaction(engine) as session:
        assert not work.finish(session, work_id, "a", NOW + LEASE)
        assert work.finish(session, work_id, "b", NOW + LEASE)
    assert not claim(engine, work_id, "c", NOW + HOUR)


def test_work_is_not_taken_before_it_is_due(engine: Engine):
    work_id = make(engine, due_at=NOW + HOUR)
    assert not claim(engine, work_id, "a")
    assert claim(engine, work_id, "a", NOW + HOUR)


def test_work_asked_for_while_it_runs_runs_once_more(engine: Engine):
    work_id = make(engine, payload={"because_of": 7})
    claim(engine, work_id, "a")
    assert make(engine) == work_id
    with base.transaction(engine) as session:
        work.finish(session, work_id, "a", NOW + SECOND)
    assert state(engine, work_id) == "waiting"
    assert claim(engine, work_id, "b", NOW + SECOND)
    with base.transaction(engine) as session:
        assert session.get_one(Work, work_id).payload == {"because_of": 7}
        work.finish(session, work_id, "b", NOW + SECOND)
    assert state(engine, work_id) == "done"


def test_a_passing_trouble_is_tried_again_after_growing_pauses_and_then_given_up(engine: Engine):
    work_id = make(engine)
    now, pauses = NOW, []
    for attempt in range(1, 6):
        with base.transaction(engine) as session:
            assert work.claim(session, work_id, "a", now, LEASE)
            again = work.fail(session, work_id, "a", Failure("the host did not answer", "retry"), now, max_attempts=5)
            row = session.get_one(Work, work_id)
            assert again == (attempt < 5)
            pauses.append((row.due_at - now).total_seconds())
            now = max(now, row.due_at)
    assert pauses[:4] == sorted(pauses[:4])
    assert 12 <= pauses[0] <= 18
    assert state(engine, work_id) == "failed"


@pytest.mark.parametrize("kind", ["person", "defect"])
def test_what_no_second_try_mends_fails_at_once(engine: Engine, kind: str):
    work_id = make(engine)
    claim(engine, work_id, "a")
    with base.transaction(engine) as session:
        assert not work.fail(session, work_id, "a", Failure("KeyError: 'x'", kind), NOW)
    assert state(engine, work_id) == "failed"


def test_failed_work_is_put_back_or_dropped_by_a_person(engine: Engine):
    ids = [make(engine, subject=number) for number in (1, 2, 3)]
    for work_id in ids:
        claim(engine, work_id, "a")
        with base.transaction(engine) as session:
            work.fail(session, work_id, "a", Failure("?", "defect"), NOW)
    newer = make(engine, subject=3)
    with base.transaction(engine) as session:
        assert work.drop(session, [ids[0], newer], NOW) == 1  # only what failed can be dropped
        assert work.retry(session, None, NOW) == 1
    assert [state(engine, work_id) for work_id in (*ids, newer)] == ["dropped", "waiting", "dropped", "waiting"]


def test_the_sweep_finds_what_was_never_sent_got_lost_or_was_left_behind(engine: Engine):
    never, lost, fresh, later, left, running = (make(engine, subject=n) for n in range(1, 7))
    with base.transaction(engine) as session:
        work.mark_sent(session, [lost, left, running], NOW - 2 * LEASE)
        work.mark_sent(session, [fresh], NOW)
        session.get_one(Work, later).due_at = NOW + HOUR
    claim(engine, left, "a", NOW)
    claim(engine, running, "b", NOW + LEASE)
    with base.transaction(engine) as session:
        before, now = NOW + LEASE - timedelta(seconds=45), NOW + LEASE
        assert work.unsent(session, "read", now, 9) == [(never, "read")]
        assert work.lost(session, "read", before, now, 9) == [(lost, "read")]
        assert work.left_behind(session, before, now, 9) == [(left, "read")]


def test_the_figures_of_the_queue_say_how_long_the_oldest_has_waited(engine: Engine):
    running = make(engine, subject=1)
    make(engine, subject=2)
    make(engine, subject=3, due_at=NOW + 2 * HOUR)
    failed = make(engine, kind="mail", subject=1)
    claim(engine, running, "a")
    claim(engine, failed, "a")
    with base.transaction(engine) as session:
        work.fail(session, failed, "a", Failure("550", "person"), NOW)
        figures = work.counts(session, NOW + HOUR)
    assert figures == {
        "waiting": 1,
        "delayed": 1,
        "running": 1,
        "failed": 1,
        "oldest_waiting_seconds": 3600,
        "by_kind": {"read": {"waiting": 2, "taken": 1}, "mail": {"failed": 1}},
    }


def test_a_wish_that_comes_while_the_work_ends_is_not_lost(engine: Engine):
    """The wisher has looked and not yet committed; the worker ends the work meanwhile."""
    work_id = make(engine)
    claim(engine, work_id, "a")
    ended = threading.Event()

    def end() -> None:
        with base.transaction(engine) as session:
            work.finish(session, work_id, "a", NOW + SECOND)
        ended.set()

    with base.transaction(engine) as session:
        assert work.add(session, "read", 1, NOW).id == work_id
        ending = threading.Thread(target=end)
        ending.start()
        assert not ended.wait(0.3)
    ending.join(10)
    assert state(engine, work_id) == "waiting"


def test_work_is_not_taken_before_the_wishers_data_can_be_seen(engine: Engine):
    """Work waits; somebody adds data and asks for it again; a worker must not run on the old data and end it."""
    work_id = make(engine)
    taken = threading.Event()

    def take() -> None:
        with base.transaction(engine) as session:
            assert work.claim(session, work_id, "a", NOW, LEASE)
        taken.set()

    with base.transaction(engine) as session:
        work.add(session, "read", 1, NOW)
        taking = threading.Thread(target=take)
        taking.start()
        assert not taken.wait(0.3)
    taking.join(10)
    assert taken.is_set()


def test_of_several_processes_one_takes_each_piece(engine: Engine, database_url: str, crowd: Crowd):
    ids = [make(engine, subject=number) for number in range(60)]
    got = crowd.run(database_url, "claim", ids)
    assert sorted(work_id for mine in got for work_id in mine) == ids
    with base.transaction(engine) as session:
        assert set(session.scalars(sa.select(Work.attempts))) == {1}


def test_several_processes_that_ask_for_the_same_work_make_one_row_each(
    engine: Engine, database_url: str, crowd: Crowd
):
    got = crowd.run(database_url, "add", list(range(1, 41)))
    assert [sorted(mine) for mine in got] == [sorted(got[0])] * len(got)
    with base.transaction(engine) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Work)) == 40


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["add", "claim a", "claim b", "finish a", "finish b", "fail a", "retry", "drop", "wait"])
    ),
    max_size=25,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_the_order_of_steps_one_open_piece_at_most_and_nothing_asked_for_is_forgotten(
    sqlite_engine: Engine, steps: list[tuple[str]]
):
    """After the last wish the work is open, or was begun after it and is settled."""
    now, begun_since, wished = NOW, False, False
    with base.session(sqlite_engine) as session, session.begin():
        session.execute(sa.delete(Work))
        for (step,) in steps:
            verb, _, who = step.partition(" ")
            rows = session.scalars(sa.select(Work).order_by(Work.id.desc()).execution_options(populate_existing=True))
            newest = next(iter(rows.all()), None)
            if verb == "add":
                work.add(session, "read", 1, now)
                wished, begun_since = True, False
            elif verb == "wait":
                now += 3 * HOUR
            elif newest is None:
                continue
            elif verb == "claim":
                begun_since |= work.claim(session, newest.id, who, now, LEASE) is not None
            elif verb == "finish":
                work.finish(session, newest.id, who, now)
            elif verb == "fail":
                work.fail(session, newest.id, who, Failure("?", "retry"), now, max_attempts=3)
            elif verb == "retry":
                work.retry(session, None, now)
            elif verb == "drop":
                work.drop(session, [newest.id], now)
            session.flush()
        states = session.scalars(sa.select(Work.state)).all()
        assert sum(s in work.OPEN for s in states) <= 1
        if wished and not begun_since:
            assert any(s in work.OPEN for s in states)
