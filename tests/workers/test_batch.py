"""Several documents read and checked in one go: nothing is lost by it, and what one of them comes to touches no other."""

from __future__ import annotations

import random
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

import config
from models import base, contexts, documents, findings, readings, work
from reports import sandbox
from tests.models import country, rows
from tests.test_faults import report_of
from tests.workers.test_tasks import all_of, last_year, put, row, run, waiting
from workers import batch, policy, tasks

NAMES = ("甲县统计局", "甲县水利局", "甲县教育局", "甲县民政局")


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first document waits for its child to start, which may be long on a busy machine."""
    monkeypatch.setattr(batch, "LONGEST", 60.0)


@pytest.fixture
def pieces(db: Engine, settings: config.Settings) -> dict[int, int]:
    """Row of work -> document: the reports of four bodies wait to be read, each with an error of its own."""
    year = last_year(settings)
    out = {}
    for number, name in enumerate(NAMES):
        data = report_of(name, random.Random(number), year)
        document_id, work_id = put(db, settings, data, year, f"{number}.html", name)
        out[work_id] = document_id
    return out


def notified(db: Engine) -> set[int]:
    """The documents in which the error was found."""
    return {found.document_id for found in all_of(db, findings.Finding) if found.rule == "APP-SUM-ROW"}


def unsent(db: Engine) -> list[work.Work]:
    """The checks that wait, as if no message had been sent for them."""
    with base.transaction(db) as session:
        session.execute(sa.update(work.Work).values(sent_at=None))
    return waiting(db, "check")


def states(db: Engine, ids: Any) -> list[str]:
    return [row(db, id_).state for id_ in ids]


def test_whoever_reads_one_takes_along_what_waits(db: Engine, pieces: dict[int, int]):
    first = min(pieces)
    run(tasks.read, first)
    assert states(db, pieces) == ["done"] * 4
    assert notified(db) == set(pieces.values())
    assert {reading.version_id for reading in all_of(db, readings.Reading)} == {1, 2, 3, 4}
    assert waiting(db, "check") == []


def test_of_what_was_sent_and_not_begun_half_is_taken_along_and_its_messages_are_spent(
    db: Engine, pieces: dict[int, int]
):
    first, *sent = pieces
    with base.transaction(db) as session:
        work.mark_sent(session, sent, base.utcnow())
    run(tasks.read, first)
    assert states(db, pieces) == ["done", "done", "done", "waiting"]
    for message in sent:
        run(tasks.read, message)
    assert [row(db, id_).attempts for id_ in pieces] == [1, 1, 1, 1]
    assert notified(db) == set(pieces.values())


def test_what_was_sent_and_is_given_back_is_sent_again(
    db: Engine, pieces: dict[int, int], monkeypatch: pytest.MonkeyPatch
):
    first, *sent = pieces
    with base.transaction(db) as session:
        work.mark_sent(session, sent, base.utcnow())
    times = iter([0.0, 0.1, 99.0])
    monkeypatch.setattr(batch, "time", SimpleNamespace(monotonic=lambda: next(times, 99.0)))
    run(tasks.read, first)
    assert states(db, pieces) == ["done", "waiting", "waiting", "waiting"]
    assert [row(db, id_).sent_at is None for id_ in sent] == [True, True, False]


def test_what_was_tried_before_is_done_alone_and_taken_along_by_nobody(db: Engine, pieces: dict[int, int]):
    first, second, *rest = pieces
    with base.transaction(db) as session:
        session.get_one(work.Work, second).attempts = 1
    run(tasks.read, second)
    assert states(db, pieces) == ["waiting", "done", "waiting", "waiting"]
    with base.transaction(db) as session:
        session.get_one(work.Work, rest[0]).attempts = 1
    run(tasks.read, first)
    assert states(db, pieces) == ["done", "done", "waiting", "done"]


def test_slow_documents_are_read_one_by_one(db: Engine, pieces: dict[int, int], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(batch, "LONGEST", 0.0)
    run(tasks.read, min(pieces))
    assert states(db, pieces) == ["done", "waiting", "waiting", "waiting"]


def test_what_is_taken_along_and_not_begun_is_given_back_as_if_nobody_had_had_it(
    db: Engine, pieces: dict[int, int], monkeypatch: pytest.MonkeyPatch
):
    times = iter([0.0, 0.1, 0.2, 99.0])
    monkeypatch.setattr(batch, "time", SimpleNamespace(monotonic=lambda: next(times, 99.0)))
    run(tasks.read, min(pieces))
    assert states(db, pieces) == ["done", "done", "waiting", "waiting"]
    assert [row(db, id_).attempts for id_ in pieces] == [1, 1, 0, 0]


def test_a_document_on_which_reading_fails_fails_alone(
    db: Engine, pieces: dict[int, int], monkeypatch: pytest.MonkeyPatch
):
    ask = sandbox.ask

    def broken(data: bytes, name: str, *rest: Any, **more: Any) -> sandbox.Answer:
        if name == "2.html":
            raise KeyError("x")
        return ask(data, name, *rest, **more)

    monkeypatch.setattr(sandbox, "ask", broken)
    run(tasks.read, min(pieces))
    assert states(db, pieces) == ["done", "done", "failed", "done"]
    assert len(notified(db)) == 3
    assert row(db, list(pieces)[2]).error_kind == "defect"
    assert [one.state for one in all_of(db, documents.Document)] == ["read", "read", "failed", "read"]


def test_readings_that_cannot_be_saved_together_are_saved_one_by_one(
    db: Engine, pieces: dict[int, int], monkeypatch: pytest.MonkeyPatch
):
    save = readings.save_all

    def broken(session: Any, results: Any, *rest: Any) -> Any:
        if any(result.version_id == 3 for result in results):
            raise ValueError("odd")
        return save(session, results, *rest)

    monkeypatch.setattr(readings, "save_all", broken)
    run(tasks.read, min(pieces))
    assert states(db, pieces) == ["done", "done", "failed", "done"]
    checks = unsent(db)
    assert len(checks) == 3
    run(tasks.check, checks[0].id)
    assert len(notified(db)) == 3


def test_what_cannot_be_checked_with_the_others_is_checked_alone_and_tells_people(
    db: Engine, pieces: dict[int, int], monkeypatch: pytest.MonkeyPatch
):
    outcome = batch._outcome

    def broken(one: Any) -> Any:
        if one.document_id == 3:
            raise ValueError("odd")
        return outcome(one)

    monkeypatch.setattr(batch, "_outcome", broken)
    run(tasks.read, min(pieces))
    assert states(db, pieces) == ["done"] * 4
    assert notified(db) == set()
    checks = unsent(db)
    assert {piece.subject for piece in checks} == set(pieces.values())
    run(tasks.check, checks[0].id)
    assert sorted(states(db, [piece.id for piece in checks])) == ["done", "done", "done", "failed"]
    assert notified(db) == set(pieces.values()) - {3}


def test_what_dies_between_saving_and_checking_is_read_and_checked_by_another(
    db: Engine, pieces: dict[int, int], monkeypatch: pytest.MonkeyPatch
):
    def killed(*_: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(batch, "check_documents", killed)
        with pytest.raises(SystemExit):
            run(tasks.read, min(pieces))
    assert len(all_of(db, readings.Reading)) == 4
    assert states(db, pieces) == ["taken"] * 4
    with base.transaction(db) as session:
        session.execute(sa.update(work.Work).values(taken_until=base.utcnow() - timedelta(seconds=1)))
    for work_id in pieces:  # as the sweep finds them
        run(tasks.read, work_id)
    assert states(db, pieces) == ["done"] * 4
    assert len(all_of(db, readings.Reading)) == 4
    assert notified(db) == set(pieces.values())
    assert len(all_of(db, findings.FindingEvent)) == len(all_of(db, findings.Finding))


def test_a_check_of_a_version_that_was_replaced_meanwhile_says_nothing(
    db: Engine, pieces: dict[int, int], monkeypatch: pytest.MonkeyPatch
):
    replaced = min(pieces.values())

    def overtaken(session: Any, *given: Any) -> contexts.Checked:
        found = with_contexts(session, *given)
        with base.transaction(db) as other:  # another worker is done with reading the report as it was corrected
            document = other.get_one(documents.Document, replaced)
            rows.read(other, rows.fetched(other, document, "corrected", base.utcnow())[0], now=base.utcnow())
        return found

    with_contexts = contexts.reports_with_contexts
    monkeypatch.setattr(contexts, "reports_with_contexts", overtaken)
    run(tasks.read, min(pieces))
    assert states(db, pieces) == ["done"] * 4
    assert notified(db) == set(pieces.values()) - {replaced}


def test_whoever_lost_the_lease_saves_none_of_it(db: Engine, pieces: dict[int, int], monkeypatch: pytest.MonkeyPatch):
    def stolen(job: Any, session: Any, rows: Any) -> None:
        session.execute(sa.update(work.Work).where(work.Work.id == max(rows)).values(taken_by="another"))
        hold_in(job, session, rows)

    hold_in = policy.Job.hold_in
    monkeypatch.setattr(policy.Job, "hold_in", stolen)
    run(tasks.read, min(pieces))
    assert all_of(db, readings.Reading) == []


def test_a_batch_sends_no_more_statements_for_many_documents_than_for_a_few(db: Engine, settings: config.Settings):
    year, sent = last_year(settings), []
    for count in (3, 12):
        numbers = []
        for number in range(count):
            name = f"第{count}县第{number}局"
            data = report_of(name, random.Random(number), year)
            numbers.append(put(db, settings, data, year, f"{count}-{number}.html", name)[1])
        with country.statements(policy.database()) as statements:
            run(tasks.read, numbers[0])
        assert states(db, numbers) == ["done"] * count
        # The lease is renewed by the clock, not by the document.
        sent.append(len([one for one, _ in statements if not one.startswith("UPDATE work SET taken_until")]))
    assert sent[1] <= sent[0] + 2
    assert sent[0] <= 55
