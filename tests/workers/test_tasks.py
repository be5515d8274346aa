"""Each task on a real database, store, reading child and mail server: what it saves, what follows, what twice means."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

import config
from alerts import run as alerts_run
from crawler import run as crawler_run
from models import agencies, base, documents, findings, mails, readings, sources, work
from reports import sandbox
from reports.reader_version import READER_VERSION
from storage import store
from tests.mailbox import Mailbox, mailbox
from tests.test_faults import report_of
from workers import batch, policy, queue, tasks

AGENCY = "甲县财政局"


@pytest.fixture
def inbox(settings: config.Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    with mailbox() as box:
        monkeypatch.setenv("NIANBAO_SMTP_URL", box.url)
        monkeypatch.setenv("NIANBAO_OFFICE_MAIL", "office@example.invalid")
        config.settings.cache_clear()
        yield box


def last_year(settings: config.Settings) -> int:
    return base.utcnow().astimezone(settings.zone).year - 1


def body_of(db: Engine, name: str = AGENCY) -> int:
    with base.transaction(db) as session:
        agency, _ = agencies.upsert_agency(
            session, agencies.AgencyRow(name=name, level="county", kind="department", parent="甲县人民政府")
        )
        return agency.id


def put(
    db: Engine, settings: config.Settings, data: bytes, year: int, name: str = "1.html", agency: str = AGENCY
) -> tuple[int, int]:
    """A stored document; (document, work to read it)."""
    now = base.utcnow()
    agency_id = body_of(db, agency)
    sha256 = store(settings.blob_url).put(data)
    with base.transaction(db) as session:
        source = sources.upsert_source(session, "https://a.example/", agency_id, "", now)
        document = documents.record_listing(
            session,
            documents.Item(
                source_id=source.id,
                key=f"{agency}/{year}",
                url=f"https://a.example/{agency}/{year}.html",
                title=f"{agency}{year}年政府信息公开工作年度报告",
                kind="annual_report",
                year=year,
                agency_id=agency_id,
                listed_on=None,
            ),
            now,
        )
        _, number = documents.record_version(
            session,
            document.id,
            documents.Content(
                sha256=sha256,
                content_key=sha256,
                name=name,
                media_type="text/html",
                size=len(data),
                url=document.url,
                headers={},
                attachments=[],
            ),
            now,
        )
        assert number is not None
        return document.id, number


def run(task: Any, work_id: int) -> None:
    task.apply(args=[work_id], throw=True)


def row(db: Engine, work_id: int) -> work.Work:
    with base.transaction(db) as session:
        return session.get_one(work.Work, work_id)


def waiting(db: Engine, kind: str) -> list[work.Work]:
    with base.transaction(db) as session:
        return list(session.scalars(sa.select(work.Work).where(work.Work.kind == kind, work.Work.state == "waiting")))


def all_of(db: Engine, model: Any) -> list[Any]:
    with base.transaction(db) as session:
        return list(session.scalars(sa.select(model).order_by(model.id)))


def again(db: Engine, work_id: int) -> None:
    """As if the broker had delivered the message a second time and the row were free again."""
    with base.transaction(db) as session:
        found = session.get_one(work.Work, work_id)
        found.state, found.due_at, found.attempts = "waiting", base.utcnow(), 0


def document(db: Engine, document_id: int) -> documents.Document:
    with base.transaction(db) as session:
        return session.get_one(documents.Document, document_id)


# ------------------------------------------------------------------ read


def test_a_stored_document_is_read_and_checked_in_one_go(db: Engine, settings: config.Settings):
    year = last_year(settings)
    document_id, work_id = put(db, settings, report_of(AGENCY, random.Random(1), year), year)
    run(tasks.read, work_id)
    (reading,) = all_of(db, readings.Reading)
    assert (reading.kind, reading.year, reading.form) == ("annual_report", year, "2021")
    assert document(db, document_id).state == "read"
    assert row(db, work_id).state == "done"
    assert {found.document_id for found in all_of(db, findings.Finding)} == {document_id}
    assert [piece.kind for piece in all_of(db, work.Work)] == ["read", "tell"]


def test_reading_twice_keeps_one_reading(db: Engine, settings: config.Settings):
    year = last_year(settings)
    _, work_id = put(db, settings, report_of(AGENCY, random.Random(1), year), year)
    run(tasks.read, work_id)
    again(db, work_id)
    run(tasks.read, work_id)
    assert len(all_of(db, readings.Reading)) == 1


def test_what_an_older_reader_read_is_read_anew_when_nothing_else_is_to_be_done(
    db: Engine, settings: config.Settings, monkeypatch: pytest.MonkeyPatch
):
    year = last_year(settings)
    for number, data in enumerate(
        (report_of(AGENCY, random.Random(1), year), b"", report_of(AGENCY, random.Random(2), year))
    ):
        run(tasks.read, put(db, settings, data, year - number)[1])
    with base.transaction(db) as session:
        assert readings.outdated(session, READER_VERSION) == 0
        assert readings.renew(session, READER_VERSION, base.utcnow(), 10) == 0
    for module in (tasks, batch):
        monkeypatch.setattr(module, "READER_VERSION", "of tomorrow")
    monkeypatch.setattr(tasks, "RENEWED_AHEAD", 2)
    tasks.sweep()
    assert [(piece.priority, piece.subject) for piece in waiting(db, "read")] == [(work.BACKGROUND, n) for n in (1, 2)]
    tasks.sweep()  # as many as are wanted wait already
    run(tasks.read, waiting(db, "read")[0].id)  # it takes the other along
    assert waiting(db, "read") == []
    with base.transaction(db) as session:  # broken off here, it goes on with what is left
        assert readings.outdated(session, "of tomorrow") == 1
    tasks.sweep()
    (left,) = waiting(db, "read")
    run(tasks.read, left.id)
    assert {reading.reader_version for reading in all_of(db, readings.Reading)} == {"of tomorrow"}
    assert len(all_of(db, readings.Reading)) == 2
    tasks.sweep()
    assert waiting(db, "read") == []


def test_a_reader_that_fails_on_what_an_earlier_one_read_leaves_its_reading_and_tells_people(
    db: Engine, settings: config.Settings, monkeypatch: pytest.MonkeyPatch
):
    year = last_year(settings)
    document_id, work_id = put(db, settings, report_of(AGENCY, random.Random(1), year), year)
    run(tasks.read, work_id)
    for module in (tasks, batch):
        monkeypatch.setattr(module, "READER_VERSION", "of tomorrow")

    def broken(*_: object, **__: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr(sandbox, "ask", broken)
    tasks.sweep()
    (piece,) = waiting(db, "read")
    run(tasks.read, piece.id)
    assert row(db, piece.id).state == "failed"
    assert document(db, document_id).state == "read"
    assert len(all_of(db, readings.Reading)) == 1
    tasks.sweep()
    assert waiting(db, "read") == []  # a person puts it back


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n1 0 obj <<", b"\x00\x01\x02" * 500])
def test_a_document_that_cannot_be_read_is_a_result_with_a_reason(db: Engine, settings: config.Settings, data: bytes):
    document_id, work_id = put(db, settings, data, 2025, "report.pdf")
    run(tasks.read, work_id)
    found = document(db, document_id)
    assert found.state == "unreadable"
    assert found.state_reason
    assert row(db, work_id).state == "done"
    assert not waiting(db, "check")


def test_bytes_that_are_gone_need_a_person_and_the_document_says_so(db: Engine, settings: config.Settings):
    document_id, work_id = put(db, settings, b"<html>", 2025)
    for path in Path(settings.data_dir / "blobs").rglob("*"):
        if path.is_file():
            path.unlink()
    run(tasks.read, work_id)
    assert (row(db, work_id).state, row(db, work_id).error_kind) == ("failed", "person")
    assert document(db, document_id).state == "failed"
    assert "the store has no" in (document(db, document_id).state_reason or "")


# ------------------------------------------------------------------ check


def read_and_check(db: Engine, settings: config.Settings, year: int, seed: int = 1) -> int:
    document_id, work_id = put(db, settings, report_of(AGENCY, random.Random(seed), year), year)
    run(tasks.read, work_id)
    return document_id


def test_a_check_keeps_its_findings_once_however_often_it_runs(db: Engine, settings: config.Settings):
    document_id = read_and_check(db, settings, 2024)
    first = {found.fingerprint for found in all_of(db, findings.Finding)}
    assert any(found.rule == "APP-SUM-ROW" for found in all_of(db, findings.Finding))
    with base.transaction(db) as session:
        number = work.add(session, "check", document_id, base.utcnow()).id
    run(tasks.check, number)
    assert {found.fingerprint for found in all_of(db, findings.Finding)} == first
    assert len(all_of(db, findings.FindingEvent)) == len(first)


def test_a_new_report_has_the_report_of_the_year_after_checked_again_and_no_other(
    db: Engine, settings: config.Settings
):
    for year in (2025, 2023):
        read_and_check(db, settings, year)
    document_id, work_id = put(db, settings, report_of(AGENCY, random.Random(3), 2024), 2024)
    run(tasks.read, work_id)
    (after,) = waiting(db, "check")
    assert document(db, after.subject).year == 2025
    assert after.payload == {"because_of": document_id}
    run(tasks.check, after.id)
    assert not waiting(db, "check")


def test_a_document_of_an_unknown_body_is_checked_to_no_ones_blame(db: Engine, settings: config.Settings):
    document_id, work_id = put(db, settings, report_of("乙镇", random.Random(1), 2024), 2024)
    with base.transaction(db) as session:
        session.get_one(documents.Document, document_id).agency_id = None
        session.execute(sa.delete(sources.SourceAgency))
    run(tasks.read, work_id)
    assert row(db, work_id).state == "done"
    assert not all_of(db, findings.Finding)


# ------------------------------------------------------------------ decide and mail


def decided(db: Engine, settings: config.Settings) -> int:
    """A checked report with an error, decided; returns the work to send the mail."""
    year = last_year(settings)
    read_and_check(db, settings, year)
    with base.transaction(db) as session:
        number = work.add(session, "decide", year, base.utcnow()).id
    run(tasks.decide, number)
    (piece,) = waiting(db, "mail")
    return piece.id


def the_mail(db: Engine) -> mails.Mail:
    (found,) = all_of(db, mails.Mail)
    assert isinstance(found, mails.Mail)
    return found


def test_what_is_found_becomes_one_mail_however_often_it_is_decided(
    db: Engine, settings: config.Settings, inbox: Mailbox
):
    work_id = decided(db, settings)
    assert not inbox.mails
    run(tasks.mail, work_id)
    assert the_mail(db).state == "sent"
    assert [str(m["Message-ID"]) for m in inbox.mails] == [the_mail(db).message_id]
    with base.transaction(db) as session:
        number = work.add(session, "decide", last_year(settings), base.utcnow()).id
    run(tasks.decide, number)
    assert not waiting(db, "mail")
    again(db, work_id)
    run(tasks.mail, work_id)
    assert len(inbox.mails) == 1
    assert row(db, work_id).state == "done"


def test_what_a_report_just_read_holds_is_mailed_within_minutes_and_not_by_the_digest_again(
    db: Engine, settings: config.Settings, inbox: Mailbox
):
    year = last_year(settings)
    read_and_check(db, settings, year)
    (piece,) = waiting(db, "tell")
    assert timedelta(0) < piece.due_at - base.utcnow() <= batch.SOON
    again(db, piece.id)
    run(tasks.tell, piece.id)
    (sending,) = waiting(db, "mail")
    run(tasks.mail, sending.id)
    assert "新核对报告" in str(inbox.mails[0]["Subject"])
    with base.transaction(db) as session:
        number = work.add(session, "decide", year, base.utcnow()).id
    run(tasks.decide, number)
    first, *others = all_of(db, mails.Mail)
    notified = [line for line in first.text.splitlines() if line.startswith("- ")]
    assert (first.event, bool(notified)) == ("report", True)
    assert not [line for line in notified for mail in others if line in mail.text]


def test_publication_is_judged_before_it_is_told(db: Engine, settings: config.Settings):
    year = last_year(settings)
    agency_id = body_of(db)
    now = base.utcnow()
    with base.transaction(db) as session:
        source = sources.upsert_source(session, "https://a.example/", agency_id, "", now)
        source.status, source.complete_at = "ok", now
        number = work.add(session, "decide", year - 1, now).id  # a season whose deadline has passed, whatever the day
    run(tasks.decide, number)
    found = [f for f in all_of(db, findings.Finding) if f.scope == "publication"]
    assert [(f.rule, f.state, f.year) for f in found] == [("PUB-MISSING", "open", year - 1)]


def test_without_a_mail_server_the_outbox_keeps_the_mail(db: Engine, settings: config.Settings, monkeypatch):
    monkeypatch.setenv("NIANBAO_OFFICE_MAIL", "office@example.invalid")
    config.settings.cache_clear()
    work_id = decided(db, settings)
    run(tasks.mail, work_id)
    assert row(db, work_id).state == "done"
    assert the_mail(db).state == "queued"


def test_a_server_that_is_busy_gets_the_mail_later_and_once(db: Engine, settings: config.Settings, inbox: Mailbox):
    work_id = decided(db, settings)
    inbox.answer = "451 try again later"
    run(tasks.mail, work_id)
    piece = row(db, work_id)
    assert (piece.state, piece.error_kind, the_mail(db).state) == ("waiting", "retry", "queued")
    assert piece.due_at > base.utcnow()
    inbox.answer = None
    with base.transaction(db) as session:
        session.get_one(work.Work, work_id).due_at = base.utcnow()
    run(tasks.mail, work_id)
    assert the_mail(db).state == "sent"
    assert the_mail(db).tries == 2
    assert len(inbox.mails) == 1


def test_a_refused_mail_waits_for_a_person_who_may_send_it_again(db: Engine, settings: config.Settings, inbox: Mailbox):
    work_id = decided(db, settings)
    inbox.answer = "550 not here"
    run(tasks.mail, work_id)
    assert (row(db, work_id).state, row(db, work_id).error_kind, the_mail(db).state) == ("failed", "person", "failed")
    inbox.answer = None
    assert queue.retry(db, settings, [work_id]) == 1
    run(tasks.mail, work_id)
    assert the_mail(db).state == "sent"
    assert len(inbox.mails) == 1


def recipients_are(monkeypatch: pytest.MonkeyPatch, *office: str) -> None:
    monkeypatch.setenv("NIANBAO_OFFICE_MAIL", ",".join(office))
    monkeypatch.setenv("NIANBAO_OPS_MAIL", "ops@example.invalid")
    config.settings.cache_clear()


def test_who_is_refused_is_told_to_ops_and_the_others_have_the_mail(
    db: Engine, settings: config.Settings, inbox: Mailbox, monkeypatch: pytest.MonkeyPatch
):
    recipients_are(monkeypatch, "nobody@example.invalid", "office@example.invalid")
    work_id = decided(db, settings)
    run(tasks.mail, work_id)
    assert row(db, work_id).state == "done"
    assert inbox.recipients == [["office@example.invalid"]]
    notified, refusal = all_of(db, mails.Mail)
    assert notified.state == "sent"
    assert notified.deliveries["nobody@example.invalid"]["state"] == "refused"
    assert (refusal.event, refusal.recipients) == ("refused", ["ops@example.invalid"])
    run(tasks.mail, waiting(db, "mail")[0].id)
    text = inbox.mails[-1].get_body(("plain",))
    assert text is not None
    assert "nobody@example.invalid" in text.get_content()


def test_who_is_put_off_gets_the_mail_later_and_nobody_twice(
    db: Engine, settings: config.Settings, inbox: Mailbox, monkeypatch: pytest.MonkeyPatch
):
    recipients_are(monkeypatch, "a@example.invalid", "b@example.invalid")
    work_id = decided(db, settings)
    inbox.busy = {"b@example.invalid"}
    run(tasks.mail, work_id)
    assert (row(db, work_id).state, the_mail(db).state) == ("waiting", "queued")
    inbox.busy = set()
    with base.transaction(db) as session:
        session.get_one(work.Work, work_id).due_at = base.utcnow()
    run(tasks.mail, work_id)
    assert inbox.recipients == [["a@example.invalid"], ["b@example.invalid"]]
    assert len({str(mail["Message-ID"]) for mail in inbox.mails}) == 1
    assert the_mail(db).state == "sent"


def test_what_nobody_got_is_told_again_by_the_next_digest_and_once(
    db: Engine, settings: config.Settings, inbox: Mailbox, monkeypatch: pytest.MonkeyPatch
):
    recipients_are(monkeypatch, "nobody@example.invalid")
    work_id = decided(db, settings)
    run(tasks.mail, work_id)
    assert row(db, work_id).state == "failed"
    recipients_are(monkeypatch, "office@example.invalid")
    tomorrow = base.utcnow().astimezone(settings.zone) + timedelta(days=1)
    with base.transaction(db) as session:
        (again_,) = alerts_run.decide_and_queue(session, config.settings(), tomorrow, year=last_year(settings))
    assert again_.recipients == ("office@example.invalid",)
    queue.retry(db, settings, [work_id])
    run(tasks.mail, work_id)
    assert row(db, work_id).state == "failed"  # its matters are told by the other
    assert not inbox.mails


def test_notices_that_nobody_gets_are_counted_and_told_once_somebody_does(
    db: Engine, settings: config.Settings, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("NIANBAO_OFFICE_MAIL", "")
    config.settings.cache_clear()
    year, now = last_year(settings), base.utcnow()
    read_and_check(db, settings, year)
    with base.transaction(db) as session:
        assert alerts_run.decide_and_queue(session, config.settings(), now, year=year) == []
        lost = alerts_run.without_recipient(session, config.settings(), now, year)
        assert lost[0] > 0
        assert "NIANBAO_OFFICE_MAIL" in alerts_run.lost_in_words(lost)
    recipients_are(monkeypatch, "office@example.invalid")
    with base.transaction(db) as session:
        assert alerts_run.without_recipient(session, config.settings(), now, year)[0] == 0
        assert len(alerts_run.decide_and_queue(session, config.settings(), now, year=year)) == 1


def waited(db: Engine, days: int) -> None:
    """The one mail has waited so long in the outbox."""
    with base.transaction(db) as session:
        mail = session.scalars(sa.select(mails.Mail)).one()
        mail.queued_at -= timedelta(days=days)
        mail.day -= timedelta(days=days)
        mail.key = f"{mail.key.rpartition(':')[0]}:{mail.day.isoformat()}"


def test_a_digest_that_waited_leaves_as_one_of_today_without_what_is_no_longer_true(
    db: Engine, settings: config.Settings, inbox: Mailbox
):
    work_id = decided(db, settings)
    waited(db, 2)
    old = the_mail(db)
    with base.transaction(db) as session:
        first = session.scalars(sa.select(findings.Finding).where(findings.Finding.severity == "error")).first()
        assert first is not None
        gone, first.state, first.resolved_at = first.message, "resolved", base.utcnow()
    run(tasks.mail, work_id)
    assert not inbox.mails
    new = the_mail(db)
    assert new.day == base.utcnow().astimezone(settings.zone).date()
    assert gone in old.text
    assert gone not in new.text
    run(tasks.mail, waiting(db, "mail")[0].id)
    assert [str(mail["Subject"]) for mail in inbox.mails] == [new.subject]


def test_a_digest_that_waited_over_night_leaves_at_the_hour_of_the_daily_mails_and_once(
    db: Engine, settings: config.Settings, inbox: Mailbox, monkeypatch: pytest.MonkeyPatch
):
    def it_is(hour: int) -> None:
        (settings.data_dir / "clock").write_text(tomorrow.replace(hour=hour).isoformat())

    work_id, year = decided(db, settings), last_year(settings)
    tomorrow = base.utcnow().astimezone(settings.zone) + timedelta(days=1)
    monkeypatch.setenv("NIANBAO_DIGEST_HOUR", "9")
    monkeypatch.setenv("NIANBAO_CLOCK", str(settings.data_dir / "clock"))
    config.settings.cache_clear()
    it_is(6)
    run(tasks.mail, work_id)
    assert (row(db, work_id).state, all_of(db, mails.Mail)) == ("done", [])
    it_is(9)
    with base.transaction(db) as session:
        number = work.add(session, "decide", year, base.utcnow()).id
    run(tasks.decide, number)
    run(tasks.mail, waiting(db, "mail")[0].id)
    assert [mail["Date"].datetime.date() for mail in inbox.mails] == [tomorrow.date()]


def test_a_digest_that_waited_until_nothing_is_left_to_tell_never_leaves(
    db: Engine, settings: config.Settings, inbox: Mailbox
):
    work_id = decided(db, settings)
    waited(db, 1)
    with base.transaction(db) as session:
        for finding in session.scalars(sa.select(findings.Finding)):
            finding.state, finding.resolved_at = "resolved", base.utcnow()
    run(tasks.mail, work_id)
    assert all_of(db, mails.Mail) == []
    assert row(db, work_id).state == "done"
    assert not inbox.mails


def test_a_paused_sender_that_lost_its_lease_sends_nothing(
    db: Engine, settings: config.Settings, inbox: Mailbox, monkeypatch: pytest.MonkeyPatch
):
    work_id = decided(db, settings)

    def taken_meanwhile(self: policy.Job) -> None:
        with base.transaction(db) as session:
            session.get_one(work.Work, work_id).taken_by = "another"
        hold(self)

    hold = policy.Job.hold
    monkeypatch.setattr(policy.Job, "hold", taken_meanwhile)
    run(tasks.mail, work_id)
    assert not inbox.mails
    assert row(db, work_id).taken_by == "another"


def test_retrying_everything_leaves_mails_alone_that_are_perhaps_sent(
    db: Engine, settings: config.Settings, inbox: Mailbox
):
    work_id = decided(db, settings)
    inbox.hang_up_after_text = True
    run(tasks.mail, work_id)
    assert queue.retry(db, settings, None) == 0
    assert row(db, work_id).state == "failed"
    assert queue.retry(db, settings, [work_id]) == 1


def test_a_lost_answer_leaves_the_mail_perhaps_sent_and_it_is_not_repeated_by_itself(
    db: Engine, settings: config.Settings, inbox: Mailbox
):
    work_id = decided(db, settings)
    inbox.hang_up_after_text = True
    run(tasks.mail, work_id)
    assert (row(db, work_id).state, the_mail(db).state) == ("failed", "perhaps_sent")
    assert len(inbox.mails) == 1
    inbox.hang_up_after_text = False
    run(tasks.mail, work_id)
    queue.sweep(db, settings, base.utcnow() + timedelta(days=1))
    assert len(inbox.mails) == 1


def test_a_sender_that_died_in_the_handover_leaves_the_mail_perhaps_sent(
    db: Engine, settings: config.Settings, inbox: Mailbox
):
    work_id = decided(db, settings)
    with base.transaction(db) as session:
        past = base.utcnow() - timedelta(minutes=5)
        session.get_one(work.Work, work_id).due_at = past
        session.flush()
        assert work.claim(session, work_id, "dead", past, timedelta(seconds=20))
        assert mails.take(session, the_mail_id(session))
    run(tasks.mail, work_id)
    assert (row(db, work_id).state, row(db, work_id).error_kind) == ("failed", "person")
    assert the_mail(db).state == "perhaps_sent"
    assert not inbox.mails


def the_mail_id(session: Any) -> int:
    return int(session.scalars(sa.select(mails.Mail.id)).one())


def test_a_sender_that_died_after_writing_perhaps_sent_does_not_send_again(
    db: Engine, settings: config.Settings, inbox: Mailbox
):
    work_id = decided(db, settings)
    with base.transaction(db) as session:
        past = base.utcnow() - timedelta(minutes=5)
        session.get_one(work.Work, work_id).due_at = past
        session.flush()
        assert work.claim(session, work_id, "dead", past, timedelta(seconds=20))
        assert mails.take(session, the_mail_id(session))
        mails.mark(session, the_mail_id(session), "perhaps_sent", "the answer was lost", past)
    run(tasks.mail, work_id)
    assert (row(db, work_id).state, the_mail(db).state) == ("failed", "perhaps_sent")
    assert not inbox.mails


# ------------------------------------------------------------------ crawl, summary, sweep


def crawl_work(db: Engine, *urls: str) -> dict[int, int]:
    now = base.utcnow()
    agency_id = body_of(db)
    with base.transaction(db) as session:
        ids = [sources.upsert_source(session, url, agency_id, "", now).id for url in urls]
        return {source_id: work.add(session, "crawl", source_id, now).id for source_id in ids}


def test_one_crawl_takes_all_sources_that_wait_and_ends_each_by_its_own_line(
    db: Engine, settings: config.Settings, monkeypatch: pytest.MonkeyPatch
):
    pieces = crawl_work(db, "https://a.example/", "https://b.example/", "https://c.example/")
    asked: list[list[int]] = []
    states: list[list[str]] = []

    def lines(source_ids: list[int], _: config.Settings, more: crawler_run.More) -> Iterator[dict[str, Any]]:
        asked.append(list(source_ids))
        for source_id in source_ids[:2]:
            yield {"event": "source", "source_id": source_id, "status": "ok", "items": 0}
            states.append([row(db, number).state for number in pieces.values()])

    monkeypatch.setattr(crawler_run, "crawl", lines)
    run(tasks.crawl, min(pieces.values()))
    assert asked == [sorted(pieces)]
    assert states == [["done", "taken", "taken"], ["done", "done", "taken"]]
    last = row(db, max(pieces.values()))
    assert (last.state, last.error_kind) == ("waiting", "retry")


def test_a_crawl_that_never_ends_well_is_given_up_as_incomplete_and_due_later(
    db: Engine, settings: config.Settings, monkeypatch: pytest.MonkeyPatch
):
    def dies(*_: Any) -> Iterator[dict[str, Any]]:
        raise crawler_run.CrawlFailed("status -9")
        yield {}

    monkeypatch.setattr(crawler_run, "crawl", dies)
    ((source_id, work_id),) = crawl_work(db, "https://a.example/").items()
    for _ in range(3):
        run(tasks.crawl, work_id)
        with base.transaction(db) as session:
            session.get_one(work.Work, work_id).due_at = base.utcnow()
    with base.transaction(db) as session:
        source = session.get_one(sources.Source, source_id)
    assert row(db, work_id).state == "failed"
    assert source.status == "incomplete"
    assert "status -9" in source.reason
    assert source.next_due_at is not None
    assert source.next_due_at > base.utcnow() + timedelta(minutes=50)


def test_the_sweep_runs_without_a_broker_and_forgets_old_work(db: Engine, settings: config.Settings):
    with base.transaction(db) as session:
        old = work.add(session, "check", 1, base.utcnow() - timedelta(days=200))
        old.state = "done"
    tasks.sweep.apply(throw=True)
    assert not all_of(db, work.Work)
