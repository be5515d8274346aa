"""Mails leave no faster than the server is said to take them, and one that waits for its turn has failed nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

import config
from models import base, hosts, mails, work
from tests.mailbox import Mailbox
from tests.workers.test_tasks import inbox, row, run  # noqa: F401  a fixture
from workers import tasks

NOON = datetime(2027, 2, 3, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize("a_minute", [1, 2, 3, 10, 30])
def test_no_minute_has_more_than_it_may_and_all_get_their_turn(db: Engine, a_minute: int):
    taken: list[datetime] = []
    now = NOON
    while len(taken) < 3 * a_minute:
        with base.transaction(db) as session:
            free = hosts.turn(session, "smtp://a:25", now, a_minute)
        if free == now:
            taken.append(now)
        assert free >= now
        now = max(free, now + timedelta(milliseconds=200))
    for first in taken:
        assert sum(first <= one < first + timedelta(minutes=1) for one in taken) <= a_minute
    assert taken[-1] - taken[0] <= timedelta(minutes=5)
    with base.transaction(db) as session:
        assert hosts.turn(session, "smtp://b:25", now, a_minute) == now


def queued(db: Engine, count: int) -> list[int]:
    now, ids = base.utcnow(), []
    with base.transaction(db) as session:
        for number in range(count):
            draft = mails.Draft(
                f"k{number}",
                f"<{number}@x>",
                "office",
                "refused",
                now.date(),
                ["a@x.example"],
                "s",
                "t",
                "<p>h</p>",
                [],
            )
            mail = mails.queue(session, draft, now)
            assert mail is not None
            ids.append(work.add(session, "mail", mail.id, now).id)
    return ids


def test_a_mail_beyond_the_rate_waits_without_having_failed(
    db: Engine,
    settings: config.Settings,
    inbox: Mailbox,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setenv("NIANBAO_MAILS_PER_MINUTE", "4")
    config.settings.cache_clear()
    ids = queued(db, 4)
    for number in ids:
        run(tasks.mail, number)
    assert len(inbox.mails) == 2  # half of them at once
    assert [(row(db, number).state, row(db, number).attempts) for number in ids[2:]] == [("waiting", 0)] * 2
    assert row(db, ids[2]).error is None
    assert base.utcnow() < row(db, ids[2]).due_at <= base.utcnow() + timedelta(seconds=31)
    monkeypatch.setattr(base, "utcnow", lambda: datetime.now(UTC) + timedelta(seconds=31))
    run(tasks.mail, ids[2])
    run(tasks.mail, ids[3])
    assert (len(inbox.mails), row(db, ids[3]).state) == (3, "waiting")


def test_who_fills_a_transaction_has_the_mail_at_once_and_the_mail_is_sent(
    db: Engine,
    settings: config.Settings,
    inbox: Mailbox,  # noqa: F811
):
    inbox.most = 1
    (number,) = queued(db, 1)
    with base.transaction(db) as session:
        session.get_one(mails.Mail, row(db, number).subject).recipients = ["a@x.example", "b@x.example", "c@x.example"]
    run(tasks.mail, number)
    assert inbox.recipients == [["a@x.example"], ["b@x.example"], ["c@x.example"]]
    with base.transaction(db) as session:
        assert session.get_one(mails.Mail, row(db, number).subject).state == "sent"


def test_who_is_perhaps_served_waits_for_a_person_and_the_others_are_never_served_twice(
    db: Engine,
    settings: config.Settings,
    inbox: Mailbox,  # noqa: F811
):
    inbox.most, inbox.breaks_off_after = 1, 1
    (number,) = queued(db, 1)
    with base.transaction(db) as session:
        session.get_one(mails.Mail, row(db, number).subject).recipients = ["a@x.example", "b@x.example"]
    run(tasks.mail, number)
    with base.transaction(db) as session:
        mail = session.get_one(mails.Mail, row(db, number).subject)
        states = {who: one["state"] for who, one in mail.deliveries.items()}
        assert (mail.state, states) == ("perhaps_sent", {"a@x.example": "delivered", "b@x.example": "unsure"})
        assert mails.pending_recipients(mail) == ("b@x.example",)
    assert (row(db, number).state, row(db, number).error_kind) == ("failed", "person")
